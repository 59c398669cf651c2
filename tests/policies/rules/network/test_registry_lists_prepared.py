from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATION, TARGET_NETWORK
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared

RULE = "network-registry-lists-prepared"
# Of the window, and before the freeze.
IN_THE_LEAD_TIME: Final = datetime.fromisoformat("2026-12-06T10:00:00+08:00")
WORD: dict[str, Any] = {
    "kind": "address-lists",
    "instanceIds": ["i-web"],
    "owner": "ann@example.com",
    "statedAt": "2026-12-01T10:00:00+08:00",
    "validUntil": "2026-12-31T10:00:00+08:00",
    "statement": "The registry gets an endpoint in the VPC.",
}


def named(draft: Draft | None = None, **changes: Any) -> Draft:
    """The whitelist of a registry names i-web's 10.0.0.1."""
    draft = draft or prepared()
    access_list = {
        "instanceId": "cri-1",
        "instanceName": "shop",
        "moduleName": "Registry",
        "inForce": True,
        "entries": ["10.0.0.1/32", "203.0.113.0/24"],
        "linkedVpcIds": [],
    }
    draft.facts(MIGRATION)["registryAccessLists"] = [access_list | changes]
    return draft


APPROVAL = {
    "reason": "Images come from elsewhere.",
    "owner": "ann@example.com",
    "approvedBy": "bob@example.com",
    "approvedAt": "2026-11-22T09:00:00+08:00",
    "expires": "2026-12-20T02:00:00+08:00",
}


def unread(*, unused: bool) -> Draft:
    draft = prepared()
    del draft.facts(MIGRATION)["registryAccessLists"]
    draft.facts(MIGRATION)["unreadLists"] = [
        {"service": "oss", "reason": "Of no matter here.", "unused": False},
        {
            "service": "container-registry",
            "reason": "The RAM action cr:ListInstance is not permitted.",
            "unused": unused,
            **({"approval": APPROVAL} if unused else {}),
        },
    ]
    return draft


def test_pass_where_no_list_names_it() -> None:
    expect(prepared(), RULE, "i-web", Outcome.PASS, "No whitelist of Container Registry names its address")
    expect(named(), RULE, "i-app", Outcome.PASS)
    expect(named(inForce=False), RULE, "i-web", Outcome.PASS)


def test_pass_and_reported_where_only_a_broad_block_holds_it() -> None:
    expect(named(entries=["10.0.0.0/8"]), RULE, "i-web", Outcome.PASS, "It is also in 10.0.0.0/8")


def test_pass_where_the_target_vpc_is_linked() -> None:
    expect(named(linkedVpcIds=["vpc-1"]), RULE, "i-web", Outcome.PASS, "over its endpoint in vpc-1")


@pytest.mark.parametrize("entry", ["10.0.0.1", "10.0.0.1/32", "10.0.0.0/28"])
def test_fail_where_a_list_names_it_and_the_vpc_is_not_linked(entry: str) -> None:
    command = "aliyun cr CreateInstanceVpcEndpointLinkedVpc --InstanceId cri-1 --ModuleName Registry --VpcId vpc-1"
    draft = named(entries=[entry], linkedVpcIds=["vpc-other"])
    expect(draft, RULE, "i-web", Outcome.FAIL, entry, "cri-1 (shop)", "vpc-1 is not linked", command)


def test_fail_while_the_vpc_is_yet_to_be_made() -> None:
    expect(named(prepared(exists=False)), RULE, "i-web", Outcome.FAIL, "yet to be created", "--VpcId '<vpc>'")
    draft = named()
    draft.remove(TARGET_NETWORK)
    expect(draft, RULE, "i-web", Outcome.FAIL, "yet to be created")


def test_fail_for_a_registry_without_a_name() -> None:
    expect(named(instanceName=""), RULE, "i-web", Outcome.FAIL, "whitelist of cri-1, module Registry, names")


def test_fail_is_advice_until_a_week_before_the_window() -> None:
    assert not expect(named(prepared(exists=False)), RULE, "i-web", Outcome.FAIL).blocking
    assert expect(named(), RULE, "i-web", Outcome.FAIL).blocking


def test_pending_until_the_freeze_where_somebody_answers_for_it() -> None:
    draft = named(replace(prepared(), now=IN_THE_LEAD_TIME))
    attest_fix = "preflight set --stack dev 'attestations: [{kind: address-lists"
    assert attest_fix in expect(draft, RULE, "i-web", Outcome.FAIL).remediation
    draft.facts(MIGRATION)["attestations"] = [WORD]
    expect(draft, RULE, "i-web", Outcome.PENDING, "ann@example.com answers for it", "cri-1")


def test_fail_in_the_freeze_whoever_answers_for_it() -> None:
    draft = named()
    assert "attestations" not in expect(draft, RULE, "i-web", Outcome.FAIL).remediation
    draft.facts(MIGRATION)["attestations"] = [WORD]
    expect(
        draft, RULE, "i-web", Outcome.FAIL, "ann@example.com answers for it", "vpc-1 is not linked", "the freeze began"
    )


def test_unknown_where_it_could_not_be_read_and_why() -> None:
    draft = unread(unused=False)
    expect(
        draft,
        RULE,
        "i-web",
        Outcome.UNKNOWN,
        "cr:ListInstance is not permitted",
        "unusedServices: [container-registry]",
    )
    draft.facts(MIGRATION)["attestations"] = [WORD]
    expect(draft, RULE, "i-web", Outcome.PASS, "answers for it", "cr:ListInstance")
    expect(named(entries=UNKNOWN), RULE, "i-web", Outcome.UNKNOWN, "entries")
    expect(named(entries=["everybody"]), RULE, "i-web", Outcome.UNKNOWN, "everybody")


def test_not_applicable_where_nobody_uses_it() -> None:
    expect(unread(unused=True), RULE, "i-web", Outcome.NOT_APPLICABLE, "Nobody uses Container Registry")
    # What can be read is looked at, whatever is said.
    draft = named()
    draft.facts(MIGRATION)["unreadLists"] = [{"service": "container-registry", "reason": "x", "unused": True}]
    expect(draft, RULE, "i-web", Outcome.FAIL)
