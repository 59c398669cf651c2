"""When instances end: released at their time, renewed, and how they would renew."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from simulator.cloud import migrations
from simulator.model.ecs import Instance
from simulator.model.estate import Estate
from simulator.model.migrations import MigrationPlan
from simulator.model.vpc import RouteEntry, RouteTable
from simulator.simulation import Simulation
from tests.simulator.api.examples.ecs_instance_life import subscribed
from tests.simulator.api.sample_ids import ROUTE_TABLE, VPC, VSWITCH, WEB_1
from tests.simulator.in_vpc import INSTANCE, add
from tests.simulator.signing import Direct

FTP_1 = "i-bp1ftp10000000000001"
SOON = {"InstanceId": INSTANCE, "AutoReleaseTime": "2026-11-30T03:00:30Z"}  # two hours after the estate's now


@pytest.fixture
def cloud(quick: Estate) -> Direct:
    add(quick)
    return Direct(Simulation(quick))


def _instance(cloud: Direct, instance_id: str = INSTANCE) -> dict[str, Any] | None:
    instances: Any = cloud("ecs:DescribeInstances", InstanceIds=f'["{instance_id}"]')["Instances"]
    return next(iter(instances["Instance"]), None)


def _pass(cloud: Direct, **time: float) -> None:
    cloud.simulation.cloud.clock.advance(timedelta(**time).total_seconds())


def test_an_instance_is_released_with_its_disks_at_the_full_minute_of_its_time(cloud: Direct) -> None:
    instance = cloud.simulation.cloud.instance(INSTANCE)
    instance.deletion_protection = True
    cloud("ecs:ModifyInstanceAutoReleaseTime", **SOON)
    shown = _instance(cloud)
    assert shown is not None
    assert shown["AutoReleaseTime"] == "2026-11-30T03:00Z"
    _pass(cloud, minutes=119)
    assert _instance(cloud)
    _pass(cloud, days=400)
    assert _instance(cloud) is None
    assert not [disk for disk in cloud.simulation.cloud.estate.disks if disk.instance_id == INSTANCE]


def test_an_instance_without_a_time_is_kept(cloud: Direct) -> None:
    cloud("ecs:ModifyInstanceAutoReleaseTime", **SOON)
    cloud("ecs:ModifyInstanceAutoReleaseTime", InstanceId=INSTANCE)
    _pass(cloud, days=400)
    shown = _instance(cloud)
    assert shown is not None
    assert shown["AutoReleaseTime"] == ""


def test_a_time_in_the_estate_file_counts(quick: Estate) -> None:
    web = quick.instances.find(WEB_1)
    assert web is not None
    web.charge_type, web.expired_at, web.auto_release_at = "PostPaid", None, quick.now + timedelta(hours=1)
    cloud = Direct(Simulation(quick))
    assert _instance(cloud, WEB_1)
    _pass(cloud, hours=1)
    assert _instance(cloud, WEB_1) is None


def test_only_a_pay_as_you_go_instance_has_a_release_time(cloud: Direct) -> None:
    values = cloud.simulation.cloud.instance(INSTANCE).model_dump()
    ends = {"charge_type": "PrePaid", "auto_release_at": values["created_at"]}
    with pytest.raises(ValidationError, match="expected auto_release_at with charge_type PostPaid only"):
        Instance.model_validate({**values, **ends})


def test_an_instance_that_a_plan_moves_is_released_after_its_move(quick: Estate) -> None:
    quick.timings.migration = 3600
    simulation = Simulation(quick)
    cloud = Direct(simulation)
    start = simulation.cloud.clock.now() + timedelta(hours=1)
    plan = MigrationPlan(
        instance_ids=[FTP_1], start=start, latest=start + timedelta(days=1), vpc_id=VPC, vswitch_ids=[VSWITCH]
    )
    migrations.create(simulation.cloud, plan)
    instance = simulation.cloud.instance(FTP_1)
    instance.charge_type, instance.expired_at = "PostPaid", None
    moment = (start + timedelta(minutes=30)).isoformat()
    cloud("ecs:ModifyInstanceAutoReleaseTime", InstanceId=FTP_1, AutoReleaseTime=moment)
    _pass(cloud, hours=1, minutes=40)
    assert _instance(cloud, FTP_1)
    _pass(cloud, hours=1)
    assert _instance(cloud, FTP_1) is None
    assert simulation.cloud.estate.migrations[0].moves[0].phase == "Migrated"


def test_an_instance_to_which_a_route_leads_is_released_when_the_route_is_gone(quick: Estate) -> None:
    add(quick)
    quick.route_tables.append(RouteTable(id=ROUTE_TABLE, vpc_id=VPC, type="System", tags={}))
    hop = {"next_hop_type": "Instance", "next_hop_id": INSTANCE, "destination_cidr_block": "203.0.113.0/24"}
    quick.route_entries.append(RouteEntry.model_validate({"id": "rte-1", "route_table_id": ROUTE_TABLE, **hop}))
    cloud = Direct(Simulation(quick))
    cloud("ecs:ModifyInstanceAutoReleaseTime", **SOON)
    _pass(cloud, days=1)
    assert _instance(cloud)
    cloud("vpc:DeleteRouteEntry", RouteEntryId="rte-1")
    _pass(cloud, minutes=1)
    assert _instance(cloud) is None


def test_a_bought_instance_can_have_a_release_time_and_a_snapshot_policy(quick: Estate) -> None:
    add(quick)
    cloud = Direct(Simulation(quick))
    policy = cloud(
        "ecs:CreateAutoSnapshotPolicy",
        regionId="cn-hangzhou",
        timePoints='["1"]',
        repeatWeekdays='["1"]',
        retentionDays=1,
    )["AutoSnapshotPolicyId"]
    known = cloud.simulation.cloud.instance(INSTANCE)
    order = {
        "ImageId": known.image_id,
        "InstanceType": known.instance_type,
        "VSwitchId": VSWITCH,
        "SecurityGroupId": known.security_group_ids[0],
        # Half an hour and as many seconds away: without its seconds it would be too early.
        "AutoReleaseTime": "2026-11-30T01:30:30Z",
        "SystemDisk.AutoSnapshotPolicyId": policy,
        "DataDisk.1.Size": 40,
        "DataDisk.1.AutoSnapshotPolicyId": policy,
    }
    sets: Any = cloud("ecs:RunInstances", **order)["InstanceIdSets"]
    [bought] = sets["InstanceIdSet"]
    disks: Any = cloud("ecs:DescribeDisks", InstanceId=bought)["Disks"]
    assert [disk["AutoSnapshotPolicyId"] for disk in disks["Disk"]] == [policy, policy]
    _pass(cloud, days=1)
    assert _instance(cloud, bought) is None


@pytest.mark.parametrize(
    ("days", "period", "lasts"),
    [
        (30, {"Period": 2}, 90),
        (30, {"Period": 1, "PeriodUnit": "Week"}, 37),
        # One that has ended begins now.
        (-5, {"Period": 1}, 30),
    ],
)
def test_a_renewed_subscription_lasts_longer(quick: Estate, days: int, period: dict[str, Any], lasts: int) -> None:
    subscribed(quick, days)
    cloud = Direct(Simulation(quick))
    instance = cloud.simulation.cloud.instance(INSTANCE)
    instance.locks = ["Recycling", "financial"]
    assert cloud("ecs:RenewInstance", InstanceId=INSTANCE, **period)["OrderId"]
    shown = _instance(cloud)
    assert shown is not None
    until = datetime.fromisoformat(shown["ExpiredTime"]) - quick.now
    assert abs(until - timedelta(days=lasts)) < timedelta(minutes=2)
    assert instance.locks == ["financial"]


def test_a_renewal_with_a_client_token_is_made_once(quick: Estate) -> None:
    subscribed(quick)
    cloud = Direct(Simulation(quick))
    orders = [cloud("ecs:RenewInstance", InstanceId=INSTANCE, Period=1, ClientToken="one")["OrderId"] for _ in "ab"]
    assert len(set(orders)) == 1
    assert cloud.simulation.cloud.instance(INSTANCE).expired_at == quick.now + timedelta(days=60)


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        ({"AutoRenew": "true", "Duration": 3}, ("AutoRenewal", True, 3)),
        ({"AutoRenew": "true"}, ("AutoRenewal", True, 1)),
        ({"RenewalStatus": "AutoRenewal", "Duration": 2, "PeriodUnit": "Year"}, ("AutoRenewal", True, 24)),
        ({"RenewalStatus": "NotRenewal", "AutoRenew": "true"}, ("NotRenewal", False, 0)),
        ({}, ("Normal", False, 0)),
    ],
)
def test_settings_of_the_renewal_are_shown(
    quick: Estate, settings: dict[str, Any], shown: tuple[str, bool, int]
) -> None:
    subscribed(quick)
    cloud = Direct(Simulation(quick))
    cloud("ecs:ModifyInstanceAutoRenewAttribute", InstanceId=INSTANCE, **settings)
    answer: Any = cloud("ecs:DescribeInstanceAutoRenewAttribute", InstanceId=INSTANCE)
    [renewal] = answer["InstanceRenewAttributes"]["InstanceRenewAttribute"]
    assert (renewal["RenewalStatus"], renewal["AutoRenewEnabled"], renewal["Duration"]) == shown
