"""ECS: create, start, stop, change and release instances."""

from simulator.api import resource_groups
from simulator.api.call import Answer, Call
from simulator.api.ecs_instance_terms import release_time
from simulator.api.ecs_order_interfaces import interfaces
from simulator.api.registry import ECS, action
from simulator.cloud import instance_options, instances, network_interfaces, purchases
from simulator.cloud.errors import CloudError, NotSimulatedError, dry_run_passed, invalid_parameter, missing_parameter
from simulator.cloud.state import Cloud

_INSTANCE = "instance/{InstanceId}"
_RELEASE_CODES = (
    "InvalidInstanceId.NotFound InstanceLockedForSecurity InvalidOperation.DeletionProtection ChargeTypeViolation "
    "IncorrectInstanceStatus IncorrectInstanceStatus.Initializing DependencyViolation.RouteEntry"
)
_DISK_FIELDS = (
    "Category",
    "Size",
    "DiskName",
    "Description",
    "PerformanceLevel",
    "DeleteWithInstance",
    "Encrypted",
    "Device",
    "AutoSnapshotPolicyId",
    "KMSKeyId",
    "EncryptAlgorithm",
    "ProvisionedIops",
    "BurstingEnabled",
)


@action(
    ECS,
    "StartInstance",
    "InstanceId InitLocalDisk DryRun",
    raises="InvalidInstanceId.NotFound InstanceLockedForSecurity InstanceExpired IncorrectInstanceStatus",
    resources=_INSTANCE,
)
def start_instance(cloud: Cloud, call: Call) -> Answer:
    """Start a Stopped instance: Starting, then Running."""
    if call.flag("InitLocalDisk"):
        raise NotSimulatedError("InitLocalDisk of StartInstance")
    dry_run = bool(call.flag("DryRun"))
    instances.start(cloud, call.text("InstanceId"), dry_run=dry_run)
    return _empty_answer(dry_run)


@action(
    ECS,
    "StopInstance",
    "InstanceId ForceStop ConfirmStop StoppedMode DryRun",
    raises="InvalidInstanceId.NotFound InstanceLockedForSecurity InstanceExpiredOrInArrears IncorrectInstanceStatus "
    "InstanceType.ParameterMismatch InvalidInstanceId.NotSupport",
    resources=_INSTANCE,
)
def stop_instance(cloud: Cloud, call: Call) -> Answer:
    """Stop a Running instance: Stopping, then Stopped; force does not shorten that.

    With StoppedMode StopCharging a pay-as-you-go instance in a VPC loses its public address; its start brings another.
    """
    call.flag("ForceStop")
    # Not-applicable is what DescribeInstances answers, and what Alibaba's own provider hands back.
    mode = call.choice("StoppedMode", ("KeepCharging", "StopCharging", "Not-applicable"))
    dry_run = bool(call.flag("DryRun"))
    confirmed = bool(call.flag("ConfirmStop"))
    instances.stop(cloud, call.text("InstanceId"), stopped_mode=mode, confirmed=confirmed, dry_run=dry_run)
    return _empty_answer(dry_run)


@action(
    ECS,
    "RebootInstance",
    "InstanceId ForceStop DryRun",
    raises="InvalidInstanceId.NotFound InstanceLockedForSecurity InstanceExpiredOrInArrears IncorrectInstanceStatus",
    resources=_INSTANCE,
)
def reboot_instance(cloud: Cloud, call: Call) -> Answer:
    """Restart a Running instance: Starting, then Running."""
    call.flag("ForceStop")
    dry_run = bool(call.flag("DryRun"))
    instances.reboot(cloud, call.text("InstanceId"), dry_run=dry_run)
    return _empty_answer(dry_run)


@action(
    ECS,
    "DeleteInstance",
    "InstanceId Force ForceStop TerminateSubscription DryRun",
    raises=_RELEASE_CODES,
    resources=_INSTANCE,
)
def delete_instance(cloud: Cloud, call: Call) -> Answer:
    """Release an instance; a Running one needs Force, a subscription before its end TerminateSubscription."""
    return _delete(cloud, call, [call.text("InstanceId")])


