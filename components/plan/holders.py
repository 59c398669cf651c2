"""Who has, or may have, an intranet address in the target VPC that an instance is to keep."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import Final, NamedTuple

from components.plan.roster import Roster
from estate.model import Database, Instance, Vpc


class Holder(NamedTuple):
    """Who has an address, or may have it if not `certain`: a server, an interface of none, a database and so on."""

    id: str
    certain: bool


# Stands for all HAVIPs where the list of them could not be read.
_HA_VIPS: Final = "HAVIPs"


def holders(roster: Roster, vpc: Vpc | None) -> Mapping[str, tuple[Holder, ...]]:
    """Return, for each address that the config has kept, who has it in the VPC by now, or may have it."""
    kept = {address for instance in _keeping(roster) for address in instance.intranet_ips}
    if vpc is None or not kept:
        return {}
    estate = roster.estate
    servers = [item for item in estate.instances if item.vpc_id == vpc.id]
    interfaces = [item for item in estate.network_interfaces if item.vpc_id == vpc.id]
    databases = [item for item in estate.databases if _may_be_in(item, vpc)]
    certain: defaultdict[str, set[str]] = defaultdict(set)
    for address, holder in (
        *((address, item.id) for item in servers for address in item.interface_ips),
        *((address, item.instance_id or item.id) for item in interfaces for address in item.private_ips),
        *((item.ip_address, item.id) for item in estate.virtual_ips if item.vpc_id == vpc.id),
        *((address, item.id) for item in databases for address in _private(item) if address),
    ):
        certain[address].add(holder)
    blocks = {item.id: IPv4Network(item.cidr_block) for item in estate.vswitches if item.vpc_id == vpc.id}
    unread = [_HA_VIPS for item in estate.unread_lists if item.service == "havip"]
    anywhere: list[tuple[str, IPv4Network | None]] = [
        *((item, None) for item in unread),
        *((item.id, None) for item in servers if has_unknown_address(item)),
        *((item.id, blocks.get(item.vswitch_id or "")) for item in databases if _has_hidden_address(item)),
    ]

    def of(address: str) -> Iterator[Holder]:
        yield from (Holder(holder, certain=True) for holder in sorted(certain[address]))
        in_blocks = {block for block in blocks.values() if IPv4Address(address) in block}
        for holder, block in anywhere if in_blocks else ():
            if holder not in certain[address] and (block is None or block in in_blocks):
                yield Holder(holder, certain=False)

    return {address: tuple(of(address)) for address in sorted(kept)}


def has_unknown_address(server: Instance) -> bool:
    """Whether the address of a secondary interface is unknown; that of an only interface is the server's own."""
    interfaces = server.network_interfaces
    return len(interfaces) > 1 and not all(item.primary_ip for item in interfaces)


def _keeping(roster: Roster) -> Iterator[Instance]:
    for instance_id, choice in roster.choices.items():
        if choice.retain_ip and instance_id in roster.instances:
            yield roster.instances[instance_id]


def _may_be_in(database: Database, vpc: Vpc) -> bool:
    return database.vpc_id == vpc.id or any(item.part == "networkType" for item in database.unread)


def _private(database: Database) -> list[str | None]:
    return [item.ip_address for item in database.net_infos if item.ip_type == "Private"]


def _has_hidden_address(database: Database) -> bool:
    """Whether not all of its addresses in the VPC are known: no API shows those of MongoDB."""
    addresses = _private(database)
    return not addresses or None in addresses or any(item.part == "endpoints" for item in database.unread)
