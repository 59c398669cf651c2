"""The work of a plan grows with the estate, and not with its square."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

import pytest

from bench.estates import config_of, estate_of
from components.arguments import conversion_context
from components.config import MigrationConfig, parse
from components.conversion import convert
from components.facts import instance_facts, migration_facts
from components.facts.classic_link import link_state_facts
from components.migration import Migration, MigrationArgs
from components.plan import MigrationPlan, StackRecord, make_plan
from components.stack_outputs import exported, share
from estate.guest import Evidence
from estate.model import Disk, Estate, Instance, SecurityGroup, SecurityGroupRule, Snapshot, Vpc, VSwitch
from tests.components.builders import FILE
from tests.components.evidences import evidence as evidence_of
from tests.components.mocked import declare

SIZE = 160
"""Instances of the smaller estate: a whole period of it, so that the larger one is exactly twice as much."""
LINEAR = 2.1
"""Twice the estate takes at most so many times the steps: sorting takes a little more than twice, a square four."""


class Id(str):
    """An id that is compared by a call, so that a search through a list of ids is counted too."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return str.__eq__(self, other)


def steps(work: Callable[[], object]) -> int:
    """Count the calls, and the lines that are run, of a piece of work."""
    count = 0

    def visit(frame: FrameType, event: str, arg: object) -> Any:
        nonlocal count
        count += 1
        return visit

    def call(frame: FrameType, event: str, arg: object) -> None:
        nonlocal count
        count += event == "c_call"

    # What other tests have left to be collected would be counted, too, where a collection falls into the work.
    gc.collect()
    gc.disable()
    sys.settrace(visit)
    sys.setprofile(call)
    try:
        work()
    finally:
        sys.setprofile(None)
        sys.settrace(None)
        gc.enable()
    return count


def with_counted_ids(estate: Estate) -> Estate:
    """The estate with ids that are compared by a call."""

    def instance(item: Instance) -> Instance:
        groups = tuple(map(Id, item.security_group_ids))
        return item.model_copy(update={"id": Id(item.id), "security_group_ids": groups})

    def rule(item: SecurityGroupRule) -> SecurityGroupRule:
        return item.model_copy(update={"group_id": Id(item.group_id)}) if item.group_id else item

    def group(item: SecurityGroup) -> SecurityGroup:
        return item.model_copy(update={"id": Id(item.id), "rules": tuple(map(rule, item.rules))})

    def disk(item: Disk) -> Disk:
        return item.model_copy(update={"id": Id(item.id), "instance_ids": tuple(map(Id, item.instance_ids))})

    def snapshot(item: Snapshot) -> Snapshot:
        return item.model_copy(update={"disk_id": Id(item.disk_id)})

    return estate.model_copy(
        update={
            "instances": tuple(map(instance, estate.instances)),
            "security_groups": tuple(map(group, estate.security_groups)),
            "disks": tuple(map(disk, estate.disks)),
            "snapshots": tuple(map(snapshot, estate.snapshots)),
        }
    )


def given(instances: int, waves: int) -> tuple[MigrationConfig, Estate, list[Evidence]]:
    estate = estate_of(instances)
    evidence = [
        evidence_of(item.id, at=f"2026-11-29T02:00:0{place}+00:00") for item in estate.instances for place in (0, 1)
    ]
    return parse(config_of(estate, waves), FILE), with_counted_ids(estate), evidence


def planned(config: MigrationConfig, estate: Estate, evidence: list[Evidence]) -> MigrationPlan:
    return make_plan(config, estate, FILE, evidence)


def all_facts(config: MigrationConfig, estate: Estate, evidence: list[Evidence]) -> None:
    """All facts and outputs that follow from the plan."""
    plan = planned(config, estate, evidence)
    migration_facts(plan)
    link_state_facts(plan)
    exported(plan)
    for item in plan.instances:
        instance_facts(item, plan)


