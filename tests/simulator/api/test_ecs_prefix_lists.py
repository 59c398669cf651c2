"""Prefix lists: their entries, and the rules that refer to them."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.model.estate import Estate
from tests.simulator.in_vpc import GROUP, add
from tests.simulator.sdk import Api, refused


@pytest.fixture
def quick(quick: Estate) -> Estate:
    """The estate with a group in a VPC."""
    add(quick)
    return quick


def _new(api: Api, most: int, *blocks: str) -> str:
    created = api(
        "ecs:CreatePrefixList",
        PrefixListName=f"list-{most}",
        AddressFamily="IPv4",
        MaxEntries=most,
        Entry=[{"Cidr": block, "Description": f"Nr {number}"} for number, block in enumerate(blocks)],
    )
    return str(created["PrefixListId"])


def _entries(api: Api, list_id: str) -> list[tuple[str, str]]:
    entries = api("ecs:DescribePrefixListAttributes", PrefixListId=list_id)["Entries"]["Entry"]
    return [(entry["Cidr"], entry["Description"]) for entry in entries]


def _rule(list_id: str) -> dict[str, Any]:
    return {
        "SecurityGroupId": GROUP,
        "Permissions": [{"IpProtocol": "TCP", "PortRange": "22/22", "SourcePrefixListId": list_id}],
    }


def test_entries_come_go_and_change(api: Api) -> None:
    list_id = _new(api, 3, "10.0.0.0/8", "192.0.2.1")
    api(
        "ecs:ModifyPrefixList",
        PrefixListId=list_id,
        AddEntry=[{"Cidr": "192.0.2.1/32", "Description": "changed"}, {"Cidr": "198.51.100.0/24", "Description": ""}],
        RemoveEntry=[{"Cidr": "10.0.0.0/8"}],
    )
    assert _entries(api, list_id) == [("192.0.2.1/32", "changed"), ("198.51.100.0/24", "")]


def test_a_list_that_rules_refer_to_stays(api: Api) -> None:
    list_id = _new(api, 3)
    api("ecs:AuthorizeSecurityGroup", **_rule(list_id))
    associations = api("ecs:DescribePrefixListAssociations", PrefixListId=list_id)["PrefixListAssociations"]
    assert associations["PrefixListAssociation"] == [{"ResourceId": GROUP, "ResourceType": "securitygroup"}]
    (listed,) = api("ecs:DescribePrefixLists", PrefixListId=[list_id])["PrefixLists"]["PrefixList"]
    assert (listed["AssociationCount"], listed["MaxEntries"]) == (1, 3)
    with refused("DependencyViolation", 403):
        api("ecs:DeletePrefixList", PrefixListId=list_id)
    api("ecs:RevokeSecurityGroup", **_rule(list_id))
    api("ecs:DeletePrefixList", PrefixListId=list_id)
    with refused("InvalidPrefixListId.NotFound", 404):
        api("ecs:AuthorizeSecurityGroup", **_rule(list_id))


def test_a_rule_counts_for_as_many_as_the_list_may_have(api: Api) -> None:
    long, short = _new(api, 199), _new(api, 2)
    api("ecs:AuthorizeSecurityGroup", **_rule(long))
    with refused("AuthorizationLimitExceed", 403):
        api("ecs:AuthorizeSecurityGroup", **_rule(short))


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, ["list-2", "list-3"]),
        ({"PrefixListName": "list-3"}, ["list-3"]),
        ({"AddressFamily": "IPv6"}, []),
        ({"MaxResults": 1}, ["list-2"]),
    ],
)
def test_filters(api: Api, filters: dict[str, Any], names: list[str]) -> None:
    _new(api, 2)
    _new(api, 3)
    lists = api("ecs:DescribePrefixLists", **filters)["PrefixLists"]["PrefixList"]
    assert [item["PrefixListName"] for item in lists] == names
