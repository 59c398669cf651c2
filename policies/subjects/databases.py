"""Databases as rules see them: which an instance uses, their addresses, and their whitelists.

An instance uses a database that admits its intranet address by a whitelist, or the instance by a security group. RDS,
Redis and MongoDB have one common form (docs/contracts.md).
"""

from __future__ import annotations

import ipaddress
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from itertools import islice
from operator import itemgetter
from typing import Final

from policies.core.clock import estate_file
from policies.core.facts import Facts, UnreadableError, attempt
from policies.core.fixes import UP, Fix, change, command, task
from policies.core.outcome import (
    Verdict,
    best,
    failed,
    judged,
    not_applicable,
    passed,
    pending,
    unknown,
    worst,
)
from policies.core.plan import (
    DATABASE_ACCESS,
    HYBRID_ACCESSES,
    TARGET_NETWORK,
    WHITELIST_GROUPS,
    Plan,
    Resource,
    has_moved,
    place_of,
)
from policies.core.waivers import waiver
from policies.subjects.network import with_network, with_vswitch

#: The RAM actions for the facts about databases.
READING: Final = (
    "rds:DescribeDBInstances",
    "rds:DescribeDBInstanceNetInfo",
    "rds:DescribeDBInstanceIPArrayList",
    "rds:DescribeSecurityGroupConfiguration",
    "kvstore:DescribeInstances",
    "kvstore:DescribeDBInstanceNetInfo",
    "kvstore:DescribeSecurityIps",
    "kvstore:DescribeSecurityGroupConfiguration",
    "dds:DescribeDBInstances",
    "dds:DescribeDBInstanceAttribute",
    "dds:DescribeReplicaSetRole",
    "dds:DescribeSecurityIps",
    "dds:DescribeSecurityGroupConfiguration",
)


# Reported for the database: only the cloud can fix it.
_ASK_AGAIN: Final = task(
    "Wait until the database is Running, or grant the RAM action for it, and have it read again:"
) + command("pulumi", "preview")


def each_used(plan: Plan, instance: Facts, check: Callable[[Facts], Verdict]) -> Verdict:
    """Return the worst of the verdicts on the databases that an instance uses, or may use if some cannot be read."""
    database_ids = instance.texts("databaseIds")
    if not instance.texts("intranetIps"):
        return unknown("No intranet address of the instance is known, by which databases would admit it.")
    verdicts = [judged(partial(_of_one_database, plan, database_id, check)) for database_id in database_ids]
    if not has_moved(instance):
        verdicts += [
            unknown(f"It is unknown whether {label(item)} admits the instance: {'; '.join(reasons)}.", _ASK_AGAIN)
            for item, reasons in _secretive(plan)
            if item.text("dbInstanceId") not in database_ids
        ]
    if not verdicts:
        return not_applicable("No database admits the instance, by an intranet address or by a security group.")
    return worst(verdicts)


def _secretive(plan: Plan) -> Sequence[tuple[Facts, Sequence[str]]]:
    """Databases whose whitelists the cloud refuses to read, each with the reason; computed once for all instances."""

    def read() -> list[tuple[Facts, Sequence[str]]]:
        unread_databases: list[tuple[Facts, Sequence[str]]] = []
        for database in plan.migration.objects("databases"):
            unread = database.object("unread") if "unread" in database.data else None
            parts = [part for part in ("whitelistGroups", "securityGroups") if unread and part in unread.data]
            if unread and parts:
                unread_databases.append((database, tuple(dict.fromkeys(unread.text(part) for part in parts))))
        return unread_databases

    return plan.remember("secretive databases", read)


def _of_one_database(plan: Plan, database_id: str, check: Callable[[Facts], Verdict]) -> Verdict:
    by_id, problem = plan.remember("databases", lambda: _by_id(plan))
    if database_id in by_id:
        return check(by_id[database_id])
    if problem is not None:
        raise problem
    return unknown(f"Database {database_id} is missing from the facts of the Migration.")


def _by_id(plan: Plan) -> tuple[Mapping[str, Facts], UnreadableError | None]:
    """Return the databases up to one whose id cannot be read: the rest could be any."""
    databases: dict[str, Facts] = {}
    for item in plan.migration.objects("databases"):
        database_id = attempt(partial(item.text, "dbInstanceId"))
        if isinstance(database_id, UnreadableError):
            return databases, database_id
        databases.setdefault(database_id, item)
    return databases, None


def read_only_instances(plan: Plan, database: Facts) -> tuple[Facts, ...]:
    """Return the read-only instances that follow a database."""

    def read() -> dict[str | None, list[Facts]]:
        by_primary: dict[str | None, list[Facts]] = defaultdict(list)
        for item in plan.migration.objects("databases"):
            by_primary[item.optional_text("primaryId")].append(item)
        return by_primary

    primary_id = database.text("dbInstanceId")
    return tuple(plan.remember("read-only instances", read).get(primary_id, ()))