@action(
    ECS,
    "DeleteInstances",
    "InstanceId Force ForceStop TerminateSubscription DryRun",
    raises=_RELEASE_CODES,
    remembers_token=True,
    resources=_INSTANCE,
)
def delete_instances(cloud: Cloud, call: Call) -> Answer:
    """Release instances (InstanceId.N, at most 100), all or none; as DeleteInstance."""
    ids = call.repeated("InstanceId")
    if not ids:
        raise missing_parameter("InstanceId")
    if len(ids) > 100:
        raise CloudError("InvalidParameter", "At most 100 InstanceId can be given in one call.")
    return _delete(cloud, call, ids)


@action(
    ECS,
    "ModifyInstanceAttribute",
    "InstanceId InstanceName Description HostName Password UserData DeletionProtection EnableJumboFrame "
    "SecurityGroupIds",
    raises="InvalidInstanceId.NotFound InstanceLockedForSecurity InvalidInstanceName.Malformed "
    "InvalidDescription.Malformed InvalidHostName.Malformed InvalidPassword.Malformed IncorrectInstanceStatus "
    "InvalidUserData.NotSupported InvalidUserData.SizeExceeded OperationDenied InvalidSecurityGroupId.NotFound "
    "InvalidInstanceId.Mismatch InstanceSecurityGroupLimitExceeded SecurityGroupInstanceLimitExceed",
    resources=_INSTANCE,
)
def modify_instance_attribute(cloud: Cloud, call: Call) -> None:
    """Change the given attributes; SecurityGroupIds.N replace the groups of an instance in a VPC."""
    changes = instances.Changes(
        name=call.given("InstanceName"),
        description=call.given("Description"),
        host_name=call.given("HostName"),
        password=call.optional("Password"),
        user_data=call.given("UserData"),
        deletion_protection=call.flag("DeletionProtection"),
        jumbo_frame=call.flag("EnableJumboFrame"),
        group_ids=call.repeated("SecurityGroupIds") or None,
    )
    instances.modify(cloud, call.text("InstanceId"), changes)


@action(
    ECS,
    "ModifyInstanceVpcAttribute",
    "InstanceId VSwitchId PrivateIpAddress VpcId SecurityGroupId",
    raises="InvalidInstanceId.NotFound InvalidVSwitchId.NotFound OperationDenied IncorrectInstanceStatus "
    "IncorrectVSwitchStatus InvalidVSwitchId.Mismatch InvalidPrivateIp.Changing InvalidPrivateIpAddress.Malformed "
    "InvalidPrivateIpAddress.Mismatch InvalidPrivateIpAddress.Duplicated InvalidSecurityGroupId.NotFound "
    "SecurityGroupInstanceLimitExceed InstanceSecurityGroupLimitExceeded",
    resources=_INSTANCE,
)
def modify_instance_vpc_attribute(cloud: Cloud, call: Call) -> None:
    """Change VSwitch, address or VPC of a Stopped instance in a VPC; a classic one is refused."""
    instances.move(
        cloud,
        call.text("InstanceId"),
        call.text("VSwitchId"),
        call.optional("PrivateIpAddress"),
        call.optional("VpcId"),
        call.repeated("SecurityGroupId"),
    )


