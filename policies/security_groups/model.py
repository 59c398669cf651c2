"""What a comparison is about: who may be at the other end, and the rules on both sides of the move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from policies.security_groups.packets import AddressPeer, Direction, Interval, RuleSet, parse_block

Version: TypeAlias = Literal[4, 6]
Plane: TypeAlias = Literal["intranet", "internet"]
Matching: TypeAlias = tuple[int, ...]


def _block(text: str) -> Interval:
    return parse_block(text).interval


# RFC 1918 and, for IPv6, unique local addresses.
PRIVATE: Final[Mapping[Version, tuple[Interval, ...]]] = {
    4: (_block("10.0.0.0/8"), _block("172.16.0.0/12"), _block("192.168.0.0/16")),
    6: (_block("fc00::/7"),),
}
# Alibaba Cloud's own services: name servers, metadata, health checks of load balancers. No tenant sends from there.
SERVICE: Final[Mapping[Version, tuple[Interval, ...]]] = {4: (_block("100.64.0.0/10"),), 6: ()}
ANYWHERE_PRIVATE: Final = tuple(AddressPeer(4, interval) for interval in PRIVATE[4])


def clone_key(classic_id: str) -> str:
    """How rules of the clones name the clone of a classic group."""
    return f"clone of {classic_id}"


@dataclass(frozen=True)
class Peer:
    """One classic instance.

    `new_blocks` are the VSwitch blocks it moves into, empty where it stays or nobody can tell. One that is linked stays
    too, and has ClassicLink to the target VPC: of those that stay, it alone can be reached.
    """

    id: str
    name: str
    addresses: tuple[AddressPeer, ...]
    groups: frozenset[str]
    fate: Literal["migrates", "later", "linked", "stays"]
    new_blocks: tuple[AddressPeer, ...]


@dataclass(frozen=True)
class Surroundings:
    """Who may be at the other end: all classic instances, and the members of groups.

    `leaving` are old addresses, sorted, of instances that migrate, or that a later wave takes and nothing links until
    then: what a rule says of those concerns the instances, which are met elsewhere. `vacant` are those that lie in none
    of the `target_blocks`, where anybody may be given them.
    """

    peers: tuple[Peer, ...]
    members: Mapping[str, tuple[Peer, ...]]
    leaving: Mapping[Version, tuple[int, ...]]
    vacant: Mapping[Version, tuple[int, ...]]
    target_blocks: tuple[AddressPeer, ...]

    def without(self, left_out: Peer) -> Surroundings:
        """The same without one instance."""
        return replace(
            self,
            peers=tuple(peer for peer in self.peers if peer != left_out),
            members={
                group_id: tuple(peer for peer in found if peer != left_out) for group_id, found in self.members.items()
            },
        )


@dataclass(frozen=True)
class Firewall:
    """The rule sets of one set of classic groups, and of their clones; `foreign` are groups of other accounts."""

    classic: Mapping[Plane, RuleSet]
    clone: RuleSet
    foreign: frozenset[str]

    def protocols(self, direction: Direction) -> list[str]:
        """Protocols worth looking at."""
        rule_sets = (*self.classic.values(), self.clone)
        return sorted({protocol for rules in rule_sets for protocol in rules.protocols(direction)})
