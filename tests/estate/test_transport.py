"""What a person reads where no answer comes: each cause as what it is, and what to do about it."""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any

import pytest
import requests
import urllib3.util.connection

from estate.errors import CredentialsError, LastinglyUnreachable, Unreachable
from estate.transport import NoAnswerError, Session
from simulator.tls import throw_away_identity
from tests.estate.stub import serving

NAME = "ecs.cloud.test"
PASSWORD = "pa55"  # noqa: S105 - of no proxy


@pytest.fixture(autouse=True)
def nothing_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name of the cloud is this machine, no other name is known, and no variable of the machine counts."""
    look_up = socket.getaddrinfo

    def on_loopback(host: Any, *args: Any, **options: Any) -> Any:
        if str(host).endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return look_up("127.0.0.1" if str(host).endswith(NAME) else host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", on_loopback)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def listening(answer: bytes | None, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serve what answers everything with these bytes, or never; yields its port."""
    over = threading.Event()

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            if answer is None:
                over.wait(10)
                return
            try:
                connection = context.wrap_socket(self.request, server_side=True) if context else self.request
                connection.recv(65536)
                connection.sendall(answer)
            except ssl.SSLError:
                return  # the client does not trust it

    class Server(ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            over.set()
            server.shutdown()
            thread.join()


Case = tuple[str, str, dict[str, str]]
"""What listens at the endpoint, the scheme, and the environment; `{tmp}` and `{closed}` are put in."""

CASES: dict[str, tuple[Case, tuple[str, ...], bool]] = {
    "no file of certificates": (
        ("tls", "HTTPS", {"SSL_CERT_FILE": "{tmp}/none.pem"}),
        ("SSL_CERT_FILE names {tmp}/none.pem, which does not exist. Name a file of certificates in PEM form",),
        False,
    ),
    "no certificate in the file": (
        ("tls", "HTTPS", {"SSL_CERT_FILE": "{tmp}/empty.pem"}),
        ("SSL_CERT_FILE names {tmp}/empty.pem, which holds no certificate. Name a file",),
        False,
    ),
    "a certificate that is not trusted": (
        ("tls", "HTTPS", {}),
        ("its certificate is not trusted (", "Set SSL_CERT_FILE to a file with the certificate authority"),
        False,
    ),
    "a certificate of another host": (
        ("tls", "HTTPS", {"SSL_CERT_FILE": "{tmp}/ca.pem"}),
        (f"not trusted (Hostname mismatch, certificate is not valid for '{NAME}'.). Check the host in",),
        False,
    ),
    "a SOCKS proxy": (
        ("nothing", "HTTPS", {"HTTPS_PROXY": f"socks5://me:{PASSWORD}@127.0.0.1:1080"}),
        (
            "the proxy that HTTPS_PROXY names cannot be used, since its scheme is socks5.",
            "Expected HTTPS_PROXY to be http://HOST:PORT or https://HOST:PORT; SOCKS is not supported.",
        ),
        False,
    ),
    "a proxy that is no URL": (
        ("nothing", "HTTP", {"HTTP_PROXY": f"http://me:{PASSWORD}@[::1"}),
        ("the proxy that HTTP_PROXY names cannot be used, since it cannot be read. Expected HTTP_PROXY to",),
        False,
    ),
    "a proxy whose port is a word": (
        ("nothing", "HTTP", {"http_proxy": f"http://me:{PASSWORD}@127.0.0.1:port"}),
        ("the proxy that http_proxy names cannot be used, since it cannot be read.",),
        False,
    ),
    "a proxy without a host": (
        ("nothing", "HTTPS", {"HTTPS_PROXY": "http://"}),
        ("the proxy that HTTPS_PROXY names cannot be used, since it names no host.",),
        False,
    ),
    "a proxy where nothing listens": (
        ("nothing", "HTTPS", {"HTTPS_PROXY": f"http://me:{PASSWORD}@127.0.0.1:{{closed}}"}),
        ("the proxy that HTTPS_PROXY names: the connection was refused. Nothing listens there. Check HTTPS_PROXY",),
        False,
    ),
    "a proxy that nobody knows": (
        ("nothing", "HTTPS", {"HTTPS_PROXY": f"http://me:{PASSWORD}@proxy.invalid:3128"}),
        ("the name of the proxy that HTTPS_PROXY names cannot be resolved. Check DNS. Check HTTPS_PROXY",),
        False,
    ),
    "a proxy that asks who calls": (
        ("nothing", "HTTPS", {"HTTPS_PROXY": "http://127.0.0.1:{refusing}"}),
        ("the proxy refuses the connection (407 Proxy Authentication Required). Check HTTPS_PROXY, and whether",),
        False,
    ),
    "a name that nobody knows": (
        ("nobody", "HTTPS", {}),
        ("its name cannot be resolved. Check DNS.", "the region, and the key alicloud:endpoints."),
        False,
    ),
    "a port where nothing listens": (
        ("nothing", "HTTP", {}),
        ("the connection was refused. Nothing listens there.", "alicloud:endpoints."),
        False,
    ),
    "a port that speaks no TLS": (
        ("plain", "HTTPS", {}),
        ("what listens there does not speak TLS. Check the port in alicloud:endpoints, and the key",),
        False,
    ),
    "a connection that is cut": (
        ("cut", "HTTP", {}),
        ("the connection was cut. Run it again; if it stays so, check the network",),
        True,
    ),
}


@pytest.mark.parametrize(("case", "words", "sent"), CASES.values(), ids=CASES)
@pytest.mark.parametrize("action", ["ecs:DescribeZones", "oss:ListBuckets"])
def test_each_cause_reads_as_what_it_is(
    case: Case, words: tuple[str, ...], sent: bool, action: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, scheme, environ = case
    identity = throw_away_identity()
    (tmp_path / "empty.pem").write_text("nothing\n")
    (tmp_path / "ca.pem").write_text(identity.ca_certificate)
    with ExitStack() as stack:
        stub = stack.enter_context(serving())
        ports = {
            "nothing": closed_port(),
            "tls": stack.enter_context(listening(b"HTTP/1.1 200 OK\r\n\r\n", identity.context)),
            "plain": stack.enter_context(listening(b"HTTP/1.1 400 Bad Request\r\n\r\n")),
            "cut": stack.enter_context(listening(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{")),
            "refusing": stack.enter_context(listening(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")),
        }
        for name, value in environ.items():
            monkeypatch.setenv(name, _filled(value, tmp_path, ports))
        host = "nobody.invalid" if there == "nobody" else f"{NAME}:{ports[there]}"
        cloud = stub.cloud(protocol=scheme, endpoints={"ecs": host, "oss": host})
        with pytest.raises(Unreachable) as caught:
            cloud.call(action)
    text = str(caught.value)
    for part in words:
        assert _filled(part, tmp_path, ports) in text
    assert f" to {action}: " in text
    assert PASSWORD not in text
    assert caught.value.sent is sent
    if isinstance(caught.value, LastinglyUnreachable):
        assert stub.slept == []


def _filled(text: str, directory: Path, ports: dict[str, int]) -> str:
    text = text.replace("{tmp}", str(directory)).replace("{closed}", str(ports["nothing"]))
    return text.replace("{refusing}", str(ports["refusing"]))


def _no_answer_from(port: int) -> NoAnswerError:
    request = requests.Request("POST", f"http://127.0.0.1:{port}/").prepare()
    with pytest.raises(NoAnswerError) as caught:
        Session().send(request, timeout=(0.05, 0.05))
    return caught.value


def test_an_answer_that_takes_too_long_was_perhaps_acted_on() -> None:
    with listening(None) as port:
        error = _no_answer_from(port)
    assert str(error) == "no answer within 0.05 s"
    assert error.sent
    assert not error.lasting


def test_a_connection_that_takes_too_long_was_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_long(*_: object, **__: object) -> None:
        raise TimeoutError("timed out")

    monkeypatch.setattr(urllib3.util.connection, "create_connection", too_long)
    error = _no_answer_from(1)
    assert str(error) == "no connection within 0.05 s"
    assert not error.sent


@pytest.mark.parametrize("number", [101, 113])
def test_a_network_without_a_way_is_reported_in_the_words_of_the_system(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_way(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(urllib3.util.connection, "create_connection", no_way)
    error = _no_answer_from(1)
    assert str(error) == f"no connection can be made ({os.strerror(number)})"
    assert not error.sent


def test_a_file_of_certificates_does_not_matter_in_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/none.pem")
    with serving() as stub:
        stub.answers("DescribeZones", (200, {"RequestId": "REQ-0", "Zones": {"Zone": []}}))
        stub.cloud().call("ecs:DescribeZones", region_id="cn-hangzhou")


def test_an_unreachable_credentials_uri_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    port = closed_port()
    with serving() as stub:
        keys = {"accessKey": None, "secretKey": None, "securityToken": None}
        cloud = stub.cloud(**keys, credentialsUri=f"http://127.0.0.1:{port}/credentials")
        with pytest.raises(CredentialsError, match="the connection was refused"):
            cloud.call("ecs:DescribeZones")
