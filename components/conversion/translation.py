"""Translate one classic rule into the peers of its VPC rules, without its priority."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, collapse_addresses
from typing import NamedTuple

from components.cidr import RFC1918
from components.conversion.addresses import PRIVATE_V4, PRIVATE_V6, common, without
from components.conversion.classic import ALL_PORTS, ANY_PORT, EVERY_BLOCK, ClassicRule
from components.conversion.moves import Moves
from components.conversion.rules import IpProtocol, Outcome, VpcPeer
from estate.model import Instance, PeerKind

_WITH_PORTS = ("TCP", "UDP")
_NAMED_AT_MOST = 5
# A broader block was not written for specific servers.
_BROAD = 24
_INTRANET_SEES = {
    4: "the intranet NIC sees RFC 1918 and the cloud's own 100.64.0.0/10 only",
    6: "the intranet NIC sees private addresses only",
}


class Note(NamedTuple):
    """One remark on a rule, and the outcome that it alone would cause.

    `by_own_group` if the cause is that no group can name itself.
    """

    outcome: Outcome
    reason: str
    by_own_group: bool = False


@dataclass(frozen=True)
class Ways:
    """The ways of conversion that are not the first choice.

    With `split`, internet ingress rules use only public blocks, without guards. With `by_block`, a broad intranet rule
    that treats all moving instances alike names the blocks of their destination, not their clones. With `second`, rules
    for members of the clone itself are in a second VPC group, which all members are in too.
    """

    split: bool = False
    by_block: bool = False
    second: bool = False


@dataclass(frozen=True)
class Scope:
    """The context of a rule's translation.

    `own` is the rule's group: the cloud accepts no rule that names its own group as the peer (AuthorizeSecurityGroup,
    InvalidParamter.Conflict).
    """

    moves: Moves
    own: str
    ways: Ways

    @property
    def has_members(self) -> bool:
        """Whether the rule's own clone has peers: more than one member moves."""
        return self.moves.moving_members(self.own) > 1


@dataclass(frozen=True)
class Translation:
    """The result for a classic rule: one VPC rule for each peer, none where nothing is left.

    `to_members` is true where it accepts members of its own group, which no rule can express: it is left to the
    defaults.
    """

    ip_protocol: IpProtocol
    port_range: str
    source_port_range: str | None
    peers: tuple[VpcPeer, ...]
    notes: tuple[Note, ...]
    to_members: bool


class _Peers(NamedTuple):
    peers: tuple[VpcPeer, ...]
    notes: tuple[Note, ...] = ()
    to_members: bool = False


def translate(rule: ClassicRule, scope: Scope) -> Translation:
    """Translate one rule. Without an exact equivalent, an accept is narrowed and a drop widened; both are noted."""
    unsayable = tuple(_unsayable(rule))
    if unsayable and rule.policy == "accept":
        peers, notes, to_members = _Peers(())
    else:
        peers, notes, to_members = _peers(rule, scope)
    ports, source_ports = stated_ports(rule)
    return Translation(rule.protocol or "ALL", ports, source_ports, peers, (*unsayable, *notes), to_members=to_members)


def stated_ports(rule: ClassicRule) -> tuple[str, str | None]:
    """Return ports and source ports for a new rule, all where they are not understood; None where all source ports are.

    The cloud accepts -1/-1 only for protocols without ports.
    """
    if rule.protocol not in _WITH_PORTS:
        return ANY_PORT, None
    stated = rule.source.source_port_range
    return str(rule.ports or ALL_PORTS), (stated if rule.source_ports and stated != ANY_PORT else None) or None


def _unsayable(rule: ClassicRule) -> Iterator[Note]:
    source = rule.source
    if rule.protocol is None:
        yield _lost(f"its protocol is {source.ip_protocol!r}{_instead(rule, 'all protocols')}")
    if rule.protocol in _WITH_PORTS:
        if rule.ports is None:
            listed = source.port_range_list_id
            ports_are = f"in port list {listed}" if listed else f"{source.port_range!r}"
            yield _lost(f"its ports are {ports_are}{_instead(rule, 'all ports')}")
        if rule.source_ports is None:
            yield _lost(f"its source ports are {source.source_port_range!r}{_instead(rule, 'all source ports')}")
    if rule.near:
        yield _lost(f"it applies to the own address {rule.near}, which changes{_instead(rule, 'every own address')}")