@action(
    ECS,
    "JoinSecurityGroup",
    "InstanceId NetworkInterfaceId SecurityGroupId",
    raises="InvalidInstanceId.NotFound InvalidEniId.NotFound InvalidSecurityGroupId.NotFound InstanceLockedForSecurity "
    "IncorrectInstanceStatus InvalidInstanceId.AlreadyExists InvalidInstanceId.Mismatch "
    "InstanceSecurityGroupLimitExceeded SecurityGroupInstanceLimitExceeded InvalidSecurityGroupId.NotVpc "
    "InvalidOperation.VpcMismatch JoinedGroupLimitExceed SecurityGroupInstanceLimitExceed",
    resources="instance/{InstanceId} securitygroup/{SecurityGroupId}",
)
def join_security_group(cloud: Cloud, call: Call) -> None:
    """Add an instance or a network interface to a group (codes as ModifyNetworkInterfaceAttribute)."""
    interface_id = _interface(call)
    if interface_id is None:
        instances.join(cloud, call.text("InstanceId"), call.text("SecurityGroupId"))
    else:
        groups = cloud.network_interface(interface_id).security_group_ids
        joined = network_interfaces.Changes(security_group_ids=[*groups, call.text("SecurityGroupId")])
        network_interfaces.modify(cloud, interface_id, joined)


@action(
    ECS,
    "LeaveSecurityGroup",
    "InstanceId NetworkInterfaceId SecurityGroupId",
    raises="InvalidInstanceId.NotFound InvalidEniId.NotFound InvalidSecurityGroupId.NotFound InstanceLockedForSecurity "
    "IncorrectInstanceStatus InstanceNotInSecurityGroup InstanceLastSecurityGroup",
    resources="instance/{InstanceId} securitygroup/{SecurityGroupId}",
)
def leave_security_group(cloud: Cloud, call: Call) -> None:
    """Remove an instance or a network interface from a group, unless it is its last one."""
    interface_id = _interface(call)
    if interface_id is None:
        instances.leave(cloud, call.text("InstanceId"), call.text("SecurityGroupId"))
    else:
        network_interfaces.leave(cloud, interface_id, call.text("SecurityGroupId"))


@action(
    ECS,
    "RunInstances",
    "ImageId InstanceType VSwitchId SecurityGroupId SecurityGroupIds ZoneId Amount MinAmount InstanceName UniqueSuffix "
    "Description HostName Password KeyPairName PrivateIpAddress InternetMaxBandwidthOut InternetMaxBandwidthIn "
    "InternetChargeType InstanceChargeType Period PeriodUnit AutoRenew AutoRenewPeriod AutoPay IoOptimized "
    "SpotStrategy AutoReleaseTime DeletionProtection UserData RamRoleName SecurityEnhancementStrategy SystemDisk "
    "DataDisk HttpEndpoint HttpTokens HttpPutResponseHopLimit PrivatePoolOptions "
    "NetworkInterface NetworkOptions Tag DryRun",
    raises="InvalidVSwitchId.NotFound IncorrectVSwitchStatus InvalidZoneId.NotFound InvalidParameter.Mismatch "
    "InvalidImageId.NotFound InvalidInstanceType.ValueNotSupported OperationDenied.NoStock InvalidParam.Amount "
    "InvalidInstanceName.Malformed InvalidDescription.Malformed InvalidHostName.Malformed InvalidPassword.Malformed "
    "InvalidKeyPairName.NotFound DependencyViolation.WindowsInstance "
    "InvalidRamRole.NotFound InvalidRamRole.NotEcsRole InvalidHttpEndpoint.NotSupported InvalidHttpTokens.NotSupported "
    "InvalidParam.NetworkInterface InvalidParameter.EncryptedIllegal InvalidParameter.KMSKeyId.NotFound "
    "InvalidParameter.KMSKeyId.CMKNotEnabled ProvisionedIopsForDiskCategoryUnsupported "
    "InvalidProvisionedIops.LimitExceed BurstingEnabledForDiskCategoryUnsupported "
    "InvalidHttpPutResponseHopLimit.NotSupported Invalid.PrivatePoolOptionsId MissingParameter.PrivatePoolOptionsId "
    "InvalidUserData.SizeExceeded InvalidParameter.Bandwidth InvalidPeriod InvalidAutoReleaseTime.Malformed "
    "InvalidSystemDiskCategory.ValueNotSupported InvalidSystemDiskSize.LessThanImageSize "
    "InvalidSystemDiskSize.ValueNotSupported InvalidDataDiskCategory.ValueNotSupported "
    "InvalidDataDiskSize.ValueNotSupported InstanceDiskNumber.LimitExceed InvalidDiskName.Malformed "
    "InvalidDiskDescription.Malformed InvalidAutoSnapshotPolicyId.NotFound "
    "InvalidSecurityGroupId.NotFound JoinedGroupLimitExceed "
    "SecurityGroupInstanceLimitExceed QuotaExceeded.PrivateIpAddress InvalidPrivateIpAddress "
    "InvalidPrivateIpAddress.Malformed InvalidPrivateIpAddress.Duplicated MissingParameter.TagKey",
    remembers_token=True,
    resources="instance/*",
)
def run_instances(cloud: Cloud, call: Call) -> Answer:
    """Create and start instances in a VSwitch: Pending, then Running. Amount 1 to 100, all or none.

    VSwitchId is mandatory, since classic instances are not sold. Only on-demand and subscription instances: another
    SpotStrategy than NoSpot is refused. A password is checked and forgotten; disks have an image's or a given size.
    SecurityEnhancementStrategy is about the guest system, and changes nothing. NetworkInterface.N is the primary
    interface in place of VSwitchId and groups, or secondary ones (of one instance, Standard, IPv4 only).
    """
    call.choice("SecurityEnhancementStrategy", ("Active", "Deactive"))
    order = _order(call)
    group_id = resource_groups.named(cloud, call)
    instances = purchases.run(cloud, order, dry_run=bool(call.flag("DryRun")))
    for instance in instances:
        instance.resource_group_id = group_id
    return {"InstanceIdSets": {"InstanceIdSet": [instance.id for instance in instances]}}


