"""Every classic instance to be linked is Running or Stopped, and is not locked."""

from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import aliyun
from policies.core.outcome import Verdict, failed, judged, not_applicable, passed, worst
from policies.core.plan import CLASSIC_LINK_COMPONENT, Plan
from policies.core.rule import MigrationRule


def _check(plan: Plan, _timeline: Timeline) -> Verdict:
    link = plan.classic_link
    if link is None:
        return not_applicable("The stack does not use ClassicLink.")
    linked = {item.text("instanceId") for item in link.objects("existingLinks") if item.flag("toTarget")}
    waiting = [item for item in link.objects("attached") if item.text("instanceId") not in linked]
    if not waiting:
        return passed("Every instance to link is linked.")
    return worst(judged(partial(_instance, item)) for item in waiting)


def _instance(instance: Facts) -> Verdict:
    instance_id, status = instance.text("instanceId"), instance.text("status")
    if status not in ("Running", "Stopped"):
        return failed(f"{instance_id} is {status}; only a Running or Stopped instance can be linked.")
    if locks := instance.texts("operationLocks"):
        return failed(f"{instance_id} is locked ({', '.join(locks)}), and a locked instance cannot be linked.")
    return passed("Every instance to link is Running or Stopped, and not locked.")


RULE: Final = MigrationRule(
    module=__name__,
    title="Every instance to be linked must be Running or Stopped, and not locked",
    severity="medium",
    notice_items=("N15",),
    why="The cloud refuses the attachment, and pulumi up stops before what depends on it.",
    remediation=aliyun("ecs", "StartInstance", {"InstanceId": "<instance>"}),
    reads=(CLASSIC_LINK_COMPONENT,),
    sources=("ECS API reference, AttachClassicLinkVpc: InvalidStatus.InstanceStatus, InvalidStatus.InstanceLocked.",),
    url="https://www.alibabacloud.com/help/en/virtual-private-cloud/latest/classiclink-overview",
    ram_actions=("ecs:DescribeInstances", "ecs:DescribeClassicLinkInstances"),
    check=_check,
)
