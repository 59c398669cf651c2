"""Mark resources in the cloud with their stack, in the description, so that a killed run's resources are adopted.

The engine writes a resource into the state after its creation. A run that is killed in between leaves one that the next
run would make again. Name and block do not identify it: resources of others may have the same.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Final

from estate.model import Estate, FreeInterface, Snapshot, SnapshotGroup

NETWORK: Final = "alicloud:vpc/network:Network"
SWITCH: Final = "alicloud:vpc/switch:Switch"
GROUP: Final = "alicloud:ecs/securityGroup:SecurityGroup"
SNAPSHOT: Final = "alicloud:ecs/ecsSnapshot:EcsSnapshot"
SNAPSHOT_GROUP: Final = "alicloud:ecs/ecsSnapshotGroup:EcsSnapshotGroup"
INTERFACE: Final = "alicloud:ecs/ecsNetworkInterface:EcsNetworkInterface"

# Descriptions have 256 characters at most (CreateVpc, CreateVSwitch, CreateSecurityGroup, CreateSnapshot,
# CreateSnapshotGroup, CreateNetworkInterface).
_LONGEST: Final = 256
_ROOM: Final = 176
_MARK: Final = re.compile(r"Made by (?:the Pulumi stack (?P<stack>\S+) as .+|a Pulumi stack, mark [0-9a-f]{32})\.$")
# A destroy leaves snapshots, and an `up` long after it takes new ones.
_CUT_OFF: Final = timedelta(days=1)


def mark(stack: str, name: str) -> str:
    """Return the mark of the resource `name` of `organization/project/stack`."""
    words = f"Made by the Pulumi stack {stack} as {name}."
    if len(words) <= _ROOM:
        return words
    return f"Made by a Pulumi stack, mark {hashlib.sha256(words.encode()).hexdigest()[:32]}."


def marked(description: str, stack: str, name: str) -> str:
    """Return a description with the mark at its end."""
    words = mark(stack, name)
    return f"{description[: _LONGEST - len(words) - 2]}. {words}" if description else words


def mark_of(description: str) -> str | None:
    """Return the mark in a description."""
    match = _MARK.search(description)
    return match and match[0]


def maker(description: str) -> str | None:
    """Return the stack that a description's mark names."""
    match = _MARK.search(description)
    return match and match["stack"]


def found_marked(
    estate: Estate, groups: Iterable[SnapshotGroup] = (), interfaces: Iterable[FreeInterface] = ()
) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Return the ids of marked resources by type and mark, in order; of snapshots only those of the last day.

    `groups` are snapshot-consistent groups, `interfaces` network interfaces, which the estate does not have.
    """
    ids_of: dict[tuple[str, str], tuple[str, ...]] = {}
    free = ((INTERFACE, item.id, item.description) for item in interfaces)
    for kind, thing_id, description in (*_described(estate), *_taken(SNAPSHOT_GROUP, groups, estate), *free):
        if words := mark_of(description):
            ids_of[kind, words] = tuple(sorted((*ids_of.get((kind, words), ()), thing_id)))
    return ids_of


def _described(estate: Estate) -> Iterator[tuple[str, str, str]]:
    yield from ((NETWORK, item.id, item.description) for item in estate.vpcs)
    yield from ((SWITCH, item.id, item.description) for item in estate.vswitches)
    yield from ((GROUP, item.id, item.description) for item in estate.security_groups)
    yield from _taken(SNAPSHOT, estate.snapshots, estate)


def _taken(kind: str, items: Iterable[Snapshot | SnapshotGroup], estate: Estate) -> Iterator[tuple[str, str, str]]:
    yield from ((kind, item.id, item.description) for item in items if is_recent(item, estate))


def is_recent(item: Snapshot | SnapshotGroup, estate: Estate) -> bool:
    """Return whether a run that was killed in the last day may have made it."""
    return item.status != "failed" and item.created_at > estate.read_at - _CUT_OFF
