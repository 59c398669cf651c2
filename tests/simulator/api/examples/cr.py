"""Examples for simulator/api/cr.py."""

from __future__ import annotations

from simulator.model.cr import Registry
from simulator.model.estate import Estate
from tests.simulator.api.examples import Example, Refusal
from tests.simulator.api.sample_ids import VPC, VSWITCH
from tests.simulator.in_vpc import OTHER_VPC, OTHER_VPC_GROUP, OTHER_VPC_VSWITCH, add, interface

REGISTRY = "cri-bp1example"
LINK = {
    "InstanceId": REGISTRY,
    "ModuleName": "Registry",
    "VpcId": OTHER_VPC,
    "VswitchId": OTHER_VPC_VSWITCH,
}
ENTRY = {"InstanceId": REGISTRY, "EndpointType": "internet", "Entry": "203.0.113.0/24"}
NOT_THERE = Refusal("INSTANCE_NOT_EXIST", {"InstanceId": "cri-none", "EndpointType": "internet"}, 404)


def with_a_registry(estate: Estate) -> None:
    """There is one, whose public endpoint has a whitelist, and which a VPC reaches; and another VPC."""
    add(estate)
    vswitch = estate.vswitches[0]
    endpoint = {
        "enabled": True,
        "entries": [{"entry": "203.0.113.0/24", "comment": "office"}],
        "linked_vpcs": [{"vpc_id": vswitch.vpc_id, "vswitch_id": vswitch.id, "ip": "192.168.0.9"}],
    }
    fields = {"id": REGISTRY, "name": "example", "endpoints": [endpoint], "created_at": "2025-01-01T00:00:00+08:00"}
    estate.registries.append(Registry.model_validate(fields))


def no_room(estate: Estate) -> None:
    """A registry, and a VSwitch whose addresses are all in use."""
    with_a_registry(estate)
    vswitch = estate.vswitches.find(OTHER_VPC_VSWITCH)
    assert vswitch
    vswitch.cidr_block = "172.16.1.0/29"
    addresses = [f"172.16.1.{number}" for number in range(1, 5)]
    estate.network_interfaces.append(
        interface(
            "eni-bp1full0000000001", *addresses, vswitch_id=OTHER_VPC_VSWITCH, security_group_ids=[OTHER_VPC_GROUP]
        )
    )


def _without(code: str, call: dict[str, str], status: int = 400, **changes: str) -> Refusal:
    return Refusal(code, {**call, **changes}, status, with_a_registry)


EXAMPLES = (
    Example(
        "cr:ListInstance",
        {"InstanceName": "example", "InstanceStatus": "RUNNING", "PageNo": 1, "PageSize": 100},
        (Refusal("InvalidParameter", {"PageSize": 101}), Refusal("InvalidParameter", {"PageNo": 0})),
        with_a_registry,
    ),
    Example(
        "cr:GetInstanceEndpoint",
        {"InstanceId": REGISTRY, "EndpointType": "internet", "ModuleName": "Registry"},
        (
            NOT_THERE,
            Refusal("MissingParameter", {"InstanceId": REGISTRY}),
            Refusal("InvalidParameter", {"InstanceId": REGISTRY, "EndpointType": "intranet"}),
            Refusal("InvalidParameter", {"InstanceId": REGISTRY, "EndpointType": "internet", "ModuleName": "Image"}),
        ),
        with_a_registry,
    ),
    Example(
        "cr:GetInstanceVpcEndpoint",
        {"InstanceId": REGISTRY, "ModuleName": "Registry"},
        (Refusal("INSTANCE_NOT_EXIST", {"InstanceId": "cri-none"}, 404),),
        with_a_registry,
    ),
    Example(
        "cr:CreateInstanceVpcEndpointLinkedVpc",
        LINK,
        (
            _without("INSTANCE_NOT_EXIST", LINK, 404, InstanceId="cri-none"),
            _without("InvalidVpcId.NotFound", LINK, 404, VpcId="vpc-none"),
            _without("InvalidVSwitchId.NotFound", LINK, 404, VswitchId="vsw-none"),
            _without("InvalidVSwitchId.NotFound", LINK, 404, VswitchId=VSWITCH),
            _without("INSTANCE_ACCESS_EXIST", LINK, VpcId=VPC, VswitchId=VSWITCH),
            Refusal("VSWITCH_IP_NOT_ENOUGH", LINK, 400, no_room),
            _without("InvalidParameter", LINK, ModuleName="Image"),
        ),
        with_a_registry,
    ),
    Example(
        "cr:DeleteInstanceVpcEndpointLinkedVpc",
        {**LINK, "VpcId": VPC, "VswitchId": VSWITCH},
        (
            _without("INSTANCE_NOT_EXIST", LINK, 404, InstanceId="cri-none"),
            _without("INSTANCE_ACCESS_NOT_EXIST", LINK, 404),
        ),
        with_a_registry,
    ),
    Example(
        "cr:CreateInstanceEndpointAclPolicy",
        {**ENTRY, "Entry": "198.51.100.7", "Comment": "builds"},
        (
            _without("INSTANCE_NOT_EXIST", ENTRY, 404, InstanceId="cri-none"),
            _without("ENDPOINT_ACL_EXIST", ENTRY),
            Refusal("MissingParameter", {"InstanceId": REGISTRY, "EndpointType": "internet"}, given=with_a_registry),
            _without("InvalidParameter", ENTRY, Entry="everywhere"),
            _without("InvalidParameter", ENTRY, EndpointType="intranet"),
        ),
        with_a_registry,
    ),
    Example(
        "cr:DeleteInstanceEndpointAclPolicy",
        ENTRY,
        (
            _without("INSTANCE_NOT_EXIST", ENTRY, 404, InstanceId="cri-none"),
            _without("ENDPOINT_ACL_NOT_EXIST", ENTRY, 404, Entry="203.0.113.0/25"),
            _without("InvalidParameter", ENTRY, EndpointType="intranet"),
        ),
        with_a_registry,
    ),
)
