"""What the pack says of the notice agrees with the notice's own list."""

from __future__ import annotations

from policies.notice import BEFORE_THE_WINDOW, unchecked
from policies.registry import all_rules


def test_what_a_rule_checks_is_not_told_as_unchecked() -> None:
    checked = {item for rule in all_rules() for item in rule.notice_items}
    told = {line.split()[0] for line in unchecked(checked)}
    assert told == set(BEFORE_THE_WINDOW) - checked
    assert "N17 hybrid access of ApsaraDB" in unchecked(())
