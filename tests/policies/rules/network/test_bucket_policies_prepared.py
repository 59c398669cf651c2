from typing import Any

import pytest

from policies.outcome import Outcome
from policies.plan import MIGRATING_INSTANCE, MIGRATION
from tests.policies.prepared import BLOCK, UNKNOWN, Draft, expect, prepared

RULE = "network-bucket-policies-prepared"
OLD, VPC = "10.0.0.1", "vpc-1"


def statement(effect: str = "Allow", scope: str = "read", **changes: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {"addresses": [], "vpcs": [], "excludedAddresses": [], "excludedVpcs": []}
    return {"number": 1.0, "effect": effect, "scope": scope, **empty, **changes}


def policy(*statements: dict[str, Any], exists: bool = True) -> Draft:
    """The policy of a bucket, in a prepared stack."""
    draft = prepared(exists=exists)
    draft.facts(MIGRATION)["bucketPolicies"] = [{"bucket": "shop-logs", "statements": list(statements)}]
    return draft


def unread(*, unused: bool) -> Draft:
    draft = prepared()
    del draft.facts(MIGRATION)["bucketPolicies"]
    reason = "The RAM action oss:ListBuckets is not permitted."
    draft.facts(MIGRATION)["unreadLists"] = [{"service": "oss", "reason": reason, "unused": unused}]
    return draft


def test_pass_where_no_policy_lets_it_in() -> None:
    expect(prepared(), RULE, "i-web", Outcome.PASS, "No bucket policy of OSS lets it in")
    expect(policy(statement(addresses=[OLD])), RULE, "i-app", Outcome.PASS)
    # Kept out by its old address: nothing is lost with that.
    expect(policy(statement("Deny", excludedAddresses=[OLD])), RULE, "i-web", Outcome.PASS)


def test_pass_and_told_where_only_a_broad_block_holds_it() -> None:
    expect(policy(statement(addresses=["10.0.0.0/8"])), RULE, "i-web", Outcome.PASS, "10.0.0.0/8 too")


@pytest.mark.parametrize(
    "statements",
    [
        [statement(addresses=[OLD], vpcs=[VPC]), statement(addresses=[BLOCK], vpcs=[VPC])],
        [statement(addresses=[OLD]), statement(vpcs=["vpc-*"])],
        [statement(addresses=[OLD, "172.16.0.0/16"], vpcs=[VPC])],
        [statement(addresses=[OLD, BLOCK])],
        [statement("Deny", addresses=[OLD], vpcs=[VPC])],
        [statement("Deny", addresses=[OLD, BLOCK])],
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
        [statement("Deny", addresses=[OLD]), statement("Deny", vpcs=[VPC])],
    ],
)
def test_fail_where_the_vpc_is_not_let_in(statements: list[dict[str, Any]]) -> None:
    how = "(Allow) lets in" if statements[0]["effect"] == "Allow" else "(Deny) excepts"
    words = (f"shop-logs {how} {OLD}", f"not let {BLOCK} of {VPC} in", f'"acs:SourceVpc": "{VPC}"')
    expect(policy(*statements), RULE, "i-web", Outcome.FAIL, *words)


def test_fail_tells_that_an_address_alone_cannot_be_put_in_its_place() -> None:
    expect(policy(statement(addresses=[OLD])), RULE, "i-web", Outcome.FAIL, "0030-00000008")
    for key in ("vpcs", "excludedVpcs"):
        draft = policy(statement(addresses=[OLD]) | {key: ["vpc-other"]})
        assert "0030-00000008" not in expect(draft, RULE, "i-web", Outcome.FAIL).reason


def test_fail_while_the_vpc_is_yet_to_be_made() -> None:
    draft = policy(statement(addresses=[OLD, BLOCK]), exists=False)
    words = ("yet to be made", '"acs:SourceVpc": "<vpc>"')
    assert not expect(draft, RULE, "i-web", Outcome.FAIL, *words).blocking


def test_fail_while_nobody_knows_where_in_the_vpc_it_goes() -> None:
    draft = policy(statement(addresses=[OLD], vpcs=[VPC]))
    draft.facts(MIGRATING_INSTANCE, "i-web")["targetZoneId"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.FAIL, f"not let its new address of {VPC} in")


def test_unknown_where_it_could_not_be_read_and_why() -> None:
    expect(unread(unused=False), RULE, "i-web", Outcome.UNKNOWN, "oss:ListBuckets is not permitted", "[oss]")
    expect(policy(statement(addresses=UNKNOWN)), RULE, "i-web", Outcome.UNKNOWN, "addresses")
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["intranetIps"] = []
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "intranetIps")


def test_not_applicable_where_nobody_uses_it() -> None:
    expect(unread(unused=True), RULE, "i-web", Outcome.NOT_APPLICABLE, "nobody uses OSS")
