"""Who talks with whom, before and after the move: instances, groups, databases and links, from the plan.

Missing facts are left out here; the verdict's findings report them, and a map decides nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from policies.core.facts import Value
from policies.core.plan import (
    CLASSIC_LINK_ATTACHMENT,
    DATABASE_ACCESS,
    MIGRATION,
    SECURITY_GROUP,
    SECURITY_GROUP_RULES,
    SHARED_SECURITY_GROUP,
    TARGET_NETWORK,
    Plan,
    Resource,
)
from policies.core.words import number_of
from preflight.reading import objects, text, texts

_NOT_KNOWN: Final = "known after the update"


@dataclass(frozen=True)
class MovingInstance:
    """A migrating instance: its place, its destination, and its peers, by ids."""

    id: str
    name: str
    wave: str
    moved: bool
    zone: str
    addresses: tuple[str, ...]
    vswitch: str
    groups: tuple[str, ...]
    databases: tuple[str, ...]
    peers: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """A classic group, and its replacement in the VPC."""

    id: str
    name: str
    members: int
    after: str
    declared: bool


@dataclass(frozen=True)
class Database:
    """A database that moving instances use; `declared`: it has an address in the VPC, or the stack gives it one."""

    id: str
    name: str
    before: str
    after: str
    declared: bool


@dataclass(frozen=True)
class Peer:
    """A classic instance that does not move with this stack, or not yet; `declared`: it is linked by ClassicLink.

    `wave` is the one that it moves with, empty where it moves with none.
    """

    id: str
    name: str
    why: str
    declared: bool
    wave: str = ""


@dataclass(frozen=True)
class VSwitch:
    """A VSwitch of the target network, and the number of instances that move into it."""

    name: str
    zone: str
    cidr: str
    instances: int


@dataclass(frozen=True)
class Topology:
    """The map of one stack."""

    region: str
    network: str
    vswitches: tuple[VSwitch, ...]
    instances: tuple[MovingInstance, ...]
    groups: tuple[Group, ...]
    databases: tuple[Database, ...]
    peers: tuple[Peer, ...]


def make_topology(plan: Plan) -> Topology | None:
    """Return the map of a plan; None where the plan has no Migration."""
    migrations = plan.of_type(MIGRATION)
    if len(migrations) != 1:
        return None
    facts = migrations[0].properties
    network = next(iter(plan.of_type(TARGET_NETWORK)), None)
    vswitches = objects(network.properties, "vswitches") if network else []
    instances = tuple(_instance(item.properties, vswitches) for item in plan.instances)
    used = {name for item in instances for name in item.databases}
    met = {name for item in instances for name in item.peers}
    into = Counter(item.vswitch for item in instances)
    return Topology(
        region=text(facts, "regionId"),
        network=_network(network),
        vswitches=tuple(
            VSwitch(
                text(item, "vswitchName"), text(item, "zoneId"), text(item, "cidrBlock"), into[_vswitch_label(item)]
            )
            for item in vswitches
        ),
        instances=instances,
        groups=tuple(_groups(plan, facts)),
        databases=tuple(_databases(plan, facts, used)),
        peers=tuple(_peers(plan, facts, met)),
    )


def _instance(facts: Mapping[str, Value], vswitches: Sequence[Mapping[str, Value]]) -> MovingInstance:
    zone, tier = text(facts, "targetZoneId"), text(facts, "targetTier")
    goes = [_vswitch_label(item) for item in vswitches if text(item, "zoneId") == zone and text(item, "tier") == tier]
    return MovingInstance(
        id=text(facts, "instanceId"),
        name=text(facts, "instanceName"),
        wave=text(facts, "wave"),
        moved=facts.get("moved") is True,
        zone=text(facts, "zoneId"),
        addresses=texts(facts, "intranetIps"),
        vswitch=goes[0] if len(goes) == 1 else f"zone {zone}, no VSwitch yet",
        groups=texts(facts, "securityGroupIds"),
        databases=texts(facts, "databaseIds"),
        peers=tuple(sorted(name for item in objects(facts, "classicPeers") for name in texts(item, "instanceIds"))),
    )


def _vswitch_label(vswitch: Mapping[str, Value]) -> str:
    cidr = text(vswitch, "cidrBlock") or _NOT_KNOWN
    return f"{text(vswitch, 'vswitchName') or text(vswitch, 'vswitchId')} ({cidr})"


def _network(network: Resource | None) -> str:
    if network is None:
        return "no target network"
    facts = network.properties
    vpc = text(facts, "vpcId") or {"create": "a new VPC", "default": "the default VPC"}.get(text(facts, "mode"), "VPC")
    return f"{vpc}, {text(facts, 'cidrBlock') or _NOT_KNOWN}"


def _groups(plan: Plan, facts: Mapping[str, Value]) -> Iterable[Group]:
    shared = {item.urn for item in plan.of_type(SHARED_SECURITY_GROUP)}
    for item in objects(facts, "securityGroups"):
        group_id = text(item, "securityGroupId")
        clones = plan.clones.get(group_id, ())
        rules = sum(
            len(rules)
            for clone in clones
            for child in plan.children(clone, SECURITY_GROUP_RULES)
            for rules in [child.properties.get("rules")]
            if isinstance(rules, Mapping)
        )
        number = sum(len(plan.children(clone, SECURITY_GROUP)) for clone in clones)
        kind = "of others" if any(clone.parent in shared for clone in clones) else "cloned"
        after = f"{number_of(number, 'VPC group')} {kind}, {rules} rules" if clones else "nothing yet"
        yield Group(group_id, text(item, "securityGroupName"), len(texts(item, "memberIds")), after, bool(clones))


def _databases(plan: Plan, facts: Mapping[str, Value], used: set[str]) -> Iterable[Database]:
    access = {text(item.properties, "dbInstanceId"): item for item in plan.of_type(DATABASE_ACCESS)}
    for item in objects(facts, "databases"):
        database_id = text(item, "dbInstanceId")
        if database_id not in used:
            continue
        prepared = access.get(database_id)
        hybrid = prepared is not None and isinstance(prepared.properties.get("hybridAccess"), Mapping)
        in_vpc = text(item, "networkType") == "VPC"
        listed = f", admits {', '.join(texts(prepared.properties, 'securityIps'))}" if prepared else ""
        network_type = text(item, "networkType") or "network not known"
        address = "an address in the VPC" if hybrid or in_vpc else "no address in the VPC"
        yield Database(
            id=database_id,
            name=text(item, "description"),
            before=f"{text(item, 'engine') or text(item, 'product')}, {network_type}",
            after=address + listed,
            declared=prepared is not None and (hybrid or in_vpc),
        )


def _peers(plan: Plan, facts: Mapping[str, Value], met: set[str]) -> Iterable[Peer]:
    linked = {text(item.properties, "instanceId") for item in plan.of_type(CLASSIC_LINK_ATTACHMENT)}
    later = set(texts(facts, "laterInstanceIds"))
    staying = {name for item in objects(facts, "staying") for name in texts(item, "instanceIds")}
    waves = {name: text(wave, "name") for wave in objects(facts, "waves") for name in texts(wave, "instanceIds")}
    for item in objects(facts, "classicInstances"):
        instance_id = text(item, "instanceId")
        if instance_id in met:
            stays = (
                "moves later" if instance_id in later else "stays" if instance_id in staying else "not in this stack"
            )
            why = f"moves with wave {waves[instance_id]}" if instance_id in waves else stays
            yield Peer(instance_id, text(item, "instanceName"), why, instance_id in linked, waves.get(instance_id, ""))
