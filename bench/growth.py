"""How the parts of a run grow from 1,000 to 10,000 instances, without the engine: CPU seconds in processes of its own.

`python -m bench.growth [SMALL LARGE]` reads a simulated region, and plans, converts and judges an estate in the
proportions of `bench.estates`. The bound is eleven times for ten times the instances.
"""

from __future__ import annotations

import gc
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.arguments import named_numbers
from bench.estates import config_of, estate_of
from bench.pack import judged, keep
from bench.question import question_of
from bench.rates import proportioned
from bench.simulator import KEY, SECRET, process
from components.arguments import conversion_context
from components.config import parse
from components.conversion import convert
from components.facts import instance_facts, migration_facts
from components.plan import make_plan
from demo.project import REPOSITORY
from estate.client import Cloud
from estate.live import read_estate
from estate.settings import CloudSettings
from simulator.server import SERVICES, running

SIZES: Final = (1_000, 10_000)
BOUND: Final = 11


def main() -> None:
    """Measure both sizes, show a table, and keep it with the machine's description."""
    small, large = named_numbers(__doc__, small=SIZES[0], large=SIZES[1])
    gc.disable()  # as the program does
    _parts(10)  # what is imported, compiled or made at first use is no growth
    found = {size: _parts(size) for size in (small, large)}
    rows: list[dict[str, object]] = [
        {
            "part": part,
            f"{small}": round(seconds, 2),
            f"{large}": round(found[large][part], 2),
            "times": round(found[large][part] / seconds, 1),
        }
        for part, seconds in found[small].items()
    ]
    keep("growth", f"at most {BOUND} times for ten times the instances", rows)
    table = Table(*rows[0])
    for row in rows:
        table.add_row(*map(str, row.values()))
    Console().print(table)


def _parts(size: int) -> dict[str, float]:
    """Return the CPU seconds of each part."""
    found: dict[str, float] = {"read": _reading(size)}
    estate, config = estate_of(size), parse(config_of(estate_of(size)), "Pulumi.bench.yaml")
    plan = make_plan(config, estate, "Pulumi.bench.yaml")
    found["plan"] = _best(lambda: make_plan(config, estate, "Pulumi.bench.yaml"))
    found["facts"] = _best(lambda: (migration_facts(plan), [instance_facts(item, plan) for item in plan.instances]))
    found["conversion"] = _best(lambda: convert(plan.groups.to_clone, conversion_context(plan)))
    with tempfile.TemporaryDirectory() as directory:
        question = Path(directory) / "question"
        question.write_bytes(question_of(size).SerializeToString())
        found["rules and result"], _ = judged(REPOSITORY, question, 1)
    return found


def _best(work: Callable[[], object]) -> float:
    """Return what short work takes where the least else runs beside it."""
    return min(_seconds(work) for _ in range(3))


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _reading(size: int) -> float:
    """Return what the reader takes; the region is served by another process."""
    with process(partial(serve, size)) as (port, _):
        config = {
            "region": "cn-hangzhou",
            "protocol": "HTTP",
            "accountType": "Domestic",
            "skipRegionValidation": True,
            "endpoints": dict.fromkeys(SERVICES, f"127.0.0.1:{port}"),
            "accessKey": KEY,
            "secretKey": SECRET,
        }
        return _seconds(lambda: read_estate(Cloud(CloudSettings.from_config(config, {})), datetime.now(UTC)))


def serve(size: int, ready: Connection) -> None:
    """Serve a region until the other side hangs up."""
    with running(proportioned(size)) as cloud:
        ready.send(cloud.port)
        try:
            ready.recv()
        except EOFError:
            return


if __name__ == "__main__":
    main()
