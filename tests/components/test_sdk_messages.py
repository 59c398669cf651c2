"""The SDK's debugging messages reach the engine only where somebody asks for them."""

from __future__ import annotations

import pulumi
import pytest
from pulumi.runtime import resource, rpc, stack

from components.sdk_messages import drop_debug_messages


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
    drop_debug_messages(environ)
    # As the SDK says them: by the module.
    for module in (resource, rpc, stack):
        module.log.debug("preparing")
    assert len(messages) == (3 if shown else 0)


@pytest.mark.parametrize("level", ["info", "warn", "error"])
def test_all_others_reach_the_engine(monkeypatch: pytest.MonkeyPatch, level: str) -> None:
    monkeypatch.setattr(pulumi.log, "debug", pulumi.log.debug)
    before = getattr(pulumi.log, level)
    drop_debug_messages({})
    assert getattr(pulumi.log, level) is before
