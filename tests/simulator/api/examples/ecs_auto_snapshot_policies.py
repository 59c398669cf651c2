"""Examples for simulator/api/ecs_auto_snapshot_policies.py."""

from __future__ import annotations

from simulator.model.ecs_storage import AutoSnapshotPolicy
from simulator.model.estate import Estate
from tests.simulator.api.examples import Example, Refusal
from tests.simulator.api.examples.ecs_disks import all_of, disk
from tests.simulator.api.examples.ecs_snapshots import without_service
from tests.simulator.api.sample_ids import DISK

POLICY = "sp-bp1nightly0000000001"
HERE = {"regionId": "cn-hangzhou"}
ELSEWHERE = {"regionId": "cn-elsewhere"}
NAMED = {**HERE, "autoSnapshotPolicyId": POLICY}
NEW = {**HERE, "timePoints": '["0", "12"]', "repeatWeekdays": '["1", "7"]', "retentionDays": 30}
APPLIED = {**NAMED, "diskIds": f'["{DISK}"]'}


def policy(estate: Estate) -> None:
    """A policy."""
    estate.auto_snapshot_policies.append(
        AutoSnapshotPolicy(id=POLICY, name="nightly", time_points=[1], repeat_weekdays=[1, 3], tags={})
    )


def many(estate: Estate) -> None:
    """As many policies as a region can have."""
    policy(estate)
    model = estate.auto_snapshot_policies[0]
    estate.auto_snapshot_policies.extend(model.model_copy(update={"id": f"sp-{number}"}) for number in range(99))


EXAMPLES = (
    Example(
        "ecs:ApplyAutoSnapshotPolicy",
        APPLIED,
        (
            Refusal("ParameterInvalid", APPLIED, 404),
            Refusal("ParameterInvalid", {**APPLIED, **ELSEWHERE}, 403, policy),
            Refusal("ParameterInvalid", {**APPLIED, "diskIds": DISK}, 403, policy),
            Refusal("InvalidDiskId.NotFound", {**APPLIED, "diskIds": '["d-none"]'}, 404, policy),
            Refusal(
                "DiskCategory.OperationNotSupported", APPLIED, 400, all_of(policy, disk(DISK, category="ephemeral"))
            ),
            Refusal("InvalidAccountStatus.SnapshotServiceUnavailable", APPLIED, 403, all_of(policy, without_service)),
        ),
        policy,
    ),
    Example(
        "ecs:CancelAutoSnapshotPolicy",
        {**HERE, "diskIds": f'["{DISK}"]'},
        (
            Refusal("ParameterInvalid", {**HERE, "diskIds": "{}"}, 403),
            Refusal("ParameterInvalid", {**ELSEWHERE, "diskIds": "[]"}, 403),
            Refusal("InvalidDiskId.NotFound", {**HERE, "diskIds": '["d-none"]'}, 404),
        ),
    ),
    Example(
        "ecs:CreateAutoSnapshotPolicy",
        {**NEW, "autoSnapshotPolicyName": "nightly", "Tag": [{"Key": "a", "Value": "b"}]},
        (
            Refusal("MissingParameter", HERE),
            Refusal("ParameterInvalid", {**NEW, **ELSEWHERE}, 403),
            Refusal("ParameterInvalid", {**NEW, "timePoints": '["24"]'}, 403),
            Refusal("ParameterInvalid", {**NEW, "timePoints": "[]"}, 403),
            Refusal("ParameterInvalid", {**NEW, "timePoints": '["1", "1"]'}, 403),
            Refusal("ParameterInvalid", {**NEW, "repeatWeekdays": '["0"]'}, 403),
            Refusal("ParameterInvalid", {**NEW, "repeatWeekdays": "1"}, 403),
            Refusal("ParameterInvalid", {**NEW, "retentionDays": 0}, 403),
            Refusal("ParameterInvalid", {**NEW, "retentionDays": 65536}, 403),
            Refusal("InvalidSnapshotPolicyName.Malformed", {**NEW, "autoSnapshotPolicyName": "1"}),
            Refusal("InvalidAccountStatus.SnapshotServiceUnavailable", NEW, 403, without_service),
            Refusal("AutoSnapshotPolicy.QuotaExceed", NEW, 403, many),
            Refusal("MissingParameter.TagKey", {**NEW, "Tag": [{"Value": "b"}]}),
            Refusal("ParameterInvalid", {**NEW, "EnableCrossRegionCopy": True}, 403),
            Refusal("ParameterInvalid", {**NEW, "CopiedSnapshotsRetentionDays": 0}, 403),
            Refusal("SimulatorNotImplemented", {**NEW, "AssociationType": "AssociatedWithInstanceTag"}),
        ),
    ),
    Example(
        "ecs:DeleteAutoSnapshotPolicy",
        NAMED,
        (Refusal("ParameterInvalid", NAMED, 404), Refusal("ParameterInvalid", {**NAMED, **ELSEWHERE}, 403, policy)),
        policy,
    ),
    Example(
        "ecs:DescribeAutoSnapshotPolicyEx",
        {"AutoSnapshotPolicyId": POLICY},
        (
            Refusal("InvalidParameter", {"PageSize": 101}),
            Refusal("MissingParameter.TagKey", {"Tag": [{"Value": "b"}]}),
        ),
        policy,
    ),
    Example(
        "ecs:ModifyAutoSnapshotPolicyEx",
        {**NAMED, "timePoints": '["2"]', "retentionDays": 65536},
        (
            Refusal("ParameterInvalid", {**NAMED, "timePoints": '["2"]'}, 404),
            Refusal("ParameterInvalid", {**NAMED, "timePoints": '["x"]'}, 403, policy),
            Refusal("ParameterInvalid", {**NAMED, "repeatWeekdays": '["8"]'}, 403, policy),
            Refusal("ParameterInvalid", {**NAMED, "retentionDays": -2}, 403, policy),
            Refusal("ParameterInvalid", {**NAMED, "EnableCrossRegionCopy": True}, 403, policy),
        ),
        policy,
    ),
)
