"""CutThroughBinding against the simulated cloud."""

from __future__ import annotations

from typing import Any

import pytest

from estate.client import Cloud
from estate.errors import EstateError
from provider.cut_through_binding import CutThroughBinding
from provider.public_ip_conversion import PublicIpConversion
from provider.resource import Change, PartialFailure, ResourceError
from provider.values import UNKNOWN, Properties
from simulator.server import Simulator
from tests.estate import estates
from tests.provider import moved

RESOURCE = CutThroughBinding()
STEPS = ("UnassociateEipAddress", "AssociateEipAddress", "AttachNetworkInterface")


@pytest.fixture
def simulator() -> Simulator:
    return estates.begun(moved.estate())


@pytest.fixture
def inputs(cloud: Cloud) -> Properties:
    _, state = PublicIpConversion().create(cloud, {"instanceId": "i-moved"})
    return {"allocationId": state["allocationId"], "networkInterfaceId": "eni-free", "instanceId": "i-moved"}


def bound(simulator: Simulator) -> tuple[str | None, str, str]:
    [eip] = simulator.state()["eips"]
    return eip["instance_id"], eip["mode"], eip["status"]


def attached(simulator: Simulator) -> Any:
    [interface] = [item for item in simulator.state()["network_interfaces"] if item["id"] == "eni-free"]
    return interface.get("instance_id")


def test_the_address_goes_to_the_interface_and_back(cloud: Cloud, simulator: Simulator, inputs: Properties) -> None:
    resource_id, state = RESOURCE.create(cloud, inputs)
    assert resource_id == f"{inputs['allocationId']}:eni-free"
    assert bound(simulator) == ("eni-free", "BINDED", "InUse")
    assert attached(simulator) == "i-moved"
    assert RESOURCE.read(cloud, resource_id, state) == state
    for _ in range(2):
        RESOURCE.delete(cloud, resource_id, state)
        assert bound(simulator) == ("i-moved", "NAT", "InUse")
        assert attached(simulator) is None
    assert RESOURCE.read(cloud, resource_id, state) is None


@pytest.mark.parametrize("step", STEPS)
def test_an_interrupted_creation_is_taken_up_where_it_stopped(
    cloud: Cloud, simulator: Simulator, inputs: Properties, step: str
) -> None:
    simulator.faults.add(actions=[f"*:{step}"], effect="error", error_code="ServiceUnavailable")
    with pytest.raises(EstateError, match="ServiceUnavailable"):
        RESOURCE.create(cloud, inputs)
    simulator.faults.clear()
    resource_id, state = RESOURCE.create(cloud, inputs)
    assert bound(simulator) == ("eni-free", "BINDED", "InUse")
    assert attached(simulator) == "i-moved"
    assert RESOURCE.read(cloud, resource_id, state) == state


@pytest.mark.parametrize("step", STEPS[1:])
def test_a_partial_binding_is_in_the_state_and_its_delete_returns_the_address(
    cloud: Cloud, simulator: Simulator, inputs: Properties, step: str
) -> None:
    """A destroy in place of another `up` would else leave the server without its address."""
    simulator.faults.add(actions=[f"*:{step}"], effect="error", error_code="ServiceUnavailable")
    with pytest.raises(PartialFailure, match="ServiceUnavailable") as stopped:
        RESOURCE.create(cloud, inputs)
    simulator.faults.clear()
    failure = stopped.value
    seen = RESOURCE.read(cloud, failure.resource_id, failure.state)
    assert seen is not None
    assert RESOURCE.diff(seen, inputs) == {"networkInterfaceId": Change.UPDATE}
    RESOURCE.delete(cloud, failure.resource_id, seen)
    assert bound(simulator) == ("i-moved", "NAT", "InUse")
    assert attached(simulator) is None
    assert RESOURCE.read(cloud, failure.resource_id, seen) is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"networkInterfaceId": "eni-none"}, "eni-none does not exist"),
        ({"allocationId": "eip-none"}, "eip-none does not exist"),
        ({"instanceId": "i-bare"}, "is bound to i-moved, not to i-bare"),
    ],
)
def test_the_address_is_not_freed_for_what_cannot_be(
    cloud: Cloud, simulator: Simulator, inputs: Properties, changes: dict[str, str], message: str
) -> None:
    with pytest.raises(ResourceError, match=message):
        RESOURCE.create(cloud, inputs | changes)
    assert bound(simulator) == ("i-moved", "NAT", "InUse")


def test_an_interface_in_use_is_refused_before_the_address_is_freed(
    cloud: Cloud, simulator: Simulator, inputs: Properties
) -> None:
    cloud.call(
        "ecs:AttachNetworkInterface", region_id=cloud.region, network_interface_id="eni-free", instance_id="i-bare"
    )
    with pytest.raises(ResourceError, match="detached"):
        RESOURCE.create(cloud, inputs)
    assert bound(simulator) == ("i-moved", "NAT", "InUse")


def test_the_address_of_an_instance_that_is_gone_stays_free(
    cloud: Cloud, simulator: Simulator, inputs: Properties
) -> None:
    resource_id, state = RESOURCE.create(cloud, inputs)
    RESOURCE.delete(cloud, resource_id, state | {"instanceId": "i-gone"})
    assert bound(simulator) == (None, "NAT", "Available")
    assert attached(simulator) is None


def test_a_preview_asks_nothing_about_an_interface_that_is_yet_to_be_made(inputs: Properties) -> None:
    def no_cloud() -> Cloud:
        raise AssertionError("there is nothing to ask about")

    RESOURCE.foresee(no_cloud, inputs | {"networkInterfaceId": UNKNOWN}, "", {})
    RESOURCE.foresee(no_cloud, inputs, "eip-1:eni-free", inputs | {"applied": "x"})


def test_every_change_replaces_the_old_binding_first(inputs: Properties) -> None:
    state = inputs | {"applied": "x"}
    assert RESOURCE.diff(state, inputs) == {}
    assert RESOURCE.diff(state, inputs | {"instanceId": "i-2"}) == {"instanceId": Change.REPLACE}
    assert RESOURCE.delete_first


def test_wrong_inputs_and_ids(cloud: Cloud) -> None:
    paths = [failure.path for failure in RESOURCE.check({"allocationId": ""}).failures]
    assert paths == ["allocationId", "networkInterfaceId", "instanceId"]
    with pytest.raises(ResourceError, match="expected allocationId:eniId"):
        RESOURCE.read(cloud, "eip-1", {})
