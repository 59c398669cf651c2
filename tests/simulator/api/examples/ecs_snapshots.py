"""Examples for simulator/api/ecs_snapshots.py."""

from __future__ import annotations

from tests.simulator.api.examples import Example
from tests.simulator.api.sample_ids import DISK, SNAPSHOT

EXAMPLES = (
    Example("ecs:CreateSnapshot", {"DiskId": DISK, "SnapshotName": "now", "RetentionDays": 7}),
    Example("ecs:DeleteSnapshot", {"SnapshotId": SNAPSHOT}),
    Example("ecs:DescribeSnapshots", {}),
    Example("ecs:ModifySnapshotAttribute", {"SnapshotId": SNAPSHOT, "SnapshotName": "renamed"}),
)
