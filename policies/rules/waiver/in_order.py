"""Each waiver names a rule that can be waived, is valid now, and matches a finding."""

from functools import partial
from typing import Final

from policies.core.approvals import LONGEST
from policies.core.clock import Timeline
from policies.core.facts import UnreadableError
from policies.core.fixes import task
from policies.core.outcome import Verdict, failed, judged, not_applicable, passed, worst
from policies.core.plan import MIGRATION, Plan
from policies.core.review import Review
from policies.core.rule import ReviewRule
from policies.core.waivers import Waiver


def _check(plan: Plan, timeline: Timeline, review: Review) -> Verdict:
    if not review.waivers:
        # Raises where the waivers cannot be read.
        return not_applicable(f"The migration in {plan.migration.text('regionId')} names no waiver.")
    return worst(judged(partial(_waiver, timeline, review, waiver)) for waiver in review.waivers)


def _waiver(timeline: Timeline, review: Review, waiver: Waiver | UnreadableError) -> Verdict:
    if isinstance(waiver, UnreadableError):
        raise waiver
    named = f"{waiver.rule}: {waiver}"
    if waiver.wave is not None and waiver.wave not in {wave.name for wave in review.schedule.waves}:
        return failed(f"{named} does not hold: there is no wave {waiver.wave}.")
    if problem := review.void(waiver, timeline.now, review.end_for(waiver)):
        return failed(f"{named} does not hold: {problem}.")
    if not review.matched(waiver):
        return failed(f"{named} matches no finding: nothing is left to be waived.")
    return passed(f"{named} holds.")


RULE: Final = ReviewRule(
    module=__name__,
    title="Every waiver must be valid and still needed",
    severity="high",
    notice_items=(),
    why="A waiver that nobody needs, or that has run out, hides the next finding that it happens to match.",
    remediation=task("Remove the entry under waivers in the stack config, or have it approved anew."),
    reads=(MIGRATION,),
    sources=(
        f"Choice of this project: a waiver holds for {LONGEST.days} days from its approval at the most, and never past "
        "the window.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=(),
    unwaivable="it judges the waivers themselves",
    check=_check,
)
