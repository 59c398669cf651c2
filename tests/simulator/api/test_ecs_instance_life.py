"""Instances through their life: statuses over time, groups, addresses, and what is left when they are gone."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.model.estate import Estate
from simulator.model.vpc import ClassicLink, Eip
from tests.simulator.api.examples.ecs_instance_life import ORDER
from tests.simulator.api.sample_ids import APP, VPC, VSWITCH, WEB, WEB_1
from tests.simulator.in_vpc import (
    GROUP,
    INSTANCE,
    INTERFACE,
    OTHER_VPC,
    OTHER_VPC_GROUP,
    OTHER_VPC_VSWITCH,
    PRIMARY,
    SECOND_GROUP,
    SECOND_VSWITCH,
    add,
)
from tests.simulator.sdk import Api, refused

BATCH_1 = "i-bp1batch100000000001"


@pytest.fixture
def quick(quick: Estate) -> Estate:
    """The estate with an instance in a VPC beside the classic ones."""
    add(quick)
    return quick


def _instance(api: Api, instance_id: str) -> dict[str, Any]:
    instances = api("ecs:DescribeInstances", InstanceIds=f'["{instance_id}"]')["Instances"]["Instance"]
    return dict(instances[0])


def _reaches(api: Api, instance_id: str, status: str) -> None:
    api.until(
        "ecs:DescribeInstanceStatus",
        lambda answer: answer["InstanceStatuses"]["InstanceStatus"][0]["Status"] == status,
        InstanceId=[instance_id],
    )


def _interface(api: Api, interface_id: str) -> dict[str, Any]:
    return api("ecs:DescribeNetworkInterfaceAttribute", NetworkInterfaceId=interface_id)


class TestInPassing:
    """With instances that take an hour for everything."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        quick.timings.instance = 3600
        return quick

    @pytest.mark.parametrize(
        ("action", "instance_id", "status"),
        [
            ("ecs:StartInstance", BATCH_1, "Starting"),
            ("ecs:StopInstance", WEB_1, "Stopping"),
            ("ecs:RebootInstance", WEB_1, "Starting"),
        ],
    )
    def test_nothing_else_can_be_done_meanwhile(self, api: Api, action: str, instance_id: str, status: str) -> None:
        api(action, InstanceId=instance_id)
        assert _instance(api, instance_id)["Status"] == status
        for other in ("ecs:StartInstance", "ecs:StopInstance", "ecs:RebootInstance", "ecs:DeleteInstance"):
            with refused("IncorrectInstanceStatus", 403):
                api(other, InstanceId=instance_id)

    def test_a_bought_one_is_pending(self, api: Api) -> None:
        (instance_id,) = api("ecs:RunInstances", **ORDER)["InstanceIdSets"]["InstanceIdSet"]
        assert _instance(api, instance_id)["Status"] == "Pending"

    def test_a_dry_run_changes_nothing(self, api: Api) -> None:
        with refused("DryRunOperation"):
            api("ecs:StopInstance", InstanceId=WEB_1, DryRun=True)
        assert _instance(api, WEB_1)["Status"] == "Running"


def test_stop_start_reboot(api: Api) -> None:
    api("ecs:StopInstance", InstanceId=WEB_1)
    _reaches(api, WEB_1, "Stopped")
    api("ecs:StartInstance", InstanceId=WEB_1)
    _reaches(api, WEB_1, "Running")
    assert _instance(api, WEB_1)["StartTime"].startswith("2026-11-30T01:0"), "the model clock's time, in UTC"
    api("ecs:RebootInstance", InstanceId=WEB_1)
    _reaches(api, WEB_1, "Running")


