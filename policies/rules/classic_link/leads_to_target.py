"""A moving instance is linked by ClassicLink to no VPC but the one that it moves into."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import ID, Fix, aliyun, change, task
from policies.core.outcome import Verdict, failed, not_applicable, passed
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK, Plan
from policies.core.rule import InstanceRule
from policies.core.waivers import waiver
from policies.subjects.address_lists import target_vpc
from policies.subjects.applied import linked_vpcs


def _check(plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    instance_id = instance.text("instanceId")
    linked = linked_vpcs(plan).get(instance_id, ())
    if not linked:
        return not_applicable("It is linked to no VPC by ClassicLink.")
    target = target_vpc(plan)
    others = [vpc_id for vpc_id in linked if vpc_id != target]
    if not others:
        return passed(f"It is linked to {target}, into which it moves.")
    return failed(
        f"It is linked to {', '.join(others)} by ClassicLink, and moves into {target or 'another VPC'}. The link ends "
        "with the move, and so does the traffic over it.",
        _ways(instance_id, others[0]),
    )


def _ways(instance_id: str, vpc_id: str) -> Fix:
    return (
        (
            task("Move it into that VPC:")
            + change("network", {"mode": "existing", "vpcId": vpc_id, "vswitchIds": ["<vswitch>"]})
        )
        | (
            task("Where nothing uses the link, end it:")
            + aliyun("ecs", "DetachClassicLinkVpc", {"InstanceId": instance_id, "VpcId": vpc_id})
        )
        | (
            task("Connect the two VPCs (VPC peering connection or CEN), with routes and rules for the traffic, then:")
            + waiver(instance_id)
        )
    )


RULE: Final = InstanceRule(
    module=__name__,
    title="A moving instance must not be linked to another VPC",
    severity="high",
    notice_items=("N15",),
    why="VPCs do not reach each other by themselves: servers of the linked VPC lose the instance, and it loses them.",
    remediation=_ways(ID, "<the other VPC>"),
    remediation_after=task("Connect the two VPCs (VPC peering connection or CEN), with routes and rules for them."),
    reads=(MIGRATION, MIGRATING_INSTANCE, TARGET_NETWORK),
    sources=(
        "VPC user guide, ClassicLink overview: a link gives a classic instance access to ECS, RDS and SLB in one VPC.",
        "VPC user guide, VPC connections: VPCs are isolated from each other, until a peering connection or CEN joins "
        "them.",
    ),
    url="https://www.alibabacloud.com/help/en/virtual-private-cloud/latest/classiclink-overview",
    ram_actions=("ecs:DescribeClassicLinkInstances",),
    check=_check,
    until_move=True,
)
