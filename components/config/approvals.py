"""Decisions that let something pass: each needs a reason, an owner, another person's approval, and an end."""

from __future__ import annotations

from datetime import timedelta

from pydantic import AwareDatetime, Field, model_validator

from components.config.base import Strict, WrittenText
from components.config.identities import identity

# The policy pack has the same limit: a longer exception is no exception.
LONGEST = timedelta(days=90)


class Approval(Strict):
    """A decision that weakens the verdict for a while, with its owner."""

    reason: WrittenText = Field(description="Why this is acceptable, in a sentence.")
    owner: WrittenText = Field(description="Who answers for it: a name or an address.")
    approved_by: WrittenText = Field(description="Who approved it: another person than the owner.")
    approved_at: AwareDatetime = Field(description="When it was approved, with its UTC offset.")
    expires: AwareDatetime = Field(description="When it ends: at most 90 days after the approval.")

    @model_validator(mode="after")
    def _in_order(self) -> Approval:
        if identity(self.owner) == identity(self.approved_by):
            raise ValueError(f"expected approvedBy to be another person than the owner, {self.owner}")
        if not timedelta() < self.expires - self.approved_at <= LONGEST:
            raise ValueError(f"expected expires to be after approvedAt, by {LONGEST.days} days at the most")
        return self
