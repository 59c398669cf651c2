"""The instance type supports elastic network interfaces."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import ID, aliyun, change, task
from policies.core.outcome import Verdict, failed, passed, unknown
from policies.core.plan import MIGRATING_INSTANCE, Plan
from policies.core.rule import InstanceRule

_UPGRADE: Final = aliyun("ecs", "ModifyInstanceSpec", {"InstanceId": ID, "InstanceType": "<a current type>"})
_UPGRADE_OR_LATER: Final = _UPGRADE | (task("Leave it for a later wave:") + change("later", [ID]))


def _check(_plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    instance_type = instance.text("instanceType")
    if "eniQuantity" not in instance.data:
        return unknown(
            f"How many network interfaces {instance_type} can have is not known: the type may be phased out.",
            _UPGRADE_OR_LATER,
        )
    quantity = instance.number("eniQuantity")
    if not instance.flag("ioOptimized"):
        return failed(
            f"It is not I/O-optimized: only I/O-optimized instances can have elastic network interfaces, "
            f"whatever {instance_type} supports.",
            _UPGRADE_OR_LATER,
        )
    if quantity < 1:
        return failed(f"{instance_type} can have no elastic network interface.", _UPGRADE_OR_LATER)
    return passed(f"{instance_type} can have {quantity:g} elastic network interfaces.")


RULE: Final = InstanceRule(
    module=__name__,
    title="The instance type must support elastic network interfaces",
    severity="high",
    notice_items=("N34",),
    why=(
        "Phased-out types without elastic network interfaces can get no EIP in cut-through mode, and not their MAC "
        "address back."
    ),
    remediation=(_UPGRADE_OR_LATER),
    remediation_after=(task("Stop it, then:") + _UPGRADE),
    reads=(MIGRATING_INSTANCE,),
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
