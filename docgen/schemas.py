"""The JSON Schemas in `docs/schema`, but for that of the facts, which has a page too."""

from __future__ import annotations

import json
from typing import Any, Final

from pydantic import ConfigDict, TypeAdapter, with_config

from components import config
from estate import inventory
from estate.guest import files as evidence
from package.host import Host
from policies.pack.document import ResultsDocument
from preflight.plan.model import Document as PlanDocument
from preflight.reach.model import Document as ReachDocument
from preflight.report.summary import ReportDocument
from preflight.timeline.model import Timeline
from simulator import estate_file

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

#: The pack writes no key outside its schema; a reader may meet others. The pack itself does not need pydantic, which
#: makes the schema from the document's own types.
RESULT: Final = TypeAdapter(with_config(ConfigDict(extra="forbid", strict=True))(ResultsDocument))


def schemas() -> dict[str, Any]:
    """Return each schema by the name that its file begins with; keys are in the order of the models."""
    return {
        "stack": config.json_schema(),
        "result": _schema(RESULT, "Result of the policy pack"),
        "report": _schema(TypeAdapter(ReportDocument), "Summary of a verdict"),
        "package": json.loads(Host().package_schema),
        "plan": _schema(TypeAdapter(PlanDocument), "What a change does"),
        "timeline": _schema(TypeAdapter(Timeline), "What happens when"),
        "reach": _schema(TypeAdapter(ReachDocument), "Who reaches whom before the move and after it"),
        "evidence": evidence.json_schema(),
        "inventory": inventory.json_schema(),
        "estate": estate_file.json_schema(),
    }


def _schema(document: TypeAdapter[Any], title: str) -> Any:
    schema = _opened(document.json_schema(mode="serialization"))
    return {"$schema": _DIALECT, **schema, "title": title}


def _opened(schema: Any) -> Any:
    """Return the schema for readers: a later version with the same number may add keys (schemaMinorVersion)."""
    if isinstance(schema, list):
        return [_opened(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    fields = {key: _opened(value) for key, value in schema.items() if (key, value) != ("additionalProperties", False)}
    minor = fields.get("properties", {}).get("schemaMinorVersion")
    if minor is not None:
        fields["properties"]["schemaMinorVersion"] = {"minimum": minor["const"], "type": "integer"}
    return fields
