"""ClassicLink: who can be linked to what."""

from __future__ import annotations

import pytest

from simulator.model.estate import Estate
from simulator.model.vpc import CustomRoute
from tests.simulator.sdk import Api, refused

SHARED = "vpc-bp1shared0000000001"
WEB_1, WEB_2, MON_1 = "i-bp1web10000000000001", "i-bp1web20000000000001", "i-bp1mon10000000000001"


def _links(api: Api, **parameters: str) -> list[tuple[str, str]]:
    links = api("ecs:DescribeClassicLinkInstances", **parameters)["Links"]["Link"]
    return [(link["InstanceId"], link["VpcId"]) for link in links]


def test_the_vpc_must_be_enabled_first(api: Api) -> None:
    with refused("OperationDenied", 403):
        api("ecs:AttachClassicLinkVpc", InstanceId=MON_1, VpcId=SHARED)
    api("vpc:EnableVpcClassicLink", VpcId=SHARED)
    assert api("vpc:DescribeVpcAttribute", VpcId=SHARED)["ClassicLinkEnabled"] is True
    api("ecs:AttachClassicLinkVpc", InstanceId=MON_1, VpcId=SHARED)
    api("ecs:AttachClassicLinkVpc", InstanceId=MON_1, VpcId=SHARED)  # again: no error
    assert _links(api, VpcId=SHARED) == [(MON_1, SHARED)]


def test_one_vpc_for_an_instance(api: Api) -> None:
    other = api.new_vpc()
    for vpc_id in (SHARED, other):
        api("vpc:EnableVpcClassicLink", VpcId=vpc_id)
    api("ecs:AttachClassicLinkVpc", InstanceId=MON_1, VpcId=SHARED)
    with refused("Abs.InvalidInstanceId.MalFormed"):
        api("ecs:AttachClassicLinkVpc", InstanceId=MON_1, VpcId=other)


def test_links_are_in_the_way(api: Api) -> None:
    vpc_id = api.new_vpc()
    api("vpc:EnableVpcClassicLink", VpcId=vpc_id)
    api("ecs:AttachClassicLinkVpc", InstanceId=MON_1, VpcId=vpc_id)
    with refused("OperationDenied", 403):
        api("vpc:DisableVpcClassicLink", VpcId=vpc_id)
    with refused("DependencyViolation.Instance"):
        api("vpc:DeleteVpc", VpcId=vpc_id)
    api("ecs:DetachClassicLinkVpc", InstanceId=MON_1, VpcId=vpc_id)
    with refused("InvalidParameter.InvalidInstanceIdAndVpcId"):
        api("ecs:DetachClassicLinkVpc", InstanceId=MON_1, VpcId=vpc_id)
    api("vpc:DisableVpcClassicLink", VpcId=vpc_id)
    api("vpc:DeleteVpc", VpcId=vpc_id)


def test_describe_by_instance(api: Api) -> None:
    api("vpc:EnableVpcClassicLink", VpcId=SHARED)
    for instance_id in (WEB_1, WEB_2, MON_1):
        api("ecs:AttachClassicLinkVpc", InstanceId=instance_id, VpcId=SHARED)
    assert _links(api, InstanceId=f"{WEB_1},{MON_1}") == [(WEB_1, SHARED), (MON_1, SHARED)]
    assert _links(api, VpcId=SHARED, PageSize="2", PageNumber="2") == [(MON_1, SHARED)]
    with refused("MissingParameter"):
        _links(api)
    with refused("InvalidParameter"):
        _links(api, VpcId=SHARED, PageSize="101")


class TestRefused:
    """Instances and VPCs that cannot be linked."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        in_vpc, locked, starting = quick.instances[:3]
        in_vpc.network_type, in_vpc.vpc_id, in_vpc.vswitch_id = "vpc", SHARED, quick.vswitches[0].id
        in_vpc.security_group_ids = ["sg-bp1web00000000000001"]
        locked.locks, starting.status = ["financial"], "Starting"
        shared = quick.vpcs[0]
        shared.classic_link_enabled = True
        ten = shared.model_copy(update={"id": "vpc-ten", "cidr_block": "10.0.0.0/8"})
        route = CustomRoute(destination_cidr_block="10.1.0.0/16", next_hop_id="i-router")
        routed = shared.model_copy(update={"id": "vpc-routed", "custom_routes": [route]})
        quick.vpcs.extend([ten, routed])
        return quick

    @pytest.mark.parametrize(
        ("instance_id", "vpc_id", "code", "status"),
        [
            ("i-none", SHARED, "InvalidInstanceId.NotFound", 404),
            (MON_1, "vpc-none", "InvalidVpcId.NotFound", 404),
            (WEB_1, SHARED, "InvalidInstanceId.MalFormed", 400),
            (WEB_2, SHARED, "InvalidStatus.InstanceLocked", 400),
            ("i-bp1web30000000000001", SHARED, "InvalidStatus.InstanceStatus", 400),
            (MON_1, "vpc-ten", "OperationDenied", 403),
            (MON_1, "vpc-routed", "OperationDenied", 403),
        ],
    )
    def test_attach(self, api: Api, instance_id: str, vpc_id: str, code: str, status: int) -> None:
        with refused(code, status):
            api("ecs:AttachClassicLinkVpc", InstanceId=instance_id, VpcId=vpc_id)

    def test_a_ten_slash_eight_vpc_needs_a_vswitch_outside_the_classic_network(self, api: Api) -> None:
        api.new_vswitch("vpc-ten", "10.1.0.0/24")
        with refused("OperationDenied", 403):
            api("ecs:AttachClassicLinkVpc", InstanceId=MON_1, VpcId="vpc-ten")
        api.new_vswitch("vpc-ten", "10.111.0.0/24")
        api("ecs:AttachClassicLinkVpc", InstanceId=MON_1, VpcId="vpc-ten")
