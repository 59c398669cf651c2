"""What stands on the screen, at 80 and at 120 columns: the verdict, on one screen whatever the estate."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from policies.core.fixes import Change, Fix, Task
from policies.results import findings
from policies.verdict import Decision
from preflight.fixes import OR, fixes, open_findings
from preflight.screen import Progress, Verdict, show_findings, show_not_judged, show_verdict, when
from preflight.summary import conditions, waves
from tests.policies.result_files import with_findings
from tests.preflight.results import recorded_result

WIDTHS = pytest.mark.parametrize("width", [80, 120])


def console(width: int) -> tuple[Console, io.StringIO]:
    stream = io.StringIO()
    return Console(file=stream, width=width, color_system=None), stream


def screen(result: dict[str, Any], width: int, *, whole: bool = False, wave: str | None = None) -> list[str]:
    """The lines of the verdict."""
    shown, stream = console(width)
    rules = {rule["id"]: rule for rule in result["rules"]}
    findings = [item for item in open_findings(result) if wave in (None, item["wave"] or wave)]
    decision = Decision(20, result["judgement"]["readiness"], result)
    of_it = [item for item in waves(result) if wave in (None, item.name)]
    show_verdict(shown, Verdict(decision, of_it, fixes(findings, rules), conditions(result, wave), wave, whole))
    return stream.getvalue().splitlines()


def height(lines: list[str], width: int) -> int:
    """Lines of a terminal."""
    return sum(max(1, math.ceil(len(line) / width)) for line in lines)


@WIDTHS
def test_sixty_instances_stand_on_one_screen(width: int) -> None:
    result = recorded_result("broken", times=9)
    assert len(result["instances"]) == 63
    lines = screen(result, width)
    assert height(lines, width) < 80
    assert lines[0].split() == ["wave", "readiness", "decided", "moving", "blocking", "more", "will", "block"]
    assert lines[1].startswith("all   NOT READY")
    assert str(result["blocking"]) in lines[1]
    assert "Fixes, the worst first" in lines
    assert any(line.startswith("NOT READY: stack ") for line in lines[-6:])
    assert not [line for line in lines if line.endswith(" ")]
    commands = [line for line in lines if "preflight check" in line or "preflight fix" in line]
    assert commands
    assert all(f"--stack {result['stack']}" in line for line in commands), "another stack may be the selected one"
    prose = [line for line in lines if not line.strip().startswith(("set ", "$ ", "in full: "))]
    assert max(map(len, prose)) <= width


@WIDTHS
def test_what_is_cut_leaves_no_condition_without_its_step(width: int) -> None:
    lines = screen(recorded_result("broken", times=9), width)
    cut = [lines[place - 1] for place, line in enumerate(lines) if line.strip().startswith("in full: ")]
    assert cut
    assert not [line for line in cut if line.endswith(":") or line.strip() == OR]


def test_fix_is_named_only_where_there_is_config_to_write() -> None:
    result = recorded_result("broken")
    rules = {rule["id"]: rule for rule in result["rules"]}
    every = fixes(open_findings(result), rules)
    assert any(isinstance(step, Change) for way in every[0].todo.ways for step in way)
    by_hand = replace(every[0], todo=Fix(((Task("Settle the bill."),),)))
    for shown_fixes, named in ((every, True), ([by_hand], False)):
        shown, stream = console(80)
        show_verdict(shown, Verdict(Decision(20, "NOT READY", result), waves(result), shown_fixes, {}))
        assert ("preflight fix --stack " in stream.getvalue()) is named


@WIDTHS
def test_the_whole_has_every_fix_to_its_end(width: int) -> None:
    result = recorded_result("broken")
    text = "\n".join(screen(result, width, whole=True))
    rules = {rule["id"]: rule for rule in result["rules"]}
    for fix in fixes(open_findings(result), rules):
        assert f"{fix.title} ({fix.rules[0]}" in " ".join(text.split()), "the rule, whose page explain shows"
    assert "preflight check --" not in text


@WIDTHS
def test_each_wave_has_a_line_and_one_wave_stands_alone(width: int) -> None:
    result = recorded_result("waves")
    names = [line.split()[0] for line in screen(result, width)[1:3]]
    assert names == ["front", "back"]
    back = screen(result, width, wave="back")
    assert [line.split()[0] for line in back if line.startswith(("front", "back"))] == ["back"]
    assert any(f"wave back of stack {result['stack']}" in line for line in back)


@WIDTHS
def test_conditions_are_said(width: int) -> None:
    lines = screen(recorded_result("first"), width)
    assert any(line.startswith("READY WITH CONDITIONS: stack ") for line in lines)
    assert "Conditions: 43 checks pass once `pulumi up` has made what is declared." in lines
    assert not any("fix" in line.lower() for line in lines)


@pytest.mark.parametrize(("name", "readiness", "mentioned"), [("broken", "NOT READY", False), ("first", None, True)])
@pytest.mark.parametrize("what_if", [False, True])
def test_conditions_are_said_of_what_is_ready_with_them_alone(
    name: str, readiness: str | None, mentioned: bool, what_if: bool
) -> None:
    """Where nothing of what is shown has a fix, as with --rule, too."""
    result = recorded_result(name)
    assert readiness in (None, result["judgement"]["readiness"])
    if what_if:
        result["judgement"] |= {"readiness": "WHAT-IF", "hypothetical": result["judgement"]["readiness"]}
        result["whatIf"] = [{"kind": "rehearsal", "reason": "a simulated cloud"}]
    shown, stream = console(80)
    decision = Decision(20, result["judgement"]["readiness"], result)
    show_verdict(shown, Verdict(decision, waves(result), [], {"pending": 1, "waived": 0, "advice": 2}, None, False))
    assert ("Conditions: " in stream.getvalue()) is mentioned


def test_ready_says_until_when_it_holds() -> None:
    result = {**recorded_result("freeze"), "validUntil": "2026-12-12T02:00:00+08:00"}
    lines = screen(result, 80)
    assert any(line.startswith("READY: stack ") for line in lines)
    assert lines[-1].endswith("It holds until 2026-12-12 02:00 +08:00.")


def test_a_what_if_says_why_and_what_it_would_be() -> None:
    result = recorded_result("broken")
    result["judgement"] |= {"readiness": "WHAT-IF", "hypothetical": "NOT READY"}
    result["whatIf"] = [{"kind": "rehearsal", "reason": "alicloud:endpoints leads to 127.0.0.1:1\x1b[2J"}]
    lines = screen(result, 80)
    assert f"WHAT-IF: stack {result['stack']} would be NOT READY. A what-if passes no gate." in lines
    assert "  alicloud:endpoints leads to 127.0.0.1:1?[2J" in lines


@WIDTHS
@pytest.mark.parametrize(
    ("read_at", "age"),
    [
        ("2026-11-28T02:00:00+08:00", "The file is of 2026-11-28 02:00 +08:00, 14 days ago."),
        ("2026-12-12T01:59:30+08:00", "The file is of 2026-12-12 01:59 +08:00, less than a minute ago."),
        (None, "The file is of an unknown time."),
    ],
)
def test_a_verdict_by_a_file_says_how_old_it_is(width: int, read_at: str | None, age: str) -> None:
    result = {**recorded_result("freeze"), "now": "2026-12-12T02:00:00+08:00"}
    result["run"] |= {"estateFile": {"path": "a\x1b[2J.json", "sha256": "0" * 64}, "estateReadAt": read_at}
    lines = screen(result, width)
    assert lines[-2:] == [
        "By the estate in a?[2J.json: no cloud was asked, and what it alone knows is UNKNOWN.",
        age,
    ]
    assert len(lines[-1]) <= 80


def test_findings_that_block_later_are_counted_from_their_first_time() -> None:
    result = recorded_result("broken")

    def later(findings: list[Any]) -> None:
        failed = [item for item in findings if item["outcome"] == "FAIL"][:2]
        for item, since in zip(failed, ("2026-12-07T02:00:00+08:00", "2026-12-06T23:00:00+00:00"), strict=True):
            item |= {"blocking": False, "mandatoryFrom": since}

    with_findings(result, later)
    (wave,) = waves(result)
    already = sum(
        item["outcome"] in ("FAIL", "UNKNOWN") and not item["blocking"] for item in findings(recorded_result("broken"))
    )
    assert wave.more == already + 2
    assert wave.more_from is not None
    assert wave.blocking == sum(item["blocking"] for item in findings(result))


@WIDTHS
def test_the_detail_has_every_finding_with_its_reason_and_fix(width: int) -> None:
    result = recorded_result("broken")
    shown, stream = console(width)
    left = open_findings(result)
    show_findings(shown, left, {rule["id"]: rule for rule in result["rules"]})
    text = " ".join(stream.getvalue().split())
    for item in left:
        assert item["rule"] in text
        for line in item["remediation"].splitlines():
            assert " ".join(line.split()) in text
        assert " ".join(item["reason"].splitlines()[0].split()) in text


def test_not_judged_is_said_with_the_reasons() -> None:
    shown, stream = console(80)
    show_not_judged(shown, ["it cannot be read: No such file\nor directory\x1b[1m"])
    assert stream.getvalue().splitlines() == [
        "NOT JUDGED: nothing says whether it is ready",
        "  it cannot be read: No such file",
        "  or directory?[1m",
    ]


def test_progress_has_one_line_a_step_in_a_log() -> None:
    shown, stream = console(80)
    progress = Progress(shown)
    with progress.running("Starting the engine"):
        for text in ("Reading the estate", "Previewing: 1 resource", "Previewing: 2 resources", "Judging: 1 message"):
            progress.show_step(text)
    assert stream.getvalue().splitlines() == ["Reading the estate", "Previewing: 2 resources", "Judging: 1 message"]


def test_a_terminal_breaks_no_word_of_progress() -> None:
    stream = io.StringIO()
    text = f"Stack prod, account 1234567890123456, as acs:ram::1234567890123456:user/{'ann' * 8} by ALICLOUD_ACCESS_KEY"
    Progress(Console(file=stream, width=80, force_terminal=True, no_color=True, highlight=False)).say(text)
    lines = stream.getvalue().splitlines()
    assert " ".join(lines) == text
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-12-05T02:00:00+08:00", "2026-12-05 02:00 +08:00"),
        ("2026-11-30T01:00:41.828310+00:00", "2026-11-30 01:00 +00:00"),
        ("2026-11-30T01:00:00-05:30", "2026-11-30 01:00 -05:30"),
    ],
)
def test_a_time_is_shown_in_its_own_offset(text: str, expected: str) -> None:
    assert when(text) == expected
