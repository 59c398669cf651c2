"""A small stack that makes every kind of write of the sample, to begin from again and to compare with another run.

Kills, and runs without a RAM action, are tried on it: each from a saved cloud and state. What becomes of it is compared
with what an undisturbed run comes to, but for ids and times.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import yaml

import toolchain
from demo.project import CONFIG_KEY, Project
from simulator.estate_file import load
from simulator.model.estate import Estate
from simulator.server import Simulator, running
from tests.e2e.conftest import Bend, Stack
from tests.e2e.test_waves import outputs

_ESTATE: Final = Path(__file__).with_name("kills.yaml")
_CONFIG: Final = Path(__file__).with_name("kills.stack.yaml")
_MOVED: Final = {"sg-bp1web00000000000001": ("i-bp1web10000000000001", "i-bp1web20000000000001")}
_START, _LATEST = "2026-12-12T02:00:00+08:00", "2026-12-20T00:00:00+08:00"
# What another run of the same has otherwise.
_OWN_TO_A_RUN: Final = re.compile(
    r".*(_at|expires?.*|vrouter_id|route_table_id|ip_address|now|version|status)"
    r"|applied|confirmedAt|classicExpiresAt"
)


# ---- the stack ----


def without_hybrid_access(migration: dict[str, Any]) -> None:
    """No database gets an address in the network, which a destroy therefore takes away too."""
    for database in migration["databases"]:
        del database["hybridAccess"]


def cleaning_up(migration: dict[str, Any]) -> None:
    """After the move old addresses are removed, and web-1 gets its public address to itself."""
    cleaning_up_without_binding(migration)
    first, *further = migration["instances"]
    migration["instances"] = [{"id": first, "ftp": {"plan": "eip-cut-through"}}, *further]


def cleaning_up_without_binding(migration: dict[str, Any]) -> None:
    """After the move old addresses are removed, and nothing else."""
    migration["after"] = {"removeOldAddresses": True}


@contextmanager
def small_stack(bend: Bend | None, change: Callable[[Estate], None] | None = None) -> Iterator[Stack]:
    """Yield the small stack, not yet up, its config bent and the estate changed, on a cloud of its own."""
    estate = load(_ESTATE)
    if change is not None:
        change(estate)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory, running(estate) as cloud:
        project = Project(Path(directory) / "project", cloud, toolchain.ensure().environ(os.environ))
        project.new_stack("test", _config(bend))
        yield Stack(project, cloud)


def configure(stack: Stack, bend: Bend) -> None:
    """Give the small stack its config, bent otherwise."""
    stack.project.configure("test", _config(bend))


def _config(bend: Bend | None) -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load(_CONFIG.read_text(encoding="utf-8"))["config"]
    if bend is not None:
        bend(config[CONFIG_KEY])
    return config


class Saved:
    """Cloud, state and config of a stack, to begin from again."""

    def __init__(self, stack: Stack) -> None:
        _, self._cloud = stack.cloud.simulation.saved()
        self._directory = Path(tempfile.mkdtemp(dir=stack.project.directory.parent))
        shutil.copytree(_directory_of_states(stack), self._directory, dirs_exist_ok=True)
        self._config = _stack_file(stack).read_bytes()

    def restore(self, stack: Stack) -> None:
        """Set cloud, state and config back."""
        stack.cloud.simulation.reset(saved=self._cloud)
        shutil.rmtree(_directory_of_states(stack))
        shutil.copytree(self._directory, _directory_of_states(stack))
        _stack_file(stack).write_bytes(self._config)


def _directory_of_states(stack: Stack) -> Path:
    return stack.project.directory / "state"


def _stack_file(stack: Stack) -> Path:
    return stack.project.directory / "Pulumi.test.yaml"


def state_file(stack: Stack) -> Path:
    """Return the file in which the engine keeps the state."""
    return _directory_of_states(stack) / ".pulumi/stacks/classic-to-vpc/test.json"


def move(stack: Stack) -> None:
    """Have the cloud move the instances, which the stack has prepared for."""
    exported = outputs(stack)
    for group, instance_ids in _MOVED.items():
        stack.cloud.migrations.create(
            instance_ids=instance_ids,
            start=_START,
            latest=_LATEST,
            vpc_id=exported["vpcId"],
            vswitch_ids=list(exported["vswitchIds"].values()),
            security_group_ids=exported["securityGroupIds"][group],
        )
    stack.cloud.clock.set(datetime.fromisoformat(_LATEST))


def plain(stack: Stack, command: str) -> int:
    """Run `pulumi up` or `destroy` without preview and pack; return the exit code."""
    return stack.pulumi(command, "--yes", "--skip-preview", pack=False)


def errors_of(stack: Stack) -> str:
    """Return what the last run says of its errors, cut to a few lines."""
    lines = [line.strip() for line in stack.output.splitlines() if "error" in line.lower()]
    return " | ".join(lines[:3])[:500] or stack.output[-300:]


def is_write(action: str) -> bool:
    """Return whether an action, as in ecs:DescribeDisks, changes something."""
    return not action.partition(":")[2].startswith(("Describe", "Get", "List"))


def called(cloud: Simulator, since: int) -> list[str]:
    """Return the actions that the cloud was asked for after so many requests, with their product."""
    return [f"{entry['product']}:{entry['action']}" for entry in cloud.requests()[since:]]


# ---- cloud and state, but for ids and times ----


def shape(stack: Stack) -> dict[str, Any]:
    """Return cloud and state in which whatever was made is known by its name in place of its id."""
    cloud = stack.cloud.state()
    names = {
        item["id"]: f"<{item.get('name') or item['id']}>"
        for table in ("vpcs", "vswitches", "security_groups", "snapshots", "snapshot_groups", "network_interfaces")
        for item in cloud[table]
        if "Made by" in (item.get("description") or "")
    }
    names |= {item["id"]: f"<{item['ip_address']}>" for item in cloud["eips"]}
    text = json.dumps({**cloud, "resources of the state": _resources(stack)})
    for item_id, name in names.items():
        text = text.replace(item_id, name)
    tables: dict[str, Any] = {name: _without_own(value) for name, value in json.loads(text).items()}
    # Each VPC has one of its own, under an id of its own.
    tables.pop("route_tables", None)
    return tables


def _resources(stack: Stack) -> dict[str, Any]:
    """Return what the state says of each resource that decides what later runs do, by URN."""
    deployment = json.loads(state_file(stack).read_text(encoding="utf-8"))["checkpoint"]["latest"] or {}
    return {
        item["urn"]: {
            **{key: item.get(key) for key in ("id", "parent", "protect", "retainOnDelete", "delete")},
            # What alimigrate keeps there is what a destroy goes by. What alicloud was imported with is as it reads it,
            # under other names (`name` for `vpcName`), until the next update; the cloud itself is compared.
            **({key: _declared(item.get(key)) for key in ("inputs", "outputs")} if _is_ours(item) else {}),
        }
        for item in deployment.get("resources") or ()
        if not item["type"].startswith(("pulumi:providers:", "pulumi:pulumi:"))
    }


def _is_ours(item: Mapping[str, Any]) -> bool:
    return str(item["type"]).startswith("alimigrate:")


def _declared(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _declared(item) for key, item in value.items() if not key.startswith("__")}
    return [_declared(item) for item in value] if isinstance(value, list) else value


def _without_own(value: Any) -> Any:
    if isinstance(value, list):
        return sorted((_without_own(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    if not isinstance(value, dict):
        return value
    rule = "direction" in value and "port_range" in value
    return {
        key: _without_own(item)
        for key, item in value.items()
        if not _OWN_TO_A_RUN.fullmatch(key) and not (rule and key == "id")
    }


def difference(expected: Any, found: Any, path: str = "") -> str:
    """Return where two shapes differ: the paths, and what is there on either side."""
    if isinstance(expected, dict) and isinstance(found, dict):
        parts = [
            difference(expected.get(key), found.get(key), f"{path}/{key.rpartition('::')[2]}")
            for key in sorted(expected.keys() | found.keys())
        ]
        return "; ".join(filter(None, parts))[:3000]
    first, second = _lines(expected), _lines(found)
    lacks, has = (" ".join(lines.elements())[:300] for lines in (first - second, second - first))
    return f"{path} lacks {lacks}, has {has}" if lacks or has else ""


def _lines(value: Any) -> Counter[str]:
    return Counter(json.dumps(item, sort_keys=True) for item in (value if isinstance(value, list) else [value]))
