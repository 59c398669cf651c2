"""Container Registry Enterprise Edition (product `cr`): instances and their endpoints."""

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from simulator.model.base import Cidr, Refers, ResourceGroupId, Strict

Module = Literal["Registry", "Chart"]
RegistryStatus = Literal["PENDING", "INIT_ERROR", "STARTING", "RUNNING", "STOPPING", "STOPPED", "DELETING", "DELETED"]


class RegistryEntry(Strict):
    """One block of the whitelist of a public endpoint."""

    entry: Cidr
    comment: str = ""


class LinkedVpc(Strict):
    """A VPC from which images are pulled over the VPC endpoint."""

    vpc_id: Annotated[str, Refers("vpcs")]
    vswitch_id: Annotated[str, Refers("vswitches")]
    ip: str = Field(default="", description="Address of the registry in the VSwitch.")
    status: Literal["CREATING", "RUNNING"] = "RUNNING"
    default_access: bool = True


class RegistryEndpoint(Strict):
    """The endpoints of one module of an instance: the public one with its whitelist, and the linked VPCs."""

    module: Module = Field(default="Registry", description="Registry: images; Chart: Helm charts.")
    enabled: bool = Field(default=False, description="Whether the public endpoint is open.")
    acl_enabled: bool = Field(default=True, description="Whether the whitelist of the public endpoint is in force.")
    entries: list[RegistryEntry] = Field(default_factory=list)
    linked_vpcs: list[LinkedVpc] = Field(default_factory=list)


class Registry(Strict):
    """An instance of Container Registry Enterprise Edition; they come from the estate file only."""

    id: str = Field(pattern=r"^cri-", description="cri-...")
    name: str
    status: RegistryStatus = "RUNNING"
    specification: str = "Enterprise_Basic"
    endpoints: list[RegistryEndpoint] = Field(
        default_factory=list, description="A module that is absent has no public endpoint and no linked VPC."
    )
    resource_group_id: ResourceGroupId = None
    created_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _modules(self) -> Self:
        modules = [endpoint.module for endpoint in self.endpoints]
        if len(modules) != len(set(modules)):
            raise ValueError("expected each module once")
        return self
