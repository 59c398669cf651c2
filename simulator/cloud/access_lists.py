"""Access control lists (ACLs) of the Classic Load Balancer.

Codes: the OpenAPI's own metadata of Slb 2014-05-15; AclNotExist and AclEntryEmpty as the provider knows them, the first
with status 400, which no source gives. Undocumented: the code for a name that is taken (here
InvalidParameter). The reference says both that an entry that is there is not added and that it is refused with
InvalidParam.AclEntryExists; here it is refused, and only within one call ignored.
"""

import ipaddress
import re
from collections.abc import Iterator

from simulator.cloud.errors import CloudError, invalid_parameter
from simulator.cloud.state import Cloud
from simulator.cloud.tags import MAX_TAGS
from simulator.model.slb import AccessList, AccessListEntry, Listener, LoadBalancer

#: Access control lists of a region (reference of CreateAccessControlList)
MAX_LISTS = 50
#: Entries that one call can add to, or remove from, an access control list (reference of AddAccessControlListEntry)
MAX_BATCH = 50
#: Entries of one access control list (reference of AddAccessControlListEntry)
MAX_ENTRIES = 300

_NAME = re.compile(r"[\w./-]{1,80}")


def find(cloud: Cloud, list_id: str) -> AccessList:
    """Return the list; raises AclNotExist."""
    access_list = cloud.estate.access_lists.find(list_id)
    if access_list is None:
        raise CloudError("AclNotExist", "The specified acl does not exist.")
    return access_list


def listeners_of(cloud: Cloud, list_id: str) -> Iterator[tuple[LoadBalancer, Listener]]:
    """Yield the listeners that use a list, with their load balancers."""
    for load_balancer in cloud.estate.load_balancers:
        for listener in load_balancer.listeners:
            if list_id in listener.access_list_ids:
                yield load_balancer, listener


def create(cloud: Cloud, name: str, ip_version: str, tags: dict[str, str]) -> AccessList:
    """Make an empty list; raises InvalidParameter (name, version), AclNumberOverLimit, SizeLimitExceeded.Tag."""
    _check_name(cloud, name)
    if ip_version not in ("ipv4", "ipv6"):
        raise invalid_parameter("AddressIPVersion")
    if len(tags) > MAX_TAGS:
        raise CloudError("SizeLimitExceeded.Tag", "The maximum size of Tag is exceeded.")
    if len(cloud.estate.access_lists) >= MAX_LISTS:
        raise CloudError("AclNumberOverLimit", "The Acl number has reached to the max quota limit.")
    access_list = AccessList.model_validate(
        {
            "id": cloud.ids.new("acl", name),
            "name": name,
            "ip_version": ip_version,
            "created_at": cloud.clock.now(),
            "tags": tags,
        }
    )
    cloud.estate.access_lists.append(access_list)
    return access_list


def rename(cloud: Cloud, list_id: str, name: str) -> None:
    """Rename a list; raises AclNotExist, InvalidParameter."""
    access_list = find(cloud, list_id)
    if name != access_list.name:
        _check_name(cloud, name)
    access_list.name = name


def add(cloud: Cloud, list_id: str, entries: list[AccessListEntry]) -> None:
    """Add entries, all or none; if a call has a block twice, the first counts.

    Raises AclNotExist, InvalidParameter (more than 50), IllegalEntry (the other IP version),
    InvalidParam.AclEntryExists, AclEntryExceedLimit (more than 300).
    """
    access_list = find(cloud, list_id)
    _check_number(entries)
    there = {entry.entry for entry in access_list.entries}
    added: dict[str, AccessListEntry] = {}
    for entry in entries:
        if f"ipv{ipaddress.ip_network(entry.entry).version}" != access_list.ip_version:
            raise CloudError("IllegalEntry", "Entry version is conflict to the acl version.")
        if entry.entry in there:
            raise CloudError("InvalidParam.AclEntryExists", "The specified aclEntry already exists in the acl.")
        added.setdefault(entry.entry, entry)
    if len(there) + len(added) > MAX_ENTRIES:
        raise CloudError("AclEntryExceedLimit", "The maximum number of ACL entries is exceeded.")
    access_list.entries += added.values()


def remove(cloud: Cloud, list_id: str, blocks: list[str]) -> None:
    """Remove entries by block; an unknown block is no error.

    Raises AclNotExist, InvalidParameter (more than 50), AclEntryEmpty (a list in use would become empty).
    """
    access_list = find(cloud, list_id)
    _check_number(blocks)
    remaining = [entry for entry in access_list.entries if entry.entry not in blocks]
    if not remaining and any(listeners_of(cloud, list_id)):
        raise CloudError("AclEntryEmpty", "Acl does not have any entry.")
    access_list.entries = remaining


def delete(cloud: Cloud, list_id: str) -> None:
    """Delete a list; raises AclNotExist, OperationFailed.AclBindedWithVip."""
    access_list = find(cloud, list_id)
    if any(listeners_of(cloud, list_id)):
        raise CloudError("OperationFailed.AclBindedWithVip", "The ACL has binded with vip.")
    cloud.estate.access_lists.remove(access_list)


def _check_name(cloud: Cloud, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise invalid_parameter("AclName")
    if any(access_list.name == name for access_list in cloud.estate.access_lists):
        raise CloudError("InvalidParameter", "The resource already exists.")


def _check_number(entries: list[AccessListEntry] | list[str]) -> None:
    if len(entries) > MAX_BATCH:
        raise CloudError("InvalidParameter", f"At most {MAX_BATCH} entries can be given in one call.")
