"""Pages that people write and read: lines that fit, links that lead somewhere, words that have one meaning."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from preflight.cli import app

ROOT = Path(__file__).parent.parent
_TRACKED = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
_FILES = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
PAGES = [path for path in _TRACKED.stdout.splitlines() if (ROOT / path).exists()]
# `make docs` writes these.
GENERATED = re.compile(r"docs/(rules/.*|facts|notice|coverage|simulator)\.md")
WRITTEN = [path for path in PAGES if not GENERATED.fullmatch(path)]
WIDTH = 120
ROOMS = sorted({path.partition("/")[0] for path in _FILES.stdout.split() if "/" in path})


def prose(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a page that are neither code nor a row of a table, with their numbers."""
    fenced = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced and not line.startswith("|"):
            yield number, line


@pytest.mark.parametrize("page", WRITTEN)
def test_no_line_of_prose_is_too_long(page: str) -> None:
    assert [f"{page}:{number}" for number, line in prose(ROOT / page) if len(line) > WIDTH] == []


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files_and_headings(page: str) -> None:
    path = ROOT / page
    # Code is no link: `[text](x)` in a fence or in backticks.
    text = re.sub(r"```.*?```|`[^`\n]*`", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    assert [link for link in links if not _exists(path, link)] == []


def _exists(page: Path, link: str) -> bool:
    if re.match(r"https?://", link):
        return True
    file, _, anchor = link.partition("#")
    target = page.parent / file if file else page
    return target.exists() and (not anchor or anchor in set(_anchors(target)))


def _anchors(page: Path) -> Iterator[str]:
    """The anchors of headings, as GitHub makes them."""
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            title = line.lstrip("#").strip().lower()
            yield re.sub(r"[^\w\- ]", "", title).replace(" ", "-")


@pytest.mark.parametrize("page", WRITTEN)
def test_the_files_that_a_page_names_are_there(page: str) -> None:
    """In backticks, from the root; a pattern stands for at least one file."""
    named = re.findall(rf"`((?:{'|'.join(ROOMS)})/[\w./*-]+)`", (ROOT / page).read_text(encoding="utf-8"))
    assert [name for name in named if not (list(ROOT.glob(name)) or list((ROOT / page).parent.glob(name)))] == []


def test_each_test_that_shows_why_a_verdict_can_be_believed_exists() -> None:
    named = re.findall(r"`(tests/[\w/.]+\.py)(?:::(\w+))?`", _text("docs/verdict.md"))
    assert len(named) > 10
    assert [f"{path}::{name}" for path, name in named if f"def {name}" not in _text(path)] == []


def _commands(command: Any, *words: str) -> Iterator[tuple[str, list[list[str]]]]:
    """Each command of `preflight`, and the names of each of its options."""
    for name, item in getattr(command, "commands", {}).items():
        yield from _commands(item, *words, name)
    if not hasattr(command, "commands"):
        options = [item for item in command.params if item.param_type_name == "option"]
        yield " ".join(words), [[*item.opts, *item.secondary_opts] for item in options]


COMMANDS = dict(_commands(typer.main.get_command(app)))


def test_the_commands_have_options() -> None:
    assert ["--stack", "-s"] in COMMANDS["check"]
    assert {"fleet plan", "evidence collect", "rules"} <= set(COMMANDS)


@pytest.mark.parametrize("words", sorted(COMMANDS))
def test_each_option_of_a_command_is_on_its_page(words: str) -> None:
    first = words.partition(" ")[0]
    own = {"evidence": "components/guest-evidence"}.get(first, f"preflight-{first}")
    page = _text(f"docs/{own}.md") or _text("docs/preflight.md")
    assert [names for names in COMMANDS[words] if not any(name in page for name in names if name[:2] == "--")] == []


def _text(path: str) -> str:
    file = ROOT / path
    return file.read_text(encoding="utf-8") if file.exists() else ""


def _defaults(schema: Any) -> Iterator[tuple[str, str]]:
    """Each key of a schema that has a default, and the default as a page shows it."""
    if isinstance(schema, dict):
        for name, item in schema.get("properties", {}).items():
            if "default" in item:
                yield name, str(item["default"]).lower()
        schema = list(schema.values())
    for item in schema if isinstance(schema, list) else ():
        yield from _defaults(item)


def test_what_a_key_is_unless_given_is_its_default() -> None:
    pages = "".join(_text(path) for path in PAGES if path.startswith("docs/components/"))
    said = re.findall(r"^ *(?:- )?(\w+):.*?# (?:.*; )?(\w+) unless given$", pages, re.MULTILINE)
    assert {"maxAgeHours", "keepDaysAfterWindow", "marginDays", "protect"} <= {name for name, _ in said}
    assert set(said) - set(_defaults(json.loads(_text("docs/schema/stack.schema.json")))) == set()


def test_the_benchmarks_that_make_bench_leaves_out_are_named() -> None:
    page, makefile = _text("bench/README.md"), _text("Makefile")
    each = set(re.findall(r"-m bench\.(\w+)", page.partition("```sh")[2].partition("```")[0]))
    run = re.search(r"for what in ([\w ]+); do \$\(PYTHON\) -m bench", makefile)
    left_out = re.search(r"`make bench` runs\nall of these but `(\w+)` and `(\w+)`", page)
    assert run is not None
    assert left_out is not None
    assert set(run[1].split()) | set(left_out.groups()) == each


def test_the_glossary_is_sorted_and_says_each_word_once() -> None:
    rows = re.findall(
        r"^\| \*\*(.+?)\*\* \| (.+) \|$", (ROOT / "docs/glossary.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    words = [word.lower() for word, _ in rows]
    assert words == sorted(set(words))
    assert len(words) >= 20
    assert all(meaning.endswith(".") for _, meaning in rows)
