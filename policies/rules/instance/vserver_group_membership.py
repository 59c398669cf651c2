"""The stack names who puts the instance back into the vServer groups of CLB that it loses with the move."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import ID, aliyun, change, task
from policies.core.outcome import Verdict, failed, not_applicable, passed, worst
from policies.core.plan import MIGRATING_INSTANCE, Plan
from policies.core.rule import InstanceRule
from policies.core.waivers import waiver
from policies.subjects.load_balancers import beside_classic, called, rejoin, serves_classic_intranet


def _check(_plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    groups = instance.objects("vserverGroups")
    if not groups:
        return not_applicable("It is in no vServer group of CLB.")
    rejoins = instance.flag("rejoinVserverGroups")
    return worst([_member(instance.text("instanceId"), group, rejoins) for group in groups])


def _member(instance_id: str, group: Facts, rejoins: bool) -> Verdict:
    if serves_classic_intranet(group):
        return failed(
            f"It is in {called(group)}, which serves the classic intranet. The move removes it, and an intranet load "
            "balancer accepts no instance of another network: it cannot be added again.",
            aliyun(
                "slb",
                "CreateLoadBalancer",
                {"AddressType": "intranet", "VpcId": "<the target VPC>", "VSwitchId": "<its VSwitch>"},
            )
            + task("Once the new load balancer serves the traffic:")
            + waiver(instance_id),
        )
    if beside := beside_classic(group):
        return failed(
            f"It is in {called(group)}. {beside}",
            task("Move these servers in one wave.")
            | task("Put a load balancer of the target VPC before those that have moved.")
            | (
                task("Once Alibaba Cloud has confirmed that this load balancer takes servers of both networks:")
                + waiver(instance_id)
            ),
        )
    if rejoins:
        return passed(f"It is in {called(group)}; the stack declares that the team adds it again after the move.")
    return failed(
        f"It is in {called(group)}, and the move removes it: its traffic stops until somebody adds it again.",
        change("instances", [{"id": instance_id, "rejoinVserverGroups": True}])
        + task("Once it has moved:")
        + rejoin(instance_id, group),
    )


RULE: Final = InstanceRule(
    module=__name__,
    title="There must be a plan for every vServer group that loses the instance",
    severity="high",
    notice_items=(),
    why="After the move its load balancer sends it no traffic, while the instance itself looks healthy.",
    remediation=change("instances", [{"id": ID, "rejoinVserverGroups": True}]),
    remediation_after=task("Put it back: after-vserver-groups-rejoined names each group."),
    reads=(MIGRATING_INSTANCE,),
    sources=(
        "ECS user guide, migrate to a VPC (2021): a member of a vServer group of SLB is not attached again.",
        "CLB user guide, backend servers; Terraform provider, slb_server_group: which instances one takes.",
        "CLB API reference, AddVServerGroupBackendServers: Inconsistent, servers of two networks. "
        "For public load balancers Terraform's reference contradicts it; the stricter one is believed.",
    ),
    url="https://www.alibabacloud.com/help/en/slb/classic-load-balancer/user-guide/create-and-manage-a-vserver-group",
    ram_actions=("slb:DescribeLoadBalancers", "slb:DescribeVServerGroups", "slb:DescribeVServerGroupAttribute"),
    check=_check,
    until_move=True,
)
