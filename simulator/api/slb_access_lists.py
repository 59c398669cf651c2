"""SLB: access control lists (ACLs) of Classic Load Balancers."""

from typing import Any

from pydantic import ValidationError

from simulator.api import resource_groups
from simulator.api.call import Answer, Call
from simulator.api.filters import passing
from simulator.api.paging import by_number
from simulator.api.registry import SLB, action
from simulator.api.shapes import ecs_tags, has_tags, seconds
from simulator.cloud import access_lists
from simulator.cloud.errors import CloudError, missing_parameter
from simulator.cloud.state import Cloud
from simulator.model.slb import AccessListEntry


@action(
    SLB,
    "CreateAccessControlList",
    "AclName AddressIPVersion Tag",
    raises="AclNumberOverLimit MissingParam.TagKey SizeLimitExceeded.Tag",
    resources="acl/*",
)
def create_access_control_list(cloud: Cloud, call: Call) -> Answer:
    """Make an empty list, ipv4 by default; 50 per region, names are unique (InvalidParameter). At most 20 tags."""
    group_id = resource_groups.named(cloud, call)
    access_list = access_lists.create(
        cloud,
        call.text("AclName"),
        call.optional("AddressIPVersion") or "ipv4",
        call.tags("MissingParam.TagKey"),
    )
    access_list.resource_group_id = group_id
    return {"AclId": access_list.id}


@action(
    SLB,
    "DescribeAccessControlLists",
    "AclName AddressIPVersion Tag PageNumber PageSize",
    raises="MissingParam.TagKey",
    resources="acl/*",
)
def describe_access_control_lists(cloud: Cloud, call: Call) -> Answer:
    """Return lists in the order of their creation; AclName is a part of the name.

    PageSize at most 50, 10 by default.
    """
    name, tags = call.optional("AclName") or "", call.tags("MissingParam.TagKey")
    lists = [
        item
        for item in cloud.estate.access_lists
        if name in item.name
        and call.optional("AddressIPVersion") in (None, item.ip_version)
        and has_tags(item.tags, tags)
    ]
    page = by_number(call, passing(lists, resource_groups.of_group(cloud, call)), maximum=50)
    items = [
        {
            "AclId": item.id,
            "AclName": item.name,
            "AddressIPVersion": item.ip_version,
            "ResourceGroupId": item.resource_group_id or "",
            "CreateTime": seconds(item.created_at),
            "Tags": ecs_tags(item.tags),
        }
        for item in page.items
    ]
    return {"Acls": {"Acl": items}, "Count": len(items), **page.fields}


@action(
    SLB,
    "DescribeAccessControlListAttribute",
    "AclId AclEntryComment Page PageSize",
    raises="AclNotExist",
    resources="acl/{AclId}",
)
def describe_access_control_list_attribute(cloud: Cloud, call: Call) -> Answer:
    """One list with its entries and listeners; PageSize (of entries) at most 50, 10 by default.

    The Go provider sends no page parameters, so it sees only the first 10 entries of an `entry_list`.
    """
    access_list = access_lists.find(cloud, call.text("AclId"))
    comment = call.optional("AclEntryComment")
    entries = [entry for entry in access_list.entries if comment in (None, entry.comment)]
    numbered = Call({**call.parameters, "PageNumber": call.optional("Page") or ""}, call.caller, call.host)
    page = by_number(numbered, entries, maximum=50)
    listeners = [
        {
            "LoadBalancerId": load_balancer.id,
            "ListenerPort": listener.port,
            "Protocol": listener.protocol,
            "AclType": listener.access_list_type,
        }
        for load_balancer, listener in access_lists.listeners_of(cloud, access_list.id)
    ]
    return {
        "AclId": access_list.id,
        "AclName": access_list.name,
        "AddressIPVersion": access_list.ip_version,
        "ResourceGroupId": access_list.resource_group_id or "",
        "CreateTime": seconds(access_list.created_at),
        "AclEntrys": {
            "AclEntry": [{"AclEntryIP": entry.entry, "AclEntryComment": entry.comment} for entry in page.items]
        },
        "TotalAclEntry": len(entries),
        "RelatedListeners": {"RelatedListener": listeners},
        "Tags": ecs_tags(access_list.tags),
    }


@action(SLB, "SetAccessControlListAttribute", "AclId AclName", raises="AclNotExist", resources="acl/{AclId}")
def set_access_control_list_attribute(cloud: Cloud, call: Call) -> None:
    """Rename a list: 1 to 80 letters, digits, periods, hyphens, slashes and underscores."""
    access_lists.rename(cloud, call.text("AclId"), call.text("AclName"))


@action(
    SLB,
    "AddAccessControlListEntry",
    "AclId AclEntrys",
    raises="AclNotExist AclEntryIllegal IllegalEntry InvalidParam.AclEntryExists AclEntryExceedLimit",
    resources="acl/{AclId}",
)
def add_access_control_list_entry(cloud: Cloud, call: Call) -> None:
    """Add CIDR blocks (a JSON array of objects with entry and comment): at most 50 per call, 300 per list."""
    access_lists.add(cloud, call.text("AclId"), [_entry(item) for item in _entries(call)])


@action(
    SLB,
    "RemoveAccessControlListEntry",
    "AclId AclEntrys",
    raises="AclNotExist AclEntryIllegal AclEntryEmpty",
    resources="acl/{AclId}",
)
def remove_access_control_list_entry(cloud: Cloud, call: Call) -> None:
    """Remove blocks (as in AddAccessControlListEntry); a list that a listener uses must keep one."""
    access_lists.remove(cloud, call.text("AclId"), [str(item.get("entry") or "") for item in _entries(call)])


@action(
    SLB,
    "DeleteAccessControlList",
    "AclId",
    raises="AclNotExist OperationFailed.AclBindedWithVip",
    resources="acl/{AclId}",
)
def delete_access_control_list(cloud: Cloud, call: Call) -> None:
    """Delete a list that no listener uses."""
    access_lists.delete(cloud, call.text("AclId"))


def _entries(call: Call) -> list[dict[str, Any]]:
    items = call.json_objects("AclEntrys", "AclEntryIllegal")
    if not items:
        raise missing_parameter("AclEntrys")
    return items


def _entry(item: dict[str, Any]) -> AccessListEntry:
    """Return an entry, which must be a CIDR block; a single address is one with /32."""
    block, comment = item.get("entry"), item.get("comment") or ""
    if not isinstance(block, str) or "/" not in block:
        raise _illegal()
    try:
        return AccessListEntry(entry=block, comment=str(comment))
    except ValidationError:
        raise _illegal() from None


def _illegal() -> CloudError:
    return CloudError("AclEntryIllegal", "The specified ACL entry is invalid.")
