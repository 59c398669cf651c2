"""The result as its readers find it: every value where it belongs, null where nobody knows it, whole or not at all."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION
from policies.pack.document import document, write
from policies.pack.registry import all_rules
from policies.results import findings
from tests.policies.prepared import BEFORE_FREEZE, LATEST, START, UNKNOWN, Draft, add_wave, prepared, urn
from tests.policies.rules.waiver.test_in_order import waived, waiver


def document_of(draft: Draft) -> Any:
    return document(draft.evaluation(), all_rules())


def two_waves() -> Draft:
    draft = prepared()
    add_wave(draft, "two", "i-app", start="2027-01-20T02:00:00+08:00")
    draft.facts(MIGRATING_INSTANCE, "i-app")["eniQuantity"] = 0.0
    return draft


def test_each_wave_has_its_times_its_instances_and_its_judgement() -> None:
    first, second = document_of(two_waves())["waves"]
    assert {key: first[key] for key in ("name", "window", "freezeStartsAt", "frozen", "moved", "instanceIds")} == {
        "name": "all",
        "window": {"start": START, "latest": LATEST},
        "freezeStartsAt": "2026-12-11T02:00:00+08:00",
        "frozen": True,
        "moved": False,
        "instanceIds": ["i-web"],
    }
    assert (second["name"], second["frozen"], second["instanceIds"]) == ("two", False, ["i-app"])
    assert second["judgement"]["readiness"] == "NOT READY"


def test_the_instances_of_a_wave_are_sorted() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["waves"][0]["instanceIds"] = ["i-web", "i-app"]
    assert document_of(draft)["waves"][0]["instanceIds"] == ["i-app", "i-web"]


def test_each_instance_has_its_wave_and_its_own_judgement() -> None:
    draft = two_waves()
    instances = {item["subject"]["id"]: item for item in document_of(draft)["instances"]}
    assert {name: item["wave"] for name, item in instances.items()} == {"i-web": "all", "i-app": "two"}
    assert instances["i-app"]["subject"] == {
        "kind": "instance",
        "id": "i-app",
        "name": "app-1",
        "urn": urn(MIGRATING_INSTANCE, "i-app"),
    }
    assert instances["i-app"]["judgement"]["readiness"] == "NOT READY"
    assert document_of(prepared())["instances"][0]["judgement"]["readiness"] == "READY"
    draft.facts(MIGRATING_INSTANCE, "i-app")["wave"] = UNKNOWN
    assert {item["subject"]["id"]: item["wave"] for item in document_of(draft)["instances"]} == {
        "i-web": "all",
        "i-app": None,
    }


def test_unknown_facts_of_a_wave_are_null() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["waves"][0].update(window=UNKNOWN, moved=UNKNOWN)
    (wave,) = document_of(draft)["waves"]
    assert wave["window"] == {"start": None, "latest": None}
    assert (wave["freezeStartsAt"], wave["frozen"], wave["moved"]) == (None, None, None)


def test_the_judgement_shows_what_was_decided_and_what_would_raise_it() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["eniQuantity"] = UNKNOWN
    result = document_of(draft)
    judgement, applicable = result["judgement"], [i for i in findings(result) if i["outcome"] != "NOT_APPLICABLE"]
    assert judgement["readiness"] == "UNKNOWN"
    assert (judgement["decided"], judgement["applicable"]) == (len(applicable) - 1, len(applicable))
    assert judgement["confidence"] == round(judgement["decided"] / judgement["applicable"], 4)
    (unknown,) = (item for item in findings(result) if item["outcome"] == "UNKNOWN")
    assert judgement["raisedBy"] == [unknown["rule"]]
    assert result["blocking"] == 1
    assert result["tally"]["UNKNOWN"] == 1


def test_advice_says_from_when_on_it_is_mandatory() -> None:
    draft = prepared()
    draft.now = BEFORE_FREEZE
    draft.facts(MIGRATING_INSTANCE, "i-web")["guest"]["systemDiskFreeMib"] = 0.0
    (result,) = (
        item
        for item in findings(document_of(draft))
        if (item["rule"], item["subject"]["id"]) == ("guest-free-space", "i-web")
    )
    assert (result["outcome"], result["blocking"]) == ("FAIL", False)
    assert result["mandatoryFrom"] == "2026-12-05T02:00:00+08:00"
    assert (result["wave"], result["waiver"]) == ("all", None)


@pytest.mark.parametrize(("bandwidth", "instead"), [(0.0, Outcome.FAIL), (UNKNOWN, Outcome.UNKNOWN)])
def test_a_waived_result_has_its_waiver_and_what_it_would_be_else(bandwidth: object, instead: Outcome) -> None:
    draft = waived(waiver())
    draft.facts(MIGRATING_INSTANCE, "i-web")["internetMaxBandwidthOut"] = bandwidth
    (result,) = (item for item in findings(document_of(draft)) if item["outcome"] == "WAIVED")
    assert result["waiver"] == {
        "insteadOf": instead,
        "scope": "all",
        "reason": "nobody uses the address",
        "owner": "ann@example.com",
        "approvedBy": "bob@example.com",
        "approvedAt": "2026-12-01T09:00:00+08:00",
        "expires": "2026-12-19T09:00:00+08:00",
    }


def test_each_rule_says_of_itself_what_a_reader_needs() -> None:
    rules = {item["id"]: item for item in document_of(prepared())["rules"]}
    for rule in all_rules():
        assert rules[rule.id] == {
            "id": rule.id,
            "title": rule.title,
            "severity": rule.severity,
            "noticeItems": list(rule.notice_items),
            "url": rule.url,
            "leadHours": rule.lead_hours,
            "waivable": rule.unwaivable is None,
            "unwaivable": rule.unwaivable,
        }


def test_an_empty_stack_has_no_names_and_is_not_ready() -> None:
    result = document_of(Draft([], BEFORE_FREEZE))
    assert (result["project"], result["stack"], result["waves"], result["instances"]) == ("", "", [], [])
    assert result["judgement"]["readiness"] == "NOT READY"
    assert {item["subject"]["urn"] for item in findings(result)} == {""}


def test_another_user_may_read_a_result(tmp_path: Path) -> None:
    """GitLab hands files on from job to job as root, and the image of the jobs runs as another user."""
    path = tmp_path / "result.json"
    write(path, document_of(prepared()))
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_a_result_that_cannot_be_written_leaves_the_one_before_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    write(path, document_of(prepared()))
    before = path.read_bytes()
    assert json.loads(before) == document_of(prepared())
    assert before.endswith(b"}\n")
    broken: Any = {"name": "\u4e8c", "now": object()}
    with pytest.raises(TypeError):
        write(path, broken)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(FileNotFoundError):
        write(tmp_path / "nowhere" / "result.json", document_of(prepared()))
