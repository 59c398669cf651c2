"""Each disk has a snapshot that is recent enough at the window and is kept until a new one can be taken."""

import math
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from policies.core.approvals import approved
from policies.core.clock import Timeline
from policies.core.facts import Facts, UnreadableError, attempt
from policies.core.fixes import UP, Fix, aliyun, change, task
from policies.core.outcome import Verdict, best, failed, judged, passed, pending, unknown, worst
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, SNAPSHOT, SNAPSHOT_GROUP, Plan, Resource
from policies.core.rule import InstanceRule
from policies.core.words import to_minute
from policies.subjects.disks import LOCAL_CATEGORIES, copied_at, snapshots_of

# The cloud's clock and ours may differ by this much; beyond it, the cloud refuses our requests as expired.
MAX_CLOCK_SKEW: Final = timedelta(minutes=15)


# As many days as most stacks keep snapshots.
_USUAL_DAYS: Final = 30


def _check(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    disks = instance.objects("disks")
    if not any(disk.text("type") == "system" for disk in disks):
        return unknown("The facts list no system disk of the instance. Every instance has one.")
    return worst(judged(partial(_disk, plan, timeline, instance, disk)) for disk in disks)


def _disk(plan: Plan, timeline: Timeline, instance: Facts, disk: Facts) -> Verdict:
    disk_id, category = disk.text("diskId"), disk.text("category")
    name = f"{disk.text('type')} disk {disk_id} ({disk.number('sizeGib'):g} GiB)"
    if "excluded" in disk.data:
        return passed(f"The {name} is excluded: {approved(disk.object('excluded'), timeline.now)}.")
    if category in LOCAL_CATEGORIES:
        return failed(
            f"The {name} is a local disk ({category}). It cannot have a snapshot, and its instance is not migrated "
            "without a ticket.",
            change(
                "backups",
                {
                    "retentionDays": _retention(plan, timeline, instance),
                    "exclude": [
                        {
                            "disk": disk_id,
                            "reason": "<how its data is backed up>",
                            "owner": "<who answers for it>",
                            "approvedBy": "<somebody else>",
                            "approvedAt": "<when>",
                            "expires": "<by the end of the window>",
                        }
                    ],
                },
            ),
        )
    needed_until = _needed_until(plan, timeline, instance)
    existing = snapshots_of(plan, disk_id)
    verdicts = [judged(partial(_existing, plan, item, timeline, needed_until, name)) for item in existing]
    # One that is declared and exists in the cloud is judged by its state in the cloud.
    known_ids = [item.text("snapshotId") for item in existing]
    verdicts += [
        judged(partial(_declared, plan, resource, timeline, needed_until, name))
        for resource in _declared_by_disk(plan).get(disk_id, ())
        if resource.properties.get("id") not in known_ids
    ]
    verdicts += [
        judged(partial(_in_group, plan, item, name))
        for item in _groups_by_disk(plan).get(disk_id, ())
        # Snapshots of a group that a preview finds in the state are among those that were read.
        if not (existing and item.exists and plan.migration.data.get("dryRun") is True)
    ]
    return best(verdicts or [judged(partial(_missing, plan, timeline, instance, name))])


def _missing(plan: Plan, timeline: Timeline, instance: Facts, disk: str) -> Verdict:
    fix = change("backups", {"retentionDays": _retention(plan, timeline, instance)})
    return failed(f"The {disk} has no snapshot, and none is declared.", fix)


def _in_group(plan: Plan, group: Resource, disk: str) -> Verdict:
    """Return the verdict on a declared group for one of its disks.

    Once a group exists, nothing shows which snapshots belong to it.
    """
    if group.exists:
        return _not_read(plan, f"A snapshot of the {disk}, of group {group.facts.text('id')},")
    return pending(f"A snapshot of the {disk} is declared, in a group of its instance's disks, and does not exist yet.")


def _not_read(plan: Plan, subject: str) -> Verdict:
    """Return the verdict on a snapshot in the state that was not read: this update made it, or it does not exist."""
    if not plan.migration.flag("dryRun"):
        return pending(f"{subject} is in the Pulumi state: either this update made it, or it has been deleted since.")
    return failed(f"{subject} is in the Pulumi state, but the cloud does not show it.", *_next_round(plan))


def _next_round(plan: Plan, when: str = "") -> tuple[Fix, ...]:
    """Return the fix that takes new snapshots; the rule's own where the stack takes none."""
    backups = plan.migration.object("backups")
    if "round" not in backups.data:
        return ()
    choice = {"retentionDays": int(backups.number("retentionDays")), "round": int(backups.number("round")) + 1}
    fix = change("backups", choice) + UP
    return (task(when) + fix if when else fix,)


def _retention(plan: Plan, timeline: Timeline, instance: Facts) -> int:
    """Return for how many days snapshots are kept: by the stack, else long enough for one that is taken now."""
    backups = plan.migration.object("backups")
    if "retentionDays" in backups.data:
        return int(backups.number("retentionDays"))
    needed = _needed_until(plan, timeline, instance) - timeline.now
    return max(_USUAL_DAYS, math.ceil(needed / timedelta(days=1)))


def _declared_by_disk(plan: Plan) -> Mapping[str, list[Resource]]:
    def read() -> dict[str, list[Resource]]:
        by_disk: dict[str, list[Resource]] = defaultdict(list)
        for item in plan.of_type(SNAPSHOT):
            if isinstance(disk_id := item.properties.get("diskId"), str):
                by_disk[disk_id].append(item)
        return by_disk

    return plan.remember("declared snapshots", read)


def _groups_by_disk(plan: Plan) -> Mapping[str, list[Resource]]:
    """Return snapshot groups by disk; a group without readable disks belongs to none."""

    def read() -> dict[str, list[Resource]]:
        by_disk: dict[str, list[Resource]] = defaultdict(list)
        for item in plan.of_type(SNAPSHOT_GROUP):
            disk_ids = attempt(partial(item.facts.texts, "diskIds"))
            for disk_id in dict.fromkeys(disk_ids if isinstance(disk_ids, tuple) else ()):
                by_disk[disk_id].append(item)
        return by_disk

    return plan.remember("declared snapshot groups", read)


def _needed_until(plan: Plan, timeline: Timeline, instance: Facts) -> datetime:
    # Time to notice a failure, once a newer snapshot could have been taken.
    margin = timedelta(days=min(plan.migration.object("backups").number("keepDaysAfterWindow"), 36_500))
    return copied_at(timeline, instance) + margin


def _existing(plan: Plan, snapshot: Facts, timeline: Timeline, needed_until: datetime, disk: str) -> Verdict:
    status = snapshot.text("status")
    if status != "accomplished":
        return failed(
            f"Snapshot {snapshot.text('snapshotId')} of the {disk} is not accomplished; its status is {status}.",
            *(_next_round(plan) if status == "failed" else ()),
        )
    snapshot_of_disk = f"Snapshot {snapshot.text('snapshotId')} of the {disk}"
    if "available" in snapshot.data and not snapshot.flag("available"):
        return failed(f"{snapshot_of_disk} is not available: the disk cannot be rolled back to it.", *_next_round(plan))
    created, retention = snapshot.moment("createdAt"), snapshot.number("retentionDays") or None
    max_age = plan.migration.object("backups").number("maxAgeHours")
    if too_short := _too_short(created, retention, needed_until, snapshot_of_disk):
        return too_short
    return _judge_age(plan, snapshot_of_disk, created, timeline, max_age)


def _declared(plan: Plan, resource: Resource, timeline: Timeline, needed_until: datetime, disk: str) -> Verdict:
    facts = resource.facts
    retention = facts.number("retentionDays") if facts.data.get("retentionDays") is not None else None
    if resource.exists:
        return _not_read(plan, f"Snapshot {facts.text('id')} of the {disk}")
    if too_short := _too_short(timeline.now, retention, needed_until, f"The snapshot declared of the {disk}"):
        return too_short
    return pending(f"A snapshot of the {disk} is declared and does not exist yet.")


def _judge_age(plan: Plan, subject: str, created: datetime, timeline: Timeline, max_age: float) -> Verdict:
    if timeline.freeze_starts_at is None:
        raise UnreadableError("the beginning of the freeze", "is not known; the age of a snapshot is judged by it")
    if created > timeline.now + MAX_CLOCK_SKEW:
        return unknown(f"{subject} is dated in the future.")
    # The freeze counts, not the window: a team that prepares in time takes the last snapshot when the freeze begins.
    if created < timeline.freeze_starts_at - timedelta(hours=min(max_age, 8_760)):
        return pending(
            f"{subject} is from {to_minute(created)} and will be more than {max_age:g} h old when the "
            "freeze begins: a newer one is needed by then.",
            *_next_round(plan, "Shortly before the freeze:"),
        )
    return passed(f"{subject} is fresh enough and kept long enough.")


def _too_short(created: datetime, retention: float | None, needed_until: datetime, subject: str) -> Verdict | None:
    # 36,500 days: beyond what a date can hold, and the API takes up to 65,536.
    if retention is None or created + timedelta(days=min(retention, 36_500)) >= needed_until:
        return None
    days = -(-(needed_until - created) // timedelta(days=1))
    return failed(
        f"{subject} is kept for only {retention:g} days; it is needed until "
        f"{to_minute(needed_until)}, when the data is copied and a newer one can be taken.",
        change("backups", {"retentionDays": days}),
    )


RULE: Final = InstanceRule(
    module=__name__,
    title="Every disk must have a snapshot",
    severity="critical",
    notice_items=("N08",),
    why="A snapshot is the only way back from a failed move, and for hours after the move none can be taken.",
    remediation=change("backups", {"retentionDays": 30}),
    remediation_after=(
        task("The cloud takes no snapshot for about 4 hours per 100 GiB. Then take one, before anything is repaired:")
        + aliyun("ecs", "CreateSnapshot", {"DiskId": "<disk>"})
    ),
    reads=(MIGRATION, MIGRATING_INSTANCE, SNAPSHOT, SNAPSHOT_GROUP),
    unknown_ok="A snapshot that is declared may be made until the freeze begins.",
    sources=(
        "Physical server migration and upgrade notice: prepare, step 1; about 4 h per 100 GiB with snapshots disabled.",
        "ECS API reference, DescribeSnapshots: Available, whether disks can be made of one or rolled back to it.",
        "ECS API reference, CreateSnapshot: RetentionDays 1 to 65536, empty for ever; local disks are refused.",
        "ECS user guide, migrate to a VPC (2021): instances with local disks are not eligible.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-createsnapshot",
    ram_actions=("ecs:DescribeDisks", "ecs:DescribeSnapshots"),
    unwaivable="a snapshot is the only way back; name a disk that needs none in backups.exclude",
    check=_check,
    until_move=True,
)
