"""The network ACL of the VSwitch lets through what the security groups accept, and the answers."""

from collections.abc import Mapping, Sequence
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import Fix, aliyun, change, task
from policies.core.outcome import Verdict, failed, not_applicable, passed, unknown
from policies.core.plan import (
    TARGET_NETWORK,
    Plan,
    place_of,
)
from policies.core.rule import InstanceRule
from policies.core.waivers import waiver
from policies.security_groups import clones
from policies.security_groups.network_acls import refused
from policies.security_groups.reading import COMPARED, NEW_GROUPS
from policies.subjects.address_lists import why_unread
from policies.subjects.network import called


def _check(plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    place = place_of(instance)
    vswitches = plan.vswitches(place) if plan.of_type(TARGET_NETWORK) else ()
    if not vswitches:
        return not_applicable(f"There is no VSwitch in zone {place[0]}: see network-vswitch-in-usable-zone.")
    bound = plan.remember((__name__, "bound"), lambda: _bound(plan))
    # One that is yet to be made has none.
    filtered = [item for item in vswitches if item.is_known("vswitchId") and item.text("vswitchId") in bound]
    if not filtered:
        return passed("No network ACL is bound to its VSwitch.")
    if missing := clones.without_clone(plan, instance.texts("securityGroupIds")):
        return not_applicable(f"There is no clone of {', '.join(missing)} to compare: see security-group-cloned.")
    acls = [(bound[item.text("vswitchId")], item) for item in filtered]
    entries = plan.remember((__name__, "entries"), lambda: _entries(plan))
    if unread := [(acl, item) for acl, item in acls if acl not in entries]:
        why = why_unread(plan, "network-acl") or "no answer had them."
        return unknown(f"The entries of network ACL {_names(unread)} are not known: {why}", _ways(unread[0], instance))
    found = [(refused(plan, instance, entries[acl], item), (acl, item)) for acl, item in acls]
    refusing = [at for item, at in found if item.certain or item.possible]
    if not refusing:
        return passed(f"Network ACL {_names(acls)} lets through all that the security groups accept, and the answers.")
    ways = _ways(refusing[0], instance)
    certain = [line for item, _ in found for line in item.certain.lines("accepted by")]
    # It may move into any of the VSwitches.
    if len(filtered) == len(vswitches) and all(item.certain for item, _ in found):
        return failed("\n".join([f"Network ACL {_names(refusing)} refuses accepted traffic:", *certain]), ways)
    intro = (
        f"Network ACL {_names(refusing)} refuses traffic that the security groups accept. Nothing shows whether it is "
        "used:"
    )
    possible = [line for item, _ in found for line in item.possible.lines("accepted by")]
    return unknown("\n".join([intro, *certain, *possible]), ways)


def _names(acls: Sequence[tuple[str, Facts]]) -> str:
    """Return network ACLs, each with the VSwitch that it is bound to."""
    return ", ".join(f"{acl} of VSwitch {called(vswitch)}" for acl, vswitch in acls)


def _bound(plan: Plan) -> Mapping[str, str]:
    """Return the network ACLs of VSwitches, by VSwitch."""
    return {item.text("vswitchId"): item.text("networkAclId") for item in _live(plan, "networkAcls")}


def _entries(plan: Plan) -> Mapping[str, Facts]:
    """Return the network ACLs that were read, by id."""
    return {item.text("networkAclId"): item for item in _live(plan, "networkAclEntries")}


def _live(plan: Plan, key: str) -> tuple[Facts, ...]:
    live = plan.migration.object("liveNetwork")
    return live.objects(key) if key in live.data else ()


def _ways(at: tuple[str, Facts], instance: Facts) -> Fix:
    acl_id, vswitch = at
    resource = {"Resource.1.ResourceId": vswitch.text("vswitchId"), "Resource.1.ResourceType": "VSwitch"}
    return (
        (
            task(
                "Let its entries accept the traffic that is used, and the answers to ports 1024/65535, in the console:"
            )
            + aliyun("vpc", "DescribeNetworkAclAttributes", {"NetworkAclId": acl_id})
        )
        | (task("Where nobody uses what it refuses:") + waiver(instance.text("instanceId")))
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
    title="Network ACLs of the VSwitch must let accepted traffic through",
    severity="high",
    notice_items=("N09", "N10", "N13"),
    why="A network ACL drops packets before any security group sees them: a service behind it is out of reach.",
    remediation=_ANOTHER,
    remediation_after=(
        task("If it is out of reach, look at the rules of the network ACL:")
        + aliyun("vpc", "DescribeNetworkAclAttributes", {"NetworkAclId": "<acl>"})
    ),
    reads=COMPARED,
    unknown_ok=NEW_GROUPS,
    sources=(
        "VPC user guide, network ACLs: they filter the traffic of instances in the VSwitch, not that within it, and "
        "without state; the first entry that matches decides, and what none matches is refused; ports are destination "
        "ports; answers go to ports 1024 to 65535; name servers and the metadata service are always let through.",
        "VPC API reference, DescribeVSwitches: NetworkAclId; DescribeNetworkAclAttributes.",
    ),
    url="https://www.alibabacloud.com/help/en/vpc/user-guide/overview-of-network-acls",
    ram_actions=("vpc:DescribeVSwitches", "vpc:DescribeNetworkAclAttributes"),
    check=_check,
    until_move=True,
)
