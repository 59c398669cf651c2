"""ECS instances: start, stop, create, release and change them.

Codes: references of StartInstance, StopInstance, RebootInstance, JoinSecurityGroup, LeaveSecurityGroup, RunInstances,
DeleteInstances, ModifyInstanceAttribute, ModifyInstanceVpcAttribute (AlibabaCloudDocs/ecs, 2019 to 2021). Not found
documented: the codes of ModifyInstanceAttribute for other groups of a classic instance (here OperationDenied), groups
of another network and too many of them (here the codes of JoinSecurityGroup). With StopCharging an instance loses its
public address, and gets another at its start (No Fees for Stopped Instances, 2021). Not simulated: that its start may
fail for want of stock then, and the end of a subscription whose time the clock passes (it goes on running).
"""

import base64
import binascii
import re
from dataclasses import dataclass

from simulator.cloud import disks, eips, load_balancers, memberships, network_interfaces, private_addresses
from simulator.cloud.errors import (
    CloudError,
    ForbiddenError,
    NotFoundError,
    invalid_parameter,
    missing_parameter,
)
from simulator.cloud.names import check_description, check_name
from simulator.cloud.state import Cloud
from simulator.model.ecs import Instance

#: Bytes of user data before it is encoded (SDK text of ModifyInstanceAttribute, 7.11.8)
MAX_USER_DATA = 32 * 1024
_STEADY = ("Running", "Stopped")
_PASSWORD_KINDS = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")
_HOST_NAME = re.compile(r"[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*(\.[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*)*")

_JOINED = memberships.Refusals(
    classic=CloudError("InvalidInstanceId.Mismatch", "Specified instance and security group are not in the same VPC."),
    elsewhere=CloudError(
        "InvalidInstanceId.Mismatch", "Specified instance and security group are not in the same VPC."
    ),
    too_many=CloudError(
        "InstanceSecurityGroupLimitExceeded",
        "Exceeding the allowed amount of security groups that an instance can be in.",
    ),
    full=ForbiddenError(
        "SecurityGroupInstanceLimitExceeded", "The maximum number of instances in a security group is exceeded."
    ),
)
_FULL = ForbiddenError(
    "SecurityGroupInstanceLimitExceed", "Exceeding the allowed amount of instances of a security group."
)
_CHANGED = memberships.Refusals(_JOINED.classic, _JOINED.elsewhere, _JOINED.too_many, _FULL)
_DENIED_GROUP = ForbiddenError("OperationDenied", "The security group is not in the specified VPC.")
_MOVED = memberships.Refusals(_DENIED_GROUP, _DENIED_GROUP, _JOINED.too_many, _FULL)
_MOVED_ADDRESS = private_addresses.Refusals(
    not_enough=ForbiddenError("OperationDenied", "The virtual switch has no free private IP address."),
    outside=CloudError(
        "InvalidPrivateIpAddress.Mismatch", "Specified private IP address is not in the CIDR block of virtual switch."
    ),
    taken=CloudError("InvalidPrivateIpAddress.Duplicated", "Specified private IP address is duplicated."),
    malformed=CloudError("InvalidPrivateIpAddress.Malformed", "Specified private IP address is malformed."),
)


def start(cloud: Cloud, instance_id: str, *, dry_run: bool = False) -> None:
    """Start a Stopped instance: Starting for `timings.instance` seconds, then Running. A dry run only checks.

    Raises InvalidInstanceId.NotFound, InstanceLockedForSecurity, InstanceExpired, IncorrectInstanceStatus.
    """
    instance = cloud.instance(instance_id)
    check_unlocked(instance)
    if expired(cloud, instance):
        raise ForbiddenError("InstanceExpired", "The prePaid instance has been expired.")
    _check_status(instance, "Stopped")
    if not dry_run:
        _begin_start(cloud, instance)


