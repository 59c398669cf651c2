"""What stands on the screen, at 80 and at 120 columns: the change, what is left to a person, and the verdict last."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from policies.verdict import Decision
from preflight.fix.choosing import choose
from preflight.fix.merging import merge_fixes
from preflight.fix.screen import FixView, show_change, show_outcome
from preflight.fixes import open_findings
from tests.policies.fix_cases import bare
from tests.policies.in_process import FILE, sample_config
from tests.preflight.fix.stacks import judged, stack_file
from tests.preflight.fix.test_choosing import ASKED_DIFFERENTLY, config
from tests.preflight.test_fixes import finding

WIDTHS = pytest.mark.parametrize("width", [80, 120])


@pytest.fixture(scope="module")
def begun() -> dict[str, Any]:
    """The result of the sample stack of a team that has not begun."""
    migration = sample_config()
    bare(migration)
    return judged(migration)


def shown_of(path: Path, result: dict[str, Any], findings: list[Any], *, write: bool = False) -> FixView:
    choice = choose(findings)
    return FixView(result, choice, merge_fixes(path, choice), FILE, False, write)


def screen(width: int, shown: FixView, after: dict[str, Any]) -> list[str]:
    stream = io.StringIO()
    console = Console(file=stream, width=width, color_system=None)
    show_change(console, shown)
    show_outcome(console, shown, Decision(20, after["judgement"]["readiness"], after))
    return [line.rstrip() for line in stream.getvalue().splitlines()]


@WIDTHS
def test_the_change_comes_first_then_what_is_left_and_the_verdict_last(
    width: int, tmp_path: Path, begun: dict[str, Any]
) -> None:
    migration = sample_config()
    bare(migration)
    path = stack_file(tmp_path, migration)
    lines = screen(width, shown_of(path, begun, open_findings(begun)), begun)
    assert lines[:2] == [f"--- {FILE}", f"+++ {FILE}"]
    places = [
        lines.index("+    backups:"),
        lines.index("Left to a person, the worst first"),
        lines.index(
            "    take way 2: preflight fix --stack test --rule public-address-release-accepted --way 2 --write"
        ),
        next(place for place, line in enumerate(lines) if line.startswith("Nothing is written yet.")),
        next(place for place, line in enumerate(lines) if line.startswith("NOT READY: stack ")),
    ]
    assert places == sorted(places)
    summary = f"Nothing is written yet. preflight fix --stack test --write writes 6 fixes for 38 findings to {FILE}."
    assert summary in " ".join(" ".join(lines).split())
    assert not any("To be done after the change" in line or "contradict" in line for line in lines)
    assert max(len(line) for line in lines[places[3] : places[4]]) <= width


@WIDTHS
def test_contradictions_and_refusals_are_named(width: int, tmp_path: Path, begun: dict[str, Any]) -> None:
    path = stack_file(tmp_path, sample_config())
    rules = [rule["id"] for rule in begun["rules"]]
    _, one, other = ASKED_DIFFERENTLY[0]
    findings = [
        finding(rules[0], "web-1", [one]),
        finding(rules[1], "app-1", [other]),
        finding(rules[2], "app-1", [config("backups", {"retentionDays": 1})]),
    ]
    text = " ".join(" ".join(screen(width, shown_of(path, begun, findings), begun)).split())
    assert "Fixes that contradict each other: none is made; choose a rule with --rule RULE" in text
    assert f"- network.mode: create by {rules[0]} on web-1; existing by {rules[1]} on app-1" in text
    assert f"Fixes that the stack file refuses - {rules[2]}: {FILE}: " in text
    assert "Every open fix needs a person: nothing to write." in text


@WIDTHS
def test_after_it_is_written_the_new_verdict_is_shown(width: int, tmp_path: Path, begun: dict[str, Any]) -> None:
    path = stack_file(tmp_path, sample_config())
    findings = [finding(begun["rules"][0]["id"], "web-1", [config("freezeHours", 48)])]
    lines = screen(width, shown_of(path, begun, findings, write=True), begun)
    assert f"Written to {FILE}: 1 fix for 1 finding." in lines
    assert "6 more fixes can be made now: run preflight fix --stack test --write again." in lines
    # What the file says already changes nothing.
    lines = screen(
        width, shown_of(path, begun, [finding(begun["rules"][0]["id"], "web-1", [config("freezeHours", 24)])]), begun
    )
    text = " ".join(lines)
    assert f"{FILE} already has 1 fix for 1 finding: run preflight up --stack test." in text
