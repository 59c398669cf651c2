"""Access control lists: entries, pages of them, and what uses a list."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.model.estate import Estate
from tests.simulator.api.examples.slb_access_lists import blocks
from tests.simulator.api.load_balanced import BOUND, OFFICE, OFFICE_BLOCK, PUBLIC, load_balanced
from tests.simulator.sdk import Api, refused


@pytest.fixture
def quick(quick: Estate) -> Estate:
    load_balanced(quick)
    return quick


def _add(api: Api, list_id: str, *entries: tuple[str, str]) -> None:
    rows = [{"entry": block, "comment": comment} for block, comment in entries]
    api("slb:AddAccessControlListEntry", AclId=list_id, AclEntrys=json.dumps(rows))


def _entries(api: Api, list_id: str, **parameters: Any) -> list[tuple[str, str]]:
    answer = api("slb:DescribeAccessControlListAttribute", AclId=list_id, **parameters)
    return [(entry["AclEntryIP"], entry["AclEntryComment"]) for entry in answer["AclEntrys"]["AclEntry"]]


def test_entries_come_and_go(api: Api) -> None:
    list_id = api("slb:CreateAccessControlList", AclName="new")["AclId"]
    _add(api, list_id, ("10.0.0.0/24", "one"), ("10.0.0.0/24", "again"), ("10.1.0.1/32", ""))
    assert _entries(api, list_id) == [("10.0.0.0/24", "one"), ("10.1.0.1/32", "")]
    gone = json.dumps([{"entry": "10.0.0.0/24", "comment": "whatever"}, {"entry": "10.9.0.0/24"}])
    api("slb:RemoveAccessControlListEntry", AclId=list_id, AclEntrys=gone)
    assert _entries(api, list_id) == [("10.1.0.1/32", "")]


def test_a_call_adds_all_or_nothing(api: Api) -> None:
    with refused("InvalidParam.AclEntryExists"):
        _add(api, OFFICE, ("10.0.0.0/24", "new"), (OFFICE_BLOCK, "office"))
    assert _entries(api, OFFICE) == [(OFFICE_BLOCK, "office")]


def test_an_ipv6_list_takes_ipv6(api: Api) -> None:
    list_id = api("slb:CreateAccessControlList", AclName="six", AddressIPVersion="ipv6")["AclId"]
    _add(api, list_id, ("2001:db8::/32", "six"))
    with refused("IllegalEntry"):
        _add(api, list_id, ("10.0.0.0/24", "four"))


def test_entries_are_paged(api: Api) -> None:
    many = blocks(60)
    _add(api, OFFICE, *((block, "even") for block in many[:50]))
    _add(api, OFFICE, *((block, "odd") for block in many[50:]))
    assert len(_entries(api, OFFICE)) == 10
    assert [block for block, _ in _entries(api, OFFICE, Page=2, PageSize=50)] == many[49:]
    assert len(_entries(api, OFFICE, AclEntryComment="odd", PageSize=50)) == 10
    answer = api("slb:DescribeAccessControlListAttribute", AclId=OFFICE)
    assert answer["TotalAclEntry"] == 61


def test_a_list_and_its_listeners(api: Api) -> None:
    answer = api("slb:DescribeAccessControlListAttribute", AclId=BOUND)
    listener = {"LoadBalancerId": PUBLIC, "ListenerPort": 443, "Protocol": "https", "AclType": "white"}
    assert answer["RelatedListeners"]["RelatedListener"] == [listener]
    # With another entry the listed one can go.
    _add(api, BOUND, ("10.0.0.0/24", "new"))
    api("slb:RemoveAccessControlListEntry", AclId=BOUND, AclEntrys=json.dumps([{"entry": OFFICE_BLOCK}]))
    assert _entries(api, BOUND) == [("10.0.0.0/24", "new")]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, [OFFICE, BOUND]),
        ({"AclName": "fic"}, [OFFICE]),
        ({"AddressIPVersion": "ipv6"}, []),
        ({"Tag": [{"Key": "a", "Value": "b"}], "PageSize": 1, "PageNumber": 2}, [BOUND]),
    ],
)
def test_filters(api: Api, filters: dict[str, Any], names: list[str]) -> None:
    answer = api("slb:DescribeAccessControlLists", **filters)
    assert [item["AclId"] for item in answer["Acls"]["Acl"]] == names
    assert answer["Count"] == len(names)


def test_a_list_may_keep_its_name(api: Api) -> None:
    api("slb:SetAccessControlListAttribute", AclId=OFFICE, AclName="office")
    api("slb:SetAccessControlListAttribute", AclId=OFFICE, AclName="head-office")
    assert api("slb:DescribeAccessControlListAttribute", AclId=OFFICE)["AclName"] == "head-office"
