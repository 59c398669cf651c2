"""Somebody puts the instance back into the vServer groups of CLB that it loses with the move."""

from typing import Final

from policies.clock import Timeline
from policies.facts import Facts
from policies.load_balancers import rejoin, serves_classic_intranet, told
from policies.outcome import Verdict, failed, not_applicable, passed, worst
from policies.plan import MIGRATING_INSTANCE, Plan
from policies.rule import InstanceRule


def _check(_plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    groups = instance.objects("vserverGroups")
    if not groups:
        return not_applicable("It is in no vServer group of CLB.")
    rejoins = instance.flag("rejoinVserverGroups")
    return worst([_member(instance.text("instanceId"), group, rejoins) for group in groups])


def _member(instance_id: str, group: Facts, rejoins: bool) -> Verdict:
    if serves_classic_intranet(group):
        return failed(
            f"It is in {told(group)}, which serves the classic intranet. The move takes it out, and an intranet load "
            "balancer takes no instance of a VPC that is not its own: this one cannot have it back.",
            "aliyun slb CreateLoadBalancer --AddressType intranet --VpcId <the target VPC> --VSwitchId <its VSwitch>",
        )
    if rejoins:
        return passed(f"It is in {told(group)}; the team puts it back after the move, as accepted.")
    return failed(
        f"It is in {told(group)}, and the move does not attach it again: its traffic ends until somebody does. A load "
        "balancer has servers of one network only: those of the group which stay classic keep it out.",
        f"classic-to-vpc:migration.instances: [{{id: {instance_id}, rejoinVserverGroups: true}}]   # and, once moved:\n"
        + rejoin(instance_id, group),
    )


RULE: Final = InstanceRule(
    module=__name__,
    title="Membership in vServer groups is looked after",
    severity="high",
    notice_items=(),
    why="After the move its load balancer sends it nothing, while the instance itself looks sound.",
    remediation="classic-to-vpc:migration.instances: [{id: i-..., rejoinVserverGroups: true}]",
    remediation_after="Put it back: after-vserver-groups-rejoined tells of each group.",
    reads=(MIGRATING_INSTANCE,),
    unknown_ok=None,
    sources=(
        "ECS user guide, migrate to a VPC (2021): a member of a vServer group of SLB is not attached again.",
        "CLB user guide, backend servers: a load balancer in a VPC takes instances of that VPC only. Create a vServer "
        "group: those of a public one belong to one VPC. Of a classic intranet one no text says that it takes "
        "instances of a VPC, and its SDK refuses another network type: it is taken not to.",
    ),
    url="https://www.alibabacloud.com/help/en/slb/classic-load-balancer/user-guide/create-and-manage-a-vserver-group",
    ram_actions=("slb:DescribeLoadBalancers", "slb:DescribeVServerGroups", "slb:DescribeVServerGroupAttribute"),
    check=_check,
    until_move=True,
)
