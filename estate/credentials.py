"""Get the keys that sign requests from their source, and renew them before they expire."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from estate import sdk
from estate.errors import CredentialsError
from estate.identity import AssumedRole, CliProfile, CredentialsUri, EcsRole, OidcRole, Source, StaticKeys

#: Keys are renewed this many seconds before they expire, because a call may take a while to arrive.
RENEWED_BEFORE: Final = 300
#: Keys that the SDK caches itself are requested again after this many seconds.
_ASKED_AGAIN_AFTER: Final = 60


@dataclass(frozen=True, repr=False)
class Keys:
    """An access key with its secret; for a session also its token and its end (seconds since 1970)."""

    access_key: str
    secret_key: str
    security_token: str | None = None
    expires_at: float | None = None

    def secrets(self) -> tuple[str, ...]:
        """Return the values that must not be in any message."""
        return tuple(item for item in (self.access_key, self.secret_key, self.security_token) if item)


#: Requests a session from STS: action, the keys to sign with (None: unsigned), and the fields of the request.
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
        self._sdk: Any = None
        self._seen: frozenset[str] = frozenset()

    def keys(self) -> Keys:
        """Return the keys that sign the next request. Raises `CredentialsError`, and the errors of the call of STS."""
        with self._lock:
            if self._keys is None or self._ends(self._keys):
                self._keys = self._fetch(self._source)
            return self._keys

    def renew(self, refused: Keys) -> bool:
        """Get other keys after the cloud reported that the token of `refused` has expired; return whether any exist."""
        with self._lock:
            current = self._keys
            if current is None or current.secrets() == refused.secrets():
                self._base = self._sdk = None
                self._keys = current = self._fetch(self._source)
            return current.secrets() != refused.secrets()

    def secrets(self) -> tuple[str, ...]:
        """Return every secret that was used so far, so that the caller can blank them out of a text."""
        return tuple(self._seen)

    def _ends(self, keys: Keys) -> bool:
        return keys.expires_at is not None and keys.expires_at - self._now() < RENEWED_BEFORE

    def _fetch(self, source: Source) -> Keys:
        keys = self._requested_keys(source)
        # A new set, because secrets() may be called meanwhile, by the call of STS too.
        self._seen |= frozenset(keys.secrets())
        return keys

    def _requested_keys(self, source: Source) -> Keys:
        if isinstance(source, StaticKeys):
            token = source.security_token.get_secret_value() if source.security_token else None
            return Keys(source.access_key.get_secret_value(), source.secret_key.get_secret_value(), token)
        if isinstance(source, AssumedRole):
            if self._base is None or self._ends(self._base):
                self._base = self._fetch(source.base)
            return self._session("AssumeRole", self._base, source, _role_fields(source))
        if isinstance(source, OidcRole):
            fields = _oidc_fields(source)
            self._seen |= {fields["oidctoken"]}
            return self._session("AssumeRoleWithOIDC", None, source, fields)
        return self._from_sdk(source)

    def _session(self, operation: str, signer: Keys | None, source: Source, fields: dict[str, Any]) -> Keys:
        body = self._ask_sts(f"sts:{operation}", signer, fields)
        credentials = body.credentials
        if credentials is None:
            raise CredentialsError(f"STS opened no session for {source.named}: its answer holds no credentials.")
        return Keys(
            credentials.access_key_id,
            credentials.access_key_secret,
            credentials.security_token,
            _moment(credentials.expiration, source),
        )

    def _from_sdk(self, source: EcsRole | CredentialsUri | CliProfile) -> Keys:
        from estate.transport import no_answer_in

        if self._sdk is None:
            self._sdk = _sdk_provider(source)
        try:
            credentials = self._sdk.get_credentials()
        except Exception as error:
            # Its text may contain what the service answered, keys included.
            why = no_answer_in(error) or type(error).__name__
            raise CredentialsError(f"{source.named} gives no credentials ({why}). {_HINTS[source.kind]}") from None
        # The SDK keeps the session and renews it well before its end. Where it knows no end, it starts a command or
        # calls a service each time.
        until = self._now() + RENEWED_BEFORE + _ASKED_AGAIN_AFTER
        return Keys(
            credentials.get_access_key_id(),
            credentials.get_access_key_secret(),
            credentials.get_security_token() or None,
            until,
        )


_HINTS: Final = {
    "ecs-role": "The metadata service answers on an ECS instance to which the RAM role is attached.",
    "uri": "The service must answer with JSON: Code Success, AccessKeyId, AccessKeySecret, SecurityToken, Expiration.",
    "profile": "Try the profile by itself: aliyun sts GetCallerIdentity --profile NAME",
}


def _sdk_provider(source: EcsRole | CredentialsUri | CliProfile) -> Any:
    """Return the official package's provider for a source; it is imported here because that takes a second."""
    from estate.transport import honour_no_proxy

    honour_no_proxy()
    providers = sdk.load("alibabacloud_credentials.provider")
    # It logs each fault with a traceback and the service's answer.
    logging.getLogger("credentials").setLevel(logging.CRITICAL + 1)
    if isinstance(source, EcsRole):
        return providers.EcsRamRoleCredentialsProvider(
            role_name=source.role_name, disable_imds_v1=source.token_required, async_update_enabled=False
        )
    if isinstance(source, CredentialsUri):
        return providers.URLCredentialsProvider(uri=source.uri.get_secret_value())
    return providers.CLIProfileCredentialsProvider(profile_name=source.profile, profile_file=str(source.file))


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
            token = source.token_file.read_text(encoding="utf-8").strip()
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


def _moment(text: str, source: Source) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, TypeError):
        raise CredentialsError(f"The end of the session for {source.named} cannot be read: {text!r}.") from None
