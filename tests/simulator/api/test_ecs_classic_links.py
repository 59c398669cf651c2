"""ClassicLink: who is linked to what, and what a link is in the way of."""

from __future__ import annotations

import pytest

from simulator.model.estate import Estate
from tests.simulator.api.sample_ids import MON_1, VPC, WEB_1
from tests.simulator.sdk import Api, refused

WEB_2 = "i-bp1web20000000000001"


def _links(api: Api, **parameters: str) -> list[tuple[str, str]]:
    links = api("ecs:DescribeClassicLinkInstances", **parameters)["Links"]["Link"]
    return [(link["InstanceId"], link["VpcId"]) for link in links]


def test_the_vpc_must_be_enabled_first(api: Api) -> None:
    with refused("OperationDenied", 403):
        api("ecs:AttachClassicLinkVpc", InstanceId=MON_1, VpcId=VPC)
    api("vpc:EnableVpcClassicLink", VpcId=VPC)
    assert api("vpc:DescribeVpcAttribute", VpcId=VPC)["ClassicLinkEnabled"] is True
    api("ecs:AttachClassicLinkVpc", InstanceId=MON_1, VpcId=VPC)
    api("ecs:AttachClassicLinkVpc", InstanceId=MON_1, VpcId=VPC)  # again: no error
    assert _links(api, VpcId=VPC) == [(MON_1, VPC)]


def test_one_vpc_for_an_instance(api: Api) -> None:
    other = api.new_vpc()
    for vpc_id in (VPC, other):
        api("vpc:EnableVpcClassicLink", VpcId=vpc_id)
    api("ecs:AttachClassicLinkVpc", InstanceId=MON_1, VpcId=VPC)
    with refused("Abs.InvalidInstanceId.MalFormed"):
        api("ecs:AttachClassicLinkVpc", InstanceId=MON_1, VpcId=other)
    api("ecs:DetachClassicLinkVpc", InstanceId=MON_1, VpcId=VPC)
    api("ecs:AttachClassicLinkVpc", InstanceId=MON_1, VpcId=other)
    assert _links(api, InstanceId=MON_1) == [(MON_1, other)]


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
    api("vpc:EnableVpcClassicLink", VpcId=VPC)
    for instance_id in (WEB_1, WEB_2, MON_1):
        api("ecs:AttachClassicLinkVpc", InstanceId=instance_id, VpcId=VPC)
    assert _links(api, InstanceId=f"{WEB_1},{MON_1}") == [(WEB_1, VPC), (MON_1, VPC)]
    assert _links(api, VpcId=VPC, PageSize="2", PageNumber="2") == [(MON_1, VPC)]


class TestBlocks:
    """Which primary blocks, and VSwitches in them, classic instances can talk to."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        quick.vpcs[0].classic_link_enabled = True
        return quick

    @pytest.mark.parametrize(
        ("block", "secondary", "vswitches", "linked"),
        [
            ("172.16.0.0/12", None, [], True),
            ("192.168.0.0/24", None, [], True),
            ("10.111.0.0/16", None, [], True),
            ("10.0.0.0/8", None, [], False),
            ("10.0.0.0/8", None, ["10.1.0.0/24"], False),
            ("10.0.0.0/8", None, ["10.1.0.0/24", "10.111.0.0/24"], True),
            ("10.1.0.0/16", None, ["10.1.0.0/24"], False),
            ("11.0.0.0/16", None, ["11.0.0.0/24"], False),
            ("11.0.0.0/16", "10.111.0.0/16", ["10.111.0.0/24"], False),
        ],
    )
    def test_attach(self, api: Api, block: str, secondary: str | None, vswitches: list[str], linked: bool) -> None:
        vpc_id = api.new_vpc(block)
        if secondary:
            api("vpc:AssociateVpcCidrBlock", VpcId=vpc_id, SecondaryCidrBlock=secondary)
        for vswitch in vswitches:
            api.new_vswitch(vpc_id, vswitch)
        api("vpc:EnableVpcClassicLink", VpcId=vpc_id)
        if linked:
            api("ecs:AttachClassicLinkVpc", InstanceId=MON_1, VpcId=vpc_id)
        else:
            with refused("OperationDenied", 403):
                api("ecs:AttachClassicLinkVpc", InstanceId=MON_1, VpcId=vpc_id)
        assert _links(api, InstanceId=MON_1) == ([(MON_1, vpc_id)] if linked else [])
