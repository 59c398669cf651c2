"""Where the cloud is and as whom we speak to it: one set of settings for the reader, `alicloud` and `alimigrate`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, SecretStr

from estate.errors import SettingsError

_PREFIX = "alicloud:"
_REGION = re.compile(r"[a-z]{2}(-[a-z0-9]+)+")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?|\[[0-9A-Fa-f:]+\](:[0-9]{1,5})?")
_ACCOUNT = re.compile(r"[0-9]+")


class _CredentialSource(NamedTuple):
    """Where one set of credentials may stand: key names of the access key, its secret and an STS token."""

    access_key: str
    secret_key: str
    security_token: str


_FROM_CONFIG = _CredentialSource("accessKey", "secretKey", "securityToken")
_FROM_ENVIRONMENT = (
    _CredentialSource("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"),
    _CredentialSource("ALICLOUD_ACCESS_KEY", "ALICLOUD_SECRET_KEY", "ALICLOUD_SECURITY_TOKEN"),
)


class CloudSettings(BaseModel):
    """How to reach and address the cloud.

    `endpoints` maps a service code (ecs, vpc, rds, sts, ...) to host[:port]; for a service without one the official SDK
    computes the public host of the region. `account_id`, where given, must be the account of the credentials.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    region: str
    protocol: Literal["HTTP", "HTTPS"] = "HTTPS"
    endpoints: Mapping[str, str] = {}
    account_id: str | None = None
    access_key: SecretStr
    secret_key: SecretStr
    security_token: SecretStr | None = None

    @classmethod
    def from_config(cls, config: Mapping[str, Any], environ: Mapping[str, str]) -> CloudSettings:
        """Build the settings from `alicloud` configuration with the environment behind it.

        `config` has the keys of `alicloud:*`, with or without that prefix: region, protocol, endpoints (a mapping, a
        list of mappings as pulumi-alicloud takes it, or JSON of either), accountId, accessKey, secretKey,
        securityToken; keys that are not ours are ignored. The three credential values come from one source together,
        never mixed: config, then ALIBABA_CLOUD_*, then ALICLOUD_*. Raises `SettingsError` with every problem at once.
        """
        given = {key.removeprefix(_PREFIX): value for key, value in config.items() if value not in (None, "")}
        problems: list[str] = []
        fields: dict[str, Any] = {
            "region": _text(
                given.get("region", environ.get("ALICLOUD_REGION")), "region", _REGION, _REGION_HELP, problems
            ),
            "protocol": _protocol(given.get("protocol"), problems),
            "endpoints": _endpoints(given.get("endpoints"), problems),
            "account_id": _account(given.get("accountId"), problems),
            **_credentials(given, environ, problems),
        }
        if problems:
            raise SettingsError(tuple(problems))
        return cls(**fields)

    def secrets(self) -> tuple[str, ...]:
        """Return the secret values themselves, for whoever has to blank them out of a text."""
        token = (self.security_token.get_secret_value(),) if self.security_token else ()
        return (self.access_key.get_secret_value(), self.secret_key.get_secret_value(), *token)


_REGION_HELP = "a region id such as cn-hangzhou (or set ALICLOUD_REGION)"


def _text(value: Any, key: str, pattern: re.Pattern[str], expected: str, problems: list[str]) -> str | None:
    if isinstance(value, str) and pattern.fullmatch(value):
        return value
    problems.append(f"{_PREFIX}{key}: expected {expected}, found {_shown(value)}")
    return None


def _shown(value: Any) -> str:
    return "nothing" if value is None else repr(value) if isinstance(value, str) else f"a {type(value).__name__}"


def _protocol(value: Any, problems: list[str]) -> str:
    if value is None:
        return "HTTPS"
    if isinstance(value, str) and value.upper() in ("HTTP", "HTTPS"):
        return value.upper()
    problems.append(f"{_PREFIX}protocol: expected HTTP or HTTPS, found {_shown(value)}")
    return "HTTPS"


def _account(value: Any, problems: list[str]) -> str | None:
    if value is None:
        return None
    # YAML reads an unquoted account id as a number.
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return _text(text, "accountId", _ACCOUNT, "the digits of an account id", problems)


def _endpoints(value: Any, problems: list[str]) -> dict[str, str]:
    expected = f"{_PREFIX}endpoints: expected a mapping of service code to host[:port]"
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            problems.append(f"{expected}, found text that is not JSON")
            return {}
    endpoints: dict[str, str] = {}
    for part in value if isinstance(value, list | tuple) else [value] if value is not None else []:
        if not isinstance(part, Mapping):
            problems.append(f"{expected}, found {_shown(part)}")
            continue
        for service, host in part.items():
            if isinstance(host, str) and _HOST.fullmatch(host):
                endpoints[str(service)] = host
            elif host not in (None, ""):
                problems.append(
                    f"{_PREFIX}endpoints.{service}: expected host[:port] without a scheme, found {_shown(host)}"
                )
    return endpoints


def _credentials(
    given: Mapping[str, Any], environ: Mapping[str, str], problems: list[str]
) -> dict[str, SecretStr | None]:
    """Take the first source that names an access key; a key without its secret is a problem, no reason to look on."""
    candidates: list[tuple[Mapping[str, Any], str, _CredentialSource]] = [(given, _PREFIX, _FROM_CONFIG)]
    candidates += [(environ, "", source) for source in _FROM_ENVIRONMENT]
    for values, prefix, source in candidates:
        if not values.get(source.access_key):
            continue
        if not values.get(source.secret_key):
            problems.append(
                f"{prefix}{source.secret_key}: expected the secret that belongs to {prefix}{source.access_key}"
            )
            return {}
        token = values.get(source.security_token)
        return {
            "access_key": SecretStr(str(values[source.access_key])),
            "secret_key": SecretStr(str(values[source.secret_key])),
            "security_token": SecretStr(str(token)) if token else None,
        }
    problems.append(
        f"{_PREFIX}accessKey: expected an access key here or in {_FROM_ENVIRONMENT[0].access_key} "
        f"(with {_FROM_ENVIRONMENT[0].secret_key}), found none"
    )
    return {}
