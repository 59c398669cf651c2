"""The results of a file: told once where a rule says the same, and read back as they were, one by one."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION
from policies.pack.document import document, write
from policies.pack.registry import all_rules
from policies.results import OWN, findings, grouped, groups, keys, notices
from tests.policies.prepared import UNKNOWN, Draft, prepared
from tests.policies.recordings import NAMES, recorded
from tests.policies.rules.waiver.test_in_order import waived, waiver

NO_STEP: dict[str, Any] = {"path": None, "value": None, "command": None, "text": None, "toFill": []}


def instance(instance_id: str) -> Any:
    subject = {"kind": "instance", "id": instance_id, "name": f"name of {instance_id}", "urn": f"urn:{instance_id}"}
    return {"key": instance_id, "subject": subject, "wave": "all", "judgement": {}}


def finding(about: Any, reason: str = "", outcome: str = "FAIL", **more: Any) -> Any:
    return {
        "rule": "backup-a",
        "subject": MIGRATED if about is None else about["subject"],
        "wave": None if about is None else about["wave"],
        "outcome": outcome,
        "blocking": False,
        "mandatoryFrom": None,
        "reason": reason,
        "remediation": "",
        "fixes": [],
        "waiver": None,
        **more,
    }


MIGRATED = {"kind": "migration", "id": "dev", "name": "classic-to-vpc", "urn": "urn:dev"}
ONE, TWO, THREE = instances = [instance(name) for name in ("i-1", "i-2", "i-3")]


def file_of(findings: list[Any]) -> dict[str, Any]:
    content = {"migration": MIGRATED, "instances": instances, "results": grouped(findings, instances), "notices": []}
    read: dict[str, Any] = json.loads(json.dumps(content))
    return read


# ---- the same back ----


@pytest.mark.parametrize("name", NAMES)
def test_findings_read_from_a_file_are_those_of_the_rules(name: str, tmp_path: Path) -> None:
    evaluation = recorded(name).evaluation()
    path = tmp_path / "result.json"
    write(path, document(evaluation, all_rules()))
    read = json.loads(path.read_text(encoding="utf-8"))
    from_file = list(findings(read))
    assert [
        (i["rule"], i["subject"]["urn"], i["outcome"], i["reason"], i["remediation"], i["blocking"]) for i in from_file
    ] == [(i.rule_id, i.subject.urn or "", i.outcome, i.reason, i.remediation, i.blocking) for i in evaluation.results]
    for item, result in zip(from_file, evaluation.results, strict=True):
        assert (item["subject"]["kind"], item["subject"]["id"], item["subject"]["name"], item["wave"]) == (
            result.subject.kind,
            result.subject.id,
            result.subject.name,
            result.wave,
        )
        since = None if result.mandatory_from is None else result.mandatory_from.isoformat()
        assert (item["mandatoryFrom"], len(item["fixes"])) == (since, len(result.fixes))
        commands = [step["command"] for fix in item["fixes"] for way in fix["ways"] for step in way if step["command"]]
        assert all(command in result.remediation for command in commands)
    assert read["tally"] == {outcome: sum(i["outcome"] == outcome for i in from_file) for outcome in Outcome}
    assert [(i["wave"], i["instanceId"], i["text"]) for i in notices(read)] == [
        (note.wave or None, note.instance_id or None, note.text) for note in evaluation.notes
    ]


@pytest.mark.parametrize("instead", [0.0, UNKNOWN])
def test_a_waiver_stays_with_what_it_covers(instead: object) -> None:
    draft = waived(waiver())
    draft.facts(MIGRATING_INSTANCE, "i-web")["internetMaxBandwidthOut"] = instead
    content = document(draft.evaluation(), all_rules())
    assert [item["waiver"] is not None for item in findings(content)] == [
        item["outcome"] == "WAIVED" for item in findings(content)
    ]


PARTS = st.sampled_from(["i-1", "i-2", "i-3", "<", ">", "<id>", "i", "id", "-", " ", "\n", "'"])
TEXTS = st.lists(PARTS, max_size=6).map("".join)
CONFIGS = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | TEXTS, lambda i: st.lists(i) | st.dictionaries(TEXTS, i)
)
STEPS = (
    st.builds(lambda path, value: {**NO_STEP, "kind": "config", "path": path, "value": value}, TEXTS, CONFIGS)
    | st.builds(lambda text: {**NO_STEP, "kind": "task", "text": text}, TEXTS)
    | st.builds(
        lambda line, text, fill: {**NO_STEP, "kind": "command", "command": line, "text": text, "toFill": fill},
        TEXTS,
        st.none() | TEXTS,
        st.lists(TEXTS, max_size=2),
    )
)
FIXES = st.lists(st.builds(lambda ways: {"ways": ways}, st.lists(st.lists(STEPS, max_size=2), max_size=2)), max_size=2)
FOUND = st.lists(
    st.builds(
        lambda about, reason, outcome, fixes, since: finding(
            about, reason, outcome, fixes=fixes, remediation=reason, mandatoryFrom=since
        ),
        st.sampled_from([None, *instances]),
        TEXTS,
        st.sampled_from(["PASS", "FAIL"]),
        FIXES,
        st.none() | st.just("2026-12-05T02:00:00+08:00"),
    ),
    unique_by=lambda item: item["subject"]["id"],
)


@given(originals=FOUND)
def test_any_findings_come_back_as_they_were_whatever_their_texts(originals: list[Any]) -> None:
    originals.sort(key=lambda item: ([MIGRATED, *(i["subject"] for i in instances)]).index(item["subject"]))
    before = copy.deepcopy(originals)
    assert list(findings(file_of(originals))) == before
    assert originals == before


# ---- told once ----


def test_findings_that_differ_only_in_their_own_id_are_one_group() -> None:
    findings = [finding(item, f"{item['key']} has none.", remediation=f"add {item['key']}") for item in instances]
    (group,) = file_of(findings)["results"]
    assert (group["about"], group["instances"], group["ownId"]) == ("every instance", [], True)
    assert (group["reason"], group["remediation"]) == (f"{OWN} has none.", f"add {OWN}")


def test_a_finding_of_some_instances_lists_them() -> None:
    content = file_of([finding(ONE, "none"), finding(TWO, "none"), finding(THREE, "one", "PASS")])
    assert [(i["outcome"], i["about"], i["instances"]) for i in content["results"]] == [
        ("FAIL", "instances", ["i-1", "i-2"]),
        ("PASS", "instances", ["i-3"]),
    ]
    assert [(item["subject"]["id"], item["reason"]) for item in findings(content, "FAIL")] == [
        ("i-1", "none"),
        ("i-2", "none"),
    ]


def test_a_text_that_has_the_mark_itself_is_left_as_it_is() -> None:
    content = file_of([finding(ONE, "call it <id>, not i-1")])
    (group,) = content["results"]
    assert group["ownId"] is False
    assert [item["reason"] for item in findings(content)] == ["call it <id>, not i-1"]


def test_a_step_has_only_what_is_of_its_kind() -> None:
    steps = [
        {**NO_STEP, "kind": "config", "path": "backups", "value": None},
        {**NO_STEP, "kind": "task", "text": "ask"},
        {**NO_STEP, "kind": "command", "command": "pulumi up"},
    ]
    content = file_of([finding(ONE, fixes=[{"ways": [steps]}])])
    assert content["results"][0]["fixes"][0]["ways"][0] == [
        {"kind": "config", "path": "backups", "value": None},
        {"kind": "task", "text": "ask"},
        {"kind": "command", "command": "pulumi up"},
    ]
    (item,) = findings(content)
    assert item["fixes"][0]["ways"][0] == steps


def test_instances_of_one_id_are_distinguished_by_their_urns() -> None:
    assert keys([("i-1", "urn:a"), ("i-2", "urn:b"), ("i-1", "urn:c")]) == ["urn:a", "i-2", "urn:c"]
    assert keys([("urn:b", "urn:a"), ("i-2", "urn:b")]) == ["urn:a", "i-2"]
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-app")["instanceId"] = "i-web"
    content = document(draft.evaluation(), all_rules())
    assert len({item["key"] for item in content["instances"]}) == 2
    urns = [i["subject"]["urn"] for i in findings(content) if i["rule"] == "instance-operable"]
    assert sorted(urns) == sorted(item["subject"]["urn"] for item in content["instances"])


def test_without_instances_nothing_is_about_every_one() -> None:
    content = document(Draft([], prepared().now).evaluation(), all_rules())
    assert {group["about"] for group, _ in groups(content)} == {"migration"}


def test_most_of_what_passes_takes_a_line_a_rule(tmp_path: Path) -> None:
    """What a file takes for each instance grows with what is to be said of it alone."""
    path = tmp_path / "result.json"
    draft = prepared()
    write(path, document(draft.evaluation(), all_rules()))
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if '"PASS"' in line and '"every instance"' in line]) > 20


@pytest.mark.parametrize("about", ["all", None, 7, []])
def test_a_file_that_is_none_is_an_error_that_the_gate_knows(about: object) -> None:
    content = file_of([finding(ONE)])
    content["results"][0]["about"] = about
    with pytest.raises(ValueError, match="a result about"):
        list(findings(content))
    content["results"][0] |= {"about": "instances", "instances": ["i-9"]}
    with pytest.raises(KeyError):
        list(findings(content))
    del content["results"]
    with pytest.raises(KeyError):
        list(findings(content))


def test_the_program_on_the_page_shows_what_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (Path(__file__).parents[2] / "docs/result.md").read_text(encoding="utf-8")
    program = page.split("```python\n")[1].split("```")[0]
    draft = prepared()
    del draft.facts(MIGRATION)["snapshots"]["d-web"]
    write(tmp_path / "preflight-result.json", document(draft.evaluation(), all_rules()))
    monkeypatch.chdir(tmp_path)
    exec(program, {})  # noqa: S102 - our own page
    assert capsys.readouterr().out.startswith("backup-snapshot-of-every-disk i-web ")
