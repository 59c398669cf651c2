"""ECS: the system events of the estate file, and those of migration plans.

Documented: DescribeInstanceHistoryEvents has VPCMigrationEcs as the example of a ReasonCode (reference and SDK texts of
2023 to 2026), the statuses, and that NotBefore is the scheduled start. No text says when that code is used, nor which
EventType comes with it. Our reading: it is the event of a migration from the classic network to a VPC, one for each
instance of a plan, of type SystemMaintenance.Reboot (the instance is stopped and started by the cloud), published when
the plan was made. It is Scheduled until its time, Executing during the 15 minutes, then Executed, or Failed where
the instance stays in the classic network. No plan can be cancelled or avoided here, so these statuses do not occur.
"""

import hashlib
from collections.abc import Iterator

from simulator.cloud.state import Cloud
from simulator.model.migrations import Migration, Move, MovePhase
from simulator.model.system_events import EventCycleStatus, SystemEvent

MIGRATION_TYPE = "SystemMaintenance.Reboot"
MIGRATION_REASON_CODE = "VPCMigrationEcs"
_STATUSES: dict[MovePhase, EventCycleStatus] = {"Scheduled": "Scheduled", "Migrated": "Executed", "Failed": "Failed"}


def present(cloud: Cloud) -> Iterator[SystemEvent]:
    """Return all system events: those of the estate, then one for each instance of the migration plans, in order."""
    yield from cloud.estate.events
    for plan in cloud.estate.migrations:
        for move in plan.moves:
            if cloud.estate.instances.find(move.instance_id) is not None:
                yield _of_move(cloud, plan, move)


def _of_move(cloud: Cloud, plan: Migration, move: Move) -> SystemEvent:
    """Return the event of a move; it is computed from the plan each time, so it follows a new time."""
    digest = hashlib.sha256(f"{plan.id} {move.instance_id}".encode()).hexdigest()
    return SystemEvent.model_construct(
        id=f"e-bp1{digest[:17]}",
        instance_id=move.instance_id,
        type=MIGRATION_TYPE,
        status=_STATUSES.get(move.phase, "Executing"),
        not_before=move.start,
        published_at=plan.created_at or cloud.estate.now,
        finished_at=move.finished_at,
        reason="Migration from the classic network to a VPC",
        reason_code=MIGRATION_REASON_CODE,
    )
