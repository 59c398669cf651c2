"""Sessions of roles: who may do what with one, and how it ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from simulator.model.estate import Estate
from simulator.model.ram import Policy, Statement
from simulator.simulation import Simulation
from tests.simulator import oidc
from tests.simulator.api.examples.sts import ASSUME, OIDC, WITH_EXTERNAL_ID, with_roles
from tests.simulator.signing import Direct

ACCOUNT = "acs:ram::1234567890123456"


@pytest.fixture
def cloud(quick: Estate) -> Direct:
    with_roles(quick)
    return Direct(Simulation(quick))


def session_of(cloud: Direct, **changes: Any) -> tuple[Direct, dict[str, str]]:
    """Open a session; whoever signs with it, and its credentials as STS gave them."""
    given = cloud("sts:AssumeRole", **(ASSUME | changes))["Credentials"]
    holder = Direct(cloud.simulation)
    holder.credentials = (given["AccessKeyId"], given["AccessKeySecret"])
    holder.token = given["SecurityToken"]
    return holder, given


def test_the_session_of_a_role_calls_as_that_role(cloud: Direct) -> None:
    holder, given = session_of(cloud)
    identity = holder("sts:GetCallerIdentity")
    assert (identity["Arn"], identity["IdentityType"]) == (f"{ACCOUNT}:assumed-role/migrator/ann", "AssumedRoleUser")
    assert (identity["PrincipalId"], identity["RoleId"]) == (f"{'3' * 18}:ann", "3" * 18)
    assert datetime.fromisoformat(given["Expiration"]) - datetime.now(UTC) > timedelta(minutes=59)
    assert [entry["caller"] for entry in cloud.simulation.requests()] == ["demo", "migrator/ann"]


def test_a_session_may_do_what_its_role_and_its_policy_both_allow(cloud: Direct) -> None:
    [role] = [item for item in cloud.simulation.cloud.estate.roles if item.name == "migrator"]
    role.policies.append(Policy(statement=[Statement(effect="Deny", action="ecs:CreateSnapshot", resource="*")]))
    holder, _ = session_of(cloud)
    assert holder.code("vpc:DescribeVpcs")[0] == 200
    assert holder.code("ecs:CreateSnapshot", DiskId="d-1") == (403, "Forbidden.RAM")
    policy = '{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "ecs:*", "Resource": "*"}]}'
    narrow, _ = session_of(cloud, Policy=policy)
    assert narrow.code("vpc:DescribeVpcs") == (403, "Forbidden.RAM")
    assert narrow.code("ecs:CreateSnapshot", DiskId="d-1") == (403, "Forbidden.RAM")
    assert narrow.code("ecs:DescribeZones")[0] == 200


def test_the_external_id_of_the_trust_policy_opens(cloud: Direct) -> None:
    role = f"{ACCOUNT}:role/{WITH_EXTERNAL_ID}"
    assert cloud.code("sts:AssumeRole", **(ASSUME | {"RoleArn": role, "ExternalId": "ours"}))[0] == 200


def test_a_session_may_assume_another_role_that_trusts_its_role(cloud: Direct) -> None:
    estate = cloud.simulation.cloud.estate
    estate.roles[1].trusts = [f"{ACCOUNT}:role/migrator"]
    holder, _ = session_of(cloud)
    role = f"{ACCOUNT}:role/{estate.roles[1].name}"
    assert holder.code("sts:AssumeRole", **(ASSUME | {"RoleArn": role}))[0] == 200
    assert cloud.code("sts:AssumeRole", **(ASSUME | {"RoleArn": role})) == (403, "NoPermission")


def test_the_token_belongs_to_the_key_and_both_end(cloud: Direct) -> None:
    holder, given = session_of(cloud)
    other, _ = session_of(cloud)
    holder.token = ""
    assert holder.code("ecs:DescribeZones") == (400, "MissingSecurityToken")
    holder.token = other.token
    assert holder.code("ecs:DescribeZones") == (400, "InvalidSecurityToken.MismatchWithAccessKey")
    holder.token = given["SecurityToken"]
    assert holder.code("ecs:DescribeZones")[0] == 200
    cloud.simulation.end_sessions()
    assert holder.code("ecs:DescribeZones") == (400, "InvalidSecurityToken.Expired")


def test_a_session_lasts_as_the_estate_says(quick: Estate) -> None:
    with_roles(quick)
    quick.timings.session = 30
    _, given = session_of(Direct(Simulation(quick)))
    left = datetime.fromisoformat(given["Expiration"]) - datetime.now(UTC)
    assert timedelta(0) < left <= timedelta(seconds=30)


def test_an_oidc_token_needs_no_signature_and_is_not_logged(cloud: Direct) -> None:
    call = OIDC | {"RoleArn": ASSUME["RoleArn"], "OIDCToken": oidc.token()}
    session: dict[str, Any] = cloud.unsigned("sts:AssumeRoleWithOIDC", **call).body
    assert session["OIDCTokenInfo"]["Subject"] == "job"
    [entry] = cloud.simulation.requests()
    assert (entry["caller"], entry["outcome"], entry["parameters"]["OIDCToken"]) == ("", "OK", "******")
    assert cloud.unsigned("sts:GetCallerIdentity").body["Code"] == "MissingAccessKeyId"
