"""The map as data: before, after, and what the stack declares; what is not known is left out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from policies.core.facts import Leaf
from policies.core.plan import CLASSIC_LINK_ATTACHMENT, DATABASE_ACCESS, MIGRATING_INSTANCE, MIGRATION, Plan, Resource
from preflight.report.topology import Topology, make_topology
from tests.policies.recordings import recorded


def topology(name: str = "waves", *without: str, **values: Any) -> Topology:
    """The map of a recorded stack without resources of some types, and with other facts of its Migration."""
    resources = [_changed(item, values) for item in recorded(name).resources if item.type not in without]
    drawn = make_topology(Plan(resources))
    assert drawn is not None
    return drawn


def _changed(item: Resource, values: dict[str, Any]) -> Resource:
    return replace(item, properties={**item.properties, **values}) if item.type == MIGRATION else item


def test_instances_are_where_they_are_and_where_they_go() -> None:
    by_name = {item.name: item for item in topology().instances}
    assert by_name["app-1"].zone == "cn-hangzhou-b"
    assert by_name["app-1"].vswitch == "shop-cn-hangzhou-h (172.16.2.0/24)"
    assert by_name["app-1"].wave == "back"
    assert by_name["web-2"].databases == ("r-bp1shopsessions001",)
    assert {item.name: item.instances for item in topology().vswitches} == {
        "shop-cn-hangzhou-b": 3,
        "shop-cn-hangzhou-h": 4,
    }
    assert any(item.vswitch.endswith("no VSwitch yet") for item in topology("broken").instances)


def test_a_database_is_kept_where_the_stack_gives_it_an_address() -> None:
    assert {item.name: item.declared for item in topology().databases} == dict.fromkeys(
        ("shop-catalog", "report-postgres", "shop-sessions", "shop-mysql"), True
    )
    assert {item.declared for item in topology("waves", DATABASE_ACCESS).databases} == {False}
    broken = {item.name: (item.declared, item.after) for item in topology("broken").databases}
    assert broken["shop-catalog"] == (False, "no address in the VPC, admits 172.16.2.0/29")


def test_a_classic_instance_says_why_it_is_one_and_whether_it_is_linked() -> None:
    by_name = {item.name: (item.why, item.declared) for item in topology().peers}
    assert by_name == {
        "app-1": ("moves with wave back", True),
        "app-2": ("moves with wave back", True),
        "cache-1": ("stays", True),
        "legacy-1": ("moves later", False),
        "mon-1": ("stays", True),
        "web-1": ("moves with wave back", True),
    }
    assert not any(item.declared for item in topology("waves", CLASSIC_LINK_ATTACHMENT).peers)


def test_a_group_has_what_stands_for_it() -> None:
    by_name = {item.name: item for item in topology().groups}
    assert (by_name["web"].members, by_name["web"].after) == (3, "1 VPC group cloned, 75 rules")
    assert by_name["web"].declared is True


@pytest.mark.parametrize("value", [Leaf.UNKNOWN, None, 3.0, "x", [3.0]])
def test_unknown_facts_are_left_out_of_the_topology(value: Any) -> None:
    keys = ("databases", "classicInstances", "securityGroups", "staying", "laterInstanceIds", "waves")
    drawn = topology("waves", **dict.fromkeys(keys, value))
    assert (drawn.databases, drawn.peers, drawn.groups) == ((), (), ())
    blank = [replace(item, properties={}) for item in recorded("waves").resources if item.type == MIGRATING_INSTANCE]
    bare = make_topology(Plan([*blank, *(item for item in recorded("waves").resources if item.type == MIGRATION)]))
    assert bare is not None
    assert {item.databases for item in bare.instances} == {()}


def test_without_a_migration_there_is_no_map() -> None:
    assert make_topology(Plan([])) is None
