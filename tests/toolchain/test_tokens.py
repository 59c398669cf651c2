"""The plugin's table names resources as the published SDK does."""

from __future__ import annotations

import importlib
import inspect
import re

import pytest

from tests.e2e.lifecycles import programs
from tests.e2e.test_databases import PROGRAM as DATABASES
from toolchain.builder import PLUGIN_RECIPE

# The SDK warns about its own deprecated resources when their module is imported.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pulumi_alicloud")

_TABLE = (PLUGIN_RECIPE.module / "bridge" / "tokens.go").read_text()
_ENTRIES = re.findall(r'"(alicloud_\w+)":\s+\{"(\w+)", "(\w+)"\}', _TABLE)
RESOURCES = [entry for entry in _ENTRIES if not entry[2].startswith("get")]
DATA_SOURCES = [entry for entry in _ENTRIES if entry[2].startswith("get")]


def token(module: str, member: str) -> str:
    return f"alicloud:{module}/{member[0].lower()}{member[1:]}:{member}"


def snake_case(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def test_the_table_was_read() -> None:
    assert len(RESOURCES) > 20
    assert len(DATA_SOURCES) > 20


@pytest.mark.parametrize(("terraform", "module", "member"), RESOURCES, ids=[entry[0] for entry in RESOURCES])
def test_a_resource_is_named_as_in_the_sdk(terraform: str, module: str, member: str) -> None:
    sdk = getattr(importlib.import_module(f"pulumi_alicloud.{module}"), member)
    assert f"'{token(module, member)}'" in inspect.getsource(sdk)


@pytest.mark.parametrize(("terraform", "module", "member"), DATA_SOURCES, ids=[entry[0] for entry in DATA_SOURCES])
def test_a_data_source_is_named_as_in_the_sdk(terraform: str, module: str, member: str) -> None:
    package = importlib.import_module("pulumi_alicloud" if module == "index" else f"pulumi_alicloud.{module}")
    sdk = getattr(package, snake_case(member))
    assert f"'{token(module, member)}'" in inspect.getsource(sdk)


def test_each_goes_through_its_life_against_the_simulated_cloud() -> None:
    lives = [*programs(), DATABASES]
    resources = {resource.type for program in lives for resource in program.resources}
    reads = {read.token for program in lives for read in program.reads}
    assert resources == {token(module, member) for _, module, member in RESOURCES}
    assert reads == {token(module, member) for _, module, member in DATA_SOURCES}
