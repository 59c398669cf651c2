"""Private addresses of VSwitches: those in use, and the next free ones.

Of the codes that the references name for a VSwitch without a free address, InvalidVSwitchId.IpNotEnough is that of
network interfaces, QuotaExceeded.PrivateIpAddress that of RunInstances: callers pass it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from simulator.cloud.errors import CloudError
from simulator.cloud.state import Cloud
from simulator.cloud.vswitches import available_addresses
from simulator.model.vpc import VSwitch

# The cloud reserves the first address and the last three of every VSwitch (SDK text of CreateVSwitch, 6.11.0).
FIRST_USABLE = 1
RESERVED_AT_END = 3


@dataclass(frozen=True)
class Refusals:
    """The errors with which an action refuses addresses."""

    not_enough: CloudError
    outside: CloudError
    taken: CloudError
    malformed: CloudError


def claim(cloud: Cloud, vswitch: VSwitch, requested: list[str], more: int, refusals: Refusals) -> list[str]:
    """Return the `requested` addresses, then `more` free ones, lowest first; none is reserved.

    Raises one of `refusals` if a wanted one is no address, cannot be used or is in use, and if there
    are not enough.
    """
    numbers = usable(vswitch)
    taken = set(taken_in(cloud, vswitch))
    for text in requested:
        number = _number(text)
        if number is None:
            raise refusals.malformed
        if number not in numbers:
            raise refusals.outside
        if text in taken:
            raise refusals.taken
        taken.add(text)
    if len(requested) + more > available_addresses(cloud, [vswitch])[vswitch.id]:
        raise refusals.not_enough
    free = (text for text in map(str, map(IPv4Address, numbers)) if text not in taken)
    return [*requested, *(next(free) for _ in range(more))]


def usable(vswitch: VSwitch) -> range:
    """Return the addresses that a VSwitch can assign, as numbers."""
    block = IPv4Network(vswitch.cidr_block)
    return range(int(block[FIRST_USABLE]), int(block[-1]) - RESERVED_AT_END + 1)


def _number(text: str) -> int | None:
    try:
        return int(IPv4Address(text))
    except ValueError:
        return None


def taken_in(cloud: Cloud, vswitch: VSwitch) -> Iterator[str]:
    """Return the known addresses in use in the VSwitch."""
    for interface in cloud.estate.network_interfaces:
        if interface.vswitch_id == vswitch.id:
            yield from interface.private_ips
    for load_balancer in cloud.estate.load_balancers:
        if load_balancer.vswitch_id == vswitch.id:
            yield load_balancer.address
    yield from (item.ip_address for item in cloud.estate.ha_vips if item.vswitch_id == vswitch.id)
    yield from (link.ip for link in cloud.registry_links() if link.vswitch_id == vswitch.id)
    for table in (cloud.estate.databases, cloud.estate.redis, cloud.estate.mongodb):
        for database in table:
            if database.vswitch_id == vswitch.id:
                yield from database.private_addresses()
