"""ClientTokens: a repeated call takes effect once ("How to ensure idempotence" of ECS and of VPC).

IdempotentProcessing: reference of CreateSnapshot (403). IdempotentParameterMismatch is 400 in most references and 403
in CreateSnapshot's; it is 400 here. How long a token is remembered, and which callers share it, is not documented: here
for 24 h of model time and by all users of the account, apart for each action.
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from pydantic import AwareDatetime

from simulator.api.call import Answer
from simulator.cloud.errors import CloudError, ForbiddenError
from simulator.model.base import Strict

REMEMBERED = timedelta(hours=24)
MAX_LENGTH = 64


class UsedToken(Strict):
    """The first use of a token: a digest of its parameters, and the answer."""

    action: str
    token: str
    parameters: str
    at: AwareDatetime
    answer: dict[str, object]


class Use(NamedTuple):
    """A call with a ClientToken: the action, the token, and the parameters that must be the same each time."""

    action: str
    token: str
    parameters: Mapping[str, str]


class ClientTokens:
    """The recently used tokens. Not thread-safe."""

    def __init__(self, used: list[UsedToken] | None = None) -> None:
        """Remember `used`, oldest first."""
        self._used = {(item.action, item.token): item for item in used or []}
        self._running: dict[tuple[str, str], float] = {}  # until when, of time.monotonic

    def used(self) -> list[UsedToken]:
        """Return the remembered uses, oldest first."""
        return list(self._used.values())

    def once(self, use: Use, now: datetime, perform: Callable[[], Answer], busy: float = 0.0) -> Answer:
        """Return the answer of `perform`, or the answer of the first call with this token.

        A refusal does not consume the token. `busy` is the number of real seconds that the answer is delayed; so long
        the call counts as running. Raises InvalidClientToken.Malformed, IdempotentParameterMismatch (400),
        IdempotentProcessing (403).
        """
        token = use.token
        if len(token) > MAX_LENGTH or not token.isascii():
            raise CloudError("InvalidClientToken.Malformed", 'The specified parameter "ClientToken" is not valid.')
        self._forget(now)
        key, digest = (use.action, token), _digest(use.parameters)
        before = self._used.get(key)
        if before is None:
            answer = perform()
            self._used[key] = UsedToken.model_construct(
                action=use.action, token=token, parameters=digest, at=now, answer=answer
            )
            if busy:
                self._running[key] = time.monotonic() + busy
            return answer
        if before.parameters != digest:
            raise CloudError(
                "IdempotentParameterMismatch",
                "Request uses a client token in a previous request but is not identical to that request.",
            )
        if self._running.get(key, 0.0) > time.monotonic():
            raise ForbiddenError("IdempotentProcessing", "The previous idempotent request(s) is still processing.")
        return before.answer

    def _forget(self, now: datetime) -> None:
        while self._used:
            key = next(iter(self._used))
            if now - self._used[key].at < REMEMBERED:
                break
            del self._used[key]
            self._running.pop(key, None)


def _digest(parameters: Mapping[str, str]) -> str:
    """Return a digest of the parameters without the token, so that no password is stored."""
    pairs = sorted((name, value) for name, value in parameters.items() if name != "ClientToken")
    return hashlib.sha256(json.dumps(pairs).encode()).hexdigest()
