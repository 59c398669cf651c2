"""The simulated cloud over HTTP and HTTPS on one port, on loopback only."""

import asyncio
import shlex
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator import admin
from simulator.acceptor import Server
from simulator.clock import ModelClock
from simulator.estate_file import load
from simulator.faults import Faults
from simulator.migration_admin import Migrations
from simulator.model.estate import Estate
from simulator.object_storage import is_rest, rendered
from simulator.persistence import persisted, restored
from simulator.signature import OSS4
from simulator.simulation import Simulation, parsed_request
from simulator.tls import throw_away_identity, write_certificate

LOOPBACK = "127.0.0.1"
TIMEOUT = 10.0  # seconds, to start and to stop
# Seconds that an idle connection stays open: longer than the provider's pause of 5 s between two reads, because a
# request that is sent while the connection closes fails.
KEEP_ALIVE = 60
_REST_METHODS = ("DELETE", "GET", "HEAD", "POST", "PUT")
# All services are on one port; clients need an endpoint for each that they use.
SERVICES = (
    "ecs",
    "vpc",
    "rds",
    "sts",
    "location",
    "slb",
    "ess",
    "ram",
    "kms",
    "kvstore",
    "dds",
    "cr",
    "oss",
    "bssopenapi",
)


class Simulator:
    """A running simulated cloud, for tests and the demo."""

    def __init__(self, simulation: Simulation, port: int, ca_certificate: str) -> None:
        """Hold what serves at `port` of loopback; `ca_certificate` is the CA that TLS clients must trust, PEM."""
        self.simulation = simulation
        self.port = port
        self.ca_certificate = ca_certificate

    @property
    def host(self) -> str:
        """host:port, as an endpoint for clients."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def url(self) -> str:
        """The URL of every service; `https` works too."""
        return f"http://{self.host}"

    @property
    def endpoints(self) -> dict[str, str]:
        """Service code to host:port, for `alicloud:endpoints` and the SDKs' Config."""
        return dict.fromkeys(SERVICES, self.host)

    @property
    def region(self) -> str:
        """The region of the estate."""
        return self.simulation.cloud.estate.region_id

    @property
    def credentials(self) -> tuple[str, str]:
        """Access key id and secret of the estate's first user."""
        return self.credentials_of(self.simulation.cloud.estate.users[0].name)

    @property
    def now(self) -> str:
        """The present model time, ISO 8601 with offset, to the second."""
        return self.clock.now().isoformat(timespec="seconds")

    def credentials_of(self, user_name: str) -> tuple[str, str]:
        """Access key id and secret of a user of the estate; raises KeyError."""
        users = {user.name: user for user in self.simulation.cloud.estate.users}
        user = users[user_name]
        return user.access_key_id, user.access_key_secret.get_secret_value()

    def config(self) -> dict[str, Any]:
        """Return the `alicloud:*` configuration with credentials, keys without that prefix."""
        key, secret = self.credentials
        return {
            "region": self.region,
            "accountId": self.simulation.cloud.estate.account_id,
            "protocol": "HTTP",
            "accountType": "Domestic",
            "skipRegionValidation": True,
            "endpoints": self.endpoints,
            "accessKey": key,
            "secretKey": secret,
        }

    def state(self) -> dict[str, Any]:
        """Return the present state in the form of an estate file."""
        return self.simulation.state()

    def requests(self, **patterns: str) -> list[dict[str, Any]]:
        """Return the request log, oldest first.

        `action="ecs:Create*"`, `caller`, `outcome` and `fault` are patterns.
        """
        return self.simulation.requests(**patterns)

    @property
    def faults(self) -> Faults:
        """Faults on demand: `faults.add(actions=["ecs:Describe*"], effect="throttle", count=2)`, `faults.clear()`."""
        return self.simulation.faults

    @property
    def migrations(self) -> Migrations:
        """Migration plans: `migrations.create(instance_ids=[...], start=..., ...)`; they run by the model clock."""
        return Migrations(self.simulation)

    @property
    def clock(self) -> ModelClock:
        """The model clock: `clock.advance(3600)`, `clock.set(...)`; a reset begins a new one."""
        return self.simulation.clock

    def reset(self) -> None:
        """Reset to the estate as it was given."""
        self.simulation.reset()


class _ObjectStorage(Route):
    """Matches any path if the request has OSS's signature: only OSS has the bucket in the path."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        signed = Headers(scope=scope).get("authorization", "").startswith(OSS4) if scope["type"] == "http" else False
        return super().matches(scope) if signed else (Match.NONE, {})


class _Dated:
    """Sends the model time in every answer, as the cloud's own clock."""

    def __init__(self, app: ASGIApp, simulation: Simulation) -> None:
        self._app = app
        self._simulation = simulation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                now = format_datetime(self._simulation.clock.now().astimezone(UTC), usegmt=True)
                message["headers"] = [*message.get("headers", ()), (b"date", now.encode())]
            await send(message)

        await self._app(scope, receive, dated if scope["type"] == "http" else send)


