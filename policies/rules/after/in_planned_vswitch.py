"""A moved instance has an address of a VSwitch that the stack has for it."""

from typing import Any, Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import ID, Fix, aliyun, change, task
from policies.core.outcome import Verdict, failed, not_applicable, passed
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK, Plan, has_moved, place_of
from policies.core.rule import InstanceRule
from policies.security_groups.packets import AddressPeer, block_of
from policies.subjects.after import cleanup
from policies.subjects.network import called, vswitch


def _check(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    if not has_moved(instance):
        return not_applicable("It has not moved yet.")
    if not plan.of_type(TARGET_NETWORK):
        return not_applicable("The stack declares no target network.")
    dropped = plan.migration.objects("droppedVswitches") if "droppedVswitches" in plan.migration.data else ()
    over = not plan.waves_ahead and timeline.now >= cleanup(plan, timeline).due
    if over and not dropped:
        return not_applicable(_OVER)
    present, place = instance.object("present"), place_of(instance)
    addresses = present.texts("privateIps")
    if not addresses:
        raise present.malformed("privateIps", "a list of at least one address")
    planned = plan.vswitches(place)
    outside = [text for text in addresses if not _holding(planned, block_of(present, "privateIps", text))]
    if not outside:
        return passed(f"Its address {', '.join(addresses)} is in the VSwitch for its zone.")
    if left := [item for text in outside for item in _holding(dropped, block_of(present, "privateIps", text))]:
        which = ", ".join(f"{item.text('vswitchId')} ({item.text('cidrBlock')})" for item in left)
        return failed(
            f"Its address {', '.join(outside)} is in {which}, which the stack had at the last `pulumi up` and has no "
            "more: the next one takes that block out of the whitelists and rules that admit the instance.",
            _PUT_BACK | _MOVED,
        )
    if over:
        return not_applicable(_OVER)
    names = ", ".join(f"{called(item)} ({item.text('cidrBlock')})" for item in planned) or "none"
    return failed(
        f"Its address {', '.join(outside)} is in none of the VSwitches for it: {names}. Whitelists and rules that "
        "admit these VSwitches may refuse this address. Other rules judge the instance as if it were in one of them.",
        _ways(plan, instance, block_of(present, "privateIps", outside[0])),
    )


def _holding(vswitches: tuple[Facts, ...], address: AddressPeer) -> list[Facts]:
    return [item for item in vswitches if address.is_inside(block_of(item, "cidrBlock"))]


def _ways(plan: Plan, instance: Facts, address: AddressPeer) -> Fix:
    """Return the ways out: the stack says where it is, or it goes where the stack says."""
    others = _holding(plan.network.facts.objects("vswitches"), address)
    return _said(instance, others[0]) | _MOVED if others else _NAMED | _MOVED


def _said(instance: Facts, holder: Facts) -> Fix:
    place = vswitch(holder.text("zoneId"), holder.optional_text("tier"))
    choice: dict[str, Any] = {"id": instance.text("instanceId"), "targetZone": place.pop("zone"), **place}
    return change("instances", [choice])


_OVER: Final = "All waves have moved, and the cleanup is over: its address is the team's own by now."
_PUT_BACK: Final = task("Put that VSwitch back under network in the stack config, as it was.")
_NAMED: Final = task(
    "List its VSwitch under network.vswitchIds in the stack config, where network.mode is existing; then databases and "
    "rules are prepared for it, too."
)
_MOVED: Final = task("Stop it, give it an address of the VSwitch for it, and start it:") + aliyun(
    "ecs", "ModifyInstanceVpcAttribute", {"InstanceId": ID, "VSwitchId": "<the VSwitch for it>"}
)

RULE: Final = InstanceRule(
    module=__name__,
    title="A moved instance must be in a VSwitch that the stack has for it",
    severity="high",
    notice_items=("N06", "N18"),
    why="A migration plan can have another VSwitch: databases admit the block of the planned one, and refuse it.",
    remediation=_NAMED | _MOVED,
    reads=(MIGRATION, MIGRATING_INSTANCE, TARGET_NETWORK),
    sources=(
        "ECS user guide, migrate to a VPC (2021): whoever makes the migration plan chooses its VSwitch.",
        "Physical server migration and upgrade notice: the address is assigned from the block of the target VSwitch.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=("ecs:DescribeInstances", "vpc:DescribeVSwitches"),
    check=_check,
    until_move=False,
)
