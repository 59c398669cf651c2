"""The JSON Schema of a stack file, for editors."""

from __future__ import annotations

import json

from components.config import json_schema


def render() -> str:
    """Return the schema as the file holds it, in the model's order: sorting the keys would separate related ones."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
