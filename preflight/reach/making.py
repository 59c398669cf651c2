"""Turn the pack's plan into who reaches whom: the comparison is the pack's own, pure, shown for each pair."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final, Literal, NamedTuple, get_args

from policies.core.facts import Facts, Leaf, UnreadableError, Value, attempt, printable
from policies.core.outcome import Outcome, Verdict, judged, worst
from policies.core.plan import (
    SECURITY_GROUP,
    SECURITY_GROUP_RULES,
    Plan,
    Resource,
    has_moved,
)
from policies.security_groups import clones
from policies.security_groups.comparing import kept_outside, opened
from policies.security_groups.differences import Differences, Line, Traffic
from policies.security_groups.flows import NOTHING, both, either, pieces, rectangle
from policies.security_groups.flows import Flows as PortFlows
from policies.security_groups.judging import Judged, judge
from policies.security_groups.model import PRIVATE, SERVICE, Peer, Surroundings, Version
from policies.security_groups.packets import (
    ALL_PORTS,
    PROTOCOLS,
    Difference,
    Direction,
    Interval,
    describe_addresses,
    describe_ports,
    merged,
    parse_block,
)
from policies.security_groups.reaching import Pair, pairs
from policies.security_groups.reaching import Traffic as PairTraffic
from policies.security_groups.reading import departures, firewall_of, surroundings
from policies.subjects.address_lists import touches
from policies.subjects.databases import (
    address_in_vpc,
    admission,
    admits_by_address,
    admits_by_group,
    declared_network_type,
    hybrid_accesses,
    is_hidden,
    named,
    network_type_needed,
    target_blocks,
    whitelist_groups,
)
from preflight.reach.model import (
    Counts,
    DatabaseReach,
    End,
    Fate,
    Flow,
    Flows,
    NotKnown,
    OutsideReach,
    PairReach,
    PublicReach,
    Reach,
    Status,
)

Basis = Literal["plan", "cloud"]
_VERSIONS: Final[tuple[Version, ...]] = (4, 6)
_ALL: Final = 2**31
_WITH_PORTS: Final = ("TCP", "UDP")
_STATUSES: Final[tuple[Status, ...]] = get_args(Status)


def make_reach(plan: Plan, now: datetime, basis: Basis = "plan", *, whole_vswitches: bool = False) -> Reach:
    """Return who reaches whom before and after the move.

    After is the plan's state once the update and all moves are done, or the cloud's present one, once instances have
    moved. With `whole_vswitches` a database may admit a whole VSwitch. `unknown` lists what cannot be read. Raises
    UnreadableError where the facts do not even list the instances.
    """
    seen = plan if basis == "plan" else as_in_cloud(plan)
    around = surroundings(seen)
    judging = _Judging(seen, around, now)
    found_pairs = tuple(_pairs(judging))
    outside = tuple(_outside(judging))
    databases = tuple(_databases(seen, around, basis, whole_vswitches=whole_vswitches))
    public = tuple(item for facts in judging.movers.values() for item in _public(facts))
    statuses = Counter[str](item.status for item in found_pairs if not item.accepted)
    statuses.update(item.status for item in outside if not item.accepted)
    statuses.update(item.status for item in databases if not item.accepted)
    statuses.update(item.status for item in public)
    project, stack = plan.project_and_stack
    return Reach(
        project=printable(project),
        stack=printable(stack),
        pairs=found_pairs,
        outside=outside,
        databases=databases,
        public=public,
        unknown=tuple(NotKnown(subject=who, reason=why) for who, why in sorted(judging.unknown.items())),
        instances=_counts(
            (item.status, bool(item.kept.parts or item.lost.parts), _number_of_pairs(item))
            for item in found_pairs
            if not item.between
        ),
        to_databases=_counts((item.status, item.status != "opened", len(item.source.ids)) for item in databases),
        opened=statuses["opened"],
        lost=statuses["lost"] + statuses["lost in part"],
    )


def moved_and_not(plan: Plan) -> tuple[int, int]:
    """Return how many instances of the stack have moved, and how many have not."""
    moved = sum(has_moved(item.facts) for item in plan.instances)
    return moved, len(plan.instances) - moved


def as_in_cloud(plan: Plan) -> Plan:
    """Return the plan with the rules of VPC groups as this run read them, not as the stack declares them."""
    live = {group.text("securityGroupId"): group for group in _live_groups(plan)}
    return Plan(_as_live(item, live) for item in plan.resources if not item.urn.partition("/clone")[1])


def _live_groups(plan: Plan) -> Sequence[Facts]:
    return plan.migration.objects("liveSecurityGroups") if "liveSecurityGroups" in plan.migration.data else ()


def _as_live(item: Resource, live: Mapping[str, Facts]) -> Resource:
    if item.type == SECURITY_GROUP and (group := live.get(_id(item, "id"))) is not None:
        return replace(item, properties={**item.properties, "innerAccessPolicy": group.text("innerAccessPolicy")})
    if item.type != SECURITY_GROUP_RULES:
        return item
    group = live.get(_id(item, "securityGroupId"))
    rules: Value = Leaf.UNKNOWN
    if group is not None:
        rules = {f"{number}: {_label(rule)}": rule.data for number, rule in enumerate(group.objects("rules"), 1)}
    return replace(item, properties={**item.properties, "rules": rules})


def _id(item: Resource, key: str) -> str:
    value = item.properties.get(key)
    return value if isinstance(value, str) else ""


def _label(rule: Facts) -> str:
    words = (rule.optional_text(key) for key in ("direction", "policy", "ipProtocol", "portRange"))
    return " ".join(word for word in words if word)


# ---- the pack's comparison for each instance ----


@dataclass
class _Judging:
    """The pack's comparison for the moving instances, cached; what cannot be read is kept."""

    plan: Plan
    around: Surroundings
    now: datetime

    def __post_init__(self) -> None:
        self.unknown: dict[str, str] = {}
        if not self.plan.instances:
            self.unknown["the stack"] = "it moves no instance: nothing is compared"
        self.movers: dict[str, Facts] = {}
        self.by_kind: dict[str, dict[str, Judged]] = {"opened": {}, "lost": {}}
        for resource in self.plan.instances:
            own = attempt(partial(resource.facts.text, "instanceId"))
            if isinstance(own, UnreadableError):
                self.unknown[printable(resource.name)] = printable(str(own))
                continue
            self.movers[own] = resource.facts
            for problem in (attempt(partial(self._judge, own)), attempt(partial(self._is_where_it_should, own))):
                if isinstance(problem, UnreadableError):
                    self.unknown[own] = printable(str(problem))

    def _judge(self, own: str) -> None:
        facts = self.movers[own]
        if missing := clones.without_clone(self.plan, facts.texts("securityGroupIds")):
            raise UnreadableError(f"the VPC group of {', '.join(missing)}", "is not declared")
        self.by_kind["opened"][own] = judge(self.plan, facts, "opened", self.now)
        self.by_kind["lost"][own] = judge(self.plan, facts, "lost", self.now)

    def _is_where_it_should(self, own: str) -> None:
        """Raise UnreadableError where a moved instance is in other groups, or elsewhere, than is compared."""
        facts = self.movers[own]
        if not has_moved(facts):
            return
        present = facts.object("present")
        classic = facts.texts("securityGroupIds")
        expected = {
            group.facts.text("id")
            for classic_id in classic
            for group in clones.the_groups(self.plan, clones.the_clone(self.plan, classic_id))
        }
        actual = set(present.texts("securityGroupIds"))
        if differs := sorted(expected ^ actual):
            words = (f"{item} is {'none of its VPC groups' if item in actual else 'missing'}" for item in differs)
            raise UnreadableError("its groups since the move", f"are others than are compared: {'; '.join(words)}")
        blocks = [parse_block(block) for block in target_blocks(self.plan, facts)]
        for text in present.texts("privateIps"):
            if not any(parse_block(text).is_inside(block) for block in blocks):
                raise UnreadableError(f"{text}, its address since the move,", "is in none of the VSwitches of its zone")

    def accepts(self, near: Peer, far: Peer) -> bool:
        """Whether the config accepts what one instance opens to another, or it opens nothing to it."""
        found = self._opened_by(near)
        if found is None:
            # For an instance that keeps its classic groups, nothing of the kind can be accepted.
            return near.id not in self.movers
        opened_to = found.differences.traffic.values()
        return not any(far.id in ids for traffic in opened_to for ids in traffic.instances.values())

    def has_reasons(self, near: Peer) -> bool:
        """Whether the config accepts that groups of an instance open something."""
        found = self._opened_by(near)
        return found is not None and bool(found.reasons)

    def _opened_by(self, near: Peer) -> Judged | None:
        """Return what the groups of an instance open; for one that moves with another stack, what they would open."""
        if near.id in self.movers or not near.moves:
            return self.by_kind["opened"].get(near.id)
        groups = tuple(sorted(near.groups))
        found = attempt(lambda: self.plan.remember((__name__, groups), partial(self._opened_later, groups)))
        return None if isinstance(found, UnreadableError) else found

    def _opened_later(self, groups: tuple[str, ...]) -> Judged:
        reasons = clones.accepted_differences(self.plan, groups, "opened", self.now)
        return Judged(opened(firewall_of(self.plan, groups), self.around, None, reasons), reasons)


