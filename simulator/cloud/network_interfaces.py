"""Elastic network interfaces: create, attach, change and delete them, and assign their addresses.

Codes: references of CreateNetworkInterface, AttachNetworkInterface, DetachNetworkInterface, DeleteNetworkInterface,
AssignPrivateIpAddresses and UnassignPrivateIpAddresses (AlibabaCloudDocs/ecs, 2021). Undocumented: the codes for too
many groups of one interface (here JoinedGroupLimitExceed, as RunInstances), and for an instance type
without network interfaces (here InvalidOperation.InvalidGeneration, whose meaning is not given).
"""

from dataclasses import dataclass, field

from simulator.cloud import memberships, private_addresses
from simulator.cloud.errors import CloudError, ForbiddenError, NotFoundError, invalid_parameter
from simulator.cloud.names import MAX_DESCRIPTION, check_name
from simulator.cloud.state import Cloud, primary_interface
from simulator.ids import mac_address
from simulator.model.ecs import Instance
from simulator.model.network_interfaces import NetworkInterface

# Secondary addresses in one call of CreateNetworkInterface, listed or counted (SDK text 7.11.8).
MAX_TOLD_ADDRESSES = 10
MAX_COUNTED_ADDRESSES = 49
#: Addresses of one ENI, the primary one included; limits by instance type are not simulated
MAX_ADDRESSES = 50
MAX_QUEUES = 2048

_GROUPS = memberships.Refusals(
    classic=ForbiddenError("InvalidSecurityGroupId.NotVpc", "The specified SecurityGroupId is not in a VPC."),
    elsewhere=ForbiddenError(
        "InvalidOperation.VpcMismatch", "The VPC of the specified ENI and security group are not in the same VPC."
    ),
    too_many=CloudError("JoinedGroupLimitExceed", "The maximum number of security groups of an ENI is exceeded."),
    full=ForbiddenError(
        "SecurityGroupInstanceLimitExceed", "The maximum number of instances in a security group is exceeded."
    ),
)
_CREATED_ADDRESSES = private_addresses.Refusals(
    not_enough=ForbiddenError("InvalidVSwitchId.IpNotEnough", "The specified VSwitch has not enough IpAddress."),
    outside=ForbiddenError("InvalidVSwitchId.IpInvalid", "The specified IP is not in the CIDR block of the VSwitch."),
    taken=CloudError("InvalidPrivateIpAddress.Duplicated", "Specified private IP address is duplicated."),
    malformed=ForbiddenError("InvalidVSwitchId.IpInvalid", "The specified IP is not valid."),
)
_ASSIGNED_ADDRESSES = private_addresses.Refusals(
    not_enough=_CREATED_ADDRESSES.not_enough,
    outside=_CREATED_ADDRESSES.outside,
    taken=ForbiddenError("InvalidIp.IpAssigned", "The specified IP is already assigned."),
    malformed=_CREATED_ADDRESSES.malformed,
)


@dataclass(frozen=True)
class NewInterface:
    """The settings of a new secondary network interface; None lets the cloud choose."""

    vswitch_id: str
    security_group_ids: list[str]
    name: str = ""
    description: str = ""
    primary_ip: str | None = None
    secondary_ips: list[str] = field(default_factory=list)
    secondary_count: int | None = None
    queue_number: int | None = None
    source_dest_check: bool = False
    delete_on_release: bool = False
    tags: dict[str, str] = field(default_factory=dict)


