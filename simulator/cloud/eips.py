"""EIPs: their bindings and modes, and the conversion of instances' public addresses to EIPs.

Codes: references of AllocateEipAddress, AssociateEipAddress, UnassociateEipAddress (2023), ReleaseEipAddress
(2026-02), ModifyEipAddressAttribute and DescribeEipAddresses (2021) of the VPC API 2016-04-28, and of
ConvertNatPublicIpToEip (2026-01) of ECS. Which of IncorrectEipStatus and InvalidBindingStatus an EIP in a passing
status is refused with is not said: here InvalidBindingStatus, and IncorrectEipStatus where it is bound, or bound to
nothing. Bound to an instance and to its primary network interface at once is BIND_INSTANCE_HAVE_PORTMAP_OR_BIND_EIP
here.
Not simulated: public IP address pools, subscriptions, and EIPs of load balancers, gateways, HaVips and bare addresses.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Network
from typing import Literal, get_args

from simulator.cloud.errors import CloudError, ForbiddenError, NotFoundError, NotSimulatedError, invalid_parameter
from simulator.cloud.names import MAX_DESCRIPTION, MAX_NAME
from simulator.cloud.state import Cloud
from simulator.model.ecs import Instance
from simulator.model.network_interfaces import NetworkInterface
from simulator.model.vpc import Eip, EipInstanceType, EipLine, EipMode

DEFAULT_BANDWIDTH = 5
ChargeType = Literal["PayByBandwidth", "PayByTraffic"]
#: Mbit/s of a pay-as-you-go EIP, by internet charge type (SDK text of AllocateEipAddress)
MAX_BANDWIDTH: dict[ChargeType, int] = {"PayByBandwidth": 500, "PayByTraffic": 200}
INSTANCE_TYPES = get_args(EipInstanceType)
# Kinds of resources that an EIP can be bound to, but not here.
UNKNOWN_INSTANCE_TYPES = ("SlbInstance", "Nat", "HaVip", "IpAddress")
MODES = get_args(EipMode)
# A subscription must last at least so long for its address to be converted.
MIN_SUBSCRIPTION = timedelta(hours=24)

# Addresses are taken from the block for benchmarks (RFC 2544), which nobody uses.
_POOL = IPv4Network("198.18.0.0/15")


@dataclass(frozen=True)
class NewEip:
    """The settings of a new EIP."""

    name: str = ""
    description: str = ""
    isp: EipLine = "BGP"
    bandwidth: int = DEFAULT_BANDWIDTH
    internet_charge_type: ChargeType = "PayByBandwidth"
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Binding:
    """The wanted binding of an EIP; `private_ip_address`, if any, is an address of the resource that it is bound to."""

    instance_id: str
    instance_type: EipInstanceType = "EcsInstance"
    mode: EipMode | Literal["MULTI_BINDED"] = "NAT"
    private_ip_address: str | None = None


def allocate(cloud: Cloud, new: NewEip) -> Eip:
    """Allocate an EIP, Available at once; raises InvalidParameter (texts, bandwidth), QuotaExceeded.Eip."""
    _check_texts(new.name, new.description)
    _check_bandwidth(new.bandwidth, new.internet_charge_type)
    if len(cloud.estate.eips) >= cloud.estate.quotas.eips:
        raise CloudError("QuotaExceeded.Eip", "Elastic IP address quota exceeded.")
    eip_id = cloud.ids.new("eip", new.name, length=21)
    eip = Eip(
        id=eip_id,
        ip_address=free_address(cloud, eip_id),
        name=new.name,
        description=new.description,
        isp=new.isp,
        bandwidth=new.bandwidth,
        internet_charge_type=new.internet_charge_type,
        created_at=cloud.clock.now(),
        tags=new.tags,
    )
    cloud.estate.eips.append(eip)
    return eip


def modify(cloud: Cloud, allocation_id: str, name: str | None, description: str | None, bandwidth: int | None) -> None:
    """Change the given attributes of a pay-as-you-go EIP.

    Raises InvalidAllocationId.NotFound, IncorrectEipStatus, InvalidParameter (a subscription, texts, bandwidth).
    """
    eip = cloud.eip(allocation_id)
    if eip.ready_at is not None:
        raise _incorrect_status()
    if eip.charge_type == "PrePaid":
        raise invalid_parameter("AllocationId")
    _check_texts(name or "", description or "")
    if bandwidth is not None:
        _check_bandwidth(bandwidth, eip.internet_charge_type)
    eip.name = eip.name if name is None else name
    eip.description = eip.description if description is None else description
    eip.bandwidth = bandwidth or eip.bandwidth


def protect(cloud: Cloud, allocation_id: str, protected: bool) -> None:
    """Turn the deletion protection of an EIP on or off; raises InvalidAllocationId.NotFound."""
    cloud.eip(allocation_id).deletion_protection = protected


def release(cloud: Cloud, allocation_id: str) -> None:
    """Release an Available EIP: Releasing for `timings.eip` seconds, then gone.

    Raises InvalidAllocationId.NotFound, IncorrectEipStatus, Forbidden.ChargeTypeIsPrepaid (400),
    InvalidOperation.DeletionProtection.
    """
    eip = cloud.eip(allocation_id)
    if eip.charge_type == "PrePaid":
        raise CloudError("Forbidden.ChargeTypeIsPrepaid", "It's forbidden to release a prepaid EIP")
    if eip.deletion_protection:
        raise CloudError(
            "InvalidOperation.DeletionProtection", "The instance cannnot delete because of deletion protecion."
        )
    if eip.status != "Available":
        raise _incorrect_status()
    eip.status = "Releasing"
    cloud.begins(eip, cloud.estate.timings.eip, leaving=True)


def associate(cloud: Cloud, allocation_id: str, binding: Binding) -> None:
    """Bind an Available EIP: Associating for `timings.eip` seconds, then InUse.

    Raises InvalidAllocationId.NotFound, InvalidBindingStatus, IncorrectEipStatus, InvalidInstanId.NotFound, for
    instances as `_check_instance` does, for network interfaces as `_check_network_interface` does.
    """
    eip = cloud.eip(allocation_id)
    if eip.ready_at is not None:
        raise _in_passing()
    if eip.status != "Available":
        raise _incorrect_status()
    if binding.instance_type == "EcsInstance":
        _check_instance(cloud, binding)
    else:
        _check_network_interface(cloud, binding)
    eip.instance_id, eip.instance_type = binding.instance_id, binding.instance_type
    eip.private_ip_address = binding.private_ip_address
    eip.mode = "BINDED" if binding.mode == "BINDED" else "NAT"
    eip.status = "Associating"
    cloud.begins(eip, cloud.estate.timings.eip)


def change_mode(cloud: Cloud, allocation_id: str, mode: EipMode | Literal["MULTI_BINDED"]) -> None:
    """Change how an EIP is bound to its network interface, at once; the mode that it has already changes nothing.

    ModifyEipForwardMode documents no codes of its own: those of AssociateEipAddress are taken. Raises
    InvalidAllocationId.NotFound, InvalidBindingStatus, IncorrectEipStatus (it is bound to nothing, or to an instance),
    and as `_check_network_interface` does, but for Eni.HasSubIp: Alibaba's own tests of its provider (1.285.0) change
    the mode of an interface with a secondary address. Eni.Attached also where it leaves the cut-through mode.
    """
    eip = cloud.eip(allocation_id)
    if eip.ready_at is not None:
        raise _in_passing()
    interface = cloud.estate.network_interfaces.find(eip.instance_id)
    if eip.status != "InUse" or interface is None:
        raise _incorrect_status()
    if mode == eip.mode:
        return
    if eip.mode == "BINDED" and interface.status != "Available":
        raise _attached()
    binding = Binding(interface.id, "NetworkInterface", mode, eip.private_ip_address)
    _check_network_interface(cloud, binding, but=eip)
    eip.mode = "BINDED" if mode == "BINDED" else "NAT"


def unassociate(cloud: Cloud, allocation_id: str, instance_id: str | None) -> None:
    """Unbind an EIP: Unassociating for `timings.eip` seconds, then Available.

    Raises InvalidAllocationId.NotFound, InvalidBindingStatus, IncorrectEipStatus (it is bound to nothing),
    InvalidInstanceId.NotFound (400: it is bound to something else than `instance_id`), IncorrectInstanceStatus,
    Eni.Attached (cut-through, and the network interface is attached).
    """
    eip = cloud.eip(allocation_id)
    if eip.ready_at is not None:
        raise _in_passing()
    if eip.status != "InUse":
        raise _incorrect_status()
    if instance_id not in (None, eip.instance_id):
        raise CloudError("InvalidInstanceId.NotFound", "Specified instance does not exist.")
    instance = cloud.estate.instances.find(eip.instance_id)
    if instance is not None and not instance.operable:
        raise CloudError("IncorrectInstanceStatus", "The current status of instance does not support this operation.")
    interface = cloud.estate.network_interfaces.find(eip.instance_id)
    if interface is not None and eip.mode == "BINDED" and interface.status != "Available":
        raise _attached()
    eip.status = "Unassociating"
    cloud.begins(eip, cloud.estate.timings.eip)


def convert(cloud: Cloud, instance_id: str) -> Eip:
    """Convert the public address of an instance in a VPC to an EIP, InUse at once. This cannot be undone.

    Raises InvalidInstanceId.NotFound, InvalidInstance.IpAddressMissing (404), and with 403 OperationDenied (classic,
    or an EIP is bound), IncorrectInstanceStatus, InvalidInstance.OverduePayment, InvalidInstance.ZeroBandwidth,
    InvalidInternetChargeType.ValueNotSupported (a subscription that pays by bandwidth),
    InvalidEndTime.OperateNotSupport (a subscription that ends within 24 h), MaxEIPQuotaExceeded.
    """
    instance = cloud.instance(instance_id)
    _check_convertible(cloud, instance)
    eip = Eip(
        id=cloud.ids.new("eip", instance_id, length=21),
        ip_address=instance.public_ips[0],
        bandwidth=instance.internet_max_bandwidth_out,
        internet_charge_type=instance.internet_charge_type,
        status="InUse",
        instance_id=instance_id,
        instance_type="EcsInstance",
        created_at=cloud.clock.now(),
        tags={},
    )
    instance.public_ips = []
    instance.internet_max_bandwidth_out = 0
    cloud.estate.eips.append(eip)
    return eip


def bound_to(cloud: Cloud, instance_id: str) -> list[Eip]:
    """Return the EIPs that are bound to an instance or a network interface, or are being bound or unbound."""
    return [eip for eip in cloud.estate.eips if eip.instance_id == instance_id]


def _check_convertible(cloud: Cloud, instance: Instance) -> None:
    if instance.network_type != "vpc":
        raise ForbiddenError("OperationDenied", "The operation is denied: the instance is not in a VPC.")
    if bound_to(cloud, instance.id):
        raise ForbiddenError("OperationDenied", "The operation is denied: an EIP is bound to the instance.")
    if not instance.operable:
        raise ForbiddenError("IncorrectInstanceStatus", "The special instance status not support this operate!")
    if "financial" in instance.locks:
        raise ForbiddenError(
            "InvalidInstance.OverduePayment",
            "The special instance due to overdue payment,this operation is not supported.",
        )
    if instance.internet_max_bandwidth_out == 0:
        raise ForbiddenError("InvalidInstance.ZeroBandwidth", "The public bandwidth of the instance is 0 Mbit/s.")
    if not instance.public_ips:
        raise NotFoundError("InvalidInstance.IpAddressMissing", "The instance has no public IP address.")
    if instance.charge_type == "PrePaid":
        _check_subscription(cloud, instance)
    if len(cloud.estate.eips) >= cloud.estate.quotas.eips:
        raise ForbiddenError("MaxEIPQuotaExceeded", "The number of EIP exceeds the limit per region.")


def _check_subscription(cloud: Cloud, instance: Instance) -> None:
    if instance.internet_charge_type != "PayByTraffic":
        raise ForbiddenError(
            "InvalidInternetChargeType.ValueNotSupported", "The subscription instance does not pay by traffic."
        )
    if instance.expired_at is not None and instance.expired_at - cloud.clock.now() < MIN_SUBSCRIPTION:
        raise ForbiddenError("InvalidEndTime.OperateNotSupport", "The subscription ends within 24 hours.")


def _check_instance(cloud: Cloud, binding: Binding) -> None:
    """Check that an EIP can be bound to an instance.

    Raises InvalidInstanId.NotFound, OperationDenied (400: not in a VPC), IncorrectInstanceStatus,
    Invalid.DirectEip.BindType (a mode of network interfaces), InvalidAssociation.Duplicated,
    EIP_CAN_NOT_ASSOCIATE_WITH_PUBLIC_IP, BIND_INSTANCE_HAVE_PORTMAP_OR_BIND_EIP, InvalidParameter (not an address of
    the instance).
    """
    instance = cloud.estate.instances.find(binding.instance_id)
    if instance is None:
        raise _nothing_there()
    if instance.network_type != "vpc":
        raise CloudError("OperationDenied", "Specified instance is not in VPC.")
    if binding.mode != "NAT":
        raise CloudError("Invalid.DirectEip.BindType", "The direct eip can be only associated with eni.")
    if not instance.operable:
        raise CloudError("IncorrectInstanceStatus", "Current instance status does not support this operation.")
    if bound_to(cloud, instance.id):
        raise _duplicated()
    if instance.public_ips:
        raise CloudError("EIP_CAN_NOT_ASSOCIATE_WITH_PUBLIC_IP", "instance already bind natpublicip,cannot bind eip.")
    primary = next((item for item in cloud.interfaces_of(instance.id) if item.type == "Primary"), None)
    if primary is not None and bound_to(cloud, primary.id):
        raise _bound_otherwise()
    if binding.private_ip_address is not None and binding.private_ip_address not in instance.intranet_ips:
        raise invalid_parameter("PrivateIpAddress")


def _check_network_interface(cloud: Cloud, binding: Binding, *, but: Eip | None = None) -> None:
    """Whether an EIP can be bound to a network interface; `but` is not counted among those that are.

    Raises InvalidInstanId.NotFound, InvalidStatus.EniStatusNotSupport (it is in change), Mode.NotSupport
    (MULTI_BINDED, closed to new applicants), Mode.Conflict, InvalidParameter (not one of its addresses), in NAT mode
    InvalidEip.EipQuotaExceeded (one EIP an address), InvalidAssociation.Duplicated,
    BIND_INSTANCE_HAVE_PORTMAP_OR_BIND_EIP, in cut-through mode Eni.Attached, Eni.HasSubIp,
    InvalidAssociation.Duplicated, InvalidNexthop.DirectEni.
    """
    interface = cloud.estate.network_interfaces.find(binding.instance_id)
    if interface is None:
        raise _nothing_there()
    if interface.status not in ("Available", "InUse"):
        raise CloudError("InvalidStatus.EniStatusNotSupport", "The status of the ENI does not support this operation.")
    if binding.mode == "MULTI_BINDED":
        raise CloudError("Mode.NotSupport", "The user cannot use multi direct eip.")
    bound = [eip for eip in bound_to(cloud, interface.id) if eip is not but]
    if any(eip.mode != binding.mode for eip in bound):
        raise CloudError("Mode.Conflict", "The eni can bind only one mode of eip.")
    if binding.private_ip_address is not None and binding.private_ip_address not in interface.private_ips:
        raise invalid_parameter("PrivateIpAddress")
    if binding.mode == "BINDED":
        _check_cut_through(cloud, interface, bound, changed=but is not None)
    else:
        _check_nat(cloud, interface, bound, binding.private_ip_address)


def _check_nat(cloud: Cloud, interface: NetworkInterface, bound: list[Eip], private_ip: str | None) -> None:
    if len(bound) >= len(interface.private_ips):
        raise CloudError("InvalidEip.EipQuotaExceeded", "The specified eni assigned eip is more than privateIp.")
    if private_ip is not None and any(eip.private_ip_address == private_ip for eip in bound):
        raise _duplicated()
    if interface.type == "Primary" and interface.instance_id and bound_to(cloud, interface.instance_id):
        raise _bound_otherwise()


def _check_cut_through(cloud: Cloud, interface: NetworkInterface, bound: list[Eip], *, changed: bool) -> None:
    if interface.status != "Available":
        raise _attached()
    if bound:
        raise _duplicated()
    if len(interface.private_ips) > 1 and not changed:
        raise CloudError("Eni.HasSubIp", "Eni has sub ip can not bind direct eip.")
    if any(entry.next_hop_id == interface.id for entry in cloud.estate.route_entries):
        raise CloudError("InvalidNexthop.DirectEni", "The direct Eni cannot be nexthop.")


def _check_texts(name: str, description: str) -> None:
    """Check that a name begins with a letter and neither is a URL; raise InvalidParameter."""
    if name and not (len(name) <= MAX_NAME and name[0].isalpha() and not name.startswith(("http://", "https://"))):
        raise invalid_parameter("Name")
    if len(description) > MAX_DESCRIPTION or description.startswith(("http://", "https://")):
        raise invalid_parameter("Description")


def _check_bandwidth(bandwidth: int, charge_type: ChargeType) -> None:
    if not 1 <= bandwidth <= MAX_BANDWIDTH[charge_type]:
        raise CloudError("InvalidParameter", 'Specified value of "Bandwidth" is not valid.')


def free_address(cloud: Cloud, owner_id: str) -> str:
    """Return a free public address that depends on the owner's id, not on the order of calls."""
    taken = {eip.ip_address for eip in cloud.estate.eips}
    taken.update(address for instance in cloud.estate.instances for address in instance.public_ips)
    taken.update(load_balancer.address for load_balancer in cloud.estate.load_balancers)
    place = int.from_bytes(hashlib.sha256(owner_id.encode()).digest()[:4], "big")
    candidates = (str(_POOL[(place + step) % _POOL.num_addresses]) for step in range(_POOL.num_addresses))
    return next(address for address in candidates if address not in taken)


