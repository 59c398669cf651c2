"""Settings of instances: what is changed is answered, and what instances do not say stays."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.model.estate import Estate
from tests.simulator.api.examples.ecs_instance_life import ORDER
from tests.simulator.api.examples.ecs_instance_options import IDS, ONE, ROLE, with_role
from tests.simulator.api.sample_ids import WEB_1
from tests.simulator.in_vpc import INSTANCE
from tests.simulator.sdk import Api, refused


@pytest.fixture
def quick(quick: Estate) -> Estate:
    """An instance in a VPC, and a role that instances may have."""
    with_role()(quick)
    return quick


def _maintenance(api: Api, instance_id: str = INSTANCE) -> dict[str, Any]:
    answer = api("ecs:DescribeInstanceMaintenanceAttributes", InstanceId=[instance_id])
    [item] = answer["MaintenanceAttributes"]["MaintenanceAttribute"]
    return {
        "action": item["ActionOnMaintenance"]["Value"],
        "windows": item["MaintenanceWindows"]["MaintenanceWindow"],
        "notify": item["NotifyOnMaintenance"],
    }


def _metadata(api: Api, instance_id: str = INSTANCE) -> dict[str, Any]:
    parameters = {"InstanceIds": json.dumps([instance_id]), "AdditionalAttributes": ["META_OPTIONS"]}
    return dict(api("ecs:DescribeInstances", **parameters)["Instances"]["Instance"][0]["MetadataOptions"])


def _role(api: Api) -> str:
    answer = api("ecs:DescribeInstanceRamRole", **IDS)
    return str(answer["InstanceRamRoleSets"]["InstanceRamRoleSet"][0]["RamRoleName"])


def test_maintenance_attributes_change_one_by_one(api: Api) -> None:
    assert _maintenance(api) == {"action": "AutoRecover", "windows": [], "notify": False}
    window = {"StartTime": "22:00:00", "EndTime": "06:00:00"}
    api("ecs:ModifyInstanceMaintenanceAttributes", InstanceId=[INSTANCE], MaintenanceWindow=[window])
    api("ecs:ModifyInstanceMaintenanceAttributes", InstanceId=[INSTANCE, WEB_1], ActionOnMaintenance="Stop")
    api("ecs:ModifyInstanceMaintenanceAttributes", InstanceId=[INSTANCE], NotifyOnMaintenance=True)
    assert _maintenance(api) == {"action": "Stop", "windows": [window], "notify": True}
    assert _maintenance(api, WEB_1) == {"action": "Stop", "windows": [], "notify": False}


def test_a_refused_change_of_maintenance_changes_no_instance(api: Api) -> None:
    with refused("InvalidInstanceId.NotFound", 404):
        api("ecs:ModifyInstanceMaintenanceAttributes", InstanceId=[WEB_1, "i-none"], ActionOnMaintenance="Stop")
    assert _maintenance(api, WEB_1)["action"] == "AutoRecover"


def test_the_metadata_service_keeps_what_is_not_given(api: Api) -> None:
    api("ecs:ModifyInstanceMetadataOptions", **ONE, HttpEndpoint="enabled", HttpTokens="required")
    api("ecs:ModifyInstanceMetadataOptions", **ONE, HttpEndpoint="disabled")
    assert _metadata(api) == {"HttpEndpoint": "disabled", "HttpTokens": "required", "HttpPutResponseHopLimit": 1}
    assert _metadata(api, WEB_1)["HttpEndpoint"] == "enabled"


def test_an_order_sets_metadata_role_and_pool(api: Api) -> None:
    order = {**ORDER, "HttpTokens": "required", "HttpPutResponseHopLimit": 2, "RamRoleName": ROLE}
    answer = api("ecs:RunInstances", **order, PrivatePoolOptions={"MatchCriteria": "Open"})
    [instance_id] = answer["InstanceIdSets"]["InstanceIdSet"]
    assert _metadata(api, instance_id) == {
        "HttpEndpoint": "enabled",
        "HttpTokens": "required",
        "HttpPutResponseHopLimit": 2,
    }
    pools = api("ecs:DescribeInstanceAttachmentAttributes", InstanceIds=json.dumps([instance_id]))
    assert pools["Instances"]["Instance"][0]["PrivatePoolOptionsMatchCriteria"] == "Open"
    roles = api("ecs:DescribeInstanceRamRole", RamRoleName=ROLE)["InstanceRamRoleSets"]["InstanceRamRoleSet"]
    assert roles == [{"InstanceId": instance_id, "RamRoleName": ROLE}]


def test_an_instance_has_one_role_at_a_time(api: Api, quick: Estate) -> None:
    other = quick.ram_roles[0].model_copy(update={"id": "batch"})
    api._simulator.simulation.cloud.estate.ram_roles.append(other)
    assert api("ecs:AttachInstanceRamRole", **IDS, RamRoleName=ROLE)["FailCount"] == 0
    attached = api("ecs:AttachInstanceRamRole", **IDS, RamRoleName="batch")
    [result] = attached["AttachInstanceRamRoleResults"]["AttachInstanceRamRoleResult"]
    assert (attached["FailCount"], result["Success"], _role(api)) == (1, False, ROLE)
    detached = api("ecs:DetachInstanceRamRole", **IDS, RamRoleName="batch")
    assert (detached["FailCount"], _role(api)) == (0, ROLE)
    lost = api("ecs:DetachInstanceRamRole", **IDS)["DetachInstanceRamRoleResults"]["DetachInstanceRamRoleResult"][0]
    assert lost["InstanceRamRoleSets"]["InstanceRamRoleSet"] == [{"InstanceId": INSTANCE, "RamRoleName": ROLE}]
    assert _role(api) == ""
