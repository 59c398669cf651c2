"""No wave's window begins after its Latest Schedule Time."""

from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.outcome import Verdict, failed, judged, not_applicable, passed, worst
from policies.core.plan import MIGRATION, Plan
from policies.core.rule import MigrationRule
from policies.core.words import apart, to_minute
from policies.subjects.windows import of_wave

_START: Final = {"start": "<a time no later than window.latest, with UTC offset>"}


def _check(plan: Plan, _timeline: Timeline) -> Verdict:
    ahead = plan.waves_ahead
    if not ahead:
        return not_applicable("All waves have moved.")
    return worst(judged(partial(_wave, wave)) for wave in ahead)


def _wave(wave: Facts) -> Verdict:
    name, window = wave.text("name"), wave.object("window")
    start, latest = window.moment("start"), window.moment("latest")
    if start > latest:
        begins, limit = apart(start, latest)
        return failed(
            f"The window of wave {name} begins at {begins}, after the Latest Schedule Time {limit}.",
            of_wave(name, _START),
        )
    return passed(f"The window of wave {name} begins no later than the Latest Schedule Time {to_minute(latest)}.")


RULE: Final = MigrationRule(
    module=__name__,
    title="The window must begin no later than the Latest Schedule Time",
    severity="critical",
    notice_items=("N22",),
    why="The console refuses a later time, and the task then runs when Alibaba Cloud has set it, prepared or not.",
    remediation=of_wave("all", _START),
    reads=(MIGRATION,),
    sources=("Physical server migration and upgrade notice: modify the migration time, Latest Schedule Time.",),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=(),
    unwaivable="the console refuses a later time, even with an approval",
    check=_check,
)
