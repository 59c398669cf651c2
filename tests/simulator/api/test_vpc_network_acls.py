"""Network ACLs: their entries in their order, and what they are bound to."""

from __future__ import annotations

import pytest

from simulator.model.estate import Estate
from tests.simulator.api.examples.vpc_network_acls import NETWORK_ACL, a_network_acl
from tests.simulator.api.sample_ids import VPC, VSWITCH
from tests.simulator.sdk import Api


@pytest.fixture
def quick(quick: Estate) -> Estate:
    """The estate with a network ACL."""
    a_network_acl(quick)
    return quick


def test_a_network_acl_is_shown_with_its_entries_in_order(api: Api) -> None:
    acl = api("vpc:DescribeNetworkAclAttributes", NetworkAclId=NETWORK_ACL.id)["NetworkAclAttribute"]
    assert (acl["NetworkAclName"], acl["VpcId"], acl["Status"]) == ("shop", VPC, "Available")
    ways = {
        "SourceCidrIp": acl["IngressAclEntries"]["IngressAclEntry"],
        "DestinationCidrIp": acl["EgressAclEntries"]["EgressAclEntry"],
    }
    entries = [(it["Policy"], it["Protocol"], it["Port"], it[far_end]) for far_end, all_ in ways.items() for it in all_]
    everything = ("accept", "all", "-1/-1", "0.0.0.0/0")
    assert entries == [("drop", "tcp", "22/22", "0.0.0.0/0"), everything, everything]


def test_it_names_the_vswitches_that_it_is_bound_to(api: Api) -> None:
    acl = api("vpc:DescribeNetworkAclAttributes", NetworkAclId=NETWORK_ACL.id)["NetworkAclAttribute"]
    assert [item["ResourceId"] for item in acl["Resources"]["Resource"]] == [VSWITCH]
    listed = api("vpc:DescribeVSwitches")["VSwitches"]["VSwitch"]
    assert [item["NetworkAclId"] for item in listed if item["VSwitchId"] == VSWITCH] == [NETWORK_ACL.id]
