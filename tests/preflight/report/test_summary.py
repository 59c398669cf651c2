"""The summary for a program keeps to its schema, and says what the screen says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ConfigDict, TypeAdapter, with_config

from preflight.report.model import Report
from preflight.report.summary import ReportDocument, render
from tests.preflight.report.reports import by_file, hostile_report, not_judged, recorded_report

SCHEMA = Path(__file__).parents[3] / "docs/schema/report.schema.json"
EXACT = TypeAdapter(with_config(ConfigDict(extra="forbid", strict=True))(ReportDocument))


def summary(report: Report) -> dict[str, Any]:
    text = render(report)
    EXACT.validate_json(text)
    return dict(json.loads(text))


@pytest.mark.parametrize("name", ["broken", "first", "freeze", "waves", "applied"])
def test_it_says_what_was_judged(name: str) -> None:
    report = recorded_report(name)
    document = summary(report)
    assert document["readiness"] == report.readiness
    assert document["exitCode"] == report.code
    assert document["blocking"] == report.result["blocking"]
    assert [wave["name"] for wave in document["waves"]] == [wave["name"] for wave in report.result["waves"]]
    assert sum(fix["failed"] + fix["unknown"] for fix in document["fixes"]) == sum(
        fix["findings"] for fix in document["fixes"]
    )


def test_one_wave_has_what_is_its_own() -> None:
    document = summary(recorded_report("waves", wave="back"))
    assert (document["wave"], [wave["name"] for wave in document["waves"]]) == ("back", ["back"])


def test_the_file_that_the_estate_is_from_is_named_with_its_age() -> None:
    assert summary(recorded_report("broken"))["estate"] is None
    assert summary(by_file(recorded_report("broken"), hours=30))["estate"] == {
        "file": "estate.json",
        "readAt": by_file(recorded_report("broken"), hours=30).result["run"]["estateReadAt"],
        "ageSeconds": 108_000.0,
    }


def test_each_rule_of_a_fix_has_its_page() -> None:
    for fix in summary(recorded_report("broken"))["fixes"]:
        assert fix["pages"] == [f"docs/rules/{rule}.md" for rule in fix["rules"]]


def test_counts_that_are_not_judged_are_null_and_never_zero() -> None:
    document = summary(not_judged("it is of another run"))
    assert (document["readiness"], document["exitCode"], document["reasons"]) == (
        "NOT JUDGED",
        40,
        ["it is of another run"],
    )
    assert (document["stack"], document["commit"], document["validUntil"], document["blocking"]) == (
        None,
        None,
        None,
        None,
    )


def test_hostile_names_keep_it_valid() -> None:
    assert summary(hostile_report())["fixes"]
