"""What a run means, whatever way the preview ended: a doubt is never ready, and a failure has a code of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeAlias

import pytest
import typer

from policies.results import findings
from policies.verdict import Decision
from preflight.check import check
from preflight.exits import Stop
from preflight.judging import in_doubt
from preflight.previewing import Failure, Preview
from tests.preflight.results import recorded_result

RUN = Preview("build-7", Path("result.json"), failed=False)
READY = Decision(0, "READY", {})
NONE = Decision(40, "NOT JUDGED", None, ("it cannot be read: No such file or directory",))


Shown: TypeAlias = Callable[..., tuple[int, str]]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shown:
    """Runs the command with these options, as if its run had this decision and this preview."""
    monkeypatch.setenv("COLUMNS", "120")

    def run(decision: Decision, preview: Preview, **options: Any) -> tuple[int, str]:
        judged = SimpleNamespace(decision=decision, preview=preview)
        monkeypatch.setattr("preflight.check.judge", lambda _options, _err: judged)
        with pytest.raises(typer.Exit) as ended:
            check(**options)
        return ended.value.exit_code, capsys.readouterr().out

    return run


@pytest.mark.parametrize("code", [0, 10])
def test_a_preview_that_fails_for_another_reason_is_not_ready(code: int) -> None:
    failed = replace(RUN, failed=True, errors=("the plugin crashed",))
    doubted = in_doubt(replace(READY, code=code), failed)
    assert (doubted.code, doubted.result) == (40, None)
    assert "the plugin crashed" in doubted.problems
    refused = replace(RUN, failed=True, refused_by=("shop-standards",))
    assert in_doubt(READY, refused).problems[-1] == "another policy pack does not let it pass: shop-standards"
    assert in_doubt(READY, replace(RUN, failed=True)).problems[-1].endswith("pulumi preview shows which")


@pytest.mark.parametrize(
    "refusal", [{}, {"errors": ("the plugin crashed",)}, {"refused_by": ("shop-standards",)}], ids=str
)
def test_a_wave_is_ready_although_findings_of_another_fail_the_preview(refusal: dict[str, Any]) -> None:
    ready = replace(READY, result={"blocking": 2})
    doubted = in_doubt(ready, replace(RUN, failed=True, **refusal))
    assert (doubted is ready) == (refusal == {})


def test_a_failed_preview_without_a_finding_that_blocks_is_in_doubt() -> None:
    ready = replace(READY, result={"blocking": 0})
    assert in_doubt(ready, replace(RUN, failed=True)).code == 40


@pytest.mark.parametrize("code", [4, 20, 30, 40])
def test_not_ready_stays_whatever_else_fails(code: int) -> None:
    decision = Decision(code, "NOT READY", {})
    assert in_doubt(decision, replace(RUN, failed=True, errors=("the plugin crashed",))) is decision
    assert in_doubt(READY, RUN) is READY


@pytest.mark.parametrize(("kind", "code"), [("input", 2), ("access", 3)])
def test_the_kind_of_the_programs_failure_decides_the_exit_code(shown: Shown, kind: str, code: int) -> None:
    run = replace(RUN, failed=True, errors=("an error of the engine",), failure=Failure(kind, "the program's words"))
    with pytest.raises(Stop, match="the program's words") as stopped:
        shown(NONE, run)
    assert stopped.value.code == code


def test_without_a_result_the_engine_is_quoted_and_nothing_is_judged(shown: Shown) -> None:
    run = replace(RUN, failed=True, errors=("could not load the policy pack",))
    code, text = shown(NONE, run)
    assert code == 40
    assert text.splitlines() == [
        "NOT JUDGED: nothing says whether it is ready",
        "  could not load the policy pack",
        "  it cannot be read: No such file or directory",
    ]
    cloud = replace(run, failure=Failure("cloud", "No answer from ecs"))
    assert shown(NONE, cloud) == (
        40,
        "NOT JUDGED: nothing says whether it is ready\n  No answer from ecs\n",
    )


def test_only_what_is_asked_for_is_shown_and_the_answer_is_the_same(shown: Shown) -> None:
    result = recorded_result("broken")
    decision = Decision(20, "NOT READY", result)
    finding = next(item for item in findings(result) if item["blocking"] and item["subject"]["kind"] == "instance")
    name, rule = finding["subject"]["name"], finding["rule"]
    code, text = shown(decision, RUN, instance=[name], rule=[rule])
    assert code == 20
    assert text.startswith(rule)
    remaining = {item["rule"] for item in findings(result) if item["blocking"]} - {rule}
    assert remaining
    assert [other for other in remaining if f"\n{other}  " in text] == []
    assert str(result["blocking"]) in text
    with pytest.raises(Stop, match="--instance nobody: does not migrate in this stack"):
        shown(decision, RUN, instance=["nobody"])


def test_chosen_rules_without_an_open_finding_are_named_so(shown: Shown) -> None:
    """An empty screen would look like an answer that was lost."""
    result = recorded_result("broken")
    passing = next(
        rule["id"]
        for rule in result["rules"]
        if all(item["rule"] != rule["id"] for item in findings(result, "FAIL", "UNKNOWN"))
    )
    _, text = shown(Decision(20, "NOT READY", result), RUN, rule=[passing])
    assert f"Nothing is open for {passing}: no FAIL and no UNKNOWN." in text
