"""Lists in files of their own: the same config, and each mistake told where it stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.config import CONFIG_KEY, ConfigError, MigrationConfig, Problem, parse
from components.includes import LISTS, Places, parse_with_includes
from tests.components.builders import FILE, config

ATTESTATION: dict[str, Any] = {
    "kind": "orders-settled",
    "instances": ["i-web"],
    "owner": "ann@example.com",
    "statedAt": "2026-11-27T10:00:00+08:00",
    "validUntil": "2026-12-31T00:00:00+08:00",
    "statement": "No order is open.",
}


def read(directory: Path, raw: object) -> tuple[MigrationConfig, Places]:
    return parse_with_includes({CONFIG_KEY: raw}, "classic-to-vpc", directory, FILE)


def refused(directory: Path, raw: object) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(directory, raw)
    return str(caught.value).splitlines()


def test_the_lists_are_those_of_the_config() -> None:
    assert LISTS == ("attestations", "databases", "instances", "later", "staying", "waivers", "waves")


def test_lists_may_stand_in_several_files_and_are_one(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text(yaml.safe_dump({"instances": ["i-c"], "attestations": [ATTESTATION]}))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/most.json").write_text(
        json.dumps({"instances": [{"id": "i-d", "retainIp": True}], "later": ["i-e"]})
    )
    raw = config(include=["more.yaml", "sub/most.json"])
    whole = config(
        include=["more.yaml", "sub/most.json"],
        instances=["i-web", "i-app", "i-c", {"id": "i-d", "retainIp": True}],
        attestations=[ATTESTATION],
        later=["i-e"],
    )
    assert read(tmp_path, raw)[0] == parse(whole, FILE)


def test_a_config_without_includes_is_read_as_before(tmp_path: Path) -> None:
    assert read(tmp_path, config())[0] == parse(config(), FILE)


def test_a_mistake_is_reported_where_it_stands(tmp_path: Path) -> None:
    wrong = {**ATTESTATION, "owner": 1}
    (tmp_path / "words.yaml").write_text(yaml.safe_dump({"attestations": [{**ATTESTATION}, wrong]}))
    raw = config(include=["words.yaml"], attestations=[{**ATTESTATION, "kind": "rumour"}])
    lines = refused(tmp_path, raw)
    assert [line.partition(": expected")[0] for line in lines] == [
        f"{FILE}: classic-to-vpc:migration.attestations[0].kind",
        "words.yaml: attestations[1].owner",
    ]


def test_problems_with_the_estate_name_the_included_file(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text("instances: [i-c]")
    _, places = read(tmp_path, config(include=["more.yaml"]))
    error = ConfigError(FILE, [Problem("instances[2]", "not in the region"), Problem("instances[1]", "not either")])
    assert str(places.located(error)).splitlines() == [
        f"{FILE}: classic-to-vpc:migration.instances[1]: not either",
        "more.yaml: instances[0]: not in the region",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("- i-c", "more.yaml: expected a map of lists: attestations, databases, instances, later"),
        ("window: {}", "more.yaml: window: unknown key; expected one of attestations, databases, instances, later"),
        ("later: i-c", "more.yaml: later: expected a list; got 'i-c'"),
        ("later: [i-c]\nlater: [i-d]", f"{FILE}: classic-to-vpc:migration.include[0]: "),
    ],
)
def test_a_file_that_is_no_such_list_is_refused(content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text(content)
    (line,) = refused(tmp_path, config(include=["more.yaml"]))
    assert line.startswith(message)


@pytest.mark.parametrize(
    ("include", "message"),
    [
        (["none.yaml"], f"{FILE}: classic-to-vpc:migration.include[0]: "),
        ("none.yaml", f"{FILE}: classic-to-vpc:migration.include: expected a list; got 'none.yaml'"),
        ([1], f"{FILE}: classic-to-vpc:migration.include[0]: expected text; got 1"),
    ],
)
def test_an_include_that_is_no_file_is_refused(include: object, message: str, tmp_path: Path) -> None:
    (line,) = refused(tmp_path, config(include=include))
    assert line.startswith(message)


def test_a_list_beside_one_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text("later: [i-c]")
    assert refused(tmp_path, config(include=["more.yaml"], later="i-d")) == [
        f"{FILE}: classic-to-vpc:migration.later: expected a list; got 'i-d'"
    ]
