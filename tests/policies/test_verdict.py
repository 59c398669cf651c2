"""The reader of a result: what it goes by, what it refuses, and its exit code."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from policies import verdict as reader
from policies.core.clock import read_clock
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION
from policies.pack import document as documents
from policies.pack.document import document, write
from policies.pack.evaluation import evaluate
from policies.pack.registry import all_rules
from policies.pack.run import PACK, read_run
from policies.results import findings
from policies.verdict import Criteria, verdict
from tests.policies.prepared import BEFORE_FREEZE, IN_FREEZE, UNKNOWN, Draft, add_wave, prepared
from tests.policies.result_files import with_findings, with_first, without

RUN = "build-7"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout with a stack file and evidence."""
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n")
    (tmp_path / "evidence.json").write_text("{}\n")
    return tmp_path


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def result(
    project: Path,
    draft: Draft | None = None,
    run: str | None = RUN,
    *,
    now: str | None = None,
    ahead: timedelta = timedelta(),
    rehearsal: tuple[str, ...] = (),
) -> dict[str, Any]:
    """What the pack says of a draft that was made of the project's files, read when it was judged.

    `now` is PREFLIGHT_NOW; the cloud's clock is `ahead` of this machine's.
    """
    draft = draft or prepared()
    facts = draft.facts(MIGRATION)
    facts["estateReadAt"] = draft.now.isoformat()
    facts["clock"] = {"cloudTime": draft.now.isoformat(), "machineTime": (draft.now - ahead).isoformat()}
    names = ("Pulumi.dev.yaml", "evidence.json")
    stack_file, evidence = ({"path": name, "sha256": digest(project / name)} for name in names)
    facts["madeOf"] = {"commit": COMMIT, "dirty": False, "stackFile": stack_file, "files": [evidence]}
    facts["rehearsal"] = list(rehearsal)
    environment = {} if run is None else {"PREFLIGHT_RUN_ID": run}
    environment |= {} if now is None else {"PREFLIGHT_NOW": now}
    moment = read_clock(environment, draft.plan(), lambda: draft.now - ahead)
    evaluation = evaluate(all_rules(), draft.plan(), moment)
    judged: Any = document(evaluation, all_rules(), read_run(environment, draft.plan()))
    read: dict[str, Any] = json.loads(json.dumps(judged))
    return read


def judged(
    project: Path,
    content: dict[str, Any],
    *,
    after: timedelta = timedelta(minutes=1),
    strict: bool = False,
    **want: Any,
) -> tuple[int, str]:
    """Exit code and text for a result that is read some time after it was judged."""
    path = project / "result.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    criteria = Criteria(**{"run": RUN, "since": None, "project": project} | want)
    code, lines = verdict(path, criteria, datetime.fromisoformat(content["judgedAt"]) + after, strict=strict)
    return code, "\n".join(lines)


# ---- what it says ----


def test_ready(project: Path) -> None:
    code, text = judged(project, result(project), stack="dev", commit=COMMIT, account="1234567890")
    assert code == 0
    assert text == ("READY: stack dev, account 1234567890, judged at 2026-12-11T10:00:00+08:00, commit 0123456789ab")


@pytest.mark.parametrize(("strict", "expected"), [(False, 0), (True, 10)])
def test_ready_with_conditions(project: Path, strict: bool, expected: int) -> None:
    code, text = judged(project, result(project, prepared(exists=False)), strict=strict)
    assert code == expected
    assert text.startswith("READY WITH CONDITIONS: ")


def test_not_ready_names_what_blocks(project: Path) -> None:
    draft = prepared()
    del draft.facts(MIGRATION)["snapshots"]["d-web"]
    code, text = judged(project, result(project, draft))
    assert code == 20
    assert "\n  FAIL backup-snapshot-of-every-disk web-1: " in text


def test_unknown(project: Path) -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["eniQuantity"] = UNKNOWN
    code, text = judged(project, result(project, draft))
    assert code == 30
    assert "\n  UNKNOWN instance-type-supports-eni web-1: " in text


def test_a_wave_is_judged_by_itself(project: Path) -> None:
    draft = prepared()
    add_wave(draft, "two", "i-app", start="2027-01-20T02:00:00+08:00")
    draft.facts(MIGRATION)["attestations"][0]["validUntil"] = "2027-02-01T02:00:00+08:00"
    content = result(project, draft)
    assert judged(project, content)[0] == 20
    code, text = judged(project, content, wave="all")
    assert (code, "app-1" in text) == (0, False)
    code, text = judged(project, content, wave="two")
    assert (code, "app-1" in text) == (20, True)
    assert judged(project, content, wave="three") == (
        40,
        f"NOT JUDGED: {project}/result.json:\n  it has no wave three",
    )


