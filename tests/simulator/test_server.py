"""The server: its command, its admin endpoints, and several side by side."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from simulator.__main__ import main
from simulator.model.estate import Estate
from simulator.server import Simulator, running
from tests.processes import started
from tests.simulator.conftest import SAMPLE
from tests.simulator.sdk import Api


def _get(url: str) -> object:
    with urllib.request.urlopen(url) as response:  # noqa: S310 - loopback
        return json.loads(response.read())


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_serve_prints_its_url_and_ends_cleanly(ending: signal.Signals) -> None:
    command = [sys.executable, "-m", "simulator", "serve", "--estate", str(SAMPLE), "--port", "0"]
    with started(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        url = process.stdout.readline().strip()
        state = _get(f"{url}/_simulator/state")
        process.send_signal(ending)
        assert (process.wait(10), process.stdout.read()) == (0, "")
        assert process.stderr.read().splitlines() == [
            "Access keys of the user demo, for the shell that calls it:",
            "  export ALICLOUD_ACCESS_KEY=LTAI-not-a-real-key-demo ALICLOUD_SECRET_KEY=not-a-real-secret-demo",
            "Ctrl-C stops it.",
        ]
    assert url.startswith("http://127.0.0.1:")
    assert isinstance(state, dict)
    assert len(state["instances"]) == 10


def test_serve_with_a_bad_estate_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("version: 2\n")
    assert main(["serve", "--estate", str(path)]) == 2
    assert f"{path}: version: " in capsys.readouterr().err


def test_serve_with_a_fault_that_could_never_strike(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "estate.yaml"
    path.write_text(f"{SAMPLE.read_text()}\nfaults: [{{actions: ['ecs:DescribeMoon'], effect: error}}]\n")
    assert main(["serve", "--estate", str(path)]) == 2
    assert capsys.readouterr().err == f"{path}: faults: ecs:DescribeMoon matches no action of the simulated cloud\n"


def test_serve_on_a_port_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
        assert main(["serve", "--estate", str(SAMPLE), "--port", str(port)]) == 1
        assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before
    message = capsys.readouterr().err
    assert message.startswith(f"Port {port} cannot be served: Address already in use")
    assert message.endswith("--port 0 takes a free one\n")


@pytest.mark.parametrize("port", ["65536", "-1", "http"])
def test_serve_on_what_is_no_port(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--estate", str(SAMPLE), f"--port={port}"]) == 2
    assert f"'{port}' is no port, expected 0 to 65,535; 0 takes a free one" in capsys.readouterr().err


def test_several_side_by_side_share_nothing(quick: Estate) -> None:
    with running(quick) as one, running(quick) as other:
        Api(one).new_vpc()
        assert (len(one.state()["vpcs"]), len(other.state()["vpcs"])) == (2, 1)
        assert one.port != other.port


def test_nothing_answers_after_the_end(quick: Estate) -> None:
    with running(quick) as simulator:
        port = simulator.port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_the_handle_has_url_endpoints_time_and_credentials(simulator: Simulator) -> None:
    assert simulator.url == f"http://{simulator.host}"
    assert set(simulator.endpoints.values()) == {simulator.host}
    assert simulator.config()["endpoints"] == simulator.endpoints
    assert simulator.now.startswith("2026-11-30T09:00:")
    assert simulator.now.endswith("+08:00")
    assert simulator.credentials == ("LTAI-not-a-real-key-demo", "not-a-real-secret-demo")
