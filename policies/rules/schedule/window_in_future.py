"""Each wave that has not moved has a window in the future."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.outcome import Verdict, failed, judged, not_applicable, passed, worst
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, Plan
from policies.core.rule import MigrationRule
from policies.core.words import apart, number_of, to_minute
from policies.subjects.windows import of_wave

_START: Final = {"start": "<scheduled time of the pending task, with UTC offset>"}


def _check(plan: Plan, timeline: Timeline) -> Verdict:
    ahead = plan.waves_ahead
    if not ahead:
        return not_applicable("All waves have moved.")
    instances = {item.facts.optional_text("instanceId"): item.facts for item in plan.instances}
    return worst(judged(partial(_wave, plan, wave, instances, timeline)) for wave in ahead)


def _wave(plan: Plan, wave: Facts, instances: Mapping[str | None, Facts], timeline: Timeline) -> Verdict:
    name, start = wave.text("name"), wave.object("window").moment("start")
    if start <= timeline.now:
        began, now = apart(start, timeline.now)
        return failed(
            f"The window of wave {name} began at {began}, and it is {now} now. What is "
            f"prepared from now on comes too late: {_instances_left(plan, wave, instances)} not in the target VPC.",
            of_wave(name, _START),
        )
    return passed(f"The window of wave {name} begins at {to_minute(start)}.")


def _instances_left(plan: Plan, wave: Facts, instances: Mapping[str | None, Facts]) -> str:
    """Return the instances of the wave that are not known to have moved, by name and id, with their verb."""
    ids = wave.texts("instanceIds")
    ids_left = plan.left_of(ids)
    if not ids_left:
        return f"not all of its {number_of(len(ids), 'instance')} are known to have moved: some are"
    names = [instances[item].optional_text("instanceName") if item in instances else None for item in ids_left]
    labels = [item if name in (None, item) else f"{name} ({item})" for item, name in zip(ids_left, names, strict=True)]
    return f"{', '.join(labels)} of its {number_of(len(ids), 'instance')} {'is' if len(ids_left) == 1 else 'are'}"


RULE: Final = MigrationRule(
    module=__name__,
    title="The migration window must be in the future",
    severity="critical",
    notice_items=("N21",),
    why="A window that is over, or has no date, prepares nothing: the pending task may run at any time.",
    remediation=of_wave("all", _START),
    reads=(MIGRATION, MIGRATING_INSTANCE),
    sources=(
        "Physical server migration and upgrade notice: schedule your migration (ECS console, Pending Tasks).",
        "ECS SDK 7.11.8: no operation reads a migration plan, so the time stands in the stack config.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=(),
    unwaivable="every lead time, the freeze and the waivers themselves depend on the window",
    check=_check,
)
