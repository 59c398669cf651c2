"""Automatic snapshot policies: made, applied to disks, taken away."""

from __future__ import annotations

from typing import Any

from simulator.model.estate import Estate
from simulator.simulation import Simulation
from tests.simulator.api.examples.ecs_auto_snapshot_policies import APPLIED, HERE, NEW
from tests.simulator.api.examples.ecs_disks import DATA, SYSTEM
from tests.simulator.sdk import Api, refused
from tests.simulator.signing import Direct


def _new(api: Api, name: str = "nightly", **parameters: Any) -> str:
    created = api("ecs:CreateAutoSnapshotPolicy", **{**NEW, "autoSnapshotPolicyName": name, **parameters})
    return str(created["AutoSnapshotPolicyId"])


def _policies(api: Api, **filters: Any) -> list[dict[str, Any]]:
    return list(api("ecs:DescribeAutoSnapshotPolicyEx", **filters)["AutoSnapshotPolicies"]["AutoSnapshotPolicy"])


def _apply(api: Api, policy_id: str, *disk_ids: str) -> None:
    ids = str(list(disk_ids)).replace("'", '"')
    api("ecs:ApplyAutoSnapshotPolicy", **HERE, autoSnapshotPolicyId=policy_id, diskIds=ids)


def _applied(api: Api, policy_id: str) -> list[str]:
    disks = api("ecs:DescribeDisks", AutoSnapshotPolicyId=policy_id)["Disks"]["Disk"]
    assert all(disk["EnableAutomatedSnapshotPolicy"] for disk in disks)
    return [disk["DiskId"] for disk in disks]


def test_a_policy_has_the_attributes_that_it_was_created_with(api: Api) -> None:
    policy_id = _new(api, timePoints='["22", "1"]', Tag=[{"Key": "a", "Value": "b"}])
    policy = _policies(api, AutoSnapshotPolicyId=policy_id)[0]
    expected = {
        "AutoSnapshotPolicyName": "nightly",
        "TimePoints": '["22", "1"]',
        "RepeatWeekdays": '["1", "7"]',
        "RetentionDays": 30,
        "DiskNums": 0,
        "Status": "Normal",
        "Tags": {"Tag": [{"TagKey": "a", "TagValue": "b"}]},
    }
    assert {key: policy[key] for key in expected} == expected


def test_copies_are_kept_as_they_are_set(api: Api) -> None:
    policy_id = _new(api)
    fields = ("EnableCrossRegionCopy", "TargetCopyRegions", "CopiedSnapshotsRetentionDays")

    def copying() -> list[Any]:
        return [_policies(api, AutoSnapshotPolicyId=policy_id)[0].get(field) for field in fields]

    assert copying() == [False, None, -1]
    change = {**HERE, "autoSnapshotPolicyId": policy_id}
    api("ecs:ModifyAutoSnapshotPolicyEx", **change, CopiedSnapshotsRetentionDays=2)
    assert copying() == [False, None, 2]
    api("ecs:ModifyAutoSnapshotPolicyEx", **change, EnableCrossRegionCopy=True, TargetCopyRegions='["cn-beijing"]')
    assert copying() == [True, '["cn-beijing"]', 2]
    api("ecs:ModifyAutoSnapshotPolicyEx", **change, EnableCrossRegionCopy=False)
    assert copying() == [False, '["cn-beijing"]', 2]


def test_change(api: Api) -> None:
    policy_id = _new(api)
    changes = {"autoSnapshotPolicyName": "renamed", "repeatWeekdays": '["3"]', "retentionDays": -1}
    api("ecs:ModifyAutoSnapshotPolicyEx", **HERE, autoSnapshotPolicyId=policy_id, **changes)
    policy = _policies(api)[0]
    assert (policy["AutoSnapshotPolicyName"], policy["RepeatWeekdays"]) == ("renamed", '["3"]')
    assert (policy["TimePoints"], policy["RetentionDays"]) == (NEW["timePoints"], -1)


