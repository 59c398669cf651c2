"""No custom route of the VPC keeps traffic to linked instances inside the VPC."""

from collections.abc import Sequence
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import aliyun
from policies.core.outcome import Verdict, failed, not_applicable, passed
from policies.core.plan import CLASSIC_LINK_COMPONENT, Plan
from policies.core.rule import MigrationRule
from policies.security_groups.packets import AddressPeer, parse_block

CLASSIC_NETWORK: Final = "10.0.0.0/8"


def _check(plan: Plan, _timeline: Timeline) -> Verdict:
    link = plan.classic_link
    if link is None:
        return not_applicable("The stack does not use ClassicLink.")
    addresses = [_parsed(link, address) for item in link.objects("attached") for address in item.texts("intranetIps")]
    in_the_way = [route for route in link.texts("customRoutes") if _diverts(_parsed(link, route), addresses)]
    if in_the_way:
        return failed(f"The VPC has custom routes to classic addresses: {', '.join(sorted(in_the_way))}.")
    return passed("The VPC has no custom route to the classic network.")


def _diverts(route: AddressPeer, addresses: Sequence[AddressPeer]) -> bool:
    """Whether a route is the one that ClassicLink forbids, or a part of it with a linked instance."""
    classic = parse_block(CLASSIC_NETWORK)
    return route == classic or (route.is_inside(classic) and any(address.is_inside(route) for address in addresses))


def _parsed(link: Facts, text: str) -> AddressPeer:
    try:
        return parse_block(text)
    except ValueError:
        raise link.malformed("customRoutes", "a list of CIDR blocks") from None


RULE: Final = MigrationRule(
    module=__name__,
    title="No custom route may lead to the classic network",
    severity="high",
    notice_items=("N15",),
    why="ClassicLink cannot be enabled beside a route to 10.0.0.0/8, and a narrower one would divert its traffic.",
    remediation=aliyun(
        "vpc",
        "DeleteRouteEntry",
        {"RouteTableId": "<table>", "DestinationCidrBlock": "<route>", "NextHopId": "<hop>"},
    ),
    reads=(CLASSIC_LINK_COMPONENT,),
    sources=(
        "VPC user guide, ClassicLink overview: the VPC must have no custom route entry to 10.0.0.0/8. That a narrower "
        "one keeps a linked instance from being reached follows from how routes are chosen.",
    ),
    url="https://www.alibabacloud.com/help/en/virtual-private-cloud/latest/classiclink-overview",
    ram_actions=("vpc:DescribeRouteTableList", "vpc:DescribeRouteEntryList"),
    check=_check,
)
