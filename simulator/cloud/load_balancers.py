"""Classic Load Balancers: create, change and delete them.

Codes: the OpenAPI's own metadata of Slb 2014-05-15 (2025), and its common error codes (AlibabaCloudDocs/slb). Not
simulated: IPv6, and changes of listeners. Those of the estate file are shown, and keep their vServer groups and
ACLs from being deleted.
"""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Network
from typing import cast, get_args

from simulator.cloud import private_addresses
from simulator.cloud.eips import free_address
from simulator.cloud.errors import CloudError, NotFoundError, NotSimulatedError, invalid_parameter
from simulator.cloud.state import Cloud
from simulator.cloud.tags import MAX_TAGS
from simulator.model.slb import (
    AddressType,
    InstanceChargeType,
    InternetChargeType,
    LoadBalancer,
    PayType,
    Specification,
)
from simulator.model.vpc import VSwitch

MAX_BANDWIDTH = 5120
# The durations of a subscription, by PricingCycle (SDK text of CreateLoadBalancer).
MAX_DURATION = {"month": 9, "year": 5}

_LENGTHS = {"month": timedelta(days=30), "year": timedelta(days=365)}
_LETTERS = r"[^\W\d_]"
_NAME = re.compile(rf"{_LETTERS}[\w.-]{{0,79}}")
_NEW_NAME = re.compile(r"[\w.-]{1,80}")
_REASON = re.compile(rf"{_LETTERS}[\w.-]{{0,79}}")
# Addresses of classic intranet load balancers; the sample estate uses other blocks for instances and databases.
_CLASSIC_POOL = IPv4Network("10.157.0.0/16")
_ADDRESS = private_addresses.Refusals(
    not_enough=CloudError("VSwitchAvailableIpNotExist", "The specified VSwitch has no availabe ip."),
    outside=CloudError("InvalidParameter", "Illegal parameter. The IP address is not in subnet."),
    taken=CloudError("InvalidParameter", "The vpc Ip is exist."),
    malformed=CloudError("InvalidParameter", "The Ip is not Supported."),
)


@dataclass(frozen=True)
class Subscription:
    """The duration of a subscription."""

    duration: int = 1
    pricing_cycle: str = "month"


@dataclass(frozen=True)
class NewLoadBalancer:
    """The settings of a new load balancer as a request has them, unchecked."""

    name: str = ""
    address: str = ""
    address_type: str | None = None
    vpc_id: str | None = None
    vswitch_id: str | None = None
    master_zone_id: str | None = None
    slave_zone_id: str | None = None
    specification: str | None = None
    instance_charge_type: str | None = None
    internet_charge_type: str | None = None
    bandwidth: int | None = None
    pay_type: str | None = None
    subscription: Subscription = field(default_factory=Subscription)
    delete_protection: bool = False
    protection_status: str | None = None
    protection_reason: str = ""
    tags: dict[str, str] = field(default_factory=dict)


def find(cloud: Cloud, load_balancer_id: str) -> LoadBalancer:
    """Return the load balancer; raises InvalidLoadBalancerId.NotFound (404)."""
    balancer = cloud.estate.load_balancers.find(load_balancer_id)
    if balancer is None:
        raise NotFoundError("InvalidLoadBalancerId.NotFound", "The specified LoadBalancerId does not exist.")
    return balancer


