"""Resources that a destroy keeps on purpose: snapshots, a network with databases in it, databases in hybrid access."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple


class Retained(NamedTuple):
    """Resources of one kind that stay, and the reason; `items` describes each."""

    noun: str
    why: str
    items: list[str]

    def __str__(self) -> str:
        """Return how many there are, and why they stay."""
        return f"{len(self.items)} {self.noun}{'' if len(self.items) == 1 else 's'}: {self.why}"


def without_retained(after: dict[str, Any], initial: Mapping[str, Any]) -> tuple[dict[str, Any], list[Retained]]:
    """Return the state without the resources that a destroy keeps on purpose, and those resources."""
    groups: list[str] = []
    databases: list[str] = []
    snapshots, networks = _snapshots(after, initial), _network(after, initial)
    for product in ("databases", "redis", "mongodb"):
        for database, before in zip(after[product], initial[product], strict=True):
            groups += _whitelist_groups(database, before)
            databases += _hybrid_access(database, before)
    retained = (
        Retained("snapshot", "the only way back from the move", snapshots),
        Retained("VPC", "databases are in it, so its VSwitches stay too", networks),
        Retained("database", "none leaves a VPC again", databases),
        Retained("whitelist group", "emptied, because no API call deletes one", groups),
    )
    return after, [kind for kind in retained if kind.items]


def _snapshots(after: dict[str, Any], initial: Mapping[str, Any]) -> list[str]:
    """Return the snapshots: they are kept because without them nothing can be restored."""
    new = _new(after, initial, "snapshots")
    return [f"snapshot {item['id']} of {item['disk_id']}, for {item['retention_days']} days" for item in new]


def _network(after: dict[str, Any], initial: Mapping[str, Any]) -> list[str]:
    """Return the part of the network that stays: a VPC and its VSwitches with databases in them, which cannot leave."""
    vpcs = [item["id"] for item in _new(after, initial, "vpcs")]
    vswitches = [item["id"] for item in _new(after, initial, "vswitches") if item["vpc_id"] in vpcs]
    _new(after, initial, "route_tables")
    return [f"{vpc_id} with {' and '.join(vswitches)}, where databases are now" for vpc_id in vpcs]


def _new(after: dict[str, Any], initial: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Take the items that are new out of one list of the state, and return them."""
    ids = {item["id"] for item in initial[name]}
    new = [item for item in after[name] if item["id"] not in ids]
    after[name] = [item for item in after[name] if item["id"] in ids]
    return new


def _whitelist_groups(database: dict[str, Any], before: Mapping[str, Any]) -> Iterator[str]:
    """Yield the emptied groups, which stay.

    The API has no call that deletes one (ModifySecurityIps: one entry must remain).
    """
    for group in database["whitelist_groups"]:
        if group not in before["whitelist_groups"] and group["security_ips"] == ["127.0.0.1/32"]:
            yield f"whitelist group {group['name']} of {database['id']}, which admits nobody now"
            database["whitelist_groups"] = [item for item in database["whitelist_groups"] if item != group]


def _hybrid_access(database: dict[str, Any], before: Mapping[str, Any]) -> Iterator[str]:
    """Yield a database: it cannot go back to the classic network, and its classic addresses will end."""
    if database["network_type"] == before["network_type"]:
        return
    classic = [item for item in database["endpoints"] if item["ip_type"] == "Inner"]
    ends = min(item["expires_at"] for item in classic)
    yield f"{database['id']} in {database['vpc_id']}, with its classic addresses until {ends[:10]}"
    place = {key: before[key] for key in ("network_type", "vpc_id", "vswitch_id")}
    database.update(place, endpoints=[item | {"expires_at": None} for item in classic])
