"""Writes the JSON Schema of an evidence file: `python -m estate.guest FILE`."""

import json
import sys
from pathlib import Path

from estate.guest.files import json_schema

if __name__ == "__main__":
    text = json.dumps(json_schema(), indent=2, ensure_ascii=False)
    Path(sys.argv[1]).write_text(f"{text}\n", encoding="utf-8")
