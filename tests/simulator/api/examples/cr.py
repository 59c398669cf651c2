"""Examples for simulator/api/cr.py."""

from __future__ import annotations

from simulator.model.cr import Registry
from simulator.model.estate import Estate
from tests.simulator.api.examples import Example, Refusal

REGISTRY = "cri-bp1example"
NOT_THERE = Refusal("INSTANCE_NOT_EXIST", {"InstanceId": "cri-none", "EndpointType": "internet"}, 404)


def with_a_registry(estate: Estate) -> None:
    """There is one, whose public endpoint has a whitelist, and which a VPC reaches."""
    vswitch = estate.vswitches[0]
    endpoint = {
        "enabled": True,
        "entries": [{"entry": "203.0.113.0/24", "comment": "office"}],
        "linked_vpcs": [{"vpc_id": vswitch.vpc_id, "vswitch_id": vswitch.id, "ip": "192.168.0.9"}],
    }
    fields = {"id": REGISTRY, "name": "example", "endpoints": [endpoint], "created_at": "2025-01-01T00:00:00+08:00"}
    estate.registries.append(Registry.model_validate(fields))


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
)
