"""The answers of a cloud, kept as they come and given again: what is tried with them never asks the cloud twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final
from unittest.mock import patch

from alibabacloud_tea_openapi.client import Client  # type: ignore[import-untyped]

SERVICES: Final = {
    "2014-05-26": "ecs",
    "2016-04-28": "vpc",
    "2014-08-15": "rds",
    "2015-01-01": "kvstore",
    "2015-12-01": "dds",
    "2014-05-15": "slb",
    "2015-04-01": "sts",
    "2018-12-01": "cr",
}
"""By version of the API."""

Spoil = Callable[[dict[str, Any]], None]


@dataclass
class Replay:
    """Answers by call. `spoil` is done to those of `action`, which then have `request_id`, if one is given.

    `struck` counts the answers that it changed.
    """

    request_id: str = ""
    answers: dict[tuple[str, str], Any] = field(default_factory=dict)
    action: str = ""
    spoil: Spoil | None = None
    struck: int = 0

    def set(self, action: str, spoil: Spoil | None) -> None:
        """Spoil the answers of one action from now on, and count anew."""
        self.action, self.spoil, self.struck = action, spoil, 0

    @contextmanager
    def playing(self) -> Iterator[None]:
        """Answer all calls of the SDK's clients."""
        ask = Client.call_api

        def call_api(client: Client, params: Any, request: Any, runtime: Any) -> Any:
            action = f"{SERVICES[params.version]}:{params.action}"
            call = (action, json.dumps([request.query, request.body], sort_keys=True, default=str))
            if call not in self.answers:
                # What the cloud refuses is refused again: a dry run, above all.
                try:
                    self.answers[call] = ask(client, params, request, runtime)
                except Exception as error:
                    self.answers[call] = error
            answer = self.answers[call]
            if isinstance(answer, Exception):
                raise answer
            if action != self.action or self.spoil is None:
                return answer
            body = deepcopy(answer["body"])
            if self.request_id:
                body["RequestId"] = self.request_id
            whole = deepcopy(body)
            self.spoil(body)
            self.struck += body != whole
            return {**answer, "body": body}

        with patch.object(Client, "call_api", call_api):
            yield
