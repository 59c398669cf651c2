"""Whatever stands in an estate: one message, or a verdict whose reports are whole and safe to print, in every format.

The way is the whole one but for the engine: an inventory file, the plan, the facts, the pack, its result, the reports.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.config import ConfigError
from estate.errors import EstateError
from estate.inventory import Inventory, load_inventory, render
from policies.pack.document import document
from policies.pack.registry import all_rules
from policies.pack.run import Run
from preflight.report.formats import RENDERERS, Format
from tests.components.test_hostile_input import HOSTILE, bent, expect_safe, places
from tests.policies.in_process import Scene, previewed, sample_config, sample_estate
from tests.preflight.report.reports import report_of
from tests.preflight.report.test_hostile_result import expect_printable

QUICK = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
# What a file may hold; the rest of `HOSTILE` is refused before.
TEXTS = [value for value in HOSTILE if isinstance(value, str) and value != "\ud800"]


@cache
def inventory() -> dict[str, Any]:
    """The sample's inventory file."""
    loaded: dict[str, Any] = json.loads(render(Inventory(schema_version=1, rehearsal=(), estate=sample_estate())))
    return loaded


@cache
def text_places() -> list[tuple[Any, ...]]:
    """Where a text of the cloud stands; what is no text is refused (`tests/components/test_hostile_input.py`)."""
    paths = []
    for path in places(inventory()):
        value: Any = inventory()
        for key in path:
            value = value[key]
        if isinstance(value, str):
            paths.append(path)
    return paths


@pytest.mark.timeout(300)
@QUICK
@given(st.data())
def test_an_estate(tmp_path: Path, data: st.DataObject) -> None:
    changes = data.draw(
        st.lists(st.tuples(st.sampled_from(text_places()), st.sampled_from(TEXTS)), min_size=1, max_size=6)
    )
    path = tmp_path / "inventory.json"
    path.write_text(json.dumps(bent(inventory(), changes)), encoding="utf-8")
    try:
        evaluation = previewed(sample_config(), Scene(load_inventory(path).estate))
    except (ConfigError, EstateError) as error:
        expect_safe(error)
        return
    result = json.loads(json.dumps(document(evaluation, all_rules(), Run(account_id="1234567890123456"))))
    report = report_of(result)
    texts = {name: render(report) for name, render in RENDERERS.items()}
    assert json.loads(texts[Format.JSON])["exitCode"] == report.code
    assert json.loads(texts[Format.SARIF])["version"] == "2.1.0"
    ElementTree.fromstring(texts[Format.JUNIT])  # noqa: S314 - our own, without entities
    assert "<script>alert(1)" not in texts[Format.HTML]
    for name in (Format.MARKDOWN, Format.GITHUB):
        expect_printable(texts[name])
