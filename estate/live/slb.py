"""Access control lists, addresses and vServer groups of the Classic Load Balancer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from estate import model
from estate.client import Cloud
from estate.live.reading import build, items
from estate.paging import Page, listed, pages


def access_list_ids(cloud: Cloud) -> list[str]:
    """Read the ids of all access control lists."""
    return [item.acl_id for item in listed(cloud, "slb:DescribeAccessControlLists", region_id=cloud.region)]


def access_list(cloud: Cloud, acl_id: str) -> model.AccessControlList:
    """Read one access control list with all its entries and the listeners that use it."""
    answers = pages(cloud, "slb:DescribeAccessControlListAttribute", region_id=cloud.region, acl_id=acl_id)
    source, body, _ = answers[-1]
    return build(
        source,
        model.AccessControlList,
        id=body.acl_id,
        name=body.acl_name or "",
        ip_version=body.address_ipversion or "ipv4",
        entries=tuple(str(item.acl_entry_ip) for page in answers for item in page.items),
        listeners=tuple(
            f"{item.load_balancer_id}:{item.listener_port} ({item.acl_type})"
            for item in items(body, "related_listeners", "related_listener")
        ),
    )


def load_balancers(cloud: Cloud) -> list[Page]:
    """Read the heads of all load balancers, by page."""
    return pages(cloud, "slb:DescribeLoadBalancers", region_id=cloud.region)


def virtual_ips(heads: Iterable[Page]) -> Iterator[model.VirtualIp]:
    """Return the addresses of the load balancers in VPCs."""
    for page in heads:
        for item in page.items:
            if item.address_type.lower() == "intranet" and item.vpc_id:
                yield build(
                    page.source,
                    model.VirtualIp,
                    id=item.load_balancer_id,
                    vpc_id=item.vpc_id,
                    ip_address=item.address,
                )


def vserver_groups(cloud: Cloud, load_balancer: Any) -> Iterator[model.VServerGroup]:
    """Read the vServer groups of a load balancer, a call for each."""
    heads = listed(
        cloud, "slb:DescribeVServerGroups", region_id=cloud.region, load_balancer_id=load_balancer.load_balancer_id
    )
    for head in heads:
        [(source, group, servers)] = pages(
            cloud,
            "slb:DescribeVServerGroupAttribute",
            region_id=cloud.region,
            vserver_group_id=head.vserver_group_id,
        )
        yield build(
            source,
            model.VServerGroup,
            id=group.vserver_group_id,
            name=group.vserver_group_name or "",
            load_balancer_id=load_balancer.load_balancer_id,
            address_type=load_balancer.address_type,
            vpc_id=load_balancer.vpc_id or None,
            servers=tuple({"server_id": item.server_id, "port": item.port, "weight": item.weight} for item in servers),
        )