def label(database: Facts) -> str:
    """Return a database's name in findings: its id, and its description."""
    description = database.optional_text("description")
    return database.text("dbInstanceId") + (f" ({description})" if description else "")


def hybrid_access(plan: Plan, database: Facts) -> Fix:
    """Return the fix that gives a database an address in the VPC beside the classic ones."""
    fix = change("databases", [{"id": database.text("dbInstanceId"), "hybridAccess": {}}])
    zones = attempt(lambda: database.texts("zoneIds"))
    return with_vswitch(plan, zones if isinstance(zones, tuple) else (), fix)


def prepared(database: Facts) -> Fix:
    """Return the fix by which a database admits the VSwitches of the target network."""
    return change("databases", [{"id": database.text("dbInstanceId")}])


def endpoints(database: Facts, ip_type: str) -> tuple[Facts, ...]:
    """Return its addresses of one type: Inner of the classic network, Private of a VPC.

    Raises UnreadableError where it has no address at all: each database has one.
    """
    every = database.objects("endpoints")
    if not every:
        raise UnreadableError(f"{database.path}: endpoints", "holds no address of the database")
    return tuple(item for item in every if item.text("ipType") == ip_type)


def hybrid_accesses(plan: Plan, database: Facts) -> tuple[Resource, ...]:
    """Return the declared hybrid access of a database."""
    return _of_database(plan, HYBRID_ACCESSES, database)


def entering(plan: Plan) -> Iterator[tuple[Facts, Facts]]:
    """Yield each VSwitch with each database that is yet to get addresses in it: in the first one of its zones.

    A database that the cloud refuses to read may enter any of them.
    """
    vswitches = plan.network.facts.objects("vswitches")
    for database in plan.migration.objects("databases"):
        if all(access.exists for access in hybrid_accesses(plan, database)):
            continue
        private = attempt(partial(endpoints, database, "Private"))
        if isinstance(private, tuple) and private:
            continue
        zone_ids = attempt(partial(database.texts, "zoneIds"))
        if isinstance(zone_ids, tuple):
            yield from [(item, database) for item in vswitches if item.text("zoneId") in zone_ids][:1]
        else:
            yield from ((item, database) for item in vswitches)


def whitelist_groups(plan: Plan, database: Facts) -> tuple[Resource, ...]:
    """Return the declared whitelist groups of a database."""
    return _of_database(plan, WHITELIST_GROUPS, database)


def _of_database(plan: Plan, resource_types: tuple[str, ...], database: Facts) -> tuple[Resource, ...]:
    def read() -> dict[str, list[Resource]]:
        resources: dict[str, list[Resource]] = defaultdict(list)
        for item in plan.of_type_in(resource_types):
            if isinstance(database_id := item.properties.get("dbInstanceId"), str):
                resources[database_id].append(item)
        return resources

    by_database = plan.remember(("of databases", resource_types), read)
    return tuple(by_database.get(database.text("dbInstanceId"), ()))


def left_behind(plan: Plan, database: Facts) -> frozenset[str]:
    """Return the classic instances that lose the database when hybrid access ends, as the config accepts."""
    accesses = (item.facts for item in _of_database(plan, (DATABASE_ACCESS,), database))
    hybrid_accesses = [access.object("hybridAccess") for access in accesses if "hybridAccess" in access.data]
    return frozenset(instance_id for item in hybrid_accesses for instance_id in item.texts("leavesBehind"))


def target_blocks(plan: Plan, instance: Facts) -> tuple[str, ...]:
    """Return the blocks of the VSwitches for an instance. Raises UnreadableError without one target network."""
    return tuple(vswitch.text("cidrBlock") for vswitch in plan.vswitches(place_of(instance)))


# ---- an address in the target VPC ----


def address_in_vpc(plan: Plan, database: Facts) -> Verdict:
    """Whether a database has an address in the target VPC, or is declared to get one."""
    private = endpoints(database, "Private")
    if private:
        return _private(plan, database, private)
    declared = hybrid_accesses(plan, database)
    if not declared:
        return failed(
            f"{label(database)} has a classic address only, which cannot be reached from the VPC, and no hybrid access "
            "is declared for it.",
            hybrid_access(plan, database),
        )
    return best(judged(partial(_declared_access, plan, database, item)) for item in declared)


