"""HTTP and HTTPS on one port, the certificates, and what clients do that no other client may feel."""

from __future__ import annotations

import asyncio
import errno
import http.client
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import cast

import pytest
from alibabacloud_tea_openapi.models import Config  # type: ignore[import-untyped]
from cryptography import x509

from simulator.__main__ import main
from simulator.acceptor import accept
from simulator.model.estate import Estate
from simulator.server import Simulator, running
from simulator.signature import SignedRequest
from simulator.simulation import Reply
from simulator.tls import CertificateFileError, Identity, throw_away_identity, write_certificate
from tests.processes import started
from tests.simulator.conftest import SAMPLE
from tests.simulator.sdk import client_with, models

TIMEOUT = 10.0  # seconds, for what must not take so long
FIRST_OF_HANDSHAKE = b"\x16"
schemes = pytest.mark.parametrize("scheme", ["http", "https"])


@contextmanager
def _connected(simulator: Simulator, scheme: str, host: str = "127.0.0.1") -> Iterator[http.client.HTTPConnection]:
    if scheme == "http":
        connection = http.client.HTTPConnection(host, simulator.port, timeout=TIMEOUT)
    else:
        trusting = ssl.create_default_context(cadata=simulator.ca_certificate)
        connection = http.client.HTTPSConnection(host, simulator.port, timeout=TIMEOUT, context=trusting)
    with closing(connection):
        yield connection


def _status(connection: http.client.HTTPConnection, path: str = "/_simulator/requests") -> int:
    connection.request("GET", path)
    response = connection.getresponse()
    response.read()
    return response.status


@contextmanager
def _silent(port: int, sent: bytes = b"") -> Iterator[socket.socket]:
    """A client that sends this much and no more."""
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) as connection:
        connection.sendall(sent)
        yield connection


def _leave(connection: socket.socket) -> None:
    """End the way a client does that is done."""
    connection.shutdown(socket.SHUT_WR)


