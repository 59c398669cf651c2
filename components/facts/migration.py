"""Facts of the migration as a whole."""

from __future__ import annotations

from components.config import Attestation, BackupChoice, OffPeak, Staying, Waiver
from components.config.after import USUAL_DUE_DAYS
from components.config.backups import USUAL_DAYS_AFTER_WINDOW, USUAL_MAX_AGE_HOURS
from components.facts.address_lists import address_list_facts
from components.facts.base import SCHEMA_VERSION, Facts
from components.facts.classic_link import broad_rule_facts
from components.facts.databases import database_facts
from components.facts.instances import classic_instance_facts
from components.facts.security_groups import live_group_facts, security_group_facts
from components.off_peak import off_peak_until
from components.plan import MigrationPlan, PlannedWave, Roster, instance_ids_of
from components.run import Sources
from estate.model import Estate, Zone


def migration_facts(plan: MigrationPlan, sources: Sources | None = None) -> Facts:
    """Facts of the migration as a whole: its waves, its instances, the estate around them, and what they are from."""
    config, estate = plan.config, plan.estate
    members, cloned = plan.groups.member_ids, {group.id for group in plan.groups.classic}
    return broad_rule_facts(plan) | {
        "schemaVersion": SCHEMA_VERSION,
        "regionId": estate.region_id,
        "accountId": estate.account_id,
        "estateReadAt": estate.read_at.isoformat(),
        **({} if sources is None else _run(sources)),
        "waves": [wave_facts(wave, config.off_peak) for wave in plan.waves],
        "freezeHours": config.freeze_hours,
        "backups": _backups(config.backups),
        **({} if config.off_peak is None else {"offPeak": _off_peak(config.off_peak)}),
        **({} if config.evidence is None else {"evidenceMaxAgeHours": config.evidence.max_age_hours}),
        "attestations": [_attestation(item, plan.roster) for item in config.attestations],
        **({"waivers": [_waiver(item, plan.roster) for item in config.waivers]} if config.waivers else {}),
        "instanceIds": list(plan.instance_ids),
        "laterInstanceIds": sorted(config.later),
        "staying": [_staying(item) for item in config.staying],
        **({"gone": [{"kind": kind, "id": item} for kind, item in plan.gone]} if plan.gone else {}),
        "zones": [_zone(zone) for zone in estate.zones],
        "classicInstances": [classic_instance_facts(instance) for instance in plan.roster.classic],
        "securityGroups": [security_group_facts(group, members.get(group.id, ())) for group in plan.groups.classic],
        "linkedSecurityGroups": [
            security_group_facts(group, members.get(group.id, ()))
            for group in plan.links.groups
            if group.id not in cloned
        ],
        **({"liveSecurityGroups": [live_group_facts(group) for group in plan.groups.made]} if plan.groups.made else {}),
        "liveNetwork": _live_network(estate),
        "formerAddresses": list(plan.former_addresses),
        "cleanupDueDays": config.after.due_days if config.after else USUAL_DUE_DAYS,
        **address_list_facts(estate, config.after.unused_services if config.after else ()),
        "databases": [database_facts(database, estate.read_at) for database in estate.databases],
    }


def _run(sources: Sources) -> Facts:
    facts: Facts = {"madeOf": _made_of(sources), "rehearsal": list(sources.rehearsal)}
    if sources.clock is not None:
        facts["clock"] = {
            "cloudTime": sources.clock.cloud.isoformat(),
            "machineTime": sources.clock.machine.isoformat(timespec="seconds"),
        }
    return facts


def _made_of(sources: Sources) -> Facts:
    made_of: Facts = {"files": [{"path": item.path, "sha256": item.sha256} for item in sources.files]}
    if sources.commit is not None:
        made_of["commit"] = sources.commit
    if sources.dirty is not None:
        made_of["dirty"] = sources.dirty
    if sources.stack_file is not None:
        made_of["stackFile"] = {"path": sources.stack_file.path, "sha256": sources.stack_file.sha256}
    return made_of


def wave_facts(wave: PlannedWave, off_peak: OffPeak | None = None) -> Facts:
    """Facts of one wave; `moved` says that all of its instances are in the target VPC."""
    facts: Facts = {
        "name": wave.name,
        "window": _window(wave),
        "instanceIds": list(wave.instance_ids),
        "after": sorted(wave.after),
        "moved": wave.has_moved,
    }
    window = wave.window
    until = off_peak_until(off_peak, window.start) if off_peak else None
    for key, moment in (("end", window.end), ("disksNeededFrom", window.disks_needed_from), ("offPeakUntil", until)):
        if moment is not None:
            facts[key] = moment.isoformat()
    if window.scheduled is not None:
        facts["scheduled"] = {
            "by": window.scheduled.by,
            "at": window.scheduled.at.isoformat(),
            "zones": sorted(window.scheduled.zones),
        }
    return facts


def _attestation(item: Attestation, roster: Roster) -> Facts:
    return {
        "kind": item.kind,
        "instanceIds": list(instance_ids_of(item, roster)),
        "owner": item.owner,
        "statedAt": item.stated_at.isoformat(),
        "validUntil": item.valid_until.isoformat(),
        "statement": item.statement,
    }


def _waiver(item: Waiver, roster: Roster) -> Facts:
    scope: Facts = {"wave": item.wave} if item.wave else {"instanceIds": list(instance_ids_of(item, roster))}
    if item.all:
        scope = {"all": True}
    return {
        "rule": item.rule,
        **scope,
        "reason": item.reason,
        "owner": item.owner,
        "approvedBy": item.approved_by,
        "approvedAt": item.approved_at.isoformat(),
        "expires": item.expires.isoformat(),
    }


def _staying(item: Staying) -> Facts:
    return {"instanceIds": sorted(item.instances), "owner": item.owner, "reason": item.reason}


def _off_peak(hours: OffPeak) -> Facts:
    return {"from": hours.begins, "to": hours.ends, "timeZone": hours.time_zone}


def _window(wave: PlannedWave) -> Facts:
    return {"start": wave.window.start.isoformat(), "latest": wave.window.latest.isoformat()}


def _backups(choice: BackupChoice | None) -> Facts:
    """How fresh snapshots must be and how long they must be kept; as usual where the stack takes none itself."""
    return {
        "keepDaysAfterWindow": choice.keep_days_after_window if choice else USUAL_DAYS_AFTER_WINDOW,
        "maxAgeHours": choice.max_age_hours if choice else USUAL_MAX_AGE_HOURS,
        **({"retentionDays": choice.retention_days, "round": choice.round} if choice else {}),
    }


def _live_network(estate: Estate) -> Facts:
    """What the stack's own networks and links are held against."""
    return {
        "vpcs": [{"vpcId": vpc.id, "classicLinkEnabled": vpc.classic_link_enabled} for vpc in estate.vpcs],
        "vswitchIds": [vswitch.id for vswitch in estate.vswitches],
        "classicLinks": [{"instanceId": link.instance_id, "vpcId": link.vpc_id} for link in estate.classic_links],
    }


def _zone(zone: Zone) -> Facts:
    return {
        "zoneId": zone.id,
        "vswitchAvailable": zone.vswitch_available,
        "instanceTypes": list(zone.instance_types),
    }
