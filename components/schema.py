"""Writes the JSON Schema of a stack file: `python -m components.schema FILE`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from components.config import json_schema


def render() -> str:
    """Return the schema as the file holds it: in the model's order, as sorted keys would part what belongs together."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render(), encoding="utf-8")
