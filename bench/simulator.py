"""How fast the simulated cloud answers at 10,000 instances, beside a bare starlette application.

`python -m bench.simulator` serves on one core and asks from another, over one connection kept open. The peer answers
the same bytes without looking at the request: the ratio is the price of signature, permission, model and JSON.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import itertools
import json
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import urlencode

import uvicorn
from rich.console import Console
from rich.table import Table
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.arguments import named_numbers
from simulator.estate_file import load
from simulator.model.estate import Estate
from simulator.server import running
from simulator.signature import rpc_text_to_sign

SAMPLE = Path("simulator/estates/sample.yaml")
INSTANCES = 10_000
ROUNDS = 5
READS = 200  # requests a round
PAGES = 20  # requests a round
KEY, SECRET = "LTAI-not-a-real-key-demo", "not-a-real-secret-demo"  # of the sample estate, false on purpose
VERSIONS = {"ecs": "2014-05-26", "vpc": "2016-04-28"}

# What is asked: one resource by its id, or a full page.
QUESTIONS: dict[str, tuple[int, str, dict[str, str]]] = {
    "DescribeInstances, one id": (READS, "ecs", {"Action": "DescribeInstances", "InstanceIds": '["i-bench-07777"]'}),
    "DescribeInstanceAttribute": (
        READS,
        "ecs",
        {"Action": "DescribeInstanceAttribute", "InstanceId": "i-bench-07777"},
    ),
    "DescribeDisks, one id": (READS, "ecs", {"Action": "DescribeDisks", "DiskIds": '["d-bench-07777"]'}),
    "DescribeSecurityGroupAttribute": (
        READS,
        "ecs",
        {"Action": "DescribeSecurityGroupAttribute", "SecurityGroupId": "sg-bp1web00000000000001"},
    ),
    "DescribeVSwitchAttributes": (
        READS,
        "vpc",
        {"Action": "DescribeVSwitchAttributes", "VSwitchId": "vsw-bp1sharedh000000001"},
    ),
    "DescribeInstances, a page of 100": (PAGES, "ecs", {"Action": "DescribeInstances", "MaxResults": "100"}),
    "DescribeInstances, page 90 of 100": (
        PAGES,
        "ecs",
        {"Action": "DescribeInstances", "PageNumber": "90", "PageSize": "100"},
    ),
    "DescribeDisks, a page of 500": (PAGES, "ecs", {"Action": "DescribeDisks", "MaxResults": "500"}),
}


def crowded(instances: int = INSTANCES) -> Estate:
    """Return the sample estate with so many instances and a disk for each."""
    estate = load(SAMPLE)
    instance, disk = estate.instances[0], estate.disks[0]
    for number in range(instances - len(estate.instances)):
        name = f"bench-{number:05}"
        address = f"10.{128 + number // 65536}.{number // 256 % 256}.{number % 256}"
        estate.instances.append(
            instance.model_copy(
                deep=True, update={"id": f"i-{name}", "name": name, "intranet_ips": [address], "public_ips": []}
            )
        )
        estate.disks.append(disk.model_copy(deep=True, update={"id": f"d-{name}", "instance_id": f"i-{name}"}))
    return estate


def serve_cloud(ready: Connection) -> None:
    """Serve the crowded estate on the first core until the other side hangs up."""
    os.sched_setaffinity(0, {0})
    with running(crowded()) as cloud:
        ready.send(cloud.port)
        _until_closed(ready)


def serve_bytes(ready: Connection) -> None:
    """Serve whatever the other side says to answer, on the first core, by a bare starlette application."""
    os.sched_setaffinity(0, {0})
    answer = b""

    async def index(request: Request) -> Response:
        await request.body()
        return Response(answer, media_type="application/json")

    async def set_answer(request: Request) -> Response:
        nonlocal answer
        answer = await request.body()
        return Response()

    app = Starlette(routes=[Route("/", index, methods=["POST"]), Route("/answer", set_answer, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", http="h11"))
    # asyncio sets TCP_NODELAY only where the socket was made for TCP by name; without, an answer waits 40 ms.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    ready.send(listening.getsockname()[1])
    server.run(sockets=[listening])


def _until_closed(ready: Connection) -> None:
    try:
        ready.recv()
    except EOFError:
        return


@contextmanager
def process(serve: Callable[[Connection], None]) -> Iterator[tuple[int, int]]:
    """Serve in a process of its own; give its port and the id of the process."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=serve, args=(theirs,), daemon=True)
    child.start()
    theirs.close()
    try:
        assert child.pid is not None
        yield int(ours.recv()), child.pid
    finally:
        ours.close()
        child.terminate()
        child.join()


