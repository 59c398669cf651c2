"""Classic Load Balancer (CLB, product `slb`): load balancers, vServer groups and access control lists."""

import ipaddress
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from simulator.model.base import Cidr, Ipv4Text, Refers, ResourceGroupId, Strict, Tags

AddressType = Literal["internet", "intranet"]
InternetChargeType = Literal["paybytraffic", "paybybandwidth"]
PayType = Literal["PayOnDemand", "PrePay"]
InstanceChargeType = Literal["PayBySpec", "PayByCLCU"]
LoadBalancerStatus = Literal["active", "inactive", "locked"]
Specification = Literal[
    "slb.s1.small",
    "slb.s2.small",
    "slb.s2.medium",
    "slb.s3.small",
    "slb.s3.medium",
    "slb.s3.large",
    "slb.s4.large",
]


class BackendServer(Strict):
    """An instance that gets traffic; a vServer group has one per port of an instance."""

    instance_id: Annotated[str, Refers("instances")]
    port: int | None = Field(default=None, ge=1, le=65535, description="Only in a vServer group.")
    weight: int = Field(default=100, ge=0, le=100, description="0: receives no traffic.")
    description: str = ""


class Listener(Strict):
    """A listener; the simulator has only those of the estate file."""

    port: int = Field(ge=1, le=65535)
    protocol: Literal["tcp", "udp", "http", "https"]
    description: str = ""
    vserver_group_id: Annotated[str | None, Refers("vserver_groups")] = Field(
        default=None, description="Absent: the load balancer's own backend servers."
    )
    access_list_ids: Annotated[list[str], Refers("access_lists")] = Field(default_factory=list)
    access_list_type: Literal["white", "black"] = "white"


class LoadBalancer(Strict):
    """A CLB instance."""

    id: str = Field(pattern=r"^lb-", description="lb-...")
    name: str
    address: Ipv4Text = Field(description="Address of the load balancer.")
    address_type: AddressType = "internet"
    vpc_id: Annotated[str | None, Refers("vpcs")] = Field(
        default=None, description="Only of an intranet load balancer in a VPC."
    )
    vswitch_id: Annotated[str | None, Refers("vswitches")] = Field(default=None, description="Only with vpc_id.")
    master_zone_id: Annotated[str, Refers("zones")]
    slave_zone_id: Annotated[str, Refers("zones")]
    specification: Specification | None = Field(
        default=None, description="Absent: shared (no longer sold), or paid by use (PayByCLCU)."
    )
    instance_charge_type: InstanceChargeType = "PayBySpec"
    internet_charge_type: InternetChargeType = "paybytraffic"
    bandwidth: int | None = Field(default=None, ge=1, le=5120, description="In Mbit/s; absent: no limit.")
    pay_type: PayType = "PayOnDemand"
    expired_at: AwareDatetime | None = Field(default=None, description="End of the subscription; only with PrePay.")
    delete_protection: bool = False
    console_protection: bool = Field(
        default=False, description="ConsoleProtection: changes in the console are refused."
    )
    protection_reason: str = Field(default="", description="Only with console_protection.")
    status: LoadBalancerStatus = "active"
    backend_servers: list[BackendServer] = Field(default_factory=list)
    listeners: list[Listener] = Field(default_factory=list)
    created_at: AwareDatetime | None = None
    resource_group_id: ResourceGroupId = None
    tags: Tags

    @model_validator(mode="after")
    def _network(self) -> Self:
        if bool(self.vpc_id) != bool(self.vswitch_id) or (self.vpc_id and self.address_type == "internet"):
            raise ValueError("expected vpc_id and vswitch_id together, and only with address_type intranet")
        return self


class VServerGroup(Strict):
    """A vServer group of a load balancer."""

    id: str = Field(pattern=r"^rsp-", description="rsp-...")
    name: str = ""
    load_balancer_id: Annotated[str, Refers("load_balancers")]
    backend_servers: list[BackendServer] = Field(default_factory=list, description="Each one has a port.")
    created_at: AwareDatetime | None = None
    tags: Tags

    @model_validator(mode="after")
    def _ports(self) -> Self:
        if any(server.port is None for server in self.backend_servers):
            raise ValueError("expected a port of every backend server of a vServer group")
        return self


class AccessListEntry(Strict):
    """One block of an access control list."""

    entry: Cidr
    comment: str = ""


class AccessList(Strict):
    """An access control list (ACL), which listeners refer to."""

    id: str = Field(pattern=r"^acl-", description="acl-...")
    name: str
    ip_version: Literal["ipv4", "ipv6"] = "ipv4"
    entries: list[AccessListEntry] = Field(default_factory=list, description="The oldest is first.")
    created_at: AwareDatetime | None = None
    resource_group_id: ResourceGroupId = None
    tags: Tags

    @model_validator(mode="after")
    def _versions(self) -> Self:
        if any(f"ipv{ipaddress.ip_network(entry.entry).version}" != self.ip_version for entry in self.entries):
            raise ValueError("expected entries of ip_version")
        return self