def _instead(rule: ClassicRule, widest: str) -> str:
    return "; not carried over" if rule.policy == "accept" else f"; drops {widest} instead"


def _peers(rule: ClassicRule, scope: Scope) -> _Peers:
    kind, value = rule.peer
    if kind is PeerKind.GROUP:
        return _group(rule, value, scope)
    if kind is PeerKind.PREFIX_LIST:
        return _prefix_list(rule, value)
    block = rule.block
    if block is None:
        return _unknown_addresses(rule, f"{value!r} is no address")
    if rule.nic_type == "internet":
        return _public(block, split=scope.ways.split and rule.direction == "ingress")
    return _private(rule, block, scope)


# ---- groups and lists ----


def _group(rule: ClassicRule, group_id: str, scope: Scope) -> _Peers:
    if rule.nic_type == "internet":
        return _without_effect("groups have no meaning on the internet NIC")
    if group_id == scope.own:
        return _own_group(rule, scope)
    moves, peers = scope.moves, []
    if group_id in moves.mapped and group_id not in moves.named_ids:
        return _mapped_group(rule, group_id, scope)
    if group_id in moves.named_ids:
        peers.append(VpcPeer(PeerKind.GROUP, group_id, clone=True))
    if group_id in moves.linked_group_ids:
        peers.append(VpcPeer(PeerKind.GROUP, group_id))
    if not peers:
        of_account = f" of account {rule.source.group_owner_account}" if rule.source.group_owner_account else ""
        # A VPC group accepts only a group of the same VPC (AuthorizeSecurityGroup, InvalidSourceGroupId.Mismatch).
        reason = f"{group_id}{of_account} is not cloned, and none of its members has ClassicLink"
        return _Peers((), (_lost(f"{reason}: add rules with its addresses to keep them"),))
    stranded = moves.stranded_members(group_id)
    if not stranded:
        return _Peers(tuple(peers))
    reason = f"members that stay classic without ClassicLink cannot reach the VPC: {_names(stranded)}"
    return _Peers(tuple(peers), (Note(Outcome.CARRIED_OVER, reason),))


def _mapped_group(rule: ClassicRule, group_id: str, scope: Scope) -> _Peers:
    """Return the peers for a group whose members will be in VPC groups with strangers.

    An accept must not admit the strangers; a drop may include them.
    """
    linked = (VpcPeer(PeerKind.GROUP, group_id),) if group_id in scope.moves.linked_group_ids else ()
    why = f"the VPC groups that {group_id} is mapped to have other members too"
    if rule.policy == "accept":
        return _Peers(linked, (_lost(f"{why}; only members with ClassicLink are kept"),))
    where = ", ".join(map(str, scope.moves.targets))
    return _Peers((*linked, *cidr_peers(scope.moves.targets)), (_lost(f"{why}; drops all of {where} instead"),))


def _own_group(rule: ClassicRule, scope: Scope) -> _Peers:
    linked = (VpcPeer(PeerKind.GROUP, scope.own),) if scope.own in scope.moves.linked_group_ids else ()
    if scope.ways.second:
        return _Peers((*linked, *_clone_peers([scope.own])), (_by_second(),))
    if rule.policy == "accept":
        return _Peers(linked, (), to_members=scope.has_members)
    return _Peers((*linked, *cidr_peers(scope.moves.targets)), (_wider_drop(scope, "its own members"),))


def _wider_drop(scope: Scope, whom: str) -> Note:
    where = ", ".join(map(str, scope.moves.targets))
    reason = f"drops all of {where} for {whom}: no rule can name its own group"
    return Note(Outcome.NOT_PORTABLE, reason, by_own_group=True)


def _prefix_list(rule: ClassicRule, list_id: str) -> _Peers:
    if rule.nic_type == "internet":
        return _Peers((VpcPeer(PeerKind.PREFIX_LIST, list_id),))
    return _unknown_addresses(rule, f"{list_id} cannot be narrowed to its private addresses")


