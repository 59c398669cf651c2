"""A simulated cloud for each test, spoken to through the official typed SDKs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.api.table import registry
from simulator.estate_file import load
from simulator.model.estate import Estate
from simulator.server import Simulator, running
from simulator.signature import SignedRequest
from simulator.simulation import Reply, Simulation
from tests.simulator.api.examples import examples
from tests.simulator.sdk import Api, misfits, models

SAMPLE = Path("simulator/estates/sample.yaml")


@pytest.fixture(scope="session")
def sample() -> Estate:
    """The sample estate; a simulator copies it, so no test changes it."""
    return load(SAMPLE)


@pytest.fixture(autouse=True)
def _every_answer_fits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test is about: each answer in it has only fields that the official SDK knows, of their types."""
    misfits: list[str] = []
    reply_to = Simulation.reply

    def checked(simulation: Simulation, request: SignedRequest) -> Reply:
        reply = reply_to(simulation, request)
        misfits.extend(_misfits(request, reply))
        return reply

    monkeypatch.setattr(Simulation, "reply", checked)
    yield
    assert misfits == []


def _misfits(request: SignedRequest, reply: Reply) -> Iterator[str]:
    parameters = dict([*request.query, *request.form])
    action = registry().find(
        request.headers.get("x-acs-version") or parameters.get("Version", ""),
        request.headers.get("x-acs-action") or parameters.get("Action", ""),
    )
    # No typed SDK exists for the Location service; what OSS answers is XML.
    if reply.status != 200 or action is None or action.product.code in ("location", "oss", "kms", "ram"):
        return
    beyond = examples()[action.permission].beyond
    body = getattr(models(action.product.code), f"{action.name}ResponseBody")
    for misfit in misfits(body, reply.body):
        if re.sub(r"\[\d+\]", "", misfit.partition(":")[0]) not in beyond:
            yield f"{action.permission}{misfit}"


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
def served(sample: Estate) -> Iterator[Simulator]:
    """One server for all tests of a worker: starting and stopping one takes longer than most tests."""
    with running(sample) as started:
        yield started


@pytest.fixture
def simulator(served: Simulator, quick: Estate) -> Simulator:
    """A running simulator that begins anew with the quick sample estate."""
    served.simulation.reset(quick)
    return served


@pytest.fixture
def api(simulator: Simulator) -> Api:
    """The OpenAPI as user `demo`."""
    return Api(simulator)


@pytest.fixture
def blind(simulator: Simulator) -> Api:
    """The OpenAPI as user `blind`, who may not call DescribeInstances nor anything of RDS."""
    return Api(simulator, "blind")
