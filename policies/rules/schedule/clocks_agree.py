"""The clock of this machine and the clock of the cloud differ by five minutes at most."""

from datetime import timedelta
from typing import Final

from policies.core.clock import Timeline, estate_file, read_cloud_clock
from policies.core.fixes import command, task
from policies.core.outcome import Verdict, failed, not_applicable, passed
from policies.core.plan import MIGRATION, Plan
from policies.core.rule import MigrationRule

# An answer takes seconds at most, and a clock that is set by NTP is correct to the second.
_MOST: Final = timedelta(minutes=5)


def _check(plan: Plan, _timeline: Timeline) -> Verdict:
    if estate_file(plan) is not None:
        return not_applicable("No cloud was asked: this machine's clock counts, or that of a rehearsal's file.")
    cloud, machine = read_cloud_clock(plan)
    if plan.migration.texts("rehearsal"):
        return not_applicable("The cloud is not proven to be Alibaba Cloud's: in a rehearsal its own clock counts.")
    skew = cloud - machine
    if abs(skew) > _MOST:
        clocks = f"the cloud's clock said {cloud.isoformat()} and this machine's {machine.isoformat()}"
        return failed(f"When the estate was read {clocks}: no time of this run can be relied upon.")
    return passed(f"The two clocks differ by {abs(skew) / timedelta(seconds=1):.0f} seconds.")


RULE: Final = MigrationRule(
    module=__name__,
    title="This machine's clock must agree with the cloud's",
    severity="high",
    notice_items=(),
    why="Freeze, lead times, waivers and the age of evidence depend on the clock: by a wrong one all may pass.",
    remediation=task("Set the clock of this machine, such as by chronyd; then:") + command("pulumi", "preview"),
    reads=(MIGRATION,),
    sources=(
        "RFC 9110, Date: when an answer was made; Alibaba Cloud's API sends it with each.",
        "ECS API reference, common errors: a request is refused when its time differs by more than 15 minutes.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/developer-reference/api-error-code",
    ram_actions=(),
    unwaivable="every lead time, the freeze and the waivers themselves depend on the clock",
    check=_check,
)
