"""Examples for simulator/api/vpc_networks.py."""

from __future__ import annotations

from tests.simulator.api.examples import Example
from tests.simulator.api.sample_ids import UNUSED_VPC, VPC, VSWITCH

EXAMPLES = (
    Example("vpc:CreateVSwitch", {"VpcId": VPC, "ZoneId": "cn-hangzhou-b", "CidrBlock": "192.168.20.0/24"}),
    Example("vpc:CreateVpc", {"CidrBlock": "172.16.0.0/12", "VpcName": "new"}),
    Example("vpc:DeleteVSwitch", {"VSwitchId": VSWITCH}),
    Example("vpc:DeleteVpc", {"VpcId": UNUSED_VPC}),
    Example("vpc:DescribeVSwitchAttributes", {"VSwitchId": VSWITCH}),
    Example("vpc:DescribeVSwitches", {"VpcId": VPC}),
    Example("vpc:DescribeVpcAttribute", {"VpcId": VPC}),
    Example("vpc:DescribeVpcs", {}),
    Example("vpc:DisableVpcClassicLink", {"VpcId": UNUSED_VPC}),
    Example("vpc:EnableVpcClassicLink", {"VpcId": VPC}),
    Example("vpc:ModifyVSwitchAttribute", {"VSwitchId": VSWITCH, "VSwitchName": "renamed"}),
    Example("vpc:ModifyVpcAttribute", {"VpcId": VPC, "VpcName": "renamed"}),
)
