"""Stack files that are fixed without an engine: previewed, judged, changed, and previewed again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from components.config import CONFIG_KEY
from policies.pack.document import document
from policies.pack.registry import all_rules
from policies.pack.run import Run
from preflight.fix.choosing import Choice, choose
from preflight.fix.merging import merge_fixes
from preflight.fixes import open_findings
from tests.policies.in_process import FILE, Scene, previewed

#: Sections of the sample config that fixes can write: no person has to decide about them.
BY_CONFIG = ("network", "securityGroups", "databases", "classicLink", "backups")


def stack_file(directory: Path, migration: Mapping[str, Any]) -> Path:
    (directory / "Pulumi.yaml").write_text("name: shop\nruntime: python\n", encoding="utf-8")
    path = directory / FILE
    path.write_text(
        yaml.safe_dump({"config": {CONFIG_KEY: dict(migration)}}, sort_keys=False, width=4096), encoding="utf-8"
    )
    return path


def migration_in(path: Path) -> dict[str, Any]:
    migration = yaml.safe_load(path.read_text(encoding="utf-8"))["config"][CONFIG_KEY]
    assert isinstance(migration, dict)
    return migration


def judged(migration: Mapping[str, Any], scene: Scene | None = None) -> dict[str, Any]:
    """The result of a preview, as the pack writes it."""
    run = Run(account_id="1234567890123456")
    whole: dict[str, Any] = json.loads(json.dumps(document(previewed(migration, scene), all_rules(), run)))
    return whole


def fixed(path: Path, scene: Scene | None = None, way: int | None = None) -> tuple[Choice, dict[str, Any]]:
    """Fix a stack file once, as `preflight fix --write` does; what was chosen, and the result after it."""
    choice = choose(open_findings(judged(migration_in(path), scene)), way)
    change = merge_fixes(path, choice).change
    if change is not None:
        change.write()
    return choice, judged(migration_in(path), scene)


def without_what_fixes_write(migration: dict[str, Any]) -> dict[str, Any]:
    """The sample config with all that only people can say, and none of what follows from the estate."""
    remaining = {key: value for key, value in migration.items() if key not in BY_CONFIG}
    remaining["instances"] = [
        {key: value for key, value in item.items() if key != "targetZone"} if isinstance(item, dict) else item
        for item in remaining["instances"]
    ]
    return remaining
