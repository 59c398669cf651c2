"""Who has, or may have, an intranet address in the target VPC that an instance is to keep."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

from components.plan.roster import Roster
from estate.model import Database, Instance, SecondaryInterface, Vpc


class Holder(NamedTuple):
    """A server, an interface of none, or a database; `certain` where it is known to have the address."""

    id: str
    certain: bool


def holders(roster: Roster, vpc: Vpc | None) -> Mapping[str, tuple[Holder, ...]]:
    """Return, for each address that the config has kept, who has it in the VPC by now, or may have it."""
    kept = {address for instance in _keeping(roster) for address in instance.intranet_ips}
    if vpc is None or not kept:
        return {}
    blocks = {item.id: IPv4Network(item.cidr_block) for item in roster.estate.vswitches if item.vpc_id == vpc.id}
    servers = [item for item in roster.estate.instances if item.vpc_id == vpc.id]
    interfaces = [item for item in roster.estate.network_interfaces if item.vpc_id == vpc.id]
    databases = [item for item in roster.estate.databases if _may_be_in(item, vpc)]
    return {
        address: (*_servers_with(address, servers, interfaces), *_databases_with(address, databases, blocks))
        for address in sorted(kept)
    }


def has_unknown_address(server: Instance) -> bool:
    """Whether the address of a secondary interface is unknown; that of an only interface is the server's own."""
    interfaces = server.network_interfaces
    return len(interfaces) > 1 and not all(item.primary_ip for item in interfaces)


def _keeping(roster: Roster) -> Iterator[Instance]:
    for instance_id, choice in roster.choices.items():
        if choice.retain_ip and instance_id in roster.instances:
            yield roster.instances[instance_id]


def _servers_with(
    address: str, servers: Iterable[Instance], interfaces: Iterable[SecondaryInterface]
) -> Iterator[Holder]:
    certain = {item.id for item in servers if address in item.interface_ips}
    certain |= {item.instance_id or item.id for item in interfaces if address in item.private_ips}
    perhaps = {item.id for item in servers if has_unknown_address(item)} - certain
    yield from (Holder(holder, certain=True) for holder in sorted(certain))
    yield from (Holder(holder, certain=False) for holder in sorted(perhaps))


def _may_be_in(database: Database, vpc: Vpc) -> bool:
    return database.vpc_id == vpc.id or any(item.part == "networkType" for item in database.unread)


def _databases_with(address: str, databases: Iterable[Database], blocks: Mapping[str, IPv4Network]) -> Iterator[Holder]:
    """Yield those with the address, and those in its VSwitch of which an address is not known, as with MongoDB."""
    for database in databases:
        block = blocks.get(database.vswitch_id or "")
        private = [item.ip_address for item in database.net_infos if item.ip_type == "Private"]
        unknown = not private or None in private or any(item.part == "endpoints" for item in database.unread)
        if address in private:
            yield Holder(database.id, certain=True)
        elif unknown and (block is None or IPv4Address(address) in block):
            yield Holder(database.id, certain=False)
