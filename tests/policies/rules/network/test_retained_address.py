from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK
from tests.policies.prepared import UNKNOWN, ZONE, Draft, expect, prepared

RULE = "network-retained-address"


def retaining(address: str, block: str, name: str = "i-web") -> Draft:
    draft = prepared()
    keep(draft, address, block, name)
    return draft


def keep(draft: Draft, address: str, block: str, name: str = "i-web") -> None:
    """Have an instance keep its address in a VSwitch of a VPC of 10.0.0.0/8."""
    network: dict[str, Any] = draft.facts(TARGET_NETWORK)
    network["cidrBlock"] = "10.0.0.0/8"
    network["vswitches"][0]["cidrBlock"] = block
    draft.facts(MIGRATING_INSTANCE, name).update(retainIp=True, intranetIps=[address])


def test_pass_inside_a_vswitch_of_a_vpc_of_10() -> None:
    draft = retaining("10.25.16.10", "10.25.16.0/24")
    vswitches = draft.facts(TARGET_NETWORK)["vswitches"]
    vswitches.append({**vswitches[0], "cidrBlock": "10.25.17.0/24"})
    expect(draft, RULE, "i-web", Outcome.PASS, "10.25.16.10 can be kept")


def test_pass_where_classic_link_reaches_it() -> None:
    expect(retaining("10.111.3.4", "10.111.3.0/24", "i-app"), RULE, "i-app", Outcome.PASS)


def test_fail_in_any_other_vpc() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["retainIp"] = True
    expect(draft, RULE, "i-web", Outcome.FAIL, "172.16.0.0/16", "only in a VPC of 10.0.0.0/8")


def test_fail_outside_the_vswitches_of_its_zone() -> None:
    draft = retaining("10.25.17.10", "10.25.16.0/24")
    expect(draft, RULE, "i-web", Outcome.FAIL, "no VSwitch of its zone holds it (10.25.16.0/24)", f"zone: {ZONE},")
    draft.facts(TARGET_NETWORK)["vswitches"] = []
    expect(draft, RULE, "i-web", Outcome.FAIL, "(none)")


@pytest.mark.parametrize("address", ["10.25.16.1", "10.25.16.252"])
def test_pass_next_to_the_addresses_of_the_cloud(address: str) -> None:
    expect(retaining(address, "10.25.16.0/24"), RULE, "i-web", Outcome.PASS)


@pytest.mark.parametrize("address", ["10.25.16.0", "10.25.16.253", "10.25.16.255"])
def test_fail_where_the_cloud_keeps_the_address_for_itself(address: str) -> None:
    draft = retaining(address, "10.25.16.0/24")
    expect(draft, RULE, "i-web", Outcome.FAIL, "the last three of its VSwitch", "retainIp: false")
    draft.facts(TARGET_NETWORK)["vswitches"][0]["cidrBlock"] = "10.25.0.0/19"
    expect(draft, RULE, "i-web", Outcome.PASS)


def test_fail_where_classic_link_does_not_reach_it() -> None:
    draft = retaining("10.25.16.10", "10.25.16.0/24", "i-app")
    expect(draft, RULE, "i-app", Outcome.FAIL, "outside 10.111.0.0/16", "i-stay")


def held(*holders: tuple[str, bool], address: str = "10.25.16.10") -> Draft:
    """The instance keeps 10.25.16.10, and `holders` have `address`, certainly or perhaps."""
    draft = retaining("10.25.16.10", "10.25.16.0/24")
    entries = [{"ipAddress": address, "holderId": name, "certain": certain} for name, certain in holders]
    draft.facts(MIGRATING_INSTANCE, "i-web")["heldAddresses"] = entries
    return draft


def test_fail_where_somebody_has_the_address() -> None:
    draft = held(("rm-a", True), ("i-b", True), ("rm-c", False))
    text = "10.25.16.10 is to be kept, and i-b, rm-a has it in the target VPC."
    expect(draft, RULE, "i-web", Outcome.FAIL, text, "retainIp: false", "give i-b, rm-a another address, or")
    expect(held(("rm-a", True), address="10.25.16.11"), RULE, "i-web", Outcome.PASS)


def test_unknown_where_somebody_may_have_the_address() -> None:
    draft = held(("dds-b", False), ("dds-a", False))
    text = "10.25.16.10 is to be kept, and dds-a, dds-b in the target VPC may have it"
    ask = "aliyun vpc CheckCanAllocateVpcPrivateIpAddress --VSwitchId vsw-1 --PrivateIpAddress 10.25.16.10"
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, text, "retainIp: false", ask, "waivers")
    expect(held(("dds-a", False), address="10.25.16.11"), RULE, "i-web", Outcome.PASS)
    draft.facts(TARGET_NETWORK)["vswitches"][0]["vswitchId"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, text, "--VSwitchId '<vswitch>'")


def test_unknown_where_an_ha_vip_that_was_not_read_may_have_the_address() -> None:
    draft = held(("HAVIPs", False))
    draft.facts(MIGRATION)["unreadLists"] = [
        {"service": "havip", "reason": "The RAM action vpc:DescribeHaVips is not permitted.", "unused": False},
        {"service": "oss", "reason": "Of no matter here.", "unused": False},
    ]
    text = "HAVIPs in the target VPC may have it: not all addresses of theirs are known. The RAM action vpc:DescribeHaV"
    result = expect(draft, RULE, "i-web", Outcome.UNKNOWN, text)
    assert "Of no matter" not in result.reason


@pytest.mark.parametrize("value", [UNKNOWN, None, [{"ipAddress": "10.25.16.10", "holderId": "i-b"}]])
def test_unknown_where_nobody_knows_who_has_the_address(value: object) -> None:
    draft = retaining("10.25.16.10", "10.25.16.0/24")
    draft.facts(MIGRATING_INSTANCE, "i-web")["heldAddresses"] = value
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "heldAddresses")


def test_pending_until_a_database_has_its_address_in_the_vswitch() -> None:
    draft = prepared(exists=False)
    keep(draft, "10.25.16.10", "10.25.16.0/24")
    text = "The next update gives rm-orders (orders) an address of the same VSwitch, which the cloud chooses"
    expect(draft, RULE, "i-web", Outcome.PENDING, text, "10.25.16.10", "pulumi up")
    network = draft.facts(TARGET_NETWORK)
    network["vswitches"].insert(0, {**network["vswitches"][0], "tier": "data", "cidrBlock": "10.25.17.0/24"})
    expect(draft, RULE, "i-web", Outcome.PASS)


def test_unknown_when_the_wish_or_the_block_is_not_known() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["retainIp"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "retainIp")
    draft = retaining("10.25.16.10", "10.25.16.0/24")
    draft.facts(TARGET_NETWORK)["cidrBlock"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "cidrBlock")


@pytest.mark.parametrize("addresses", [[], ["here"], UNKNOWN])
def test_unknown_when_the_address_is_not_known(addresses: object) -> None:
    draft = retaining("10.25.16.10", "10.25.16.0/24")
    draft.facts(MIGRATING_INSTANCE, "i-web")["intranetIps"] = addresses
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "Not known: MigratingInstance i-web: intranetIps")


def test_not_applicable_to_whom_any_address_will_do() -> None:
    expect(prepared(), RULE, "i-web", Outcome.NOT_APPLICABLE)
