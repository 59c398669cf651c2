from datetime import datetime
from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION
from tests.policies.attested import attest
from tests.policies.prepared import IN_FREEZE, START, UNKNOWN, Draft, add_wave, expect, prepared

RULE = "attestation-in-order"


def bent(**changes: Any) -> Draft:
    """Ann answers for a licence of i-web, in a word that is bent."""
    return attest(prepared(), changes.pop("kind", "licence-review"), **changes)


def test_pass_when_all_hold() -> None:
    expect(bent(), RULE, "dev", Outcome.PASS, "licence-review of ann@example.com")


def test_pass_from_the_moment_that_it_is_stated_to_that_of_the_window() -> None:
    expect(bent(statedAt=IN_FREEZE.isoformat(), validUntil=START), RULE, "dev", Outcome.PASS)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "hearsay"}, ("hearsay", "unknown kind")),
        ({"instanceIds": ["i-web", "i-later"]}, ("i-later, which does not move",)),
        ({"instanceIds": []}, ("names no instance",)),
        ({"statedAt": "2026-12-11T10:00:01+08:00"}, ("is in the future",)),
        ({"validUntil": "2026-12-11T09:59:59+08:00"}, ("expired at 2026-12-11T09:59+08:00", "i-web")),
        ({"validUntil": "2027-03-10T12:00:01+08:00"}, ("more than 90 days", "more than 90 days")),
        ({"statedAt": "2001-01-01T00:00:00+08:00", "validUntil": "2099-01-01T00:00:00+08:00"}, ("more than 90 days",)),
        ({"statedAt": "2001-01-01T00:00:00+08:00", "validUntil": "9999-12-31T23:59:59+08:00"}, ("more than 90 days",)),
        ({"validUntil": "2026-12-12T01:59:59+08:00"}, ("before the window of i-web",)),
    ],
)
def test_fail_names_owner_instance_and_what_is_wrong(changes: dict[str, Any], words: tuple[str, ...]) -> None:
    draft = bent(**changes)
    expect(draft, RULE, "dev", Outcome.FAIL, "ann@example.com", *words)
    assert draft.blocking() == {(RULE, "dev")}


def test_pass_of_ninety_days() -> None:
    expect(bent(validUntil="2027-03-10T12:00:00+08:00"), RULE, "dev", Outcome.PASS)


def test_fail_by_the_window_of_its_own_wave() -> None:
    draft = bent()
    add_wave(draft, "two", "i-web", start="2026-12-20T02:00:01+08:00")
    words = "expires at 2026-12-20T02:00:00+08:00, before the window of i-web at 2026-12-20T02:00:01+08:00"
    expect(draft, RULE, "dev", Outcome.FAIL, words)


def test_unknown_when_its_wave_is_none_of_the_stack() -> None:
    draft = bent()
    draft.facts(MIGRATING_INSTANCE, "i-web")["wave"] = "nobody's"
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "wave is not the name of one wave of the stack")


@pytest.mark.parametrize("until", ["2026-12-12T01:00:00+08:00", "2026-12-12T06:00:00+08:00"])
def test_fail_of_lists_that_are_still_asked_about_after_the_move(until: str) -> None:
    """Of what has moved, nothing but its old address is left to be answered for."""
    draft = bent(validUntil=until)
    draft.facts(MIGRATION)["attestations"] = draft.facts(MIGRATION)["attestations"][-1:]
    draft.facts(MIGRATING_INSTANCE, "i-web")["moved"] = True
    draft.now = datetime.fromisoformat("2026-12-13T00:00:00+08:00")
    expect(draft, RULE, "dev", Outcome.PASS)
    draft.facts(MIGRATION)["attestations"][0]["kind"] = "address-lists"
    expect(draft, RULE, "dev", Outcome.FAIL, "expired")
    draft.now = datetime.fromisoformat(until)
    expect(draft, RULE, "dev", Outcome.PASS)


@pytest.mark.parametrize("key", ["kind", "instanceIds", "owner", "statedAt", "validUntil", "statement"])
def test_unknown_without_any_of_its_facts(key: str) -> None:
    expect(bent(**{key: UNKNOWN}), RULE, "dev", Outcome.UNKNOWN, key)


def test_not_applicable_without_attestations() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["attestations"] = []
    expect(draft, RULE, "dev", Outcome.NOT_APPLICABLE)
