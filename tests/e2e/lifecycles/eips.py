"""EIPs: one bound to an instance, one by cut-through to a network interface."""

from __future__ import annotations

from simulator.model.estate import Estate
from simulator.model.network_interfaces import NetworkInterface
from tests.e2e.lifecycles import Read, Resource

SHARED, SHARED_H, SERVER = "vpc-bp1shared0000000001", "vsw-bp1sharedh000000001", "i-bp1web30000000000001"
INTERFACE = "eni-bp1ftp000000000001"

RESOURCES = (
    Resource(
        "address",
        "alicloud:ecs/eipAddress:EipAddress",
        {
            "addressName": "web",
            "bandwidth": "10",
            "internetChargeType": "PayByTraffic",
            "paymentType": "PayAsYouGo",
            "isp": "BGP",
            "tags": {"team": "shop"},
        },
        changed={"addressName": "renamed", "bandwidth": "20", "description": "second", "tags": {"team": "web"}},
    ),
    Resource(
        "direct",
        "alicloud:ecs/eipAddress:EipAddress",
        {"addressName": "ftp", "deletionProtection": False, "isp": "BGP_PRO"},
    ),
    Resource(
        "association",
        "alicloud:ecs/eipAssociation:EipAssociation",
        {"allocationId": "${address.id}", "instanceId": SERVER},
    ),
    Resource(
        "cutThrough",
        "alicloud:ecs/eipAssociation:EipAssociation",
        {
            "allocationId": "${direct.id}",
            "instanceId": INTERFACE,
            "instanceType": "NetworkInterface",
            "mode": "BINDED",
        },
    ),
)

READS = (
    Read(
        "addresses",
        "alicloud:ecs/getEipAddresses:getEipAddresses",
        {"ids": ["${address.id}"]},
        {"addresses": [{"addressName": "web", "bandwidth": "10", "paymentType": "PayAsYouGo", "instanceId": SERVER}]},
    ),
)


def given(estate: Estate) -> None:
    """A server without public address in the VPC, and a network interface that is attached to nothing."""
    server = estate.instances.find(SERVER)
    assert server is not None
    server.network_type, server.vpc_id, server.vswitch_id = "vpc", SHARED, SHARED_H
    server.intranet_ips, server.public_ips = ["192.168.10.1"], []
    estate.network_interfaces.append(
        NetworkInterface(
            id=INTERFACE,
            vswitch_id=SHARED_H,
            private_ips=["192.168.10.2"],
            security_group_ids=server.security_group_ids,
            tags={},
        )
    )
