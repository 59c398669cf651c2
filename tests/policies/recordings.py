"""What the engine asked in recorded previews (tests/policies/recorded), as requests and as plans of the pack."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from google.protobuf import json_format
from pulumi.runtime import proto

from policies.core.clock import Moment
from policies.core.plan import Plan, Resource
from policies.pack.adapter import adapt
from policies.pack.evaluation import Evaluation, evaluate
from policies.pack.registry import all_rules

HERE: Final = Path(__file__).parent / "recorded"
REGION: Final = "region"
"""The recording of what `preflight reach` asks for: more than any rule reads."""
NAMES: Final = tuple(sorted({path.stem for path in HERE.glob("*.jsonl")} - {REGION}))


@dataclass(frozen=True)
class Recording:
    """One question about a whole stack as the rules see it, and the time of the preview."""

    now: datetime
    resources: tuple[Resource, ...]

    def plan(self) -> Plan:
        return Plan(self.resources)

    def evaluation(self) -> Evaluation:
        return evaluate(all_rules(), self.plan(), Moment(self.now, "cloud"))

    def with_properties(self, index: int, properties: dict[str, Any]) -> Recording:
        """With other properties of one resource."""
        changed = replace(self.resources[index], properties=properties)
        return replace(self, resources=(*self.resources[:index], changed, *self.resources[index + 1 :]))

    def without(self, index: int) -> Recording:
        """Without one resource."""
        return replace(self, resources=(*self.resources[:index], *self.resources[index + 1 :]))


@cache
def recorded_request(name: str) -> tuple[datetime, Any]:
    """The time of a recorded preview, and the engine's question as it travels."""
    head, *resources = map(json.loads, (HERE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines())
    request = json_format.ParseDict({"resources": resources}, proto.AnalyzeStackRequest())
    return datetime.fromisoformat(head["now"]), request


@cache
def recorded(name: str) -> Recording:
    """A recorded preview, read by the pack's adapter."""
    now, request = recorded_request(name)
    return Recording(now, adapted(request))


@cache
def evaluated(name: str) -> Evaluation:
    """What the rules conclude from it, undamaged."""
    return recorded(name).evaluation()


def adapted(request: Any) -> tuple[Resource, ...]:
    """The resources of a question, all types as if a rule read them."""
    return adapt(request.resources, {item.type for item in request.resources})
