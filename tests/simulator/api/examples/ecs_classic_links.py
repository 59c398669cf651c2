"""Examples for simulator/api/ecs_classic_links.py."""

from __future__ import annotations

from simulator.model.ecs import Instance
from simulator.model.estate import Estate
from simulator.model.vpc import ClassicLink, RouteEntry, Vpc
from tests.simulator.api.examples import Example, Given, Refusal
from tests.simulator.api.sample_ids import MON_1, ROUTE_TABLE, UNUSED_VPC, VPC, VSWITCH, WEB_1

ATTACH = {"InstanceId": WEB_1, "VpcId": VPC}


def _web_1(estate: Estate) -> Instance:
    instance = estate.instances.find(WEB_1)
    assert instance is not None
    return instance


def in_a_vpc(estate: Estate) -> None:
    instance = _web_1(estate)
    instance.network_type, instance.vpc_id, instance.vswitch_id = "vpc", VPC, VSWITCH


def locked(estate: Estate) -> None:
    _web_1(estate).locks = ["financial"]


def starting(estate: Estate) -> None:
    _web_1(estate).status = "Starting"


def linked_elsewhere(estate: Estate) -> None:
    estate.classic_links.append(ClassicLink(instance_id=WEB_1, vpc_id=UNUSED_VPC))


def routed(destination: str) -> Given:
    """A custom route of the VPC."""

    def given(estate: Estate) -> None:
        entry = RouteEntry(
            id="rte-1", route_table_id=ROUTE_TABLE, destination_cidr_block=destination, next_hop_id=MON_1
        )
        estate.route_entries.append(entry)

    return given


def as_wide_as_the_classic_network(estate: Estate) -> None:
    """The VPC is 10.0.0.0/8, and has no VSwitch in 10.111.0.0/16."""
    vpc = estate.vpcs.find(VPC)
    assert isinstance(vpc, Vpc)
    vpc.cidr_block = "10.0.0.0/8"
    estate.vswitches[0].cidr_block = "10.1.0.0/24"


def full(estate: Estate) -> None:
    """As many instances as a VPC takes are linked."""
    for number in range(999):
        instance = estate.instances[0].model_copy(update={"id": f"i-{number}"})
        estate.instances.append(instance)
        estate.classic_links.append(ClassicLink(instance_id=instance.id, vpc_id=VPC))


EXAMPLES = (
    Example(
        "ecs:AttachClassicLinkVpc",
        ATTACH,
        (
            Refusal("InvalidInstanceId.NotFound", {**ATTACH, "InstanceId": "i-none"}, 404),
            Refusal("InvalidInstanceId.MalFormed", ATTACH, given=in_a_vpc),
            Refusal("InvalidStatus.InstanceLocked", ATTACH, given=locked),
            Refusal("InvalidStatus.InstanceStatus", ATTACH, given=starting),
            Refusal("InvalidVpcId.NotFound", {**ATTACH, "VpcId": "vpc-none"}, 404),
            Refusal("Abs.InvalidInstanceId.MalFormed", ATTACH, given=linked_elsewhere),
            Refusal("OperationDenied", {**ATTACH, "VpcId": UNUSED_VPC}, 403),
            Refusal("OperationDenied", ATTACH, 403, routed("10.0.0.0/8")),
            Refusal("OperationDenied", ATTACH, 403, routed("10.1.0.0/16")),
            Refusal("OperationDenied", ATTACH, 403, as_wide_as_the_classic_network),
            Refusal("QuotaExceeded", ATTACH, 403, full),
        ),
        given=routed("0.0.0.0/0"),
    ),
    Example(
        "ecs:DescribeClassicLinkInstances",
        {"VpcId": VPC},
        (
            Refusal("MissingParameter", {}),
            Refusal("InvalidParameter", {"VpcId": VPC, "PageSize": "101"}),
            Refusal("InvalidParameter", {"InstanceId": ",".join(f"i-{number}" for number in range(101))}),
        ),
    ),
    Example(
        "ecs:DetachClassicLinkVpc",
        {"InstanceId": MON_1, "VpcId": VPC},
        (
            Refusal("InvalidInstanceId.NotFound", {"InstanceId": "i-none", "VpcId": VPC}, 404),
            Refusal("InvalidVpcId.NotFound", {"InstanceId": MON_1, "VpcId": "vpc-none"}, 404),
            Refusal("InvalidParameter.InvalidInstanceIdAndVpcId", ATTACH),
            Refusal("InvalidParameter.InvalidInstanceIdAndVpcId", {"InstanceId": MON_1, "VpcId": UNUSED_VPC}),
        ),
    ),
)
