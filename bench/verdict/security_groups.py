"""Random estates with random damage to their VPC groups: what the oracle sees opened or lost, the pack must find.

And nothing else: a finding of the pack for which the oracle knows no packet is a false alarm. `compare` is one case.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from typing import Any
from unittest.mock import patch

from pulumi._types import input_type_to_dict

from bench.verdict.oracle import Far, Group, Packet, Rule, accepts, edges, is_service, nic_of, packets, within
from components.classic_link import references_to_clones, rule_for_clone
from components.conversion import Conversion, ConversionContext, VpcRule, convert
from components.conversion import rules as limits
from components.facts import classic_instance_facts, security_group_facts
from components.rules import rule_args
from estate.model import Instance, SecurityGroup, SecurityGroupRule
from policies.core.facts import Leaf, Value
from policies.core.plan import (
    ADDED_SECURITY_GROUP_RULES,
    CLASSIC_LINK_ATTACHMENT,
    CLONED_SECURITY_GROUP,
    MIGRATING_INSTANCE,
    MIGRATION,
    SECURITY_GROUP,
    SECURITY_GROUP_RULES,
    SHARED_SECURITY_GROUP,
    TARGET_NETWORK,
    Plan,
    Resource,
)
from policies.security_groups.differences import Differences
from policies.security_groups.judging import Kind, judge

KINDS: tuple[Kind, ...] = ("opened", "lost")
GROUPS = ("sg-a", "sg-b", "sg-c")
STAYS = "sg-stays"
UNLINKED = ", not linked"
VACATED = "whoever gets an address that an instance leaves"
ADDRESSES = ("10.0.0.4", "10.0.0.5", "10.0.0.200", "10.1.2.3", "10.111.1.7", "10.200.0.1", "10.25.0.9")
TARGETS = (
    ("172.16.0.0/28",),
    ("10.0.0.0/28",),
    ("10.111.1.0/29", "10.111.2.0/29"),
    ("192.168.10.0/25", "192.168.10.128/25"),
    ("192.168.10.0/24",),
)
BLOCKS = (
    "0.0.0.0/0",
    "10.0.0.0/8",
    "10.0.0.0/24",
    "10.0.0.4/31",
    "10.111.0.0/16",
    "100.64.0.0/10",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "192.168.10.0/25",
    "8.8.8.0/24",
    *(f"{address}/32" for address in ADDRESSES),
)
PORTS = ("-1/-1", "80/80", "79/81", "1/80", "22/22")
NOW = datetime.fromisoformat("2026-11-30T09:00:00+08:00")
STARTS = ("2026-12-12T02:00:00+08:00", "2027-01-12T02:00:00+08:00")


@dataclass
class Scenario:
    """An estate, the VPC groups in place of its classic ones as they are declared, and what the facts say of both."""

    groups: dict[str, SecurityGroup]
    instances: tuple[Instance, ...]
    waves: dict[str, int]
    later: frozenset[str]
    linked: frozenset[str]
    targets: tuple[str, ...]
    strangers: bool
    tight: bool
    known_ids: bool
    mapped: frozenset[str]
    clones: dict[str, Group] = field(default_factory=dict)
    added: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    conversions: Mapping[str, Conversion] = field(default_factory=dict)
    damage: list[str] = field(default_factory=list)

    @property
    def cloned(self) -> list[str]:
        """Ids of the groups of what moves."""
        return [group_id for group_id in self.groups if group_id != STAYS]


def scenario(seed: int) -> Scenario:
    """Make up the estate of one seed."""
    chance = random.Random(seed)  # noqa: S311
    targets = chance.choice(TARGETS)
    groups = {
        group_id: SecurityGroup(
            id=group_id,
            name=group_id,
            inner_access_policy=chance.choice(("Accept", "Accept", "Drop")),
            rules=tuple(_rule(chance, group_id) for _ in range(chance.choice((0, 1, 2, 3, 4)))),
        )
        for group_id in (*GROUPS, STAYS)
    }
    instances, waves, later, linked = [], {}, set(), set()
    for number, address in enumerate(chance.sample(ADDRESSES, chance.randint(2, 6))):
        instance_id = f"i-{number}"
        fate = "now" if number == 0 else chance.choice(("now", "now", "next", "later", "stays", "stays"))
        own = chance.sample(GROUPS, chance.choice((1, 1, 2)))
        if fate == "stays":
            own = chance.choice(([STAYS], [*own, STAYS], own))
            linked |= {instance_id} if chance.random() < 0.7 else set()
        elif fate != "now":
            linked |= {instance_id} if chance.random() < 0.4 else set()
        if fate in ("now", "next"):
            waves[instance_id] = int(fate == "next")
        later |= {instance_id} if fate == "later" else set()
        instances.append(_instance(instance_id, address, own))
    case = Scenario(
        groups,
        tuple(instances),
        waves,
        frozenset(later),
        frozenset(linked),
        targets,
        chance.random() < 0.5,
        chance.random() < 0.3,
        chance.random() < 0.5,
        frozenset(group_id for group_id in GROUPS if chance.random() < 0.15),
    )
    # With a limit that a few rules pass, the conversion takes ways that it else takes in large estates alone.
    with patch.object(limits, "MAX_GROUP_PEERS", 1 if case.tight else limits.MAX_GROUP_PEERS):
        _declare(case)
    for _ in range(chance.choice((0, 0, 1, 1, 2))):
        _damage(case, chance)
    return case


def _instance(instance_id: str, address: str, groups: Sequence[str]) -> Instance:
    return Instance(
        id=instance_id,
        name=instance_id,
        zone_id="cn-hangzhou-b",
        instance_type="ecs.n1.small",
        status="Running",
        network_type="classic",
        intranet_ips=(address,),
        security_group_ids=tuple(groups),
    )


def _rule(chance: random.Random, own: str) -> SecurityGroupRule:
    """Make up a classic rule of a group: many of them speak of addresses that instances have or will have."""
    protocol = chance.choice(("TCP", "TCP", "TCP", "UDP", "ICMP", "ALL"))
    with_ports = protocol in ("TCP", "UDP")
    nic = chance.choice(("internet", "intranet", "intranet"))
    other_groups = [group_id for group_id in (*GROUPS, STAYS) if group_id != own]
    peer = (
        {"group_id": chance.choice(other_groups)}
        if nic == "intranet" and chance.random() < 0.3
        else {"cidr_ip": chance.choice(BLOCKS)}
    )
    return SecurityGroupRule(
        direction=chance.choice(("ingress", "ingress", "egress")),
        nic_type=nic,
        ip_protocol=protocol,
        port_range=chance.choice(PORTS) if with_ports else "-1/-1",
        source_port_range=chance.choice((None, None, None, "1024/65535")) if with_ports else None,
        policy=chance.choice(("accept", "accept", "drop")),
        priority=chance.choice((1, 1, 2, 50, 100)),
        **peer,
    )


# ---- what the stack declares ----


def vpc_id(classic_id: str) -> str:
    """Return the id of the VPC group in place of a classic one."""
    return f"{classic_id}-vpc"


def _declare(case: Scenario) -> None:
    context = ConversionContext(
        case.instances,
        frozenset(case.waves) - case.linked,
        case.later | (case.linked & case.waves.keys()),
        case.linked,
        case.targets,
        dict.fromkeys(case.mapped, 1),
        case.mapped,
        not case.strangers,
    )
    case.conversions = convert([case.groups[item] for item in case.cloned if item not in case.mapped], context)
    # A mapped group begins as what a clone of it would be: what is damaged later is then all that differs.
    whole = convert(
        [case.groups[item] for item in case.cloned],
        ConversionContext(
            context.instances,
            context.migrating_ids,
            context.later_ids,
            context.linked_ids,
            context.target_cidrs,
            targets_to_themselves=context.targets_to_themselves,
        ),
    )
    for group_id in case.cloned:
        rules = whole[group_id].rules if group_id in case.mapped else case.conversions[group_id].rules
        case.clones[group_id] = Group(
            [_declared(rule, case.cloned) for rule in rules], case.groups[group_id].inner_access_policy == "Accept"
        )
    near_links = {group for item in case.instances if item.id in case.linked for group in item.security_group_ids}
    for group_id in sorted(near_links):
        repeated = map(rule_for_clone, references_to_clones(case.groups[group_id], case.cloned))
        case.added[group_id] = [_declared(rule, case.cloned) for rule in repeated if rule]


def _declared(rule: VpcRule, cloned: Iterable[str]) -> dict[str, Any]:
    """Return a rule with the properties that the engine is told."""
    return input_type_to_dict(rule_args(rule, {classic_id: vpc_id(classic_id) for classic_id in cloned}))


def _damage(case: Scenario, chance: random.Random) -> None:
    """Change one thing about the declared groups, as a hand or a defect of the conversion would."""
    group_id = chance.choice(case.cloned)
    group = case.clones[group_id]
    rules = [dict(rule) for rule in group.rules]
    inner = group.inner
    kind = chance.choice(("rule gone", "rule added", "rule changed", "rule changed", "inner access", "added gone"))
    case.damage.append(f"{kind} in {group_id}")
    if kind == "added gone" and case.added:
        there = case.added[chance.choice(sorted(case.added))]
        if there:
            there.pop(chance.randrange(len(there)))
        return
    if kind == "inner access":
        inner = not inner
    elif kind == "rule added" or not rules:
        added = _rule(chance, group_id)
        fields = {key: value for key, value in _facts(added).items() if key != "nicType"}
        if "groupId" in fields:
            fields["clonedFrom"], fields["groupId"] = fields["groupId"], vpc_id(fields["groupId"])
            if fields["clonedFrom"] == STAYS:
                fields["groupId"] = fields.pop("clonedFrom")
        rules.append(fields)
    elif kind == "rule gone":
        rules.pop(chance.randrange(len(rules)))
    else:
        rule = chance.choice(rules)
        part = chance.choice(("policy", "priority", "ports", "block", "direction"))
        if part == "policy":
            rule["policy"] = "drop" if rule["policy"] == "accept" else "accept"
        elif part == "priority":
            rule["priority"] = chance.choice((1, 2, 50, 99, 100))
        elif part == "direction":
            rule["direction"] = "egress" if rule["direction"] == "ingress" else "ingress"
        elif part == "ports" and rule["ipProtocol"] in ("TCP", "UDP"):
            rule["portRange"] = chance.choice(("1/65535", "80/81", "22/22"))
        elif rule.get("cidrIp"):
            rule["cidrIp"] = chance.choice(BLOCKS)
    case.clones[group_id] = Group(rules, inner)


def _facts(rule: SecurityGroupRule) -> dict[str, Any]:
    group = SecurityGroup(id="sg-x", rules=(rule,))
    (facts,) = security_group_facts(group, [])["rules"]
    return dict(facts)


# ---- as the pack sees it ----


def declared(resource_type: str, name: str, properties: Mapping[str, Any], parent: Resource | None = None) -> Resource:
    """Return a resource of the stack."""
    urn = f"urn:pulumi:dev::classic-to-vpc::{resource_type}::{name}"
    return Resource(resource_type, urn, name, parent.urn if parent else None, properties)


def plan_of(case: Scenario) -> Plan:
    """Return the stack as the pack sees it, each moving instance in a zone with one VSwitch."""
    members = {
        group_id: [item.id for item in case.instances if group_id in item.security_group_ids]
        for group_id in case.groups
    }
    facts = {group_id: security_group_facts(group, members[group_id]) for group_id, group in case.groups.items()}
    migration = declared(
        MIGRATION,
        "migration",
        {
            "accountId": "1234567890123456",
            "instanceIds": sorted(case.waves),
            "laterInstanceIds": sorted(case.later),
            "waves": [
                {
                    "name": f"wave-{number}",
                    "window": {"start": start, "latest": start},
                    "instanceIds": sorted(item for item, wave in case.waves.items() if wave == number),
                }
                for number, start in enumerate(STARTS)
            ],
            "classicInstances": [classic_instance_facts(item) for item in case.instances],
            "securityGroups": [facts[group_id] for group_id in case.cloned],
            "databases": [],
            "linkedSecurityGroups": [facts[group_id] for group_id in case.groups if group_id not in case.cloned],
        },
    )
    strangers = ["i-stranger"] if case.strangers else []
    vswitches = [
        {"zoneId": f"zone-{number}", "cidrBlock": cidr, "strangerIds": strangers}
        for number, cidr in enumerate(case.targets)
    ]
    network = {"vpcId": "vpc-1" if case.known_ids else Leaf.UNKNOWN, "vswitches": vswitches}
    resources = [migration, declared(TARGET_NETWORK, "network", network, migration)]
    for instance_id in sorted(case.waves):
        place = {"instanceId": instance_id, "targetZoneId": f"zone-{zone_of(case, instance_id)}"}
        own = next(list(item.security_group_ids) for item in case.instances if item.id == instance_id)
        resources.append(declared(MIGRATING_INSTANCE, instance_id, {**place, "securityGroupIds": own}, migration))
    for group_id in case.cloned:
        resources += (
            _mapped(case, group_id, migration) if group_id in case.mapped else _clone(case, group_id, migration)
        )
    for instance_id in sorted(case.linked):
        resources.append(declared(CLASSIC_LINK_ATTACHMENT, instance_id, {"instanceId": instance_id}, migration))
    for group_id, rules in case.added.items():
        labelled = {f"rule {number}": _as_planned(case, rule) for number, rule in enumerate(rules)}
        added = {"securityGroupId": group_id, "rules": labelled}
        resources.append(declared(ADDED_SECURITY_GROUP_RULES, group_id, added, migration))
    return Plan(resources)


def zone_of(case: Scenario, instance_id: str) -> int:
    """Return the number of the target block that an instance moves into."""
    return sorted(case.waves).index(instance_id) % len(case.targets)


def _as_planned(case: Scenario, rule: Mapping[str, Any]) -> Mapping[str, Value]:
    known = case.known_ids or rule.get("clonedFrom") in case.mapped or "clonedFrom" not in rule
    return rule if known else {**rule, "groupId": Leaf.UNKNOWN}


def _clone(case: Scenario, group_id: str, migration: Resource) -> list[Resource]:
    own = vpc_id(group_id) if case.known_ids else Leaf.UNKNOWN
    group = case.clones[group_id]
    component = declared(
        CLONED_SECURITY_GROUP, group_id, {"classicSecurityGroupId": group_id, "report": [], "limits": []}, migration
    )
    inner = "Accept" if group.inner else "Drop"
    rules = {f"rule {number}": _as_planned(case, rule) for number, rule in enumerate(group.rules)}
    applied = "yes" if case.known_ids else Leaf.UNKNOWN
    rule_set = {"securityGroupId": own, "rules": rules, "applied": applied}
    return [
        component,
        declared(SECURITY_GROUP, group_id, {"id": own, "vpcId": own, "innerAccessPolicy": inner}, component),
        declared(SECURITY_GROUP_RULES, group_id, rule_set, component),
    ]


def _mapped(case: Scenario, group_id: str, migration: Resource) -> list[Resource]:
    group = case.clones[group_id]
    rules = {f"rule {number}": _as_planned(case, rule) for number, rule in enumerate(group.rules)}
    facts: dict[str, Any] = {
        "securityGroupId": vpc_id(group_id),
        "vpcId": "vpc-1",
        "innerAccessPolicy": "Accept" if group.inner else "Drop",
        "rules": rules,
        "strangerIds": [],
    }
    properties = {"classicSecurityGroupId": group_id, "groups": [facts], "accepted": {}}
    return [declared(SHARED_SECURITY_GROUP, group_id, properties, migration)]


# ---- as the oracle sees it ----


@dataclass(frozen=True)
class Seen:
    """A packet that one side accepts and the other refuses; `at` is a linked instance, else the one that moves.

    Not `needed` is what may be told or not, by design.
    """

    kind: Kind
    packet: Packet
    far: Far
    at: str = ""
    needed: bool = True


def seen(case: Scenario, own: Instance) -> Iterator[Seen]:
    """Everything that the move of one instance opens or loses."""
    classic = {group_id: classic_group(case, group_id) for group_id in case.groups}
    before = {group_id: classic[group_id] for group_id in own.security_group_ids}
    after = {vpc_id(group_id): case.clones[group_id] for group_id in own.security_group_ids}
    addresses = edges([*before.values(), *after.values()], case.targets)
    insiders = {address for item in case.instances for address in item.intranet_ips}
    reserved = {item for cidr in case.targets for item in within({*addresses, *insiders}, cidr)}
    outside = [item for item in addresses if item not in insiders and (case.strangers or item not in reserved)]
    ends = [(Far(address, frozenset()), Far(address, frozenset())) for address in outside]
    given_again = sorted(insiders & reserved) if case.strangers else []
    ends += [(Far(item, frozenset(), VACATED), Far(item, frozenset(), VACATED)) for item in given_again]
    ends += _instances_met(case, own, addresses)
    for packet in packets([*before.values(), *after.values()]):
        for old, new in ends:
            was = accepts(before, packet, old, nic_of(old.address))
            now = accepts(after, packet, new, None)
            if was != now:
                needed = not _tolerated(before, packet, old, new, was=was)
                yield Seen("lost" if was else "opened", packet, new, needed=needed)
    yield from _seen_at_linked(case, own, classic)


def _tolerated(before: Mapping[str, Group], packet: Packet, old: Far, new: Far, *, was: bool) -> bool:
    """Whether a difference may be told or not, by design.

    The cloud's own range: nothing is opened by it, and of what comes from there only what a rule names counts. And an
    instance that nothing links: whatever rules say of its groups, it cannot be reached. And the address of one that
    moves: nobody sends from it now.
    """
    if is_service(new.address):
        return not was or (packet.direction == "ingress" and accepts(_less(before, _names_service), packet, old, None))
    if new.who.endswith(UNLINKED):
        if was:
            return accepts(_less(before, lambda rule: not rule.get("groupId")), packet, old, "intranet")
        return accepts(_less(before, lambda rule: bool(rule.get("groupId"))), packet, old, "intranet")
    return was and new.who == VACATED


def _less(groups: Mapping[str, Group], leave_out: Callable[[Rule], bool]) -> dict[str, Group]:
    return {
        group_id: Group([rule for rule in group.rules if not leave_out(rule)], group.inner)
        for group_id, group in groups.items()
    }


def _names_service(rule: Rule) -> bool:
    return bool(rule.get("cidrIp")) and is_service(str(rule["cidrIp"]).split("/")[0])


def _instances_met(case: Scenario, own: Instance, addresses: Sequence[str]) -> list[tuple[Far, Far]]:
    met = []
    for item in case.instances:
        if item.id == own.id:
            continue
        groups, (address,) = frozenset(item.security_group_ids), item.intranet_ips
        old = Far(address, groups, item.id)
        if item.id in case.waves or item.id in case.later:
            known_by = frozenset(map(vpc_id, groups))
            met += [(old, Far(place, known_by, item.id)) for place in _places(case, item.id, addresses)]
        elif item.id not in case.linked:
            unlinked = Far(address, groups, item.id + UNLINKED)
            met.append((unlinked, unlinked))
        if _linked_after(case, item.id, own.id):
            met.append((old, old))
    return met


def _places(case: Scenario, instance_id: str, addresses: Sequence[str]) -> list[str]:
    blocks = [case.targets[zone_of(case, instance_id)]] if instance_id in case.waves else list(case.targets)
    return [place for block in blocks for place in within(addresses, block)]


def _linked_after(case: Scenario, instance_id: str, own: str) -> bool:
    return instance_id in case.linked and case.waves.get(own, 0) < case.waves.get(instance_id, 9)


def _seen_at_linked(case: Scenario, own: Instance, classic: Mapping[str, Group]) -> Iterator[Seen]:
    for item in case.instances:
        if item.id == own.id or not _linked_after(case, item.id, own.id):
            continue
        groups = {
            group_id: Group([*classic[group_id].rules, *added(case, group_id)], classic[group_id].inner)
            for group_id in item.security_group_ids
        }
        old = Far(own.intranet_ips[0], frozenset(own.security_group_ids), own.id)
        known_by = frozenset(map(vpc_id, own.security_group_ids))
        places = within(edges(groups.values(), case.targets), case.targets[zone_of(case, own.id)])
        for packet in packets(groups.values()):
            for new in [Far(place, known_by, own.id) for place in places]:
                was, now = accepts(groups, packet, old, "intranet"), accepts(groups, packet, new, "intranet")
                if was != now:
                    yield Seen("lost" if was else "opened", packet, new, item.id)


def added(case: Scenario, group_id: str) -> list[dict[str, Any]]:
    """Return the rules that the stack adds to a classic group for linked instances."""
    return [{**rule, "nicType": "intranet"} for rule in case.added.get(group_id, ())]


def classic_group(case: Scenario, group_id: str) -> Group:
    """Return a classic group of the estate."""
    group = case.groups[group_id]
    return Group([_facts(rule) for rule in group.rules], group.inner_access_policy == "Accept")


# ---- the comparison ----


def compare(seed: int) -> tuple[Mapping[str, int], list[str]]:
    """Judge the estate of a seed twice; return what was looked at, and everything on which the two disagree."""
    case = scenario(seed)
    plan, tally, problems = plan_of(case), Counter[str](), []
    movers = {resource.facts.text("instanceId"): resource.facts for resource in plan.instances}
    for own in case.instances:
        if own.id not in movers:
            continue
        tally["instances"] += 1
        found = list(seen(case, own))
        for kind in KINDS:
            differences = judge(plan, movers[own.id], kind, NOW).differences
            possible = [item for item in found if item.kind == kind]
            expected = [item for item in possible if item.needed]
            tally["comparisons that find something" if expected else "that find nothing"] += 1
            tally["packets opened or lost"] += len(expected)
            place = f"seed {seed}, {own.id}, {kind} ({', '.join(case.damage) or 'as converted'})"
            missed = [item for item in expected if not _reported(differences, item, case)]
            if missed:
                problems.append(f"{place}: the pack misses {missed[0]}; it says {differences.lines(kind)}")
            if differences and not possible and not _only_strangers(differences):
                problems.append(f"{place}: the oracle sees nothing of {differences.lines(kind)}")
            undamaged = not case.damage and not case.mapped.intersection(own.security_group_ids)
            if undamaged and kind == "opened" and any(not item.at for item in expected):
                problems.append(f"{place}: the conversion opens {next(item for item in expected if not item.at)}")
    return tally, problems


def _reported(differences: Differences, item: Seen, case: Scenario) -> bool:
    """Whether a line of a finding is about the packet's direction and its other end."""
    for line, traffic in differences.traffic.items():
        named = any(line.near.startswith(f"{other} (") for other in _alike(case, item.at)) if item.at else not line.near
        if line.direction == item.packet.direction and named:
            if item.far.who not in ("", VACATED):
                if any(item.far.who.removesuffix(UNLINKED) in ids for ids in traffic.instances.values()):
                    return True
            else:
                address = ip_address(item.far.address)
                if any(low <= int(address) <= high for low, high in traffic.addresses[address.version]):
                    return True
    return False


def _alike(case: Scenario, instance_id: str) -> list[str]:
    """Ids of the instances in the same groups, by the first of which a finding calls them all."""
    groups = {item.id: set(item.security_group_ids) for item in case.instances}
    return [other for other, own in groups.items() if own == groups[instance_id]]


def _only_strangers(differences: Differences) -> bool:
    """Whether it is all about members of groups that somebody may be in one day: the oracle knows today's alone."""
    return all(
        traffic.texts and not traffic.instances and not any(traffic.addresses.values())
        for traffic in differences.traffic.values()
    )
