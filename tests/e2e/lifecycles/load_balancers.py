"""Classic Load Balancers and their access control lists."""

from __future__ import annotations

from simulator.model.estate import Estate
from simulator.model.slb import BackendServer, LoadBalancer
from tests.e2e.lifecycles import Read, Resource

LOAD_BALANCER = "alicloud:slb/applicationLoadBalancer:ApplicationLoadBalancer"
VSWITCH = "vsw-bp1sharedh000000001"
WEB_1 = "i-bp1web10000000000001"

RESOURCES = (
    Resource(
        "public",
        LOAD_BALANCER,
        {
            "loadBalancerName": "public",
            "addressType": "internet",
            "loadBalancerSpec": "slb.s1.small",
            "internetChargeType": "PayByBandwidth",
            "bandwidth": 5,
            "deleteProtection": "on",
            "modificationProtectionStatus": "ConsoleProtection",
            "modificationProtectionReason": "managed",
            "tags": {"team": "shop"},
        },
        changed={
            "loadBalancerName": "edge",
            "loadBalancerSpec": "slb.s2.small",
            "bandwidth": 8,
            "deleteProtection": "off",
            "status": "inactive",
            "tags": {"team": "web"},
        },
    ),
    Resource(
        "inner",
        LOAD_BALANCER,
        {
            "loadBalancerName": "inner",
            "addressType": "intranet",
            "vswitchId": VSWITCH,
            "address": "192.168.10.80",
            "instanceChargeType": "PayByCLCU",
        },
    ),
    Resource(
        "by-traffic",
        LOAD_BALANCER,
        {"loadBalancerSpec": "slb.s1.small", "masterZoneId": "cn-hangzhou-h", "slaveZoneId": "cn-hangzhou-b"},
        changed={"instanceChargeType": "PayByCLCU"},
    ),
    Resource(
        "office",
        "alicloud:slb/acl:Acl",
        {
            "name": "office",
            "entryLists": [
                {"entry": "203.0.113.0/24", "comment": "office"},
                {"entry": "198.51.100.7/32", "comment": "gate"},
            ],
            "tags": {"team": "shop"},
        },
        changed={
            "name": "offices",
            "entryLists": [
                {"entry": "203.0.113.0/24", "comment": "head office"},
                {"entry": "10.25.16.0/24", "comment": "instances"},
            ],
            "tags": {"team": "web"},
        },
    ),
    Resource("six", "alicloud:slb/acl:Acl", {"name": "six", "ipVersion": "ipv6"}),
)

READS = (
    Read(
        "detailed",
        "alicloud:slb/getApplicationLoadBalancers:getApplicationLoadBalancers",
        {"ids": ["lb-bp1before0000000001"], "enableDetails": True},
        {
            "balancers": [
                {
                    "address": "192.0.2.80",
                    "networkType": "classic",
                    "status": "active",
                    "backendServers": [{"serverId": WEB_1, "weight": 50}],
                }
            ]
        },
    ),
    Read(
        "filtered",
        "alicloud:slb/getApplicationLoadBalancers:getApplicationLoadBalancers",
        {"ids": ["${inner.id}"], "vswitchId": VSWITCH, "addressType": "intranet"},
        {"balancers": [{"loadBalancerName": "inner", "address": "192.168.10.80"}]},
    ),
)


def given(estate: Estate) -> None:
    """A load balancer with a backend server, which no resource makes."""
    estate.load_balancers.append(
        LoadBalancer(
            id="lb-bp1before0000000001",
            name="before",
            address="192.0.2.80",
            master_zone_id=estate.zones[0].id,
            slave_zone_id=estate.zones[1].id,
            specification="slb.s1.small",
            backend_servers=[BackendServer(instance_id=WEB_1, weight=50)],
            tags={},
        )
    )
