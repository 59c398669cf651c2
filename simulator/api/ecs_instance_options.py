"""ECS: maintenance, metadata service, private pools and RAM roles of instances."""

from collections.abc import Sequence

from simulator.api.call import Answer, Call
from simulator.api.paging import by_number
from simulator.api.registry import ECS, action
from simulator.cloud import instance_options, ram_roles
from simulator.cloud.errors import CloudError, NotSimulatedError, missing_parameter
from simulator.cloud.ram_roles import Attached
from simulator.cloud.state import Cloud

MAX_IDS = 100
_INSTANCE = "instance/{InstanceId}"
_INSTANCES = "instance/{InstanceIds}"


@action(
    ECS,
    "DescribeInstanceMaintenanceAttributes",
    "InstanceId PageNumber PageSize",
    resources="instance/*",
)
def describe_instance_maintenance_attributes(cloud: Cloud, call: Call) -> Answer:
    """Return the maintenance attributes of instances. InstanceId.N and PageSize at most 100, 10 by default."""
    page = by_number(call, cloud.estate.instances.among(_numbered(call) or None), maximum=100)
    items = [
        {
            "InstanceId": instance.id,
            "ActionOnMaintenance": {
                "Value": instance.maintenance.action,
                "DefaultValue": "AutoRecover",
                "SupportedValues": {"SupportedValue": ["Stop", "AutoRecover"]},
            },
            "MaintenanceWindows": {"MaintenanceWindow": _windows(instance.maintenance.window)},
            "NotifyOnMaintenance": instance.maintenance.notify,
        }
        for instance in page.items
    ]
    return {"MaintenanceAttributes": {"MaintenanceAttribute": items}, **page.fields}


@action(
    ECS,
    "ModifyInstanceMaintenanceAttributes",
    "InstanceId MaintenanceWindow ActionOnMaintenance NotifyOnMaintenance",
    raises="InvalidInstanceId.NotFound",
    resources=_INSTANCE,
)
def modify_instance_maintenance_attributes(cloud: Cloud, call: Call) -> None:
    """Change the maintenance attributes of InstanceId.N, all or none; one window at most, of whole hours in UTC+8.

    Maintenance itself is not simulated, but for the events of a migration.
    """
    ids = _numbered(call)
    if not ids:
        raise missing_parameter("InstanceId")
    windows = [(each.text("StartTime"), each.text("EndTime")) for each in call.records("MaintenanceWindow")]
    if len(windows) > 1:
        raise CloudError("InvalidParameter", "At most one MaintenanceWindow can be given.", 403)
    changes = instance_options.MaintenanceChanges(
        call.optional("ActionOnMaintenance"), call.flag("NotifyOnMaintenance"), windows[0] if windows else None
    )
    instance_options.modify_maintenance(cloud, ids, changes)


@action(
    ECS,
    "ModifyInstanceMetadataOptions",
    "InstanceId HttpEndpoint HttpTokens HttpPutResponseHopLimit InstanceMetadataTags",
    raises="InvalidInstanceId.NotFound InvalidHttpEndpoint.NotSupported InvalidHttpTokens.NotSupported "
    "InvalidHttpPutResponseHopLimit.NotSupported",
    resources=_INSTANCE,
)
def modify_instance_metadata_options(cloud: Cloud, call: Call) -> None:
    """Change access to the metadata service; no tags in it (InstanceMetadataTags only disabled)."""
    instance = cloud.instance(call.text("InstanceId"))
    if call.choice("InstanceMetadataTags", ("enabled", "disabled")) == "enabled":
        raise NotSimulatedError("InstanceMetadataTags enabled")
    instance.metadata = instance_options.metadata_options(
        call.text("HttpEndpoint"),
        call.optional("HttpTokens"),
        call.integer("HttpPutResponseHopLimit"),
        instance.metadata,
    )


@action(
    ECS,
    "DescribeInstanceAttachmentAttributes",
    "InstanceIds PageNumber PageSize",
    raises="InvalidInstanceIds.Malformed",
    resources="instance/*",
)
def describe_instance_attachment_attributes(cloud: Cloud, call: Call) -> Answer:
    """How instances choose private pools (InstanceIds, mandatory, at most 100); PageSize at most 100, 10 by default."""
    page = by_number(call, cloud.estate.instances.among(_listed(call)), maximum=100)
    items = [
        {
            "InstanceId": instance.id,
            "PrivatePoolOptionsMatchCriteria": instance.private_pool,
            "PrivatePoolOptionsId": "",
        }
        for instance in page.items
    ]
    return {"Instances": {"Instance": items}, **page.fields}


