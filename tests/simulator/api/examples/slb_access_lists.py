"""Examples for simulator/api/slb_access_lists.py."""

from __future__ import annotations

import json
from ipaddress import IPv4Network
from itertools import islice
from typing import Any

from simulator.model.estate import Estate
from simulator.model.slb import AccessListEntry
from tests.simulator.api.examples import Example, Given, Refusal
from tests.simulator.api.load_balanced import BOUND, OFFICE, OFFICE_BLOCK, and_then, load_balanced

ONE = {"AclId": OFFICE}
NOT_THERE = {"AclId": "acl-none"}


def _entries(*blocks: str) -> dict[str, Any]:
    return {"AclEntrys": json.dumps([{"entry": block, "comment": "new"} for block in blocks])}


def blocks(count: int) -> list[str]:
    """Blocks of the classic network."""
    return [str(block) for block in islice(IPv4Network("10.0.0.0/8").subnets(new_prefix=24), count)]


def many_lists(estate: Estate) -> None:
    """There are as many as there can be."""
    template = estate.access_lists[0]
    for number in range(50 - len(estate.access_lists)):
        estate.access_lists.append(template.model_copy(update={"id": f"acl-{number}", "name": f"list-{number}"}))


def full(estate: Estate) -> None:
    """The list has as many entries as it can have."""
    estate.access_lists[0].entries = [AccessListEntry(entry=block) for block in blocks(300)]


def _refusal(code: str, more: dict[str, Any], given: Given = load_balanced) -> Refusal:
    return Refusal(code, {**ONE, **more}, given=given)


NEW_ENTRY = _entries("198.51.100.0/24")
MANY_TAGS = [{"Key": f"k{number}", "Value": ""} for number in range(21)]

EXAMPLES = (
    Example(
        "slb:CreateAccessControlList",
        {"AclName": "new", "AddressIPVersion": "ipv4", "Tag": [{"Key": "a", "Value": "b"}]},
        (
            Refusal("InvalidParameter", {"AclName": "a b"}),
            Refusal("InvalidParameter", {"AclName": "office"}, given=load_balanced),
            Refusal("InvalidParameter", {"AclName": "new", "AddressIPVersion": "ipv5"}),
            Refusal("AclNumberOverLimit", {"AclName": "new"}, given=and_then(many_lists)),
            Refusal("MissingParam.TagKey", {"AclName": "new", "Tag": [{"Value": "x"}]}),
            Refusal("SizeLimitExceeded.Tag", {"AclName": "new", "Tag": MANY_TAGS}),
        ),
    ),
    Example(
        "slb:DescribeAccessControlLists",
        {"AclName": "off"},
        (Refusal("MissingParam.TagKey", {"Tag": [{"Value": "x"}]}),),
        load_balanced,
    ),
    Example(
        "slb:DescribeAccessControlListAttribute",
        {"AclId": BOUND},
        (Refusal("AclNotExist", NOT_THERE), _refusal("InvalidParameter", {"PageSize": 51})),
        load_balanced,
    ),
    Example(
        "slb:SetAccessControlListAttribute",
        {**ONE, "AclName": "renamed"},
        (Refusal("AclNotExist", {**NOT_THERE, "AclName": "x"}), _refusal("InvalidParameter", {"AclName": "bound"})),
        load_balanced,
    ),
    Example(
        "slb:AddAccessControlListEntry",
        {**ONE, **NEW_ENTRY},
        (
            Refusal("AclNotExist", {**NOT_THERE, **NEW_ENTRY}),
            _refusal("AclEntryIllegal", {"AclEntrys": "198.51.100.0/24"}),
            _refusal("AclEntryIllegal", _entries("198.51.100.1")),
            _refusal("AclEntryIllegal", _entries("198.51.100.0/33")),
            _refusal("IllegalEntry", _entries("2001:db8::/32")),
            _refusal("InvalidParam.AclEntryExists", _entries(OFFICE_BLOCK)),
            _refusal("AclEntryExceedLimit", NEW_ENTRY, and_then(full)),
            _refusal("InvalidParameter", _entries(*blocks(51))),
            _refusal("MissingParameter", {}),
        ),
        load_balanced,
    ),
    Example(
        "slb:RemoveAccessControlListEntry",
        {**ONE, **_entries(OFFICE_BLOCK)},
        (
            Refusal("AclNotExist", {**NOT_THERE, **NEW_ENTRY}),
            _refusal("AclEntryIllegal", {"AclEntrys": "x"}),
            Refusal("AclEntryEmpty", {"AclId": BOUND, **_entries(OFFICE_BLOCK)}, given=load_balanced),
        ),
        load_balanced,
    ),
    Example(
        "slb:DeleteAccessControlList",
        ONE,
        (
            Refusal("AclNotExist", NOT_THERE),
            Refusal("OperationFailed.AclBindedWithVip", {"AclId": BOUND}, given=load_balanced),
        ),
        load_balanced,
    ),
)
