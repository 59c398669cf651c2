"""docs/identity.md has every key and variable in the order of the code, and every source with what tries it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from estate.identity.names import ADVANCED_MODES, PLAIN_MODES, REFUSED, ROLE_VARIABLES, VARIABLES
from tests.e2e.test_identity import SOURCES

PAGE = (Path(__file__).parents[3] / "docs" / "identity.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith("|---")
]
NAMES = {
    **VARIABLES,
    **REFUSED,
    **{f"{role}.{key}": names for role, keys in ROLE_VARIABLES.items() for key, names in keys.items()},
}


def _quoted(cells: list[str]) -> list[str]:
    return re.findall(r"`([A-Z][A-Z_]+)`", " ".join(cells))


@pytest.mark.parametrize("key", NAMES)
def test_each_key_has_a_row_with_its_variables_in_order(key: str) -> None:
    [row] = [row for row in ROWS if f"`{key}`" in row[:2]]
    assert _quoted(row[:3]) == list(NAMES[key])


def test_each_source_that_is_tried_has_a_row() -> None:
    tried = {row[5] for row in ROWS if len(row) == 6} - {"tried as"}
    assert tried == {*SOURCES, "ECS role"}


def test_each_mode_of_a_profile_is_named() -> None:
    assert all(mode in PAGE for mode in (*PLAIN_MODES, *ADVANCED_MODES))
