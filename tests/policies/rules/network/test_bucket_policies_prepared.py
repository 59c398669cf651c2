from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK
from tests.policies.attested import attest
from tests.policies.prepared import BLOCK, UNKNOWN, Draft, expect, prepared

RULE = "network-bucket-policies-prepared"
OLD, VPC = "10.0.0.1", "vpc-1"
IN_THE_LEAD_TIME: Final = datetime.fromisoformat("2026-12-06T10:00:00+08:00")


def statement(effect: str = "Allow", scope: str = "read", **changes: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {"addresses": [], "vpcs": [], "excludedAddresses": [], "excludedVpcs": []}
    return {"number": 1.0, "effect": effect, "scope": scope, **empty, **changes}


def policy(*statements: dict[str, Any], exists: bool = True) -> Draft:
    """The policy of a bucket, in a prepared stack."""
    draft = prepared(exists=exists)
    draft.facts(MIGRATION)["bucketPolicies"] = [{"bucket": "shop-logs", "statements": list(statements)}]
    return draft


APPROVAL = {
    "reason": "No application of ours has a bucket.",
    "owner": "ann@example.com",
    "approvedBy": "bob@example.com",
    "approvedAt": "2026-11-22T09:00:00+08:00",
    "expires": "2026-12-20T02:00:00+08:00",
}


def unread(*, unused: bool, **changes: Any) -> Draft:
    draft = prepared()
    del draft.facts(MIGRATION)["bucketPolicies"]
    reason = "The RAM action oss:ListBuckets is not permitted."
    draft.facts(MIGRATION)["unreadLists"] = [{"service": "oss", "reason": reason, "unused": unused, **changes}]
    return draft


def test_pass_where_no_policy_lets_it_in() -> None:
    expect(prepared(), RULE, "i-web", Outcome.PASS, "No bucket policy of OSS lets it in")
    expect(policy(statement(addresses=[OLD])), RULE, "i-app", Outcome.PASS)
    # Kept out by its old address: nothing is lost with that.
    expect(policy(statement("Deny", excludedAddresses=[OLD])), RULE, "i-web", Outcome.PASS)


def test_pass_and_reported_where_only_a_broad_block_holds_it() -> None:
    expect(policy(statement(addresses=["10.0.0.0/8"])), RULE, "i-web", Outcome.PASS, "It is also in 10.0.0.0/8")


@pytest.mark.parametrize(
    "statements",
    [
        [statement(addresses=[OLD], vpcs=[VPC]), statement(addresses=[BLOCK], vpcs=[VPC])],
        [statement(addresses=[OLD]), statement(vpcs=["vpc-*"])],
        [statement(addresses=[OLD, "172.16.0.0/16"], vpcs=[VPC])],
        [statement(addresses=[OLD, BLOCK])],
    ],
)
def test_pass_where_the_vpc_is_let_in_too(statements: list[dict[str, Any]]) -> None:
    expect(policy(*statements), RULE, "i-web", Outcome.PASS, f"lets {BLOCK} of {VPC} in as well")


@pytest.mark.parametrize(
    "statements",
    [
        [statement(addresses=[OLD])],
        [statement(addresses=[f"{OLD}/28"])],
        # Both conditions of an Allow must hold.
        [statement(addresses=[OLD], vpcs=[VPC])],
        [statement(addresses=[OLD]), statement(addresses=[BLOCK], vpcs=["vpc-other"])],
        [statement(addresses=[OLD]), statement(addresses=["172.16.1.0/25"], vpcs=[VPC])],
        [statement(addresses=[OLD]), statement(addresses=[BLOCK], excludedVpcs=["vpc-*"])],
        [statement(addresses=[OLD]), statement(vpcs=[VPC], excludedAddresses=["172.16.1.9"])],
        # Another statement lets in to other things.
        [statement(addresses=[OLD]), statement(scope="write", addresses=[BLOCK], vpcs=[VPC])],
    ],
)
def test_fail_where_the_vpc_is_not_let_in(statements: list[dict[str, Any]]) -> None:
    words = (
        f"Statement 1 of the policy of shop-logs (Allow) admits {OLD}",
        f"does not admit {BLOCK} of {VPC}",
        f"acs:SourceVpc {VPC}",
    )
    expect(policy(*statements), RULE, "i-web", Outcome.FAIL, *words)


# Whom a Deny is of.
DENIED: dict[str, dict[str, Any]] = {
    "the new block": {"excludedAddresses": [BLOCK]},
    "an address of it": {"excludedAddresses": ["172.16.1.9"]},
    "the VPC": {"excludedVpcs": [VPC]},
    "every VPC": {"excludedVpcs": ["vpc-*"]},
    "the block in the VPC": {"excludedAddresses": ["172.16.0.0/12"], "excludedVpcs": [VPC]},
    # The classic network is no VPC: both conditions hold in the VPC alone.
    "the old address too, in the VPC": {"excludedAddresses": [OLD, BLOCK], "excludedVpcs": [VPC]},
    "a block but a part of the new one": {"excludedAddresses": ["172.16.0.0/12"], "addresses": ["172.16.1.0/25"]},
    "the block but in another VPC": {"excludedAddresses": [BLOCK], "vpcs": ["vpc-other"]},
    "a block but the old address": {"excludedAddresses": ["0.0.0.0/0"], "addresses": ["10.0.0.0/8"]},
    "all but the old address": {"addresses": [OLD]},
    "all but broad blocks": {"addresses": ["10.0.0.0/8", "192.168.0.0/16"]},
    "all but the old address and another VPC": {"addresses": [OLD], "vpcs": ["vpc-other"]},
}


@pytest.mark.parametrize("case", DENIED)
def test_fail_where_a_deny_is_of_where_it_goes(case: str) -> None:
    """Whoever else is let in, and whether or not it is let in by its address today."""
    words = ("Statement 2 of the policy of shop-logs (Deny) applies to ", f"once it is in {VPC}", f"SourceVpc {VPC}")
    for first in (statement(addresses=[OLD, BLOCK]), statement(addresses=["203.0.113.0/24"])):
        draft = policy(first, statement("Deny", **DENIED[case]) | {"number": 2.0})
        expect(draft, RULE, "i-web", Outcome.FAIL, *words)


NOT_DENIED: dict[str, dict[str, Any]] = {
    "the old address": {"excludedAddresses": [OLD]},
    "the old address and the new block": {"excludedAddresses": [OLD, BLOCK]},
    "another block": {"excludedAddresses": ["172.16.2.0/24"]},
    "another VPC": {"excludedVpcs": ["vpc-other"]},
    "the block in another VPC": {"excludedAddresses": [BLOCK], "excludedVpcs": ["vpc-other"]},
    "another block in the VPC": {"excludedAddresses": ["172.16.2.0/24"], "excludedVpcs": [VPC]},
    "a block but the new one": {"excludedAddresses": ["172.16.0.0/12"], "addresses": [BLOCK]},
    "the block but in the VPC": {"excludedAddresses": [BLOCK], "vpcs": [VPC]},
    "all but the old address and the block": {"addresses": [OLD, BLOCK]},
    "all but the old address and the VPC": {"addresses": [OLD], "vpcs": [VPC]},
    "all but the VPC": {"vpcs": [VPC]},
    "all but another VPC, as today": {"vpcs": ["vpc-other"]},
}


@pytest.mark.parametrize("case", NOT_DENIED)
def test_pass_where_a_deny_is_of_others_or_refuses_it_today(case: str) -> None:
    draft = policy(statement(addresses=[OLD, BLOCK]), statement("Deny", **NOT_DENIED[case]) | {"number": 2.0})
    words = ("in as well", "Statement 2 of the policy of shop-logs (Deny) will not refuse the instance")
    expect(draft, RULE, "i-web", Outcome.PASS, *words)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"addresses": [OLD]}, "applies to everybody but 10.0.0.1. It does not"),
        ({"addresses": [OLD], "vpcs": ["vpc-other"]}, "applies to everybody but 10.0.0.1, vpc-other. It"),
        ({"excludedAddresses": [BLOCK], "excludedVpcs": ["vpc-*"]}, f"applies to {BLOCK}, vpc-*. It"),
        ({"excludedAddresses": ["0.0.0.0/0"], "addresses": ["10.0.0.0/8"]}, "applies to 0.0.0.0/0 but 10.0.0.0/8. It"),
    ],
)
def test_fail_names_whom_a_deny_is_about(fields: dict[str, Any], words: str) -> None:
    expect(policy(statement("Deny", **fields)), RULE, "i-web", Outcome.FAIL, words)


