"""A cloud of scripted answers on loopback, for faults that a well-behaved simulator does not have."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from estate.client import Cloud
from estate.settings import CloudSettings

SECRET = "s3cret-of-the-stub"  # noqa: S105 - known to this file alone
TOKEN = "t0ken-of-the-stub"  # noqa: S105

#: A scripted answer: status and body; a body that is no text goes out as JSON, None cuts the connection.
Answer = tuple[int, Any]


def error(status: int, code: str, message: str = "No.") -> Answer:
    """Return an error answer in the API's form."""
    return status, {"Code": code, "Message": message, "RequestId": "REQ-1"}


@dataclass
class Stub:
    """The scripts, by operation; the last answer of a script repeats. `calls` is what was asked, in order."""

    port: int
    scripts: dict[str, list[Answer]] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    #: Headers of answers that are no success, and of those that are one.
    headers: dict[str, str] = field(default_factory=dict)
    success_headers: dict[str, str] = field(default_factory=dict)
    #: The Date header of each answer in turn, None for an answer without one; then the machine's time.
    dates: list[str | None] = field(default_factory=list)
    #: Operations whose dry runs say that they are permitted, beside their script.
    permitted: set[str] = field(default_factory=set)

    def answers(self, operation: str, *script: Answer) -> None:
        """Set the script of an operation."""
        self.scripts[operation] = list(script)

    def cloud(self, **settings: Any) -> Cloud:
        """Return a session that reaches this stub, and records its sleeps instead of sleeping."""
        host = f"127.0.0.1:{self.port}"
        config = {
            "region": "cn-hangzhou",
            "protocol": "HTTP",
            "endpoints": dict.fromkeys(("ecs", "vpc", "rds", "kvstore", "dds", "sts", "slb", "cr", "oss"), host),
            "accessKey": "AK-of-the-stub",
            "secretKey": SECRET,
            "securityToken": TOKEN,
        }
        return Cloud(CloudSettings.from_config(config | settings, {}), sleep=self.slept.append, jitter=lambda: 0.5)

    def requests_of(self, operation: str) -> list[dict[str, str]]:
        """Return the parameters of each call of an operation."""
        return [parameters for name, parameters in self.calls if name == operation]

    def next_answer(self, operation: str) -> Answer:
        """Take the next answer of an operation's script."""
        script = self.scripts.get(operation, [error(404, "InvalidAction.NotFound")])
        return script.pop(0) if len(script) > 1 else script[0]


@contextlib.contextmanager
def serving() -> Iterator[Stub]:
    """Serve a stub for the time of a with block."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        # A connection is kept, and each answer goes out in one piece: else the second waits for an acknowledgement.
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_GET(self) -> None:
            self._answer(f"GET {urlsplit(self.path).path}")

        def do_POST(self) -> None:
            self._answer(self.headers["x-acs-action"])

        def _answer(self, operation: str) -> None:
            query = {key: value[0] for key, value in parse_qs(urlsplit(self.path).query).items()}
            self.rfile.read(int(self.headers.get("content-length") or 0))
            with lock:
                stub.calls.append((operation, query))
                dry = query.get("DryRun", "").lower() == "true" and operation in stub.permitted
                status, body = error(400, "DryRunOperation") if dry else stub.next_answer(operation)
            if body is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            payload = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            self.send_response_only(status)
            date = stub.dates.pop(0) if stub.dates else self.date_time_string()
            if date is not None:
                self.send_header("date", date)
            self.send_header("content-type", "text/html" if isinstance(body, str) else "application/json")
            self.send_header("content-length", str(len(payload)))
            for name, value in (stub.success_headers if status == 200 else stub.headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_: object) -> None:
            """Keep the test's output to the test."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        stub = Stub(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield stub
        finally:
            server.shutdown()
            thread.join()
