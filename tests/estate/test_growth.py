"""What a reading of a region costs grows with the region by a straight line, action by action."""

from __future__ import annotations

from collections import Counter

from bench.calls import bent_actions, calls, carried_on, table_of


def test_no_action_is_called_more_than_twice_as_often_for_twice_the_region() -> None:
    small, large = calls(104), calls(208)
    assert bent_actions(small, large, 2) == []
    assert large["DescribeSecurityGroupAttribute"] - small["DescribeSecurityGroupAttribute"] == 2 * 104 // 8
    assert sum(large.values()) < 2 * sum(small.values())


def test_growth_that_is_no_line_is_seen() -> None:
    assert bent_actions({"a": 10, "b": 10}, {"a": 21, "b": 22, "c": 2}, 2) == ["b", "c"]


def test_a_line_is_carried_on_and_what_does_not_grow_is_reported_together() -> None:
    assert carried_on((1_000, 264), (2_000, 514), 100_000) == 25_014
    rows = table_of(Counter(a=10, b=1, c=2), Counter(a=20, b=1, c=2), (1, 2, 10))
    assert rows == [{"action": "a", "1": 10, "2": 20, "10": 100}, {"action": "all others", "1": 3, "2": 3, "10": 3}]