def test_filters(api: Api) -> None:
    nightly, weekly = _new(api), _new(api, "weekly", Tag=[{"Key": "a", "Value": "b"}])
    for filters, names in (
        ({}, [nightly, weekly]),
        ({"AutoSnapshotPolicyId": "sp-none"}, []),
        ({"AutoSnapshotPolicyName": "weekly"}, [weekly]),
        ({"Tag": [{"Key": "a", "Value": "b"}]}, [weekly]),
        ({"PageSize": 1, "PageNumber": 2}, [weekly]),
    ):
        assert [policy["AutoSnapshotPolicyId"] for policy in _policies(api, **filters)] == names


def test_a_disk_has_one_policy(api: Api) -> None:
    first, second = _new(api), _new(api, "weekly")
    _apply(api, first, SYSTEM, DATA)
    assert _applied(api, first) == [SYSTEM, DATA]
    _apply(api, second, DATA)
    assert (_applied(api, first), _applied(api, second)) == ([SYSTEM], [DATA])
    assert [policy["DiskNums"] for policy in _policies(api)] == [1, 1]


def test_it_applies_to_all_disks_or_none(api: Api) -> None:
    policy_id = _new(api)
    with refused("InvalidDiskId.NotFound", 404):
        _apply(api, policy_id, DATA, "d-none")
    assert _applied(api, policy_id) == []


def test_taken_away(api: Api) -> None:
    first, second = _new(api), _new(api, "weekly")
    _apply(api, first, SYSTEM, DATA)
    ids = f'["{SYSTEM}", "{DATA}"]'
    api("ecs:CancelAutoSnapshotPolicy", **HERE, autoSnapshotPolicyId=second, diskIds=ids)
    assert _applied(api, first) == [SYSTEM, DATA]
    api("ecs:CancelAutoSnapshotPolicy", **HERE, diskIds=f'["{DATA}"]')
    api("ecs:CancelAutoSnapshotPolicy", **HERE, diskIds=ids)
    assert _applied(api, first) == []


def test_a_deleted_policy_applies_to_nothing(api: Api) -> None:
    policy_id = _new(api)
    _apply(api, policy_id, DATA)
    api("ecs:DeleteAutoSnapshotPolicy", **HERE, autoSnapshotPolicyId=policy_id)
    assert _policies(api) == []
    assert api("ecs:DescribeDisks", EnableAutomatedSnapshotPolicy=True)["Disks"]["Disk"] == []


def test_tags(api: Api) -> None:
    policy_id = _new(api)
    tag = {"ResourceType": "snapshotpolicy", "ResourceId": [policy_id]}
    api("ecs:TagResources", **tag, Tag=[{"Key": "a", "Value": "b"}])
    assert _policies(api)[0]["Tags"] == {"Tag": [{"TagKey": "a", "TagValue": "b"}]}
    counted = api("ecs:DescribeTags", ResourceType="snapshotpolicy")["Tags"]["Tag"]
    assert [(item["TagKey"], item["ResourceTypeCount"]["SnapshotPolicy"]) for item in counted] == [("a", 1)]
    api("ecs:UntagResources", **tag, TagKey=["a"])
    assert _policies(api)[0]["Tags"] == {"Tag": []}


def test_the_region_is_taken_by_either_of_its_spellings(quick: Estate) -> None:
    """The provider writes regionId where it attaches a policy to a disk, and RegionId where an instance's changes."""
    direct = Direct(Simulation(quick))
    named = {name: value for name, value in APPLIED.items() if name != "regionId"}
    for spelling in ("regionId", "RegionId"):
        outcome = direct.code("ecs:ApplyAutoSnapshotPolicy", **named, **{spelling: "cn-hangzhou"})
        assert outcome == (404, "ParameterInvalid")
    assert direct.code("ecs:ApplyAutoSnapshotPolicy", **named) == (400, "MissingParameter")
