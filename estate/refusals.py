"""Translate error answers and lost answers of the cloud into the errors of `estate.errors`.

Shared by the sessions of the OpenAPI (`estate.client`) and of OSS (`estate.object_storage`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from estate.errors import (
    CloudError,
    CredentialsError,
    EstateError,
    LastinglyUnreachable,
    MalformedAnswer,
    PermissionDenied,
    Throttled,
    Unreachable,
    printable_name,
)
from estate.proxies import proxy_host

CONNECT_TIMEOUT_MS = 3_000
READ_TIMEOUT_MS = 20_000

_CREDENTIAL_CODES = (
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "InvalidSecurityToken",
    "MissingSecurityToken",
    "InvalidTimeStamp",
    "RequestTimeTooSkewed",
    "InvalidCredentials",
    "SecurityTokenExpired",
)
# An STS token that has expired: of the OpenAPI, of OSS ("SecurityTokenExpired").
_ENDED_CODES = ("InvalidSecurityToken.Expired", "SecurityTokenExpired")
_PERMISSION_CODES = (
    "AccessDenied",
    "Forbidden.RAM",
    "Forbidden.SubUser",
    "Forbidden.NoPermission",
    "Forbidden.AccessDenied",
    "NoPermission",
    "NotAuthorized",
    "UnauthorizedOperation",
)
NOT_THE_API = "the answer is not that of the Alibaba Cloud API"


class Answer(NamedTuple):
    """An answer as the SDK's model has it, and as it came: an object with the API's own names, empty for OSS."""

    typed: Any
    body: Mapping[str, Any]


class Refusal(NamedTuple):
    """The content of an error answer of the API."""

    code: str
    message: str
    request_id: str | None
    status: int
    retry_after: float | None


def snake(operation: str) -> str:
    """Spell an operation as the SDK does: an underscore only between a small letter and a capital."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation).lower()


def route(protocol: str, endpoint: str) -> str:
    """Return the endpoint as an error names it, with its proxy if there is one."""
    proxy = proxy_host(f"{protocol.lower()}://{endpoint}", os.environ)
    return f"{endpoint} (through the proxy {proxy})" if proxy else endpoint


def refused(refusal: Refusal, action: str, scrub: Callable[[str], str]) -> EstateError:
    """Return the error of `estate.errors` for a refusal; `scrub` blanks secrets."""
    # Whatever stands between may repeat the request in any field.
    code, request_id = scrub(refusal.code), refusal.request_id and scrub(refusal.request_id)
    if code.startswith(_CREDENTIAL_CODES):
        of_request = f", RequestId {printable_name(request_id)}" if request_id else ""
        # The cloud's own message is left out: it may repeat the signed request, token included.
        return CredentialsError(
            f"The cloud does not accept the credentials ({printable_name(code)}{of_request}). "
            "Check the access key, its secret, the age of an STS token and this machine's clock.",
            ended=code in _ENDED_CODES,
        )
    if code in _PERMISSION_CODES:
        return PermissionDenied(action, request_id)
    # Where the cloud names a time to wait, it has not carried out the request, whatever the code.
    kind = Throttled if "Throttling" in code or refusal.retry_after else CloudError
    failure = kind(action, code, scrub(refusal.message), request_id, refusal.status)
    if refusal.retry_after:
        failure.retry_after = refusal.retry_after
    return failure


def unanswered(inner: Exception, action: str, endpoint: str, scrub: Callable[[str], str]) -> Unreachable:
    """Return why no answer came, and whether the request was sent; the SDKs keep only their own error."""
    from estate.transport import no_answer_in

    no_answer = no_answer_in(inner)
    if no_answer is None:
        return Unreachable(endpoint, action, "the connection was cut", sent=True)
    kind = LastinglyUnreachable if no_answer.lasting else Unreachable
    return kind(endpoint, action, scrub(str(no_answer)), sent=no_answer.sent, remedy=no_answer.remedy)


def failure_of(error: Exception, action: str, endpoint: str, scrub: Callable[[str], str]) -> EstateError:
    """Translate what the SDK raised; an error that is not the cloud's or the network's is raised as it is."""
    # The SDK wraps the last error of a call without retries.
    inner = getattr(error, "inner_exception", error)
    if getattr(inner, "status_code", None) and getattr(inner, "code", None):
        return refused(_refusal(inner), action, scrub)
    if type(inner).__name__ == "RetryError":
        return unanswered(inner, action, endpoint, scrub)
    # Any other error came up while the SDK read the answer: no JSON (RuntimeError), or JSON that is no object.
    if isinstance(inner, RuntimeError | ValueError | AttributeError | TypeError):
        return MalformedAnswer(endpoint, action, NOT_THE_API, sent=True)
    raise error


def _refusal(inner: Any) -> Refusal:
    data = inner.data if isinstance(inner.data, dict) else {}
    request_id = data.get("RequestId") or inner.request_id
    return Refusal(
        code=str(inner.code),
        message=str(data.get("Message") or inner.message or ""),
        request_id=None if request_id in (None, "None") else str(request_id),
        status=int(inner.status_code),
        # The SDK reports the header in milliseconds.
        retry_after=inner.retry_after / 1000 if inner.retry_after else None,
    )