# ---- instances ----


def _pairs(judging: _Judging) -> Iterator[PairReach]:
    found = attempt(lambda: list(pairs(judging.plan)))
    if isinstance(found, UnreadableError):
        judging.unknown.setdefault("pairs of instances", printable(str(found)))
        return
    moved = {item for item, facts in judging.movers.items() if has_moved(facts)}
    for pair in found:
        status = _status_of(pair)
        one, other = (
            pair.sources[0],
            next((peer for peer in pair.targets if peer is not pair.sources[0]), pair.targets[0]),
        )
        accepted = (
            status == "opened"
            and (judging.has_reasons(one) or judging.has_reasons(other))
            and judging.accepts(one, other)
            and judging.accepts(other, one)
        )
        yield PairReach(
            source=_end(pair.sources, moved),
            target=_end(pair.targets, moved),
            status=status,
            kept=_flows(pair.kept),
            lost=_flows(pair.lost),
            opened=_flows(pair.opened),
            one_end=_flows(pair.one_end),
            between=pair.between,
            accepted=accepted,
            note=_note(pair),
        )


def _status_of(pair: Pair) -> Status:
    # An opening at one end alone is a rule that is too broad, even while the other end refuses the traffic.
    if pair.opened or pair.one_end:
        return "opened"
    return "kept" if not pair.lost else "lost in part" if pair.kept else "lost"


