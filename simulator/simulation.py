"""From a request to an answer: who calls, whether it may, what the action does, and what is logged."""

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qsl

from simulator.api.call import Answer, Call
from simulator.api.registry import Action
from simulator.api.table import registry
from simulator.cloud.errors import CloudError, ForbiddenError, NotFoundError, NotSimulatedError, missing_parameter
from simulator.cloud.state import Cloud
from simulator.cloud.transitions import settle
from simulator.ids import request_id
from simulator.model.estate import Estate
from simulator.model.ram import User
from simulator.signature import Authenticator, SignedRequest

# What belongs to every request and not to an action: never passed on, never logged but for Action and Version.
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
# What every action takes; the simulator looks at RegionId and ClientToken only. A resource group is passed over: the
# simulated account has but the default one.
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
    }
)
_NO_REGION_CHECK = frozenset({"DescribeRegions", "DescribeEndpoints", "GetCallerIdentity"})
MAX_TOKEN = 64
# What any action can be refused with.
COMMON_CODES = (
    "DryRunOperation",
    "Forbidden.RAM",
    "IdempotentParameterMismatch",
    "IncompleteSignature",
    "InvalidAccessKeyId.NotFound",
    "InvalidClientToken.Malformed",
    "InvalidParameter",
    "InvalidRegionId.NotFound",
    "InvalidTimeStamp.Expired",
    "InvalidTimeStamp.Format",
    "MissingAccessKeyId",
    "MissingParameter",
    "SignatureDoesNotMatch",
    "SignatureNonceUsed",
)


class UndeclaredCodeError(Exception):
    """A defect of the simulator: an action refuses with a code that its declaration does not name."""


@dataclass(frozen=True)
class Reply:
    """An answer with its HTTP status.

    It is sent after `delay` seconds; where it is `dropped`, the connection is aborted then in its place.
    """

    status: int
    body: Answer
    dropped: bool = False
    delay: float = 0.0


@dataclass(frozen=True)
class LoggedRequest:
    """One line of the request log; parameters without anything of the signature."""

    request_id: str
    time: str
    product: str
    action: str
    caller: str
    parameters: dict[str, str]
    outcome: str
    status: int


@dataclass(frozen=True)
class _Remembered:
    """What a ClientToken was first used for, and what that answered."""

    parameters: dict[str, str]
    answer: Answer


