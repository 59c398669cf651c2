"""The VSwitch has more free addresses than instances move into its zone.

Those that databases and second network interfaces are yet to get come on top.
"""

from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts, attempt
from policies.core.fixes import change, task
from policies.core.outcome import Verdict, failed, not_applicable, passed
from policies.core.plan import (
    CUT_THROUGH_BINDING,
    HYBRID_ACCESSES,
    MIGRATING_INSTANCE,
    MIGRATION,
    TARGET_NETWORK,
    Plan,
    place_of,
)
from policies.core.rule import InstanceRule
from policies.core.settings import Threshold
from policies.core.words import number_of
from policies.security_groups.packets import block_of
from policies.subjects.databases import endpoints, entering
from policies.subjects.network import assignable

# A replica set of MongoDB has seven nodes at most, each with an address of its own.
_MOST_ADDRESSES: Final = 7
_SPARE: Final = Threshold("spareAddresses", 1, 1, 65_536, "Free addresses left once all have moved; 1 is asked for.")


def _check(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    place = place_of(instance)
    zone_id = place[0]
    moving = plan.instances_per_place[place]
    vswitches = plan.vswitches(place) if plan.of_type(TARGET_NETWORK) else ()
    if not vswitches:
        return not_applicable(f"There is no VSwitch in zone {zone_id}: see network-vswitch-in-usable-zone.")
    entering = plan.remember(__name__, lambda: (_of_databases(plan), _of_interfaces(plan)))
    # Each plan has one VSwitch: the sum over several does not help an instance.
    left, free, *others = max(
        (_free(item) - sum(of[item.path] for of in entering), _free(item), *(of[item.path] for of in entering))
        for item in vswitches
    )
    kinds = zip(others, ("database address", "second network interface"), strict=True)
    beside = "".join(f", and for {number_of(number, kind)}" for number, kind in kinds if number)
    room = f"{number_of(free, 'free address')} for {number_of(moving, 'instance')}{beside}"
    if left >= moving + timeline.threshold(_SPARE):
        return passed(f"The VSwitch of zone {zone_id} has {room}.")
    return failed(
        f"The VSwitch of zone {zone_id} has {room}: at least {timeline.threshold(_SPARE):g} more must be free.",
        change("network.vswitches", [{"zone": zone_id, "cidrBlock": "<a larger block>"}]),
    )


def _of_interfaces(plan: Plan) -> Mapping[str, int]:
    """Count the second network interfaces for EIPs in cut-through mode that are yet to be made, by VSwitch.

    Each is made after the move, in the first VSwitch for its instance.
    """
    made = {item.facts.text("instanceId") for item in plan.of_type(CUT_THROUGH_BINDING) if item.exists}
    counts = Counter[str]()
    for instance in (item.facts for item in plan.instances):
        if instance.optional_text("ftpPlan") == "eip-cut-through" and instance.text("instanceId") not in made:
            counts.update(vswitch.path for vswitch in plan.vswitches(place_of(instance))[:1])
    return counts


def _of_databases(plan: Plan) -> Mapping[str, int]:
    """Count the addresses that databases are yet to get, by VSwitch.

    One that the cloud refuses to read counts with the most that it may get, wherever it may go.
    """
    counts = Counter[str]()
    for vswitch, database in entering(plan):
        inner = attempt(partial(endpoints, database, "Inner"))
        counts[vswitch.path] += len(inner) if isinstance(inner, tuple) else _MOST_ADDRESSES
    return counts


def _free(vswitch: Facts) -> int:
    free = int(vswitch.number("availableIpAddressCount"))
    if not vswitch.is_known("cidrBlock"):  # The cloud chooses the block of a default VSwitch.
        return free
    low, high = assignable(*block_of(vswitch, "cidrBlock").interval)
    return min(free, max(high - low + 1, 0))


RULE: Final = InstanceRule(
    module=__name__,
    title="The VSwitch must have enough free addresses",
    severity="high",
    notice_items=("N06", "N09"),
    why="Each instance gets a random address of the VSwitch; if none is left, its move fails.",
    remediation=change("network.vswitches", [{"zone": "<zone>", "cidrBlock": "<a larger block>"}]),
    remediation_after=(
        task("An instance that got no address was not moved: declare a VSwitch with room, and open a ticket.")
        + change("network.vswitches", [{"zone": "<zone>", "cidrBlock": "<a larger block>"}])
    ),
    reads=(MIGRATION, MIGRATING_INSTANCE, TARGET_NETWORK, CUT_THROUGH_BINDING, *HYBRID_ACCESSES),
    sources=(
        "ECS user guide, migrate to a VPC (2021), step 7: free addresses must be greater than the number of instances.",
        "VPC API reference, CreateVSwitch: the first address and the last three are reserved.",
        "EIP user guide, cut-through mode: a secondary interface, which has an address of its own.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=("vpc:DescribeVSwitches",),
    thresholds=(_SPARE,),
    check=_check,
    until_move=True,
)
