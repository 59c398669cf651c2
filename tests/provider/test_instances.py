"""An empty list of instances is believed only where they may be listed; what rests on it then stops."""

from __future__ import annotations

from typing import Any

import pytest

from estate.client import Cloud
from estate.errors import PermissionDenied
from provider.added_security_group_rules import AddedSecurityGroupRules
from provider.apsaradb import RDS
from provider.classic_link_attachment import ClassicLinkAttachment
from provider.instances import instances
from provider.public_ip_conversion import PublicIpConversion
from provider.security_group_rules import SecurityGroupRules
from provider.whitelist_group import RdsWhitelistGroup
from simulator.server import Simulator
from tests.estate import estates
from tests.provider import moved
from tests.provider.test_rules import WITHOUT_PEER, rule

NAMING_A_GROUP = WITHOUT_PEER | {"groupId": "sg-vpc"}


@pytest.fixture
def simulator() -> Simulator:
    return estates.begun(moved.estate())


@pytest.fixture
def blind(simulator: Simulator) -> Cloud:
    """A session of somebody who may do anything but list instances."""
    return estates.cloud(simulator, "blind")


def test_none_that_are_selected_are_none(simulator: Simulator) -> None:
    assert instances(estates.cloud(simulator), vpc_id="vpc-2") == []


def test_none_for_want_of_permission_is_no_answer(blind: Cloud) -> None:
    with pytest.raises(PermissionDenied, match="ecs:DescribeInstances"):
        instances(blind, vpc_id="vpc-1")


DELETED: list[tuple[Any, dict[str, Any]]] = [
    (SecurityGroupRules(), {"securityGroupId": "sg-vpc", "rules": {"a": rule()}}),
    (AddedSecurityGroupRules(), {"securityGroupId": "sg-vpc2", "rules": {"a": NAMING_A_GROUP}}),
    (ClassicLinkAttachment(), {"instanceId": "i-3", "vpcId": "vpc-1"}),
    (
        RdsWhitelistGroup(),
        {
            "dbInstanceId": "rm-normal",
            "groupName": "migrated",
            "networkType": "MIX",
            "securityIps": ["172.16.0.0/24"],
        },
    ),
]


@pytest.mark.parametrize(("resource", "inputs"), DELETED, ids=lambda value: type(value).__name__)
def test_a_deletion_that_cannot_see_who_is_cut_off_stops_before_the_first_write(
    simulator: Simulator, blind: Cloud, resource: Any, inputs: dict[str, Any]
) -> None:
    cloud = estates.cloud(simulator)
    database = RDS.database(cloud, "rm-normal")
    assert database is not None
    RDS.switch(cloud, database, "vpc-1", "vsw-1", 14)
    # The switch ends by itself, and would change the state later.
    simulator.clock.advance(60)
    resource_id, state = resource.create(cloud, inputs)
    before = simulator.state()
    with pytest.raises(PermissionDenied, match="ecs:DescribeInstances"):
        resource.delete(blind, resource_id, state)
    assert simulator.state() == before


def test_an_instance_that_is_not_shown_is_not_said_to_be_gone(blind: Cloud) -> None:
    with pytest.raises(PermissionDenied, match="ecs:DescribeInstances"):
        PublicIpConversion().create(blind, {"instanceId": "i-moved"})
