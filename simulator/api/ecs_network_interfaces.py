"""ECS: elastic network interfaces."""

from simulator.api import resource_groups
from simulator.api.call import Answer, Call
from simulator.api.filters import Filter, equal, passing, tagged
from simulator.api.paging import by_either
from simulator.api.registry import ECS, action
from simulator.api.shapes import ecs_tags, seconds
from simulator.cloud import network_interfaces
from simulator.cloud.errors import CloudError, NotFoundError, NotSimulatedError, missing_parameter
from simulator.cloud.state import Cloud
from simulator.model.network_interfaces import NetworkInterface
from simulator.model.vpc import Eip

_INTERFACE = "eni/{NetworkInterfaceId}"
_EQUAL = {
    "InstanceId": "instance_id",
    "NetworkInterfaceName": "name",
    "Status": "status",
    "Type": "type",
    "VSwitchId": "vswitch_id",
}
_GROUP_CODES = (
    "InvalidSecurityGroupId.NotFound InvalidSecurityGroupId.NotVpc InvalidOperation.VpcMismatch JoinedGroupLimitExceed "
    "SecurityGroupInstanceLimitExceed"
)


@action(
    ECS,
    "CreateNetworkInterface",
    "VSwitchId SecurityGroupId SecurityGroupIds NetworkInterfaceName Description PrimaryIpAddress PrivateIpAddress "
    "SecondaryPrivateIpAddressCount QueueNumber InstanceType NetworkInterfaceTrafficMode SourceDestCheck "
    "DeleteOnRelease Tag",
    raises=f"{_GROUP_CODES} InvalidVSwitchId.NotFound IncorrectVSwitchStatus InvalidParameter.Conflict "
    "MaxEniCountExceeded InvalidVSwitchId.IpNotEnough InvalidVSwitchId.IpInvalid InvalidPrivateIpAddress.Duplicated "
    "MissingParameter.TagKey",
    remembers_token=True,
    resources="eni/*",
)
def create_network_interface(cloud: Cloud, call: Call) -> Answer:
    """Make a secondary interface: Creating, then Available.

    At most 10 PrivateIpAddress.N, or SecondaryPrivateIpAddressCount 1 to 49. Only InstanceType Secondary and traffic
    mode Standard; neither IPv6 nor prefixes.
    """
    _refuse_unlike(call, "InstanceType", "Secondary")
    _refuse_unlike(call, "NetworkInterfaceTrafficMode", "Standard")
    new = network_interfaces.NewInterface(
        vswitch_id=call.text("VSwitchId"),
        security_group_ids=_groups(call),
        name=call.optional("NetworkInterfaceName") or "",
        description=call.optional("Description") or "",
        primary_ip=call.optional("PrimaryIpAddress"),
        secondary_ips=call.repeated("PrivateIpAddress"),
        secondary_count=call.integer("SecondaryPrivateIpAddressCount"),
        queue_number=call.integer("QueueNumber"),
        source_dest_check=bool(call.flag("SourceDestCheck")),
        delete_on_release=bool(call.flag("DeleteOnRelease")),
        tags=call.tags(),
    )
    group_id = resource_groups.named(cloud, call)
    interface = network_interfaces.create(cloud, new)
    interface.resource_group_id = group_id
    return {
        **_place(cloud, interface),
        **_properties(interface),
        "PrivateIpSets": {
            "PrivateIpSet": [
                {"PrivateIpAddress": address, "Primary": place == 0}
                for place, address in enumerate(interface.private_ips)
            ]
        },
    }


