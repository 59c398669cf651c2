"""List the differences between two readings of a region, in the words of the domain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from pydantic import BaseModel

from estate.model import Estate, NetworkAclEntry, SecurityGroupRule


@dataclass(frozen=True)
class Change:
    """One difference: its `status`, the `kind` of the resource ("instance"), its name, and the difference in words."""

    status: Literal["new", "gone", "changed"]
    kind: str
    subject: str
    text: str = ""


@dataclass(frozen=True)
class _Kind:
    """One list of the estate.

    `key` identifies its items. `ignored` fields change all the time by themselves. `lists` are compared by added and
    removed items, each with the word for one item.
    """

    items: str
    name: str
    key: Callable[[Any], str] = lambda item: str(item.id)
    ignored: frozenset[str] = frozenset()
    lists: Mapping[str, str] = field(default_factory=dict)


_KINDS: Final = (
    _Kind(
        "instances",
        "instance",
        lists={
            "security_group_ids": "security group",
            "intranet_ips": "intranet address",
            "public_ips": "public address",
            "operation_locks": "lock",
            "network_interfaces": "network interface",
            "tags": "tag",
        },
    ),
    _Kind("security_groups", "security group", lists={"rules": "rule", "tags": "tag"}),
    _Kind("disks", "disk"),
    _Kind("snapshots", "snapshot", ignored=frozenset({"progress"})),
    _Kind(
        "databases",
        "database",
        lists={
            "whitelist_groups": "whitelist group",
            "security_groups": "admitted security group",
            "net_infos": "address",
            "unread": "unread part",
        },
    ),
    _Kind("vpcs", "VPC", lists={"secondary_cidr_blocks": "secondary block"}),
    _Kind("vswitches", "VSwitch", ignored=frozenset({"available_ip_address_count"})),
    _Kind("network_acls", "network ACL"),
    _Kind("network_interfaces", "network interface"),
    _Kind("virtual_ips", "virtual IP address"),
    _Kind("eips", "EIP"),
    _Kind("classic_links", "ClassicLink", key=lambda item: f"{item.instance_id} to {item.vpc_id}"),
    _Kind("routes", "route", key=lambda item: f"{item.destination} in {item.route_table_id} of {item.vpc_id}"),
    _Kind("vserver_groups", "vServer group", lists={"servers": "server"}),
    _Kind("unread_load_balancers", "load balancer that cannot be read"),
    _Kind(
        "access_lists",
        "access control list",
        lists={"entries": "entry", "listeners": "listener", "unread": "unread part"},
    ),
    _Kind(
        "registry_access_lists",
        "registry access list",
        key=lambda item: f"{item.module} of {item.registry_id}",
        lists={"entries": "entry", "linked_vpc_ids": "linked VPC"},
    ),
    _Kind("bucket_policies", "bucket policy", lists={"statements": "statement"}),
    _Kind("unread_lists", "service that cannot be read", key=lambda item: str(item.service)),
    _Kind("auto_snapshot_policies", "automatic snapshot policy"),
    _Kind("scheduled_events", "scheduled event"),
    _Kind("zones", "zone", lists={"instance_types": "instance type"}),
    _Kind("instance_types", "instance type"),
)
# The fields that identify a whitelist group or an address of a database; the others may change.
_NAMED: Final[Mapping[str, Callable[[Any], str]]] = {
    "whitelist_groups": lambda item: f"{item.name} ({item.network_type})",
    "net_infos": lambda item: str(item.connection_string),
}


def changes(before: Estate, after: Estate) -> list[Change]:
    """Return what is new, gone or changed, by kind and id; times of reading and remaining times are ignored."""
    return [change for kind in _KINDS for change in _of_kind(kind, before, after)]


def _of_kind(kind: _Kind, before: Estate, after: Estate) -> Iterator[Change]:
    old, new = (
        {kind.key(item): item for item in sorted(getattr(of, kind.items), key=kind.key)} for of in (before, after)
    )
    for key, item in old.items():
        if key not in new:
            yield Change("gone", kind.name, _subject(kind, item), _about(item))
    for key, item in new.items():
        if key not in old:
            yield Change("new", kind.name, _subject(kind, item), _about(item))
        else:
            for text in _differences(kind, old[key], item):
                yield Change("changed", kind.name, _subject(kind, item), text)


def _subject(kind: _Kind, item: Any) -> str:
    key = kind.key(item)
    name = getattr(item, "name", "") or getattr(item, "description", "")
    return key if not name or kind.items == "bucket_policies" else f"{name} ({key})"


def _about(item: Any) -> str:
    """Return what a reviewer needs first about a resource that was added or removed."""
    counts = {
        "": getattr(item, "network_type", None),
        "of ": getattr(item, "instance_id", None) or getattr(item, "disk_id", None) or _owners(item),
        "in ": getattr(item, "zone_id", None),
    }
    return " ".join(f"{word}{value}" for word, value in counts.items() if value)


def _owners(item: Any) -> str:
    """Return the instances of a disk, or the load balancer of a vServer group."""
    return ", ".join(getattr(item, "instance_ids", ())) or str(getattr(item, "load_balancer_id", ""))


def _differences(kind: _Kind, old: BaseModel, new: BaseModel) -> Iterator[str]:
    for name in type(new).model_fields:
        was, now = getattr(old, name), getattr(new, name)
        if was == now or name in kind.ignored:
            continue
        if name in _NAMED:
            yield from _by_name(kind.lists[name], was, now, _NAMED[name])
        elif name in kind.lists:
            yield from _listed(kind.lists[name], was, now)
        else:
            yield f"{_words(name)}: {_value(was)}, now {_value(now)}"


def _by_name(word: str, old: Sequence[Any], new: Sequence[Any], key: Callable[[Any], str]) -> Iterator[str]:
    was, now = {key(item): item for item in old}, {key(item): item for item in new}
    for name in sorted(was.keys() - now.keys()):
        yield f"{word} {name} removed{_entries_of(was[name])}"
    for name in sorted(now.keys() - was.keys()):
        yield f"{word} {name} added{_entries_of(now[name])}"
    for name in sorted(was.keys() & now.keys()):
        for part in type(now[name]).model_fields:
            # The remaining time of a classic address changes by itself.
            first, second = getattr(was[name], part), getattr(now[name], part)
            if first == second or part == "expires_in_seconds":
                continue
            if part == "security_ips":
                for text in _listed("entry", first, second):
                    yield f"{word} {name}: {text}"
            else:
                yield f"{word} {name}: {_words(part)}: {_value(first)}, now {_value(second)}"


def _entries_of(item: Any) -> str:
    entries = getattr(item, "security_ips", ())
    return f": {', '.join(entries)}" if entries else ""


def _listed(word: str, old: Sequence[Any], new: Sequence[Any]) -> Iterator[str]:
    was, now = {_value(item): item for item in old}, {_value(item): item for item in new}
    for text in sorted(was.keys() - now.keys()):
        yield f"{word} removed: {text}"
    for text in sorted(now.keys() - was.keys()):
        yield f"{word} added: {text}"
    if was.keys() == now.keys() and len(was) == len(old) == len(new) and word.endswith("address"):
        yield f"{word}es: now in another order, {', '.join(now)} first to last"


def _value(value: Any) -> str:
    if isinstance(value, SecurityGroupRule):
        return _rule(value)
    if isinstance(value, NetworkAclEntry):
        side = "from" if value.direction == "ingress" else "to"
        text = f"{value.direction} {value.policy} {value.protocol} {value.port_range} {side} {value.cidr_block}"
        return text if value.entry_type == "custom" else f"{text} ({value.entry_type})"
    if isinstance(value, BaseModel):
        parts = value.model_dump(mode="json", by_alias=True, exclude_none=True)
        return ", ".join(f"{key} {part}" for key, part in parts.items() if part not in ("", [], ()))
    if isinstance(value, tuple):
        return ", ".join(map(_value, value)) or "none"
    if value is None or value == "":
        return "none"
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _rule(rule: SecurityGroupRule) -> str:
    """Return one rule as a person reads it; unusual fields follow, so that different rules never read the same."""
    ports = "" if rule.port_range in ("", "-1/-1") else f" {rule.port_range}"
    side = "from" if rule.direction == "ingress" else "to"
    text = f"{rule.direction} {rule.nic_type} {rule.policy} {rule.ip_protocol}{ports} {side} {rule.peer}"
    named_fields = {"direction", "nic_type", "policy", "ip_protocol", "port_range", rule.peer.kind.name}
    kinds = {"CIDR": "cidr_ip", "IPV6_CIDR": "ipv6_cidr_ip", "GROUP": "group_id", "PREFIX_LIST": "prefix_list_id"}
    named_fields.add(kinds[rule.peer.kind.name])
    # For the cloud, two rules that differ only in these are the same.
    named_fields |= {"rule_id", "create_time"}
    other_fields = [
        f"{_words(name)} {getattr(rule, name)}"
        for name in type(rule).model_fields
        if name not in named_fields and getattr(rule, name) not in (None, "")
    ]
    return f"{text} ({', '.join(other_fields)})"


def _words(name: str) -> str:
    return name.replace("_", " ")
