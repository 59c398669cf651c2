"""A public address that the stack converts is an EIP, bound in cut-through mode where FTP needs it."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import Fix, change, task, then_all
from policies.core.outcome import Verdict, failed, not_applicable, passed
from policies.core.plan import (
    CLONED_SECURITY_GROUP,
    CUT_THROUGH_BINDING,
    MIGRATING_INSTANCE,
    PUBLIC_IP_CONVERSION,
    TARGET_NETWORK,
    Plan,
    has_moved,
    place_of,
)
from policies.core.rule import InstanceRule
from policies.subjects.network import network_for, new_vswitch


def _check(plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    if not instance.flag("toEip"):
        return not_applicable("Its public address need not become an EIP.")
    if not has_moved(instance):
        return not_applicable("It has not moved yet: the address of a classic instance cannot be converted.")
    instance_id = instance.text("instanceId")
    types = [PUBLIC_IP_CONVERSION]
    if instance.optional_text("ftpPlan") == "eip-cut-through":
        types.append(CUT_THROUGH_BINDING)
    for resource_type in types:
        resources = [item for item in plan.of_type(resource_type) if item.facts.data.get("instanceId") == instance_id]
        if len(resources) != 1:
            name = resource_type.rpartition(":")[2]
            return failed(
                f"{len(resources)} {name} resources are declared for it; expected one.",
                _place_of_interface(plan, instance),
            )
    return passed("Its public address is an EIP, or becomes one with this update.")


def _place_of_interface(plan: Plan, instance: Facts) -> Fix:
    """Return the missing parts of the config: a VSwitch of the instance's zone and tier, and clones of its groups."""
    zone, tier = place_of(instance)
    lacking = []
    if not plan.of_type(TARGET_NETWORK):
        lacking.append(network_for(plan))
    elif not any(item.optional_text("tier") == tier for item in plan.vswitches((zone, None))):
        lacking.append(new_vswitch(plan, zone, tier))
    if not plan.of_type(CLONED_SECURITY_GROUP):
        lacking.append(change("securityGroups", {"mode": "clone"}))
    return then_all([task(_WHERE), *lacking])


_WHERE: Final = (
    "Declare a VSwitch of its zone and tier, and the clones of its groups, in the stack config: the network interface "
    "of the EIP needs both."
)

RULE: Final = InstanceRule(
    module=__name__,
    title="A public address must be an EIP where the stack asks for it",
    severity="medium",
    notice_items=("N32", "N33"),
    why="After the move the guest system sees no public address: FTP and similar protocols announce the wrong one.",
    remediation=(
        task(_WHERE)
        + change("network", {"vswitches": [{"zone": "<zone>"}]})
        + change("securityGroups", {"mode": "clone"})
    ),
    reads=(MIGRATING_INSTANCE, PUBLIC_IP_CONVERSION, CUT_THROUGH_BINDING, TARGET_NETWORK, CLONED_SECURITY_GROUP),
    unknown_ok="A conversion that this update makes may wait for the update.",
    sources=(
        "Physical server migration and upgrade notice: troubleshooting, FTP.",
        "EIP user guide, associate an EIP with a secondary ENI in cut-through mode.",
        "ECS API reference, ConvertNatPublicIpToEip: of instances in a VPC.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-convertnatpubliciptoeip",
    ram_actions=("ecs:DescribeInstances", "vpc:DescribeEipAddresses"),
    check=_check,
    until_move=False,
)
