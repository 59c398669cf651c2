"""SLB: Classic Load Balancers."""

from datetime import datetime

from simulator.api import resource_groups
from simulator.api.call import Answer, Call
from simulator.api.filters import equal, passing
from simulator.api.paging import by_number
from simulator.api.registry import SLB, action
from simulator.api.shapes import ecs_tags, has_tags, seconds
from simulator.api.slb_backend_servers import server_answer
from simulator.cloud import load_balancers
from simulator.cloud.errors import CloudError, NotSimulatedError, invalid_parameter
from simulator.cloud.state import Cloud
from simulator.model.slb import LoadBalancer

# The most ids, and names, that DescribeLoadBalancers accepts, separated by commas.
MAX_NAMED = 10


@action(
    SLB,
    "CreateLoadBalancer",
    "LoadBalancerName Address AddressType AddressIPVersion VpcId VSwitchId MasterZoneId SlaveZoneId LoadBalancerSpec "
    "InstanceChargeType InternetChargeType Bandwidth PayType PricingCycle Duration AutoPay DeleteProtection "
    "ModificationProtectionStatus ModificationProtectionReason Tag",
    remembers_token=True,
    raises="MissingParam.VSwitchId InvalidVpcId.NotExist VSwitchNotExist VSwitchAvailableIpNotExist ShareSlbHaltSales "
    "IllegalParam.InstanceChargeType Instance.InternetChargeTypeNotAllowed InvalidParameter.Bandwidth "
    "InvalidParameter.Mismatch Operation.NotAllowed InvalidParam.ModificationProtectionStatus "
    "InvalidParam.ModificationProtectionReason OperationUnsupported.DeleteProtectionForPrePayInstance "
    "MissingParam.TagKey SizeLimitExceeded.Tag",
    resources="loadbalancer/*",
)
def create_load_balancer(cloud: Cloud, call: Call) -> Answer:
    """Make a load balancer, active at once: intranet with VSwitchId, else public; LoadBalancerSpec unless PayByCLCU.

    A subscription (PrePay) needs AutoPay, because an unpaid order creates nothing. At most 20 tags.
    """
    _check_ip_version(call)
    if call.optional("PayType") == "PrePay" and not call.flag("AutoPay"):
        raise NotSimulatedError("orders that are not paid at once (AutoPay) of CreateLoadBalancer")
    bandwidth = call.integer("Bandwidth")
    group_id = resource_groups.named(cloud, call)
    balancer = load_balancers.create(
        cloud,
        load_balancers.NewLoadBalancer(
            name=call.optional("LoadBalancerName") or "",
            address=call.optional("Address") or "",
            address_type=call.optional("AddressType"),
            vpc_id=call.optional("VpcId"),
            vswitch_id=call.optional("VSwitchId"),
            master_zone_id=call.optional("MasterZoneId"),
            slave_zone_id=call.optional("SlaveZoneId"),
            specification=call.optional("LoadBalancerSpec"),
            instance_charge_type=call.optional("InstanceChargeType"),
            internet_charge_type=call.optional("InternetChargeType"),
            bandwidth=None if bandwidth == -1 else bandwidth,
            pay_type=call.optional("PayType"),
            subscription=_subscription(call),
            delete_protection=call.choice("DeleteProtection", ("on", "off")) == "on",
            protection_status=call.optional("ModificationProtectionStatus"),
            protection_reason=call.optional("ModificationProtectionReason") or "",
            tags=call.tags("MissingParam.TagKey"),
        ),
    )
    balancer.resource_group_id = group_id
    return {
        "LoadBalancerId": balancer.id,
        "LoadBalancerName": balancer.name,
        "Address": balancer.address,
        "AddressIPVersion": "ipv4",
        "NetworkType": _network(balancer),
        "VpcId": balancer.vpc_id or "",
        "VSwitchId": balancer.vswitch_id or "",
        "ResourceGroupId": balancer.resource_group_id or "",
        "OrderId": 0,
    }


