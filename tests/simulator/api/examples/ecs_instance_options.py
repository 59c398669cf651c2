"""Examples for simulator/api/ecs_instance_options.py."""

from __future__ import annotations

import json
from typing import Any

from simulator.model.estate import Estate
from simulator.model.ram import RamRole
from tests.simulator.api.examples import Example, Given, Refusal
from tests.simulator.api.sample_ids import WEB_1
from tests.simulator.in_vpc import INSTANCE, add

ROLE = "web"
ONE, IDS = {"InstanceId": INSTANCE}, {"InstanceIds": json.dumps([INSTANCE])}
MALFORMED = Refusal("InvalidInstanceIds.Malformed", {"InstanceIds": INSTANCE})
UNKNOWN_IDS = {"InstanceIds": json.dumps(["i-none"]), "RamRoleName": ROLE}
CLASSIC_IDS = {"InstanceIds": json.dumps([WEB_1]), "RamRoleName": ROLE}


def with_role(service: str = "ecs.aliyuncs.com") -> Given:
    """An instance in a VPC, and a role that a service may assume."""
    principal = {"Service": [service]}
    statement = {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": principal}
    policy = json.dumps({"Statement": [statement], "Version": "1"})

    def given(estate: Estate) -> None:
        add(estate)
        estate.ram_roles.append(RamRole(id=ROLE, role_id="3" * 18, trust_policy=policy, tags={}))

    return given


def _maintenance(code: str, status: int = 403, **call: Any) -> Refusal:
    return Refusal(code, {"InstanceId": [INSTANCE], **call}, status, add)


def _window(start: str, end: str) -> Refusal:
    return _maintenance("InvalidParameter", MaintenanceWindow=[{"StartTime": start, "EndTime": end}])


def _metadata(code: str, status: int = 400, **call: Any) -> Refusal:
    return Refusal(code, {**ONE, "HttpEndpoint": "enabled", **call}, status, add)


def _pool(code: str, status: int = 400, instance_id: str = INSTANCE, **options: str) -> Refusal:
    return Refusal(code, {"InstanceId": instance_id, "PrivatePoolOptions": options}, status, add)


def _role_refusals(action: str) -> tuple[Refusal, ...]:
    refusals = [
        Refusal("InvalidInstanceIds.Malformed", {"InstanceIds": INSTANCE, "RamRoleName": ROLE}, 400, with_role()),
        Refusal("InvalidInstanceId.NotFound", UNKNOWN_IDS, 404, with_role()),
        Refusal("InvalidNetworkType.MismatchRamRole", CLASSIC_IDS, 403, with_role()),
        Refusal("InvalidRamRole.NotFound", {**IDS, "RamRoleName": "none"}, 404, add),
    ]
    if action == "Attach":
        elsewhere = with_role("fc.aliyuncs.com")
        refusals.append(Refusal("InvalidRamRole.NotEcsRole", {**IDS, "RamRoleName": ROLE}, 404, elsewhere))
    return tuple(refusals)


EXAMPLES = (
    Example("ecs:DescribeInstanceMaintenanceAttributes", {"InstanceId": [WEB_1]}),
    Example(
        "ecs:ModifyInstanceMaintenanceAttributes",
        {
            "InstanceId": [INSTANCE, WEB_1],
            "MaintenanceWindow": [{"StartTime": "22:00:00", "EndTime": "06:00:00"}],
            "ActionOnMaintenance": "Stop",
        },
        (
            Refusal("InvalidInstanceId.NotFound", {"InstanceId": ["i-none"]}, 404),
            Refusal("MissingParameter", {"ActionOnMaintenance": "Stop"}),
            _maintenance("InvalidParameter", ActionOnMaintenance="Dance"),
            _maintenance("InvalidParameter", MaintenanceWindow=[{"StartTime": "1", "EndTime": "2"}] * 2),
            _maintenance("MissingParameter", 400, MaintenanceWindow=[{"StartTime": "01:00:00"}]),
            _window("01:30:00", "03:00:00"),
            _window("01:00:00", "24:00:00"),
            _window("01:00:00", "01:00:00"),
        ),
        add,
    ),
    Example(
        "ecs:ModifyInstanceMetadataOptions",
        {**ONE, "HttpEndpoint": "enabled", "HttpTokens": "required"},
        (
            _metadata("InvalidInstanceId.NotFound", 404, InstanceId="i-none"),
            _metadata("InvalidHttpEndpoint.NotSupported", HttpEndpoint="on"),
            _metadata("InvalidHttpTokens.NotSupported", HttpTokens="none"),
            _metadata("InvalidHttpPutResponseHopLimit.NotSupported", HttpPutResponseHopLimit=65),
            _metadata("MissingParameter", HttpEndpoint=""),
            _metadata("SimulatorNotImplemented", InstanceMetadataTags="enabled"),
        ),
        add,
    ),
    Example("ecs:DescribeInstanceAttachmentAttributes", {"InstanceIds": json.dumps([WEB_1])}, (MALFORMED,)),
    Example(
        "ecs:ModifyInstanceAttachmentAttributes",
        {**ONE, "PrivatePoolOptions": {"MatchCriteria": "Open"}},
        (
            _pool("InvalidInstanceId.NotFound", 404, "i-none", MatchCriteria="Open"),
            _pool("MissingParameter"),
            _pool("InvalidParameter", MatchCriteria="Any"),
            _pool("Invalid.PrivatePoolOptionsId", MatchCriteria="None", Id="eap-1"),
            _pool("MissingParameter.PrivatePoolOptionsId", MatchCriteria="Target"),
            _pool("SimulatorNotImplemented", MatchCriteria="Target", Id="eap-1"),
        ),
        add,
    ),
    Example("ecs:DescribeInstanceRamRole", IDS, (MALFORMED,), add),
    Example("ecs:AttachInstanceRamRole", {**IDS, "RamRoleName": ROLE}, _role_refusals("Attach"), with_role()),
    Example("ecs:DetachInstanceRamRole", {**IDS, "RamRoleName": ROLE}, _role_refusals("Detach"), with_role()),
)
