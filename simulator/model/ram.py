"""RAM: users and what they may do."""

from typing import Literal

from pydantic import ConfigDict, Field, SecretStr
from pydantic.alias_generators import to_pascal

from simulator.model.base import Strict
from simulator.model.patterns import matches


class _Document(Strict):
    """Part of a RAM policy document, with the keys that RAM gives them."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_pascal, populate_by_name=True, serialize_by_alias=True)


class Statement(_Document):
    """Allows or denies actions on resources; * and ? are wildcards. Conditions are not simulated, so refused."""

    effect: Literal["Allow", "Deny"]
    action: str | list[str] = Field(description="ecs:DescribeInstances, rds:*, or *.")
    resource: str | list[str] = Field(description="acs:ecs:cn-hangzhou:1234567890123456:instance/i-..., or *.")

    def holds_for(self, action: str, resource: str) -> bool:
        """Whether it says something of `action` (ecs:DescribeInstances, in any case) on `resource` (an ARN)."""
        return any(matches(pattern, action, ignoring_case=True) for pattern in _list(self.action)) and any(
            matches(pattern, resource) for pattern in _list(self.resource)
        )


class Policy(_Document):
    """A RAM policy document ("Policy structure and syntax", version 1)."""

    version: Literal["1"] = "1"
    statement: list[Statement] = Field(min_length=1)


class User(Strict):
    """A RAM user with one access key."""

    name: str = Field(description="RAM user name, as in the Arn of GetCallerIdentity.")
    user_id: str = Field(pattern=r"^\d{18}$", description="RAM user id, 18 digits.")
    access_key_id: str = Field(description="Access key id; take an obviously false one.")
    access_key_secret: SecretStr = Field(description="Access key secret; take an obviously false one. Never dumped.")
    policies: list[Policy] = Field(
        default_factory=lambda: [Policy(statement=[Statement(effect="Allow", action="*", resource="*")])],
        min_length=1,
        description="RAM policy documents, as they are written in RAM. Absent: everything is allowed.",
    )

    def may(self, action: str, resource: str) -> bool:
        """Whether RAM lets the user do `action` on `resource`: an Allow is needed, and no Deny (RAM, evaluation)."""
        effects = {
            statement.effect
            for policy in self.policies
            for statement in policy.statement
            if statement.holds_for(action, resource)
        }
        return effects == {"Allow"}


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
