"""DefaultVpc and DefaultVSwitch against the simulated cloud."""

from __future__ import annotations

import pytest

from estate.client import Cloud
from provider.default_network import DefaultVpc, DefaultVSwitch
from provider.resource import Change, ResourceError
from provider.values import UNKNOWN
from simulator.server import Simulator
from tests.estate import estates
from tests.estate.stub import serving

VPC = DefaultVpc()
VSWITCH = DefaultVSwitch()


def actions(simulator: Simulator) -> list[str]:
    return [entry["action"] for entry in simulator.requests()]


def test_they_are_made_once_and_then_found(cloud: Cloud, simulator: Simulator) -> None:
    vpc_id, vpc = VPC.create(cloud, {})
    assert vpc["cidrBlock"] == "172.31.0.0/16"
    inputs = {"vpcId": vpc_id, "zoneId": estates.ZONE}
    vswitch_id, vswitch = VSWITCH.create(cloud, inputs)
    assert (vswitch["cidrBlock"], vswitch["status"]) == ("172.31.0.0/20", "Available")
    assert VPC.create(cloud, {}) == (vpc_id, vpc)
    assert VSWITCH.create(cloud, inputs) == (vswitch_id, vswitch)
    assert actions(simulator).count("CreateDefaultVpc") == 1
    assert actions(simulator).count("CreateDefaultVSwitch") == 1
    assert VPC.read(cloud, vpc_id, vpc) == vpc
    assert VSWITCH.read(cloud, vswitch_id, vswitch) == vswitch


def test_deleting_leaves_what_others_may_use(cloud: Cloud, simulator: Simulator) -> None:
    vpc_id, vpc = VPC.create(cloud, {})
    vswitch_id, vswitch = VSWITCH.create(cloud, {"vpcId": vpc_id, "zoneId": estates.ZONE})
    VSWITCH.delete(cloud, vswitch_id, vswitch)
    VPC.delete(cloud, vpc_id, vpc)
    assert vswitch_id in [item["id"] for item in simulator.state()["vswitches"]]
    assert vpc_id in [item["id"] for item in simulator.state()["vpcs"]]


def test_read_finds_only_existing_default_networks(cloud: Cloud) -> None:
    assert VPC.read(cloud, "vpc-none", {}) is None
    assert VSWITCH.read(cloud, "vsw-none", {}) is None
    with pytest.raises(ResourceError, match="vpc-1 is not the default VPC"):
        VPC.read(cloud, "vpc-1", {})
    with pytest.raises(ResourceError, match="vsw-1 is not the default VSwitch"):
        VSWITCH.read(cloud, "vsw-1", {})


def test_a_vswitch_that_the_cloud_answers_without_an_id_is_gone() -> None:
    """DescribeVSwitchAttributes succeeds for an id that it does not know, with all fields empty."""
    with serving() as stub:
        stub.answers("DescribeVSwitchAttributes", (200, {"RequestId": "REQ-1", "VSwitchId": "", "IsDefault": False}))
        assert VSWITCH.read(stub.cloud(), "vsw-none", {}) is None


def test_inputs_and_previews() -> None:
    assert VPC.check({}).failures == ()
    assert [failure.path for failure in VPC.check({"vpcId": "vpc-1"}).failures] == ["vpcId"]
    assert [failure.path for failure in VSWITCH.check({}).failures] == ["vpcId", "zoneId"]
    assert VSWITCH.planned({}, {"zoneId": "z"})["cidrBlock"] is UNKNOWN
    assert VSWITCH.diff({"vpcId": "vpc-1", "zoneId": "a"}, {"vpcId": "vpc-1", "zoneId": "b"}) == {
        "zoneId": Change.REPLACE
    }
