"""Plan the target network: look up the config's choice among the existing VPCs and VSwitches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

from components import cidr
from components.addresses import AddressIndex
from components.config import (
    CreateNetwork,
    DefaultNetwork,
    ExistingNetwork,
    NetworkChoice,
    NewVSwitch,
    Problem,
    SharedNetwork,
    avoid_problems,
    guest_route_problems,
    vswitch_name,
)
from components.marks import NETWORK, maker, mark, mark_of
from components.plan.holders import Holder, has_unknown_address, holders
from components.plan.lookup import missing
from components.plan.record import StackRecord
from components.plan.roster import Roster
from estate.model import Estate, Vpc, VSwitch

Place = tuple[str, str | None]
"""A zone, and the tier in it where the VSwitches have tiers."""


@dataclass(frozen=True)
class PlannedVSwitch:
    """A VSwitch that instances move into: `existing`, or to be created.

    `cidr_block` is None for a default VSwitch that does not exist yet: the cloud chooses its block. `free` is its
    number of free addresses, None while it does not exist.
    """

    name: str
    zone_id: str
    tier: str | None
    cidr_block: str | None
    existing: VSwitch | None = None
    free: int | None = None


@dataclass(frozen=True)
class PlannedNetwork:
    """The VPC and the VSwitches that instances move into.

    `choice` is the config's, None where it names no network: nothing else is known then. `vpc` is None while it does
    not exist. `vswitches` are in the order of the config. `avoided_cidrs` are blocks of networks that the instances
    must reach, sorted; `custom_routes` the destinations of the VPC's own routes. `strangers` are servers in the block
    of a VSwitch, and interfaces of none, by block, that did not move there with this stack. `shared_with` names the
    stack that chose the network, if another one did. `dropped` are VSwitches of the VPC that the stack had at its last
    `up` and has no more: their blocks go from whitelists and rules. `retained` means that it outlives a destroy,
    because a database in hybrid access never leaves it. `holders` are those who have addresses of the VPC that
    instances are to keep, by address.
    """

    choice: NetworkChoice | None
    vpc: Vpc | None
    vswitches: tuple[PlannedVSwitch, ...]
    avoided_cidrs: tuple[str, ...]
    custom_routes: tuple[str, ...]
    strangers: Mapping[str, tuple[str, ...]]
    shared_with: str | None
    dropped: tuple[VSwitch, ...]
    retained: bool
    holders: Mapping[str, tuple[Holder, ...]]

    @property
    def target_cidrs(self) -> tuple[str, ...]:
        """The known CIDR blocks of the VSwitches that instances move into."""
        return tuple(item.cidr_block for item in self.vswitches if item.cidr_block)

    @property
    def to_themselves(self) -> bool:
        """Whether the blocks of all VSwitches are known, and no other server is in them."""
        return all(item.cidr_block for item in self.vswitches) and not any(self.strangers.values())

    def is_target(self, vpc_id: str | None) -> bool:
        """Whether a VPC is the target, as far as the target exists."""
        return self.vpc is not None and vpc_id == self.vpc.id


def look_up_network(roster: Roster) -> PlannedNetwork:
    """Return the target network, existing or planned.

    A VSwitch whose block cannot be planned is left out; `planning_problems` reports it.
    """
    config, estate = roster.config, roster.estate
    vpc = _target_vpc(config.network, roster)
    avoided = _avoided_cidrs(config.network, estate)
    vswitches = _planned_vswitches(roster, vpc, avoided)
    return PlannedNetwork(
        choice=config.network,
        vpc=vpc,
        vswitches=vswitches,
        avoided_cidrs=avoided,
        custom_routes=tuple(item.destination for item in estate.routes if vpc is not None and item.vpc_id == vpc.id),
        strangers=_strangers(roster, vpc, [item.cidr_block for item in vswitches if item.cidr_block]),
        shared_with=roster.record.shared_with,
        dropped=_dropped(roster, vpc, vswitches),
        retained=any(choice.hybrid_access for choice in config.databases),
        holders=holders(roster, vpc),
    )


def _target_vpc(network: NetworkChoice | None, roster: Roster) -> Vpc | None:
    """Return the VPC of the config; one that this stack made has no id there, and is found by the record."""
    for vpc in roster.estate.vpcs:
        if isinstance(network, ExistingNetwork) and vpc.id == network.vpc_id:
            return vpc
        if isinstance(network, CreateNetwork) and _is_made(vpc, network, roster.record):
            return vpc
        if isinstance(network, DefaultNetwork) and vpc.is_default:
            return vpc
    return None


def _is_alike(vpc: Vpc, network: CreateNetwork) -> bool:
    return (vpc.name, vpc.cidr_block) == (network.name, network.cidr_block)


def _is_made(vpc: Vpc, network: CreateNetwork, record: StackRecord) -> bool:
    """Whether this stack made it: the state has its id, or a killed run left it.

    Where ownership is not checked, such as for an estate in a file, only name and block are compared.
    """
    own_ids = (record.vpc_id, record.leftover(NETWORK, network.name))
    if record.stack is None:
        return _is_alike(vpc, network)
    called = _made_name(vpc, (network.name,), record)
    return vpc.id in own_ids and (called, vpc.cidr_block) == (network.name, network.cidr_block)


def _made_name(resource: Vpc | VSwitch, names: Iterable[str], record: StackRecord) -> str:
    """Return the one of `names` in the stack's mark on it, even if it was renamed; without a mark, its name."""
    stack, words = record.stack, mark_of(resource.description)
    return next((name for name in names if stack is not None and mark(stack, name) == words), resource.name)


