"""One migrating instance, as a resource that findings can stand on."""

from __future__ import annotations

import pulumi

from components.facts import instance_facts
from components.plan import MigrationPlan, PlannedInstance


class MigratingInstance(pulumi.ComponentResource):
    """Carries the facts of one migrating instance to the policy pack; it creates nothing.

    Registered outputs: see MigratingInstance in docs/contracts.md.
    """

    def __init__(
        self,
        name: str,
        planned: PlannedInstance,
        plan: MigrationPlan,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        # Facts are outputs and no inputs: a fact that changes is no change of what is declared.
        super().__init__("classic-to-vpc:instance:MigratingInstance", name, None, opts)
        self.register_outputs(instance_facts(planned, plan))
