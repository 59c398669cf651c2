"""A proxy on loopback that blocks and records every request: the proof that nothing leaves the machine."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

_REFUSAL = (
    b"HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nNothing leaves this machine.\n"
)
_LOOPBACK = "127.0.0.1,localhost"


class Watch:
    """The requests that reached the proxy at `url`: the first line of each, oldest first."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.seen: list[str] = []

    @property
    def environ(self) -> Mapping[str, str]:
        """Return the variables that send all but loopback traffic through this proxy, in both spellings."""
        upper = {"HTTP_PROXY": self.url, "HTTPS_PROXY": self.url, "NO_PROXY": _LOOPBACK}
        return upper | {name.lower(): value for name, value in upper.items()}


@contextmanager
def watching() -> Iterator[Watch]:
    """Serve a watch for the time of a with block."""

    class Handler(socketserver.StreamRequestHandler):
        timeout = 5

        def handle(self) -> None:
            try:
                line = self.rfile.readline(4096)
                self.wfile.write(_REFUSAL)
            except OSError:
                return
            if line:
                watch.seen.append(line.decode("latin-1").strip())

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        watch = Watch(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield watch
        finally:
            server.shutdown()
            thread.join()
