"""Addresses are described in few words, as a rule would name them."""

from __future__ import annotations

import pytest

from policies.security_groups.model import Surroundings
from policies.security_groups.packets import Interval
from preflight.reach.addresses import bridged, in_words


@pytest.mark.parametrize(
    ("intervals", "text"),
    [
        ([(0, 2**32 - 1)], "0.0.0.0/0"),
        ([(0, 2**31 - 1), (2**31 + 1, 2**32 - 1)], "0.0.0.0/0 without 128.0.0.0/32"),
        ([(2**31, 2**31 + 255)], "128.0.0.0/24"),
    ],
)
def test_addresses_are_described_as_a_rule_would_name_them(intervals: list[Interval], text: str) -> None:
    assert in_words(4, intervals) == text


def test_all_public_addresses_have_a_name_of_their_own() -> None:
    private = [(0x0A000000, 0x0AFFFFFF), (0xAC100000, 0xAC1FFFFF), (0xC0A80000, 0xC0A8FFFF)]
    public = []
    low = 0
    for first, last in private:
        public.append((low, first - 1))
        low = last + 1
    public.append((low, 2**32 - 1))
    assert in_words(4, public) == "0.0.0.0/0 without private addresses"
    assert in_words(4, sorted([*public, private[0]])) == "0.0.0.0/0 without private addresses, 10.0.0.0/8"


def test_addresses_of_instances_do_not_split_a_block() -> None:
    around = Surroundings((), {}, {4: (5, 6), 6: ()}, {4: (), 6: ()}, ())
    assert bridged(4, [(1, 4), (7, 9), (11, 12)], around) == [(1, 9), (11, 12)]
