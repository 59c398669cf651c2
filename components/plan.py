"""Config and estate put together: what moves, what stays, what hangs on each. Pure; knows nothing of Pulumi."""

from __future__ import annotations

import difflib
import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property

from components import cidr
from components.config import (
    ConfigError,
    CreateNetwork,
    ExistingNetwork,
    MigrationConfig,
    Problem,
    guest_route_problems,
)
from components.peers import ClassicPeer, classic_peers
from estate.model import Database, Disk, Estate, Instance, SecurityGroup, Snapshot, VSwitch


@dataclass(frozen=True)
class PlannedInstance:
    """One migrating instance with what hangs on it; `peers` are classic instances that do not move with it."""

    instance: Instance
    target_zone: str
    release_public_ip: bool
    disks: tuple[Disk, ...]
    snapshots: tuple[Snapshot, ...]
    databases: tuple[Database, ...]
    peers: tuple[ClassicPeer, ...]


@dataclass(frozen=True)
class MigrationPlan:
    """One migration, resolved: every id in it exists in the estate. Made by `make_plan`."""

    config: MigrationConfig
    estate: Estate
    instances: tuple[PlannedInstance, ...]

    @cached_property
    def instance_ids(self) -> tuple[str, ...]:
        """Ids of the instances that move in this stack's window, sorted."""
        return tuple(planned.instance.id for planned in self.instances)

    @cached_property
    def classic_instances(self) -> tuple[Instance, ...]:
        """All classic instances of the region: migrating, of a later wave, and staying."""
        return tuple(instance for instance in self.estate.instances if instance.is_classic)

    @cached_property
    def cloned_groups(self) -> tuple[SecurityGroup, ...]:
        """Classic groups to clone: of migrating instances, and of a later wave so that references to it hold."""
        moving = {*self.instance_ids, *self.config.later}
        return self._groups_of(moving)

    @cached_property
    def linked_instance_ids(self) -> tuple[str, ...]:
        """Instances to attach by ClassicLink: those named, else all that stay and are talked to; none without it."""
        choice = self.config.classic_link
        if choice is None:
            return ()
        if choice.attach is not None:
            return tuple(sorted(choice.attach))
        talked_to = {peer.instance_id for planned in self.instances for peer in planned.peers}
        return tuple(sorted(talked_to - set(self.config.later)))

    @cached_property
    def linked_groups(self) -> tuple[SecurityGroup, ...]:
        """Classic groups that linked instances are in."""
        return self._groups_of(set(self.linked_instance_ids))

    def _groups_of(self, instance_ids: Set[str]) -> tuple[SecurityGroup, ...]:
        wanted = {
            group_id
            for item in self.classic_instances
            if item.id in instance_ids
            for group_id in item.security_group_ids
        }
        return tuple(group for group in self.estate.security_groups if group.id in wanted)

    @cached_property
    def target_cidrs(self) -> tuple[str, ...]:
        """CIDR blocks of the VSwitches that instances move into."""
        return _target_cidrs(self.config, self.estate)


def make_plan(config: MigrationConfig, estate: Estate, file: str) -> MigrationPlan:
    """Resolves the config against the estate as read.

    `file` is the stack file's name for messages. Raises ConfigError, all problems at once, where the config names
    something that does not exist or cannot serve.
    """
    problems = list(_unresolved(config, estate))
    if problems:
        raise ConfigError(file, problems)
    choices = {choice.id: choice for choice in config.instances}
    moving = _selected(config, estate)
    targets = _target_cidrs(config, estate)
    planned = []
    for instance in moving:
        choice = choices.get(instance.id)
        disks = tuple(disk for disk in estate.disks if disk.instance_id == instance.id)
        disk_ids = {disk.id for disk in disks}
        planned.append(
            PlannedInstance(
                instance=instance,
                target_zone=(choice.target_zone if choice else None) or instance.zone_id,
                release_public_ip=bool(choice and choice.release_public_ip),
                disks=disks,
                snapshots=tuple(item for item in estate.snapshots if item.disk_id in disk_ids),
                databases=tuple(item for item in estate.databases if admits(item, instance)),
                peers=tuple(classic_peers(instance, moving, estate, targets)),
            )
        )
    plan = MigrationPlan(config, estate, tuple(planned))
    linked_elsewhere = list(_links_elsewhere(plan))
    if linked_elsewhere:
        raise ConfigError(file, linked_elsewhere)
    return plan


def _target_cidrs(config: MigrationConfig, estate: Estate) -> tuple[str, ...]:
    network = config.network
    if isinstance(network, CreateNetwork):
        return tuple(vswitch.cidr_block for vswitch in network.vswitches)
    if isinstance(network, ExistingNetwork):
        return tuple(item.cidr_block for item in estate.vswitches if item.id in network.vswitch_ids)
    return ()


def _selected(config: MigrationConfig, estate: Estate) -> tuple[Instance, ...]:
    if config.selector is None:
        wanted = {choice.id for choice in config.instances}
        return tuple(instance for instance in estate.instances if instance.id in wanted)
    wanted_tags = config.selector.tags.items()
    return tuple(
        instance
        for instance in estate.instances
        if instance.is_classic
        and instance.id not in config.later
        and wanted_tags <= {tag.key: tag.value for tag in instance.tags}.items()
    )


def admits(database: Database, instance: Instance) -> bool:
    """Whether a whitelist of the database admits one of the instance's intranet addresses over the classic network."""
    return any(
        _covers(entry, address)
        for group in database.whitelist_groups
        if group.network_type != "VPC"
        for entry in group.security_ips
        for address in instance.intranet_ips
    )


