"""ECS instances: their Internet bandwidth, their static public address, and their type.

Codes: references of ModifyInstanceNetworkSpec, AllocatePublicIpAddress and ModifyInstanceSpec (AlibabaCloudDocs/ecs,
2021; the newest help pages where they differ). The references hardly explain what a code stands for; ours is
the reading that InvalidParam.AllocatePublicIp refuses an address without a bandwidth, that OperationDenied refuses an
address beside an EIP (400) and a type with too few network interfaces (403), and that a change whose parameters name
nothing is no error. If only the outbound bandwidth changes, the inbound one returns to its documented default. Not
simulated: the five minutes between two changes and the number of downgrades of a subscription (both of 2021), and
overdue payments of the account.

The first change of a classic instance from 0 Mbit/s: the reference of ModifyInstanceNetworkSpec wants it Stopped, the
user guide ("Modify bandwidth configurations", 2021) lets it run and then needs a restart. `Estate.bandwidth_from_zero`
chooses. What a migration does before that restart is not documented: here the bandwidth still counts as 0 Mbit/s.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Literal

from simulator.cloud import eips, instances
from simulator.cloud.errors import CloudError, ForbiddenError
from simulator.cloud.state import Cloud
from simulator.ids import mac_address
from simulator.model.ecs import Instance, InstanceType
from simulator.model.ecs_storage import LOCAL_CATEGORIES

MAX_BANDWIDTH = 100
#: Outbound Mbit/s of a subscription that pays by bandwidth
MAX_SUBSCRIBED_BANDWIDTH = 200

# "Instance families that support instance type changes" (AlibabaCloudDocs/ecs, 2021). What other families can become
# is not restricted here.
_OLDEST = frozenset(["t1", "s1", "s2", "s3", "m1", "m2", "c1", "c2"])
_OLD = frozenset(["n1", "n2", "e3"])
_CURRENT_NAMES = "sn1 sn2 se1 sn1ne sn2ne se1ne c4 cm4 ce4 hfc5 hfg5 g5 r5 c5 ic5 re4 t5 n4 mn4 xn4 e4"
_CURRENT = frozenset(_CURRENT_NAMES.split())


@dataclass(frozen=True)
class NetworkSpec:
    """Changes of an instance's Internet connection; None changes nothing. Bandwidths are in Mbit/s."""

    bandwidth_out: int | None = None
    bandwidth_in: int | None = None
    charge_type: Literal["PayByTraffic", "PayByBandwidth"] | None = None
    allocate_address: bool = False


def change_network(cloud: Cloud, instance_id: str, spec: NetworkSpec) -> Instance:
    """Change the bandwidth: at once, except for the first one of a Running classic instance.

    From 0 Mbit/s a subscription gets a public address, a pay-as-you-go instance only on demand. To 0 an instance in a
    VPC loses its address, a classic one keeps it. Raises InvalidInstanceId.NotFound, InstanceLockedForSecurity,
    InstanceExpiredOrInArrears, IncorrectInstanceStatus, InvalidInternetMaxBandwidthOut.ValueNotSupported,
    InvalidInternetMaxBandwidthIn.ValueNotSupported, InvalidInstance.InstanceNotSupported (403: an EIP is bound),
    InvalidParam.AllocatePublicIp.
    """
    instance = cloud.instance(instance_id)
    _check_operable(cloud, instance)
    out = instance.internet_max_bandwidth_out if spec.bandwidth_out is None else spec.bandwidth_out
    _check_bandwidth(instance, spec, out)
    if (out or spec.allocate_address) and eips.bound_to(cloud, instance.id):
        raise ForbiddenError(
            "InvalidInstance.InstanceNotSupported", "The special vpc instance with eip not need bandwidth."
        )
    if spec.allocate_address and not out:
        raise CloudError("InvalidParam.AllocatePublicIp", "The specified param AllocatePublicIp is invalid.")
    _set_bandwidth(cloud, instance, out)
    if spec.bandwidth_in is not None:
        instance.internet_max_bandwidth_in = spec.bandwidth_in
    elif spec.bandwidth_out is not None:
        instance.internet_max_bandwidth_in = max(10, out)
    instance.internet_charge_type = spec.charge_type or instance.internet_charge_type
    if out and (spec.allocate_address or instance.charge_type == "PrePaid"):
        _give_address(cloud, instance)
    return instance


def allocate_address(cloud: Cloud, instance_id: str) -> str:
    """Return the public address of an instance; allocate one if it has none.

    Raises InvalidInstanceId.NotFound, InstanceLockedForSecurity, InstanceExpiredOrInArrears, IncorrectInstanceStatus,
    AllocateIpInvalidInstanceBandwidth (0 Mbit/s), OperationDenied (400: an EIP is bound).
    """
    instance = cloud.instance(instance_id)
    _check_operable(cloud, instance)
    if not instance.internet_max_bandwidth_out:
        raise CloudError(
            "AllocateIpInvalidInstanceBandwidth",
            "OperationDenied The InternetMaxBandwidthOut of the specified instance cannot be less than 0.",
        )
    if eips.bound_to(cloud, instance.id):
        raise CloudError("OperationDenied", "Specified operation is denied as your instance has bound EIP.")
    _give_address(cloud, instance)
    return instance.public_ips[0]