def _unknown_addresses(rule: ClassicRule, why: str) -> _Peers:
    if rule.policy == "accept":
        return _Peers((), (_lost(f"{why}; not carried over"),))
    every = EVERY_BLOCK if rule.nic_type == "internet" else (*PRIVATE_V4, *PRIVATE_V6)
    return _Peers(cidr_peers(every), (_lost(f"{why}; drops every address of the {rule.nic_type} NIC instead"),))


# ---- addresses ----


def _public(block: IPv4Network | IPv6Network, *, split: bool) -> _Peers:
    if _private_part(block) == (block,):
        return _without_effect("the internet NIC saw none of these addresses")
    if not split:
        return _Peers(cidr_peers((block,)))
    # 100.64.0.0/10 is kept: no tenant's traffic comes from there, and health checks must never be cut.
    parts: tuple[IPv4Network, ...] | tuple[IPv6Network, ...]
    parts = without((block,), PRIVATE_V6) if isinstance(block, IPv6Network) else without((block,), RFC1918)
    if parts == (block,):
        return _Peers(cidr_peers(parts))
    return _Peers(
        cidr_peers(parts), (Note(Outcome.CARRIED_OVER, f"written as the {len(parts)} public blocks of {block}"),)
    )


def _private(rule: ClassicRule, block: IPv4Network | IPv6Network, scope: Scope) -> _Peers:
    part = _private_part(block)
    if not part:
        return _without_effect("the intranet NIC saw no public addresses")
    narrowed = () if part == (block,) else (Note(Outcome.NARROWED, _INTRANET_SEES[block.version]),)
    if isinstance(block, IPv6Network):
        return _Peers(cidr_peers(part), narrowed)
    blocks = common(block, PRIVATE_V4)
    peers, notes, to_members = _accepted(blocks, scope) if rule.policy == "accept" else _dropped(blocks, scope)
    return _Peers(peers, (*narrowed, *notes, *_stranded_host(block, scope.moves)), to_members)


def _private_part(block: IPv4Network | IPv6Network) -> tuple[IPv4Network, ...] | tuple[IPv6Network, ...]:
    return common(block, PRIVATE_V6) if isinstance(block, IPv6Network) else common(block, PRIVATE_V4)


def _stranded_host(block: IPv4Network, moves: Moves) -> Iterator[Note]:
    stranded = moves.stranded_at(block) if block.num_addresses == 1 else ()
    if stranded:
        reason = f"{_names(stranded)} stays classic without ClassicLink and cannot reach the VPC"
        yield Note(Outcome.CARRIED_OVER, reason)


def _accepted(blocks: tuple[IPv4Network, ...], scope: Scope) -> _Peers:
    """Return peers that accept only instances with a classic address in the blocks, wherever they move."""
    moves = scope.moves
    inside = moves.inside(blocks)
    admitted = inside.surely
    if inside.everybody and _may_name_targets(scope) and _is_broad(blocks):
        return _Peers(cidr_peers(collapse_addresses([*blocks, *moves.targets])), (_by_targets(scope),))
    notes = [
        _lost(f"does not reach {_names([item])} after the move: not all of its addresses are accepted")
        for item in moves.movers(inside.partly)
    ]
    written = blocks
    if moves.only_vacated(blocks):
        written = ()
    elif not inside.everybody and moves.some_target_in(blocks):
        strangers = moves.movers(moves.mover_ids - admitted)
        written = without(blocks, moves.targets)
        where = ", ".join(str(part) for target in moves.targets for part in common(target, blocks))
        notes.append(_lost(f"left out {where}: instances that it did not accept move there, {_names(strangers)}"))
    if moves.all_targets_in(written):
        return _Peers(cidr_peers(written), tuple(notes))
    cover = moves.cover(admitted, admitted, None if scope.ways.second else scope.own)
    if cover.exact:
        notes.append(_by_clones(cover.exact))
    members = [item for item in cover.unnamed if scope.own in item.security_group_ids]
    notes += [
        _lost(f"does not reach {_names([item])} after the move: none of its groups has only accepted members")
        for item in cover.unnamed
        if item not in members
    ]
    return _Peers(
        (*cidr_peers(written), *_clone_peers(cover.exact)), tuple(notes), to_members=bool(members) and scope.has_members
    )