def _note(pair: Pair) -> str:
    notes = []
    if pair.apart:
        stays = next(peer for peer in (pair.sources[0], pair.targets[0]) if not peer.moves)
        notes.append(f"{printable(stays.name)} stays in the classic network, and nothing links it to the VPC")
    elif not pair.known:
        notes.append("the rules of one end are not read: it is taken to accept everything")
    if pair.one_end and not pair.opened:
        notes.append(f"one end accepts {_flows(pair.one_end).text} after the move, the other end refuses it")
    if pair.between:
        notes.append("until the later wave moves")
    return "; ".join(notes)


def _number_of_pairs(item: PairReach) -> int:
    same = len(set(item.source.ids) & set(item.target.ids))
    return len(item.source.ids) * len(item.target.ids) - same


def _end(peers: Sequence[Peer], moved: Iterable[str] = ()) -> End:
    ordered = sorted(peers, key=lambda peer: peer.id)
    return End(
        ids=tuple(printable(peer.id) for peer in ordered),
        names=tuple(printable(peer.name) for peer in ordered),
        groups=tuple(sorted({printable(group) for peer in peers for group in peer.groups})),
        fate=_fate(ordered[0], moved),
    )


def _fate(peer: Peer, moved: Iterable[str]) -> Fate:
    if peer.fate == "migrates":
        return "has moved" if peer.id in moved else "moves"
    return "moves later" if peer.fate == "later" else "stays linked" if peer.linked else "stays"


def _flows(traffic: PairTraffic) -> Flows:
    parts = tuple(
        Flow(
            protocol=protocol,
            ports=ports if protocol in _WITH_PORTS else None,
            source_ports=source if protocol in _WITH_PORTS else None,
        )
        for protocol, flows in traffic
        for source, every in flows
        for ports in every
    )
    whole = {(protocol, ports, source) for protocol, flows in traffic for source, every in flows for ports in every}
    if whole == {(protocol, ALL_PORTS, ALL_PORTS) for protocol in PROTOCOLS}:
        return Flows(text="everything", parts=parts)
    texts = [
        describe_ports(Difference("ingress", protocol, ports, source, None, None))
        for protocol, flows in traffic
        for source, every in flows
        for ports in every
    ]
    return Flows(text=", ".join(dict.fromkeys(texts)), parts=parts)


