"""Whatever stands in a result file: it is refused, or judged and reported on, and each text is safe to print."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.core.plan import MIGRATION
from policies.verdict import Criteria, decide, verdict
from preflight.report.command import _of_a_file
from preflight.report.formats import RENDERERS, Format
from tests.components.test_hostile_input import LONGEST_MESSAGE, bent, changes_of
from tests.policies.prepared import prepared
from tests.policies.test_verdict import RUN, project, result

__all__ = ["project"]
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def blocked(project: Path) -> dict[str, Any]:
    """A result that counts, and names what blocks."""
    draft = prepared()
    del draft.facts(MIGRATION)["snapshots"]["d-web"]
    return result(project, draft)


@QUICK
@given(st.data())
def test_a_result(project: Path, blocked: dict[str, Any], data: st.DataObject) -> None:
    path = project / "result.json"
    content = bent(blocked, data.draw(changes_of(blocked)))
    path.write_text(json.dumps(content), encoding="utf-8")
    criteria, now = Criteria(RUN, None, project), datetime.fromisoformat(blocked["judgedAt"])
    code, lines = verdict(path, criteria, now)
    assert code in (20, 30, 40), "a result that blocks became ready"
    expect_printable("\n".join(lines))
    decision = decide(path, criteria, now)
    report = _of_a_file(decision, project, None, dict.fromkeys(Format))
    texts = {name: render(report) for name, render in RENDERERS.items()}
    assert json.loads(texts[Format.JSON])["exitCode"] in (decision.code, 40)
    assert json.loads(texts[Format.SARIF])["version"] == "2.1.0"
    ElementTree.fromstring(texts[Format.JUNIT])  # noqa: S314 - our own, without entities
    assert "<script>alert(1)" not in texts[Format.HTML]
    for name in (Format.MARKDOWN, Format.GITHUB):
        expect_printable(texts[name])


def expect_printable(text: str) -> None:
    unsafe = {char for char in text if not char.isprintable() and char != "\n"}
    assert not unsafe, f"{unsafe} in {text[:500]!r}"
    assert len(text) < LONGEST_MESSAGE
