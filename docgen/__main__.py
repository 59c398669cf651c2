"""Write every generated file: `python -m docgen`, which `make docs` calls."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from components.ram import documents as ram_policies
from docgen import catalogue, facts, sdk
from docgen.schemas import schemas
from policies.pack.run import MANIFEST
from simulator.reference import render as simulator_page

_ROOT = Path(__file__).resolve().parent.parent


def documents() -> dict[str, Callable[[], str]]:
    """Return path below `docs` -> what renders it, for all pages but those on rules and facts."""
    return {
        "simulator.md": simulator_page,
        **{f"schema/{name}.schema.json": partial(_json, schema) for name, schema in schemas().items()},
        **{f"ram/{name}": partial(str, content) for name, content in ram_policies().items()},
    }


def _json(schema: object) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the SDK of `alimigrate`, the pack's list of its rules, and docs."""
    docs = _ROOT / "docs"
    sdk.main(_ROOT / "components/alimigrate")
    MANIFEST.write_text(catalogue.list_rules(), encoding="utf-8")
    catalogue.write(docs)
    facts.main(docs)
    for name, render in documents().items():
        (docs / name).write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        # It takes no options: `--help` shows what it does.
        print(__doc__)
        sys.exit(0 if sys.argv[1] in ("-h", "--help") else 2)
    main()
