"""One small simulated cloud a test, a session with it, and each refusal held to what a preview foresees."""

from __future__ import annotations

from typing import Any

import pytest

from estate.client import Cloud
from provider.registry import RESOURCES
from provider.resource import PartialFailure, ResourceError
from provider.values import Properties
from simulator.server import Simulator
from tests.estate import estates


@pytest.fixture
def simulator() -> Simulator:
    return estates.begun(estates.estate())


@pytest.fixture
def cloud(simulator: Simulator) -> Cloud:
    return estates.cloud(simulator)


@pytest.fixture(autouse=True)
def _refusals_are_foreseen(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a test creates or updates in the simulated cloud, a preview would have said whether it is refused."""
    if "simulator" not in request.fixturenames and "case" not in request.fixturenames:
        return
    for kind in {type(resource) for resource in RESOURCES.values()}:
        monkeypatch.setattr(kind, "create", _held_create(kind.create))
        monkeypatch.setattr(kind, "update", _held_update(kind.update))


def _foreseen(resource: Any, cloud: Cloud, inputs: Properties, resource_id: str, state: Properties) -> str | None:
    try:
        resource.foresee(lambda: cloud, inputs, resource_id, state)
    except ResourceError as refusal:
        return str(refusal)
    return None


def _held_create(create: Any) -> Any:
    def held(self: Any, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        foreseen = _foreseen(self, cloud, inputs, "", {})
        return _same(foreseen, lambda: create(self, cloud, inputs))  # type: ignore[no-any-return]

    return held


def _held_update(update: Any) -> Any:
    def held(self: Any, cloud: Cloud, resource_id: str, state: Properties, inputs: Properties) -> Properties:
        foreseen = _foreseen(self, cloud, inputs, resource_id, state)
        return _same(foreseen, lambda: update(self, cloud, resource_id, state, inputs))  # type: ignore[no-any-return]

    return held


def _same(foreseen: str | None, operation: Any) -> Any:
    refused: str | None = None
    try:
        return operation()
    except PartialFailure:
        raise
    except ResourceError as refusal:
        refused = str(refusal)
        raise
    finally:
        assert foreseen == refused, "what the preview says is what the update meets, and nothing else"