def create(cloud: Cloud, new: NewLoadBalancer) -> LoadBalancer:
    """Create a load balancer, active at once; it is public if neither VSwitch nor address type is given.

    Raises InvalidParameter (name, zone, specification, address), MissingParam.VSwitchId, InvalidVpcId.NotExist,
    VSwitchNotExist, VSwitchAvailableIpNotExist, ShareSlbHaltSales, IllegalParam.InstanceChargeType,
    Instance.InternetChargeTypeNotAllowed, InvalidParameter.Bandwidth, Operation.NotAllowed, SizeLimitExceeded.Tag,
    InvalidParam.ModificationProtectionStatus, InvalidParam.ModificationProtectionReason.
    """
    if new.name and not _NAME.fullmatch(new.name):
        raise CloudError("InvalidParameter", "The Lb Name is Not supported.")
    if len(new.tags) > MAX_TAGS:
        raise CloudError("SizeLimitExceeded.Tag", "The maximum size of Tag is exceeded.")
    protected, reason = _protection(new.protection_status or "NonProtection", new.protection_reason)
    vswitch = _vswitch(cloud, new)
    address_type = _address_type(new, vswitch)
    master, slave = _zones(cloud, new, vswitch)
    charge_type, specification = _specification(new)
    pay_type = _pay_type(new.pay_type or "PayOnDemand")
    internet = _internet_charge_type(new.internet_charge_type or "paybytraffic", charge_type)
    _check_subscription(new.subscription, pay_type, internet, address_type, new.delete_protection)
    _check_bandwidth(new.bandwidth, internet)
    load_balancer_id = cloud.ids.new("lb", new.name, vswitch.id if vswitch else address_type)
    load_balancer = LoadBalancer(
        id=load_balancer_id,
        name=new.name or load_balancer_id,
        address=_address(cloud, new, vswitch, address_type, load_balancer_id),
        address_type=address_type,
        vpc_id=vswitch.vpc_id if vswitch else None,
        vswitch_id=vswitch.id if vswitch else None,
        master_zone_id=master,
        slave_zone_id=slave,
        specification=specification,
        instance_charge_type=charge_type,
        internet_charge_type=internet,
        bandwidth=new.bandwidth,
        pay_type=pay_type,
        expired_at=cloud.clock.now() + _length(new.subscription) if pay_type == "PrePay" else None,
        delete_protection=new.delete_protection,
        console_protection=protected,
        protection_reason=reason,
        created_at=cloud.clock.now(),
        tags=new.tags,
    )
    cloud.estate.load_balancers.append(load_balancer)
    return load_balancer


def rename(cloud: Cloud, load_balancer_id: str, name: str) -> None:
    """Rename a load balancer; raises InvalidLoadBalancerId.NotFound, InvalidParameter."""
    load_balancer = find(cloud, load_balancer_id)
    if not _NEW_NAME.fullmatch(name):
        raise CloudError("InvalidParameter", "The Lb Name is Not supported.")
    load_balancer.name = name


def set_status(cloud: Cloud, load_balancer_id: str, status: str) -> None:
    """Set it active or inactive; raises InvalidLoadBalancerId.NotFound, InvalidParameter."""
    load_balancer = find(cloud, load_balancer_id)
    if status not in ("active", "inactive"):
        raise invalid_parameter("LoadBalancerStatus")
    load_balancer.status = "active" if status == "active" else "inactive"


def protect(cloud: Cloud, load_balancer_id: str, protected: bool) -> None:
    """Turn its deletion protection on or off.

    Raises InvalidLoadBalancerId.NotFound, OperationUnsupported.DeleteProtectionForPrePayInstance.
    """
    load_balancer = find(cloud, load_balancer_id)
    if load_balancer.pay_type == "PrePay":
        raise _no_delete_protection()
    load_balancer.delete_protection = protected


def protect_from_console(cloud: Cloud, load_balancer_id: str, status: str, reason: str) -> None:
    """Set the configuration read-only mode, which does not restrict the API.

    Raises InvalidLoadBalancerId.NotFound, InvalidParam.ModificationProtectionStatus, .ModificationProtectionReason.
    """
    load_balancer = find(cloud, load_balancer_id)
    load_balancer.console_protection, load_balancer.protection_reason = _protection(status, reason)


def change_specification(cloud: Cloud, load_balancer_id: str, specification: str) -> None:
    """Change its specification; raises InvalidLoadBalancerId.NotFound, OperationDenied.PayByCLCU, InvalidParameter."""
    load_balancer = find(cloud, load_balancer_id)
    _check_paid_by_spec(load_balancer)
    if specification not in get_args(Specification):
        raise CloudError("InvalidParameter", "The specified LoadBalancerSpec is invalid.")
    load_balancer.specification = cast("Specification", specification)


