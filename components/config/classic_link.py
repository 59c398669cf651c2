"""ClassicLink to the instances that stay."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field, model_validator

from components import cidr
from components.config.base import FLOW_END_PATTERN, FLOW_PORT_PATTERN, InstanceId, Strict, duplicates
from components.config.errors import Problem


class Flow(Strict):
    """Known traffic: which end opens connections to which."""

    source: str = Field(pattern=FLOW_END_PATTERN, description="Instance id or intranet address of who connects.")
    destination: str = Field(pattern=FLOW_END_PATTERN, description="Instance id or intranet address of who is reached.")
    port: str = Field(pattern=FLOW_PORT_PATTERN, description="Port of the destination: 6379, udp/53, 8000-8010; TCP.")

    def __str__(self) -> str:
        """Return it as a sentence's part."""
        protocol, _, ports = self.port.rpartition("/")
        return f"flow {(protocol or 'tcp').upper()} {ports} from {self.source} to {self.destination}"


class ClassicLinkChoice(Strict):
    """Links classic instances that stay to the target VPC. ClassicLink, like the classic network, is at its end."""

    attach: tuple[InstanceId, ...] | None = Field(
        default=None, description="Ids of the instances to link; those that stay and are talked to when not given."
    )
    flows: tuple[Flow, ...] | None = Field(
        default=None,
        description="Known traffic, beside rules that name their peers; an empty list states that it was reviewed.",
    )
    flows_file: str | None = Field(
        default=None,
        min_length=1,
        description="The same in a file of lines source,destination,port, seen from the directory of Pulumi.yaml.",
    )
    guest_route: bool = Field(
        default=False,
        description="Each linked instance has the route to its intranet NIC that a VPC in 192.168.0.0/16 needs.",
    )

    @model_validator(mode="after")
    def _one_list_of_flows(self) -> ClassicLinkChoice:
        if self.flows is not None and self.flows_file is not None:
            raise ValueError("expected either flows or flowsFile, and not both")
        return self


def classic_link_problems(choice: ClassicLinkChoice) -> Iterator[Problem]:
    """Yield instances to attach that are listed twice."""
    if choice.attach is not None:
        yield from duplicates("classicLink.attach", choice.attach)


def guest_route_problems(choice: ClassicLinkChoice | None, cidr_block: str) -> Iterator[Problem]:
    """Yield the requirements of ClassicLink in the guest systems of linked instances, which only the team can know.

    `cidr_block` must be a block. ClassicLink overview: a VPC in 192.168.0.0/16 is reached only over an additional
    route.
    """
    route = cidr.guest_route(cidr_block)
    if choice is not None and route is not None and not choice.guest_route:
        yield Problem(
            "classicLink.guestRoute",
            f"expected true, once each linked instance has a route {route} to its intranet NIC: {cidr_block} needs it",
        )
