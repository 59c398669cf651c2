"""Lifecycles of resources through the real engine and Alibaba's own provider.

Each module of this package is one program: RESOURCES, READS, and `given(estate)` for what must be there beforehand.
`test_provider.py` creates everything, refreshes, updates, imports into another stack and destroys, and finds no diff
left after any of it. `${name.property}` in a property stands for an output of another resource of the program. All
programs go through their life in one stack: a dozen runs of the engine take as long for many resources as for one.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from simulator.model.estate import Estate

_NAME = re.compile(r"\$\{(?=[\w-]+\.\w+\})")


@dataclass(frozen=True)
class Resource:
    """One resource, and what the second `up` changes of it in place.

    `unread` names properties that the provider does not read back, so that an import cannot know them; `importable` is
    False where the provider has no import. `import_id` where the id of the import is not the resource's own.
    """

    name: str
    type: str
    properties: Mapping[str, Any]
    changed: Mapping[str, Any] = field(default_factory=dict)
    after: Sequence[str] = ()
    unread: Sequence[str] = ()
    importable: bool = True

    def as_json(self, *, changed: bool, ignored: bool) -> dict[str, Any]:
        """Return its entry in program.json."""
        return {
            "name": self.name,
            "type": self.type,
            "properties": {**self.properties, **(self.changed if changed else {})},
            "after": list(self.after),
            "unread": list(self.unread) if ignored else [],
        }


@dataclass(frozen=True)
class Read:
    """One read of a data source; `expected` is what its answer has among others, lists item by item."""

    name: str
    token: str
    arguments: Mapping[str, Any]
    expected: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return its entry in program.json."""
        return {"name": self.name, "token": self.token, "arguments": dict(self.arguments)}


@dataclass(frozen=True)
class Program:
    """The content of one module."""

    name: str
    resources: Sequence[Resource]
    reads: Sequence[Read]
    given: Callable[[Estate], None]

    def as_json(self, *, changed: bool = False, ignored: bool = False) -> dict[str, Any]:
        """Return the content of program.json."""
        return {
            "resources": [resource.as_json(changed=changed, ignored=ignored) for resource in self.resources],
            "reads": [read.as_json() for read in self.reads],
        }


def programs() -> list[Program]:
    """Every program of this package, by name."""
    found = []
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda item: item.name):
        if module.name != "program":
            content = importlib.import_module(f"{__name__}.{module.name}")
            found.append(Program(module.name, content.RESOURCES, content.READS, content.given))
    return found


def in_one(parts: Sequence[Program]) -> Program:
    """Return the programs as one that goes through its life in one stack; names begin with that of their program."""

    def given(estate: Estate) -> None:
        for part in parts:
            part.given(estate)

    resources = [_named(part.name, resource) for part in parts for resource in part.resources]
    reads = [
        replace(read, name=f"{part.name}-{read.name}", arguments=_referring(part.name, read.arguments))
        for part in parts
        for read in part.reads
    ]
    return Program("-".join(part.name for part in parts), resources, reads, given)


def _named(program: str, resource: Resource) -> Resource:
    return replace(
        resource,
        name=f"{program}-{resource.name}",
        properties=_referring(program, resource.properties),
        changed=_referring(program, resource.changed),
        after=[f"{program}-{name}" for name in resource.after],
    )


def _referring(program: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties with references to resources by the names that `_named` gives them."""
    referring: dict[str, Any] = json.loads(_NAME.sub(f"${{{program}-", json.dumps(dict(properties))))
    return referring


def check_reads(program: Program, outputs: dict[str, Any]) -> None:
    """Every read of the program answered what it expects; `outputs` are those of its stack."""
    for read in program.reads:
        assert _has(outputs[read.name], read.expected), (read.name, outputs[read.name])


def _has(answer: Any, expected: Any) -> bool:
    """Whether the answer has all that is expected, and lists as many items."""
    if isinstance(expected, dict):
        return isinstance(answer, dict) and all(
            key in answer and _has(answer[key], value) for key, value in expected.items()
        )
    if isinstance(expected, list):
        return isinstance(answer, list) and len(answer) == len(expected) and all(map(_has, answer, expected))
    return bool(answer == expected)
