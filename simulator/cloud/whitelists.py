"""IP whitelists, as the three ApsaraDB products change them by ModifySecurityIps."""

import ipaddress
import itertools
import re
from dataclasses import dataclass

from simulator.cloud.errors import CloudError
from simulator.cloud.state import Cloud
from simulator.model.databases import ApsaraInstance, WhitelistGroup, WhitelistNetworkType

#: Whitelist groups of one database (SDK text of ModifySecurityIps, rds20140815)
MAX_GROUPS = 200
#: Entries in all whitelist groups of one database (SDK text of ModifySecurityIps, rds20140815)
MAX_ENTRIES = 1000

_LONGEST_MASK = 32
_GROUP_NAME = re.compile(r"[a-z][a-z0-9_]{1,31}")


@dataclass(frozen=True)
class Change:
    """One change of the group `name`; `mode` is Cover, Append (an existing entry is kept once) or Delete."""

    name: str
    mode: str
    entries: list[str]
    attribute: str = ""


@dataclass(frozen=True)
class Codes:
    """The errors of one product: code, message and HTTP status of each."""

    name: tuple[str, str, int]
    malformed: tuple[str, str, int]
    duplicate: tuple[str, str, int]
    emptied: tuple[str, str, int]
    entries: tuple[str, str, int]
    groups: tuple[str, str, int]


def check(change: Change, codes: Codes) -> None:
    """Raise an error of `codes` if the name or an entry of the change is wrong."""
    if not _GROUP_NAME.fullmatch(change.name):
        raise CloudError(*codes.name)
    if not change.entries or not all(_is_entry(entry) for entry in change.entries):
        raise CloudError(*codes.malformed)
    if len(set(change.entries)) != len(change.entries):
        raise CloudError(*codes.duplicate)


def apply(
    cloud: Cloud,
    instance: ApsaraInstance,
    change: Change,
    codes: Codes,
    networks: tuple[WhitelistNetworkType, ...] = ("MIX",),
    *,
    dry_run: bool = False,
) -> None:
    """Make a change in the groups of all `networks`, or in none if it is refused or a `dry_run`.

    A missing group is created. Delete must leave one entry (SDK texts: no documented call deletes a group),
    unless the estate file chooses the older behaviour. Raises an error of `codes`.
    """
    check(change, codes)
    if change.mode == "Delete":
        networks = tuple(network for network in networks if _group(instance, change.name, network))
    changed = {network: _result(_group(instance, change.name, network), change) for network in networks}
    group_goes = change.name != "default" and cloud.estate.emptied_whitelist_group == "deleted"
    if not changed or (not group_goes and not all(changed.values())):
        raise CloudError(*codes.emptied)
    untouched = [
        group for group in instance.whitelist_groups if group.name != change.name or group.network_type not in changed
    ]
    if sum(len(group.security_ips) for group in untouched) + sum(map(len, changed.values())) > MAX_ENTRIES:
        raise CloudError(*codes.entries)
    if len(untouched) + len(changed) > MAX_GROUPS:
        raise CloudError(*codes.groups)
    if not dry_run:
        for network, entries in changed.items():
            _write(instance, change, network, entries)


def results(
    instance: ApsaraInstance, change: Change, networks: tuple[WhitelistNetworkType, ...]
) -> list[tuple[list[str], list[str]]]:
    """Return the entries before and after a change, for the group of each network."""
    groups = [_group(instance, change.name, network) for network in networks]
    return [(group.security_ips if group else [], _result(group, change)) for group in groups]


def are_nested(entries: list[str]) -> bool:
    """Whether one entry lies in another."""
    blocks = [ipaddress.IPv4Network(entry, strict=False) for entry in entries]
    return any(one.subnet_of(other) for one, other in itertools.permutations(blocks, 2))


def find(instance: ApsaraInstance, name: str) -> WhitelistGroup | None:
    """Return the group of a product with a single network type, or None."""
    return _group(instance, name, "MIX")


def _group(instance: ApsaraInstance, name: str, network: WhitelistNetworkType) -> WhitelistGroup | None:
    groups = (group for group in instance.whitelist_groups if (group.name, group.network_type) == (name, network))
    return next(groups, None)


def _write(instance: ApsaraInstance, change: Change, network: WhitelistNetworkType, entries: list[str]) -> None:
    group = _group(instance, change.name, network)
    if group is None:
        group = WhitelistGroup(name=change.name, network_type=network, security_ips=entries)
        instance.whitelist_groups.append(group)
    group.security_ips = entries
    group.attribute = change.attribute or group.attribute
    if not entries:
        instance.whitelist_groups.remove(group)


def _result(group: WhitelistGroup | None, change: Change) -> list[str]:
    present = group.security_ips if group else []
    if change.mode == "Cover":
        return list(change.entries)
    if change.mode == "Append":
        return [*present, *(entry for entry in change.entries if entry not in present)]
    return [entry for entry in present if entry not in change.entries]


def _is_entry(text: str) -> bool:
    """Return whether it is an IPv4 address, or a block of mask length 0 (all) to 32; host bits are allowed."""
    address, slash, mask = text.partition("/")
    try:
        ipaddress.IPv4Address(address)
    except ValueError:
        return False
    return not slash or (mask.isdecimal() and mask.isascii() and int(mask) <= _LONGEST_MASK)
