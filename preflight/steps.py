"""The engine's planned actions, a step for each resource, as plain data; and the same as the pack's own plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pulumi.automation import events

from policies.core.facts import Leaf, Value
from policies.core.plan import Plan, Resource
from policies.pack.sdk import SIGNATURE, UNKNOWN

#: Operations by which the engine reads a resource, before its planned action.
_LOOKING: Final = frozenset({"refresh", "read", "read-replacement", "read-discard"})
#: The second half of a replacement, and the cleanup of an earlier run: the step that creates the new one covers both.
_HALVES: Final = frozenset({"create-replacement", "delete-replaced", "discard-replaced", "remove-pending-replace"})
_DELETING: Final = frozenset({"delete", "discard"})
#: The bridge's own notes in a state, such as timeouts.
_TIMEOUTS: Final = "__meta"


@dataclass(frozen=True)
class Step:
    """The planned action on one resource.

    `op` is the engine's word: same, create, update, replace, delete, import. `before` are its properties in the state,
    `after` its planned ones, with `Leaf.UNKNOWN` for unknown values; empty where there is none. `retained`: a destroy,
    or its own deletion, leaves it in the cloud.
    """

    op: str
    type: str
    urn: str
    parent: str | None
    id: str
    before: Mapping[str, Value]
    after: Mapping[str, Value]
    retained: bool = False
    protected: bool = False

    @property
    def name(self) -> str:
        """Its name in the program."""
        return self.urn.rpartition("::")[2]

    @property
    def deletes(self) -> bool:
        """Whether the resource leaves the stack."""
        return self.op in _DELETING

    @property
    def properties(self) -> Mapping[str, Value]:
        """Its planned properties; of one that leaves the stack, those that it has."""
        return self.before if self.deletes else self.after

    @property
    def changes(self) -> bool:
        """Whether there is an action on it."""
        return self.op != "same"


@dataclass
class Steps:
    """Collects the steps of one preview from the engine's events; the last event of a resource counts."""

    _last: dict[str, events.StepEventMetadata] = field(default_factory=dict)

    def hear(self, event: events.EngineEvent) -> None:
        """Take in one event; events that are no step of a resource are ignored."""
        step = event.res_outputs_event or event.resource_pre_event
        if step is None or step.metadata is None:
            return
        metadata = step.metadata
        op = _word(metadata.op)
        if op in _LOOKING:
            return
        if op in _HALVES:
            # Of the deleted half of a replacement, keep nothing; of the created half, the properties.
            if op == "create-replacement":
                self._last[metadata.urn] = metadata
            return
        known = self._last.get(metadata.urn)
        if known is None or _word(known.op) != "create-replacement":
            self._last[metadata.urn] = metadata

    def all(self) -> tuple[Step, ...]:
        """Return the steps, sorted by URN."""
        return tuple(_step(metadata) for _, metadata in sorted(self._last.items()))


def plan_of(steps: Iterable[Step]) -> Plan:
    """Return the stack as the pack's rules see it once the steps are done: the same facts, so the same comparison."""
    there = [step for step in steps if not step.deletes]
    urns = {step.urn for step in there}
    return Plan(
        Resource(step.type, step.urn, step.name, step.parent if step.parent in urns else None, step.after)
        for step in there
    )


def _step(metadata: events.StepEventMetadata) -> Step:
    op, new, old = _word(metadata.op), metadata.new, metadata.old
    state = new or old
    return Step(
        op="replace" if op == "create-replacement" else op,
        type=metadata.type,
        urn=metadata.urn,
        parent=(state.parent or None) if state else None,
        id=(old.id if old else "") or (new.id if new else ""),
        before={} if old is None else _properties(old),
        after={} if new is None else _properties(new),
        retained=bool(state and state.retain_on_delete),
        protected=bool(state and state.protect),
    )


def _word(op: events.OpType | str) -> str:
    return str(op.value) if isinstance(op, events.OpType) else op


def _properties(state: events.StepEventStateMetadata) -> Mapping[str, Value]:
    """Return the properties as `policies.pack.adapter` passes them to the rules.

    The plugin's preview leaves out unknown values, and returns an empty id; the inputs show which values those are.
    """
    inputs: dict[str, Value] = {key: _plain(value) for key, value in (state.inputs or {}).items()}
    outputs: dict[str, Value] = {key: _plain(value) for key, value in (state.outputs or {}).items() if key != _TIMEOUTS}
    if state.type.startswith("alicloud:"):
        known = {key: value for key, value in inputs.items() if value is Leaf.UNKNOWN} | outputs
        return known if outputs.get("id") else known | {"id": Leaf.UNKNOWN}
    return outputs or inputs


def _plain(value: Any) -> Value:
    if isinstance(value, str):
        return Leaf.UNKNOWN if value in UNKNOWN else value
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        # A secret, which is never shown; an asset, an archive, and kinds of later engines.
        return Leaf.UNKNOWN if SIGNATURE in value else {str(key): _plain(item) for key, item in value.items()}
    return Leaf.UNKNOWN
