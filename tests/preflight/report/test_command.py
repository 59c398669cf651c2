"""Where reports go, of which run they are, and that nothing old is left where a run stops."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from policies.verdict import Criteria, Decision
from preflight.cli import app
from preflight.exits import Stop
from preflight.previewing import Failure, Preview
from preflight.report import command
from preflight.report.formats import FILES, Format
from tests.preflight.results import recorded_result

GATES = ("github", "json", "junit", "markdown", "sarif")


@dataclass(frozen=True)
class Stack:
    directory: Path


@dataclass(frozen=True)
class Judged:
    """What `judge` returns, as far as reports need it."""

    stack: Stack
    decision: Decision
    preview: Preview


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Any]:
    """What the next run answers, an exception or a Judged, and then what was asked."""
    run = Preview("build-7", tmp_path / "result.json", failed=True)
    answers: list[Any] = [Judged(Stack(tmp_path), Decision(20, "NOT READY", recorded_result("broken")), run)]

    def judge(options: object, _: object) -> Any:
        answer = answers[0]
        answers.append(options)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(command, "judge", judge)
    return answers


def run(*arguments: str) -> tuple[int, str, Exception | None]:
    """Exit code, stdout, and the Stop that ended it."""
    done = CliRunner().invoke(app, ["report", *arguments])
    stop = done.exception if isinstance(done.exception, Stop) else None
    assert done.exception is None or stop is not None or isinstance(done.exception, SystemExit), done.exception
    return (stop.code if stop else done.exit_code), done.stdout, stop


def test_all_formats_go_into_a_directory_and_commands_to_stdout(judged: list[Any], tmp_path: Path) -> None:
    into = tmp_path / "new/reports"
    formats = [text for name in GATES for text in ("--format", name)]
    code, out, _ = run("--stack", "bare", "--wave", "all", *formats, "--output", str(into))
    assert code == 20
    assert judged[-1].stack == "bare"
    assert judged[-1].wave == "all"
    assert sorted(path.name for path in into.iterdir()) == sorted(
        FILES[Format(name)] for name in GATES if name != "github"
    )
    assert out.startswith("::error file=")
    assert json.loads((into / "report.json").read_text(encoding="utf-8"))["exitCode"] == 20
    assert (into / "report.md").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("stops", [False, True])
def test_it_says_where_the_reports_are(judged: list[Any], tmp_path: Path, stops: bool) -> None:
    if stops:
        judged[0] = Stop(3, "no permission")
    files = tmp_path / "report.html", tmp_path / "report.md"
    done = CliRunner().invoke(app, ["report", "--format", "html", "--format", "markdown", "--output", str(tmp_path)])
    assert done.stderr.splitlines()[0] == f"Wrote {files[0]}, {files[1]}"
    assert all(file.exists() for file in files)
    done = CliRunner().invoke(app, ["report", "--format", "markdown"])
    assert "Wrote" not in done.stderr


def test_one_format_goes_to_stdout_or_into_the_file_that_is_named(judged: list[Any], tmp_path: Path) -> None:
    assert judged
    code, out, _ = run("--format", "markdown")
    assert (code, "NOT READY: stack `test`" in out) == (20, True)
    code, out, _ = run("--output", f"sarif={tmp_path / 'a.sarif'}", "--output", f"github={tmp_path / 'b.txt'}")
    assert (code, out) == (20, "")
    assert (tmp_path / "a.sarif").is_file()
    assert (tmp_path / "b.txt").read_text(encoding="utf-8").startswith("::error ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "no report is asked for: expected --format with one of markdown, "),
        (("--format", "markdown", "--format", "json"), "markdown and json would both go to stdout"),
        (("--output", "out"), "--format says which reports to write there"),
        (("--output", "pdf=x.pdf"), "pdf=x.pdf: expected FORMAT=FILE with one of markdown, "),
        (("--format", "json", "--output", "a", "--output", "b"), "there is a directory already, a"),
        (("--format", "json", "--run", "7"), "expected --from"),
        (("--format", "json", "--from", "r.json"), "expected --run with the id of its run"),
        (("--format", "json", "--from", "r.json", "--run", "7", "--since", "2026-12-11T03:00:00Z"), "expected --run"),
        (("--format", "json", "--from", "r.json", "--run", "7", "--at", "2026-12-11T03:00:00Z"), "expected no --at"),
    ],
)
def test_a_wrong_command_line_is_refused_before_anything_runs(
    judged: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, stop = run(*arguments)
    assert (code, out) == (2, "")
    assert message in str(stop)
    assert len(judged) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_stops_leaves_reports_that_say_so_and_nothing_old(judged: list[Any], tmp_path: Path) -> None:
    judged[0] = Stop(3, "The cloud does not accept the credentials")
    (tmp_path / "report.md").write_text("READY", encoding="utf-8")
    formats = [text for name in GATES for text in ("--format", name)]
    code, out, stop = run(*formats, "--output", str(tmp_path))
    assert (code, str(stop)) == (3, "The cloud does not accept the credentials")
    assert "title=NOT JUDGED" in out
    for name in (name for name in GATES if name != "github"):
        text = (tmp_path / FILES[Format(name)]).read_text(encoding="utf-8")
        assert "NOT JUDGED" in text
        assert "does not accept the credentials" in text.replace("\\", "")
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["exitCode"] == 3


def test_the_reason_for_no_verdict_is_in_the_reports(judged: list[Any], tmp_path: Path) -> None:
    preview = Preview("7", tmp_path / "x", failed=True, failure=Failure("cloud", "No answer from ecs"))
    judged[0] = Judged(Stack(tmp_path), Decision(40, "NOT JUDGED", None, ("it cannot be read",)), preview)
    code, out, _ = run("--format", "json")
    assert (code, json.loads(out)["reasons"]) == (40, ["No answer from ecs"])


def test_a_result_that_was_kept_is_gone_by_only_if_it_is_of_that_run(
    judged: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    criteria: list[Criteria] = []

    def decide(path: Path, required: Criteria, *_: object, **__: object) -> Decision:
        assert path == tmp_path / "r.json"
        criteria.append(required)
        return Decision(0, "READY WITH CONDITIONS", recorded_result("first"))

    call = ("--format", "json", "--from", str(tmp_path / "r.json"), "--run", "7", "--commit", "abc", "--account", "12")
    code, out, _ = run(*call)
    assert (code, json.loads(out)["readiness"]) == (40, "NOT JUDGED")
    monkeypatch.setattr(command, "decide", decide)
    monkeypatch.setenv("PREFLIGHT_RESULT", str(tmp_path / "r.json"))
    code, out, _ = run(*call)
    assert (code, json.loads(out)["readiness"]) == (0, "READY WITH CONDITIONS")
    assert (criteria[0].run, criteria[0].commit, criteria[0].account) == ("7", "abc", "12")
    assert len(judged) == 1, "nothing is previewed"


def test_an_unwritable_output_is_one_error(judged: list[Any], tmp_path: Path) -> None:
    assert judged
    (tmp_path / "file").write_text("", encoding="utf-8")
    code, _, stop = run("--format", "json", "--output", str(tmp_path / "file"))
    assert code == 2
    assert "report.json: " in str(stop)
