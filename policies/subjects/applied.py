"""Compare what the stack applied with the cloud as this run read it: networks, links, whitelists, hybrid access.

A state may be old: a preview with `--refresh=false` compares nothing with the cloud, and one with `--target` only some
of it. Security groups are compared by `policies.security_groups.live`.
"""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from policies.core.facts import Facts
from policies.core.plan import (
    CLASSIC_LINK,
    CLASSIC_LINK_ATTACHMENT,
    CUT_THROUGH_BINDING,
    DEFAULT_VPC,
    DEFAULT_VSWITCH,
    HYBRID_ACCESSES,
    PUBLIC_IP_CONVERSION,
    REMOVED_ACL_ENTRIES,
    REMOVED_WHITELIST_ENTRIES,
    VPC,
    VSWITCH,
    WHITELIST_GROUPS,
    Plan,
    Resource,
)

# The cloud reports the end of classic addresses in seconds from now; readings may differ by this much.
_SLACK: Final = timedelta(hours=1)


def changes_of_applied(plan: Plan, item: Resource) -> list[str] | None:
    """Return the differences between a resource as applied and the cloud, one text each; None where it was not read.

    Raises UnreadableError.
    """
    # In a preview that plans an update, the inputs are the new ones, and `declared` what was applied last.
    applied = item.facts.object("declared") if "declared" in item.facts.data else item.facts
    return _COMPARED[item.type](plan, applied, item.facts)


_Compare = Callable[[Plan, Facts, Facts], "list[str] | None"]


# ---- networks and links ----


def _vpc(plan: Plan, applied: Facts, own: Facts) -> list[str] | None:
    vpc_id = own.optional_text("id") or own.text("vpcId")
    return [] if vpc_id in live_vpcs(plan) else [f"VPC {vpc_id} is gone"]


def _vswitch(plan: Plan, applied: Facts, own: Facts) -> list[str] | None:
    vswitch_id = own.optional_text("id") or own.text("vswitchId")
    return [] if vswitch_id in live_vswitches(plan) else [f"VSwitch {vswitch_id} is gone"]


def _classic_link(plan: Plan, applied: Facts, own: Facts) -> list[str] | None:
    vpc_id = applied.text("vpcId")
    if vpc_id not in live_vpcs(plan):
        return [f"VPC {vpc_id} is gone"]
    return [] if live_vpcs(plan)[vpc_id].flag("classicLinkEnabled") else [f"ClassicLink of VPC {vpc_id} is off"]


def _attachment(plan: Plan, applied: Facts, own: Facts) -> list[str] | None:
    instance_id, vpc_id = applied.text("instanceId"), applied.text("vpcId")
    linked_to = linked_vpcs(plan).get(instance_id, ())
    if vpc_id in linked_to:
        return []
    return [f"instance {instance_id} is linked to {', '.join(linked_to) or 'no VPC'} in place of {vpc_id}"]


def _live(plan: Plan) -> Facts:
    return plan.migration.object("liveNetwork")


# Indexed once, because a stack may have a thousand links.
def live_vpcs(plan: Plan) -> Mapping[str, Facts]:
    """Return the VPCs of the region as they were read, by id. Raises UnreadableError."""
    return plan.remember("live VPCs", lambda: {item.text("vpcId"): item for item in _live(plan).objects("vpcs")})


def live_vswitches(plan: Plan) -> Mapping[str, Facts]:
    """Return the VSwitches of the region as they were read, by id. Raises UnreadableError."""
    return plan.remember(
        "live VSwitches", lambda: {item.text("vswitchId"): item for item in _live(plan).objects("vswitches")}
    )


def linked_vpcs(plan: Plan) -> Mapping[str, Sequence[str]]:
    """Return the VPCs to which classic instances are linked by now, by instance. Raises UnreadableError."""

    def read() -> dict[str, list[str]]:
        by_instance: dict[str, list[str]] = defaultdict(list)
        for item in _live(plan).objects("classicLinks"):
            by_instance[item.text("instanceId")].append(item.text("vpcId"))
        return {instance_id: sorted(vpc_ids) for instance_id, vpc_ids in by_instance.items()}

    return plan.remember("live links", read)


# ---- databases and load balancers ----


def _whitelist_group(plan: Plan, applied: Facts, own: Facts) -> list[str] | None:
    groups = _whitelist(plan, applied)
    if groups is None:
        return None
    name = f"whitelist group {applied.text('groupName')} of {applied.text('dbInstanceId')}"
    blocks = _blocks(applied.texts("securityIps"))
    live = {block for group in groups for block in _blocks(group.texts("securityIps"))}
    if not groups:
        return [f"{name} is gone"]
    return [f"{name}: {block} is gone" for block in sorted(blocks - live)] + [
        f"{name}: {block} was added" for block in sorted(live - blocks)
    ]


