"""Properties of the priority ladder: order and ties are kept, numbers stay where they can."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from components.conversion.priorities import LOWEST, Band, Draft, make_ladder
from components.conversion.rules import VpcPeer, VpcRule
from estate.model import PeerKind, RulePolicy

QUICK = settings(max_examples=80, deadline=None, derandomize=True, database=None)

Level = tuple[Band, int]
LEVELS = st.one_of(
    st.tuples(st.sampled_from((Band.INTRANET, Band.INTERNET)), st.sampled_from((*range(1, 101), 110))),
    st.just((Band.GUARD, 0)),
)
POLICIES: st.SearchStrategy[RulePolicy] = st.sampled_from(("accept", "drop"))
FEW = st.dictionaries(LEVELS, POLICIES, min_size=1, max_size=40)
MANY = st.dictionaries(LEVELS, POLICIES, min_size=60, max_size=203)


def draft(level: Level, policy: RulePolicy) -> Draft:
    """A draft of which only place and policy matter."""
    peer = VpcPeer(PeerKind.CIDR, "10.0.0.0/8")
    return Draft(level[0], VpcRule("ingress", "ALL", "-1/-1", None, policy, level[1], peer, ""))


def numbers(policies: dict[Level, RulePolicy], *, banded: bool = True) -> tuple[dict[Level, int], int]:
    """The priority of every level, and how many priorities that took."""
    ladder = make_ladder((draft(level, policy) for level, policy in policies.items()), banded=banded)
    return dict(ladder.priorities), ladder.slots


@QUICK
@given(st.one_of(FEW, MANY))
def test_order_is_kept_wherever_it_decides(policies: dict[Level, RulePolicy]) -> None:
    priorities, slots = numbers(policies)
    assert priorities.keys() == policies.keys()
    assert all(1 <= number <= LOWEST for number in priorities.values())
    assume(slots <= LOWEST)
    for first, second in pairwise(sorted(policies)):
        assert priorities[first] <= priorities[second]
        if policies[first] != policies[second] or first[0] != second[0]:
            assert priorities[first] < priorities[second]


@QUICK
@given(MANY)
def test_too_many_levels_still_keep_their_order(policies: dict[Level, RulePolicy]) -> None:
    # Levels that fall together let drop win, which never opens; only an order turned round could.
    priorities, _ = numbers(policies)
    assert [priorities[level] for level in sorted(policies)] == sorted(priorities.values())


@QUICK
@given(FEW)
def test_bands_that_do_not_meet_keep_their_numbers(policies: dict[Level, RulePolicy]) -> None:
    apart = {level: policy for level, policy in policies.items() if level[0] is not Band.GUARD}
    priorities, _ = numbers(apart, banded=False)
    for (band, expected), number in priorities.items():
        crowded = (band, 110) in apart
        assert number == expected or crowded


def test_a_level_yields_only_as_far_as_it_must() -> None:
    levels = [
        (Band.INTRANET, 1),
        (Band.INTRANET, 50),
        (Band.GUARD, 0),
        (Band.INTERNET, 1),
        (Band.INTERNET, 60),
        (Band.INTERNET, 100),
        (Band.INTERNET, 110),
    ]
    policies: dict[Level, RulePolicy] = dict.fromkeys(levels, "accept")
    assert [numbers(policies)[0][level] for level in levels] == [1, 50, 51, 52, 60, 99, 100]


def test_as_many_levels_as_there_are_priorities_keep_their_numbers() -> None:
    policies: dict[Level, RulePolicy] = {(Band.INTRANET, number): "accept" for number in range(1, LOWEST + 1)}
    assert numbers(policies) == ({level: level[1] for level in policies}, LOWEST)
