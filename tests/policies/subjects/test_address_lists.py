"""Which entries name an address, which hold it by the way, and which are left over."""

from __future__ import annotations

import pytest

from policies.core.facts import Facts, UnreadableError
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK
from policies.subjects import address_lists
from tests.policies.prepared import BLOCK, UNKNOWN, prepared


@pytest.mark.parametrize(
    ("entry", "names", "holds"),
    [
        ("10.0.0.2", True, True),
        ("10.0.0.2/32", True, True),
        ("10.0.0.0/24", True, True),
        ("10.0.0.9/24", True, True),
        ("10.0.0.0/23", False, True),
        ("10.0.0.0/8", False, True),
        ("0.0.0.0/0", False, True),
        ("10.0.0.3", False, False),
        ("10.0.1.0/24", False, False),
        ("2001:db8::/32", False, False),
    ],
)
def test_single_addresses_and_narrow_blocks_name_broad_ones_hold(entry: str, names: bool, holds: bool) -> None:
    assert bool(address_lists.naming([entry], ["10.0.0.2"])) is names
    assert bool(address_lists.holding([entry], ["10.0.0.2"])) is holds


def test_an_entry_that_is_none_is_not_passed_over() -> None:
    with pytest.raises(UnreadableError, match=r"10\.0\.\*"):
        address_lists.naming(["10.0.0.9", "10.0.*"], ["10.0.0.2"])


def test_a_block_is_left_over_once_no_classic_instance_is_in_it() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["formerAddresses"] = ["10.0.0.2"]
    entries = ["10.0.0.2", "10.0.0.0/24", "10.0.0.2/31", "10.0.0.0/8"]
    # i-later has 10.0.0.3.
    assert address_lists.left_over(draft.plan(), entries, "10.0.0.2") == ("10.0.0.2",)
    draft.facts(MIGRATION)["classicInstances"] = draft.facts(MIGRATION)["classicInstances"][2:]
    assert address_lists.left_over(draft.plan(), entries, "10.0.0.2") == ("10.0.0.2", "10.0.0.2/31")


def test_two_halves_cover_a_block() -> None:
    assert address_lists.covers(["10.0.0.1", "172.16.1.0/25", "172.16.1.128/25", "2001:db8::/32"], ["172.16.1.0/24"])
    assert not address_lists.covers(["172.16.1.0/25"], ["172.16.1.0/24"])
    assert not address_lists.covers(["172.16.1.0/24"], ["172.16.1.0/24", "172.16.2.0/24"])
    assert address_lists.touches(["172.16.1.7", "172.16.3.7"], ["172.16.1.0/24", "172.16.2.0/24"])
    assert not address_lists.touches(["172.16.2.7"], ["172.16.1.0/24"])


def test_one_pattern_of_several_is_enough() -> None:
    assert address_lists.any_matches(["vpc-2", "vpc-?"], "vpc-1")
    assert not address_lists.any_matches(["vpc-2", "vpc-??"], "vpc-1")


def test_broad_blocks_are_reported_beside_what_names_an_address() -> None:
    entries = ["10.0.0.2", "10.0.0.0/24", "10.0.0.0/23", "10.0.0.0/8", "10.0.0.0/8", "10.1.0.0/16"]
    text = address_lists.also_broad(entries, ["10.0.0.2"])
    assert text == " It is also in 10.0.0.0/23, 10.0.0.0/8, which is too broad to be judged."
    assert address_lists.also_broad(entries[:2], ["10.0.0.2"]) == ""


def test_blocks_that_nobody_can_tell_yet_are_none() -> None:
    draft = prepared()
    instance = Facts(draft.facts(MIGRATING_INSTANCE, "i-web"), "i-web")
    assert address_lists.new_blocks(draft.plan(), instance) == (BLOCK,)
    draft.facts(TARGET_NETWORK)["vswitches"][0]["zoneId"] = UNKNOWN
    assert address_lists.new_blocks(draft.plan(), instance) == ()
    draft.remove(TARGET_NETWORK)
    assert address_lists.new_blocks(draft.plan(), instance) == ()