def stop(
    cloud: Cloud,
    instance_id: str,
    *,
    stopped_mode: str | None = None,
    confirmed: bool = False,
    dry_run: bool = False,
) -> None:
    """Stop a Running instance: Stopping for `timings.instance` seconds, then Stopped. A dry run only checks.

    Raises InvalidInstanceId.NotFound, InstanceLockedForSecurity, InstanceExpiredOrInArrears, IncorrectInstanceStatus,
    InstanceType.ParameterMismatch (an i1 without `confirmed`), InvalidInstanceId.NotSupport (StopCharging of what keeps
    being charged).
    """
    instance = cloud.instance(instance_id)
    check_unlocked(instance)
    _check_paid(cloud, instance)
    if instance.instance_type.startswith("ecs.i1.") and not confirmed:
        raise ForbiddenError(
            "InstanceType.ParameterMismatch",
            "The input parameter ConfirmStop must be true when an instance have localstorage.",
        )
    _check_status(instance, "Running")
    if stopped_mode == "StopCharging":
        _check_stop_charging(instance)
    if not dry_run:
        instance.status = "Stopping"
        instance.stop_charging = stopped_mode == "StopCharging"
        if instance.stop_charging:
            instance.public_ips = []
        cloud.begins(instance, cloud.estate.timings.instance)


def reboot(cloud: Cloud, instance_id: str, *, dry_run: bool) -> None:
    """Restart a Running instance: Starting for `timings.instance` seconds, then Running. A dry run only checks.

    Raises InvalidInstanceId.NotFound, InstanceLockedForSecurity, InstanceExpiredOrInArrears, IncorrectInstanceStatus.
    """
    instance = cloud.instance(instance_id)
    check_unlocked(instance)
    _check_paid(cloud, instance)
    _check_status(instance, "Running")
    if not dry_run:
        _begin_start(cloud, instance)


def delete(
    cloud: Cloud,
    instance_ids: list[str],
    *,
    force: bool = False,
    terminate_subscription: bool = False,
    dry_run: bool = False,
) -> None:
    """Release instances, all or none: attached resources are released or Available again, EIPs are unbound.

    A Running one needs `force`, a subscription that has not ended `terminate_subscription`. A
    dry run only checks. Raises InvalidInstanceId.NotFound, InstanceLockedForSecurity,
    InvalidOperation.DeletionProtection, ChargeTypeViolation, IncorrectInstanceStatus,
    IncorrectInstanceStatus.Initializing, DependencyViolation.RouteEntry.
    """
    instances = [cloud.instance(instance_id) for instance_id in dict.fromkeys(instance_ids)]
    for instance in instances:
        _check_releasable(cloud, instance, force, terminate_subscription)
    if not dry_run:
        for instance in instances:
            release(cloud, instance)


def is_next_hop(cloud: Cloud, instance: Instance) -> bool:
    """Whether a route leads to an instance, which then cannot be released."""
    return any(entry.next_hop_id == instance.id for entry in cloud.estate.route_entries)


def release(cloud: Cloud, instance: Instance) -> None:
    """Release an instance without a check: its disks go with it or become Available, its EIPs are unbound."""
    estate = cloud.estate
    network_interfaces.release(cloud, instance)
    load_balancers.forget(cloud, instance.id)
    for disk in [disk for disk in estate.disks if disk.instance_id == instance.id]:
        if disk.goes_with_instance:
            disks.remove(cloud, disk)
        else:
            disk.status, disk.instance_id, disk.device = "Available", None, ""
            disk.ready_at, disk.detached_at = None, cloud.clock.now()
    for eip in estate.eips:
        if eip.instance_id == instance.id and eip.status != "Unassociating":
            eip.status = "Unassociating"
            cloud.begins(eip, estate.timings.eip)
    link = estate.classic_links.find(instance.id)
    if link is not None:
        estate.classic_links.remove(link)
    for event in [event for event in estate.events if event.instance_id == instance.id]:
        estate.events.remove(event)
    estate.instances.remove(instance)


def join(cloud: Cloud, instance_id: str, group_id: str) -> None:
    """Add an instance to a group.

    Raises InvalidInstanceId.NotFound, InvalidSecurityGroupId.NotFound, InstanceLockedForSecurity,
    IncorrectInstanceStatus, InvalidInstanceId.AlreadyExists, InvalidInstanceId.Mismatch (400), InvalidParameter (basic
    and advanced groups mixed), InstanceSecurityGroupLimitExceeded (400), SecurityGroupInstanceLimitExceeded.
    """
    instance = cloud.instance(instance_id)
    group = cloud.security_group(group_id)
    check_unlocked(instance)
    _check_status(instance, *_STEADY)
    if group.id in instance.security_group_ids:
        raise ForbiddenError(
            "InvalidInstanceId.AlreadyExists", "The specified instance already exists in the specified security group."
        )
    _set_groups(cloud, instance, [*instance.security_group_ids, group.id], _JOINED)


