"""Steps of recorded previews, as the engine's events would tell them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from policies.core.facts import Value
from policies.core.plan import Resource
from preflight.steps import Step
from tests.policies.recordings import recorded

#: Texts that a terminal, Markdown or HTML would take as its own.
HOSTILE = "\x1b[31m|<script>alert(1)</script>](https://example.com)`@all`\r\n# x"


def recorded_steps(name: str) -> tuple[Step, ...]:
    """Return the steps of a recorded preview: what is there already stays the same."""
    return tuple(_step(resource) for resource in recorded(name).resources)


def _step(resource: Resource) -> Step:
    exists = resource.exists if not resource.type.startswith(("classic-to-vpc:", "pulumi:")) else True
    return Step(
        op="same" if exists else "create",
        type=resource.type,
        urn=resource.urn,
        parent=resource.parent,
        id="",
        before=resource.properties if exists else {},
        after=resource.properties,
        retained=bool(re.search(r"HybridAccess|EcsSnapshot|vpc/network|vpc/switch", resource.type)),
    )


def changed(step: Step, op: str, **after: Value) -> Step:
    """Return a step that does something else, with other properties after it."""
    return replace(step, op=op, after={**step.after, **after})


def only(steps: tuple[Step, ...], resource_type: str) -> Step:
    """Return the first step about a type, or the one of that name."""
    return next(step for step in steps if step.type == resource_type)


def event(op: str, urn: str, new: Mapping[str, Any] | None, old: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return an event of the engine as it travels."""
    resource_type = urn.split("::")[2].rpartition("$")[2]
    states = {
        key: None if state is None else {"type": resource_type, "urn": urn, **state}
        for key, state in (("new", new), ("old", old))
    }
    return {"resOutputsEvent": {"metadata": {"op": op, "urn": urn, "type": resource_type, "provider": "", **states}}}
