"""Route tables, the VSwitches that follow them, and entries that point to an instance."""

from __future__ import annotations

from simulator.model.estate import Estate
from tests.e2e.lifecycles import Read, Resource

SHARED, SHARED_H, ROUTER = "vpc-bp1shared0000000001", "vsw-bp1sharedh000000001", "i-bp1web30000000000001"

RESOURCES = (
    Resource(
        "table",
        "alicloud:vpc/routeTable:RouteTable",
        {"vpcId": SHARED, "routeTableName": "to-router", "description": "first", "tags": {"team": "shop"}},
        changed={"routeTableName": "renamed", "description": "second", "tags": {"team": "web"}},
    ),
    Resource(
        "attachment",
        "alicloud:vpc/routeTableAttachment:RouteTableAttachment",
        {"routeTableId": "${table.id}", "vswitchId": SHARED_H},
    ),
    Resource(
        "entry",
        "alicloud:vpc/routeEntry:RouteEntry",
        {
            "routeTableId": "${table.id}",
            "destinationCidrblock": "172.20.0.0/16",
            "nexthopType": "Instance",
            "nexthopId": ROUTER,
            "name": "office",
        },
        after=("attachment",),
    ),
)

READS = (
    Read(
        "tables",
        "alicloud:vpc/getRouteTables:getRouteTables",
        {"vpcId": SHARED, "ids": ["${table.id}"]},
        {"tables": [{"routeTableType": "Custom", "vswitchIds": [SHARED_H], "status": "Available"}]},
    ),
    Read(
        "entries",
        "alicloud:vpc/getRouteEntries:getRouteEntries",
        {"routeTableId": "${table.id}", "type": "Custom"},
        {"entries": [{"cidrBlock": "172.20.0.0/16", "instanceId": ROUTER, "nextHopType": "Instance"}]},
    ),
)


def given(estate: Estate) -> None:
    """An instance in the VPC, of a family that custom route tables go with."""
    router = estate.instances.find(ROUTER)
    assert router is not None
    router.network_type, router.vpc_id, router.vswitch_id = "vpc", SHARED, SHARED_H
    router.intranet_ips, router.instance_type = ["192.168.10.1"], "ecs.g6.large"
