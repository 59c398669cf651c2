"""What a person reads of it: at 80 and at 120 columns, on few lines whatever the estate, and the answer last."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rich.console import Console

from policies.core.plan import Plan
from preflight.reach.command import exit_code
from preflight.reach.making import make_reach
from preflight.reach.model import Document, Reach
from preflight.reach.text import show_reach
from tests.policies.recordings import NAMES, REGION, recorded
from tests.preflight.stepped import HOSTILE

ROOT = Path(__file__).parents[3]


@cache
def _reach(name: str, text: str | None) -> Reach:
    given = recorded(name)
    resources = given.resources
    if text is not None:
        resources = tuple(replace(item, properties=_renamed(item.properties, text)) for item in resources)
    return make_reach(Plan(resources), given.now)


def document(name: str = REGION, text: str | None = None, **fields: object) -> Document:
    given, reach = recorded(name), _reach(name, text)
    return Document(
        readiness="READY",
        exit_code=exit_code(reach, 0),
        judged_at=given.now.isoformat(),
        commit=None,
        account="1234567890123456",
        basis="plan",
        moved=0,
        to_move=8,
        reach=reach,
    ).model_copy(update=fields)


def _renamed(value: Any, text: str) -> Any:
    if isinstance(value, dict):
        return {
            key: text if key in ("instanceName", "description") else _renamed(item, text) for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_renamed(item, text) for item in value]
    return value


def shown(reach_document: Document, width: int, *, everything: bool = False, only: Sequence[str] = ()) -> list[str]:
    out = Console(width=width, file=io.StringIO(), highlight=False)
    show_reach(out, reach_document, everything=everything, only=only)
    assert isinstance(out.file, io.StringIO)
    return [line.rstrip() for line in out.file.getvalue().splitlines()]


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("name", NAMES)
def test_it_fits_the_terminal_and_the_answer_is_last(name: str, width: int) -> None:
    lines = shown(document(name), width)
    assert max(map(len, lines)) <= width
    assert len(lines) < 140
    assert lines[0].startswith("Who reaches whom, stack test: before the move, and once the plan is carried out")
    assert " ".join(lines[-2:]).endswith("stack test")


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("name", NAMES)
def test_each_arrow_has_a_name_beside_it(name: str, width: int) -> None:
    arrows = [line for line in shown(document(name), width, everything=True) if "->" in line]
    assert arrows
    assert [line for line in arrows if not re.search(r"->  \S", line)] == []


def test_a_file_passes_no_gate() -> None:
    reach = document().reach
    unchanged = reach.model_copy(update={"opened": 0, "unknown": ()})
    assert (exit_code(unchanged, 0), exit_code(unchanged, 0, by_file=True)) == (0, 30)
    by_file = document(reach=unchanged, estate_file="estate.json", exit_code=30)
    last = shown(by_file, 120)[-1]
    assert last.startswith("UNKNOWN: by the estate in estate.json alone, and no cloud was asked")
    assert "NOTHING OPENED" not in last


def test_the_page_shows_what_is_shown() -> None:
    lines = shown(document(), 120)
    page = (ROOT / "docs/preflight-reach.md").read_text(encoding="utf-8").split("```")[3]
    assert [line for line in page.strip().splitlines() if line not in (*lines, "...")] == []


def test_the_prepared_sample_opens_nothing_but_databases_to_whole_vswitches() -> None:
    """As the notice asks, and nobody has accepted it."""
    whole = document("first")
    assert (whole.exit_code, shown(whole, 120)[-1].startswith("OPENED: ")) == (20, True)
    accepted = make_reach(Plan(recorded("first").resources), recorded("first").now, whole_vswitches=True)
    assert exit_code(accepted, 0) == 0


def test_opened_and_lost_flows_are_listed_first() -> None:
    lines = shown(document(), 120)
    of_databases = lines[next(i for i, line in enumerate(lines) if line.startswith("Databases:")) :]
    words = [line.split()[0] for line in of_databases[1:] if line and not line.startswith(" ")]
    assert words[0] == "opened"
    assert words.index("kept") > max(i for i, word in enumerate(words) if word == "opened")


def test_one_instance_is_told_whole_and_alone() -> None:
    lines = shown(document(), 120, only=["cache-1"])
    rows = [line for line in lines if line.startswith(("kept", "lost", "opened"))]
    assert rows
    assert not any("more row" in line for line in lines)
    assert "-> legacy-1" not in "\n".join(lines)


def test_all_leaves_nothing_out() -> None:
    whole = document()
    lines = shown(whole, 120, everything=True)
    assert not [line for line in lines if "more row" in line]
    text = " ".join(lines)
    for pair in whole.reach.pairs:
        for name in (*pair.source.names, *pair.target.names):
            assert name in text


def test_unknown_reach_is_reported_with_its_reason() -> None:
    unknown_reach = document()
    unknown = unknown_reach.reach.model_copy(update={"unknown": ({"subject": "i-1", "reason": "cannot be read"},)})
    whole = Document.model_validate({**unknown_reach.model_dump(), "reach": unknown.model_dump(warnings=False)})
    lines = shown(whole, 80)
    assert "  i-1: cannot be read" in lines
    assert "UNKNOWN: not everything can be read" in " ".join(lines[-3:])


@pytest.mark.parametrize("name", NAMES)
def test_the_data_is_as_its_schema_says_and_reads_back(name: str) -> None:
    written = document(name)
    schema = json.loads((ROOT / "docs/schema/reach.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(written.model_dump_json()), schema, jsonschema.Draft202012Validator)
    assert Document.model_validate_json(written.model_dump_json()) == written


def test_texts_of_the_cloud_are_data() -> None:
    for everything in (False, True):
        for line in shown(document(text=HOSTILE), 80, everything=everything):
            assert line.isprintable() or not line
