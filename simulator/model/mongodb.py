"""ApsaraDB for MongoDB."""

from typing import ClassVar, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from simulator.model.base import ClassicId
from simulator.model.databases import ApsaraInstance, EndpointKind


class MongoDb(ApsaraInstance):
    """An ApsaraDB for MongoDB replica set or standalone instance; each node has an endpoint. No sharded clusters."""

    becomes: ClassVar[dict[str, str]] = {"DBInstanceNetTypeChanging": "Running"}
    kinds: ClassVar[frozenset[EndpointKind]] = frozenset({"Primary", "Secondary"})

    id: ClassicId = Field(description="dds-..., or an id of an older form.")
    status: Literal["Running", "Creating", "Rebooting", "DBInstanceNetTypeChanging"] = "Running"
    engine_version: str = "4.2"
    instance_class: str = "dds.mongo.mid"
    storage_gib: int = Field(default=10, ge=10)
    replication_factor: Literal[1, 3, 5, 7] = Field(default=3, description="Number of nodes; 1: a standalone instance.")
    charge_type: Literal["PrePaid", "PostPaid"] = "PostPaid"
    expired_at: AwareDatetime | None = Field(default=None, description="End of the subscription; only with PrePaid.")

    @model_validator(mode="after")
    def _one_node(self) -> Self:
        if self.replication_factor == 1 and any(endpoint.kind == "Secondary" for endpoint in self.endpoints):
            raise ValueError("endpoints: a standalone instance has a Primary only")
        return self
