"""One contract of the facts: what is written, what is read and what tests and recordings hold is the same."""

from __future__ import annotations

import ast
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from docgen.facts import page, schema
from policies.core.facts import Leaf
from policies.core.plan import Resource
from provider import registry
from tests.contract import COMPONENTS, breaches, keys
from tests.policies.prepared import prepared
from tests.policies.recordings import NAMES, recorded

ROOT = Path(__file__).parents[2]
# Methods of policies.core.facts.Facts that take a key, and where the data itself is asked.
_READERS = ("text", "name", "optional_text", "number", "flag", "choice", "moment", "texts", "objects", "object")
_OF_FACTS = (*_READERS, "is_known", "malformed")
_DATA = ("data", "properties")


def test_the_files_are_in_step() -> None:
    assert json.loads((ROOT / "docs/schema/facts.schema.json").read_text(encoding="utf-8")) == schema(), "make docs"
    assert (ROOT / "docs/facts.md").read_text(encoding="utf-8") == page(), "make docs"


def test_every_key_that_the_pack_reads_is_one_that_somebody_writes() -> None:
    """A key of the contract, or one of a resource of the local provider, by its schema."""
    package = json.loads(registry.schema())
    provided = {key for resource in package["resources"].values() for key in resource["properties"]}
    unknown: dict[str, list[str]] = defaultdict(list)
    for key, place in keys_read():
        if key not in keys() | provided:
            unknown[key].append(place)
    assert not unknown


def test_the_reads_are_found() -> None:
    """Else the test above could not fail: one key of each way to read."""
    keys = dict(keys_read())
    assert keys.keys() >= {"targetZoneId", "memberIds", "dryRun", "eniQuantity", "guest", "securityGroupIds"}
    assert len(keys) > 200


def keys_read() -> Iterator[tuple[str, str]]:
    """The keys that the pack's code names where it reads facts, each with its place."""
    for path in sorted((ROOT / "policies").rglob("*.py")):
        if "venv" not in path.parts:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                key = _key(node)
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value, f"{path.relative_to(ROOT)}:{key.lineno}"


def _key(node: ast.AST) -> ast.AST | None:
    """The key of `facts.text(key)`, `facts.data.get(key)`, `facts.data[key]` and `key in facts.data`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
        of_facts = node.func.attr in _OF_FACTS or (node.func.attr == "get" and _is_data(node.func.value))
        return node.args[0] if of_facts else None
    if isinstance(node, ast.Compare) and any(map(_is_data, node.comparators)):
        return node.left
    if isinstance(node, ast.Subscript) and _is_data(node.value):
        return node.slice
    return None


def _is_data(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in _DATA


@pytest.mark.parametrize("exists", [True, False], ids=["applied", "first preview"])
def test_the_prepared_migration_of_the_tests_keeps_to_the_contract(exists: bool) -> None:
    assert all_breaches(prepared(exists=exists).plan().resources) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_recorded_preview_keeps_to_the_contract(name: str) -> None:
    assert all_breaches(recorded(name).resources) == []


def all_breaches(resources: tuple[Resource, ...]) -> list[str]:
    components = [item for item in resources if item.type in COMPONENTS]
    assert components
    return [f"{item.name}: {breach}" for item in components for breach in breaches(item.type, item.properties)]


INSTANCE = "classic-to-vpc:instance:MigratingInstance"


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("wave", None, "MigratingInstance: wave is missing"),
        ("wives", "all", "MigratingInstance: wives is not in the contract"),
        ("wave", 1.0, "MigratingInstance.wave: 1.0 is no string"),
        ("eniQuantity", 1.5, "MigratingInstance.eniQuantity: 1.5 is no integer"),
        ("eniQuantity", True, "MigratingInstance.eniQuantity: True is no integer"),
        ("disks", [{}], "MigratingInstance.disks[0]: diskId is missing"),
        ("databaseIds", "rm-orders", "MigratingInstance.databaseIds: 'rm-orders' is no array"),
        ("guest", {"os": "beos"}, "MigratingInstance.guest.os: 'beos' is none of ['linux', 'windows']"),
    ],
)
def test_breaches_of_the_contract_are_reported(key: str, value: object, message: str) -> None:
    facts = {**prepared().facts(INSTANCE, "i-web"), key: value}
    if value is None:
        del facts[key]
    assert message in breaches(INSTANCE, facts)


def test_unknown_values_are_no_breach() -> None:
    facts = {**prepared().facts(INSTANCE, "i-web"), "eniQuantity": Leaf.UNKNOWN}
    assert breaches(INSTANCE, facts) == []
