"""Every classic instance of the region moves with a wave, moves later, or stays for a declared reason."""

from collections.abc import Iterator, Sequence
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import Fix, change, task
from policies.core.outcome import Verdict, failed, passed, worst
from policies.core.plan import MIGRATION, Plan
from policies.core.rule import MigrationRule


def _check(plan: Plan, _timeline: Timeline) -> Verdict:
    migration = plan.migration
    classic = {item.text("instanceId"): item for item in migration.objects("classicInstances")}
    moving, later = set(migration.texts("instanceIds")), set(migration.texts("laterInstanceIds"))
    staying = migration.objects("staying")
    stays = {instance_id for entry in staying for instance_id in entry.texts("instanceIds")}
    verdicts = [
        failed(
            f"{_called(classic[instance_id])} is classic, and neither a wave nor later nor staying names it.",
            _ways(instance_id),
        )
        for instance_id in sorted(set(classic) - moving - later - stays)
    ]
    verdicts += _contradictions(staying, classic, moving, later)
    counted = f"{len(stays)} of them stay"
    if put_off := len((later & set(classic)) - moving):
        counted += f", and {put_off} move later, at a date that this stack does not set"
    return worst(
        verdicts or [passed(f"All {len(classic)} classic instances of the region are accounted for: {counted}.")]
    )


def _contradictions(
    staying: Sequence[Facts], classic: dict[str, Facts], moving: set[str], later: set[str]
) -> Iterator[Verdict]:
    for entry in staying:
        entry.name("owner"), entry.name("reason")
        for instance_id in entry.texts("instanceIds"):
            place = "with a wave" if instance_id in moving else "later" if instance_id in later else None
            if place is not None:
                yield failed(f"{instance_id} is declared to stay and to move {place}: only one is possible.", _TAKE_OUT)
            elif instance_id not in classic:
                yield failed(f"{instance_id} is declared to stay, but is no classic instance of the region.", _TAKE_OUT)


def _called(instance: Facts) -> str:
    name, instance_id = instance.optional_text("instanceName"), instance.text("instanceId")
    return instance_id if name in (None, instance_id) else f"{name} ({instance_id})"


def _ways(instance_id: str) -> Fix:
    """Return the ways out: it moves, now or later, or it stays with an owner and a reason."""
    staying = {"instances": [instance_id], "owner": "<who answers for it>", "reason": "<why it stays>"}
    return (
        (task("Let it move with this stack:") + change("instances", [instance_id]))
        | (task("With a later one:") + change("later", [instance_id]))
        | (task("Let it stay, for a reason:") + change("staying", [staying]))
    )


_TAKE_OUT: Final = task("Remove the entry under staying in the stack config.")

RULE: Final = MigrationRule(
    module=__name__,
    title="Every classic instance must move, move later, or stay for a reason",
    severity="critical",
    notice_items=("N16",),
    why="An instance that no key lists stays behind until the cloud moves or stops it.",
    remediation=_ways("<instance>"),
    remediation_after=None,
    reads=(MIGRATION,),
    sources=(
        "Physical server migration and upgrade notice: remaining classic instances can be migrated later.",
        "Alibaba Cloud, end of sale of ECS instances of the classic network type: instances may be released after it.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/end-of-sale-announcement-for-ecs-instances-of-the-classic-network-type",
    ram_actions=("ecs:DescribeInstances",),
    check=_check,
)
