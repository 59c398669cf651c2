"""Write the schema of the component package: `python -m docgen.package_schema FILE`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from package.host import Host


def render() -> str:
    """Return the schema as the file holds it, by which other tools make SDKs."""
    return json.dumps(json.loads(Host().package_schema), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render(), encoding="utf-8")
