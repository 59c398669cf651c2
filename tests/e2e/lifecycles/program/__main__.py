"""Declares what `program.json` beside it tells: resources and reads of data sources, by tokens of the alicloud package.

A text `${name.property}` stands for an output of the resource `name` of the same program.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pulumi

_REFERENCE = re.compile(r"\$\{([\w-]+)\.(\w+)\}")


def referred(value: Any) -> set[tuple[str, str]]:
    """Which outputs of which resources a value names."""
    return set(_REFERENCE.findall(json.dumps(value)))


class Declared(pulumi.CustomResource):
    """A resource of any type; `outputs` are the properties that others read."""

    def __init__(
        self, told: dict[str, Any], properties: Any, outputs: set[str], after: Sequence[pulumi.Resource]
    ) -> None:
        """Declare it; properties in the spelling of the engine (camelCase)."""
        unset = dict.fromkeys(outputs - {"id"} - set(properties))
        options = pulumi.ResourceOptions(depends_on=list(after), ignore_changes=told["unread"])
        super().__init__(told["type"], told["name"], {**unset, **properties}, options)

    def translate_output_property(self, prop: str) -> str:
        """Names stay as the engine spells them."""
        return prop


def _filled(value: Any, made: dict[str, Declared]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, made) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, made) for item in value]
    match = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
    return vars(made[match[1]])[match[2]] if match else value


def main() -> None:
    """Declare the program."""
    program = json.loads(Path("program.json").read_text(encoding="utf-8"))
    wanted = referred(program)
    made: dict[str, Declared] = {}
    for told in program["resources"]:
        outputs = {output for name, output in wanted if name == told["name"]}
        after = [made[name] for name in told["after"]]
        made[told["name"]] = Declared(told, _filled(told["properties"], made), outputs, after)
    for read in program["reads"]:
        arguments = _filled(read["arguments"], made)
        options = pulumi.InvokeOutputOptions(depends_on=list(made.values()))
        pulumi.export(read["name"], pulumi.runtime.invoke_output(read["token"], arguments, options))


main()
