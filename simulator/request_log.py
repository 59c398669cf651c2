"""The request log: callers, requests and outcomes, in a form for tests, without secrets."""

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from simulator.model.patterns import matches

KEPT = 100_000
MASK = "******"
_SECRET = re.compile(r"passwo?r?d|secret|userdata|securitytoken|oidctoken", re.IGNORECASE)


@dataclass(frozen=True)
class LoggedRequest:
    """One request of the OpenAPI.

    `time` is model time. `outcome` is OK, the code of the refusal, or Dropped where a fault dropped the connection
    before anything happened; then `status` is 0. If a fault dropped only the answer (drop-after), outcome and status
    are those of the answer. `fault` names the faults that struck, in order, joined by +.
    """

    request_id: str
    time: str
    product: str
    action: str
    caller: str
    parameters: dict[str, str]
    outcome: str
    status: int
    fault: str = ""


class RequestLog:
    """The latest 100,000 requests, oldest first; `count` is the number of all requests."""

    def __init__(self, count: int = 0) -> None:
        """Begin with an empty log, after `count` earlier requests."""
        self._entries: deque[LoggedRequest] = deque(maxlen=KEPT)
        self.count = count

    def append(self, entry: LoggedRequest) -> None:
        """Append the newest request."""
        self._entries.append(entry)
        self.count += 1

    def entries(
        self, action: str = "*", caller: str = "*", outcome: str = "*", fault: str = "*"
    ) -> list[dict[str, Any]]:
        """Return the requests that match all patterns, such as `ecs:Create*` for `action`; * and ? are wildcards."""
        return [
            asdict(entry)
            for entry in self._entries
            if matches(action, f"{entry.product}:{entry.action}", ignoring_case=True)
            and matches(caller, entry.caller)
            and matches(outcome, entry.outcome)
            and matches(fault, entry.fault)
        ]


def masked(parameters: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters for the log, with `******` for passwords, secrets and user data."""
    return {name: MASK if _SECRET.search(name) else value for name, value in parameters.items()}
