"""The pack's whole result as a versioned JSON document, for `preflight check`."""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from policies import PACK_NAME, PACK_VERSION
from policies.evaluation import Evaluation
from policies.outcome import Outcome, Result
from policies.rule import Rule

RESULT_VARIABLE: Final = "PREFLIGHT_RESULT"
SCHEMA_VERSION: Final = 1
# The notice's items, N01 to N35.
NOTICE_ITEMS: Final = tuple(f"N{number:02}" for number in range(1, 36))


def document(evaluation: Evaluation, rules: Iterable[Rule]) -> dict[str, Any]:
    """The result as plain data (docs/contracts.md, pack result): every rule, every subject, whatever the outcome."""
    timeline, rules = evaluation.timeline, tuple(rules)
    tally = Counter(result.outcome for result in evaluation.results)
    checked = {item for rule in rules for item in rule.notice_items}
    return {
        "schemaVersion": SCHEMA_VERSION,
        "pack": {"name": PACK_NAME, "version": PACK_VERSION},
        "project": evaluation.project,
        "stack": evaluation.stack,
        "now": timeline.now.isoformat(),
        "clockSource": evaluation.moment.source,
        "window": _window(timeline.start, timeline.latest),
        "freezeStartsAt": timeline.freeze_starts_at.isoformat() if timeline.freeze_starts_at else None,
        "frozen": timeline.frozen,
        "rules": [_rule(rule) for rule in rules],
        "results": [_result(result) for result in evaluation.results],
        "tally": {outcome.value: tally[outcome] for outcome in Outcome},
        "notChecked": [item for item in NOTICE_ITEMS if item not in checked],
    }


def _window(start: datetime | None, latest: datetime | None) -> dict[str, str] | None:
    if start is None or latest is None:
        return None
    return {"start": start.isoformat(), "latest": latest.isoformat()}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity,
        "noticeItems": list(rule.notice_items),
        "url": rule.url,
    }


def _result(result: Result) -> dict[str, Any]:
    subject = result.subject
    return {
        "rule": result.rule_id,
        "subject": {"kind": subject.kind, "id": subject.id, "name": subject.name, "urn": subject.urn or ""},
        "outcome": result.outcome.value,
        "reason": result.reason,
        "remediation": result.remediation,
    }


def write(path: Path, content: dict[str, Any]) -> None:
    """Writes the document so that a reader finds the whole of it or nothing. Raises OSError where that fails."""
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False, indent=2)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
