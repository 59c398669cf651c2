"""Access control lists and vServer groups of the Classic Load Balancer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from estate import model
from estate.client import Cloud, pages_by_number
from estate.errors import CloudError
from estate.live.reading import build, items

_PAGE = 50
_LOAD_BALANCERS_A_PAGE = 100


def access_list_ids(cloud: Cloud) -> list[str]:
    """Read the ids of all access control lists; a region has 50 at most, which is one page."""
    body = cloud.call("slb:DescribeAccessControlLists", region_id=cloud.region, page_size=_PAGE)
    return [item.acl_id for item in items(body, "acls", "acl")]


def access_list(cloud: Cloud, acl_id: str) -> model.AccessControlList:
    """Read one access control list with all its entries and the listeners that go by it."""
    action = "slb:DescribeAccessControlListAttribute"
    entries: list[str] = []
    page, total = 1, 1
    while len(entries) < total:
        body = cloud.call(action, region_id=cloud.region, acl_id=acl_id, page=page, page_size=_PAGE)
        found = items(body, "acl_entrys", "acl_entry")
        entries += [str(item.acl_entry_ip) for item in found]
        page, total = page + 1, int(body.total_acl_entry or 0)
        if not found and len(entries) < total:
            raise CloudError(action, "IncompleteList", f"{total} entries announced, {len(entries)} given")
    return build(
        action,
        model.AccessControlList,
        id=body.acl_id,
        name=body.acl_name or "",
        ip_version=body.address_ipversion or "ipv4",
        entries=tuple(entries),
        listeners=tuple(
            f"{item.load_balancer_id}:{item.listener_port} ({item.acl_type})"
            for item in items(body, "related_listeners", "related_listener")
        ),
    )


def load_balancers(cloud: Cloud) -> list[Any]:
    """Read the heads of all load balancers."""

    def found(body: Any) -> list[Any]:
        return items(body, "load_balancers", "load_balancer")

    bodies = pages_by_number(
        cloud,
        "slb:DescribeLoadBalancers",
        lambda body: len(found(body)),
        region_id=cloud.region,
        page_size=_LOAD_BALANCERS_A_PAGE,
    )
    return [item for body in bodies for item in found(body)]


def vserver_groups(cloud: Cloud, load_balancer: Any) -> Iterator[model.VServerGroup]:
    """Read the vServer groups of a load balancer, a call for each."""
    body = cloud.call(
        "slb:DescribeVServerGroups", region_id=cloud.region, load_balancer_id=load_balancer.load_balancer_id
    )
    action = "slb:DescribeVServerGroupAttribute"
    for head in items(body, "vserver_groups", "vserver_group"):
        group = cloud.call(action, region_id=cloud.region, vserver_group_id=head.vserver_group_id)
        yield build(
            action,
            model.VServerGroup,
            id=group.vserver_group_id,
            name=group.vserver_group_name or "",
            load_balancer_id=load_balancer.load_balancer_id,
            address_type=load_balancer.address_type,
            vpc_id=load_balancer.vpc_id or None,
            servers=tuple(
                {"server_id": item.server_id, "port": item.port, "weight": item.weight}
                for item in items(group, "backend_servers", "backend_server")
            ),
        )
