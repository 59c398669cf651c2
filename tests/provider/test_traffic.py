"""Which servers a deletion would cut off: whom entries admit, whom rules mean, and who may reach a VPC."""

from __future__ import annotations

from typing import Any

import pytest

from estate.client import Cloud
from estate.model import SecurityGroupRule
from provider import traffic
from provider.traffic import Server
from simulator.model.estate import Estate
from simulator.server import Simulator
from tests.estate import estates
from tests.provider import moved

SERVER = Server("i-1", "web", "vpc-1", frozenset({"sg-a", "sg-b"}), frozenset({"10.0.0.7", "10.9.0.7"}))
OTHER = Server("i-2", "", None, frozenset(), frozenset({"10.0.0.8"}))
BARE = Server("i-3", "none", None, frozenset(), frozenset())


@pytest.mark.parametrize(
    ("entries", "admitted"),
    [
        ([], []),
        (["10.0.0.7"], [SERVER]),
        (["10.9.0.7/32"], [SERVER]),
        (["10.0.0.8", "10.0.0.7"], [SERVER, OTHER]),
        (["10.0.0.9/29"], [OTHER]),
        (["10.0.1.0/24"], []),
        (["10.0.0.1/28"], [SERVER, OTHER]),
        (["0.0.0.0/0"], [SERVER, OTHER]),
        (["%", "hdm", "", "::/0"], []),
        (["%", "10.0.0.8"], [OTHER]),
    ],
)
def test_whom_entries_of_a_whitelist_admit(entries: list[str], admitted: list[Server]) -> None:
    assert traffic.admitted([SERVER, OTHER, BARE], entries) == admitted


def rule(**fields: Any) -> SecurityGroupRule:
    whole = {"direction": "ingress", "nic_type": "intranet", "ip_protocol": "TCP", "policy": "accept", "priority": 1}
    return SecurityGroupRule.model_validate(whole | {"port_range": "22/22"} | fields)


@pytest.mark.parametrize(
    ("fields", "meant"),
    [
        ({"group_id": "sg-b"}, True),
        ({"group_id": "sg-c"}, False),
        ({"group_id": "sg-b", "policy": "drop"}, False),
        ({"cidr_ip": "10.0.0.7"}, True),
        ({"cidr_ip": "10.0.0.7", "policy": "drop"}, False),
        ({"cidr_ip": "10.0.0.0/24"}, True),
        ({"cidr_ip": "10.0.0.0/23"}, False),
        ({"cidr_ip": "10.0.1.0/24"}, False),
        ({"cidr_ip": "10.0.1.7"}, False),
        ({"ipv6_cidr_ip": "::/0"}, False),
        ({"prefix_list_id": "pl-1"}, False),
    ],
    ids=str,
)
def test_a_rule_means_whom_it_names_by_a_group_an_address_or_a_narrow_block(
    fields: dict[str, Any], meant: bool
) -> None:
    assert traffic.means(rule(**fields), SERVER) is meant


@pytest.fixture
def simulator() -> Simulator:
    """The classic servers and those of vpc-1, and one server in each of two other VPCs, one with the same block."""
    base = moved.estate()
    at = {"zone_id": estates.ZONE, "instance_type": "ecs.g5.large", "network_type": "vpc"}
    far = {"vpc_id": "vpc-2", "vswitch_id": "vsw-2", "security_group_ids": ["sg-far"], "intranet_ips": ["192.168.0.9"]}
    like = {"vpc_id": "vpc-3", "vswitch_id": "vsw-3", "security_group_ids": ["sg-like"], "intranet_ips": ["172.16.0.9"]}
    blocks = {"vpc-2": "192.168.0.0/24", "vpc-3": "172.16.0.0/24"}
    return estates.begun(
        estates.estate(
            instances=[
                *base.instances,
                {"id": "i-far", "name": "", **at, **far},
                {"id": "i-like", "name": "", **at, **like},
            ],
            security_groups=[
                *base.security_groups,
                {"id": "sg-far", "name": "far", "vpc_id": "vpc-2"},
                {"id": "sg-like", "name": "like", "vpc_id": "vpc-3"},
            ],
            vpcs=[*base.vpcs, {"id": "vpc-3", "cidr_block": "172.16.0.0/12"}],
            vswitches=[
                *base.vswitches,
                *(
                    {"id": vpc_id.replace("vpc", "vsw"), "vpc_id": vpc_id, "zone_id": estates.ZONE, "cidr_block": block}
                    for vpc_id, block in blocks.items()
                ),
            ],
        )
    )


