"""A database that refuses to tell of itself: UNKNOWN for whoever uses it or may use it, and for nobody else."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import HYBRID_ACCESS, MIGRATING_INSTANCE, MIGRATION
from policies.pack.verdicts import judge_stack
from tests.policies.prepared import Draft, expect, prepared
from tests.policies.rules.database.databases import database

WHITELISTS = (
    "of database rm-other rds:DescribeDBInstanceIPArrayList is refused with IncorrectDBInstanceState (RequestId A)"
)
GROUPS = "of database rm-other rds:DescribeSecurityGroupConfiguration is not permitted for it (RequestId B)"
EACH_USED = (
    "database-address-in-vpc",
    "database-changeable",
    "database-hybrid-access-outlasts-wave",
    "database-hybrid-access-possible",
    "database-vswitch-in-zone",
    "database-whitelist-has-vswitch-cidr",
    "database-whitelist-network-type",
    "database-whitelist-within-limits",
)


def another(draft: Draft, **unread: str) -> dict[str, Any]:
    """Adds a database that nobody is known to use, of which these parts were not read."""
    facts: dict[str, Any] = copy.deepcopy(database(draft)) | {"dbInstanceId": "rm-other", "description": "other"}
    for part in unread:
        del facts[part]
    draft.facts(MIGRATION)["databases"].append(facts | {"unread": unread})
    return facts


@pytest.mark.parametrize("rule", EACH_USED)
@pytest.mark.parametrize(
    ("part", "reason"), [("whitelistGroups", WHITELISTS), ("securityGroups", GROUPS)], ids=["whitelists", "groups"]
)
def test_unknown_for_everybody_who_may_use_it(rule: str, part: str, reason: str) -> None:
    draft = prepared()
    another(draft, **{part: reason})
    for instance in ("i-web", "i-app"):
        expect(draft, rule, instance, Outcome.UNKNOWN, "whether rm-other (other) admits the instance", reason)
    assert judge_stack(draft.evaluation()).readiness == "UNKNOWN"


@pytest.mark.parametrize("rule", EACH_USED)
def test_not_applicable_once_it_has_moved(rule: str) -> None:
    draft = prepared()
    another(draft, whitelistGroups=WHITELISTS)
    draft.facts(MIGRATING_INSTANCE, "i-web")["moved"] = True
    assert draft.result(rule, "i-web").outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize("rule", EACH_USED)
def test_pass_where_something_else_was_not_read(rule: str) -> None:
    """Whom it admits is known, and these are not among them."""
    draft = prepared()
    another(draft, endpoints="of database rm-other rds:DescribeDBInstanceNetInfo is refused with X (RequestId C)")
    assert draft.result(rule, "i-web").outcome is Outcome.NOT_APPLICABLE
    assert draft.result(rule, "i-app").outcome in (Outcome.PASS, Outcome.NOT_APPLICABLE)


def test_unknown_for_who_is_known_to_use_it() -> None:
    draft = prepared()
    facts = database(draft)
    facts["unread"] = {
        "endpoints": "of database rm-orders rds:DescribeDBInstanceNetInfo is refused with X (RequestId D)"
    }
    del facts["endpoints"]
    for rule in ("database-address-in-vpc", "database-hybrid-access-outlasts-wave"):
        expect(draft, rule, "i-app", Outcome.UNKNOWN, "endpoints was not read: of database rm-orders", "(RequestId D)")
        assert draft.result(rule, "i-web").outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("rule", "part", "reason"),
    [
        ("database-staying-users-known", "whitelistGroups", WHITELISTS),
        ("database-staying-users-known", "securityGroups", GROUPS),
        ("database-security-group-users-admitted", "securityGroups", GROUPS),
    ],
)
def test_unknown_for_the_migration_where_it_is_to_be_changed(rule: str, part: str, reason: str) -> None:
    draft = prepared()
    another(draft, **{part: reason})
    access = copy.deepcopy(draft.facts(HYBRID_ACCESS)) | {"dbInstanceId": "rm-other"}
    draft.add(HYBRID_ACCESS, "rm-other", access)
    [result] = draft.results(rule)
    expect(draft, rule, result.subject.id, Outcome.UNKNOWN, reason)


def test_unknown_whether_an_old_address_is_still_admitted() -> None:
    draft = prepared()
    another(draft, whitelistGroups=WHITELISTS)
    draft.facts(MIGRATING_INSTANCE, "i-app")["moved"] = True
    draft.facts(MIGRATION)["formerAddresses"] = ["10.0.0.2"]
    expect(draft, "after-old-addresses-removed", "i-app", Outcome.UNKNOWN, WHITELISTS)
