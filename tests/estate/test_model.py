"""The model: frozen, strict, sorted, and the same after a way through JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from estate.model import (
    ClassicLinkAttachment,
    Database,
    Estate,
    Instance,
    InstanceType,
    Peer,
    PeerKind,
    SecurityGroup,
    SecurityGroupRule,
    Vpc,
    VSwitch,
)

RULE: dict[str, Any] = {
    "direction": "ingress",
    "nicType": "intranet",
    "ipProtocol": "TCP",
    "portRange": "80/80",
    "policy": "accept",
    "priority": 1,
}
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_lists_are_sorted_by_id_and_hold_each_id_once() -> None:
    types = (InstanceType(id="b", eni_quantity=1), InstanceType(id="a", eni_quantity=2))
    links = (ClassicLinkAttachment(instance_id="i-2", vpc_id="v"), ClassicLinkAttachment(instance_id="i-1", vpc_id="v"))
    estate = Estate(region_id="r", account_id="1", read_at=NOW, instance_types=types, classic_links=links)
    assert [kind.id for kind in estate.instance_types] == ["a", "b"]
    assert [link.instance_id for link in estate.classic_links] == ["i-1", "i-2"]
    with pytest.raises(ValidationError, match="id a occurs twice"):
        Estate(region_id="r", account_id="1", read_at=NOW, instance_types=(types[1], types[1]))


def test_models_are_frozen_and_know_their_names() -> None:
    kind = InstanceType(id="a", eni_quantity=1)
    with pytest.raises(ValidationError, match="frozen"):
        kind.id = "b"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="eniQuantty"):
        InstanceType.model_validate({"id": "a", "eniQuantity": 1, "eniQuantty": 2})


def test_a_time_without_an_offset_is_refused() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        Estate(region_id="r", account_id="1", read_at=datetime(2026, 11, 23))


@pytest.mark.parametrize(
    ("fields", "peer"),
    [
        ({"cidrIp": "10.0.0.0/8"}, Peer(PeerKind.CIDR, "10.0.0.0/8")),
        ({"ipv6CidrIp": "::/0"}, Peer(PeerKind.IPV6_CIDR, "::/0")),
        ({"groupId": "sg-1"}, Peer(PeerKind.GROUP, "sg-1")),
        ({"prefixListId": "pl-1"}, Peer(PeerKind.PREFIX_LIST, "pl-1")),
        ({"cidrIp": "10.0.0.0/8", "groupId": "sg-1"}, Peer(PeerKind.CIDR, "10.0.0.0/8")),
    ],
)
def test_the_peer_of_a_rule(fields: dict[str, str], peer: Peer) -> None:
    assert SecurityGroupRule.model_validate(RULE | fields).peer == peer
    assert str(peer) == peer.value


def test_a_rule_without_a_peer_is_refused() -> None:
    with pytest.raises(ValidationError, match="a rule needs a peer"):
        SecurityGroupRule.model_validate(RULE)


@pytest.mark.parametrize(
    ("model", "fields", "expected"),
    [
        (Instance, {"intranetIps": ["10.1.2"]}, "intranetIps.0\n  Value error, expected an IPv4 address"),
        (Instance, {"publicIps": ["10.1.2.3/32"]}, "publicIps.0\n  Value error, expected an IPv4 address"),
        (Vpc, {"cidrBlock": "172.16.0.1/16"}, "cidrBlock\n  Value error, expected an IPv4 block"),
        (
            Vpc,
            {"cidrBlock": "10.0.0.0/8", "secondaryCidrBlocks": [""]},
            "secondaryCidrBlocks.0\n  Value error, expected",
        ),
        (VSwitch, {"cidrBlock": "10.0.0.0/99"}, "cidrBlock\n  Value error, expected an IPv4 block"),
    ],
)
def test_what_is_calculated_with_is_an_address_or_a_block(
    model: type[BaseModel], fields: dict[str, Any], expected: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        model.model_validate({"id": "x-1", **fields})
    assert expected in str(refused.value)


def test_a_group_without_a_vpc_is_classic() -> None:
    assert SecurityGroup(id="sg-1").network_type == "classic"
    assert SecurityGroup(id="sg-1").is_classic
    assert SecurityGroup(id="sg-1", vpc_id="vpc-1").network_type == "vpc"


@pytest.mark.parametrize(
    ("zone_id", "zone_ids"),
    [
        ("cn-hangzhou-h", ("cn-hangzhou-h",)),
        ("cn-hangzhou-MAZ5(b,h)", ("cn-hangzhou-b", "cn-hangzhou-h")),
        ("ap-southeast-1MAZ1(a, b,c)", ("ap-southeast-1a", "ap-southeast-1b", "ap-southeast-1c")),
        ("cn-hangzhou-finance", ("cn-hangzhou-finance",)),
    ],
)
def test_a_database_may_be_in_several_zones(zone_id: str, zone_ids: tuple[str, ...]) -> None:
    database = Database(
        id="rm-1",
        engine="MySQL",
        engine_version="8.0",
        zone_id=zone_id,
        network_type="classic",
        security_ip_mode="normal",
    )
    assert database.zone_ids == zone_ids