def signed(product: str, parameters: dict[str, str], nonces: Iterator[int]) -> str:
    """Return the form of one request, signed in RPC style, with a nonce of its own."""
    fields = {
        **parameters,
        "Version": VERSIONS[product],
        "Format": "JSON",
        "RegionId": "cn-hangzhou",
        "AccessKeyId": KEY,
        "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0",
        "SignatureNonce": f"{os.getpid()}-{next(nonces)}",
        "Timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    text = rpc_text_to_sign("POST", list(fields.items()))
    mac = hmac.new(f"{SECRET}&".encode(), text.encode(), hashlib.sha1).digest()
    return urlencode({**fields, "Signature": base64.b64encode(mac).decode()})


def timed(port: int, forms: list[str]) -> tuple[float, bytes]:
    """Seconds for one answer, sent one after the other over one connection, and the last answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = b""
    started = time.perf_counter()
    for form in forms:
        connection.request("POST", "/", form, headers)
        response = connection.getresponse()
        answer = response.read()
        if response.status != 200:
            raise SystemExit(f"HTTP {response.status}: {answer.decode()}")
    spent = time.perf_counter() - started
    connection.close()
    return spent / len(forms), answer


def set_answer_of_peer(port: int, answer: bytes) -> None:
    """Set what the peer answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", "/answer", answer)
    connection.getresponse().read()
    connection.close()


def cpu_seconds(pid: int) -> float:
    """CPU time of a process so far, which other work on the machine changes less than the time that goes by."""
    # The clock that clock_getcpuclockid(3) names for a process of Linux.
    return time.clock_gettime(~pid << 3 | 2)


def start_seconds() -> float:
    """Seconds from the command to the line that says the sample estate is served."""
    command = [sys.executable, "-m", "simulator", "serve", "--estate", str(SAMPLE)]
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=usual_environment()) as server:
        assert server.stdout is not None
        server.stdout.readline()
        spent = time.perf_counter() - started
        server.terminate()
    return spent


def bare_start_seconds() -> float:
    """Return the peer of the start: an interpreter that imports starlette and uvicorn."""
    started = time.perf_counter()
    command = [sys.executable, "-c", "import starlette.applications, uvicorn"]
    subprocess.run(command, check=True, env=usual_environment())
    return time.perf_counter() - started


def usual_environment() -> dict[str, str]:
    """Return the environment as most people have it: without bytecode on disk every start compiles everything anew."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def main() -> None:
    """Measure and print."""
    named_numbers(__doc__)
    table = Table(title=f"Simulated cloud at {INSTANCES:,} instances, medians of {ROUNDS} rounds")
    for heading in ("question", "ms", "CPU ms", "a second", "KiB", "bare starlette ms", "ratio"):
        table.add_column(heading, justify="left" if heading == "question" else "right")
    nonces = itertools.count()
    with process(serve_cloud) as (cloud, pid), process(serve_bytes) as (peer, _):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        for name, (count, product, parameters) in QUESTIONS.items():
            ours, theirs, busy = [], [], []
            for _ in range(ROUNDS):
                forms = [signed(product, parameters, nonces) for _ in range(count)]
                before = cpu_seconds(pid)
                spent, answer = timed(cloud, forms)
                busy.append((cpu_seconds(pid) - before) / count)
                json.loads(answer)
                set_answer_of_peer(peer, answer)
                ours.append(spent)
                theirs.append(timed(peer, forms)[0])
            own, other = statistics.median(ours), statistics.median(theirs)
            table.add_row(
                name,
                f"{own * 1000:.2f}",
                f"{statistics.median(busy) * 1000:.2f}",
                f"{1 / own:.0f}",
                f"{len(answer) / 1024:.0f}",
                f"{other * 1000:.2f}",
                f"{own / other:.1f}",
            )
    start_seconds()  # the first one may have to write bytecode
    own = statistics.median(start_seconds() for _ in range(ROUNDS))
    other = statistics.median(bare_start_seconds() for _ in range(ROUNDS))
    table.add_row(
        "start with the sample estate", f"{own * 1000:.0f}", "", "", "", f"{other * 1000:.0f}", f"{own / other:.1f}"
    )
    Console().print(table)


if __name__ == "__main__":
    main()
