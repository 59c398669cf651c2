"""Evidence of the guest systems: its files, and its greatest age."""

from __future__ import annotations

from pydantic import Field

from components.config.base import Strict


class EvidenceChoice(Strict):
    """The place of the guest systems' evidence. A preview reads it; `preflight evidence` makes it."""

    files: tuple[str, ...] = Field(
        min_length=1,
        description="Evidence files, or patterns such as evidence/*.json, seen from the directory of Pulumi.yaml.",
    )
    max_age_hours: float = Field(
        default=168, gt=0, le=2160, description="Hours after which evidence has to be collected anew."
    )
    cloud_assistant: bool = Field(
        default=False,
        description="Whether `preflight evidence collect` may run the read-only scripts in the instances "
        "by Cloud Assistant; a preview runs nothing.",
    )
