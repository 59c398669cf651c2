"""A change is told in the words of the domain, each thing once, with a mark on what cannot be undone."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network

import pytest

from components.cidr import RFC1918
from components.conversion.addresses import without
from policies.core import plan as types
from policies.core.facts import Leaf, Value
from preflight.plan.groups import block_list, rule_sentences
from preflight.plan.making import make_change
from preflight.plan.model import Part
from preflight.plan.text import SIGNS
from preflight.steps import Step
from tests.policies.recordings import NAMES
from tests.preflight.stepped import changed, only, recorded_steps

FIRST = make_change(recorded_steps("first"))


def parts(area: str) -> list[Part]:
    return [part for part in FIRST.parts if part.area == area]


def test_every_resource_is_shown_once_as_what_it_is() -> None:
    for name in NAMES:
        change = make_change(recorded_steps(name))
        assert [part for part in change.parts if part.area == "other"] == []
        real = [step for step in recorded_steps(name) if not step.type.startswith(("classic-to-vpc:", "pulumi:"))]
        assert sum(change.counts.values()) + change.unchanged == len(real)
        groups = sum(2 * group.vpc_groups for group in change.groups)
        assert change.unchanged or len(change.parts) + groups == len(real)


def test_each_group_is_reported_with_what_became_of_its_rules() -> None:
    legacy = next(group for group in FIRST.groups if group.name == "legacy")
    web = next(group for group in FIRST.groups if group.name == "web")
    assert (legacy.tally, legacy.members, legacy.action) == ({"lost": 2}, 1, "create")
    assert (web.tally, web.vpc_rules, web.vpc_groups) == ({"carried over": 9}, 73, 1)
    assert (
        next(rule for rule in web.rules if "443" in rule.classic_rule and "ingress" in rule.classic_rule).vpc_rules
        == 31
    )


def test_only_irreversible_parts_are_marked_as_forever() -> None:
    assert {part.id for part in FIRST.forever} == {part.id for part in parts("databases")}
    assert len(FIRST.forever) == 4
    link = only(recorded_steps("applied"), types.CLASSIC_LINK_ATTACHMENT)
    eip = replace(link, op="create", type=types.PUBLIC_IP_CONVERSION, after={"instanceId": "i-1"})
    [part] = make_change([eip]).forever
    assert (part.area, part.id) == ("public-addresses", "i-1")


EIP, BINDING = types.PUBLIC_IP_CONVERSION, types.CUT_THROUGH_BINDING
INTERFACE = "alicloud:ecs/ecsNetworkInterface:EcsNetworkInterface"
SWITCH = {"cidrBlock": "172.16.1.0/24", "zoneId": "cn-hangzhou-i"}
DEFAULT_SWITCH = {"zoneId": "cn-hangzhou-i", "cidrBlock": "172.31.16.0/20"}
UNTIL = {"dbInstanceId": "rm-1", "validUntil": "2027-01-10T02:00:00+08:00"}
EARLIER = {**UNTIL, "validUntil": "2026-12-31T02:00:00+08:00"}
GROUP = {"dbInstanceId": "rm-1", "groupName": "c2v", "networkType": "VPC", "securityIps": ["10.0.0.1", "10.0.0.2"]}
RULE = "ingress accept TCP 80/80 to sg-1 (1)"
RULES = {"securityGroupId": "sg-1", "rules": {RULE: {}, "b": {}}}
LIST = {"dbInstanceId": "rm-1", "groupName": "default", "securityIps": ["10.0.0.1"]}
DATABASE_STAYS = "a database that has an address in a VPC never goes back, nor into another VPC"
ADDRESS_STAYS = "a public address that is an EIP never becomes an instance's own again"


def step_of(resource_type: str, op: str, before: dict[str, Value], after: dict[str, Value], *, retained: bool) -> Step:
    urn = f"urn:pulumi:test::shop::{resource_type}::made"
    return Step(op, resource_type, urn, None, "", before, after, retained)


@pytest.mark.parametrize(
    ("resource_type", "op", "before", "after", "expected"),
    [
        (types.VPC, "create", {}, {"cidrBlock": "172.16.0.0/12"}, "network + made: VPC, 172.16.0.0/12"),
        (types.VPC, "create", {}, {}, "network + made: VPC, (known after the update)"),
        (types.VPC, "delete", {"cidrBlock": "172.16.0.0/12"}, {}, "network - made: VPC, 172.16.0.0/12"),
        (types.VPC, "retained", {"cidrBlock": "172.16.0.0/12"}, {}, "network = made: VPC, 172.16.0.0/12"),
        (types.VSWITCH, "create", {}, SWITCH, "network + made: VSwitch, 172.16.1.0/24 in cn-hangzhou-i"),
        (types.VSWITCH, "import", {}, SWITCH, "network + made: VSwitch, 172.16.1.0/24 in cn-hangzhou-i"),
        (
            types.VSWITCH,
            "replace",
            {"cidrBlock": "172.16.9.0/24", "zoneId": "cn-hangzhou-i"},
            SWITCH,
            "network ± made: VSwitch, 172.16.1.0/24 in cn-hangzhou-i",
        ),
        (types.VSWITCH, "delete", SWITCH, {}, "network - made: VSwitch, 172.16.1.0/24 in cn-hangzhou-i"),
        (
            types.DEFAULT_VPC,
            "create",
            {},
            {"cidrBlock": "172.31.0.0/16"},
            "network + made: the account's default VPC, made where there is none, 172.31.0.0/16",
        ),
        (
            types.DEFAULT_VSWITCH,
            "create",
            {},
            DEFAULT_SWITCH,
            "network + made: the account's default VSwitch in cn-hangzhou-i, made where there is none, 172.31.16.0/20",
        ),
        (
            types.DEFAULT_VSWITCH,
            "create",
            {},
            {},
            "network + made: the account's default VSwitch in (known after the update), made where there is none, "
            "(known after the update)",
        ),
        (
            types.DEFAULT_VSWITCH,
            "delete",
            DEFAULT_SWITCH,
            {},
            "network = made: the account's default VSwitch in cn-hangzhou-i, made where there is none, 172.31.16.0/20",
        ),
        (
            types.HYBRID_ACCESS,
            "create",
            {},
            UNTIL,
            "databases + rm-1: an address in the VPC; the classic one is kept until 2027-01-10 02:00 +08:00 at least"
            f" | ! {DATABASE_STAYS}",
        ),
        (
            types.HYBRID_ACCESS,
            "create",
            {},
            {"dbInstanceId": "rm-1", "validUntil": Leaf.UNKNOWN},
            "databases + rm-1: an address in the VPC; the classic one is kept until (known after the update) at least"
            f" | ! {DATABASE_STAYS}",
        ),
        (
            types.HYBRID_ACCESS,
            "update",
            EARLIER,
            UNTIL,
            "databases ~ rm-1: the classic address is kept until 2027-01-10 02:00 +08:00 "
            "(before: 2026-12-31 02:00 +08:00)",
        ),
        (
            types.HYBRID_ACCESS,
            "delete",
            UNTIL,
            {},
            "databases = rm-1: the stack lets go of its addresses, which stay as they are",
        ),
        (
            types.WHITELIST_GROUP,
            "create",
            {},
            GROUP,
            "lists + rm-1: whitelist group c2v (VPC) | + 10.0.0.1 | + 10.0.0.2",
        ),
        (
            types.WHITELIST_GROUP,
            "create",
            {},
            {"dbInstanceId": "rm-1", "groupName": "c2v", "securityIps": Leaf.UNKNOWN},
            "lists + rm-1: whitelist group c2v | entries (known after the update)",
        ),
        (
            types.WHITELIST_GROUP,
            "update",
            GROUP,
            {**GROUP, "securityIps": ["10.0.0.2", "10.0.0.3"]},
            "lists ~ rm-1: whitelist group c2v (VPC) | + 10.0.0.3 | - 10.0.0.1",
        ),
        (
            types.WHITELIST_GROUP,
            "delete",
            GROUP,
            {},
            "lists - rm-1: whitelist group c2v (VPC) stays, without these entries | - 10.0.0.1 | - 10.0.0.2",
        ),
        (types.WHITELIST_GROUP, "retained", GROUP, {}, "lists = rm-1: whitelist group c2v (VPC) stays"),
        (types.CLASSIC_LINK, "create", {}, {"vpcId": "vpc-1"}, "links + vpc-1: ClassicLink of the VPC is enabled"),
        (
            types.CLASSIC_LINK,
            "replace",
            {"vpcId": "vpc-0"},
            {"vpcId": "vpc-1"},
            "links ± vpc-1: ClassicLink of the VPC is enabled for another VPC",
        ),
        (
            types.CLASSIC_LINK,
            "delete",
            {"vpcId": "vpc-1", "enabledBefore": False},
            {},
            "links - vpc-1: ClassicLink of the VPC is disabled",
        ),
        (
            types.CLASSIC_LINK,
            "delete",
            {"vpcId": "vpc-1", "enabledBefore": True},
            {},
            "links = vpc-1: ClassicLink of the VPC stays enabled",
        ),
        (types.CLASSIC_LINK_ATTACHMENT, "create", {}, {"instanceId": "i-1"}, "links + i-1: linked to the VPC"),
        (
            types.CLASSIC_LINK_ATTACHMENT,
            "replace",
            {"instanceId": "i-1"},
            {"instanceId": "i-1"},
            "links ± i-1: linked to another VPC",
        ),
        (
            types.CLASSIC_LINK_ATTACHMENT,
            "delete",
            {"instanceId": "i-1", "linkedBefore": False},
            {},
            "links - i-1: no longer linked",
        ),
        (
            types.CLASSIC_LINK_ATTACHMENT,
            "delete",
            {"instanceId": "i-1", "linkedBefore": True},
            {},
            "links = i-1: linked as before",
        ),
        (
            types.ADDED_SECURITY_GROUP_RULES,
            "create",
            {},
            RULES,
            f"links + sg-1: 2 rules to admit VPC groups | + b | + {RULE}",
        ),
        (
            types.ADDED_SECURITY_GROUP_RULES,
            "update",
            RULES,
            {"securityGroupId": "sg-1", "rules": {"b": {}}},
            f"links ~ sg-1: 1 rule to admit VPC groups | - {RULE}",
        ),
        (
            types.ADDED_SECURITY_GROUP_RULES,
            "update",
            {**RULES, "presentBefore": [RULE]},
            {"securityGroupId": "sg-1", "rules": {"b": {}, "c": {}}},
            "links ~ sg-1: 2 rules to admit VPC groups | + c",
        ),
        (
            types.ADDED_SECURITY_GROUP_RULES,
            "delete",
            {**RULES, "presentBefore": ["b"]},
            {},
            f"links - sg-1: 2 rules to admit VPC groups | - {RULE}",
        ),
        (
            types.ADDED_SECURITY_GROUP_RULES,
            "delete",
            {**RULES, "presentBefore": ["b", RULE]},
            {},
            "links = sg-1: 2 rules to admit VPC groups, which stay",
        ),
        (
            EIP,
            "create",
            {},
            {"instanceId": "i-1"},
            f"public-addresses + i-1: the public address becomes an EIP and stays the same | ! {ADDRESS_STAYS}",
        ),
        (
            EIP,
            "delete",
            {"instanceId": "i-1"},
            {},
            "public-addresses = i-1: the stack lets go of the EIP, which stays",
        ),
        (
            INTERFACE,
            "create",
            {},
            {},
            "public-addresses + made: a second network interface, for an EIP in cut-through mode",
        ),
        (
            BINDING,
            "create",
            {},
            {"instanceId": "i-1"},
            "public-addresses + i-1: the EIP is bound to the second interface, in cut-through mode",
        ),
        (
            BINDING,
            "delete",
            {"instanceId": "i-1"},
            {},
            "public-addresses - i-1: the EIP is bound to the instance again, not to the second interface",
        ),
        (
            types.SNAPSHOT,
            "create",
            {},
            {"diskId": "d-1", "retentionDays": 7.0},
            "snapshots + d-1: a snapshot, taken before the move, kept 7 days",
        ),
        (types.SNAPSHOT, "create", {}, {"diskId": "d-1"}, "snapshots + d-1: a snapshot, taken before the move"),
        (
            types.SNAPSHOT,
            "update",
            {"diskId": "d-1", "retentionDays": 3.0},
            {"diskId": "d-1", "retentionDays": 7.0},
            "snapshots ~ d-1: a snapshot, kept 7 days",
        ),
        (types.SNAPSHOT, "delete", {"diskId": "d-1"}, {}, "snapshots - d-1: a snapshot"),
        (
            types.SNAPSHOT,
            "retained",
            {"diskId": "d-1"},
            {},
            "snapshots = d-1: the stack lets go of the snapshot, which stays",
        ),
        (
            types.SNAPSHOT_GROUP,
            "replace",
            {},
            {"instanceId": "i-1", "diskIds": ["d-1", "d-2"]},
            "snapshots ± i-1: snapshots of 2 disks, taken at one moment",
        ),
        (
            types.SNAPSHOT_GROUP,
            "delete",
            {"instanceId": "i-1", "diskIds": ["d-1"]},
            {},
            "snapshots - i-1: snapshots of 1 disk",
        ),
        (
            types.SNAPSHOT_GROUP,
            "retained",
            {"instanceId": "i-1", "diskIds": ["d-1"]},
            {},
            "snapshots = i-1: the stack lets go of the snapshots, which stay",
        ),
        (
            types.REMOVED_WHITELIST_ENTRIES[0],
            "create",
            {},
            LIST,
            "cleanup + rm-1: old addresses are taken out of group default of the list | - 10.0.0.1",
        ),
        (
            types.REMOVED_WHITELIST_ENTRIES[0],
            "update",
            LIST,
            {**LIST, "securityIps": ["10.0.0.2", "10.0.0.1"]},
            "cleanup ~ rm-1: old addresses are taken out of group default of the list | - 10.0.0.2",
        ),
        (
            types.REMOVED_WHITELIST_ENTRIES[0],
            "delete",
            LIST,
            {},
            "cleanup = rm-1: the stack forgets what it took out of group default of the list: nothing is put back",
        ),
        (
            types.REMOVED_ACL_ENTRIES,
            "create",
            {},
            {"aclId": "acl-1", "entries": ["10.0.0.1/32"]},
            "cleanup + acl-1: old addresses are taken out of the list | - 10.0.0.1/32",
        ),
        (
            types.SECURITY_GROUP,
            "delete",
            {},
            {},
            "security-groups - made: the VPC group",
        ),
        (
            types.SECURITY_GROUP_RULES,
            "delete",
            {},
            {},
            "security-groups - made: the rules of the VPC group",
        ),
        ("alicloud:oss/bucket:Bucket", "create", {}, {}, "other + made: alicloud:oss/bucket:Bucket"),
    ],
)
def test_each_action_is_told_as_what_becomes_of_the_cloud(
    resource_type: str, op: str, before: dict[str, Value], after: dict[str, Value], expected: str
) -> None:
    step = step_of(resource_type, "delete" if op == "retained" else op, before, after, retained=op == "retained")
    change = make_change([step])
    (part,) = change.parts
    lines = [f"{part.area} {SIGNS[part.action]} {part.id}: {part.what}", *part.details]
    lines += [f"! {part.forever}"] if part.forever else []
    assert " | ".join(lines) == expected
    assert (change.counts, change.unchanged) == ({part.action: 1}, 0)


@pytest.mark.parametrize("resource_type", ["pulumi:providers:alicloud", types.MIGRATION])
def test_providers_and_components_are_no_part_of_the_change(resource_type: str) -> None:
    change = make_change([step_of(resource_type, "create", {}, {}, retained=False)])
    assert (change.parts, change.counts, change.unchanged) == ((), {}, 0)


@pytest.mark.parametrize(
    ("resource_type", "after", "retained", "expected"),
    [
        (types.HYBRID_ACCESS, {}, False, {"databases with their address in the VPC": 1}),
        (types.DEFAULT_VPC, {}, False, {"the default VPC": 1}),
        (types.DEFAULT_VSWITCH, {}, False, {"default VSwitches": 1}),
        (EIP, {}, False, {"EIPs": 1}),
        (types.REMOVED_ACL_ENTRIES, {}, False, {"lists without the old addresses": 1}),
        (types.VPC, {}, False, {}),
        (types.VPC, {}, True, {"the VPC": 1}),
        (types.VSWITCH, {}, True, {"VSwitches": 1}),
        (types.SNAPSHOT, {}, True, {"snapshots of disks": 1}),
        (types.SNAPSHOT_GROUP, {}, True, {"snapshots of all disks of an instance": 1}),
        ("alicloud:oss/bucket:Bucket", {}, True, {"alicloud:oss/bucket:Bucket": 1}),
        (types.CLASSIC_LINK, {"enabledBefore": True}, False, {"ClassicLink of the VPC": 1}),
        (types.CLASSIC_LINK, {"enabledBefore": False}, False, {}),
        (types.CLASSIC_LINK_ATTACHMENT, {"linkedBefore": True}, False, {"links of instances": 1}),
        (types.CLASSIC_LINK_ATTACHMENT, {"linkedBefore": False}, False, {}),
        (types.ADDED_SECURITY_GROUP_RULES, {"presentBefore": ["a", "b"]}, False, {"rules of classic groups": 2}),
        (types.ADDED_SECURITY_GROUP_RULES, {"presentBefore": []}, False, {}),
        (types.ADDED_SECURITY_GROUP_RULES, {"presentBefore": "unread"}, False, {}),
    ],
)
def test_what_a_destroy_leaves_is_counted_by_kind(
    resource_type: str, after: dict[str, Value], retained: bool, expected: dict[str, int]
) -> None:
    step = step_of(resource_type, "same", {}, after, retained=retained)
    assert {item.what: item.count for item in make_change([step]).kept} == expected
    assert {item.what: item.count for item in make_change([replace(step, protected=True)]).kept} == {
        **expected,
        "what is protected": 1,
    }
    assert make_change([replace(step, op="delete", before=after)]).kept == ()


def test_validity_is_told_in_the_local_time_of_the_window() -> None:
    [migration] = [step for step in recorded_steps("first") if step.type == types.MIGRATION]
    access = step_of(
        types.HYBRID_ACCESS,
        "update",
        {**UNTIL, "validUntil": "2026-12-30T18:00:00Z"},
        {**UNTIL, "validUntil": "2027-01-09T18:00:00+00:00"},
        retained=True,
    )
    (part,) = make_change([migration, access]).parts
    assert part.what == "the classic address is kept until 2027-01-10 02:00 +08:00 (before: 2026-12-31 02:00 +08:00)"
    (alone,) = make_change([access]).parts
    assert alone.what == "the classic address is kept until 2027-01-09 18:00 +00:00 (before: 2026-12-30 18:00 +00:00)"


@pytest.mark.parametrize(
    ("resource_type", "key", "subject", "name"),
    [
        (types.HYBRID_ACCESS, "dbInstanceId", "rm-bp1shopmysql000001", "shop-mysql"),
        (types.SNAPSHOT, "diskId", "d-bp1web1sys000000001", "web-1"),
        (types.SNAPSHOT_GROUP, "instanceId", "i-bp1web10000000000001", "web-1"),
        (types.CLASSIC_LINK_ATTACHMENT, "instanceId", "i-bp1cache100000000001", "cache-1"),
        (types.ADDED_SECURITY_GROUP_RULES, "securityGroupId", "sg-bp1cache0000000000001", "cache"),
        (types.REMOVED_ACL_ENTRIES, "aclId", "acl-unheard-of", ""),
    ],
)
def test_what_is_acted_on_has_the_name_that_people_know(resource_type: str, key: str, subject: str, name: str) -> None:
    facts = [step for step in recorded_steps("first") if step.type.startswith("classic-to-vpc:")]
    (part,) = make_change(
        [*facts, step_of(resource_type, "update", {key: subject}, {key: subject}, retained=False)]
    ).parts
    assert (part.id, part.name) == (subject, name)


def test_lists_are_reported_with_the_entries_that_they_get_and_lose() -> None:
    steps = recorded_steps("applied")
    group = only(steps, types.WHITELIST_GROUP)
    [part] = make_change([changed(group, "update", securityIps=["172.16.1.0/24", "10.9.0.0/16"])]).parts
    assert (part.area, part.action) == ("lists", "update")
    assert part.details == ("+ 10.9.0.0/16", "- 172.16.2.0/24")
    assert all(item.details == ("+ 172.16.1.0/24", "+ 172.16.2.0/24") for item in parts("lists"))


def test_removed_resources_are_deleted_or_released() -> None:
    steps = recorded_steps("applied")
    snapshot, link = only(steps, types.SNAPSHOT), only(steps, types.CLASSIC_LINK_ATTACHMENT)
    gone = [replace(step, op="delete", before=step.after, after={}) for step in (snapshot, link)]
    change = make_change(gone)
    assert change.counts == {"delete": 1, "release": 1}
    assert {part.area: part.what for part in change.parts} == {
        "links": "no longer linked",
        "snapshots": "the stack lets go of the snapshot, which stays",
    }
    assert change.kept == ()


def test_a_destroy_is_reported_by_what_it_leaves() -> None:
    assert {item.what: item.count for item in FIRST.kept} == {
        "VSwitches": 2,
        "the VPC": 1,
        "snapshots of disks": 12,
        "databases with their address in the VPC": 4,
    }
    link = only(recorded_steps("applied"), types.CLASSIC_LINK_ATTACHMENT)
    [links] = make_change([changed(link, "same", linkedBefore=True)]).kept
    assert (links.what, links.count) == ("links of instances", 1)


def test_an_update_of_rules_is_reported_by_rules_with_anywhere_as_one() -> None:
    steps = recorded_steps("first")
    web = next(step for step in steps if step.type == types.SECURITY_GROUP_RULES and "web" in step.name)
    fewer = {label: rule for label, rule in web.after["rules"].items() if "TCP 443/443 from" not in label}  # type: ignore[union-attr]
    updated = replace(web, op="update", before={"rules": fewer})
    group = next(
        item for item in make_change([*(s for s in steps if s is not web), updated]).groups if item.name == "web"
    )
    assert group.added == ("ingress accept TCP 443/443 from 0.0.0.0/0 without private addresses (2)",)
    assert group.removed == ()


def test_blocks_are_shown_in_few_words() -> None:
    public = [str(block) for block in without([IPv4Network("0.0.0.0/0")], RFC1918)]
    assert block_list(public) == "0.0.0.0/0 without private addresses"
    assert block_list([*public, "10.1.0.0/16"]) == "0.0.0.0/0 without private addresses, 10.1.0.0/16"
    assert block_list(public[1:]) == f"{', '.join(public[1:4])} and {len(public) - 4} more blocks"
    assert rule_sentences({"label": {"groupId": "sg-1"}}) == ("label",)


@pytest.mark.parametrize("name", NAMES)
def test_the_document_reads_back_as_itself(name: str) -> None:
    change = make_change(recorded_steps(name))
    assert type(change).model_validate_json(change.model_dump_json()) == change
