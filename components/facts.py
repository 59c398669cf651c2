"""The estate's facts in the shape that the policy pack reads (docs/contracts.md): camelCase, plain values, sorted."""

from __future__ import annotations

from typing import Any

from components.plan import MigrationPlan, PlannedInstance
from estate.model import Database, Disk, Instance, PeerKind, SecurityGroup, SecurityGroupRule, Snapshot, Zone

SCHEMA_VERSION = 1

Facts = dict[str, Any]


def migration_facts(plan: MigrationPlan) -> Facts:
    """Facts of the migration as a whole: its window, its instances, and the estate around them."""
    config, estate = plan.config, plan.estate
    return {
        "schemaVersion": SCHEMA_VERSION,
        "regionId": estate.region_id,
        "accountId": estate.account_id,
        "estateReadAt": estate.read_at.isoformat(),
        "window": {"start": config.window.start.isoformat(), "latest": config.window.latest.isoformat()},
        "freezeHours": config.freeze_hours,
        "instanceIds": list(plan.instance_ids),
        "laterInstanceIds": sorted(config.later),
        "zones": [_zone(zone) for zone in estate.zones],
        "classicInstances": [classic_instance_facts(instance) for instance in plan.classic_instances],
        "securityGroups": [
            security_group_facts(group, [item.id for item in estate.members_of(group.id)])
            for group in plan.cloned_groups
        ],
        "databases": [_database(database) for database in estate.databases],
    }


def instance_facts(planned: PlannedInstance, eni_quantity: int | None) -> Facts:
    """Facts of one migrating instance; `eni_quantity` is None where the type is not known."""
    instance = planned.instance
    known: Facts = {} if eni_quantity is None else {"eniQuantity": eni_quantity}
    return known | {
        "instanceId": instance.id,
        "instanceName": instance.name,
        "zoneId": instance.zone_id,
        "targetZoneId": planned.target_zone,
        "instanceType": instance.instance_type,
        "status": instance.status,
        "internetMaxBandwidthOut": instance.internet_max_bandwidth_out,
        "publicIps": list(instance.public_ips),
        "intranetIps": list(instance.intranet_ips),
        "releasePublicIp": planned.release_public_ip,
        "securityGroupIds": list(instance.security_group_ids),
        "disks": [_disk(disk) for disk in planned.disks],
        "snapshots": [_snapshot(snapshot) for snapshot in planned.snapshots],
        "databaseIds": [database.id for database in planned.databases],
        "classicPeers": [
            {
                "instanceId": peer.instance_id,
                "reason": "; ".join(peer.reasons),
                "addressRules": list(peer.address_rules),
            }
            for peer in planned.peers
        ],
    }


def _zone(zone: Zone) -> Facts:
    return {
        "zoneId": zone.id,
        "vswitchAvailable": zone.vswitch_available,
        "instanceTypes": list(zone.instance_types),
    }


def classic_instance_facts(instance: Instance) -> Facts:
    """Facts of a classic instance, migrating or not, as the other end of traffic."""
    return {
        "instanceId": instance.id,
        "instanceName": instance.name,
        "intranetIps": list(instance.intranet_ips),
        "securityGroupIds": list(instance.security_group_ids),
    }


def security_group_facts(group: SecurityGroup, member_ids: list[str]) -> Facts:
    """Facts of a classic security group; `member_ids` are its instances, sorted."""
    return {
        "securityGroupId": group.id,
        "securityGroupName": group.name,
        "innerAccessPolicy": group.inner_access_policy,
        "memberIds": member_ids,
        "rules": [_rule(rule) for rule in group.rules],
    }


def _rule(rule: SecurityGroupRule) -> Facts:
    facts: Facts = {
        "direction": rule.direction,
        "nicType": rule.nic_type,
        "ipProtocol": rule.ip_protocol,
        "portRange": rule.port_range,
        "policy": rule.policy,
        "priority": rule.priority,
        "description": rule.description,
        rule.peer.kind.value: rule.peer.value,
    }
    if rule.source_port_range:
        facts["sourcePortRange"] = rule.source_port_range
    if rule.group_owner_account and rule.peer.kind is PeerKind.GROUP:
        facts["groupOwnerAccount"] = rule.group_owner_account
    if rule.local_cidr_ip or rule.local_ipv6_cidr_ip:
        facts["localCidrIp"] = rule.local_cidr_ip or rule.local_ipv6_cidr_ip
    return facts


def _disk(disk: Disk) -> Facts:
    return {
        "diskId": disk.id,
        "type": disk.type,
        "category": disk.category,
        "sizeGib": disk.size_gib,
        "device": disk.device or "",
    }


def _snapshot(snapshot: Snapshot) -> Facts:
    return {
        "snapshotId": snapshot.id,
        "diskId": snapshot.disk_id,
        "status": snapshot.status,
        "progress": snapshot.progress,
        "createdAt": snapshot.created_at.isoformat(),
        # The contract has no null: 0 says that it is kept until somebody deletes it.
        "retentionDays": snapshot.retention_days or 0,
    }


def _database(database: Database) -> Facts:
    return {
        "dbInstanceId": database.id,
        "description": database.description,
        "engine": database.engine,
        "engineVersion": database.engine_version,
        "zoneId": database.zone_id,
        "networkType": "VPC" if database.network_type == "vpc" else "Classic",
        "securityIpMode": database.security_ip_mode,
        "whitelistGroups": [
            {
                "groupName": group.name,
                "attribute": group.attribute,
                "networkType": group.network_type,
                "securityIps": list(group.security_ips),
            }
            for group in database.whitelist_groups
        ],
    }
