from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared

RULE = "waiver-in-order"
WAIVED_RULE = "public-address-release-accepted"


def waiver(**fields: Any) -> dict[str, Any]:
    """A waiver of the loss of a public address, in its time, for all instances unless told otherwise."""
    entry = {
        "rule": WAIVED_RULE,
        "all": True,
        "reason": "nobody uses the address",
        "owner": "ann@example.com",
        "approvedBy": "bob@example.com",
        "approvedAt": "2026-12-01T09:00:00+08:00",
        "expires": "2026-12-19T09:00:00+08:00",
        **fields,
    }
    return {key: value for key, value in entry.items() if value is not None}


def waived(*entries: dict[str, Any]) -> Draft:
    """A stack in which web-1 loses its public address, with waivers."""
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["internetMaxBandwidthOut"] = 0.0
    draft.facts(MIGRATION)["waivers"] = list(entries)
    return draft


def test_not_applicable_without_waivers() -> None:
    expect(prepared(), RULE, "dev", Outcome.NOT_APPLICABLE)


@pytest.mark.parametrize("scope", [{"all": True}, {"instanceIds": ["i-web"]}, {"wave": "all"}])
def test_pass_in_its_time_and_the_finding_is_waived(scope: dict[str, Any]) -> None:
    draft = waived(waiver(**{"all": None, **scope}))
    expect(draft, RULE, "dev", Outcome.PASS)
    result = expect(draft, WAIVED_RULE, "i-web", Outcome.WAIVED, "ann@example.com", "nobody uses the address")
    assert result.waived is Outcome.FAIL
    assert draft.blocking() == set()


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"rule": "no-such-rule"}, "there is no such rule"),
        ({"rule": "backup-within-quotas"}, "there is no such rule; did you mean backup-within-quota?"),
        ({"rule": "schedule-migration-declared"}, "cannot be waived (no other rule checks what is not declared"),
        ({"wave": "nowhere", "all": None}, "no wave nowhere"),
        ({"rule": "instance-type-supports-eni"}, "matches no finding"),
        ({"instanceIds": ["i-app"], "all": None}, "matches no finding"),
        ({"approvedBy": "ann@example.com"}, "ann@example.com approved it for himself or herself, as ann@example.com"),
        ({"owner": "Bob <BOB@example.com>"}, "approved it for himself or herself, as bob@example.com"),
        ({"approvedBy": " Ann@Example.com"}, "approved it for himself or herself"),
        ({"approvedBy": "ann+waivers@example.com"}, "approved it for himself or herself"),
        ({"approvedBy": "-"}, "expected a name"),
        ({"owner": " "}, "expected a name"),
        ({"approvedAt": "2026-12-11T10:00:01+08:00"}, "is in the future"),
        ({"approvedAt": "2026-09-01T00:00:00Z"}, "more than 90 days"),
        ({"expires": "2026-12-11T10:00:00+08:00"}, "expired at 2026-12-11T10:00+08:00"),
        ({"expires": "2026-12-20T02:00:01+08:00"}, "after the window"),
    ],
)
def test_fail_and_the_finding_stands(changes: dict[str, Any], word: str) -> None:
    draft = waived(waiver(**changes))
    expect(draft, RULE, "dev", Outcome.FAIL, word)
    assert draft.blocking() == {(RULE, "dev"), (WAIVED_RULE, "i-web")}


def test_an_expired_one_is_named_in_the_finding_that_it_brings_back() -> None:
    draft = waived(waiver(expires="2026-12-11T02:00:00Z"))
    expect(draft, WAIVED_RULE, "i-web", Outcome.FAIL, "ann@example.com", "does not hold, it expired")


def test_pass_one_second_before_it_expires() -> None:
    expect(waived(waiver(expires="2026-12-11T02:00:01Z")), RULE, "dev", Outcome.PASS)


@pytest.mark.parametrize("key", ["rule", "reason", "owner", "approvedBy", "approvedAt", "expires", "all"])
@pytest.mark.parametrize("value", [None, UNKNOWN])
def test_unknown_without_any_of_its_facts(key: str, value: object) -> None:
    entry = waiver()
    entry.pop(key)
    draft = waived(entry if value is None else {**entry, key: value})
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "waivers[0]")
    assert (WAIVED_RULE, "i-web") in draft.blocking()


def test_unknown_with_two_scopes() -> None:
    expect(waived(waiver(wave="all")), RULE, "dev", Outcome.UNKNOWN, "exactly one scope")
