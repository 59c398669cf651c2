"""What the pack says of the notice agrees with the notice's own list."""

from __future__ import annotations

from policies.pack.registry import all_rules
from policies.subjects.notice import ITEMS, unchecked


def test_all_35_items_are_there() -> None:
    assert list(ITEMS) == [f"N{number:02}" for number in range(1, 36)]


def test_items_that_a_rule_checks_are_not_listed_as_unchecked() -> None:
    checked = {item for rule in all_rules() for item in rule.notice_items}
    to_check = {item for item, entry in ITEMS.items() if {"check", "attest"} & set(entry.how)}
    assert {line.split()[0] for line in unchecked(checked)} == to_check - checked
    assert {line.split()[0] for line in unchecked(())} == to_check
