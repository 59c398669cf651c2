"""The sources of credentials, as plain values."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, SecretStr


class _Source(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    named: str
    """The key, variable or profile that the credentials come from; never a secret value."""


class StaticKeys(_Source):
    """An access key, or the keys and the token of a session opened elsewhere."""

    kind: Literal["keys"] = "keys"
    access_key: SecretStr
    secret_key: SecretStr
    security_token: SecretStr | None = None


class EcsRole(_Source):
    """The RAM role of the ECS instance that this program runs on, from its metadata service."""

    kind: Literal["ecs-role"] = "ecs-role"
    role_name: str
    token_required: bool = False


class CredentialsUri(_Source):
    """A local service that answers with the keys of a session."""

    kind: Literal["uri"] = "uri"
    uri: SecretStr


class CliProfile(_Source):
    """A profile of the aliyun CLI in a mode that the SDK resolves: `ADVANCED_MODES`."""

    kind: Literal["profile"] = "profile"
    profile: str
    file: Path


class OidcRole(_Source):
    """A RAM role assumed by the token of an OIDC identity provider; `token_file` is read at each renewal."""

    kind: Literal["oidc-role"] = "oidc-role"
    provider_arn: str
    role_arn: str
    session_name: str
    token: SecretStr | None = None
    token_file: Path | None = None
    policy: str | None = None
    seconds: int | None = None


Base = StaticKeys | EcsRole | CredentialsUri | CliProfile | OidcRole


class AssumedRole(_Source):
    """A RAM role assumed with the credentials of `base`."""

    kind: Literal["role"] = "role"
    base: Base
    role_arn: str
    session_name: str
    policy: str | None = None
    external_id: str | None = None
    seconds: int = 3600


Source = Base | AssumedRole


class Identity(BaseModel):
    """The source of the credentials, and the names that are also set but come later in the order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Source
    passed_over: tuple[str, ...] = ()

    def secrets(self) -> tuple[str, ...]:
        """Return the secret values that the source itself holds."""
        return _secrets(self.source)

    def digest(self, nonce: str) -> str:
        """Return a digest by which two processes compare their sources, secrets included; `nonce` is new."""
        held = "\0".join((self.source.model_dump_json(), *self.secrets()))
        return hmac.new(nonce.encode(), held.encode(), hashlib.sha256).hexdigest()


def _secrets(source: Source) -> tuple[str, ...]:
    held: tuple[SecretStr | None, ...] = ()
    if isinstance(source, AssumedRole):
        return _secrets(source.base)
    if isinstance(source, StaticKeys):
        held = (source.access_key, source.secret_key, source.security_token)
    elif isinstance(source, CredentialsUri):
        held = (source.uri,)
    elif isinstance(source, OidcRole):
        held = (source.token,)
    return tuple(item.get_secret_value() for item in held if item is not None)
