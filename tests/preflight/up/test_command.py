"""What `preflight up` asks, does and says, whatever judge and engine answer; with the engine: tests/e2e/test_up.py."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from policies.verdict import Criteria, Decision
from preflight.cli import app
from preflight.exits import Stop
from preflight.judging import Judged, RunOptions
from preflight.previewing import Failure, Preview
from preflight.up import command, holding
from preflight.up.holding import may_follow
from tests.policies.result_files import with_findings
from tests.preflight.results import recorded_result
from tests.preflight.stepped import recorded_steps

READY, BROKEN = recorded_result("first"), recorded_result("broken")
CONDITIONS = Decision(0, "READY WITH CONDITIONS", READY)
REFUSAL = "Nothing is changed in the cloud: the cloud, the commit or the stack file has changed since 13:06."


@dataclass(frozen=True)
class Stack:
    directory: Path
    name: str = "test"


@dataclass
class Run:
    """What judge and engine answer, and what they were asked."""

    judged: Judged
    again: Decision = CONDITIONS
    after: Decision = CONDITIONS
    updated: Preview | None = None
    done: dict[str, int] = field(default_factory=lambda: {"created": 38})
    width: int = 120
    requested: list[RunOptions] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, *arguments: str, answer: str | None = None) -> tuple[int, str, str]:
        done = CliRunner().invoke(app, ["up", *arguments], input=answer)
        stop = done.exception if isinstance(done.exception, Stop) else None
        assert done.exception is None or stop is not None or isinstance(done.exception, SystemExit), done.exception
        return (stop.code if stop else done.exit_code), done.stdout, str(stop or done.stderr)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """A prepared stack that is ready with conditions, at no terminal."""
    preview = Preview("build-7", tmp_path / "result.json", failed=False, steps=recorded_steps("first"))
    criteria = Criteria("build-7", None, tmp_path)
    run = Run(Judged(Stack(tmp_path), CONDITIONS, preview, criteria))  # type: ignore[arg-type]
    run.updated = replace(preview, run_id="build-8", steps=())

    def judge(options: RunOptions, _: object) -> Judged:
        run.requested.append(options)
        assert options.plan is not None
        options.plan.write_text(json.dumps({"resourcePlans": {}}), encoding="utf-8")
        return run.judged

    def decide(_: Path, required: Criteria, __: object, *, strict: bool = False) -> Decision:
        decision = run.after if required.run == "build-8" else run.again
        return replace(decision, code=10) if strict and decision.readiness == "READY WITH CONDITIONS" else decision

    def update(_: object, plan: Path, __: object, ___: object, done: Any) -> Preview:
        run.updates.append(json.loads(plan.read_text(encoding="utf-8")))
        done.counts.update(run.done)
        assert run.updated is not None
        return run.updated

    def console(*, stderr: bool = False) -> Console:
        return Console(stderr=stderr, highlight=False, width=run.width)

    for name, function in (("judge", judge), ("decide", decide), ("update", update), ("console", console)):
        monkeypatch.setattr(command, name, function)
    return run


def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "is_terminal", lambda: True)


def failed(run: Run, **changes: Any) -> Preview:
    assert run.updated is not None
    return replace(run.updated, failed=True, **changes)


# ---- before the update ----


def test_nothing_begins_without_somebody_to_ask_or_yes(run: Run) -> None:
    code, out, err = run("--stack", "test")
    assert (code, out) == (2, "")
    assert err == "expected --yes: there is no terminal to ask at; preflight plan shows the changes"
    assert run.requested == []


@pytest.mark.parametrize("width", [80, 120])
def test_it_shows_what_it_does_and_the_verdict_before_and_after(run: Run, width: int) -> None:
    run.width = width
    code, out, _ = run("--yes", "--stack", "test")
    lines = out.splitlines()
    assert code == 0
    assert lines[0].startswith("What this change does to stack ")
    assert lines[1] == "! 4 of them cannot be undone, marked ! below."
    assert lines[-4:] == [
        "READY WITH CONDITIONS: stack test",
        "",
        "Done: 38 created.",
        "READY WITH CONDITIONS: stack test, after the update",
    ]
    assert [line for line in lines if len(line) > width] == []
    assert len(run.updates) == 1


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1), ("\n", 1), ("", 1)])
def test_at_a_terminal_somebody_is_asked_and_no_answer_is_no(
    run: Run, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    at_a_terminal(monkeypatch)
    ended, out, err = run("--stack", "test", answer=answer)
    assert ended == code
    assert "4 of these changes cannot be undone. [y/N]:" in err
    assert len(run.updates) == (code == 0)
    assert ("Nothing is changed in the cloud: it was not confirmed." in out) == (code != 0)


VERDICTS: dict[str, tuple[Decision, int, str]] = {
    "not ready": (Decision(20, "NOT READY", BROKEN), 20, "What to settle first: preflight check --stack test"),
    "unknown": (Decision(30, "UNKNOWN", BROKEN), 30, "What to settle first: preflight check --stack test"),
    "a simulated cloud": (Decision(4, "WHAT-IF", READY), 4, "--rehearsal judges a simulated cloud as if it were"),
    "another time": (
        Decision(4, "WHAT-IF", {**READY, "whatIf": [{"kind": "time", "reason": "PREFLIGHT_NOW asks about then"}]}),
        4,
        "Nothing is changed in the cloud: the verdict is about another time than now. Unset PREFLIGHT_NOW.",
    ),
    "not judged": (Decision(40, "NOT JUDGED", None, ("it is of another run",)), 40, "it is of another run"),
}


@pytest.mark.parametrize("case", VERDICTS)
def test_a_verdict_that_lets_no_update_pass_ends_it_with_its_own_code(run: Run, case: str) -> None:
    decision, code, message = VERDICTS[case]
    run.judged = replace(run.judged, decision=decision)
    ended, out, _ = run("--yes", "--stack", "test")
    assert ended == code
    assert message in out
    assert run.updates == []


def test_drift_that_the_update_fixes_does_not_stop_it(run: Run) -> None:
    drifted = json.loads(json.dumps(BROKEN))
    with_findings(drifted, _only_what_is_mended)
    decision = Decision(20, "NOT READY", drifted)
    assert may_follow(replace(run.judged, decision=decision))
    assert not may_follow(replace(run.judged, decision=decision, preview=replace(run.judged.preview, failed=True)))
    assert not may_follow(replace(run.judged, decision=Decision(4, "WHAT-IF", drifted)))
    run.judged = replace(run.judged, decision=decision)
    assert run("--yes")[0] == 0
    assert len(run.updates) == 1


def test_no_update_follows_where_no_rule_applies(run: Run) -> None:
    """Nothing is open then, and nothing is known."""
    run.judged = replace(run.judged, decision=Decision(30, "UNKNOWN", READY))
    assert run("--yes")[0] == 30
    assert run.updates == []


def _only_what_is_mended(findings: list[Any]) -> None:
    blocking = [item for item in findings if item["blocking"]]
    for item in blocking[1:]:
        item.update(blocking=False, outcome="PASS")
    blocking[0]["rule"] = "stack-unchanged-in-cloud"
    findings.sort(key=lambda item: str(item["rule"]))


def test_files_that_have_changed_since_stop_it_before_the_engine_begins(run: Run) -> None:
    run.again = Decision(40, "NOT JUDGED", None, ("Pulumi.test.yaml has changed since it was judged",))
    code, _, err = run("--yes")
    assert code == 40
    assert err == (
        "Nothing is changed in the cloud: the verdict no longer holds: Pulumi.test.yaml has changed since it was judged"
    )
    assert run.updates == []


def test_an_engine_that_left_no_plan_updates_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: Path) -> None:
        raise FileNotFoundError

    monkeypatch.setattr(command, "release_what_runs_on", missing)
    code, _, err = run("--yes")
    assert (code, err) == (40, "Nothing is changed in the cloud: the engine wrote no update plan (FileNotFoundError)")
    assert run.updates == []


# ---- the update ----

ENDS: dict[str, tuple[Callable[[Run], Preview], dict[str, int], int, tuple[str, str]]] = {
    "the program finds the cloud changed": (
        lambda run: failed(run, failure=Failure("cloud", REFUSAL), errors=("program exited with non-zero exit code",)),
        {},
        40,
        (REFUSAL, "NOT JUDGED: the update stopped; nothing was changed"),
    ),
    "a permission is missing": (
        lambda run: failed(run, failure=Failure("access", "Permission denied for ecs:DescribeDisks")),
        {},
        3,
        ("Permission denied for ecs:DescribeDisks", "FAILED: the update stopped; nothing was changed"),
    ),
    "a resource is not as the plan has it": (
        lambda run: failed(run, errors=("resource violates plan: properties changed: ~~rules",)),
        {"created": 2},
        40,
        (
            "The cloud, the commit or the config has changed since the verdict.",
            "NOT JUDGED: the update stopped; done before: 2 created; preflight up goes on from there",
        ),
    ),
    "the cloud refuses a write": (
        lambda run: failed(run, errors=("QuotaExceeded.Vpc: the quota is used up",)),
        {"created": 2, "updated": 1},
        1,
        (
            "QuotaExceeded.Vpc: the quota is used up",
            "FAILED: the update stopped; done before: 2 created, 1 updated; preflight up goes on from there",
        ),
    ),
}


@pytest.mark.parametrize("case", ENDS)
def test_an_update_that_stops_says_why_and_how_far_it_came(run: Run, case: str) -> None:
    ended, done, code, message = ENDS[case]
    run.updated, run.done = ended(run), done
    exit_code, out, _ = run("--yes")
    assert exit_code == code
    assert out.splitlines()[-1] == message[1]
    assert message[0] in out.splitlines()[-3:-1]
    assert "Done" not in out


def test_it_exits_by_the_verdict_after_the_update(run: Run) -> None:
    assert run("--yes", "--strict")[0] == 10
    # The pack is asked once more when everything is done, and then the engine fails though nothing went wrong.
    run.updated, run.after = failed(run), Decision(20, "NOT READY", BROKEN)
    code, out, _ = run("--yes")
    assert code == 20
    number = BROKEN["blocking"]
    assert out.splitlines()[-3:] == [
        "Done: 38 created.",
        "What to settle first: preflight check --stack test",
        f"NOT READY: stack test, after the update: {number} findings must be settled",
    ]
    run.after = Decision(40, "NOT JUDGED", None, ("it cannot be read",))
    code, out, _ = run("--yes")
    assert code == 40
    assert "it cannot be read" in out


def test_an_update_with_nothing_to_do_says_so(run: Run) -> None:
    run.done = {}
    code, out, _ = run("--yes", "--strict")
    assert code == 10
    assert out.splitlines()[-2:] == [
        "Done: nothing.",
        "READY WITH CONDITIONS: stack test, after the update",
    ]


def test_a_failed_update_is_not_ready_though_the_pack_finds_it_so(run: Run) -> None:
    """Another policy pack may refuse what it sees only when everything is done."""
    run.updated = failed(run)
    for options in (("--yes",), ("--yes", "--strict")):
        code, out, _ = run(*options)
        assert code == 40
        assert "another policy pack does not let it pass" in out
        assert "READY WITH CONDITIONS: stack test, after the update" not in out


def test_the_engines_plan_holds_all_but_what_runs_on(tmp_path: Path) -> None:
    facts = {"clock": {"cloudTime": "x"}, "regionId": "cn-hangzhou"}
    diff = {
        "adds": {"dryRun": True, **facts},
        "updates": {"databases": [], "gone": []},
        "deletes": ["offPeak", "clock"],
    }
    other = {"goal": {"type": "alicloud:vpc/network:Network", "inputDiff": {"adds": {"clock": 1}}}, "steps": ["create"]}
    migration = {"goal": {"type": "classic-to-vpc:index:Migration", "outputDiff": diff}, "steps": ["create"]}
    plan = {"manifest": {"magic": "m"}, "resourcePlans": {"a": migration, "b": other, "c": {"steps": ["delete"]}}}
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan), encoding="utf-8")
    holding.release_what_runs_on(path)
    held = json.loads(path.read_text(encoding="utf-8"))
    released = held["resourcePlans"]["a"]["goal"].pop("outputDiff")
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    names = ("clock", "databases", "dryRun", "estateReadAt", "zones")
    assert released == {
        "adds": {"regionId": "cn-hangzhou", **dict.fromkeys(names, unknown)},
        "updates": {"gone": []},
        "deletes": ["offPeak"],
    }
    plan["resourcePlans"]["a"]["goal"].pop("outputDiff")  # type: ignore[index]
    assert held == plan, "all else is as it was"
