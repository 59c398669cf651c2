"""The JSON Schema of the pack's result.

For development only: the pack itself does not need pydantic, which makes the schema from the document's own types.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import ConfigDict, TypeAdapter, with_config

from policies.pack.document import ResultsDocument

# The pack writes no key outside the schema; a reader may meet others.
RESULT = TypeAdapter(with_config(ConfigDict(extra="forbid", strict=True))(ResultsDocument))


def render() -> str:
    """Return the schema as the file holds it."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Result of the policy pack"}
    return json.dumps(head | opened(RESULT.json_schema()), indent=2, ensure_ascii=False) + "\n"


def opened(schema: Any) -> Any:
    """Return the schema for readers: a later version with the same number may add keys (schemaMinorVersion)."""
    if isinstance(schema, list):
        return [opened(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    fields = {key: opened(value) for key, value in schema.items() if (key, value) != ("additionalProperties", False)}
    minor = fields.get("properties", {}).get("schemaMinorVersion")
    if minor is not None:
        fields["properties"]["schemaMinorVersion"] = {"minimum": minor["const"], "type": "integer"}
    return fields