SECOND = frozenset({"172.16.1.30", "172.16.1.31"})
_AT = {"zone_id": estates.ZONE, "instance_type": "ecs.g5.large", "network_type": "vpc", "name": ""}


def _server(server_id: str, address: str, **place: Any) -> dict[str, Any]:
    vpc = {"vpc_id": "vpc-1", "vswitch_id": "vsw-1", "security_group_ids": ["sg-vpc"]}
    return {"id": server_id, **_AT, **vpc, "intranet_ips": [address], **place}


def _second(server_id: str, vswitch_id: str, addresses: list[str], group_id: str = "sg-second") -> dict[str, Any]:
    there = {"id": f"eni-{server_id[2:]}", "instance_id": server_id, "status": "InUse", "vswitch_id": vswitch_id}
    return {**there, "private_ips": addresses, "security_group_ids": [group_id]}


def _estate(servers: list[dict[str, Any]], interfaces: list[dict[str, Any]]) -> Estate:
    base = moved.estate()
    blocks = {
        "vsw-2": ("vpc-1", "172.16.1.0/24"),
        "vsw-3": ("vpc-3", "172.16.0.0/24"),
        "vsw-4": ("vpc-3", "172.20.0.0/24"),
    }
    vpcs = {"sg-second": "vpc-1", "sg-free": "vpc-1", "sg-like": "vpc-3"}
    groups = [{"id": group_id, "name": "", "vpc_id": vpc_id} for group_id, vpc_id in vpcs.items()]
    free = {"id": "eni-nobody", "vswitch_id": "vsw-2", "private_ips": ["172.16.1.40"]}
    return estates.estate(
        instances=[*base.instances, *servers],
        security_groups=[*base.security_groups, *groups],
        vpcs=[*base.vpcs, {"id": "vpc-3", "cidr_block": "172.16.0.0/12"}],
        vswitches=[
            *base.vswitches,
            *(
                {"id": id_, "vpc_id": vpc, "zone_id": estates.ZONE, "cidr_block": block}
                for id_, (vpc, block) in blocks.items()
            ),
        ],
        network_interfaces=[*interfaces, {**free, "security_group_ids": ["sg-free"]}],
    )


@pytest.fixture
def second() -> Cloud:
    """Servers that have a second interface: one in vpc-1, one elsewhere, whose first has an address like vpc-1's."""
    like = {"vpc_id": "vpc-3", "vswitch_id": "vsw-3", "security_group_ids": ["sg-like"]}
    servers = [_server("i-two", "172.16.0.12"), _server("i-like", "172.16.0.29", **like)]
    interfaces = [_second("i-two", "vsw-2", sorted(SECOND)), _second("i-like", "vsw-4", ["172.20.0.9"], "sg-like")]
    return estates.cloud(estates.begun(_estate(servers, interfaces)))


