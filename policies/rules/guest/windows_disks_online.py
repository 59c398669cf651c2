"""Data disks of Windows come online without help after a restart."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import task
from policies.core.outcome import Verdict, failed, not_applicable, passed
from policies.core.plan import MIGRATING_INSTANCE, Plan
from policies.core.rule import InstanceRule
from policies.subjects.guest import by_evidence, is_windows, listed


def _check(_plan: Plan, _timeline: Timeline, _instance: Facts, guest: Facts) -> Verdict:
    if not is_windows(guest):
        return not_applicable("It is not Windows.")
    disks = guest.texts("dataDisks")
    if not disks:
        return not_applicable("It has no data disk.")
    policy = guest.text("sanPolicy")
    if policy != "OnlineAll":
        return failed(f"The SAN policy is {policy}: {listed(disks)} may be offline after the move.")
    return passed("The SAN policy is OnlineAll.")


RULE: Final = InstanceRule(
    module=__name__,
    title="Data disks of Windows must come online after a restart",
    severity="medium",
    notice_items=(),
    why="The disks get another controller: Windows may leave them offline by its policy, and their data is missing.",
    remediation=task("diskpart: san policy=onlineall; then collect the evidence again."),
    remediation_after=task("diskpart: select disk <number>, online disk, attributes disk clear readonly."),
    reads=(MIGRATING_INSTANCE,),
    sources=("ECS user guide, migrate to a VPC (2021): data disks may be offline; san policy=onlineall.",),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=(),
    lead_hours=168,
    check=by_evidence(_check),
    until_move=True,
)