# ---- peers outside ----


def _outside(judging: _Judging) -> Iterator[OutsideReach]:
    """Yield the result for traffic with outside addresses and members of groups, for equal instances together."""
    alike: dict[tuple[frozenset[str], int | None], list[Peer]] = defaultdict(list)
    for peer in judging.around.peers:
        if peer.id in judging.by_kind["lost"]:
            alike[peer.groups, departures(judging.plan).get(peer.id)].append(peer)
    moved = {item for item, facts in judging.movers.items() if has_moved(facts)}
    for (groups, _), peers in alike.items():
        at, own = _end(peers, moved), peers[0].id
        yield from _kept(judging, groups, at)
        kinds: tuple[Literal["opened", "lost"], ...] = ("opened", "lost")
        for kind in kinds:
            differences = judging.by_kind[kind][own].differences
            yield from _differing(differences, kind, at, judging.around, accepted=False)
            yield from _differing(differences.accepted, kind, at, judging.around, accepted=True)


def _kept(judging: _Judging, groups: frozenset[str], at: End) -> Iterator[OutsideReach]:
    cells: dict[tuple[Direction, str], dict[tuple[Version, Interval], PortFlows]] = defaultdict(dict)
    for item in kept_outside(firewall_of(judging.plan, tuple(sorted(groups))), judging.around):
        known = cells[item.direction, item.protocol]
        where = item.version, item.addresses
        known[where] = either(known.get(where, NOTHING), rectangle(item.ports, item.source_ports))
    # Ports that the same addresses may use are shown together, even if some of those addresses may use more.
    found: dict[tuple[Direction, _Told], list[tuple[str, PortFlows]]] = defaultdict(list)
    for (direction, protocol), by_address in cells.items():
        for addresses, flows in _by_addresses(by_address):
            found[direction, _told_addresses(addresses, judging.around)].append((protocol, flows))
    for (direction, peers), traffic in sorted(found.items()):
        ordered = sorted(traffic, key=lambda item: PROTOCOLS.index(item[0]))
        yield OutsideReach(
            at=at,
            direction=direction,
            peers=peers.text,
            blocks=peers.blocks,
            traffic=_flows(tuple(ordered)).text,
            status="kept",
            accepted=False,
            rule="",
        )


def _by_addresses(
    cells: Mapping[tuple[Version, Interval], PortFlows],
) -> Iterator[tuple[Mapping[Version, Sequence[Interval]], PortFlows]]:
    """Yield all ports by the addresses that may use them."""
    found: dict[tuple[tuple[Version, Interval], ...], PortFlows] = {}
    for piece in pieces(cells.values()):
        users = tuple(where for where, flows in cells.items() if both(flows, piece))
        found[users] = either(found.get(users, NOTHING), piece)
    for users, flows in found.items():
        yield {version: [low_high for one, low_high in users if one == version] for version in _VERSIONS}, flows


def _differing(
    differences: Differences, kind: Literal["opened", "lost"], at: End, around: Surroundings, *, accepted: bool
) -> Iterator[OutsideReach]:
    for line, traffic in sorted(differences.traffic.items()):
        peers = _others(traffic, around)
        if peers.text and not line.near:
            yield OutsideReach(
                at=at,
                direction="ingress" if line.direction == "ingress" else "egress",
                peers=peers.text,
                blocks=peers.blocks,
                traffic=line.ports,
                status=kind,
                accepted=accepted,
                rule=_why(line),
            )


def _why(line: Line) -> str:
    return printable(f"accepted by {line.accepted}; refused by {line.refused}")


class _Told(NamedTuple):
    """Addresses and other peers in few words, and all blocks."""

    text: str
    blocks: tuple[str, ...]


def _others(traffic: Traffic, around: Surroundings) -> _Told:
    """Return the peers of some traffic that are no instances: addresses, and members of groups."""
    text, blocks = _told_addresses(traffic.addresses, around)
    return _Told(", ".join([*([text] if text else []), *map(printable, sorted(traffic.others))]), blocks)


