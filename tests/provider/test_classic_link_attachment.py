"""ClassicLinkAttachment against the simulated cloud."""

from __future__ import annotations

import pytest

from estate.client import Cloud
from estate.errors import CloudError, Unreachable
from provider.classic_link_attachment import ClassicLinkAttachment
from provider.resource import Change, ResourceError
from provider.values import UNKNOWN
from simulator.server import Simulator, running
from tests.estate import estates
from tests.estate.stub import error, serving
from tests.estate.whole import whole
from tests.provider import moved

RESOURCE = ClassicLinkAttachment()
INPUTS = {"instanceId": "i-3", "vpcId": "vpc-1"}
ID = "i-3:vpc-1"


def links(simulator: Simulator) -> set[tuple[str, str]]:
    return {(link["instance_id"], link["vpc_id"]) for link in simulator.state()["classic_links"]}


def test_an_instance_is_linked_and_unlinked(cloud: Cloud, simulator: Simulator) -> None:
    resource_id, state = RESOURCE.create(cloud, INPUTS)
    assert resource_id == ID
    assert ("i-3", "vpc-1") in links(simulator)
    assert state["linkedBefore"] is False
    assert RESOURCE.read(cloud, ID, state) == state
    for _ in range(2):
        RESOURCE.delete(cloud, ID, state)
        assert links(simulator) == {("i-1", "vpc-1")}
    assert RESOURCE.read(cloud, ID, state) is None


def test_a_link_that_was_there_before_stays(cloud: Cloud, simulator: Simulator) -> None:
    resource_id, state = RESOURCE.create(cloud, {"instanceId": "i-1", "vpcId": "vpc-1"})
    assert resource_id == "i-1:vpc-1"
    assert state["linkedBefore"] is True
    assert "AttachClassicLinkVpc" not in [entry["action"] for entry in simulator.requests()]
    assert RESOURCE.read(cloud, resource_id, state) == state
    RESOURCE.delete(cloud, resource_id, state)
    assert links(simulator) == {("i-1", "vpc-1")}


def test_an_import_does_not_know_who_linked_it_and_leaves_it(cloud: Cloud, simulator: Simulator) -> None:
    state = RESOURCE.read(cloud, "i-1:vpc-1", {})
    assert state is not None
    assert state["linkedBefore"] is True
    RESOURCE.delete(cloud, "i-1:vpc-1", state)
    assert links(simulator) == {("i-1", "vpc-1")}


def test_an_import_may_say_that_the_stack_made_the_link(cloud: Cloud, simulator: Simulator) -> None:
    state = RESOURCE.read(cloud, "i-1:vpc-1:made", {})
    assert state is not None
    assert state["linkedBefore"] is False
    assert RESOURCE.id_of("i-1:vpc-1:made") == "i-1:vpc-1" == RESOURCE.id_of("i-1:vpc-1")
    RESOURCE.delete(cloud, "i-1:vpc-1", state)
    assert links(simulator) == set()


BY_GROUP = {"source_group_id": "sg-peer"}


@pytest.mark.parametrize(
    ("group", "permission", "used"),
    [
        ("sg-vpc", BY_GROUP, True),
        ("sg-vpc", {"source_cidr_ip": "10.160.0.3/32"}, True),
        ("sg-vpc", {"source_cidr_ip": "10.160.0.0/24"}, True),
        ("sg-vpc", {"source_cidr_ip": "10.0.0.0/8"}, False),
        ("sg-vpc", BY_GROUP | {"policy": "drop"}, False),
        ("sg-vpc2", BY_GROUP, False),
        ("sg-peer", {"source_group_id": "sg-vpc"}, True),
        ("sg-peer", {"source_cidr_ip": "172.16.0.10"}, True),
        ("sg-peer", {"source_group_id": "sg-vpc2"}, False),
    ],
    ids=lambda value: str(value),
)
def test_a_link_by_which_servers_talk_stays(group: str, permission: dict[str, str], used: bool) -> None:
    with running(moved.estate()) as simulator:
        cloud = estates.cloud(simulator)
        _, state = RESOURCE.create(cloud, INPUTS)
        rule = {"ip_protocol": "TCP", "port_range": "22/22", "nic_type": "intranet", "priority": "1", **permission}
        cloud.call("ecs:AuthorizeSecurityGroup", region_id=cloud.region, security_group_id=group, permissions=[rule])
        if used:
            message = (
                r"of batch \(i-3\) to vpc-1 is in use by .*ftp-1 \(i-moved\).*DetachClassicLinkVpc --InstanceId i-3"
            )
            with pytest.raises(ResourceError, match=message):
                RESOURCE.delete(cloud, ID, state)
        else:
            RESOURCE.delete(cloud, ID, state)
        assert (("i-3", "vpc-1") in links(simulator)) is used


