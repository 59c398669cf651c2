"""Plan ClassicLink: instances to attach, the flows that need it, and links that the cloud would refuse."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from components.config import Flow, MigrationConfig, Problem
from components.peers import NEVER, BroadRule, ClassicPeer, broad_rules, classic_peers
from components.plan.network import PlannedNetwork
from components.plan.roster import Roster, not_classic
from components.plan.security_groups import groups_of
from estate.model import ClassicLinkAttachment, Instance, SecurityGroup

MAX_LINKS = 1000
"""The most classic instances of a VPC (ClassicLink overview; AttachClassicLinkVpc then answers QuotaExceeded)."""


@dataclass(frozen=True)
class PlannedLinks:
    """ClassicLink between the target VPC and classic instances.

    `linked_ids` are to be attached: the named ones, otherwise all staying peers; none without ClassicLink. Those of a
    later wave of this stack stay until their own window. They remain in the list once they have moved, which ends their
    link, so that the declarations for the links remain. `attached` are those that are still classic. All are sorted by
    id. `to_target` are existing links to the target VPC, `elsewhere` links of `attached` to another VPC, except those
    that this stack made: an update that changes the network detaches them first. `of_stack` are the links to the target
    VPC and to that of the last `up`. `linked_before` are the target VPC, if ClassicLink is enabled on it, and those to
    attach that are linked to it, where this stack has not done so. `groups` are the classic groups of `linked_ids`.
    `broad_rules` connect moving instances with unlinked classic ones, on purpose or not.
    """

    linked_ids: tuple[str, ...]
    attached: tuple[Instance, ...]
    to_target: tuple[ClassicLinkAttachment, ...]
    elsewhere: tuple[ClassicLinkAttachment, ...]
    of_stack: tuple[ClassicLinkAttachment, ...]
    linked_before: tuple[str, ...]
    groups: tuple[SecurityGroup, ...]
    broad_rules: tuple[BroadRule, ...]

    @property
    def attached_ids(self) -> tuple[str, ...]:
        """Ids of the instances to attach that are still classic, sorted."""
        return tuple(item.id for item in self.attached)


def peers_of(roster: Roster) -> Mapping[str, tuple[ClassicPeer, ...]]:
    """Return the classic peers of each instance that moves with this stack; both ends of every flow must be known."""
    peers = classic_peers(roster.classic, roster.starts, roster.index.security_groups, _flows_between(roster))
    return {item: peers.get(item, ()) for item in roster.waves_of}


def look_up_links(roster: Roster, network: PlannedNetwork, peers: Mapping[str, Iterable[ClassicPeer]]) -> PlannedLinks:
    """Return existing and planned links. `peers` are the classic peers of each instance that moves with this stack."""
    talked_to = {peer.instance_id for of_instance in peers.values() for peer in of_instance}
    linked = _linked(roster, talked_to)
    attached = tuple(roster.instances[item] for item in linked if item not in roster.moved_ids)
    attached_ids = {item.id for item in attached}
    links, record = roster.estate.classic_links, roster.record
    own_vpcs = (record.vpc_id, record.former_vpc_id)
    before = [link for link in links if link.vpc_id in own_vpcs and not network.is_target(link.vpc_id)]
    replaced = [link for link in before if link.instance_id in record.applied.get("linkedInstance", ())]
    to_target = tuple(link for link in links if network.is_target(link.vpc_id))
    return PlannedLinks(
        linked_ids=linked,
        attached=attached,
        to_target=to_target,
        elsewhere=tuple(
            link
            for link in links
            if link.instance_id in attached_ids and not network.is_target(link.vpc_id) and link not in replaced
        ),
        of_stack=(*to_target, *before),
        linked_before=_linked_before(roster, network, to_target, attached_ids),
        groups=groups_of(roster, linked),
        broad_rules=_broad_rules(roster, talked_to | attached_ids),
    )


def _linked_before(
    roster: Roster, network: PlannedNetwork, to_target: Iterable[ClassicLinkAttachment], attached_ids: set[str]
) -> tuple[str, ...]:
    """Return what is linked without this stack's doing; what its last `up` found so stays so.

    Where ownership is not checked, such as for an estate in a file, there is nothing to tell apart.
    """
    record = roster.record
    if record.stack is None:
        return ()
    adopted = {item.partition(":")[0] for item in record.leftovers.values() if item.endswith(":made")}
    ours = {*record.applied.get("linkedInstance", ()), *adopted}
    if "linkedInstance" in record.applied and record.vpc_id is not None:
        ours.add(record.vpc_id)
    enabled = [network.vpc.id] if network.vpc is not None and network.vpc.classic_link_enabled else []
    there = {*enabled, *(link.instance_id for link in to_target if link.instance_id in attached_ids)}
    return tuple(sorted(there - ours.difference(record.linked_before)))


def _linked(roster: Roster, talked_to: set[str]) -> tuple[str, ...]:
    choice = roster.config.classic_link
    if choice is None:
        return ()
    if choice.attach is not None:
        return tuple(sorted(choice.attach))
    return tuple(sorted(talked_to.difference(roster.config.later)))


def _broad_rules(roster: Roster, in_reach: set[str]) -> tuple[BroadRule, ...]:
    """Return the rules that connect moving instances with classic ones that are not known to be reachable.

    Classic are those that stay, and those of a later wave of this stack until they move themselves. An instance that
    has moved counts as moving while others of its wave have not: nobody has said that these are out of its reach.
    """
    starts = {item: roster.start_of(item) for item, wave in roster.waves_of.items() if not wave.has_moved}
    reached = in_reach | roster.moved_ids | set(roster.config.later)
    stays = {
        item.id: roster.start_of(item.id) if item.id in roster.waves_of else NEVER
        for item in roster.classic
        if item.id not in reached
    }
    return broad_rules(roster.classic, starts, stays, roster.index.security_groups)


# ---- flows ----


def _flows_between(roster: Roster) -> Mapping[frozenset[str], tuple[str, ...]]:
    """Return the flows as texts, by the ids of the two instances."""
    instances = _by_id_and_address(roster)
    texts_of: dict[frozenset[str], list[str]] = defaultdict(list)
    for flow in _flows(roster.config):
        texts_of[frozenset({instances[flow.source], instances[flow.destination]})].append(str(flow))
    return {ends: tuple(texts) for ends, texts in texts_of.items()}


def _flows(config: MigrationConfig) -> tuple[Flow, ...]:
    return (config.classic_link.flows if config.classic_link else None) or ()


def _by_id_and_address(roster: Roster) -> Mapping[str, str]:
    return {key: instance.id for instance in roster.classic for key in (instance.id, *instance.intranet_ips)}


# ---- problems ----


def flow_problems(roster: Roster) -> Iterator[Problem]:
    """Yield flows with an end that is no classic instance."""
    instances, link = _by_id_and_address(roster), roster.config.classic_link
    for index, flow in enumerate(_flows(roster.config)):
        for end, value in (("source", flow.source), ("destination", flow.destination)):
            if value not in instances:
                place = "flowsFile" if link and link.flows_file else f"flows[{index}].{end}"
                yield Problem(
                    f"classicLink.{place}",
                    f"{value} of {flow} is no classic instance; expected the id or the intranet address of one",
                )


def attachment_problems(roster: Roster) -> Iterator[Problem]:
    """Yield instances to attach that do not exist, are not classic, or migrate themselves before all others."""
    first = min((roster.start_of(item) for item in roster.waves_of), default=NEVER)
    attach = roster.config.classic_link.attach if roster.config.classic_link else None
    for index, instance_id in enumerate(attach or ()):
        key = f"classicLink.attach[{index}]"
        yield from not_classic(key, instance_id, roster)
        if instance_id in roster.waves_of and roster.is_classic(instance_id) and roster.start_of(instance_id) == first:
            yield Problem(key, f"{instance_id} migrates; expected an instance that stays, or moves later")


def link_problems(roster: Roster, links: PlannedLinks) -> Iterator[Problem]:
    """Yield links that the cloud would refuse: of an instance that is linked elsewhere, or beyond the VPC's limit."""
    if roster.config.classic_link is None:
        return
    for link in links.elsewhere:
        yield Problem(
            "classicLink",
            f"{link.instance_id} is linked to {link.vpc_id}, and an instance can be linked to one VPC only; "
            "expected it to be detached first: aliyun ecs DetachClassicLinkVpc "
            f"--RegionId {roster.estate.region_id} --VpcId {link.vpc_id} --InstanceId {link.instance_id}",
        )
    linked = {link.instance_id for link in links.to_target}
    total = len(linked.union(links.attached_ids))
    if total > MAX_LINKS:
        yield Problem(
            "classicLink",
            f"{total} instances would be linked to the VPC, {len(linked)} of them are; expected at most {MAX_LINKS}",
        )
