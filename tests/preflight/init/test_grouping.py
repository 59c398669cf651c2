"""Every classic instance has a place, no wave is larger than asked for, and who belongs together stays together."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.estates import estate_of
from estate.model import Database, Estate, InstanceType, SecurityGroup, VServerGroup
from preflight.init.grouping import Proposal, propose
from preflight.init.survey import Survey, survey
from tests.components.builders import instance, rule

FILE = "Pulumi.new.yaml"


def estate(instances: list[Any], groups: dict[str, list[Any]], **changes: Any) -> Estate:
    return Estate.model_validate(
        {
            "region_id": "cn-hangzhou",
            "account_id": "1234567890123456",
            "read_at": "2026-11-28T01:00:00Z",
            "instances": [item.model_copy(update=SOUND | changes.pop(item.id, {})) for item in instances],
            "security_groups": [
                SecurityGroup(id=key, name=key[3:], rules=tuple(rules)) for key, rules in groups.items()
            ],
            "instance_types": [InstanceType(id="ecs.n1.small", eni_quantity=2)],
            **changes,
        }
    )


SOUND = {"io_optimized": True, "spot_strategy": "NoSpot", "local_storage_amount": 0, "instance_charge_type": "PostPaid"}


def placed(proposal: Proposal) -> list[str]:
    moving = [item.id for wave in proposal.waves for item in wave.instances]
    return [*moving, *(item.id for item, _ in proposal.later), *(item.id for item in proposal.staying)]


def ids(proposal: Proposal) -> list[list[str]]:
    return [[item.id for item in wave.instances] for wave in proposal.waves]


def three_pairs(**changes: Any) -> Estate:
    """Two web, two app and two db servers, each pair in a group of its own."""
    instances = [
        instance(f"i-{tier}{number}", f"sg-{tier}", f"10.1.{place}.{number}", name=f"{tier}-{number}")
        for place, tier in enumerate(("web", "app", "db"))
        for number in (1, 2)
    ]
    groups = {"sg-web": [], "sg-app": [], "sg-db": [rule(group_id="sg-app")], **changes.pop("groups", {})}
    return estate(instances, groups, **changes)


def look(of: Estate) -> Survey:
    return survey(of, FILE)


def test_a_group_is_not_cut_and_those_come_first_that_need_no_other() -> None:
    assert ids(propose(look(three_pairs()), (), 4)) == [["i-web1", "i-web2"], ["i-app1", "i-app2", "i-db1", "i-db2"]]


def test_a_rule_ties_weaker_than_a_group_and_stronger_than_a_database() -> None:
    addresses = [f"10.1.{place}.{number}" for place in (0, 1) for number in (1, 2)]
    database = Database(
        id="rm-shop",
        engine="MySQL",
        engine_version="5.7",
        zone_id="cn-hangzhou-b",
        network_type="classic",
        security_ip_mode="normal",
        whitelist_groups=({"name": "app", "security_ips": tuple(addresses)},),
    )
    # The database would put app with web, the rule puts it with db.
    proposal = propose(look(three_pairs(databases=[database])), (), 4)
    assert ids(proposal) == [["i-web1", "i-web2"], ["i-app1", "i-app2", "i-db1", "i-db2"]]
    assert [bond.name for bond in proposal.waves[0].cut] == ["rm-shop"]
    assert proposal.waves[0].elsewhere == ("wave-2",)
    without_rule = propose(look(three_pairs(databases=[database], groups={"sg-db": []})), (), 4)
    assert ids(without_rule) == [["i-db1", "i-db2"], ["i-app1", "i-app2", "i-web1", "i-web2"]]


def test_an_address_and_a_server_group_tie_too_and_a_broad_block_does_not() -> None:
    broad = three_pairs(groups={"sg-db": [rule(cidr_ip="10.0.0.0/8")]})
    assert not [bond for bond in look(broad).bonds if bond.kind == "rule"]
    narrow = look(three_pairs(groups={"sg-db": [rule(cidr_ip="10.1.0.1/32")]}))
    (bond,) = (bond for bond in narrow.bonds if bond.kind == "rule")
    assert (bond.name, bond.members) == ("db and web-1", frozenset({"i-db1", "i-db2", "i-web1"}))
    servers = VServerGroup(
        id="rsp-1",
        load_balancer_id="lb-1",
        address_type="internet",
        servers=tuple({"server_id": item, "port": 80, "weight": 100} for item in ("i-web1", "i-db1")),
    )
    proposal = propose(look(three_pairs(groups={"sg-db": []}, vserver_groups=[servers])), (), 4)
    assert ids(proposal) == [["i-app1", "i-app2"], ["i-db1", "i-db2", "i-web1", "i-web2"]]


def test_a_group_larger_than_a_wave_is_cut_into_as_few_waves_as_it_can_be() -> None:
    many = [instance(f"i-{n}", "sg-all", f"10.1.{n // 200}.{n % 200 + 1}", name=f"srv-{n}") for n in range(45)]
    proposal = propose(look(estate(many, {"sg-all": []})), (), 20)
    assert sorted(map(len, ids(proposal))) == [5, 20, 20]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"io_optimized": False}, "not I/O-optimized"),
        ({"spot_strategy": "SpotAsPriceGo"}, "preemptible"),
        ({"local_storage_amount": 2}, "2 local disks"),
        ({"operation_locks": ("financial",)}, "locked (financial)"),
        ({"zone_id": "cn-hangzhou-c"}, "cn-hangzhou-c"),
        ({"tags": ({"key": "acs:autoscaling:scalingGroupId", "value": "asg-1"},)}, "asg-1"),
    ],
)
def test_an_instance_that_cannot_move_is_later_with_the_reason_of_the_rule(change: dict[str, Any], reason: str) -> None:
    of = three_pairs()
    broken = [
        type(item).model_validate({**item.model_dump(), **(change if item.id == "i-app1" else {})})
        for item in of.instances
    ]
    proposal = propose(look(of.model_copy(update={"instances": tuple(broken)})), (), 20)
    ((later, reasons),) = proposal.later
    assert later.id == "i-app1"
    assert reason in " ".join(reasons)
    assert Counter(placed(proposal)) == Counter(item.id for item in of.instances)


def test_unknown_attributes_do_not_make_an_instance_later() -> None:
    unknown = dict.fromkeys(("io_optimized", "spot_strategy", "local_storage_amount"))
    of = three_pairs()
    unread = tuple(item.model_copy(update=unknown) for item in of.instances)
    assert not propose(look(of.model_copy(update={"instances": unread})), (), 20).later


def test_a_staying_instance_is_in_no_wave_and_is_listed_as_a_peer() -> None:
    proposal = propose(look(three_pairs()), {"i-db1", "i-db2"}, 20)
    assert [item.id for item in proposal.staying] == ["i-db1", "i-db2"]
    assert ids(proposal) == [["i-app1", "i-app2", "i-web1", "i-web2"]]
    assert proposal.waves[0].elsewhere == ("staying",)


@given(
    st.lists(st.sets(st.integers(0, 5), min_size=1, max_size=3), min_size=1, max_size=40),
    st.integers(1, 12),
    st.sets(st.integers(0, 40), max_size=5),
)
def test_everyone_has_one_place_and_no_wave_is_too_large(
    memberships: list[set[int]], size: int, stay: set[int]
) -> None:
    instances = [
        instance(f"i-{n}", "sg-0", f"10.1.0.{n + 1}", security_group_ids=tuple(f"sg-{g}" for g in groups))
        for n, groups in enumerate(memberships)
    ]
    rules = {f"sg-{g}": [rule(group_id=f"sg-{(g + 1) % 6}")] for g in range(6)}
    survey = look(estate(instances, rules))
    proposal = propose(survey, {f"i-{n}" for n in stay}, size)
    assert sorted(placed(proposal)) == sorted(item.id for item in instances)
    assert all(0 < len(wave.instances) <= size for wave in proposal.waves)
    for wave in proposal.waves:
        inside = {item.id for item in wave.instances}
        assert all(bond.members <= inside for bond in wave.together)
        assert all(bond.members & inside and not bond.members <= inside for bond in wave.cut)
        assert wave.name not in wave.elsewhere
        assert bool(wave.cut) == bool(wave.elsewhere)


@pytest.mark.parametrize("number", [60, 300])
def test_a_large_estate_is_placed_the_same_way_each_time_and_its_groups_are_whole(number: int) -> None:
    survey = look(estate_of(number))
    proposal = propose(survey, (), 20)
    assert proposal == propose(survey, (), 20)
    assert sorted(placed(proposal)) == sorted(item.id for item in survey.classic)
    assert max(len(wave.instances) for wave in proposal.waves) <= 20
    # A group has 8 members: two and a half fit, so that no more than one of three waves may be missing.
    assert len(proposal.waves) <= -(-number // 14)
    wave_of = {item.id: wave.name for wave in proposal.waves for item in wave.instances}
    whole = [group for group, members in survey.members.items() if len({wave_of[item] for item in members}) == 1]
    assert len(whole) == len(survey.members)
