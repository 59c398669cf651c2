"""What the proof that nothing goes out rests on: it sees a look-up, a packet and a request to a proxy."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.e2e.isolation import isolated, why_not

CHATTY = """
import socket, urllib.request
for ask in (
    lambda: socket.getaddrinfo("business.example", 80),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"here", ("192.0.2.1", 9)),
    lambda: urllib.request.urlopen("http://business.example/"),
    lambda: socket.create_connection(("127.0.0.1", 9)),
    lambda: socket.create_connection(("127.0.0.1", 1)).recv(1),
):
    try:
        ask()
    except OSError as error:
        print(type(error).__name__)
"""


@pytest.mark.skipif(why_not() is not None, reason=f"no network of its own: {why_not()}")
def test_requests_beyond_loopback_are_seen(tmp_path: Path) -> None:
    report = isolated([sys.executable, "-c", CHATTY], os.environ, tmp_path)
    assert (report.code, report.output.split()) == (0, ["gaierror", "HTTPError", "ConnectionRefusedError"])
    assert set(report.names) == {"business.example"}
    assert report.packets == ("192.0.2.1",)
    assert report.proxied == ("GET http://business.example/ HTTP/1.1",)
    assert report.knocks == 1


@pytest.mark.skipif(why_not() is not None, reason=f"no network of its own: {why_not()}")
def test_requests_on_loopback_are_not_reported(tmp_path: Path) -> None:
    quiet = "import socket; s = socket.create_server(('127.0.0.1', 0)); socket.create_connection(s.getsockname())"
    report = isolated([sys.executable, "-c", quiet], os.environ, tmp_path)
    assert (report.code, report.names, report.packets, report.proxied, report.knocks) == (0, (), (), (), 0)
