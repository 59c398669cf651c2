"""The target network has a VSwitch in the instance's target zone, and the zone can take the instance."""

from functools import partial
from typing import Final

from policies.clock import Timeline
from policies.facts import Facts
from policies.outcome import Verdict, best, failed, judged, passed, pending, worst
from policies.plan import MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK, VPC, VSWITCH, Plan, Resource
from policies.rule import InstanceRule


def _check(plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    zone_id = instance.text("targetZoneId")
    networks = len(plan.of_type(TARGET_NETWORK))
    if not networks:
        return failed(
            "No target network is declared.",
            "classic-to-vpc:migration.network: {mode: create, cidrBlock: 172.16.0.0/16, "
            f"vswitches: [{{zone: {zone_id}, cidrBlock: 172.16.0.0/24}}]}}",
        )
    if networks > 1:
        return failed(f"The stack declares {networks} TargetNetwork components and must declare exactly one.")
    vswitches = plan.vswitches(zone_id)
    if not vswitches:
        return failed(
            f"The target network has no VSwitch in zone {zone_id}.",
            f"classic-to-vpc:migration.network.vswitches: [{{zone: {zone_id}, cidrBlock: <a free block>}}]",
        )
    zone = _zone(plan, zone_id, instance.text("instanceType"))
    usable = [judged(partial(_vswitch, plan, item, zone_id)) for item in vswitches]
    return worst([zone, best(usable)])


def _zone(plan: Plan, zone_id: str, instance_type: str) -> Verdict:
    zone = next((zone for zone in plan.migration.objects("zones") if zone.text("zoneId") == zone_id), None)
    other_zone = "classic-to-vpc:migration.instances: [{id: i-..., targetZone: <another zone>}]"
    if zone is None:
        return failed(f"Zone {zone_id} is not one that the region offers.", other_zone)
    if instance_type not in zone.texts("instanceTypes"):
        return failed(f"Zone {zone_id} does not sell {instance_type}: the instance may not start there.", other_zone)
    return passed(f"Zone {zone_id} sells {instance_type}.")


def _vswitch(plan: Plan, vswitch: Facts, zone_id: str) -> Verdict:
    name = f"VSwitch {vswitch.optional_text('vswitchName') or vswitch.text('vswitchId')}"
    if vswitch.flag("existing"):
        status = vswitch.text("status")
        if status != "Available":
            return failed(f"{name} in zone {zone_id} is {status}, and must be Available.")
        return passed(f"{name} in zone {zone_id} is Available.")
    declared = [item for item in plan.children(plan.network, VSWITCH) if _is(item, vswitch, zone_id)]
    if len(declared) != 1:
        return failed(f"{name} in zone {zone_id} is to be created, and {len(declared)} VSwitch resources declare it.")
    networks = plan.children(plan.network, VPC)
    if len(networks) != 1:
        return failed(f"{name} is to be created in a new VPC, and {len(networks)} VPC resources are declared.")
    # In the first preview neither id of the VPC is known; as soon as one of them is, the other must be too, and be it.
    vswitch_facts, vpc = declared[0].facts, networks[0]
    if (vpc.exists or vswitch_facts.is_known("vpcId")) and vswitch_facts.text("vpcId") != vpc.facts.text("id"):
        return failed(f"{name} in zone {zone_id} is not in the target VPC.")
    if not declared[0].exists or not vpc.exists:
        if not _has_stock(plan, zone_id):
            return failed(
                f"{name} cannot be created: zone {zone_id} has no stock for a VSwitch.",
                "classic-to-vpc:migration.network.vswitches: [{zone: <a zone with stock>, cidrBlock: ...}]",
            )
        return pending(f"{name} in zone {zone_id} is declared and does not exist yet.")
    if vswitch_facts.text("status") != "Available":
        return failed(f"{name} in zone {zone_id} is {vswitch_facts.text('status')}, and must be Available.")
    return passed(f"{name} in zone {zone_id} is Available.")


def _is(resource: Resource, vswitch: Facts, zone_id: str) -> bool:
    return resource.facts.text("zoneId") == zone_id and resource.facts.text("cidrBlock") == vswitch.text("cidrBlock")


def _has_stock(plan: Plan, zone_id: str) -> bool:
    return any(
        zone.text("zoneId") == zone_id and zone.flag("vswitchAvailable") for zone in plan.migration.objects("zones")
    )


RULE: Final = InstanceRule(
    module=__name__,
    title="A VSwitch is ready in the target zone",
    severity="critical",
    notice_items=("N09",),
    why=(
        "An instance moves into a VSwitch of one zone; where there is none, or its type is not sold, it cannot "
        "start again."
    ),
    remediation=(
        "classic-to-vpc:migration.network: {mode: create, cidrBlock: ..., vswitches: [{zone: ..., cidrBlock: ...}]}"
    ),
    reads=(MIGRATION, MIGRATING_INSTANCE, TARGET_NETWORK, VPC, VSWITCH),
    unknown_ok="A VSwitch that is declared may be created until the freeze begins.",
    sources=(
        "Physical server migration and upgrade notice: prepare a secure network, VPC and VSwitch.",
        "VPC API reference, DescribeVSwitches: Status is Pending or Available.",
        "ECS user guide, migrate to a VPC (2021): one plan has one destination zone.",
    ),
    url="https://www.alibabacloud.com/help/en/vpc/vpc-and-vswitch",
    ram_actions=("vpc:DescribeVpcs", "vpc:DescribeVSwitches", "ecs:DescribeZones", "ecs:DescribeAvailableResource"),
    check=_check,
    until_move=True,
)
