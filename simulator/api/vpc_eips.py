"""VPC: EIPs."""

from datetime import UTC, datetime
from typing import cast, get_args

from simulator.api import resource_groups
from simulator.api.call import Answer, Call
from simulator.api.filters import passing
from simulator.api.paging import Size, by_number, by_token
from simulator.api.registry import VPC, action
from simulator.api.shapes import has_tags, minutes, seconds, vpc_tags
from simulator.cloud import eips
from simulator.cloud.errors import (
    CloudError,
    NotFoundError,
    NotSimulatedError,
    dry_run_passed,
    invalid_parameter,
    missing_parameter,
)
from simulator.cloud.state import Cloud
from simulator.model.vpc import Eip, EipLine

# The most ids, and addresses, that DescribeEipAddresses accepts, separated by commas.
MAX_NAMED = 50
_STATUSES = ("Associating", "InUse", "Unassociating", "Available", "Releasing")


@action(
    VPC,
    "AllocateEipAddress",
    "Bandwidth InternetChargeType InstanceChargeType ISP Netmode Name Description Tag InstanceId IpAddress Period "
    "PricingCycle AutoPay ActivityId",
    remembers_token=True,
    raises="QuotaExceeded.Eip MissingParameter.TagKey",
    resources="eip/*",
)
def allocate_eip_address(cloud: Cloud, call: Call) -> Answer:
    """Allocate an EIP; by default pay-as-you-go, BGP, 5 Mbit/s and PayByBandwidth. 20 per account.

    ActivityId names a promotion, which has no effect here.
    """
    if call.choice("InstanceChargeType", ("PostPaid", "PrePaid")) == "PrePaid":
        raise NotSimulatedError("subscription EIPs in AllocateEipAddress")
    if call.optional("InstanceId") or call.optional("IpAddress"):
        raise NotSimulatedError("getting a certain EIP back by AllocateEipAddress")
    call.choice("Netmode", ("public",))
    group_id = resource_groups.named(cloud, call)
    eip = eips.allocate(
        cloud,
        eips.NewEip(
            name=call.optional("Name") or "",
            description=call.optional("Description") or "",
            isp=cast("EipLine", call.choice("ISP", get_args(EipLine)) or "BGP"),
            bandwidth=call.integer("Bandwidth") or eips.DEFAULT_BANDWIDTH,
            internet_charge_type=_charge_type(call),
            tags=call.tags(),
        ),
    )
    eip.resource_group_id = group_id
    return {"AllocationId": eip.id, "EipAddress": eip.ip_address, "ResourceGroupId": group_id or ""}


@action(
    VPC,
    "DescribeEipAddresses",
    "AllocationId EipAddress EipName Status AssociatedInstanceId AssociatedInstanceType ChargeType ISP LockReason Tag "
    "Filter SegmentInstanceId PublicIpAddressPoolId ServiceManaged SecurityProtectionEnabled IncludeReservationData "
    "DryRun PageNumber PageSize",
    raises="InvalidIAssociatedInstanceType.ValueNotSupported InvalidChargeType.ValueNotSupported "
    "InvalidLockReason.NotFound MissingParameter.TagKey",
    resources="eip/*",
)
def describe_eip_addresses(cloud: Cloud, call: Call) -> Answer:
    """EIPs; AllocationId and EipAddress take up to 50 each by commas, PageSize at most 100, 10 by default."""
    if call.flag("DryRun"):
        raise dry_run_passed()
    ids, addresses = _named(call, "AllocationId"), _named(call, "EipAddress")
    required, (since, until) = call.tags(), _created_between(call)
    equal = _requested(call)
    matching = [
        eip
        for eip in cloud.estate.eips.among(ids)
        if (addresses is None or eip.ip_address in addresses)
        and all(value == str(getattr(eip, name) or "") for name, value in equal.items())
        and (eip.created_at is None or since <= eip.created_at <= until)
        and has_tags(eip.tags, required)
    ]
    matching = passing(matching if _may_exist(call) else [], resource_groups.of_group(cloud, call))
    page = by_number(call, matching, maximum=100)
    return {"EipAddresses": {"EipAddress": [_eip(cloud, eip) for eip in page.items]}, **page.fields}


@action(
    VPC,
    "ModifyEipAddressAttribute",
    "AllocationId Name Description Bandwidth",
    raises="InvalidAllocationId.NotFound IncorrectEipStatus",
    resources="eip/{AllocationId}",
)
def modify_eip_address_attribute(cloud: Cloud, call: Call) -> None:
    """Change name, description or bandwidth of a pay-as-you-go EIP."""
    eips.modify(
        cloud, call.text("AllocationId"), call.given("Name"), call.given("Description"), call.integer("Bandwidth")
    )


