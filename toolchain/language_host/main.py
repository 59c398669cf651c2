"""Serving: one process for one engine, gone when the engine is."""

from __future__ import annotations

import argparse
import os
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType

import grpc
from pulumi.runtime.proto import language_pb2_grpc

from toolchain.language_host.children import Children
from toolchain.language_host.service import LanguageHost

#: A running program, policy pack or plugin holds one thread, and a preview has a handful of those.
_THREADS = 32

#: The limit that the engine itself uses for a message, in bytes.
_MESSAGE_LIMIT = 400 * 1024 * 1024

_CHUNK = 4096


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; flags that the engine passes to every plugin (logging, tracing) have no use here."""
    parser = argparse.ArgumentParser(prog="pulumi-language-python", description=__doc__)
    parser.add_argument("--exec-script", type=Path, required=True, help="the SDK's pulumi-language-python-exec")
    parser.add_argument("--tracing", help=argparse.SUPPRESS)
    parser.add_argument("engine_address", nargs="?", default="", help="where the engine listens, host:port")
    known, _ = parser.parse_known_args(arguments)
    return known


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until the engine goes away or a signal says so; the port is the first line on stdout."""
    options = parse_arguments(arguments)
    children = Children()
    limits = [("grpc.max_receive_message_length", _MESSAGE_LIMIT), ("grpc.max_send_message_length", _MESSAGE_LIMIT)]
    server = grpc.server(ThreadPoolExecutor(max_workers=_THREADS), options=limits)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(
        LanguageHost(options.engine_address, options.exec_script, children), server
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    _wait_for_the_end()
    children.end_all()
    server.stop(grace=None).wait()
    return 0


def _wait_for_the_end() -> None:
    """Return on SIGINT, on SIGTERM, or when stdin ends: the engine holds its other end for as long as it lives."""
    over = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        over.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)

    def read_to_the_end() -> None:
        while os.read(0, _CHUNK):
            pass
        over.set()

    threading.Thread(target=read_to_the_end, daemon=True).start()
    over.wait()
