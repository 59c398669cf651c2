"""CIDR planning: named cases of the cloud's limits, and properties of the planner."""

from __future__ import annotations

from ipaddress import IPv4Network
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.cidr import CidrProblem, capacity, guest_route, is_enough, network_problems, plan_vswitches

QUICK = settings(max_examples=200, deadline=None, derandomize=True, database=None)


@pytest.mark.parametrize(
    ("vpc", "vswitches", "classic_link"),
    [
        pytest.param("10.0.0.0/8", ["10.0.0.0/16", "10.1.0.0/29"], False, id="whole private range"),
        pytest.param("172.16.0.0/12", ["172.31.255.248/29"], False, id="last VSwitch of the range"),
        pytest.param("192.168.0.0/28", ["192.168.0.0/28"], False, id="one VSwitch as big as the VPC"),
        pytest.param("10.0.0.0/8", ["10.111.0.0/16"], True, id="ClassicLink in 10.111.0.0/16"),
        pytest.param("172.16.0.0/12", ["172.16.0.0/24"], True, id="ClassicLink in 172.16.0.0/12"),
        pytest.param("192.168.0.0/16", ["192.168.0.0/24"], True, id="ClassicLink in 192.168.0.0/16"),
    ],
)
def test_sound_networks(vpc: str, vswitches: list[str], classic_link: bool) -> None:
    assert network_problems(vpc, vswitches, classic_link=classic_link) == []


@pytest.mark.parametrize(
    ("vpc", "vswitches", "classic_link", "expected"),
    [
        pytest.param(
            "100.64.0.0/16",
            [],
            False,
            CidrProblem(
                None,
                "100.64.0.0/16 is not private",
                "a block inside 10.0.0.0/8 or 172.16.0.0/12 or 192.168.0.0/16",
            ),
            id="the cloud's own range",
        ),
        pytest.param(
            "192.168.0.0/29",
            [],
            False,
            CidrProblem(None, "192.168.0.0/29 has mask 29", "a mask of 8 to 28"),
            id="VPC too small",
        ),
        pytest.param(
            "10.0.0.1/16",
            [],
            False,
            CidrProblem(None, "10.0.0.1/16 is not the first address of its block", "10.0.0.0/16"),
            id="host bits set",
        ),
        pytest.param(
            "ten",
            ["10.0.0.0/24"],
            False,
            CidrProblem(None, "'ten' is no CIDR block", "an address and a mask, such as 10.0.0.0/16"),
            id="no block",
        ),
        pytest.param(
            "10.0.0.0/8",
            ["10.0.0.0/15"],
            False,
            CidrProblem(0, "10.0.0.0/15 has mask 15", "a mask of 16 to 29"),
            id="VSwitch too big",
        ),
        pytest.param(
            "10.0.0.0/16",
            ["10.0.0.0/24", "10.1.0.0/24"],
            False,
            CidrProblem(1, "10.1.0.0/24 is not inside the VPC", "a block inside 10.0.0.0/16"),
            id="VSwitch outside",
        ),
        pytest.param(
            "10.0.0.0/16",
            ["10.0.0.0/24", "10.0.0.128/25"],
            False,
            CidrProblem(1, "10.0.0.128/25 overlaps 10.0.0.0/24", "VSwitch blocks that share no address"),
            id="VSwitches overlap",
        ),
        pytest.param(
            "10.0.0.0/8",
            ["10.110.255.0/24"],
            True,
            CidrProblem(
                0,
                "10.110.255.0/24 cannot be reached by ClassicLink",
                "a block inside 10.111.0.0/16 or 172.16.0.0/12 or 192.168.0.0/16",
            ),
            id="ClassicLink and the classic network's own range",
        ),
    ],
)
def test_each_problem_is_the_only_one(
    vpc: str, vswitches: list[str], classic_link: bool, expected: CidrProblem
) -> None:
    assert network_problems(vpc, vswitches, classic_link=classic_link) == [expected]


def test_all_problems_at_once() -> None:
    problems = network_problems("10.0.0.1/7", ["10.0.0.0/24", "x", "10.0.0.0/30"], classic_link=True)
    assert [problem.vswitch for problem in problems] == [None, None, None, 0, 1, 2, 2, 2]


def test_too_many_vswitches() -> None:
    blocks = [str(block) for block in IPv4Network("10.0.0.0/16").subnets(new_prefix=24)][:151]
    assert network_problems("10.0.0.0/16", blocks) == [CidrProblem(None, "151 VSwitches", "at most 150 in a VPC")]