def create(cloud: Cloud, new: NewInterface) -> NetworkInterface:
    """Make a secondary interface: Creating for `timings.network_interface` seconds, then Available.

    Raises InvalidVSwitchId.NotFound, IncorrectVSwitchStatus, InvalidParameter (name, description, queues, counts,
    groups), InvalidParameter.Conflict (addresses both listed and counted), MaxEniCountExceeded,
    InvalidSecurityGroupId.NotFound, InvalidSecurityGroupId.NotVpc, InvalidOperation.VpcMismatch,
    JoinedGroupLimitExceed, SecurityGroupInstanceLimitExceed, InvalidVSwitchId.IpNotEnough, InvalidVSwitchId.IpInvalid,
    InvalidPrivateIpAddress.Duplicated.
    """
    vswitch = cloud.vswitch(new.vswitch_id)
    if vswitch.status != "Available":
        raise CloudError(
            "IncorrectVSwitchStatus", "The current status of virtual switch does not support this operation."
        )
    _check_texts(new.name, new.description)
    _check_queues(new.queue_number)
    requested, more = _requested_addresses(new)
    secondary = sum(item.type == "Secondary" for item in cloud.estate.network_interfaces)
    if secondary >= cloud.estate.quotas.network_interfaces:
        raise ForbiddenError("MaxEniCountExceeded", "The number of ENI exceeds the limit per region.")
    memberships.check(cloud, new.security_group_ids, vswitch.vpc_id, _GROUPS, addresses=len(requested) + more)
    addresses = private_addresses.claim(cloud, vswitch, requested, more, _CREATED_ADDRESSES)
    primary = new.primary_ip or addresses[len(requested)]
    interface_id = cloud.ids.new("eni", vswitch.id, new.name)
    interface = NetworkInterface(
        id=interface_id,
        name=new.name,
        description=new.description,
        status="Creating",
        vswitch_id=vswitch.id,
        private_ips=[primary, *(address for address in addresses if address != primary)],
        mac=mac_address(interface_id),
        security_group_ids=new.security_group_ids,
        queue_number=new.queue_number,
        source_dest_check=new.source_dest_check,
        delete_on_release=new.delete_on_release,
        created_at=cloud.clock.now(),
        tags=new.tags,
    )
    cloud.estate.network_interfaces.append(interface)
    cloud.begins(interface, cloud.estate.timings.network_interface)
    return interface


def create_primary(cloud: Cloud, instance: Instance, mac: str | None = None) -> NetworkInterface:
    """Create the primary interface of an instance in a VPC, InUse, with the instance's VSwitch, groups and address.

    `mac` is its MAC address, by default a new one.
    """
    interface = primary_interface(instance, cloud.ids.new("eni", instance.id), mac)
    interface.created_at = cloud.clock.now()
    cloud.estate.network_interfaces.append(interface)
    cloud.attach(interface)
    return interface


def primary_of(cloud: Cloud, instance: Instance) -> NetworkInterface:
    """Return the primary interface of an instance in a VPC."""
    return next(item for item in cloud.interfaces_of(instance.id) if item.type == "Primary")


@dataclass(frozen=True)
class Changes:
    """Changes of an interface; None changes nothing."""

    name: str | None = None
    description: str | None = None
    security_group_ids: list[str] | None = None
    queue_number: int | None = None
    source_dest_check: bool | None = None
    delete_on_release: bool | None = None


def modify(cloud: Cloud, interface_id: str, changes: Changes) -> None:
    """Make the given changes; groups of a primary interface are also those of its instance.

    Raises InvalidEniId.NotFound, InvalidParameter, and for groups what `create` raises.
    """
    interface = cloud.network_interface(interface_id)
    _check_texts(changes.name or "", changes.description or "")
    _check_queues(changes.queue_number)
    if changes.security_group_ids is not None:
        set_groups(cloud, interface, changes.security_group_ids)
    for name in ("name", "description", "queue_number", "source_dest_check", "delete_on_release"):
        value = getattr(changes, name)
        if value is not None:
            setattr(interface, name, value)


def set_groups(
    cloud: Cloud, interface: NetworkInterface, group_ids: list[str], refusals: memberships.Refusals = _GROUPS
) -> None:
    """Set the groups of an interface, and of a primary one's instance; raises as `memberships.check` does."""
    memberships.check(
        cloud,
        group_ids,
        cloud.vswitch(interface.vswitch_id).vpc_id,
        refusals,
        now_in=interface.security_group_ids,
        addresses=len(interface.private_ips),
    )
    interface.security_group_ids = list(group_ids)
    if interface.type == "Primary" and interface.instance_id:
        cloud.instance(interface.instance_id).security_group_ids = list(group_ids)


def leave(cloud: Cloud, interface_id: str, group_id: str) -> None:
    """Remove an interface from a group.

    Raises InvalidEniId.NotFound, InvalidSecurityGroupId.NotFound, InstanceNotInSecurityGroup,
    InstanceLastSecurityGroup (LeaveSecurityGroup).
    """
    interface = cloud.network_interface(interface_id)
    group = cloud.security_group(group_id)
    if group.id not in interface.security_group_ids:
        raise ForbiddenError("InstanceNotInSecurityGroup", "The instance not in the group.")
    remaining = [own for own in interface.security_group_ids if own != group.id]
    if not remaining:
        raise ForbiddenError(
            "InstanceLastSecurityGroup", "The specified security group is the last security group for the instance."
        )
    set_groups(cloud, interface, remaining)