def _private(plan: Plan, database: Facts, private: Iterable[Facts]) -> Verdict:
    network = plan.network.facts if plan.of_type(TARGET_NETWORK) else None
    target = network.text("vpcId") if network and network.is_known("vpcId") else None
    there = {item.text("kind"): item.text("connectionString") for item in private if item.text("vpcId") == target}
    if not there:
        vpc_ids = sorted({item.text("vpcId") for item in private})
        if network and target is None and (file := estate_file(plan)):
            # The id of a VPC made by an update is in the stack's state, which this preview does not read.
            return unknown(
                f"{label(database)} is in {', '.join(vpc_ids)}. Only the state shows whether that is the VPC of this "
                f"stack, and the estate is from {file}."
            )
        return failed(
            f"{label(database)} is in {', '.join(vpc_ids)}, which is not the target VPC. In hybrid access it cannot "
            "move from one VPC to another.",
            (
                change("network", {"mode": "existing", "vpcId": vpc_ids[0], "vswitchIds": ["<vswitch>"]})
                | (task("Where the two VPCs are connected by other means:") + waiver())
            ),
        )
    if lacking := {item.text("kind") for item in endpoints(database, "Inner")} - set(there):
        return failed(
            f"{label(database)} has an address in the VPC, but none for {' and '.join(sorted(lacking))}: that is "
            "classic only.",
            hybrid_access(plan, database),
        )
    return passed(
        f"From the VPC, {label(database)} is reached at {', '.join(there[kind] for kind in sorted(there))}. The "
        "application must use that in place of the classic connection string."
    )


def _declared_access(plan: Plan, database: Facts, resource: Resource) -> Verdict:
    if not plan.leads_to_target(resource):
        return failed(f"Hybrid access of {label(database)} is declared into another VPC than the target.")
    if not resource.exists:
        return pending(f"Hybrid access of {label(database)} is declared and not applied yet.")
    if plan.confirmed(resource):
        return passed(f"{label(database)} has hybrid access: this update set it up, and read it back.")
    return failed(f"{label(database)} has hybrid access by the state, but had no VPC address when it was read.", UP)


# ---- access ----


def network_type_needed(database: Facts) -> str:
    """Return the network type of whitelist groups that admit VPC addresses.

    In enhanced mode a Classic group admits no VPC address; in standard mode one kind of group applies to both networks.
    """
    return "VPC" if database.choice("securityIpMode", "normal", "safety") == "safety" else "MIX"


def admission(plan: Plan, database: Facts, block: str) -> Verdict:
    """Judge whether a database admits a block of the VPC, or is declared to."""
    needed = network_type_needed(database)
    groups = whitelist_groups(plan, database)
    live = database.objects("whitelistGroups")
    ways = [judged(partial(_live, database, group, groups, needed, block)) for group in live]
    ways += [judged(partial(_declared, plan, database, item, needed, block)) for item in groups]
    admitted = best([way for way in ways if way.reason] or [failed("")])
    if admitted.reason:
        return admitted
    return failed(
        f"No whitelist group of {label(database)} that is for {needed} addresses admits {block}"
        + ("; in enhanced mode a group for Classic addresses does not count." if needed == "VPC" else "."),
        with_network(plan, prepared(database)),
    )


def classic_groups(database: Facts) -> frozenset[str]:
    """Return the classic security groups whose members a database admits, whatever their addresses."""
    groups = database.objects("securityGroups")
    return frozenset(item.text("securityGroupId") for item in groups if item.text("networkType") == "Classic")


def admits_by_group(database: Facts, instance: Facts) -> bool:
    """Whether a database admits a classic instance by one of its security groups."""
    groups = classic_groups(database)
    return bool(groups) and not groups.isdisjoint(instance.texts("securityGroupIds"))


def admits_by_address(database: Facts, instance: Facts) -> bool:
    """Whether a whitelist of a database admits a classic instance over the classic network."""
    groups = _classic_lists(database)
    return any(covers(group, f"{address}/32") for address in instance.texts("intranetIps") for group in groups)


def may_admit_all(database: Facts) -> bool:
    """Whether a whitelist for the classic network has an entry that is no address, such as %: it may admit anybody."""
    return any(_has_unreadable(group.texts("securityIps")) for group in _classic_lists(database))


def _classic_lists(database: Facts) -> list[Facts]:
    return [group for group in database.objects("whitelistGroups") if group.text("networkType") != "VPC"]


