"""VPCs, VSwitches, network ACLs, HAVIPs, EIPs and routes."""

from __future__ import annotations

from typing import Any

from estate import model
from estate.client import Cloud
from estate.live.reading import build, items, source_of
from estate.paging import listed, pages


def vpc_ids(cloud: Cloud) -> list[str]:
    """Read the ids of all VPCs."""
    return [item.vpc_id for item in listed(cloud, "vpc:DescribeVpcs", region_id=cloud.region)]


def vpc(cloud: Cloud, vpc_id: str) -> model.Vpc:
    """Read one VPC."""
    action = "vpc:DescribeVpcAttribute"
    item = cloud.call(action, region_id=cloud.region, vpc_id=vpc_id)
    return build(
        source_of(action, item, vpc_id=vpc_id),
        model.Vpc,
        id=item.vpc_id,
        name=item.vpc_name or "",
        description=item.description or "",
        status=item.status,
        cidr_block=item.cidr_block,
        secondary_cidr_blocks=tuple(items(item, "secondary_cidr_blocks", "secondary_cidr_block")),
        classic_link_enabled=item.classic_link_enabled,
        is_default=item.is_default,
        ipv4_gateway=item.support_ipv_4gateway,
        ipv4_gateway_id=item.ipv_4gateway_id or None,
    )


def vswitches(cloud: Cloud) -> list[model.VSwitch]:
    """Read all VSwitches."""
    return [
        build(
            page.source,
            model.VSwitch,
            id=item.v_switch_id,
            name=item.v_switch_name or "",
            description=item.description or "",
            vpc_id=item.vpc_id,
            zone_id=item.zone_id,
            cidr_block=item.cidr_block,
            status=item.status,
            available_ip_address_count=item.available_ip_address_count,
            is_default=item.is_default,
            network_acl_id=item.network_acl_id or None,
            route_table_id=(item.route_table and item.route_table.route_table_id) or None,
        )
        for page in pages(cloud, "vpc:DescribeVSwitches", region_id=cloud.region)
        for item in page.items
    ]


def network_acl(cloud: Cloud, network_acl_id: str) -> model.NetworkAcl:
    """Read one network ACL with its entries, in the order in which they are tried."""
    action = "vpc:DescribeNetworkAclAttributes"
    body = cloud.call(action, region_id=cloud.region, network_acl_id=network_acl_id)
    item, source = body.network_acl_attribute, source_of(action, body, network_acl_id=network_acl_id)
    ways: tuple[tuple[str, list[Any], str], ...] = (
        ("ingress", items(item, "ingress_acl_entries", "ingress_acl_entry"), "source_cidr_ip"),
        ("egress", items(item, "egress_acl_entries", "egress_acl_entry"), "destination_cidr_ip"),
    )
    entries = [
        build(
            source,
            model.NetworkAclEntry,
            direction=direction,
            entry_type=entry.entry_type,
            policy=entry.policy,
            protocol=entry.protocol,
            port_range=entry.port,
            cidr_block=getattr(entry, far_end),
        )
        for direction, entries_of_it, far_end in ways
        for entry in entries_of_it
    ]
    return build(source, model.NetworkAcl, id=item.network_acl_id, status=item.status, ordered_entries=tuple(entries))


def ha_vips(cloud: Cloud) -> list[model.VirtualIp]:
    """Read all HAVIPs."""
    return [
        build(page.source, model.VirtualIp, id=item.ha_vip_id, vpc_id=item.vpc_id, ip_address=item.ip_address)
        for page in pages(cloud, "vpc:DescribeHaVips", region_id=cloud.region)
        for item in page.items
    ]


def eips(cloud: Cloud) -> list[model.Eip]:
    """Read all EIPs."""
    return [
        build(page.source, model.Eip, id=item.allocation_id)
        for page in pages(cloud, "vpc:DescribeEipAddresses", region_id=cloud.region)
        for item in page.items
    ]


def route_tables(cloud: Cloud) -> list[tuple[str, str]]:
    """Read the ids of all route tables, each with its VPC's."""
    tables = listed(cloud, "vpc:DescribeRouteTableList", region_id=cloud.region)
    return [(item.vpc_id, item.route_table_id) for item in tables if item.vpc_id]


def custom_routes(cloud: Cloud, vpc_id: str, route_table_id: str) -> list[model.RouteEntry]:
    """Read the custom entries of one route table."""
    answers = pages(
        cloud,
        "vpc:DescribeRouteEntryList",
        region_id=cloud.region,
        route_table_id=route_table_id,
        route_entry_type="Custom",
    )
    return [
        build(
            page.source,
            model.RouteEntry,
            vpc_id=vpc_id,
            route_table_id=route_table_id,
            destination=item.destination_cidr_block,
            status=item.status or "",
            next_hop_ids=tuple(hop.next_hop_id for hop in items(item, "next_hops", "next_hop") if hop.next_hop_id),
        )
        for page in answers
        for item in page.items
    ]
