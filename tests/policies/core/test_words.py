"""A count is written with its noun in the right number."""

from __future__ import annotations

import pytest

from policies.core.words import number_of


@pytest.mark.parametrize(
    ("count", "noun", "expected"),
    [
        (0, "finding", "0 findings"),
        (1, "finding", "1 finding"),
        (2, "VPC group", "2 VPC groups"),
        (1, "more fix", "1 more fix"),
        (3, "fix", "3 fixes"),
    ],
)
def test_a_noun_is_plural_unless_there_is_one(count: int, noun: str, expected: str) -> None:
    assert number_of(count, noun) == expected
