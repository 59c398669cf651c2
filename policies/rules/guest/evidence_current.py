"""The guest system has evidence, and the evidence is recent, complete and without contradiction."""

from datetime import timedelta
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.outcome import Verdict, failed, passed, unknown
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, Plan
from policies.core.rule import InstanceRule
from policies.core.words import to_minute
from policies.subjects.guest import COLLECT, LOOK_AT_CONSOLE, SCRIPT_VERSION, collect

# A guest's clock may be a little ahead of ours.
_SKEW: Final = timedelta(minutes=5)


def _check(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    again = collect(instance)
    if "guest" not in instance.data:
        return unknown("There is no evidence of what is in the guest system.", again)
    guest = instance.object("guest")
    reported = guest.optional_text("reportedInstanceId")
    if reported not in (None, instance.text("instanceId")):
        return failed(f"The evidence is of another instance: the system reports the id {reported}.", again)
    version = guest.number("scriptVersion")
    if version != SCRIPT_VERSION:
        return unknown(f"The evidence is of version {version:g} of the script; expected is {SCRIPT_VERSION}.", again)
    contradictions = guest.texts("contradictions")
    if contradictions:
        return unknown("Sources contradict each other:\n" + "\n".join(contradictions), again)
    if not guest.flag("privileged"):
        return unknown("The script was not run as root or administrator, and saw only a part.", again)
    collected_at = guest.moment("collectedAt")
    collector = f"{guest.text('collectedBy')} ({guest.choice('source', 'cloud-assistant', 'file')})"
    when = f"at {to_minute(collected_at)} by {collector}"
    if collected_at > timeline.now + _SKEW:
        return unknown(f"The evidence was collected {when}, which is in the future.", again)
    hours = (timeline.now - collected_at) / timedelta(hours=1)
    most = plan.migration.number("evidenceMaxAgeHours")
    if hours > most:
        return unknown(f"The evidence is stale: collected {when}, {hours:.0f} hours ago; the limit is {most:g}.", again)
    return passed(f"Evidence was collected {when}.")


RULE: Final = InstanceRule(
    module=__name__,
    title="Evidence of the guest system must be current",
    severity="high",
    notice_items=("N14", "N19", "N28", "N31"),
    why="What is in the guest system decides whether it starts after the move, and no API of the cloud shows it.",
    remediation=COLLECT,
    remediation_after=LOOK_AT_CONSOLE,
    reads=(MIGRATION, MIGRATING_INSTANCE),
    sources=(
        "ECS API reference, RunCommand: that of 2021 takes instances in a VPC only, that of 2024 does not say so; "
        "evidence may come from a script run by hand.",
        "How old it may be is the team's choice: classic-to-vpc:migration.evidence.maxAgeHours, 168 unless given.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-runcommand",
    ram_actions=(),
    lead_hours=168,
    check=_check,
    until_move=True,
)
