"""The instance type can have a network interface of a VPC."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.outcome import Verdict, failed, passed, unknown
from policies.core.plan import MIGRATING_INSTANCE, Plan
from policies.core.rule import InstanceRule


def _check(_plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    instance_type = instance.text("instanceType")
    if "eniQuantity" not in instance.data:
        return unknown(
            f"How many network interfaces {instance_type} can have is not known: the type may be phased out.",
            _upgrade_or_later(instance),
        )
    quantity = instance.number("eniQuantity")
    if not instance.flag("ioOptimized"):
        return failed(
            f"It is not I/O-optimized, whatever {instance_type} can have: only I/O-optimized instances can have "
            "elastic network interfaces.",
            _upgrade_or_later(instance),
        )
    if quantity < 1:
        return failed(f"{instance_type} can have no elastic network interface.", _upgrade_or_later(instance))
    return passed(f"{instance_type} can have {quantity:g} elastic network interfaces.")


def _upgrade_or_later(instance: Facts) -> str:
    instance_id = instance.text("instanceId")
    return (
        f"aliyun ecs ModifyInstanceSpec --InstanceId {instance_id} --InstanceType <a current type>\n"
        f"or leave it for a later wave, out of instances: classic-to-vpc:migration.later: [{instance_id}]"
    )


RULE: Final = InstanceRule(
    module=__name__,
    title="The instance type must support elastic network interfaces",
    severity="high",
    notice_items=("N34",),
    why=(
        "Phased-out types without elastic network interfaces cannot be given an EIP in cut-through mode, nor their "
        "MAC back."
    ),
    remediation=(
        "aliyun ecs ModifyInstanceSpec --InstanceId <id> --InstanceType <a current type>\n"
        "or leave it for a later wave, out of instances:\nclassic-to-vpc:migration.later: [<id>]"
    ),
    remediation_after=(
        "Stop it, then:\naliyun ecs ModifyInstanceSpec --InstanceId <id> --InstanceType <a current type>"
    ),
    reads=(MIGRATING_INSTANCE,),
    unknown_ok=None,
    sources=(
        "Physical server migration and upgrade notice: some phased-out types do not support ENIs; upgrade them first.",
        "ECS API reference, DescribeInstanceTypes: EniQuantity counts the primary interface.",
        "ECS user guide, elastic network interfaces: I/O-optimized instance types only.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/retired-instance-types",
    ram_actions=("ecs:DescribeInstances", "ecs:DescribeInstanceTypes"),
    check=_check,
    until_move=True,
)
