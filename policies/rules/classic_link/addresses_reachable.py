"""Linked instances can reach every VSwitch that instances move into."""

from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import Fix, change, task
from policies.core.outcome import Verdict, failed, judged, not_applicable, passed, worst
from policies.core.plan import CLASSIC_LINK_COMPONENT, TARGET_NETWORK, Plan
from policies.core.rule import MigrationRule
from policies.security_groups.packets import AddressPeer, block_of, parse_block
from policies.subjects.network import network_for

# The classic network has the rest of 10.0.0.0/8.
REACHABLE: Final = ("10.111.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
NEEDS_ROUTE: Final = "192.168.0.0/16"


def _check(plan: Plan, _timeline: Timeline) -> Verdict:
    link = plan.classic_link
    if link is None:
        return not_applicable("The stack does not use ClassicLink.")
    network = plan.network.facts
    primary = block_of(network, "cidrBlock")
    verdicts = [judged(partial(_vswitch, plan, item, primary)) for item in network.objects("vswitches")]
    if primary.is_inside(parse_block(NEEDS_ROUTE)) and not link.flag("guestRoute"):
        verdicts.append(
            failed(
                f"The VPC is in {NEEDS_ROUTE}. Each linked instance needs a route {NEEDS_ROUTE} to its intranet NIC, "
                "and classicLink.guestRoute does not confirm these routes.",
                task(f"Add a route {NEEDS_ROUTE} to its intranet NIC in each linked instance, then:")
                + change("classicLink", {"guestRoute": True}),
            )
        )
    return worst(verdicts)


def _vswitch(plan: Plan, vswitch: Facts, primary: AddressPeer) -> Verdict:
    block, text = block_of(vswitch, "cidrBlock"), vswitch.text("cidrBlock")
    if not block.is_inside(primary):
        return failed(
            f"{text} is not in the VPC's primary block, the only one that ClassicLink reaches.", _elsewhere(plan)
        )
    if not any(block.is_inside(parse_block(area)) for area in REACHABLE):
        return failed(
            f"{text} cannot be reached from the classic network: expected a block in {', '.join(REACHABLE)}.",
            _elsewhere(plan),
        )
    return passed("Linked instances reach every VSwitch.")


def _elsewhere(plan: Plan) -> Fix:
    """Return the fixes with VSwitches in reach: the config accepts no others where the stack adds some itself."""
    return _OTHERS | (task(_OWN) + network_for(plan))


_OTHERS: Final = task(
    "Use a VSwitch in the VPC's primary block that the classic network reaches: set network.mode to existing, and list "
    "its id under network.vswitchIds, in the stack config."
)
_OWN: Final = "Create a new VPC, whose VSwitches ClassicLink reaches:"


RULE: Final = MigrationRule(
    module=__name__,
    title="The addresses of linked instances must be reachable from the VSwitches",
    severity="high",
    notice_items=("N15",),
    why="ClassicLink reaches certain blocks only: to a VSwitch outside them the link is up, but carries no traffic.",
    remediation=(
        _OTHERS
        | (
            task(_OWN)
            + change("network", {"mode": "create", "cidrBlock": "172.16.0.0/16", "vswitches": [{"zone": "<zone>"}]})
        )
    ),
    reads=(CLASSIC_LINK_COMPONENT, TARGET_NETWORK),
    sources=(
        "VPC user guide, ClassicLink overview: only the primary CIDR block of the VPC is reached; in 10.0.0.0/8 only "
        "VSwitches inside 10.111.0.0/16; for 192.168.0.0/16 each classic instance needs a route.",
    ),
    url="https://www.alibabacloud.com/help/en/virtual-private-cloud/latest/classiclink-overview",
    ram_actions=("vpc:DescribeVpcAttribute", "vpc:DescribeVSwitches"),
    check=_check,
)
