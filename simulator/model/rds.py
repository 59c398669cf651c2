"""ApsaraDB RDS: instances, endpoints and IP whitelists."""

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from simulator.model.base import Ipv4Text, Refers, Strict, Tags

WhitelistNetworkType = Literal["MIX", "Classic", "VPC"]


class WhitelistGroup(Strict):
    """One IP whitelist group of a database."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9_]{1,31}$", description="Letters, digits, underscore; starts with a letter."
    )
    attribute: Literal["", "hidden"] = Field(default="", description="hidden: made by DMS, DTS, DAS.")
    network_type: WhitelistNetworkType = "MIX"
    security_ips: list[str] = Field(description="Addresses and CIDR blocks.")


class Endpoint(Strict):
    """A connection endpoint of a database."""

    connection_string: str
    ip_address: Ipv4Text
    ip_type: Literal["Inner", "Private", "Public"] = Field(
        description="Inner: classic; Private: VPC; Public: internet."
    )
    port: int = Field(ge=1, le=65535)
    expires_at: AwareDatetime | None = Field(default=None, description="End of a classic endpoint in hybrid access.")


class Database(Strict):
    """An ApsaraDB RDS instance."""

    id: str = Field(pattern=r"^(rm|pgm)-", description="rm-... or pgm-...")
    description: str
    engine: Literal["MySQL", "PostgreSQL", "SQLServer", "MariaDB"]
    engine_version: str
    zone_id: Annotated[str, Refers("zones")]
    instance_class: str = "rds.mysql.s2.large"
    storage_type: Literal["local_ssd", "cloud_ssd", "cloud_essd"] = "local_ssd"
    storage_gib: int = Field(default=100, ge=5)
    status: Literal["Running", "Creating", "Rebooting", "Released"] = "Running"
    network_type: Literal["Classic", "VPC"] = "Classic"
    vpc_id: Annotated[str | None, Refers("vpcs")] = None
    vswitch_id: Annotated[str | None, Refers("vswitches")] = None
    security_ip_mode: Literal["normal", "safety"] = Field(
        default="normal", description="normal: standard whitelist mode; safety: enhanced, Classic and VPC apart."
    )
    endpoints: list[Endpoint] = Field(min_length=1)
    whitelist_groups: list[WhitelistGroup] = Field(description="default among them.")
    created_at: AwareDatetime | None = None
    tags: Tags

    @model_validator(mode="after")
    def _whitelist_modes(self) -> Self:
        allowed = {"MIX"} if self.security_ip_mode == "normal" else {"Classic", "VPC"}
        if any(group.network_type not in allowed for group in self.whitelist_groups):
            raise ValueError(f"expected network_type {' or '.join(sorted(allowed))} with this security_ip_mode")
        return self
