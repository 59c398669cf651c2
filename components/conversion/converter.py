"""Convert all groups of one migration: translate rules, add guards, settle priorities, report every classic rule."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, IPv6Network
from typing import NamedTuple

from components.cidr import RFC1918
from components.conversion.addresses import PRIVATE_V4, PRIVATE_V6, overlaps_any
from components.conversion.classic import ANY_PORT, ClassicRule, read_rule
from components.conversion.folding import fold
from components.conversion.moves import ConversionContext, Moves
from components.conversion.priorities import LOWEST, Band, Draft, Ladder, Level, make_ladder
from components.conversion.rules import (
    MAX_GROUP_PEERS,
    MAX_GROUPS,
    MAX_RULES,
    Conversion,
    LimitExceeded,
    Outcome,
    ReportEntry,
    VpcPeer,
    VpcRule,
)
from components.conversion.translation import Note, Scope, Ways, cidr_peers, takes_every_clone, translate
from estate.model import Direction, PeerKind, RulePolicy, SecurityGroup, SecurityGroupRule

_DIRECTIONS: tuple[Direction, ...] = ("ingress", "egress")


@dataclass(frozen=True)
class _Guard:
    """The treatment of private addresses in a direction where no intranet rule matches, and when a guard must state it.

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
    """The source of one report entry: a classic rule, or an addition, and its drafts.

    `to_members` is the direction in which it accepts members of its own group, which is left to the defaults.
    """

    rule: SecurityGroupRule | None
    text: str
    notes: tuple[Note, ...]
    drafts: tuple[Draft, ...]
    to_members: Direction | None = None


@dataclass(frozen=True)
class _Classic:
    """A classic group and its rules, read, in an order that does not depend on the cloud's."""

    group: SecurityGroup
    rules: tuple[ClassicRule, ...]


class _Default(NamedTuple):
    """The default of the classic network where no rule matches, for all protocols and ports, and its text."""

    text: str
    direction: Direction
    policy: RulePolicy


def convert(groups: Iterable[SecurityGroup], context: ConversionContext) -> Mapping[str, Conversion]:
    """Convert the rules of all classic groups of one migration together, by id of the classic group.

    `groups` are the classic groups to clone: every group of every moving instance, or ValueError is raised. The order
    of groups, rules and instances changes nothing. Each clone must keep its group's in-group access policy.
    """
    ordered = sorted(groups, key=lambda group: group.id)
    moves = Moves(ordered, context)
    conversions: dict[str, Conversion] = {}
    for component in _components(ordered, moves):
        conversions |= _convert_component(component, moves)
    return dict(sorted(conversions.items()))


def _components(groups: Sequence[SecurityGroup], moves: Moves) -> list[list[SecurityGroup]]:
    """Return groups that share moving instances, directly or through others; their rules are merged by priority."""
    component_of = {group.id: {group.id} for group in groups}
    for instance in moves.all_movers:
        for one, other in itertools.pairwise(moves.cloned_ids.intersection(instance.security_group_ids)):
            small, large = sorted((component_of[one], component_of[other]), key=len)
            if small is not large:
                large |= small
                component_of |= dict.fromkeys(small, large)
    by_id = {group.id: group for group in groups}
    components = {id(component): component for component in component_of.values()}
    return [[by_id[group_id] for group_id in sorted(component)] for component in components.values()]


def _convert_component(groups: Sequence[SecurityGroup], moves: Moves) -> dict[str, Conversion]:
    """Convert the rules as written, or in the first other way that loses less, or needs fewer groups.

    Members reach each other by a default that every rule overrides, guards too. Public blocks keep the default, but
    take some thirty rules for `0.0.0.0/0`. The blocks of the destination can replace many clones. A second VPC group
    can name the first, and so the members of both, but uses one of the few groups that an instance may have.
    """
    classic = [_Classic(group, tuple(map(read_rule, sorted(group.rules, key=_order)))) for group in groups]
    order = [place for place, ways in enumerate(_WAYS) if moves.targets_to_themselves or not ways.by_block]
    if _is_crowded(classic, moves):
        # Rules that name clones need at least a second group: where blocks need none, no other way is tried.
        order.sort(key=lambda place: not _WAYS[place].by_block)
    best = None
    for place in order:
        conversions = _convert_together(classic, moves, _WAYS[place])
        rank = (_shortfall(conversions), place)
        if best is None or rank < best[0]:
            best = rank, conversions
        if best[0][0] == _NOTHING_SHORT:
            break
    assert best is not None, "the first way is open to all"
    return best[1]