def _empty_answer(dry_run: bool) -> Answer:
    if dry_run:
        raise dry_run_passed()
    return {}


def _delete(cloud: Cloud, call: Call, ids: list[str]) -> Answer:
    dry_run = bool(call.flag("DryRun"))
    call.flag("ForceStop")
    instances.delete(
        cloud,
        ids,
        force=bool(call.flag("Force")),
        terminate_subscription=bool(call.flag("TerminateSubscription")),
        dry_run=dry_run,
    )
    return _empty_answer(dry_run)


def _interface(call: Call) -> str | None:
    """Return the network interface, or None if an instance is named; both at once are refused."""
    interface_id = call.optional("NetworkInterfaceId")
    if interface_id is not None and call.optional("InstanceId") is not None:
        raise CloudError("InvalidParameter", "InstanceId and NetworkInterfaceId exclude each other.")
    return interface_id


def _order(call: Call) -> purchases.Order:
    if call.choice("IoOptimized", ("none", "optimized")) == "none":
        raise NotSimulatedError("RunInstances with IoOptimized none")
    if call.choice("SpotStrategy", ("NoSpot", "SpotWithPriceLimit", "SpotAsPriceGo")) not in (None, "NoSpot"):
        raise NotSimulatedError("RunInstances of spot instances")
    requested, options = interfaces(call), _nested(call, "NetworkOptions")
    if options.names() - {"EnableJumboFrame"}:
        raise NotSimulatedError(f"the fields {', '.join(sorted(options.names()))} of NetworkOptions")
    subscribed = call.choice("InstanceChargeType", ("PrePaid", "PostPaid")) == "PrePaid"
    by_bandwidth = call.choice("InternetChargeType", ("PayByTraffic", "PayByBandwidth")) == "PayByBandwidth"
    return purchases.Order(
        image_id=call.text("ImageId"),
        instance_type=call.text("InstanceType"),
        vswitch_id=requested.vswitch_id or call.text("VSwitchId"),
        security_group_ids=_groups(call) if requested.security_group_ids is None else requested.security_group_ids,
        amount=_count(call, "Amount") or 1,
        zone_id=call.optional("ZoneId"),
        name=call.optional("InstanceName"),
        unique_suffix=bool(call.flag("UniqueSuffix")),
        description=call.optional("Description") or "",
        host_name=call.optional("HostName"),
        password=call.optional("Password"),
        key_pair_name=call.optional("KeyPairName"),
        private_ip=requested.private_ip or call.optional("PrivateIpAddress"),
        source_dest_check=requested.source_dest_check,
        jumbo_frame=bool(options.flag("EnableJumboFrame")),
        interfaces=requested.secondary,
        bandwidth_out=call.integer("InternetMaxBandwidthOut") or 0,
        bandwidth_in=call.integer("InternetMaxBandwidthIn"),
        internet_charge_type="PayByBandwidth" if by_bandwidth else "PayByTraffic",
        charge_type="PrePaid" if subscribed else "PostPaid",
        months=_months(call, "Period"),
        auto_renew_months=(_months(call, "AutoRenewPeriod") or 1) if call.flag("AutoRenew") else 0,
        auto_release_at=release_time(call),
        deletion_protection=bool(call.flag("DeletionProtection")),
        user_data=call.optional("UserData"),
        ram_role_name=call.optional("RamRoleName") or "",
        metadata=instance_options.metadata_options(
            call.optional("HttpEndpoint"), call.optional("HttpTokens"), call.integer("HttpPutResponseHopLimit")
        ),
        private_pool=instance_options.private_pool(
            call.optional("PrivatePoolOptions.MatchCriteria"), call.optional("PrivatePoolOptions.Id")
        ),
        system_disk=_disk(_nested(call, "SystemDisk")),
        data_disks=[_disk(record) for record in call.records("DataDisk")],
        tags=call.tags(),
    )


