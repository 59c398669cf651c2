"""A finding as it stands in a terminal."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from policies.core.outcome import Outcome, Result, Subject
from policies.pack.messages import WIDTH, advice_text, finding_text, listed
from policies.pack.registry import all_rules
from policies.subjects.durations import told

RULE: Final = replace(all_rules()[0], why="It stops.")
FROM: Final = datetime(2026, 12, 1, tzinfo=UTC)


def result(kind: Any = "instance", subject_id: str = "i-1", name: str = "web-1", **changes: Any) -> Result:
    subject = Subject(kind, subject_id, name, "urn")
    found = Result(RULE.id, subject, Outcome.FAIL, "It is missing.", "pulumi up", blocking=True)
    return replace(found, **changes)


@pytest.mark.parametrize(
    ("found", "first"),
    [
        (result(), "web-1 (i-1): It is missing."),
        (result(name="i-1"), "i-1: It is missing."),
        (result("migration", "dev", "project"), "Stack dev: It is missing."),
        (result("migration", "", ""), "Empty stack: It is missing."),
        (result(reason="A is.\nB is."), "web-1 (i-1):\n  - A is.\n  - B is."),
        (result(reason="These are:\nA\nB"), "web-1 (i-1): These are:\n  - A\n  - B"),
        (result(reason="This is:"), "web-1 (i-1): This is:"),
    ],
)
def test_a_finding_tells_about_whom_what_why_and_how_to_mend_it(found: Result, first: str) -> None:
    assert finding_text(RULE, found) == f"{first}\nWhy: It stops.\nFix: pulumi up"


def test_prose_is_wrapped_and_what_is_to_be_copied_never_is() -> None:
    long = "classic-to-vpc " * 30 + "w" * 100
    text = finding_text(RULE, result(reason=long, remediation=f"aliyun {long}\naliyun {long}"))
    prose, (fix, more) = text.splitlines()[:-2], text.splitlines()[-2:]
    assert (fix, more) == (f"Fix: aliyun {long}", f"     aliyun {long}")
    assert prose[0].startswith("web-1 (i-1): classic-to-vpc classic-to-vpc")
    assert prose[1].startswith("    classic-to-vpc")
    assert "w" * 100 in prose[-2]
    assert not [line for line in prose if line.endswith("-")]
    assert all(len(line) <= WIDTH for line in prose if "w" * 100 not in line)
    assert max(len(line) for line in prose[:-2]) > WIDTH - len("classic-to-vpc ")


def test_advice_is_told_by_its_rule_and_from_when_on_it_is_mandatory() -> None:
    text = finding_text(RULE, result())
    advice = result(blocking=False, mandatory_from=FROM)
    assert advice_text(RULE, advice) == f"{RULE.id}: {text}\nMandatory from 2026-12-01T00:00+00:00 on"
    for other in (
        result(mandatory_from=FROM),
        result(blocking=False),
        result(outcome=Outcome.WAIVED, blocking=False, mandatory_from=FROM),
    ):
        assert advice_text(RULE, other) == f"{RULE.id}: {text}"


def test_a_list_has_its_heading() -> None:
    assert listed("These are:\nA\nB") == "These are:\n  - A\n  - B"
    assert listed("") == ""


@pytest.mark.parametrize(
    ("minutes", "text"), [(0, "0 min"), (45, "45 min"), (119, "119 min"), (120, "2.0 h"), (1536, "25.6 h")]
)
def test_a_duration_is_told_in_minutes_up_to_two_hours(minutes: int, text: str) -> None:
    assert told(timedelta(minutes=minutes)) == text