def test_a_link_to_another_vpc_is_an_error(cloud: Cloud) -> None:
    with pytest.raises(ResourceError, match=r"i-1 is linked to VPC vpc-1.*Detach"):
        RESOURCE.create(cloud, {"instanceId": "i-1", "vpcId": "vpc-2"})


def test_a_refusal_of_the_cloud_carries_its_request_id(cloud: Cloud) -> None:
    with pytest.raises(CloudError, match=r"AttachClassicLinkVpc failed with .*RequestId"):
        RESOURCE.create(cloud, {"instanceId": "i-3", "vpcId": "vpc-2"})


@pytest.mark.parametrize("late", [0, 2])
def test_a_lost_answer_is_looked_after_and_the_link_is_ours(late: int) -> None:
    unlinked = whole("ecs:DescribeClassicLinkInstances")
    linked = whole("ecs:DescribeClassicLinkInstances", {"InstanceId": "i-3", "VpcId": "vpc-1"})
    with serving() as stub:
        stub.answers("DescribeClassicLinkInstances", *[unlinked] * (1 + late), linked)
        stub.answers("AttachClassicLinkVpc", (200, None))
        stub.answers("DescribeInstances", whole("ecs:DescribeInstances"))
        stub.answers("DescribeNetworkInterfaces", whole("ecs:DescribeNetworkInterfaces"))
        stub.permitted.add("DescribeInstances")
        stub.answers("DetachClassicLinkVpc", (200, {"RequestId": "R"}))
        _, state = RESOURCE.create(stub.cloud(), INPUTS)
        assert state["linkedBefore"] is False
        RESOURCE.delete(stub.cloud(), ID, state)
    assert len(stub.requests_of("AttachClassicLinkVpc")) == 1
    assert len(stub.requests_of("DetachClassicLinkVpc")) == 1


def test_a_call_that_was_lost_on_its_way_is_an_error() -> None:
    with serving() as stub:
        stub.answers("DescribeClassicLinkInstances", whole("ecs:DescribeClassicLinkInstances"))
        stub.answers("AttachClassicLinkVpc", (200, None))
        with pytest.raises(Unreachable, match="AttachClassicLinkVpc: the connection was cut"):
            RESOURCE.create(stub.cloud(), INPUTS)


@pytest.mark.parametrize("code", ["InvalidInstanceId.NotFound", "InvalidInstanceId.NotBelong"])
def test_an_instance_that_is_gone_has_no_link(code: str) -> None:
    with serving() as stub:
        stub.answers("DescribeClassicLinkInstances", error(404, code))
        assert RESOURCE.read(stub.cloud(), ID, {}) is None


def test_a_refused_reading_is_no_missing_link() -> None:
    with serving() as stub:
        stub.answers("DescribeClassicLinkInstances", error(404, "InvalidRegionId.NotFound"))
        with pytest.raises(CloudError, match=r"DescribeClassicLinkInstances.*InvalidRegionId\.NotFound"):
            RESOURCE.read(stub.cloud(), ID, {})


def test_the_link_of_another_instance_is_not_this_one_s() -> None:
    with serving() as stub:
        another = {"InstanceId": "i-33", "VpcId": "vpc-1"}
        stub.answers("DescribeClassicLinkInstances", whole("ecs:DescribeClassicLinkInstances", another))
        assert RESOURCE.read(stub.cloud(), ID, {}) is None


@pytest.mark.parametrize(
    ("instance_id", "state"), [(UNKNOWN, {}), ("i-3", INPUTS | {"linkedBefore": False, "applied": "x"})]
)
def test_nothing_is_asked_of_the_cloud_about_what_is_not_known_or_is_there(instance_id: object, state: object) -> None:
    def no_cloud() -> Cloud:
        raise AssertionError("there is nothing to ask about")

    RESOURCE.foresee(no_cloud, INPUTS | {"instanceId": instance_id}, "", state)  # type: ignore[arg-type]


def test_every_change_replaces_the_old_link_first() -> None:
    state = INPUTS | {"linkedBefore": False, "applied": "x"}
    assert RESOURCE.diff(state, INPUTS) == {}
    assert RESOURCE.diff(state, INPUTS | {"vpcId": "vpc-2"}) == {"vpcId": Change.REPLACE}
    assert RESOURCE.delete_first


def test_a_preview_knows_no_outputs() -> None:
    assert RESOURCE.planned({}, INPUTS) == INPUTS | {"linkedBefore": UNKNOWN, "applied": UNKNOWN}


def test_wrong_inputs_and_ids(cloud: Cloud) -> None:
    assert [failure.path for failure in RESOURCE.check({"instanceId": ""}).failures] == ["instanceId", "vpcId"]
    for resource_id in ("i-3", "i-3:", ":vpc-1", "i-3:vpc-1:theirs", "i-3:vpc-1:made:made"):
        with pytest.raises(ResourceError, match="expected instanceId:vpcId"):
            RESOURCE.read(cloud, resource_id, {})