def test_an_instance_that_is_not_charged_for_loses_its_public_address(api: Api) -> None:
    [bought] = api("ecs:RunInstances", **ORDER, InternetMaxBandwidthOut=5)["InstanceIdSets"]["InstanceIdSet"]
    _reaches(api, bought, "Running")
    [address] = _instance(api, bought)["PublicIpAddress"]["IpAddress"]
    api("ecs:StopInstance", InstanceId=bought, StoppedMode="StopCharging")
    _reaches(api, bought, "Stopped")
    stopped = _instance(api, bought)
    assert (stopped["StoppedMode"], stopped["PublicIpAddress"]["IpAddress"]) == ("StopCharging", [])
    api("ecs:StartInstance", InstanceId=bought)
    _reaches(api, bought, "Running")
    [other] = _instance(api, bought)["PublicIpAddress"]["IpAddress"]
    assert other != address
    api("ecs:StopInstance", InstanceId=bought)
    _reaches(api, bought, "Stopped")
    after = _instance(api, bought)
    assert (after["StoppedMode"], after["PublicIpAddress"]["IpAddress"]) == ("KeepCharging", [other])


def test_jumbo_frames_are_bought_and_changed(api: Api) -> None:
    order = {**ORDER, "NetworkOptions": {"EnableJumboFrame": True}}
    [bought] = api("ecs:RunInstances", **order)["InstanceIdSets"]["InstanceIdSet"]
    assert api("ecs:DescribeInstanceAttribute", InstanceId=bought)["EnableJumboFrame"]
    api("ecs:ModifyInstanceAttribute", InstanceId=bought, EnableJumboFrame=False)
    assert not api("ecs:DescribeInstanceAttribute", InstanceId=bought)["EnableJumboFrame"]


def test_instance_attributes_can_be_modified(api: Api) -> None:
    changes = {"InstanceName": "front", "Description": "", "HostName": "front.shop-1", "DeletionProtection": True}
    api("ecs:ModifyInstanceAttribute", **{"InstanceId": WEB_1, "Password": "not-Real-1", **changes})
    instance = _instance(api, WEB_1)
    assert {key: instance[key] for key in changes} == changes
    api("ecs:StopInstance", InstanceId=WEB_1)
    _reaches(api, WEB_1, "Stopped")
    with refused("InvalidOperation.DeletionProtection", 403):
        api("ecs:DeleteInstance", InstanceId=WEB_1)


def test_user_data_is_for_instances_in_a_vpc(api: Api) -> None:
    api("ecs:ModifyInstanceAttribute", InstanceId=INSTANCE, UserData="ZWNobyBoaQ==")
    assert api("ecs:DescribeUserData", InstanceId=INSTANCE)["UserData"] == "ZWNobyBoaQ=="


