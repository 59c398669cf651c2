"""Each RAM action that a resource needs taken away in turn after the move, and at a destroy, on the real engine.

Each case begins from one saved cloud and state. What needs the action fails and names it, with the RequestId where the
cloud gave one; what does not comes to the same end as an undisturbed run. Where it failed half-way, the same command
with nothing taken away comes to that end too. `compare` is one case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from typing import Any, Final, NamedTuple

from bench.small import (
    Saved,
    called,
    cleaning_up,
    cleaning_up_without_binding,
    configure,
    difference,
    errors_of,
    is_write,
    move,
    plain,
    shape,
    small_stack,
    without_hybrid_access,
)
from bench.verdict.permissions import act_as, actions_of, add_users, user_without
from components.public_address import PublicAddress
from components.ram import COMPONENTS
from demo.project import REPOSITORY
from tests.e2e.conftest import Stack

_RAM: Final = REPOSITORY / "docs/ram"
# What Alibaba's SDKs and the alicloud provider print of a refusal.
_REQUEST_ID: Final = re.compile(r"Request ?Id\"?:?\s*\"?[0-9A-F-]{8,}", re.IGNORECASE)
# What a case leaves behind until this process ends: clouds and directories.
_LEFT: Final = ExitStack()


class _Time(NamedTuple):
    """When actions are taken away: the command, the RAM document of its caller, and the components that need them."""

    command: str
    document: str
    moved: bool
    components: Sequence[type[Any]] = COMPONENTS


TIMES: Final[Mapping[str, _Time]] = {
    # What else it calls is the reading of the estate, as in a preview, each action of which `permissions` takes away.
    "up-after-move": _Time("up", "up.json", moved=True),
    # Of the move's stack, where its server gets its EIP back.
    "eip-back": _Time("up", "cleanup.json", moved=True, components=[PublicAddress]),
    "destroy": _Time("destroy", "cleanup.json", moved=False),
}


class _Begin(NamedTuple):
    """Where each case of a time begins, what an undisturbed run calls from there, and what it comes to."""

    stack: Stack
    saved: Saved
    start: Mapping[str, Any]
    called: frozenset[str]
    end: Mapping[str, Any]


def compare(time: str, seed: int) -> tuple[Mapping[str, int], list[str]]:
    """Take one action away from whoever runs Pulumi, and give it back where the run failed half-way."""
    action = cases(time)[seed % len(cases(time))]
    begin = _begin(time)
    if action not in begin.called:
        return {"not called then": 1}, []
    command, stack = TIMES[time].command, begin.stack
    begin.saved.restore(stack)
    act_as(stack, user_without(action))
    failed = plain(stack, command) != 0
    problems = _refusal_problems(stack, action) if failed else []
    if not failed and is_write(action):
        problems.append(f"the {command} succeeded")
    found: Mapping[str, Any] = shape(stack)
    ending = "ended well without it"
    if failed and found == begin.start:
        # What would be repeated is the undisturbed run.
        found, ending = begin.end, "failed before it changed anything"
    elif failed:
        ending = "failed half-way, and ended well with it"
        act_as(stack, user_without(""))
        if plain(stack, command):
            problems.append(f"given back, the second {command} says {errors_of(stack)}")
        found = shape(stack)
    if found != begin.end:
        problems.append(f"cloud or state differs: {difference(begin.end, found)}")
    return {ending: 1}, [f"{time} without {action}: {problem}" for problem in problems]


@cache
def cases(time: str) -> list[str]:
    """Return the actions that are taken away at a time."""
    needed = {action for component in TIMES[time].components for action in component.ram_actions}
    return [action for action in actions_of(_RAM / TIMES[time].document) if action in needed]


def _refusal_problems(stack: Stack, action: str) -> list[str]:
    """Return what the output of a failed run lacks."""
    problems = []
    if action.partition(":")[2] not in stack.output:
        problems.append(f"what is printed does not name it: {errors_of(stack)}")
    if not _REQUEST_ID.search(stack.output):
        problems.append(f"what is printed has no RequestId: {errors_of(stack)}")
    return problems


@cache
def _begin(name: str) -> _Begin:
    """Bring a stack to where the cases of a time begin, and run from there with nothing taken away."""
    time = TIMES[name]
    bend = cleaning_up if time.moved else without_hybrid_access
    stack = _LEFT.enter_context(small_stack(bend, lambda estate: add_users(estate, _RAM / time.document)))
    _succeed(stack, "up")
    if time.moved:
        move(stack)
    if name == "eip-back":
        _succeed(stack, "up")
        configure(stack, cleaning_up_without_binding)
    saved, start, since = Saved(stack), shape(stack), len(stack.cloud.requests())
    act_as(stack, user_without(""))
    _succeed(stack, time.command)
    return _Begin(stack, saved, start, frozenset(called(stack.cloud, since)), shape(stack))


def _succeed(stack: Stack, command: str) -> None:
    assert plain(stack, command) == 0, errors_of(stack)
