"""ApsaraDB RDS: instances, endpoints and IP whitelists."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from simulator.model.base import ClassicId, Refers
from simulator.model.databases import ApsaraInstance, EndpointKind

DatabaseStatus = Literal["Running", "Creating", "Rebooting", "DBInstanceNetTypeChanging", "Released"]


class Database(ApsaraInstance):
    """An ApsaraDB RDS instance."""

    becomes: ClassVar[dict[str, str]] = {"DBInstanceNetTypeChanging": "Running"}
    kinds: ClassVar[frozenset[EndpointKind]] = frozenset({"Normal", "ReadWriteSplitting"})

    id: ClassicId = Field(description="rm-... or pgm-..., read-only ones rr-... or pgr-...")
    engine: Literal["MySQL", "PostgreSQL", "SQLServer", "MariaDB"]
    engine_version: str
    primary_id: Annotated[str | None, Refers("databases")] = Field(
        default=None, description="Primary instance of a read-only one; absent for others."
    )
    instance_class: str = "rds.mysql.s2.large"
    storage_type: Literal["local_ssd", "cloud_ssd", "cloud_essd"] = "local_ssd"
    storage_gib: int = Field(default=100, ge=5)
    status: DatabaseStatus = "Running"
    security_ip_mode: Literal["normal", "safety"] = Field(
        default="normal",
        description="normal: standard whitelist mode; safety: enhanced mode, with separate groups for Classic and VPC.",
    )

    @model_validator(mode="after")
    def _whitelist_modes(self) -> Self:
        allowed = {"MIX"} if self.security_ip_mode == "normal" else {"Classic", "VPC"}
        if any(group.network_type not in allowed for group in self.whitelist_groups):
            raise ValueError(f"expected network_type {' or '.join(sorted(allowed))} with this security_ip_mode")
        return self
