"""Who reaches whom on random estates: for each packet between two instances, what `preflight reach` says of it is true.

A packet between two instances needs both: the rules of the one that sends it, and of the one that it comes to. Compared
with the oracle is what the command writes as JSON, and by which it exits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address
from itertools import product

from bench.verdict import security_groups
from bench.verdict.oracle import Far, Group, Packet, accepts, edges, is_service, nic_of, packets, within
from bench.verdict.security_groups import Scenario, classic_group, vpc_id, zone_of
from estate.model import Instance
from policies.core.plan import Plan
from policies.security_groups.comparing import Kept, kept_outside
from policies.security_groups.reading import firewall_of, surroundings
from preflight.reach.making import make_reach
from preflight.reach.model import Flow, Flows, PairReach

_Key = tuple[str, str, bool]
_COUNTED = {
    "kept": "packets kept between two instances",
    "lost": "lost between two instances",
    "opened": "opened between two instances",
    "one_end": "opened at one end alone",
}


def compare(seed: int) -> tuple[Mapping[str, int], list[str]]:
    """Tell of the estate of a seed twice; return what was looked at, and everything on which the two disagree."""
    case = security_groups.scenario(seed)
    plan = security_groups.plan_of(case)
    reached = make_reach(plan, security_groups.NOW)
    found = _by_instances(reached.pairs)
    problems = [f"seed {seed}: {item.subject} is unknown: {item.reason}" for item in reached.unknown]
    tally = Counter[str]()
    for source, target, between in _questions(case):
        pair = found.get((source.id, target.id, between))
        for packet, expected in _truth(case, source, target, between=between):
            reported = {name for name in ("kept", "lost", "opened", "one_end") if pair and _holds(pair, name, packet)}
            tally.update(_COUNTED[name] for name in expected)
            if reported != expected:
                when = "between" if between else "after"
                problems.append(
                    f"seed {seed}, {source.id} -> {target.id} {when} ({', '.join(case.damage) or 'as converted'}): "
                    f"{packet} is {sorted(expected)}, told as {sorted(reported)}"
                )
    if not reached.opened and (tally[_COUNTED["opened"]] or tally[_COUNTED["one_end"]]):
        problems.append(f"seed {seed}: something is opened, and the exit is that of nothing")
    problems += _outside_problems(case, plan, tally)
    return tally, problems


def _outside_problems(case: Scenario, plan: Plan, tally: Counter[str]) -> Iterator[str]:
    """Yield what is told as kept with addresses outside, or is not, and the oracle sees otherwise."""
    around = surroundings(plan)
    for own in case.instances:
        if own.id not in case.waves:
            continue
        outside = list(kept_outside(firewall_of(plan, tuple(sorted(own.security_group_ids))), around))
        before, after = _own(case, own, {item: classic_group(case, item) for item in case.groups}, None)
        rule_sets = [*before.values(), *after.values()]
        insiders = {address for item in case.instances for address in item.intranet_ips}
        for address, packet in product(edges(rule_sets, case.targets), list(packets(rule_sets))):
            far = Far(address, frozenset())
            number, version = int(ip_address(address)), ip_address(address).version
            if address in insiders or is_service(address) or around.is_reserved(version, (number, number)):
                continue
            expected = accepts(before, packet, far, nic_of(address)) and accepts(after, packet, far, None)
            reported = any(_is_about(item, packet, (version, number)) for item in outside)
            tally["kept with addresses outside"] += expected
            if reported != expected:
                how = ", ".join(case.damage) or "as converted"
                yield f"{how}, {own.id}: {packet} with {address} is told as {'kept' if reported else 'not kept'}"


def _is_about(item: Kept, packet: Packet, address: tuple[int, int]) -> bool:
    return (
        (item.direction, item.protocol, item.version) == (packet.direction, packet.protocol, address[0])
        and item.addresses[0] <= address[1] <= item.addresses[1]
        and item.ports[0] <= packet.port <= item.ports[1]
        and item.source_ports[0] <= packet.source_port <= item.source_ports[1]
    )


def _by_instances(every: Iterable[PairReach]) -> dict[_Key, PairReach]:
    return {
        (source, target, pair.between): pair
        for pair in every
        for source, target in product(pair.source.ids, pair.target.ids)
        if source != target
    }


def _holds(pair: PairReach, name: str, packet: Packet) -> bool:
    flows: Flows = getattr(pair, name)
    return any(_is_part(flow, packet) for flow in flows.parts)


def _is_part(flow: Flow, packet: Packet) -> bool:
    within_ports = flow.ports is None or flow.ports[0] <= packet.port <= flow.ports[1]
    from_ports = flow.source_ports is None or flow.source_ports[0] <= packet.source_port <= flow.source_ports[1]
    return flow.protocol == packet.protocol and within_ports and from_ports


def _questions(case: Scenario) -> Iterator[tuple[Instance, Instance, bool]]:
    for source, target in product(case.instances, case.instances):
        if source is target or not {source.id, target.id} & case.waves.keys():
            continue
        yield source, target, False
        if _late(case, source.id, target.id) is not None:
            yield source, target, True


def _late(case: Scenario, one: str, other: str) -> str | None:
    """Return which of two moves later, and is linked until then; None where there is no such time."""
    places = {item: case.waves.get(item, 9 if item in case.later else None) for item in (one, other)}
    if None in places.values() or places[one] == places[other]:
        return None
    late = max(places, key=lambda item: places[item] or 0)
    return late if late in case.linked else None


def _truth(case: Scenario, source: Instance, target: Instance, *, between: bool) -> Iterator[tuple[Packet, set[str]]]:
    late = _late(case, source.id, target.id) if between else None
    classic = {group_id: classic_group(case, group_id) for group_id in case.groups}
    own = {item.id: _own(case, item, classic, late) for item in (source, target)}
    rule_sets = [group for before, after in own.values() for group in (*before.values(), *after.values())]
    addresses = edges(rule_sets, case.targets)
    ends = {item.id: _ends(case, item, addresses, late) for item in (source, target)}
    apart = any(_stays(case, item.id) and item.id not in case.linked for item in (source, target))
    for packet in packets(rule_sets):
        if packet.direction != "egress":
            continue
        came = Packet("ingress", packet.protocol, packet.port, packet.source_port)
        yield packet, _fate(own[source.id], own[target.id], (packet, came), (ends[source.id], ends[target.id]), apart)


_Own = tuple[Mapping[str, Group], Mapping[str, Group]]
_End = tuple[Far, list[Far]]


def _fate(out: _Own, into: _Own, packet: tuple[Packet, Packet], ends: tuple[_End, _End], apart: bool) -> set[str]:
    (source, sources), (target, targets) = ends
    left, came = packet
    was_out, was_in = accepts(out[0], left, target, "intranet"), accepts(into[0], came, source, "intranet")
    was, now, alone = was_out and was_in, set[bool](), set[bool]()
    for at_source, at_target in product(sources, targets):
        is_out = not apart and accepts(out[1], left, at_target, _nic(out))
        is_in = not apart and accepts(into[1], came, at_source, _nic(into))
        now.add(is_out and is_in)
        alone.add(((is_out and not was_out) or (is_in and not was_in)) and not (is_out and is_in))
    found = {"kept"} if was and now == {True} else set()
    found |= {"lost"} if was and False in now else set()
    found |= {"opened"} if not was and True in now else set()
    # What is opened at both ends for one address is not told once more for the others.
    return found | ({"one_end"} if True in alone and True not in now else set())


def _nic(own: _Own) -> str | None:
    """Return the interface by which an instance talks after the move: one that keeps its groups has two."""
    return "intranet" if own[0] is own[1] else None


def _stays(case: Scenario, instance_id: str) -> bool:
    return instance_id not in case.waves and instance_id not in case.later


def _own(case: Scenario, item: Instance, classic: Mapping[str, Group], late: str | None) -> _Own:
    before = {group_id: classic[group_id] for group_id in item.security_group_ids}
    if _stays(case, item.id) or item.id == late:
        with_added = {
            group_id: Group([*group.rules, *security_groups.added(case, group_id)], group.inner)
            for group_id, group in before.items()
        }
        return with_added, with_added
    return before, {vpc_id(group_id): case.clones[group_id] for group_id in item.security_group_ids}


def _ends(case: Scenario, item: Instance, addresses: list[str], late: str | None) -> _End:
    groups, (address,) = frozenset(item.security_group_ids), item.intranet_ips
    old = Far(address, groups, item.id)
    if _stays(case, item.id) or item.id == late:
        return old, [old]
    blocks = [case.targets[zone_of(case, item.id)]] if item.id in case.waves else list(case.targets)
    known_by = frozenset(map(vpc_id, groups))
    return old, [Far(place, known_by, item.id) for block in blocks for place in within(addresses, block)]


__all__ = ["compare"]
