"""Read the rules of classic groups and of their clones, and all possible peers, from the facts of the plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final, Literal, TypeVar

from policies.core.facts import Facts, UnreadableError, attempt
from policies.core.plan import (
    ADDED_SECURITY_GROUP_RULES,
    CLASSIC_LINK_ATTACHMENT,
    CLASSIC_LINK_COMPONENT,
    CLONED_SECURITY_GROUP,
    MIGRATING_INSTANCE,
    MIGRATION,
    SECURITY_GROUP,
    SECURITY_GROUP_RULES,
    TARGET_NETWORK,
    Plan,
    place_of,
)
from policies.security_groups.clones import members_by_id, members_of, the_clone, the_groups
from policies.security_groups.model import (
    INNER_ACCESS_PRIORITY,
    Firewall,
    Peer,
    Plane,
    Surroundings,
    Version,
    clone_key,
)
from policies.security_groups.packets import (
    ALL_PORTS,
    AddressPeer,
    GroupPeer,
    PacketRule,
    RuleSet,
    block_of,
    parse_block,
    parse_ports,
    parse_protocol,
)

T = TypeVar("T")

COMPARED: Final = (
    CLASSIC_LINK_ATTACHMENT,
    CLASSIC_LINK_COMPONENT,
    MIGRATION,
    MIGRATING_INSTANCE,
    TARGET_NETWORK,
    CLONED_SECURITY_GROUP,
    SECURITY_GROUP,
    SECURITY_GROUP_RULES,
)
"""What rules read that compare security groups of instances with others."""

NEW_GROUPS: Final = "Ids of groups that this preview would create: their parents show which groups they are."
"""What may be unknown to these rules."""

# System rules made before 2020-05-27 have 110, the weakest there is (Alibaba Cloud, "Restore security group rules").
_WEAKEST_PRIORITY: Final = 110


def surroundings(plan: Plan) -> Surroundings:
    """Return all possible peers of an instance. Raises UnreadableError where the facts lack them."""
    return plan.remember("surroundings", lambda: _surroundings(plan))


def departures(plan: Plan) -> Mapping[str, int]:
    """Return the position at which each instance moves in the stack: the same for all that move at the same time.

    One that has moved is before all that have not, even if the rest of its wave has the same window.
    """

    def read() -> dict[str, int]:
        starts: dict[str, tuple[datetime, bool]] = {}
        for wave in plan.waves:
            start, ids = wave.object("window").moment("start"), wave.texts("instanceIds")
            left = frozenset(plan.left_of(ids))
            starts |= {item: (start, item in left) for item in ids}
        ahead = min((start for start, is_left in starts.values() if is_left), default=None)
        times = {
            item: (start, True) if is_left or ahead is None or start < ahead else (ahead, False)
            for item, (start, is_left) in starts.items()
        }
        positions = {time: position for position, time in enumerate(sorted(set(times.values())))}
        return {item: positions[time] for item, time in times.items()}

    return plan.remember("departures", read)


def _surroundings(plan: Plan) -> Surroundings:
    migration = plan.migration
    migrating, later = frozenset(migration.texts("instanceIds")), frozenset(migration.texts("laterInstanceIds"))
    links, blocks, leaves = _meant_to_be_linked(plan), _new_blocks(plan), departures(plan)
    listed = {group.text("securityGroupId"): group.texts("memberIds") for group in migration.objects("securityGroups")}
    also_in: dict[str, set[str]] = defaultdict(set)
    for group_id, member_ids in listed.items():
        for member_id in member_ids:
            also_in[member_id].add(group_id)
    own_blocks = tuple(dict.fromkeys(block for of_instance in blocks.values() for block in of_instance))
    targets = tuple(dict.fromkeys([*own_blocks, *_vswitch_blocks(plan)]))
    peers = {}
    for facts in migration.objects("classicInstances"):
        peer_id = facts.text("instanceId")
        fate = _fate(peer_id, migrating, later)
        peers[peer_id] = Peer(
            id=peer_id,
            name=facts.optional_text("instanceName") or peer_id,
            addresses=tuple(parse_fact(facts, "intranetIps", parse_block, text) for text in facts.texts("intranetIps")),
            groups=frozenset({*facts.texts("securityGroupIds"), *also_in[peer_id]}),
            fate=fate,
            linked=peer_id in links,
            new_blocks=targets if fate == "later" else blocks.get(peer_id, ()),
            departure=leaves.get(peer_id),
        )
    members: dict[str, list[Peer]] = defaultdict(list)
    for peer in peers.values():
        for group_id in peer.groups:
            members[group_id].append(peer)
    for group_id, member_ids in listed.items():
        # A member without known facts has no address by which it could have been accepted.
        members[group_id] += [
            Peer(member, member, (), frozenset({group_id}), "stays", linked=False, new_blocks=(), departure=None)
            for member in member_ids
            if member not in peers
        ]
    moving = {address for peer in peers.values() if peer.moves for address in peer.addresses}
    staying = {address for peer in peers.values() if not peer.moves for address in peer.addresses}
    return Surroundings(
        tuple(peers.values()),
        {group_id: tuple(of_instance) for group_id, of_instance in members.items() if of_instance},
        _sorted(moving | staying),
        _sorted({address for address in moving if not any(address.is_inside(block) for block in targets)} | staying),
        targets,
        tuple(_vswitch_blocks(plan, reserved=True)),
    )


def _sorted(addresses: Iterable[AddressPeer]) -> Mapping[Version, tuple[int, ...]]:
    versions: tuple[Version, ...] = (4, 6)
    blocks = tuple(addresses)
    return {version: tuple(sorted({a.interval[0] for a in blocks if a.version == version})) for version in versions}


def _fate(peer_id: str, migrating: frozenset[str], later: frozenset[str]) -> Literal["migrates", "later", "stays"]:
    return "migrates" if peer_id in migrating else "later" if peer_id in later else "stays"


def linked(plan: Plan) -> frozenset[str]:
    """Return the instances that are attached by ClassicLink; an attachment without a known instance counts for none."""
    ids = (attempt(partial(item.facts.text, "instanceId")) for item in plan.of_type(CLASSIC_LINK_ATTACHMENT))
    return frozenset(item for item in ids if isinstance(item, str))


def _meant_to_be_linked(plan: Plan) -> frozenset[str]:
    """Return attached instances, and those that the ClassicLink component names: a lost link hides no finding."""
    named = (attempt(partial(item.facts.texts, "instanceIds")) for item in plan.of_type(CLASSIC_LINK_COMPONENT))
    return linked(plan).union(*(ids for ids in named if isinstance(ids, tuple)))


def _new_blocks(plan: Plan) -> dict[str, tuple[AddressPeer, ...]]:
    """Return the VSwitch blocks by migrating instance, or the VPC's where its zone has no VSwitch yet.

    An instance whose blocks cannot be read is left out, as having none.
    """

    def blocks_of(instance: Facts) -> tuple[str, tuple[AddressPeer, ...]]:
        holders = plan.vswitches(place_of(instance)) or (plan.network.facts,)
        blocks = tuple(parse_fact(item, "cidrBlock", parse_block, item.text("cidrBlock")) for item in holders)
        return instance.text("instanceId"), blocks

    reads = (attempt(partial(blocks_of, instance.facts)) for instance in plan.instances)
    return dict(item for item in reads if not isinstance(item, UnreadableError))


def _vswitch_blocks(plan: Plan, *, reserved: bool = False) -> list[AddressPeer]:
    """Return the blocks of all VSwitches of the target network; unreadable ones are left out.

    With `reserved`, only those in which no other server is known to be.
    """
    network = attempt(lambda: plan.network.facts.objects("vswitches"))
    if isinstance(network, UnreadableError):
        return []
    vswitches = [item for item in network if not reserved or attempt(partial(item.texts, "strangerIds")) == ()]
    blocks = [attempt(partial(block_of, item, "cidrBlock")) for item in vswitches]
    return [block for block in blocks if isinstance(block, AddressPeer)]


def firewall_of(plan: Plan, classic_ids: tuple[str, ...]) -> Firewall:
    """Return the rule sets of an instance in these classic groups.

    Raises UnreadableError where a rule of any of them cannot be read.
    """
    key = tuple(sorted(classic_ids))
    return plan.remember(("firewall", key), lambda: _firewall(plan, key))


def groups_by_id(plan: Plan) -> Mapping[str, Facts]:
    """Return the classic groups of the facts. Raises UnreadableError where one cannot be read."""

    def read() -> dict[str, Facts]:
        return {group.text("securityGroupId"): group for group in plan.migration.objects("securityGroups")}

    return plan.remember("security groups", read)


def _firewall(plan: Plan, classic_ids: tuple[str, ...]) -> Firewall:
    groups = groups_by_id(plan)
    planes: dict[Plane, list[PacketRule]] = {"intranet": [], "internet": []}
    clone: list[PacketRule] = []
    foreign: set[str] = set()
    account = plan.migration.text("accountId")
    for classic_id in classic_ids:
        if classic_id not in groups:
            raise UnreadableError(f"classic security group {classic_id}", "is missing from the facts of the Migration")
        group = groups[classic_id]
        for rule in group.objects("rules"):
            plane: Plane = "intranet" if rule.choice("nicType", "intranet", "internet") == "intranet" else "internet"
            parsed = _classic_rule(rule, classic_id, plane)
            planes[plane].append(parsed)
            if isinstance(parsed.peer, GroupPeer) and rule.optional_text("groupOwnerAccount") not in (None, account):
                foreign.add(parsed.peer.key)
        if group.choice("innerAccessPolicy", "Accept", "Drop") == "Accept":
            planes["intranet"].append(_inner_access(classic_id, classic_id, classic_id))
        clone += _clone_rules(plan, classic_id)
    classic: dict[Plane, RuleSet] = {plane: RuleSet(tuple(rules)) for plane, rules in planes.items()}
    return Firewall(classic, RuleSet(tuple(clone)), frozenset(foreign))


def rules_of_linked(plan: Plan, classic_ids: tuple[str, ...]) -> RuleSet:
    """Return the intranet rules of a linked instance in these groups, including those that the stack adds.

    Raises UnreadableError where a rule of any of them cannot be read.
    """
    key = tuple(sorted(classic_ids))
    return plan.remember(("linked", key), lambda: RuleSet(tuple(_linked_rules(plan, key))))


def _linked_rules(plan: Plan, classic_ids: tuple[str, ...]) -> Iterator[PacketRule]:
    groups = {
        group.text("securityGroupId"): group
        for key in ("securityGroups", "linkedSecurityGroups")
        for group in plan.migration.objects(key)
    }
    for classic_id in classic_ids:
        if classic_id not in groups:
            raise UnreadableError(f"classic security group {classic_id}", "is missing from the facts of the Migration")
        for rule in groups[classic_id].objects("rules"):
            if rule.choice("nicType", "intranet", "internet") == "intranet":
                parsed = _classic_rule(rule, classic_id, "intranet")
                # A rule that was added for a clone names it by its id.
                for peer in _clone_peers(plan, rule) if isinstance(parsed.peer, GroupPeer) else (parsed.peer,):
                    yield replace(parsed, peer=peer)
        if groups[classic_id].choice("innerAccessPolicy", "Accept", "Drop") == "Accept":
            yield _inner_access(classic_id, classic_id, classic_id)
    for added in plan.of_type(ADDED_SECURITY_GROUP_RULES):
        if added.facts.text("securityGroupId") in classic_ids:
            for label, facts in added.facts.object("rules").entries():
                for peer in _clone_peers(plan, facts):
                    yield _rule(facts, f"'{label}', added to {added.facts.text('securityGroupId')}", peer)


def _inner_access(group_id: str, key: str, origin: str) -> PacketRule:
    label = f"InnerAccessPolicy Accept of {group_id}"
    peer = GroupPeer(key)
    return PacketRule(label, "ingress", "ALL", ALL_PORTS, ALL_PORTS, True, INNER_ACCESS_PRIORITY, peer, origin)


def _classic_rule(facts: Facts, classic_id: str, plane: Plane) -> PacketRule:
    peer, peer_text = _peer(facts)
    if isinstance(peer, GroupPeer) and plane == "internet":
        raise facts.malformed("nicType", "intranet, as it must be for a rule that names a group")
    if facts.optional_text("localCidrIp") is not None:
        raise facts.malformed("localCidrIp", "empty: rules for one local address are beyond this check")
    preposition = "from" if facts.choice("direction", "ingress", "egress") == "ingress" else "to"
    label = (
        f"{classic_id} {plane} rule '{facts.text('direction')} {facts.text('policy')} {facts.text('ipProtocol')} "
        f"{facts.text('portRange')} {preposition} {peer_text}, priority {facts.number('priority'):g}'"
    )
    return replace(_rule(facts, label, peer), origin=classic_id)


def _clone_rules(plan: Plan, classic_id: str) -> list[PacketRule]:
    clone = the_clone(plan, classic_id)
    rules = []
    for child in plan.children(clone, SECURITY_GROUP_RULES):
        for label, facts in child.facts.object("rules").entries():
            if facts.optional_text("localCidrIp") is not None:
                raise facts.malformed("localCidrIp", "empty: rules for one local address are beyond this check")
            for peer in _clone_peers(plan, facts):
                rule = _rule(facts, f"clone rule '{label}' of {classic_id}", peer)
                rules.append(replace(rule, origin=classic_id))
    for group in the_groups(plan, clone):
        if group.facts.choice("innerAccessPolicy", "Accept", "Drop") == "Accept":
            keys = members_of(plan, group.facts.text("id")) if group.exists else (clone_key(classic_id),)
            rules += [_inner_access(key, key, classic_id) for key in keys]
    return list(dict.fromkeys(rules))


def _clone_peers(plan: Plan, facts: Facts) -> tuple[AddressPeer | GroupPeer, ...]:
    """Return the peers of a rule of a VPC group: one, or all members of a group that it names."""
    cloned_from = facts.optional_text("clonedFrom")
    if cloned_from is not None and not (facts.is_known("groupId") and facts.text("groupId") in members_by_id(plan)):
        return (GroupPeer(clone_key(cloned_from)),)
    peer, _ = _peer(facts)
    if not isinstance(peer, GroupPeer):
        return (peer,)
    keys = dict.fromkeys([*([clone_key(cloned_from)] if cloned_from else []), *members_of(plan, peer.key)])
    return tuple(GroupPeer(key) for key in keys)


_PEER_KEYS: Final = ("cidrIp", "ipv6CidrIp", "groupId", "prefixListId")


def _peer(facts: Facts) -> tuple[AddressPeer | GroupPeer, str]:
    keys = [key for key in _PEER_KEYS if facts.data.get(key) not in (None, "")]
    if len(keys) != 1:
        raise UnreadableError(facts.path, f"has {len(keys)} peers and must have one of {', '.join(_PEER_KEYS)}")
    text = facts.text(keys[0])
    if keys[0] == "prefixListId":
        raise facts.malformed("prefixListId", "a peer whose addresses this check can know")
    if keys[0] == "groupId":
        return GroupPeer(text), text
    peer = parse_fact(facts, keys[0], parse_block, text)
    if peer.version != (4 if keys[0] == "cidrIp" else 6):
        raise facts.malformed(keys[0], "a block of its IP version")
    return peer, text


def _rule(facts: Facts, label: str, peer: AddressPeer | GroupPeer) -> PacketRule:
    source_ports = facts.optional_text("sourcePortRange")
    priority = facts.number("priority")
    if not 1 <= priority <= _WEAKEST_PRIORITY or priority != int(priority):
        raise facts.malformed("priority", f"a whole number from 1 to {_WEAKEST_PRIORITY}")
    return PacketRule(
        label=label,
        direction="ingress" if facts.choice("direction", "ingress", "egress") == "ingress" else "egress",
        protocol=parse_fact(facts, "ipProtocol", parse_protocol, facts.text("ipProtocol")),
        ports=parse_fact(facts, "portRange", parse_ports, facts.text("portRange")),
        source_ports=ALL_PORTS
        if source_ports is None
        else parse_fact(facts, "sourcePortRange", parse_ports, source_ports),
        accept=facts.choice("policy", "accept", "drop") == "accept",
        priority=int(priority),
        peer=peer,
    )


def parse_fact(facts: Facts, key: str, parse: Callable[[str], T], text: str) -> T:
    """Return what a text of a fact means. Raises UnreadableError where it has not the form of the API."""
    try:
        return parse(text)
    except ValueError:
        raise facts.malformed(key, "in the form that the API has for it") from None
