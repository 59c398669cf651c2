"""The schema of the result is in step, and every result keeps to it."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from docgen.result_schema import RESULT, render
from policies.pack.document import document
from policies.pack.registry import all_rules
from policies.results import findings
from tests.policies.prepared import Draft, prepared
from tests.policies.rules.waiver.test_in_order import waived, waiver

SCHEMA = Path(__file__).parents[2] / "docs/schema/result.schema.json"


def result(draft: Draft) -> Any:
    return json.loads(json.dumps(document(draft.evaluation(), all_rules())))


def test_the_file_is_in_step() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == render(), "make docs"


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
