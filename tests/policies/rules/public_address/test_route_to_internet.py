from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared

RULE = "public-address-route-to-internet"


def public(gateway: object = True, *, exists: bool = True, **changes: object) -> Draft:
    """i-web has a public address; its VPC may have an IPv4 gateway."""
    draft = prepared(exists=exists)
    facts = draft.facts(MIGRATING_INSTANCE, "i-web")
    facts.update({"publicIps": ["192.0.2.1"], "internetMaxBandwidthOut": 5.0, **changes})
    for vpc in draft.facts(MIGRATION)["liveNetwork"]["vpcs"]:
        vpc["ipv4Gateway"] = gateway
    return draft


def test_pass_without_an_ipv4_gateway() -> None:
    expect(public(gateway=False), RULE, "i-web", Outcome.PASS, "no IPv4 gateway")
    expect(public(exists=False), RULE, "i-web", Outcome.PASS)


def routed(*hops: str, status: str = "Available", table: str = "vtb-1") -> Draft:
    """The VPC has an IPv4 gateway, and a route table a route to 0.0.0.0/0 with these next hops."""
    draft = public()
    network = draft.facts(MIGRATION)["liveNetwork"]
    [vpc], [vswitch] = network["vpcs"], network["vswitches"]
    vpc["ipv4GatewayId"], vswitch["routeTableId"] = "ipv4gw-1", "vtb-1"
    network["internetRoutes"] = [route(*hops, status=status, table=table)]
    return draft


def route(*hops: str, status: str = "Available", table: str = "vtb-1", to: str = "0.0.0.0/0") -> dict[str, Any]:
    return {"routeTableId": table, "destination": to, "status": status, "nextHopIds": list(hops)}


def test_pass_where_the_route_table_leads_to_the_ipv4_gateway() -> None:
    expect(routed("ipv4gw-1"), RULE, "i-web", Outcome.PASS, "leads to the IPv4 gateway ipv4gw-1")


@pytest.mark.parametrize(
    "draft",
    [
        routed("ngw-1"),
        routed("ipv4gw-1", "i-firewall"),
        routed(),
        routed("ipv4gw-1", status="Deleting"),
        routed("ipv4gw-1", table="vtb-other"),
    ],
)
def test_unknown_where_the_route_table_leads_elsewhere(draft: Draft) -> None:
    words = ("No route to it is known for VSwitch vsw-h: 192.0.2.1", "--RouteTableId vtb-1", "--NextHopId ipv4gw-1")
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, *words)


@pytest.mark.parametrize(
    ("other", "outcome"),
    [
        (route("i-firewall", to="0.0.0.0/1"), Outcome.UNKNOWN),
        (route("ipv4gw-1", to="0.0.0.0/1"), Outcome.PASS),
        (route("i-firewall", to="0.0.0.0/1", table="vtb-other"), Outcome.PASS),
    ],
)
def test_unknown_where_a_part_of_the_internet_is_led_elsewhere(other: dict[str, Any], outcome: Outcome) -> None:
    draft = routed("ipv4gw-1")
    draft.facts(MIGRATION)["liveNetwork"]["internetRoutes"].append(other)
    expect(draft, RULE, "i-web", outcome)


def test_unknown_where_only_a_part_of_the_internet_is_led_to_the_gateway() -> None:
    draft = routed()
    draft.facts(MIGRATION)["liveNetwork"]["internetRoutes"] = [route("ipv4gw-1", to="0.0.0.0/1")]
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "No route to it is known")


def test_of_several_vswitches_the_route_is_added_to_the_table_that_lacks_it() -> None:
    draft = routed("ipv4gw-1")
    vswitches = draft.facts(TARGET_NETWORK)["vswitches"]
    vswitches.append({**vswitches[0], "vswitchName": "vsw-g", "vswitchId": "vsw-2"})
    live = draft.facts(MIGRATION)["liveNetwork"]["vswitches"]
    live.append({**live[0], "vswitchId": "vsw-2", "routeTableId": "vtb-2"})
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "known for VSwitch vsw-g: 192.0.2.1", "--RouteTableId vtb-2")


@pytest.mark.parametrize("key", ["vpcs.ipv4GatewayId", "vswitches.routeTableId", "internetRoutes"])
def test_unknown_where_a_part_of_the_way_is_not_known(key: str) -> None:
    for value in (None, UNKNOWN):
        draft = routed("ipv4gw-1")
        holder = draft.facts(MIGRATION)["liveNetwork"]
        *path, name = key.split(".")
        holder = holder[path[0]][0] if path else holder
        holder[name] = value
        expect(draft, RULE, "i-web", Outcome.UNKNOWN)
        del holder[name]
        expect(draft, RULE, "i-web", Outcome.UNKNOWN, "No route to it is known")


def test_unknown_for_a_vswitch_that_is_yet_to_be_made_or_in_no_zone() -> None:
    draft = routed("ipv4gw-1")
    vswitch = draft.facts(TARGET_NETWORK)["vswitches"][0]
    vswitch["vswitchId"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "No route to it is known for VSwitch vsw-h")
    vswitch["zoneId"] = "cn-hangzhou-other"
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "Its VSwitch is not known")


def test_unknown_with_an_ipv4_gateway() -> None:
    words = ("192.0.2.1 may be out of reach", "ListIpv4Gateways --VpcId vpc-1", "waivers:", "network: {mode: create")
    expect(public(), RULE, "i-web", Outcome.UNKNOWN, *words)
    draft = public(publicIps=[], eip="198.51.100.1")
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "198.51.100.1")


def test_unknown_when_it_is_not_known_whether_there_is_one() -> None:
    expect(public(gateway=UNKNOWN), RULE, "i-web", Outcome.UNKNOWN, "ipv4Gateway")
    draft = public()
    for vpc in draft.facts(MIGRATION)["liveNetwork"]["vpcs"]:
        del vpc["ipv4Gateway"]
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "ipv4Gateway is missing")
    draft.facts(MIGRATING_INSTANCE, "i-web")["publicIps"] = []
    expect(draft, RULE, "i-web", Outcome.NOT_APPLICABLE)


def test_not_applicable_without_a_public_address_or_once_it_has_moved() -> None:
    draft = public(publicIps=[])
    expect(draft, RULE, "i-web", Outcome.NOT_APPLICABLE, "no public address")
    expect(public(internetMaxBandwidthOut=0.0), RULE, "i-web", Outcome.NOT_APPLICABLE)
    expect(public(moved=True), RULE, "i-web", Outcome.NOT_APPLICABLE)