@dataclass(frozen=True)
class ClassicUsers:
    """Classic instances, among which each database finds its users without a look at every one."""

    instances: Sequence[Facts]

    def of(self, database: Facts) -> list[Facts]:
        """Return those that a database admits, by address or by group: all, where it has an entry that is no address.

        Raises UnreadableError as the two below do.
        """
        if not self.instances:
            return []
        if may_admit_all(database):
            return list(self.instances)
        admitted = [ends for group in _classic_lists(database) for ends in _admitted(group.texts("securityIps"))]
        addresses = self._addresses
        places = {place for ends in admitted for place in _between(addresses, *ends)}
        if len(places) < len(self.instances):
            places |= self._in_groups(database)
        return [self.instances[place] for place in sorted(places)]

    def by_group(self, database: Facts) -> list[Facts]:
        """Return those that a database admits by one of its security groups."""
        return [self.instances[place] for place in sorted(self._in_groups(database))]

    def _in_groups(self, database: Facts) -> set[int]:
        groups = classic_groups(database)
        return {place for group in groups for place in self._members.get(group, ())} if groups else set()

    @cached_property
    def _addresses(self) -> list[tuple[int, int]]:
        return sorted(
            (_ends_of(f"{address}/32")[0], place)
            for place, instance in enumerate(self.instances)
            for address in instance.texts("intranetIps")
        )

    @cached_property
    def _members(self) -> Mapping[str, list[int]]:
        members: dict[str, list[int]] = defaultdict(list)
        for place, instance in enumerate(self.instances):
            for group in instance.texts("securityGroupIds"):
                members[group].append(place)
        return members


def _between(addresses: Sequence[tuple[int, int]], low: int, high: int) -> Iterator[int]:
    """Yield the places of the addresses in a range; `addresses` are sorted."""
    first, last = bisect_left(addresses, (low,)), bisect_left(addresses, (high + 1,))
    return (place for _, place in islice(addresses, first, last))


def is_hidden(group: Facts) -> bool:
    """Whether a group belongs to another service of Alibaba Cloud, which may change it at any time."""
    return group.optional_text("attribute") == "hidden"


def _live(database: Facts, group: Facts, declared: Iterable[Resource], needed: str, block: str) -> Verdict:
    name = group.text("groupName")
    if is_hidden(group) or group.text("networkType") != needed or not covers(group, block):
        return failed("")
    as_declared = [
        item for item in declared if item.facts.text("groupName") == name and declared_network_type(item) == needed
    ]
    # The stack's own group has what is declared once the update is over, and nothing else.
    stays = all(covers(item.facts, block) for item in as_declared)
    if not stays or (name in database.texts("ownGroups") and not as_declared):
        return failed("")
    return passed(f"{name} admits {block}.")


def _declared(plan: Plan, database: Facts, resource: Resource, needed: str, block: str) -> Verdict:
    group = resource.facts
    if declared_network_type(resource) != needed or not covers(group, block):
        return failed("")
    name = f"Whitelist group {group.text('groupName')} of {label(database)}"
    if not resource.exists:
        return pending(f"{name}, which admits {block}, is declared and not applied yet.")
    if plan.confirmed(resource):
        return passed(f"{name} admits {block}: this update applied it, and read it back.")
    # In the state, but not among the groups as read: it was removed since.
    return failed(f"{name} admits {block} by the state, but the database as it was read has no such entry.", UP)


def declared_network_type(resource: Resource) -> str:
    """Return the network type of a declared group; those of Redis and MongoDB apply to both networks."""
    return resource.facts.text("networkType") if resource.type == WHITELIST_GROUPS[0] else "MIX"


def covers(group: Facts, block: str) -> bool:
    """Whether the entries of a whitelist group admit a whole block. Raises UnreadableError for no block."""
    low, high = _ends_of(block)
    admitted = _admitted(group.texts("securityIps"))
    place = bisect_right(admitted, low, key=itemgetter(0)) - 1
    return place >= 0 and admitted[place][1] >= high


def _ends_of(block: str) -> tuple[int, int]:
    try:
        return _ends(block)
    except ValueError:
        raise UnreadableError("the VSwitch's block", "is not an IPv4 CIDR block") from None


# Each database is compared with many instances, so neither is parsed more than once.
@lru_cache(maxsize=4096)
def _ends(block: str) -> tuple[int, int]:
    network = ipaddress.IPv4Network(block)
    return int(network.network_address), int(network.broadcast_address)


@lru_cache(maxsize=4096)
def _admitted(entries: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Return first and last address of each admitted range, sorted; two halves of a block count as the whole."""
    networks = ipaddress.collapse_addresses(_networks(entries))
    return tuple((int(item.network_address), int(item.broadcast_address)) for item in networks)


@lru_cache(maxsize=4096)
def _has_unreadable(entries: tuple[str, ...]) -> bool:
    for entry in entries:
        try:
            ipaddress.ip_network(entry, strict=False)
        except ValueError:
            return True
    return False


def _networks(entries: Iterable[str]) -> Iterator[ipaddress.IPv4Network]:
    for entry in entries:
        # An entry that is no IPv4 address admits nothing.
        with suppress(ValueError):
            yield ipaddress.IPv4Network(entry, strict=False)
