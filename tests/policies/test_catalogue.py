"""The catalogue of rules and the matrix of the notice are in step with the rules."""

from pathlib import Path

from policies.catalogue import documents, mirror, write
from policies.notice import ITEMS
from policies.registry import all_rules

ROOT = Path(__file__).parents[2]
# Items that no rule of this version serves. It may only shrink.
OPEN = {"N02", "N29", "N35"}


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


def test_every_row_of_the_matrix_has_a_rule_and_tests_that_exist() -> None:
    served = {item for rule in all_rules() for item in rule.notice_items}
    assert set(ITEMS) - served == OPEN
    for rule in all_rules():
        assert (ROOT / mirror(rule)).is_file()


def test_every_page_has_the_same_sections() -> None:
    pages = [text for name, text in documents().items() if name.startswith("rules/") and "README" not in name]
    headings = {tuple(line for line in page.splitlines() if line.startswith("## ")) for page in pages}
    assert len(headings) == 1
