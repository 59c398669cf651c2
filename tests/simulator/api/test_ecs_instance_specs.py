"""Bandwidth, public address and type of instances: what a client sees of a change, and what a migration makes of it."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.model.estate import Estate
from simulator.server import Simulator
from tests.simulator.api.examples.ecs_instance_specs import WEB_3
from tests.simulator.api.sample_ids import VPC, VSWITCH, WEB_1
from tests.simulator.in_vpc import GROUP, INSTANCE, add
from tests.simulator.sdk import Api

LEGACY_1, BATCH_1 = "i-bp1legacy10000000001", "i-bp1batch100000000001"


@pytest.fixture
def quick(quick: Estate) -> Estate:
    """The estate with an instance in a VPC beside the classic ones."""
    add(quick)
    return quick


def _instance(api: Api, instance_id: str) -> dict[str, Any]:
    instances = api("ecs:DescribeInstances", InstanceIds=f'["{instance_id}"]')["Instances"]["Instance"]
    return dict(instances[0])


def _connection(api: Api, instance_id: str) -> tuple[int, int, int]:
    """What goes out, what comes in, and how many public addresses there are."""
    seen = _instance(api, instance_id)
    addresses = seen["PublicIpAddress"]["IpAddress"]
    return seen["InternetMaxBandwidthOut"], seen["InternetMaxBandwidthIn"], len(addresses)


class TestBandwidth:
    """ModifyInstanceNetworkSpec and AllocatePublicIpAddress."""

    @pytest.mark.parametrize(
        ("instance_id", "changes", "connection"),
        [
            (INSTANCE, {"InternetMaxBandwidthOut": 1}, (1, 10, 0)),
            (INSTANCE, {"InternetMaxBandwidthOut": 20, "AllocatePublicIp": True}, (20, 20, 1)),
            (INSTANCE, {"InternetMaxBandwidthOut": 20, "InternetMaxBandwidthIn": 5}, (20, 5, 0)),
            (INSTANCE, {"NetworkChargeType": "PayByBandwidth"}, (0, 200, 0)),
            (WEB_1, {"InternetMaxBandwidthOut": 0}, (0, 10, 1)),
            (WEB_3, {"InternetMaxBandwidthOut": 1}, (1, 10, 1)),
            (LEGACY_1, {"InternetMaxBandwidthOut": 1}, (1, 10, 1)),
            (BATCH_1, {"InternetMaxBandwidthOut": 1, "AllocatePublicIp": True}, (1, 10, 1)),
        ],
    )
    def test_a_change_is_seen_at_once(
        self, api: Api, instance_id: str, changes: dict[str, Any], connection: tuple[int, int, int]
    ) -> None:
        api("ecs:ModifyInstanceNetworkSpec", InstanceId=instance_id, **changes)
        assert _connection(api, instance_id) == connection

    def test_in_a_vpc_the_address_goes_with_the_bandwidth_and_comes_on_demand(self, api: Api) -> None:
        api("ecs:ModifyInstanceNetworkSpec", InstanceId=INSTANCE, InternetMaxBandwidthOut=5, AllocatePublicIp=True)
        api("ecs:ModifyInstanceNetworkSpec", InstanceId=INSTANCE, InternetMaxBandwidthOut=0)
        assert _connection(api, INSTANCE) == (0, 10, 0)
        api("ecs:ModifyInstanceNetworkSpec", InstanceId=INSTANCE, InternetMaxBandwidthOut=5)
        address = api("ecs:AllocatePublicIpAddress", InstanceId=INSTANCE)["IpAddress"]
        assert api("ecs:AllocatePublicIpAddress", InstanceId=INSTANCE)["IpAddress"] == address
        assert _instance(api, INSTANCE)["PublicIpAddress"]["IpAddress"] == [address]

    def test_only_a_subscription_has_an_order(self, api: Api) -> None:
        changed = {each: api("ecs:ModifyInstanceNetworkSpec", InstanceId=each) for each in (LEGACY_1, WEB_1)}
        assert changed[LEGACY_1]["OrderId"].isdigit()
        assert "OrderId" not in changed[WEB_1]

    def test_a_subscription_that_pays_by_bandwidth_may_have_more(self, api: Api) -> None:
        more = {"InternetMaxBandwidthOut": 200, "NetworkChargeType": "PayByBandwidth"}
        api("ecs:ModifyInstanceNetworkSpec", InstanceId=LEGACY_1, **more)
        assert _connection(api, LEGACY_1) == (200, 200, 1)

    def test_a_stopped_classic_instance_can_always_be_given_one(self, api: Api, simulator: Simulator) -> None:
        with simulator.simulation.present(changed=True) as cloud:
            cloud.estate.bandwidth_from_zero = "stopped"
        api("ecs:ModifyInstanceNetworkSpec", InstanceId=BATCH_1, InternetMaxBandwidthOut=1)
        assert _connection(api, BATCH_1) == (1, 10, 0)


@pytest.mark.parametrize(
    ("restart", "addresses"), [(False, []), (True, ["192.0.2.12"])], ids=["not restarted", "restarted"]
)
def test_a_first_bandwidth_keeps_the_address_of_a_move_once_it_was_restarted(
    api: Api, simulator: Simulator, restart: bool, addresses: list[str]
) -> None:
    api("ecs:ModifyInstanceNetworkSpec", InstanceId=WEB_3, InternetMaxBandwidthOut=1)
    if restart:
        api("ecs:RebootInstance", InstanceId=WEB_3)
        api.until(
            "ecs:DescribeInstanceStatus",
            lambda answer: answer["InstanceStatuses"]["InstanceStatus"][0]["Status"] == "Running",
            InstanceId=[WEB_3],
        )
    now = simulator.clock.now()
    plan: dict[str, Any] = {
        "vpc_id": VPC,
        "vswitch_ids": [VSWITCH],
        "security_group_ids": [GROUP],
        "latest": now.replace(year=2027),
    }
    start = now.replace(hour=23)
    simulator.migrations.create(instance_ids=[WEB_3], start=start, **plan)
    simulator.clock.advance(86_400)
    seen = _instance(api, WEB_3)
    assert (seen["InstanceNetworkType"], seen["PublicIpAddress"]["IpAddress"]) == ("vpc", addresses)


class TestType:
    """ModifyInstanceSpec."""

    @pytest.mark.parametrize(
        ("instance_type", "same_address"), [("ecs.n1.large", True), ("ecs.sn1.medium", False), ("ecs.n4.large", False)]
    )
    def test_a_classic_instance_has_another_address_in_a_current_family(
        self, api: Api, instance_type: str, same_address: bool
    ) -> None:
        before = _instance(api, BATCH_1)["InnerIpAddress"]["IpAddress"]
        api("ecs:ModifyInstanceSpec", InstanceId=BATCH_1, InstanceType=instance_type)
        after = _instance(api, BATCH_1)
        assert after["InstanceType"] == instance_type
        assert (after["InnerIpAddress"]["IpAddress"] == before) == same_address
        (address,) = after["InnerIpAddress"]["IpAddress"]
        instances = api("ecs:DescribeInstances", InnerIpAddresses=f'["{address}"]')["Instances"]["Instance"]
        assert [each["InstanceId"] for each in instances] == [BATCH_1]

    def test_an_instance_in_a_vpc_keeps_its_address(self, api: Api) -> None:
        api("ecs:StopInstance", InstanceId=INSTANCE)
        api.until(
            "ecs:DescribeInstanceStatus",
            lambda answer: answer["InstanceStatuses"]["InstanceStatus"][0]["Status"] == "Stopped",
            InstanceId=[INSTANCE],
        )
        before = _instance(api, INSTANCE)
        api("ecs:ModifyInstanceSpec", InstanceId=INSTANCE, InstanceType="ecs.g6.large")
        after = _instance(api, INSTANCE)
        assert after["InstanceType"] == "ecs.g6.large"
        assert after["VpcAttributes"] == before["VpcAttributes"]

    def test_io_optimization_renames_the_disk_devices(self, api: Api, simulator: Simulator) -> None:
        with simulator.simulation.present(changed=True) as cloud:
            legacy = cloud.instance(LEGACY_1)
            legacy.charge_type, legacy.status = "PostPaid", "Stopped"
        api("ecs:ModifyInstanceSpec", InstanceId=LEGACY_1, InstanceType="ecs.sn1.medium")
        assert _instance(api, LEGACY_1)["IoOptimized"] is True
        disks = api("ecs:DescribeDisks", InstanceId=LEGACY_1)["Disks"]["Disk"]
        assert [disk["Device"] for disk in disks] == ["/dev/vda"]
