"""Backups and safety: what the cloud has afterwards, and what a destroy is refused, and leaves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from simulator.estate_file import load
from simulator.server import Simulator, running
from tests.e2e.conftest import ESTATE, Stack
from tests.e2e.test_killed import killed_at

pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]

BATCH_1, FTP_1 = "i-bp1batch100000000001", "i-bp1ftp10000000000001"
SPARE = "d-bp1spare00000000001"


@pytest.fixture
def cloud() -> Iterator[Simulator]:
    """The sample estate, ftp-1 with ESSDs, and one more in its zone."""
    estate = load(ESTATE)
    zone = next(instance.zone_id for instance in estate.instances if instance.id == FTP_1)
    for disk in estate.disks:
        if disk.instance_id == FTP_1 or disk.id == SPARE:
            disk.category, disk.zone_id = "cloud_essd", zone
    with running(estate) as simulator:
        yield simulator


def two_of_them(migration: dict[str, Any]) -> None:
    migration["instances"] = [BATCH_1, {"id": FTP_1, "ftp": {"plan": "eip-cut-through"}}]
    migration["classicLink"] = {"flows": []}
    migration["protect"] = True
    for key in ("databases", "later"):
        migration.pop(key)


def let_go(migration: dict[str, Any]) -> None:
    two_of_them(migration)
    migration["protect"] = False


def test_disks_are_backed_up_together_and_their_snapshots_outlive_a_stack_that_is_let_go_of(stack: Stack) -> None:
    before = {item["id"] for item in stack.cloud.state()["snapshots"]}
    stack.configure(two_of_them)
    # The next update adopts the group that a killed one began.
    killed_at(stack, "ecs:CreateSnapshotGroup")
    stack.up()
    state = stack.cloud.state()
    created = {item["id"]: item["disk_id"] for item in state["snapshots"] if item["id"] not in before}
    assert sorted(created.values()) == ["d-bp1batchsys00000001", "d-bp1ftp1dat000000001", "d-bp1ftp1sys000000001"]
    [group] = state["snapshot_groups"]
    assert {created[item] for item in group["snapshot_ids"]} == {"d-bp1ftp1dat000000001", "d-bp1ftp1sys000000001"}
    assert stack.pulumi("preview", "--expect-no-changes") == 0, stack.output

    # A disk that is added later: the provider would take the longer list for done and make no call.
    stack.project.api().call("ecs:AttachDisk", disk_id=SPARE, instance_id=FTP_1)
    stack.up()
    assert SPARE in {item["disk_id"] for item in stack.cloud.state()["snapshots"]}
    created |= {item["id"]: item["disk_id"] for item in stack.cloud.state()["snapshots"] if item["id"] not in before}
    assert stack.pulumi("preview", "--expect-no-changes") == 0, stack.output

    assert stack.pulumi("destroy", "--yes", "--skip-preview", pack=False) != 0
    assert "protect" in stack.output
    assert {item["name"] for item in stack.cloud.state()["vpcs"]} == {item["name"] for item in state["vpcs"]}

    stack.configure(let_go)
    assert stack.pulumi("up", "--yes", "--skip-preview", pack=False) == 0, stack.output
    assert stack.pulumi("destroy", "--yes", "--skip-preview", pack=False) == 0, stack.output
    left = stack.cloud.state()
    # The destroy that was refused has let go of the snapshots all the same, and the next update took new ones.
    assert {item["id"] for item in left["snapshots"]} >= before | created.keys()
    assert "shop" not in {item["name"] for item in left["vpcs"]}
