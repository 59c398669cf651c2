"""PublicIpConversion against the simulated cloud."""

from __future__ import annotations

import pytest

from estate.client import Cloud
from estate.errors import CloudError
from provider.public_ip_conversion import PublicIpConversion
from provider.resource import Change, ResourceError
from provider.values import UNKNOWN
from simulator.server import Simulator, running
from tests.estate import estates
from tests.estate.stub import serving
from tests.estate.whole import whole
from tests.provider import moved

RESOURCE = PublicIpConversion()
INPUTS = {"instanceId": "i-moved"}


@pytest.fixture
def simulator() -> Simulator:
    return estates.begun(moved.estate())


def test_an_address_becomes_an_eip_and_stays_one(cloud: Cloud, simulator: Simulator) -> None:
    resource_id, state = RESOURCE.create(cloud, INPUTS)
    [eip] = simulator.state()["eips"]
    assert resource_id == f"i-moved:{eip['id']}"
    assert (state["allocationId"], state["ipAddress"]) == (eip["id"], "47.96.0.9")
    assert RESOURCE.read(cloud, resource_id, state) == state
    RESOURCE.delete(cloud, resource_id, state)
    assert simulator.state()["eips"] == [eip]


def test_an_eip_that_is_there_already_is_taken(cloud: Cloud, simulator: Simulator) -> None:
    first = RESOURCE.create(cloud, INPUTS)
    assert RESOURCE.create(cloud, INPUTS) == first
    assert [entry["action"] for entry in simulator.requests()].count("ConvertNatPublicIpToEip") == 1


def test_the_state_stands_while_the_eip_exists_wherever_it_is_bound(cloud: Cloud, simulator: Simulator) -> None:
    resource_id, state = RESOURCE.create(cloud, INPUTS)
    allocation_id = state["allocationId"]
    cloud.call("vpc:UnassociateEipAddress", region_id=cloud.region, allocation_id=allocation_id, instance_id="i-moved")
    assert RESOURCE.read(cloud, resource_id, state) == state
    cloud.call("vpc:ReleaseEipAddress", region_id=cloud.region, allocation_id=allocation_id)
    assert RESOURCE.read(cloud, resource_id, state) is None


@pytest.mark.parametrize(
    ("instance_id", "message"),
    [
        ("i-1", "in the classic network; its address can be converted once it has moved"),
        ("i-bare", "has no public address to convert"),
        ("i-none", "does not exist in cn-hangzhou"),
    ],
)
def test_impossible_conversions_are_refused_before_any_call(
    cloud: Cloud, simulator: Simulator, instance_id: str, message: str
) -> None:
    with pytest.raises(ResourceError, match=message):
        RESOURCE.create(cloud, {"instanceId": instance_id})
    assert "ConvertNatPublicIpToEip" not in [entry["action"] for entry in simulator.requests()]


def test_a_refusal_of_the_cloud_carries_its_request_id() -> None:
    refused = r"InvalidInternetChargeType\.ValueNotSupported.*RequestId"
    paying = moved.estate(internet_charge_type="PayByBandwidth", charge_type="PrePaid")
    with running(paying) as served, pytest.raises(CloudError, match=refused):
        RESOURCE.create(estates.cloud(served), INPUTS)


def test_a_lost_answer_is_looked_after() -> None:
    instance = {
        "InstanceId": "i-moved",
        "InstanceNetworkType": "vpc",
        "PublicIpAddress.IpAddress": ["47.96.0.9"],
    }
    eip = {"AllocationId": "eip-1", "IpAddress": "47.96.0.9", "InstanceId": "i-moved"}
    with serving() as stub:
        stub.answers("DescribeInstances", whole("ecs:DescribeInstances", instance))
        stub.answers("ConvertNatPublicIpToEip", (200, None))
        stub.answers("DescribeEipAddresses", whole("vpc:DescribeEipAddresses", eip))
        resource_id, state = RESOURCE.create(stub.cloud(), INPUTS)
    assert resource_id == "i-moved:eip-1"
    assert state["ipAddress"] == "47.96.0.9"
    assert len(stub.requests_of("ConvertNatPublicIpToEip")) == 1


def test_another_instance_replaces_and_a_preview_knows_no_outputs() -> None:
    state = INPUTS | {"applied": "x", "allocationId": "eip-1", "ipAddress": "47.96.0.9"}
    assert RESOURCE.diff(state, INPUTS) == {}
    assert RESOURCE.diff(state, {"instanceId": "i-2"}) == {"instanceId": Change.REPLACE}
    assert RESOURCE.planned({}, INPUTS) == INPUTS | dict.fromkeys(RESOURCE.outputs, UNKNOWN)


def test_wrong_inputs_and_ids(cloud: Cloud) -> None:
    assert [failure.path for failure in RESOURCE.check({"instance": "i-1"}).failures] == ["instance", "instanceId"]
    with pytest.raises(ResourceError, match="expected instanceId:allocationId"):
        RESOURCE.read(cloud, "i-moved", {})
