"""VPCs, VSwitches and routes."""

from __future__ import annotations

from estate import model
from estate.client import Cloud, pages_by_number, pages_by_token
from estate.live.reading import build, items


def vpc_ids(cloud: Cloud) -> list[str]:
    """Read the ids of all VPCs."""
    pages = pages_by_number(
        cloud, "vpc:DescribeVpcs", lambda body: len(items(body, "vpcs", "vpc")), region_id=cloud.region, page_size=50
    )
    return [item.vpc_id for body in pages for item in items(body, "vpcs", "vpc")]


def vpc(cloud: Cloud, vpc_id: str) -> model.Vpc:
    """Read one VPC."""
    action = "vpc:DescribeVpcAttribute"
    item = cloud.call(action, region_id=cloud.region, vpc_id=vpc_id)
    return build(
        action,
        model.Vpc,
        id=item.vpc_id,
        name=item.vpc_name or "",
        status=item.status,
        cidr_block=item.cidr_block,
        secondary_cidr_blocks=tuple(items(item, "secondary_cidr_blocks", "secondary_cidr_block")),
        classic_link_enabled=bool(item.classic_link_enabled),
        is_default=bool(item.is_default),
    )


def vswitches(cloud: Cloud) -> list[model.VSwitch]:
    """Read all VSwitches."""
    action = "vpc:DescribeVSwitches"
    pages = pages_by_number(
        cloud, action, lambda body: len(items(body, "v_switches", "v_switch")), region_id=cloud.region, page_size=50
    )
    return [
        build(
            action,
            model.VSwitch,
            id=item.v_switch_id,
            name=item.v_switch_name or "",
            vpc_id=item.vpc_id,
            zone_id=item.zone_id,
            cidr_block=item.cidr_block,
            status=item.status,
            available_ip_address_count=item.available_ip_address_count,
            is_default=bool(item.is_default),
        )
        for body in pages
        for item in items(body, "v_switches", "v_switch")
    ]


def route_tables(cloud: Cloud) -> list[tuple[str, str]]:
    """Read the ids of all route tables, each with its VPC's."""
    pages = pages_by_number(
        cloud,
        "vpc:DescribeRouteTableList",
        lambda body: len(items(body, "router_table_list", "router_table_list_type")),
        region_id=cloud.region,
        page_size=50,
    )
    tables = (item for body in pages for item in items(body, "router_table_list", "router_table_list_type"))
    return [(item.vpc_id, item.route_table_id) for item in tables if item.vpc_id]


def custom_routes(cloud: Cloud, vpc_id: str, route_table_id: str) -> list[model.RouteEntry]:
    """Read the custom entries of one route table."""
    action = "vpc:DescribeRouteEntryList"
    pages = pages_by_token(
        cloud,
        action,
        region_id=cloud.region,
        route_table_id=route_table_id,
        route_entry_type="Custom",
        max_result=100,
    )
    return [
        build(
            action,
            model.RouteEntry,
            vpc_id=vpc_id,
            route_table_id=route_table_id,
            destination=item.destination_cidr_block,
        )
        for body in pages
        for item in items(body, "route_entrys", "route_entry")
    ]
