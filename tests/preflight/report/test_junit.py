"""A test report: each outcome is told apart, and no file is green that is not ready."""

from __future__ import annotations

import xml.etree.ElementTree as Xml
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase

from preflight.report.junit import _clean, render
from preflight.report.model import Report
from tests.policies.result_files import with_first
from tests.preflight.report.reports import HOSTILE, hostile_report, not_judged, recorded_report, report_of
from tests.preflight.results import recorded_result


def cases(report: Report) -> list[TestCase]:
    """The cases as a CI system reads them; the counts of each suite are those of its cases."""
    parsed = JUnitXml.fromstring(render(report).encode())
    test_cases = []
    for suite in parsed:
        counted = Counter(type(item) for case in suite for item in case.result)
        assert (suite.failures, suite.errors, suite.skipped) == (counted[Failure], counted[Error], counted[Skipped])
        assert suite.tests == len(list(suite))
        test_cases += list(suite)
    assert parsed.tests == len(test_cases)
    return test_cases


def kinds(case: TestCase) -> list[tuple[type, str]]:
    return [(type(item), item.type) for item in case.result]


def test_each_outcome_is_distinguished() -> None:
    report = recorded_report("broken", 9)
    counts = Counter(kind for case in cases(report) if case.classname != "preflight" for kind in kinds(case))
    outcomes = Counter((item["outcome"], item["blocking"]) for item in report.results)
    assert counts[Failure, "FAIL"] == outcomes["FAIL", True] > 0
    assert counts[Error, "UNKNOWN"] == outcomes["UNKNOWN", True]
    assert counts[Skipped, "ADVICE"] == outcomes["FAIL", False] + outcomes["UNKNOWN", False] > 0
    assert counts[Skipped, "PENDING"] == outcomes["PENDING", False] > 0
    green = [case for case in cases(report) if not case.result and case.classname != "preflight"]
    assert len(green) == outcomes["PASS", False]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"outcome": "UNKNOWN", "blocking": True}, (Error, "UNKNOWN")),
        ({"outcome": "FAIL", "blocking": True}, (Failure, "FAIL")),
        ({"outcome": "PENDING", "blocking": False}, (Skipped, "PENDING")),
        (
            {"outcome": "UNKNOWN", "blocking": False, "mandatoryFrom": "2026-12-06T00:00:01+08:00"},
            (Skipped, "ADVICE"),
        ),
    ],
)
def test_one_result_is_one_case(values: dict[str, object], kind: tuple[type, str]) -> None:
    result = recorded_result("first")
    with_first(**values, reason="It is so.\nAnd so.", remediation="Do it.")(result)
    report = report_of(result)
    rule, name = report.results[0]["rule"], report.results[0]["subject"]["name"]
    (case,) = (item for item in cases(report) if item.classname == rule and item.name.startswith(name))
    assert kinds(case) == [kind]
    assert "It is so." in case.result[0].message
    assert "Do it." in (case.result[0].text or "")


def test_a_waiver_says_whose_it_is() -> None:
    result = recorded_result("first")
    waiver = {
        "insteadOf": "FAIL",
        "scope": "all",
        "reason": "It is drained.",
        "owner": "ann",
        "approvedBy": "bob",
        "approvedAt": "2026-11-01T00:00:00+08:00",
        "expires": "2026-12-20T00:00:00+08:00",
    }
    with_first(outcome="WAIVED", waiver=waiver)(result)
    (case,) = (case for case in cases(report_of(result)) if (Skipped, "WAIVED") in kinds(case))
    assert case.result[0].message == "FAIL, waived until 2026-12-20T00:00:00+08:00 by bob: It is drained."


@pytest.mark.parametrize(
    ("report", "kind"),
    [
        (recorded_report("broken"), [(Failure, "NOT READY")]),
        (recorded_report("first"), []),
        (not_judged("it is of another run"), [(Error, "NOT JUDGED")]),
    ],
    ids=["not ready", "conditions", "not judged"],
)
def test_the_answer_is_a_case_of_its_own(report: Report, kind: list[tuple[type, str]]) -> None:
    first = cases(report)[0]
    assert (first.classname, first.name) == ("preflight", "verdict")
    assert kinds(first) == kind


def test_a_what_if_is_never_green() -> None:
    result = recorded_result("first")
    result["judgement"] |= {"readiness": "WHAT-IF", "hypothetical": "READY"}
    result["whatIf"] = [{"kind": "time", "reason": "it is about 2027"}]
    first = cases(report_of(result, code=4))[0]
    assert kinds(first) == [(Error, "WHAT-IF")]
    assert "it is about 2027" in first.result[0].text


@given(st.text() | st.sampled_from(HOSTILE))
def test_any_text_of_the_cloud_is_valid_xml(text: str) -> None:
    element = Xml.Element("a", {"b": _clean(text)})
    element.text = _clean(text)
    read = Xml.fromstring(Xml.tostring(element, encoding="unicode"))  # noqa: S314 - our own
    assert len(read) == 0


def test_an_outcome_of_another_kind_is_valid_xml() -> None:
    result = recorded_result("first")
    with_first(outcome="\x1b[2J", blocking=True)(result)
    assert (Skipped, "?[2J") in [kind for case in cases(report_of(result)) for kind in kinds(case)]


def test_hostile_names_make_no_elements() -> None:
    known = {"testsuites", "testsuite", "testcase", "failure", "error", "skipped", "system-out"}
    root = Xml.fromstring(render(hostile_report()))  # noqa: S314 - our own
    assert {element.tag for element in root.iter()} <= known
    assert any("<script>" in case.name for case in cases(hostile_report()))
