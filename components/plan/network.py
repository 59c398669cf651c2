"""The target network of the config against the zones, VPCs and VSwitches that there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from components import cidr
from components.config import (
    CreateNetwork,
    DefaultNetwork,
    ExistingNetwork,
    MigrationConfig,
    NewVSwitch,
    Problem,
    SharedNetwork,
    avoid_problems,
    guest_route_problems,
    vswitch_name,
)
from components.plan.lookup import missing
from components.plan.waves import members
from estate.model import Estate, Vpc, VSwitch

Place = tuple[str, str | None]
"""A zone, and the tier in it where the VSwitches have tiers."""


@dataclass(frozen=True)
class PlannedVSwitch:
    """A VSwitch that instances move into: `existing`, or to be created.

    `cidr_block` is None for a default VSwitch that is yet to be made: the cloud chooses its block. `free` are the
    addresses that are free in it, None while it is yet to be made.
    """

    name: str
    zone_id: str
    tier: str | None
    cidr_block: str | None
    existing: VSwitch | None = None
    free: int | None = None


def target_cidrs(config: MigrationConfig, estate: Estate) -> tuple[str, ...]:
    """CIDR blocks of the VSwitches that instances move into, those that are known."""
    return tuple(item.cidr_block for item in planned_vswitches(config, estate) if item.cidr_block)


def target_vpc(config: MigrationConfig, estate: Estate) -> Vpc | None:
    """The VPC that instances move into; None while it is yet to be created.

    One that this stack made in an earlier `up` is known by its name and block: its id is not in the config.
    """
    network = config.network
    for vpc in estate.vpcs:
        if isinstance(network, ExistingNetwork) and vpc.id == network.vpc_id:
            return vpc
        if isinstance(network, CreateNetwork) and (vpc.name, vpc.cidr_block) == (network.name, network.cidr_block):
            return vpc
        if isinstance(network, DefaultNetwork) and vpc.is_default:
            return vpc
    return None


def planned_vswitches(config: MigrationConfig, estate: Estate) -> tuple[PlannedVSwitch, ...]:
    """The VSwitches of the target network in the order of the config, planned blocks among them.

    A VSwitch whose block cannot be planned is left out; `planning_problems` tells of it.
    """
    network, vpc = config.network, target_vpc(config, estate)
    if isinstance(network, DefaultNetwork):
        return tuple(_default(zone, vpc, estate) for zone in network.zones)
    if network is None or isinstance(network, SharedNetwork):
        return ()
    taken = [_existing(item) for item in estate.vswitches if _is_taken(network, item)]
    blocks = _blocks(config, network, vpc, estate)
    name = network.name if isinstance(network, CreateNetwork) else network.vpc_id
    live = {item.name: item.available_ip_address_count for item in estate.vswitches if vpc and item.vpc_id == vpc.id}
    made = [
        PlannedVSwitch(vswitch_name(name, item), item.zone, item.tier, block, None, live.get(vswitch_name(name, item)))
        for item, block in zip(network.vswitches, blocks, strict=True)
        if block is not None
    ]
    return (*taken, *made)


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
    config: MigrationConfig, network: CreateNetwork | ExistingNetwork, vpc: Vpc | None, estate: Estate
) -> list[str | None]:
    """The block of each new VSwitch: the given one, the one that it has since an earlier `up`, or a planned one."""
    vpc_block = network.cidr_block if isinstance(network, CreateNetwork) else vpc.cidr_block if vpc else None
    name = network.name if isinstance(network, CreateNetwork) else network.vpc_id
    there = {item.name: item.cidr_block for item in estate.vswitches if vpc is not None and item.vpc_id == vpc.id}
    blocks = [item.cidr_block or there.get(vswitch_name(name, item)) for item in network.vswitches]
    if vpc_block is None:
        return blocks
    open_places = [index for index, block in enumerate(blocks) if block is None]
    planned = cidr.plan_blocks(
        vpc_block,
        [_need(config, estate, network, network.vswitches[index]) for index in open_places],
        taken=[*there.values(), *(block for block in blocks if block)],
        avoid=avoided_cidrs(config, estate),
        classic_link=config.classic_link is not None,
    )
    for index, block in zip(open_places, planned, strict=True):
        blocks[index] = block
    return blocks


def avoided_cidrs(config: MigrationConfig, estate: Estate) -> list[str]:
    """Blocks of all networks that the instances must reach, as the config names them, sorted."""
    if not isinstance(config.network, CreateNetwork | ExistingNetwork):
        return []
    return sorted({*config.network.avoided_blocks, *_blocks_of_vpcs(config.network, estate)})


def _blocks_of_vpcs(network: CreateNetwork | ExistingNetwork, estate: Estate) -> list[str]:
    return [
        block
        for vpc in estate.vpcs
        if vpc.id in network.avoided_vpcs
        for block in (vpc.cidr_block, *vpc.secondary_cidr_blocks)
    ]


def _need(
    config: MigrationConfig, estate: Estate, network: CreateNetwork | ExistingNetwork, vswitch: NewVSwitch
) -> int:
    """Addresses that a planned VSwitch must hold: more than instances move in, times the growth."""
    moving = _instances_at(config, estate)[vswitch.zone, vswitch.tier]
    return int(moving * network.growth) + 1


def _instances_at(config: MigrationConfig, estate: Estate) -> Counter[Place]:
    """How many instances move to each zone and tier; one that names no tier counts for its zone alone."""
    choices = {choice.id: choice for _, choice in config.keyed_instances}
    places: Counter[Place] = Counter()
    for instance in (item for wave in config.all_waves for item in members(wave, config, estate)):
        choice = choices.get(instance.id)
        places[(choice and choice.target_zone) or instance.zone_id, choice.tier if choice else None] += 1
    return places


# ---- what is wrong with it ----


def zone_problems(config: MigrationConfig, estate: Estate) -> Iterator[Problem]:
    """Zones that do not exist, or have no stock for a VSwitch that is to be created."""
    zones = {zone.id: zone for zone in estate.zones}
    usable = ", ".join(zone.id for zone in estate.zones if zone.vswitch_available)
    for key, choice in config.keyed_instances:
        if choice.target_zone is not None and choice.target_zone not in zones:
            yield Problem(f"{key}.targetZone", f"there is no zone {choice.target_zone}; expected one of {usable}")
    for key, zone in _zones_to_make_in(config, estate):
        if zone not in zones:
            yield Problem(key, f"there is no zone {zone} in {estate.region_id}; expected one of {usable}")
        elif not zones[zone].vswitch_available:
            yield Problem(key, f"zone {zone} has no stock for a VSwitch; expected one of {usable}")


def _zones_to_make_in(config: MigrationConfig, estate: Estate) -> Iterator[tuple[str, str]]:
    network = config.network
    if isinstance(network, DefaultNetwork):
        for index, vswitch in enumerate(planned_vswitches(config, estate)):
            if vswitch.existing is None:
                yield f"network.zones[{index}]", vswitch.zone_id
    elif isinstance(network, CreateNetwork | ExistingNetwork):
        for index, item in enumerate(network.vswitches):
            yield f"network.vswitches[{index}].zone", item.zone


def tier_problems(config: MigrationConfig, estate: Estate) -> Iterator[Problem]:
    """Instances whose tier no VSwitch of their zone is for, and those that would have to choose one."""
    if not isinstance(config.network, CreateNetwork | ExistingNetwork):
        return
    zones = {instance.id: instance.zone_id for instance in estate.instances}
    tiers: dict[str, set[str | None]] = {}
    for vswitch in config.network.vswitches:
        tiers.setdefault(vswitch.zone, set()).add(vswitch.tier)
    for key, choice in config.keyed_instances:
        zone = choice.target_zone or zones.get(choice.id, "")
        known = sorted(tier for tier in tiers.get(zone, ()) if tier)
        if choice.tier is not None and choice.tier not in known:
            expected = f"one of {', '.join(known)}" if known else "no tier, or a VSwitch for it under network.vswitches"
            yield Problem(f"{key}.tier", f"no VSwitch of {zone} is for {choice.tier}; expected {expected}")
        elif choice.tier is None and len(tiers.get(zone, ())) > 1 and None not in tiers[zone]:
            yield Problem(f"{key}.tier", f"{zone} has several VSwitches; expected one of {', '.join(known)}")


def planning_problems(config: MigrationConfig, estate: Estate) -> Iterator[Problem]:
    """VSwitches to create for which the VPC has no room, and VPCs to avoid that are not there or in the way."""
    network = config.network
    if not isinstance(network, CreateNetwork | ExistingNetwork):
        return
    vpcs = {vpc.id: vpc for vpc in estate.vpcs}
    for vpc_id in network.avoided_vpcs:
        if vpc_id not in vpcs:
            yield Problem("network.avoid", missing("VPC", vpc_id, vpcs, estate))
    yield from avoid_problems(network, _blocks_of_vpcs(network, estate))
    blocks = _blocks(config, network, target_vpc(config, estate), estate)
    for index, block in enumerate(blocks):
        if block is None:
            need = _need(config, estate, network, network.vswitches[index])
            yield Problem(
                f"network.vswitches[{index}].cidrBlock",
                f"the VPC has no free block for {need} addresses; expected a block, a smaller growth, or a larger VPC",
            )


def existing_network_problems(config: MigrationConfig, network: ExistingNetwork, estate: Estate) -> Iterator[Problem]:
    """An existing VPC or VSwitches that are not there, not available, or do not belong together."""
    vpcs = {vpc.id: vpc for vpc in estate.vpcs}
    vswitches = {vswitch.id: vswitch for vswitch in estate.vswitches}
    if network.vpc_id not in vpcs:
        yield Problem("network.vpcId", missing("VPC", network.vpc_id, vpcs, estate))
    elif vpcs[network.vpc_id].status != "Available":
        status = vpcs[network.vpc_id].status
        yield Problem("network.vpcId", f"{network.vpc_id} is {status}; expected a VPC that is Available")
    zones: dict[str, str] = {}
    for index, vswitch_id in enumerate(network.vswitch_ids):
        key = f"network.vswitchIds[{index}]"
        vswitch = vswitches.get(vswitch_id)
        if vswitch is None:
            yield Problem(key, missing("VSwitch", vswitch_id, vswitches, estate))
        elif vswitch.vpc_id != network.vpc_id:
            yield Problem(key, f"{vswitch_id} is in {vswitch.vpc_id}; expected a VSwitch of {network.vpc_id}")
        elif vswitch.zone_id in zones:
            both = f"{vswitch_id} and {zones[vswitch.zone_id]} are both in {vswitch.zone_id}"
            yield Problem(key, f"{both}; expected one VSwitch a zone")
        else:
            zones[vswitch.zone_id] = vswitch_id
    yield from _quota_problems(network, estate)
    if network.vpc_id in vpcs and len(zones) == len(network.vswitch_ids):
        yield from _block_problems(config, network, vpcs[network.vpc_id], vswitches, estate)


def _quota_problems(network: ExistingNetwork, estate: Estate) -> Iterator[Problem]:
    """More VSwitches than the VPC takes; one that an earlier `up` added is among those that it has."""
    there = {item.name for item in estate.vswitches if item.vpc_id == network.vpc_id}
    count = sum(item.vpc_id == network.vpc_id for item in estate.vswitches)
    added = sum(vswitch_name(network.vpc_id, item) not in there for item in network.vswitches)
    if added and count + added > cidr.MAX_VSWITCHES:
        yield Problem(
            "network.vswitches",
            f"{network.vpc_id} has {count} VSwitches; expected at most {cidr.MAX_VSWITCHES} with the {added} to add",
        )


def _block_problems(
    config: MigrationConfig, network: ExistingNetwork, vpc: Vpc, vswitches: Mapping[str, VSwitch], estate: Estate
) -> Iterator[Problem]:
    """Blocks taken and added: inside the VPC, where ClassicLink reaches, and apart from all that is in the VPC."""
    taken = [(f"vswitchIds[{index}]", vswitches[item].cidr_block) for index, item in enumerate(network.vswitch_ids)]
    added = [
        (f"vswitches[{index}].cidrBlock", item.cidr_block)
        for index, item in enumerate(network.vswitches)
        if item.cidr_block
    ]
    named = [*taken, *added]
    found = cidr.network_problems(
        vpc.cidr_block, [block for _, block in named], classic_link=config.classic_link is not None
    )
    for problem in found:
        place = "vpcId" if problem.vswitch is None else named[problem.vswitch][0]
        yield Problem(f"network.{place}", f"{problem.what}; expected {problem.expected}")
    if not found:
        yield from _clashes(network, added, estate)
        yield from guest_route_problems(config.classic_link, vpc.cidr_block)


def _clashes(network: ExistingNetwork, added: list[tuple[str, str]], estate: Estate) -> Iterator[Problem]:
    """Blocks to add that a VSwitch of the VPC has a part of already, unless it is that very one of an earlier `up`."""
    ours = {vswitch_name(network.vpc_id, item): item.cidr_block for item in network.vswitches}
    for vswitch in estate.vswitches:
        if vswitch.vpc_id != network.vpc_id or vswitch.id in network.vswitch_ids:
            continue
        for place, block in added:
            if cidr.overlap(block, vswitch.cidr_block) and ours.get(vswitch.name) != vswitch.cidr_block:
                yield Problem(
                    f"network.{place}",
                    f"{block} overlaps {vswitch.cidr_block} of {vswitch.id}; expected a free block of the VPC",
                )
