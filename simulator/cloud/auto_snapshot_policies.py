"""Automatic snapshot policies and the disks that they apply to.

Refusals as in the references of Create-, Modify-, Delete-, Apply- and CancelAutoSnapshotPolicy (alibabacloud.com, ECS
developer reference, 2024-12 to 2025-04; AlibabaCloudDocs/ecs, API Reference/Snapshots). A disk has one policy, which
another replaces; several per disk need an application, and are not simulated.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from simulator.cloud import snapshots
from simulator.cloud.errors import CloudError, ForbiddenError, NotFoundError
from simulator.cloud.names import check_name
from simulator.cloud.state import Cloud
from simulator.model.ecs_storage import AutoSnapshotPolicy, Disk

#: Automatic snapshot policies of a region (ECS Limits, 2021)
MAX_POLICIES = 100
MAX_RETENTION_DAYS = 65535
# ModifyAutoSnapshotPolicyEx allows one day more (SDK texts, ecs20140526 7.11.8).
MAX_CHANGED_RETENTION_DAYS = 65536
_HOURS = frozenset(map(str, range(24)))
_WEEKDAYS = frozenset(map(str, range(1, 8)))


def create(
    cloud: Cloud,
    *,
    name: str,
    time_points: Sequence[str],
    weekdays: Sequence[str],
    retention_days: int,
    tags: dict[str, str],
) -> AutoSnapshotPolicy:
    """Create a policy; `time_points` are hours (UTC+8) "0" to "23", `weekdays` "1" (Monday) to "7".

    Raises InvalidAccountStatus.SnapshotServiceUnavailable, InvalidSnapshotPolicyName.Malformed, ParameterInvalid (403),
    AutoSnapshotPolicy.QuotaExceed.
    """
    snapshots.check_service(cloud)
    check_name(name, "InvalidSnapshotPolicyName.Malformed", "autoSnapshotPolicyName")
    _check_retention(retention_days, MAX_RETENTION_DAYS)
    hours, days = _numbers("TimePoints", time_points, _HOURS), _numbers("RepeatWeekDays", weekdays, _WEEKDAYS)
    if len(cloud.estate.auto_snapshot_policies) >= MAX_POLICIES:
        raise ForbiddenError(
            "AutoSnapshotPolicy.QuotaExceed", "The maximum number of automatic snapshot policy has been reached."
        )
    policy = AutoSnapshotPolicy(
        id=cloud.ids.new("sp", name),
        name=name,
        time_points=hours,
        repeat_weekdays=days,
        retention_days=retention_days,
        created_at=cloud.clock.now(),
        tags=tags,
    )
    cloud.estate.auto_snapshot_policies.append(policy)
    return policy


def modify(
    cloud: Cloud,
    policy_id: str,
    *,
    name: str | None,
    time_points: Sequence[str] | None,
    weekdays: Sequence[str] | None,
    retention_days: int | None,
) -> None:
    """Change what is given; raises ParameterInvalid (404: no such policy, else 403)."""
    policy = cloud.auto_snapshot_policy(policy_id)
    hours = policy.time_points if time_points is None else _numbers("TimePoints", time_points, _HOURS)
    days = policy.repeat_weekdays if weekdays is None else _numbers("RepeatWeekDays", weekdays, _WEEKDAYS)
    if retention_days is not None:
        _check_retention(retention_days, MAX_CHANGED_RETENTION_DAYS)
        policy.retention_days = retention_days
    policy.name = name or policy.name
    policy.time_points, policy.repeat_weekdays = hours, days


def delete(cloud: Cloud, policy_id: str) -> None:
    """Delete a policy; it no longer applies to any disk. Raises ParameterInvalid (404)."""
    cloud.estate.auto_snapshot_policies.remove(cloud.auto_snapshot_policy(policy_id))
    for disk in cloud.estate.disks:
        if disk.auto_snapshot_policy_id == policy_id:
            disk.auto_snapshot_policy_id = None


def apply(cloud: Cloud, policy_id: str, disk_ids: Iterable[str]) -> None:
    """Apply a policy to disks, all or none; it replaces the policy that they have.

    Raises InvalidAccountStatus.SnapshotServiceUnavailable, ParameterInvalid (404), InvalidDiskId.NotFound,
    DiskCategory.OperationNotSupported.
    """
    snapshots.check_service(cloud)
    cloud.auto_snapshot_policy(policy_id)
    chosen = _disks(cloud, disk_ids)
    for disk in chosen:
        snapshots.check_category(disk)
    for disk in chosen:
        disk.auto_snapshot_policy_id = policy_id


def cancel(cloud: Cloud, policy_id: str | None, disk_ids: Iterable[str]) -> None:
    """Remove this policy, or any, from disks; raises InvalidDiskId.NotFound."""
    for disk in _disks(cloud, disk_ids):
        if policy_id in (None, disk.auto_snapshot_policy_id):
            disk.auto_snapshot_policy_id = None


def disk_counts(cloud: Cloud) -> Counter[str]:
    """Return how many disks each policy applies to, by policy id."""
    return Counter(disk.auto_snapshot_policy_id for disk in cloud.estate.disks if disk.auto_snapshot_policy_id)


def _disks(cloud: Cloud, disk_ids: Iterable[str]) -> list[Disk]:
    disks = []
    for disk_id in disk_ids:
        disk = cloud.estate.disks.find(disk_id)
        if disk is None:
            raise NotFoundError("InvalidDiskId.NotFound", "The specified disk does not exist in the region.")
        disks.append(disk)
    return disks


def _numbers(parameter: str, texts: Sequence[str], allowed: frozenset[str]) -> list[int]:
    """In the order given."""
    if not texts or len(set(texts)) != len(texts) or not set(texts) <= allowed:
        raise invalid(parameter)
    return [int(text) for text in texts]


def _check_retention(days: int, most: int) -> None:
    if days != -1 and not 1 <= days <= most:
        raise invalid("RetentionDays")


def invalid(parameter: str) -> CloudError:
    """Return ParameterInvalid (403), these actions' error for a wrong value of most parameters."""
    return ForbiddenError("ParameterInvalid", f"The specified {parameter} parameter is invalid.")