def test_capacity_leaves_out_the_cloud_s_own_addresses() -> None:
    assert [capacity(block) for block in ("10.0.0.0/29", "10.0.0.0/24", "10.0.0.0/20")] == [4, 252, 4092]


def test_as_many_free_addresses_as_instances_are_not_enough() -> None:
    assert not is_enough(free_addresses=4, instances=4)
    assert is_enough(free_addresses=5, instances=4)


def test_only_192_168_needs_a_route_in_the_guest() -> None:
    assert guest_route("192.168.7.0/24") == "192.168.0.0/16"
    assert guest_route("172.16.0.0/12") is None


def test_plan_gives_room_to_grow() -> None:
    plan = plan_vswitches("172.16.0.0/16", {"zone-a": 3, "zone-b": 300})
    assert plan.cidr_blocks == {"zone-a": "172.16.4.0/24", "zone-b": "172.16.0.0/22"}


def test_plan_squeezes_into_a_small_vpc() -> None:
    assert plan_vswitches("192.168.0.0/28", {"zone-a": 3, "zone-b": 3}).cidr_blocks == {
        "zone-a": "192.168.0.0/29",
        "zone-b": "192.168.0.8/29",
    }


def test_plan_says_why_there_is_none() -> None:
    expected = "a VPC block with room for 8 instances in 2 zones"
    assert plan_vswitches("192.168.0.0/28", {"zone-a": 4, "zone-b": 4}).problems == (
        CidrProblem(None, "192.168.0.0/28 has no room", expected),
    )
    linked = plan_vswitches("10.0.0.0/16", {"zone-a": 1}, classic_link=True)
    assert [problem.what for problem in linked.problems] == ["10.0.0.0/16 has no room that ClassicLink reaches"]
    assert plan_vswitches("ten", {"zone-a": 1}).problems


def test_plan_has_no_vswitch_for_a_zone_too_big() -> None:
    assert plan_vswitches("10.0.0.0/8", {"zone-a": 65532}).problems
    assert plan_vswitches("10.0.0.0/8", {"zone-a": 65531}).cidr_blocks == {"zone-a": "10.0.0.0/16"}


VPCS = ("10.0.0.0/8", "10.111.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "192.168.3.0/24", "192.168.0.0/28")
ZONES = st.dictionaries(st.sampled_from(("a", "b", "c", "d")), st.integers(0, 5000), min_size=1)


@QUICK
@given(st.sampled_from(VPCS), ZONES, st.booleans(), st.lists(st.integers(0, 15), max_size=3, unique=True))
def test_a_plan_is_sound_or_says_why(vpc: str, zones: dict[str, int], classic_link: bool, used: list[int]) -> None:
    block = IPv4Network(vpc)
    parts = list(block.subnets(new_prefix=min(29, block.prefixlen + 8)))
    taken = [str(parts[number]) for number in used if number < len(parts)]
    plan = plan_vswitches(vpc, zones, classic_link=classic_link, taken=taken)
    if plan.problems:
        assert plan.cidr_blocks == {}
        return
    chosen = list(plan.cidr_blocks.values())
    assert set(plan.cidr_blocks) == set(zones)
    assert network_problems(vpc, chosen, classic_link=classic_link) == []
    assert all(is_enough(capacity(plan.cidr_blocks[zone]), count) for zone, count in zones.items())
    assert not any(IPv4Network(mine).overlaps(IPv4Network(theirs)) for mine in chosen for theirs in taken)


@QUICK
@given(st.lists(st.builds(lambda a, m: f"10.{a}.0.0/{m}", st.integers(0, 255), st.integers(8, 30)), max_size=5))
def test_overlaps_are_found_in_pairs(blocks: list[str]) -> None:
    networks = [IPv4Network(block, strict=False) for block in blocks]
    expected = sum(first.overlaps(second) for first, second in combinations(networks, 2))
    problems = network_problems("10.0.0.0/8", blocks)
    assert sum("overlaps" in problem.what for problem in problems) == expected


@QUICK
@given(st.text(max_size=20), st.lists(st.text(max_size=20), max_size=3))
def test_no_text_raises(vpc: str, vswitches: list[str]) -> None:
    assert network_problems(vpc, vswitches, classic_link=True)
