"""Examples for simulator/api/regions.py."""

from __future__ import annotations

from tests.simulator.api.examples import Example, Refusal

EXAMPLES = (
    Example("vpc:DescribeRegions", {"ProductType": "VPC"}, (Refusal("InvalidParameter", {"ProductType": "moon"}),)),
    Example("vpc:DescribeZones", {"ZoneType": "AvailabilityZone"}),
    Example("slb:DescribeRegions", {}),
    Example("slb:DescribeZones", {}),
    Example(
        "slb:DescribeAvailableResource",
        {"AddressType": "vpc", "AddressIPVersion": "ipv4"},
        (Refusal("InvalidParameter", {"AddressType": "moon"}),),
    ),
    Example("rds:DescribeRegions", {}),
    Example("kvstore:DescribeRegions", {}),
    Example(
        "kvstore:DescribeAvailableResource",
        {"Engine": "Redis", "InstanceChargeType": "PostPaid"},
        (
            Refusal("SimulatorNotImplemented", {"ProductType": "OnECS"}),
            Refusal("SimulatorNotImplemented", {"OrderType": "UPGRADE", "InstanceId": "r-1"}),
            Refusal("InvalidParameter", {"Engine": "moon"}),
        ),
    ),
    Example("dds:DescribeRegions", {}),
)
