"""The faults that strike a call, and the state that a stale read sees.

Codes, statuses and messages: public error codes of the Error Center (Throttling, Throttling.User, Throttling.Api, 400),
Error code table of the ECS appendix (InternalError, ServiceUnavailable), KMS reference (Rejected.Throttling, 429; the
ECS and VPC references do not give its status).
"""

import copy
import random
import threading
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from simulator.api.call import Call
from simulator.api.registry import Action
from simulator.cloud.errors import CloudError
from simulator.cloud.state import Cloud
from simulator.model.fault import Fault, Step
from simulator.model.patterns import matches

REFUSALS = {
    "Throttling": (400, "Request was denied due to request throttling."),
    "Throttling.User": (400, "Request was denied due to user flow control."),
    "Throttling.Api": (400, "Request was denied due to api flow control."),
    "Rejected.Throttling": (429, "The QPS upper limit is exceeded."),
    "InternalError": (500, "The request processing has failed due to some unknown error, exception or failure."),
    "ServiceUnavailable": (503, "The request has failed due to a temporary failure of the server."),
}


class FaultError(ValueError):
    """A fault that could never strike."""


@dataclass
class Strike:
    """The effects of faults on one call; none if `effects` is empty."""

    effects: list[str] = field(default_factory=list)
    delay: float = 0.0
    refusal: CloudError | None = None
    retry_after: float | None = None
    dropped_before: bool = False
    dropped_after: bool = False
    stale: float = 0.0

    @property
    def ended(self) -> bool:
        """Whether later faults are skipped."""
        return self.refusal is not None or self.dropped_before or self.dropped_after


@dataclass
class _Armed:
    """A fault with its counts so far."""

    fault: Fault
    dice: random.Random
    matched: int = 0
    struck: int = 0
    minute: int = 0
    let_through: Counter[str] = field(default_factory=Counter)

    def concerns(self, action: Action, call: Call) -> bool:
        fault = self.fault
        return (
            fault.caller in (None, call.caller.name)
            and (fault.about is None or fault.about in call.texts())
            and (fault.effect != "stale" or action.reads)
            and any(matches(pattern, action.permission, ignoring_case=True) for pattern in fault.actions)
        )

    def step(self, action: Action, now: datetime) -> Step:
        """Return its effect on the next matching call of `action` at the model time `now`."""
        place = self.matched - self.fault.skip
        self.matched += 1
        if place < 0 or self._within_rate(action, now):
            return "ok"
        if self.fault.script is not None:
            step = self.fault.script[place]
        elif self.fault.effect is None or self.dice.random() >= self.fault.probability:
            step = "ok"
        else:
            step = self.fault.effect
        self.struck += step != "ok"
        return step

    def _within_rate(self, action: Action, now: datetime) -> bool:
        """Count a call against the rate of its action; refused calls do not count."""
        if self.fault.per_minute is None:
            return False
        minute = int(now.timestamp() // 60)
        if minute != self.minute:
            self.minute, self.let_through = minute, Counter()
        self.let_through[action.permission] += 1
        return self.let_through[action.permission] <= self.fault.per_minute

    @property
    def spent(self) -> bool:
        if self.fault.script is not None:
            return self.matched >= self.fault.skip + len(self.fault.script)
        return self.fault.count is not None and self.struck >= self.fault.count

    @property
    def may_be_stale(self) -> bool:
        return self.fault.effect == "stale" or "stale" in (self.fault.script or ())


class Faults:
    """The faults of a simulated cloud, applied in the order in which they were added.

    After a slow or stale fault the next one applies too, and delays add up; the first that refuses or drops a call
    is the last, so later ones neither see nor count the call. Thread-safe.
    """

    def __init__(self, permissions: Iterable[str], faults: Iterable[Fault] = ()) -> None:
        """Begin with `faults`; `permissions` are all simulated actions (`ecs:DescribeInstances`)."""
        self._permissions = tuple(permissions)
        self._lock = threading.Lock()
        self._all: list[_Armed] = []
        self._active: tuple[_Armed, ...] = ()
        for fault in faults:
            self.add(fault)

    def add(self, fault: Fault | None = None, **fields: Any) -> None:
        """Add a fault, or make one of the fields of Fault.

        Raises FaultError when a pattern matches no simulated action, and pydantic's ValidationError.
        """
        fault = Fault(**fields) if fault is None else fault
        for pattern in fault.actions:
            if not any(matches(pattern, permission, ignoring_case=True) for permission in self._permissions):
                raise FaultError(f"{pattern} matches no action of the simulated cloud")
        with self._lock:
            # Not for secrets: a test must get the same random numbers each time.
            armed = _Armed(fault, random.Random(fault.seed))  # noqa: S311
            self._all.append(armed)
            self._active = (*self._active, armed)

    def clear(self) -> None:
        """Take all faults away."""
        with self._lock:
            self._all.clear()
            self._active = ()

    def all(self) -> list[dict[str, Any]]:
        """Return every fault since the last `clear`, with the number of calls that it `matched` and `struck`."""
        with self._lock:
            return [
                {
                    **armed.fault.model_dump(mode="json", exclude_none=True),
                    "matched": armed.matched,
                    "struck": armed.struck,
                }
                for armed in self._all
            ]

    def strike(self, action: Action, call: Call, now: datetime) -> Strike:
        """Apply the faults to the next call of `action`, at the model time `now`."""
        strike = Strike()
        if not self._active:
            return strike
        with self._lock:
            for armed in self._active:
                if not strike.ended and armed.concerns(action, call):
                    _apply(armed.fault, armed.step(action, now), strike)
            self._active = tuple(armed for armed in self._active if not armed.spent)
        return strike

    @property
    def stale_for(self) -> float:
        """Return how many model seconds old a stale read may be; 0 if no fault makes stale reads."""
        return max((armed.fault.seconds for armed in self._active if armed.may_be_stale), default=0.0)


class Past:
    """The states before recent writes, for stale reads. Each write costs a copy of the whole state."""

    def __init__(self) -> None:
        self._states: deque[tuple[datetime, Cloud]] = deque()

    def keep(self, cloud: Cloud, seconds: float) -> None:
        """Keep a copy of the present state, before a write, for `seconds` of model time."""
        now = cloud.clock.now()
        self._forget(now - timedelta(seconds=seconds))
        self._states.append((now, copy.deepcopy(cloud, {id(cloud.clock): cloud.clock})))

    def before(self, cloud: Cloud, seconds: float) -> Cloud:
        """Return the state without the writes of the last `seconds` of model time.

        It is `cloud` itself if there was none.
        """
        since = cloud.clock.now() - timedelta(seconds=seconds)
        return next((state for written_at, state in self._states if written_at > since), cloud)

    def _forget(self, since: datetime) -> None:
        while self._states and self._states[0][0] <= since:
            self._states.popleft()


def _apply(fault: Fault, step: Step, strike: Strike) -> None:
    if step == "ok":
        return
    strike.effects.append(step)
    if step == "slow":
        strike.delay += fault.seconds
    elif step == "stale":
        strike.stale = max(strike.stale, fault.seconds)
    elif step == "drop-before":
        strike.dropped_before = True
    elif step == "drop-after":
        strike.dropped_after = True
    elif step == "refuse" and fault.refusal is not None:
        strike.refusal = CloudError(fault.refusal.code, fault.refusal.message, fault.refusal.status)
        strike.retry_after = fault.retry_after
    else:
        code = fault.throttle_code if step == "throttle" else fault.error_code
        status, message = REFUSALS[code]
        strike.refusal = CloudError(code, message, status)
        strike.retry_after = fault.retry_after
