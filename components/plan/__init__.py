"""Config and estate put together: what moves, what stays, what hangs on each. Pure; knows nothing of Pulumi.

`make_plan` checks the config against the estate, section by section; each section has a module of its own.
"""

from components.plan.backups import SnapshotSet
from components.plan.databases import PlannedDatabase, admits
from components.plan.load_balancers import Membership, servers_of
from components.plan.model import MigrationPlan, PlannedInstance, clone_description
from components.plan.network import PlannedVSwitch
from components.plan.resolve import make_plan, still_classic
from components.plan.scopes import instance_ids_of
from components.plan.waves import Origin, PlannedWave, StackRecord

__all__ = [
    "Membership",
    "MigrationPlan",
    "Origin",
    "PlannedDatabase",
    "PlannedInstance",
    "PlannedVSwitch",
    "PlannedWave",
    "SnapshotSet",
    "StackRecord",
    "admits",
    "clone_description",
    "instance_ids_of",
    "make_plan",
    "servers_of",
    "still_classic",
]
