import pytest

from policies.core.outcome import Outcome
from policies.core.plan import DEFAULT_VSWITCH, MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK, VPC, VSWITCH
from tests.policies.prepared import (
    BEFORE_FREEZE,
    BLOCK,
    UNKNOWN,
    ZONE,
    Draft,
    expect,
    live_vswitch,
    prepared,
    use_existing_vswitch,
)

RULE = "network-vswitch-in-usable-zone"


def test_pass_with_a_created_vswitch() -> None:
    expect(prepared(), RULE, "i-web", Outcome.PASS)


def test_pass_with_an_existing_vswitch_in_a_zone_without_stock_for_new_ones() -> None:
    draft = prepared()
    use_existing_vswitch(draft)
    draft.facts(MIGRATION)["zones"][0]["vswitchAvailable"] = False
    expect(draft, RULE, "i-web", Outcome.PASS)


def test_pending_while_the_vswitch_is_only_declared() -> None:
    draft = prepared(exists=False)
    draft.facts(MIGRATION)["zones"].insert(0, {"zoneId": "cn-hangzhou-b", "vswitchAvailable": False})
    expect(draft, RULE, "i-web", Outcome.PENDING, "does not exist yet")


def _made_anew() -> Draft:
    """As where a replacement is forced: the VSwitch that there is goes last, or stays."""
    draft = prepared()
    draft.now = BEFORE_FREEZE
    draft.facts(VSWITCH)["id"] = UNKNOWN
    draft.facts(TARGET_NETWORK)["vswitches"][0]["vswitchId"] = UNKNOWN
    return draft


@pytest.mark.parametrize("block", [BLOCK, "172.16.1.128/25", "172.16.0.0/20"])
def test_fail_when_another_vswitch_of_the_vpc_has_the_block_of_a_new_one(block: str) -> None:
    draft = _made_anew()
    draft.facts(MIGRATION)["liveNetwork"]["vswitches"] = [live_vswitch("vsw-7", block)]
    words = (f"its block {BLOCK} overlaps {block} of vsw-7 in the VPC", "<a free block of the VPC>")
    expect(draft, RULE, "i-web", Outcome.FAIL, *words)


@pytest.mark.parametrize(
    "others", [[], [live_vswitch("vsw-7", "172.16.2.0/24")], [live_vswitch("vsw-7", BLOCK, "vpc-7")]]
)
def test_pending_when_the_block_of_a_new_one_is_free(others: list[dict[str, str]]) -> None:
    draft = _made_anew()
    draft.facts(MIGRATION)["liveNetwork"]["vswitches"] = others
    expect(draft, RULE, "i-web", Outcome.PENDING, "does not exist yet")


def test_pending_while_it_is_updated_in_place() -> None:
    """The plugin shows no id then; the component still knows it."""
    draft = _made_anew()
    draft.facts(TARGET_NETWORK)["vswitches"][0]["vswitchId"] = "vsw-1"
    expect(draft, RULE, "i-web", Outcome.PENDING, "does not exist yet")


@pytest.mark.parametrize("of_vpc", ["172.16.0.0/24", "10.0.0.0/8"])
def test_fail_when_the_block_of_a_new_one_is_outside_the_vpc(of_vpc: str) -> None:
    """As where `ignoreChanges` keeps the block of the VPC."""
    draft = _made_anew()
    draft.facts(VPC)["cidrBlock"] = of_vpc
    expect(draft, RULE, "i-web", Outcome.FAIL, f"its block {BLOCK} is outside of that of the VPC, {of_vpc}")


def test_fail_at_the_freeze_while_the_vpc_is_only_declared() -> None:
    draft = prepared()
    draft.facts(VPC)["id"] = draft.facts(VSWITCH)["vpcId"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.FAIL, "does not exist yet")


def test_fail_without_a_target_network() -> None:
    draft = prepared()
    draft.remove(TARGET_NETWORK)
    expect(draft, RULE, "i-web", Outcome.FAIL, "No target network", "vswitches: [{zone: cn-hangzhou-h")


