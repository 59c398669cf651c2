"""The whitelist of each database of the instance admits the block of the VSwitch that the instance moves into."""

import ipaddress
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import Final

from policies.clock import Timeline
from policies.facts import Facts, UnreadableError
from policies.outcome import Outcome, Verdict, best, failed, judged, not_applicable, passed, pending, unknown, worst
from policies.plan import MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK, WHITELIST_GROUP, Plan, Resource, place_of
from policies.rule import InstanceRule


def _check(plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    database_ids = instance.texts("databaseIds")
    if not instance.texts("intranetIps"):
        return unknown("No intranet address of the instance is known, by which databases would admit it.")
    if not database_ids:
        return not_applicable("No database admits an intranet address of the instance.")
    if not plan.of_type(TARGET_NETWORK):
        return failed(
            f"{', '.join(database_ids)} admits the instance by its intranet address, which changes; there is no target "
            "network whose block could be admitted in its place.",
            f"classic-to-vpc:migration.databases: [{', '.join(f'{{id: {item}}}' for item in database_ids)}]",
        )
    place = place_of(instance)
    vswitches = plan.vswitches(place)
    if not vswitches:
        return not_applicable(f"There is no VSwitch in zone {place[0]}: network-vswitch-in-usable-zone tells of that.")
    blocks = [vswitch.text("cidrBlock") for vswitch in vswitches]
    return worst(judged(partial(_database, plan, item, block)) for item in database_ids for block in blocks)


def _database(plan: Plan, database_id: str, block: str) -> Verdict:
    database = next(
        (item for item in plan.migration.objects("databases") if item.text("dbInstanceId") == database_id), None
    )
    if database is None:
        return unknown(f"Database {database_id} is missing from the facts of the Migration.")
    # In enhanced mode a Classic group admits nobody from a VPC; in standard mode one kind of group serves both.
    needed = "VPC" if database.choice("securityIpMode", "normal", "safety") == "safety" else "MIX"
    declared = [item for item in plan.of_type(WHITELIST_GROUP) if item.facts.data.get("dbInstanceId") == database_id]
    live = database.objects("whitelistGroups")
    ways = [judged(partial(_live, group, needed, block)) for group in live]
    ways += [judged(partial(_declared, item, needed, block)) for item in declared]
    admitted = best(ways) if ways else failed("")
    if admitted.outcome is not Outcome.FAIL:
        return admitted
    return failed(
        f"No whitelist group of {database_id} that is for {needed} addresses admits {block}"
        + ("; in enhanced mode a group for Classic addresses does not count." if needed == "VPC" else "."),
        f"classic-to-vpc:migration.databases: [{{id: {database_id}}}]",
    )


def _live(group: Facts, needed: str, block: str) -> Verdict:
    # Hidden groups belong to other services of Alibaba Cloud, which change them as they like.
    if group.optional_text("attribute") == "hidden" or group.text("networkType") != needed:
        return failed("")
    return passed(f"{group.text('groupName')} admits {block}.") if _covers(group, block) else failed("")


def _declared(resource: Resource, needed: str, block: str) -> Verdict:
    group = resource.facts
    if group.text("networkType") != needed or not _covers(group, block):
        return failed("")
    name = f"Whitelist group {group.text('groupName')} of {group.text('dbInstanceId')}"
    if not resource.exists:
        return pending(f"{name}, which admits {block}, is declared and not applied yet.")
    # In the state, and not among the groups as read: just applied by this very update, or taken away since.
    return pending(f"{name} admits {block} by the state, but the database as it was read has no such entry.")


def _covers(group: Facts, block: str) -> bool:
    try:
        wanted = ipaddress.IPv4Network(block)
    except ValueError:
        raise UnreadableError("the VSwitch's block", "is not an IPv4 CIDR block") from None
    # Collapsed: two halves of a block in two entries admit the whole of it.
    return any(map(wanted.subnet_of, ipaddress.collapse_addresses(_networks(group.texts("securityIps")))))


def _networks(entries: Iterable[str]) -> Iterator[ipaddress.IPv4Network]:
    for entry in entries:
        # What nobody can read as IPv4 addresses admits nobody.
        with suppress(ValueError):
            yield ipaddress.IPv4Network(entry, strict=False)


RULE: Final = InstanceRule(
    module=__name__,
    title="Databases admit the VSwitch",
    severity="critical",
    notice_items=("N18",),
    why=(
        "The instance's address changes to one of the VSwitch: a database that does not admit it refuses every "
        "connection."
    ),
    remediation="classic-to-vpc:migration.databases: [{id: rm-...}]",
    reads=(MIGRATION, MIGRATING_INSTANCE, TARGET_NETWORK, WHITELIST_GROUP),
    unknown_ok="A whitelist group that is declared may be applied until the freeze begins.",
    sources=(
        "Physical server migration and upgrade notice: add the VSwitch CIDR block to the RDS whitelist in advance.",
        "RDS user guide, change the network isolation mode: in enhanced mode each group is for classic or for VPC "
        "addresses.",
        "RDS API reference, DescribeDBInstanceIPArrayList: attribute hidden marks groups of other services.",
    ),
    url="https://www.alibabacloud.com/help/en/rds/developer-reference/api-rds-2014-08-15-modifysecurityips",
    ram_actions=("rds:DescribeDBInstances", "rds:DescribeDBInstanceNetInfo", "rds:DescribeDBInstanceIPArrayList"),
    check=_check,
)
