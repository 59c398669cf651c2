"""The exports of a stack's last `up`: the only record of instances as they were before their move."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from components.marks import mark
from components.plan.load_balancers import Membership
from estate.model import Instance


@dataclass(frozen=True)
class Origin:
    """An instance as it was in the classic network, as far as declarations depend on it.

    `snapshot_round` is the last round of snapshots of its disks. `database_ids` are the databases that admitted it
    then: its old address will be removed from their whitelists. `memberships` are its vServer groups of CLB, None where
    an earlier version did not record them.
    """

    zone_id: str
    intranet_ips: tuple[str, ...]
    security_group_ids: tuple[str, ...]
    snapshot_round: int
    database_ids: tuple[str, ...] = ()
    memberships: tuple[Membership, ...] | None = None

    def before(self, moved: Instance) -> Instance:
        """Return a moved instance as it was before its move."""
        return moved.model_copy(
            update={
                "network_type": "classic",
                "vpc_id": None,
                "vswitch_id": None,
                "zone_id": self.zone_id,
                "intranet_ips": self.intranet_ips,
                "security_group_ids": self.security_group_ids,
            }
        )


@dataclass(frozen=True)
class Seen:
    """A sighting of the pending task, as `window.scheduled` has it, and the window's start when it was declared."""

    by: str
    at: datetime
    start: datetime


@dataclass(frozen=True)
class StackRecord:
    """The exports of the last `up`, of this stack and of the one whose network it shares.

    `vpc_id` is the target VPC, None before the first `up`; `former_vpc_id` is that of the last `up`, where a run that
    was to make another one was killed. `origins` are by instance id: facts that no API shows once an instance has
    moved. `shared_with` is the other stack's name, None without one; `clone_ids` are its clones, by
    classic id; `starts` is when each instance of its waves moves. `applied` are ids of resources that this stack had in
    the cloud, by kind: vswitch, securityGroup, and linkedInstance for the links of instances. `stack` is this stack as
    `organization/project/stack`, None where ownership is not checked. `leftovers` are ids of resources of a killed run
    that the state does not have, by type and mark (`components.marks`). `whitelist_group_ids` are ids of the stack's
    own resources on databases, `snapshot_ids` and `snapshot_group_ids` those of the last round of snapshots.
    `linked_before` are the VPC, if ClassicLink was enabled on it, and the instances that were linked to it, before this
    stack declared them. `waves` is the name of each instance's wave, `seen` the sighting of each wave that has one.
    """

    vpc_id: str | None = None
    origins: Mapping[str, Origin] = field(default_factory=dict)
    shared_with: str | None = None
    clone_ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    starts: Mapping[str, datetime] = field(default_factory=dict)
    applied: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stack: str | None = None
    leftovers: Mapping[tuple[str, str], str] = field(default_factory=dict)
    whitelist_group_ids: tuple[str, ...] = ()
    snapshot_ids: tuple[str, ...] = ()
    snapshot_group_ids: tuple[str, ...] = ()
    linked_before: tuple[str, ...] = ()
    waves: Mapping[str, str] = field(default_factory=dict)
    seen: Mapping[str, Seen] = field(default_factory=dict)
    former_vpc_id: str | None = None

    @cached_property
    def whitelist_groups(self) -> Mapping[str, tuple[str, ...]]:
        """The names of the stack's own whitelist groups, by database.

        An id has both, and for RDS the network type between them (provider/whitelist_group.py).
        """
        names: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
        for database_id, *_, name in (item.split(":") for item in self.whitelist_group_ids):
            names[database_id] += (name,)
        return names

    def leftover(self, kind: str, name: str) -> str | None:
        """Return the id of the resource that a killed run made under this name, if it did."""
        return None if self.stack is None else self.leftovers.get((kind, mark(self.stack, name)))
