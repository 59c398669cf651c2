"""Writes the JSON Schema of the pack's result: `python -m policies.result_schema FILE`.

For development only: the pack itself does not need pydantic, which makes the schema from the document's own types.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter, with_config

from policies.document import ResultsDocument

# Keys that no schema names would be a version that no reader knows.
RESULT = TypeAdapter(with_config(ConfigDict(extra="forbid", strict=True))(ResultsDocument))


def render() -> str:
    """The schema as the file holds it."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Result of the policy pack"}
    return json.dumps(head | RESULT.json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render(), encoding="utf-8")
