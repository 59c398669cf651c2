from datetime import datetime
from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared
from tests.policies.rules.after.over import DUE, WORD

RULE = "after-registry-lists-cleaned"


def moved(*entries: Any, now: datetime = DUE) -> Draft:
    """i-app has moved and given its address up; a registry's whitelist, which is not in force, has `entries`."""
    draft = prepared()
    draft.now = now
    draft.facts(MIGRATING_INSTANCE, "i-app")["moved"] = True
    migration = draft.facts(MIGRATION)
    migration["formerAddresses"] = ["10.0.0.2"]
    migration["classicInstances"] = [item for item in migration["classicInstances"] if item["instanceId"] != "i-app"]
    access_list = {"instanceId": "cri-1", "moduleName": "Chart", "inForce": False, "entries": list(entries)}
    migration["registryAccessLists"] = [access_list]
    return draft


APPROVAL = {
    "reason": "Images come from elsewhere.",
    "owner": "ann@example.com",
    "approvedBy": "bob@example.com",
    "approvedAt": "2026-11-22T09:00:00+08:00",
    "expires": "2027-01-20T02:00:00+08:00",
}


def unread(*, unused: bool = False, now: datetime = DUE) -> Draft:
    draft = moved(now=now)
    del draft.facts(MIGRATION)["registryAccessLists"]
    reason = "The RAM action cr:GetInstanceEndpoint is not permitted."
    choice = {"unused": unused, **({"approval": APPROVAL} if unused else {})}
    draft.facts(MIGRATION)["unreadLists"] = [{"service": "container-registry", "reason": reason, **choice}]
    return draft


@pytest.mark.parametrize("entry", ["10.0.0.9", "10.0.0.0/24", "10.0.0.0/8"])
def test_pass_where_nothing_names_it_alone(entry: str) -> None:
    """The blocks serve others too."""
    expect(moved(entry), RULE, "i-app", Outcome.PASS, "in no list of Container Registry")


@pytest.mark.parametrize("entry", ["10.0.0.2", "10.0.0.2/32"])
def test_fail_when_a_list_still_names_it(entry: str) -> None:
    command = f"--InstanceId cri-1 --EndpointType internet --ModuleName Chart --Entry {entry}"
    expect(moved(entry), RULE, "i-app", Outcome.FAIL, "module Chart of cri-1", command)


def test_fail_when_nobody_is_left_in_a_block_of_its_own() -> None:
    draft = moved("10.0.0.2/31")
    expect(draft, RULE, "i-app", Outcome.PASS)
    draft.facts(MIGRATION)["classicInstances"] = []
    expect(draft, RULE, "i-app", Outcome.FAIL, "10.0.0.2/31")


def test_pass_until_it_is_due() -> None:
    early = datetime.fromisoformat("2026-12-27T01:59:59+08:00")
    expect(moved("10.0.0.2", now=early), RULE, "i-app", Outcome.PASS, "is still in", "Remove it by")
    expect(unread(now=early), RULE, "i-app", Outcome.PASS, "not permitted", "Remove it by")


@pytest.mark.parametrize(("entry", "outcome"), [("10.0.0.0/24", Outcome.PASS), ("10.0.0.2/32", Outcome.FAIL)])
def test_the_block_of_a_vswitch_stays(entry: str, outcome: Outcome) -> None:
    """In a VPC of 10.0.0.0/8 it may hold old addresses, and the moved instances are in it."""
    draft = moved(entry)
    draft.facts(TARGET_NETWORK)["vswitches"][0]["cidrBlock"] = "10.0.0.0/24"
    draft.facts(MIGRATION)["classicInstances"] = []
    expect(draft, RULE, "i-app", outcome)


def test_unknown_where_it_could_not_be_read_and_why() -> None:
    expect(unread(), RULE, "i-app", Outcome.UNKNOWN, "cr:GetInstanceEndpoint is not permitted")
    expect(moved(UNKNOWN), RULE, "i-app", Outcome.UNKNOWN, "entries")


def test_pass_where_somebody_has_looked_since_the_move() -> None:
    draft = unread()
    draft.facts(MIGRATION)["attestations"] = [WORD]
    expect(draft, RULE, "i-app", Outcome.PASS, "ann@example.com answers for it")
    draft.facts(MIGRATION)["attestations"] = [{**WORD, "statedAt": "2026-12-12T01:59:59+08:00"}]
    expect(draft, RULE, "i-app", Outcome.UNKNOWN)
    # What can be read needs nobody's word.
    draft = moved("10.0.0.2")
    draft.facts(MIGRATION)["attestations"] = [WORD]
    expect(draft, RULE, "i-app", Outcome.FAIL)


def test_not_applicable_before_the_move_to_an_address_in_use_and_where_nobody_uses_it() -> None:
    expect(prepared(), RULE, "i-web", Outcome.NOT_APPLICABLE, "not moved")
    expect(unread(unused=True), RULE, "i-app", Outcome.NOT_APPLICABLE, "Nobody uses Container Registry")
    draft = moved("10.0.0.2")
    draft.facts(MIGRATION)["formerAddresses"] = []
    expect(draft, RULE, "i-app", Outcome.NOT_APPLICABLE, "kept its address")
