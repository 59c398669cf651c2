"""Answer requests: find the caller, check its permission, run the action, and log the outcome."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import ceil
from typing import Any
from urllib.parse import parse_qsl

from pydantic import SecretStr

from simulator import object_storage
from simulator.api.call import Answer, Call
from simulator.api.registry import VPC, Action
from simulator.api.table import registry
from simulator.client_tokens import ClientTokens, Use
from simulator.clock import ModelClock
from simulator.cloud.errors import CloudError, ForbiddenError, NotFoundError, NotSimulatedError, missing_parameter
from simulator.cloud.migrations import check_given
from simulator.cloud.state import Cloud
from simulator.cloud.transitions import settle
from simulator.collecting import not_collecting
from simulator.faults import Faults, Past, Strike
from simulator.ids import Ids, request_id
from simulator.model.estate import Estate
from simulator.model.ram import Caller, User
from simulator.request_log import LoggedRequest, RequestLog, masked
from simulator.saved import Head, from_text, to_text
from simulator.signature import AUTHENTICATION_CODES, Authenticator, SignedRequest

# Parameters of the protocol: never passed to an action, never logged, except Action and Version.
_PROTOCOL_PARAMETERS = frozenset(
    {
        "Action",
        "Version",
        "Format",
        "AccessKeyId",
        "SecurityToken",
        "Signature",
        "SignatureMethod",
        "SignatureNonce",
        "SignatureType",
        "SignatureVersion",
        "Timestamp",
    }
)
# Parameters that every action accepts; the simulator uses RegionId, ClientToken and, for resources with a resource
# group, ResourceGroupId. The Terraform provider sends SourceIp to RDS.
_COMMON_PARAMETERS = frozenset(
    {
        "RegionId",
        "ClientToken",
        "AcceptLanguage",
        "OwnerId",
        "OwnerAccount",
        "ResourceOwnerId",
        "ResourceOwnerAccount",
        "ResourceGroupId",
        "SourceIp",
    }
)
_NO_REGION_CHECK = frozenset(
    {"AssumeRole", "AssumeRoleWithOIDC", "DescribeRegions", "DescribeEndpoints", "GetCallerIdentity"}
)
# The caller of unsigned requests.
_NOBODY = User.model_construct(name="", user_id="", access_key_id="", access_key_secret=SecretStr(""), policies=[])
# Codes that every action can answer.
COMMON_CODES = (
    "DryRunOperation",
    "Forbidden.RAM",
    "IdempotentParameterMismatch",
    "IdempotentProcessing",
    "InvalidClientToken.Malformed",
    "InvalidParameter",
    "InvalidRegionId.NotFound",
    "InvalidResourceGroup.NotFound",
    "MissingParameter",
    *AUTHENTICATION_CODES,
)


class UndeclaredCodeError(Exception):
    """A defect of the simulator: an action raised a code that it does not declare."""


@dataclass(frozen=True)
class Reply:
    """An answer with its HTTP status.

    It is sent after `delay` seconds; if it is `dropped`, the connection is aborted instead (status 0 if
    the action did not run). It may ask the caller to wait for `retry_after` seconds.
    """

    status: int
    body: Answer
    dropped: bool = False
    delay: float = 0.0
    retry_after: float | None = None

    @property
    def headers(self) -> dict[str, str]:
        """Return its own headers: Alibaba's SDKs read the first, in milliseconds, and HTTP knows the second."""
        if self.retry_after is None:
            return {}
        return {"x-acs-retry-after": str(round(self.retry_after * 1000)), "retry-after": str(ceil(self.retry_after))}