def _removed_from_whitelist(plan: Plan, applied: Facts, own: Facts) -> list[str] | None:
    groups = _whitelist(plan, applied)
    if groups is None:
        return None
    back = {block for group in groups for block in _blocks(group.texts("securityIps"))}
    name = f"whitelist group {applied.text('groupName')} of {applied.text('dbInstanceId')}"
    return [f"{name}: {block} is there again" for block in sorted(back & _blocks(applied.texts("securityIps")))]


def _removed_from_acl(plan: Plan, applied: Facts, own: Facts) -> list[str] | None:
    acl_id = applied.text("aclId")
    lists = [item for item in plan.migration.objects("accessLists") if item.text("aclId") == acl_id]
    back = {block for item in lists for block in _blocks(item.texts("entries"))}
    return [f"{acl_id}: {block} is there again" for block in sorted(back & _blocks(applied.texts("entries")))]


def _whitelist(plan: Plan, applied: Facts) -> list[Facts] | None:
    """Return the one group as it was read, or none; None where its database was not read."""
    database = _database(plan, applied)
    if database is None:
        return None
    # Groups of Redis and MongoDB apply to both networks.
    key = (applied.text("groupName"), applied.optional_text("networkType") or "MIX")
    groups = database.objects("whitelistGroups")
    return [group for group in groups if (group.text("groupName"), group.text("networkType")) == key]


def _hybrid_access(plan: Plan, applied: Facts, own: Facts) -> list[str] | None:
    database = _database(plan, applied)
    if database is None:
        return None
    database_id, vpc_id = applied.text("dbInstanceId"), applied.text("vpcId")
    live_vpc = database.optional_text("vpcId") if database.text("networkType") == "VPC" else None
    if live_vpc != vpc_id:
        return [f"{database_id} is in {live_vpc or 'the classic network'} in place of {vpc_id}"]
    # Without it, no classic address ends, or a coming update sets a new end.
    if not own.is_known("classicExpiresAt") or own.optional_text("classicExpiresAt") is None:
        return []
    until = own.moment("classicExpiresAt")
    classic = [item for item in database.objects("endpoints") if item.text("ipType") == "Inner"]
    if not classic and until > plan.migration.moment("estateReadAt") + _SLACK:
        return [f"{database_id} has no classic address any more, which was to last until {until.isoformat()}"]
    ends = [item.moment("expiresAt") for item in classic if item.is_known("expiresAt")]
    if ends and min(ends) < until - _SLACK:
        return [f"a classic address of {database_id} ends at {min(ends).isoformat()} in place of {until.isoformat()}"]
    return []


def _database(plan: Plan, applied: Facts) -> Facts | None:
    def read() -> dict[str, Facts]:
        return {item.text("dbInstanceId"): item for item in plan.migration.objects("databases")}

    return plan.remember("live databases", read).get(applied.text("dbInstanceId"))


def _blocks(entries: Iterable[str]) -> set[str]:
    """Return entries in one spelling: an address with and without /32 is the same."""
    return {_block(entry) for entry in entries}


def _block(entry: str) -> str:
    try:
        block = ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return entry
    return str(block.network_address) if block.prefixlen == block.max_prefixlen else str(block)


# ---- public addresses ----


def _conversion(plan: Plan, applied: Facts, own: Facts) -> list[str] | None:
    instance_id, eip = applied.text("instanceId"), _eip_of(plan, applied)
    # In cut-through mode it is bound to a network interface, which is not read.
    if eip is None or not own.is_known("ipAddress") or eip == own.text("ipAddress"):
        return []
    return [f"{eip} is bound to {instance_id} in place of {own.text('ipAddress')}"]


def _cut_through(plan: Plan, applied: Facts, own: Facts) -> list[str] | None:
    instance_id, eip = applied.text("instanceId"), _eip_of(plan, applied)
    return [] if eip is None else [f"{eip} is bound to {instance_id} itself, and not in cut-through mode"]


def _eip_of(plan: Plan, applied: Facts) -> str | None:
    instance_id = applied.text("instanceId")
    instances = [item.facts for item in plan.instances if item.facts.data.get("instanceId") == instance_id]
    return instances[0].optional_text("eip") if instances else None


_COMPARED: Final[Mapping[str, _Compare]] = {
    CLASSIC_LINK: _classic_link,
    CLASSIC_LINK_ATTACHMENT: _attachment,
    CUT_THROUGH_BINDING: _cut_through,
    DEFAULT_VPC: _vpc,
    DEFAULT_VSWITCH: _vswitch,
    PUBLIC_IP_CONVERSION: _conversion,
    REMOVED_ACL_ENTRIES: _removed_from_acl,
    VPC: _vpc,
    VSWITCH: _vswitch,
    **dict.fromkeys(HYBRID_ACCESSES, _hybrid_access),
    **dict.fromkeys(REMOVED_WHITELIST_ENTRIES, _removed_from_whitelist),
    **dict.fromkeys(WHITELIST_GROUPS, _whitelist_group),
}