def _groups(call: Call) -> list[str]:
    """Return SecurityGroupId or SecurityGroupIds.N; exactly one of them must be given."""
    one, several = call.optional("SecurityGroupId"), call.repeated("SecurityGroupIds")
    if one is None and not several:
        raise missing_parameter("SecurityGroupId")
    if one is not None and several:
        raise invalid_parameter("SecurityGroupIds")
    return several or [str(one)]


def _count(call: Call, name: str) -> int | None:
    """Return Amount; MinAmount has no effect, because the simulated stock never runs out."""
    least, count = call.integer("MinAmount"), call.integer(name)
    if least is not None and not 1 <= least <= (count or 1):
        raise invalid_parameter("MinAmount")
    return count


def _months(call: Call, name: str) -> int | None:
    unit = call.choice("PeriodUnit", ("Month", "Year", "Week"))
    if unit == "Week":
        raise NotSimulatedError("PeriodUnit Week of RunInstances")
    count = call.integer(name)
    return None if count is None else count * (12 if unit == "Year" else 1)


def _nested(call: Call, name: str) -> Call:
    """Return parameters such as `SystemDisk.Size` as a call of their own."""
    start = f"{name}."
    fields = {key.removeprefix(start): value for key, value in call.parameters.items() if key.startswith(start)}
    return Call(fields, call.caller, call.host)


def _disk(fields: Call) -> purchases.RequestedDisk:
    unknown = fields.names() - set(_DISK_FIELDS)
    if unknown:
        raise NotSimulatedError(f"the fields {', '.join(sorted(unknown))} of disks of RunInstances")
    if fields.choice("EncryptAlgorithm", ("aes-256", "sm4-128")) == "sm4-128":
        raise NotSimulatedError("EncryptAlgorithm sm4-128")
    return purchases.RequestedDisk(
        category=fields.optional("Category"),
        size_gib=fields.integer("Size"),
        name=fields.optional("DiskName") or "",
        description=fields.optional("Description") or "",
        performance_level=fields.optional("PerformanceLevel"),
        delete_with_instance=fields.flag("DeleteWithInstance"),
        encrypted=bool(fields.flag("Encrypted")),
        device=fields.optional("Device"),
        auto_snapshot_policy_id=fields.optional("AutoSnapshotPolicyId"),
        kms_key_id=fields.optional("KMSKeyId") or "",
        provisioned_iops=fields.integer("ProvisionedIops"),
        bursting_enabled=bool(fields.flag("BurstingEnabled")),
    )
