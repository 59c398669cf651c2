"""How the target network is declared, where a fix needs one or a VSwitch more."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, Final

from policies.core.facts import attempt
from policies.core.fixes import Fix, change
from policies.core.plan import TARGET_NETWORK, Plan, place_of

# A block of RFC 1918 that ClassicLink reaches whole, and that Docker's own 172.17.0.0/16 does not overlap.
_BLOCK: Final = "172.16.0.0/16"


def network_for(plan: Plan, zones: Iterable[str] = (), block: str = _BLOCK, avoid: Iterable[str] = ()) -> Fix:
    """Return the change that declares a VPC with a VSwitch where each instance goes, and in further zones.

    The blocks of the VSwitches are left to the program, which plans them; they overlap no block to `avoid`.
    """
    found = [attempt(partial(place_of, item.facts)) for item in plan.instances]
    places = {place for place in found if isinstance(place, tuple)}
    known = {zone for zone, _ in places}
    wanted = sorted(
        {*places, *((zone, None) for zone in zones if zone not in known)}, key=lambda item: (item[0], item[1] or "")
    )
    network: dict[str, Any] = {"mode": "create", "cidrBlock": block, "vswitches": [vswitch(*item) for item in wanted]}
    if avoided := list(avoid):
        network["avoid"] = avoided
    return change("network", network)


def with_network(plan: Plan, fix: Fix) -> Fix:
    """Return a fix that needs a target network: with one, where the stack declares none."""
    return fix if plan.of_type(TARGET_NETWORK) else network_for(plan) + fix


def with_vswitch(plan: Plan, zones: Iterable[str], fix: Fix) -> Fix:
    """Return a fix that needs a VSwitch in one of the zones: with one in the first of them, where there is none."""
    zones = tuple(zones)
    if not plan.of_type(TARGET_NETWORK):
        return network_for(plan, zones[:1]) + fix
    if not zones or any(plan.vswitches((zone, None)) for zone in zones):
        return fix
    return new_vswitch(plan, zones[0]) + fix


def link(plan: Plan, instance_ids: Iterable[str]) -> Fix:
    """Return the change that links classic instances: by name, where the stack lists whom it links."""
    listed = attempt(lambda: plan.migration.data.get("linksListed"))
    return change("classicLink", {"attach": list(instance_ids)} if listed is True else {})


def new_vswitch(plan: Plan, zone: str, tier: str | None = None) -> Fix:
    """Return the change that adds a VSwitch to the network that the stack declares."""
    if attempt(lambda: plan.network.facts.text("mode")) == "default":
        return change("network", {"zones": [zone]})
    return change("network", {"vswitches": [vswitch(zone, tier)]})


def vswitch(zone: str, tier: str | None = None) -> dict[str, Any]:
    """Return a VSwitch as the stack config declares one."""
    return {"zone": zone} if tier is None else {"zone": zone, "tier": tier}