def by_file(project: Path, exists: bool = True) -> Draft:
    """The prepared stack, judged without a cloud by an estate of two weeks ago; the freeze has begun."""
    (project / "estate.json").write_text("{}\n", encoding="utf-8")
    draft = prepared(exists=exists)
    draft.now = IN_FREEZE
    draft.facts(MIGRATION)["estateFile"] = {"path": "estate.json", "sha256": digest(project / "estate.json")}
    return draft


def without_clock(content: dict[str, Any]) -> dict[str, Any]:
    """The result of a run that asked no cloud for the time."""
    content["run"] |= {"machineTime": None, "cloudTime": None, "estateReadAt": "2026-11-27T10:00:00+08:00"}
    content["clockSource"] = "system"
    return content


@pytest.mark.parametrize("exists", [True, False])
def test_by_a_file_all_is_unknown_at_best_and_it_is_said_of_when_it_is(project: Path, exists: bool) -> None:
    code, text = judged(project, without_clock(result(project, by_file(project, exists))))
    assert code == 30
    assert text.startswith("UNKNOWN: stack dev, ")
    assert "by the estate in estate.json of 2026-11-27T10:00:00+08:00" in text.splitlines()[0]
    assert "\n  UNKNOWN stack-estate-read-live " in text
    assert " FAIL " not in text


def test_by_a_file_what_fails_is_not_ready(project: Path) -> None:
    draft = by_file(project)
    del draft.facts(MIGRATION)["snapshots"]["d-web"]
    assert judged(project, without_clock(result(project, draft)))[0] == 20


@pytest.mark.parametrize("strict", [True, False])
def test_a_result_that_is_ready_by_a_file_is_none(project: Path, strict: bool) -> None:
    content = result(project)
    content["run"]["estateFile"] = {"path": "evidence.json", "sha256": digest(project / "evidence.json")}
    code, text = judged(project, content, strict=strict)
    assert code == 40
    assert "it is ready by the estate of a file" in text


# ---- what it refuses ----


@pytest.mark.parametrize("run", [None, "build-6", "BUILD-7"])
def test_a_result_of_another_run_is_none(project: Path, run: str | None) -> None:
    code, text = judged(project, result(project, run=run))
    assert code == 40
    assert f"its run is {run or 'without an id'}, expected {RUN}" in text


def test_a_run_may_be_told_by_its_beginning(project: Path) -> None:
    content = result(project, run=None)
    now = datetime.fromisoformat(content["judgedAt"])
    assert judged(project, content, run=None, since=now)[0] == 0
    code, text = judged(project, content, run=None, since=now + timedelta(seconds=1))
    assert code == 40
    assert "before 2026-12-11T10:00:01+08:00" in text


@pytest.mark.parametrize(
    ("want", "words"),
    [
        ({"stack": "prod"}, "its stack is dev, expected prod"),
        ({"commit": "fedcba"}, f"its commit is {COMMIT}, expected fedcba"),
        ({"account": "42"}, "its account is 1234567890, expected 42"),
    ],
)
def test_a_result_of_another_run_than_the_wanted_one_is_not_judged(
    project: Path, want: dict[str, Any], words: str
) -> None:
    code, text = judged(project, result(project), **want)
    assert code == 40
    assert words in text


Change = Callable[[dict[str, Any]], object]