@action(
    SLB,
    "DescribeLoadBalancers",
    "LoadBalancerId LoadBalancerName LoadBalancerStatus Address AddressType AddressIPVersion InternetChargeType "
    "MasterZoneId SlaveZoneId NetworkType PayType ServerId ServerIntranetAddress VpcId VSwitchId Tag PageNumber "
    "PageSize",
    raises="MissingParam.TagKey",
    resources="loadbalancer/*",
)
def describe_load_balancers(cloud: Cloud, call: Call) -> Answer:
    """Load balancers in the order of their creation; PageSize at most 100, 10 by default.

    LoadBalancerId and LoadBalancerName take up to 10 each by commas. ServerId and ServerIntranetAddress (several by
    commas) look at backend servers and vServer groups.
    """
    names, networks, tags = (
        _named(call, "LoadBalancerName"),
        call.optional("NetworkType"),
        call.tags("MissingParam.TagKey"),
    )
    if call.optional("AddressIPVersion") == "ipv6":
        return _page(call, [])
    balancers = passing(
        cloud.estate.load_balancers.among(_named(call, "LoadBalancerId")),
        equal(
            call,
            {
                "LoadBalancerStatus": "status",
                "Address": "address",
                "AddressType": "address_type",
                "InternetChargeType": "internet_charge_type",
                "MasterZoneId": "master_zone_id",
                "SlaveZoneId": "slave_zone_id",
                "PayType": "pay_type",
                "VpcId": "vpc_id",
                "VSwitchId": "vswitch_id",
            },
        ),
        lambda item: names is None or item.name in names,
        lambda item: networks is None or networks.lower() == _network(item),
        lambda item: has_tags(item.tags, tags),
        resource_groups.of_group(cloud, call),
    )
    servers = _requested_servers(cloud, call)
    if servers is not None:
        before = _before(cloud, servers)
        balancers = [item for item in balancers if item.id in before]
    return _page(call, balancers, cloud.estate.region_id)


@action(
    SLB,
    "DescribeLoadBalancerAttribute",
    "LoadBalancerId",
    raises="InvalidLoadBalancerId.NotFound",
    resources="loadbalancer/{LoadBalancerId}",
)
def describe_load_balancer_attribute(cloud: Cloud, call: Call) -> Answer:
    """One load balancer with its backend servers and listeners."""
    balancer = load_balancers.find(cloud, call.text("LoadBalancerId"))
    ports = [{"ListenerPort": item.port, "ListenerProtocal": item.protocol} for item in balancer.listeners]
    listeners = [
        {
            "ListenerPort": item.port,
            "ListenerProtocol": item.protocol,
            "ListenerForward": "off",
            "Description": item.description,
        }
        for item in balancer.listeners
    ]
    answer = _common(balancer, cloud.estate.region_id)
    answer |= {
        "BackendServers": {
            "BackendServer": [server_answer(cloud, server, address=True) for server in balancer.backend_servers]
        },
        "ListenerPorts": {"ListenerPort": [item.port for item in balancer.listeners]},
        "ListenerPortsAndProtocal": {"ListenerPortAndProtocal": ports},
        "ListenerPortsAndProtocol": {"ListenerPortAndProtocol": listeners},
    }
    if balancer.expired_at is not None:
        answer |= {"EndTime": seconds(balancer.expired_at), "EndTimeStamp": _stamp(balancer.expired_at)}
        answer["RenewalStatus"] = "Normal"
    return answer


@action(
    SLB,
    "SetLoadBalancerName",
    "LoadBalancerId LoadBalancerName",
    raises="InvalidLoadBalancerId.NotFound",
    resources="loadbalancer/{LoadBalancerId}",
)
def set_load_balancer_name(cloud: Cloud, call: Call) -> None:
    """Rename a load balancer: 1 to 80 letters, digits, periods, underscores and hyphens."""
    load_balancers.rename(cloud, call.text("LoadBalancerId"), call.text("LoadBalancerName"))


@action(
    SLB,
    "SetLoadBalancerStatus",
    "LoadBalancerId LoadBalancerStatus",
    raises="InvalidLoadBalancerId.NotFound",
    resources="loadbalancer/{LoadBalancerId}",
)
def set_load_balancer_status(cloud: Cloud, call: Call) -> None:
    """Set a load balancer active or inactive, at once."""
    load_balancers.set_status(cloud, call.text("LoadBalancerId"), call.text("LoadBalancerStatus"))


