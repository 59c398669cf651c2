"""Instances move into the region's default VPC only if the stack config chooses it by name."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.fixes import change, task
from policies.core.outcome import Verdict, failed, not_applicable, passed
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK, Plan, has_moved
from policies.core.rule import MigrationRule


def _check(plan: Plan, _timeline: Timeline) -> Verdict:
    region = plan.migration.text("regionId")
    if not plan.of_type(TARGET_NETWORK):
        return not_applicable("There is no target network: see network-vswitch-in-usable-zone.")
    network = plan.network.facts
    mode = network.choice("mode", "create", "existing", "default")
    if mode == "create":
        return not_applicable("The target VPC is not the default VPC.")
    if mode == "default":
        return passed("The default VPC is chosen: network.mode is default.")
    if stack := network.optional_text("sharedWith"):
        return not_applicable(f"Stack {stack} chose the VPC, and its own preview judges that choice.")
    if not network.flag("isDefault"):
        return passed(f"The existing VPC is not the default one of {region}.")
    if any(has_moved(item.facts) for item in plan.instances):
        return not_applicable("It is the default VPC, and instances are in it by now: there is no other choice.")
    return failed(
        f"{network.text('vpcId')} is the default VPC of {region}, and network.mode is existing, which does not say "
        "that the default VPC is meant."
    )


RULE: Final = MigrationRule(
    module=__name__,
    title="The default VPC must be chosen on purpose",
    severity="low",
    notice_items=("N09", "N10"),
    why=(
        "The cloud made the default VPC, with blocks of its own choice, for resources without a network. An instance "
        "that moves into it cannot move back, and shares it with all that others start there."
    ),
    remediation=(
        (task("If the default VPC is meant:") + change("network", {"mode": "default", "zones": ["<zone>"]}))
        | change("network", {"mode": "create", "cidrBlock": "<block>", "vswitches": [{"zone": "<zone>"}]})
    ),
    reads=(MIGRATION, MIGRATING_INSTANCE, TARGET_NETWORK),
    remediation_after=task("Nothing is left to do: the instance can go neither back nor into another VPC."),
    sources=(
        "Physical server migration and upgrade notice: a VPC and VSwitch of one's own, or the default ones.",
        "VPC user guide, default VPCs and default VSwitches: one a region, its blocks set by the system.",
        'EIP API reference, AssociateEipAddress: "Eip of default vpc not allow this operation".',
    ),
    url="https://www.alibabacloud.com/help/en/vpc/user-guide/default-vpcs-and-default-vswitches",
    ram_actions=("vpc:DescribeVpcs", "vpc:DescribeVpcAttribute"),
    lead_hours=168,
    check=_check,
)