def _vswitch_names(network: CreateNetwork | ExistingNetwork) -> list[str]:
    """Return the names of the VSwitches to create, in the order of the config."""
    name = network.name if isinstance(network, CreateNetwork) else network.vpc_id
    return [vswitch_name(name, item) for item in network.vswitches]


def _strangers(roster: Roster, vpc: Vpc | None, blocks: list[str]) -> Mapping[str, tuple[str, ...]]:
    """Return who is, or may be, in each block of the VPC: servers, perhaps with a secondary interface alone.

    An interface that is in use and names no server of the region, such as that of a container, is its own. A server of
    another VPC has none here: an interface is attached to an instance of its own VPC only (ECS API,
    AttachNetworkInterface). Further addresses of an interface show nobody else: they are of its VSwitch, too (SDK-ECS
    7.11.8, AssignPrivateIpAddresses). Nor do virtual IP addresses: an HAVIP is associated with servers and interfaces
    of its VSwitch (VPC user guide, HAVIP); a load balancer checks and forwards from 100.64.0.0/10, or passes on the
    address of its client (CLB user guide, health checks; layer 4 listeners). Databases are not counted, because those
    that instances use enter the VSwitches by hybrid access (docs/limits.md).
    """
    if vpc is None:
        return dict.fromkeys(blocks, ())
    servers = [item for item in roster.instances.values() if item.vpc_id == vpc.id]
    anywhere = {item.id for item in servers if has_unknown_address(item)}
    others = [
        item
        for item in roster.estate.network_interfaces
        if item.vpc_id == vpc.id and item.in_use and item.instance_id not in roster.instances
    ]
    addresses = AddressIndex(
        [
            *((address, item.id) for item in servers for address in item.interface_ips),
            *((address, item.id) for item in others for address in item.private_ips),
        ]
    )
    return {
        block: tuple(sorted(anywhere.union(holder for _, holder in addresses.inside(IPv4Network(block)))))
        for block in blocks
    }


def _dropped(roster: Roster, vpc: Vpc | None, planned: tuple[PlannedVSwitch, ...]) -> tuple[VSwitch, ...]:
    applied, blocks = roster.record.applied.get("vswitch", ()), {item.cidr_block for item in planned}
    return tuple(
        item
        for item in roster.estate.vswitches
        if vpc is not None and item.vpc_id == vpc.id and item.id in applied and item.cidr_block not in blocks
    )


def _planned_vswitches(roster: Roster, vpc: Vpc | None, avoided: tuple[str, ...]) -> tuple[PlannedVSwitch, ...]:
    network, estate = roster.config.network, roster.estate
    if isinstance(network, DefaultNetwork):
        return tuple(_default(zone, vpc, estate) for zone in network.zones)
    if network is None or isinstance(network, SharedNetwork):
        return ()
    taken = [_existing(item) for item in estate.vswitches if _is_taken(network, item)]
    names = _vswitch_names(network)
    live = {
        _made_name(item, names, roster.record): item.available_ip_address_count
        for item in estate.vswitches
        if vpc and item.vpc_id == vpc.id
    }
    planned = [
        PlannedVSwitch(name, item.zone, item.tier, block, None, live.get(name))
        for name, item, block in zip(names, network.vswitches, _blocks(roster, network, vpc, avoided), strict=True)
        if block is not None
    ]
    return (*taken, *planned)


def _is_taken(network: CreateNetwork | ExistingNetwork, vswitch: VSwitch) -> bool:
    return isinstance(network, ExistingNetwork) and vswitch.id in network.vswitch_ids


