"""Prefix lists, which rules of security groups refer to.

Codes: references of CreatePrefixList, ModifyPrefixList, DescribePrefixLists (2021 to 2025). Undocumented: the code of
DeletePrefixList for a list that rules refer to (here DependencyViolation, 403, as DeleteSecurityGroup), and the code
for a wrong description (here InvalidParameter).
"""

import ipaddress
from dataclasses import dataclass, field
from typing import Literal

from simulator.cloud.errors import CloudError, ForbiddenError, NotFoundError, invalid_parameter
from simulator.cloud.names import MAX_DESCRIPTION, check_name
from simulator.cloud.state import Cloud
from simulator.model.ecs import SecurityGroup
from simulator.model.prefix_lists import PrefixList, PrefixListEntry

Family = Literal["IPv4", "IPv6"]
#: Entries of a prefix list (SDK text of CreatePrefixList)
MAX_ENTRIES = 200
# Entries that one call can add or remove, by Entry.N, AddEntry.N and RemoveEntry.N.
MAX_CHANGES = 200
MAX_ENTRY_DESCRIPTION = 32
_KEPT_STARTS = ("com.aliyun", "com.alibabacloud")
_VERSIONS: dict[Family, int] = {"IPv4": 4, "IPv6": 6}


@dataclass(frozen=True)
class EntryDraft:
    """An entry in a request, unchecked."""

    cidr: str
    description: str = ""


@dataclass(frozen=True)
class NewPrefixList:
    """The settings of a new prefix list, unchecked."""

    name: str
    family: str
    max_entries: int
    description: str = ""
    entries: list[EntryDraft] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)


def create(cloud: Cloud, new: NewPrefixList) -> PrefixList:
    """Make a prefix list.

    Raises InvalidParameter.PrefixListName, InvalidParameter (family, number of entries, descriptions),
    LimitExceed.PrefixListPerRegion (404), LimitExceed.MaxEntries, LimitExceed.Entry, InvalidParameter.CidrMalformed,
    InvalidParameter.CidrDuplicated.
    """
    _check_texts(new.name, new.description)
    if new.family not in _VERSIONS:
        raise invalid_parameter("AddressFamily")
    family: Family = "IPv6" if new.family == "IPv6" else "IPv4"
    if not 1 <= new.max_entries <= MAX_ENTRIES:
        raise invalid_parameter("MaxEntries")
    if len(cloud.estate.prefix_lists) >= cloud.estate.quotas.prefix_lists:
        raise NotFoundError(
            "LimitExceed.PrefixListPerRegion", "The number of prefix lists in the region exceeds the limit."
        )
    _check_blocks(new.entries, family)
    _check_room(len(new.entries), new.max_entries)
    prefix_list = PrefixList(
        id=cloud.ids.new("pl", new.name),
        name=new.name,
        description=new.description,
        address_family=family,
        max_entries=new.max_entries,
        entries=[_entry(draft) for draft in new.entries],
        created_at=cloud.clock.now(),
        tags=new.tags,
    )
    cloud.estate.prefix_lists.append(prefix_list)
    return prefix_list


def modify(
    cloud: Cloud,
    list_id: str,
    name: str | None,
    description: str | None,
    added: list[EntryDraft],
    removed: list[str],
) -> None:
    """Make the given changes; an added block that exists gets the new description.

    Raises InvalidPrefixListId.NotFound, and as `create` does; InvalidParameter.CidrDuplicated too for a block both
    added and removed, InvalidParameter for a removed one that is not there.
    """
    changed = cloud.prefix_list(list_id)
    _check_texts(changed.name if name is None else name, description or "")
    _check_blocks(added, changed.address_family)
    gone = [_block(cidr, changed.address_family) for cidr in removed]
    if len(removed) > MAX_CHANGES:
        raise _too_many_changes()
    new = {_block(draft.cidr, changed.address_family): _entry(draft) for draft in added}
    if len(set(gone)) < len(gone) or set(gone) & set(new):
        raise _duplicated()
    entries = {_block(entry.cidr, changed.address_family): entry for entry in changed.entries}
    if any(block not in entries for block in gone):
        raise invalid_parameter("RemoveEntry.Cidr")
    entries = {block: entry for block, entry in {**entries, **new}.items() if block not in gone}
    _check_room(len(entries), changed.max_entries)
    changed.entries = list(entries.values())
    changed.name = changed.name if name is None else name
    changed.description = changed.description if description is None else description


def delete(cloud: Cloud, list_id: str) -> None:
    """Delete a prefix list that no rule refers to; raises InvalidPrefixListId.NotFound, DependencyViolation (403)."""
    gone = cloud.prefix_list(list_id)
    if associations(cloud, list_id):
        raise ForbiddenError("DependencyViolation", "The specified prefix list is associated with resources.")
    cloud.estate.prefix_lists.remove(gone)


def associations(cloud: Cloud, list_id: str) -> list[SecurityGroup]:
    """Return the security groups with a rule that refers to the list."""
    return [
        group for group in cloud.estate.security_groups if any(rule.prefix_list_id == list_id for rule in group.rules)
    ]


def _entry(draft: EntryDraft) -> PrefixListEntry:
    return PrefixListEntry(cidr=draft.cidr, description=draft.description)


def _check_texts(name: str, description: str) -> None:
    check_name(name, "InvalidParameter.PrefixListName", "PrefixListName")
    if not name or name.startswith(_KEPT_STARTS):
        raise invalid_parameter("PrefixListName", "InvalidParameter.PrefixListName")
    if len(description) > MAX_DESCRIPTION or description.startswith(("http://", "https://")):
        raise invalid_parameter("Description")


def _check_blocks(entries: list[EntryDraft], family: Family) -> None:
    """Check that blocks are of the family, unique, and without host bits (10.0.0.0/8, not 10.0.0.1/8)."""
    if len(entries) > MAX_CHANGES:
        raise _too_many_changes()
    blocks = [_block(entry.cidr, family) for entry in entries]
    if len(set(blocks)) < len(blocks):
        raise _duplicated()
    if any(len(entry.description) > MAX_ENTRY_DESCRIPTION for entry in entries):
        raise invalid_parameter("Entry.Description")


def _block(text: str, family: Family) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        block = ipaddress.ip_network(text)
    except ValueError:
        block = None
    if block is None or block.version != _VERSIONS[family]:
        raise CloudError("InvalidParameter.CidrMalformed", f"The specified CIDR block {text} is not valid.")
    return block


def _check_room(count: int, most: int) -> None:
    if count > most:
        raise CloudError(
            "LimitExceed.MaxEntries", "The number of entries exceeds the MaxEntries of the specified prefix list."
        )


def _too_many_changes() -> CloudError:
    return CloudError("LimitExceed.Entry", "The number of entries added or removed exceeds the limit.")


def _duplicated() -> CloudError:
    return CloudError("InvalidParameter.CidrDuplicated", "The specified CIDR blocks are duplicated.")
