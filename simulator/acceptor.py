"""Serve HTTP and HTTPS on one port; the first byte of a connection tells which it is.

Alibaba's own clients send some calls over TLS and others in plain text to the same host:port.
"""

import asyncio
import contextlib
import functools
import socket
import ssl
from collections.abc import Callable
from typing import cast

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

_TLS_HANDSHAKE = b"\x16"  # the record type that every TLS connection begins with, RFC 8446 section 5.1
_WITHOUT_DESCRIPTORS = 0.1  # seconds until the next try
_FAREWELL = 0.05  # seconds for clients to read their answers and close when the server stops


class Connection(H11Protocol):
    """A connection that the application can abort: `request.state.abort()`, for plain and for TLS clients."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Accept a connection; a TLS handshake is already done."""
        transport = cast(asyncio.Transport, transport)
        super().connection_made(transport)
        # uvicorn gives every request a copy of this as its `state`.
        self.app_state = {**self.app_state, "abort": transport.abort}

    def shutdown(self) -> None:
        """Close after the current request is answered."""
        # Python 3.11 cannot abort a TLS transport that was closed twice.
        if not self.transport.is_closing():
            super().shutdown()


class Server(uvicorn.Server):
    """uvicorn on a listening socket that accepts both plain and TLS clients."""

    def __init__(self, config: uvicorn.Config, listening: socket.socket, context: ssl.SSLContext) -> None:
        """Serve the application of `config` at `listening`; `context` is for the TLS clients."""
        super().__init__(config)
        self._listening = listening
        self._context = context

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept, in place of uvicorn's own listeners."""
        await super().startup(sockets=[])
        protocol = functools.partial(Connection, self.config, self.server_state, self.lifespan.state)
        self._accepting = asyncio.create_task(accept(self._listening, protocol, self._context))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting, then close every connection, whatever its client does."""
        self._accepting.cancel()
        await asyncio.wait([self._accepting])
        asyncio.get_running_loop().call_later(_FAREWELL, self._abort_connections)
        await super().shutdown(sockets)

    def _abort_connections(self) -> None:
        """Abort what is still open: TLS clients that do not answer the shutdown, and requests with a delayed answer."""
        for connection in self.server_state.connections:
            cast(Connection, connection).transport.abort()


async def accept(listening: socket.socket, protocol: Callable[[], asyncio.Protocol], context: ssl.SSLContext) -> None:
    """Accept connections until cancelled and join each to a `protocol` of its own, through TLS where it speaks that.

    A client that says nothing, or breaks off its handshake, concerns no other. What has no protocol yet when this is
    cancelled is closed.
    """
    loop = asyncio.get_running_loop()
    listening.setblocking(False)
    async with asyncio.TaskGroup() as begun:
        while True:
            try:
                connection, _ = await loop.sock_accept(listening)
            except OSError:
                # No file descriptor is free: the connection waits until others end.
                await asyncio.sleep(_WITHOUT_DESCRIPTORS)
                continue
            begun.create_task(_join(connection, protocol, context))


async def _join(connection: socket.socket, protocol: Callable[[], asyncio.Protocol], context: ssl.SSLContext) -> None:
    # What an OSError tells (a TLS one is an OSError too) is that the client went away or does not trust our CA: it
    # knows, and nobody else need.
    with contextlib.suppress(OSError):
        encrypted = await _first_byte(connection) == _TLS_HANDSHAKE
        loop = asyncio.get_running_loop()
        await loop.connect_accepted_socket(protocol, connection, ssl=context if encrypted else None)


async def _first_byte(connection: socket.socket) -> bytes:
    """Wait for the first byte without consuming it; empty if the client closes without sending one.

    Closes the connection when it fails or is cancelled.
    """
    with contextlib.ExitStack() as resources:
        resources.enter_context(connection)
        # asyncio does so only where the listening socket was made for TCP by name; without, an answer in two writes
        # waits 40 ms for the client's acknowledgement of the first.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await _readable(connection)
        first = connection.recv(1, socket.MSG_PEEK)
        resources.pop_all()
    return first


async def _readable(connection: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    arrived = asyncio.Event()
    loop.add_reader(connection, arrived.set)
    try:
        await arrived.wait()
    finally:
        loop.remove_reader(connection)