_WAYS = (
    Ways(),
    Ways(split=True),
    Ways(by_block=True),
    Ways(second=True),
    Ways(split=True, by_block=True),
    Ways(by_block=True, second=True),
)


_NOTHING_SHORT = (False, 0, 0)


def _is_crowded(classic: Iterable[_Classic], moves: Moves) -> bool:
    """Whether some rule needs more clones than a group may name, unless it names the blocks of the destination.

    A rule for all peers needs a clone for each group, so the total grows with the square of their number.
    """
    return moves.targets_to_themselves and any(
        len(moves.sole_groups) - (item.group.id in moves.sole_groups) > MAX_GROUP_PEERS
        and takes_every_clone(rule, moves)
        and not any(other.decides_before(rule) for other in item.rules)
        for item in classic
        for rule in item.rules
    )


def _shortfall(conversions: Mapping[str, Conversion]) -> tuple[bool, int, int]:
    """Return how far a conversion falls short: exceeded limits, rules with losses, groups beyond one each."""
    lossy = sum(entry.by_own_group for item in conversions.values() for entry in item.report)
    beyond = sum(len(item.parts) - 1 for item in conversions.values())
    return any(item.limits for item in conversions.values()), lossy, beyond


def _convert_together(classic: Sequence[_Classic], moves: Moves, ways: Ways) -> dict[str, Conversion]:
    groups = [item.group for item in classic]
    statements = {
        item.group.id: [_translated(rule, Scope(moves, item.group.id, ways), item.rules) for rule in item.rules]
        for item in classic
    }
    banded = {direction: _planes_overlap(_drafts(statements.values(), direction)) for direction in _DIRECTIONS}
    intranet = [draft.rule.priority for draft in _drafts(statements.values(), "ingress") if draft.band is Band.INTRANET]
    guards = {
        group.id: [guard for direction in _DIRECTIONS for guard in _guards(statements[group.id], direction)]
        for group in groups
    }
    cut = None
    if any(draft.band is Band.INTERNET and _drops_private(draft) for draft in _drafts(statements.values(), "ingress")):
        cut = "internet rules that drop private addresses restrict it"
    if any(_drops_private(draft) for draft in _drafts(guards.values(), "ingress")):
        cut = "guards restrict it"
    for group in groups:
        access = _in_group_access(group, moves, ways, priority=max(intranet, default=1), cut=cut)
        statements[group.id] += [*guards[group.id], *access]
    drops = {
        direction: any(_drops_private(draft) for draft in _drafts(statements.values(), direction))
        for direction in _DIRECTIONS
    }
    ladders = {
        direction: make_ladder(_drafts(statements.values(), direction), banded=banded[direction])
        for direction in _DIRECTIONS
    }
    return _within_groups(
        {
            group.id: _assembled(
                group.id, [_with_members(item, group, drops) for item in statements[group.id]], ladders
            )
            for group in groups
        },
        moves,
    )


def _with_members(statement: _Statement, group: SecurityGroup, drops: Mapping[Direction, bool]) -> _Statement:
    """Report the result of an accept for members of the rule's own group: the defaults replace it, or nothing does."""
    direction = statement.to_members
    if direction is None:
        return statement
    by_default = direction == "egress" or group.inner_access_policy == "Accept"
    if by_default and not drops[direction]:
        note = Note(Outcome.CARRIED_OVER, "members of a group reach each other without a rule")
    else:
        reason = "its own members are left out: no rule can name its own group"
        note = Note(Outcome.NOT_PORTABLE, reason, by_own_group=True)
    return replace(statement, notes=(*statement.notes, note))


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


