"""Run migration plans: what the cloud does with the instances when their time has come.

The notice of 2019 and the help page of 2021 say what changes. Not documented, so decided here: how the 15 minutes are
divided, that an instance found Stopped is not started, that an instance without a public MAC address keeps its private
one, that the first VSwitch with a free address is taken, that all disks of an instance are in transfer until its data
is complete, and that clones have the names of their originals. An instance that cannot be moved returns to its
former state. There is no way back from a VPC.
"""

from collections.abc import Callable
from copy import copy
from datetime import datetime, timedelta

from simulator.clock import ModelClock
from simulator.cloud import load_balancers, network_interfaces
from simulator.cloud.migrations import Views
from simulator.cloud.rules import MAX_PRIORITY, identity
from simulator.cloud.state import Cloud
from simulator.model.ecs import Instance, Rule, SecurityGroup
from simulator.model.migrations import Migration, Move, MovePhase
from simulator.model.vpc import VSwitch

# "Typically, it takes about four hours to add 100 GiB of data."
TRANSFER_PER_GIB = timedelta(hours=4) / 100
# When the instance is down, and up again, as shares of `timings.migration`: after 1 and after 14 of 15 minutes.
_DOWN, _UP = 1 / 15, 14 / 15


def next_step(cloud: Cloud) -> tuple[datetime, Migration] | None:
    """Return the plan whose next phase begins first, and its time; of two at the same time, the older plan."""
    steps = [(plan.next_at, plan) for plan in cloud.estate.migrations if plan.next_at is not None]
    return min(steps, key=lambda step: step[0], default=None)


def take(cloud: Cloud, moment: datetime, migration: Migration) -> None:
    """Begin the phases of a plan that are due at `moment`, as if it were that time now."""
    then = copy(cloud)
    then.clock = ModelClock(moment, lambda: 0.0)
    views = Views(then, migration)
    for move in migration.moves:
        if move.next_at == moment:
            _STEPS[move.phase](then, migration, move, views)
    migration.sum_up()
    if then.due is not None:
        cloud.awaits(then.due)


def _stop(cloud: Cloud, migration: Migration, move: Move, views: Views) -> None:
    move.refusals = views.refusals(move.instance_id)
    instance = cloud.estate.instances.find(move.instance_id)
    if move.refusals or instance is None:
        _finish(cloud, migration, move, views)
        return
    instance.migrating = True
    move.was_running = instance.status == "Running"
    if move.was_running:
        instance.status = "Stopping"
    _enter(cloud, move, "Stopping", _DOWN)


def _go_down(cloud: Cloud, migration: Migration, move: Move, views: Views) -> None:
    cloud.instance(move.instance_id).status = "Stopped"
    _enter(cloud, move, "Moving", _UP)


def _come_up(cloud: Cloud, migration: Migration, move: Move, views: Views) -> None:
    move.refusals = views.refusals(move.instance_id)
    instance = cloud.instance(move.instance_id)
    place = views.place(instance)
    if place is not None and not move.refusals:
        views.take(*place)
        _change_network(cloud, migration, move, instance, *place)
        _transfer_disks(cloud, migration, move, views, place[0].zone_id)
    if move.was_running:
        instance.status = "Starting"
    _enter(cloud, move, "Starting", 1)


def _finish(cloud: Cloud, migration: Migration, move: Move, views: Views) -> None:
    instance = cloud.estate.instances.find(move.instance_id)
    if instance is not None and instance.migrating:
        instance.migrating = False
        if move.was_running:
            instance.status = "Running"
            instance.started_at, instance.bandwidth_awaits_start = cloud.clock.now(), False
    move.phase = "Failed" if move.refusals else "Migrated"
    move.next_at, move.finished_at = None, cloud.clock.now()


_STEPS: dict[MovePhase, Callable[[Cloud, Migration, Move, Views], None]] = {
    "Scheduled": _stop,
    "Stopping": _go_down,
    "Moving": _come_up,
    "Starting": _finish,
}


def _enter(cloud: Cloud, move: Move, phase: MovePhase, until: float) -> None:
    move.phase = phase
    move.next_at = move.start + until * timedelta(seconds=cloud.estate.timings.migration)


def _change_network(
    cloud: Cloud, migration: Migration, move: Move, instance: Instance, vswitch: VSwitch, address: str
) -> None:
    """Move a stopped instance to the VPC; what exists only in the classic network is removed."""
    move.former_intranet_ips = instance.intranet_ips
    instance.network_type, instance.zone_id = "vpc", vswitch.zone_id
    instance.vpc_id, instance.vswitch_id, instance.intranet_ips = vswitch.vpc_id, vswitch.id, [address]
    if instance.effective_bandwidth == 0:
        move.released_public_ips, instance.public_ips = instance.public_ips, []
    group_ids = migration.security_group_ids or [_clone(cloud, migration, each) for each in instance.security_group_ids]
    instance.security_group_ids = list(group_ids)
    network_interfaces.create_primary(cloud, instance, _retained_mac(migration, move, instance))
    if link := cloud.estate.classic_links.find(instance.id):
        cloud.estate.classic_links.remove(link)
    load_balancers.drop_from_vserver_groups(cloud, instance.id)


def _retained_mac(migration: Migration, move: Move, instance: Instance) -> str | None:
    private, public = instance.intranet_mac, instance.internet_mac
    instance.intranet_mac = instance.internet_mac = None
    if migration.retained_mac == "public" and public:
        move.lost_mac = private
        return public
    move.lost_mac = public
    return private


def _transfer_disks(cloud: Cloud, migration: Migration, move: Move, views: Views, zone_id: str) -> None:
    """Rename the disks and move them to the zone; their data follows once the instance is up."""
    disks = views.disks[move.instance_id]
    up = move.start + timedelta(seconds=cloud.estate.timings.migration)
    whole = up + TRANSFER_PER_GIB * sum(disk.size_gib for disk in disks)
    for disk in disks:
        if migration.disk_transfer == "always" or disk.zone_id != zone_id:
            disk.transferring_until = whole
        disk.zone_id = zone_id
        disk.device = disk.device.replace("/dev/xvd", "/dev/vd")


def _clone(cloud: Cloud, migration: Migration, group_id: str) -> str:
    """Return the plan's clone of a classic group, created on first use.

    Its rules differ only where a VPC requires it: the rules of both NICs are merged, and priority 110 becomes 100.
    """
    known = cloud.find_security_group(migration.clones.get(group_id, ""))
    if known is not None:
        return known.id
    group = cloud.security_group(group_id)
    clone = SecurityGroup.model_validate(
        {
            **group.model_dump(),
            "id": cloud.ids.new("sg", migration.vpc_id, group.name),
            "vpc_id": migration.vpc_id,
            "created_at": cloud.clock.now(),
            "rules": [],
        }
    )
    rules: dict[tuple[object, ...], Rule] = {}
    for rule in map(_folded, group.rules):
        rules.setdefault(identity(rule), rule)
    clone.rules = list(rules.values())
    for rule in clone.rules:
        rule.id = cloud.ids.new("sgr", clone.id, *(str(part) for part in identity(rule)))
        rule.created_at = clone.created_at
    cloud.estate.security_groups.append(clone)
    migration.clones[group_id] = clone.id
    return clone.id


def _folded(rule: Rule) -> Rule:
    return rule.model_copy(update={"nic_type": "intranet", "priority": min(rule.priority, MAX_PRIORITY)})
