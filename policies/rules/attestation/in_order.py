"""Each attestation is of a known kind, names instances of this stack, and is valid while it is needed."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from policies.core.approvals import LONGEST
from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import task
from policies.core.outcome import Verdict, failed, judged, not_applicable, passed, worst
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, Plan, has_moved
from policies.core.rule import MigrationRule
from policies.core.words import apart, to_minute
from policies.subjects.attestations import KINDS, window_start


def _check(plan: Plan, timeline: Timeline) -> Verdict:
    entries = plan.migration.objects("attestations")
    if not entries:
        return not_applicable("The migration names no attestation.")
    instances = {item.facts.text("instanceId"): item.facts for item in plan.instances}
    return worst(judged(partial(_attestation, plan, timeline, instances, entry)) for entry in entries)


def _attestation(plan: Plan, timeline: Timeline, instances: Mapping[str, Facts], entry: Facts) -> Verdict:
    kind, ids, statement = entry.text("kind"), entry.texts("instanceIds"), entry.name("statement")
    word = f"The attestation {kind} of {entry.name('owner')} for {', '.join(ids)} ({statement.rstrip('.')})"
    if kind not in KINDS:
        return failed(f"{word} has an unknown kind; known are {', '.join(sorted(KINDS))}.")
    if not ids:
        return failed(f"{word} names no instance.")
    stated = entry.moment("statedAt")
    if stated > timeline.now:
        return failed(f"{word} is stated at {to_minute(stated)}, which is in the future.")
    if entry.moment("validUntil") - stated > LONGEST:
        return failed(f"{word} is valid for more than {LONGEST.days} days from when it was stated.")
    return worst([passed(f"{word} is in order."), *_about(plan, timeline, instances, entry, word)])


def _about(
    plan: Plan, timeline: Timeline, instances: Mapping[str, Facts], entry: Facts, word: str
) -> Iterator[Verdict]:
    """Yield the problems of an attestation with its instances."""
    until = entry.moment("validUntil")
    ids = entry.texts("instanceIds")
    moving = plan.remember(__name__, lambda: frozenset(plan.migration.texts("instanceIds"))) if ids else ()
    for instance_id in ids:
        if instance_id not in moving:
            yield failed(f"{word} names {instance_id}, which does not move in this stack.")
        instance = instances.get(instance_id)
        if instance is None:  # schedule-migration-declared reports one that moves and is not declared.
            continue
        if until < timeline.now and not _is_over(entry, instance):
            yield failed(f"{word} expired at {to_minute(until)}, and {instance_id} still needs one.")
        elif not has_moved(instance) and until < (start := window_start(plan, instance)):
            expiry, begins = apart(until, start)
            yield failed(f"{word} expires at {expiry}, before the window of {instance_id} at {begins}.")


def _is_over(entry: Facts, instance: Facts) -> bool:
    """Whether nothing is left to attest: after the move only address-lists is still needed."""
    return has_moved(instance) and entry.text("kind") != "address-lists"


RULE: Final = MigrationRule(
    module=__name__,
    title="Every attestation must be valid while it is needed",
    severity="medium",
    notice_items=(),
    why="An invalid attestation looks like an answer, but the question is still open when the window begins.",
    remediation=task(
        "Remove the entry under attestations in the stack config, or have its owner state it anew, with "
        "validUntil after the window."
    ),
    reads=(MIGRATION, MIGRATING_INSTANCE),
    sources=(
        "Choice of this project: an attestation counts with an owner, about an instance of the stack, once it is "
        "stated, for "
        f"{LONGEST.days} days at the most, and if it holds when the window begins.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=(),
    check=_check,
)