def attach(cloud: Cloud, interface_id: str, instance_id: str) -> None:
    """Attach an Available interface: Attaching for `timings.network_interface` seconds, then InUse.

    Raises InvalidEniId.NotFound, InvalidEcsId.NotFound (404), InvalidOperation.InvalidEniType (a primary one),
    InvalidOperation.InvalidEniState, InvalidOperation.InvalidEcsState, InvalidOperation.InvalidGeneration (the type
    takes none), InvalidOperation.VpcMismatch (another VPC, or the classic network),
    InvalidOperation.AvailabilityZoneMismatch, EniPerInstanceLimitExceeded.
    """
    interface = cloud.network_interface(interface_id)
    instance = _instance(cloud, instance_id)
    _check_secondary(interface)
    if interface.status != "Available":
        raise _wrong_state()
    _check_operable(instance)
    kind = cloud.estate.instance_types.find(instance.instance_type)
    if kind is None or kind.eni_quantity is None:
        raise CloudError("InvalidOperation.InvalidGeneration", "The instance type does not support ENIs.")
    vswitch = cloud.vswitch(interface.vswitch_id)
    if vswitch.vpc_id != instance.vpc_id:
        raise ForbiddenError("InvalidOperation.VpcMismatch", "The ENI and the instance are not in the same VPC.")
    if vswitch.zone_id != instance.zone_id:
        raise ForbiddenError(
            "InvalidOperation.AvailabilityZoneMismatch",
            "The VPC VSwitch of the specified ENI and ECS instance are not in the same availability zone.",
        )
    if len(cloud.interfaces_of(instance.id)) >= kind.eni_quantity:
        raise ForbiddenError(
            "EniPerInstanceLimitExceeded", "The number of ENI exceeds the limit for the type of instance."
        )
    interface.instance_id, interface.status = instance_id, "Attaching"
    cloud.attach(interface)
    cloud.begins(interface, cloud.estate.timings.network_interface)


def detach(cloud: Cloud, interface_id: str, instance_id: str) -> None:
    """Detach an InUse interface: Detaching for `timings.network_interface` seconds, then Available.

    Repeating this while Detaching has no effect. Raises InvalidEniId.NotFound, InvalidEcsId.NotFound (404; of another
    instance too), InvalidOperation.DetachPrimaryEniNotAllowed, InvalidOperation.InvalidEniState,
    InvalidOperation.InvalidEcsState.
    """
    interface = cloud.network_interface(interface_id)
    instance = _instance(cloud, instance_id)
    if interface.type == "Primary":
        raise CloudError(
            "InvalidOperation.DetachPrimaryEniNotAllowed", "Detaching primary ENI from ECS instance is not allowed."
        )
    if interface.status not in ("InUse", "Detaching"):
        raise _wrong_state()
    if interface.instance_id != instance_id:
        raise NotFoundError("InvalidEcsId.NotFound", "The ENI is not attached to the specified instance.")
    _check_operable(instance)
    if interface.status == "InUse":
        interface.status = "Detaching"
        cloud.begins(interface, cloud.estate.timings.network_interface)


def delete(cloud: Cloud, interface_id: str) -> None:
    """Delete an Available interface: Deleting for `timings.network_interface` seconds, then gone.

    Raises InvalidEniId.NotFound, InvalidOperation.InvalidEniType (a primary one), InvalidOperation.InvalidEniState.
    """
    interface = cloud.network_interface(interface_id)
    _check_secondary(interface)
    if interface.status != "Available":
        raise _wrong_state()
    interface.status = "Deleting"
    cloud.begins(interface, cloud.estate.timings.network_interface, leaving=True)


def release(cloud: Cloud, instance: Instance) -> None:
    """Release the interfaces of a released instance: some are deleted with it, the others become Available."""
    for interface in cloud.interfaces_of(instance.id):
        if interface.type == "Primary" or interface.delete_on_release:
            cloud.estate.network_interfaces.remove(interface)
        else:
            interface.status, interface.instance_id, interface.ready_at = "Available", None, None