class Simulation:
    """One simulated cloud behind its OpenAPI. Thread-safe."""

    def __init__(self, estate: Estate, saved: tuple[Head, Estate] | None = None) -> None:
        """Begin with `estate`, or continue from the live state `saved`; both are copied.

        Raises FaultError if `estate` has a fault that could never strike, MigrationRefusedError if it has a
        migration plan that the cloud would refuse.
        """
        self._registry = registry()
        self._lock = threading.Lock()
        self.faults = Faults(action.permission for action in self._registry.all())
        self._changes = 0
        with not_collecting():
            self._begin(estate.model_copy(deep=True), saved)

    def reset(self, estate: Estate | None = None, saved: str | None = None) -> None:
        """Reset to the estate as it was given, or to another: state, clock, ids, tokens, faults and request log.

        With `saved`, a text of `saved()`, go on from that live state. Raises SavedStateError.
        """
        with self._lock:
            # The new clock has not been set yet, but the count must not fall.
            self._changes = self.changes + 1
            initial = self._initial if estate is None else estate.model_copy(deep=True)
            self._begin(initial, from_text(saved, initial) if saved is not None else None)

    def state(self) -> dict[str, Any]:
        """Return the whole present state in the form of an estate file, sorted, secrets masked.

        The order does not depend on creation, and `now` is that of the estate's start: two dumps differ only
        if the resources differ.
        """
        with self._lock:
            settle(self.cloud)
            dump = self.cloud.estate.model_dump(mode="json")
        for items in dump.values():
            if isinstance(items, list):
                items.sort(key=_order)
        for group in dump["security_groups"]:
            group["rules"].sort(key=_order)
        for database in (*dump["databases"], *dump["redis"], *dump["mongodb"]):
            database["whitelist_groups"].sort(key=_order)
        return dump

    def saved(self) -> tuple[int, str]:
        """Return the live state as a text from which another simulation can continue, and the `changes` in it."""
        with self._lock:
            settle(self.cloud)
            head = Head.model_construct(
                simulator_state=1,
                region_id=self.cloud.estate.region_id,
                account_id=self.cloud.estate.account_id,
                now=self.cloud.clock.now(),
                requests=self._log.count,
                ids=self.cloud.ids.given(),
                tokens=self._tokens.used(),
            )
            return self.changes, to_text(head, self.cloud.estate)

    @property
    def clock(self) -> ModelClock:
        """The model clock; `reset` starts a new one."""
        return self.cloud.clock

    @property
    def changes(self) -> int:
        """A number that grows with each change of the state or the clock."""
        return self._changes + self.cloud.clock.moves

    @contextmanager
    def present(self, *, changed: bool = False) -> Iterator[Cloud]:
        """Open the present state for work outside the OpenAPI; calls wait meanwhile.

        With `changed` the caller may change the state.
        """
        with self._lock:
            settle(self.cloud)
            self._changes += changed
            yield self.cloud

    def end_sessions(self) -> None:
        """End every STS session now."""
        with self._lock:
            for key, session in self.cloud.sessions.items():
                self.cloud.sessions[key] = replace(session, ends_at=datetime.now(UTC))

    def requests(
        self, action: str = "*", caller: str = "*", outcome: str = "*", fault: str = "*"
    ) -> list[dict[str, Any]]:
        """Return the logged requests that match all patterns, such as `ecs:Create*` for `action`, oldest first."""
        with self._lock:
            return self._log.entries(action, caller, outcome, fault)

    def reply(self, request: SignedRequest) -> Reply:
        """Answer one request of the OpenAPI; an error is an answer too."""
        with self._lock:
            return self._reply(request)

    def _begin(self, initial: Estate, saved: tuple[Head, Estate] | None) -> None:
        self._initial = initial
        self._past = Past()
        if saved is None:
            self.cloud = Cloud(initial)
            check_given(self.cloud)
            self._log, self._tokens = RequestLog(), ClientTokens()
        else:
            head, estate = saved
            self.cloud = Cloud(estate, ModelClock(head.now))
            self.cloud.ids = Ids(head.ids)
            self._log, self._tokens = RequestLog(head.requests), ClientTokens(head.tokens)
        self._authenticator = Authenticator(initial.users, self.cloud.sessions)
        self.faults.clear()
        for fault in initial.faults:
            self.faults.add(fault)

    def _reply(self, request: SignedRequest) -> Reply:
        number = request_id(self._log.count + 1)
        host = request.headers.get("host", "")
        parameters = dict([*request.query, *request.form])
        version = request.headers.get("x-acs-version") or parameters.get("Version", "")
        name = request.headers.get("x-acs-action") or parameters.get("Action", "")
        if object_storage.is_rest(request):
            version = object_storage.VERSION
            name, parameters = object_storage.operation(request)
        own = {key: value for key, value in parameters.items() if key not in _PROTOCOL_PARAMETERS}
        action = self._registry.find(version, name)
        caller: Caller | None = None
        strike = Strike()
        try:
            caller = self._authenticator.caller(request) if action is None or action.signed else _NOBODY
            known = _known_action(action, version, name)
            call = Call(own, caller, host)
            strike = self.faults.strike(known, call, self.cloud.clock.now())
            reply, outcome = self._carry_out(known, call, number, strike)
        except CloudError as error:
            # Some errors are constants: their tracebacks must not accumulate.
            error.with_traceback(None)
            if error is not strike.refusal:
                _check_declared(action, error)
            reply, outcome = _refusal(error, name, number, host, strike), error.code
        self._log.append(
            LoggedRequest(
                request_id=number,
                time=self.cloud.clock.now().isoformat(timespec="milliseconds"),
                product=action.product.code if action else version,
                action=name,
                caller=caller.name if caller else "",
                parameters=masked(own),
                outcome=outcome,
                status=reply.status,
                fault="+".join(strike.effects),
            )
        )
        return reply

    def _carry_out(self, action: Action, call: Call, number: str, strike: Strike) -> tuple[Reply, str]:
        """Run one call under the faults; return its reply and outcome."""
        if strike.refusal is not None:
            raise strike.refusal
        if strike.dropped_before:
            return Reply(0, {}, dropped=True, delay=strike.delay), "Dropped"
        settle(self.cloud)
        cloud = self.cloud
        if strike.stale:
            cloud = self._past.before(self.cloud, strike.stale)
            settle(cloud)
        if not action.reads:
            self._changes += 1
            if stale_for := self.faults.stale_for:
                self._past.keep(self.cloud, stale_for)
        answer = self._perform(cloud, action, call, number, strike.delay)
        return Reply(200, {"RequestId": number, **answer}, strike.dropped_after, strike.delay), "OK"

    def _perform(self, cloud: Cloud, action: Action, call: Call, number: str, busy: float) -> Answer:
        _check_parameters(action, call)
        if action.needs_permission and not _permitted(cloud, action, call):
            if action.empty_if_denied is None or call.flag("DryRun"):
                raise ForbiddenError(
                    "Forbidden.RAM",
                    f"User not authorized to operate on the specified resource, or this API doesn't support RAM. "
                    f"Action: {action.permission}",
                )
            return action.empty_if_denied(cloud, call)
        if action.name not in _NO_REGION_CHECK and call.optional("RegionId") not in (None, cloud.estate.region_id):
            raise NotFoundError("InvalidRegionId.NotFound", "The specified RegionId does not exist.")
        token = call.optional("ClientToken")
        if token is None and action.product is VPC:
            # In the VPC API, the request id is the token of a call without one (SDK texts, vpc20160428).
            token = number
        if not action.remembers_token or token is None:
            return action.perform(cloud, call)
        use = Use(action.permission, token, call.parameters)
        return self._tokens.once(use, cloud.clock.now(), lambda: action.perform(cloud, call), busy)


