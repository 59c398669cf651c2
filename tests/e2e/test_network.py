"""Target networks on the real engine: what is in the cloud after each, and what is never touched.

One that is created grows in test_component_docs, where the example of docs/components/network.md is up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.conftest import UNJUDGED, Stack

pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]

BATCH = "i-bp1batch100000000001"
SHARED, SHARED_H = "vpc-bp1shared0000000001", "vsw-bp1sharedh000000001"
ZONE_B, ZONE_H = "cn-hangzhou-b", "cn-hangzhou-h"


def alone(network: dict[str, Any], *instances: Any) -> Callable[[dict[str, Any]], None]:
    """Bends the prepared config so that it declares a network, and nothing else, for the instances."""

    def bend(migration: dict[str, Any]) -> None:
        for key in ("securityGroups", "databases", "classicLink", "backups", "evidence"):
            del migration[key]
        migration["instances"], migration["network"] = list(instances), network

    return bend


def apply(stack: Stack, network: dict[str, Any], *instances: Any) -> None:
    """Brings it up without the pack, which would miss all the rest, and sees that nothing is left to do."""
    stack.configure(alone(network, *instances))
    assert stack.pulumi("up", "--yes", "--skip-preview", pack=False) == 0, stack.output
    assert f"{UNJUDGED} update: nothing in it is checked." in stack.output
    assert stack.pulumi("preview", "--expect-no-changes", pack=False) == 0, stack.output


def destroy(stack: Stack) -> None:
    assert stack.pulumi("destroy", "--yes", "--skip-preview", pack=False) == 0, stack.output


def vswitches(stack: Stack, vpc_id: str) -> dict[str, dict[str, Any]]:
    """VSwitches of a VPC by name."""
    return {item["name"]: item for item in stack.cloud.state()["vswitches"] if item["vpc_id"] == vpc_id}


def test_a_vswitch_is_added_to_an_existing_vpc_which_is_otherwise_left_as_it_is(stack: Stack) -> None:
    before = stack.cloud.state()
    network = {"mode": "existing", "vpcId": SHARED, "vswitchIds": [SHARED_H], "vswitches": [{"zone": ZONE_B}]}
    apply(stack, network, BATCH)
    assert set(stack.writes()) == {"CreateVSwitch"}
    assert stack.cloud.state()["vpcs"] == before["vpcs"]
    added = vswitches(stack, SHARED)[f"{SHARED}-{ZONE_B}"]
    assert (added["zone_id"], added["cidr_block"]) == (ZONE_B, "192.168.0.0/24")
    destroy(stack)
    assert stack.cloud.state()["vswitches"] == before["vswitches"]


def test_the_default_network_is_made_once_then_found_and_never_deleted(stack: Stack) -> None:
    network = {"mode": "default", "zones": [ZONE_B]}
    apply(stack, network, BATCH)
    assert sorted(stack.writes()) == ["CreateDefaultVSwitch", "CreateDefaultVpc"]
    [vpc] = [item for item in stack.cloud.state()["vpcs"] if item["is_default"]]
    [vswitch] = vswitches(stack, vpc["id"]).values()
    assert (vpc["cidr_block"], vswitch["cidr_block"]) == ("172.31.0.0/16", "172.31.0.0/20")
    destroy(stack)

    writes = len(stack.writes())
    apply(stack, network, BATCH)
    assert stack.writes()[writes:] == []
    destroy(stack)
    state = stack.cloud.state()
    assert vpc in state["vpcs"]
    assert vswitch in state["vswitches"]