@action(
    ECS,
    "DescribeNetworkInterfaces",
    f"{' '.join(_EQUAL)} NetworkInterfaceId VpcId PrimaryIpAddress PrivateIpAddress SecurityGroupId ServiceManaged Tag "
    "MaxResults NextToken PageNumber PageSize",
    raises="InvalidVSwitchId.NotFound InvalidSecurityGroupId.NotFound InvalidEcsId.NotFound MissingParameter.TagKey",
    resources="eni/*",
)
def describe_network_interfaces(cloud: Cloud, call: Call) -> Answer:
    """Interfaces, primary and secondary; MaxResults clamped to 10..500, PageSize at most 500, 10 by default either way.

    NetworkInterfaceId.N and PrivateIpAddress.N at most 100; the latter and PrimaryIpAddress must match exactly. A
    VSwitch, a group or an instance that does not exist is refused.
    """
    _check_named(cloud, call)
    ids = call.repeated("NetworkInterfaceId")
    if max(len(ids), len(call.repeated("PrivateIpAddress"))) > 100:
        raise CloudError("InvalidParameter", "At most 100 NetworkInterfaceId or PrivateIpAddress can be given.")
    candidates = _candidates(cloud, call, ids)
    filters = equal(call, _EQUAL), tagged(call), resource_groups.of_group(cloud, call)
    interfaces = passing(candidates, *filters, *_own_filters(cloud, call))
    page = by_either(call, interfaces, maximum=500, token_maximum=500, clamp=True)
    eips = _eips(cloud)
    items = [_described(cloud, interface, eips) for interface in page.items]
    return {"NetworkInterfaceSets": {"NetworkInterfaceSet": items}, **page.fields}


@action(
    ECS,
    "DescribeNetworkInterfaceAttribute",
    "NetworkInterfaceId Attribute",
    raises="InvalidEniId.NotFound",
    resources=_INTERFACE,
)
def describe_network_interface_attribute(cloud: Cloud, call: Call) -> Answer:
    """One interface; Attribute may only be attachment, which is always answered."""
    _refuse_unlike(call, "Attribute", "attachment")
    return _described(cloud, cloud.network_interface(call.text("NetworkInterfaceId")), _eips(cloud))


@action(
    ECS,
    "ModifyNetworkInterfaceAttribute",
    "NetworkInterfaceId NetworkInterfaceName Description SecurityGroupId QueueNumber SourceDestCheck DeleteOnRelease",
    raises=f"{_GROUP_CODES} InvalidEniId.NotFound",
    resources=_INTERFACE,
)
def modify_network_interface_attribute(cloud: Cloud, call: Call) -> None:
    """Change the given attributes; SecurityGroupId.N replace the groups, of a primary interface its instance's too."""
    changes = network_interfaces.Changes(
        name=call.given("NetworkInterfaceName"),
        description=call.given("Description"),
        security_group_ids=call.repeated("SecurityGroupId") or None,
        queue_number=call.integer("QueueNumber"),
        source_dest_check=call.flag("SourceDestCheck"),
        delete_on_release=call.flag("DeleteOnRelease"),
    )
    network_interfaces.modify(cloud, call.text("NetworkInterfaceId"), changes)


@action(
    ECS,
    "AttachNetworkInterface",
    "NetworkInterfaceId InstanceId WaitForNetworkConfigurationReady",
    raises="InvalidEniId.NotFound InvalidEcsId.NotFound InvalidOperation.InvalidEniType "
    "InvalidOperation.InvalidEniState InvalidOperation.InvalidEcsState InvalidOperation.InvalidGeneration "
    "InvalidOperation.VpcMismatch InvalidOperation.AvailabilityZoneMismatch EniPerInstanceLimitExceeded",
    resources=f"instance/{{InstanceId}} {_INTERFACE}",
)
def attach_network_interface(cloud: Cloud, call: Call) -> None:
    """Attach an Available interface to a Running or Stopped instance of its VPC and zone: Attaching, then InUse.

    The instance type limits the number of interfaces, the primary one included.
    """
    call.flag("WaitForNetworkConfigurationReady")
    network_interfaces.attach(cloud, call.text("NetworkInterfaceId"), call.text("InstanceId"))


@action(
    ECS,
    "DetachNetworkInterface",
    "NetworkInterfaceId InstanceId",
    raises="InvalidEniId.NotFound InvalidEcsId.NotFound InvalidOperation.DetachPrimaryEniNotAllowed "
    "InvalidOperation.InvalidEniState InvalidOperation.InvalidEcsState",
    resources=f"instance/{{InstanceId}} {_INTERFACE}",
)
def detach_network_interface(cloud: Cloud, call: Call) -> None:
    """Detach a secondary interface: Detaching, then Available. Repeating the call while Detaching is no error."""
    network_interfaces.detach(cloud, call.text("NetworkInterfaceId"), call.text("InstanceId"))


