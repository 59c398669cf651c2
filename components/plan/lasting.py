"""The changes of a plan that cannot be undone in the cloud."""

from __future__ import annotations

from collections.abc import Iterator

from components.plan.model import MigrationPlan
from estate import hybrid


def cannot_be_undone(plan: MigrationPlan) -> Iterator[str]:
    """Yield what an update does that cannot be undone, unless already done, a line for each database or instance.

    A database that has an address in a VPC never goes back; a public address that is an EIP never becomes an
    instance's own again (`preflight plan` marks the same two).
    """
    for prepared in plan.databases.prepared:
        database = prepared.database
        if prepared.valid_until is not None and database.network_type == "classic" and not hybrid.obstacle(database):
            yield f"{database.description or database.id} gets an address in the VPC"
    for planned in plan.instances:
        if planned.moved and planned.to_eip and planned.instance.public_ips:
            yield f"the public address of {planned.instance.name or planned.instance.id} becomes an EIP"
