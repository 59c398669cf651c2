"""The name of a VSwitch, the public addresses of an instance, and fixes for the target network.

These declare it, or one more VSwitch.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, Final

from policies.core.facts import Facts, attempt
from policies.core.fixes import Fix, change
from policies.core.plan import TARGET_NETWORK, Plan, place_of

# A block of RFC 1918 that ClassicLink reaches completely, and that does not overlap Docker's 172.17.0.0/16.
_BLOCK: Final = "172.16.0.0/16"

# The first address of a VSwitch and the last three are Alibaba Cloud's own (VPC API reference, CreateVSwitch).
_FIRST, _LAST = 1, 3


def called(vswitch: Facts) -> str:
    """Return the name of a VSwitch, or its id: default ones have no name."""
    return vswitch.optional_text("vswitchName") or vswitch.text("vswitchId")


def public_addresses(instance: Facts) -> tuple[str, ...]:
    """Return the public addresses that an instance has after the move: without bandwidth it loses its own."""
    kept = instance.texts("publicIps") if instance.number("internetMaxBandwidthOut") > 0 else ()
    eip = instance.optional_text("eip")
    return (*kept, *([eip] if eip else []))


def assignable(low: int, high: int) -> tuple[int, int]:
    """Return the first and the last address of a VSwitch that the cloud does not keep, given those of its block."""
    return low + _FIRST, high - _LAST


def network_for(plan: Plan, zones: Iterable[str] = (), block: str = _BLOCK, avoid: Iterable[str] = ()) -> Fix:
    """Return the change that declares a VPC with a VSwitch in each zone of the instances, and in further zones.

    The program plans the blocks of the VSwitches; they overlap no block of `avoid`.
    """
    reads = [attempt(partial(place_of, item.facts)) for item in plan.instances]
    places = {place for place in reads if isinstance(place, tuple)}
    known = {zone for zone, _ in places}
    vswitch_places = sorted(
        {*places, *((zone, None) for zone in zones if zone not in known)}, key=lambda item: (item[0], item[1] or "")
    )
    network: dict[str, Any] = {
        "mode": "create",
        "cidrBlock": block,
        "vswitches": [vswitch(*item) for item in vswitch_places],
    }
    if avoided := list(avoid):
        network["avoid"] = avoided
    return change("network", network)


def with_network(plan: Plan, fix: Fix) -> Fix:
    """Return a fix that needs a target network, preceded by its declaration where the stack has none."""
    return fix if plan.of_type(TARGET_NETWORK) else network_for(plan) + fix


def with_vswitch(plan: Plan, zones: Iterable[str], fix: Fix) -> Fix:
    """Return a fix that needs a VSwitch in one of the zones, preceded by one in the first zone where there is none."""
    zones = tuple(zones)
    if not plan.of_type(TARGET_NETWORK):
        return network_for(plan, zones[:1]) + fix
    if not zones or any(plan.vswitches((zone, None)) for zone in zones):
        return fix
    return new_vswitch(plan, zones[0]) + fix


def link(plan: Plan, instance_ids: Iterable[str]) -> Fix:
    """Return the change that links classic instances: by name, where the stack lists the linked ones."""
    listed = attempt(lambda: plan.migration.data.get("linksListed"))
    return change("classicLink", {"attach": list(instance_ids)} if listed is True else {})


def new_vswitch(plan: Plan, zone: str, tier: str | None = None) -> Fix:
    """Return the change that adds a VSwitch to the stack's network."""
    if attempt(lambda: plan.network.facts.text("mode")) == "default":
        return change("network", {"zones": [zone]})
    return change("network", {"vswitches": [vswitch(zone, tier)]})


def vswitch(zone: str, tier: str | None = None) -> dict[str, Any]:
    """Return a VSwitch in the form of the stack config."""
    return {"zone": zone} if tier is None else {"zone": zone, "tier": tier}
