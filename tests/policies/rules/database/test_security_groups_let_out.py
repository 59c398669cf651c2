from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import HYBRID_ACCESS, MIGRATING_INSTANCE, MIGRATION, SECURITY_GROUP_RULES, TARGET_NETWORK
from tests.policies.prepared import BLOCK, UNKNOWN, Draft, expect, prepared, rule, waive_as_advised
from tests.policies.rules.database.databases import database, endpoint, followed, without

RULE = "database-security-groups-let-out"
CLASSIC, IN_VPC = "10.0.8.1/32", "172.16.1.9/32"


def out(block: str, ports: str = "3306/3306", **fields: Any) -> dict[str, Any]:
    return rule({"cidrIp": block}, direction="egress", portRange=ports, **fields)


DROP = out("0.0.0.0/0", "-1/-1", ipProtocol="ALL", policy="drop", priority=100.0)


def guarded(*accepted: dict[str, Any], exists: bool = True, classic: tuple[dict[str, Any], ...] = ()) -> Draft:
    """The instance's groups drop what it begins, but for the classic address of the database, and these in the VPC."""
    draft = prepared(exists=exists)
    [group] = [item for item in draft.facts(MIGRATION)["securityGroups"] if item["securityGroupId"] == "sg-app"]
    group["rules"] += [{**item, "nicType": "intranet"} for item in (DROP, *(classic or (out(CLASSIC),)))]
    rules = draft.facts(SECURITY_GROUP_RULES, "sg-app")["rules"]
    rules |= {f"out {number}": {**item} for number, item in enumerate((DROP, out(CLASSIC), *accepted))}
    return draft


def test_pass_where_nothing_is_dropped() -> None:
    expect(prepared(), RULE, "i-app", Outcome.PASS, "refuse no connection")


def test_pass_where_nothing_is_dropped_and_no_address_is_known() -> None:
    draft = prepared()
    del endpoint(draft, "Private")["port"], endpoint(draft, "Private")["ipAddress"]
    expect(draft, RULE, "i-app", Outcome.PASS)


def test_fail_where_the_address_in_the_vpc_is_dropped() -> None:
    words = ("refuse them in the VPC (172.16.1.9 on port 3306)", "JoinSecurityGroup --InstanceId i-app")
    expect(guarded(), RULE, "i-app", Outcome.FAIL, *words)


def test_the_waiver_that_the_fix_shows_holds() -> None:
    draft = guarded()
    waive_as_advised(draft, draft.result(RULE, "i-app"))
    assert draft.result(RULE, "i-app").outcome is Outcome.WAIVED


def test_fail_before_the_database_has_the_address() -> None:
    expect(guarded(exists=False), RULE, "i-app", Outcome.FAIL, f"({BLOCK} on port 3306)", f"--DestCidrIp {BLOCK}")


@pytest.mark.parametrize("block", ["172.16.1.0/25", "172.16.1.9/32"])
def test_fail_where_a_part_of_the_block_is_dropped(block: str) -> None:
    expect(guarded(out(block), exists=False), RULE, "i-app", Outcome.FAIL)


@pytest.mark.parametrize("blocks", [(BLOCK,), ("172.16.0.0/12",), ("172.16.1.0/25", "172.16.1.128/25")])
def test_pass_where_the_whole_block_is_accepted(blocks: tuple[str, ...]) -> None:
    expect(guarded(*map(out, blocks), exists=False), RULE, "i-app", Outcome.PASS, "where its classic groups do")


def test_pass_where_the_address_is_accepted() -> None:
    expect(guarded(out(IN_VPC)), RULE, "i-app", Outcome.PASS)


@pytest.mark.parametrize(
    "accepted",
    [
        out(IN_VPC, "3307/3307"),
        out(IN_VPC, ipProtocol="UDP"),
        out(IN_VPC, priority=100.0),
        out(IN_VPC, sourcePortRange="1/1024"),
        out("172.16.1.8/32"),
    ],
    ids=["another port", "another protocol", "no stronger than the drop", "from some ports", "another address"],
)
def test_fail_where_something_else_is_accepted(accepted: dict[str, Any]) -> None:
    expect(guarded(accepted), RULE, "i-app", Outcome.FAIL)


def test_pass_where_the_classic_groups_refuse_it_already() -> None:
    """It is admitted by the whitelist, and does not use the database."""
    expect(guarded(classic=(out("10.0.8.7/32"),)), RULE, "i-app", Outcome.PASS)
    expect(guarded(classic=(out(CLASSIC, "6379/6379"),)), RULE, "i-app", Outcome.PASS)


