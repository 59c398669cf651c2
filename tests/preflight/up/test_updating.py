"""How far an update came is known whatever ends it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from pulumi.automation import events

from preflight.interruption import Interrupted
from preflight.previewing import Request, RunLog
from preflight.up.updating import Done, update
from tests.preflight.stepped import event

VPC = "urn:pulumi:test::p::alicloud:vpc/network:Network::shop"
COMPONENT = "urn:pulumi:test::p::classic-to-vpc:index:Migration::migration"


def step_event(op: str, urn: str = VPC, **more: Any) -> events.EngineEvent:
    content = event(op, urn, {"inputs": {}, "outputs": {}})
    content["resOutputsEvent"] |= more
    return events.EngineEvent.from_json({"sequence": 1, "timestamp": 1, **content})


def test_only_finished_operations_on_resources_are_counted() -> None:
    done = Done()
    assert done.summary == "nothing"
    for op in ("create", "create", "update", "same", "refresh", "read", "create-replacement", "delete-replaced"):
        done.hear(step_event(op))
    done.hear(step_event("create", COMPONENT))
    done.hear(step_event("delete", planning=True))
    assert done.summary == "2 created, 1 replaced, 1 updated"


class Engine:
    """Stands for the engine: says what it did, and is told to end."""

    def __init__(self, *sent_events: events.EngineEvent) -> None:
        self.sent_events = sent_events
        self.given: dict[str, Any] = {}

    def up(self, **given: Any) -> None:
        self.given = given
        for item in self.sent_events:
            given["on_event"](item)
        raise Interrupted(2)


class Stack:
    def __init__(self, engine: Engine) -> None:
        self.handle = engine


@pytest.mark.parametrize(
    ("sent_events", "left"),
    [
        ((), "nothing was changed in the cloud"),
        ((step_event("refresh"), step_event("same")), "nothing was changed in the cloud"),
        ((step_event("create"),), "done before, of what was shown: 1 created; preflight up goes on from there"),
    ],
    ids=["at once", "while it looks", "while it writes"],
)
def test_an_interrupted_update_reports_what_was_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sent_events: tuple[events.EngineEvent, ...], left: str
) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ))
    engine = Engine(*sent_events)
    request, heard = Request(tmp_path / "updated.json", tmp_path), RunLog(lambda _: None, str)
    with pytest.raises(Interrupted) as interrupted:
        update(Stack(engine), tmp_path / "plan.json", request, heard, Done())  # type: ignore[arg-type]
    assert (interrupted.value.number, interrupted.value.left) == (2, left)
    assert engine.given["plan"] == str(tmp_path / "plan.json")
    assert engine.given["refresh"] is True
