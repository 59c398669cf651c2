"""The programs in TypeScript and Go of docs/programs say what the YAML one says, and that has the schema's types.

CI has no language host for them: docs/programs/README.md says how they were run. Their arguments are read as text here.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

DOCS = Path(__file__).resolve().parents[2] / "docs"
SCHEMA = json.loads((DOCS / "schema/package.schema.json").read_text(encoding="utf-8"))
PROGRAM = yaml.safe_load((DOCS / "programs/yaml/Pulumi.yaml").read_text(encoding="utf-8"))

JSON = {"string": str, "boolean": bool, "array": list}


def read(path: str) -> str:
    return (DOCS / "programs" / path).read_text(encoding="utf-8")


def typescript() -> dict[str, Any]:
    """The components of the TypeScript program: an object literal is a flow mapping of YAML."""
    program = read("typescript/index.ts")
    constants = {
        name: yaml.safe_load(text) for name, text in re.findall(r"^const (\w+) = ([\"\[].*?);$", program, re.M | re.S)
    }
    text = re.sub(r"network\.vswitchIds\[(\w+)\]", r"vswitchIds of \1", program)
    found = re.findall(r"new classicToVpc\.(\w+)\(\"(\w+)\", (\{.*?\})\);", text, re.S)
    return {name: (kind, resolved(yaml.safe_load(args), constants)) for kind, name, args in found}


def go() -> dict[str, Any]:
    """The components of the Go program, each text with the wrapper that makes it an input or an optional value."""
    program = read("go/main.go").replace("\t", " ")
    constants = dict(re.findall(r"^ (\w+) += \"(.*)\"$", program, re.M))
    servers = re.search(r"servers = \[\]string\{(.*?)\}", program, re.S)
    assert servers is not None
    constants["servers"] = yaml.safe_load(f"[{servers[1]}]")
    text = re.sub(r"network\.VswitchIds\.MapIndex\(pulumi\.String\((\w+)\)\)", r"vswitchIds of \1", program)
    text = re.sub(r"network\.VpcId", "network.vpcId", text)
    text = re.sub(r"pulumi\.(StringRef|String)\(([^)]*)\)", r"{by_\1: \2}", text)
    found = re.findall(r"classictovpc\.New(\w+)\(ctx, \"(\w+)\", &classictovpc\.\w+(\{.*?\n  \})\)", text, re.S)
    return {name: (kind, resolved(yaml.safe_load(as_flow(args)), constants)) for kind, name, args in found}


def as_flow(literal: str) -> str:
    """A composite literal of Go as a flow mapping of YAML: slices in brackets, keys with a small letter, no types."""
    closing, flow = [], ""
    for part in re.split(r"((?:\[\])?[\w.]*\{|\})", literal):
        if part.endswith("{"):
            closing.append("]" if part.startswith("[]") else "}")
            flow += "[" if part.startswith("[]") else "{"
        else:
            flow += closing.pop() if part == "}" else part
    return re.sub(r"\b([A-Z])(\w*:\s)", lambda key: key[1].lower() + key[2], flow)


def resolved(value: Any, constants: dict[str, Any]) -> Any:
    """A value with the program's constants and, as YAML writes them, its references."""
    if isinstance(value, dict):
        return {key: resolved(item, constants) for key, item in value.items()}
    if isinstance(value, list):
        return [resolved(item, constants) for item in value]
    if value == "network.vpcId":
        return "${network.vpcId}"
    if str(value).startswith("vswitchIds of "):
        return f'${{network.vswitchIds["{constants[value.removeprefix("vswitchIds of ")]}"]}}'
    return constants.get(value, value)


def unwrapped(value: Any, field: dict[str, Any], *, required: bool) -> Any:
    """A value of Go without its wrappers, which must be those of the schema's type."""
    if "$ref" in field:
        described = SCHEMA["types"][field["$ref"].removeprefix("#/types/")]
        return unwrapped_members(value, described["properties"], described["required"])
    if isinstance(value, list):
        return [unwrapped(item, field["items"], required=True) for item in value]
    if str(value).startswith("${"):
        assert not field.get("plain"), value
        return value
    if field.get("plain") and required:
        return value
    return value["by_StringRef" if field.get("plain") else "by_String"]


def unwrapped_members(values: dict[str, Any], fields: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {key: unwrapped(item, fields[key], required=key in required) for key, item in values.items()}


def fits(value: Any, field: dict[str, Any]) -> None:
    """Hold a value of the YAML program to the schema."""
    if "$ref" in field:
        described = SCHEMA["types"][field["$ref"].removeprefix("#/types/")]
        members_fit(value, described["properties"], described["required"])
        return
    assert isinstance(value, JSON[field["type"]]), (value, field)
    if isinstance(value, list):
        for item in value:
            fits(item, field["items"])
    elif str(value).startswith("${"):
        assert not field.get("plain"), value


def members_fit(values: dict[str, Any], fields: dict[str, Any], required: list[str]) -> None:
    assert set(required) <= values.keys() <= fields.keys()
    for key, item in values.items():
        fits(item, fields[key])


@pytest.mark.parametrize("name", PROGRAM["resources"])
def test_the_yaml_program_has_the_types_of_the_schema(name: str) -> None:
    resource = PROGRAM["resources"][name]
    component = SCHEMA["resources"][resource["type"].replace(":", ":index:")]
    members_fit(resource["properties"], component["inputProperties"], component["requiredInputs"])


def declared() -> dict[str, Any]:
    return {
        name: (resource["type"].removeprefix("classic-to-vpc:"), resource["properties"])
        for name, resource in PROGRAM["resources"].items()
    }


def test_the_typescript_program_says_the_same() -> None:
    assert typescript() == declared()


def test_the_go_program_says_the_same_in_the_types_of_its_sdk() -> None:
    components = {}
    for name, (kind, args) in go().items():
        component = SCHEMA["resources"][f"classic-to-vpc:index:{kind}"]
        components[name] = (kind, unwrapped_members(args, component["inputProperties"], component["requiredInputs"]))
    assert components == declared()


@pytest.mark.parametrize(
    ("language", "exported"),
    [
        ("typescript/index.ts", r"export const (\w+) = (\w+)\.(\w+);"),
        ("go/main.go", r"Export\(\"(\w+)\", (\w+)\.(\w+)\)"),
    ],
)
def test_they_export_the_same(language: str, exported: str) -> None:
    outputs = {
        key: f"${{{name}.{output[0].lower()}{output[1:]}}}"
        for key, name, output in re.findall(exported, read(language))
    }
    assert outputs == PROGRAM["outputs"]