def leave(cloud: Cloud, instance_id: str, group_id: str) -> None:
    """Remove an instance from a group.

    Raises InvalidInstanceId.NotFound, InvalidSecurityGroupId.NotFound, and with 403 InstanceLockedForSecurity,
    IncorrectInstanceStatus, InstanceNotInSecurityGroup, InstanceLastSecurityGroup.
    """
    instance = cloud.instance(instance_id)
    group = cloud.security_group(group_id)
    check_unlocked(instance)
    _check_status(instance, *_STEADY)
    if group.id not in instance.security_group_ids:
        raise ForbiddenError("InstanceNotInSecurityGroup", "The instance not in the group.")
    if len(instance.security_group_ids) == 1:
        raise ForbiddenError(
            "InstanceLastSecurityGroup", "The specified security group is the last security group for the instance."
        )
    remaining = [own for own in instance.security_group_ids if own != group.id]
    _set_groups(cloud, instance, remaining, _JOINED)


@dataclass(frozen=True)
class Changes:
    """Changes of an instance; None changes nothing. A password is checked, and not kept."""

    name: str | None = None
    description: str | None = None
    host_name: str | None = None
    password: str | None = None
    user_data: str | None = None
    deletion_protection: bool | None = None
    jumbo_frame: bool | None = None
    group_ids: list[str] | None = None


def modify(cloud: Cloud, instance_id: str, to: Changes) -> None:
    """Make the given changes, all or none. Groups replace the present ones.

    Raises InvalidInstanceId.NotFound, InstanceLockedForSecurity, InvalidInstanceName.Malformed,
    InvalidDescription.Malformed, InvalidHostName.Malformed, InvalidPassword.Malformed, IncorrectInstanceStatus (a
    password while Starting), InvalidUserData.NotSupported (classic, or not I/O optimized),
    InvalidUserData.SizeExceeded, InvalidParameter (user data that is not Base64), and for groups OperationDenied (a
    classic instance), InvalidSecurityGroupId.NotFound, InvalidInstanceId.Mismatch, InstanceSecurityGroupLimitExceeded,
    SecurityGroupInstanceLimitExceed.
    """
    instance = cloud.instance(instance_id)
    check_unlocked(instance)
    check_texts(instance, to.name, to.description, to.host_name)
    if to.password is not None:
        check_password(to.password)
        _check_status(instance, "Pending", "Running", "Stopping", "Stopped")
    if to.user_data is not None:
        in_vpc = instance.network_type == "vpc"
        check_user_data(to.user_data, in_vpc=in_vpc, io_optimized=instance.io_optimized)
    if to.group_ids is not None:
        if instance.network_type == "classic":
            raise ForbiddenError("OperationDenied", "The security groups of a classic instance cannot be replaced.")
        _set_groups(cloud, instance, to.group_ids, _CHANGED)
    instance.name = to.name or instance.name
    instance.description = instance.description if to.description is None else to.description
    instance.host_name = to.host_name or instance.host_name
    instance.user_data = instance.user_data if to.user_data is None else to.user_data
    if to.deletion_protection is not None:
        instance.deletion_protection = to.deletion_protection
    if to.jumbo_frame is not None:
        instance.jumbo_frame = to.jumbo_frame


