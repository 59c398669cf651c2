"""The VSwitch does not overlap a network that the instances must reach."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import ID, aliyun, change, task
from policies.core.outcome import Verdict, failed, not_applicable, passed
from policies.core.plan import MIGRATING_INSTANCE, TARGET_NETWORK, Plan, place_of
from policies.core.rule import InstanceRule
from policies.security_groups.packets import block_of
from policies.subjects.network import network_for

_OWN: Final = "Create a new VPC, whose VSwitches the program plans:"
_BLOCK: Final = "<a block apart>"


def _check(plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    avoided = plan.network.facts.texts("avoidedCidrs") if plan.of_type(TARGET_NETWORK) else ()
    if not avoided:
        return not_applicable("network.avoid names no network that must be reached.")
    overlaps = [
        f"{vswitch.text('cidrBlock')} overlaps {block}"
        for vswitch in plan.vswitches(place_of(instance))
        for block in avoided
        if block_of(vswitch, "cidrBlock").overlaps(block_of(plan.network.facts, "avoidedCidrs", block))
    ]
    if overlaps:
        return failed(
            f"Its VSwitch overlaps a network that it must reach: {'; '.join(overlaps)}.",
            task(
                "Under network.vswitchIds in the stack config, name in its place a VSwitch whose block is apart from "
                "those of network.avoid."
            )
            | (task(_OWN) + network_for(plan, block=_BLOCK, avoid=avoided)),
        )
    return passed("Its VSwitch overlaps no network that must be reached.")


RULE: Final = InstanceRule(
    module=__name__,
    title="The VSwitch must not overlap the networks that it must reach",
    severity="high",
    notice_items=("N09",),
    why="Packets to an address inside the VPC never leave it: a peer with such an address is out of reach.",
    remediation=(
        task("Name a VSwitch that is apart under network.vswitchIds in the stack config.")
        | (task(_OWN) + change("network", {"mode": "create", "cidrBlock": _BLOCK, "vswitches": [{"zone": "<zone>"}]}))
    ),
    remediation_after=(
        task("Stop the instance, and give it an address of a VSwitch that is apart:")
        + aliyun("ecs", "ModifyInstanceVpcAttribute", {"InstanceId": ID, "VSwitchId": "<vswitch>"})
    ),
    reads=(MIGRATING_INSTANCE, TARGET_NETWORK),
    sources=("VPC user guide, plan networks: the blocks of connected networks must not overlap.",),
    url="https://www.alibabacloud.com/help/en/vpc/user-guide/plan-networks",
    ram_actions=("vpc:DescribeVpcs", "vpc:DescribeVSwitches"),
    check=_check,
    until_move=True,
)
