from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import (
    MIGRATING_INSTANCE,
    MIGRATION,
    REMOVED_ACL_ENTRIES,
    REMOVED_WHITELIST_ENTRIES,
    TARGET_NETWORK,
)
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared
from tests.policies.rules.after.over import DUE

RULE = "after-old-addresses-removed"


def moved(*entries: str, now: datetime = DUE) -> Draft:
    """i-app has moved; a whitelist of its database and an access control list may still let its old address in."""
    draft = prepared()
    draft.now = now
    draft.facts(MIGRATING_INSTANCE, "i-app")["moved"] = True
    draft.facts(MIGRATION)["formerAddresses"] = ["10.0.0.2"]
    group(draft)["securityIps"] = list(entries)
    return draft


def group(draft: Draft) -> dict[str, Any]:
    whitelist_group: dict[str, Any] = draft.facts(MIGRATION)["databases"][0]["whitelistGroups"][0]
    return whitelist_group


def test_pass_where_nothing_lets_it_in() -> None:
    expect(moved("10.0.0.9"), RULE, "i-app", Outcome.PASS, "No list admits its former address")
    expect(moved(), RULE, "i-app", Outcome.PASS, "No list admits its former address")


@pytest.mark.parametrize("entry", ["10.0.0.0/24", "127.0.0.1"])
def test_pass_where_only_a_block_holds_it(entry: str) -> None:
    expect(moved(entry), RULE, "i-app", Outcome.PASS)


@pytest.mark.parametrize("fields", [{"networkType": "VPC"}, {"attribute": "hidden"}])
def test_pass_where_the_group_is_for_vpc_addresses_or_the_clouds_own(fields: dict[str, str]) -> None:
    draft = moved("10.0.0.2")
    group(draft).update(fields)
    expect(draft, RULE, "i-app", Outcome.PASS, "No list admits its former address")


def test_pass_until_it_is_due() -> None:
    early = datetime.fromisoformat("2026-12-27T01:59:59+08:00")
    expect(
        moved("10.0.0.2", now=early),
        RULE,
        "i-app",
        Outcome.PASS,
        "still admitted by whitelist group default",
        "Remove it by",
    )


@pytest.mark.parametrize("entry", ["10.0.0.2", "10.0.0.2/32"])
def test_fail_when_a_whitelist_lets_it_in(entry: str) -> None:
    expect(moved("10.0.0.9", entry), RULE, "i-app", Outcome.FAIL, "default of rm-orders", "removeOldAddresses: true")


def test_fail_when_an_access_control_list_lets_it_in() -> None:
    draft = moved("10.0.0.9")
    draft.facts(MIGRATION)["accessLists"][0]["entries"] = ["10.0.0.1/32", "10.0.0.2/32"]
    expect(draft, RULE, "i-app", Outcome.FAIL, "access control list acl-1")


def in_acl(entry: str) -> Draft:
    draft = moved()
    draft.facts(MIGRATION)["accessLists"][0]["entries"] = [entry]
    return draft


@pytest.mark.parametrize("entry", ["10.0.0.2/31", "10.0.0.3/31"])
@pytest.mark.parametrize(
    ("listed", "place"),
    [(moved, "whitelist group default of rm-orders"), (in_acl, "access control list acl-1 of CLB")],
)
def test_fail_when_nobody_is_left_in_a_block_of_its_own(entry: str, listed: Callable[[str], Draft], place: str) -> None:
    draft = listed(entry)
    expect(draft, RULE, "i-app", Outcome.PASS, "No list admits its former address")
    draft.facts(MIGRATION)["classicInstances"] = []
    expect(draft, RULE, "i-app", Outcome.FAIL, f"{place} ({entry})", f"Take {entry} out of {place}")
    draft.facts(TARGET_NETWORK)["vswitches"][0]["cidrBlock"] = "10.0.0.0/24"
    expect(draft, RULE, "i-app", Outcome.PASS)


@pytest.mark.parametrize("entry", ["10.0.0.0/23", "%", "10.0.0.2/block"])
def test_pass_where_an_entry_is_broad_or_no_block(entry: str) -> None:
    draft = moved(entry)
    draft.facts(MIGRATION)["classicInstances"] = []
    expect(draft, RULE, "i-app", Outcome.PASS)


def test_unknown_when_nobody_knows_who_is_left_in_a_block() -> None:
    draft = moved("10.0.0.2/31")
    draft.facts(MIGRATION)["classicInstances"] = UNKNOWN
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "classicInstances")


def taking_out() -> Draft:
    """Both lists let it in, and this very update takes it out of both."""
    draft = moved("10.0.0.2")
    draft.facts(MIGRATION)["accessLists"][0]["entries"] = ["10.0.0.2/32"]
    removal = {
        "dbInstanceId": "rm-orders",
        "groupName": "default",
        "networkType": "Classic",
        "securityIps": ["10.0.0.2"],
    }
    draft.add(REMOVED_WHITELIST_ENTRIES[0], "rm-orders-default", {**removal, "applied": UNKNOWN})
    draft.add(REMOVED_ACL_ENTRIES, "acl-1", {"aclId": "acl-1", "entries": ["10.0.0.2/32"], "applied": UNKNOWN})
    return draft


def test_pass_when_this_update_takes_it_out() -> None:
    expect(taking_out(), RULE, "i-app", Outcome.PASS, "No list admits its former address")


@pytest.mark.parametrize(
    ("resource_type", "changes", "still"),
    [
        # Applied and there all the same: what was read counts.
        (REMOVED_WHITELIST_ENTRIES[0], {"applied": "digest"}, "default of rm-orders"),
        (REMOVED_WHITELIST_ENTRIES[0], {"dbInstanceId": "rm-other"}, "default of rm-orders"),
        (REMOVED_WHITELIST_ENTRIES[0], {"groupName": "other"}, "default of rm-orders"),
        (REMOVED_WHITELIST_ENTRIES[0], {"networkType": "VPC"}, "default of rm-orders"),
        (REMOVED_WHITELIST_ENTRIES[0], {"securityIps": ["10.0.0.3"]}, "default of rm-orders"),
        (REMOVED_WHITELIST_ENTRIES[0], {"securityIps": UNKNOWN}, "default of rm-orders"),
        (REMOVED_ACL_ENTRIES, {"applied": "digest"}, "acl-1"),
        (REMOVED_ACL_ENTRIES, {"aclId": "acl-2"}, "acl-1"),
        (REMOVED_ACL_ENTRIES, {"entries": ["10.0.0.3/32"]}, "acl-1"),
        (REMOVED_ACL_ENTRIES, {"entries": UNKNOWN}, "acl-1"),
    ],
)
def test_fail_when_it_takes_something_else_out(resource_type: str, changes: dict[str, Any], still: str) -> None:
    draft = taking_out()
    draft.facts(resource_type).update(changes)
    expect(draft, RULE, "i-app", Outcome.FAIL, still)


def test_unknown_when_what_was_read_is_not_known() -> None:
    draft = moved("10.0.0.2")
    group(draft)["securityIps"] = UNKNOWN
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "securityIps")
    draft = moved("10.0.0.2")
    draft.facts(MIGRATION)["formerAddresses"] = UNKNOWN
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "formerAddresses")


def test_not_applicable_before_the_move_and_to_an_address_that_is_in_use() -> None:
    expect(prepared(), RULE, "i-web", Outcome.NOT_APPLICABLE, "not moved")
    draft = moved("10.0.0.2")
    draft.facts(MIGRATION)["formerAddresses"] = []
    expect(draft, RULE, "i-app", Outcome.NOT_APPLICABLE, "kept its address")
