"""STS: the caller's identity, and sessions of roles.

Codes: references of AssumeRole and AssumeRoleWithOIDC, "Common errors when you access OSS by using STS", and for OIDC
the table of errors of "Use RRSA to authorize pods" (ACK). HTTP statuses that they do not give are ours: 400 for a token
that is not good, 403 for a missing permission. Not simulated: SourceIdentity, and conditions of trust policies other
than ExternalId.
"""

import json
import re
from datetime import UTC, datetime

from pydantic import ValidationError

from simulator.api.call import Answer, Call
from simulator.api.registry import STS, action
from simulator.cloud import sessions
from simulator.cloud.errors import CloudError, invalid_parameter
from simulator.cloud.state import Cloud
from simulator.model.ram import Policy, Session, User
from simulator.oidc import verified

_SESSION_NAME = re.compile(r"[A-Za-z0-9.@_-]{2,64}")
_MOST_POLICY = 2048  # characters
_TOKEN_LENGTHS = range(4, 20_001)


@action(STS, "GetCallerIdentity", needs_permission=False)
def get_caller_identity(cloud: Cloud, call: Call) -> Answer:
    """Return account and RAM user of the access key, or the session of a role."""
    caller, arn = call.caller, sessions.caller_arn(cloud.estate, call.caller)
    answer: Answer = {"AccountId": cloud.estate.account_id, "Arn": arn}
    if isinstance(caller, User):
        return {**answer, "UserId": caller.user_id, "PrincipalId": caller.user_id, "IdentityType": "RAMUser"}
    principal = f"{caller.role.role_id}:{caller.session_name}"
    return {**answer, "RoleId": caller.role.role_id, "PrincipalId": principal, "IdentityType": "AssumedRoleUser"}


@action(
    STS,
    "AssumeRole",
    takes="RoleArn RoleSessionName DurationSeconds Policy ExternalId",
    raises="EntityNotExist.Role InvalidParameter.DurationSeconds InvalidParameter.PolicyGrammar "
    "InvalidParameter.RoleSessionName NoPermission",
    needs_permission=False,
)
def assume_role(cloud: Cloud, call: Call) -> Answer:
    """Open a session of a role; RAM must let the caller, and the role must trust it."""
    role = sessions.role_by_arn(cloud.estate, call.text("RoleArn"))
    name, policy = _session_name(call), _policy(call)
    sessions.check_may_assume(cloud.estate, call.caller, role, call.optional("ExternalId"))
    return _answer(cloud, sessions.opened(cloud, role, name, call.integer("DurationSeconds"), policy))


@action(
    STS,
    "AssumeRoleWithOIDC",
    takes="OIDCProviderArn RoleArn OIDCToken RoleSessionName DurationSeconds Policy",
    raises="AuthenticationFail.NoPermission AuthenticationFail.OIDCToken.AudienceNotMatch "
    "AuthenticationFail.OIDCToken.Expired AuthenticationFail.OIDCToken.Invalid "
    "AuthenticationFail.OIDCToken.IssuerNotMatch EntityNotExist.Role InvalidParameter.DurationSeconds "
    "InvalidParameter.OIDCToken InvalidParameter.PolicyGrammar InvalidParameter.RoleSessionName",
    needs_permission=False,
    signed=False,
)
def assume_role_with_oidc(cloud: Cloud, call: Call) -> Answer:
    """Open a session of a role for a token of an identity provider that the role trusts; the call is unsigned."""
    provider = sessions.provider_by_arn(cloud.estate, call.text("OIDCProviderArn"))
    token = call.text("OIDCToken")
    if len(token) not in _TOKEN_LENGTHS:
        raise invalid_parameter("OIDCToken", "InvalidParameter.OIDCToken")
    name, policy = _session_name(call), _policy(call)
    claims = verified(token, provider, datetime.now(UTC))
    role = sessions.role_by_arn(cloud.estate, call.text("RoleArn"))
    sessions.check_trusts(cloud.estate, role, provider)
    session = sessions.opened(cloud, role, name, call.integer("DurationSeconds"), policy)
    token_info = {
        "Issuer": claims.issuer,
        "Subject": claims.subject,
        "ClientIds": ",".join(claims.audiences),
        "IssuanceTime": _time(datetime.fromtimestamp(claims.issued_at, UTC)),
        "ExpirationTime": _time(datetime.fromtimestamp(claims.expires_at, UTC)),
        "VerificationInfo": "Success",
    }
    return {**_answer(cloud, session), "OIDCTokenInfo": token_info}


def _session_name(call: Call) -> str:
    name = call.text("RoleSessionName")
    if not _SESSION_NAME.fullmatch(name):
        raise CloudError("InvalidParameter.RoleSessionName", "The parameter RoleSessionName is wrongly formed.")
    return name


def _policy(call: Call) -> Policy | None:
    text = call.optional("Policy")
    if text is None:
        return None
    try:
        if len(text) > _MOST_POLICY:
            raise ValueError
        return Policy.model_validate(json.loads(text))
    except (ValueError, ValidationError):
        raise CloudError(
            "InvalidParameter.PolicyGrammar", "The parameter Policy has not passed grammar check."
        ) from None


def _answer(cloud: Cloud, session: Session) -> Answer:
    return {
        "Credentials": {
            "AccessKeyId": session.access_key_id,
            "AccessKeySecret": session.access_key_secret,
            "SecurityToken": session.security_token,
            "Expiration": _time(session.ends_at),
        },
        "AssumedRoleUser": {
            "Arn": sessions.caller_arn(cloud.estate, session),
            "AssumedRoleId": f"{session.role.role_id}:{session.session_name}",
        },
    }


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
