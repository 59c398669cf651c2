"""Where the cloud is and who calls it: one set of settings for the reader, `alicloud` and `alimigrate`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from estate.errors import SettingsError
from estate.identity import KEYS, PREFIX, Identity, Sources

_REGION = re.compile(r"[a-z]{2}(-[a-z0-9]+)+")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?|\[[0-9A-Fa-f:]+\](:[0-9]{1,5})?")
_ACCOUNT = re.compile(r"[0-9]+")


class CloudSettings(BaseModel):
    """How to reach and address the cloud.

    `endpoints` maps a service code (ecs, vpc, rds, sts, ...) to host[:port]; for a service without one the official SDK
    computes the public host of the region. `account_id`, where given, must be the account of the credentials.
    `identity` is the source of these.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    region: str
    protocol: Literal["HTTP", "HTTPS"] = "HTTPS"
    endpoints: Mapping[str, str] = {}
    account_id: str | None = None
    identity: Identity

    @classmethod
    def from_config(cls, config: Mapping[str, Any], environ: Mapping[str, str]) -> CloudSettings:
        """Build the settings from `alicloud` configuration and, behind it, the environment.

        `config` has the keys of `alicloud:*`, with or without that prefix: region, protocol, endpoints (a mapping, a
        list of mappings as pulumi-alicloud takes it, or JSON of either), accountId, and those of the identity
        (`estate.identity.KEYS`; docs/identity.md has their order and their variables). Other keys are ignored. A
        profile and a token file are read, and no service is called. Raises `SettingsError` with every problem at once.
        """
        by_key = {key.removeprefix(PREFIX): value for key, value in config.items() if value is not None}
        given = {key: value for key, value in by_key.items() if value != "" or key in KEYS}
        problems: list[str] = []
        sources = Sources(given, environ, problems)
        fields: dict[str, Any] = {
            "region": _text(sources.region(), "region", _REGION, _REGION_HELP, problems),
            "protocol": _protocol(given.get("protocol"), problems),
            "endpoints": _endpoints(given.get("endpoints"), problems),
            "account_id": _account(sources.account_id(), problems),
            "identity": sources.identity(),
        }
        if problems:
            raise SettingsError(tuple(problems))
        return cls(**fields)

    def rehearsal(self) -> tuple[str, ...]:
        """Return the reasons why the answers may not be Alibaba Cloud's own; none where they are.

        With any, the run is a rehearsal, whatever the answers contain, their time included.
        """
        hosts = {code: host for code, host in self.endpoints.items() if code in _HOST_NAMES}
        foreign = sorted({host for code, host in hosts.items() if not _is_public(code, host)})
        reasons = [f"alicloud:endpoints leads to {host}, which is no host of Alibaba Cloud" for host in foreign]
        if self.protocol == "HTTP":
            reasons.append("alicloud:protocol is HTTP, so anybody on the network path can answer")
        return tuple(reasons)

    def secrets(self) -> tuple[str, ...]:
        """Return the secret values themselves, so that the caller can blank them out of a text."""
        return self.identity.secrets()


#: The services that are called, each with the prefix of its host names (endpoint lists of the SDKs). The endpoints of
#: other services are the team's own business.
_HOST_NAMES = {
    "ecs": "ecs",
    "vpc": "vpc",
    "rds": "rds",
    "kvstore": "r-kvstore",
    "dds": "mongodb",
    "slb": "slb",
    "sts": "sts",
    "cr": "cr",
    "oss": "oss",
}
#: The codes of these services.
ASKED: Final = tuple(_HOST_NAMES)


def _is_public(code: str, host: str) -> bool:
    """Whether a host[:port] is one of the service's own: buckets and load balancers have names in that domain too."""
    name = host.partition(":")[0].lower().rstrip(".")
    return (
        re.fullmatch(rf"{_HOST_NAMES[code]}(-[a-z0-9-]+)?(\.[a-z]{{2}}-[a-z0-9-]+)?\.aliyuncs\.com", name) is not None
    )


_REGION_HELP = "a region id such as cn-hangzhou (or set ALICLOUD_REGION)"


def _text(value: Any, key: str, pattern: re.Pattern[str], expected: str, problems: list[str]) -> str | None:
    if isinstance(value, str) and pattern.fullmatch(value):
        return value
    problems.append(f"{PREFIX}{key}: expected {expected}, found {_shown(value)}")
    return None


def _shown(value: Any) -> str:
    return "nothing" if value is None else repr(value) if isinstance(value, str) else f"a {type(value).__name__}"


def _protocol(value: Any, problems: list[str]) -> str:
    if value is None:
        return "HTTPS"
    if isinstance(value, str) and value.upper() in ("HTTP", "HTTPS"):
        return value.upper()
    problems.append(f"{PREFIX}protocol: expected HTTP or HTTPS, found {_shown(value)}")
    return "HTTPS"


def _account(value: Any, problems: list[str]) -> str | None:
    if value is None:
        return None
    return _text(value, "accountId", _ACCOUNT, "the digits of an account id", problems)


def _endpoints(value: Any, problems: list[str]) -> dict[str, str]:
    expected = f"{PREFIX}endpoints: expected a mapping of service code to host[:port]"
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
                    f"{PREFIX}endpoints.{service}: expected host[:port] without a scheme, found {_shown(host)}"
                )
    return endpoints