def _covers(entry: str, address: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        # What we cannot read may well admit the address: better a database too many prepared than one cut off.
        return True


# ---- what the config names, looked up ----


def _unresolved(config: MigrationConfig, estate: Estate) -> Iterator[Problem]:
    instances = {instance.id: instance for instance in estate.instances}
    named = [(f"instances[{index}].id", choice.id) for index, choice in enumerate(config.instances)]
    named += [(f"later[{index}]", instance_id) for index, instance_id in enumerate(config.later)]
    attach = config.classic_link.attach if config.classic_link else None
    named += [(f"classicLink.attach[{index}]", instance_id) for index, instance_id in enumerate(attach or ())]
    for key, instance_id in named:
        yield from _not_classic(key, instance_id, instances, estate)
    yield from _without_groups(estate)
    moving = {instance.id for instance in _selected(config, estate)}
    if config.selector is not None and not moving:
        yield Problem("selector.tags", "no classic instance carries these tags; expected at least one")
    for index, instance_id in enumerate(attach or ()):
        if instance_id in moving:
            yield Problem(f"classicLink.attach[{index}]", f"{instance_id} migrates; expected an instance that stays")
    databases = [database.id for database in estate.databases]
    for index, database in enumerate(config.databases):
        if database.id not in databases:
            yield Problem(f"databases[{index}].id", _missing("RDS instance", database.id, databases, estate))
    yield from _zone_problems(config, estate)
    if isinstance(config.network, ExistingNetwork):
        yield from _existing_network_problems(config, config.network, estate)


def _not_classic(key: str, instance_id: str, instances: Mapping[str, Instance], estate: Estate) -> Iterator[Problem]:
    instance = instances.get(instance_id)
    if instance is None:
        yield Problem(key, _missing("instance", instance_id, instances, estate))
    elif not instance.is_classic:
        yield Problem(key, f"{instance_id} is in {instance.vpc_id} already; expected a classic instance")


def _without_groups(estate: Estate) -> Iterator[Problem]:
    """Classic instances in groups that were not read: their rules decide who talks with whom."""
    known = {group.id for group in estate.security_groups}
    for instance in estate.instances:
        unread = sorted(set(instance.security_group_ids) - known)
        if instance.is_classic and (unread or not instance.security_group_ids):
            groups = ", ".join(unread) or "any security group"
            yield Problem(
                "", f"{groups} of {instance.id} could not be read; expected DescribeSecurityGroups to list it"
            )


def _missing(what: str, wanted: str, known: Iterable[str], estate: Estate) -> str:
    close = difflib.get_close_matches(wanted, list(known), n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    return f"there is no {what} {wanted} in {estate.region_id} of account {estate.account_id}{hint}"


def _links_elsewhere(plan: MigrationPlan) -> Iterator[Problem]:
    """Instances to attach that are linked to a VPC other than the target.

    A VPC that this stack made in an earlier `up` is known by its name and block: its id is not in the config.
    """
    network = plan.config.network
    targets = {
        vpc.id
        for vpc in plan.estate.vpcs
        if (isinstance(network, ExistingNetwork) and vpc.id == network.vpc_id)
        or (isinstance(network, CreateNetwork) and (vpc.name, vpc.cidr_block) == (network.name, network.cidr_block))
    }
    for link in plan.estate.classic_links:
        if link.instance_id in plan.linked_instance_ids and link.vpc_id not in targets:
            yield Problem(
                "classicLink",
                f"{link.instance_id} is linked to {link.vpc_id}, and an instance can be linked to one VPC only; "
                "expected it to be detached first",
            )


def _zone_problems(config: MigrationConfig, estate: Estate) -> Iterator[Problem]:
    zones = {zone.id: zone for zone in estate.zones}
    usable = ", ".join(zone.id for zone in estate.zones if zone.vswitch_available)
    for index, choice in enumerate(config.instances):
        if choice.target_zone is not None and choice.target_zone not in zones:
            yield Problem(
                f"instances[{index}].targetZone", f"there is no zone {choice.target_zone}; expected one of {usable}"
            )
    if not isinstance(config.network, CreateNetwork):
        return
    for index, vswitch in enumerate(config.network.vswitches):
        key = f"network.vswitches[{index}].zone"
        if vswitch.zone not in zones:
            yield Problem(key, f"there is no zone {vswitch.zone} in {estate.region_id}; expected one of {usable}")
        elif not zones[vswitch.zone].vswitch_available:
            yield Problem(key, f"zone {vswitch.zone} has no stock for a VSwitch; expected one of {usable}")


def _existing_network_problems(config: MigrationConfig, network: ExistingNetwork, estate: Estate) -> Iterator[Problem]:
    vpcs = {vpc.id: vpc for vpc in estate.vpcs}
    vswitches = {vswitch.id: vswitch for vswitch in estate.vswitches}
    if network.vpc_id not in vpcs:
        yield Problem("network.vpcId", _missing("VPC", network.vpc_id, vpcs, estate))
    elif vpcs[network.vpc_id].status != "Available":
        status = vpcs[network.vpc_id].status
        yield Problem("network.vpcId", f"{network.vpc_id} is {status}; expected a VPC that is Available")
    zones: dict[str, str] = {}
    for index, vswitch_id in enumerate(network.vswitch_ids):
        key = f"network.vswitchIds[{index}]"
        vswitch = vswitches.get(vswitch_id)
        if vswitch is None:
            yield Problem(key, _missing("VSwitch", vswitch_id, vswitches, estate))
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