def _dropped(blocks: tuple[IPv4Network, ...], scope: Scope) -> _Peers:
    """Return peers that drop every instance with a classic address in the blocks, wherever it moves."""
    moves = scope.moves
    refused = moves.inside(blocks)
    if refused.everybody and _may_name_targets(scope):
        return _Peers(cidr_peers(collapse_addresses([*blocks, *moves.targets])), (_by_targets(scope),))
    notes = []
    written = () if moves.only_vacated(blocks) and not moves.some_target_in(blocks) else blocks
    struck = moves.movers(moves.mover_ids - refused.surely) if moves.some_target_in(written) else ()
    if struck:
        notes.append(_lost(f"also drops instances that move into its block: {_names(struck)}"))
    if moves.all_targets_in(written):
        return _Peers(cidr_peers(written), tuple(notes))
    own = None if scope.ways.second else scope.own
    cover = moves.cover(refused.possibly, refused.surely, own)
    if cover.exact:
        notes.append(_by_clones(cover.exact))
    wider = [(item, moves.closest_group(item, refused.surely, own)) for item in cover.unnamed]
    notes += [
        _lost(f"drops the whole clone of {group_id} for {_names([item])}: no group has only refused members")
        for item, group_id in wider
        if group_id
    ]
    nameless = [item for item, group_id in wider if not group_id]
    if nameless:
        notes.append(_wider_drop(scope, _names(nameless)))
        written = tuple(collapse_addresses([*written, *moves.targets]))
    clones = sorted({*cover.exact, *(group_id for _, group_id in wider if group_id)})
    return _Peers((*cidr_peers(written), *_clone_peers(clones)), tuple(notes))


def takes_every_clone(rule: ClassicRule, moves: Moves) -> bool:
    """Whether a rule is for all moving instances, by clones or by the blocks of the destination: its own contain none.

    Then it needs all of `Moves.sole_groups` except its own, unless it may name those blocks.
    """
    if rule.nic_type != "intranet" or not isinstance(rule.block, IPv4Network):
        return False
    blocks = common(rule.block, PRIVATE_V4)
    sayable = rule.policy == "drop" or not any(_unsayable(rule))
    return (
        bool(blocks)
        and sayable
        and _is_broad(blocks)
        and moves.inside(blocks).everybody
        and not moves.all_targets_in(blocks)
    )


def _is_broad(blocks: Iterable[IPv4Network]) -> bool:
    return min(block.prefixlen for block in blocks) < _BROAD


def cidr_peers(blocks: Iterable[IPv4Network | IPv6Network]) -> tuple[VpcPeer, ...]:
    """Return a peer for each block."""
    kinds = {4: PeerKind.CIDR, 6: PeerKind.IPV6_CIDR}
    return tuple(VpcPeer(kinds[block.version], str(block)) for block in blocks)


def _clone_peers(group_ids: Iterable[str]) -> tuple[VpcPeer, ...]:
    return tuple(VpcPeer(PeerKind.GROUP, group_id, clone=True) for group_id in group_ids)


# ---- words ----


def _without_effect(why: str) -> _Peers:
    return _Peers((), (Note(Outcome.NARROWED, f"had no effect: {why}"),))


def _lost(reason: str) -> Note:
    return Note(Outcome.NOT_PORTABLE, reason)


def _may_name_targets(scope: Scope) -> bool:
    return scope.ways.by_block and scope.moves.targets_to_themselves


def _by_targets(scope: Scope) -> Note:
    where = ", ".join(map(str, scope.moves.targets))
    return Note(Outcome.CARRIED_OVER, f"names all moving instances by their target blocks, {where}")


def _by_second() -> Note:
    return Note(
        Outcome.CARRIED_OVER, "written in a second VPC group, as no rule can name its own group; members need both"
    )


def _by_clones(group_ids: Sequence[str]) -> Note:
    return Note(Outcome.CARRIED_OVER, f"names moving instances by the clones of {', '.join(group_ids)}")


def _names(instances: Sequence[Instance]) -> str:
    """Name the instances with their classic addresses, the first few of many."""
    named = [" ".join([item.id, *(f"({address})" for address in item.intranet_ips)]) for item in instances]
    more = len(named) - _NAMED_AT_MOST
    return ", ".join(named[:_NAMED_AT_MOST]) + (f" and {more} more" if more > 0 else "")
