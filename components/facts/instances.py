"""Facts of instances and their disks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from components.config import ExcludedDisk
from components.facts.base import Facts
from components.facts.guest import guest_facts
from components.plan import Membership, MigrationPlan, PlannedInstance, PlannedWave
from estate.model import AutoSnapshotPolicy, Disk, Instance, Snapshot

# The tag that Auto Scaling gives to what it makes (ECS API reference, example of DescribeInstances).
_SCALING_GROUP: Final = "acs:autoscaling:scalingGroupId"


def instance_facts(planned: PlannedInstance, plan: MigrationPlan) -> Facts:
    """Facts of one migrating instance of a plan."""
    instance, index = planned.instance, plan.roster.index
    known: Facts = guest_facts(planned.evidence, instance)
    if instance.instance_type in index.instance_types:
        known["eniQuantity"] = index.instance_types[instance.instance_type].eni_quantity
    if planned.ftp_plan is not None:
        known["ftpPlan"] = planned.ftp_plan
    if instance.expired_time is not None:
        known["expiredAt"] = instance.expired_time.isoformat()
    if instance.auto_release_time is not None:
        known["autoReleaseAt"] = instance.auto_release_time.isoformat()
    if instance.eip is not None:
        known["eip"] = instance.eip
    if planned.memberships is not None:
        known["vserverGroups"] = [
            membership_facts(item)
            | {
                "standing": plan.load_balancers.standing(instance.id, item),
                "classicServerIds": _classic_servers(item, planned, plan),
            }
            for item in planned.memberships
        ]
    for key, value in (
        ("instanceChargeType", instance.instance_charge_type),
        ("spotStrategy", instance.spot_strategy),
        ("ioOptimized", instance.io_optimized),
        ("localStorageAmount", instance.local_storage_amount),
    ):
        if value is not None:
            known[key] = value
    if planned.tier is not None:
        known["targetTier"] = planned.tier
    return known | {
        "instanceId": instance.id,
        "instanceName": instance.name,
        "wave": planned.wave.name,
        "moved": planned.moved,
        "zoneId": instance.zone_id,
        "targetZoneId": planned.target_zone,
        "instanceType": instance.instance_type,
        "status": instance.status,
        "internetChargeType": instance.internet_charge_type or "",
        "operationLocks": list(instance.operation_locks),
        "scalingGroupIds": sorted(tag.value for tag in instance.tags if tag.key == _SCALING_GROUP),
        "internetMaxBandwidthOut": instance.internet_max_bandwidth_out,
        "publicIps": list(instance.public_ips),
        "intranetIps": list(instance.intranet_ips),
        "toEip": planned.to_eip,
        "retainIp": planned.retain_ip,
        "releasePublicIp": planned.release_public_ip,
        "rejoinVserverGroups": planned.rejoin_vserver_groups,
        "autoSnapshotPolicies": _auto_snapshot_policies(planned.disks, index.auto_snapshot_policies),
        "securityGroupIds": list(instance.security_group_ids),
        "disks": [_disk(disk, planned.excluded_disks.get(disk.id)) for disk in planned.disks],
        "snapshots": [_snapshot(snapshot) for snapshot in planned.snapshots],
        "databaseIds": [database.id for database in planned.databases],
        "classicPeers": [
            {
                "instanceId": peer.instance_id,
                "reason": "; ".join(peer.reasons),
            }
            for peer in planned.peers
            # Who has moved is no classic peer any more.
            if peer.instance_id not in plan.roster.moved_ids
        ],
        "dependents": [
            {"instanceId": item.instance_id, "wave": item.wave, "reason": "; ".join(item.reasons)}
            for item in planned.dependents
        ],
        "sharedDatabases": [
            {"dbInstanceId": database.id, "waves": others}
            for database in planned.databases
            if (others := _other_times(planned, plan.databases.waves[database.id]))
        ],
        "scheduledMoves": [
            {"eventId": event.id, "eventType": event.type, "notBefore": event.not_before.isoformat()}
            for event in index.scheduled_moves.get(instance.id, ())
        ],
    }


def _other_times(planned: PlannedInstance, waves: Iterable[PlannedWave]) -> list[str]:
    """Names of the waves that move at another time than the instance."""
    return [wave.name for wave in waves if wave.window.start != planned.wave.window.start]


def classic_instance_facts(instance: Instance) -> Facts:
    """Facts of a classic instance, migrating or not, as the other end of traffic."""
    return {
        "instanceId": instance.id,
        "instanceName": instance.name,
        "intranetIps": list(instance.intranet_ips),
        "securityGroupIds": list(instance.security_group_ids),
    }


def _disk(disk: Disk, excluded: ExcludedDisk | None) -> Facts:
    known: Facts = {} if excluded is None else {"excluded": excluded.facts()}
    return known | {
        "diskId": disk.id,
        "type": disk.type,
        "category": disk.category,
        "sizeGib": disk.size_gib,
        "device": disk.device or "",
    }


def membership_facts(membership: Membership) -> Facts:
    """Facts of one membership in a vServer group, without the instance's own id."""
    known: Facts = {} if membership.vpc_id is None else {"vpcId": membership.vpc_id}
    return known | {
        "vserverGroupId": membership.vserver_group_id,
        "vserverGroupName": membership.vserver_group_name,
        "loadBalancerId": membership.load_balancer_id,
        "addressType": membership.address_type,
        "port": membership.port,
        "weight": membership.weight,
    }


def _classic_servers(membership: Membership, planned: PlannedInstance, plan: MigrationPlan) -> list[str]:
    """Servers of the same load balancer that are classic once the instance has moved."""
    roster, start = plan.roster, planned.wave.window.start
    return sorted(
        item
        for item in plan.load_balancers.servers.get(membership.load_balancer_id, ())
        if roster.is_classic(item) and roster.start_of(item) > start
    )


def _auto_snapshot_policies(disks: Iterable[Disk], policies: Mapping[str, AutoSnapshotPolicy]) -> list[Facts]:
    """Those of its disks; of one that the region does not have, nothing is known but its id."""
    found: dict[str, list[str]] = {}
    for disk in disks:
        if disk.auto_snapshot_policy_id is not None:
            found.setdefault(disk.auto_snapshot_policy_id, []).append(disk.id)
    return [
        _times(policies.get(policy_id)) | {"autoSnapshotPolicyId": policy_id, "diskIds": disk_ids}
        for policy_id, disk_ids in sorted(found.items())
    ]


def _times(policy: AutoSnapshotPolicy | None) -> Facts:
    if policy is None:
        return {}
    return {"timePoints": list(map(str, policy.hours)), "repeatWeekdays": list(map(str, policy.weekdays))}


def _snapshot(snapshot: Snapshot) -> Facts:
    return {
        "snapshotId": snapshot.id,
        "diskId": snapshot.disk_id,
        "status": snapshot.status,
        "progress": snapshot.progress,
        "snapshotType": snapshot.type,
        "createdAt": snapshot.created_at.isoformat(),
        # The contract has no null: 0 says that it is kept until somebody deletes it.
        "retentionDays": snapshot.retention_days or 0,
    }
