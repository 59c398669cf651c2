"""No snapshot and no automatic release is due in the hours in which the disk functions are blocked."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import aliyun, task
from policies.core.outcome import Verdict, failed, passed, worst
from policies.core.plan import MIGRATING_INSTANCE, SNAPSHOT, SNAPSHOT_GROUP, Plan, Resource
from policies.core.rule import InstanceRule
from policies.core.words import to_minute
from policies.subjects.disks import blocked, hours_blocked, snapshots_to_be_made


def _check(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    start, end = blocked(timeline, instance)
    period = (
        f"from {to_minute(start)} until {to_minute(end)} at the latest "
        f"(about {hours_blocked(instance):g} h from the move)"
    )
    verdicts = [passed(f"Its disk functions are blocked {period}, and nothing is due in that time.")]
    if start <= timeline.now < end:
        disk_ids = frozenset(disk.text("diskId") for disk in instance.objects("disks"))
        verdicts += [_late_snapshot(item, period) for item, _ in snapshots_to_be_made(plan, disk_ids)]
    if "autoReleaseAt" in instance.data and start <= instance.moment("autoReleaseAt") < end:
        verdicts.append(
            failed(
                f"It is released automatically at {instance.text('autoReleaseAt')}, while its disk functions are "
                f"blocked {period}.",
                aliyun(
                    "ecs",
                    "ModifyInstanceAutoReleaseTime",
                    {"InstanceId": instance.text("instanceId")},
                    "without a time: cancels the automatic release",
                ),
            )
        )
    return worst(verdicts)


def _late_snapshot(resource: Resource, blocked: str) -> Verdict:
    return failed(
        f"Snapshot {resource.name} is due now, while the disk functions are blocked {blocked}.",
        task("Leave backups.round as it was in the last pulumi up, until the data is copied."),
    )


RULE: Final = InstanceRule(
    module=__name__,
    title="No snapshot and no release may be due while the disks are blocked",
    severity="medium",
    notice_items=("N07",),
    why="For about 4 hours per 100 GiB after the move the cloud refuses snapshots and changes of the disks.",
    remediation=task(
        "Take snapshots before the window or when the data is copied (backups.round in the stack config)."
    ),
    remediation_after=(
        task("Wait until the disk functions work again, about 4 hours per 100 GiB, then take it:")
        + aliyun("ecs", "CreateSnapshot", {"DiskId": "<disk>"})
    ),
    reads=(MIGRATING_INSTANCE, SNAPSHOT, SNAPSHOT_GROUP),
    sources=(
        "Physical server migration and upgrade notice: I/O performance impact, about four hours per 100 GiB.",
        "ECS API reference, CreateSnapshot: IncorrectDiskStatus.Transferring.",
        "Help page of 2025: data is appended only where the zone changes; the notice says always, and counts here.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=("ecs:DescribeDisks", "ecs:DescribeInstances"),
    check=_check,
    until_move=True,
)
