"""A simulated cloud for each test, spoken to through the official typed SDKs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.estate_file import load
from simulator.model.estate import Estate
from simulator.server import Simulator, running
from tests.simulator.sdk import Api

SAMPLE = Path("simulator/estates/sample.yaml")


@pytest.fixture(scope="session")
def sample() -> Estate:
    """The sample estate; a simulator copies it, so no test changes it."""
    return load(SAMPLE)


@pytest.fixture
def quick(sample: Estate) -> Estate:
    """The sample estate where state changes take 20 ms."""
    estate = sample.model_copy(deep=True)
    estate.timings.vpc = estate.timings.vswitch = estate.timings.snapshot = 0.02
    estate.timings.disk = estate.timings.instance = estate.timings.network_interface = 0.02
    estate.timings.eip = estate.timings.route = 0.02
    estate.timings.database = 0.02
    return estate


@pytest.fixture(scope="session")
def _served(sample: Estate) -> Iterator[Simulator]:
    """One server for all tests of a worker: starting and stopping one takes longer than most tests."""
    with running(sample) as started:
        yield started


@pytest.fixture
def simulator(_served: Simulator, quick: Estate) -> Simulator:
    """A running simulator that begins anew with the quick sample estate."""
    _served.simulation.reset(quick)
    return _served


@pytest.fixture
def api(simulator: Simulator) -> Api:
    """The OpenAPI as user `demo`."""
    return Api(simulator)


@pytest.fixture
def blind(simulator: Simulator) -> Api:
    """The OpenAPI as user `blind`, who may not call DescribeInstances nor anything of RDS."""
    return Api(simulator, "blind")
