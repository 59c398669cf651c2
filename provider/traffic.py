"""Find the servers that a deletion would disconnect, by the rules and lists that admit them."""

from __future__ import annotations

import ipaddress
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from estate.client import Cloud
from estate.live.reading import items
from estate.model import SecurityGroupRule
from estate.paging import listed
from provider.instances import ACTION, instances

#: The actions that a look at all interfaces of servers needs.
ACTIONS: Final = (ACTION, "ecs:DescribeNetworkInterfaces")

_MOST_SHOWN: Final = 5
# The most ids that one DescribeInstances takes.
_MOST_ASKED: Final = 100
# A rule for a broader block says nothing about who talks with whom (docs/limits.md, "Who talks with whom").
_NARROW: Final = 24


class Server(NamedTuple):
    """One ECS instance: who it is, and how rules and whitelists can mean it, by any of its network interfaces."""

    id: str
    name: str
    vpc_id: str | None
    groups: frozenset[str]
    addresses: frozenset[str]


def in_group(cloud: Cloud, group_id: str) -> list[Server]:
    """Return the servers in a security group."""
    return _servers(cloud, security_group_id=group_id)


def in_vpc(cloud: Cloud, vpc_id: str) -> list[Server]:
    """Return the servers in a VPC."""
    return _servers(cloud, vpc_id=vpc_id)


def reaching(cloud: Cloud, vpc_id: str | None, entries: Iterable[str]) -> list[Server]:
    """Return the servers that entries admit and that may reach what is in a VPC, or with None in the classic network.

    Whether another VPC is connected with this one is not asked: its servers count, by the addresses that are in no
    VSwitch of the VPC, where its own routes lead. The blocks of VPCs may overlap: routes are by VSwitch (CEN help,
    "Resolve overlapping vSwitch CIDR blocks"). A server of a VPC reaches nothing in the classic network.
    """
    servers = admitted(_servers(cloud), entries)
    if vpc_id is None:
        return [server for server in servers if server.vpc_id is None]
    if all(server.vpc_id in (None, vpc_id) for server in servers):
        return servers
    vswitches = listed(cloud, "vpc:DescribeVSwitches", region_id=cloud.region, vpc_id=vpc_id)
    hidden = [ipaddress.IPv4Network(vswitch.cidr_block) for vswitch in vswitches]

    def as_seen(server: Server) -> Server:
        if server.vpc_id in (None, vpc_id):
            return server
        return server._replace(addresses=frozenset(item for item in server.addresses if not _within(item, hidden)))

    return admitted(map(as_seen, servers), entries)


def server_of(cloud: Cloud, instance_id: str) -> Server | None:
    """Return one server by its primary network interface, None if it is gone."""
    return next(map(_server, instances(cloud, instance_ids=json.dumps([instance_id]))), None)


def admitted(servers: Iterable[Server], entries: Iterable[str]) -> list[Server]:
    """Return the servers that one of the entries of a whitelist admits; entries that are no IPv4 blocks admit none."""
    blocks = [block for entry in entries if (block := _block(entry))]
    return [server for server in servers if any(_within(address, blocks) for address in server.addresses)]


def means(rule: SecurityGroupRule, server: Server) -> bool:
    """Whether a rule lets traffic of a server through, which it names by a group, an address or a narrow block."""
    if rule.policy != "accept":
        return False
    block = _block(rule.cidr_ip or "")
    narrow = block is not None and block.prefixlen >= _NARROW and bool(admitted([server], [str(block)]))
    return narrow or rule.group_id in server.groups


def names(servers: Sequence[Server]) -> str:
    """Return the servers as a text: `web-1 (i-1), web-2 (i-2) and 7 more`."""
    shown_servers = [f"{server.name} ({server.id})" if server.name else server.id for server in servers[:_MOST_SHOWN]]
    more = len(servers) - len(shown_servers)
    return ", ".join(shown_servers) + (f" and {more} more" if more else "")


def _within(address: str, blocks: Iterable[ipaddress.IPv4Network]) -> bool:
    return any(ipaddress.IPv4Address(address) in block for block in blocks)


def _block(entry: str) -> ipaddress.IPv4Network | None:
    try:
        return ipaddress.IPv4Network(entry, strict=False)
    except ValueError:
        return None


def _servers(cloud: Cloud, **fields: Any) -> list[Server]:
    """Return the servers that the fields select, and those of which they select another network interface alone.

    `DescribeInstances` knows groups and VPC of the primary interface (docs of `SecurityGroupIds`, `VpcAttributes`).
    """
    found = {server.id: server for server in map(_server, instances(cloud, **fields))}
    interfaces = _attached(cloud, **fields)
    others = sorted(interfaces.keys() - found)
    for place in range(0, len(others), _MOST_ASKED):
        ids = json.dumps(others[place : place + _MOST_ASKED])
        found |= {server.id: server for server in map(_server, instances(cloud, instance_ids=ids))}
    return [_with(found[id_], interfaces.get(id_, ())) for id_ in sorted(found)]


def _attached(cloud: Cloud, **fields: Any) -> Mapping[str, Sequence[Any]]:
    """Return the network interfaces that the fields select, by the instance that they are attached to."""
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for interface in listed(cloud, "ecs:DescribeNetworkInterfaces", region_id=cloud.region, **fields):
        if interface.instance_id:
            found[str(interface.instance_id)].append(interface)
    return found


def _with(server: Server, interfaces: Iterable[Any]) -> Server:
    """Return the server with the groups and addresses of network interfaces, too."""
    for interface in interfaces:
        server = server._replace(
            groups=server.groups.union(items(interface, "security_group_ids", "security_group_id")),
            addresses=server.addresses.union(
                str(address.private_ip_address) for address in interface.private_ip_sets.private_ip_set
            ),
        )
    return server


def _server(item: Any) -> Server:
    in_a_vpc = item.instance_network_type == "vpc"
    addresses = item.vpc_attributes.private_ip_address if in_a_vpc else item.inner_ip_address
    return Server(
        id=str(item.instance_id),
        name=str(item.instance_name or ""),
        vpc_id=item.vpc_attributes.vpc_id if in_a_vpc else None,
        groups=frozenset(item.security_group_ids.security_group_id),
        addresses=frozenset(addresses.ip_address),
    )
