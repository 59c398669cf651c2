"""The command line, where nothing has to be started to answer."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.main import get_command

from demo.project import REPOSITORY
from policies.pack.run import manifest
from policies.results import findings
from preflight import reference
from preflight.cli import app, main
from tests.preflight.results import recorded_result

COMMAND = REPOSITORY / "preflight/command"


Preflight = Callable[..., tuple[int, str, str]]


@pytest.fixture
def preflight(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Preflight:
    """The command as it is run in the checkout; its exit code, and what it says on stdout and on stderr."""
    monkeypatch.chdir(REPOSITORY)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["preflight", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), *capsys.readouterr()

    return run


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ("check", "--at", "2026-12-11T03:00:00"),
            "expected a time with its offset, such as 2026-12-11T03:00:00+08:00",
        ),
        (("check", "--at", "tomorrow"), "expected a time with its offset"),
        (("check", "--rule", "backup-of-all"), "--rule: there is no rule backup-of-all. Did you mean backup-"),
        (("check", "--project", "docs"), "expected a directory with Pulumi.yaml"),
        (
            ("check", "--result", "no/where.json"),
            "--result no/where.json: expected a file in a directory that exists and can be written",
        ),
        (
            (
                "check",
                "--surely",
            ),
            "No such option",
        ),
    ],
)
def test_bad_input_is_one_message_and_exit_code_2(
    preflight: Preflight, arguments: tuple[str, ...], expected: str
) -> None:
    code, out, err = preflight(*arguments)
    assert code == 2
    assert out == ""
    assert expected in " ".join(err.replace("│", " ").split())


#: Options that choose what is judged, or what a result must be of.
_CHOOSING = {"--stack", "--wave", "--region", "--run", "--commit", "--account", "--block", "--organization"}


def _choosing(command: Any, *path: str) -> Iterator[tuple[str, ...]]:
    for name, inner in getattr(command, "commands", {}).items():
        # `set` changes a file alone, and is refused where there is none.
        if name != "set":
            yield from _choosing(inner, *path, name)
    for option in _CHOOSING & {name for item in command.params for name in item.opts}:
        yield *path, option


@pytest.mark.parametrize("arguments", sorted(_choosing(get_command(app))), ids=" ".join)
@pytest.mark.parametrize("blank", ["", " "])
def test_the_variable_that_a_pipeline_lacks_chooses_nothing(
    preflight: Preflight, arguments: tuple[str, ...], blank: str
) -> None:
    """`--stack "$STACK"` without that variable once took the stack that the machine had selected, and updated it."""
    code, _, err = preflight(*arguments, blank)
    assert code == 2
    assert "expected text that is not blank" in " ".join(re.sub("[│╭╮╰╯─]", " ", err).split()), err


def test_help_has_the_exit_codes(preflight: Preflight) -> None:
    code, out, _ = preflight("check", "--help")
    assert code == 0
    for line in ("0   ready", "2   bad input", "3   credentials", "4   what-if", "20  not ready", "40  not judged"):
        assert line in out


def test_the_command_runs_from_anywhere_and_leaves_no_pythonpath(tmp_path: Path) -> None:
    (tmp_path / "preflight").mkdir()
    (tmp_path / "preflight/__init__.py").write_text("raise SystemExit('not this one')\n", encoding="utf-8")
    link = tmp_path / "linked"
    link.symlink_to(COMMAND)
    done = subprocess.run([link, "check", "--help"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Usage: preflight check" in done.stdout
    assert "PYTHONPATH=" not in COMMAND.read_text(encoding="utf-8")


def test_every_rule_is_listed_and_explained(preflight: Preflight) -> None:
    code, out, _ = preflight("rules")
    assert code == 0
    assert out.splitlines()[0].split() == ["rule", "severity", "mandatory", "waivers"]
    assert [line.split()[0] for line in out.splitlines()[1:]] == list(manifest())
    assert re.search(r"^guest-free-space +critical +168 h before +", out, re.MULTILINE)
    code, out, _ = preflight("explain", "backup-snapshot-of-every-disk")
    assert code == 0
    for words in ("Every disk must have a snapshot", "Why it matters in the window", "backups: {retentionDays: 30}"):
        assert words in out


@pytest.fixture(scope="module")
def result_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result that was kept."""
    path = tmp_path_factory.mktemp("kept") / "result.json"
    path.write_text(json.dumps(recorded_result("broken")), encoding="utf-8")
    return path


