"""Migration plans: which can be made, and for when. `migration_moves` runs them.

There is no public API for plans; in the console one makes them under Migration Plan (AlibabaCloudDocs/ecs, "Migrate an
ECS instance from the classic network to a VPC", 2021). The checks of its Verify step and their words are not
documented: the conditions here are those of that page and of the notice of 2019; the words are ours. Not simulated: a
VPC or VSwitches made by the plan, the order of unpaid renewals (they are cancelled), and whether packets pass.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from simulator.cloud import memberships
from simulator.cloud.migration_places import Places
from simulator.cloud.security_groups import max_members
from simulator.cloud.state import Cloud
from simulator.model.ecs import Instance
from simulator.model.ecs_storage import LOCAL_CATEGORIES, Disk
from simulator.model.migrations import Migration, MigrationPlan
from simulator.model.vpc import VSwitch

RETAINING_BLOCK = "10.0.0.0/8"
INELIGIBLE_ZONES = frozenset({"cn-hangzhou-c"})


class MigrationRefusedError(ValueError):
    """The cloud refuses a plan, or a new time for one; `refusals` are all reasons."""

    def __init__(self, refusals: Iterable[str]) -> None:
        self.refusals = list(refusals)
        super().__init__("; ".join(self.refusals))


def verify(cloud: Cloud, plan: MigrationPlan) -> list[str]:
    """Return all reasons why `plan` cannot be made, empty if it can."""
    views = Views(cloud, plan)
    return [
        *_time_refusals(cloud, plan, plan.start),
        *(f"{each}: it stands there twice" for each, times in Counter(plan.instance_ids).items() if times > 1),
        *views.target_refusals,
        *_too_little_room(views),
        *_staying_refusals(cloud, plan),
        *(f"{each}: {why}" for each in plan.instance_ids for why in views.own_refusals(each)),
        *_planned_elsewhere(cloud, plan),
    ]


def create(cloud: Cloud, plan: MigrationPlan) -> Migration:
    """Make a plan; raises MigrationRefusedError with all that `verify` finds."""
    _raise(verify(cloud, plan))
    migration_id = cloud.ids.new("mp", plan.name, *plan.instance_ids)
    migration = Migration(id=migration_id, created_at=cloud.clock.now(), **plan.model_dump())
    cloud.estate.migrations.append(migration)
    cloud.awaits(plan.start)
    return migration


def check_given(cloud: Cloud) -> None:
    """Verify the plans of an estate file; raises MigrationRefusedError."""
    scheduled = [plan for plan in cloud.estate.migrations if plan.status == "Scheduled"]
    _raise(f"migrations.{plan.id}: {why}" for plan in scheduled for why in verify(cloud, plan))


def reschedule(
    cloud: Cloud, migration_id: str, start: datetime, instance_ids: Iterable[str] | None = None
) -> Migration:
    """Set a new time for the named instances, by default all of the plan; all or none.

    Raises MigrationRefusedError if one of them has begun, or if the time is past or after the Latest Schedule
    Time.
    """
    migration = cloud.estate.migrations.find(migration_id)
    if migration is None:
        raise MigrationRefusedError([f"{migration_id}: there is no such plan"])
    chosen = set(migration.instance_ids if instance_ids is None else instance_ids)
    moves = [move for move in migration.moves if move.instance_id in chosen]
    _raise(
        [
            *_time_refusals(cloud, migration, start),
            *(f"{each}: not in this plan" for each in sorted(chosen.difference(migration.instance_ids))),
            *(f"{move.instance_id}: its migration has begun" for move in moves if move.phase != "Scheduled"),
        ]
    )
    for move in moves:
        move.start = move.next_at = start
    migration.sum_up()
    cloud.awaits(start)
    return migration


def _target_refusals(cloud: Cloud, plan: MigrationPlan) -> Iterator[str]:
    """Yield the reasons in a plan's target that keep all of its instances from moving."""
    vpc = cloud.estate.vpcs.find(plan.vpc_id)
    if vpc is None or vpc.status != "Available":
        yield f"{plan.vpc_id}: there is no such VPC, or it is not Available"
    elif plan.retain_internal_ip and vpc.cidr_block != RETAINING_BLOCK:
        yield f"{vpc.id}: internal addresses are retained only in a VPC with {RETAINING_BLOCK}, not {vpc.cidr_block}"
    yield from _vswitch_refusals(cloud, plan)
    yield from _group_refusals(cloud, plan)