@action(
    SLB,
    "SetLoadBalancerDeleteProtection",
    "LoadBalancerId DeleteProtection",
    raises="InvalidLoadBalancerId.NotFound OperationUnsupported.DeleteProtectionForPrePayInstance",
    resources="loadbalancer/{LoadBalancerId}",
)
def set_load_balancer_delete_protection(cloud: Cloud, call: Call) -> None:
    """Turn the deletion protection of a load balancer on or off."""
    call.text("DeleteProtection")
    protected = call.choice("DeleteProtection", ("on", "off")) == "on"
    load_balancers.protect(cloud, call.text("LoadBalancerId"), protected)


@action(
    SLB,
    "SetLoadBalancerModificationProtection",
    "LoadBalancerId ModificationProtectionStatus ModificationProtectionReason",
    raises="InvalidLoadBalancerId.NotFound InvalidParam.ModificationProtectionStatus "
    "InvalidParam.ModificationProtectionReason",
    resources="loadbalancer/{LoadBalancerId}",
)
def set_load_balancer_modification_protection(cloud: Cloud, call: Call) -> None:
    """Set the configuration read-only mode of the console; the API itself is not restricted by it."""
    load_balancers.protect_from_console(
        cloud,
        call.text("LoadBalancerId"),
        call.text("ModificationProtectionStatus"),
        call.optional("ModificationProtectionReason") or "",
    )


@action(
    SLB,
    "ModifyLoadBalancerInstanceSpec",
    "LoadBalancerId LoadBalancerSpec AutoPay",
    raises="InvalidLoadBalancerId.NotFound OperationDenied.PayByCLCU",
    resources="loadbalancer/{LoadBalancerId}",
)
def modify_load_balancer_instance_spec(cloud: Cloud, call: Call) -> Answer:
    """Change the specification of a load balancer that is paid by specification."""
    load_balancers.change_specification(cloud, call.text("LoadBalancerId"), call.text("LoadBalancerSpec"))
    return {"OrderId": 0}


@action(
    SLB,
    "ModifyLoadBalancerInternetSpec",
    "LoadBalancerId InternetChargeType Bandwidth AutoPay",
    raises="InvalidLoadBalancerId.NotFound OperationDenied.PayByCLCU Instance.InternetChargeTypeNotAllowed "
    "ActionNotAllowed",
    resources="loadbalancer/{LoadBalancerId}",
)
def modify_load_balancer_internet_spec(cloud: Cloud, call: Call) -> Answer:
    """Change bandwidth (1 to 5120 Mbit/s) or charge type, at once; the real charge type changes at midnight."""
    bandwidth = call.integer("Bandwidth")
    load_balancers.change_internet(
        cloud,
        call.text("LoadBalancerId"),
        call.optional("InternetChargeType"),
        None if bandwidth == -1 else bandwidth,
    )
    return {"OrderId": 0}


@action(
    SLB,
    "ModifyLoadBalancerPayType",
    "LoadBalancerId PayType PricingCycle Duration AutoPay",
    raises="InvalidLoadBalancerId.NotFound OperationDenied.PayByCLCU Operation.NotAllowed",
    resources="loadbalancer/{LoadBalancerId}",
)
def modify_load_balancer_pay_type(cloud: Cloud, call: Call) -> Answer:
    """Make a pay-as-you-go load balancer a subscription, with AutoPay; a public one only if paid by bandwidth."""
    if not call.flag("AutoPay"):
        raise NotSimulatedError("orders that are not paid at once (AutoPay) of ModifyLoadBalancerPayType")
    load_balancers.subscribe(
        cloud, call.text("LoadBalancerId"), call.optional("PayType") or "PayOnDemand", _subscription(call)
    )
    return {"OrderId": 0}


@action(
    SLB,
    "ModifyLoadBalancerInstanceChargeType",
    "LoadBalancerId InstanceChargeType",
    raises="InvalidLoadBalancerId.NotFound IllegalParam.InstanceChargeType OperationDenied.PayByCLCU "
    "Forbidden.LcuToSpec",
    resources="loadbalancer/{LoadBalancerId}",
)
def modify_load_balancer_instance_charge_type(cloud: Cloud, call: Call) -> None:
    """Change to pay by use (PayByCLCU); this cannot be undone."""
    load_balancers.pay_by_use(cloud, call.text("LoadBalancerId"), call.text("InstanceChargeType"))


@action(
    SLB,
    "DeleteLoadBalancer",
    "LoadBalancerId",
    raises="InvalidLoadBalancerId.NotFound InvalidChargeType OperationDenied.DeleteProtectionIsOn",
    resources="loadbalancer/{LoadBalancerId}",
)
def delete_load_balancer(cloud: Cloud, call: Call) -> None:
    """Delete a pay-as-you-go load balancer with its listeners and vServer groups, at once."""
    load_balancers.delete(cloud, call.text("LoadBalancerId"))


