"""Facts of the migration as a whole."""

from __future__ import annotations

from components.facts.base import SCHEMA_VERSION, SINGLE_WAVE, Facts
from components.facts.databases import database_facts
from components.facts.instances import classic_instance_facts
from components.facts.security_groups import security_group_facts
from components.plan import MigrationPlan
from estate.model import Zone


def migration_facts(plan: MigrationPlan) -> Facts:
    """Facts of the migration as a whole: its window, its instances, and the estate around them."""
    config, estate = plan.config, plan.estate
    return {
        "schemaVersion": SCHEMA_VERSION,
        "regionId": estate.region_id,
        "accountId": estate.account_id,
        "estateReadAt": estate.read_at.isoformat(),
        "window": {"start": config.window.start.isoformat(), "latest": config.window.latest.isoformat()},
        "waves": [
            {
                "name": SINGLE_WAVE,
                "window": {"start": config.window.start.isoformat(), "latest": config.window.latest.isoformat()},
                "instanceIds": list(plan.instance_ids),
                "after": [],
            }
        ],
        "freezeHours": config.freeze_hours,
        **({} if config.evidence is None else {"evidenceMaxAgeHours": config.evidence.max_age_hours}),
        "instanceIds": list(plan.instance_ids),
        "laterInstanceIds": sorted(config.later),
        "zones": [_zone(zone) for zone in estate.zones],
        "classicInstances": [classic_instance_facts(instance) for instance in plan.classic_instances],
        "securityGroups": [
            security_group_facts(group, [item.id for item in estate.members_of(group.id)])
            for group in plan.cloned_groups
        ],
        "databases": [database_facts(database) for database in estate.databases],
    }


def _zone(zone: Zone) -> Facts:
    return {
        "zoneId": zone.id,
        "vswitchAvailable": zone.vswitch_available,
        "instanceTypes": list(zone.instance_types),
    }
