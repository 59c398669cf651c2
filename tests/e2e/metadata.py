"""The metadata service of an ECS instance at its own address, in a network of its own, and who three callers are then.

Run as `python -m tests.e2e.metadata` where loopback may be given addresses; it prints what each caller said, as JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import toolchain
from estate.errors import EstateError
from estate.proxies import METADATA_HOST
from simulator.server import Simulator, running
from tests.e2e.alicloud_plugin import PluginError
from tests.e2e.callers import Place, estate_with_roles
from tests.simulator.api.examples.sts import ASSUME
from tests.simulator.signing import Direct

ROLE = "node"
_TOKEN = "token-of-the-metadata-service"  # noqa: S105


@contextmanager
def metadata_service(cloud: Simulator, paths: list[str]) -> Iterator[None]:
    """Serve the session of a role, for a token alone (ECS, "Instance metadata", security-enhanced mode)."""

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self._answer(200 if self._requested_path() == "/latest/api/token" else 404, _TOKEN)

        def do_GET(self) -> None:
            paths.append(self._requested_path())
            if self.headers["X-aliyun-ecs-metadata-token"] != _TOKEN:
                self._answer(403, "")
            elif self._requested_path() == f"/latest/meta-data/ram/security-credentials/{ROLE}":
                given = Direct(cloud.simulation)("sts:AssumeRole", **(ASSUME | {"RoleSessionName": "vm-1"}))
                self._answer(200, json.dumps({"Code": "Success", **given["Credentials"]}))
            else:
                self._answer(404, "")

        def _requested_path(self) -> str:
            # The plugin puts a question mark behind every path.
            return self.path.removesuffix("?")

        def _answer(self, status: int, text: str) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Keep the output to what the callers said."""

    with ThreadingHTTPServer((METADATA_HOST, 80), Handler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield
        server.shutdown()


def main() -> None:
    """Print the callers with the role alone, in the run after its session has ended, and without NO_PROXY."""
    subprocess.run(["ip", "address", "add", f"{METADATA_HOST}/32", "dev", "lo"], check=True)
    engine = toolchain.ensure()
    paths: list[str] = []
    report: dict[str, Any] = {}
    with running(estate_with_roles()) as cloud, metadata_service(cloud, paths), tempfile.TemporaryDirectory() as home:
        place = Place(cloud, engine, Path(home), "")
        proxies = {"HTTP_PROXY": os.environ["HTTP_PROXY"], "NO_PROXY": "127.0.0.1"}
        place.environ = {"ALICLOUD_ECS_ROLE_NAME": ROLE, **proxies}
        try:
            place.reader()
        except EstateError as error:
            report["without NO_PROXY"] = str(error)
        try:
            place.alicloud()
        except PluginError as error:
            report["alicloud without NO_PROXY"] = str(error)
        place.environ["NO_PROXY"] = f"127.0.0.1,{METADATA_HOST}"
        report["callers"] = [caller.arn for caller in place.callers()]
        report["refreshed"] = place.refreshed()
        report["asked"] = sorted(set(paths))
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