@action(
    ECS,
    "ModifyInstanceAttachmentAttributes",
    "InstanceId PrivatePoolOptions",
    raises="InvalidInstanceId.NotFound Invalid.PrivatePoolOptionsId MissingParameter.PrivatePoolOptionsId",
    resources=_INSTANCE,
)
def modify_instance_attachment_attributes(cloud: Cloud, call: Call) -> None:
    """Change how an instance chooses private pools: PrivatePoolOptions.MatchCriteria None or Open."""
    instance = cloud.instance(call.text("InstanceId"))
    criteria = call.text("PrivatePoolOptions.MatchCriteria")
    instance.private_pool = instance_options.private_pool(criteria, call.optional("PrivatePoolOptions.Id"))


@action(
    ECS,
    "DescribeInstanceRamRole",
    "InstanceIds RamRoleName PageNumber PageSize",
    raises="InvalidInstanceIds.Malformed",
    resources="instance/*",
)
def describe_instance_ram_role(cloud: Cloud, call: Call) -> Answer:
    """Return the RAM roles of instances in VPCs, empty where there is none; PageSize at most 50, 10 by default.

    One of InstanceIds (at most 100) and RamRoleName is mandatory.
    """
    ids = call.json_list("InstanceIds", "InvalidInstanceIds.Malformed")
    role = call.optional("RamRoleName")
    if ids is None and role is None:
        raise missing_parameter("InstanceIds or RamRoleName")
    instances = [
        instance
        for instance in cloud.estate.instances.among(ids)
        if instance.network_type == "vpc" and role in (None, instance.ram_role_name)
    ]
    page = by_number(call, instances, maximum=50)
    items = [{"InstanceId": instance.id, "RamRoleName": instance.ram_role_name} for instance in page.items]
    return {
        "RegionId": cloud.estate.region_id,
        "InstanceRamRoleSets": {"InstanceRamRoleSet": items},
        "TotalCount": len(instances),
    }


@action(
    ECS,
    "AttachInstanceRamRole",
    "InstanceIds RamRoleName",
    raises="InvalidInstanceIds.Malformed InvalidInstanceId.NotFound InvalidNetworkType.MismatchRamRole "
    "InvalidRamRole.NotFound InvalidRamRole.NotEcsRole",
    resources=_INSTANCES,
)
def attach_instance_ram_role(cloud: Cloud, call: Call) -> Answer:
    """Give the instances of the JSON array InstanceIds (at most 100, in VPCs) a role that trusts ecs.aliyuncs.com.

    An instance that has another role keeps it, and that is said of it alone. Whether the caller may pass the role
    (ram:PassRole) is not checked.
    """
    name = call.text("RamRoleName")
    outcomes = ram_roles.attach(cloud, name, _listed(call))
    results = [{"InstanceId": item.instance_id, **_outcome(item)} for item in outcomes]
    return {**_counts(name, outcomes), "AttachInstanceRamRoleResults": {"AttachInstanceRamRoleResult": results}}


@action(
    ECS,
    "DetachInstanceRamRole",
    "InstanceIds RamRoleName",
    raises="InvalidInstanceIds.Malformed InvalidInstanceId.NotFound InvalidNetworkType.MismatchRamRole "
    "InvalidRamRole.NotFound",
    resources=_INSTANCES,
)
def detach_instance_ram_role(cloud: Cloud, call: Call) -> Answer:
    """Take their role from the instances of the JSON array InstanceIds (at most 100).

    With RamRoleName an instance that has another role keeps it.
    """
    name = call.optional("RamRoleName")
    outcomes = ram_roles.detach(cloud, name, _listed(call))
    results = [
        {
            "InstanceId": item.instance_id,
            **_outcome(item),
            "InstanceRamRoleSets": {
                "InstanceRamRoleSet": [{"InstanceId": item.instance_id, "RamRoleName": item.role_name}]
                if item.role_name
                else []
            },
        }
        for item in outcomes
    ]
    return {**_counts(name or "", outcomes), "DetachInstanceRamRoleResults": {"DetachInstanceRamRoleResult": results}}


def _numbered(call: Call) -> list[str]:
    """Return InstanceId.N, at most 100."""
    ids = call.repeated("InstanceId")
    if len(ids) > MAX_IDS:
        raise CloudError("InvalidParameter", f"At most {MAX_IDS} InstanceId can be given in one call.")
    return ids


def _listed(call: Call) -> list[str]:
    """Return the JSON array InstanceIds, which is mandatory."""
    call.text("InstanceIds")
    return call.json_list("InstanceIds", "InvalidInstanceIds.Malformed", MAX_IDS) or []


def _windows(window: tuple[int, int] | None) -> list[Answer]:
    return [] if window is None else [{"StartTime": f"{window[0]:02d}:00:00", "EndTime": f"{window[1]:02d}:00:00"}]


def _outcome(item: Attached) -> Answer:
    refusal = item.refusal
    return {
        "Success": refusal is None,
        "Code": "200" if refusal is None else refusal.code,
        "Message": "success" if refusal is None else refusal.message,
    }


def _counts(name: str, outcomes: Sequence[Attached]) -> Answer:
    return {
        "RamRoleName": name,
        "TotalCount": len(outcomes),
        "FailCount": sum(item.refusal is not None for item in outcomes),
    }