def check_supported(instance_type: str) -> None:
    """Raise InvalidInstanceType.ValueNotSupported, or NotSimulatedError for a real type that is not simulated."""
    if instance_type in UNKNOWN_INSTANCE_TYPES:
        raise NotSimulatedError(f"EIPs of InstanceType {instance_type}")
    if instance_type not in INSTANCE_TYPES:
        raise CloudError(
            "InvalidInstanceType.ValueNotSupported", "The specified value of InstanceType is not supported."
        )


def _incorrect_status() -> CloudError:
    return CloudError("IncorrectEipStatus", "Current elastic IP status does not support this operation.")


def _in_passing() -> CloudError:
    return CloudError("InvalidBindingStatus", "The eip binding status invalid.")


def _nothing_there() -> CloudError:
    return NotFoundError("InvalidInstanId.NotFound", "Specified instance does not exist.")


def _duplicated() -> CloudError:
    return CloudError("InvalidAssociation.Duplicated", "Specified instance already is associated.")


def _attached() -> CloudError:
    return CloudError("Eni.Attached", "The eni should be detached from ecs when associating with direct eip.")


def _bound_otherwise() -> CloudError:
    return CloudError("BIND_INSTANCE_HAVE_PORTMAP_OR_BIND_EIP", "The instance may have portMap or already bind eip.")
