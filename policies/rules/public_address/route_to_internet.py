"""No IPv4 gateway of the target VPC keeps a public address from the Internet."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts, UnreadableError
from policies.core.fixes import Fix, aliyun, change, task
from policies.core.outcome import Verdict, not_applicable, passed, unknown
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK, Plan, place_of
from policies.core.rule import InstanceRule
from policies.core.waivers import waiver
from policies.subjects.address_lists import target_vpc
from policies.subjects.applied import live_vpcs, live_vswitches
from policies.subjects.network import called, public_addresses

_EVERYWHERE: Final = "0.0.0.0/0"


def _check(plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    vpc_id = target_vpc(plan)
    vpc = None if vpc_id is None else live_vpcs(plan).get(vpc_id)
    if vpc is None or ("ipv4Gateway" in vpc.data and not vpc.flag("ipv4Gateway")):
        return passed("The VPC has no IPv4 gateway, and its instances reach the Internet by their own addresses.")
    addresses = public_addresses(instance)
    if not addresses:
        return not_applicable("It has no public address after the move.")
    if "ipv4Gateway" not in vpc.data:
        raise UnreadableError(f"{vpc.path}: ipv4Gateway", "is missing: routes to an IPv4 gateway may be needed")
    gateway = vpc.optional_text("ipv4GatewayId")
    vswitches = plan.vswitches(place_of(instance))
    tables = [(item, _table_of(plan, item)) for item in vswitches]
    astray = [
        (called(item), table)
        for item, table in tables
        if table is None or gateway is None or not _leads_to(plan, table, gateway)
    ]
    if vswitches and not astray:
        return passed(f"The route table of its VSwitch leads to the IPv4 gateway {gateway}.")
    names = ", ".join(name for name, _ in astray)
    reason = f"No route to it is known for VSwitch {names}" if astray else "Its VSwitch is not known"
    lacking = next((table for _, table in astray if table), "<table>")
    return unknown(
        f"Only a route to the IPv4 gateway leads from {vpc_id} to the Internet. {reason}: {', '.join(addresses)} may "
        "be out of reach.",
        _ways(vpc.text("vpcId"), lacking, gateway, instance.text("instanceId")),
    )


def _table_of(plan: Plan, vswitch: Facts) -> str | None:
    """Return the route table of a VSwitch that exists, None for another."""
    live = live_vswitches(plan).get(vswitch.text("vswitchId")) if vswitch.is_known("vswitchId") else None
    return live.optional_text("routeTableId") if live else None


def _leads_to(plan: Plan, table: str, gateway: str) -> bool:
    """Whether a table has a default route, and all of its routes to the Internet lead to a gateway alone."""
    network = plan.migration.object("liveNetwork")
    routes = [
        item
        for item in (network.objects("internetRoutes") if "internetRoutes" in network.data else ())
        if item.text("routeTableId") == table
    ]
    return any(item.text("destination") == _EVERYWHERE for item in routes) and all(
        (item.text("status"), item.texts("nextHopIds")) == ("Available", (gateway,)) for item in routes
    )


def _ways(vpc_id: str, table: str, gateway: str | None, instance_id: str) -> Fix:
    route = {"RouteTableId": table, "DestinationCidrBlock": _EVERYWHERE, "NextHopType": "Ipv4Gateway"}
    return (
        (
            task("Check whether the route table of its VSwitch has 0.0.0.0/0 to the IPv4 gateway, and add it:")
            + aliyun("vpc", "ListIpv4Gateways", {"VpcId": vpc_id})
            + aliyun("vpc", "CreateRouteEntry", {**route, "NextHopId": gateway or "<gateway>"})
        )
        | (task("Where it reaches the Internet in another way:") + waiver(instance_id))
        | _ANOTHER
    )


_ANOTHER: Final = task("Move into a new VPC, which has none:") + change(
    "network", {"mode": "create", "cidrBlock": "<block>", "vswitches": [{"zone": "<zone>"}]}
)

RULE: Final = InstanceRule(
    module=__name__,
    title="No IPv4 gateway may keep the public address from the Internet",
    severity="high",
    notice_items=("N05", "N09", "N10"),
    why="Without a route to the IPv4 gateway of its VPC, a server with a public address is out of reach.",
    remediation=_ANOTHER,
    remediation_after=aliyun(
        "vpc",
        "CreateRouteEntry",
        {
            "RouteTableId": "<table of its VSwitch>",
            "DestinationCidrBlock": "0.0.0.0/0",
            "NextHopType": "Ipv4Gateway",
            "NextHopId": "<gateway>",
        },
    ),
    reads=(MIGRATION, MIGRATING_INSTANCE, TARGET_NETWORK),
    sources=(
        "VPC API reference, DescribeVpcAttribute: SupportIpv4Gateway, the mode in which an IPv4 gateway controls the "
        "Internet traffic of a VPC, or in which it has none; Ipv4GatewayId; DescribeVSwitches: RouteTable; "
        "DescribeRouteEntryList: NextHops.",
        "VPC API reference, EnableVpcIpv4Gateway: it adds 0.0.0.0/0 to the gateway to route tables.",
    ),
    url="https://www.alibabacloud.com/help/en/vpc/user-guide/ipv4-gateway-overview",
    ram_actions=(
        "ecs:DescribeInstances",
        "vpc:DescribeVpcAttribute",
        "vpc:DescribeVSwitches",
        "vpc:DescribeRouteTableList",
        "vpc:DescribeRouteEntryList",
    ),
    check=_check,
    until_move=True,
)
