"""The conversion of all groups of one migration: translate rules, add guards, settle priorities, account for all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, IPv6Network

from components.cidr import RFC1918
from components.conversion.addresses import PRIVATE_V4, PRIVATE_V6, overlaps_any
from components.conversion.moves import ConversionContext, Moves
from components.conversion.priorities import LOWEST, Band, Draft, Ladder, Level, make_ladder
from components.conversion.rules import (
    Conversion,
    LimitExceeded,
    Outcome,
    ReportEntry,
    VpcPeer,
    VpcRule,
    classic_text,
)
from components.conversion.translation import ANY_PORT, Note, cidr_peers, translate
from estate.model import Direction, PeerKind, RulePolicy, SecurityGroup, SecurityGroupRule

MAX_RULES = 200
"""Rules of a group, both directions together, while an instance has at most 5 groups (limits page, 2021)."""
MAX_GROUP_PEERS = 20
"""Rules of a basic group that name a group (AuthorizeSecurityGroup reference)."""

_DIRECTIONS: tuple[Direction, ...] = ("ingress", "egress")


@dataclass(frozen=True)
class _Guard:
    """How a direction treats private addresses where no intranet rule speaks, and when that must be said.

    `against` are the internet rules that would decide otherwise; `ranges` are the blocks of each IP version. The
    intranet NIC denies ingress and accepts egress by default. 100.64.0.0/10 has no ingress guard: it would cut health
    checks.
    """

    policy: RulePolicy
    against: RulePolicy
    ranges: tuple[Sequence[IPv4Network | IPv6Network], ...]


_GUARDS: Mapping[Direction, _Guard] = {
    "ingress": _Guard("drop", "accept", (RFC1918, PRIVATE_V6)),
    "egress": _Guard("accept", "drop", (PRIVATE_V4, PRIVATE_V6)),
}


@dataclass(frozen=True)
class _Statement:
    """What one report entry is made of: a classic rule, or something added, and the drafts it leads to."""

    rule: SecurityGroupRule | None
    text: str
    notes: tuple[Note, ...]
    drafts: tuple[Draft, ...]


def convert(groups: Iterable[SecurityGroup], context: ConversionContext) -> Mapping[str, Conversion]:
    """Convert the rules of all classic groups of one migration together, by id of the classic group.

    `groups` are the classic groups to clone: every group of every moving instance, or ValueError is raised. The order
    of groups, rules and instances changes nothing. Each clone must keep its group's in-group access policy.
    """
    ordered = sorted(groups, key=lambda group: group.id)
    moves = Moves(ordered, context)
    statements = {group.id: [_translated(rule, moves) for rule in sorted(group.rules, key=_order)] for group in ordered}
    translated = {direction: _drafts(statements.values(), direction) for direction in _DIRECTIONS}
    banded = {direction: _planes_overlap(drafts) for direction, drafts in translated.items()}
    intranet = [draft.rule.priority for draft in translated["ingress"] if draft.band is Band.INTRANET]
    for group in ordered:
        guards = [guard for direction in _DIRECTIONS for guard in _guards(statements[group.id], direction)]
        access = _in_group_access(group, moves, priority=max(intranet, default=1), from_clone=banded["ingress"])
        statements[group.id] += [*guards, *access]
    ladders = {
        direction: make_ladder(_drafts(statements.values(), direction), banded=banded[direction])
        for direction in _DIRECTIONS
    }
    return {group.id: _assembled(statements[group.id], ladders) for group in ordered}


def _drafts(groups: Iterable[Sequence[_Statement]], direction: Direction) -> list[Draft]:
    return [
        draft
        for statements in groups
        for statement in statements
        for draft in statement.drafts
        if draft.rule.direction == direction
    ]


def _order(rule: SecurityGroupRule) -> tuple[str, str, int, str]:
    return rule.direction, rule.nic_type, rule.priority, rule.model_dump_json()


def _translated(rule: SecurityGroupRule, moves: Moves) -> _Statement:
    translation = translate(rule, moves)
    band = Band.INTRANET if rule.nic_type == "intranet" else Band.INTERNET
    drafts = tuple(
        Draft(
            band,
            VpcRule(
                rule.direction,
                translation.ip_protocol,
                translation.port_range,
                translation.source_port_range,
                rule.policy,
                rule.priority,
                peer,
                rule.description,
            ),
        )
        for peer in translation.peers
    )
    return _Statement(rule, classic_text(rule), translation.notes, drafts)


# ---- what no classic rule said ----


def _planes_overlap(drafts: Iterable[Draft]) -> bool:
    """Whether an internet rule speaks of private addresses, so that its place among intranet rules matters."""
    return any(draft.band is Band.INTERNET and _may_be_in(draft.rule.peer, PRIVATE_V4 + PRIVATE_V6) for draft in drafts)


def _guards(statements: Sequence[_Statement], direction: Direction) -> Iterator[_Statement]:
    """Guards of one group: none where no rule of its own needs one."""
    guard = _GUARDS[direction]
    opposed = [
        draft.rule.peer
        for draft in _drafts([statements], direction)
        if draft.band is Band.INTERNET and draft.rule.policy == guard.against
    ]
    for blocks in guard.ranges:
        if any(_may_be_in(peer, blocks) for peer in opposed):
            reason = "internet rules of this group speak of private addresses, which never came by the internet NIC"
            text = f"intranet {direction} {guard.policy} by default"
            yield _added(text, reason, direction, guard.policy, cidr_peers(blocks), (Band.GUARD, 0))


def _in_group_access(group: SecurityGroup, moves: Moves, *, priority: int, from_clone: bool) -> Iterator[_Statement]:
    """In-group access as rules: below all intranet rules, since any of them overrides it, and above all guards."""
    if group.inner_access_policy != "Accept":
        return
    peers = []
    if from_clone:
        reason = "internet rules that speak of private addresses would override the default"
        peers.append((VpcPeer(PeerKind.GROUP, group.id, clone=True), reason))
    if group.id in moves.linked_group_ids:
        reason = "members that stay classic are not in the clone, and reach it by ClassicLink"
        peers.append((VpcPeer(PeerKind.GROUP, group.id), reason))
    for peer, reason in peers:
        text = "intranet ingress accept from members by default"
        yield _added(text, reason, "ingress", "accept", (peer,), (Band.INTRANET, priority))


def _added(
    text: str, reason: str, direction: Direction, policy: RulePolicy, peers: Iterable[VpcPeer], level: Level
) -> _Statement:
    band, priority = level
    drafts = tuple(
        Draft(band, VpcRule(direction, "ALL", ANY_PORT, None, policy, priority, peer, text)) for peer in peers
    )
    return _Statement(None, text, (Note(Outcome.ADDED, reason),), drafts)


def _may_be_in(peer: VpcPeer, blocks: Iterable[IPv4Network | IPv6Network]) -> bool:
    """Whether a peer of an internet rule may have addresses in the blocks; what a prefix list holds is not known."""
    return peer.kind is PeerKind.PREFIX_LIST or overlaps_any(peer.value, blocks)


# ---- assembly ----

_GRAVITY = (Outcome.NOT_PORTABLE, Outcome.ADDED, Outcome.MERGED, Outcome.NARROWED, Outcome.CARRIED_OVER)


def _assembled(statements: Sequence[_Statement], ladders: Mapping[Direction, Ladder]) -> Conversion:
    """Put one group together. Of rules that differ only in their description the first is kept."""
    rules: dict[str, VpcRule] = {}
    report = []
    for statement in statements:
        stated = [
            replace(draft.rule, priority=ladders[draft.rule.direction].priorities[draft.level])
            for draft in statement.drafts
        ]
        labels = tuple(dict.fromkeys(rule.label for rule in stated))
        notes = list(statement.notes)
        if labels and rules.keys() >= set(labels):
            notes.append(Note(Outcome.MERGED, "other classic rules say the same"))
        for rule in stated:
            rules.setdefault(rule.label, rule)
        report.append(_entry(statement, notes, labels))
    ordered = tuple(sorted(rules.values(), key=lambda rule: (rule.direction, rule.priority, rule.policy, rule.label)))
    return Conversion(ordered, tuple(report), tuple(_limits(ordered, ladders)))


def _entry(statement: _Statement, notes: Sequence[Note], labels: tuple[str, ...]) -> ReportEntry:
    outcome = min((note.outcome for note in notes), key=_GRAVITY.index, default=Outcome.CARRIED_OVER)
    reason = "; ".join(note.reason for note in notes) or "says the same in a VPC group"
    return ReportEntry(statement.rule, statement.text, outcome, reason, labels)


def _limits(rules: Sequence[VpcRule], ladders: Mapping[Direction, Ladder]) -> Iterator[LimitExceeded]:
    if len(rules) > MAX_RULES:
        yield LimitExceeded("rules in the group", MAX_RULES, len(rules))
    group_peers = sum(rule.peer.kind is PeerKind.GROUP for rule in rules)
    if group_peers > MAX_GROUP_PEERS:
        yield LimitExceeded("rules that name a group", MAX_GROUP_PEERS, group_peers)
    for direction, ladder in ladders.items():
        if ladder.slots > LOWEST:
            yield LimitExceeded(f"{direction} priorities over all groups", LOWEST, ladder.slots)