def _existing(vswitch: VSwitch) -> PlannedVSwitch:
    free = vswitch.available_ip_address_count
    return PlannedVSwitch(vswitch.name, vswitch.zone_id, None, vswitch.cidr_block, vswitch, free)


def _default(zone: str, vpc: Vpc | None, estate: Estate) -> PlannedVSwitch:
    for vswitch in estate.vswitches:
        if vpc is not None and vswitch.is_default and (vswitch.vpc_id, vswitch.zone_id) == (vpc.id, zone):
            return _existing(vswitch)
    return PlannedVSwitch(f"default-{zone}", zone, None, None)


def _blocks(
    roster: Roster, network: CreateNetwork | ExistingNetwork, vpc: Vpc | None, avoided: tuple[str, ...]
) -> list[str | None]:
    """Return the block of each new VSwitch: given, kept from an earlier `up`, or planned; None without room."""
    vpc_block = network.cidr_block if isinstance(network, CreateNetwork) else vpc.cidr_block if vpc else None
    names = _vswitch_names(network)
    live = [item for item in roster.estate.vswitches if vpc is not None and item.vpc_id == vpc.id]
    # In another zone it is another VSwitch, made before the first one is deleted: the block is taken until then.
    there = {(_made_name(item, names, roster.record), item.zone_id): item.cidr_block for item in live}
    blocks = [
        item.cidr_block or there.get((name, item.zone)) for name, item in zip(names, network.vswitches, strict=True)
    ]
    if vpc_block is None:
        return blocks
    open_places = [index for index, block in enumerate(blocks) if block is None]
    moving = _instances_at(roster)
    planned = cidr.plan_blocks(
        vpc_block,
        [_need(network, network.vswitches[index], moving) for index in open_places],
        taken=[*(item.cidr_block for item in live), *(block for block in blocks if block)],
        avoid=avoided,
        classic_link=roster.config.classic_link is not None,
    )
    for index, block in zip(open_places, planned, strict=True):
        blocks[index] = block
    return blocks


def _avoided_cidrs(network: NetworkChoice | None, estate: Estate) -> tuple[str, ...]:
    """Return the blocks of all networks that the instances must reach, from the config, sorted."""
    if not isinstance(network, CreateNetwork | ExistingNetwork):
        return ()
    return tuple(sorted({*network.avoided_blocks, *_blocks_of_vpcs(network, estate)}))


def _blocks_of_vpcs(network: CreateNetwork | ExistingNetwork, estate: Estate) -> list[str]:
    return [
        block
        for vpc in estate.vpcs
        if vpc.id in network.avoided_vpcs
        for block in (vpc.cidr_block, *vpc.secondary_cidr_blocks)
    ]


def _need(network: CreateNetwork | ExistingNetwork, vswitch: NewVSwitch, moving: Counter[Place]) -> int:
    """Return the addresses that a planned VSwitch must hold: more than the moving instances, times the growth."""
    return int(moving[vswitch.zone, vswitch.tier] * network.growth) + 1


def _instances_at(roster: Roster) -> Counter[Place]:
    """Return how many instances move to each zone and tier; one without a tier counts only for its zone."""
    places: Counter[Place] = Counter()
    for instance_id in (item for wave in roster.waves for item in wave.instance_ids):
        choice = roster.choices.get(instance_id)
        zone = (choice and choice.target_zone) or roster.instances[instance_id].zone_id
        places[zone, choice.tier if choice else None] += 1
    return places


# ---- problems ----


def zone_problems(roster: Roster, network: PlannedNetwork) -> Iterator[Problem]:
    """Yield zones that do not exist, or have no stock for a VSwitch to be created."""
    zones = roster.index.zones
    usable = ", ".join(zone.id for zone in zones.values() if zone.vswitch_available)
    for key, choice in roster.config.keyed_instances:
        if choice.target_zone is not None and choice.target_zone not in zones:
            yield Problem(f"{key}.targetZone", f"there is no zone {choice.target_zone}; expected one of {usable}")
    for key, zone in _zones_to_make_in(network):
        if zone not in zones:
            yield Problem(key, f"there is no zone {zone} in {roster.estate.region_id}; expected one of {usable}")
        elif not zones[zone].vswitch_available:
            yield Problem(key, f"zone {zone} has no stock for a VSwitch; expected one of {usable}")


def _zones_to_make_in(network: PlannedNetwork) -> Iterator[tuple[str, str]]:
    choice = network.choice
    if isinstance(choice, DefaultNetwork):
        for index, vswitch in enumerate(network.vswitches):
            if vswitch.existing is None:
                yield f"network.zones[{index}]", vswitch.zone_id
    elif isinstance(choice, CreateNetwork | ExistingNetwork):
        for index, item in enumerate(choice.vswitches):
            yield f"network.vswitches[{index}].zone", item.zone


