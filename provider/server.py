"""Serving the provider by gRPC, with errors that a person can read.

The SDK's server answers every error with a Python traceback and knows no half-done operations. This one sends the
message alone, and sends what is there after a half-done operation, so that the engine keeps it in the state.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import grpc
from google.protobuf import any_pb2
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2, provider_pb2_grpc, status_pb2

from estate.errors import EstateError
from provider import registry
from provider.plugin import AlimigrateProvider
from provider.resource import LOG, PartialFailure
from provider.values import values

_Handler = Callable[[Any, Any, Any], Awaitable[Any]]


def _plain(handler: _Handler) -> _Handler:
    """Return a handler of the engine's calls with its errors translated."""

    async def handle(servicer: Any, request: Any, context: Any) -> Any:
        try:
            return await handler(servicer, request, context)
        except Exception as error:
            # The SDK raises anew, with the traceback in the text; the error itself is the context of that one.
            original = error.__context__ if isinstance(error.__context__, EstateError) else error
            if isinstance(original, PartialFailure):
                await context.abort_with_status(_partial(original))
            if isinstance(original, EstateError):
                await context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(original))
            raise

    return handle


class Servicer(ProviderServicer):
    """The SDK's servicer with plain errors."""

    Check = _plain(ProviderServicer.Check)
    Diff = _plain(ProviderServicer.Diff)
    Create = _plain(ProviderServicer.Create)
    Read = _plain(ProviderServicer.Read)
    Update = _plain(ProviderServicer.Update)
    Delete = _plain(ProviderServicer.Delete)
    Invoke = _plain(ProviderServicer.Invoke)


def _partial(failure: PartialFailure) -> Any:
    """Return the status by which the engine learns of a resource that is there, but not as it should be."""
    detail = any_pb2.Any()
    detail.Pack(
        provider_pb2.ErrorResourceInitFailed(
            id=failure.resource_id,
            properties=PropertyValue.marshal_map(values(failure.state)),
            inputs=PropertyValue.marshal_map(values(failure.inputs)),
            reasons=[str(failure)],
        )
    )
    code: int = grpc.StatusCode.UNKNOWN.value[0]
    packed = status_pb2.Status(code=code, message=str(failure), details=[detail])
    return _Status(grpc.StatusCode.UNKNOWN, str(failure), (("grpc-status-details-bin", packed.SerializeToString()),))


class _Status(grpc.Status):  # type: ignore[misc]
    """A gRPC status with the details that the engine looks for."""

    def __init__(self, code: grpc.StatusCode, details: str, trailing_metadata: Sequence[tuple[str, bytes]]) -> None:
        self.code = code
        self.details = details
        self.trailing_metadata = trailing_metadata


class EngineLog(logging.Handler):
    """Hands log messages to the engine, which shows them to the user; it does not show the plugin's stderr."""

    def __init__(self, engine_address: str) -> None:
        super().__init__(logging.WARNING)
        self._engine = engine_pb2_grpc.EngineStub(grpc.insecure_channel(engine_address))

    def emit(self, record: logging.LogRecord) -> None:
        """Send one message; that it cannot be said is no reason to fail."""
        with contextlib.suppress(grpc.RpcError):
            message = engine_pb2.LogRequest(severity=engine_pb2.WARNING, message=record.getMessage())
            self._engine.Log(message, timeout=5)


async def _serve(engine_address: str, args: Sequence[str]) -> None:
    LOG.addHandler(EngineLog(engine_address))
    server = grpc.aio.server(options=_GRPC_CHANNEL_OPTIONS)
    servicer = Servicer(list(args), registry.VERSION, AlimigrateProvider(), engine_address=engine_address)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    # The engine reads the port from here; nothing else may be printed.
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        # Windows has no such handlers; there the engine ends the process.
        with contextlib.suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await ended.wait()
    await server.stop(None)


def main(args: Sequence[str]) -> None:
    """Serve until the engine ends us; `args` are the engine's: its address, and flags that are of no use here."""
    addresses = [argument for argument in args if not argument.startswith("-")]
    if not addresses:
        sys.exit("This is a Pulumi provider plugin; the Pulumi engine starts it.")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(addresses[0], args))
