from policies.core.outcome import Outcome
from policies.core.plan import WHITELIST_GROUP, WHITELIST_GROUPS
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared
from tests.policies.rules.database.databases import database

RULE = "database-whitelist-within-limits"


def _crowd(draft: Draft, groups: int, entries: int = 1) -> None:
    """Gives the database so many groups of so many entries, and its own beside them."""
    names = [f"g{number}" for number in range(groups)]
    database(draft)["whitelistGroups"] = [
        {"groupName": name, "attribute": "", "networkType": "Classic", "securityIps": ["10.0.0.1"] * entries}
        for name in names
    ]


def test_pass_with_room_left() -> None:
    expect(prepared(), RULE, "i-app", Outcome.PASS, "2 of 1000 whitelist entries", "in 2 groups")


def test_pass_at_the_limit_and_fail_beyond_it() -> None:
    draft = prepared(exists=False)
    _crowd(draft, 199)
    expect(draft, RULE, "i-app", Outcome.PASS)
    _crowd(draft, 200)
    expect(draft, RULE, "i-app", Outcome.FAIL, "201 whitelist groups; the limit is 200", "aliyun rds ModifySecurityIps")


def test_pass_when_the_declared_group_is_one_of_those_that_are_there() -> None:
    draft = prepared()
    own = database(draft)["whitelistGroups"][-1]
    _crowd(draft, 199)
    database(draft)["whitelistGroups"].append(own)
    expect(draft, RULE, "i-app", Outcome.PASS, "200 groups")


def test_fail_beyond_the_limit_of_entries() -> None:
    draft = prepared(exists=False)
    _crowd(draft, 3, 333)
    expect(draft, RULE, "i-app", Outcome.PASS)
    _crowd(draft, 4, 250)
    expect(draft, RULE, "i-app", Outcome.FAIL, "1001 whitelist entries; the limit is 1000")


def test_pass_with_many_groups_where_no_limit_of_groups_is_documented() -> None:
    draft = prepared(exists=False)
    group = dict(draft.facts(WHITELIST_GROUP))
    del group["networkType"]
    draft.remove(WHITELIST_GROUP)
    draft.add(WHITELIST_GROUPS[1], "group", group)
    database(draft).update(product="redis", securityIpMode="normal")
    _crowd(draft, 300)
    expect(draft, RULE, "i-app", Outcome.PASS, "301 groups")


def test_unknown_when_the_entries_of_a_group_are_not_known() -> None:
    draft = prepared()
    database(draft)["whitelistGroups"][0]["securityIps"] = UNKNOWN
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "securityIps")


def test_not_applicable_without_a_declared_group() -> None:
    draft = prepared()
    draft.remove(WHITELIST_GROUP)
    expect(draft, RULE, "i-app", Outcome.NOT_APPLICABLE)