def _translated(rule: ClassicRule, scope: Scope, rules: Sequence[ClassicRule]) -> _Statement:
    source, text = rule.source, rule.text
    translation = translate(rule, scope)
    inexact = any(note.outcome is Outcome.NOT_PORTABLE for note in translation.notes)
    # A rule that never decides is not converted in a way that would decide something.
    if inexact and (before := next((other for other in rules if other.decides_before(rule)), None)):
        note = Note(Outcome.NARROWED, f"had no effect: {before.text} takes precedence")
        return _Statement(source, text, (note,), ())
    band = Band.INTRANET if rule.nic_type == "intranet" else Band.INTERNET
    drafts = tuple(
        Draft(
            band,
            VpcRule(
                source.direction,
                translation.ip_protocol,
                translation.port_range,
                translation.source_port_range,
                source.policy,
                source.priority,
                peer,
                source.description,
            ),
        )
        for peer in translation.peers
    )
    to_members = rule.direction if translation.to_members else None
    return _Statement(source, text, translation.notes, drafts, to_members)


# ---- additions ----


def _planes_overlap(drafts: Iterable[Draft]) -> bool:
    """Whether an internet rule matches private addresses, so that its order among intranet rules matters."""
    return any(draft.band is Band.INTERNET and _may_be_in(draft.rule.peer, PRIVATE_V4 + PRIVATE_V6) for draft in drafts)


def _drops_private(draft: Draft) -> bool:
    """Whether a draft may drop packets of a group's members, none of whom is in the cloud's own 100.64.0.0/10."""
    return draft.rule.policy == "drop" and (
        draft.band is not Band.INTERNET or _may_be_in(draft.rule.peer, (*RFC1918, *PRIVATE_V6))
    )


def _guards(statements: Sequence[_Statement], direction: Direction) -> Iterator[_Statement]:
    """Return the guards of one group: none where no rule of its own needs one."""
    guard = _GUARDS[direction]
    opposed = [
        draft.rule.peer
        for draft in _drafts([statements], direction)
        if draft.band is Band.INTERNET and draft.rule.policy == guard.against
    ]
    for blocks in guard.ranges:
        if any(_may_be_in(peer, blocks) for peer in opposed):
            reason = "internet rules of this group name private addresses, which never reached the internet NIC"
            default = _Default(f"intranet {direction} {guard.policy} by default", direction, guard.policy)
            yield _added(default, reason, cidr_peers(blocks), (Band.GUARD, 0))


def _in_group_access(
    group: SecurityGroup, moves: Moves, ways: Ways, *, priority: int, cut: str | None
) -> Iterator[_Statement]:
    """Return rules for in-group access: if other rules restrict it, and for members that stay classic."""
    if group.inner_access_policy != "Accept":
        return
    default = _Default("intranet ingress accept from members by default", "ingress", "accept")
    if cut and moves.moving_members(group.id) > 1:
        if ways.second:
            reason = f"{cut}; written in a second VPC group, as no rule can name its own group; members need both"
            peer = VpcPeer(PeerKind.GROUP, group.id, clone=True)
            yield _added(default, reason, (peer,), (Band.INTRANET, priority))
        else:
            note = Note(Outcome.NOT_PORTABLE, f"{cut}, and no rule can name its own group", by_own_group=True)
            yield _Statement(None, default.text, (note,), ())
    if group.id in moves.linked_group_ids:
        reason = "members that stay classic are not in the clone, and reach it by ClassicLink"
        peer = VpcPeer(PeerKind.GROUP, group.id)
        yield _added(default, reason, (peer,), (Band.INTRANET, priority))


def _added(default: _Default, reason: str, peers: Iterable[VpcPeer], level: Level) -> _Statement:
    text, direction, policy = default
    band, priority = level
    drafts = tuple(
        Draft(band, VpcRule(direction, "ALL", ANY_PORT, None, policy, priority, peer, text)) for peer in peers
    )
    return _Statement(None, text, (Note(Outcome.ADDED, reason),), drafts)


def _may_be_in(peer: VpcPeer, blocks: Iterable[IPv4Network | IPv6Network]) -> bool:
    """Whether a peer of an internet rule may have addresses in the blocks; the content of a prefix list is unknown."""
    return peer.kind is PeerKind.PREFIX_LIST or overlaps_any(peer.value, blocks)


# ---- assembly ----

