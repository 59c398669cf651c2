"""What a stack reads of its own outputs, while the engine may be writing them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pulumi
import pytest

from components import stack_outputs

CUT_SHORT = "invoke of pulumi:pulumi:readStackOutputs failed: failed to load checkpoint: EOF"


def answering(monkeypatch: pytest.MonkeyPatch, *answers: Any) -> list[str]:
    """Lets the engine answer so; returns what it was asked for."""
    asked: list[str] = []
    script = list(answers)

    def invoke(token: str, props: dict[str, str]) -> Any:
        asked.append(f"{token} {props['name']}")
        answer = script.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(value={"outputs": answer})

    monkeypatch.setattr(pulumi.runtime, "invoke", invoke)
    monkeypatch.setattr(stack_outputs, "_PAUSE_SECONDS", 0)
    return asked


def test_a_state_that_is_being_written_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering(monkeypatch, Exception(CUT_SHORT), Exception(CUT_SHORT), {"vpcId": "vpc-1"})
    assert stack_outputs.read_outputs("me/project/dev") == {"vpcId": "vpc-1"}
    assert asked == ["pulumi:pulumi:readStackOutputs me/project/dev"] * 3


def test_a_state_that_stays_cut_short_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering(monkeypatch, *[Exception(CUT_SHORT)] * 50)
    with pytest.raises(Exception, match="failed to load checkpoint"):
        stack_outputs.read_outputs("me/project/dev")
    assert len(asked) == 20


def test_any_other_answer_of_the_engine_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering(monkeypatch, Exception("no such stack"))
    with pytest.raises(Exception, match="no such stack"):
        stack_outputs.read_outputs("me/project/other")
    assert len(asked) == 1