def change_type(cloud: Cloud, instance_id: str, type_id: str, *, dry_run: bool) -> None:
    """Change the type of a Stopped pay-as-you-go instance, at once. A dry run only checks.

    A classic one gets another private address if the new family is a current one. An instance that was not I/O
    optimized becomes so, and its disks get other names. Raises InvalidInstanceId.NotFound, InstanceLockedForSecurity,
    ChargeTypeViolation, InvalidInstanceStatus.NotStopped, CategoryViolation (local disks),
    InvalidInstanceType.ValueNotSupported (400, 403: not sold in its zone), DependencyViolation.InstanceType,
    OperationDenied (403).
    """
    instance = cloud.instance(instance_id)
    _check_changeable(cloud, instance)
    new_type = cloud.estate.instance_types.find(type_id)
    if new_type is None:
        raise CloudError(
            "InvalidInstanceType.ValueNotSupported",
            "The specified InstanceType does not exist or beyond the permitted range.",
        )
    if type_id not in cloud.zone(instance.zone_id).instance_types:
        raise ForbiddenError(
            "InvalidInstanceType.ValueNotSupported", "The specified zone does not offer the specified instancetype."
        )
    present = cloud.estate.instance_types.find(instance.instance_type)
    if present is not None and not _can_become(_family(present), _family(new_type)):
        raise CloudError(
            "DependencyViolation.InstanceType",
            "The current InstanceType cannot be changed to the specified InstanceType.",
        )
    if len(cloud.interfaces_of(instance.id)) > (new_type.eni_quantity or 1):
        raise ForbiddenError("OperationDenied", "The specified InstanceType has fewer network interfaces.")
    if not dry_run:
        _become(cloud, instance, new_type)


def _check_operable(cloud: Cloud, instance: Instance) -> None:
    instances.check_unlocked(instance)
    if instances.expired(cloud, instance) or "financial" in instance.locks:
        raise ForbiddenError(
            "InstanceExpiredOrInArrears",
            "The specified operation is denied as your prepay instance is expired (prepay mode) or in arrears "
            "(afterpay mode).",
        )
    if not instance.operable:
        raise _wrong_status()


def _check_bandwidth(instance: Instance, spec: NetworkSpec, out: int) -> None:
    by_bandwidth = (spec.charge_type or instance.internet_charge_type) == "PayByBandwidth"
    subscribed = by_bandwidth and instance.charge_type == "PrePaid"
    if spec.bandwidth_out is not None and not 0 <= out <= (MAX_SUBSCRIBED_BANDWIDTH if subscribed else MAX_BANDWIDTH):
        raise CloudError(
            "InvalidInternetMaxBandwidthOut.ValueNotSupported",
            "The specified InternetMaxBandwidthOut is beyond the permitted range.",
        )
    if spec.bandwidth_in is not None and not 1 <= spec.bandwidth_in <= max(10, out):
        raise CloudError(
            "InvalidInternetMaxBandwidthIn.ValueNotSupported",
            "The specified InternetMaxBandwidthIn is beyond the permitted range.",
        )


def _set_bandwidth(cloud: Cloud, instance: Instance, out: int) -> None:
    if instance.network_type == "vpc":
        instance.public_ips = instance.public_ips if out else []
    elif out and not instance.internet_max_bandwidth_out and instance.status == "Running":
        if cloud.estate.bandwidth_from_zero == "stopped":
            raise _wrong_status()
        instance.bandwidth_awaits_start = True
    elif not out:
        instance.bandwidth_awaits_start = False
    instance.internet_max_bandwidth_out = out


def _give_address(cloud: Cloud, instance: Instance) -> None:
    if instance.public_ips:
        return
    instance.public_ips = [eips.free_address(cloud, instance.id)]
    if instance.network_type == "classic":
        instance.internet_mac = instance.internet_mac or mac_address(instance.id, "internet")


def _check_changeable(cloud: Cloud, instance: Instance) -> None:
    instances.check_unlocked(instance)
    if instance.charge_type != "PostPaid":
        raise ForbiddenError(
            "ChargeTypeViolation", "The operation is not permitted due to charge type of the instance."
        )
    if instance.status != "Stopped" or instance.migrating:
        raise CloudError("InvalidInstanceStatus.NotStopped", "The specified Instance status is not stopped.")
    own = (disk for disk in cloud.estate.disks if disk.instance_id == instance.id)
    if instance.local_storage_amount or any(disk.category in LOCAL_CATEGORIES for disk in own):
        raise ForbiddenError(
            "CategoryViolation", "The specified instance does not support this operation because of its disk category."
        )


def _can_become(family: str, target: str) -> bool:
    if family in _OLDEST:
        return target in _OLDEST | _OLD | _CURRENT
    return family not in _OLD or target in _OLD | _CURRENT


def _family(kind: InstanceType) -> str:
    return kind.family.removeprefix("ecs.")


def _become(cloud: Cloud, instance: Instance, new_type: InstanceType) -> None:
    instance.instance_type = new_type.id
    if _family(new_type) in _OLDEST | _OLD:
        return
    if instance.network_type == "classic":
        instance.intranet_ips = [_free_classic_address(cloud, instance)]
    if not instance.io_optimized:
        instance.io_optimized = True
        for disk in cloud.estate.disks:
            if disk.instance_id == instance.id:
                disk.device = disk.device.replace("/dev/xvd", "/dev/vd")


def _free_classic_address(cloud: Cloud, instance: Instance) -> str:
    """Return the next free address in the same /16 as the present one."""
    taken = {address for each in cloud.estate.instances for address in each.intranet_ips}
    block = IPv4Network(f"{instance.intranet_ips[0]}/16", strict=False)
    start = int(IPv4Address(instance.intranet_ips[0])) - int(block[0])
    candidates = (str(block[(start + step) % block.num_addresses]) for step in range(1, block.num_addresses))
    return next(address for address in candidates if address not in taken)


def _wrong_status() -> CloudError:
    return ForbiddenError(
        "IncorrectInstanceStatus", "The current status of the instance does not support this operation."
    )
