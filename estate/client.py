"""The one way to the cloud: SDK clients, calls, retries and the translation of errors, for the reader and the provider.

A call is named by its RAM action (`ecs:DescribeInstances`), which names the service, the operation and the permission
at once. The SDK packages are imported at a service's first call: importing all of them takes 4 s and 200 MiB, and a
preview that changes nothing needs none.
"""

from __future__ import annotations

import json
import random
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import quote

from estate import answers, clock, object_storage, sdk
from estate.credentials import Credentials, Keys
from estate.documents import in_unicode
from estate.errors import (
    CloudError,
    CredentialsError,
    EstateError,
    LastinglyUnreachable,
    MalformedAnswer,
    PermissionDenied,
    SettingsError,
    Throttled,
    Unreachable,
    UnusableAnswer,
    WaitTimeout,
)
from estate.pacing import Pace, until_next_minute
from estate.reads import READS, WRITES, is_reading
from estate.refusals import (
    CONNECT_TIMEOUT_MS,
    NOT_THE_API,
    READ_TIMEOUT_MS,
    Answer,
    Refusal,
    failure_of,
    refused,
    route,
    snake,
)
from estate.settings import CloudSettings

CONNECTIONS = 8

# An operation throttled in one minute is free again in the next (Alibaba Cloud, "API throttling"): 4 waits of 1..8 s
# for shorter causes, then twice until a minute begins. The count restarts when a call of the action is let through.
_THROTTLED_ATTEMPTS = 7
_SHORT_WAITS = 4
_FAULT_ATTEMPTS = 4
_CONNECT_ATTEMPTS = 2

_PACKAGES = {
    "ecs": "alibabacloud_ecs20140526",
    "vpc": "alibabacloud_vpc20160428",
    "rds": "alibabacloud_rds20140815",
    "kvstore": "alibabacloud_r_kvstore20150101",
    "dds": "alibabacloud_dds20151201",
    "slb": "alibabacloud_slb20140515",
    "sts": "alibabacloud_sts20150401",
    "cr": "alibabacloud_cr20181201",
}


class Caller(NamedTuple):
    """The caller: its account, and the ARN of the user or of the session of a role."""

    account_id: str
    arn: str

    @property
    def principal(self) -> str:
        """The ARN without the name of a session, which each client may choose for itself."""
        start, _, role = self.arn.partition(":assumed-role/")
        return f"{start}:assumed-role/{role.partition('/')[0]}" if role else self.arn