_GRAVITY = (
    Outcome.NOT_PORTABLE,
    Outcome.ADDED,
    Outcome.SPLIT,
    Outcome.FOLDED,
    Outcome.MERGED,
    Outcome.NARROWED,
    Outcome.CARRIED_OVER,
)


def _assembled(own: str, statements: Sequence[_Statement], ladders: Mapping[Direction, Ladder]) -> Conversion:
    """Assemble one group. If rules differ only in their description, the first is kept.

    Rules are folded only if there are too many, because a clone should read like its group.
    """
    rules: dict[str, VpcRule] = {}
    noted: list[tuple[_Statement, list[Note], tuple[str, ...]]] = []
    for statement in statements:
        stated = [_at(draft.rule, ladders[draft.rule.direction].priorities[draft.level]) for draft in statement.drafts]
        labels = tuple(dict.fromkeys(rule.label for rule in stated))
        notes = list(statement.notes)
        if labels and rules.keys() >= set(labels):
            notes.append(Note(Outcome.MERGED, "equal to other classic rules"))
        for rule in stated:
            rules.setdefault(rule.label, rule)
        noted.append((statement, notes, labels))
    ordered = tuple(sorted(rules.values(), key=lambda rule: (rule.direction, rule.priority, rule.policy, rule.label)))
    label_of: Mapping[str, str] = {label: label for label in rules}
    if Conversion(ordered, ()).passes_limits:
        folding = fold(ordered)
        ordered, label_of = folding.rules, folding.label_of
    report = []
    for statement, notes, labels in noted:
        now = tuple(dict.fromkeys(label_of[label] for label in labels))
        folded = [Note(Outcome.FOLDED, "merged with other rules, exactly equivalent")] if now != labels else []
        report.append(_entry(statement, [*notes, *folded], now))
    return _split(Conversion(ordered, tuple(report), tuple(_limits(ladders)), own))


def _at(rule: VpcRule, priority: int) -> VpcRule:
    """Return the rule at a priority: the same object, with its label, if it has that priority already."""
    return rule if rule.priority == priority else replace(rule, priority=priority)


def _split(conversion: Conversion) -> Conversion:
    """Report where the rules take several VPC groups."""
    count = len(conversion.parts)
    if count == 1:
        return conversion
    naming = sum(rule.peer.kind is PeerKind.GROUP for rule in conversion.rules)
    text = f"{len(conversion.rules)} rules, {naming} of them naming a group"
    reason = f"written in {count} VPC groups, and every member needs all of them: " + (
        f"a group can have {MAX_RULES} rules, {MAX_GROUP_PEERS} of them naming a group"
        if conversion.passes_limits
        else "no rule can name its own group, so another group has it"
    )
    return replace(conversion, report=(*conversion.report, ReportEntry(None, text, Outcome.SPLIT, reason, ())))


def _entry(statement: _Statement, notes: Sequence[Note], labels: tuple[str, ...]) -> ReportEntry:
    outcome = min((note.outcome for note in notes), key=_GRAVITY.index, default=Outcome.CARRIED_OVER)
    reason = "; ".join(note.reason for note in notes) or "unchanged in a VPC group"
    by_own_group = any(note.by_own_group for note in notes)
    return ReportEntry(statement.rule, statement.text, outcome, reason, labels, by_own_group)


def _limits(ladders: Mapping[Direction, Ladder]) -> Iterator[LimitExceeded]:
    for direction, ladder in ladders.items():
        if ladder.slots > LOWEST:
            yield LimitExceeded(f"{direction} priorities over all groups", LOWEST, ladder.slots)


def _within_groups(conversions: Mapping[str, Conversion], moves: Moves) -> dict[str, Conversion]:
    """Report for each group which of its instances would be in too many VPC groups."""
    limited = dict(conversions)
    for instance in moves.movers_in(conversions):
        own = [group_id for group_id in instance.security_group_ids if group_id in conversions]
        count = sum(len(conversions[group_id].parts) for group_id in own)
        count += sum(moves.mapped.get(group_id, 0) for group_id in instance.security_group_ids)
        if count > MAX_GROUPS:
            limit = LimitExceeded(f"VPC groups on {instance.id}", MAX_GROUPS, count)
            for group_id in own:
                limited[group_id] = replace(limited[group_id], limits=(*limited[group_id].limits, limit))
    return limited
