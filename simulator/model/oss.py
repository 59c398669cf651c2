"""Object Storage Service (product `oss`): buckets and their policies; objects are not simulated."""

from typing import Any

from pydantic import AwareDatetime, Field

from simulator.model.base import Strict


class Bucket(Strict):
    """A bucket; the simulator has only those of the estate file."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", description="Name of the bucket.")
    region_id: str | None = Field(default=None, description="Absent: the region of the estate.")
    policy: dict[str, Any] | None = Field(
        default=None, description="Bucket policy as it is written in OSS; absent: none."
    )
    created_at: AwareDatetime | None = None