def change_internet(
    cloud: Cloud, load_balancer_id: str, internet_charge_type: str | None, bandwidth: int | None
) -> None:
    """Change bandwidth or internet charge type, at once; the real cloud changes the charge type at midnight.

    Raises InvalidLoadBalancerId.NotFound, OperationDenied.PayByCLCU, Instance.InternetChargeTypeNotAllowed,
    ActionNotAllowed (an intranet one is never paid by bandwidth), InvalidParameter (bandwidth).
    """
    load_balancer = find(cloud, load_balancer_id)
    _check_paid_by_spec(load_balancer)
    charge_type = load_balancer.internet_charge_type
    if internet_charge_type:
        charge_type = _internet_charge_type(internet_charge_type, "PayBySpec")
    if charge_type == "paybybandwidth" and load_balancer.address_type == "intranet":
        raise CloudError(
            "ActionNotAllowed", "The Intranet LB's InternetChargeType is not allowed change to paybybandwidth."
        )
    new_bandwidth = load_balancer.bandwidth if bandwidth is None else bandwidth
    if charge_type == "paybybandwidth" and (new_bandwidth is None or not 1 <= new_bandwidth <= MAX_BANDWIDTH):
        raise CloudError("InvalidParameter", "The specified bandwidth is not valid.")
    load_balancer.internet_charge_type, load_balancer.bandwidth = charge_type, new_bandwidth


def subscribe(cloud: Cloud, load_balancer_id: str, pay_type: str, subscription: Subscription) -> None:
    """Change a pay-as-you-go load balancer to a subscription.

    Raises InvalidLoadBalancerId.NotFound, OperationDenied.PayByCLCU, Operation.NotAllowed (public and paid by traffic,
    or a subscription already), InvalidParameter.
    """
    load_balancer = find(cloud, load_balancer_id)
    _check_paid_by_spec(load_balancer)
    if _pay_type(pay_type) != "PrePay" or load_balancer.pay_type == "PrePay":
        raise CloudError("Operation.NotAllowed", "Only a PayOnDemand loadBalancer can be changed, and to PrePay.")
    if load_balancer.address_type == "internet" and load_balancer.internet_charge_type == "paybytraffic":
        raise CloudError(
            "Operation.NotAllowed", "Cannot change internet payByTraffic loadBalancer from PayOnDemand to PrePay."
        )
    _check_duration(subscription)
    load_balancer.pay_type, load_balancer.delete_protection = "PrePay", False
    load_balancer.expired_at = cloud.clock.now() + _length(subscription)


def pay_by_use(cloud: Cloud, load_balancer_id: str, charge_type: str) -> None:
    """Change from pay by specification to pay by LCU; this cannot be undone.

    Raises InvalidLoadBalancerId.NotFound, IllegalParam.InstanceChargeType, OperationDenied.PayByCLCU,
    Forbidden.LcuToSpec.
    """
    load_balancer = find(cloud, load_balancer_id)
    if charge_type not in get_args(InstanceChargeType):
        raise CloudError("IllegalParam.InstanceChargeType", "The parameter InstanceChargeType is illegal.")
    if charge_type == "PayBySpec":
        raise CloudError("Forbidden.LcuToSpec", "User does not have permission modify InstanceChargeType to spec.")
    _check_paid_by_spec(load_balancer)
    load_balancer.instance_charge_type, load_balancer.specification = "PayByCLCU", None
    load_balancer.internet_charge_type = "paybytraffic"


