"""Alibaba's own provider against a cloud that throttles, fails, loses answers and lags: it makes each thing once.

Only what its resources call is hit: its data sources give up at the first refusal.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import toolchain
from simulator.estate_file import load
from simulator.server import Simulator, running
from tests.e2e.conftest import ESTATE
from tests.e2e.lifecycles import in_one, programs
from tests.e2e.test_provider import Life
from tests.provider.test_faults import cloud_is_ahead

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]

RESOURCES = ["vpc:Create*", "vpc:DescribeVpcAttribute", "vpc:DescribeVSwitchAttributes", "vpc:TagResources"]
FAULTS: dict[str, tuple[dict[str, Any], ...]] = {
    "throttled and slow": (
        {"actions": RESOURCES, "effect": "throttle", "throttle_code": "Throttling.User", "probability": 0.4},
        {"actions": RESOURCES, "effect": "slow", "seconds": 0.1},
    ),
    "unavailable": ({"actions": RESOURCES, "effect": "error", "error_code": "ServiceUnavailable", "probability": 0.4},),
    "an answer lost and a request lost": (
        {"actions": ["vpc:CreateVpc"], "effect": "drop-after", "count": 1},
        {"actions": ["vpc:CreateVSwitch"], "effect": "drop-before", "count": 1},
    ),
    "a minute behind, by a clock ten minutes off": ({"actions": RESOURCES, "effect": "stale", "seconds": 60},),
}


@contextmanager
def hurried(cloud: Simulator) -> Iterator[None]:
    """Let the cloud's time pass thirty times as fast, so that nobody waits for a minute of it."""
    done = threading.Event()

    def hurry() -> None:
        while not done.wait(0.1):
            cloud.clock.advance(3)

    thread = threading.Thread(target=hurry)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def test_networks_are_made_once_all_the_same(
    engine: toolchain.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each fault strikes an update that adds a network to those that are there."""
    [networks] = [program for program in programs() if program.name == "networks"]
    parts = [replace(networks, name=re.sub(r"\W+", "-", name)) for name in FAULTS]
    estate = load(ESTATE)
    networks.given(estate)
    with running(estate) as cloud:
        before = cloud.state()
        life = Life(engine, cloud, networks, tmp_path / "project")
        life.new_stack("made")
        for number, (name, faults) in enumerate(FAULTS.items(), 1):
            life.program = in_one(parts[:number])
            life.write_program()
            with ExitStack() as meanwhile:
                if faults[0]["effect"] == "stale":
                    cloud_is_ahead(monkeypatch, 10)
                    meanwhile.enter_context(hurried(cloud))
                for fault in faults:
                    cloud.faults.add(**fault)
                # The first one makes the stack itself, too.
                assert life.up("made") == {"create": len(networks.resources) + (number == 1)}, name
                assert all(fault["struck"] > 0 for fault in cloud.faults.all()), name
                cloud.faults.clear()
        life.no_diff("made")
        life.run("destroy", "--stack", "made", "--yes", "--skip-preview", "--refresh")
        assert cloud.state() == before
