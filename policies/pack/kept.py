"""The verdict of a preview, kept for the update that follows (docs/contracts.md, Kept verdicts).

The program asks for it before it declares what cannot be undone. It is known by the digest of the facts that were
judged, so that it stands for nothing else.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from policies.core.facts import UnreadableError, attempt
from policies.core.outcome import Outcome
from policies.core.plan import Plan
from policies.core.rule import AnyRule
from policies.pack.document import write_whole
from policies.pack.evaluation import Evaluation
from policies.pack.presence import private_directory

DIRECTORY: Final = "judged"
# Nothing that is older counts for anything.
_KEPT: Final = timedelta(days=1)


def keep_verdict(
    evaluation: Evaluation, plan: Plan, rules: Iterable[AnyRule], environment: Mapping[str, str]
) -> Path | None:
    """Keep the verdict of a preview, in place of an earlier one of the same facts; return where, None for nowhere.

    None is kept of an update, which was judged when it was done, of a what-if, and of an estate in a file. Where it
    cannot be kept, the program finds none.
    """
    if evaluation.moment.what_if or evaluation.moment.estate_file is not None:
        return None
    digest = attempt(lambda: plan.migration.object("madeOf").text("factsSha256"))
    preview = attempt(lambda: plan.migration.flag("dryRun"))
    if isinstance(digest, UnreadableError) or preview is not True or not digest.isalnum():
        return None
    with contextlib.suppress(OSError):
        directory = private_directory(environment)
        if directory is not None:
            return _write(directory / DIRECTORY, digest, _content(evaluation, digest, rules))
    return None


def _content(evaluation: Evaluation, digest: str, rules: Iterable[AnyRule]) -> dict[str, Any]:
    fixed_by_up = {rule.id for rule in rules if rule.fixed_by_up}
    left = sum(len(results) for rule_id, results in evaluation.blocking.items() if rule_id not in fixed_by_up)
    judged_at = evaluation.moment.judged_at
    applies = any(result.outcome is not Outcome.NOT_APPLICABLE for result in evaluation.results)
    return {
        "factsSha256": digest,
        "project": evaluation.project,
        "stack": evaluation.stack,
        "judgedAt": None if judged_at is None else judged_at.isoformat(),
        "openFindings": left,
        # As the engine lets an update follow: a simulated cloud is no obstacle.
        "passes": left == 0 and applies,
    }


def _write(directory: Path, digest: str, content: Mapping[str, Any]) -> Path:
    directory.mkdir(mode=0o700, exist_ok=True)
    for old in directory.glob("*.json"):
        with contextlib.suppress(OSError):
            if time.time() - old.stat().st_mtime > _KEPT.total_seconds():
                old.unlink()
    path = directory / f"{digest}.json"
    write_whole(path, [json.dumps(content)])
    return path