def delete(cloud: Cloud, load_balancer_id: str) -> None:
    """Delete a pay-as-you-go load balancer with its listeners and vServer groups.

    Raises InvalidLoadBalancerId.NotFound, InvalidChargeType, OperationDenied.DeleteProtectionIsOn.
    """
    load_balancer = find(cloud, load_balancer_id)
    if load_balancer.pay_type == "PrePay":
        raise CloudError("InvalidChargeType", "The prepay loadBalancer does not support this action.")
    if load_balancer.delete_protection:
        raise CloudError(
            "OperationDenied.DeleteProtectionIsOn",
            "The loadbalancer can not be deleted due to DeleteProtection is enabled.",
        )
    groups = [group for group in cloud.estate.vserver_groups if group.load_balancer_id == load_balancer_id]
    for group in groups:
        cloud.estate.vserver_groups.remove(group)
    cloud.estate.load_balancers.remove(load_balancer)


def drop_from_vserver_groups(cloud: Cloud, instance_id: str) -> None:
    """Remove an instance from every vServer group, as a migration to a VPC does; it remains a backend server."""
    for group in cloud.estate.vserver_groups:
        group.backend_servers = [server for server in group.backend_servers if server.instance_id != instance_id]


def forget(cloud: Cloud, instance_id: str) -> None:
    """Remove a released instance from all load balancers and vServer groups."""
    drop_from_vserver_groups(cloud, instance_id)
    for load_balancer in cloud.estate.load_balancers:
        load_balancer.backend_servers = [
            server for server in load_balancer.backend_servers if server.instance_id != instance_id
        ]


def _protection(status: str, reason: str) -> tuple[bool, str]:
    if status not in ("ConsoleProtection", "NonProtection"):
        raise CloudError(
            "InvalidParam.ModificationProtectionStatus", "The param ModificationProtectionStatus is invalid."
        )
    if status == "NonProtection":
        return False, ""
    if reason and not _REASON.fullmatch(reason):
        raise CloudError(
            "InvalidParam.ModificationProtectionReason", "The param ModificationProtectionReason is invalid."
        )
    return True, reason


def _vswitch(cloud: Cloud, new: NewLoadBalancer) -> VSwitch | None:
    if new.vpc_id:
        if cloud.estate.vpcs.find(new.vpc_id) is None:
            raise CloudError("InvalidVpcId.NotExist", "The specified VPC not exist.")
        if not new.vswitch_id:
            raise CloudError("MissingParam.VSwitchId", "The parameter VSwitchId is required.")
    if not new.vswitch_id:
        # No source says how an account without the classic network answers an intranet load balancer without a VPC.
        if new.address_type == "intranet" and not cloud.estate.classic_network:
            raise CloudError("MissingParam.VSwitchId", "The parameter VSwitchId is required.")
        return None
    vswitch = cloud.estate.vswitches.find(new.vswitch_id)
    if vswitch is None or new.vpc_id not in (None, vswitch.vpc_id):
        raise CloudError("VSwitchNotExist", "The specified VSwitch does not exist.")
    return vswitch


def _address_type(new: NewLoadBalancer, vswitch: VSwitch | None) -> AddressType:
    address_type = new.address_type or ("intranet" if vswitch else "internet")
    if address_type not in get_args(AddressType):
        raise invalid_parameter("AddressType")
    if vswitch and address_type == "internet":
        raise NotSimulatedError("VSwitchId of a load balancer with AddressType internet")
    return cast("AddressType", address_type)


def _zones(cloud: Cloud, new: NewLoadBalancer, vswitch: VSwitch | None) -> tuple[str, str]:
    """Return primary and secondary zone: the wanted ones, or the zone of the VSwitch and the next zone."""
    zones = [zone.id for zone in cloud.estate.zones]
    for zone_id in (new.master_zone_id, new.slave_zone_id):
        if zone_id is not None and zone_id not in zones:
            raise CloudError("InvalidParameter", "The site is not exist.")
    master = new.master_zone_id or (vswitch.zone_id if vswitch else zones[0])
    return master, new.slave_zone_id or next((zone for zone in zones if zone != master), master)


