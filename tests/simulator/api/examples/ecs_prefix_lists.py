"""Examples for simulator/api/ecs_prefix_lists.py."""

from __future__ import annotations

from simulator.model.ecs import Rule
from simulator.model.estate import Estate
from simulator.model.prefix_lists import PrefixList, PrefixListEntry
from tests.simulator.api.examples import Example, Refusal
from tests.simulator.in_vpc import GROUP, add

LIST = "pl-bp1offices0000000001"
NEW = {"PrefixListName": "offices", "AddressFamily": "IPv4", "MaxEntries": 2}
UNKNOWN = Refusal("InvalidPrefixListId.NotFound", {"PrefixListId": "pl-none"}, 404)


def offices(estate: Estate) -> None:
    """A prefix list with one entry and room for a second, which a rule of a group refers to."""
    add(estate)
    entry = PrefixListEntry(cidr="203.0.113.0/24", description="office")
    estate.prefix_lists.append(PrefixList(id=LIST, name="offices", max_entries=2, entries=[entry], tags={}))
    group = estate.security_groups.find(GROUP)
    assert group
    group.rules.append(
        Rule(direction="ingress", nic_type="intranet", ip_protocol="TCP", port_range="22/22", prefix_list_id=LIST)
    )


def unused(estate: Estate) -> None:
    """The same list, which nothing refers to."""
    offices(estate)
    for group in estate.security_groups:
        group.rules = []


def none_left(estate: Estate) -> None:
    """There can be no more prefix lists."""
    estate.quotas.prefix_lists = 0


def _blocks(field: str, *blocks: str) -> dict[str, list[dict[str, str]]]:
    return {field: [{"Cidr": block} for block in blocks]}


EXAMPLES = (
    Example(
        "ecs:CreatePrefixList",
        {**NEW, **_blocks("Entry", "10.0.0.0/8"), "Tag": [{"Key": "a", "Value": "b"}]},
        (
            Refusal("InvalidParameter.PrefixListName", {**NEW, "PrefixListName": "com.aliyun.own"}),
            Refusal("InvalidParameter.CidrMalformed", {**NEW, **_blocks("Entry", "10.0.0.1/8")}),
            Refusal("InvalidParameter.CidrMalformed", {**NEW, **_blocks("Entry", "2001:db8::/32")}),
            Refusal("InvalidParameter.CidrDuplicated", {**NEW, **_blocks("Entry", "10.0.0.1", "10.0.0.1/32")}),
            Refusal("LimitExceed.MaxEntries", {**NEW, **_blocks("Entry", "10.0.0.1", "10.0.0.2", "10.0.0.3")}),
            Refusal("LimitExceed.Entry", {**NEW, **_blocks("Entry", *(f"10.0.0.{n}" for n in range(201)))}),
            Refusal("LimitExceed.PrefixListPerRegion", NEW, 404, none_left),
            Refusal("MissingParameter.TagKey", {**NEW, "Tag": [{"Value": "b"}]}),
            Refusal("MissingParameter", {"PrefixListName": "offices", "AddressFamily": "IPv4"}),
            Refusal("InvalidParameter", {**NEW, "MaxEntries": 201}),
            Refusal("InvalidParameter", {**NEW, "AddressFamily": "IPv5"}),
            Refusal("InvalidParameter", {**NEW, "Description": "https://x"}),
            Refusal("InvalidParameter", {**NEW, "Entry": [{"Cidr": "10.0.0.1", "Description": "x" * 33}]}),
        ),
    ),
    Example(
        "ecs:DescribePrefixLists",
        {"PrefixListName": "offices"},
        (
            Refusal("LimitExceed.PrefixListId", {"PrefixListId": ["pl-none"] * 101}),
            Refusal("MissingParameter.TagKey", {"Tag": [{"Value": "b"}]}),
        ),
        offices,
    ),
    Example("ecs:DescribePrefixListAttributes", {"PrefixListId": LIST}, (UNKNOWN,), offices),
    Example("ecs:DescribePrefixListAssociations", {"PrefixListId": LIST}, (UNKNOWN,), offices),
    Example(
        "ecs:ModifyPrefixList",
        {"PrefixListId": LIST, "PrefixListName": "branches", **_blocks("AddEntry", "198.51.100.0/24")},
        (
            UNKNOWN,
            Refusal("InvalidParameter.PrefixListName", {"PrefixListId": LIST, "PrefixListName": "x"}, given=offices),
            Refusal(
                "InvalidParameter.CidrMalformed", {"PrefixListId": LIST, **_blocks("RemoveEntry", "x")}, given=offices
            ),
            Refusal(
                "InvalidParameter.CidrDuplicated",
                {"PrefixListId": LIST, **_blocks("AddEntry", "10.0.0.1"), **_blocks("RemoveEntry", "10.0.0.1/32")},
                given=offices,
            ),
            Refusal(
                "LimitExceed.MaxEntries",
                {"PrefixListId": LIST, **_blocks("AddEntry", "10.0.0.1", "10.0.0.2")},
                given=offices,
            ),
            Refusal(
                "LimitExceed.Entry",
                {"PrefixListId": LIST, **_blocks("RemoveEntry", *(f"10.0.0.{n}" for n in range(201)))},
                given=offices,
            ),
            Refusal("InvalidParameter", {"PrefixListId": LIST, **_blocks("RemoveEntry", "10.0.0.1")}, given=offices),
        ),
        offices,
    ),
    Example(
        "ecs:DeletePrefixList",
        {"PrefixListId": LIST},
        (UNKNOWN, Refusal("DependencyViolation", {"PrefixListId": LIST}, 403, offices)),
        unused,
    ),
)
