"""The target network has a VSwitch in the target zone of the instance, and the zone can take the instance."""

from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts, attempt
from policies.core.fixes import ID, UP, Fix, aliyun, change, task
from policies.core.outcome import Outcome, Verdict, best, failed, judged, passed, pending, worst
from policies.core.plan import (
    DEFAULT_VSWITCH,
    MIGRATING_INSTANCE,
    MIGRATION,
    TARGET_NETWORK,
    VPC,
    VSWITCH,
    Plan,
    Resource,
    place_of,
)
from policies.core.rule import InstanceRule
from policies.security_groups.packets import block_of
from policies.subjects.applied import live_vswitches
from policies.subjects.network import called, network_for, new_vswitch
from policies.subjects.network import vswitch as new_place


def _check(plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    place = place_of(instance)
    zone_id = place[0]
    if not plan.of_type(TARGET_NETWORK):
        return failed(
            "No target network is declared.",
            _elsewhere(plan, instance) if _unsold(plan, zone_id, instance) else network_for(plan),
        )
    vswitches = plan.vswitches(place)
    if not vswitches:
        tier = f" for {place[1]}" if place[1] else ""
        return failed(
            f"The target network has no VSwitch in zone {zone_id}{tier}.",
            _elsewhere(plan, instance) if _unsold(plan, zone_id, instance) else new_vswitch(plan, *place),
        )
    zone = _zone(plan, zone_id, instance)
    usable = [judged(partial(_vswitch, plan, item, zone_id, instance)) for item in vswitches]
    return worst([zone, best(usable)])


def _unsold(plan: Plan, zone_id: str, instance: Facts) -> bool:
    """Whether a VSwitch in the zone would not help: the zone is unknown, or does not sell the type."""
    verdict = attempt(lambda: _zone(plan, zone_id, instance))
    return isinstance(verdict, Verdict) and verdict.outcome is Outcome.FAIL


def _zone(plan: Plan, zone_id: str, instance: Facts) -> Verdict:
    instance_type = instance.text("instanceType")
    zone = next((zone for zone in plan.migration.objects("zones") if zone.text("zoneId") == zone_id), None)
    other_zone = _elsewhere(plan, instance)
    if zone is None:
        return failed(f"Zone {zone_id} is not one that the region offers.", other_zone)
    if instance_type not in zone.texts("instanceTypes"):
        return failed(f"Zone {zone_id} does not sell {instance_type}: the instance may not start there.", other_zone)
    return passed(f"Zone {zone_id} sells {instance_type}.")


def _vswitch(plan: Plan, vswitch: Facts, zone_id: str, instance: Facts) -> Verdict:
    name = f"VSwitch {called(vswitch)}"
    if vswitch.flag("existing"):
        status = vswitch.text("status")
        if status != "Available":
            return failed(f"{name} in zone {zone_id} is {status}, and must be Available.")
        return passed(f"{name} in zone {zone_id} is Available.")
    kind = DEFAULT_VSWITCH if plan.network.facts.text("mode") == "default" else VSWITCH
    declared = [item for item in plan.children(plan.network, kind) if _is(item, vswitch, zone_id)]
    if len(declared) != 1:
        return failed(f"{name} in zone {zone_id} is to be created, and {len(declared)} VSwitch resources declare it.")
    if kind == VSWITCH and (misplaced := _misplaced(plan, declared[0], f"{name} in zone {zone_id}")):
        return misplaced
    if not declared[0].exists or not _vpc_exists(plan):
        if obstacle := _obstacle(plan, declared[0], vswitch):
            return failed(f"{name} cannot be created: its block {obstacle}.", _another_block(vswitch))
        if not _has_stock(plan, zone_id):
            return failed(
                f"{name} cannot be created: zone {zone_id} has no stock for a VSwitch.",
                _elsewhere(plan, instance),
            )
        return pending(f"{name} in zone {zone_id} is declared and does not exist yet.")
    status = declared[0].facts.text("status")
    if status != "Available":
        return failed(f"{name} in zone {zone_id} is {status}, and must be Available.")
    return passed(f"{name} in zone {zone_id} is Available.")


def _takes(zone: Facts, instance_type: str) -> bool:
    return instance_type in zone.texts("instanceTypes") and zone.flag("vswitchAvailable")


def _elsewhere(plan: Plan, instance: Facts) -> Fix:
    """Return another zone for the instance: one that sells its type, preferably with a VSwitch of the network."""
    instance_type, tier = instance.text("instanceType"), place_of(instance)[1]
    selling = sorted(
        zone.text("zoneId")
        for zone in plan.migration.objects("zones")
        if attempt(partial(_takes, zone, instance_type)) is True
    )
    if not selling:
        return aliyun("ecs", "ModifyInstanceSpec", {"InstanceId": ID, "InstanceType": "<a current type>"}) | (
            task("Leave it for a later wave:") + change("later", [ID])
        )
    declared = bool(plan.of_type(TARGET_NETWORK))
    there = [zone for zone in selling if declared and plan.vswitches((zone, tier))]
    zone_id = (there or selling)[0]
    choice = change("instances", [{"id": instance.text("instanceId"), "targetZone": zone_id}])
    if not declared:
        return network_for(plan, [zone_id]) + choice
    return choice if there else new_vswitch(plan, zone_id, tier) + choice


def _misplaced(plan: Plan, vswitch: Resource, name: str) -> Verdict | None:
    """Return what is wrong with the VPC of a declared VSwitch; None where nothing is."""
    if plan.network.facts.text("mode") == "existing":
        target = plan.network.facts.text("vpcId")
        return None if vswitch.facts.text("vpcId") == target else failed(f"{name} is not in the target VPC.")
    networks = plan.children(plan.network, VPC)
    if len(networks) != 1:
        return failed(f"{name} is to be created in a new VPC, and {len(networks)} VPC resources are declared.")
    # In the first preview neither id of the VPC is known; once one is known, the other must be known and equal.
    vpc = networks[0]
    if (vpc.exists or vswitch.facts.is_known("vpcId")) and vswitch.facts.text("vpcId") != vpc.facts.text("id"):
        return failed(f"{name} is not in the target VPC.")
    return None


def _obstacle(plan: Plan, resource: Resource, vswitch: Facts) -> str | None:
    """Return why the VPC has no place for the block of a VSwitch to be made: it is there, and the block is taken.

    The program sees to that for what it declares. It is otherwise where a replacement is forced, or options of a
    resource change what becomes of it (`aliases`, `ignoreChanges`).
    """
    # The component knows the id of one that the preview would update in place.
    if resource.type != VSWITCH or resource.exists or vswitch.is_known("vswitchId"):
        return None
    block = block_of(resource.facts, "cidrBlock")
    for vpc in plan.children(plan.network, VPC):
        if not block.is_inside(block_of(vpc.facts, "cidrBlock")):
            return f"{resource.facts.text('cidrBlock')} is outside of that of the VPC, {vpc.facts.text('cidrBlock')}"
    if not resource.facts.is_known("vpcId"):
        return None
    vpc_id = resource.facts.text("vpcId")
    for vswitch_id, live in live_vswitches(plan).items():
        if live.text("vpcId") == vpc_id and block.overlaps(block_of(live, "cidrBlock")):
            return f"{resource.facts.text('cidrBlock')} overlaps {live.text('cidrBlock')} of {vswitch_id} in the VPC"
    return None


def _another_block(vswitch: Facts) -> Fix:
    place = new_place(vswitch.text("zoneId"), vswitch.optional_text("tier"))
    return task("Leave the VSwitch that is there in place: force no replacement of it.") | (
        task("Where it is to be another one:")
        + change("network.vswitches", [{**place, "cidrBlock": "<a free block of the VPC>"}])
    )


def _vpc_exists(plan: Plan) -> bool:
    """Whether the VPC exists: one to be created has a resource that shows it."""
    return all(vpc.exists for vpc in plan.children(plan.network, VPC))


def _is(resource: Resource, vswitch: Facts, zone_id: str) -> bool:
    if resource.facts.text("zoneId") != zone_id:
        return False
    # A zone has one default VSwitch, whose block the cloud chooses.
    return resource.type == DEFAULT_VSWITCH or resource.facts.text("cidrBlock") == vswitch.text("cidrBlock")


def _has_stock(plan: Plan, zone_id: str) -> bool:
    return any(
        zone.text("zoneId") == zone_id and zone.flag("vswitchAvailable") for zone in plan.migration.objects("zones")
    )


RULE: Final = InstanceRule(
    module=__name__,
    title="A VSwitch must be ready in the target zone",
    severity="critical",
    notice_items=("N09", "N10"),
    why=(
        "An instance moves into a VSwitch of one zone; where there is none, or its type is not sold, it cannot "
        "start again."
    ),
    remediation=change("network", {"mode": "create", "cidrBlock": "<block>", "vswitches": [{"zone": "<zone>"}]}),
    remediation_after=(
        task("If it was left behind or does not start, apply this, then open a ticket:")
        + change("network", {"mode": "create", "cidrBlock": "<block>", "vswitches": [{"zone": "<zone>"}]})
        + UP
    ),
    reads=(MIGRATION, MIGRATING_INSTANCE, TARGET_NETWORK, VPC, VSWITCH, DEFAULT_VSWITCH),
    unknown_ok="A VSwitch that is declared may be created until the freeze begins.",
    sources=(
        "Physical server migration and upgrade notice: prepare a secure network, VPC and VSwitch.",
        "VPC API reference, DescribeVSwitches: Status is Pending or Available.",
        "ECS user guide, migrate to a VPC (2021): one plan has one destination zone.",
    ),
    url="https://www.alibabacloud.com/help/en/vpc/vpc-and-vswitch",
    ram_actions=("vpc:DescribeVpcs", "vpc:DescribeVSwitches", "ecs:DescribeZones", "ecs:DescribeAvailableResource"),
    unwaivable="an instance without a VSwitch does not start again, and other rules compare with that VSwitch",
    check=_check,
    until_move=True,
)
