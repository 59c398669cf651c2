"""CIDR planning: named cases of the cloud's limits, and properties of the planner."""

from __future__ import annotations

from ipaddress import IPv4Network
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.cidr import (
    CLASSIC_LINK_RANGES,
    CLASSIC_RANGES,
    CidrProblem,
    capacity,
    guest_route,
    network_problems,
    plan_blocks,
)

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
            ["100.64.0.0/24"],
            False,
            CidrProblem(0, "100.64.0.0/24 is not private", "a block inside 10.0.0.0/16"),
            id="VSwitch in the cloud's own range",
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
    assert network_problems("10.0.0.0/16", blocks[:150]) == []
    assert network_problems("10.0.0.0/16", blocks) == [CidrProblem(None, "151 VSwitches", "at most 150 in a VPC")]


def test_capacity_leaves_out_the_cloud_s_own_addresses() -> None:
    assert [capacity(block) for block in ("10.0.0.0/29", "10.0.0.0/24", "10.0.0.0/20")] == [4, 252, 4092]


def test_only_192_168_needs_a_route_in_the_guest() -> None:
    assert guest_route("192.168.7.0/24") == "192.168.0.0/16"
    assert guest_route("172.16.0.0/12") is None


@QUICK
@given(st.lists(st.builds(lambda a, m: f"10.{a}.0.0/{m}", st.integers(0, 255), st.integers(8, 30)), max_size=5))
def test_overlaps_are_found_in_pairs(blocks: list[str]) -> None:
    networks = [IPv4Network(block, strict=False) for block in blocks]
    expected = sum(first.overlaps(second) for first, second in combinations(networks, 2))
    problems = network_problems("10.0.0.0/8", blocks)
    assert sum("overlaps" in problem.fault for problem in problems) == expected


@QUICK
@given(st.text(max_size=20), st.lists(st.text(max_size=20), max_size=3))
def test_no_text_raises(vpc: str, vswitches: list[str]) -> None:
    assert network_problems(vpc, vswitches, classic_link=True)


VPCS = st.sampled_from(
    ["10.0.0.0/8", "10.111.0.0/16", "172.16.0.0/12", "172.16.0.0/20", "192.168.0.0/16", "10.2.0.0/25"]
)
BLOCKS = st.lists(
    st.builds(
        lambda a, b, m: str(IPv4Network((f"172.16.{a}.{b}", m), strict=False)),
        st.integers(0, 15),
        st.integers(0, 255),
        st.integers(20, 29),
    ),
    max_size=6,
)


@QUICK
@given(VPCS, st.lists(st.integers(0, 5000), max_size=6), BLOCKS, BLOCKS, st.booleans())
def test_planned_blocks_are_sound(vpc: str, needs: list[int], taken: list[str], avoid: list[str], linked: bool) -> None:
    planned = plan_blocks(vpc, needs, taken=taken, avoid=avoid, classic_link=linked)
    assert len(planned) == len(needs)
    blocks = [block for block in planned if block is not None]
    for need, block in zip(needs, planned, strict=True):
        if block is None:
            continue
        network = IPv4Network(block)
        assert capacity(block) >= need
        assert network.subnet_of(IPv4Network(vpc))
        assert not any(network.overlaps(IPv4Network(item)) for item in (*taken, *avoid))
        if linked:
            assert any(network.subnet_of(area) for area in CLASSIC_LINK_RANGES)
        if not IPv4Network(vpc).subnet_of(IPv4Network("10.2.0.0/16")):
            assert not any(network.overlaps(area) for area in CLASSIC_RANGES)
    assert network_problems(vpc, blocks, classic_link=linked) == []
    # Planned again with what came out of it taken, everything later goes elsewhere: nothing moves by a second plan.
    again = plan_blocks(vpc, needs, taken=[*taken, *blocks], avoid=avoid, classic_link=linked)
    assert not {*blocks} & {*again} - {None}


def test_planned_blocks_have_room_and_come_in_order() -> None:
    assert plan_blocks("172.16.0.0/16", [1, 252, 253]) == ["172.16.0.0/24", "172.16.1.0/24", "172.16.2.0/23"]
    assert plan_blocks("172.16.0.0/16", [1], taken=["172.16.0.0/25"]) == ["172.16.1.0/24"]
    assert plan_blocks("10.0.0.0/8", [1, 1]) == ["10.111.0.0/24", "10.111.1.0/24"]
    # A VPC that is in the classic network's range as a whole has no other addresses.
    assert plan_blocks("10.2.0.0/16", [1]) == ["10.2.0.0/24"]
    assert plan_blocks("10.2.0.0/16", [1], classic_link=True) == [None]


def test_a_small_vpc_is_taken_whole_and_what_does_not_fit_is_none() -> None:
    assert plan_blocks("192.168.1.0/26", [60, 1]) == ["192.168.1.0/26", None]
    assert plan_blocks("192.168.1.0/26", [61]) == [None]
    assert plan_blocks("172.16.0.0/12", [70_000]) == [None]