@action(
    ECS,
    "DeleteNetworkInterface",
    "NetworkInterfaceId",
    raises="InvalidEniId.NotFound InvalidOperation.InvalidEniType InvalidOperation.InvalidEniState",
    resources=_INTERFACE,
)
def delete_network_interface(cloud: Cloud, call: Call) -> None:
    """Delete an Available interface: Deleting, then gone."""
    network_interfaces.delete(cloud, call.text("NetworkInterfaceId"))


@action(
    ECS,
    "AssignPrivateIpAddresses",
    "NetworkInterfaceId PrivateIpAddress SecondaryPrivateIpAddressCount",
    raises="InvalidEniId.NotFound InvalidOperation.InvalidEniState InvalidOperation.InvalidEcsState "
    "InvalidOperation.Ipv4CountExceeded InvalidVSwitchId.IpNotEnough InvalidVSwitchId.IpInvalid InvalidIp.IpAssigned "
    "SecurityGroupInstanceLimitExceed",
    remembers_token=True,
    resources=_INTERFACE,
)
def assign_private_ip_addresses(cloud: Cloud, call: Call) -> Answer:
    """Assign secondary addresses: PrivateIpAddress.N, or SecondaryPrivateIpAddressCount of them. At most 50 in all."""
    interface_id = call.text("NetworkInterfaceId")
    count = call.integer("SecondaryPrivateIpAddressCount") or 0
    assigned = network_interfaces.assign(cloud, interface_id, call.repeated("PrivateIpAddress"), count)
    return {
        "AssignedPrivateIpAddressesSet": {
            "NetworkInterfaceId": interface_id,
            "PrivateIpSet": {"PrivateIpAddress": assigned},
        }
    }


@action(
    ECS,
    "UnassignPrivateIpAddresses",
    "NetworkInterfaceId PrivateIpAddress",
    raises="InvalidEniId.NotFound InvalidOperation.InvalidEniState InvalidOperation.InvalidEcsState "
    "InvalidIp.IpUnassigned",
    resources=_INTERFACE,
)
def unassign_private_ip_addresses(cloud: Cloud, call: Call) -> None:
    """Unassign secondary addresses (PrivateIpAddress.N), all or none."""
    addresses = call.repeated("PrivateIpAddress")
    if not addresses:
        raise missing_parameter("PrivateIpAddress")
    network_interfaces.unassign(cloud, call.text("NetworkInterfaceId"), addresses)


def _refuse_unlike(call: Call, name: str, simulated: str) -> None:
    value = call.optional(name)
    if value not in (None, simulated):
        raise NotSimulatedError(f"{name} {value} of network interfaces")


def _groups(call: Call) -> list[str]:
    """Return SecurityGroupId or SecurityGroupIds.N; exactly one of them must be given."""
    one, several = call.optional("SecurityGroupId"), call.repeated("SecurityGroupIds")
    if one is None and not several:
        raise missing_parameter("SecurityGroupId")
    if one is not None and several:
        raise CloudError("InvalidParameter.Conflict", "SecurityGroupId and SecurityGroupIds exclude each other.")
    return several or [str(one)]


def _check_named(cloud: Cloud, call: Call) -> None:
    if vswitch_id := call.optional("VSwitchId"):
        cloud.vswitch(vswitch_id)
    if group_id := call.optional("SecurityGroupId"):
        cloud.security_group(group_id)
    if (instance_id := call.optional("InstanceId")) and cloud.estate.instances.find(instance_id) is None:
        raise NotFoundError("InvalidEcsId.NotFound", "The specified EcsId is not found.")


def _candidates(cloud: Cloud, call: Call, ids: list[str]) -> list[NetworkInterface]:
    """Return the candidates by the fastest lookup that the filters allow."""
    instance_id = call.optional("InstanceId")
    if ids or instance_id is None:
        return cloud.estate.network_interfaces.among(ids or None)
    return cloud.interfaces_of(instance_id)


