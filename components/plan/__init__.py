"""Combine config and estate, in two steps. Pure; knows nothing of Pulumi.

`select` looks up once everything that the config names, and reports all problems; `plan` decides what is declared for
the selection, and cannot fail. Each subject has a module of its own: a value, its look-up or decision, and its
problems.
"""

from components.plan.backups import SnapshotSet, snapshot_sets
from components.plan.classic_link import PlannedLinks
from components.plan.databases import PlannedDatabase, PlannedDatabases
from components.plan.load_balancers import LoadBalancers, Membership, Standing
from components.plan.model import MigrationPlan, PlannedInstance
from components.plan.network import PlannedNetwork, PlannedVSwitch
from components.plan.planning import make_plan, plan
from components.plan.record import Origin, Seen, StackRecord
from components.plan.roster import Roster
from components.plan.scopes import instance_ids_of
from components.plan.security_groups import PlannedGroups, clone_description
from components.plan.selection import Selection, select, still_classic
from components.plan.waves import PlannedWave

__all__ = [
    "LoadBalancers",
    "Membership",
    "MigrationPlan",
    "Origin",
    "PlannedDatabase",
    "PlannedDatabases",
    "PlannedGroups",
    "PlannedInstance",
    "PlannedLinks",
    "PlannedNetwork",
    "PlannedVSwitch",
    "PlannedWave",
    "Roster",
    "Seen",
    "Selection",
    "SnapshotSet",
    "StackRecord",
    "Standing",
    "clone_description",
    "instance_ids_of",
    "make_plan",
    "plan",
    "select",
    "snapshot_sets",
    "still_classic",
]
