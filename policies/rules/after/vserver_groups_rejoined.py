"""A moved instance is back in every vServer group of CLB that it was in before the move, and gets traffic."""

from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import ID, Fix, aliyun, task
from policies.core.outcome import Verdict, failed, judged, not_applicable, passed, worst
from policies.core.plan import MIGRATING_INSTANCE, Plan, has_moved
from policies.core.rule import InstanceRule
from policies.core.waivers import waiver
from policies.subjects.load_balancers import beside_classic, called, rejoin, serves_classic_intranet, weigh


def _check(_plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    if not has_moved(instance):
        return not_applicable("It has not moved yet.")
    groups = instance.objects("vserverGroups")
    if not groups:
        return not_applicable("It was in no vServer group of CLB.")
    return worst(judged(partial(_again, instance.text("instanceId"), timeline, group)) for group in groups)


def _again(instance_id: str, timeline: Timeline, group: Facts) -> Verdict:
    match group.choice("standing", "member", "idle", "left", "deleted"):
        case "member":
            return passed(f"It is in {called(group)}, as before.")
        case "idle":
            return failed(
                f"It was in {called(group)}, and its weight is 0 by now: that load balancer sends it no traffic.",
                weigh(instance_id, group),
            )
        case "deleted":
            return passed(f"It was in {called(group)}, and the group has been deleted since.")
    if serves_classic_intranet(group):
        return failed(
            f"It was in {called(group)}, which serves the classic intranet and accepts no instance of a VPC. Its "
            "traffic must arrive another way; no API shows whether it does.",
            _replaced(instance_id, timeline),
        )
    beside = beside_classic(group)
    return failed(
        f"It is no longer in {called(group)}: that load balancer sends it no traffic.{beside and ' '}{beside}",
        rejoin(instance_id, group),
    )


def _replaced(instance_id: str, timeline: Timeline) -> Fix:
    fix = task("Put a load balancer of the target VPC in its place, and delete the group.")
    # No waiver holds after the window.
    if timeline.latest is not None and timeline.now < timeline.latest:
        return fix | (task("Once the new load balancer serves the traffic:") + waiver(instance_id))
    return fix


RULE: Final = InstanceRule(
    module=__name__,
    title="The instance must be back in its vServer groups",
    severity="high",
    notice_items=(),
    why="Its load balancer sends it no traffic, while the instance itself looks healthy.",
    remediation=aliyun(
        "slb",
        "AddVServerGroupBackendServers",
        {"VServerGroupId": "<group>", "BackendServers": [{"ServerId": ID, "Port": 80, "Weight": 100}]},
    ),
    reads=(MIGRATING_INSTANCE,),
    sources=(
        "ECS user guide, migrate to a VPC (2021): a member of a vServer group of SLB is not attached again.",
        "CLB API reference, AddVServerGroupBackendServers.",
    ),
    url="https://www.alibabacloud.com/help/en/slb/classic-load-balancer/user-guide/create-and-manage-a-vserver-group",
    ram_actions=("slb:DescribeLoadBalancers", "slb:DescribeVServerGroups", "slb:DescribeVServerGroupAttribute"),
    check=_check,
    until_move=False,
)
