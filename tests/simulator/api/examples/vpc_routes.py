"""Examples for simulator/api/vpc_routes.py."""

from __future__ import annotations

from tests.simulator.api.examples import Example
from tests.simulator.api.sample_ids import ROUTE_TABLE, VPC

EXAMPLES = (
    Example("vpc:DescribeRouteEntryList", {"RouteTableId": ROUTE_TABLE}),
    Example("vpc:DescribeRouteTableList", {"VpcId": VPC}),
    Example("vpc:DescribeRouteTables", {"RouteTableId": ROUTE_TABLE}),
    Example("vpc:ModifyRouteTableAttributes", {"RouteTableId": ROUTE_TABLE, "RouteTableName": "main"}),
)