class TestGroups:
    """Security groups of instances; one in a VPC shares them with its primary interface."""

    def test_a_classic_instance_joins_and_leaves(self, api: Api) -> None:
        api("ecs:JoinSecurityGroup", InstanceId=WEB_1, SecurityGroupId=APP)
        assert _instance(api, WEB_1)["SecurityGroupIds"]["SecurityGroupId"] == [WEB, APP]
        api("ecs:LeaveSecurityGroup", InstanceId=WEB_1, SecurityGroupId=WEB)
        assert _instance(api, WEB_1)["SecurityGroupIds"]["SecurityGroupId"] == [APP]

    def test_the_primary_interface_goes_along(self, api: Api) -> None:
        api("ecs:JoinSecurityGroup", InstanceId=INSTANCE, SecurityGroupId=SECOND_GROUP)
        assert _interface(api, PRIMARY)["SecurityGroupIds"]["SecurityGroupId"] == [GROUP, SECOND_GROUP]
        api("ecs:ModifyNetworkInterfaceAttribute", NetworkInterfaceId=PRIMARY, SecurityGroupId=[SECOND_GROUP])
        assert _instance(api, INSTANCE)["SecurityGroupIds"]["SecurityGroupId"] == [SECOND_GROUP]
        api("ecs:ModifyInstanceAttribute", InstanceId=INSTANCE, SecurityGroupIds=[GROUP])
        assert _interface(api, PRIMARY)["SecurityGroupIds"]["SecurityGroupId"] == [GROUP]

    def test_a_group_in_use_cannot_be_deleted(self, api: Api) -> None:
        api("ecs:ModifyInstanceAttribute", InstanceId=INSTANCE, SecurityGroupIds=[SECOND_GROUP])
        with refused("DependencyViolation", 403):
            api("ecs:DeleteSecurityGroup", SecurityGroupId=GROUP)
        api("ecs:DeleteNetworkInterface", NetworkInterfaceId=INTERFACE)
        api.until("ecs:DescribeNetworkInterfaces", lambda answer: answer["TotalCount"] == 1)
        api("ecs:DeleteSecurityGroup", SecurityGroupId=GROUP)
        with refused("DependencyViolation", 403):
            api("ecs:DeleteSecurityGroup", SecurityGroupId=SECOND_GROUP)

    @pytest.mark.parametrize("most", [5, 10, 16])
    def test_a_ticket_raises_how_many_groups(self, simulator: Any, quick: Estate, most: int) -> None:
        quick.quotas.groups_per_interface = most  # type: ignore[assignment]
        simulator.simulation.reset(quick)
        api = Api(simulator)
        group_ids = [
            api("ecs:CreateSecurityGroup", SecurityGroupName=f"more-{number}", VpcId=VPC)["SecurityGroupId"]
            for number in range(most)
        ]
        for group_id in group_ids[1:]:
            api("ecs:JoinSecurityGroup", InstanceId=INSTANCE, SecurityGroupId=group_id)
        with refused("InstanceSecurityGroupLimitExceeded"):
            api("ecs:JoinSecurityGroup", InstanceId=INSTANCE, SecurityGroupId=group_ids[0])


class TestMoving:
    """ModifyInstanceVpcAttribute."""

    @pytest.fixture
    def api(self, api: Api) -> Api:
        api("ecs:StopInstance", InstanceId=INSTANCE)
        _reaches(api, INSTANCE, "Stopped")
        return api

    def test_another_address_once_a_start(self, api: Api) -> None:
        parameters = {"InstanceId": INSTANCE, "VSwitchId": VSWITCH}
        api("ecs:ModifyInstanceVpcAttribute", **parameters, PrivateIpAddress="192.168.10.77")
        assert _interface(api, PRIMARY)["PrivateIpAddress"] == "192.168.10.77"
        with refused("InvalidPrivateIp.Changing"):
            api("ecs:ModifyInstanceVpcAttribute", **parameters, PrivateIpAddress="192.168.10.78")
        api("ecs:StartInstance", InstanceId=INSTANCE)
        _reaches(api, INSTANCE, "Running")
        api("ecs:StopInstance", InstanceId=INSTANCE)
        _reaches(api, INSTANCE, "Stopped")
        api("ecs:ModifyInstanceVpcAttribute", **parameters, PrivateIpAddress="192.168.10.78")
        attributes = _instance(api, INSTANCE)["VpcAttributes"]
        assert attributes["PrivateIpAddress"]["IpAddress"] == ["192.168.10.78"]

    def test_the_same_vswitch_changes_nothing(self, api: Api) -> None:
        before = _instance(api, INSTANCE)
        api("ecs:ModifyInstanceVpcAttribute", InstanceId=INSTANCE, VSwitchId=VSWITCH)
        assert _instance(api, INSTANCE) == before

    def test_another_vpc(self, api: Api) -> None:
        api(
            "ecs:ModifyInstanceVpcAttribute",
            InstanceId=INSTANCE,
            VpcId=OTHER_VPC,
            VSwitchId=OTHER_VPC_VSWITCH,
            SecurityGroupId=[OTHER_VPC_GROUP],
        )
        moved, interface = _instance(api, INSTANCE), _interface(api, PRIMARY)
        assert moved["VpcAttributes"]["VpcId"] == interface["VpcId"] == OTHER_VPC
        assert moved["VpcAttributes"]["PrivateIpAddress"]["IpAddress"] == [interface["PrivateIpAddress"]]
        assert interface["PrivateIpAddress"] == "172.16.1.1", "the first address of a block is the cloud's own"
        assert moved["SecurityGroupIds"] == interface["SecurityGroupIds"] == {"SecurityGroupId": [OTHER_VPC_GROUP]}


