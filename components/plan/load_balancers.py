"""The vServer groups of CLB that an instance is in, or was before its move removed it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

from estate.model import UnreadLoadBalancer, VServerGroup

Standing: TypeAlias = Literal["member", "idle", "left", "deleted"]


@dataclass(frozen=True)
class Membership:
    """An instance gets traffic on `port`, by `weight` (0 to 100), as a server of a vServer group.

    `vpc_id` is that of an intranet load balancer in a VPC, None for any other.
    """

    vserver_group_id: str
    vserver_group_name: str
    load_balancer_id: str
    address_type: str
    port: int
    weight: int
    vpc_id: str | None = None


@dataclass(frozen=True)
class LoadBalancers:
    """The vServer groups of the region, indexed, and load balancers whose groups were not read."""

    groups: tuple[VServerGroup, ...]
    unread: tuple[UnreadLoadBalancer, ...] = ()

    def unread_for(self, memberships: Sequence[Membership] | None, *, moved: bool) -> str | None:
        """Return why an instance's groups are unknown; None where they are known.

        A load balancer that was not read may serve any instance that has not `moved`, and after its move one that it
        served before.
        """
        served = {item.load_balancer_id for item in memberships or ()}
        reasons = [item.reason for item in self.unread if not moved or item.id in served]
        return "; ".join(reasons) or None

    @cached_property
    def memberships(self) -> Mapping[str, tuple[Membership, ...]]:
        """By instance: one for each group and port that it gets traffic on."""
        memberships_of: dict[str, list[Membership]] = defaultdict(list)
        for group in self.groups:
            for server in group.servers:
                membership = Membership(
                    vserver_group_id=group.id,
                    vserver_group_name=group.name,
                    load_balancer_id=group.load_balancer_id,
                    address_type=group.address_type,
                    port=server.port,
                    weight=server.weight,
                    vpc_id=group.vpc_id,
                )
                memberships_of[server.server_id].append(membership)
        return {key: tuple(items) for key, items in memberships_of.items()}

    @cached_property
    def servers(self) -> Mapping[str, frozenset[str]]:
        """By load balancer: ids of all servers in its vServer groups."""
        server_ids: dict[str, set[str]] = defaultdict(set)
        for group in self.groups:
            server_ids[group.load_balancer_id].update(server.server_id for server in group.servers)
        return {key: frozenset(ids) for key, ids in server_ids.items()}

    def standing(self, instance_id: str, membership: Membership) -> Standing:
        """Return whether the instance is a member on that port now, is not, or the group has been deleted.

        It is idle where it got traffic before, and gets none by its weight now.
        """
        if membership.vserver_group_id not in self._group_ids:
            return "deleted"
        weight = self._weights.get((membership.vserver_group_id, instance_id, membership.port))
        if weight is None:
            return "left"
        return "idle" if weight == 0 < membership.weight else "member"

    @cached_property
    def _group_ids(self) -> frozenset[str]:
        return frozenset(group.id for group in self.groups)

    @cached_property
    def _weights(self) -> Mapping[tuple[str, str, int], int]:
        return {
            (group.id, server.server_id, server.port): server.weight
            for group in self.groups
            for server in group.servers
        }