def _check_ip_version(call: Call) -> None:
    if call.choice("AddressIPVersion", ("ipv4", "ipv6")) != "ipv6":
        return
    if call.optional("AddressType") == "intranet" or call.optional("VSwitchId"):
        raise CloudError(
            "InvalidParameter.Mismatch",
            "AddressType and IpVersion is conflict, IPv6 does not support intranet instance.",
        )
    raise NotSimulatedError("load balancers of AddressIPVersion ipv6")


def _subscription(call: Call) -> load_balancers.Subscription:
    return load_balancers.Subscription(
        call.integer("Duration") or 1, (call.optional("PricingCycle") or "month").lower()
    )


def _named(call: Call, parameter: str) -> list[str] | None:
    values = call.commas(parameter)
    if values is not None and len(values) > MAX_NAMED:
        raise invalid_parameter(parameter)
    return values


def _requested_servers(cloud: Cloud, call: Call) -> set[str] | None:
    """Return the ids of instances that pass both ServerId and ServerIntranetAddress; None if neither is given."""
    server_id, addresses = call.optional("ServerId"), call.commas("ServerIntranetAddress")
    requested = None if server_id is None else {server_id}
    if addresses is not None:
        here = {
            instance.id for instance in cloud.estate.instances if not set(addresses).isdisjoint(instance.intranet_ips)
        }
        requested = here if requested is None else requested & here
    return requested


def _before(cloud: Cloud, instance_ids: set[str]) -> set[str]:
    """Return the ids of load balancers that have one of these instances as a server, or in a vServer group."""
    pools = [
        *((item.id, item.backend_servers) for item in cloud.estate.load_balancers),
        *((group.load_balancer_id, group.backend_servers) for group in cloud.estate.vserver_groups),
    ]
    return {owner for owner, pool in pools if any(server.instance_id in instance_ids for server in pool)}


def _page(call: Call, balancers: list[LoadBalancer], region_id: str = "") -> Answer:
    page = by_number(call, balancers, maximum=100)
    items = [{**_common(item, region_id), "InternetChargeTypeAlias": item.internet_charge_type} for item in page.items]
    return {"LoadBalancers": {"LoadBalancer": items}, **page.fields}


def _common(load_balancer: LoadBalancer, region_id: str) -> Answer:
    by_use = load_balancer.instance_charge_type == "PayByCLCU"
    return {
        "LoadBalancerId": load_balancer.id,
        "LoadBalancerName": load_balancer.name,
        "LoadBalancerStatus": load_balancer.status,
        "LoadBalancerSpec": load_balancer.specification or ("slb.lcu.elastic" if by_use else ""),
        "Address": load_balancer.address,
        "AddressType": load_balancer.address_type,
        "AddressIPVersion": "ipv4",
        "NetworkType": _network(load_balancer),
        "VpcId": load_balancer.vpc_id or "",
        "VSwitchId": load_balancer.vswitch_id or "",
        "MasterZoneId": load_balancer.master_zone_id,
        "SlaveZoneId": load_balancer.slave_zone_id,
        "RegionId": region_id,
        "RegionIdAlias": region_id,
        "InternetChargeType": load_balancer.internet_charge_type,
        "Bandwidth": load_balancer.bandwidth or -1,
        "PayType": load_balancer.pay_type,
        "InstanceChargeType": load_balancer.instance_charge_type,
        "DeleteProtection": "on" if load_balancer.delete_protection else "off",
        "ModificationProtectionStatus": "ConsoleProtection" if load_balancer.console_protection else "NonProtection",
        "ModificationProtectionReason": load_balancer.protection_reason,
        "ResourceGroupId": load_balancer.resource_group_id or "",
        "CreateTime": seconds(load_balancer.created_at),
        "CreateTimeStamp": _stamp(load_balancer.created_at),
        "Tags": ecs_tags(load_balancer.tags),
    }


def _network(load_balancer: LoadBalancer) -> str:
    return "vpc" if load_balancer.vpc_id else "classic"


def _stamp(moment: datetime | None) -> int:
    """Milliseconds since 1970."""
    return int(moment.timestamp() * 1000) if moment else 0