def move(
    cloud: Cloud,
    instance_id: str,
    vswitch_id: str,
    private_ip: str | None,
    vpc_id: str | None,
    group_ids: list[str],
) -> None:
    """Move a Stopped instance to another VSwitch or address of its VPC, or with `vpc_id` to another VPC and its groups.

    Raises InvalidInstanceId.NotFound, InvalidVSwitchId.NotFound (404; of another VPC too), MissingParameter (groups,
    with `vpc_id`), and with 400 OperationDenied (a classic instance), IncorrectInstanceStatus, IncorrectVSwitchStatus,
    InvalidVSwitchId.Mismatch (another zone), InvalidPrivateIp.Changing (changed since the last start),
    InvalidPrivateIpAddress.Malformed, .Mismatch, .Duplicated; with 403 OperationDenied (locked, secondary interfaces or
    addresses, no free address, a group of another VPC), SecurityGroupInstanceLimitExceed;
    InvalidSecurityGroupId.NotFound.
    """
    instance = cloud.instance(instance_id)
    if instance.network_type == "classic":
        raise CloudError("OperationDenied", "Specified operation is denied as your instance is not in VPC.")
    if instance.status != "Stopped" or instance.migrating:
        raise CloudError("IncorrectInstanceStatus", "The current status of instance does not support this operation.")
    vswitch = cloud.vswitch(vswitch_id)
    if vswitch.vpc_id != (vpc_id or instance.vpc_id):
        raise NotFoundError("InvalidVSwitchId.NotFound", "Specified virtual switch is not found in current VPC.")
    if vswitch.status != "Available":
        raise CloudError(
            "IncorrectVSwitchStatus", "The current status of virtual switch does not support this operation."
        )
    if vswitch.zone_id != instance.zone_id:
        raise CloudError("InvalidVSwitchId.Mismatch", "Specified instance and virtual switch are not in the same zone.")
    if instance.address_changed:
        raise CloudError("InvalidPrivateIp.Changing", "Previous action is not finished yet.")
    primary = network_interfaces.primary_of(cloud, instance)
    other_vpc = vswitch.vpc_id != instance.vpc_id
    if other_vpc:
        _check_movable(cloud, instance)
        if not group_ids:
            raise missing_parameter("SecurityGroupId")
        memberships.check(cloud, group_ids, vswitch.vpc_id, _MOVED)
    if private_ip is not None and private_ip == instance.intranet_ips[0]:
        raise CloudError("InvalidPrivateIpAddress.Duplicated", "error new ip is the same with old ip")
    if vswitch.id == instance.vswitch_id and private_ip is None:
        return
    addresses = private_addresses.claim(
        cloud, vswitch, [private_ip] if private_ip else [], 0 if private_ip else 1, _MOVED_ADDRESS
    )
    instance.vpc_id, instance.vswitch_id, instance.intranet_ips = vswitch.vpc_id, vswitch.id, addresses
    instance.address_changed = True
    primary.vswitch_id, primary.private_ips = vswitch.id, [*addresses, *primary.private_ips[1:]]
    if other_vpc:
        instance.security_group_ids = list(group_ids)
        primary.security_group_ids = list(group_ids)


def expired(cloud: Cloud, instance: Instance) -> bool:
    """Whether the instance's subscription has ended."""
    return (
        instance.charge_type == "PrePaid"
        and instance.expired_at is not None
        and instance.expired_at <= cloud.clock.now()
    )


def check_texts(instance: Instance | None, name: str | None, description: str | None, host_name: str | None) -> None:
    """Raise InvalidInstanceName.Malformed, InvalidDescription.Malformed, InvalidHostName.Malformed."""
    check_name(name or "", "InvalidInstanceName.Malformed", "InstanceName")
    check_description(description or "", "InvalidDescription.Malformed")
    longest = 15 if instance is not None and instance.os_type == "windows" else 64
    if host_name and not (2 <= len(host_name) <= longest and _HOST_NAME.fullmatch(host_name)):
        raise invalid_parameter("HostName", "InvalidHostName.Malformed")


def check_password(password: str) -> None:
    """Check for 8 to 30 characters of at least three kinds; raises InvalidPassword.Malformed."""
    kinds = sum(re.search(kind, password) is not None for kind in _PASSWORD_KINDS)
    if not 8 <= len(password) <= 30 or kinds < 3:
        raise invalid_parameter("Password", "InvalidPassword.Malformed")