REFUSED: dict[str, tuple[Change, str]] = {
    "another schema": (lambda it: it.update(schemaVersion=3), "its schema version is 3; expected 4"),
    "no schema": (lambda it: it.pop("schemaVersion"), "its schema version is None"),
    "another pack": (lambda it: it.update(pack={"name": "other"}), "it is not of the policy pack"),
    "no pack": (lambda it: it.pop("pack"), "it is no result of the policy pack"),
    "other code": (lambda it: it["run"].update(rulesSha256="0" * 64), "another version of the rules judged"),
    "a rule less": (lambda it: it["rules"].pop(), "rules are missing: waiver-in-order"),
    "a rule without a result": (
        without("waiver-in-order"),
        "rules have no result: waiver-in-order",
    ),
    "a what-if that says that it is none": (
        lambda it: it.update(clockSource="PREFLIGHT_NOW"),
        "it contradicts itself about whether it is a what-if",
    ),
    "a reason without a what-if": (
        lambda it: it.update(whatIf=[{"kind": "time", "reason": "asked"}]),
        "it contradicts itself about whether it is a what-if",
    ),
    "no results": (lambda it: it.update(results=[]), "it has no results"),
    "a finding that does not count": (
        with_first(blocking=True),
        "its judgement contradicts its results",
    ),
    "a count without its findings": (lambda it: it.update(blocking=1), "its judgement contradicts its results"),
    "no stack file": (lambda it: it["run"].update(stackFile=None), "it names no stack file"),
    "no files": (lambda it: it["run"].update(files=None), "it does not list the files that it rests on"),
    "when the estate was read": (
        lambda it: it["run"].update(machineTime=None),
        "it does not say when the estate was read",
    ),
    "an estate of yesterday": (
        lambda it: it["run"].update(machineTime="2026-12-10T10:00:00+08:00"),
        "the estate was read at 2026-12-10T10:00:00+08:00, more than 60 minutes ago",
    ),
    "an estate of tomorrow": (
        lambda it: it["run"].update(machineTime="2026-12-12T10:00:00+08:00"),
        "the estate was read at 2026-12-12T10:00:00+08:00, which is in the future",
    ),
    "no run": (lambda it: it.pop("run"), "it lacks what a result of its schema version must have"),
    "a time without an offset": (
        lambda it: it["run"].update(machineTime="2026-12-11T10:00:00"),
        "it lacks what a result of its schema version must have",
    ),
    "this machine's clock": (lambda it: it.update(clockSource="system"), "it does not use the cloud's clock"),
    "a clock of its own": (lambda it: it.update(clockSource="mine"), "it does not use the cloud's clock"),
    "no word of a what-if": (
        lambda it: it.update(whatIf=None),
        "it lacks what a result of its schema version must have",
    ),
    "no now": (lambda it: it.pop("now"), "it lacks what a result of its schema version must have"),
    "a stack that is none": (lambda it: it.pop("stack"), "it lacks what a result of its schema version must have"),
    "a finding that was always mandatory": (
        with_first(outcome="FAIL", mandatoryFrom=None),
        "it contradicts itself about what is mandatory",
    ),
    "a finding that is mandatory by now": (
        lambda it: with_first(outcome="UNKNOWN", mandatoryFrom=it["now"])(it),
        "it contradicts itself about what is mandatory",
    ),
    "advice that blocks": (
        with_first(outcome="FAIL", blocking=True, mandatoryFrom="2026-12-11T10:00:01+08:00"),
        "it contradicts itself about what is mandatory",
    ),
    "a success that blocks": (
        with_first(outcome="PASS", blocking=True),
        "it contradicts itself about what is mandatory",
    ),
    "an instance that a rule was not asked about": (
        without("backup-snapshot-of-every-disk", "i-app"),
        "backup-snapshot-of-every-disk has no result for i-app",
    ),
    "an instance that no rule was asked about": (
        without(instance_id="i-app"),
        "backup-snapshot-of-every-disk has no result for i-app",
    ),
    "an instance that a rule was asked about twice": (
        lambda it: with_findings(it, lambda found: found + [i for i in found if i["subject"]["id"] == "i-app"][:1]),
        "has more than one result for i-app",
    ),
    "an instance that is there twice": (
        lambda it: it["instances"].append(it["instances"][0]),
        "two instances have the same key",
    ),
    "a result about an instance that is not there": (
        lambda it: it["results"][0].update(about="instances", instances=["i-none"]),
        "it lacks what a result of its schema version must have",
    ),
    "a result about nothing that a reader knows": (
        lambda it: it["results"][0].update(about="all"),
        "it lacks what a result of its schema version must have",
    ),
    "a rule that was asked about nothing": (
        lambda it: it["results"][0].update(about="instances", instances=[]),
        "rules have no result: after-address-lists-reviewed",
    ),
    "results that are none": (
        lambda it: it.update(results=["PASS"]),
        "it lacks what a result of its schema version must have",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_foreign_stale_or_contradictory_result_is_not_judged(name: str, project: Path) -> None:
    change, words = REFUSED[name]
    content = result(project)
    change(content)
    code, text = judged(project, content)
    assert code == 40
    assert text.startswith("NOT JUDGED: ")
    assert words in text


def test_advice_passes_until_it_is_mandatory(project: Path) -> None:
    content = result(project)
    with_first(outcome="FAIL", mandatoryFrom="2026-12-11T10:00:01+08:00")(content)
    assert judged(project, content)[0] == 0


@pytest.mark.parametrize("wave", ["all", None])
def test_a_wave_does_not_pass_what_holds_it_back(wave: str | None, project: Path) -> None:
    draft = prepared()
    add_wave(draft, "two", "i-app", start="2027-01-20T02:00:00+08:00")
    draft.facts(MIGRATION)["attestations"][0]["validUntil"] = "2027-02-01T02:00:00+08:00"
    content = result(project, draft)
    assert judged(project, content, wave="all")[0] == 0
    held = {item["subject"]["id"] for item in findings(content) if item["blocking"]}
    for item in content["instances"]:
        if item["subject"]["id"] in held:
            item["wave"] = wave
    code, text = judged(project, content, wave="all")
    assert code == 40
    assert "its judgement contradicts its results" in text


def test_a_rehearsal_does_not_pass_what_holds_it_back(project: Path) -> None:
    draft = prepared()
    del draft.facts(MIGRATION)["snapshots"]["d-web"]
    content = result(project, draft, rehearsal=("simulated",))
    for judgement in (content["judgement"], content["waves"][0]["judgement"]):
        judgement["hypothetical"] = "READY"
    code, text = judged(project, content, rehearsal=True)
    assert code == 40
    assert "its judgement contradicts its results" in text


# What a gate reads of a result: without any of it, there is one plain answer and no traceback.
READ = (
    "now",
    "stack",
    "run",
    "judgement",
    "waves",
    "instances",
    "rules",
    "results",
    "whatIf",
    "clockSource",
    "blocking",
)
READ_OF_A_RUN = ("id", "accountId", "commit", "dirty", "cloudTime", "machineTime", "rulesSha256", "stackFile", "files")
OTHERS: tuple[object, ...] = (None, [], {}, "", "x", 7, True, [None], {"x": {}}, [[]])


@pytest.mark.parametrize("key", [*READ, *(f"run.{key}" for key in READ_OF_A_RUN)])
def test_a_missing_or_malformed_key_of_a_result_is_no_crash(key: str, project: Path) -> None:
    content = result(project)
    above, _, name = key.rpartition(".")
    for change in range(len(OTHERS) + 1):
        spoilt = copy.deepcopy(content)
        holder = spoilt[above] if above else spoilt
        if change == len(OTHERS):
            del holder[name]
        else:
            holder[name] = OTHERS[change]
        code, text = judged(project, spoilt, commit=None)
        assert code in (0, 40)
        if change == len(OTHERS):
            assert code == 40
            assert text.endswith("it lacks what a result of its schema version must have")


@pytest.mark.parametrize(
    "key", ["outcome", "rule", "about", "instances", "ownId", "blocking", "reason", "fixes", "mandatoryFrom"]
)
def test_a_finding_of_another_form_never_shows_as_a_crash(key: str, project: Path) -> None:
    draft = prepared()
    del draft.facts(MIGRATION)["snapshots"]["d-web"]
    content = result(project, draft)
    (finding,) = (item for item in content["results"] if item["blocking"])
    for other in OTHERS:
        finding[key] = other
        code, text = judged(project, content)
        assert code in (20, 40)
        assert text


def test_nothing_of_the_file_reaches_the_terminal_as_it_is(project: Path) -> None:
    """Neither a sequence that a terminal obeys, nor a line that looks like an answer."""
    draft = prepared()
    del draft.facts(MIGRATION)["snapshots"]["d-web"]
    content = result(project, draft, rehearsal=("simulated",))
    bad = "a\x1b[2J\nREADY: b\u202e\ud800"
    content["stack"] = content["run"]["accountId"] = bad
    content["whatIf"][0]["reason"] = bad
    for item in content["results"]:
        if item["blocking"]:
            item["reason"] = "a\x1b[2J\ud800\nmore"
    for item in content["instances"]:
        item["subject"]["name"] = bad
    content["run"]["commit"] = "\x1b]0;x\x07"
    code, text = judged(project, content)
    assert code == 4
    refused = judged(project, content, stack="dev")[1]
    for shown in (text, refused):
        assert "a?[2J?READY: b??" in shown
        assert all(char.isprintable() or char == "\n" for char in shown)
        assert not any(line.startswith("READY") for line in shown.splitlines())


def test_uncommitted_changes_are_no_commit(project: Path) -> None:
    content = result(project)
    for dirty in (True, None):
        content["run"]["dirty"] = dirty
        code, text = judged(project, content, commit=COMMIT)
        assert code == 40
        assert "the checkout had changes on top of that commit" in text
        assert judged(project, content)[0] == 0


@pytest.mark.parametrize("name", ["Pulumi.dev.yaml", "evidence.json"])
def test_files_must_be_as_they_were_judged(name: str, project: Path) -> None:
    content = result(project)
    (project / name).write_text("changed")
    assert f"{name} has changed since it was judged" in judged(project, content)[1]
    (project / name).unlink()
    code, text = judged(project, content)
    assert code == 40
    assert f"{name}, which it rests on, cannot be read" in text


def test_a_config_from_elsewhere_is_taken_where_the_caller_says_so(project: Path) -> None:
    content = result(project)
    content["run"]["stackFile"] = None
    assert judged(project, content, config_elsewhere=True)[0] == 0


def test_it_grows_stale(project: Path) -> None:
    content = result(project)
    assert judged(project, content, after=timedelta(minutes=59))[0] == 0
    code, text = judged(project, content, after=timedelta(minutes=61))
    assert code == 40
    assert "it was judged at 2026-12-11T10:00:00+08:00, more than 60 minutes ago" in text
    assert judged(project, content, after=timedelta(minutes=61), max_age=timedelta(minutes=90))[0] == 0
    code, text = judged(project, content, after=timedelta(minutes=-10))
    assert code == 40
    assert "which is in the future: it is 2026-12-11T09:50:00+08:00 here" in text


@pytest.mark.parametrize(
    ("now", "until"),
    [
        # The freeze, a window of a wave, and a lead time of an evidence rule a week before it.
        ("2026-12-11T01:30:00+08:00", "2026-12-11T02:00:00+08:00"),
        ("2026-12-12T01:30:00+08:00", "2026-12-12T02:00:00+08:00"),
        ("2026-12-05T01:30:00+08:00", "2026-12-05T02:00:00+08:00"),
    ],
)
def test_it_does_not_outlive_what_begins_meanwhile(project: Path, now: str, until: str) -> None:
    draft = prepared()
    draft.now = datetime.fromisoformat(now)
    draft.facts(MIGRATING_INSTANCE, "i-web")["guest"]["systemDiskFreeMib"] = 0.0
    content = result(project, draft)
    assert content["validUntil"] == until
    assert judged(project, content, after=timedelta(minutes=29))[0] != 40
    code, text = judged(project, content, after=timedelta(minutes=30))
    assert code == 40
    assert f"it was valid until {until}" in text


def test_nothing_ahead_is_no_end(project: Path) -> None:
    draft = prepared()
    draft.now = datetime.fromisoformat("2027-03-01T02:00:00+08:00")
    assert result(project, draft)["validUntil"] is None
    draft = prepared(exists=False)
    assert draft.now == BEFORE_FREEZE
    assert result(project, draft)["validUntil"] == "2026-12-06T09:00:00+08:00"


def test_another_time_than_the_present_passes_no_gate(project: Path) -> None:
    """Two weeks early nothing has to exist yet; READY WITH CONDITIONS would be what it says of then."""
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["guest"]["systemDiskFreeMib"] = 0.0
    content = result(project, draft, now="2026-11-27T10:00:00+08:00")
    choices: list[dict[str, Any]] = [{}, {"rehearsal": True}, {"strict": True}]
    for options in choices:
        code, text = judged(project, content, **options)
        assert code == 4
        assert text.startswith("WHAT-IF: ")
        assert "PREFLIGHT_NOW asks about 2026-11-27T10:00+08:00, and it is 2026-12-11T10:00+08:00 now" in text
    assert judged(project, result(project, draft))[0] == 20


def test_a_rehearsal_passes_no_gate_and_is_judged_where_the_caller_says_so(project: Path) -> None:
    content = result(project, rehearsal=("alicloud:protocol is HTTP",), ahead=timedelta(days=12))
    code, text = judged(project, content)
    assert code == 4
    assert "; would be READY\n  alicloud:protocol is HTTP" in text
    assert judged(project, content, rehearsal=True)[0] == 0
    draft = prepared()
    del draft.facts(MIGRATION)["snapshots"]["d-web"]
    assert judged(project, result(project, draft, rehearsal=("simulated",)), rehearsal=True)[0] == 20


def test_another_time_in_a_rehearsal_stays_a_what_if(project: Path) -> None:
    content = result(project, now="2026-11-27T10:00:00+08:00", rehearsal=("simulated",))
    assert {item["kind"] for item in content["whatIf"]} == {"time", "rehearsal"}
    assert judged(project, content, rehearsal=True)[0] == 4


def test_a_result_ends_by_the_clock_of_the_cloud(project: Path) -> None:
    draft = prepared()
    draft.now = datetime.fromisoformat("2026-12-11T01:30:00+08:00")
    content = result(project, draft, ahead=timedelta(minutes=4))
    assert content["validUntil"] == "2026-12-11T02:00:00+08:00"
    assert judged(project, content, after=timedelta(minutes=29))[0] == 0
    assert judged(project, content, after=timedelta(minutes=30))[0] == 40


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"pack": 1}', '{"a": 1, "a": 2}', "[" * 100_000, "\udcff"])
def test_a_file_that_is_no_json_object_is_not_judged(content: str, project: Path) -> None:
    path = project / "result.json"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    assert verdict(path, Criteria(RUN, None, project), prepared().now)[0] == 40


def test_no_file_is_not_judged(project: Path) -> None:
    code, lines = verdict(project / "none.json", Criteria(RUN, None, project), prepared().now)
    assert code == 40
    assert lines[1] == "  it cannot be read: No such file or directory"


def test_a_readiness_that_it_does_not_know_is_unknown(project: Path) -> None:
    content = result(project)
    content["judgement"]["readiness"] = "FINE"
    assert judged(project, content)[0] == 30


def test_it_knows_the_schema_that_the_pack_writes() -> None:
    assert reader.SCHEMA_VERSION == documents.SCHEMA_VERSION


def test_keys_that_were_added_do_not_matter(project: Path) -> None:
    content = copy.deepcopy(result(project))
    content["more"] = content["run"]["more"] = content["judgement"]["more"] = 1
    content["schemaMinorVersion"] += 1
    assert judged(project, content)[0] == 0


# ---- the command ----


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs it without any package beside the standard library."""
    line = [sys.executable, "-I", "-S", "-c", _ISOLATED, str(PACK.parent), *arguments]
    return subprocess.run(line, capture_output=True, text=True, check=False)


_ISOLATED = """
import runpy, sys
sys.path.insert(0, sys.argv.pop(1))
runpy.run_module("policies.verdict", run_name="__main__", alter_sys=True)
"""


def test_the_command_needs_the_standard_library_alone(project: Path) -> None:
    content = result(project)
    path = project / "result.json"
    write(path, content)  # type: ignore[arg-type]
    done = command(str(path), "--run", RUN, "--project", str(project))
    assert done.stderr == ""
    assert done.returncode == 40
    assert "which is in the future" in done.stdout or "minutes ago" in done.stdout


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_the_encoding_of_standard_output_changes_no_verdict(encoding: str, project: Path) -> None:
    path = project / "\u4e8c.json"
    path.write_text("{}", encoding="utf-8")
    line = [sys.executable, "-m", "policies.verdict", str(path), "--run", "a"]
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run(line, capture_output=True, cwd=PACK.parent, env=environment, check=False)
    assert (done.returncode, done.stderr) == (40, b"")
    assert done.stdout.startswith(b"NOT JUDGED: ")


def test_a_reader_that_is_gone_changes_no_answer(project: Path) -> None:
    line = [sys.executable, "-m", "policies.verdict", str(project / "none.json"), "--run", "a"]
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(line, stdout=writing, stderr=subprocess.PIPE, cwd=PACK.parent, check=False)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (40, b"")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["result.json"],
        ["result.json", "--run", " "],
        ["result.json", "--run", "a", "--since", "2026-12-11T10:00:00+08:00"],
        ["result.json", "--since", "yesterday"],
        ["result.json", "--since", "2026-12-11T10:00:00"],
        ["result.json", "--run", "a", "--max-age", "0"],
        ["result.json", "--run", "a", "--max-age", "100000"],
    ],
)
def test_a_wrong_command_line_is_bad_input(arguments: list[str]) -> None:
    done = command(*arguments)
    assert done.returncode == 2
    assert "usage: python -m policies.verdict" in done.stderr
    assert "Traceback" not in done.stderr