@pytest.mark.parametrize(
    ("vpc_id", "entries", "reaching"),
    [
        ("vpc-1", ["172.16.0.0/24"], ["i-bare", "i-moved"]),
        ("vpc-1", ["0.0.0.0/0"], ["i-1", "i-2", "i-3", "i-bare", "i-far", "i-moved"]),
        ("vpc-1", ["192.168.0.9"], ["i-far"]),
        ("vpc-3", ["172.16.0.0/16"], ["i-like"]),
        ("vpc-2", ["172.16.0.0/16"], ["i-bare", "i-like", "i-moved"]),
        ("vpc-1", ["10.160.0.0/16"], ["i-1", "i-2", "i-3"]),
        (None, ["0.0.0.0/0"], ["i-1", "i-2", "i-3"]),
        (None, ["172.16.0.0/16"], []),
        ("vpc-1", [], []),
    ],
)
def test_who_may_reach_what_is_in_a_vpc_or_in_the_classic_network(
    cloud: Cloud, vpc_id: str | None, entries: list[str], reaching: list[str]
) -> None:
    """`i-like` has an address of vpc-1's VSwitch in another VPC: routes of vpc-1 lead to its own servers there."""
    assert [server.id for server in traffic.reaching(cloud, vpc_id, entries)] == reaching


def test_servers_are_read_with_how_rules_may_mean_them(cloud: Cloud) -> None:
    there, away = traffic.server_of(cloud, "i-moved"), traffic.server_of(cloud, "i-3")
    assert there == Server("i-moved", "ftp-1", "vpc-1", frozenset({"sg-vpc"}), frozenset({"172.16.0.10"}))
    assert away is not None
    assert (away.vpc_id, away.addresses) == (None, frozenset({"10.160.0.3"}))
    assert traffic.server_of(cloud, "i-gone") is None
    assert [server.id for server in traffic.in_group(cloud, "sg-vpc")] == ["i-bare", "i-moved"]
    assert [server.id for server in traffic.in_vpc(cloud, "vpc-2")] == ["i-far"]


def test_a_server_counts_by_any_of_its_network_interfaces(second: Cloud) -> None:
    """`i-two` has its second interface in another VSwitch, with two addresses and a group of its own."""
    assert [server.id for server in traffic.in_group(second, "sg-second")] == ["i-two"]
    two = Server("i-two", "", "vpc-1", frozenset({"sg-vpc", "sg-second"}), SECOND | {"172.16.0.12"})
    assert [server for server in traffic.in_vpc(second, "vpc-1") if server.id == "i-two"] == [two]
    assert traffic.in_group(second, "sg-free") == [], "an interface that no server has"
    for address in SECOND:
        assert traffic.reaching(second, "vpc-1", [address]) == [two]


def test_a_server_elsewhere_reaches_by_the_addresses_that_no_vswitch_of_the_vpc_has(second: Cloud) -> None:
    """`i-like` has an address of vpc-1's VSwitch, whose routes lead elsewhere, and one outside of it."""
    assert [server.id for server in traffic.reaching(second, "vpc-1", ["172.20.0.9"])] == ["i-like"]
    assert [server.id for server in traffic.reaching(second, "vpc-1", ["172.16.0.0/24", "172.20.0.9"])] == [
        "i-bare",
        "i-like",
        "i-moved",
        "i-two",
    ]
    assert [server.id for server in traffic.reaching(second, "vpc-1", ["172.16.0.29"])] == []


def test_more_servers_than_one_call_takes_are_found_by_their_second_interfaces() -> None:
    many = {f"i-{number:03}x": f"172.16.0.{number}" for number in range(100, 201)}
    cloud = estates.cloud(
        estates.begun(
            _estate(
                [_server(name, address) for name, address in many.items()],
                [_second(name, "vsw-2", [f"172.16.1.{number}"]) for number, name in enumerate(many, 1)],
            )
        )
    )
    assert [server.id for server in traffic.in_group(cloud, "sg-second")] == sorted(many)


def test_the_first_five_servers_are_named_and_the_rest_counted() -> None:
    many = [SERVER._replace(id=f"i-{number}") for number in range(7)]
    assert traffic.names([SERVER, OTHER]) == "web (i-1), i-2"
    assert traffic.names(many[:5]) == "web (i-0), web (i-1), web (i-2), web (i-3), web (i-4)"
    assert traffic.names(many).endswith("web (i-4) and 2 more")
