"""What the schemas hold: the package describes all, every result keeps to its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from docgen.schemas import RESULT, schemas
from policies.pack.document import document
from policies.pack.registry import all_rules
from policies.results import findings
from tests.policies.prepared import Draft, prepared
from tests.policies.rules.waiver.test_in_order import waived, waiver

SCHEMA = Path(__file__).parents[2] / "docs/schema/result.schema.json"


def result(draft: Draft) -> Any:
    return json.loads(json.dumps(document(draft.evaluation(), all_rules())))


@pytest.mark.parametrize(
    "draft",
    [prepared(), prepared(exists=False), waived(waiver()), waived(waiver(rule="none")), Draft([], prepared().now)],
    ids=["applied", "first preview", "waived", "void waiver", "empty"],
)
def test_every_result_keeps_to_it(draft: Draft) -> None:
    RESULT.validate_json(json.dumps(result(draft)))


def test_a_waived_finding_has_a_tally_of_its_own_and_its_waiver() -> None:
    document = result(waived(waiver()))
    (entry,) = (item for item in findings(document) if item["outcome"] == "WAIVED")
    assert document["tally"]["WAIVED"] == 1
    assert document["blocking"] == 0
    assert entry["blocking"] is False
    assert entry["waiver"] is not None
    assert entry["waiver"]["insteadOf"] == "FAIL"
    assert entry["waiver"]["owner"] == "ann@example.com"
    assert document["judgement"]["readiness"] == "READY WITH CONDITIONS"


def test_the_pack_writes_nothing_that_the_schema_does_not_name() -> None:
    document = result(prepared())
    document["more"] = 1
    with pytest.raises(ValidationError):
        RESULT.validate_json(json.dumps(document))


def test_readers_are_told_that_keys_may_be_added() -> None:
    """A later version of the same number may have more (docs/contracts.md); what there is now, it has too."""
    text = SCHEMA.read_text(encoding="utf-8")
    schema = json.loads(text)
    assert '"additionalProperties": false' not in text
    assert schema["properties"]["schemaVersion"] == {"const": 4, "title": "Schemaversion", "type": "integer"}
    assert schema["properties"]["schemaMinorVersion"] == {"minimum": 1, "type": "integer"}
    assert set(schema["required"]) == set(result(prepared()))


# ---- the component package ----


def test_every_component_and_every_property_is_described() -> None:
    package = schemas()["package"]
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
    for described in schemas()["package"]["resources"].values():
        lists = [fields["items"] for fields in described["inputProperties"].values() if "items" in fields]
        assert [item for item in lists if "$ref" in item and item.get("plain")] == []
