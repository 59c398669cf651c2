"""docs/schema/package.schema.json is what the component host tells of the package."""

from __future__ import annotations

import json
from pathlib import Path

from docgen.package_schema import render

COMMITTED = Path(__file__).resolve().parents[2] / "docs/schema/package.schema.json"


def test_the_schema_is_in_step_with_the_components() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == render(), "run `make docs`"


def test_every_component_and_every_property_is_described() -> None:
    package = json.loads(render())
    assert {token.rpartition(":")[2] for token in package["resources"]} == {
        "TargetNetwork",
        "ClonedSecurityGroups",
        "DatabaseAccess",
    }
    for described in (*package["resources"].values(), *package["types"].values()):
        assert described["description"]
        for key, fields in {**described.get("inputProperties", {}), **described["properties"]}.items():
            assert fields["description"], key


def test_members_of_lists_of_objects_are_inputs() -> None:
    """Of a plain list of plain objects Pulumi's generator makes Go that refers to a type that it does not make."""
    for described in json.loads(render())["resources"].values():
        lists = [fields["items"] for fields in described["inputProperties"].values() if "items" in fields]
        assert [item for item in lists if "$ref" in item and item.get("plain")] == []
