"""Migration plans of a running simulated cloud. They have no public API: the console makes them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, Field

from simulator.cloud import migrations
from simulator.model.base import Strict
from simulator.model.migrations import Migration, MigrationPlan
from simulator.simulation import Simulation


class NewTime(Strict):
    """A new time for instances of a plan that have not begun to move."""

    id: str = Field(description="mp-...")
    start: AwareDatetime
    instance_ids: list[str] | None = Field(default=None, description="Absent: all instances of the plan.")


class Migrations:
    """Makes, lists and reschedules plans; they run by the model clock."""

    def __init__(self, simulation: Simulation) -> None:
        """Serve one simulated cloud, also after a reset."""
        self._simulation = simulation

    def all(self) -> list[dict[str, Any]]:
        """Return all plans, oldest first, as JSON values of Migration: each instance with its phase and failure."""
        with self._simulation.present() as cloud:
            return [_shown(migration) for migration in cloud.estate.migrations]

    def verify(self, plan: MigrationPlan | None = None, **fields: Any) -> list[str]:
        """Return the reasons why a plan (or its fields) cannot be made; raises pydantic's ValidationError."""
        with self._simulation.present() as cloud:
            return migrations.verify(cloud, plan or MigrationPlan(**fields))

    def create(self, plan: MigrationPlan | None = None, **fields: Any) -> dict[str, Any]:
        """Make a plan; raises MigrationRefusedError with all reasons, and pydantic's ValidationError."""
        with self._simulation.present(changed=True) as cloud:
            return _shown(migrations.create(cloud, plan or MigrationPlan(**fields)))

    def reschedule(
        self, migration_id: str, start: datetime, instance_ids: Iterable[str] | None = None
    ) -> dict[str, Any]:
        """Set a new time for all or some instances of a plan; raises MigrationRefusedError."""
        with self._simulation.present(changed=True) as cloud:
            return _shown(migrations.reschedule(cloud, migration_id, start, instance_ids))


def _shown(migration: Migration) -> dict[str, Any]:
    return migration.model_dump(mode="json", exclude_none=True)
