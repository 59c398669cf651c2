"""The owner of the application has approved that the instance stops in its window."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts, UnreadableError
from policies.core.fixes import task
from policies.core.outcome import Verdict, failed, passed
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, Plan
from policies.core.rule import InstanceRule
from policies.core.words import to_minute
from policies.subjects.attestations import answered_until, remediation


def _check(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    if timeline.latest is None:
        raise UnreadableError("the window", "does not show until when its application must be free to stop")
    # The move may be put off to the Latest Schedule Time: the approval has to hold until then.
    go = answered_until("application-go", plan, timeline, instance, timeline.latest)
    if go is not None:
        return passed(go)
    owners = plan.migration.objects("attestations")
    is_given = any(
        entry.text("kind") == "application-go" and instance.text("instanceId") in entry.texts("instanceIds")
        for entry in owners
    )
    until = to_minute(timeline.latest)
    if is_given:
        return failed(
            f"The application owner's approval is not valid from now until {until}, the latest time of its move."
        )
    return failed(f"No application owner has approved that it stops, at any time until {until}.")


RULE: Final = InstanceRule(
    module=__name__,
    title="The application owner must approve the move",
    severity="medium",
    notice_items=("N20",),
    why="It stops for about 15 minutes and starts again: only its owner knows what that does at that hour.",
    remediation=remediation("application-go"),
    remediation_after=task("Have its owner test the application now."),
    reads=(MIGRATION, MIGRATING_INSTANCE),
    sources=(
        "Physical server migration and upgrade notice: instances cannot be operated during the migration and must be "
        "restarted after it.",
        "Choice of this project: asked for as advice, and required from 72 hours before the window.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=(),
    lead_hours=72,
    check=_check,
    until_move=True,
)