@pytest.mark.parametrize(("vpcs", "outcome"), [(["vpc-*"], Outcome.FAIL), (["vpc-other"], Outcome.PASS)])
def test_fail_where_a_deny_is_of_any_vpc_that_is_yet_to_be_made(vpcs: list[str], outcome: Outcome) -> None:
    expect(policy(statement("Deny", excludedVpcs=vpcs), exists=False), RULE, "i-web", outcome)


def test_unknown_whether_a_deny_is_of_a_block_that_nobody_knows() -> None:
    draft = policy(statement("Deny", excludedAddresses=[BLOCK]))
    draft.facts(MIGRATING_INSTANCE, "i-web")["targetZoneId"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "targetZoneId")


@pytest.mark.parametrize("fields", [{"excludedAddresses": [BLOCK]}, {"addresses": [OLD]}])
def test_unknown_whether_a_deny_is_of_it_while_it_has_nowhere_to_go(fields: dict[str, Any]) -> None:
    draft = policy(statement("Deny", **fields))
    draft.facts(TARGET_NETWORK)["vswitches"] = []
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "no VSwitch")


def test_fail_shows_that_an_address_alone_cannot_be_put_in_its_place() -> None:
    expect(policy(statement(addresses=[OLD])), RULE, "i-web", Outcome.FAIL, "0030-00000008")
    for key in ("vpcs", "excludedVpcs"):
        draft = policy(statement(addresses=[OLD]) | {key: ["vpc-other"]})
        assert "0030-00000008" not in expect(draft, RULE, "i-web", Outcome.FAIL).reason


