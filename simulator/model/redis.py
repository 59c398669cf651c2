"""Tair (Redis OSS-compatible), formerly ApsaraDB for Redis."""

from typing import ClassVar, Literal

from pydantic import AwareDatetime, Field

from simulator.model.base import ClassicId
from simulator.model.databases import ApsaraInstance


class Redis(ApsaraInstance):
    """A Tair (Redis OSS-compatible) instance."""

    becomes: ClassVar[dict[str, str]] = {"NetworkModifying": "Normal"}

    id: ClassicId = Field(description="r-..., or an id of an older form.")
    status: Literal["Normal", "Creating", "Changing", "Inactive", "NetworkModifying"] = "Normal"
    engine_version: Literal["2.8", "4.0", "5.0", "6.0", "7.0"] = "4.0"
    instance_class: str = "redis.master.small.default"
    architecture_type: Literal["standard", "cluster", "rwsplit"] = "standard"
    capacity_mib: int = Field(default=1024, ge=256)
    charge_type: Literal["PrePaid", "PostPaid"] = "PostPaid"
    expired_at: AwareDatetime | None = Field(default=None, description="End of the subscription; only with PrePaid.")
