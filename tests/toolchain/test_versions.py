"""Versions are read as tools print them, and the pins agree with the SDKs."""

from __future__ import annotations

import importlib.metadata

import pytest

from toolchain.versions import PLUGIN, Version, parse_version


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
