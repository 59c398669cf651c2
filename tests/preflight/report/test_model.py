"""A report is about the stack, or about the one wave that was asked for, and says in a line what holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policies.core.facts import printable
from policies.results import findings, notices
from policies.verdict import Decision
from preflight.report.model import make_report, subject_name
from tests.preflight.report.reports import in_project, not_judged, recorded_report, report_of
from tests.preflight.results import recorded_result

RESULT = recorded_result("waves")
WAVES = pytest.mark.parametrize("wave", ["front", "back"])


def test_a_report_of_the_stack_has_all_results() -> None:
    report = recorded_report("waves")
    assert [item.name for item in report.waves] == ["front", "back"]
    assert report.results == list(findings(RESULT))


def test_a_loss_of_one_wave_names_it_and_one_of_all_is_told_once() -> None:
    told = recorded_report("waves").notices
    assert len(told) == len(set(told))
    assert sum(text.startswith("There is no way back into the classic network") for text in told) == 1
    for wave in ("front", "back"):
        [stopped] = [text for text in told if text.startswith(f"Wave {wave}: 2026-12-") and "each stopped" in text]
        assert stopped.removeprefix(f"Wave {wave}: ") in recorded_report("waves", wave=wave).notices
    assert not any(text.startswith("Wave ") for text in recorded_report("first").notices)


@WAVES
def test_a_report_of_a_wave_has_its_own_results_and_those_of_the_stack(wave: str) -> None:
    report = recorded_report("waves", wave=wave)
    assert [item.name for item in report.waves] == [wave]
    assert {item["wave"] for item in report.results} == {None, wave}
    mine = [item for item in findings(RESULT) if item["wave"] in (None, wave)]
    assert report.results == mine
    assert 0 < len(mine) < len(list(findings(RESULT)))
    placed = {item["subject"]["id"] for fix in report.fixes for item in fix.fix.items}
    assert placed == {item["subject"]["id"] for item in mine if item["outcome"] in ("FAIL", "UNKNOWN")}


@WAVES
def test_a_report_of_a_wave_tells_the_losses_of_that_wave_and_of_the_stack(wave: str) -> None:
    texts = recorded_report("waves", wave=wave).notices
    expected = [item["text"] for item in notices(RESULT) if not item["instanceId"] and item["wave"] in (None, wave)]
    assert texts == list(dict.fromkeys(expected))
    other = {item["text"] for item in notices(RESULT) if not item["instanceId"]} - set(texts)
    assert other, "nothing is told of another wave"


def test_no_loss_of_a_single_instance_is_told_as_one_of_its_wave() -> None:
    of_instances = {item["text"] for item in notices(RESULT) if item["instanceId"]}
    assert of_instances
    assert of_instances.isdisjoint(recorded_report("waves").notices)


def what_if(hypothetical: str) -> dict[str, Any]:
    result = recorded_result("waves")
    result["judgement"] = {**result["judgement"], "readiness": "WHAT-IF", "hypothetical": hypothetical}
    return result


@pytest.mark.parametrize(
    ("wave", "code", "headline"),
    [
        (None, 20, "NOT READY: stack test"),
        ("back", 20, "NOT READY: wave back of stack test"),
        (None, 4, "WHAT-IF: stack test would be READY. A what-if passes no gate."),
    ],
)
def test_the_headline_says_what_is_judged_and_how(wave: str | None, code: int, headline: str) -> None:
    decision = Decision(code, "WHAT-IF" if code == 4 else "NOT READY", what_if("READY") if code == 4 else RESULT)
    assert make_report(decision, Path(), wave).headline == headline


def test_without_a_result_the_headline_says_that_nothing_is_known() -> None:
    report = not_judged("no such file")
    assert report.headline == "NOT JUDGED: nothing says whether it is ready"
    assert (report.reasons, report.notices, report.results) == (["no such file"], [], ())


def test_a_fix_stands_at_the_key_that_it_changes_or_at_its_first_instance(tmp_path: Path) -> None:
    report = report_of(in_project(tmp_path, recorded_result("broken")), tmp_path / "infra")
    assert [(fix.place.file, fix.place.line) for fix in report.fixes] == [
        ("infra/Pulumi.test.yaml", 3),  # backups, of which the file has none: the migration
        ("infra/Pulumi.test.yaml", 7),  # network
        ("infra/Pulumi.test.yaml", 14),  # databases
        ("infra/Pulumi.test.yaml", 7),
        ("infra/more.yaml", 2),  # the instance
        ("infra/Pulumi.test.yaml", 6),  # window
        ("infra/Pulumi.test.yaml", 3),  # classicLink
        ("infra/Pulumi.test.yaml", 7),
        ("infra/more.yaml", 1),  # instances, of which it has none
        ("infra/Pulumi.test.yaml", 3),  # evidence
    ]


@pytest.mark.parametrize(
    ("about", "place"), [("instances", ("infra/more.yaml", 2)), ("migration", ("infra/Pulumi.test.yaml", 3))]
)
def test_a_fix_for_a_person_stands_at_its_first_instance(tmp_path: Path, about: str, place: tuple[str, int]) -> None:
    result = in_project(tmp_path, recorded_result("broken"))
    key = next(item["key"] for item in result["instances"] if item["subject"]["id"] == "i-bp1app10000000000001")
    [entry] = [item for item in result["results"] if item["rule"] == "backup-snapshot-of-every-disk"][:1]
    task = {"ways": [[{"kind": "task", "text": "Ask the vendor."}]]}
    instances = [key] if about == "instances" else []
    result["results"] = [{**entry, "about": about, "instances": instances, "ownId": False, "fixes": [task]}]
    [fix] = report_of(result, tmp_path / "infra").fixes
    assert (fix.place.file, fix.place.line) == place


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ({"kind": "migration", "id": "test", "name": "classic-to-vpc"}, "the stack"),
        ({"kind": "instance", "id": "i-1", "name": "web-1"}, "web-1 (i-1)"),
        ({"kind": "instance", "id": "i-1", "name": "i-1"}, "i-1"),
        ({"kind": "instance", "id": "i-1", "name": "a\nb"}, "a?b (i-1)"),
    ],
)
def test_a_subject_is_named_once_and_in_one_line(subject: dict[str, str], expected: str) -> None:
    assert subject_name(subject) == expected
    assert printable(expected) == expected
