"""No automatic snapshot policy is due in the hours in which the disks are blocked, if the move begins on time."""

from datetime import datetime, timedelta, timezone
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts, UnreadableError
from policies.core.fixes import aliyun, task
from policies.core.outcome import Verdict, failed, not_applicable, passed, worst
from policies.core.plan import MIGRATING_INSTANCE, Plan
from policies.core.rule import InstanceRule
from policies.core.words import to_minute
from policies.subjects.disks import hours_blocked

# The hours of a policy are always in this zone (ECS API reference, CreateAutoSnapshotPolicy).
_ZONE: Final = timezone(timedelta(hours=8))
_HOUR: Final = timedelta(hours=1)
_WEEK: Final = timedelta(days=7)


def _check(_plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    policies = instance.objects("autoSnapshotPolicies")
    if not policies:
        return not_applicable("No automatic snapshot policy applies to its disks.")
    if timeline.start is None:
        raise UnreadableError("the window", "does not show when its disks will be blocked")
    return worst([_policy(policy, timeline.start, hours_blocked(instance)) for policy in policies])


def _policy(policy: Facts, start: datetime, hours: float) -> Verdict:
    name, disks = policy.text("autoSnapshotPolicyId"), ", ".join(policy.texts("diskIds"))
    due = _first_due(policy.texts("timePoints"), policy.texts("repeatWeekdays"), start, timedelta(hours=hours))
    disk_ids = list(policy.texts("diskIds"))
    blocked = f"from {to_minute(start)} for about {hours:g} h"
    if due is None:
        return passed(f"Automatic snapshot policy {name} is not due while the disks are blocked, {blocked}.")
    return failed(
        f"Automatic snapshot policy {name} is due at {to_minute(due)}, while the functions of {disks} are blocked "
        f"({blocked}). That snapshot fails, and the policy does not repeat it.",
        aliyun("ecs", "CancelAutoSnapshotPolicy", {"diskIds": disk_ids}, "before the window")
        + aliyun(
            "ecs", "ApplyAutoSnapshotPolicy", {"autoSnapshotPolicyId": name, "diskIds": disk_ids}, "after that time"
        ),
    )


def _first_due(hours: tuple[str, ...], weekdays: tuple[str, ...], start: datetime, lasts: timedelta) -> datetime | None:
    """Return the policy's first full hour within the given time from `start`; a week contains all of them."""
    moment = start.astimezone(_ZONE).replace(minute=0, second=0, microsecond=0)
    end = start + min(lasts, _WEEK)
    while moment < end:
        if moment >= start and str(moment.hour) in hours and str(moment.isoweekday()) in weekdays:
            return moment
        moment += _HOUR
    return None


RULE: Final = InstanceRule(
    module=__name__,
    title="No automatic snapshot may be due while the disks are blocked",
    severity="medium",
    notice_items=("N07",),
    why="For about 4 hours per 100 GiB after the move the cloud refuses snapshots: that night's snapshot is missing.",
    remediation=aliyun("ecs", "CancelAutoSnapshotPolicy", {"diskIds": ["<disk>"]}, "before the window"),
    remediation_after=(
        task("Once the disk functions work again, take a snapshot by hand, and apply the policy again:")
        + aliyun("ecs", "CreateSnapshot", {"DiskId": "<disk>"})
        + aliyun("ecs", "ApplyAutoSnapshotPolicy", {"autoSnapshotPolicyId": "<policy>", "diskIds": ["<disk>"]})
    ),
    reads=(MIGRATING_INSTANCE,),
    sources=(
        "Physical server migration and upgrade notice: I/O performance impact, about four hours per 100 GiB.",
        "ECS API reference, CreateSnapshot: IncorrectDiskStatus.Transferring.",
        "ECS API reference, CreateAutoSnapshotPolicy: hours 0 to 23 in UTC+8, weekdays 1 (Monday) to 7.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-cancelautosnapshotpolicy",
    ram_actions=("ecs:DescribeAutoSnapshotPolicyEx", "ecs:DescribeDisks"),
    lead_hours=168,
    check=_check,
    until_move=True,
)
