"""ClassicLink: instances to attach, the flows that tell of them, and links that the cloud would refuse."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from components.config import Flow, MigrationConfig, Problem
from components.plan.instances import not_classic
from components.plan.model import MigrationPlan
from components.plan.waves import members
from estate.model import Estate

MAX_LINKS = 1000
"""Classic instances that a VPC takes (ClassicLink overview; AttachClassicLinkVpc then says QuotaExceeded)."""


def attachment_problems(config: MigrationConfig, estate: Estate) -> Iterator[Problem]:
    """Instances to attach that do not exist, are not classic, or migrate themselves before anything else does."""
    instances = {instance.id: instance for instance in estate.instances}
    first = min(wave.window.start for wave in config.all_waves)
    moving = {
        instance.id
        for wave in config.all_waves
        if wave.window.start == first
        for instance in members(wave, config, estate)
    }
    attach = config.classic_link.attach if config.classic_link else None
    for index, instance_id in enumerate(attach or ()):
        key = f"classicLink.attach[{index}]"
        yield from not_classic(key, instance_id, instances, estate)
        if instance_id in moving:
            yield Problem(key, f"{instance_id} migrates; expected an instance that stays, or moves later")


def flow_problems(config: MigrationConfig, estate: Estate) -> Iterator[Problem]:
    """Flows with an end that is no classic instance."""
    known = _by_id_and_address(estate)
    for index, flow in enumerate(_flows(config)):
        for end, value in (("source", flow.source), ("destination", flow.destination)):
            if value not in known:
                where = (
                    "flowsFile" if config.classic_link and config.classic_link.flows_file else f"flows[{index}].{end}"
                )
                yield Problem(
                    f"classicLink.{where}",
                    f"{value} of {flow} is no classic instance; expected the id or the intranet address of one",
                )


def flows_between(config: MigrationConfig, estate: Estate) -> Mapping[frozenset[str], tuple[str, ...]]:
    """The flows as texts, by the ids of the two instances; every end must be known."""
    known = _by_id_and_address(estate)
    found: dict[frozenset[str], list[str]] = defaultdict(list)
    for flow in _flows(config):
        found[frozenset({known[flow.source], known[flow.destination]})].append(str(flow))
    return {ends: tuple(texts) for ends, texts in found.items()}


def _flows(config: MigrationConfig) -> tuple[Flow, ...]:
    return (config.classic_link.flows if config.classic_link else None) or ()


def _by_id_and_address(estate: Estate) -> Mapping[str, str]:
    classic = [instance for instance in estate.instances if instance.is_classic]
    return {key: instance.id for instance in classic for key in (instance.id, *instance.intranet_ips)}


def link_problems(plan: MigrationPlan) -> Iterator[Problem]:
    """Links that the cloud would refuse: of an instance that is linked elsewhere, and more than a VPC can have."""
    if plan.config.classic_link is None:
        return
    for link in plan.links_elsewhere:
        yield Problem(
            "classicLink",
            f"{link.instance_id} is linked to {link.vpc_id}, and an instance can be linked to one VPC only; "
            "expected it to be detached first",
        )
    linked = {link.instance_id for link in plan.links_to_target}
    total = len(linked.union(plan.attached_instance_ids))
    if total > MAX_LINKS:
        yield Problem(
            "classicLink",
            f"{total} instances would be linked to the VPC, {len(linked)} of them are; expected at most {MAX_LINKS}",
        )