def test_fail_while_the_vpc_is_yet_to_be_made() -> None:
    draft = policy(statement(addresses=[OLD, BLOCK]), exists=False)
    words = ("yet to be created", "acs:SourceVpc of the target VPC")
    assert not expect(draft, RULE, "i-web", Outcome.FAIL, *words).blocking


def test_fail_while_nobody_knows_where_in_the_vpc_it_goes() -> None:
    draft = policy(statement(addresses=[OLD], vpcs=[VPC]))
    draft.facts(MIGRATING_INSTANCE, "i-web")["targetZoneId"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.FAIL, f"does not admit its new address of {VPC}")


@pytest.mark.parametrize(
    "fields",
    [
        {"excludedAddresses": [BLOCK]},
        {"excludedAddresses": ["172.16.0.0/12"]},
        {"excludedAddresses": ["172.16.1.7"]},
        {"excludedVpcs": [VPC]},
        {"excludedVpcs": ["vpc-*"]},
    ],
)
def test_fail_where_an_allow_of_all_others_excludes_where_it_goes(fields: dict[str, Any]) -> None:
    expect(policy(statement(**fields)), RULE, "i-web", Outcome.FAIL, "admits the instance today, and will not")
    again = [statement(**fields), statement(addresses=[BLOCK], vpcs=[VPC])]
    expect(policy(*again), RULE, "i-web", Outcome.PASS, "or another one, lets the instance in after the move")


