"""Each disk that gets a snapshot has room for it in its quota of manual snapshots."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import aliyun, task, then_all
from policies.core.outcome import Verdict, failed, not_applicable, passed
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, SNAPSHOT, SNAPSHOT_GROUP, Plan
from policies.core.rule import InstanceRule
from policies.subjects.disks import snapshots_of, snapshots_to_be_made

# Manual snapshots that one disk can have (ECS Limits, 2021; CreateSnapshot, QuotaExceed.Snapshot).
_QUOTA: Final = 256


def _check(plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    disk_ids = frozenset(disk.text("diskId") for disk in instance.objects("disks"))
    needed = sorted(frozenset[str]().union(*(of for _, of in snapshots_to_be_made(plan, disk_ids))))
    if not needed:
        return not_applicable("The stack takes no snapshot of its disks.")
    full = [disk_id for disk_id in needed if _manual(plan, disk_id) >= _QUOTA]
    if full:
        return failed(
            f"{', '.join(full)} has {_QUOTA} manual snapshots, the limit of a disk: another one is refused.",
            then_all(
                aliyun("ecs", "DescribeSnapshots", {"DiskId": item}, "then delete those not needed: DeleteSnapshot")
                for item in full
            ),
        )
    return passed(f"Each of its disks has fewer than {_QUOTA} manual snapshots, the limit of a disk.")


def _manual(plan: Plan, disk_id: str) -> int:
    return sum(item.text("snapshotType") == "user" for item in snapshots_of(plan, disk_id))


RULE: Final = InstanceRule(
    module=__name__,
    title="The snapshot quota must have room for every declared snapshot",
    severity="high",
    notice_items=("N08",),
    why="A snapshot that the quota refuses is missing when the window begins.",
    remediation=aliyun("ecs", "DeleteSnapshot", {"SnapshotId": "<one that is not needed>"}),
    remediation_after=(
        task("Make room as before the window; once the disk functions work again:")
        + aliyun("ecs", "CreateSnapshot", {"DiskId": "<disk>"})
    ),
    reads=(MIGRATION, MIGRATING_INSTANCE, SNAPSHOT, SNAPSHOT_GROUP),
    sources=("ECS API reference, CreateSnapshot: QuotaExceed.Snapshot at 256 manual snapshots of a disk.",),
    url="https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-createsnapshot",
    ram_actions=("ecs:DescribeDisks", "ecs:DescribeSnapshots"),
    check=_check,
    until_move=True,
)