def test_a_finding_of_a_kept_result_is_explained(preflight: Preflight, result_file: Path) -> None:
    failing = list(findings(json.loads(result_file.read_text(encoding="utf-8")), "FAIL"))
    item = next(item for item in failing if item["subject"]["kind"] == "instance")
    rule, subject = item["rule"], item["subject"]
    code, out, err = preflight("explain", rule, "--result", str(result_file), "--instance", subject["name"])
    assert code == 0, err
    lines = out.splitlines()
    assert lines[0].startswith("By the result of stack test, judged 20")
    assert lines[1].startswith(rule)
    [about] = [line for line in lines if line.startswith("  FAIL")]
    assert f"{subject['name']} ({subject['id']})" in about
    words = " ".join(out.replace("- ", "").split())
    assert " ".join(item["reason"].splitlines()[0].split()) in words
    assert "Why it matters in the window" in words
    # Of all instances, those that pass too.
    code, out, _ = preflight("explain", rule, "--result", str(result_file))
    assert (code, out.count(subject["id"]) > 0) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--instance", "web-1"), "--instance: expected --result beside it"),
        (("--instance", "web-1", "--result", "nowhere.json"), "--result nowhere.json: it cannot be read"),
        (("--instance", "web-1", "--result", "README.md"), "--result README.md: it is not valid JSON"),
        (("--instance", "nobody", "--result", "KEPT"), "--instance nobody: does not migrate in this stack"),
    ],
)
def test_no_finding_is_explained_without_a_result_that_has_it(
    preflight: Preflight, result_file: Path, arguments: tuple[str, ...], expected: str
) -> None:
    given = [str(result_file) if item == "KEPT" else item for item in arguments]
    code, out, err = preflight("explain", "guest-free-space", *given)
    assert (code, out) == (2, "")
    assert expected in err


def test_evidence_has_its_place_under_the_one_command(preflight: Preflight) -> None:
    code, out, _ = preflight("evidence", "--help")
    assert code == 0
    assert all(f" {name} " in out for name in ("collect", "add", "check"))
    code, out, err = preflight("evidence", "check", "simulator/estates/sample-evidence.json")
    assert (code, "i-bp1web10000000000001" in out) == (0, True), err
    code, out, err = preflight("evidence", "check", "README.md")
    assert (code, out) == (2, "")
    assert err.startswith("preflight: ")
    assert "README.md" in err


def test_a_rule_that_there_is_not_is_answered_by_those_like_it(preflight: Preflight) -> None:
    code, out, err = preflight("explain", "backup-snapshots")
    assert (code, out) == (2, "")
    assert err.startswith("preflight: there is no rule backup-snapshots. Did you mean backup-snapshot-of-every-disk")


@pytest.mark.parametrize("document", [path.stem for path in sorted((REPOSITORY / "docs/ram").iterdir())])
def test_permissions_are_the_document_that_the_docs_have(preflight: Preflight, document: str) -> None:
    code, out, _ = preflight("permissions", document)
    assert code == 0
    assert out == (REPOSITORY / f"docs/ram/{document}.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("columns", [80, 120])
def test_pages_fit_the_terminal(preflight: Preflight, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setattr(reference, "console", lambda: Console(width=columns, color_system=None))
    _, out, _ = preflight("rules")
    assert max(map(len, map(str.rstrip, out.splitlines()))) <= columns


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("rule", ["guest-free-space", "schedule-dependents-move-together"])
def test_a_rules_page_is_wrapped_and_its_commands_are_whole(
    preflight: Preflight, monkeypatch: pytest.MonkeyPatch, columns: int, rule: str
) -> None:
    monkeypatch.setattr(reference, "console", lambda: Console(width=columns, color_system=None))
    _, out, _ = preflight("explain", rule)
    lines = out.splitlines()
    assert [line for line in lines if line != line.rstrip()] == []
    page = (REPOSITORY / f"docs/rules/{rule}.md").read_text(encoding="utf-8")
    commands = [line for block in page.split("```\n")[1::2] for line in block.splitlines()]
    assert [line for line in commands if f"    {line}" not in lines] == []
    prose = [line for line in lines if line.removeprefix("    ") not in commands and "://" not in line]
    assert max(map(len, prose)) <= columns


def test_the_other_command_lines_are_commands_of_it(preflight: Preflight, tmp_path: Path) -> None:
    """With the exit codes and messages of their own; without options, each says what it takes."""
    result = tmp_path / "result.json"
    code, out, _ = preflight("verdict", str(result), "--run", "build-7")
    assert code == 40
    assert out.startswith(f"NOT JUDGED: {result}:\n  it cannot be read: No such file")
    code, _, err = preflight("verdict", str(result))
    assert code == 2
    assert err.startswith("usage: preflight verdict ")
    code, out, _ = preflight("verdict", "--help")
    assert code == 0
    assert out.startswith("usage: preflight verdict ")
    assert "not judged: no result, or none of this run" in out
    code, out, err = preflight("set", "--stack", "nowhere", "backups: {retentionDays: 30}")
    assert (code, out) == (2, "")
    assert err.startswith("preflight: Pulumi.nowhere.yaml: ")


@pytest.mark.parametrize("group", [(), ("fleet",), ("evidence",)])
def test_the_list_of_commands_is_not_cut_at_80_columns(
    preflight: Preflight, group: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    code, out, _ = preflight(*group, "--help")
    assert code == 0
    commands = out.partition("Commands:")[2].splitlines()
    assert len(commands) > 2
    assert not [line for line in commands if line.endswith("...")]