def _told_addresses(by_version: Mapping[Version, Sequence[Interval]], around: Surroundings) -> _Told:
    told, blocks = [], []
    for version, intervals in by_version.items():
        found = merged(intervals)
        if found:
            told.append(_in_words(version, _bridged(version, found, around)))
            blocks += describe_addresses(version, found, most=_ALL).split(", ")
    return _Told(", ".join(told), tuple(blocks))


def _bridged(version: Version, intervals: Sequence[Interval], around: Surroundings) -> list[Interval]:
    """Join intervals that are separated only by instances and the cloud's own services: those are not outside."""
    between = merged(
        [
            *((address, address) for address in around.taken[version]),
            *(block.interval for block in around.reserved if block.version == version),
            *SERVICE[version],
        ]
    )
    joined: list[Interval] = []
    for low, high in intervals:
        gap = (joined[-1][1] + 1, low - 1) if joined else None
        if gap is not None and any(first <= gap[0] and gap[1] <= last for first, last in between):
            joined[-1] = joined[-1][0], high
        else:
            joined.append((low, high))
    return joined


def _in_words(version: Version, intervals: Sequence[Interval]) -> str:
    """Return address intervals in few words: all of them, or all public ones, with few exceptions, as a rule would."""
    last = 2 ** (32 if version == 4 else 128) - 1
    anywhere = "0.0.0.0/0" if version == 4 else "::/0"
    edges = [-1, *(edge for low, high in PRIVATE[version] for edge in (low - 1, high)), last]
    public = [(low + 1, high) for low, high in zip(edges[::2], edges[1::2], strict=True)]
    for whole, name in (([(0, last)], anywhere), (public, f"{anywhere} without private addresses")):
        lacking = _minus(whole, intervals)
        if not lacking:
            rest = _minus(intervals, whole)
            return name + (f", {describe_addresses(version, rest)}" if rest else "")
        if not (set(lacking) & set(PRIVATE[version]) or _has_many_blocks(version, lacking)):
            rest = _minus(intervals, whole)
            told = f"{name} without {describe_addresses(version, lacking)}"
            return told + (f", {describe_addresses(version, rest)}" if rest else "")
    return describe_addresses(version, intervals)


def _has_many_blocks(version: Version, intervals: Sequence[Interval]) -> bool:
    return "more blocks" in describe_addresses(version, intervals)


def _minus(intervals: Sequence[Interval], others: Sequence[Interval]) -> list[Interval]:
    """Return the first without all others, which are sorted and do not overlap."""
    rest: list[Interval] = []
    for low, high in intervals:
        for first, last in others:
            if last < low or first > high:
                continue
            if low < first:
                rest.append((low, first - 1))
            low = last + 1
        if low <= high:
            rest.append((low, high))
    return rest


# ---- databases ----


def _databases(plan: Plan, around: Surroundings, basis: Basis, *, whole_vswitches: bool) -> Iterator[DatabaseReach]:
    """Yield whether each classic instance reaches each database, before and after; equal ones together."""
    movers = {item.facts.text("instanceId"): item.facts for item in plan.instances}
    moved = {item for item, facts in movers.items() if has_moved(facts)}
    peers = {peer.id: peer for peer in around.peers}
    for database in plan.migration.objects("databases"):
        found: dict[tuple[Fate, Status, str], list[Peer]] = defaultdict(list)
        for instance in plan.migration.objects("classicInstances"):
            own = instance.text("instanceId")
            peer = peers[own]
            told = (
                _moving(plan, database, movers[own], instance, basis)
                if own in movers
                else _staying(plan, database, instance, peer)
            )
            if told is not None:
                found[_fate(peer, moved), *told].append(peer)
        for (_, status, reason), alike in sorted(found.items(), key=lambda item: _STATUSES.index(item[0][1])):
            yield DatabaseReach(
                source=_end(alike, moved),
                database=printable(database.text("dbInstanceId")),
                name=printable(database.optional_text("description") or ""),
                status=status,
                accepted=status == "opened" and whole_vswitches,
                reason=printable(reason),
            )


_Reached = tuple[Status, str]


