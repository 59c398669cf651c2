"""Whom an attestation or a waiver is for: the ids of those that its instances, its wave or its tags stand for."""

from __future__ import annotations

from collections.abc import Iterator

from components.config import Attestation, Problem, Waiver
from components.plan.model import MigrationPlan
from components.plan.waves import carries


def instance_ids_of(item: Attestation | Waiver, plan: MigrationPlan) -> tuple[str, ...]:
    """Return the ids that it is for, sorted; of a wave or of tags those that move with the stack, or have moved."""
    if item.selector is not None:
        tags = item.selector.tags
        return tuple(planned.instance.id for planned in plan.instances if carries(planned.instance, tags))
    if item.wave is not None:
        return next(wave.instance_ids for wave in plan.waves if wave.name == item.wave)
    return tuple(sorted(item.instances))


def scope_problems(plan: MigrationPlan) -> Iterator[Problem]:
    """Tags that none of those that move carries, and waivers by tags that outlast the windows of all who carry them."""
    config = plan.config
    scoped: list[tuple[str, Attestation | Waiver]] = [
        *((f"attestations[{index}]", item) for index, item in enumerate(config.attestations)),
        *((f"waivers[{index}]", item) for index, item in enumerate(config.waivers)),
    ]
    for key, item in scoped:
        if item.selector is not None and not instance_ids_of(item, plan):
            problem = "no instance that moves in this stack carries these tags; expected at least one"
            yield Problem(f"{key}.selector.tags", problem)
    for index, waiver in enumerate(config.waivers):
        end = plan.last_window_end_of(instance_ids_of(waiver, plan)) if waiver.selector is not None else None
        if end is not None and waiver.expires > end:
            yield Problem(f"waivers[{index}].expires", f"expected no later than the window, {end.isoformat()}")
