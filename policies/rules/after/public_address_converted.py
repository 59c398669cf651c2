"""The public address that was to become an EIP is one, bound in cut-through mode where FTP needs it."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import ID, change, task
from policies.core.outcome import Verdict, failed, not_applicable, passed
from policies.core.plan import CUT_THROUGH_BINDING, MIGRATING_INSTANCE, PUBLIC_IP_CONVERSION, Plan, has_moved
from policies.core.rule import InstanceRule


def _check(plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    if not instance.flag("toEip"):
        return not_applicable("Its public address need not become an EIP.")
    if not has_moved(instance):
        return not_applicable("It has not moved yet: the address of a classic instance cannot be converted.")
    instance_id = instance.text("instanceId")
    wanted = [PUBLIC_IP_CONVERSION]
    if instance.optional_text("ftpPlan") == "eip-cut-through":
        wanted.append(CUT_THROUGH_BINDING)
    for resource_type in wanted:
        found = [item for item in plan.of_type(resource_type) if item.facts.data.get("instanceId") == instance_id]
        if len(found) != 1:
            what = resource_type.rpartition(":")[2]
            return failed(
                f"{len(found)} {what} resources are declared for it, and one is needed.",
                task(
                    "Declare network and securityGroups in the stack config: the EIP's network interface goes into a "
                    "VSwitch of its zone and the clones of its groups."
                ),
            )
    return passed("Its public address is an EIP, or becomes one with this update.")


RULE: Final = InstanceRule(
    module=__name__,
    title="A public address must be an EIP where the stack asks for it",
    severity="medium",
    notice_items=("N32", "N33"),
    why="After the move the guest system sees no public address: FTP and similar protocols announce the wrong one.",
    remediation=change("after", {"convertPublicIps": [ID]}),
    reads=(MIGRATING_INSTANCE, PUBLIC_IP_CONVERSION, CUT_THROUGH_BINDING),
    unknown_ok="What this update converts may wait for it.",
    sources=(
        "Physical server migration and upgrade notice: troubleshooting, FTP.",
        "EIP user guide, associate an EIP with a secondary ENI in cut-through mode.",
        "ECS API reference, ConvertNatPublicIpToEip: of instances in a VPC.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-convertnatpubliciptoeip",
    ram_actions=("ecs:DescribeInstances", "vpc:DescribeEipAddresses"),
    check=_check,
)
