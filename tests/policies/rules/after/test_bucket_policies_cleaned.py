from datetime import datetime
from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared
from tests.policies.rules.after.over import DUE

RULE = "after-bucket-policies-cleaned"


def moved(key: str = "addresses", entries: Any = (), now: datetime = DUE) -> Draft:
    """i-app has moved and given its address up; a statement of a bucket's policy has `entries`."""
    draft = prepared()
    draft.now = now
    draft.facts(MIGRATING_INSTANCE, "i-app")["moved"] = True
    migration = draft.facts(MIGRATION)
    migration["formerAddresses"] = ["10.0.0.2"]
    statement: dict[str, Any] = {"number": 2.0, "addresses": [], "excludedAddresses": []}
    statement[key] = entries
    migration["bucketPolicies"] = [{"bucket": "shop-logs", "statements": [statement]}]
    return draft


def test_pass_where_nothing_names_it() -> None:
    expect(moved(entries=["10.0.0.9"]), RULE, "i-app", Outcome.PASS, "in no list of OSS")
    expect(moved(entries=["10.0.0.0/8"]), RULE, "i-app", Outcome.PASS)


def test_pass_until_it_is_due() -> None:
    early = datetime.fromisoformat("2026-12-27T01:59:59+08:00")
    expect(
        moved(entries=["10.0.0.2"], now=early), RULE, "i-app", Outcome.PASS, "statement 2 of the policy", "Remove it by"
    )


@pytest.mark.parametrize("key", ["addresses", "excludedAddresses"])
def test_fail_when_a_statement_still_names_it(key: str) -> None:
    draft = moved(key, ["10.0.0.2"])
    expect(draft, RULE, "i-app", Outcome.FAIL, "statement 2 of the policy of shop-logs", "oss://shop-logs")


@pytest.mark.parametrize(("entry", "outcome"), [("10.0.0.0/24", Outcome.PASS), ("10.0.0.2/32", Outcome.FAIL)])
def test_the_block_of_a_vswitch_stays(entry: str, outcome: Outcome) -> None:
    """In a VPC of 10.0.0.0/8 it may hold old addresses, and the moved instances are in it."""
    draft = moved(entries=[entry])
    draft.facts(TARGET_NETWORK)["vswitches"][0]["cidrBlock"] = "10.0.0.0/24"
    draft.facts(MIGRATION)["classicInstances"] = []
    expect(draft, RULE, "i-app", outcome)


def test_unknown_when_it_is_not_known() -> None:
    expect(moved(entries=UNKNOWN), RULE, "i-app", Outcome.UNKNOWN, "addresses")
    draft = moved()
    del draft.facts(MIGRATION)["bucketPolicies"]
    draft.facts(MIGRATION)["unreadLists"] = [{"service": "oss", "reason": "UserDisable.", "unused": False}]
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "UserDisable", "unusedServices: [oss]")


def test_not_applicable_before_the_move() -> None:
    expect(prepared(), RULE, "i-web", Outcome.NOT_APPLICABLE, "not moved")
