"""Which vServer groups of CLB an instance is in, or was before its move took it out of them."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import Literal, TypeAlias

from estate.model import VServerGroup

Standing: TypeAlias = Literal["member", "left", "deleted"]


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

    def standing(self, instance_id: str, groups: Iterable[VServerGroup]) -> Standing:
        """Whether the instance is a member on that port now, is not, or the group has been deleted."""
        found = next((group for group in groups if group.id == self.vserver_group_id), None)
        if found is None:
            return "deleted"
        now = {(server.server_id, server.port) for server in found.servers}
        return "member" if (instance_id, self.port) in now else "left"


def memberships(instance_id: str, groups: Iterable[VServerGroup]) -> tuple[Membership, ...]:
    """One for each group and port that the instance gets traffic on."""
    return tuple(
        Membership(
            vserver_group_id=group.id,
            vserver_group_name=group.name,
            load_balancer_id=group.load_balancer_id,
            address_type=group.address_type,
            port=server.port,
            weight=server.weight,
            vpc_id=group.vpc_id,
        )
        for group in groups
        for server in group.servers
        if server.server_id == instance_id
    )


def servers_of(load_balancer_id: str, groups: Iterable[VServerGroup]) -> Set[str]:
    """Ids of all servers in the vServer groups of a load balancer."""
    own = [group for group in groups if group.load_balancer_id == load_balancer_id]
    return {server.server_id for group in own for server in group.servers}