class Views:
    """One plan at one moment: its target, free addresses, disks and refusals, each computed once."""

    def __init__(self, cloud: Cloud, plan: MigrationPlan) -> None:
        """Read the state once, because there may be many instances and disks."""
        self.cloud = cloud
        self.plan = plan
        self.target_refusals = list(_target_refusals(cloud, plan))
        groups = cloud.estate.security_groups.among(plan.security_group_ids or [])
        # How many more instances each group can have.
        self.room = {group.id: max_members(group) - memberships.size(cloud, group) for group in groups}
        vswitches = [cloud.estate.vswitches.find(each) for each in plan.vswitch_ids]
        self.places = Places(cloud, [vswitch for vswitch in vswitches if vswitch])
        self.disks: defaultdict[str, list[Disk]] = defaultdict(list)
        for disk in cloud.estate.disks:
            if disk.instance_id:
                self.disks[disk.instance_id].append(disk)

    def take(self, vswitch: VSwitch, address: str) -> None:
        """Mark an address as used by a moved instance."""
        self.places.take(vswitch, address)
        self.room = {group_id: room - 1 for group_id, room in self.room.items()}

    def refusals(self, instance_id: str) -> list[str]:
        """Return the reasons why this plan cannot move an instance now."""
        full = [f"{group_id}: the security group is full" for group_id, room in self.room.items() if room < 1]
        return [*self.target_refusals, *full, *self.own_refusals(instance_id)]

    def own_refusals(self, instance_id: str) -> Iterator[str]:
        """Yield the reasons in the instance itself that keep it from moving."""
        instance = self.cloud.estate.instances.find(instance_id)
        if instance is None:
            yield "there is no such instance"
        elif instance.network_type != "classic":
            yield "it is in a VPC already"
        else:
            yield from self._state_refusals(instance)
            yield from self._local_disk_refusals(instance)
            yield from self._clone_refusals(instance)
            if self.place(instance) is None:
                address = "its address free" if self.plan.retain_internal_ip else "a free address"
                yield f"no VSwitch of the plan has {address}"

    def place(self, instance: Instance) -> tuple[VSwitch, str] | None:
        """Return the VSwitch and the address that the plan gives an instance."""
        if self.plan.retain_internal_ip:
            return self.places.holding(instance.intranet_ips[0])
        return self.places.random(instance.id)

    def _state_refusals(self, instance: Instance) -> Iterator[str]:
        if instance.status not in ("Running", "Stopped"):
            yield f"it is {instance.status}, neither Running nor Stopped"
        if instance.locks:
            yield f"it is locked ({', '.join(instance.locks)})"
        if instance.zone_id in INELIGIBLE_ZONES:
            yield f"instances in {instance.zone_id} cannot be migrated"
        if instance.effective_bandwidth == 0 and self.plan.zero_bandwidth == "refused":
            yield "its Internet bandwidth is 0 Mbit/s"

    def _local_disk_refusals(self, instance: Instance) -> Iterator[str]:
        if instance.local_storage_amount or any(disk.category in LOCAL_CATEGORIES for disk in self.disks[instance.id]):
            yield "it has local disks"

    def _clone_refusals(self, instance: Instance) -> Iterator[str]:
        if self.plan.security_group_ids is not None:
            return
        for group in self.cloud.estate.security_groups.among(instance.security_group_ids):
            if any(rule.group_id for rule in group.rules):
                yield f"its security group {group.id} has rules that authorize groups, so it cannot be cloned"


def _time_refusals(cloud: Cloud, plan: MigrationPlan, start: datetime) -> Iterator[str]:
    now = cloud.clock.now()
    if start < now:
        yield f"start {start.isoformat()} is past, it is {now.isoformat(timespec='seconds')}"
    if start > plan.latest:
        yield f"start {start.isoformat()} is after the Latest Schedule Time {plan.latest.isoformat()}"


def _vswitch_refusals(cloud: Cloud, plan: MigrationPlan) -> Iterator[str]:
    vswitches = cloud.estate.vswitches.among(plan.vswitch_ids)
    fit = {vswitch.id for vswitch in vswitches if vswitch.vpc_id == plan.vpc_id and vswitch.status == "Available"}
    for vswitch_id in plan.vswitch_ids:
        if vswitch_id not in fit:
            yield f"{vswitch_id}: there is no such VSwitch in {plan.vpc_id}, or it is not Available"
    zones = sorted({vswitch.zone_id for vswitch in vswitches})
    if len(zones) > 1:
        yield f"the VSwitches are in {' and '.join(zones)}, but one plan has one destination zone"


def _group_refusals(cloud: Cloud, plan: MigrationPlan) -> Iterator[str]:
    group_ids = plan.security_group_ids or []
    groups = cloud.estate.security_groups.among(group_ids)
    fit = {group.id for group in groups if group.vpc_id == plan.vpc_id}
    yield from (f"{each}: there is no such security group in {plan.vpc_id}" for each in group_ids if each not in fit)
    most = cloud.estate.quotas.groups_per_interface
    if len(group_ids) > most:
        yield f"{len(group_ids)} security groups, an instance has at most {most}"
    if len({group.type for group in groups}) > 1:
        yield "basic and advanced security groups cannot be taken together"


def _too_little_room(views: Views) -> Iterator[str]:
    free, needed = views.places.free(), len(views.plan.instance_ids)
    for group_id, room in views.room.items():
        if room < needed:
            yield f"{group_id}: the security group takes {room} more instances"
    if free <= needed:
        yield f"the VSwitches have {free} free addresses, expected more than the {needed} instances"


def _staying_refusals(cloud: Cloud, plan: MigrationPlan) -> Iterator[str]:
    if plan.staying_instance_ids and not (plan.interconnection and plan.retain_internal_ip):
        yield "staying instances are named only with interconnection and retained internal addresses"
    for instance_id in plan.staying_instance_ids:
        instance = cloud.estate.instances.find(instance_id)
        if instance is None or instance.network_type != "classic" or instance_id in plan.instance_ids:
            yield f"{instance_id}: is no classic instance that stays"
    if plan.interconnection and not plan.retain_internal_ip:
        linked = [each for each in plan.instance_ids if cloud.estate.classic_links.find(each)]
        yield from (f"{each}: its ClassicLink must be disabled for the interconnection" for each in linked)


def _planned_elsewhere(cloud: Cloud, plan: MigrationPlan) -> Iterator[str]:
    planned = set(plan.instance_ids)
    for other in cloud.estate.migrations:
        if other is not plan and other.status != "Finished":
            yield from (
                f"{move.instance_id}: it is in the plan {other.id} already"
                for move in other.moves
                if move.instance_id in planned and move.next_at
            )


def _raise(refusals: Iterable[str]) -> None:
    if listed := list(refusals):
        raise MigrationRefusedError(listed)
