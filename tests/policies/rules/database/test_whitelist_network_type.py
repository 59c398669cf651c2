import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATION, TARGET_NETWORK, WHITELIST_GROUP, WHITELIST_GROUPS
from tests.policies.prepared import BLOCK, UNKNOWN, Draft, expect, prepared
from tests.policies.rules.database.databases import database

RULE = "database-whitelist-network-type"


def _admit(draft: Draft, network_type: str, block: str = BLOCK, attribute: str = "") -> None:
    group = {"groupName": "theirs", "attribute": attribute, "networkType": network_type, "securityIps": [block]}
    database(draft)["whitelistGroups"].append(group)


def test_pass_with_a_group_for_vpc_addresses() -> None:
    expect(prepared(), RULE, "i-app", Outcome.PASS)


def test_pass_with_a_useless_entry_beside_the_right_one() -> None:
    draft = prepared()
    _admit(draft, "Classic")
    expect(draft, RULE, "i-app", Outcome.PASS)


@pytest.mark.parametrize("block", [BLOCK, "172.16.0.0/12", "0.0.0.0/0"])
def test_fail_with_a_group_for_classic_addresses_alone(block: str) -> None:
    draft = prepared()
    draft.remove(WHITELIST_GROUP)
    _admit(draft, "Classic", block)
    expect(draft, RULE, "i-app", Outcome.FAIL, "theirs", "admits no VPC address", "[{id: rm-orders}]")


@pytest.mark.parametrize(("mode", "declared", "needed"), [("safety", "MIX", "VPC"), ("normal", "VPC", "MIX")])
def test_fail_when_the_declared_group_does_not_fit_the_mode(mode: str, declared: str, needed: str) -> None:
    draft = prepared(exists=False)
    database(draft)["securityIpMode"] = mode
    draft.facts(WHITELIST_GROUP)["networkType"] = declared
    expect(draft, RULE, "i-app", Outcome.FAIL, f"declared for {declared} addresses", f"must be for {needed}")


def test_unknown_when_the_network_type_is_not_known() -> None:
    draft = prepared()
    draft.facts(WHITELIST_GROUP)["networkType"] = UNKNOWN
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "networkType")


def test_not_applicable_in_standard_mode() -> None:
    draft = prepared()
    draft.remove(WHITELIST_GROUP)
    database(draft)["securityIpMode"] = "normal"
    expect(draft, RULE, "i-app", Outcome.NOT_APPLICABLE, "one kind")


@pytest.mark.parametrize("resource_type", WHITELIST_GROUPS[1:])
def test_not_applicable_to_redis_and_mongodb(resource_type: str) -> None:
    draft = prepared()
    group = dict(draft.facts(WHITELIST_GROUP))
    del group["networkType"]
    draft.remove(WHITELIST_GROUP)
    database(draft)["securityIpMode"] = "normal"
    draft.add(resource_type, "group", group)
    expect(draft, RULE, "i-app", Outcome.NOT_APPLICABLE, "one kind")


def test_pass_with_a_hidden_group_alone() -> None:
    """Nothing is admitted in the wrong place, and nothing in the right one: that another rule tells."""
    draft = prepared()
    draft.remove(WHITELIST_GROUP)
    _admit(draft, "Classic", attribute="hidden")
    expect(draft, RULE, "i-app", Outcome.PASS)
    expect(draft, "database-whitelist-has-vswitch-cidr", "i-app", Outcome.FAIL)


def test_not_applicable_without_a_target_network() -> None:
    draft = prepared()
    draft.remove(TARGET_NETWORK)
    expect(draft, RULE, "i-app", Outcome.NOT_APPLICABLE)


def test_unknown_without_the_database_in_the_facts() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["databases"] = []
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "rm-orders")
