"""The gate on the cases of a rule counts what is asserted, not what a test is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from policies.core.outcome import Outcome
from tests.policies.cases import asserted

PASS, FAIL = Outcome.PASS, Outcome.FAIL


@pytest.mark.parametrize(
    ("test", "outcomes"),
    [
        ("def test_pass_x():\n    expect(draft, RULE, 'i', Outcome.PASS)", {PASS}),
        ("def test_fail_x():\n    expect(draft, RULE, 'i', Outcome.PASS)", {PASS}),
        ("def test_fail_x():\n    expect(draft, 'another-rule', 'i', Outcome.FAIL)", set()),
        ("def test_fail_x():\n    expect(draft, OTHER_RULE, 'i', Outcome.FAIL)", set()),
        ("def test_fail_x():\n    assert draft.result(RULE, 'i').outcome is Outcome.FAIL", {FAIL}),
        ("def test_fail_x():\n    print(Outcome.FAIL)", set()),
        (
            "@pytest.mark.parametrize('outcome', [Outcome.PASS, Outcome.FAIL])\n"
            "def test_fail_x(outcome):\n    expect(draft, RULE, 'i', outcome)",
            {PASS, FAIL},
        ),
        (
            "CASES = [Outcome.FAIL]\n@pytest.mark.parametrize('outcome', CASES)\n"
            "def test_fail_x(outcome):\n    expect(draft, RULE, 'i', outcome)",
            {FAIL},
        ),
        ("def test_fail_x():\n    for x in (Outcome.FAIL,):\n        expect(draft, RULE, 'i', x)", {FAIL}),
        ("def _judged(o):\n    expect(draft, RULE, 'i', o)\ndef test_fail_x():\n    _judged(Outcome.FAIL)", {FAIL}),
        ("def _fails():\n    expect(draft, RULE, 'i', Outcome.FAIL)\ndef test_fail_x():\n    _fails()", {FAIL}),
    ],
)
def test_outcomes_that_a_test_asserts_are_found(tmp_path: Path, test: str, outcomes: set[Outcome]) -> None:
    path = tmp_path / "test_rule.py"
    path.write_text(test, encoding="utf-8")
    (by_case,) = asserted(path).values()
    assert by_case == outcomes