def assign(cloud: Cloud, interface_id: str, requested: list[str], more: int) -> list[str]:
    """Assign secondary addresses, the `requested` ones or `more` that the cloud chooses; return the new ones.

    Raises InvalidEniId.NotFound, InvalidParameter (neither of both, or both), InvalidOperation.InvalidEniState,
    InvalidOperation.InvalidEcsState, InvalidOperation.Ipv4CountExceeded, InvalidVSwitchId.IpNotEnough,
    InvalidVSwitchId.IpInvalid, InvalidIp.IpAssigned, SecurityGroupInstanceLimitExceed.
    """
    interface = _changeable(cloud, interface_id)
    if bool(requested) == bool(more):
        raise CloudError("InvalidParameter", "Expected either PrivateIpAddress or SecondaryPrivateIpAddressCount.")
    if len(interface.private_ips) + len(requested) + more > MAX_ADDRESSES:
        raise ForbiddenError("InvalidOperation.Ipv4CountExceeded", "The number of IPv4 addresses exceeds the limit.")
    memberships.check(
        cloud,
        interface.security_group_ids,
        cloud.vswitch(interface.vswitch_id).vpc_id,
        _GROUPS,
        addresses=len(requested) + more,
    )
    addresses = private_addresses.claim(
        cloud, cloud.vswitch(interface.vswitch_id), requested, more, _ASSIGNED_ADDRESSES
    )
    interface.private_ips = [*interface.private_ips, *addresses]
    return addresses


def unassign(cloud: Cloud, interface_id: str, addresses: list[str]) -> None:
    """Unassign secondary addresses, all or none.

    Raises InvalidEniId.NotFound, InvalidOperation.InvalidEniState, InvalidOperation.InvalidEcsState,
    InvalidIp.IpUnassigned.
    """
    interface = _changeable(cloud, interface_id)
    if any(address not in interface.private_ips[1:] for address in addresses):
        raise ForbiddenError("InvalidIp.IpUnassigned", "The specified IP is not assigned as a secondary one.")
    interface.private_ips = [address for address in interface.private_ips if address not in addresses]


def _changeable(cloud: Cloud, interface_id: str) -> NetworkInterface:
    interface = cloud.network_interface(interface_id)
    if interface.status not in ("Available", "InUse"):
        raise _wrong_state()
    if interface.type == "Primary" and interface.instance_id:
        _check_operable(cloud.instance(interface.instance_id))
    return interface


def _instance(cloud: Cloud, instance_id: str) -> Instance:
    instance = cloud.estate.instances.find(instance_id)
    if instance is None:
        raise NotFoundError("InvalidEcsId.NotFound", "The specified EcsId is not found.")
    return instance


def _check_operable(instance: Instance) -> None:
    if not instance.operable:
        raise CloudError("InvalidOperation.InvalidEcsState", "The operation is not allowed in the current ECS state.")


def _check_secondary(interface: NetworkInterface) -> None:
    if interface.type == "Primary":
        raise ForbiddenError("InvalidOperation.InvalidEniType", "The operation is not allowed in the current ENI type.")


def _wrong_state() -> CloudError:
    return CloudError("InvalidOperation.InvalidEniState", "The operation is not allowed in the current ENI state.")


def _requested_addresses(new: NewInterface) -> tuple[list[str], int]:
    """Return the wanted addresses, the primary one first, and how many more are wanted."""
    if new.secondary_ips and new.secondary_count is not None:
        raise CloudError(
            "InvalidParameter.Conflict", "PrivateIpAddress and SecondaryPrivateIpAddressCount exclude each other."
        )
    if len(new.secondary_ips) > MAX_TOLD_ADDRESSES:
        raise invalid_parameter("PrivateIpAddress")
    if new.secondary_count is not None and not 1 <= new.secondary_count <= MAX_COUNTED_ADDRESSES:
        raise invalid_parameter("SecondaryPrivateIpAddressCount")
    requested = [*([new.primary_ip] if new.primary_ip else []), *new.secondary_ips]
    return requested, (new.secondary_count or 0) + (new.primary_ip is None)


def _check_texts(name: str, description: str) -> None:
    """Check the texts; the references name no code, so raise InvalidParameter."""
    check_name(name, "InvalidParameter", "NetworkInterfaceName")
    if len(description) > MAX_DESCRIPTION or description.startswith(("http://", "https://")):
        raise invalid_parameter("Description")


def _check_queues(queue_number: int | None) -> None:
    if queue_number is not None and not 1 <= queue_number <= MAX_QUEUES:
        raise invalid_parameter("QueueNumber")
