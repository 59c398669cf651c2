"""OSS by its official SDK: a session like those of the other services, whose API is REST and XML.

Source: OSS reference, "Error responses"; the SDK alibabacloud-oss-v2, which signs as OSS4-HMAC-SHA256.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from estate import sdk
from estate.credentials import Keys
from estate.errors import EstateError, MalformedAnswer, UnusableAnswer
from estate.refusals import (
    CONNECT_TIMEOUT_MS,
    NOT_THE_API,
    READ_TIMEOUT_MS,
    Answer,
    Refusal,
    refused,
    route,
    snake,
    unanswered,
)
from estate.settings import CloudSettings
from estate.transport import Session

_SDK = "alibabacloud_oss_v2"


class _Latest(threading.local):
    """The latest document of this thread, as it came."""

    document = b""


class ObjectStorage:
    """One SDK client; an operation is called by its RAM name."""

    def __init__(self, client: Any, sdk: Any, endpoint: str, protocol: str) -> None:
        self._client = client
        self._sdk = sdk
        self._latest = _Latest()
        self.endpoint = endpoint
        self.route = route(protocol, endpoint)
        ask = client._client.invoke_operation

        def invoke_operation(operation: Any, **options: Any) -> Any:
            output = ask(operation, **options)
            self._latest.document = output.http_response.content or b""
            return output

        client._client.invoke_operation = invoke_operation

    def invocation(self, operation: str, fields: dict[str, Any]) -> Callable[[], Answer]:
        """Return the call of an operation with the given request fields, not yet made."""
        method = getattr(self._client, snake(operation))
        request = getattr(self._sdk, f"{operation}Request")(**fields)

        def invoke() -> Answer:
            typed = method(request)
            if not typed.request_id:
                raise MalformedAnswer(self.route, f"oss:{operation}", NOT_THE_API, sent=True)
            _check(operation, typed, self._latest.document)
            return Answer(typed, {})

        return invoke

    def failure(self, error: Exception, action: str, scrub: Callable[[str], str]) -> EstateError:
        """Translate what the SDK raised; an error that is not the cloud's or the network's is raised as it is."""
        cause = error.unwrap() if isinstance(error, self._sdk.exceptions.OperationError) else error
        name = type(cause).__name__
        if name == "ServiceError":
            service_error: Any = cause
            # An answer that is no XML of OSS has the SDK's own code.
            if service_error.code == "BadErrorResponse":
                return MalformedAnswer(self.route, action, NOT_THE_API, sent=True)
            return refused(
                Refusal(
                    service_error.code,
                    service_error.message or "",
                    service_error.request_id or None,
                    service_error.status_code,
                    None,
                ),
                action,
                scrub,
            )
        if name in ("RequestError", "ResponseError"):
            lost: Any = cause
            return unanswered(lost.unwrap(), action, self.route, scrub)
        if name in ("DeserializationError", "ParseError", "ValueError", "UnicodeDecodeError"):
            return MalformedAnswer(self.route, action, NOT_THE_API, sent=True)
        raise error


def _check(operation: str, typed: Any, document: bytes) -> None:
    """Check the answer against its declaration; the SDK's model cannot tell an empty list from a missing one."""
    action = f"oss:{operation}"
    if operation == "GetBucketPolicy" and not typed.body:
        raise UnusableAnswer(action, "the policy is missing", typed.request_id)
    if operation != "ListBuckets":
        return
    if b"<Buckets" not in document:
        raise UnusableAnswer(action, "Buckets is missing", typed.request_id)
    if not isinstance(typed.is_truncated, bool):
        raise UnusableAnswer(action, "IsTruncated is missing or not true or false", typed.request_id)
    for number, bucket in enumerate(typed.buckets or ()):
        for name, value in (("Name", bucket.name), ("Location", bucket.location)):
            if not value:
                raise UnusableAnswer(action, f"Buckets.Bucket[{number}].{name} is missing", typed.request_id)


def connect(settings: CloudSettings, keys: Callable[[], Keys]) -> ObjectStorage:
    """Return a session with OSS in the region of the settings; without an endpoint, at the public one of the region."""
    oss = sdk.load(_SDK)
    config = oss.config.load_default()
    config.region = settings.region
    config.endpoint = settings.endpoints.get("oss")
    config.disable_ssl = settings.protocol == "HTTP"

    def signer() -> Any:
        """Return the current keys: the SDK requests them before each request."""
        now = keys()
        return oss.credentials.Credentials(now.access_key, now.secret_key, now.security_token)

    config.credentials_provider = oss.credentials.CredentialsProviderFunc(signer)
    config.connect_timeout = CONNECT_TIMEOUT_MS / 1000
    config.readwrite_timeout = READ_TIMEOUT_MS / 1000
    config.user_agent = "classic-to-vpc"
    # Only our code retries.
    config.retry_max_attempts = 1
    config.http_client = oss.transport.RequestsHttpClient(
        session=Session(), connect_timeout=config.connect_timeout, readwrite_timeout=config.readwrite_timeout
    )
    endpoint = config.endpoint or f"oss-{settings.region}.aliyuncs.com"
    return ObjectStorage(oss.Client(config), oss, endpoint, settings.protocol)
