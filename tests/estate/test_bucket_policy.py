"""What a bucket policy says of addresses and VPCs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from estate.bucket_policy import statements

OLD, VPC = "10.25.16.10", "vpc-1"


def statement(effect: str = "Allow", action: Any = "oss:GetObject", **condition: Any) -> dict[str, Any]:
    return {
        "Effect": effect,
        "Action": action,
        "Principal": ["*"],
        "Resource": ["acs:oss:*:1:b/*"],
        "Condition": condition,
    }


def read(*given: dict[str, Any]) -> Any:
    return statements(json.dumps({"Version": "1", "Statement": list(given)}))


def test_a_policy_that_no_json_should_be_is_read_in_unicode_or_refused() -> None:
    [policy_statement] = read(statement(IpAddress={"acs:SourceIp": ["\ud800"]}))
    assert policy_statement.addresses == ("\ufffd",)
    with pytest.raises(ValueError, match="maps and lists inside each other"):
        statements("[" * 100_000)


@pytest.mark.parametrize(
    ("effect", "operator", "lets_in"),
    [
        ("Allow", "IpAddress", True),
        ("Allow", "NotIpAddress", False),
        ("Deny", "NotIpAddress", True),
        ("Deny", "IpAddress", False),
    ],
)
def test_addresses_of_a_statement_are_included_or_excluded(effect: str, operator: str, lets_in: bool) -> None:
    [policy_statement] = read(statement(effect, **{operator: {"acs:SourceIp": [OLD]}}))
    assert (policy_statement.effect, policy_statement.addresses, policy_statement.excluded_addresses) == (
        effect,
        (OLD,) if lets_in else (),
        () if lets_in else (OLD,),
    )


@pytest.mark.parametrize(
    ("effect", "operator", "lets_in"),
    [
        ("Allow", "StringEquals", True),
        ("Allow", "StringNotLike", False),
        ("Deny", "StringNotEquals", True),
        ("Deny", "StringLike", False),
    ],
)
def test_the_same_of_vpcs(effect: str, operator: str, lets_in: bool) -> None:
    [policy_statement] = read(statement(effect, **{operator: {"acs:SourceVpc": VPC}}))
    assert (policy_statement.vpcs, policy_statement.excluded_vpcs) == (((VPC,), ()) if lets_in else ((), (VPC,)))


def test_statements_are_numbered_as_they_stand_and_others_left_out() -> None:
    plain = {"Effect": "Allow", "Action": "oss:*", "Principal": ["1"], "Resource": "*"}
    [policy_statement] = read(plain, statement(IpAddress={"ACS:sourceip": OLD}))
    assert (policy_statement.number, policy_statement.addresses) == (2, (OLD,))
    assert statements('{"Statement": []}') == ()
    assert [
        item.number for item in statements(json.dumps({"Statement": statement(IpAddress={"acs:SourceIp": OLD})}))
    ] == [1]


def test_the_scope_is_all_but_addresses_and_vpcs() -> None:
    named = statement(IpAddress={"acs:SourceIp": OLD}) | {"Sid": "old"}
    vpc = statement(StringEquals={"acs:SourceVpc": VPC})
    other = statement(action="oss:PutObject", StringEquals={"acs:SourceVpc": VPC})
    only_tls = statement(StringEquals={"acs:SourceVpc": VPC}, Bool={"acs:SecureTransport": "true"})
    scopes = [item.scope for item in read(named, vpc, other, only_tls)]
    assert scopes[0] == scopes[1]
    assert len(set(scopes)) == 3


@pytest.mark.parametrize(
    "document",
    [
        "no JSON",
        "[]",
        "{}",
        '{"Statement": ["all"]}',
        '{"Statement": [{"Effect": "Maybe"}]}',
        '{"Statement": [{"Effect": "Allow", "Condition": {"IpAddress": ["10.0.0.1"]}}]}',
        '{"Statement": [{"Effect": "Allow", "Condition": {"IpAddressIfMoon": {"acs:SourceIp": "10.0.0.1"}}}]}',
    ],
)
def test_unknown_policy_documents_are_refused(document: str) -> None:
    with pytest.raises(ValueError, match=r"expected|operator|Expecting"):
        statements(document)