def _permitted(cloud: Cloud, action: Action, call: Call) -> bool:
    arns = action.arns(cloud.estate.region_id, cloud.estate.account_id, call)
    return all(call.caller.may(action.permission, arn) for arn in arns)


def parsed_request(method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> SignedRequest:
    """Build a request from its parts in HTTP.

    The query is raw, headers are in lower case, the body is a raw form, in spite of its content type.
    """
    return SignedRequest(
        method=method,
        path=path,
        headers=headers,
        query=parse_qsl(query, keep_blank_values=True),
        form=parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True),
        body=body,
    )


def _known_action(action: Action | None, version: str, name: str) -> Action:
    if not name:
        raise missing_parameter("Action")
    if action is None:
        raise NotSimulatedError(f"the action {name} of API version {version or '(none)'}")
    return action


def _check_parameters(action: Action, call: Call) -> None:
    unknown = call.names() - action.takes - action.passes_over - _COMMON_PARAMETERS
    if unknown:
        raise NotSimulatedError(f"the parameters {', '.join(sorted(unknown))} of {action.name}")


def _check_declared(action: Action | None, error: CloudError) -> None:
    """Raise UndeclaredCodeError for a code that neither action nor protocol declares, as the docs would lack it."""
    if action and not isinstance(error, NotSimulatedError) and error.code not in {*action.raises, *COMMON_CODES}:
        raise UndeclaredCodeError(f"{action.permission} answers {error.code}, which it does not declare")


def _refusal(error: CloudError, name: str, number: str, host: str, strike: Strike) -> Reply:
    body: Answer = {"RequestId": number, "HostId": host, "Code": error.code, "Message": error.message}
    if isinstance(error, NotSimulatedError):
        body["Message"] = f"{name}: {error.message}"
    else:
        body["Recommend"] = f"https://api.aliyun.com/troubleshoot?q={error.code}"
    return Reply(error.status, body, strike.dropped_after, strike.delay, strike.retry_after)


def _order(item: dict[str, Any]) -> list[str]:
    """Return the sort key of an item: its id or name, then a key for equal names."""
    return [str(item.get(key, "")) for key in ("id", "name", "instance_id", "network_type")]