def tier_problems(roster: Roster) -> Iterator[Problem]:
    """Yield instances with a tier that no VSwitch of their zone has, and those that would have to choose one."""
    config = roster.config
    if not isinstance(config.network, CreateNetwork | ExistingNetwork):
        return
    tiers: dict[str, set[str | None]] = {}
    for vswitch in config.network.vswitches:
        tiers.setdefault(vswitch.zone, set()).add(vswitch.tier)
    for key, choice in config.keyed_instances:
        instance = roster.instances.get(choice.id)
        zone = choice.target_zone or (instance.zone_id if instance else "")
        known = sorted(tier for tier in tiers.get(zone, ()) if tier)
        if choice.tier is not None and choice.tier not in known:
            expected = f"one of {', '.join(known)}" if known else "no tier, or a VSwitch for it under network.vswitches"
            yield Problem(f"{key}.tier", f"no VSwitch of {zone} is for {choice.tier}; expected {expected}")
        elif choice.tier is None and len(tiers.get(zone, ())) > 1 and None not in tiers[zone]:
            yield Problem(f"{key}.tier", f"{zone} has several VSwitches; expected one of {', '.join(known)}")


def planning_problems(roster: Roster, planned: PlannedNetwork) -> Iterator[Problem]:
    """Yield VSwitches to create for which the VPC has no room, and VPCs to avoid that do not exist or overlap."""
    network, estate = planned.choice, roster.estate
    if not isinstance(network, CreateNetwork | ExistingNetwork):
        return
    vpcs = {vpc.id: vpc for vpc in estate.vpcs}
    if isinstance(network, CreateNetwork) and planned.vpc is None:
        yield from _taken_names(network, estate)
    for vpc_id in network.avoided_vpcs:
        if vpc_id not in vpcs:
            yield Problem("network.avoid", missing("VPC", vpc_id, vpcs, estate))
    yield from avoid_problems(network, _blocks_of_vpcs(network, estate))
    if isinstance(network, CreateNetwork) and planned.vpc is not None:
        yield from _clashes(network, planned.vpc, roster)
    new = {item.name for item in planned.vswitches if item.existing is None}
    for index, (name, item) in enumerate(zip(_vswitch_names(network), network.vswitches, strict=True)):
        if name not in new:
            need = _need(network, item, _instances_at(roster))
            yield Problem(
                f"network.vswitches[{index}].cidrBlock",
                f"the VPC has no free block for {need} addresses; expected a block, a smaller growth, or a larger VPC",
            )


def _taken_names(network: CreateNetwork, estate: Estate) -> Iterator[Problem]:
    """Yield VPCs of others with the name and the block of the one to create, which is then likely a mistake."""
    for vpc in estate.vpcs:
        if not _is_alike(vpc, network):
            continue
        stack = maker(vpc.description)
        origin = f"the stack {stack} made it" if stack else "this stack did not make it, or has lost the state of it"
        ways = [
            "another name",
            f"network: {{mode: existing, vpcId: {vpc.id}}} to move into it",
            *([f"network: {{mode: shared, stack: {stack}}} to share it"] if stack else []),
        ]
        yield Problem(
            "network.name",
            f"there is a VPC {network.name} of {network.cidr_block} already, {vpc.id}, and {origin}; "
            f"expected {', or '.join(ways)}",
        )


def existing_network_problems(roster: Roster) -> Iterator[Problem]:
    """Yield problems of an existing VPC or VSwitches: missing, not available, or not belonging together."""
    network, estate = roster.config.network, roster.estate
    if isinstance(network, DefaultNetwork):
        for vpc in estate.vpcs:
            if vpc.is_default and vpc.status != "Available":
                yield Problem("network.mode", f"the default VPC {vpc.id} is {vpc.status}; expected it to be Available")
    if not isinstance(network, ExistingNetwork):
        return
    vpcs = {vpc.id: vpc for vpc in estate.vpcs}
    vswitches = {vswitch.id: vswitch for vswitch in estate.vswitches}
    if network.vpc_id not in vpcs:
        yield Problem("network.vpcId", missing("VPC", network.vpc_id, vpcs, estate))
    elif vpcs[network.vpc_id].status != "Available":
        status = vpcs[network.vpc_id].status
        yield Problem("network.vpcId", f"{network.vpc_id} is {status}; expected a VPC that is Available")
    problems = list(_vswitch_problems(roster, network, vswitches))
    yield from problems
    yield from _quota_problems(network, estate)
    if network.vpc_id in vpcs and not problems:
        yield from _block_problems(roster, network, vpcs[network.vpc_id], vswitches)


