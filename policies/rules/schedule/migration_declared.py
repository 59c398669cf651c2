"""The stack declares one migration, with every instance that it names."""

from collections import Counter
from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import UnreadableError, attempt
from policies.core.fixes import change, task
from policies.core.outcome import Verdict, failed, passed, unknown, worst
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, Plan, Resource
from policies.core.rule import MigrationRule

_SCHEMA_VERSION: Final = 4


def _check(plan: Plan, _timeline: Timeline) -> Verdict:
    migrations = len(plan.of_type(MIGRATION))
    if migrations != 1:
        return failed(f"The stack declares {migrations} Migration components and must declare exactly one.")
    if plan.migration.number("schemaVersion") != _SCHEMA_VERSION:
        return failed(
            f"The Migration's facts are not of schema version {_SCHEMA_VERSION}, the only one that this pack "
            "understands.",
            task("Use a policy pack and a program of the same release."),
        )
    expected = Counter(plan.migration.texts("instanceIds"))
    if not expected:
        return failed("The Migration names no instance: an empty estate is not a prepared one.")
    ids = [attempt(partial(_id_of, instance)) for instance in plan.instances]
    declared = Counter(item for item in ids if isinstance(item, str))
    verdicts = [unknown(f"Not known: {item}.") for item in ids if isinstance(item, UnreadableError)]
    verdicts += [
        failed(
            f"{instance_id} is named {expected[instance_id]} times among the Migration's instanceIds and declared by "
            f"{declared[instance_id]} MigratingInstance components; expected once each."
        )
        for instance_id in sorted(expected | declared)
        if not expected[instance_id] == declared[instance_id] == 1
    ]
    in_waves = Counter(instance_id for wave in plan.waves for instance_id in wave.texts("instanceIds"))
    verdicts += [
        failed(
            f"{instance_id} is in {in_waves[instance_id]} waves and named {expected[instance_id]} times among the "
            "Migration's instanceIds; it must be once in each."
        )
        for instance_id in sorted(expected | in_waves)
        if not in_waves[instance_id] == 1 <= expected[instance_id]
    ]
    return worst(verdicts or [passed(f"One migration of {len(expected)} instances is declared.")])


def _id_of(instance: Resource) -> str:
    return instance.facts.text("instanceId")


RULE: Final = MigrationRule(
    module=__name__,
    title="The stack must declare one migration and each of its instances",
    severity="critical",
    notice_items=(),
    why="What is not declared is not checked: an empty stack or an estate that was not read would look prepared.",
    remediation=change("instances", ["<id>"]),
    reads=(MIGRATION, MIGRATING_INSTANCE),
    sources=(
        "ECS API reference, DescribeInstances: without RAM permission the answer is an empty list, not an error.",
        "Pulumi: a stack policy sees only what is declared; nothing declared means nothing to object to.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describeinstances",
    ram_actions=("ecs:DescribeInstances",),
    unwaivable="no other rule checks what is not declared",
    check=_check,
)
