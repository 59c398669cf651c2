"""Parts of the story that need no engine: the stack of a team that has not begun, and what is shown of an output."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from components.config import CONFIG_KEY, parse_stack
from demo.__main__ import steps
from demo.project import REPOSITORY
from demo.screen import Output, Screen
from demo.story import count_of_findings, standing, unprepared

WINDOW = {"start": "2031-05-20T02:00:00+08:00", "latest": "2031-05-30T00:00:00+08:00"}
LATER = {"start": "2031-05-27T02:00:00+08:00", "latest": "2031-05-30T00:00:00+08:00"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {
                "window": WINDOW,
                "instances": ["i-1", {"id": "i-2", "targetTier": "web"}],
                "backups": {"retentionDays": 60},
            },
            {"window": WINDOW, "instances": ["i-1", "i-2"]},
        ),
        (
            {"window": WINDOW, "instances": ["i-1"], "later": ["i-3"], "freezeHours": 48},
            {"window": WINDOW, "instances": ["i-1", "i-3"]},
        ),
        (
            {"window": WINDOW, "selector": {"tags": {"wave": "1"}}, "later": ["i-3"], "protect": False},
            {"window": WINDOW, "selector": {"tags": {"wave": "1"}}, "later": ["i-3"]},
        ),
        (
            {
                "waves": [
                    {"name": "one", "window": WINDOW, "instances": [{"id": "i-1"}]},
                    {"name": "two", "window": LATER, "instances": ["i-2"], "after": ["one"]},
                ],
                "later": ["i-3"],
                "after": {"releaseAddresses": True},
            },
            {
                "waves": [
                    {"name": "one", "window": WINDOW, "instances": ["i-1"]},
                    {"name": "two", "window": LATER, "instances": ["i-2"], "after": ["one"]},
                ],
                "later": ["i-3"],
            },
        ),
    ],
)
def test_a_team_that_has_not_begun_has_windows_and_instances_alone(
    given: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert unprepared(given) == expected
    parse_stack({CONFIG_KEY: expected}, "classic-to-vpc", "Pulumi.unprepared.yaml")


PREVIEW = """\
Previewing update (dev):
 +  alicloud:vpc:Network target create
Policies:
    ❌ classic-to-vpc-preflight@v0.1.0 (local: policies)
        - [mandatory] [severity: critical]  backup-snapshot-of-every-disk  (a:b:c: i-1)
          Every disk must have a snapshot.
        - [advisory] [severity: low]  schedule-off-peak  (a:b:c: i-1)
          At night.
Resources:
    + 60 to create
    ~ 1 to update
    +-1 to replace
    3 unchanged
Duration: 6s
"""


def test_gist_and_first_finding_of_an_output() -> None:
    output = Output("preview", 1, PREVIEW)
    assert output.gist == [
        "❌ classic-to-vpc-preflight@v0.1.0 (local: policies)",
        "Resources: 60 to create, 1 to update, 1 to replace, 3 unchanged",
    ]
    assert output.first_finding == [
        "- [mandatory] [severity: critical]  backup-snapshot-of-every-disk  (a:b:c: i-1)",
        "  Every disk must have a snapshot.",
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("one\nerror: the plugin is missing\n\ntwo\n", "    error: the plugin is missing"),
        ("one\n\ntwo\n", "    one\n    two"),
        (" +  a:b:C d create error: preview failed\nDuration: 1s\n", "    +  a:b:C d create error: preview failed"),
        ("", ""),
    ],
)
def test_a_failed_command_shows_its_error_else_its_end(text: str, why: str) -> None:
    assert Output("up", 255, text).why == why


@pytest.mark.parametrize(
    ("failed", "unknown", "text"),
    [
        (51, 3, "the policy pack found 51 things missing, and 3 that it cannot tell (UNKNOWN)"),
        (1, 0, "the policy pack found 1 thing missing"),
    ],
)
def test_missing_and_unknown_findings_are_counted_apart(failed: int, unknown: int, text: str) -> None:
    assert count_of_findings([{"outcome": "FAIL"}] * failed + [{"outcome": "UNKNOWN"}] * unknown) == text


@pytest.mark.parametrize(
    ("judgement", "text"),
    [
        (
            {"readiness": "WHAT-IF", "hypothetical": "READY WITH CONDITIONS"},
            "The stack is READY WITH CONDITIONS, were this a real account (a simulated cloud passes no gate).",
        ),
        ({"readiness": "READY", "hypothetical": None}, "The stack is READY."),
    ],
)
def test_a_what_if_is_reported_by_what_it_would_be(judgement: dict[str, Any], text: str) -> None:
    assert standing(judgement) == text


def test_the_last_screen_has_the_steps_of_the_readme() -> None:
    shown_steps = steps()
    assert shown_steps.splitlines()[0].startswith("export ALICLOUD_ACCESS_KEY=")
    assert "\npreflight init --stack prod " in shown_steps
    assert shown_steps.splitlines()[-1].startswith("preflight check --stack prod")
    assert shown_steps in (REPOSITORY / "README.md").read_text(encoding="utf-8"), "whole, and in order"


@pytest.mark.parametrize("width", [80, 120])
def test_prose_is_wrapped_to_a_terminal_and_a_command_is_left_whole(width: int, tmp_path: Path) -> None:
    shown, log = io.StringIO(), io.StringIO()
    text = "taken away, by an API call: " + "172.16.1.0/24 from the whitelist group classic_to_vpc " * 3
    screen = Screen(Console(file=shown, width=width, force_terminal=True, no_color=True), log, tmp_path / "demo.log")
    screen.say(text)
    assert max(len(line.rstrip()) for line in shown.getvalue().splitlines()) <= width
    assert shown.getvalue().split() == text.split()
    screen.say(text, to_copy=True)
    assert text in shown.getvalue()
    assert log.getvalue() == f"{text}\n" * 2
