"""ECS: describe instances, in lists and one by one."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from simulator.api.call import Answer, Call
from simulator.api.filters import Filter, equal, passing, tagged
from simulator.api.paging import Page, by_either, by_number
from simulator.api.registry import ECS, action
from simulator.api.resource_groups import of_group
from simulator.api.shapes import ecs_tags, minutes
from simulator.cloud.errors import ForbiddenError, NotSimulatedError, dry_run_passed, missing_parameter
from simulator.cloud.state import Cloud
from simulator.model.ecs import Instance
from simulator.model.vpc import Eip

_SALE_FOREVER = "2099-12-31T15:59Z"
_EQUAL = {
    "InstanceNetworkType": "network_type",
    "InstanceType": "instance_type",
    "InstanceChargeType": "charge_type",
    "InternetChargeType": "internet_charge_type",
    "ImageId": "image_id",
    "KeyPairName": "key_pair_name",
    "Status": "status",
    "VpcId": "vpc_id",
    "VSwitchId": "vswitch_id",
    "ZoneId": "zone_id",
}
# The values of AdditionalAttributes.N.
_ADDITIONAL = frozenset(
    {
        "META_OPTIONS",
        "NETWORK_PRIMARY_ENI_IP",
        "LOGIN_AS_NON_ROOT",
        "DISK_HIGH_DENSITY_MODE",
        "CPU_OPTIONS_TOPOLOGY_TYPE",
    }
)


def _no_instances(cloud: Cloud, call: Call) -> Answer:
    """Return the answer for a caller without permission.

    It is an empty list, except for a DryRun (DescribeInstances reference).
    """
    return _instances_answer(cloud, call, [])


@action(
    ECS,
    "DescribeInstances",
    f"{' '.join(_EQUAL)} InstanceIds InstanceName InstanceTypeFamily IoOptimized LockReason SecurityGroupId Tag "
    "InnerIpAddresses PrivateIpAddresses PublicIpAddresses EipAddresses NeedSaleCycle AdditionalAttributes DryRun "
    "MaxResults NextToken PageNumber PageSize",
    empty_if_denied=_no_instances,
    raises="InvalidInstanceIds.Malformed MissingParameter.TagKey",
    resources="instance/*",
)
def describe_instances(cloud: Cloud, call: Call) -> Answer:
    """Instances; PageSize at most 100, MaxResults clamped to 10..100, 10 by default either way.

    DryRun=true answers DryRunOperation (400). An empty InstanceIds array matches nothing. At most 100
    InstanceIds, and as many of each kind of address. InstanceName takes * at either end.
    """
    if call.flag("DryRun"):
        raise dry_run_passed()
    ids = call.json_list("InstanceIds", "InvalidInstanceIds.Malformed")
    filters = (equal(call, _EQUAL), tagged(call), of_group(cloud, call), *_own_filters(cloud, call))
    return _instances_answer(cloud, call, passing(cloud.estate.instances.among(ids), *filters))


@action(
    ECS,
    "DescribeInstanceAttribute",
    "InstanceId",
    raises="InvalidInstanceId.NotFound",
    resources="instance/{InstanceId}",
)
def describe_instance_attribute(cloud: Cloud, call: Call) -> Answer:
    """One instance."""
    instance = cloud.instance(call.text("InstanceId"))
    # This action answers IoOptimized as a word, DescribeInstances as a boolean.
    return {
        **_common_fields(cloud, instance, _eips(cloud, [instance])),
        "IoOptimized": "optimized" if instance.io_optimized else "none",
        "EnableJumboFrame": instance.jumbo_frame,
    }


@action(ECS, "DescribeUserData", "InstanceId", raises="InvalidInstanceId.NotFound", resources="instance/{InstanceId}")
def describe_user_data(cloud: Cloud, call: Call) -> Answer:
    """Return the user data of one instance, in Base64."""
    instance = cloud.instance(call.text("InstanceId"))
    return {"RegionId": cloud.estate.region_id, "InstanceId": instance.id, "UserData": instance.user_data}


@action(
    ECS,
    "DescribeInstanceVncUrl",
    "InstanceId",
    raises="InvalidInstanceId.NotFound IncorrectInstanceStatus",
    resources="instance/{InstanceId}",
)
def describe_instance_vnc_url(cloud: Cloud, call: Call) -> Answer:
    """Return the address of the VNC console of a Running instance, which leads nowhere here."""
    instance = cloud.instance(call.text("InstanceId"))
    if instance.status != "Running" or instance.migrating:
        raise ForbiddenError(
            "IncorrectInstanceStatus", "The current status of the resource does not support this operation."
        )
    return {"VncUrl": quote(f"wss://vncproxy.invalid/websockify/?s={instance.id}", safe="")}


@action(
    ECS,
    "DescribeInstanceAutoRenewAttribute",
    "InstanceId RenewalStatus PageNumber PageSize",
    resources="instance/*",
)
def describe_instance_auto_renew_attribute(cloud: Cloud, call: Call) -> Answer:
    """Return how subscriptions renew, by InstanceId (at most 100, comma separated) or status; no pay-as-you-go ones.

    One of InstanceId and RenewalStatus is mandatory. PageSize at most 100, 10 by default.
    """
    ids = call.commas("InstanceId")
    status = call.choice("RenewalStatus", ("AutoRenewal", "Normal", "NotRenewal"))
    if ids is None and status is None:
        raise missing_parameter("InstanceId or RenewalStatus")
    instances = [
        instance
        for instance in cloud.estate.instances.among(ids)
        if instance.charge_type == "PrePaid" and status in (None, instance.renewal_status)
    ]
    page = by_number(call, instances, maximum=100)
    return {
        "InstanceRenewAttributes": {"InstanceRenewAttribute": [_renewal(item) for item in page.items]},
        **page.fields,
    }


def _own_filters(cloud: Cloud, call: Call) -> list[Filter]:
    """Return the filters that do more than compare an attribute."""
    filters: list[Filter] = []
    if (name := call.optional("InstanceName")) is not None:
        filters.append(lambda instance: _name_matches(instance.name, name))
    if (group := call.optional("SecurityGroupId")) is not None:
        filters.append(lambda instance: group in instance.security_group_ids)
    if (family := call.optional("InstanceTypeFamily")) is not None:
        filters.append(lambda instance: _family(instance) == family)
    if (optimized := call.flag("IoOptimized")) is not None:
        filters.append(lambda instance: instance.io_optimized == optimized)
    if (reason := call.optional("LockReason")) is not None:
        filters.append(lambda instance: reason in instance.locks)
    return [*filters, *_address_filters(cloud, call)]


def _address_filters(cloud: Cloud, call: Call) -> list[Filter]:
    filters: list[Filter] = []
    if (inner := call.json_list("InnerIpAddresses")) is not None:
        filters.append(lambda instance: instance.network_type == "classic" and _meet(instance.intranet_ips, inner))
    if (private := call.json_list("PrivateIpAddresses")) is not None:
        filters.append(lambda instance: instance.network_type == "vpc" and _meet(instance.intranet_ips, private))
    if (public := call.json_list("PublicIpAddresses")) is not None:
        filters.append(lambda instance: _meet(instance.public_ips, public))
    if (bound := call.json_list("EipAddresses")) is not None:
        owners = {eip.instance_id for eip in cloud.estate.eips if eip.ip_address in bound}
        filters.append(lambda instance: instance.id in owners)
    return filters


def _meet(own: Sequence[str], parts: Sequence[str]) -> bool:
    return not set(own).isdisjoint(parts)


def _name_matches(name: str, pattern: str) -> bool:
    """Whether a name matches; the filter may have the wildcard * at either end."""
    core = pattern.strip("*")
    if pattern.startswith("*"):
        return core in name if pattern.endswith("*") else name.endswith(core)
    return name.startswith(core) if pattern.endswith("*") else name == core


def _family(instance: Instance) -> str:
    return instance.instance_type.rpartition(".")[0]


def _instances_answer(cloud: Cloud, call: Call, instances: Sequence[Instance]) -> Answer:
    additional = set(call.repeated("AdditionalAttributes"))
    if unknown := additional - _ADDITIONAL:
        raise NotSimulatedError(f"AdditionalAttributes {', '.join(sorted(unknown))}")
    page: Page[Instance] = by_either(call, instances, maximum=100, token_maximum=100, clamp=True)
    eips = _eips(cloud, page.items)
    sale_cycle = bool(call.flag("NeedSaleCycle"))
    items = [
        {
            **_instance(cloud, instance, eips, with_addresses="NETWORK_PRIMARY_ENI_IP" in additional),
            **_additional_fields(instance, additional),
            **({"SaleCycle": "month" if instance.charge_type == "PrePaid" else ""} if sale_cycle else {}),
        }
        for instance in page.items
    ]
    return {"Instances": {"Instance": items}, **page.fields}


def _eips(cloud: Cloud, instances: Sequence[Instance]) -> dict[str, Eip]:
    """Return the EIPs that are bound to some of `instances` themselves, by instance."""
    ids = {instance.id for instance in instances}
    return {
        eip.instance_id: eip
        for eip in cloud.estate.eips
        if eip.instance_id in ids and eip.status in ("InUse", "Unassociating")
    }


def _network_fields(cloud: Cloud, instance: Instance, eip: Eip | None) -> Answer:
    """Return the addresses: InnerIpAddress of a classic instance, VpcAttributes of one in a VPC; the other is empty.

    NatIpAddress, which is for reaching another VPC, is always empty. A public address that an instance in a VPC has
    from its time in the classic network is its PublicIpAddress.
    """
    classic = instance.network_type == "classic"
    return {
        "InstanceNetworkType": instance.network_type,
        "InnerIpAddress": {"IpAddress": instance.intranet_ips if classic else []},
        "PublicIpAddress": {"IpAddress": instance.public_ips},
        "VpcAttributes": {
            "VpcId": instance.vpc_id or "",
            "VSwitchId": instance.vswitch_id or "",
            "NatIpAddress": "",
            "PrivateIpAddress": {"IpAddress": [] if classic else instance.intranet_ips},
        },
        "EipAddress": _eip(eip),
        "InternetChargeType": instance.internet_charge_type,
        "InternetMaxBandwidthIn": instance.internet_max_bandwidth_in,
        "InternetMaxBandwidthOut": instance.internet_max_bandwidth_out,
        "SecurityGroupIds": {"SecurityGroupId": instance.security_group_ids},
        "RegionId": cloud.estate.region_id,
        "ZoneId": instance.zone_id,
    }


def _eip(eip: Eip | None) -> Answer:
    if eip is None:
        return {"AllocationId": "", "IpAddress": "", "InternetChargeType": ""}
    return {
        "AllocationId": eip.id,
        "IpAddress": eip.ip_address,
        "InternetChargeType": eip.internet_charge_type,
        "Bandwidth": eip.bandwidth,
    }


def _stopped_mode(instance: Instance) -> str:
    if instance.status != "Stopped" or instance.network_type == "classic":
        return "Not-applicable"
    return "StopCharging" if instance.stop_charging else "KeepCharging"


def _common_fields(cloud: Cloud, instance: Instance, eips: Mapping[str, Eip]) -> Answer:
    kind = cloud.estate.instance_types.find(instance.instance_type)
    return {
        **_network_fields(cloud, instance, eips.get(instance.id)),
        "InstanceId": instance.id,
        "InstanceName": instance.name,
        "Description": instance.description,
        "HostName": instance.host_name or instance.name,
        "SerialNumber": instance.id,
        "InstanceType": instance.instance_type,
        "Cpu": kind.cpu if kind else 0,
        "Memory": int(kind.memory_gib * 1024) if kind else 0,
        "Status": instance.status,
        "StoppedMode": _stopped_mode(instance),
        "CreditSpecification": "",
        "ImageId": instance.image_id,
        "InstanceChargeType": instance.charge_type,
        "CreationTime": minutes(instance.created_at),
        "ExpiredTime": minutes(instance.expired_at) or _SALE_FOREVER,
        "OperationLocks": {"LockReason": [{"LockReason": reason} for reason in instance.locks]},
    }


def _instance(cloud: Cloud, instance: Instance, eips: Mapping[str, Eip], *, with_addresses: bool) -> Answer:
    kind = cloud.estate.instance_types.find(instance.instance_type)
    return {
        **_common_fields(cloud, instance, eips),
        # This answer also has whether a bound EIP can be unbound.
        "EipAddress": {**_eip(eips.get(instance.id)), "IsSupportUnassociate": instance.id in eips},
        "IoOptimized": instance.io_optimized,
        "InstanceTypeFamily": _family(instance),
        "CpuOptions": {"CoreCount": max(1, kind.cpu // 2) if kind else 1, "ThreadsPerCore": 2, "Numa": "ON"},
        "OSName": instance.os_name,
        "OSNameEn": instance.os_name,
        "OSType": instance.os_type,
        "SpotStrategy": instance.spot_strategy,
        "SpotPriceLimit": 0.0,
        "LocalStorageAmount": instance.local_storage_amount,
        "LocalStorageCapacity": instance.local_storage_gib,
        "DeletionProtection": instance.deletion_protection,
        "DeviceAvailable": True,
        "Recyclable": False,
        "KeyPairName": instance.key_pair_name or "",
        "ResourceGroupId": instance.resource_group_id or "",
        "AutoReleaseTime": minutes(instance.auto_release_at),
        "StartTime": minutes(instance.started_at or instance.created_at),
        "NetworkInterfaces": {"NetworkInterface": _network_interfaces(cloud, instance, with_addresses)},
        "RdmaIpAddress": {"IpAddress": []},
        "Tags": ecs_tags(instance.tags),
    }


def _network_interfaces(cloud: Cloud, instance: Instance, with_addresses: bool) -> list[Answer]:
    """Return the interfaces in short; with addresses if AdditionalAttributes has NETWORK_PRIMARY_ENI_IP."""
    answers: list[Answer] = []
    for interface in cloud.interfaces_of(instance.id):
        answer: Answer = {
            "NetworkInterfaceId": interface.id,
            "MacAddress": interface.mac,
            "Type": interface.type,
            "PrimaryIpAddress": interface.private_ips[0],
        }
        if with_addresses:
            addresses = [
                {"PrivateIpAddress": address, "Primary": place == 0}
                for place, address in enumerate(interface.private_ips)
            ]
            answer["PrivateIpSets"] = {"PrivateIpSet": addresses}
        answers.append(answer)
    return answers


def _additional_fields(instance: Instance, additional: set[str]) -> Answer:
    fields: Answer = {}
    if "META_OPTIONS" in additional:
        fields["MetadataOptions"] = {
            "HttpEndpoint": instance.metadata.endpoint,
            "HttpTokens": instance.metadata.tokens,
            "HttpPutResponseHopLimit": instance.metadata.hop_limit,
        }
    if "LOGIN_AS_NON_ROOT" in additional:
        fields["ImageOptions"] = {"LoginAsNonRoot": False}
    if "DISK_HIGH_DENSITY_MODE" in additional:
        fields["AdditionalInfo"] = {"EnableHighDensityMode": False}
    return fields


def _renewal(instance: Instance) -> Answer:
    return {
        "InstanceId": instance.id,
        "RenewalStatus": instance.renewal_status,
        "AutoRenewEnabled": instance.renewal_status == "AutoRenewal",
        "Duration": instance.auto_renew_months,
        "PeriodUnit": "Month",
    }
