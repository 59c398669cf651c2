"""ECS: elastic network interfaces (ENIs)."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from simulator.model.base import Ipv4Text, Mac, Refers, ResourceGroupId, Tags, Transitional

NetworkInterfaceStatus = Literal["Creating", "Available", "Attaching", "InUse", "Detaching", "Deleting"]


class NetworkInterface(Transitional):
    """An ENI. The simulator creates a primary one for an instance in a VPC that has none.

    A primary one has the VSwitch, the security groups and, first, the private address of its instance.
    """

    id: str = Field(pattern=r"^eni-", description="eni-...")
    name: str = ""
    description: str = ""
    type: Literal["Primary", "Secondary"] = "Secondary"
    becomes: ClassVar[dict[str, str]] = {"Creating": "Available", "Attaching": "InUse", "Detaching": "Available"}

    status: NetworkInterfaceStatus = "Available"
    instance_id: Annotated[str | None, Refers("instances")] = Field(default=None, description="Absent: not attached.")
    vswitch_id: Annotated[str, Refers("vswitches")]
    private_ips: list[Ipv4Text] = Field(
        min_length=1, description="Addresses in the block of the VSwitch; the primary one is first."
    )
    mac: Mac | None = Field(default=None, description="Absent: assigned by the simulator.")
    security_group_ids: Annotated[list[str], Refers("security_groups")] = Field(min_length=1)
    queue_number: int | None = Field(default=None, ge=1, description="Absent: the number of the instance type.")
    source_dest_check: bool = False
    delete_on_release: bool = Field(default=False, description="Whether the interface is deleted with its instance.")
    created_at: AwareDatetime | None = None
    resource_group_id: ResourceGroupId = None
    tags: Tags

    @model_validator(mode="after")
    def _attachment(self) -> Self:
        attached = self.status in ("Attaching", "InUse", "Detaching")
        if attached != (self.instance_id is not None):
            raise ValueError("expected instance_id exactly with a status of an attached interface")
        if self.type == "Primary" and not attached:
            raise ValueError("expected instance_id with a primary interface")
        return self

    def arrive(self) -> None:
        """End the transition; an Available interface is attached to nothing."""
        super().arrive()
        if self.status == "Available":
            self.instance_id = None