def _own_filters(cloud: Cloud, call: Call) -> list[Filter]:
    """Return the filters that do more than compare an attribute."""
    filters: list[Filter] = []
    if (vpc_id := call.optional("VpcId")) is not None:
        vswitches = {vswitch.id for vswitch in cloud.vswitches_of(vpc_id)}
        filters.append(lambda interface: interface.vswitch_id in vswitches)
    if (primary := call.optional("PrimaryIpAddress")) is not None:
        filters.append(lambda interface: interface.private_ips[0] == primary)
    if addresses := set(call.repeated("PrivateIpAddress")):
        filters.append(lambda interface: not addresses.isdisjoint(interface.private_ips))
    if (group := call.optional("SecurityGroupId")) is not None:
        filters.append(lambda interface: group in interface.security_group_ids)
    if call.flag("ServiceManaged"):
        filters.append(lambda interface: False)  # No interface belongs to another cloud service.
    return filters


def _eips(cloud: Cloud) -> dict[tuple[str, str | None], Eip]:
    """EIPs that are bound to network interfaces, by interface and its private address (None: the primary one)."""
    return {
        (eip.instance_id, eip.private_ip_address): eip
        for eip in cloud.estate.eips
        if eip.instance_type == "NetworkInterface" and eip.instance_id
    }


def _described(cloud: Cloud, interface: NetworkInterface, eips: dict[tuple[str, str | None], Eip]) -> Answer:
    """Return one interface as DescribeNetworkInterfaces and DescribeNetworkInterfaceAttribute both answer it."""
    sets = [
        {
            "PrivateIpAddress": address,
            "Primary": place == 0,
            "AssociatedPublicIp": _public(eips, interface, address, primary=place == 0),
        }
        for place, address in enumerate(interface.private_ips)
    ]
    return {
        **_place(cloud, interface),
        **_properties(interface),
        "AssociatedPublicIp": sets[0]["AssociatedPublicIp"],
        "PrivateIpSets": {"PrivateIpSet": sets},
        "InstanceId": interface.instance_id or "",
        "Attachment": {"InstanceId": interface.instance_id, "DeviceIndex": 0, "NetworkCardIndex": 0}
        if interface.instance_id
        else {},
        "CreationTime": seconds(interface.created_at),
        "NetworkInterfaceTrafficMode": "Standard",
        "QueueNumber": interface.queue_number or 1,
        "QueuePairNumber": 0,
        "DeleteOnRelease": interface.delete_on_release,
    }


def _public(
    eips: dict[tuple[str, str | None], Eip], interface: NetworkInterface, address: str, *, primary: bool
) -> Answer:
    eip = eips.get((interface.id, address)) or (eips.get((interface.id, None)) if primary else None)
    return {"AllocationId": eip.id, "PublicIpAddress": eip.ip_address} if eip else {}


def _place(cloud: Cloud, interface: NetworkInterface) -> Answer:
    vswitch = cloud.vswitch(interface.vswitch_id)
    return {
        "NetworkInterfaceId": interface.id,
        "VSwitchId": vswitch.id,
        "VpcId": vswitch.vpc_id,
        "ZoneId": vswitch.zone_id,
        "MacAddress": interface.mac,
        "PrivateIpAddress": interface.private_ips[0],
        "SecurityGroupIds": {"SecurityGroupId": interface.security_group_ids},
        "Ipv6Sets": {"Ipv6Set": []},
        "Ipv4PrefixSets": {"Ipv4PrefixSet": []},
        "Ipv6PrefixSets": {"Ipv6PrefixSet": []},
        "OwnerId": cloud.estate.account_id,
    }


def _properties(interface: NetworkInterface) -> Answer:
    return {
        "NetworkInterfaceName": interface.name,
        "Description": interface.description,
        "Status": interface.status,
        "Type": interface.type,
        "SourceDestCheck": interface.source_dest_check,
        "ServiceManaged": False,
        "ResourceGroupId": interface.resource_group_id or "",
        "Tags": ecs_tags(interface.tags),
    }
