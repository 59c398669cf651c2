"""Where a fix belongs: the key it changes, the item it is about, or the instance that is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from preflight.report.places import Place, Places, read_places
from tests.preflight.report.reports import in_project

RUN: dict[str, Any] = {"run": {}}


def places(directory: Path) -> Places:
    return read_places(in_project(directory, RUN)["run"], directory / "infra")


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        ("window.start", "x", 6),
        ("window.latest", "x", 5),
        ("window", {"start": "x"}, 6),
        ("network", {"vswitches": []}, 7),
        ("network", {"mode": "create"}, 8),
        ("databases", [{"id": "rm-bp1shopmysql000001"}], 15),
        ("databases", [{"id": "rm-other"}], 14),
        ("backups", {"retentionDays": 30}, 3),
        ("waves", [{"name": "front"}], 10),
        ("instances", [{"id": "i-bp1web20000000000001"}], 13),
    ],
)
def test_a_fix_stands_on_what_it_changes(tmp_path: Path, path: str, value: object, line: int) -> None:
    place = places(tmp_path).of_key(path, value)
    assert (place.file, place.line) == ("infra/Pulumi.test.yaml", line)


def test_an_item_of_an_included_file_is_found_there(tmp_path: Path) -> None:
    there = Place("infra/more.yaml", 2, 5)
    assert places(tmp_path).of_key("instances", [{"id": "i-bp1app10000000000001", "tier": "x"}]) == there


def test_an_instance_is_found_where_it_is_named_and_else_the_stack(tmp_path: Path) -> None:
    of_stack = places(tmp_path)
    assert of_stack.of_instance("i-bp1web10000000000001") == Place("infra/Pulumi.test.yaml", 12, 13)
    assert of_stack.of_instance("i-bp1app10000000000001") == Place("infra/more.yaml", 2, 5)
    assert of_stack.of_instance("i-selected-by-a-tag") == of_stack.start == Place("infra/Pulumi.test.yaml", 3, 3)


@pytest.mark.parametrize(
    "text", ["", "config: [", "- a", "config: {classic-to-vpc:migration: 3}", "\x00", "a: &a [*a]"]
)
def test_a_file_that_says_nothing_gives_its_first_lines(tmp_path: Path, text: str) -> None:
    run = in_project(tmp_path, RUN)["run"]
    (tmp_path / "infra/Pulumi.test.yaml").write_text(text, encoding="utf-8")
    place = read_places(run, tmp_path / "infra").of_key("window.start", "x")
    assert (place.file, place.line) == ("infra/Pulumi.test.yaml", 1)


def test_without_a_stack_file_it_is_the_project(tmp_path: Path) -> None:
    assert read_places(None, tmp_path).start == Place("Pulumi.yaml")
    assert read_places({"stackFile": None}, tmp_path).start == Place("Pulumi.yaml")


def test_only_files_that_were_judged_are_read(tmp_path: Path) -> None:
    run = in_project(tmp_path, RUN)["run"] | {"files": []}
    of_stack = read_places(run, tmp_path / "infra")
    assert of_stack.of_instance("i-bp1app10000000000001") == of_stack.start
