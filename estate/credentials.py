"""The keys that requests are signed with: asked of their source, and asked for anew before they end."""

from __future__ import annotations

import http.client
import importlib
import ipaddress
import json
import logging
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from estate.errors import CredentialsError
from estate.identity import AssumedRole, CliProfile, CredentialsUri, EcsRole, OidcRole, Source, StaticKeys

#: Seconds before their end at which keys are asked for anew; a call may take a while to arrive.
RENEWED_BEFORE: Final = 300

_METADATA: Final = "http://100.100.100.200/latest"
_METADATA_SECONDS: Final = 2
_URI_SECONDS: Final = 10


@dataclass(frozen=True, repr=False)
class Keys:
    """An access key with its secret, and a token and an end (seconds since 1970) where it is that of a session."""

    access_key: str
    secret_key: str
    security_token: str | None = None
    expires_at: float | None = None

    def secrets(self) -> tuple[str, ...]:
        """Return the values that no message may hold."""
        return tuple(item for item in (self.access_key, self.secret_key, self.security_token) if item)


#: Asks STS for a session: action, the keys to sign with (None: unsigned), and the fields of the request.
AskSts = Callable[[str, Keys | None, dict[str, Any]], Any]


class Credentials:
    """The keys of one source, safe to share between threads.

    `ask_sts` makes the call of STS that opens the session of a role; `now` is the real time in seconds.
    """

    def __init__(self, source: Source, ask_sts: AskSts, now: Callable[[], float] = time.time) -> None:
        self._source = source
        self._ask_sts = ask_sts
        self._now = now
        self._lock = threading.Lock()
        self._keys: Keys | None = None
        self._base: Keys | None = None
        self._profile: Any = None
        self._seen: frozenset[str] = frozenset()

    def keys(self) -> Keys:
        """Return the keys to sign the next request with. Raises `CredentialsError`, and what the call of STS raises."""
        with self._lock:
            if self._keys is None or self._ends(self._keys):
                self._keys = self._fetch(self._source)
            return self._keys

    def renew(self, refused: Keys) -> bool:
        """Ask for other keys after the cloud said that the token of `refused` has ended; say whether there are any."""
        with self._lock:
            current = self._keys
            if current is None or current.secrets() == refused.secrets():
                self._base = None
                self._keys = current = self._fetch(self._source)
            return current.secrets() != refused.secrets()

    def secrets(self) -> tuple[str, ...]:
        """Return every secret that was used so far, for whoever has to blank them out of a text."""
        return tuple(self._seen)

    def _ends(self, keys: Keys) -> bool:
        return keys.expires_at is not None and keys.expires_at - self._now() < RENEWED_BEFORE

    def _fetch(self, source: Source) -> Keys:
        keys = self._asked(source)
        # A new set, since secrets() may be asked for meanwhile, by the call of STS too.
        self._seen |= frozenset(keys.secrets())
        return keys

    def _asked(self, source: Source) -> Keys:
        if isinstance(source, StaticKeys):
            token = source.security_token.get_secret_value() if source.security_token else None
            return Keys(source.access_key.get_secret_value(), source.secret_key.get_secret_value(), token)
        if isinstance(source, AssumedRole):
            if self._base is None or self._ends(self._base):
                self._base = self._fetch(source.base)
            return self._session("AssumeRole", self._base, source, _role_fields(source))
        if isinstance(source, OidcRole):
            return self._session("AssumeRoleWithOIDC", None, source, _oidc_fields(source))
        if isinstance(source, EcsRole):
            return _from_metadata(source)
        if isinstance(source, CredentialsUri):
            return _from_uri(source)
        return self._from_profile(source)

    def _session(self, operation: str, signer: Keys | None, source: Source, fields: dict[str, Any]) -> Keys:
        body = self._ask_sts(f"sts:{operation}", signer, fields)
        given = body.credentials
        if given is None:
            raise CredentialsError(f"STS opened no session for {source.named}: its answer holds no credentials.")
        return Keys(
            given.access_key_id, given.access_key_secret, given.security_token, _moment(given.expiration, source)
        )

    def _from_profile(self, source: CliProfile) -> Keys:
        if self._profile is None:
            # The SDK logs each fault with a traceback, and what a service answered.
            logging.getLogger("credentials").setLevel(logging.CRITICAL + 1)
            provider = importlib.import_module("alibabacloud_credentials.provider.cli_profile")
            self._profile = provider.CLIProfileCredentialsProvider(
                profile_name=source.profile, profile_file=str(source.file)
            )
        try:
            found = self._profile.get_credentials()
        except Exception as error:
            raise CredentialsError(
                f"{source.named} gives no credentials ({type(error).__name__}). "
                f"Try it by itself: aliyun sts GetCallerIdentity --profile {source.profile}"
            ) from None
        # The SDK keeps the session and renews it; here it is asked at every turn.
        return Keys(
            found.get_access_key_id(), found.get_access_key_secret(), found.get_security_token() or None, self._now()
        )


