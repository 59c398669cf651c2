"""The target network of the config against the zones, VPCs and VSwitches that there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from components import cidr
from components.config import CreateNetwork, ExistingNetwork, MigrationConfig, Problem, guest_route_problems
from components.plan.lookup import missing
from estate.model import Estate, VSwitch


def target_cidrs(config: MigrationConfig, estate: Estate) -> tuple[str, ...]:
    """CIDR blocks of the VSwitches that instances move into."""
    network = config.network
    if isinstance(network, CreateNetwork):
        return tuple(vswitch.cidr_block for vswitch in network.vswitches)
    if isinstance(network, ExistingNetwork):
        return tuple(item.cidr_block for item in estate.vswitches if item.id in network.vswitch_ids)
    return ()


def zone_problems(config: MigrationConfig, estate: Estate) -> Iterator[Problem]:
    """Zones that do not exist, or have no stock for a VSwitch that is to be created."""
    zones = {zone.id: zone for zone in estate.zones}
    usable = ", ".join(zone.id for zone in estate.zones if zone.vswitch_available)
    for key, choice in config.keyed_instances:
        if choice.target_zone is not None and choice.target_zone not in zones:
            yield Problem(f"{key}.targetZone", f"there is no zone {choice.target_zone}; expected one of {usable}")
    if not isinstance(config.network, CreateNetwork):
        return
    for index, vswitch in enumerate(config.network.vswitches):
        key = f"network.vswitches[{index}].zone"
        if vswitch.zone not in zones:
            yield Problem(key, f"there is no zone {vswitch.zone} in {estate.region_id}; expected one of {usable}")
        elif not zones[vswitch.zone].vswitch_available:
            yield Problem(key, f"zone {vswitch.zone} has no stock for a VSwitch; expected one of {usable}")


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
    if len(zones) == len(network.vswitch_ids):
        yield from _block_problems(config, network, vpcs[network.vpc_id].cidr_block, vswitches)


def _block_problems(
    config: MigrationConfig, network: ExistingNetwork, block: str, vswitches: Mapping[str, VSwitch]
) -> Iterator[Problem]:
    blocks = [vswitches[vswitch_id].cidr_block for vswitch_id in network.vswitch_ids]
    found = cidr.network_problems(block, blocks, classic_link=config.classic_link is not None)
    for problem in found:
        place = "vpcId" if problem.vswitch is None else f"vswitchIds[{problem.vswitch}]"
        yield Problem(f"network.{place}", f"{problem.what}; expected {problem.expected}")
    if not found:
        yield from guest_route_problems(config.classic_link, block)
