"""Statements about what only a person can know, each with its owner."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from typing import Literal

from pydantic import AwareDatetime, Field, model_validator

from components.config.approvals import LONGEST
from components.config.base import InstanceId, Strict, WrittenText, duplicates
from components.config.errors import Problem
from components.config.instances import Selector
from components.config.schedule import WaveName


class Attestation(Strict):
    """One person's statement about some instances, valid for a while."""

    kind: Literal["address-lists", "application-go", "licence-review", "orders-settled", "security-software"] = Field(
        description="application-go: the owner of the application allows it to be stopped in the window. "
        "orders-settled: the instance has no order that is unpaid, or not yet in force. "
        "address-lists: stated before the move, lists of CLB, Container Registry or OSS that name its address will "
        "admit the new one by the freeze, when those that can be read are checked; stated after it, the old one is in "
        "no list that cannot be read, no RAM policy and no application. licence-review: licences that the move may end "
        "are settled. security-software: "
        "software that the scripts cannot see is off, and stays off until the move is over."
    )
    instances: tuple[InstanceId, ...] = Field(
        default=(), min_length=1, description="Ids of the instances that it is about."
    )
    wave: WaveName | None = Field(default=None, description="Or the wave whose instances it is about.")
    selector: Selector | None = Field(default=None, description="Or those that move and carry these tags.")
    owner: WrittenText = Field(description="Who answers for it: a name or an address.")
    stated_at: AwareDatetime = Field(description="When it was stated, with its UTC offset.")
    valid_until: AwareDatetime = Field(
        description="Until when it holds, the window included, with its UTC offset: at most 90 days after statedAt."
    )
    statement: WrittenText = Field(description="What was done or agreed, in a sentence.")

    @model_validator(mode="after")
    def _one_scope(self) -> Attestation:
        if sum((bool(self.instances), self.wave is not None, self.selector is not None)) != 1:
            raise ValueError("expected exactly one of instances (a list that is not empty), wave, and selector")
        return self


def attestation_problems(
    attestations: Sequence[Attestation], instance_ids: Sequence[str], waves: Collection[str]
) -> Iterator[Problem]:
    """Yield periods that end before they begin or are too long, and instances or waves that do not move.

    `instance_ids` is empty where a selector selects; `waves` are the names of the waves.
    """
    for index, item in enumerate(attestations):
        key = f"attestations[{index}]"
        yield from duplicates(f"{key}.instances", item.instances)
        if not timedelta() < item.valid_until - item.stated_at <= LONGEST:
            stated, most = item.stated_at.isoformat(), LONGEST.days
            yield Problem(f"{key}.validUntil", f"expected a time after statedAt, {stated}, by {most} days at the most")
        if item.wave is not None and item.wave not in waves:
            yield Problem(f"{key}.wave", f"there is no wave {item.wave}; expected one of {', '.join(sorted(waves))}")
        for place, instance_id in enumerate(item.instances):
            if instance_ids and instance_id not in instance_ids:
                yield Problem(
                    f"{key}.instances[{place}]", f"{instance_id} does not move in this stack; expected one that does"
                )