def _role_fields(source: AssumedRole) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "role_arn": source.role_arn,
        "role_session_name": source.session_name,
        "duration_seconds": source.seconds,
    }
    if source.policy is not None:
        fields["policy"] = source.policy
    if source.external_id is not None:
        fields["external_id"] = source.external_id
    return fields


def _oidc_fields(source: OidcRole) -> dict[str, Any]:
    if source.token_file is not None:
        try:
            token = source.token_file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise CredentialsError(
                f"The OIDC token for {source.named} cannot be read from {source.token_file}."
            ) from None
    else:
        token = source.token.get_secret_value() if source.token else ""
    fields: dict[str, Any] = {
        "oidcprovider_arn": source.provider_arn,
        "role_arn": source.role_arn,
        "oidctoken": token,
        "role_session_name": source.session_name,
    }
    if source.policy is not None:
        fields["policy"] = source.policy
    if source.seconds is not None:
        fields["duration_seconds"] = source.seconds
    return fields


def _from_metadata(source: EcsRole) -> Keys:
    """Ask the instance's metadata service, by a token where it gives one (ECS, "Instance metadata")."""
    headers: dict[str, str] = {}
    try:
        token = _http(
            f"{_METADATA}/api/token", {"X-aliyun-ecs-metadata-token-ttl-seconds": "21600"}, _METADATA_SECONDS, "PUT"
        )
        headers["X-aliyun-ecs-metadata-token"] = token
    except OSError:
        if source.token_required:
            raise _no_metadata(source) from None
    try:
        text = _http(f"{_METADATA}/meta-data/ram/security-credentials/{source.role_name}", headers, _METADATA_SECONDS)
    except OSError:
        raise _no_metadata(source) from None
    return _answered(text, source)


def _no_metadata(source: EcsRole) -> CredentialsError:
    return CredentialsError(
        f"The metadata service gives no credentials for {source.named} (RAM role {source.role_name}). "
        "It answers on an ECS instance that has this role, and not through a proxy: put 100.100.100.200 into NO_PROXY."
    )


def _from_uri(source: CredentialsUri) -> Keys:
    try:
        return _answered(_http(source.uri.get_secret_value(), {}, _URI_SECONDS), source)
    except OSError:
        raise CredentialsError(f"The service that {source.named} names gives no credentials: no answer.") from None


def _http(url: str, headers: Mapping[str, str], timeout: float, method: str = "GET") -> str:
    """Ask by HTTP; OSError for every failure and every status but 200.

    As in the provider, proxies come from the environment, NO_PROXY is honoured, and loopback never goes to a proxy.
    """
    request = urllib.request.Request(url, headers=dict(headers), method=method)  # noqa: S310 - http and https alone
    handlers = [urllib.request.ProxyHandler({})] if _is_loopback(urlsplit(url).hostname or "") else []
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=timeout) as answer:
            if answer.status != 200:
                raise OSError(f"status {answer.status}")
            return str(answer.read().decode("utf-8", "replace"))
    except http.client.HTTPException as error:
        raise OSError(type(error).__name__) from None


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _answered(text: str, source: EcsRole | CredentialsUri) -> Keys:
    try:
        body = json.loads(text)
        if body["Code"] != "Success":
            raise ValueError
        keys = Keys(
            str(body["AccessKeyId"]),
            str(body["AccessKeySecret"]),
            str(body["SecurityToken"]),
            # The provider does without it.
            _moment(body["Expiration"], source) if "Expiration" in body else None,
        )
    except (ValueError, KeyError, TypeError):
        raise CredentialsError(
            f"The answer for {source.named} holds no credentials: expected JSON with Code Success, AccessKeyId, "
            "AccessKeySecret and SecurityToken."
        ) from None
    return keys


def _moment(text: str, source: Source) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, TypeError):
        raise CredentialsError(f"The end of the session for {source.named} cannot be read: {text!r}.") from None
