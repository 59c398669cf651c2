"""The SDK does no more than the program needs: it tells no debugging messages, and does not stay without a reason."""

from __future__ import annotations

import asyncio

import pulumi
import pytest
from pulumi.runtime import resource, rpc, settings, stack
from pulumi.runtime.settings import SETTINGS

from components.sdk import trim_sdk


@pytest.fixture(autouse=True)
def as_the_sdk_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put back afterwards what is replaced."""
    monkeypatch.setattr(pulumi.log, "debug", pulumi.log.debug)
    monkeypatch.setattr(stack, "_wait_for_shutdown", stack._wait_for_shutdown)


@pytest.mark.parametrize(
    ("environ", "shown"),
    [
        ({}, False),
        ({"PULUMI_OPTION_DEBUG": "false"}, False),
        ({"PULUMI_OPTION_DEBUG": "true"}, True),
        ({"PULUMI_OPTION_DEBUG": "1"}, True),
    ],
)
def test_they_are_dropped_unless_asked_for(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], shown: bool
) -> None:
    messages: list[str] = []
    monkeypatch.setattr(pulumi.log, "debug", messages.append)
    trim_sdk(environ)
    # As the SDK says them: by the module.
    for module in (resource, rpc, stack):
        module.log.debug("preparing")
    assert len(messages) == (3 if shown else 0)


@pytest.mark.parametrize("level", ["info", "warn", "error"])
def test_all_others_reach_the_engine(level: str) -> None:
    before = getattr(pulumi.log, level)
    trim_sdk({})
    assert getattr(pulumi.log, level) is before


@pytest.mark.parametrize("calls_back", [False, True])
def test_the_program_stays_only_for_what_may_still_be_called(monkeypatch: pytest.MonkeyPatch, calls_back: bool) -> None:
    waited: list[bool] = []

    async def wait() -> None:
        waited.append(True)

    async def program() -> None:
        if calls_back:
            # As the SDK registers a hook: what a task sets is not seen outside of it.
            await asyncio.create_task(settings._get_callbacks())
            assert SETTINGS.callbacks is None
        try:
            await stack._wait_for_shutdown()
        finally:
            await settings._shutdown_callbacks()  # type: ignore[no-untyped-call]

    monkeypatch.setattr(stack, "_wait_for_shutdown", wait)
    monkeypatch.setattr(SETTINGS, "monitor", object())
    trim_sdk({})
    asyncio.run(program())
    assert waited == [True] * calls_back
