"""Hold an update to what its preview showed, by the engine's own update plan.

The engine's update plans (`preview --save-plan`, `up --plan`) were tried with 3.276.0. They accept any value where the
preview had an unknown one, and they work with a refresh. They stop at the first resource that the update would treat
differently from the preview. They also hold the facts of components, some of which differ at each reading.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pulumi.runtime.rpc import UNKNOWN

from components.facts.migration import RUNNING_ON
from policies.core.plan import MIGRATION
from policies.pack.registry import all_rules
from policies.results import groups
from policies.verdict import CONDITIONS, READY
from preflight.judging import Judged


def may_follow(judged: Judged) -> bool:
    """Whether an update may follow: the verdict is ready, or `up` itself fixes every mandatory finding."""
    result = judged.decision.result
    if result is None or judged.preview.failed or judged.decision.readiness == "WHAT-IF":
        return False
    if judged.decision.code in (READY, CONDITIONS):
        return True
    fixed_by_up = {rule.id for rule in all_rules() if rule.fixed_by_up}
    blocking = {group["rule"] for group, _ in groups(result) if group["blocking"]}
    # Not ready without a blocking finding: no rule applied, so nothing is known.
    return bool(blocking) and blocking <= fixed_by_up


def release_what_runs_on(path: Path) -> None:
    """Take the facts that differ at each reading out of the plan; the program's own digest covers the rest.

    Raises OSError or ValueError if there is no plan.
    """
    plan: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    resources = plan["resourcePlans"]
    if not isinstance(resources, Mapping):
        raise ValueError("a plan without resources")
    for resource in resources.values():
        goal = resource.get("goal") or {}
        if goal.get("type") == MIGRATION:
            goal["outputDiff"] = _released(goal.get("outputDiff") or {})
    path.write_text(json.dumps(plan), encoding="utf-8")


def _released(diff: Mapping[str, Any]) -> dict[str, Any]:
    """Return a difference in which each of these facts may take any value; an added key may be a changed one too."""
    updated = {key: value for key, value in (diff.get("updates") or {}).items() if key not in RUNNING_ON}
    gone = [key for key in diff.get("deletes") or () if key not in RUNNING_ON]
    added = {**(diff.get("adds") or {}), **dict.fromkeys(RUNNING_ON, UNKNOWN)}
    return {**diff, "adds": added, "updates": updated, "deletes": gone}