class TestBuying:
    """RunInstances."""

    def test_bought_instances_have_the_ordered_attributes(self, api: Api) -> None:
        bought = api(
            "ecs:RunInstances",
            **ORDER,
            InstanceName="shop",
            UniqueSuffix=True,
            Amount=2,
            InternetMaxBandwidthOut=5,
            UserData="ZWNobyBoaQ==",
            SystemDisk={"Size": "60", "Category": "cloud_essd"},
            DataDisk=[{"Size": 100, "Category": "cloud_ssd", "DeleteWithInstance": False}],
            Tag=[{"Key": "team", "Value": "shop"}],
        )["InstanceIdSets"]["InstanceIdSet"]
        instances = [_instance(api, instance_id) for instance_id in bought]
        assert [instance["InstanceName"] for instance in instances] == ["shop001", "shop002"]
        first = instances[0]
        expected = {
            "InstanceNetworkType": "vpc",
            "ZoneId": "cn-hangzhou-h",
            "InstanceChargeType": "PostPaid",
            "ExpiredTime": "2099-12-31T15:59Z",
            "Tags": {"Tag": [{"TagKey": "team", "TagValue": "shop"}]},
            "SecurityGroupIds": {"SecurityGroupId": [GROUP]},
        }
        assert {key: first[key] for key in expected} == expected
        public = [instance["PublicIpAddress"]["IpAddress"][0] for instance in instances]
        assert len(set(public)) == 2
        (primary,) = first["NetworkInterfaces"]["NetworkInterface"]
        assert (primary["Type"], [primary["PrimaryIpAddress"]]) == (
            "Primary",
            first["VpcAttributes"]["PrivateIpAddress"]["IpAddress"],
        )
        disks = api("ecs:DescribeDisks", InstanceId=bought[0])["Disks"]["Disk"]
        assert [(disk["Type"], disk["Size"], disk["Category"], disk["DeleteWithInstance"]) for disk in disks] == [
            ("system", 60, "cloud_essd", True),
            ("data", 100, "cloud_ssd", False),
        ]

    def test_the_vswitch_counts_each_address_once(self, api: Api) -> None:
        def free() -> int:
            return int(api("vpc:DescribeVSwitchAttributes", VSwitchId=SECOND_VSWITCH)["AvailableIpAddressCount"])

        assert free() == 4, "a /29 without the first address and the last three"
        order = {**ORDER, "VSwitchId": SECOND_VSWITCH}
        api("ecs:RunInstances", **order, Amount=3)
        assert free() == 1
        with refused("QuotaExceeded.PrivateIpAddress"):
            api("ecs:RunInstances", **order, Amount=2)
        bought = api("ecs:RunInstances", **order)["InstanceIdSets"]["InstanceIdSet"]
        assert free() == 0
        _reaches(api, bought[0], "Running")
        api("ecs:DeleteInstance", InstanceId=bought[0], Force=True)
        assert free() == 1

    def test_the_same_token_buys_once(self, api: Api) -> None:
        first, second = (api("ecs:RunInstances", **ORDER, ClientToken="once") for _ in range(2))
        assert first["InstanceIdSets"] == second["InstanceIdSets"]
        with refused("IdempotentParameterMismatch"):
            api("ecs:RunInstances", **{**ORDER, "Amount": 2}, ClientToken="once")

    def test_a_subscription_ends(self, api: Api) -> None:
        bought = api("ecs:RunInstances", **ORDER, InstanceChargeType="PrePaid", Period=1, AutoRenew=True)
        (instance_id,) = bought["InstanceIdSets"]["InstanceIdSet"]
        assert _instance(api, instance_id)["ExpiredTime"].startswith("2026-12-30")
        renewals = api("ecs:DescribeInstanceAutoRenewAttribute", InstanceId=instance_id)["InstanceRenewAttributes"]
        (renewal,) = renewals["InstanceRenewAttribute"]
        assert (renewal["RenewalStatus"], renewal["Duration"], renewal["PeriodUnit"]) == ("AutoRenewal", 1, "Month")
        _reaches(api, instance_id, "Running")
        with refused("ChargeTypeViolation", 403):
            api("ecs:DeleteInstance", InstanceId=instance_id, Force=True)
        api("ecs:DeleteInstance", InstanceId=instance_id, Force=True, TerminateSubscription=True)


