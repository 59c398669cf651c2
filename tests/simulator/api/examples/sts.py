"""Examples for simulator/api/sts.py."""

from __future__ import annotations

import functools
from typing import Any

from simulator.model.estate import Estate
from simulator.model.ram import Policy, Role, Statement
from tests.simulator import oidc
from tests.simulator.api.examples import Example, Given, Refusal

NOT_TRUSTED = "not-trusted"
WITH_EXTERNAL_ID = "with-external-id"


def _role_arn(name: str = "migrator", account: str = "1234567890123456") -> str:
    return f"acs:ram::{account}:role/{name}"


def with_roles(estate: Estate) -> None:
    """Roles and the identity provider of the tests."""
    account = f"acs:ram::{estate.account_id}"
    estate.oidc_providers = [oidc.provider()]
    estate.roles = [
        Role(name="migrator", role_id="3" * 18, trusts=[f"{account}:root", f"{account}:oidc-provider/ci"]),
        Role(name=NOT_TRUSTED, role_id="4" * 18, trusts=[f"{account}:user/nobody"]),
        Role(name=WITH_EXTERNAL_ID, role_id="5" * 18, trusts=[f"{account}:user/demo"], external_id="ours"),
    ]


def _may_not_assume(estate: Estate) -> None:
    with_roles(estate)
    estate.users[0].policies.append(
        Policy(statement=[Statement(effect="Deny", action="sts:AssumeRole", resource=_role_arn())])
    )


_POLICY = '{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "ecs:*", "Resource": "*"}]}'
ASSUME = {"RoleArn": _role_arn(), "RoleSessionName": "ann"}
OIDC = {"OIDCProviderArn": "acs:ram::1234567890123456:oidc-provider/ci", "RoleSessionName": "job"}


def _refused(base: dict[str, Any], code: str, status: int = 400, given: Given = with_roles, **call: Any) -> Refusal:
    return Refusal(code, base | call, status, given)


_assume = functools.partial(_refused, ASSUME)
_oidc = functools.partial(_refused, OIDC | {"RoleArn": _role_arn(), "OIDCToken": oidc.token()})

EXAMPLES = (
    Example("sts:GetCallerIdentity", {}),
    Example(
        "sts:AssumeRole",
        ASSUME | {"DurationSeconds": 900, "Policy": _POLICY},
        refusals=(
            _assume("EntityNotExist.Role", 404, RoleArn=_role_arn("none")),
            _assume("EntityNotExist.Role", 404, RoleArn=_role_arn(account="9" * 16)),
            _assume("InvalidParameter.RoleSessionName", RoleSessionName="a b"),
            _assume("InvalidParameter.DurationSeconds", DurationSeconds=899),
            _assume("InvalidParameter.DurationSeconds", DurationSeconds=3601),
            _assume("InvalidParameter.PolicyGrammar", Policy="{}"),
            _assume("InvalidParameter.PolicyGrammar", Policy="x"),
            _assume("NoPermission", 403, RoleArn=_role_arn(NOT_TRUSTED)),
            _assume("NoPermission", 403, RoleArn=_role_arn(WITH_EXTERNAL_ID)),
            _assume("NoPermission", 403, RoleArn=_role_arn(WITH_EXTERNAL_ID), ExternalId="theirs"),
            _assume("NoPermission", 403, _may_not_assume),
        ),
        given=with_roles,
    ),
    Example(
        "sts:AssumeRoleWithOIDC",
        OIDC | {"RoleArn": _role_arn(), "OIDCToken": oidc.token(aud=["other", oidc.CLIENT])},
        refusals=(
            _oidc("AuthenticationFail.NoPermission", 403, OIDCProviderArn=_role_arn("none")),
            _oidc("AuthenticationFail.NoPermission", 403, RoleArn=_role_arn(NOT_TRUSTED)),
            _oidc("AuthenticationFail.OIDCToken.AudienceNotMatch", OIDCToken=oidc.token(aud="other")),
            _oidc("AuthenticationFail.OIDCToken.Expired", OIDCToken=oidc.token(exp=1)),
            _oidc("AuthenticationFail.OIDCToken.IssuerNotMatch", OIDCToken=oidc.token(iss="https://other")),
            _oidc("AuthenticationFail.OIDCToken.Invalid", OIDCToken=oidc.token()[:-4]),
            _oidc("AuthenticationFail.OIDCToken.Invalid", OIDCToken=oidc.token({"alg": "none"})),
            _oidc("AuthenticationFail.OIDCToken.Invalid", OIDCToken="no token"),
            _oidc("InvalidParameter.OIDCToken", OIDCToken="abc"),
            _oidc("EntityNotExist.Role", 404, RoleArn=_role_arn("none")),
            _oidc("InvalidParameter.DurationSeconds", DurationSeconds=60),
            _oidc("InvalidParameter.PolicyGrammar", Policy="{}"),
            _oidc("InvalidParameter.RoleSessionName", RoleSessionName="x"),
        ),
        given=with_roles,
    ),
)
