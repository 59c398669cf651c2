"""The request log: who asked what and how it went, in a form that tests can assert on, without any secret."""

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
    before anything happened; then `status` is 0. Where a fault lost the answer only (drop-after), outcome and status
    are those of the answer. `fault` names the faults that struck, in their order, joined by +.
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
    """The latest 100,000 requests, oldest first; `count` is how many there were at all."""

    def __init__(self, count: int = 0) -> None:
        """Begin empty, after `count` requests that are not in it."""
        self._entries: deque[LoggedRequest] = deque(maxlen=KEPT)
        self.count = count

    def append(self, entry: LoggedRequest) -> None:
        """Add the newest."""
        self._entries.append(entry)
        self.count += 1

    def entries(
        self, action: str = "*", caller: str = "*", outcome: str = "*", fault: str = "*"
    ) -> list[dict[str, Any]]:
        """Those that match all patterns, such as `ecs:Create*` for `action`; * and ? are wildcards."""
        return [
            asdict(entry)
            for entry in self._entries
            if matches(action, f"{entry.product}:{entry.action}", ignoring_case=True)
            and matches(caller, entry.caller)
            and matches(outcome, entry.outcome)
            and matches(fault, entry.fault)
        ]


def masked(parameters: Mapping[str, str]) -> dict[str, str]:
    """Parameters for the log: passwords, secrets and user data by `******`."""
    return {name: MASK if _SECRET.search(name) else value for name, value in parameters.items()}