def _moving(plan: Plan, database: Facts, mover: Facts, instance: Facts, basis: Basis) -> _Reached | None:
    """Return the result for the access of a moving instance; None where it has none, and gets none."""
    before = attempt(lambda: admits_by_address(database, instance) or admits_by_group(database, instance))
    if isinstance(before, UnreadableError):
        return "unknown", str(before)
    blocks = attempt(partial(target_blocks, plan, mover))
    if isinstance(blocks, UnreadableError):
        return "unknown", str(blocks)
    reached = judged(partial(address_in_vpc, plan, database))
    if not before:
        key = __name__, database.text("dbInstanceId"), blocks
        lets_in = attempt(lambda: plan.remember(key, partial(_lets_any_in, plan, database, blocks)))
        if isinstance(lets_in, UnreadableError):
            return "unknown", str(lets_in)
        if not lets_in or reached.outcome is Outcome.FAIL:
            return None
        return "opened", f"its lists admit {', '.join(blocks)}, and so every instance that moves there"
    if not blocks:
        return "lost", "there is no VSwitch in the zone that it moves to"
    admitted = worst([reached, *(judged(partial(admission, plan, database, block)) for block in blocks)])
    return _by_verdict(admitted, basis)


def _by_verdict(verdict: Verdict, basis: Basis) -> _Reached:
    if verdict.outcome is Outcome.UNKNOWN:
        return "unknown", verdict.reason
    if verdict.outcome is Outcome.PASS or (verdict.outcome is Outcome.PENDING and basis == "plan"):
        return "kept", "the database has an address in the VPC, and its lists let the VSwitch in"
    return "lost", verdict.reason.replace("\n", " ")


def _lets_any_in(plan: Plan, database: Facts, blocks: Sequence[str]) -> bool:
    """Whether lists for VPC addresses contain anything of the blocks. Raises UnreadableError."""
    needed = network_type_needed(database)
    lists = [
        group.texts("securityIps")
        for group in database.objects("whitelistGroups")
        if group.text("networkType") == needed and not is_hidden(group)
    ]
    lists += [
        item.facts.texts("securityIps")
        for item in whitelist_groups(plan, database)
        if declared_network_type(item) == needed
    ]
    return any(touches(entries, blocks) for entries in lists)


def _staying(plan: Plan, database: Facts, instance: Facts, peer: Peer) -> _Reached | None:
    """Return the result for the access of an instance that stays, or moves later; None where it has none."""
    by_address = attempt(partial(admits_by_address, database, instance))
    by_group = attempt(partial(admits_by_group, database, instance))
    for problem in (by_address, by_group):
        if isinstance(problem, UnreadableError):
            return "unknown", str(problem)
    if not (by_address or by_group):
        return None
    if not hybrid_accesses(plan, database):
        return "kept", "the stack leaves its classic address as it is"
    if not by_address:
        return "lost", f"{named(database)} admits it by its security group alone, which hybrid access makes invalid"
    until = "until it moves" if peer.moves else "while its classic address lasts"
    return "kept", f"by the classic address, {until}"


# ---- public addresses ----


def _public(instance: Facts) -> Iterator[PublicReach]:
    addresses = attempt(partial(instance.texts, "publicIps"))
    bandwidth = attempt(partial(instance.number, "internetMaxBandwidthOut"))
    if isinstance(addresses, UnreadableError) or isinstance(bandwidth, UnreadableError) or not addresses:
        return
    stays, given_up = bandwidth > 0, instance.data.get("releasePublicIp") is True
    to_eip = instance.data.get("toEip") is True
    if stays:
        reason = "it stays, and becomes an EIP" if to_eip else "it stays, as a public address behind NAT"
    else:
        reason = "its Internet bandwidth is 0 Mbit/s: the move releases it"
        reason += ", as the config accepts" if given_up else ""
    yield PublicReach(
        instance=printable(instance.text("instanceId")),
        name=printable(instance.optional_text("instanceName") or instance.text("instanceId")),
        addresses=tuple(map(printable, addresses)),
        status="kept" if stays else "lost",
        reason=reason,
    )


def _counts(items: Iterable[tuple[Status, bool, int]]) -> Counts:
    """Count pairs by status, and those that could connect before."""
    tally: Counter[Status] = Counter()
    before = 0
    for status, could, number in items:
        tally[status] += number
        before += number if could else 0
    return Counts(
        before=before,
        kept=tally["kept"],
        lost_in_part=tally["lost in part"],
        lost=tally["lost"],
        opened=tally["opened"],
        unknown=tally["unknown"],
    )


__all__ = ["as_in_cloud", "make_reach", "moved_and_not"]
