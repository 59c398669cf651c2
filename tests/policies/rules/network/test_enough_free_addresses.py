import pytest

from policies.core.outcome import Outcome
from policies.core.plan import CUT_THROUGH_BINDING, HYBRID_ACCESS, MIGRATING_INSTANCE, TARGET_NETWORK
from tests.policies.prepared import UNKNOWN, ZONE, expect, prepared, use_existing_vswitch
from tests.policies.rules.database.databases import database, without

RULE = "network-enough-free-addresses"


def test_pass_with_a_new_block() -> None:
    expect(prepared(exists=False), RULE, "i-web", Outcome.PASS, "252 free addresses")


def test_pass_with_one_more_than_instances() -> None:
    draft = prepared()
    use_existing_vswitch(draft, free=3.0)
    expect(draft, RULE, "i-web", Outcome.PASS)


def test_fail_with_as_many_as_instances() -> None:
    draft = prepared()
    use_existing_vswitch(draft, free=2.0)
    words = f"The VSwitch of zone {ZONE} has 2 free addresses for 2 instances: at least 1 more"
    expect(draft, RULE, "i-web", Outcome.FAIL, words)


def test_pass_with_a_block_that_the_cloud_is_yet_to_choose() -> None:
    draft = prepared(exists=False)
    draft.facts(TARGET_NETWORK)["vswitches"][0]["cidrBlock"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.PASS, "252 free addresses")


def test_pass_where_one_of_two_vswitches_has_room_for_all() -> None:
    draft = prepared()
    (vswitch,) = draft.facts(TARGET_NETWORK)["vswitches"]
    draft.facts(TARGET_NETWORK)["vswitches"] = [{**vswitch, "availableIpAddressCount": free} for free in (1.0, 3.0)]
    expect(draft, RULE, "i-web", Outcome.PASS, "3 free addresses")


def test_fail_with_a_new_block_that_is_too_small() -> None:
    draft = prepared(exists=False)
    draft.facts(TARGET_NETWORK)["vswitches"][0]["cidrBlock"] = "172.16.1.0/30"
    expect(draft, RULE, "i-web", Outcome.FAIL, "0 free addresses")


def test_fail_where_databases_are_to_get_the_last_addresses() -> None:
    """Two instances move, and a database gets an address of its own."""
    draft = prepared(exists=False)
    draft.facts(TARGET_NETWORK)["vswitches"][0].update(cidrBlock="172.16.1.0/29", availableIpAddressCount=4.0)
    words = "has 4 free addresses for 2 instances, and for 1 database address"
    expect(draft, RULE, "i-web", Outcome.PASS, words)
    nodes = database(draft)["endpoints"]
    nodes.append({**nodes[0], "kind": "Secondary"})
    expect(draft, RULE, "i-web", Outcome.FAIL, "and for 2 database addresses")


def test_fail_where_second_interfaces_are_to_get_the_last_addresses() -> None:
    """An EIP in cut-through mode is bound to an interface of its own, which takes an address after the move."""
    draft = prepared()
    use_existing_vswitch(draft, free=3.0)
    draft.facts(MIGRATING_INSTANCE, "i-web")["ftpPlan"] = "eip-cut-through"
    words = "has 3 free addresses for 2 instances, and for 1 second network interface: at least 1 more"
    expect(draft, RULE, "i-app", Outcome.FAIL, words)
    draft.facts(TARGET_NETWORK)["vswitches"][0]["availableIpAddressCount"] = 4.0
    expect(draft, RULE, "i-app", Outcome.PASS, "for 2 instances, and for 1 second network interface")


@pytest.mark.parametrize(("applied", "outcome"), [(UNKNOWN, Outcome.FAIL), ("digest", Outcome.PASS)])
def test_an_interface_of_a_moved_instance_counts_until_it_is_made(applied: object, outcome: Outcome) -> None:
    draft = prepared()
    use_existing_vswitch(draft, free=2.0)
    draft.facts(MIGRATING_INSTANCE, "i-web").update(ftpPlan="eip-cut-through", moved=True)
    draft.add(CUT_THROUGH_BINDING, "i-web", {"instanceId": "i-web", "applied": applied})
    expect(draft, RULE, "i-app", outcome, "2 free addresses for 1 instance")


def test_unknown_when_an_ftp_plan_is_not_known() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["ftpPlan"] = UNKNOWN
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "ftpPlan")


def test_pass_where_the_database_has_its_address() -> None:
    draft = prepared()
    use_existing_vswitch(draft, free=3.0)
    expect(draft, RULE, "i-web", Outcome.PASS, "zone cn-hangzhou-h has 3 free addresses for 2 instances.")


