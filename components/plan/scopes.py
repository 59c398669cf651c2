"""The instances of an attestation or a waiver, by its ids, its wave or its tags."""

from __future__ import annotations

from collections.abc import Iterator

from components.config import Attestation, Problem, Waiver
from components.plan.roster import Roster
from components.plan.waves import carries, last_latest


def instance_ids_of(item: Attestation | Waiver, roster: Roster) -> tuple[str, ...]:
    """Return its instance ids, sorted; for a wave or tags those that move with the stack, or have moved."""
    if item.selector is not None:
        tags = item.selector.tags
        return tuple(sorted(key for key in roster.waves_of if carries(roster.instances[key], tags)))
    if item.wave is not None:
        return next(wave.instance_ids for wave in roster.waves if wave.name == item.wave)
    return tuple(sorted(item.instances))


def scope_problems(roster: Roster) -> Iterator[Problem]:
    """Yield tags that no moving instance carries, and waivers by tags that outlast the windows of their instances."""
    config = roster.config
    scoped: list[tuple[str, Attestation | Waiver]] = [
        *((f"attestations[{index}]", item) for index, item in enumerate(config.attestations)),
        *((f"waivers[{index}]", item) for index, item in enumerate(config.waivers)),
    ]
    for key, item in scoped:
        if item.selector is None:
            continue
        instance_ids = instance_ids_of(item, roster)
        if not instance_ids:
            problem = "no instance that moves in this stack carries these tags; expected at least one"
            yield Problem(f"{key}.selector.tags", problem)
        elif isinstance(item, Waiver):
            end = last_latest(roster.waves_of[instance_id] for instance_id in instance_ids)
            if item.expires > end:
                yield Problem(f"{key}.expires", f"expected no later than the window, {end.isoformat()}")
