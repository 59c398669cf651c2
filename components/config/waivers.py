"""Waivers: approved exceptions to findings, for a while."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, model_validator

from components.config.approvals import LONGEST
from components.config.base import InstanceId, Strict, WrittenText, duplicates
from components.config.errors import Problem
from components.config.identities import identity
from components.config.instances import Selector
from components.config.schedule import WaveName, Window


class Waiver(Strict):
    """Findings of one rule, for some instances, a wave, a tag, or all, that stop no migration until `expires`."""

    rule: str = Field(min_length=1, description="Id of the rule, as the finding names it. Some cannot be waived.")
    instances: Annotated[tuple[InstanceId, ...], Field(description="Ids of the instances that it is for.")] = ()
    wave: WaveName | None = Field(default=None, description="Or the wave whose instances it is for.")
    selector: Selector | None = Field(default=None, description="Or those that move and carry these tags.")
    all: Literal[True] | None = Field(default=None, description="Or true: for all, the migration as a whole included.")
    reason: WrittenText = Field(description="Why the finding is no obstacle, in a sentence.")
    owner: WrittenText = Field(description="Who answers for it: a name or an address.")
    approved_by: WrittenText = Field(description="Who approved it: another person than the owner.")
    approved_at: AwareDatetime = Field(description="When it was approved, with its UTC offset.")
    expires: AwareDatetime = Field(
        description="When the finding comes back: at most 90 days after the approval, and never past the window."
    )

    @model_validator(mode="after")
    def _one_scope(self) -> Waiver:
        scopes = (bool(self.instances), self.wave is not None, self.selector is not None, self.all is not None)
        if sum(scopes) != 1:
            raise ValueError(
                "expected exactly one of instances (a list that is not empty), wave, selector, and all: true"
            )
        return self


def waiver_problems(
    waivers: Sequence[Waiver], windows: Mapping[str, Window], waves_of: Mapping[str, str] | None
) -> Iterator[Problem]:
    """Yield waivers that no other person approved, that last too long, or that match nothing in the stack.

    `windows` are those of the waves by name, `waves_of` the wave of each instance: None where a selector selects. The
    plan resolves the selector of a waiver. Rule ids are checked by the policy pack.
    """
    for index, item in enumerate(waivers):
        key = f"waivers[{index}]"
        yield from duplicates(f"{key}.instances", item.instances)
        if identity(item.owner) == identity(item.approved_by):
            yield Problem(
                f"{key}.approvedBy", f"{item.approved_by} is the owner, {item.owner}; expected another person"
            )
        if not timedelta() < item.expires - item.approved_at <= LONGEST:
            yield Problem(f"{key}.expires", f"expected a time after approvedAt, by {LONGEST.days} days at the most")
        if item.wave is not None and item.wave not in windows:
            yield Problem(f"{key}.wave", f"there is no wave {item.wave}; expected one of {', '.join(sorted(windows))}")
            continue
        strange = [] if waves_of is None else [name for name in item.instances if name not in waves_of]
        for name in strange:
            yield Problem(f"{key}.instances", f"{name} does not move in this stack; expected one that does")
        named = {item.wave} if item.wave else {(waves_of or {}).get(name) for name in item.instances}
        end = max(window.latest for name, window in windows.items() if name in named or named <= {None})
        if item.expires > end:
            yield Problem(f"{key}.expires", f"expected no later than the window, {end.isoformat()}")