def test_fail_where_the_classic_groups_accept_one_of_two_classic_addresses() -> None:
    draft = guarded()
    splitting = {**endpoint(draft, "Inner"), "kind": "ReadWriteSplitting", "ipAddress": "10.0.8.7"}
    database(draft)["endpoints"].append(splitting)
    expect(draft, RULE, "i-app", Outcome.FAIL, "classic groups accept")


def test_fail_where_no_api_shows_the_classic_address() -> None:
    draft = guarded(classic=(out("10.0.8.7/32"),))
    del endpoint(draft, "Inner")["ipAddress"]
    expect(draft, RULE, "i-app", Outcome.FAIL)
    draft = guarded(classic=(out("10.0.8.7/32", "6379/6379"),))
    del endpoint(draft, "Inner")["ipAddress"]
    expect(draft, RULE, "i-app", Outcome.PASS)


def test_fail_where_no_api_shows_the_address_in_the_vpc() -> None:
    draft = guarded(out(IN_VPC))
    del endpoint(draft, "Private")["ipAddress"]
    expect(draft, RULE, "i-app", Outcome.FAIL, f"({BLOCK} on port 3306)")


def test_fail_where_the_classic_addresses_have_ended() -> None:
    draft = guarded()
    without(draft, "Inner")
    expect(draft, RULE, "i-app", Outcome.FAIL)


def test_fail_for_a_read_only_instance() -> None:
    draft = guarded(out(IN_VPC))
    addresses = [{**item} for item in database(draft)["endpoints"]]
    addresses[1]["ipAddress"] = "172.16.1.10"
    followed(draft, endpoints=addresses)
    expect(draft, RULE, "i-app", Outcome.FAIL, "refuse them in the VPC (172.16.1.10 on port 3306)")


@pytest.mark.parametrize("port", [UNKNOWN, "", "mysql", "0", "70000"])
def test_unknown_where_the_port_is_not_known(port: Any) -> None:
    draft = guarded(out(IN_VPC))
    endpoint(draft, "Private")["port"] = port
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "port")


def test_unknown_where_a_rule_cannot_be_read() -> None:
    draft = guarded()
    draft.facts(SECURITY_GROUP_RULES, "sg-app")["rules"]["out 0"]["policy"] = UNKNOWN
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "policy")


def test_unknown_without_a_group() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-app")["securityGroupIds"] = []
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "Every instance is in one")


def test_not_applicable_without_a_database() -> None:
    expect(guarded(), RULE, "i-web", Outcome.NOT_APPLICABLE)


def test_not_applicable_without_a_clone_which_another_rule_reports() -> None:
    draft = guarded()
    draft.remove(SECURITY_GROUP_RULES, "sg-app")
    expect(draft, RULE, "i-app", Outcome.NOT_APPLICABLE, "see security-group-cloned")
    expect(draft, "security-group-cloned", "i-app", Outcome.FAIL)


def test_not_applicable_where_the_database_gets_no_address_which_another_rule_reports() -> None:
    draft = guarded(exists=False)
    draft.remove(HYBRID_ACCESS)
    expect(draft, RULE, "i-app", Outcome.NOT_APPLICABLE, "see database-address-in-vpc")
    expect(draft, "database-address-in-vpc", "i-app", Outcome.FAIL)


def test_not_applicable_without_a_vswitch_in_its_zone_which_another_rule_reports() -> None:
    draft = guarded(exists=False)
    draft.facts(TARGET_NETWORK)["vswitches"][0]["zoneId"] = "cn-hangzhou-b"
    expect(draft, RULE, "i-app", Outcome.NOT_APPLICABLE)
    expect(draft, "database-vswitch-in-zone", "i-app", Outcome.FAIL)


def test_fail_in_the_first_vswitch_of_its_zone_alone() -> None:
    """A database goes into the first one."""
    draft = guarded(out(BLOCK), exists=False)
    draft.facts(TARGET_NETWORK)["vswitches"].append(
        {**draft.facts(TARGET_NETWORK)["vswitches"][0], "cidrBlock": "172.16.2.0/24", "vswitchName": "second"}
    )
    expect(draft, RULE, "i-app", Outcome.PASS)
    draft.facts(TARGET_NETWORK)["vswitches"].reverse()
    expect(draft, RULE, "i-app", Outcome.FAIL, "(172.16.2.0/24 on port 3306)")