def test_pass_where_this_update_gave_the_database_its_address_or_nothing_is_to() -> None:
    draft = prepared()
    use_existing_vswitch(draft, free=3.0)
    without(draft, "Private")
    text = "zone cn-hangzhou-h has 3 free addresses for 2 instances."
    expect(draft, RULE, "i-web", Outcome.PASS, text)
    draft.remove(HYBRID_ACCESS)
    expect(draft, RULE, "i-web", Outcome.PASS, text)


def test_pass_where_the_database_has_its_address_and_hybrid_access_is_only_declared() -> None:
    draft = prepared()
    use_existing_vswitch(draft, free=3.0)
    draft.facts(HYBRID_ACCESS)["applied"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.PASS, "zone cn-hangzhou-h has 3 free addresses for 2 instances.")


@pytest.mark.parametrize("place", [0, 1])
def test_the_address_is_taken_in_the_zone_of_the_database(place: int) -> None:
    draft = prepared(exists=False)
    network = draft.facts(TARGET_NETWORK)
    network["vswitches"][0]["availableIpAddressCount"] = 3.0
    network["vswitches"].insert(place, {**network["vswitches"][0], "zoneId": "cn-hangzhou-b"})
    expect(draft, RULE, "i-web", Outcome.FAIL, "and for 1 database address")
    database(draft)["zoneIds"] = ["cn-hangzhou-b"]
    expect(draft, RULE, "i-web", Outcome.PASS, "zone cn-hangzhou-h has 3 free addresses for 2 instances.")


def test_pass_where_the_database_goes_elsewhere() -> None:
    draft = prepared(exists=False)
    network = draft.facts(TARGET_NETWORK)
    network["vswitches"][0]["availableIpAddressCount"] = 3.0
    expect(draft, RULE, "i-web", Outcome.FAIL)
    network["vswitches"].insert(0, {**network["vswitches"][0], "zoneId": "cn-hangzhou-b"})
    database(draft)["zoneIds"] = ["cn-hangzhou-b", ZONE]
    expect(draft, RULE, "i-web", Outcome.PASS)


@pytest.mark.parametrize(
    ("part", "needed", "too_few"), [("endpoints", "7 database addresses", 9.0), ("zoneIds", "1 database address", 3.0)]
)
def test_a_database_that_cannot_be_read_counts_with_the_most_that_it_may_get(
    part: str, needed: str, too_few: float
) -> None:
    """Others than its users are judged, and pass where even that has room."""
    draft = prepared(exists=False)
    del database(draft)[part]
    expect(draft, RULE, "i-web", Outcome.PASS, f"and for {needed}.")
    draft.facts(TARGET_NETWORK)["vswitches"][0]["availableIpAddressCount"] = too_few
    expect(draft, RULE, "i-web", Outcome.FAIL)


@pytest.mark.parametrize("vswitches", [True, False])
def test_not_applicable_without_a_vswitch_which_another_rule_tells(vswitches: bool) -> None:
    draft = prepared()
    if vswitches:
        draft.facts(TARGET_NETWORK)["vswitches"] = []
    else:
        draft.remove(TARGET_NETWORK)
    expect(draft, RULE, "i-web", Outcome.NOT_APPLICABLE, "no VSwitch")
    expect(draft, "network-vswitch-in-usable-zone", "i-web", Outcome.FAIL)


@pytest.mark.parametrize("free", [None, -1.0, "many"])
def test_unknown_when_the_count_is_not_known(free: object) -> None:
    draft = prepared()
    use_existing_vswitch(draft)["availableIpAddressCount"] = free
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "availableIpAddressCount")


def test_unknown_when_another_instance_may_go_to_the_same_zone() -> None:
    draft = prepared()
    del draft.facts(MIGRATING_INSTANCE, "i-app")["targetZoneId"]
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "targetZoneId")


def test_fail_when_others_have_filled_the_vswitch_that_this_stack_made() -> None:
    draft = prepared()
    draft.facts(TARGET_NETWORK)["vswitches"][0]["availableIpAddressCount"] = 1.0
    expect(draft, RULE, "i-web", Outcome.FAIL, "has 1 free address for")


def test_tiers_are_counted_apart() -> None:
    draft = prepared()
    network = draft.facts(TARGET_NETWORK)
    small = {**network["vswitches"][0], "tier": "web", "cidrBlock": "172.16.1.0/29", "availableIpAddressCount": 4.0}
    network["vswitches"] = [small, {**network["vswitches"][0], "tier": "app", "availableIpAddressCount": 1.0}]
    for name, tier in (("i-web", "web"), ("i-app", "app")):
        draft.facts(MIGRATING_INSTANCE, name)["targetTier"] = tier
    expect(draft, RULE, "i-web", Outcome.PASS, "4 free addresses for 1 instance")
    expect(draft, RULE, "i-app", Outcome.FAIL, "has 1 free address for")
