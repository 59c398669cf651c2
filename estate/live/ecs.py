"""ECS: instances, disks, snapshots, security groups, types, zones, ClassicLink and system events."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from estate import model
from estate.client import Cloud, pages_by_number, pages_by_token
from estate.errors import EstateError
from estate.live.reading import build, items, tags

_POLICIES_A_PAGE = 100


def instances(cloud: Cloud) -> list[model.Instance]:
    """Read all instances."""
    action = "ecs:DescribeInstances"
    return [
        _instance(action, item)
        for body in pages_by_token(cloud, action, region_id=cloud.region, max_results=100)
        for item in items(body, "instances", "instance")
    ]


def _instance(action: str, item: Any) -> model.Instance:
    network_type = item.instance_network_type
    address = item.vpc_attributes
    inner = items(item, "inner_ip_address", "ip_address")
    private = items(item, "vpc_attributes", "private_ip_address", "ip_address")
    return build(
        action,
        model.Instance,
        id=item.instance_id,
        name=item.instance_name or "",
        zone_id=item.zone_id,
        instance_type=item.instance_type,
        status=item.status,
        network_type=network_type,
        vpc_id=(address and address.vpc_id) or None,
        vswitch_id=(address and address.v_switch_id) or None,
        security_group_ids=tuple(items(item, "security_group_ids", "security_group_id")),
        intranet_ips=tuple(inner if network_type == "classic" else private),
        public_ips=tuple(items(item, "public_ip_address", "ip_address")),
        eip=(item.eip_address and item.eip_address.ip_address) or None,
        internet_max_bandwidth_out=item.internet_max_bandwidth_out or 0,
        internet_charge_type=item.internet_charge_type or None,
        instance_charge_type=item.instance_charge_type or None,
        creation_time=item.creation_time or None,
        expired_time=item.expired_time or None,
        auto_release_time=item.auto_release_time or None,
        operation_locks=tuple(lock.lock_reason for lock in items(item, "operation_locks", "lock_reason")),
        spot_strategy=item.spot_strategy or "NoSpot",
        io_optimized=item.io_optimized if item.io_optimized is not None else True,
        os_type=item.ostype or None,
        os_name=item.osname_en or item.osname or None,
        local_storage_amount=item.local_storage_amount or 0,
        network_interfaces=tuple(
            model.NetworkInterface(
                id=nic.network_interface_id,
                type=nic.type or "",
                mac_address=nic.mac_address or None,
                primary_ip=nic.primary_ip_address or None,
            )
            for nic in items(item, "network_interfaces", "network_interface")
        ),
        tags=tags(item),
    )


def disks(cloud: Cloud) -> list[model.Disk]:
    """Read all disks."""
    action = "ecs:DescribeDisks"
    return [
        build(
            action,
            model.Disk,
            id=item.disk_id,
            name=item.disk_name or "",
            instance_id=item.instance_id or None,
            zone_id=item.zone_id or None,
            type=item.type,
            category=item.category,
            size_gib=item.size,
            device=item.device or None,
            status=item.status,
            encrypted=bool(item.encrypted),
            # A disk may have one and be exempt from it.
            auto_snapshot_policy_id=(item.auto_snapshot_policy_id or None) if item.enable_auto_snapshot else None,
        )
        for body in pages_by_token(cloud, action, region_id=cloud.region, max_results=500)
        for item in items(body, "disks", "disk")
    ]


def auto_snapshot_policies(cloud: Cloud) -> list[model.AutoSnapshotPolicy]:
    """Read all automatic snapshot policies, whose hours and weekdays are JSON arrays of texts."""
    action = "ecs:DescribeAutoSnapshotPolicyEx"

    def found(body: Any) -> list[Any]:
        return items(body, "auto_snapshot_policies", "auto_snapshot_policy")

    return [
        build(
            action,
            model.AutoSnapshotPolicy,
            id=item.auto_snapshot_policy_id,
            name=item.auto_snapshot_policy_name or "",
            hours=_numbers(action, item.time_points),
            weekdays=_numbers(action, item.repeat_weekdays),
        )
        for body in pages_by_number(
            cloud, action, lambda body: len(found(body)), region_id=cloud.region, page_size=_POLICIES_A_PAGE
        )
        for item in found(body)
    ]


def _numbers(action: str, text: str) -> tuple[int, ...]:
    try:
        return tuple(sorted(int(item) for item in json.loads(text)))
    except (TypeError, ValueError):
        raise EstateError(f"{action} says of hours or weekdays what this version does not understand.") from None


def snapshots(cloud: Cloud) -> list[model.Snapshot]:
    """Read all snapshots."""
    action = "ecs:DescribeSnapshots"
    return [
        build(
            action,
            model.Snapshot,
            id=item.snapshot_id,
            name=item.snapshot_name or "",
            # Empty once the disk is released.
            disk_id=item.source_disk_id or "",
            # By a policy "auto", in older text "timer"; whatever else it may be counts against the manual quota.
            type="auto" if item.snapshot_type in ("auto", "timer") else "user",
            status=item.status,
            progress=item.progress or "",
            created_at=item.creation_time,
            retention_days=item.retention_days,
            available=item.available,
        )
        for body in pages_by_token(cloud, action, region_id=cloud.region, max_results=100)
        for item in items(body, "snapshots", "snapshot")
    ]


def group_heads(cloud: Cloud) -> list[Any]:
    """Read the list of security groups, without their rules."""
    return [
        head
        for body in pages_by_token(cloud, "ecs:DescribeSecurityGroups", region_id=cloud.region, max_results=100)
        for head in items(body, "security_groups", "security_group")
    ]


def security_group(cloud: Cloud, head: Any) -> model.SecurityGroup:
    """Read one group with its rules: those of a classic group for each NIC, because without NicType the API tells only
    of the internet side (DescribeSecurityGroupAttribute)."""
    action = "ecs:DescribeSecurityGroupAttribute"
    nic_types = ("intranet",) if head.vpc_id else ("internet", "intranet")
    bodies = [
        (nic_type, body)
        for nic_type in nic_types
        for body in pages_by_token(
            cloud,
            action,
            region_id=cloud.region,
            security_group_id=head.security_group_id,
            nic_type=nic_type,
            max_results=1000,
        )
    ]
    return build(
        action,
        model.SecurityGroup,
        id=head.security_group_id,
        name=head.security_group_name or "",
        description=head.description or "",
        vpc_id=head.vpc_id or None,
        type=head.security_group_type or "normal",
        inner_access_policy=str(bodies[0][1].inner_access_policy or "").capitalize(),
        service_managed=bool(head.service_managed),
        rules=tuple(
            rule_of(item, nic_type) for nic_type, body in bodies for item in items(body, "permissions", "permission")
        ),
        tags=tags(head),
    )


_PROTOCOLS = {name.upper(): name for name in ("TCP", "UDP", "ICMP", "ICMPv6", "GRE", "ALL")}


def rule_of(item: Any, nic_type: str) -> model.SecurityGroupRule:
    """Make a rule of a Permission of DescribeSecurityGroupAttribute, asked for with `nic_type`."""
    ingress = item.direction == "ingress"
    source = (item.source_cidr_ip or None, item.ipv_6source_cidr_ip or None)
    dest = (item.dest_cidr_ip or None, item.ipv_6dest_cidr_ip or None)
    (cidr, cidr6), (local, local6) = (source, dest) if ingress else (dest, source)
    protocol = str(item.ip_protocol or "")
    return build(
        "ecs:DescribeSecurityGroupAttribute",
        model.SecurityGroupRule,
        direction=item.direction,
        nic_type=item.nic_type or nic_type,
        ip_protocol=_PROTOCOLS.get(protocol.upper(), protocol),
        port_range=item.port_range or "",
        # The API fills in "-1/-1" where no source port was asked for.
        source_port_range=None if item.source_port_range in (None, "", "-1/-1") else item.source_port_range,
        port_range_list_id=item.port_range_list_id or None,
        policy=str(item.policy or "").lower(),
        priority=item.priority,
        description=item.description or "",
        cidr_ip=cidr,
        ipv6_cidr_ip=cidr6,
        group_id=(item.source_group_id if ingress else item.dest_group_id) or None,
        group_owner_account=(item.source_group_owner_account if ingress else item.dest_group_owner_account) or None,
        prefix_list_id=(item.source_prefix_list_id if ingress else item.dest_prefix_list_id) or None,
        local_cidr_ip=local,
        local_ipv6_cidr_ip=local6,
        rule_id=item.security_group_rule_id or None,
        create_time=item.create_time or None,
    )


def instance_types(cloud: Cloud, used: set[str]) -> list[model.InstanceType]:
    """Read the types that the estate uses; one the API no longer lists is left out, and is unknown to whoever asks."""
    action = "ecs:DescribeInstanceTypes"
    if not used:
        return []
    return [
        build(
            action,
            model.InstanceType,
            id=item.instance_type_id,
            family=item.instance_type_family or "",
            eni_quantity=item.eni_quantity,
        )
        for body in pages_by_token(cloud, action, max_results=1600)
        for item in items(body, "instance_types", "instance_type")
        if item.instance_type_id in used and item.eni_quantity is not None
    ]


def zones(cloud: Cloud) -> list[model.Zone]:
    """Read the zones, and what can be made in them."""
    action = "ecs:DescribeZones"
    body = cloud.call(action, region_id=cloud.region)
    return [
        build(
            action,
            model.Zone,
            id=item.zone_id,
            vswitch_available="VSwitch" in items(item, "available_resource_creation", "resource_types"),
            instance_types=tuple(items(item, "available_instance_types", "instance_types")),
        )
        for item in items(body, "zones", "zone")
    ]


def classic_links(cloud: Cloud, instance_ids: Sequence[str]) -> list[model.ClassicLinkAttachment]:
    """Read the links of at most 100 instances, the most that one call takes; it wants their ids comma separated."""
    action = "ecs:DescribeClassicLinkInstances"
    pages = pages_by_number(
        cloud,
        action,
        lambda body: len(items(body, "links", "link")),
        region_id=cloud.region,
        instance_id=",".join(instance_ids),
        page_size=str(100),
    )
    return [
        build(action, model.ClassicLinkAttachment, instance_id=item.instance_id, vpc_id=item.vpc_id)
        for body in pages
        for item in items(body, "links", "link")
    ]


def scheduled_events(cloud: Cloud) -> list[model.ScheduledEvent]:
    """Read the system events of instances that are still to come."""
    action = "ecs:DescribeInstanceHistoryEvents"
    pages = pages_by_token(
        cloud, action, region_id=cloud.region, instance_event_cycle_status=["Scheduled"], max_results=100
    )
    return [
        build(
            action,
            model.ScheduledEvent,
            id=item.event_id,
            instance_id=item.instance_id,
            type=(item.event_type and item.event_type.name) or "",
            reason_code=item.reason_code or "",
            not_before=item.not_before,
        )
        for body in pages
        for item in items(body, "instance_system_event_set", "instance_system_event_type")
    ]
