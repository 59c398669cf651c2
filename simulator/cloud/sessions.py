"""Sessions of RAM roles: opening them, and the checks of who may.

Their times are real time, like those of signatures: clients compare the end of a session with their own clock.
"""

from datetime import UTC, datetime, timedelta

from simulator.cloud.errors import CloudError, ForbiddenError, NotFoundError, NotSimulatedError
from simulator.cloud.state import Cloud
from simulator.model.estate import Estate
from simulator.model.ram import Caller, OidcProvider, Policy, Role, Session, User

USUAL_SECONDS = 3600
LEAST_SECONDS = 900


def arn(estate: Estate, kind: str, name: str) -> str:
    """Return the ARN of a RAM resource, such as a role."""
    return f"acs:ram::{estate.account_id}:{kind}/{name}"


def caller_arn(estate: Estate, caller: Caller) -> str:
    """Return the caller's ARN, as GetCallerIdentity answers it."""
    return arn(estate, "user" if isinstance(caller, User) else "assumed-role", caller.name)


def role_by_arn(estate: Estate, role_arn: str) -> Role:
    """Return the role; raises EntityNotExist.Role."""
    for role in estate.roles:
        if arn(estate, "role", role.name) == role_arn:
            return role
    if any(arn(estate, "role", role.id) == role_arn for role in estate.ram_roles):
        raise NotSimulatedError("a session of a role that CreateRole made")
    raise NotFoundError("EntityNotExist.Role", f"The role not exists: {role_arn}.")


def provider_by_arn(estate: Estate, provider_arn: str) -> OidcProvider:
    """Return the OIDC identity provider; raises AuthenticationFail.NoPermission."""
    for provider in estate.oidc_providers:
        if arn(estate, "oidc-provider", provider.name) == provider_arn:
            return provider
    raise ForbiddenError("AuthenticationFail.NoPermission", "No such OIDC Provider registered.")


def check_may_assume(estate: Estate, caller: Caller, role: Role, external_id: str | None) -> None:
    """Raise NoPermission if RAM does not allow `caller`, or the role does not trust it (AssumeRole, prerequisites)."""
    role_arn = arn(estate, "role", role.name)
    kind, name = ("user", caller.name) if isinstance(caller, User) else ("role", caller.role.name)
    trusted = {f"acs:ram::{estate.account_id}:root", arn(estate, kind, name)} & set(role.trusts)
    known = role.external_id is None or role.external_id == external_id
    if not (trusted and known and caller.may("sts:AssumeRole", role_arn)):
        raise ForbiddenError(
            "NoPermission", "You are not authorized to do this action. You should be authorized by RAM."
        )


def check_trusts(estate: Estate, role: Role, provider: OidcProvider) -> None:
    """Raise AuthenticationFail.NoPermission if the role does not trust the identity provider."""
    if arn(estate, "oidc-provider", provider.name) not in role.trusts:
        raise ForbiddenError("AuthenticationFail.NoPermission", "There is no permission")


def opened(cloud: Cloud, role: Role, session_name: str, seconds: int | None, policy: Policy | None) -> Session:
    """Return a new session; raises InvalidParameter.DurationSeconds."""
    requested = USUAL_SECONDS if seconds is None else seconds
    if not LEAST_SECONDS <= requested <= role.max_session_seconds:
        raise CloudError(
            "InvalidParameter.DurationSeconds",
            f"The Min/Max value of DurationSeconds is {LEAST_SECONDS}/{role.max_session_seconds}.",
        )
    lasting = requested if cloud.estate.timings.session is None else cloud.estate.timings.session
    number = len(cloud.sessions) + 1
    session = Session(
        role,
        session_name,
        access_key_id=f"STS.not-a-real-key-{number}",
        access_key_secret=f"not-a-real-secret-of-session-{number}",
        security_token=f"not-a-real-token-of-session-{number}",
        ends_at=datetime.now(UTC) + timedelta(seconds=lasting),
        policy=policy,
    )
    cloud.sessions[session.access_key_id] = session
    return session