@action(
    VPC,
    "AssociateEipAddress",
    "AllocationId InstanceId InstanceType InstanceRegionId Mode PrivateIpAddress VpcId",
    remembers_token=True,
    raises="InvalidAllocationId.NotFound InvalidBindingStatus IncorrectEipStatus InvalidInstanceType.ValueNotSupported "
    "InvalidInstanId.NotFound OperationDenied IncorrectInstanceStatus Invalid.DirectEip.BindType "
    "InvalidAssociation.Duplicated EIP_CAN_NOT_ASSOCIATE_WITH_PUBLIC_IP BIND_INSTANCE_HAVE_PORTMAP_OR_BIND_EIP "
    "InvalidStatus.EniStatusNotSupport Mode.NotSupport Mode.Conflict InvalidEip.EipQuotaExceeded Eni.Attached "
    "Eni.HasSubIp InvalidNexthop.DirectEni",
    resources="eip/{AllocationId}",
)
def associate_eip_address(cloud: Cloud, call: Call) -> None:
    """Bind an EIP to an instance in a VPC, or to a network interface in mode NAT or BINDED (cut-through).

    Associating at first, then InUse. MULTI_BINDED is closed to new applicants, this account among them.
    """
    instance_type = call.optional("InstanceType") or "EcsInstance"
    eips.check_supported(instance_type)
    if call.optional("InstanceRegionId") not in (None, cloud.estate.region_id) or call.optional("VpcId"):
        raise NotSimulatedError("InstanceRegionId of another region and VpcId in AssociateEipAddress")
    mode = call.choice("Mode", (*eips.MODES, "MULTI_BINDED")) or "NAT"
    eips.associate(
        cloud,
        call.text("AllocationId"),
        eips.Binding(
            instance_id=call.text("InstanceId"),
            instance_type="NetworkInterface" if instance_type == "NetworkInterface" else "EcsInstance",
            mode="BINDED" if mode == "BINDED" else "MULTI_BINDED" if mode == "MULTI_BINDED" else "NAT",
            private_ip_address=call.optional("PrivateIpAddress"),
        ),
    )


@action(
    VPC,
    "ModifyEipForwardMode",
    "InstanceId Mode",
    remembers_token=True,
    raises="InvalidAllocationId.NotFound InvalidBindingStatus IncorrectEipStatus InvalidStatus.EniStatusNotSupport "
    "Mode.NotSupport Mode.Conflict Eni.Attached InvalidNexthop.DirectEni",
    resources="eip/{InstanceId}",
)
def modify_eip_forward_mode(cloud: Cloud, call: Call) -> None:
    """Change how an EIP (InstanceId) is bound to its network interface: Mode NAT or BINDED (cut-through)."""
    allocation_id, mode = call.text("InstanceId"), call.text("Mode")
    call.choice("Mode", (*eips.MODES, "MULTI_BINDED"))
    eips.change_mode(
        cloud, allocation_id, "BINDED" if mode == "BINDED" else "MULTI_BINDED" if mode == "MULTI_BINDED" else "NAT"
    )


@action(
    VPC,
    "UnassociateEipAddress",
    "AllocationId InstanceId InstanceType PrivateIpAddress Force",
    remembers_token=True,
    raises="InvalidAllocationId.NotFound InvalidBindingStatus IncorrectEipStatus InvalidInstanceType.ValueNotSupported "
    "InvalidInstanceId.NotFound IncorrectInstanceStatus Eni.Attached",
    resources="eip/{AllocationId}",
)
def unassociate_eip_address(cloud: Cloud, call: Call) -> None:
    """Unbind an EIP; Unassociating at first, then Available. Force is about NAT gateways only."""
    eips.check_supported(call.optional("InstanceType") or "EcsInstance")
    call.flag("Force")
    eip = cloud.eip(call.text("AllocationId"))
    if call.optional("PrivateIpAddress") not in (None, eip.private_ip_address):
        raise invalid_parameter("PrivateIpAddress")
    eips.unassociate(cloud, eip.id, call.optional("InstanceId"))


@action(
    VPC,
    "ReleaseEipAddress",
    "AllocationId",
    raises="InvalidAllocationId.NotFound IncorrectEipStatus Forbidden.ChargeTypeIsPrepaid "
    "InvalidOperation.DeletionProtection",
    resources="eip/{AllocationId}",
)
def release_eip_address(cloud: Cloud, call: Call) -> None:
    """Release an Available pay-as-you-go EIP; Releasing at first."""
    eips.release(cloud, call.text("AllocationId"))


@action(
    VPC,
    "DeletionProtection",
    "InstanceId ProtectionEnable Type",
    remembers_token=True,
    raises="InvalidAllocationId.NotFound",
    resources="eip/{InstanceId}",
)
def deletion_protection(cloud: Cloud, call: Call) -> None:
    """Turn the deletion protection of an EIP (Type EIP) on or off. The code for an unknown EIP is not documented."""
    if call.text("Type") != "EIP":
        raise NotSimulatedError(f"DeletionProtection of Type {call.text('Type')}")
    protected = call.flag("ProtectionEnable")
    if protected is None:
        raise missing_parameter("ProtectionEnable")
    eips.protect(cloud, call.text("InstanceId"), protected)


