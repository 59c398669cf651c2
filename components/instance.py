"""One migrating instance, as a resource that findings can be attached to."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.facts.instances import InstanceFacts


@dataclass(frozen=True)
class MigratingInstanceArgs:
    """The facts of one migrating instance for the policy pack."""

    facts: InstanceFacts
    """See MigratingInstance in docs/facts.md."""


class MigratingInstance(pulumi.ComponentResource):
    """Carries the facts of one migrating instance to the policy pack; it creates nothing.

    Registered outputs: see MigratingInstance in docs/facts.md.
    """

    def __init__(self, name: str, args: MigratingInstanceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        # Facts are outputs and no inputs: a fact that changes is no change of what is declared.
        super().__init__("classic-to-vpc:instance:MigratingInstance", name, None, opts)
        self.register_outputs(args.facts)
