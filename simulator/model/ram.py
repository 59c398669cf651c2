"""RAM: users, roles, and their permissions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, SecretStr
from pydantic.alias_generators import to_pascal

from simulator.model.base import Strict, Tags
from simulator.model.patterns import matches


class _Document(Strict):
    """Part of a RAM policy document, with the keys that RAM gives them."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_pascal, populate_by_name=True, serialize_by_alias=True)


class Statement(_Document):
    """Allows or denies actions on resources; * and ? are wildcards. Conditions are refused as not simulated."""

    effect: Literal["Allow", "Deny"]
    action: str | list[str] = Field(description="As in ecs:DescribeInstances, rds:* or *.")
    resource: str | list[str] = Field(description="As in acs:ecs:cn-hangzhou:1234567890123456:instance/i-... or *.")

    def holds_for(self, action: str, resource: str) -> bool:
        """Whether it applies to `action` (ecs:DescribeInstances, upper or lower case) on `resource` (an ARN)."""
        return any(matches(pattern, action, ignoring_case=True) for pattern in _list(self.action)) and any(
            matches(pattern, resource) for pattern in _list(self.resource)
        )


class Policy(_Document):
    """A RAM policy document ("Policy structure and syntax", version 1)."""

    version: Literal["1"] = "1"
    statement: list[Statement] = Field(min_length=1)


class Principal(_Document):
    """Who may assume a role: ARNs of accounts, users and roles, names of services, ARNs of identity providers."""

    ram: str | list[str] | None = Field(default=None, alias="RAM")
    service: str | list[str] | None = None
    federated: str | list[str] | None = None


class TrustStatement(_Document):
    """Lets somebody assume a role, or does not."""

    effect: Literal["Allow", "Deny"]
    action: Literal["sts:AssumeRole"] | list[Literal["sts:AssumeRole"]]
    principal: Principal
    condition: dict[str, dict[str, str | list[str]]] | None = None


class TrustPolicy(_Document):
    """The AssumeRolePolicyDocument of a role ("Policy structure and syntax", version 1)."""

    version: Literal["1"] = "1"
    statement: list[TrustStatement] = Field(min_length=1)

    def trusts_service(self, name: str) -> bool:
        """Whether a service, such as ecs.aliyuncs.com, may assume the role; conditions are not looked at."""
        statements = [(item.effect, _list(item.principal.service or [])) for item in self.statement]
        return {effect for effect, services in statements if name in services} == {"Allow"}


def _everything() -> list[Policy]:
    return [Policy(statement=[Statement(effect="Allow", action="*", resource="*")])]


class User(Strict):
    """A RAM user with one access key."""

    name: str = Field(description="Name of the RAM user, as in the Arn of GetCallerIdentity.")
    user_id: str = Field(pattern=r"^\d{18}$", description="RAM user id, 18 digits.")
    access_key_id: str = Field(description="Access key id; use an obviously false one.")
    access_key_secret: SecretStr = Field(
        description="Access key secret; use an obviously false one. It is never dumped."
    )
    policies: list[Policy] = Field(
        default_factory=_everything,
        min_length=1,
        description="RAM policy documents, as they are written in RAM; absent: everything is allowed.",
    )

    def may(self, action: str, resource: str) -> bool:
        """Whether RAM allows the user `action` on `resource`."""
        return _allowed(self.policies, action, resource)


class Role(Strict):
    """A RAM role; a list of those who may assume it replaces its trust policy."""

    name: str = Field(pattern=r"^[A-Za-z0-9-]{1,64}$", description="Name, as in acs:ram::ACCOUNT:role/NAME.")
    role_id: str = Field(pattern=r"^\d{18}$", description="RAM role id, 18 digits.")
    trusts: list[str] = Field(
        min_length=1,
        description="Who may assume the role: ARNs of users, roles and OIDC identity providers of the account; "
        "acs:ram::ACCOUNT:root means all its users and roles.",
    )
    external_id: str | None = Field(
        default=None, description="Value that the trust policy requires for sts:ExternalId."
    )
    max_session_seconds: int = Field(default=3600, ge=3600, le=43200, description="MaxSessionDuration of the role.")
    policies: list[Policy] = Field(
        default_factory=_everything,
        min_length=1,
        description="As the policies of a user; absent: everything is allowed.",
    )


def _trust_policy(text: str) -> str:
    TrustPolicy.model_validate_json(text)
    return text


class RamRole(Strict):
    """A RAM role as RAM's own API makes it: it has a trust policy and no permissions, because no policy is attached."""

    id: str = Field(pattern=r"^[A-Za-z0-9.@-]{1,64}$", description="Name, as in acs:ram::ACCOUNT:role/NAME.")
    role_id: str = Field(pattern=r"^\d{18}$", description="RAM role id, 18 digits.")
    trust_policy: Annotated[str, AfterValidator(_trust_policy)] = Field(
        description="AssumeRolePolicyDocument as it was written."
    )
    description: str = Field(default="", max_length=1024)
    max_session_seconds: int = Field(default=3600, ge=3600, le=43200, description="MaxSessionDuration of the role.")
    created_at: AwareDatetime | None = None
    updated_at: AwareDatetime | None = Field(default=None, description="Absent: the time of creation.")
    tags: Tags


class OidcProvider(Strict):
    """An OIDC identity provider in RAM; only tokens signed with RS256 are accepted."""

    name: str = Field(description="Name, as in acs:ram::ACCOUNT:oidc-provider/NAME.")
    issuer: str = Field(description="URL of the issuer, as in the claim iss.")
    client_ids: list[str] = Field(min_length=1, description="Accepted audiences, as in the claim aud.")
    public_key: str = Field(description="Public key that verifies its tokens: PEM, RSA.")


@dataclass(frozen=True)
class Session:
    """A session of a role, the caller with an STS token. `ends_at` is real time, like the times of signatures."""

    role: Role
    session_name: str
    access_key_id: str
    access_key_secret: str
    security_token: str
    ends_at: datetime
    policy: Policy | None = None

    @property
    def name(self) -> str:
        """Role and session, as at the end of the caller's ARN."""
        return f"{self.role.name}/{self.session_name}"

    def may(self, action: str, resource: str) -> bool:
        """Whether RAM allows the session an action: both its role and its own policy, if any, must allow it."""
        return _allowed(self.role.policies, action, resource) and (
            self.policy is None or _allowed([self.policy], action, resource)
        )


Caller = User | Session


def _allowed(policies: list[Policy], action: str, resource: str) -> bool:
    """Whether the policies allow `action` on `resource`: one Allow and no Deny (RAM, evaluation)."""
    effects = {
        statement.effect
        for policy in policies
        for statement in policy.statement
        if statement.holds_for(action, resource)
    }
    return effects == {"Allow"}


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
