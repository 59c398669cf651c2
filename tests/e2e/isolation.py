"""A network of its own for one command: loopback works, and whatever is asked of anything beyond it is noted.

The command runs in namespaces of the kernel with a resolver, a proxy and a default route that lead nowhere. Run as
`python -m tests.e2e.isolation REPORT COMMAND...` inside the namespaces; tests call `isolated`.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from demo.watch import watching

_NAMESPACES = ("unshare", "--map-root-user", "--net", "--mount")
_ROOT = Path(__file__).parent.parent.parent
_IPV4 = 0x0800  # ETH_P_IP
_SET_UP = """
ip link set lo up
ip link add beyond type veth peer name seen
sysctl -qw net.ipv6.conf.beyond.disable_ipv6=1 net.ipv6.conf.seen.disable_ipv6=1
ip address add 198.51.100.2/24 dev beyond
ip link set beyond up
ip link set seen up
ip neighbour add 198.51.100.1 lladdr 02:00:00:00:00:01 dev beyond
ip route add default via 198.51.100.1
"""


@dataclass(frozen=True)
class Report:
    """What a command did: its exit code and output, and what it asked of anything beyond loopback.

    `knocks` counts the connections to port 1 of loopback, where a plugin ends up that is told of no cloud.
    """

    code: int
    output: str
    names: tuple[str, ...]
    packets: tuple[str, ...]
    proxied: tuple[str, ...]
    knocks: int


@functools.cache
def why_not() -> str | None:
    """Return why no command can have a network of its own here, or None where it can."""
    for tool in ("unshare", "ip", "sysctl"):
        if shutil.which(tool) is None:
            return f"there is no {tool} on PATH"
    tried = subprocess.run([*_NAMESPACES, "true"], capture_output=True, text=True, check=False)
    return tried.stderr.strip() or "no namespaces" if tried.returncode else None


def isolated(command: Sequence[str], environ: Mapping[str, str], directory: Path) -> Report:
    """Run a command in a network of its own, in `directory`."""
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.json"
        module = [sys.executable, "-m", "tests.e2e.isolation", str(report), *command]
        done = subprocess.run(
            [*_NAMESPACES, *module],
            cwd=directory,
            env={**environ, "PYTHONPATH": str(_ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert report.exists(), done.stdout
        noted = json.loads(report.read_text(encoding="utf-8"))
        names, packets, proxied = (tuple(noted[key]) for key in ("names", "packets", "proxied"))
        return Report(done.returncode, done.stdout, names, packets, proxied, noted["knocks"])


def main(report: Path, command: Sequence[str]) -> int:
    """Set the network up, run the command and write down what was asked of it."""
    subprocess.run(["sh", "-ec", _SET_UP], check=True)
    names: list[str] = []
    packets: list[str] = []
    _resolver(names)
    _wire(packets)
    knocks: list[str] = []
    _door(knocks)
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with watching() as watch:
        done = subprocess.run(command, env={**environ, **watch.environ}, check=False)
    # The wire is read in order: once our own last packet is there, all before it are.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
        last.sendto(b"last", ("198.51.100.1", 9))
    _LAST_SEEN.wait(10)
    noted = {"names": names, "packets": packets, "proxied": watch.seen, "knocks": len(knocks)}
    report.write_text(json.dumps(noted), encoding="utf-8")
    return done.returncode


_LAST_SEEN = threading.Event()


def _resolver(names: list[str]) -> None:
    """Become the resolver of this namespace, which knows no name."""
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
        file.write("nameserver 127.0.0.1\n")
        file.flush()
        subprocess.run(["mount", "--bind", file.name, "/etc/resolv.conf"], check=True)
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))

    def serve() -> None:
        while True:
            query, client = server.recvfrom(4096)
            labels, at = [], 12
            while at < len(query) and query[at]:
                labels.append(query[at + 1 : at + 1 + query[at]].decode("latin-1"))
                at += 1 + query[at]
            names.append(".".join(labels))
            # The query as an answer: response, recursion available, NXDOMAIN, one question and no records.
            server.sendto(query[:2] + b"\x81\x83\x00\x01" + bytes(6) + query[12 : at + 5], client)

    threading.Thread(target=serve, daemon=True).start()


def _wire(packets: list[str]) -> None:
    """Note the receiver of each IPv4 packet that goes beyond loopback."""
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_IPV4))
    wire.bind(("seen", _IPV4))

    def listen() -> None:
        while True:
            frame = wire.recv(65535)
            if frame.endswith(b"last"):
                _LAST_SEEN.set()
                return
            packets.append(socket.inet_ntoa(frame[30:34]))

    threading.Thread(target=listen, daemon=True).start()


def _door(knocks: list[str]) -> None:
    """Note each connection to port 1 of loopback, and close it."""
    server = socket.create_server(("127.0.0.1", 1))

    def listen() -> None:
        while True:
            connection, client = server.accept()
            connection.close()
            knocks.append(client[0])

    threading.Thread(target=listen, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
