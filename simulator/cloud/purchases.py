"""Create instances, always in a VSwitch: classic instances are no longer sold.

Codes: reference of RunInstances (AlibabaCloudDocs/ecs, 2021), which has several for one case: a type that the zone
does not stock is OperationDenied.NoStock here, a VSwitch without a free address QuotaExceeded.PrivateIpAddress. Not
documented is the code for an automatic snapshot policy that is not there.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, cast

from simulator.cloud import (
    bought_interfaces,
    disks,
    eips,
    instance_terms,
    key_pairs,
    memberships,
    network_interfaces,
    private_addresses,
    ram_roles,
)
from simulator.cloud.bought_interfaces import RequestedInterface
from simulator.cloud.errors import CloudError, ForbiddenError, NotFoundError, dry_run_passed, invalid_parameter
from simulator.cloud.instances import check_password, check_texts, check_user_data
from simulator.cloud.names import check_description, check_name
from simulator.cloud.state import Cloud
from simulator.model.ecs import Instance, MetadataOptions
from simulator.model.ecs_storage import Disk, DiskCategory, PerformanceLevel
from simulator.model.images import Image
from simulator.model.vpc import VSwitch

MAX_AMOUNT = 100
MAX_BANDWIDTH = 100
MAX_SYSTEM_DISK = 2048
MAX_DATA_DISKS = 16
# GiB of a system disk without a size, if its image is not larger.
LEAST_SYSTEM_DISK = 40
_USUAL_CATEGORY = "cloud_efficiency"
_SYSTEM_CATEGORIES = ("cloud_efficiency", "cloud_ssd", "cloud_essd", "cloud_auto", "cloud_essd_entry")

_MISMATCH = CloudError(
    "InvalidParameter.Mismatch", "Specified security group and virtual switch are not in the same VPC."
)
_GROUPS = memberships.Refusals(
    classic=_MISMATCH,
    elsewhere=_MISMATCH,
    too_many=CloudError("JoinedGroupLimitExceed", "The maximum number of security groups of an ENI is exceeded."),
    full=ForbiddenError(
        "SecurityGroupInstanceLimitExceed", "Exceeding the allowed amount of instances of a security group."
    ),
)
_ADDRESSES = private_addresses.Refusals(
    not_enough=CloudError("QuotaExceeded.PrivateIpAddress", "Don't have enough private IPs in this switch"),
    outside=CloudError(
        "InvalidPrivateIpAddress", "Specified private IP address is not in the CIDR block of virtual switch."
    ),
    taken=CloudError("InvalidPrivateIpAddress.Duplicated", "Specified private IP address is duplicated."),
    malformed=CloudError("InvalidPrivateIpAddress.Malformed", "Specified private IP address is malformed."),
)


@dataclass(frozen=True)
class RequestedDisk:
    """A disk of a new instance; None lets the cloud choose."""

    category: str | None = None
    size_gib: int | None = None
    name: str = ""
    description: str = ""
    performance_level: str | None = None
    delete_with_instance: bool | None = None
    encrypted: bool = False
    device: str | None = None
    auto_snapshot_policy_id: str | None = None
    kms_key_id: str = ""
    provisioned_iops: int | None = None
    bursting_enabled: bool = False


@dataclass(frozen=True)
class Order:
    """The order of new instances; texts as the caller gives them, None lets the cloud choose."""

    image_id: str
    instance_type: str
    vswitch_id: str
    security_group_ids: list[str]
    amount: int = 1
    zone_id: str | None = None
    name: str | None = None
    unique_suffix: bool = False
    description: str = ""
    host_name: str | None = None
    password: str | None = None
    key_pair_name: str | None = None
    private_ip: str | None = None
    bandwidth_out: int = 0
    bandwidth_in: int | None = None
    internet_charge_type: Literal["PayByTraffic", "PayByBandwidth"] = "PayByTraffic"
    charge_type: Literal["PrePaid", "PostPaid"] = "PostPaid"
    months: int | None = None
    auto_renew_months: int = 0
    auto_release_at: datetime | None = None
    deletion_protection: bool = False
    user_data: str | None = None
    ram_role_name: str = ""
    metadata: MetadataOptions = field(default_factory=MetadataOptions)
    private_pool: Literal["None", "Open"] = "None"
    source_dest_check: bool = False
    jumbo_frame: bool = False
    interfaces: list[RequestedInterface] = field(default_factory=list)
    system_disk: RequestedDisk = field(default_factory=RequestedDisk)
    data_disks: list[RequestedDisk] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)


def run(cloud: Cloud, order: Order, *, dry_run: bool) -> list[Instance]:
    """Create and start instances: Pending for `timings.instance` seconds, then Running.

    With a bandwidth each has a public address. A dry run that passes all checks ends with DryRunOperation.

    Raises InvalidVSwitchId.NotFound, IncorrectVSwitchStatus,
    InvalidZoneId.NotFound, InvalidParameter.Mismatch (zone or group and VSwitch), InvalidImageId.NotFound (404),
    InvalidInstanceType.ValueNotSupported, OperationDenied.NoStock, InvalidParam.Amount (403),
    InvalidInstanceName.Malformed, InvalidDescription.Malformed, InvalidHostName.Malformed, InvalidPassword.Malformed,
    InvalidKeyPairName.NotFound (404), DependencyViolation.WindowsInstance, InvalidRamRole.NotFound (404),
    InvalidRamRole.NotEcsRole (401), InvalidUserData.SizeExceeded,
    InvalidParameter.Bandwidth, InvalidPeriod, InvalidAutoReleaseTime.Malformed,
    InvalidSystemDiskCategory.ValueNotSupported, InvalidSystemDiskSize.LessThanImageSize (404),
    InvalidSystemDiskSize.ValueNotSupported, InvalidDataDiskCategory.ValueNotSupported,
    InvalidDataDiskSize.ValueNotSupported, InstanceDiskNumber.LimitExceed, InvalidDiskName.Malformed,
    InvalidDiskDescription.Malformed, InvalidAutoSnapshotPolicyId.NotFound (404), InvalidSecurityGroupId.NotFound,
    JoinedGroupLimitExceed, SecurityGroupInstanceLimitExceed, QuotaExceeded.PrivateIpAddress,
    InvalidPrivateIpAddress (and .Malformed, .Duplicated), InvalidParam.NetworkInterface, for keys, IOPS and bursting
    of disks as CreateDisk does, InvalidParameter.
    """
    vswitch = _vswitch(cloud, order)
    image = _image(cloud, order)
    _check_type(cloud, order, vswitch)
    _check_order(order)
    if order.key_pair_name:
        key_pairs.check_usable(cloud, order.key_pair_name, image.os_type)
    if order.ram_role_name:
        ram_roles.check_usable(cloud, order.ram_role_name, not_of_ecs=401)
    _check_disks(cloud, order, image)
    release_at = None
    if order.auto_release_at is not None:
        if order.charge_type == "PrePaid":
            raise invalid_parameter("AutoReleaseTime")
        release_at = instance_terms.check_release_time(cloud, order.auto_release_at)
    if not order.security_group_ids:
        raise CloudError("MissingParameter", 'The input parameter "SecurityGroupId" is mandatory.')
    memberships.check(cloud, order.security_group_ids, vswitch.vpc_id, _GROUPS, addresses=order.amount)
    requested = [order.private_ip] if order.private_ip else []
    addresses = private_addresses.claim(cloud, vswitch, requested, order.amount - len(requested), _ADDRESSES)
    bought_interfaces.check_amount(order.interfaces, order.amount)
    with bought_interfaces.provided(cloud, order.interfaces, order.instance_type, vswitch) as secondary:
        if dry_run:
            raise dry_run_passed()
    instances = [_make(cloud, order, vswitch, image, place, address) for place, address in enumerate(addresses, 1)]
    for instance in instances:
        instance_terms.release_at(cloud, instance, release_at)
        bought_interfaces.hand_over(cloud, secondary, instance)
    return instances


def _vswitch(cloud: Cloud, order: Order) -> VSwitch:
    vswitch = cloud.vswitch(order.vswitch_id)
    if vswitch.status != "Available":
        raise CloudError(
            "IncorrectVSwitchStatus", "The current status of virtual switch does not support this operation."
        )
    if order.zone_id:
        cloud.zone(order.zone_id)
    if order.zone_id not in (None, vswitch.zone_id):
        raise CloudError("InvalidParameter.Mismatch", "Specified virtual switch is not in the specified zone.")
    return vswitch


def _image(cloud: Cloud, order: Order) -> Image:
    image = cloud.estate.images.find(order.image_id)
    if image is None:
        raise NotFoundError("InvalidImageId.NotFound", "The specified ImageId does not exist.")
    return image


def _check_type(cloud: Cloud, order: Order, vswitch: VSwitch) -> None:
    if cloud.estate.instance_types.find(order.instance_type) is None:
        raise CloudError(
            "InvalidInstanceType.ValueNotSupported",
            "The specified InstanceType does not exist or beyond the permitted range.",
        )
    if order.instance_type not in cloud.zone(vswitch.zone_id).instance_types:
        raise ForbiddenError(
            "OperationDenied.NoStock", "The requested resource is sold out in the specified zone; try other types."
        )


def _check_order(order: Order) -> None:
    if not 1 <= order.amount <= MAX_AMOUNT or (order.private_ip and order.amount > 1):
        raise ForbiddenError("InvalidParam.Amount", "The specified Amount is not valid.")
    check_texts(None, order.name, order.description, order.host_name)
    if order.password is not None:
        check_password(order.password)
    if order.user_data is not None:
        check_user_data(order.user_data, in_vpc=True, io_optimized=True)
    if not (0 <= order.bandwidth_out <= MAX_BANDWIDTH and 1 <= (order.bandwidth_in or 1) <= MAX_BANDWIDTH):
        raise CloudError("InvalidParameter.Bandwidth", "The specified bandwidth is not valid.")
    if order.charge_type == "PrePaid" and not 1 <= (order.months or 0) <= 60:
        raise CloudError("InvalidPeriod", "The specified period is not valid.")


def _check_disks(cloud: Cloud, order: Order, image: Image) -> None:
    system = order.system_disk
    if system.category not in (None, *_SYSTEM_CATEGORIES):
        raise invalid_parameter("SystemDisk.Category", "InvalidSystemDiskCategory.ValueNotSupported")
    if system.size_gib is not None and system.size_gib < image.size_gib:
        raise NotFoundError(
            "InvalidSystemDiskSize.LessThanImageSize",
            "The specified parameter SystemDisk.Size is less than the image size.",
        )
    if (system.size_gib or 0) > MAX_SYSTEM_DISK:
        raise invalid_parameter("SystemDisk.Size", "InvalidSystemDiskSize.ValueNotSupported")
    if len(order.data_disks) > MAX_DATA_DISKS:
        raise CloudError("InstanceDiskNumber.LimitExceed", "The total number of specified disk in an instance exceeds.")
    for disk in order.data_disks:
        if disk.category not in (None, *disks.CATEGORIES):
            raise invalid_parameter("DataDisk.Category", "InvalidDataDiskCategory.ValueNotSupported")
        if not 1 <= (disk.size_gib or 0) <= 65_536:
            raise invalid_parameter("DataDisk.Size", "InvalidDataDiskSize.ValueNotSupported")
    for disk in (system, *order.data_disks):
        check_name(disk.name, "InvalidDiskName.Malformed", "DiskName")
        check_description(disk.description, "InvalidDiskDescription.Malformed")
        disks.check_key(cloud, disk.kms_key_id, encrypted=disk.encrypted)
        category = cast("DiskCategory", disk.category or _USUAL_CATEGORY)
        size = disk.size_gib or max(LEAST_SYSTEM_DISK, image.size_gib)
        disks.check_performance(category, size, disk.provisioned_iops, bursting=disk.bursting_enabled)
        policy_id = disk.auto_snapshot_policy_id
        if policy_id is not None and cloud.estate.auto_snapshot_policies.find(policy_id) is None:
            raise NotFoundError(
                "InvalidAutoSnapshotPolicyId.NotFound", "The specified automatic snapshot policy does not exist."
            )


def _make(cloud: Cloud, order: Order, vswitch: VSwitch, image: Image, place: int, address: str) -> Instance:
    suffix = f"{place:03d}" if order.unique_suffix and order.amount > 1 else ""
    instance_id = cloud.ids.new("i", vswitch.id, order.name or "")
    name = f"{order.name}{suffix}" if order.name else instance_id
    now = cloud.clock.now()
    subscribed = order.charge_type == "PrePaid"
    instance = Instance(
        id=instance_id,
        name=name,
        description=order.description,
        host_name=f"{order.host_name}{suffix}" if order.host_name else f"iZ{instance_id[2:]}Z",
        zone_id=vswitch.zone_id,
        instance_type=order.instance_type,
        status="Pending",
        network_type="vpc",
        intranet_ips=[address],
        public_ips=[eips.free_address(cloud, instance_id)] if order.bandwidth_out else [],
        internet_max_bandwidth_out=order.bandwidth_out,
        # The inbound bandwidth is at least 10 Mbit/s, or as much as outbound (SDK text of RunInstances, 7.11.8).
        internet_max_bandwidth_in=order.bandwidth_in or max(10, order.bandwidth_out),
        internet_charge_type=order.internet_charge_type,
        security_group_ids=list(order.security_group_ids),
        vpc_id=vswitch.vpc_id,
        vswitch_id=vswitch.id,
        charge_type=order.charge_type,
        expired_at=now + instance_terms.MONTH * (order.months or 0) if subscribed else None,
        renewal_status="AutoRenewal" if subscribed and order.auto_renew_months else "Normal",
        auto_renew_months=order.auto_renew_months if subscribed else 0,
        deletion_protection=order.deletion_protection,
        image_id=image.id,
        os_name=image.os_name,
        os_type=image.os_type,
        user_data=order.user_data or "",
        ram_role_name=order.ram_role_name,
        metadata=order.metadata,
        private_pool=order.private_pool,
        jumbo_frame=order.jumbo_frame,
        key_pair_name=order.key_pair_name,
        started_at=now,
        created_at=now,
        tags=dict(order.tags),
    )
    cloud.estate.instances.append(instance)
    cloud.begins(instance, cloud.estate.timings.instance)
    network_interfaces.create_primary(cloud, instance).source_dest_check = order.source_dest_check
    _make_disk(cloud, instance, "system", order.system_disk, "/dev/xvda", image.size_gib)
    for number, disk in enumerate(order.data_disks, ord("b")):
        _make_disk(cloud, instance, "data", disk, f"/dev/xvd{chr(number)}", 0)
    return instance


def _make_disk(
    cloud: Cloud,
    instance: Instance,
    kind: Literal["system", "data"],
    requested: RequestedDisk,
    device: str,
    least_gib: int,
) -> None:
    now = cloud.clock.now()
    category = cast("DiskCategory", requested.category or _USUAL_CATEGORY)
    level = cast("PerformanceLevel", requested.performance_level or "PL1") if category == "cloud_essd" else None
    disk = Disk(
        id=cloud.ids.new("d", instance.id, device),
        name=requested.name,
        description=requested.description,
        instance_id=instance.id,
        type=kind,
        category=category,
        performance_level=level,
        size_gib=requested.size_gib or max(LEAST_SYSTEM_DISK, least_gib),
        status="In_use",
        device=requested.device or device,
        zone_id=instance.zone_id,
        charge_type=instance.charge_type,
        delete_with_instance=True if requested.delete_with_instance is None else requested.delete_with_instance,
        encrypted=requested.encrypted,
        kms_key_id=requested.kms_key_id,
        provisioned_iops=requested.provisioned_iops or 0,
        bursting_enabled=requested.bursting_enabled,
        auto_snapshot_policy_id=requested.auto_snapshot_policy_id,
        attached_at=now,
        created_at=now,
        tags={},
    )
    cloud.estate.disks.append(disk)
