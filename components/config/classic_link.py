"""ClassicLink to the instances that stay."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from components import cidr
from components.config.base import InstanceId, Strict
from components.config.errors import Problem


class ClassicLinkChoice(Strict):
    """Links classic instances that stay to the target VPC. ClassicLink, like the classic network, is at its end."""

    attach: tuple[InstanceId, ...] | None = Field(
        default=None, description="Ids of the instances to link; those that stay and are talked to when not given."
    )
    guest_route: bool = Field(
        default=False,
        description="Each linked instance has the route to its intranet NIC that a VPC in 192.168.0.0/16 needs.",
    )


def guest_route_problems(choice: ClassicLinkChoice | None, cidr_block: str) -> Iterator[Problem]:
    """What ClassicLink to a VPC block needs in the guest systems of linked instances; only the team can know that.

    `cidr_block` must be a block. ClassicLink overview: a VPC in 192.168.0.0/16 is reached only over a route of one's
    own.
    """
    route = cidr.guest_route(cidr_block)
    if choice is not None and route is not None and not choice.guest_route:
        yield Problem(
            "classicLink.guestRoute",
            f"expected true, once each linked instance has a route {route} to its intranet NIC: {cidr_block} needs it",
        )