@pytest.mark.parametrize(
    "fields",
    [
        {"excludedAddresses": ["203.0.113.0/24"]},
        {"excludedAddresses": [OLD, BLOCK]},
        {"excludedVpcs": ["vpc-other"]},
        {"excludedVpcs": ["vpc-*"], "addresses": ["203.0.113.0/24"]},
    ],
    ids=["others", "it is excluded today", "another VPC", "of public addresses"],
)
def test_pass_where_an_allow_of_all_others_takes_nothing_away(fields: dict[str, Any]) -> None:
    expect(policy(statement(**fields)), RULE, "i-web", Outcome.PASS)


@pytest.mark.parametrize(("vpcs", "outcome"), [(["vpc-*"], Outcome.FAIL), (["vpc-other"], Outcome.PASS)])
def test_fail_where_an_allow_excludes_any_vpc_that_is_yet_to_be_made(vpcs: list[str], outcome: Outcome) -> None:
    draft = policy(statement(excludedVpcs=vpcs), exists=False)
    draft.now = prepared().now
    expect(draft, RULE, "i-web", outcome)


def test_unknown_whether_an_allow_excludes_a_block_that_nobody_knows() -> None:
    draft = policy(statement(excludedAddresses=["172.16.0.0/12"]))
    draft.facts(TARGET_NETWORK)["vswitches"][0]["cidrBlock"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "cidrBlock")
    draft.facts(TARGET_NETWORK)["vswitches"] = []
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "has no VSwitch")


def test_unknown_where_it_could_not_be_read_and_why() -> None:
    expect(
        unread(unused=False),
        RULE,
        "i-web",
        Outcome.UNKNOWN,
        "oss:ListBuckets is not permitted",
        "unusedServices: [oss]",
    )
    expect(policy(statement(addresses=UNKNOWN)), RULE, "i-web", Outcome.UNKNOWN, "addresses")
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["intranetIps"] = []
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "intranetIps")


def test_not_applicable_where_somebody_answers_for_it_that_nobody_uses_it() -> None:
    message = "No application of ours has a bucket (ann@example.com, approved by bob@example.com until 2026-12-20T02:00"
    expect(unread(unused=True, approval=APPROVAL), RULE, "i-web", Outcome.NOT_APPLICABLE, "Nobody uses OSS", message)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"approvedBy": "Ann@Example.com"}, "approved it for himself or herself"),
        ({"owner": " "}, "owner"),
        ({"approvedAt": "2026-12-12T09:00:00+08:00"}, "which is in the future"),
        ({"expires": "2026-12-01T02:00:00+08:00"}, "it expired at"),
        ({"expires": "2027-12-01T02:00:00+08:00"}, "more than 90 days"),
    ],
)
def test_unknown_where_the_approval_does_not_hold(change: dict[str, str], message: str) -> None:
    expect(unread(unused=True, approval={**APPROVAL, **change}), RULE, "i-web", Outcome.UNKNOWN, message)


def test_unknown_where_nobody_answers_for_it() -> None:
    """As an earlier version took it: the config is accepted, and the finding says what is missing."""
    message = "after.unusedServices names the service without an approval"
    expect(unread(unused=True), RULE, "i-web", Outcome.UNKNOWN, "oss:ListBuckets", message, "approvedBy")


def test_pending_until_the_freeze_where_somebody_answers_for_it() -> None:
    before = replace(policy(statement(addresses=[OLD])), now=IN_THE_LEAD_TIME)
    assert "kind: address-lists" in expect(before, RULE, "i-web", Outcome.FAIL).remediation
    promised = attest(before, "address-lists", statedAt="2026-12-01T10:00:00+08:00")
    expect(
        promised,
        RULE,
        "i-web",
        Outcome.PENDING,
        "ann@example.com answers for it",
    )
    in_freeze = attest(policy(statement(addresses=[OLD])), "address-lists")
    expect(in_freeze, RULE, "i-web", Outcome.FAIL, "shop-logs", "the freeze began")
    expect(attest(unread(unused=False), "address-lists"), RULE, "i-web", Outcome.PASS, "ann@example.com answers for it")
