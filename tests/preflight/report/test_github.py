"""Annotations of a job: as many as GitHub shows, each a line that the runner reads as one command."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from preflight.report.github import MOST, render
from preflight.report.model import Report
from tests.preflight.report.reports import (
    hostile_report,
    in_project,
    not_judged,
    recorded_report,
    report_of,
)
from tests.preflight.results import recorded_result

_COMMAND = re.compile(r"::(error|warning|notice) file=([^,:]*),line=(\d+),title=([^,:]*)::(.*)")


def commands(report: Report) -> list[tuple[str, str, int, str, str]]:
    """Kind, file, line, title and message of each command, read as the runner does."""
    matches = []
    for line in render(report).splitlines():
        match = _COMMAND.fullmatch(line)
        assert match, line
        kind, file, number, title, message = match.groups()
        matches.append((kind, unquote(file), int(number), unquote(title), unquote(message)))
    return matches


def test_the_answer_comes_first_then_each_fix() -> None:
    report = recorded_report("broken", 9)
    first, *rest = commands(report)
    assert first[0] == "error"
    assert first[3:] == ("NOT READY", "NOT READY: stack test")
    assert [title for _, _, _, title, _ in rest] == [placed.fix.title for placed in report.fixes]
    assert [kind for kind, *_ in rest] == ["error" if placed.blocks else "warning" for placed in report.fixes]
    assert "critical, 63 FAIL: app-1, " in rest[0][4]
    assert " and 53 more\n" in rest[0][4]


def test_no_more_than_github_shows_of_a_kind() -> None:
    result = recorded_result("broken")
    first = next(item for item in result["results"] if item["outcome"] == "FAIL")
    result["results"] += [
        first | {"fixes": [{"ways": [[{"kind": "task", "text": f"Do {number}."}]]}]} for number in range(30)
    ]
    annotations = commands(report_of(result))
    kinds = [kind for kind, *_ in annotations]
    assert kinds.count("error") == MOST == 10
    assert kinds.count("warning") <= MOST
    more = next(command for command in annotations if command[3].endswith("more fixes"))
    assert len(report_of(result).fixes) - len(annotations) + 2 == int(more[3].split()[0])


@pytest.mark.parametrize(("name", "readiness"), [("first", "READY WITH CONDITIONS"), ("broken", "NOT READY")])
def test_the_kind_is_that_of_the_answer(name: str, readiness: str) -> None:
    kind, *_, title, _ = commands(recorded_report(name))[0]
    assert (kind, title) == ("notice" if readiness.startswith("READY") else "error", readiness)


def test_a_run_that_is_not_judged_is_an_error_annotation() -> None:
    ((kind, _, _, title, message),) = commands(not_judged("it is of another run"))
    assert (kind, title) == ("error", "NOT JUDGED")
    assert message.splitlines()[1:] == ["it is of another run"]


def test_no_text_of_the_cloud_is_a_command() -> None:
    annotations = commands(hostile_report())
    assert len(annotations) > 5
    assert any("<script>" in message for *_, message in annotations)
    assert all(len(line) < 10_000 for line in render(hostile_report()).splitlines())


def test_each_stands_on_the_line_that_its_fix_changes(tmp_path: Path) -> None:
    result = in_project(tmp_path, recorded_result("broken"))
    places = [(title, f"{file}:{line}") for _, file, line, title, _ in commands(report_of(result, tmp_path / "infra"))]
    assert ("A VSwitch must be ready in the target zone", "infra/Pulumi.test.yaml:7") in places
    assert ("Every database must have an address in the VPC", "infra/Pulumi.test.yaml:14") in places
    assert ("The window must begin no later than the Latest Schedule Time", "infra/Pulumi.test.yaml:6") in places
