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
        self, declaration: dict[str, Any], properties: Any, outputs: set[str], after: Sequence[pulumi.Resource]
    ) -> None:
        """Declare it; properties in the spelling of the engine (camelCase)."""
        unset = dict.fromkeys(outputs - {"id"} - set(properties))
        options = pulumi.ResourceOptions(depends_on=list(after), ignore_changes=declaration["unread"])
        super().__init__(declaration["type"], declaration["name"], {**unset, **properties}, options)

    def translate_output_property(self, prop: str) -> str:
        """Names stay as the engine spells them."""
        return prop


def _filled(value: Any, declared: dict[str, Declared]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, declared) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, declared) for item in value]
    match = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
    return vars(declared[match[1]])[match[2]] if match else value


def main() -> None:
    """Declare the program."""
    program = json.loads(Path("program.json").read_text(encoding="utf-8"))
    references = referred(program)
    declared: dict[str, Declared] = {}
    for resource in program["resources"]:
        outputs = {output for name, output in references if name == resource["name"]}
        after = [declared[name] for name in resource["after"]]
        declared[resource["name"]] = Declared(resource, _filled(resource["properties"], declared), outputs, after)
    for read in program["reads"]:
        arguments = _filled(read["arguments"], declared)
        options = pulumi.InvokeOutputOptions(depends_on=list(declared.values()))
        pulumi.export(read["name"], pulumi.runtime.invoke_output(read["token"], arguments, options))


main()