class TestReleasing:
    """What is left of a released instance."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        quick.vpcs[0].classic_link_enabled = True
        quick.classic_links.append(ClassicLink(instance_id=BATCH_1, vpc_id=VPC))
        bound: dict[str, Any] = {"instance_id": INSTANCE, "instance_type": "EcsInstance", "status": "InUse"}
        quick.eips.append(Eip(id="eip-bp1bound0000000001", ip_address="198.18.0.1", tags={}, **bound))
        return quick

    def test_its_system_disk_and_its_link_go(self, api: Api) -> None:
        api("ecs:DeleteInstance", InstanceId=BATCH_1)
        assert api("ecs:DescribeInstances", InstanceIds=f'["{BATCH_1}"]')["Instances"]["Instance"] == []
        assert api("ecs:DescribeDisks", DiskIds='["d-bp1batchsys00000001"]')["Disks"]["Disk"] == []
        assert api("ecs:DescribeClassicLinkInstances", VpcId=VPC)["Links"]["Link"] == []
        with refused("InvalidInstanceId.NotFound", 404):
            api("ecs:DeleteInstance", InstanceId=BATCH_1)

    def test_data_disks_stay(self, api: Api) -> None:
        api("ecs:DeleteInstance", InstanceId=WEB_1, Force=True)
        (disk,) = api("ecs:DescribeDisks", DiskIds='["d-bp1web1dat000000001"]')["Disks"]["Disk"]
        assert (disk["Status"], disk["InstanceId"]) == ("Available", "")

    def test_an_eip_and_a_secondary_interface_are_free_again(self, api: Api) -> None:
        api("ecs:AttachNetworkInterface", NetworkInterfaceId=INTERFACE, InstanceId=INSTANCE)
        assert _instance(api, INSTANCE)["EipAddress"]["IpAddress"] == "198.18.0.1"
        api("ecs:DeleteInstance", InstanceId=INSTANCE, Force=True)
        interfaces = api("ecs:DescribeNetworkInterfaces")["NetworkInterfaceSets"]["NetworkInterfaceSet"]
        assert [(item["NetworkInterfaceId"], item["Status"]) for item in interfaces] == [(INTERFACE, "Available")]
        api.until(
            "vpc:DescribeEipAddresses",
            lambda answer: answer["EipAddresses"]["EipAddress"][0]["Status"] == "Available",
        )

    def test_all_or_none(self, api: Api) -> None:
        with refused("IncorrectInstanceStatus", 403):
            api("ecs:DeleteInstances", InstanceId=[BATCH_1, WEB_1])
        assert _instance(api, BATCH_1)["Status"] == "Stopped"


def test_a_group_of_the_classic_network_is_not_for_an_instance_in_a_vpc(api: Api) -> None:
    group_id = api("ecs:CreateSecurityGroup", SecurityGroupName="classic")["SecurityGroupId"]
    with refused("InvalidInstanceId.Mismatch"):
        api("ecs:JoinSecurityGroup", InstanceId=INSTANCE, SecurityGroupId=group_id)
    api("ecs:JoinSecurityGroup", InstanceId=WEB_1, SecurityGroupId=group_id)
