from policies.core.outcome import Outcome
from policies.core.plan import TARGET_NETWORK
from tests.policies.prepared import UNKNOWN, expect, prepared
from tests.policies.rules.database.databases import database

RULE = "database-vswitch-in-zone"


def test_pass_with_a_vswitch_in_the_zone() -> None:
    expect(prepared(exists=False), RULE, "i-app", Outcome.PASS, "cn-hangzhou-h", "vsw-h")


def test_pass_with_a_vswitch_of_any_tier() -> None:
    draft = prepared(exists=False)
    draft.facts(TARGET_NETWORK)["vswitches"][0]["tier"] = "data"
    expect(draft, RULE, "i-app", Outcome.PASS)


def test_pass_with_a_vswitch_without_a_name() -> None:
    draft = prepared(exists=False)
    draft.facts(TARGET_NETWORK)["vswitches"][0].update(vswitchName="", vswitchId="vsw-1")
    expect(draft, RULE, "i-app", Outcome.PASS, "as is vsw-1")


def test_fail_without_a_vswitch_in_the_zone() -> None:
    draft = prepared(exists=False)
    database(draft)["zoneIds"] = ["cn-hangzhou-b"]
    line = "network: {vswitches: [{zone: cn-hangzhou-b}]}"
    expect(draft, RULE, "i-app", Outcome.FAIL, "no VSwitch there", line)


def test_pass_with_a_vswitch_in_one_of_several_zones() -> None:
    draft = prepared(exists=False)
    database(draft).update(zoneId="cn-hangzhou-MAZ5(b,h)", zoneIds=["cn-hangzhou-b", "cn-hangzhou-h"])
    expect(draft, RULE, "i-app", Outcome.PASS, "is in zone cn-hangzhou-h", "vsw-h")


def test_fail_without_a_vswitch_in_any_of_its_zones() -> None:
    draft = prepared(exists=False)
    database(draft).update(zoneId="cn-hangzhou-MAZ1(b,g)", zoneIds=["cn-hangzhou-b", "cn-hangzhou-g"])
    line = "network: {vswitches: [{zone: cn-hangzhou-b}]}"
    expect(draft, RULE, "i-app", Outcome.FAIL, "in zones cn-hangzhou-b and cn-hangzhou-g", line)


def test_unknown_when_the_zones_of_the_database_are_not_known() -> None:
    draft = prepared(exists=False)
    database(draft)["zoneIds"] = UNKNOWN
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "zoneIds")
    database(draft)["zoneIds"] = []
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "names no zone")


def test_unknown_when_the_zone_of_a_vswitch_is_not_known() -> None:
    draft = prepared(exists=False)
    draft.facts(TARGET_NETWORK)["vswitches"][0]["zoneId"] = UNKNOWN
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "zoneId")


def test_not_applicable_once_the_database_is_in_a_vpc() -> None:
    draft = prepared()
    database(draft)["zoneIds"] = ["cn-hangzhou-b"]
    expect(draft, RULE, "i-app", Outcome.NOT_APPLICABLE, "already")


def test_not_applicable_without_a_target_network_which_another_rule_tells() -> None:
    draft = prepared()
    draft.remove(TARGET_NETWORK)
    expect(draft, RULE, "i-app", Outcome.NOT_APPLICABLE, "network-vswitch-in-usable-zone")
    expect(draft, "network-vswitch-in-usable-zone", "i-app", Outcome.FAIL)


def test_not_applicable_without_databases() -> None:
    expect(prepared(), RULE, "i-web", Outcome.NOT_APPLICABLE)