class Simulation:
    """One simulated cloud behind its OpenAPI. Safe to use from several threads."""

    def __init__(self, estate: Estate) -> None:
        """Begin with what `estate` says; it is copied, and `reset` returns to it."""
        self._registry = registry()
        self._lock = threading.Lock()
        self.reset(estate)

    def reset(self, estate: Estate | None = None) -> None:
        """Return to the estate as it was given, or take another: state, clock, ids, nonces and request log."""
        with self._lock:
            if estate is not None:
                self._initial = estate.model_copy(deep=True)
            self.cloud = Cloud(self._initial)
            self._authenticator = Authenticator(self._initial.users)
            self._log: list[LoggedRequest] = []
            self._remembered: dict[tuple[str, str, str], _Remembered] = {}

    def state(self) -> dict[str, Any]:
        """The whole present state in the form of an estate file, sorted, secrets masked.

        The order does not tell when things were made, and `now` stays where the estate began: two dumps differ only
        where something is different.
        """
        with self._lock:
            settle(self.cloud)
            dump = self.cloud.estate.model_dump(mode="json")
        for items in dump.values():
            if isinstance(items, list):
                items.sort(key=_order)
        for group in dump["security_groups"]:
            group["rules"].sort(key=_order)
        for database in dump["databases"]:
            database["whitelist_groups"].sort(key=_order)
        return dump

    def requests(self) -> list[dict[str, Any]]:
        """The request log, oldest first."""
        with self._lock:
            return [asdict(entry) for entry in self._log]

    def reply(self, request: SignedRequest) -> Reply:
        """Answer one request of the OpenAPI; every refusal is an answer too."""
        with self._lock:
            return self._reply(request)

    def _reply(self, request: SignedRequest) -> Reply:
        number = request_id(len(self._log) + 1)
        host = request.headers.get("host", "")
        parameters = dict([*request.query, *request.form])
        version = request.headers.get("x-acs-version") or parameters.get("Version", "")
        name = request.headers.get("x-acs-action") or parameters.get("Action", "")
        own = {key: value for key, value in parameters.items() if key not in _PROTOCOL_PARAMETERS}
        action = self._registry.find(version, name)
        caller: User | None = None
        try:
            caller = self._authenticator.caller(request)
            answer = self._perform(_known(action, version, name), Call(own, caller, host))
            reply, outcome = Reply(200, {"RequestId": number, **answer}), "OK"
        except CloudError as error:
            _check_declared(action, error)
            reply, outcome = _refusal(error, number, host), error.code
        self._log.append(
            LoggedRequest(
                request_id=number,
                time=self.cloud.clock.now().isoformat(timespec="milliseconds"),
                product=action.product.code if action else version,
                action=name,
                caller=caller.name if caller else "",
                parameters=own,
                outcome=outcome,
                status=reply.status,
            )
        )
        return reply

    def _perform(self, action: Action, call: Call) -> Answer:
        settle(self.cloud)
        _check_parameters(action, call)
        if not self._permitted(action, call):
            if action.empty_if_denied is None or call.flag("DryRun"):
                raise ForbiddenError(
                    "Forbidden.RAM",
                    f"User not authorized to operate on the specified resource, or this API doesn't support RAM. "
                    f"Action: {action.permission}",
                )
            return action.empty_if_denied(self.cloud, call)
        if action.name not in _NO_REGION_CHECK and call.optional("RegionId") not in (None, self.cloud.estate.region_id):
            raise NotFoundError("InvalidRegionId.NotFound", "The specified RegionId does not exist.")
        token = call.optional("ClientToken")
        if action.remembers_token and token is not None:
            return self._once(action, call, token)
        return action.perform(self.cloud, call)

    def _permitted(self, action: Action, call: Call) -> bool:
        estate = self.cloud.estate
        return all(
            call.caller.may(action.permission, arn) for arn in action.arns(estate.region_id, estate.account_id, call)
        )

    def _once(self, action: Action, call: Call, token: str) -> Answer:
        """The same token with the same parameters gets the same answer (How to ensure idempotence, ECS appendix)."""
        if len(token) > MAX_TOKEN or not token.isascii():
            raise CloudError("InvalidClientToken.Malformed", 'The specified parameter "ClientToken" is not valid.')
        key = (call.caller.name, action.permission, token)
        before = self._remembered.get(key)
        if before is None:
            answer = action.perform(self.cloud, call)
            self._remembered[key] = _Remembered(dict(call.parameters), answer)
            return answer
        if before.parameters != call.parameters:
            raise CloudError(
                "IdempotentParameterMismatch",
                "The request uses the same client token as a previous, but non-identical request.",
            )
        return before.answer


def parsed_request(method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> SignedRequest:
    """A request from what HTTP gives: raw query, headers in lower case, raw body (a form, whatever it calls itself)."""
    return SignedRequest(
        method=method,
        path=path,
        headers=headers,
        query=parse_qsl(query, keep_blank_values=True),
        form=parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True),
        body=body,
    )


def _known(action: Action | None, version: str, name: str) -> Action:
    if not name:
        raise missing_parameter("Action")
    if action is None:
        raise NotSimulatedError(f"the action {name} of API version {version or '(none)'}")
    return action


def _check_parameters(action: Action, call: Call) -> None:
    unknown = call.names() - action.takes - _COMMON_PARAMETERS
    if unknown:
        raise NotSimulatedError(f"the parameters {', '.join(sorted(unknown))} of {action.name}")


def _check_declared(action: Action | None, error: CloudError) -> None:
    """A code that neither the action nor the protocol declares would be missing from the documentation."""
    if action and error.status != 501 and error.code not in {*action.raises, *COMMON_CODES}:
        raise UndeclaredCodeError(f"{action.permission} answers {error.code}, which it does not declare")


def _refusal(error: CloudError, number: str, host: str) -> Reply:
    body: Answer = {"RequestId": number, "HostId": host, "Code": error.code, "Message": error.message}
    if error.status != 501:
        body["Recommend"] = f"https://api.aliyun.com/troubleshoot?q={error.code}"
    return Reply(error.status, body)


def _order(item: dict[str, Any]) -> list[str]:
    """What an item is sorted by: its id or name, and what tells namesakes apart."""
    return [str(item.get(key, "")) for key in ("id", "name", "instance_id", "network_type")]
