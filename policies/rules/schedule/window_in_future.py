"""Each wave that has not moved has a window that lies ahead."""

from functools import partial
from typing import Final

from policies.clock import Timeline
from policies.facts import Facts
from policies.outcome import Verdict, failed, judged, not_applicable, passed, worst
from policies.plan import MIGRATION, Plan
from policies.rule import MigrationRule


def _check(plan: Plan, timeline: Timeline) -> Verdict:
    ahead = plan.waves_ahead
    if not ahead:
        return not_applicable("All waves have moved.")
    return worst(judged(partial(_wave, wave, timeline)) for wave in ahead)


def _wave(wave: Facts, timeline: Timeline) -> Verdict:
    name, start = wave.text("name"), wave.object("window").moment("start")
    if start <= timeline.now:
        return failed(
            f"The window of wave {name} began at {start.isoformat(timespec='minutes')}, it is "
            f"{timeline.now.isoformat(timespec='minutes')} now, and not all of its instances are in the target VPC: "
            "what is prepared from here on comes too late."
        )
    return passed(f"The window of wave {name} begins at {start.isoformat(timespec='minutes')}.")


RULE: Final = MigrationRule(
    module=__name__,
    title="The migration window lies ahead",
    severity="critical",
    notice_items=("N21",),
    why="A window that is over, or has no date, prepares nothing: the pending task may run at any time.",
    remediation='classic-to-vpc:migration.window.start: "<scheduled time of the pending task, with UTC offset>"',
    reads=(MIGRATION,),
    unknown_ok=None,
    sources=(
        "Physical server migration and upgrade notice: schedule your migration (ECS console, Pending Tasks).",
        "ECS SDK 7.11.8: no operation reads a migration plan, so the time stands in the stack config.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=(),
    unwaivable="every lead time, the freeze and the waivers themselves go by the window",
    check=_check,
)
