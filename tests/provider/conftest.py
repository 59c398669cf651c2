"""One small simulated cloud a test, and a session with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from estate.client import Cloud
from simulator.server import Simulator, running
from tests.estate import estates


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with running(estates.estate()) as served:
        yield served


@pytest.fixture
def cloud(simulator: Simulator) -> Cloud:
    return estates.cloud(simulator)