def _specification(new: NewLoadBalancer) -> tuple[InstanceChargeType, Specification | None]:
    charge_type = new.instance_charge_type or "PayBySpec"
    if charge_type not in get_args(InstanceChargeType):
        raise CloudError("IllegalParam.InstanceChargeType", "The parameter InstanceChargeType is illegal.")
    if charge_type == "PayByCLCU":
        return "PayByCLCU", None
    if new.specification is None:
        raise CloudError("ShareSlbHaltSales", "The share instance has been discontinued.")
    if new.specification not in get_args(Specification):
        raise CloudError("InvalidParameter", "The specified LoadBalancerSpec is invalid.")
    return "PayBySpec", cast("Specification", new.specification)


def _pay_type(pay_type: str) -> PayType:
    if pay_type not in get_args(PayType):
        raise invalid_parameter("PayType")
    return cast("PayType", pay_type)


def _internet_charge_type(text: str, charge_type: InstanceChargeType) -> InternetChargeType:
    """Return the charge type in upper or lower case: the provider writes PayByTraffic on changes."""
    internet = text.lower()
    if internet not in get_args(InternetChargeType) or (charge_type == "PayByCLCU" and internet == "paybybandwidth"):
        raise CloudError(
            "Instance.InternetChargeTypeNotAllowed",
            "Illegal parameter. The specified InternetChargeType not allowed.",
        )
    return cast("InternetChargeType", internet)


def _check_subscription(
    subscription: Subscription,
    pay_type: PayType,
    internet: InternetChargeType,
    address_type: AddressType,
    delete_protection: bool,
) -> None:
    if pay_type != "PrePay":
        return
    if address_type == "internet" and internet != "paybybandwidth":
        raise CloudError(
            "Operation.NotAllowed",
            "Operation Denied. The charge type of internet prepay instance can only be paybybandwidth.",
        )
    if delete_protection:
        raise _no_delete_protection()
    _check_duration(subscription)


def _no_delete_protection() -> CloudError:
    return CloudError(
        "OperationUnsupported.DeleteProtectionForPrePayInstance",
        "The operation failed because prepay instance does not support delete protection.",
    )


def _check_duration(subscription: Subscription) -> None:
    if not 1 <= subscription.duration <= MAX_DURATION.get(subscription.pricing_cycle, 0):
        raise invalid_parameter("Duration")


def _check_bandwidth(bandwidth: int | None, internet: InternetChargeType) -> None:
    """Check the bandwidth; it may be missing if traffic is paid."""
    bandwidth_counts = bandwidth is not None or internet == "paybybandwidth"
    if bandwidth_counts and not 1 <= (bandwidth or 0) <= MAX_BANDWIDTH:
        raise CloudError("InvalidParameter.Bandwidth", "The param Bandwidth is invalid.")


def _check_paid_by_spec(load_balancer: LoadBalancer) -> None:
    if load_balancer.instance_charge_type == "PayByCLCU":
        raise CloudError(
            "OperationDenied.PayByCLCU",
            "The operation is not allowed because the instanceChargeType of loadbalancer is PayByCLCU.",
        )


def _address(
    cloud: Cloud, new: NewLoadBalancer, vswitch: VSwitch | None, address_type: AddressType, load_balancer_id: str
) -> str:
    if vswitch is not None:
        requested = [new.address] if new.address else []
        return private_addresses.claim(cloud, vswitch, requested, 1 - len(requested), _ADDRESS)[0]
    if new.address:
        raise CloudError("InvalidParameter", "Illegal parameter. The IP address is not in subnet.")
    if address_type == "internet":
        return free_address(cloud, load_balancer_id)
    taken = {load_balancer.address for load_balancer in cloud.estate.load_balancers}
    place = int.from_bytes(hashlib.sha256(load_balancer_id.encode()).digest()[:4], "big")
    steps = range(_CLASSIC_POOL.num_addresses)
    candidates = (str(_CLASSIC_POOL[(place + step) % _CLASSIC_POOL.num_addresses]) for step in steps)
    return next(address for address in candidates if address not in taken)


def _length(subscription: Subscription) -> timedelta:
    return _LENGTHS[subscription.pricing_cycle] * subscription.duration