def application(simulation: Simulation) -> Starlette:
    """Return the ASGI application: the OpenAPI at `/`, the admin endpoints under `/_simulator/`."""

    async def openapi(request: Request) -> Response:
        parsed = parsed_request(
            request.method, request.url.path, request.url.query, dict(request.headers), await request.body()
        )
        reply = simulation.reply(parsed)
        if reply.delay:
            await _departure(request, reply.delay)
        if reply.dropped:
            request.state.abort()
            # uvicorn sends nothing to a client that is gone.
            await _departure(request)
        if is_rest(parsed):
            answer = rendered(reply.status, reply.body)
            return Response(answer.body, answer.status, answer.headers, answer.media_type)
        return JSONResponse(reply.body, reply.status, reply.headers)

    return Starlette(
        middleware=[Middleware(_Dated, simulation=simulation)],
        routes=[
            Route("/", openapi, methods=["GET", "POST"]),
            *admin.routes(simulation),
            _ObjectStorage("/{path:path}", openapi, methods=_REST_METHODS, include_in_schema=False),
        ],
        exception_handlers={404: admin.not_found, 405: admin.not_found},
    )


def serve(estate: Estate, port: int, ca_file: Path | None, state_file: Path | None) -> None:
    """Serve until SIGINT or SIGTERM; prints one line with the URL when ready, and instructions on stderr.

    Port 0 takes a free one.

    Before that, it writes the CA certificate that TLS clients must trust (PEM) to `ca_file`. The state is that of
    `state_file` if that file exists, and is kept there. Raises OSError if the port is in use, CertificateFileError,
    StateFileError, and FaultError if the estate has a fault that could never strike.
    """
    stop = {signal.SIGINT, signal.SIGTERM}
    # Block the signals before the server's thread starts and inherits the mask: only this thread handles them.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, stop)
    try:
        with _restored(estate, state_file) as simulation, _serving(simulation, port) as simulator:
            if ca_file is not None:
                write_certificate(ca_file, simulator.ca_certificate)
            print(simulator.url, flush=True)
            print(_how_to_use(simulator), file=sys.stderr, flush=True)
            signal.sigwait(stop)
    finally:
        # Child processes of the caller would inherit the mask.
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _how_to_use(simulator: Simulator) -> str:
    """Return the variables with the (simulated) access keys of the estate's first user."""
    key, secret = map(shlex.quote, simulator.credentials)
    user = simulator.simulation.cloud.estate.users[0].name
    return (
        f"Access keys of the user {user}, for the shell that calls it:\n"
        f"  export ALICLOUD_ACCESS_KEY={key} ALICLOUD_SECRET_KEY={secret}\n"
        "Ctrl-C stops it."
    )


@contextmanager
def running(estate: Estate | Path, state_file: Path | None = None) -> Iterator[Simulator]:
    """Serve on a free port in a thread with its own event loop; several may run at once.

    Raises EstateFileError, StateFileError and FaultError as `serve` does, and TimeoutError if it does not start.
    """
    initial = load(estate) if isinstance(estate, Path) else estate
    with _restored(initial, state_file) as simulation, _serving(simulation, 0) as simulator:
        yield simulator


@contextmanager
def _restored(estate: Estate, state_file: Path | None) -> Iterator[Simulation]:
    simulation = Simulation(estate) if state_file is None else restored(state_file, estate)
    with nullcontext() if state_file is None else persisted(state_file, simulation):
        yield simulation


async def _departure(request: Request, within: float | None = None) -> None:
    """Wait until the connection of a fully read request is closed, at most `within` seconds."""
    try:
        async with asyncio.timeout(within):
            while (await request.receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        pass


@contextmanager
def _serving(simulation: Simulation, port: int) -> Iterator[Simulator]:
    identity = throw_away_identity()
    with socket.create_server((LOOPBACK, port), backlog=socket.SOMAXCONN) as listening:
        config = uvicorn.Config(
            application(simulation),
            log_level="warning",
            access_log=False,
            date_header=False,
            timeout_graceful_shutdown=1,
            timeout_keep_alive=KEEP_ALIVE,
        )
        server = Server(config, listening, identity.context)
        thread = threading.Thread(target=server.run, name="simulator", daemon=True)
        thread.start()
        try:
            _await_start(server, thread)
            yield Simulator(simulation, listening.getsockname()[1], identity.ca_certificate)
        finally:
            server.should_exit = True
            thread.join(TIMEOUT)


def _await_start(server: uvicorn.Server, thread: threading.Thread) -> None:
    pause = threading.Event()
    waited = 0.0
    while not server.started:
        if waited > TIMEOUT or not thread.is_alive():
            raise TimeoutError("The simulator did not start.")
        pause.wait(0.01)
        waited += 0.01
