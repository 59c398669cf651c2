"""No network setting of the guest system is bound to a MAC address."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import ID, aliyun, task
from policies.core.outcome import Verdict, failed, passed
from policies.core.plan import MIGRATING_INSTANCE, Plan
from policies.core.rule import InstanceRule
from policies.subjects.guest import by_evidence, listed


def _check(_plan: Plan, _timeline: Timeline, _instance: Facts, guest: Facts) -> Verdict:
    bound = guest.texts("macBoundConfig")
    if bound:
        return failed(f"Network settings name a MAC address: {listed(bound)}.")
    return passed("No network setting that the script looks at names a MAC address.")


RULE: Final = InstanceRule(
    module=__name__,
    title="No network setting may be bound to a MAC address",
    severity="high",
    notice_items=("N31",),
    why="One NIC is left, perhaps with another MAC: its interface then gets another name or no address.",
    remediation=task(
        "Delete these lines, and /etc/udev/rules.d/70-persistent-net.rules; then collect the evidence again."
    ),
    remediation_after=(
        task("Delete these lines; where the network is down, at its console:")
        + aliyun("ecs", "DescribeInstanceVncUrl", {"InstanceId": ID})
    ),
    reads=(MIGRATING_INSTANCE,),
    sources=(
        "Physical server migration and upgrade notice, troubleshooting: the MAC address is lost.",
        "ECS user guide, migrate to a VPC (2021): one MAC address is kept, the private one unless chosen otherwise; "
        "the two do not agree.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=(),
    lead_hours=168,
    check=by_evidence(_check),
    until_move=True,
)