def check_user_data(user_data: str, *, in_vpc: bool, io_optimized: bool) -> None:
    """Raise InvalidUserData.NotSupported, InvalidUserData.SizeExceeded, InvalidParameter (it is not Base64)."""
    if not (in_vpc and io_optimized):
        raise CloudError(
            "InvalidUserData.NotSupported",
            'The specified parameter "UserData" only support the vpc and IoOptimized Instance.',
        )
    try:
        size = len(base64.b64decode(user_data, validate=True))
    except (binascii.Error, ValueError):
        raise invalid_parameter("UserData") from None
    if size > MAX_USER_DATA:
        raise CloudError("InvalidUserData.SizeExceeded", 'The specified parameter "UserData" exceeds the size.')


def _begin_start(cloud: Cloud, instance: Instance) -> None:
    instance.status, instance.address_changed, instance.started_at = "Starting", False, cloud.clock.now()
    instance.bandwidth_awaits_start = False
    if instance.stop_charging and instance.internet_max_bandwidth_out:
        instance.public_ips = [eips.free_address(cloud, cloud.ids.new("ip", instance.id))]
    instance.stop_charging = False
    cloud.begins(instance, cloud.estate.timings.instance)


def _set_groups(cloud: Cloud, instance: Instance, group_ids: list[str], refusals: memberships.Refusals) -> None:
    """Set the groups of an instance, and in a VPC of its primary interface."""
    if instance.network_type == "vpc":
        network_interfaces.set_groups(cloud, network_interfaces.primary_of(cloud, instance), group_ids, refusals)
        return
    memberships.check(cloud, group_ids, None, refusals, now_in=instance.security_group_ids)
    instance.security_group_ids = group_ids


def check_unlocked(instance: Instance) -> None:
    """Raise InstanceLockedForSecurity for an instance that Security Center locked."""
    if "security" in instance.locks:
        raise ForbiddenError(
            "InstanceLockedForSecurity",
            "The specified operation is denied as your instance is locked for security reasons.",
        )


def _check_paid(cloud: Cloud, instance: Instance) -> None:
    if expired(cloud, instance):
        raise ForbiddenError(
            "InstanceExpiredOrInArrears",
            "The specified operation is denied as your prepay instance is expired (prepay mode).",
        )


def _check_status(instance: Instance, *statuses: str) -> None:
    if instance.status not in statuses or instance.migrating:
        raise ForbiddenError(
            "IncorrectInstanceStatus", "The current status of the resource does not support this operation."
        )


def _check_stop_charging(instance: Instance) -> None:
    kinds = {
        "Classic network Instance": instance.network_type == "classic",
        "Pre pay instance": instance.charge_type == "PrePaid",
        "Local disk instance": instance.local_storage_amount > 0,
        "Spot instance": instance.spot_strategy != "NoSpot",
    }
    for kind, holds in kinds.items():
        if holds:
            raise ForbiddenError("InvalidInstanceId.NotSupport", f"{kind} does not support this operation.")


def _check_releasable(cloud: Cloud, instance: Instance, force: bool, terminate_subscription: bool) -> None:
    check_unlocked(instance)
    if instance.deletion_protection and instance.charge_type == "PostPaid":
        raise ForbiddenError(
            "InvalidOperation.DeletionProtection", "The operation is not allowed due to deletion protection."
        )
    if instance.charge_type == "PrePaid" and not expired(cloud, instance) and not terminate_subscription:
        raise ForbiddenError(
            "ChargeTypeViolation", "The operation is not permitted due to charge type of the instance."
        )
    if instance.status == "Pending":
        raise ForbiddenError(
            "IncorrectInstanceStatus.Initializing", "The specified instance status does not support this operation."
        )
    _check_status(instance, *(_STEADY if force else ("Stopped",)))
    if is_next_hop(cloud, instance):
        raise CloudError("DependencyViolation.RouteEntry", "Specified instance is used by route entry.")


def _check_movable(cloud: Cloud, instance: Instance) -> None:
    """Check that an instance can move to another VPC: not locked, not expired, one interface with one address."""
    interfaces = cloud.interfaces_of(instance.id)
    if instance.locks or expired(cloud, instance) or len(interfaces) > 1 or len(interfaces[0].private_ips) > 1:
        raise ForbiddenError("OperationDenied", "The instance cannot be moved to another VPC.")
