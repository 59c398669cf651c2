"""Keys beside `classic-to-vpc:migration`: none that looks like the program's is ignored in silence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime.config import _SECRET_KEYS, CONFIG

from components.config import ConfigError, parse_stack
from components.stack_config import migration_config
from tests.components.builders import FILE, config

KEY = "classic-to-vpc:migration"
NESTED = "where the stack file nests it; on the command line: preflight set --stack '<stack>'"


def problems(keys: dict[str, Any], project: str = "classic-to-vpc") -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_stack(keys, project, FILE)
    return [line.removeprefix(f"{FILE}: ") for line in str(caught.value).splitlines()]


IGNORED: dict[str, tuple[str, str, str]] = {
    "a pasted path": (
        "classic-to-vpc:migration.backups",
        "classic-to-vpc",
        f"expected as backups inside the object {KEY}, {NESTED} 'backups: <value>'",
    ),
    "a pasted path of two keys": (
        "classic-to-vpc:migration.network.vswitches",
        "classic-to-vpc",
        f"expected as network.vswitches inside the object {KEY}, {NESTED} 'network: {{vswitches: <value>}}'",
    ),
    "a section beside the object": (
        "classic-to-vpc:backups",
        "classic-to-vpc",
        f"expected as backups inside the object {KEY}, {NESTED} 'backups: <value>'",
    ),
    "a section with a typing error": (
        "classic-to-vpc:backup",
        "classic-to-vpc",
        f"unknown key; did you mean backups inside the object {KEY}?",
    ),
    "a pasted path with a typing error": (
        "classic-to-vpc:migration.backup",
        "classic-to-vpc",
        f"unknown key; did you mean backups inside the object {KEY}?",
    ),
    "a pasted path into a list": (
        "classic-to-vpc:migration.instances[0].retainIp",
        "classic-to-vpc",
        f"expected as instances[0].retainIp inside the object {KEY}, {NESTED} "
        f"'instances: [{{id: <id>, retainIp: <value>}}]'",
    ),
    "a pasted path to nothing": (
        "classic-to-vpc:migration.colour",
        "classic-to-vpc",
        f"unknown key; expected {KEY} alone",
    ),
    "a typing error": ("classic-to-vpc:migratoin", "classic-to-vpc", f"unknown key; did you mean {KEY}?"),
    "upper case": ("classic-to-vpc:Migration", "classic-to-vpc", f"unknown key; did you mean {KEY}?"),
    "another key": ("classic-to-vpc:colour", "classic-to-vpc", f"unknown key; expected {KEY} alone"),
    "nothing after the dot": ("classic-to-vpc:migration.", "classic-to-vpc", f"unknown key; did you mean {KEY}?"),
    "the name of a renamed project": (
        "shop:migration",
        "shop",
        f"expected {KEY}: its namespace is classic-to-vpc in every project",
    ),
    "a path by the name of a renamed project": (
        "shop:migration.backups",
        "shop",
        f"expected backups inside the object {KEY}: its namespace is classic-to-vpc in every project",
    ),
    "a namespace with a typing error": ("classic-to-vcp:migration", "shop", f"unknown key; did you mean {KEY}?"),
    "a namespace in snake case": ("classic_to_vpc:migration", "shop", f"unknown key; did you mean {KEY}?"),
}


@pytest.mark.parametrize("case", IGNORED)
@pytest.mark.parametrize("beside", [True, False], ids=["beside the object", "alone"])
def test_a_key_that_would_be_ignored_is_refused(case: str, beside: bool) -> None:
    key, project, expected = IGNORED[case]
    assert problems({key: {}, **({KEY: config()} if beside else {})}, project) == [f"{key}: {expected}"]


def test_a_key_without_a_namespace_is_the_projects() -> None:
    assert problems({"migration": config()}, "shop") == [
        f"shop:migration: expected {KEY}: its namespace is classic-to-vpc in every project"
    ]
    assert parse_stack({"migration": config()["window"], KEY: config()}, "classic-to-vpc", FILE)


def test_all_problems_are_reported_at_once() -> None:
    reported = problems(
        {KEY: {**config(), "freezeHour": 1}, "classic-to-vpc:backups": {}, "shop:migration": {}}, "shop"
    )
    assert [line.partition(": ")[0] for line in reported] == [
        "classic-to-vpc:backups",
        f"{KEY}.freezeHour",
        "shop:migration",
    ]


@pytest.mark.parametrize("keys", [{}, {KEY: None}], ids=["no key", "an empty key"])
def test_a_stack_without_the_object_is_told_which_one(keys: dict[str, Any]) -> None:
    assert problems(keys) == [f"{KEY}: expected this key under config"]


OTHERS = ["alicloud:region", "shop:colour", "other:migration", "aws:migration.x", "shop:backups"]


@pytest.mark.parametrize("key", OTHERS)
def test_keys_of_others_are_left_alone(key: str) -> None:
    assert parse_stack({key: "x", KEY: config()}, "shop", FILE) == parse_stack({KEY: config()}, "shop", FILE)


@pytest.fixture
def values() -> Iterator[dict[str, Any]]:
    """The config of the running program."""
    given: dict[str, Any] = {}
    token = CONFIG.set(given)
    yield given
    CONFIG.reset(token)


def test_a_renamed_project_reads_the_same_object(values: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulumi, "get_project", lambda: "shop")
    values[KEY] = json.dumps(config())
    assert migration_config(Path.cwd(), FILE)[0] == parse_stack({KEY: config()}, "shop", FILE)


def test_a_text_in_place_of_the_object_is_reported(values: dict[str, Any]) -> None:
    values[KEY] = "tomorrow"
    with pytest.raises(ConfigError, match=f"^{FILE}: {KEY}: expected a map with the keys .*; got 'tomorrow'$"):
        migration_config(Path.cwd(), FILE)


def test_a_secret_is_refused_whatever_it_says(values: dict[str, Any]) -> None:
    """Pulumi hands it over as plain text, and what comes of it is no secret any more."""
    values[KEY] = json.dumps(config())
    token = _SECRET_KEYS.set({KEY})
    try:
        with pytest.raises(ConfigError, match=f"^{FILE}: {KEY}: expected no secret in it: state, results and reports"):
            migration_config(Path.cwd(), FILE)
    finally:
        _SECRET_KEYS.reset(token)
