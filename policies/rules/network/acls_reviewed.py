"""No network ACL filters the traffic of the VSwitch unseen."""

from collections.abc import Mapping
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import Fix, aliyun, change, task
from policies.core.outcome import Verdict, not_applicable, passed, unknown
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK, Plan, place_of
from policies.core.rule import InstanceRule
from policies.core.waivers import waiver
from policies.subjects.network import called


def _check(plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    place = place_of(instance)
    vswitches = plan.vswitches(place) if plan.of_type(TARGET_NETWORK) else ()
    if not vswitches:
        return not_applicable(f"There is no VSwitch in zone {place[0]}: see network-vswitch-in-usable-zone.")
    bound = plan.remember(__name__, lambda: _bound(plan))
    # One that is yet to be made has none.
    filtered = [item for item in vswitches if item.is_known("vswitchId") and item.text("vswitchId") in bound]
    if not filtered:
        return passed("No network ACL is bound to its VSwitch.")
    acls = {bound[item.text("vswitchId")]: called(item) for item in filtered}
    names = ", ".join(f"{acl} to VSwitch {vswitch}" for acl, vswitch in acls.items())
    return unknown(
        f"A network ACL is bound to its VSwitch ({names}). Its rules are not read. It keeps no state, and may refuse "
        "traffic, and answers, that the security groups accept.",
        _ways(next(iter(acls)), filtered[0].text("vswitchId"), instance.text("instanceId")),
    )


def _bound(plan: Plan) -> Mapping[str, str]:
    live = plan.migration.object("liveNetwork")
    acls = live.objects("networkAcls") if "networkAcls" in live.data else ()
    return {item.text("vswitchId"): item.text("networkAclId") for item in acls}


def _ways(acl_id: str, vswitch_id: str, instance_id: str) -> Fix:
    resource = {"Resource.1.ResourceId": vswitch_id, "Resource.1.ResourceType": "VSwitch"}
    return (
        (
            task("Compare its rules with those of the security groups:")
            + aliyun("vpc", "DescribeNetworkAclAttributes", {"NetworkAclId": acl_id})
            + task("Where it lets all of their traffic and the answers through:")
            + waiver(instance_id)
        )
        | (
            task("Where nobody needs it:")
            + aliyun("vpc", "UnassociateNetworkAcl", {"NetworkAclId": acl_id, **resource})
        )
        | _ANOTHER
    )


_ANOTHER: Final = task("Move into a new VSwitch, which has none:") + change(
    "network", {"mode": "create", "cidrBlock": "<block>", "vswitches": [{"zone": "<zone>"}]}
)

RULE: Final = InstanceRule(
    module=__name__,
    title="Network ACLs of the VSwitch must be reviewed",
    severity="high",
    notice_items=("N09", "N10", "N13"),
    why="A network ACL drops packets before any security group sees them: a service behind it is out of reach.",
    remediation=_ANOTHER,
    remediation_after=(
        task("If it is out of reach, look at the rules of the network ACL:")
        + aliyun("vpc", "DescribeNetworkAclAttributes", {"NetworkAclId": "<acl>"})
    ),
    reads=(MIGRATION, MIGRATING_INSTANCE, TARGET_NETWORK),
    sources=(
        "VPC user guide, network ACLs: they filter the traffic of instances in the VSwitch, without state.",
        "VPC API reference, DescribeVSwitches: NetworkAclId.",
    ),
    url="https://www.alibabacloud.com/help/en/vpc/user-guide/overview-of-network-acls",
    ram_actions=("vpc:DescribeVSwitches",),
    check=_check,
    until_move=True,
)
