"""An update that cannot be undone asks for a verdict of what it is about to do (docs/contracts.md, Kept verdicts).

The engine asks the policy pack in the preview, and after the update. Where there was no preview, or none with the pack,
whatever the pack has to say comes when everything is written. So the program itself looks for the verdict before it
declares anything.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pulumi

from components.config.approvals import Approval
from components.facts import migration_facts
from components.inputs import Inputs
from components.plan.lasting import cannot_be_undone
from components.presence import UndetectableError, private_directory, warn_unless_judged

DIRECTORY: Final = "judged"
#: As long as a result holds for a gate (`policies.verdict --max-age`).
HOLDS: Final = timedelta(hours=1)
_SKEW: Final = timedelta(minutes=5)
_SHOWN: Final = 4
_WAY: Final = "Run `preflight up`, or `pulumi up` with the policy pack and its preview."
_OWNER: Final = "To answer for an update without a verdict, declare unjudgedUpdates (docs/weakening.md)."


class UnjudgedError(Exception):
    """What the update would do cannot be undone, and no verdict stands behind it; the message is for a person."""


@dataclass(frozen=True)
class Kept:
    """What the pack has kept of one verdict; `open_findings` are those for which the engine refuses an update."""

    facts_sha256: str
    stack: tuple[str, str]
    judged_at: datetime
    open_findings: int
    passes: bool


def require_verdict(inputs: Inputs) -> None:
    """Warn where no pack judges this run. Raises UnjudgedError for an update that nobody has judged, and must be."""
    if not pulumi.runtime.is_dry_run():
        _require(inputs, (pulumi.get_project(), pulumi.get_stack()), os.environ)
    warn_unless_judged()


def _require(inputs: Inputs, stack: tuple[str, str], environ: Mapping[str, str]) -> None:
    lasting = tuple(cannot_be_undone(inputs.plan))
    if not lasting:
        return
    digest = migration_facts(inputs.plan, inputs.sources)["madeOf"]["factsSha256"]
    problem = unjudged(digest, stack, environ, datetime.now(UTC))
    if problem is None:
        return
    approval, clock = inputs.plan.config.unjudged_updates, inputs.sources.clock
    if approval is not None and clock is not None and approval.approved_at <= clock.cloud < approval.expires:
        pulumi.log.warn(f"{problem} {_approved(approval)}")
        return
    raise UnjudgedError(refusal(lasting, problem, approval))


def refusal(lasting: tuple[str, ...], problem: str, approval: Approval | None) -> str:
    """Say what is not done, why, and what to do."""
    more = f" and {len(lasting) - _SHOWN} more" if len(lasting) > _SHOWN else ""
    ended = "" if approval is None else f" The one there holds from {approval.approved_at} until {approval.expires}."
    reasons = "; ".join(lasting[:_SHOWN])
    reason = f"What it would do cannot be undone: {reasons}{more}."
    return f"Nothing is changed in the cloud: {problem} {reason}\n{_WAY}\n{_OWNER}{ended}"


def _approved(approval: Approval) -> str:
    return f"{approval.owner} answers for that until {approval.expires}, by unjudgedUpdates: {approval.reason}"


def unjudged(digest: str, stack: tuple[str, str], environ: Mapping[str, str], now: datetime) -> str | None:
    """Say why no verdict stands behind an update of what has this digest; None where one does."""
    try:
        directory = private_directory(environ) / DIRECTORY
    except UndetectableError as error:
        return f"it is unknown whether this update was judged: {error}."
    fresh = [
        judgement
        for judgement in _saved(directory)
        if judgement.stack == stack and now - HOLDS <= judgement.judged_at <= now + _SKEW
    ]
    latest = max(
        (judgement for judgement in fresh if judgement.facts_sha256 == digest),
        key=lambda judgement: judgement.judged_at,
        default=None,
    )
    if latest is not None and latest.passes:
        return None
    if latest is not None and not latest.open_findings:
        return f"the preview of {_to_minute(latest.judged_at)} found nothing that it could judge."
    if latest is not None:
        number = f"{latest.open_findings} finding{'' if latest.open_findings == 1 else 's'}"
        return f"the preview of {_to_minute(latest.judged_at)} left {number} open that must be settled first."
    if fresh:
        last = _to_minute(max(judgement.judged_at for judgement in fresh))
        return f"the cloud, the commit or the stack file has changed since the verdict of {last}."
    minutes = HOLDS // timedelta(minutes=1)
    return f"no preview with the policy pack has judged this update within the last {minutes} minutes."


def _saved(directory: Path) -> Iterator[Kept]:
    for path in directory.glob("*.json"):
        try:
            judgement = _read(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if judgement.judged_at.utcoffset() is not None:
            yield judgement


def _read(content: Mapping[str, Any]) -> Kept:
    return Kept(
        facts_sha256=str(content["factsSha256"]),
        stack=(str(content["project"]), str(content["stack"])),
        judged_at=datetime.fromisoformat(content["judgedAt"]),
        open_findings=int(content["openFindings"]),
        passes=content["passes"] is True,
    )


def _to_minute(moment: datetime) -> str:
    return moment.astimezone().isoformat(sep=" ", timespec="minutes")
