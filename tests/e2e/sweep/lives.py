"""The life of one resource with the real plugin: made, read, changed, imported, deleted, and what was seen of it.

`python -m tests.e2e.sweep.lives` writes what all of them showed to simulator/seen.json, for docs/simulator.md.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import toolchain
from demo.project import Project
from simulator.estate_file import load
from simulator.server import Simulator, running
from tests.e2e.alicloud_plugin import Managed, Plugin, plugin
from tests.e2e.sweep import Case
from tests.e2e.sweep.cases import CASES

ROOT = Path(__file__).resolve().parents[3]
ESTATE = ROOT / "simulator/estates/sample.yaml"
RECORD = ROOT / "simulator/seen.json"


@dataclass
class Life:
    """What was seen of one resource, and what was wrong."""

    wrong: list[str] = field(default_factory=list)
    seen: dict[str, Any] = field(default_factory=dict)


def lives(engine: toolchain.Engine) -> dict[str, Future[Life]]:
    """Let all live at once, each in a cloud of its own: the provider mostly waits. Return when the last has ended.

    A test that ended before would take the plugins with it that were started meanwhile (tests/conftest.py).
    """
    with ThreadPoolExecutor(len(CASES)) as pool:
        return {case.type: pool.submit(_live, engine, case) for case in CASES}


@contextmanager
def joined(engine: toolchain.Engine, cloud: Simulator) -> Iterator[Plugin]:
    """Start the plugin for one cloud."""
    with tempfile.TemporaryDirectory() as directory:
        project = Project(Path(directory) / "project", cloud, engine.environ(os.environ))
        with plugin(engine, cloud.config(), project.environ) as alicloud:
            yield alicloud


def _live(engine: toolchain.Engine, case: Case) -> Life:
    """Make it with the least inputs, then with all; change each, import and delete it."""
    life = Life()
    estate = load(ESTATE)
    case.given(estate)
    with running(estate) as cloud:
        before = _present(cloud)
        with joined(engine, cloud) as alicloud:
            life.wrong += [f"least: {found}" for found in _least(alicloud, case)]
            life.wrong += [f"all: {found}" for found in _all(alicloud, case, life.seen)]
        life.seen["deleted"] = _present(cloud) == before
        life.wrong += [f"left: {item}" for item in _present(cloud) ^ before]
        life.wrong += [f"{item['action']}: {item['status']}" for item in cloud.requests() if item["status"] >= 500]
        life.wrong += [f"{item['action']}: refused" for item in cloud.requests(outcome="SimulatorNotImplemented")]
    return life


def _present(cloud: Simulator) -> set[tuple[str, str]]:
    """Return what there is, by table and id; names and ids of rules are parts of their group."""
    state = cloud.state()
    tables = {name: items for name, items in state.items() if isinstance(items, list)}
    found = {(name, str(item["id"])) for name, items in tables.items() for item in items if "id" in item}
    rules = {("rules", str(rule["id"])) for group in state["security_groups"] for rule in group["rules"]}
    tied = {(name, json.dumps(item)) for name in ("classic_links", "dhcp_attachments") for item in state[name]}
    return found | rules | tied


def _least(alicloud: Plugin, case: Case) -> Iterator[str]:
    resource = alicloud.manage(case.type, case.least)
    yield from resource.refresh()
    resource.delete()


def _all(alicloud: Plugin, case: Case, seen: dict[str, Any]) -> Iterator[str]:
    inputs = case.first()
    resource = alicloud.manage(case.type, inputs)
    seen["made"] = sorted(inputs)
    seen["changed"] = []
    yield from resource.refresh()
    for change in case.changes():
        inputs |= change
        left = list(_changed(resource, set(change), inputs))
        seen["changed"] += [] if left else list(change)
        yield from left
    unknown = resource.imported()
    seen["imported"] = sorted(set(inputs) - set(unknown))
    yield from (f"imported: {name}" for name in unknown if name not in case.unread)
    resource.delete()


def _changed(resource: Managed, names: set[str], inputs: dict[str, Any]) -> Iterator[str]:
    changed, replaced = resource.update(inputs)
    if replaced or not names <= {re.split(r"[.\[]", path)[0] for path in changed}:
        yield f"{names}: changed {changed}, replaced {replaced}"
    yield from (f"{names} changed: {left}" for left in resource.refresh())


def main() -> None:
    """Write what all showed; stop where something was wrong."""
    found = {name: life.result() for name, life in sorted(lives(toolchain.ensure()).items())}
    wrong = {name: life.wrong for name, life in found.items() if life.wrong}
    assert not wrong, wrong
    record = {name: life.seen for name, life in found.items()}
    RECORD.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
