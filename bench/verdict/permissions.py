"""Each RAM action of docs/ram taken away in turn, on the real engine: no verdict is READY where a step needs it.

Before the first `up` and after it a preview is made without each reading action, and the first `up` without each
writing one. What fails or is not known names the action. `compare` is one case.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

import toolchain
from demo.project import REPOSITORY
from policies.results import findings
from simulator.estate_file import load
from simulator.model.estate import Estate
from simulator.model.ram import Policy, User
from simulator.server import running
from tests.e2e.conftest import ESTATE, Stack

_UP: Final = REPOSITORY / "docs/ram/up.json"
_READING: Final = ("Describe", "Get", "List")
# STS answers the first whatever RAM allows (STS reference, GetCallerIdentity). The second matters to instances that
# keep their addresses, the third to VSwitches with a network ACL, and the sample has neither.
_FREE: Final = frozenset({"sts:GetCallerIdentity", "vpc:DescribeHaVips", "vpc:DescribeNetworkAclAttributes"})
_READY: Final = ("READY", "READY WITH CONDITIONS")
_TIMES: Final = ("preview before the first up", "first up", "preview after it")
# What a case leaves behind until this process ends: clouds and directories.
_LEFT: Final = ExitStack()


def compare(seed: int) -> tuple[Mapping[str, int], list[str]]:
    """Take one action away from whoever runs Pulumi; what must not be is a verdict that is READY all the same."""
    time, action = cases()[seed % len(cases())]
    if time == "first up":
        if action not in _written():
            return {"actions that the first up of this stack does not need": 1}, []
        stack = _new_stack()
        code = _run(stack, action, "up", "--yes", "--skip-preview")
    else:
        if action not in _actions_of(time):
            return {"actions that a preview does not need then": 1}, []
        stack = _unapplied() if time == _TIMES[0] else _applied()
        code = _run(stack, action, "preview")
    problems = _problems(stack, code, action, applying=time == "first up")
    return {f"{time}: refused or not READY": 1}, [f"{time} without {action}: {problem}" for problem in problems]


@cache
def cases() -> list[tuple[str, str]]:
    """Return when, and without which action."""
    found = []
    for action in actions_of(_UP):
        reading = action.partition(":")[2].startswith(_READING)
        found += [(time, action) for time in _TIMES if reading != (time == "first up")]
    return sorted(found)


def _problems(stack: Stack, code: int, action: str, *, applying: bool) -> list[str]:
    problems = []
    if action.partition(":")[2] not in stack.output:
        problems.append("what is printed does not name it")
    if applying:
        return [*problems, *([] if code else ["the update succeeded"])]
    # On a simulated cloud every verdict is a rehearsal; without a file nothing was judged.
    judged = stack.result()["judgement"] if stack.project.result_file.exists() else {}
    readiness = judged.get("hypothetical")
    if readiness in _READY and not _unknown(stack.result(), action):
        problems.append(f"the verdict is {readiness}, exit {code}")
    return problems


def _unknown(result: Mapping[str, Any], action: str) -> bool:
    """Whether a finding says that it is not known, for want of the action."""
    return any(item["outcome"] == "UNKNOWN" and action in item["reason"] for item in findings(result))


@cache
def actions_of(file: Path) -> tuple[str, ...]:
    """Return the actions of a RAM document that may be missing."""
    document = json.loads(file.read_text(encoding="utf-8"))
    actions = {action for statement in document["Statement"] for action in statement["Action"]}
    return tuple(sorted(actions - _FREE))


def add_users(estate: Estate, file: Path) -> None:
    """Add a user for each action of a RAM document, who may do all others of it, and one who may do all."""
    for number, action in enumerate(("", *actions_of(file))):
        document = json.loads(file.read_text(encoding="utf-8"))
        for statement in document["Statement"]:
            statement["Action"] = [item for item in statement["Action"] if item != action]
        user = User(
            name=user_without(action),
            user_id=f"3{number:017}",
            access_key_id=f"LTAI-not-a-real-key-{number}",
            access_key_secret=SecretStr(f"not-a-real-secret-{number}"),
            policies=[Policy.model_validate(document)],
        )
        estate.users.append(user)


def user_without(action: str) -> str:
    """Return the name of the user who may not do an action; of the one who may do all for the empty text."""
    return f"without-{action.replace(':', '-')}"


def act_as(stack: Stack, user: str) -> None:
    """Give Pulumi the keys of a user from now on."""
    key, secret = stack.cloud.credentials_of(user)
    stack.project.environ |= {"ALICLOUD_ACCESS_KEY": key, "ALICLOUD_SECRET_KEY": secret}


def _run(stack: Stack, action: str, *command: str) -> int:
    """Run Pulumi as somebody who may do all but one action."""
    act_as(stack, user_without(action))
    return stack.pulumi(*command)


def _estate() -> Estate:
    """Return the sample with its users."""
    estate = load(ESTATE)
    add_users(estate, _UP)
    return estate


@cache
def _engine() -> toolchain.Engine:
    return toolchain.ensure()


def _new_stack() -> Stack:
    """Return the prepared sample stack on a cloud of its own."""
    directory = Path(_LEFT.enter_context(tempfile.TemporaryDirectory()))
    cloud = _LEFT.enter_context(running(_estate()))
    return Stack.prepared(_engine(), cloud, directory)


@cache
def _unapplied() -> Stack:
    return _new_stack()


@cache
def _applied() -> Stack:
    stack = _new_stack()
    assert _run(stack, "", "up", "--yes", "--skip-preview") == 0, stack.output
    return stack


@cache
def _written() -> frozenset[str]:
    """Return the actions of the first `up` that nothing is taken away from."""
    cloud = _applied().cloud
    return frozenset(action for action in actions_of(_UP) if cloud.requests(action=action))


@cache
def _actions_of(time: str) -> frozenset[str]:
    """Return the actions of a preview that nothing is taken away from: without another one it goes the same way."""
    stack = _unapplied() if time == _TIMES[0] else _applied()
    before = {action: len(stack.cloud.requests(action=action)) for action in actions_of(_UP)}
    assert _run(stack, "", "preview") == 0, stack.output
    return frozenset(action for action, many in before.items() if len(stack.cloud.requests(action=action)) > many)
