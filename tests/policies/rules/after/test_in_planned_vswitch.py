from datetime import timedelta

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK
from tests.policies.prepared import BLOCK, UNKNOWN, ZONE, Draft, expect, prepared
from tests.policies.rules.after.over import DUE

RULE = "after-in-planned-vswitch"


def moved(*addresses: object) -> Draft:
    """i-web has moved to some addresses; i-app is yet to move."""
    draft = prepared()
    present = {"privateIps": list(addresses), "securityGroupIds": ["sg-web-vpc"]}
    draft.facts(MIGRATING_INSTANCE, "i-web").update(moved=True, present=present)
    return draft


def with_vswitch(draft: Draft, block: str, zone: str = ZONE, **more: object) -> Draft:
    """The network has one more VSwitch."""
    first = draft.facts(TARGET_NETWORK)["vswitches"][0]
    more_vswitch = {**first, "vswitchName": "vsw-more", "zoneId": zone, "cidrBlock": block, **more}
    draft.facts(TARGET_NETWORK)["vswitches"].append(more_vswitch)
    return draft


@pytest.mark.parametrize("address", ["172.16.1.0", "172.16.1.255"])
def test_pass_in_the_vswitch_of_its_zone(address: str) -> None:
    expect(moved(address), RULE, "i-web", Outcome.PASS, f"{address} is in the VSwitch")
    expect(with_vswitch(moved("172.16.9.7"), "172.16.9.0/24"), RULE, "i-web", Outcome.PASS)


@pytest.mark.parametrize("address", ["172.16.0.255", "172.16.2.0", "10.0.0.1"])
def test_fail_elsewhere(address: str) -> None:
    words = (f"{address} is in none", f"vsw-h ({BLOCK})", "network.vswitchIds", "--InstanceId i-web --VSwitchId")
    expect(moved("172.16.1.7", address), RULE, "i-web", Outcome.FAIL, *words)


def test_fail_in_a_vswitch_for_others_of_the_stack() -> None:
    draft = with_vswitch(moved("172.16.9.7"), "172.16.9.0/24", "cn-hangzhou-b")
    expect(draft, RULE, "i-web", Outcome.FAIL, "{id: i-web, targetZone: cn-hangzhou-b}")
    draft = with_vswitch(moved("172.16.9.7"), "172.16.9.0/24", tier="data")
    draft.facts(TARGET_NETWORK)["vswitches"][0]["tier"] = "web"
    draft.facts(MIGRATING_INSTANCE, "i-web")["targetTier"] = "web"
    expect(draft, RULE, "i-web", Outcome.FAIL, f"{{id: i-web, targetZone: {ZONE}, tier: data}}")


def test_fail_without_a_vswitch_in_its_zone() -> None:
    draft = moved("172.16.1.7")
    draft.facts(TARGET_NETWORK)["vswitches"] = []
    expect(draft, RULE, "i-web", Outcome.FAIL, "for it: none")


def test_fail_until_all_waves_have_moved_and_the_cleanup_is_due() -> None:
    draft = moved("172.16.2.7")
    now, draft.now = draft.now, DUE
    expect(draft, RULE, "i-web", Outcome.FAIL)
    draft.facts(MIGRATION)["waves"][0]["moved"] = True
    draft.now = now
    expect(draft, RULE, "i-web", Outcome.FAIL)


def test_fail_in_a_vswitch_that_the_stack_has_dropped_even_once_all_is_over() -> None:
    """With the VSwitch, its block leaves the whitelists of databases that the instance uses."""
    draft = moved("172.16.2.7")
    draft.facts(MIGRATION)["droppedVswitches"] = [{"vswitchId": "vsw-2", "cidrBlock": "172.16.2.0/24"}]
    words = ("172.16.2.7 is in vsw-2 (172.16.2.0/24)", "has no more", "Put that VSwitch back", "--InstanceId i-web")
    expect(draft, RULE, "i-web", Outcome.FAIL, *words)
    draft.facts(MIGRATION)["waves"][0]["moved"] = True
    draft.now = DUE
    expect(draft, RULE, "i-web", Outcome.FAIL, *words)
    draft.facts(MIGRATION)["droppedVswitches"][0]["cidrBlock"] = "172.16.3.0/24"
    expect(draft, RULE, "i-web", Outcome.NOT_APPLICABLE, "cleanup is over")
    draft.facts(MIGRATION)["droppedVswitches"][0]["cidrBlock"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "cidrBlock")


def test_pass_in_a_vswitch_that_the_stack_has_while_another_is_dropped() -> None:
    draft = moved("172.16.1.7")
    draft.facts(MIGRATION)["droppedVswitches"] = [{"vswitchId": "vsw-2", "cidrBlock": "172.16.2.0/24"}]
    expect(draft, RULE, "i-web", Outcome.PASS)


@pytest.mark.parametrize("addresses", [[], [UNKNOWN], ["here"]])
def test_unknown_where_its_address_is_not_known(addresses: list[object]) -> None:
    expect(moved(*addresses), RULE, "i-web", Outcome.UNKNOWN, "privateIps")


def test_unknown_where_a_block_is_not_known() -> None:
    draft = moved("172.16.1.7")
    draft.facts(TARGET_NETWORK)["vswitches"][0]["cidrBlock"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "cidrBlock")


def test_not_applicable_before_the_move_without_a_network_and_once_all_is_over() -> None:
    expect(prepared(), RULE, "i-web", Outcome.NOT_APPLICABLE, "not moved yet")
    draft = moved("172.16.2.7")
    draft.remove(TARGET_NETWORK)
    expect(draft, RULE, "i-web", Outcome.NOT_APPLICABLE, "no target network")
    draft = moved("172.16.2.7")
    draft.facts(MIGRATION)["waves"][0]["moved"] = True
    draft.now = DUE
    expect(draft, RULE, "i-web", Outcome.NOT_APPLICABLE, "cleanup is over")
    draft.now = DUE - timedelta(seconds=1)
    expect(draft, RULE, "i-web", Outcome.FAIL)
