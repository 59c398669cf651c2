"""Access control lists of the Classic Load Balancer."""

from __future__ import annotations

from estate import model
from estate.client import Cloud
from estate.errors import CloudError
from estate.live.reading import build, items

_PAGE = 50


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
