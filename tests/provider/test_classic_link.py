"""ClassicLink against the simulated cloud."""

from __future__ import annotations

from typing import Any

import pytest

from estate.client import Cloud
from estate.errors import CloudError
from provider.classic_link import ClassicLink
from provider.resource import Change, ResourceError
from provider.values import UNKNOWN, Properties
from simulator.server import Simulator
from tests.estate import estates
from tests.estate.stub import error, serving
from tests.estate.whole import answer, whole

RESOURCE = ClassicLink()


def enabled(simulator: Simulator, vpc_id: str) -> bool:
    return next(bool(vpc.get("classic_link_enabled")) for vpc in simulator.state()["vpcs"] if vpc["id"] == vpc_id)


def test_classic_link_that_the_stack_enabled_is_disabled(cloud: Cloud, simulator: Simulator) -> None:
    resource_id, state = RESOURCE.create(cloud, {"vpcId": "vpc-2"})
    assert enabled(simulator, "vpc-2")
    assert state["enabledBefore"] is False
    assert RESOURCE.read(cloud, resource_id, state) == state
    for _ in range(2):
        RESOURCE.delete(cloud, resource_id, state)
        assert not enabled(simulator, "vpc-2")
    assert RESOURCE.read(cloud, resource_id, state) is None


def test_classic_link_that_was_enabled_before_stays(cloud: Cloud, simulator: Simulator) -> None:
    resource_id, state = RESOURCE.create(cloud, {"vpcId": "vpc-1"})
    assert state["enabledBefore"] is True
    RESOURCE.delete(cloud, resource_id, state)
    assert enabled(simulator, "vpc-1")


def test_it_is_left_on_under_links_that_remain(
    cloud: Cloud, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    _, made = RESOURCE.create(cloud, {"vpcId": "vpc-2"})
    here: dict[str, Any] = {"region_id": cloud.region, "instance_id": "i-1"}
    cloud.call("ecs:DetachClassicLinkVpc", **here, vpc_id="vpc-1")
    cloud.call("ecs:AttachClassicLinkVpc", **here, vpc_id="vpc-2")
    # A forced replacement makes the new one before it deletes the old one, which is the same thing.
    _, again = RESOURCE.create(cloud, {"vpcId": "vpc-2"})
    RESOURCE.delete(cloud, "vpc-2", made)
    assert enabled(simulator, "vpc-2")
    [said] = [record.getMessage() for record in caplog.records]
    assert "because of the links of i-1. Once nothing is linked: aliyun vpc DisableVpcClassicLink " in said
    cloud.call("ecs:DetachClassicLinkVpc", **here, vpc_id="vpc-2")
    RESOURCE.delete(cloud, "vpc-2", again)
    assert enabled(simulator, "vpc-2"), "as it was said"


def test_a_refusal_without_links_is_an_error() -> None:
    with serving() as stub:
        stub.answers("DescribeVpcAttribute", (200, answer("vpc:DescribeVpcAttribute") | {"ClassicLinkEnabled": True}))
        stub.answers("DisableVpcClassicLink", error(403, "OperationDenied"))
        stub.answers("DescribeClassicLinkInstances", whole("ecs:DescribeClassicLinkInstances"))
        with pytest.raises(CloudError, match="DisableVpcClassicLink failed with OperationDenied"):
            RESOURCE.delete(stub.cloud(), "vpc-2", {"vpcId": "vpc-2", "enabledBefore": False})


def test_another_refusal_is_an_error_while_instances_are_linked() -> None:
    with serving() as stub:
        stub.answers("DescribeVpcAttribute", (200, answer("vpc:DescribeVpcAttribute") | {"ClassicLinkEnabled": True}))
        stub.answers("DisableVpcClassicLink", error(403, "IncorrectVpcStatus"))
        stub.answers("DescribeClassicLinkInstances", whole("ecs:DescribeClassicLinkInstances", {"InstanceId": "i-1"}))
        with pytest.raises(CloudError, match="DisableVpcClassicLink failed with IncorrectVpcStatus"):
            RESOURCE.delete(stub.cloud(), "vpc-1", {"vpcId": "vpc-1", "enabledBefore": False})


def test_an_import_does_not_know_who_enabled_it_and_leaves_it(cloud: Cloud) -> None:
    state = RESOURCE.read(cloud, "vpc-1", {})
    assert state is not None
    assert state["enabledBefore"] is True


def test_an_import_of_what_the_stack_has_enabled_is_disabled_again(cloud: Cloud, simulator: Simulator) -> None:
    RESOURCE.create(cloud, {"vpcId": "vpc-2"})
    state = RESOURCE.read(cloud, "vpc-2:made", {})
    assert state is not None
    assert (state["vpcId"], state["enabledBefore"]) == ("vpc-2", False)
    assert RESOURCE.id_of("vpc-2:made") == RESOURCE.id_of("vpc-2") == "vpc-2"
    RESOURCE.delete(cloud, "vpc-2", state)
    assert not enabled(simulator, "vpc-2")


def test_a_vpc_that_is_gone(cloud: Cloud) -> None:
    assert RESOURCE.read(cloud, "vpc-gone", {"vpcId": "vpc-gone"}) is None
    RESOURCE.delete(cloud, "vpc-gone", {"vpcId": "vpc-gone", "enabledBefore": False})
    with pytest.raises(ResourceError, match=f"VPC vpc-gone does not exist in {estates.REGION}"):
        RESOURCE.create(cloud, {"vpcId": "vpc-gone"})


def test_another_vpc_replaces_and_a_preview_knows_no_outputs() -> None:
    state = {"vpcId": "vpc-1", "enabledBefore": True, "applied": "x"}
    assert RESOURCE.diff(state, {"vpcId": "vpc-1"}) == {}
    assert RESOURCE.diff(state, {"vpcId": "vpc-2"}) == {"vpcId": Change.REPLACE}
    assert RESOURCE.planned({}, {"vpcId": "vpc-1"}) == {
        "vpcId": "vpc-1",
        "enabledBefore": UNKNOWN,
        "applied": UNKNOWN,
    }


def test_wrong_inputs() -> None:
    assert [failure.path for failure in RESOURCE.check({"vpc": "vpc-1"}).failures] == ["vpc", "vpcId"]
    assert RESOURCE.check({"vpcId": UNKNOWN}).failures == ()


@pytest.mark.parametrize(
    ("vpc_id", "state"), [(UNKNOWN, {}), ("vpc-gone", {"vpcId": "vpc-gone", "enabledBefore": False})]
)
def test_nothing_is_asked_of_the_cloud_about_what_is_not_known_or_is_there(vpc_id: object, state: Properties) -> None:
    def no_cloud() -> Cloud:
        raise AssertionError("there is nothing to ask about")

    RESOURCE.foresee(no_cloud, {"vpcId": vpc_id}, "", state)