@pytest.mark.parametrize("waves", [1, 2])
@pytest.mark.parametrize("work", [planned, all_facts])
def test_twice_the_estate_takes_twice_the_steps(work: Callable[..., object], waves: int) -> None:
    few, many = (steps(partial(work, *given(size, waves))) for size in (SIZE, 2 * SIZE))
    assert many < LINEAR * few, f"{few} steps for {SIZE} instances, {many} for twice as many"


def test_twice_the_groups_are_converted_in_twice_the_steps() -> None:
    """Rules that admit everybody name the blocks that all move into, and not every clone."""

    def conversion(instances: int) -> Callable[[], object]:
        plan = planned(*given(instances, 1))
        return partial(convert, plan.groups.to_clone, conversion_context(plan))

    few, many = (steps(conversion(size)) for size in (2 * SIZE, 4 * SIZE))
    assert many < LINEAR * few, f"{few} steps for {2 * SIZE} instances, {many} for twice as many"


def in_a_region_of(instances: int) -> int:
    """Return the bytes of all facts of a stack that moves 80 instances, beside others whose clones it shares."""
    estate = estate_of(instances)
    ids = [item.id for item in estate.instances]
    clones = [
        group.model_copy(
            update={
                "id": f"{group.id}-vpc",
                "vpc_id": "vpc-1",
                "rules": tuple(
                    rule.model_copy(update={"group_id": rule.group_id and f"{rule.group_id}-vpc"})
                    for rule in group.rules
                ),
            }
        )
        for group in estate.security_groups
    ]
    vpc = Vpc(id="vpc-1", cidr_block="172.16.0.0/12")
    vswitch = VSwitch(
        id="vsw-1",
        vpc_id="vpc-1",
        zone_id="cn-hangzhou-b",
        cidr_block="172.16.0.0/16",
        status="Available",
        available_ip_address_count=4000,
    )
    groups = (*estate.security_groups, *clones)
    estate = estate.model_copy(update={"security_groups": groups, "vpcs": (vpc,), "vswitches": (vswitch,)})
    config = {
        "window": {"start": "2026-12-13T02:00:00+08:00", "latest": "2026-12-20T02:00:00+08:00"},
        "instances": ids[:80],
        "later": ids[80:],
        "network": {"mode": "shared", "stack": "organization/classic-to-vpc/one"},
        "securityGroups": {"mode": "shared"},
    }
    outputs = {
        "vpcId": "vpc-1",
        "vswitches": [{"vswitchId": "vsw-1"}],
        "waves": [{"name": "all", "window": config["window"], "instanceIds": ids[-1:]}],
        "classicOrigins": {ids[-1]: {"zoneId": "b", "intranetIps": [], "securityGroupIds": [], "snapshotRound": 1}},
        "securityGroupIds": {group.id: [f"{group.id}-vpc"] for group in groups if group.is_classic},
    }
    shared, record = share(parse(config, FILE), StackRecord(), outputs, FILE)
    plan = make_plan(shared, estate, FILE, record=record)
    recording = declare(lambda: Migration("migration", MigrationArgs(plan)))
    inputs = [item.inputs for item in recording.resources.values()]
    return len(json.dumps([inputs, list(recording.outputs.values())]))


def test_an_instance_that_another_stack_moves_adds_no_more_than_its_address_and_its_place_in_a_list() -> None:
    few, many = in_a_region_of(SIZE), in_a_region_of(2 * SIZE)
    assert many - few < 250 * SIZE, f"{few} bytes beside {SIZE} instances, {many} beside twice as many"


def test_a_search_through_a_list_is_counted() -> None:
    """Else the test above could not fail."""
    ids = [Id(f"i-{number}") for number in range(100)]
    searched = [str(item) for item in ids]
    assert steps(lambda: [item in ids for item in searched]) > 100 * 100 / 2
    assert steps(lambda: [item in set(ids) for item in searched]) > 100
