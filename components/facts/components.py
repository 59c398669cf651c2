"""Facts of the smaller components."""

from __future__ import annotations

from typing import Annotated

from typing_extensions import TypedDict

from components.facts.base import Later, note


class BackupsFacts(TypedDict):
    """Snapshots that the stack takes."""

    diskIds: list[str]
    retentionDays: int
    round: Annotated[int, note("of instances that are yet to move")]


class PublicAddressFacts(TypedDict):
    """The public address of a moved instance, which becomes an EIP."""

    instanceId: str
    cutThrough: bool
    allocationId: str
    ipAddress: str


class AddressCleanupFacts(TypedDict):
    """Addresses that are removed from lists, once an instance has moved."""

    addresses: list[str]


def public_address_facts(
    instance_id: str, cut_through: bool, allocation_id: Later, ip_address: Later
) -> PublicAddressFacts:
    """Return facts of the public address of one instance."""
    return {
        "instanceId": instance_id,
        "cutThrough": cut_through,
        "allocationId": allocation_id,
        "ipAddress": ip_address,
    }
