"""Pages that people write and read: lines that fit, links that lead somewhere, words that have one meaning."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
_TRACKED = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
PAGES = [path for path in _TRACKED.stdout.splitlines() if (ROOT / path).exists()]
# `make docs` writes these.
GENERATED = re.compile(r"docs/(rules/.*|facts|notice|coverage|simulator)\.md")
WRITTEN = [path for path in PAGES if not GENERATED.fullmatch(path)]
WIDTH = 120


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


def test_the_glossary_is_sorted_and_says_each_word_once() -> None:
    rows = re.findall(
        r"^\| \*\*(.+?)\*\* \| (.+) \|$", (ROOT / "docs/glossary.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    words = [word.lower() for word, _ in rows]
    assert words == sorted(set(words))
    assert len(words) >= 20
    assert all(meaning.endswith(".") for _, meaning in rows)
