"""Nothing in the guest system names a network interface that the move removes."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import ID, aliyun, task
from policies.core.outcome import Verdict, failed, not_applicable, passed
from policies.core.plan import MIGRATING_INSTANCE, Plan
from policies.core.rule import InstanceRule
from policies.subjects.guest import by_evidence, is_windows, listed

# The name of the intranet NIC of a classic instance, and of the only NIC of an instance in a VPC.
_STAYS: Final = "eth0"


def _check(_plan: Plan, _timeline: Timeline, _instance: Facts, guest: Facts) -> Verdict:
    if is_windows(guest):
        return not_applicable("Not checked: the policy not-checked lists settings of Windows that name an interface.")
    going = tuple(text for text in guest.texts("interfaceNames") if text.rpartition(": ")[2] != _STAYS)
    if going:
        return failed(
            f"Settings name an interface other than {_STAYS}, the only one left after the move: {listed(going)}."
        )
    return passed(f"No setting that the script looks at names an interface other than {_STAYS}.")


RULE: Final = InstanceRule(
    module=__name__,
    title="Nothing may depend on a network interface that the move removes",
    severity="high",
    notice_items=("N05",),
    why="The public NIC is removed: a firewall, route or service that names it blocks traffic or does not start.",
    remediation=task("Name eth0, or no interface, in each of these files; then collect the evidence again."),
    remediation_after=(
        task("Name eth0, or no interface, in these files; where the network is down, at its console:")
        + aliyun("ecs", "DescribeInstanceVncUrl", {"InstanceId": ID})
    ),
    reads=(MIGRATING_INSTANCE,),
    sources=(
        "Physical server migration and upgrade notice: the NIC card is deleted and replaced with NatIP.",
        "ECS bulletin, notes for migrating to VPCs (2019): the operating system sees the private address only.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=(),
    lead_hours=168,
    check=by_evidence(_check),
    until_move=True,
)
