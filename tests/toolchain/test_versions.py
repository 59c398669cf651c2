"""Versions are read as tools print them, and the pins agree with the SDKs."""

from __future__ import annotations

import importlib.metadata
import re

import pytest

from toolchain.builder import ENGINE_RECIPE, LEAST_ENGINE_RECIPE, Recipe
from toolchain.versions import ENGINE, MINIMUM_PULUMI, PLUGIN, Version, parse_version


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("v3.259.0", Version(3, 259, 0)),
        ("3.300.1\n", Version(3, 300, 1)),
        ("go1.26.8", Version(1, 26, 8)),
        ("go1.27", Version(1, 27, 0)),
        ("go version go1.25.11 linux/amd64", Version(1, 25, 11)),
        ("v3.260.0-alpha.1+abc", Version(3, 260, 0)),
        ("no version here", None),
        ("", None),
    ],
)
def test_finds_the_version(text: str, expected: Version | None) -> None:
    assert parse_version(text) == expected


def test_compares_numbers_not_letters() -> None:
    assert Version(3, 99, 0) < Version(3, 259, 0)


def test_the_plugin_is_the_one_that_the_installed_sdk_asks_for() -> None:
    assert str(PLUGIN) == importlib.metadata.version("pulumi-alicloud")


@pytest.mark.parametrize(
    ("recipe", "version"), [(ENGINE_RECIPE, ENGINE), (LEAST_ENGINE_RECIPE, MINIMUM_PULUMI)], ids=["newest", "least"]
)
def test_an_engine_is_built_from_the_modules_of_its_own_version(recipe: Recipe, version: Version) -> None:
    required = re.findall(r"github\.com/pulumi/pulumi/(?:pkg|sdk)/v3 v(\S+)", (recipe.module / "go.mod").read_text())
    assert required == [str(version)] * 2
    assert f"version.Version=v{version}" in recipe.linker_flags


def test_the_engine_is_no_older_than_the_python_sdk() -> None:
    """An SDK may ask for features of the engine that it was released with."""
    sdk = parse_version(importlib.metadata.version("pulumi"))
    assert sdk is not None
    assert MINIMUM_PULUMI <= sdk <= ENGINE
