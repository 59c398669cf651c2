"""The system was restarted recently, and no change still waits for a restart."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import ID, aliyun, task
from policies.core.outcome import Verdict, failed, passed, worst
from policies.core.plan import MIGRATING_INSTANCE, Plan
from policies.core.rule import InstanceRule
from policies.core.settings import Threshold
from policies.core.words import number_of
from policies.subjects.guest import by_evidence, is_windows, listed

# The notice states "a long time" without a number; half a year is our choice.
_LONG: Final = Threshold("uptimeDays", 180, 1, 180, "Days without a restart after which one must be rehearsed.")
_DAY: Final = 86_400


def _check(_plan: Plan, timeline: Timeline, _instance: Facts, guest: Facts) -> Verdict:
    verdicts = [_uptime(guest, timeline.threshold(_LONG)), _awaiting(guest)]
    return worst(verdicts if is_windows(guest) else [*verdicts, _kernel(guest)])


def _uptime(guest: Facts, most: float) -> Verdict:
    days = guest.number("uptimeSeconds") / _DAY
    if days > most:
        return failed(
            f"It has not been restarted for {number_of(round(days), 'day')}; after {most:g} days nobody knows whether "
            "it starts."
        )
    return passed(f"It was restarted {number_of(round(days), 'day')} ago.")


def _awaiting(guest: Facts) -> Verdict:
    reasons = guest.texts("rebootPending")
    if reasons:
        return failed(f"A restart is pending: {listed(reasons)}.")
    return passed("No restart is pending.")


def _kernel(guest: Facts) -> Verdict:
    running, newest = guest.text("runningKernel"), guest.text("newestKernel")
    if running != newest:
        return failed(f"The kernel {newest} is installed, but has never run: {running} is running.")
    return passed(f"The newest kernel runs, {running}.")


RULE: Final = InstanceRule(
    module=__name__,
    title="A restart must have been rehearsed",
    severity="medium",
    notice_items=("N28",),
    why="The migration restarts the system: a kernel that never ran, or an unsaved setting, first shows in the window.",
    remediation=(
        aliyun("ecs", "RebootInstance", {"InstanceId": ID}, "at a quiet time")
        + task("Then collect the evidence again.")
    ),
    remediation_after=(
        task("If it does not come up, choose the kernel that ran before at its console:")
        + aliyun("ecs", "DescribeInstanceVncUrl", {"InstanceId": ID})
    ),
    reads=(MIGRATING_INSTANCE,),
    sources=(
        "Physical server migration and upgrade notice: what to do next, step 3.",
        "ECS user guide, migrate to a VPC (2021): long uptime, file system check, kernels that fail to boot.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-rebootinstance",
    ram_actions=(),
    lead_hours=168,
    thresholds=(_LONG,),
    check=by_evidence(_check),
    until_move=True,
)
