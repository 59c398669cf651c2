import pytest

from policies.core.outcome import Outcome
from policies.core.plan import DATABASE_ACCESS, HYBRID_ACCESS, MIGRATION
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared
from tests.policies.rules.database.databases import database

RULE = "database-staying-users-known"


def _admit(draft: Draft, entry: str, network_type: str = "Classic") -> None:
    group = {"groupName": "old", "attribute": "", "networkType": network_type, "securityIps": [entry]}
    database(draft)["whitelistGroups"].append(group)


def test_pass_when_only_those_that_move_use_it() -> None:
    expect(prepared(), RULE, "dev", Outcome.PASS, "rm-orders (orders)")


def test_pass_with_an_entry_for_vpc_addresses_alone() -> None:
    draft = prepared()
    _admit(draft, "10.0.0.4", "VPC")
    expect(draft, RULE, "dev", Outcome.PASS)


def test_pass_when_the_team_knows_it() -> None:
    draft = prepared()
    _admit(draft, "10.0.0.4/32")
    draft.facts(DATABASE_ACCESS)["hybridAccess"]["leavesBehind"] = ["i-stay"]
    expect(draft, RULE, "dev", Outcome.PASS)


def test_pass_for_a_later_wave_whose_stack_extends_it() -> None:
    draft = prepared()
    _admit(draft, "10.0.0.3")
    expect(draft, RULE, "dev", Outcome.PASS)


def test_fail_for_who_stays() -> None:
    draft = prepared()
    _admit(draft, "10.0.0.0/8")
    line = "databases: [{id: rm-orders, hybridAccess: {leavesBehind: [i-stay]}}]"
    expect(draft, RULE, "dev", Outcome.FAIL, "admits i-stay, which stay classic", line)


@pytest.mark.parametrize("entry", ["%", "10.0.0.1-10.0.0.9", "10.0.0.300"])
def test_fail_for_everybody_who_stays_with_an_entry_that_is_no_address(entry: str) -> None:
    draft = prepared()
    _admit(draft, entry)
    expect(draft, RULE, "dev", Outcome.FAIL, "admits i-stay, which stay classic")


def test_pass_with_an_entry_of_ipv6_which_the_classic_network_has_not() -> None:
    draft = prepared()
    _admit(draft, "::/0")
    expect(draft, RULE, "dev", Outcome.PASS)


def test_fail_for_who_stays_where_the_component_asks_for_none() -> None:
    draft = prepared()
    _admit(draft, "10.0.0.4")
    del draft.facts(DATABASE_ACCESS)["hybridAccess"]
    expect(draft, RULE, "dev", Outcome.FAIL, "admits i-stay, which stay classic")


def test_fail_for_who_stays_and_is_admitted_by_a_security_group() -> None:
    draft = prepared()
    database(draft)["securityGroups"] = [{"securityGroupId": "sg-old", "networkType": "Classic"}]
    draft.facts(MIGRATION)["classicInstances"][2]["securityGroupIds"] = ["sg-old"]
    staying = draft.facts(MIGRATION)["classicInstances"][2]["instanceId"]
    draft.facts(MIGRATION)["laterInstanceIds"] = []
    expect(draft, RULE, "dev", Outcome.FAIL, f"admits {staying}, which")


def test_fail_for_one_that_the_team_forgot() -> None:
    draft = prepared(exists=False)
    _admit(draft, "10.0.0.0/8")
    draft.facts(MIGRATION)["laterInstanceIds"] = []
    draft.facts(DATABASE_ACCESS)["hybridAccess"]["leavesBehind"] = ["i-later"]
    expect(draft, RULE, "dev", Outcome.FAIL, "admits i-stay, which")


def test_unknown_when_whom_it_admits_is_not_known() -> None:
    draft = prepared()
    database(draft)["whitelistGroups"][0]["securityIps"] = UNKNOWN
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "securityIps")


def test_unknown_when_the_addresses_of_who_stays_are_not_known() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["classicInstances"][2]["intranetIps"] = UNKNOWN
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "intranetIps")


def test_not_applicable_without_hybrid_access() -> None:
    draft = prepared()
    draft.remove(HYBRID_ACCESS)
    expect(draft, RULE, "dev", Outcome.NOT_APPLICABLE)
