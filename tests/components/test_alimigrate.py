"""The generated SDK of `alimigrate`: snake_case for the program, the names of the contract for the engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi.runtime import rpc

from components import alimigrate
from components.alimigrate.ecs import SecurityGroupRules
from components.conversion import VpcPeer, VpcRule
from components.rules import rule_args
from estate.model import PeerKind
from tests.components.mocked import declare

RULE = VpcRule("ingress", "TCP", "80/80", None, "accept", 1, VpcPeer(PeerKind.CIDR, "10.0.0.0/8"), "peers")


def sent(program: Callable[[], object], resource_type: str) -> Any:
    """What the engine is told of the only resource of its type."""
    [registered] = declare(program).of_type(resource_type).values()
    return registered


@pytest.mark.parametrize(
    ("peer", "source_ports", "expected"),
    [
        (VpcPeer(PeerKind.CIDR, "10.0.0.0/8"), None, {"cidrIp": "10.0.0.0/8"}),
        (VpcPeer(PeerKind.IPV6_CIDR, "fd00::/8"), None, {"ipv6CidrIp": "fd00::/8"}),
        (VpcPeer(PeerKind.PREFIX_LIST, "pl-1"), None, {"prefixListId": "pl-1"}),
        (VpcPeer(PeerKind.GROUP, "sg-mon"), None, {"groupId": "sg-mon"}),
        (VpcPeer(PeerKind.GROUP, "sg-app", clone=True), None, {"groupId": "sg-clone", "clonedFrom": "sg-app"}),
        (
            VpcPeer(PeerKind.CIDR, "10.0.0.0/8"),
            "1024/65535",
            {"cidrIp": "10.0.0.0/8", "sourcePortRange": "1024/65535"},
        ),
    ],
    ids=lambda value: str(value),
)
def test_a_rule_reaches_the_engine_with_the_properties_of_the_contract(
    peer: VpcPeer, source_ports: str | None, expected: dict[str, str]
) -> None:
    rule = VpcRule("ingress", "TCP", "80/80", source_ports, "accept", 1, peer, "peers")

    def program() -> None:
        rules = {"a rule": rule_args(rule, {"sg-app": pulumi.Output.from_input("sg-clone")})}
        SecurityGroupRules("rules", security_group_id="sg-1", rules=rules)

    assert sent(program, "alimigrate:ecs:SecurityGroupRules").inputs == {
        "securityGroupId": "sg-1",
        "rules": {
            "a rule": {
                "direction": "ingress",
                "ipProtocol": "TCP",
                "portRange": "80/80",
                "policy": "accept",
                "priority": 1,
                "description": "peers",
                **expected,
            }
        },
    }


def test_outputs_are_read_by_their_python_names() -> None:
    found: list[object] = []

    def program() -> pulumi.Output[None]:
        resource = SecurityGroupRules("rules", security_group_id="sg-1", rules={"a rule": rule_args(RULE, {})})
        known = pulumi.Output.all(resource.security_group_id, resource.rules)
        return known.apply(lambda values: found.extend(values))

    declare(program)
    group_id, rules = found
    assert group_id == "sg-1"
    assert isinstance(rules, dict)
    rule = rules["a rule"]
    assert (rule.ip_protocol, rule.port_range, rule.priority, rule.cidr_ip) == ("TCP", "80/80", 1, "10.0.0.0/8")
    assert type(rule.priority) is int
    assert rule.group_id is None


def test_a_provider_gets_texts_and_keeps_secrets() -> None:
    """The engine takes only texts in a provider's configuration; a stack's config has objects as texts already."""

    def program() -> None:
        alimigrate.Provider(
            "cloud",
            region="cn-hangzhou",
            endpoints={"ecs": "127.0.0.1:8815"},
            access_key="a",
            assume_role='{"roleArn":"acs:ram::1:role/r"}',
            assume_role_with_oidc={"roleArn": "acs:ram::1:role/o"},
        )

    request = sent(program, "pulumi:providers:alimigrate")
    secrets = {name for name, value in request.inputs.items() if rpc.is_rpc_secret(value)}
    plain = {name: rpc.unwrap_rpc_secret(value) for name, value in request.inputs.items()}
    assert plain == {
        "region": "cn-hangzhou",
        "endpoints": '{"ecs": "127.0.0.1:8815"}',
        "accessKey": "a",
        "assumeRole": '{"roleArn":"acs:ram::1:role/r"}',
        "assumeRoleWithOidc": '{"roleArn": "acs:ram::1:role/o"}',
    }
    assert secrets == {"accessKey", "assumeRole", "assumeRoleWithOidc"}
