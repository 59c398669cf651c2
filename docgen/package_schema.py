"""The schema of the component package."""

from __future__ import annotations

import json

from package.host import Host


def render() -> str:
    """Return the schema as the file holds it; other tools make SDKs of it."""
    return json.dumps(json.loads(Host().package_schema), indent=2, ensure_ascii=False) + "\n"
