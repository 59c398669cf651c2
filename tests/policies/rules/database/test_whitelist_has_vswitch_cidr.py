from datetime import datetime
from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK, WHITELIST_GROUP
from tests.policies.prepared import BEFORE_FREEZE, BLOCK, IN_FREEZE, UNKNOWN, Draft, expect, prepared

RULE = "database-whitelist-has-vswitch-cidr"


def _database(draft: Draft) -> dict[str, Any]:
    database = draft.facts(MIGRATION)["databases"][0]
    assert isinstance(database, dict)
    return database


def _live(draft: Draft, network_type: str, ips: list[str], attribute: str = "") -> None:
    draft.remove(WHITELIST_GROUP)
    group = {"groupName": "live", "attribute": attribute, "networkType": network_type, "securityIps": ips}
    _database(draft)["whitelistGroups"].append(group)


def test_pass_with_an_applied_group() -> None:
    expect(prepared(), RULE, "i-app", Outcome.PASS)


@pytest.mark.parametrize("now", [BEFORE_FREEZE, IN_FREEZE])
def test_fail_with_a_group_that_only_the_state_knows(now: datetime) -> None:
    """Somebody has emptied it since."""
    draft = prepared()
    draft.now = now
    draft.forget_live_group("classic_to_vpc")
    expect(draft, RULE, "i-app", Outcome.FAIL, "has no such entry", "pulumi up")
    draft.up()
    expect(draft, RULE, "i-app", Outcome.FAIL, "has no such entry", "pulumi up")
    # This very update has put it right, and found it in the cloud.
    draft.up("rm-orders-classic_to_vpc")
    expect(draft, RULE, "i-app", Outcome.PASS, "this update applied it")


def test_unknown_without_an_intranet_address() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-app")["intranetIps"] = []
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "No intranet address")


@pytest.mark.parametrize(
    "ips", [[BLOCK], ["172.16.1.9/24"], ["172.16.0.0/16"], ["172.16.1.0/25", "172.16.1.128/25"], ["0.0.0.0/0"]]
)
def test_pass_with_a_live_group(ips: list[str]) -> None:
    draft = prepared()
    _live(draft, "VPC", ips)
    expect(draft, RULE, "i-app", Outcome.PASS, "live")


def test_fail_with_a_group_that_the_stack_has_made_and_declares_no_more() -> None:
    """The next update takes it away; one of others stays."""
    draft = prepared()
    draft.resources = [item for item in draft.resources if item.type != WHITELIST_GROUP]
    expect(draft, RULE, "i-app", Outcome.FAIL, BLOCK)
    _database(draft)["ownGroups"] = []
    expect(draft, RULE, "i-app", Outcome.PASS, "classic_to_vpc admits")
    _database(draft)["ownGroups"] = UNKNOWN
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "ownGroups")


def test_pass_with_a_mixed_group_in_standard_mode() -> None:
    draft = prepared()
    _database(draft)["securityIpMode"] = "normal"
    _live(draft, "MIX", [BLOCK])
    expect(draft, RULE, "i-app", Outcome.PASS)


def test_pending_while_the_group_is_only_declared() -> None:
    expect(prepared(exists=False), RULE, "i-app", Outcome.PENDING, "is declared and not applied yet")


def test_fail_without_a_group() -> None:
    draft = prepared()
    draft.remove(WHITELIST_GROUP)
    expect(draft, RULE, "i-app", Outcome.FAIL, BLOCK, "databases: [{id: rm-orders}]")
    _database(draft)["securityIpMode"] = "normal"
    expect(draft, RULE, "i-app", Outcome.FAIL, f"that is for MIX addresses admits {BLOCK}.")


def test_fail_with_a_classic_group_in_enhanced_mode() -> None:
    draft = prepared()
    _live(draft, "Classic", [BLOCK])
    expect(draft, RULE, "i-app", Outcome.FAIL, "does not count")


def test_fail_with_a_declared_group_of_the_wrong_type() -> None:
    draft = prepared(exists=False)
    draft.facts(WHITELIST_GROUP)["networkType"] = "MIX"
    expect(draft, RULE, "i-app", Outcome.FAIL, "for VPC addresses")


@pytest.mark.parametrize("ips", [["172.16.1.0/25"], ["172.16.1.5"], [], ["nonsense"]])
def test_fail_with_a_part_of_the_block(ips: list[str]) -> None:
    draft = prepared()
    _live(draft, "VPC", ips)
    expect(draft, RULE, "i-app", Outcome.FAIL)


def test_fail_with_a_hidden_group() -> None:
    draft = prepared()
    _live(draft, "VPC", [BLOCK], attribute="hidden")
    expect(draft, RULE, "i-app", Outcome.FAIL)


def test_unknown_when_the_entries_are_not_known() -> None:
    draft = prepared()
    draft.forget_live_group("classic_to_vpc")
    draft.facts(WHITELIST_GROUP)["securityIps"] = UNKNOWN
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "securityIps")


def test_unknown_when_the_database_is_not_in_the_facts() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["databases"] = []
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "rm-orders")


def test_not_applicable_without_a_vswitch_which_another_rule_tells() -> None:
    draft = prepared()
    draft.facts(TARGET_NETWORK)["vswitches"] = []
    expect(draft, RULE, "i-app", Outcome.NOT_APPLICABLE, "no VSwitch")
    expect(draft, "network-vswitch-in-usable-zone", "i-app", Outcome.FAIL)


def test_fail_without_a_target_network() -> None:
    draft = prepared()
    draft.remove(TARGET_NETWORK)
    expect(draft, RULE, "i-app", Outcome.FAIL, "intranet address", "databases: [{id: ")


def test_unknown_when_the_databases_are_not_known() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-app")["databaseIds"] = UNKNOWN
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "databaseIds")


def test_not_applicable_without_databases() -> None:
    expect(prepared(), RULE, "i-web", Outcome.NOT_APPLICABLE)