def test_fail_without_a_vswitch_in_the_zone() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["targetZoneId"] = "cn-hangzhou-b"
    zone = {"zoneId": "cn-hangzhou-b", "vswitchAvailable": True, "instanceTypes": ["ecs.n4.large"]}
    draft.facts(MIGRATION)["zones"].append(zone)
    expect(
        draft,
        RULE,
        "i-web",
        Outcome.FAIL,
        "no VSwitch in zone cn-hangzhou-b.",
        "network: {vswitches: [{zone: cn-hangzhou-b}]}",
    )


def test_fail_without_a_vswitch_in_a_zone_that_does_not_sell_the_type() -> None:
    """A VSwitch there would be the next finding: the fix is another zone."""
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["targetZoneId"] = "cn-hangzhou-b"
    result = expect(draft, RULE, "i-web", Outcome.FAIL, "instances: [{id: i-web, targetZone: cn-hangzhou-h}]")
    assert "vswitches" not in result.remediation


def test_fail_when_the_zone_does_not_sell_the_type() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["instanceType"] = "ecs.t1.small"
    expect(draft, RULE, "i-web", Outcome.FAIL, "does not sell ecs.t1.small")


def test_fail_when_the_zone_is_not_offered() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["zones"] = []
    expect(draft, RULE, "i-web", Outcome.FAIL, "not one that the region offers")


def test_fail_when_the_zone_has_no_stock_for_a_new_vswitch() -> None:
    draft = prepared(exists=False)
    draft.facts(MIGRATION)["zones"][0]["vswitchAvailable"] = False
    draft.facts(MIGRATION)["zones"].append({"zoneId": "cn-hangzhou-b", "vswitchAvailable": True})
    expect(draft, RULE, "i-web", Outcome.FAIL, "no stock")


def _zone(letter: str, *, stock: bool = True, sells: str = "ecs.n4.large") -> dict[str, object]:
    return {"zoneId": f"cn-hangzhou-{letter}", "vswitchAvailable": stock, "instanceTypes": [sells]}


def test_the_fix_is_a_zone_that_sells_the_type_and_has_stock() -> None:
    draft = prepared(exists=False)
    draft.facts(MIGRATION)["zones"][0]["vswitchAvailable"] = False
    draft.facts(MIGRATION)["zones"] += [_zone("b", sells="ecs.g6.large"), _zone("c", stock=False), _zone("d")]
    words = ("network: {vswitches: [{zone: cn-hangzhou-d}]}", "instances: [{id: i-web, targetZone: cn-hangzhou-d}]")
    expect(draft, RULE, "i-web", Outcome.FAIL, "no stock", *words)
    # Without such a zone the instance gets another type, or stays.
    del draft.facts(MIGRATION)["zones"][-1]
    expect(draft, RULE, "i-web", Outcome.FAIL, "no stock", "ModifyInstanceSpec", "later: [i-web]")


def test_the_fix_is_rather_a_zone_with_a_vswitch_of_the_network() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["targetZoneId"] = "cn-hangzhou-x"
    draft.facts(MIGRATION)["zones"].insert(0, _zone("b"))
    result = expect(draft, RULE, "i-web", Outcome.FAIL, f"instances: [{{id: i-web, targetZone: {ZONE}}}]")
    assert "vswitches" not in result.remediation


def test_the_fix_declares_the_network_in_a_zone_that_sells_the_type() -> None:
    draft = prepared()
    draft.remove(TARGET_NETWORK)
    draft.facts(MIGRATING_INSTANCE, "i-web")["targetZoneId"] = "cn-hangzhou-x"
    words = (f"vswitches: [{{zone: {ZONE}", f"instances: [{{id: i-web, targetZone: {ZONE}}}]")
    expect(draft, RULE, "i-web", Outcome.FAIL, "No target network", *words)


def test_fail_when_an_existing_vswitch_is_not_available() -> None:
    draft = prepared()
    use_existing_vswitch(draft, status="Pending")
    expect(draft, RULE, "i-web", Outcome.FAIL, "Pending")


def test_fail_when_a_vswitch_that_was_made_is_not_available() -> None:
    draft = prepared()
    draft.facts(VSWITCH)["status"] = "Pending"
    expect(draft, RULE, "i-web", Outcome.FAIL, "VSwitch vsw-h in zone cn-hangzhou-h is Pending")


