"""Container Registry Enterprise Edition: instances, their endpoints, whitelists and linked VPCs.

Source: reference of Container Registry 2018-12-01, which has neither limits nor error codes.
"""

from typing import cast

from simulator.api.call import Answer, Call
from simulator.api.filters import passing
from simulator.api.paging import by_number
from simulator.api.registry import CR, action
from simulator.api.resource_groups import of_group
from simulator.cloud import registries
from simulator.cloud.errors import invalid_parameter
from simulator.cloud.state import Cloud
from simulator.model.cr import Module, RegistryEndpoint

_DONE: Answer = {"Code": "success", "IsSuccess": True}


@action(CR, "ListInstance", "InstanceName InstanceStatus PageNo PageSize", resources="instance/*")
def list_instance(cloud: Cloud, call: Call) -> Answer:
    """Instances of the Enterprise Edition in the order of their creation; PageSize at most 100, 30 by default."""
    registries = [
        item
        for item in cloud.estate.registries
        if call.optional("InstanceName") in (None, item.name) and call.optional("InstanceStatus") in (None, item.status)
    ]
    numbered = Call({**call.parameters, "PageNumber": call.optional("PageNo") or ""}, call.caller, call.host)
    page = by_number(numbered, passing(registries, of_group(cloud, call)), maximum=100, default=30)
    fields = dict(page.fields)
    fields["PageNo"] = fields.pop("PageNumber")
    instances = [
        {
            "InstanceId": item.id,
            "InstanceName": item.name,
            "InstanceStatus": item.status,
            "InstanceSpecification": item.specification,
            "RegionId": cloud.estate.region_id,
            "ResourceGroupId": item.resource_group_id or "",
            "CreateTime": str(int(item.created_at.timestamp() * 1000)) if item.created_at else "",
        }
        for item in page.items
    ]
    return {**_DONE, "Instances": instances, **fields}


@action(
    CR,
    "GetInstanceEndpoint",
    "InstanceId EndpointType ModuleName",
    raises="INSTANCE_NOT_EXIST",
    resources="instance/{InstanceId}",
)
def get_instance_endpoint(cloud: Cloud, call: Call) -> Answer:
    """Return the public endpoint of a module (Registry by default) and its whitelist; EndpointType is internet."""
    _check_type(call)
    endpoint = _endpoint(cloud, call)
    domain = f"{call.text('InstanceId')}-{endpoint.module.lower()}.{cloud.estate.region_id}.cr.aliyuncs.com"
    return {
        **_DONE,
        "Status": "RUNNING",
        "Enable": endpoint.enabled,
        "Domains": [{"Type": "SYSTEM", "Domain": domain}] if endpoint.enabled else [],
        "AclEnable": endpoint.acl_enabled,
        "AclEntries": [{"Entry": item.entry, "Comment": item.comment} for item in endpoint.entries],
    }


@action(
    CR,
    "GetInstanceVpcEndpoint",
    "InstanceId ModuleName",
    raises="INSTANCE_NOT_EXIST",
    resources="instance/{InstanceId}",
)
def get_instance_vpc_endpoint(cloud: Cloud, call: Call) -> Answer:
    """Return the VPCs that are linked with a module (Registry by default)."""
    endpoint = _endpoint(cloud, call)
    linked = [
        {
            "VpcId": item.vpc_id,
            "VswitchId": item.vswitch_id,
            "Ip": item.ip,
            "Status": item.status,
            "DefaultAccess": item.default_access,
        }
        for item in endpoint.linked_vpcs
    ]
    return {**_DONE, "Enable": bool(linked), "Domains": [], "LinkedVpcs": linked}


@action(
    CR,
    "CreateInstanceVpcEndpointLinkedVpc",
    "InstanceId ModuleName VpcId VswitchId EnableCreateDNSRecordInPvzt",
    raises="INSTANCE_NOT_EXIST InvalidVpcId.NotFound InvalidVSwitchId.NotFound INSTANCE_ACCESS_EXIST "
    "VSWITCH_IP_NOT_ENOUGH",
    resources="instance/{InstanceId}",
)
def create_instance_vpc_endpoint_linked_vpc(cloud: Cloud, call: Call) -> Answer:
    """Link a VPC with a module (Registry by default), by an address of a VSwitch; RUNNING at once."""
    call.flag("EnableCreateDNSRecordInPvzt")
    registries.link(cloud, call.text("InstanceId"), _module(call), call.text("VpcId"), call.text("VswitchId"))
    return dict(_DONE)


@action(
    CR,
    "DeleteInstanceVpcEndpointLinkedVpc",
    "InstanceId ModuleName VpcId VswitchId",
    raises="INSTANCE_NOT_EXIST INSTANCE_ACCESS_NOT_EXIST",
    resources="instance/{InstanceId}",
)
def delete_instance_vpc_endpoint_linked_vpc(cloud: Cloud, call: Call) -> Answer:
    """End the link of a module (Registry by default) with a VPC."""
    registries.unlink(cloud, call.text("InstanceId"), _module(call), call.text("VpcId"), call.text("VswitchId"))
    return dict(_DONE)


@action(
    CR,
    "CreateInstanceEndpointAclPolicy",
    "InstanceId ModuleName EndpointType Entry Comment Entries",
    raises="INSTANCE_NOT_EXIST ENDPOINT_ACL_EXIST",
    resources="instance/{InstanceId}",
)
def create_instance_endpoint_acl_policy(cloud: Cloud, call: Call) -> Answer:
    """Add Entry, or those of the JSON array Entries, to the whitelist of a public endpoint (EndpointType internet)."""
    _check_type(call)
    registries.admit(cloud, call.text("InstanceId"), _module(call), _entries(call))
    return dict(_DONE)


@action(
    CR,
    "DeleteInstanceEndpointAclPolicy",
    "InstanceId ModuleName EndpointType Entry Entries",
    raises="INSTANCE_NOT_EXIST ENDPOINT_ACL_NOT_EXIST",
    resources="instance/{InstanceId}",
)
def delete_instance_endpoint_acl_policy(cloud: Cloud, call: Call) -> Answer:
    """Delete Entry, or those of the JSON array Entries, from the whitelist of a public endpoint.

    An address is the same with or without /32.
    """
    _check_type(call)
    registries.shut_out(cloud, call.text("InstanceId"), _module(call), [entry for entry, _ in _entries(call)])
    return dict(_DONE)


def _check_type(call: Call) -> None:
    if call.text("EndpointType") != "internet":
        raise invalid_parameter("EndpointType")


def _entries(call: Call) -> list[tuple[str, str]]:
    """Return the entries that a call names, with their comments; raises MissingParameter, InvalidParameter."""
    listed: list[tuple[str, str]] = []
    for item in call.json_objects("Entries"):
        entry, comment = item.get("Entry"), item.get("Comment") or ""
        if not isinstance(entry, str) or not isinstance(comment, str):
            raise invalid_parameter("Entries")
        listed.append((entry, comment))
    return listed or [(call.text("Entry"), call.optional("Comment") or "")]


def _module(call: Call) -> Module:
    return cast(Module, call.choice("ModuleName", ("Registry", "Chart")) or "Registry")


def _endpoint(cloud: Cloud, call: Call) -> RegistryEndpoint:
    return registries.endpoint(cloud, call.text("InstanceId"), _module(call))
