"""Write every generated file: `python -m docgen`, which `make docs` calls."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from components.ram import documents as ram_policies
from docgen import catalogue, facts, package_schema, report_schema, result_schema, sdk, stack_schema
from estate.guest.files import json_schema as evidence_schema
from estate.inventory import json_schema as inventory_schema
from policies.pack.run import MANIFEST
from preflight.plan.model import Document, schema_of
from preflight.reach.model import Document as ReachDocument
from preflight.timeline.model import Timeline
from simulator.estate_file import json_schema as estate_schema
from simulator.reference import render as simulator_page

_ROOT = Path(__file__).resolve().parent.parent
_REACHES = "Who reaches whom before the move and after it"


def documents() -> dict[str, Callable[[], str]]:
    """Return path below `docs` -> what renders it, for all pages but those on rules and facts."""
    return {
        "schema/stack.schema.json": stack_schema.render,
        "schema/result.schema.json": result_schema.render,
        "schema/report.schema.json": report_schema.render,
        "schema/package.schema.json": package_schema.render,
        "schema/plan.schema.json": lambda: _json(schema_of(Document, "What a change does")),
        "schema/timeline.schema.json": lambda: _json(schema_of(Timeline, "What happens when")),
        "schema/reach.schema.json": lambda: _json(schema_of(ReachDocument, _REACHES)),
        "schema/evidence.schema.json": lambda: _json(evidence_schema()),
        "schema/inventory.schema.json": lambda: _json(inventory_schema()),
        "schema/estate.schema.json": lambda: _json(estate_schema()),
        "simulator.md": simulator_page,
        **{f"ram/{name}": partial(str, content) for name, content in ram_policies().items()},
    }


def _json(schema: Mapping[str, Any]) -> str:
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