@pytest.mark.parametrize("exists", [True, False])
def test_fail_when_what_is_declared_is_in_another_zone(exists: bool) -> None:
    draft = prepared(exists=exists)
    draft.facts(VSWITCH)["zoneId"] = "cn-hangzhou-b"
    expect(draft, RULE, "i-web", Outcome.FAIL, "0 VSwitch resources")


def test_unknown_with_two_target_networks() -> None:
    draft = prepared()
    draft.add(TARGET_NETWORK, "another", draft.facts(TARGET_NETWORK))
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "declares 2 TargetNetwork components")


def test_fail_when_nothing_declares_the_new_vswitch() -> None:
    draft = prepared(exists=False)
    draft.remove(VSWITCH)
    expect(draft, RULE, "i-web", Outcome.FAIL, "0 VSwitch resources")


def test_fail_when_nothing_declares_the_new_vpc() -> None:
    draft = prepared(exists=False)
    draft.remove(VPC)
    expect(draft, RULE, "i-web", Outcome.FAIL, "0 VPC resources")


def test_fail_when_the_vswitch_is_in_another_vpc() -> None:
    draft = prepared()
    draft.facts(VSWITCH)["vpcId"] = "vpc-other"
    expect(draft, RULE, "i-web", Outcome.FAIL, "not in the target VPC")


def test_unknown_when_the_vpc_exists_and_the_vswitch_does_not_say_which_it_is_in() -> None:
    draft = prepared()
    draft.facts(VSWITCH)["vpcId"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "vpcId")


def test_unknown_when_a_new_vswitch_names_a_vpc_and_the_new_vpc_has_no_id() -> None:
    draft = prepared(exists=False)
    draft.facts(VSWITCH)["vpcId"] = "vpc-other"
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "id is not known")


def test_unknown_when_the_status_is_not_known() -> None:
    draft = prepared()
    draft.facts(VSWITCH)["status"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "status")


def test_unknown_when_the_types_on_sale_are_not_known() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["zones"][0]["instanceTypes"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "instanceTypes")


def test_pass_with_an_existing_vswitch_that_has_no_name() -> None:
    draft = prepared()
    use_existing_vswitch(draft)["vswitchName"] = ""
    expect(draft, RULE, "i-web", Outcome.PASS, "VSwitch vsw-1")


def use_default_network(*, exists: bool) -> Draft:
    draft = prepared(exists=exists)
    network = draft.one(TARGET_NETWORK)
    draft.remove(VPC)
    draft.remove(VSWITCH)
    network.properties["mode"] = "default"
    if not exists:
        network.properties["vswitches"][0]["cidrBlock"] = UNKNOWN
    facts = {"vpcId": "vpc-1", "zoneId": ZONE, "status": "Available", "applied": "digest"}
    unknown = dict.fromkeys(("vpcId", "status", "applied"), UNKNOWN)
    draft.add(DEFAULT_VSWITCH, f"default-{ZONE}", facts if exists else facts | unknown, network.urn)
    return draft


def test_the_default_vswitch_is_pending_until_the_cloud_has_made_it() -> None:
    expect(use_default_network(exists=False), RULE, "i-web", Outcome.PENDING, "does not exist yet")
    expect(use_default_network(exists=True), RULE, "i-web", Outcome.PASS)


def test_fail_without_the_resource_of_the_default_vswitch() -> None:
    draft = use_default_network(exists=False)
    draft.remove(DEFAULT_VSWITCH)
    expect(draft, RULE, "i-web", Outcome.FAIL, "0 VSwitch resources")


def added_to_existing(vpc_id: str) -> Draft:
    draft = prepared(exists=False)
    draft.remove(VPC)
    draft.facts(TARGET_NETWORK).update(mode="existing", vpcId="vpc-1")
    draft.facts(VSWITCH)["vpcId"] = vpc_id
    return draft


def test_a_vswitch_that_is_added_to_an_existing_vpc() -> None:
    expect(added_to_existing("vpc-1"), RULE, "i-web", Outcome.PENDING)
    expect(added_to_existing("vpc-other"), RULE, "i-web", Outcome.FAIL, "not in the target VPC")


def test_fail_without_a_vswitch_for_its_tier() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["targetTier"] = "web"
    expect(draft, RULE, "i-web", Outcome.FAIL, f"in zone {ZONE} for web")