class Cloud:
    """A session with the cloud in one region: `call` for one operation, `wait` for a condition.

    Safe to share between threads. `sleep` and `jitter` (0..1) are injected so that tests neither wait nor vary.
    """

    def __init__(
        self,
        settings: CloudSettings,
        *,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.settings = settings
        self.region = settings.region
        self.sleep = sleep
        self._jitter = jitter
        self.credentials = Credentials(settings.identity.source, self._ask_sts)
        self.clock: clock.ClockReading | None = None
        self._caller: Caller | None = None
        self._services: dict[str, Any] = {}
        self._paces: defaultdict[str, Pace] = defaultdict(lambda: Pace(sleep))
        self._lock = threading.Lock()

    def call(self, action: str, *, repeatable: bool = False, **fields: Any) -> Any:
        """Call the operation of a RAM action ("ecs:DescribeInstances") and return the body of its typed response.

        `fields` are those of the SDK's request model. Throttling is always waited out, because a throttled request was
        not carried out. Faults and lost answers are retried only where repeating is safe: reads, writes with a
        `client_token`, and writes declared `repeatable` because they are idempotent by nature. A read is answered
        whole, as `estate.reads` declares it, or not at all; a list is read by `estate.paging`.

        Raises the errors of `estate.errors`; a lost answer to a write that may not be repeated is `Unreachable` with
        `sent` true.
        """
        return self.answer(action, repeatable=repeatable, **fields).typed

    def answer(self, action: str, *, repeatable: bool = False, **fields: Any) -> Answer:
        """Call an operation as `call` does, and return its answer as it came beside the typed one."""
        service_code = action.partition(":")[0]
        if is_reading(action) and service_code != "oss" and action not in READS:
            raise LookupError(f"{action} is not declared in estate/reads.py")
        service = self._service(service_code)
        used = self.credentials.keys()
        try:
            return self._send(service, action, fields, repeatable=repeatable)
        except CredentialsError as error:
            # A call with an expired token was not carried out, so it may be made again with another.
            if not error.ended or not self.credentials.renew(used):
                raise
            return self._send(service, action, fields, repeatable=repeatable)

    def _ask_sts(self, action: str, signer: Keys | None, fields: dict[str, Any]) -> Any:
        """Make the call that opens a session of a role, signed with the given keys, or unsigned."""
        service = _connect("sts", self.settings, lambda: signer or Keys("", ""), self.scrub)
        return self._send(service, action, fields, repeatable=True).typed

    def _send(self, service: Any, action: str, fields: dict[str, Any], *, repeatable: bool) -> Answer:
        """Make a call of `service`, retry it where that is safe and helps, and keep to the pace of its action."""
        operation = action.partition(":")[2]
        safe = repeatable or is_reading(action) or "client_token" in fields
        invoke = service.invocation(operation, fields)
        with self._lock:
            pace = self._paces[action]
        attempt, passed = 0, pace.passed
        while True:
            attempt += 1
            turn = pace.enter()
            try:
                answer: Answer = invoke()
                self.clock = getattr(service, "clock", None) or self.clock
                pace.let_through()
                return answer
            except EstateError as error:
                failure = error
            except Exception as error:
                failure = service.failure(error, action, self.scrub)
            if isinstance(failure, CredentialsError):
                failure.name(self.settings.identity.source.named)
            if isinstance(failure, UnusableAnswer):
                # Its error shows the value that was found.
                failure.problem = self.scrub(failure.problem)
            if isinstance(failure, UnusableAnswer | PermissionDenied):
                failure.name(answers.subject_of(action, fields))
            if isinstance(failure, Throttled) and pace.passed > passed:
                # Other calls of the action are let through, so this one gets its turn.
                attempt, passed = 1, pace.passed
            if attempt >= _attempts(failure, safe):
                raise failure
            if isinstance(failure, Throttled):
                pace.refused(turn, partial(self._backoff, failure=failure))
            else:
                self.sleep(self._backoff(attempt, failure))

    def now(self) -> datetime:
        """Return the cloud's time by its latest answer, or this machine's time before the first answer."""
        machine = clock.now()
        return machine if self.clock is None else machine + self.clock.skew

    def wait(self, condition: Callable[[], bool], subject: str, *, timeout: float = 300, interval: float = 3) -> None:
        """Check `condition` every `interval` seconds until it holds; `WaitTimeout` names `subject` after `timeout`."""
        for _ in range(max(1, int(timeout // interval))):
            if condition():
                return
            self.sleep(interval)
        if not condition():
            raise WaitTimeout(f"Waited {timeout:.0f} s in vain for {subject}.")

    def caller(self) -> Caller:
        """Return the caller by the cloud, once its account has been compared with the configured one; called once.

        Wrong credentials show here first: GetCallerIdentity needs no permission. Raises `CredentialsError`.
        """
        if self._caller is None:
            body = self.call("sts:GetCallerIdentity")
            caller = Caller(str(body.account_id), str(body.arn))
            expected = self.settings.account_id
            if expected and expected != caller.account_id:
                raise CredentialsError(
                    f"The credentials belong to account {caller.account_id}, but alicloud:accountId is {expected}. "
                    "Use the credentials of that account or correct the key."
                )
            self._caller = caller
        return self._caller

    def account_id(self) -> str:
        """Return the account of the credentials, as `caller` does."""
        return self.caller().account_id

    def endpoint(self, service: str) -> str:
        """Return the host[:port] of a service: the configured one, else the public host that the SDK computes."""
        return str(self._service(service).endpoint)

    def _service(self, code: str) -> Any:
        with self._lock:
            if code not in self._services:
                self._services[code] = _connect(code, self.settings, self.credentials.keys, self.scrub)
            return self._services[code]

    def _backoff(self, attempt: int, failure: EstateError) -> float:
        """Return the seconds to wait: the cloud's own value where it gives one, else doubling to 32 s, with jitter.

        A rate is free again when the cloud's next minute begins, so no wait for a rate is longer.
        """
        seconds = getattr(failure, "retry_after", None)
        if seconds:
            return float(min(seconds, 60))
        span = float(min(2 ** (attempt - 1), 32))
        wait = span / 2 + span / 2 * self._jitter()
        if not isinstance(failure, Throttled):
            return wait
        minute = until_next_minute(self.now())
        return min(wait, minute) if attempt <= _SHORT_WAITS else minute

    def scrub(self, text: str) -> str:
        """Return a text without the secrets of the credentials, as they are, in JSON, or encoded as in a signed URL."""
        for secret in (*self.settings.secrets(), *self.credentials.secrets()):
            encoded = quote(secret, safe="")
            # The longest form first: an encoded one may contain the secret itself.
            for form in (quote(encoded, safe=""), encoded, quote(secret), json.dumps(secret)[1:-1], secret):
                text = text.replace(form, "***")
        return text


def new_token() -> str:
    """Return a fresh ClientToken (at most 64 ASCII characters), to be used for one write and all its repetitions."""
    return uuid.uuid4().hex


class _Latest(threading.local):
    """The latest answer of this thread, as it came."""

    body: Mapping[str, Any] = {}


class _Sdk(NamedTuple):
    """One of the SDK's clients, its request models, and the options of each call."""

    client: Any
    models: Any
    runtime: Any


class _Service:
    """One SDK client with its request models; its answers are checked before the SDK reads them."""

    def __init__(self, code: str, sdk: _Sdk, protocol: str, scrub: Callable[[str], str]) -> None:
        client = sdk.client
        self._sdk = sdk
        self._latest = _Latest()
        self.clock: clock.ClockReading | None = None
        self.endpoint = str(client._endpoint)
        self.route = route(protocol, self.endpoint)
        # Calls without keys, such as AssumeRoleWithOIDC, use the SDK's older method, which names the operation alone.
        for way in ("call_api", "do_rpcrequest"):
            setattr(client, way, self._looking(code, getattr(client, way), scrub))

    def _looking(self, code: str, ask: Callable[..., Any], scrub: Callable[[str], str]) -> Callable[..., Any]:
        """Return one of the SDK's request methods, wrapped so that its answers are checked."""

        def checked(request: Any, *arguments: Any) -> Any:
            response = in_unicode(ask(request, *arguments))
            self.clock = clock.reading(_date(response), clock.now())
            operation = request if isinstance(request, str) else request.action
            self._latest.body = _body_of(f"{code}:{operation}", response, self.route, scrub)
            return response

        return checked

    def invocation(self, operation: str, fields: dict[str, Any]) -> Callable[[], Answer]:
        """Return the call of an operation with the given request fields, not yet made.

        A list of mappings becomes a list of the SDK's nested models (`permissions` of AuthorizeSecurityGroup).
        """
        method = getattr(self._sdk.client, snake(f"{operation}WithOptions"))
        request_type = getattr(self._sdk.models, f"{operation}Request", None)
        nested = {
            name: [getattr(self._sdk.models, f"{operation}Request{name.capitalize()}")(**item) for item in value]
            for name, value in fields.items()
            if isinstance(value, list) and value and isinstance(value[0], dict)
        }
        # Only GetCallerIdentity takes no request.
        arguments = (request_type(**(fields | nested)),) if request_type else ()

        def invoke() -> Answer:
            self._latest.body = {}
            typed = method(*arguments, self._sdk.runtime).body
            if typed is None:
                raise ValueError("the SDK made nothing of the answer")
            # An answer that was not checked proves nothing.
            if not self._latest.body:
                raise MalformedAnswer(self.route, operation, NOT_THE_API, sent=True)
            return Answer(typed, self._latest.body)

        return invoke

    def failure(self, error: Exception, action: str, scrub: Callable[[str], str]) -> EstateError:
        """Translate what the SDK raised; an error that is not the cloud's or the network's is raised as it is."""
        # This can only be a part that we do not declare, of which the SDK could not make its model.
        if self._latest.body and isinstance(error, RuntimeError | ValueError | AttributeError | TypeError):
            return UnusableAnswer(action, "it has another shape than the SDK's model", self._latest.body["RequestId"])
        return failure_of(error, action, self.route, scrub)


def _date(response: Any) -> str | None:
    """Return the Date header of a response, None where it has none."""
    headers = response.get("headers") if isinstance(response, Mapping) else None
    by_name = {str(name).lower(): value for name, value in headers.items()} if isinstance(headers, Mapping) else {}
    date = by_name.get("date")
    return date if isinstance(date, str) else None


def _body_of(action: str, response: Any, endpoint: str, scrub: Callable[[str], str]) -> Mapping[str, Any]:
    """Return the body of a successful, whole response; raise the error that it contains, or name what it lacks."""
    body = response.get("body") if isinstance(response, Mapping) else None
    # Every answer of the API has a RequestId. Without this check whatever else answers with JSON (a proxy, a captive
    # portal) would be read as an empty list.
    if not isinstance(body, dict) or not isinstance(body.get("RequestId"), str) or not body["RequestId"]:
        raise MalformedAnswer(endpoint, action, NOT_THE_API, sent=True)
    reading = READS.get(action) or WRITES.get(action)
    code = body.get("Code")
    # Some refusals come with status 200. Container Registry alone has a code in its answers of success too.
    succeeded = body.get(reading.success) is True if reading and reading.success else not code or "Message" not in body
    if not succeeded:
        message = str(body.get("Message") or "the answer is not one of success")
        raise refused(Refusal(str(code or "Unknown"), message, body["RequestId"], 200, None), action, scrub)
    if reading:
        answers.check(action, reading, body)
    return body


class _Signer:
    """The keys in the form in which the SDK requests them, before each request."""

    def __init__(self, keys: Callable[[], Keys], model: Any) -> None:
        self._keys = keys
        self._model = model

    def get_credential(self) -> Any:
        """Return the current keys."""
        keys = self._keys()
        return self._model(
            access_key_id=keys.access_key,
            access_key_secret=keys.secret_key,
            security_token=keys.security_token,
            type="sts" if keys.security_token else "access_key",
        )


def _connect(code: str, settings: CloudSettings, keys: Callable[[], Keys], scrub: Callable[[str], str]) -> Any:
    from estate.transport import honour_no_proxy

    if settings.protocol == "HTTP" and code not in settings.endpoints:
        raise SettingsError(
            (
                f"alicloud:endpoints.{code}: expected host[:port], because alicloud:protocol is HTTP: no request goes "
                "in plain text to a public host",
            )
        )
    honour_no_proxy()
    if code == "oss":
        return object_storage.connect(settings, keys)
    config_type = sdk.load("alibabacloud_tea_openapi.models").Config
    runtime_type = sdk.load("darabonba.runtime").RuntimeOptions
    models = sdk.load(f"{_PACKAGES[code]}.models")
    client_type = sdk.load(f"{_PACKAGES[code]}.client").Client
    credential_type = sdk.load("alibabacloud_credentials.models").CredentialModel
    config = config_type(
        credential=_Signer(keys, credential_type),
        region_id=settings.region,
        protocol=settings.protocol,
        endpoint=settings.endpoints.get(code),
        connect_timeout=CONNECT_TIMEOUT_MS,
        read_timeout=READ_TIMEOUT_MS,
        max_idle_conns=CONNECTIONS,
        user_agent="classic-to-vpc",
    )
    # No retry options: the SDK then tries once, and the retries are ours alone.
    runtime = runtime_type(autoretry=False, max_attempts=1, max_idle_conns=CONNECTIONS)
    return _Service(code, _Sdk(client_type(config), models, runtime), settings.protocol, scrub)


def _attempts(failure: EstateError, safe: bool) -> int:
    """Return the largest number of attempts for a call that failed in this way."""
    if isinstance(failure, Throttled):
        return _THROTTLED_ATTEMPTS
    if isinstance(failure, LastinglyUnreachable):
        return 1
    if isinstance(failure, Unreachable) and not failure.sent:
        return _CONNECT_ATTEMPTS
    transient = isinstance(failure, Unreachable | UnusableAnswer) or (
        isinstance(failure, CloudError) and (failure.status >= 500 or failure.passing)
    )
    return _FAULT_ATTEMPTS if safe and transient else 1
