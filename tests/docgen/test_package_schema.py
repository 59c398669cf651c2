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


def test_no_type_is_called_args() -> None:
    """For a nested type of such a name Pulumi's generator makes Go that does not compile: VSwitchArgsArgs."""
    assert [token for token in json.loads(render())["types"] if token.endswith("Args")] == []
