"""The JSON Schema of `preflight report --format json`."""

from __future__ import annotations

import json

from pydantic import TypeAdapter

from docgen.result_schema import opened
from preflight.report.summary import ReportDocument


def render() -> str:
    """Return the schema as the file holds it."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Summary of a verdict"}
    schema = opened(TypeAdapter(ReportDocument).json_schema())
    return json.dumps(head | schema, indent=2, ensure_ascii=False) + "\n"