def _vswitch_problems(roster: Roster, network: ExistingNetwork, vswitches: Mapping[str, VSwitch]) -> Iterator[Problem]:
    """Yield VSwitches that are missing, of another VPC, or a second one of their zone."""
    zones: dict[str, str] = {}
    for index, vswitch_id in enumerate(network.vswitch_ids):
        key = f"network.vswitchIds[{index}]"
        vswitch = vswitches.get(vswitch_id)
        if vswitch is None:
            yield Problem(key, missing("VSwitch", vswitch_id, vswitches, roster.estate))
        elif vswitch.vpc_id != network.vpc_id:
            expected = f"expected a VSwitch of {network.vpc_id}"
            yield Problem(key, f"{vswitch_id} is in {vswitch.vpc_id}; {expected}")
        elif vswitch.zone_id in zones and roster.record.shared_with is None:
            both = f"{vswitch_id} and {zones[vswitch.zone_id]} are both in {vswitch.zone_id}"
            yield Problem(key, f"{both}; expected one VSwitch a zone")
        else:
            # The stack that shares its network may have tiers, or a new VSwitch beside a full one.
            zones[vswitch.zone_id] = vswitch_id


def _quota_problems(network: ExistingNetwork, estate: Estate) -> Iterator[Problem]:
    """Yield VSwitches beyond the VPC's limit; one that an earlier `up` added is among the existing ones."""
    there = {item.name for item in estate.vswitches if item.vpc_id == network.vpc_id}
    count = sum(item.vpc_id == network.vpc_id for item in estate.vswitches)
    added = sum(vswitch_name(network.vpc_id, item) not in there for item in network.vswitches)
    if added and count + added > cidr.MAX_VSWITCHES:
        yield Problem(
            "network.vswitches",
            f"{network.vpc_id} has {count} VSwitches; expected at most {cidr.MAX_VSWITCHES} with the {added} to add",
        )


def _block_problems(
    roster: Roster, network: ExistingNetwork, vpc: Vpc, vswitches: Mapping[str, VSwitch]
) -> Iterator[Problem]:
    """Yield problems of used and added blocks: outside the VPC or the reach of ClassicLink, or overlapping."""
    existing = [(f"vswitchIds[{index}]", vswitches[item].cidr_block) for index, item in enumerate(network.vswitch_ids)]
    blocks = [*existing, *_own_blocks(network)]
    link = roster.config.classic_link
    problems = cidr.network_problems(
        vpc.cidr_block,
        [block for _, block in blocks],
        further=vpc.secondary_cidr_blocks,
        classic_link=link is not None,
    )
    for problem in problems:
        place = "vpcId" if problem.vswitch is None else blocks[problem.vswitch][0]
        yield Problem(f"network.{place}", f"{problem.fault}; expected {problem.expected}")
    if not problems:
        yield from _clashes(network, vpc, roster)
        yield from guest_route_problems(link, vpc.cidr_block)


def _own_blocks(network: CreateNetwork | ExistingNetwork) -> list[tuple[str, str]]:
    """Return the blocks of new VSwitches in the config, with their keys."""
    return [
        (f"vswitches[{index}].cidrBlock", item.cidr_block)
        for index, item in enumerate(network.vswitches)
        if item.cidr_block
    ]


def _clashes(network: CreateNetwork | ExistingNetwork, vpc: Vpc, roster: Roster) -> Iterator[Problem]:
    """Yield blocks to add that overlap a VSwitch of the VPC, unless it is the same one, made by an earlier `up`.

    One made by an earlier `up` is another if its name or zone differs: it is deleted after the new one is made.
    """
    names = _vswitch_names(network)
    taken = network.vswitch_ids if isinstance(network, ExistingNetwork) else ()
    ours = {name: (item.zone, item.cidr_block) for name, item in zip(names, network.vswitches, strict=True)}
    for vswitch in roster.estate.vswitches:
        if vswitch.vpc_id != vpc.id or vswitch.id in taken:
            continue
        if ours.get(_made_name(vswitch, names, roster.record)) == (vswitch.zone_id, vswitch.cidr_block):
            continue
        for place, block in _own_blocks(network):
            if cidr.overlap(block, vswitch.cidr_block):
                yield Problem(
                    f"network.{place}",
                    f"{block} overlaps {vswitch.cidr_block} of {vswitch.id} ({vswitch.name or 'without a name'}, "
                    f"{vswitch.zone_id}); expected a free block of the VPC: a VSwitch of this stack keeps its block "
                    "with its name and zone alone",
                )
