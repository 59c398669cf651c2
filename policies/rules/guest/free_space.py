"""The system disk has the free space that the migration needs."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import aliyun, task
from policies.core.outcome import Verdict, failed, passed
from policies.core.plan import MIGRATING_INSTANCE, Plan
from policies.core.rule import InstanceRule
from policies.core.settings import Threshold
from policies.subjects.guest import by_evidence

_FREE: Final = Threshold("freeMib", 500, 500, 102_400, "MiB that must be free; the notice asks for at least 500.")


def _check(_plan: Plan, timeline: Timeline, _instance: Facts, guest: Facts) -> Verdict:
    free, needed = guest.number("systemDiskFreeMib"), timeline.threshold(_FREE)
    if free < needed:
        return failed(f"The system disk has {free:g} MiB free; the migration needs {needed:g}.")
    return passed(f"The system disk has {free:g} MiB free.")


RULE: Final = InstanceRule(
    module=__name__,
    title="The system disk must have enough free space",
    severity="critical",
    notice_items=("N14",),
    why="The migration updates drivers on the system disk, and fails if they do not fit.",
    remediation=(
        (
            aliyun("ecs", "ResizeDisk", {"DiskId": "<system disk>", "NewSize": "<GiB>"})
            + task("Then grow the file system, and collect the evidence again.")
        )
        | task("Delete what is not needed, and collect the evidence again.")
    ),
    remediation_after=task(
        "If the move failed for lack of space, make room and open a ticket: no document promises another attempt."
    ),
    reads=(MIGRATING_INSTANCE,),
    sources=("Physical server migration and upgrade notice: prepare, step 3: reserve at least 500 MiB.",),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=(),
    lead_hours=168,
    thresholds=(_FREE,),
    check=by_evidence(_check),
    until_move=True,
)
