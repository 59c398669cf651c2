"""The catalogue of rules and the matrix of the notice are in step with the rules."""

import importlib
from pathlib import Path

import pytest

from docgen.catalogue import PAGES, documents, served, write
from policies.pack.registry import all_rules
from policies.subjects.notes import REPORTED
from policies.subjects.notice import ATTESTED, ITEMS

ROOT = Path(__file__).parents[2]


def test_the_pages_are_in_step() -> None:
    for name, content in documents().items():
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == content, f"{name}: make docs"
    on_disk = {f"rules/{path.name}" for path in (ROOT / "docs/rules").glob("*.md")}
    assert on_disk == {name for name in documents() if name.startswith("rules/")}


def test_a_page_of_a_rule_that_is_gone_is_removed(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/gone.md").write_text("", encoding="utf-8")
    write(tmp_path)
    assert not (tmp_path / "rules/gone.md").exists()


@pytest.mark.parametrize("item", ITEMS)
def test_every_row_of_the_matrix_is_served_as_the_item_says(item: str) -> None:
    row = served(item)
    assert {kind for kind in ("declare", "attest", "report") if row[kind]} == set(ITEMS[item].how) - {"check"}
    assert row["check"] or "check" not in ITEMS[item].how, "no rule decides it"
    assert row["tests"]
    for test in row["tests"]:
        assert (ROOT / test.strip("`")).is_file()


def test_nothing_is_reported_or_attested_that_no_item_asks_for() -> None:
    assert {item for item, entry in ITEMS.items() if "report" in entry.how} == REPORTED
    for item, kind in ATTESTED.items():
        rules = [rule for rule in all_rules() if item in rule.notice_items]
        sources = [Path(importlib.import_module(rule.module).__file__ or "").read_text("utf-8") for rule in rules]
        assert any(f'"{kind}"' in source for source in sources)


def test_every_declared_item_of_the_notice_has_its_page() -> None:
    index = (ROOT / "docs/components/README.md").read_text(encoding="utf-8")
    rows = {line.split("](")[0].strip("| ["): line for line in index.splitlines() if line.startswith("| [")}
    assert {item for items in PAGES.values() for item in items} == {
        item for item, entry in ITEMS.items() if "declare" in entry.how
    }
    for page, items in PAGES.items():
        assert all(item in rows[page] for item in items)


def test_every_page_has_the_same_sections() -> None:
    pages = [text for name, text in documents().items() if name.startswith("rules/") and "README" not in name]
    headings = {tuple(line for line in page.splitlines() if line.startswith("## ")) for page in pages}
    assert len(headings) == 1