@action(
    VPC,
    "ListPublicIpAddressPools",
    "PublicIpAddressPoolIds Name Isp Status SecurityProtectionEnabled Tags DryRun MaxResults NextToken",
    resources="publicipaddresspool/*",
)
def list_public_ip_address_pools(cloud: Cloud, call: Call) -> Answer:
    """Public IP address pools, of which the account has none; MaxResults 10..100, 10 by default."""
    if call.flag("DryRun"):
        raise dry_run_passed()
    call.choice("Isp", get_args(EipLine))
    call.flag("SecurityProtectionEnabled")
    none: list[Answer] = []
    page = by_token(call, none, Size(maximum=100, minimum=10))
    return {"PublicIpAddressPoolList": page.items, "TotalCount": 0, **page.fields}


def _charge_type(call: Call) -> eips.ChargeType:
    chosen = call.choice("InternetChargeType", eips.MAX_BANDWIDTH)
    return "PayByTraffic" if chosen == "PayByTraffic" else "PayByBandwidth"


def _named(call: Call, name: str) -> list[str] | None:
    values = call.commas(name)
    if values is not None and len(values) > MAX_NAMED:
        raise invalid_parameter(name)
    return values


def _requested(call: Call) -> dict[str, str]:
    """Return the wanted values of an EIP's fields, by name; raises the codes of unknown values."""
    kind = call.optional("AssociatedInstanceType")
    if kind not in (None, *eips.INSTANCE_TYPES, *eips.UNKNOWN_INSTANCE_TYPES):
        raise CloudError(
            "InvalidIAssociatedInstanceType.ValueNotSupported",
            "The specified value of AssociatedInstanceType is not supported.",
        )
    charge = call.choice("ChargeType", ("PostPaid", "PrePaid"), "InvalidChargeType.ValueNotSupported")
    fields = {
        "name": call.optional("EipName"),
        "status": call.choice("Status", _STATUSES),
        "instance_id": call.optional("AssociatedInstanceId"),
        "instance_type": kind,
        "charge_type": charge,
        "isp": call.optional("ISP"),
    }
    return {name: value for name, value in fields.items() if value is not None}


def _may_exist(call: Call) -> bool:
    """Whether an EIP of the simulator can match the other filters: unlocked, and of no other service."""
    reason = call.optional("LockReason")
    if reason not in (None, "financial", "security"):
        raise NotFoundError("InvalidLockReason.NotFound", "The specified LockReason is not found")
    call.flag("IncludeReservationData")
    return (
        reason is None
        and call.optional("SegmentInstanceId") is None
        and call.optional("PublicIpAddressPoolId") is None
        and not call.flag("ServiceManaged")
        and not call.flag("SecurityProtectionEnabled")
    )


def _created_between(call: Call) -> tuple[datetime, datetime]:
    """Filter.N: CreationStartTime and CreationEndTime, to the minute; raises InvalidParameter."""
    bounds = {
        "CreationStartTime": datetime.min.replace(tzinfo=UTC),
        "CreationEndTime": datetime.max.replace(tzinfo=UTC),
    }
    for record in call.records("Filter"):
        key = record.text("Key")
        if key not in bounds:
            raise invalid_parameter("Filter")
        try:
            bounds[key] = datetime.strptime(record.text("Value"), "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
        except ValueError:
            raise invalid_parameter("Filter") from None
    return bounds["CreationStartTime"], bounds["CreationEndTime"]


def _eip(cloud: Cloud, eip: Eip) -> Answer:
    region = cloud.estate.region_id
    return {
        "AllocationId": eip.id,
        "AllocationTime": seconds(eip.created_at),
        # In the reference, and read by the provider's data source; the newest SDK no longer has it.
        "AvailableRegions": {"AvailableRegion": [region]},
        "Bandwidth": str(eip.bandwidth),
        "BandwidthPackageBandwidth": "",
        "BandwidthPackageId": "",
        "BandwidthPackageType": "",
        "BizType": "Default",
        "BusinessStatus": "Normal",
        "ChargeType": eip.charge_type,
        "DeletionProtection": eip.deletion_protection,
        "Description": eip.description,
        "EipBandwidth": str(eip.bandwidth),
        "ExpiredTime": minutes(eip.expired_at),
        "HDMonitorStatus": "OFF",
        "HasReservationData": "false",
        "ISP": eip.isp,
        "InstanceId": eip.instance_id or "",
        "InstanceRegionId": region if eip.instance_id else "",
        "InstanceType": eip.instance_type or "",
        "InternetChargeType": eip.internet_charge_type,
        "IpAddress": eip.ip_address,
        "Mode": eip.mode if eip.instance_type == "NetworkInterface" else "NAT" if eip.instance_id else "",
        "Name": eip.name,
        "Netmode": "public",
        "OperationLocks": {"LockReason": []},
        "PrivateIpAddress": eip.private_ip_address or "",
        "PublicIpAddressPoolId": "",
        "RegionId": region,
        "ResourceGroupId": resource_groups.own(cloud, eip.resource_group_id),
        "SecondLimited": False,
        "SecurityProtectionTypes": {"SecurityProtectionType": []},
        "SegmentInstanceId": "",
        "ServiceManaged": 0,
        "Status": eip.status,
        "Tags": vpc_tags(eip.tags),
        "VpcId": "",
        "Zone": "",
    }