def _reset(connection: socket.socket) -> None:
    """End so that the other side sees a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _replying(reply: Reply) -> Callable[[SignedRequest], Reply]:
    return lambda request: reply


@schemes
def test_the_sdk_on_one_port(scheme: str, simulator: Simulator, tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    write_certificate(ca_file, simulator.ca_certificate)
    key, secret = simulator.credentials
    config = Config(
        endpoint=simulator.host, protocol=scheme, ca=str(ca_file), access_key_id=key, access_key_secret=secret
    )
    answer = client_with("ecs", config).describe_regions(models("ecs").DescribeRegionsRequest())
    assert [region.region_id for region in answer.body.regions.region] == [simulator.region]


@schemes
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_connections_are_kept_alive(scheme: str, host: str, simulator: Simulator) -> None:
    with _connected(simulator, scheme, host) as connection:
        assert _status(connection) == 200
        first = connection.sock
        assert _status(connection, "/_simulator/state") == 200
        assert connection.sock is first


def test_each_simulator_has_a_ca_of_its_own(quick: Estate) -> None:
    with running(quick) as one, running(quick) as other:
        stranger = ssl.create_default_context(cadata=one.ca_certificate)
        with _silent(other.port) as connection, pytest.raises(ssl.SSLCertVerificationError):
            stranger.wrap_socket(connection, server_hostname="127.0.0.1")


@schemes
def test_silent_clients_hold_up_neither_others_nor_the_end(
    scheme: str, quick: Estate, capfd: pytest.CaptureFixture[str]
) -> None:
    with ExitStack() as clients:
        with running(quick) as simulator:
            silent = [clients.enter_context(_silent(simulator.port, opening)) for opening in (b"", FIRST_OF_HANDSHAKE)]
            idle = clients.enter_context(_connected(simulator, scheme))
            assert _status(idle) == 200
        # What was begun and what is idle is closed, not left to its client.
        assert [connection.recv(1) for connection in (*silent, idle.sock)] == [b""] * 3
    assert capfd.readouterr().err == ""


@schemes
def test_a_client_that_keeps_a_closed_connection_does_not_hold_up_the_end(
    scheme: str, quick: Estate, capfd: pytest.CaptureFixture[str]
) -> None:
    with ExitStack() as clients, running(quick) as simulator:
        client = clients.enter_context(_connected(simulator, scheme))
        client.connect()
        client.sock.sendall(b"GET /_simulator/requests HTTP/1.1\r\nHost: cloud\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: client.sock.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert capfd.readouterr().err == ""


def test_broken_handshakes_are_nobody_elses_affair(quick: Estate, capfd: pytest.CaptureFixture[str]) -> None:
    with running(quick) as simulator:
        with _silent(simulator.port) as connection, pytest.raises(ssl.SSLCertVerificationError):
            ssl.create_default_context().wrap_socket(connection, server_hostname="127.0.0.1")
        for opening in (b"", FIRST_OF_HANDSHAKE, FIRST_OF_HANDSHAKE * 100):
            for end in (_leave, _reset):
                with _silent(simulator.port, opening) as connection:
                    end(connection)
        for scheme in ("http", "https"):
            with _connected(simulator, scheme) as client:
                assert _status(client) == 200
    assert capfd.readouterr().err == ""


@schemes
def test_a_dropped_request_gets_no_answer(
    scheme: str, quick: Estate, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with (
        running(quick) as simulator,
        _connected(simulator, scheme) as other,
        _connected(simulator, scheme) as connection,
    ):
        assert _status(other) == _status(connection) == 200
        first = other.sock
        monkeypatch.setattr(simulator.simulation, "reply", _replying(Reply(200, {}, dropped=True)))
        connection.request("POST", "/", body=b"Action=DescribeRegions")
        with pytest.raises(ConnectionError):
            connection.getresponse()
        assert _status(other) == 200
        assert other.sock is first
    assert capfd.readouterr().err == ""


@schemes
def test_a_delayed_answer_comes(scheme: str, simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulator.simulation, "reply", _replying(Reply(418, {}, delay=0.01)))
    with _connected(simulator, scheme) as connection:
        assert _status(connection, "/") == 418


@schemes
def test_the_end_does_not_wait_for_a_delayed_answer(
    scheme: str, quick: Estate, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    requested = threading.Event()

    def reply(request: SignedRequest) -> Reply:
        requested.set()
        return Reply(200, {}, delay=3600.0)

    with ExitStack() as clients:
        with running(quick) as simulator:
            monkeypatch.setattr(simulator.simulation, "reply", reply)
            connection = clients.enter_context(_connected(simulator, scheme))
            connection.request("GET", "/")
            assert requested.wait(TIMEOUT)
        with pytest.raises(ConnectionError):
            connection.getresponse()
    assert capfd.readouterr().err == ""


def test_accepting_goes_on_when_descriptors_ran_out() -> None:
    with _Scarce() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        assert asyncio.run(asyncio.wait_for(_echoed(listening), TIMEOUT)).startswith(b"here")
        assert listening.refused


def test_answers_do_not_wait_for_acknowledgements() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        assert asyncio.run(asyncio.wait_for(_echoed(listening), TIMEOUT)) == b"here, at once"


def test_certificates() -> None:
    identity = throw_away_identity()
    (ca,) = x509.load_pem_x509_certificates(identity.ca_certificate.encode())
    server = x509.load_der_x509_certificate(_shown(identity))
    server.verify_directly_issued_by(ca)
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert names.get_values_for_type(x509.IPAddress) == [IPv4Address("127.0.0.1")]
    for certificate in (ca, server):
        day = timedelta(days=1)
        now = datetime.now(UTC)
        assert certificate.not_valid_before_utc <= now - day
        assert now + 29 * day < certificate.not_valid_after_utc <= now + 30 * day
    assert "PRIVATE" not in identity.ca_certificate


def test_keys_do_not_stay_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    throw_away_identity()
    assert list(tmp_path.iterdir()) == []


def test_serve_writes_the_ca_file_before_it_says_that_it_is_ready(tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    command = [sys.executable, "-m", "simulator", "serve", "--estate", str(SAMPLE), "--ca-file", str(ca_file)]
    with started(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        host = process.stdout.readline().strip().removeprefix("http://")
        trusting = ssl.create_default_context(cafile=ca_file)
        with closing(http.client.HTTPSConnection(host, timeout=TIMEOUT, context=trusting)) as client:
            assert _status(client) == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(TIMEOUT) == 0
        lines = process.stderr.read().splitlines()
        assert (len(lines), lines[-1]) == (3, "Ctrl-C stops it."), "how to use it, and no fault"
    assert ca_file.read_text().count("-----BEGIN ") == 1
    assert "PRIVATE" not in ca_file.read_text()
    assert list(tmp_path.iterdir()) == [ca_file]


def test_serve_where_the_ca_file_cannot_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ca_file = tmp_path / "missing" / "ca.pem"
    assert main(["serve", "--estate", str(SAMPLE), "--ca-file", str(ca_file)]) == 3
    assert capsys.readouterr().err == f"The CA certificate cannot be written to {ca_file}: No such file or directory\n"


def test_a_ca_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    write_certificate(ca_file, "before")
    with ca_file.open() as reading:
        write_certificate(ca_file, "after")
        assert (reading.read(), ca_file.read_text()) == ("before", "after")
    assert list(tmp_path.iterdir()) == [ca_file]


def test_a_ca_file_that_cannot_be_replaced_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(CertificateFileError, match="taken: Is a directory"):
        write_certificate(tmp_path / "taken", "certificate")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


class _Scarce(socket.socket):
    """Refuses once for want of a descriptor."""

    refused = False

    def accept(self) -> tuple[socket.socket, object]:
        if not self.refused:
            self.refused = True
            raise OSError(errno.EMFILE, "Too many open files")
        return super().accept()


class _Echo(asyncio.Protocol):
    """Sends back what it gets, and whether its connection sends at once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        connection = self._transport.get_extra_info("socket")
        at_once = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        self._transport.write(data + (b", at once" if at_once else b", later"))
        self._transport.close()


async def _echoed(listening: socket.socket) -> bytes:
    """What a plain client gets that sends `here`."""
    accepting = asyncio.create_task(accept(listening, _Echo, throw_away_identity().context))
    reader, writer = await asyncio.open_connection(*listening.getsockname())
    writer.write(b"here")
    answer = await reader.read()
    writer.close()
    accepting.cancel()
    await asyncio.wait([accepting])
    return answer


def _shown(identity: Identity) -> bytes:
    """The certificate that a client is shown, DER, in a handshake without a network."""
    from_client, from_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    trusting = ssl.create_default_context(cadata=identity.ca_certificate)
    client = trusting.wrap_bio(from_server, from_client, server_hostname="localhost")
    server = identity.context.wrap_bio(from_client, from_server, server_side=True)
    with suppress(ssl.SSLWantReadError):
        client.do_handshake()
    with suppress(ssl.SSLWantReadError):
        server.do_handshake()
    client.do_handshake()
    shown = client.getpeercert(binary_form=True)
    assert shown is not None
    return shown
