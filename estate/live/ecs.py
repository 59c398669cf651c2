"""ECS: instances, disks, snapshots, security groups, types, zones, ClassicLink and system events."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, get_args

from estate import model
from estate.answers import Source, shown
from estate.client import Cloud
from estate.errors import PermissionDenied, UnusableAnswer
from estate.live.reading import build, items, tags
from estate.paging import listed, pages


def instances(cloud: Cloud) -> list[model.Instance]:
    """Read all instances."""
    return [
        _instance(page.source, item)
        for page in pages(cloud, "ecs:DescribeInstances", region_id=cloud.region)
        for item in page.items
    ]


def _instance(source: Source, item: Any) -> model.Instance:
    network_type = item.instance_network_type
    address = item.vpc_attributes
    inner = items(item, "inner_ip_address", "ip_address")
    private = items(item, "vpc_attributes", "private_ip_address", "ip_address")
    return build(
        source,
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
        internet_max_bandwidth_out=item.internet_max_bandwidth_out,
        internet_charge_type=item.internet_charge_type or None,
        instance_charge_type=item.instance_charge_type,
        creation_time=item.creation_time or None,
        expired_time=item.expired_time,
        auto_release_time=item.auto_release_time or None,
        operation_locks=tuple(lock.lock_reason for lock in items(item, "operation_locks", "lock_reason")),
        spot_strategy=item.spot_strategy,
        io_optimized=item.io_optimized,
        os_type=item.ostype or None,
        os_name=item.osname_en or item.osname or None,
        local_storage_amount=item.local_storage_amount,
        network_interfaces=tuple(
            build(
                source._replace(of=f"instance {item.instance_id}"),
                model.NetworkInterface,
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
    """Read all disks.

    InstanceId is empty of a disk that is attached to several instances, and of one that is being attached or reset.
    """
    return [
        build(
            page.source,
            model.Disk,
            id=item.disk_id,
            name=item.disk_name or "",
            instance_ids=(item.instance_id,) if item.instance_id else _attached_to(item),
            zone_id=item.zone_id,
            type=item.type,
            category=item.category,
            size_gib=item.size,
            device=item.device or None,
            status=item.status,
            encrypted=item.encrypted,
            # A disk may have one and be exempt from it.
            auto_snapshot_policy_id=(item.auto_snapshot_policy_id or None) if item.enable_auto_snapshot else None,
        )
        for page in pages(cloud, "ecs:DescribeDisks", region_id=cloud.region)
        for item in page.items
    ]


def _attached_to(disk: Any) -> tuple[str, ...]:
    places = (*items(disk, "attachments", "attachment"), *items(disk, "mount_instances", "mount_instance"))
    return tuple({place.instance_id for place in places})


def auto_snapshot_policies(cloud: Cloud) -> list[model.AutoSnapshotPolicy]:
    """Read all automatic snapshot policies, whose hours and weekdays are JSON arrays of texts."""
    return [
        build(
            page.source,
            model.AutoSnapshotPolicy,
            id=item.auto_snapshot_policy_id,
            name=item.auto_snapshot_policy_name or "",
            hours=_numbers(page.source, item, "TimePoints", item.time_points),
            weekdays=_numbers(page.source, item, "RepeatWeekdays", item.repeat_weekdays),
        )
        for page in pages(cloud, "ecs:DescribeAutoSnapshotPolicyEx", region_id=cloud.region)
        for item in page.items
    ]


def _numbers(source: Source, policy: Any, name: str, text: str) -> tuple[int, ...]:
    try:
        return tuple(sorted(int(item) for item in json.loads(text)))
    except (TypeError, ValueError):
        problem = f"{name} is {shown(text)}, expected a JSON array of whole numbers"
        of = f"automatic snapshot policy {policy.auto_snapshot_policy_id}"
        raise UnusableAnswer(source.action, problem, source.request_id, of) from None


def snapshots(cloud: Cloud) -> list[model.Snapshot]:
    """Read all snapshots."""
    return [
        build(
            page.source,
            model.Snapshot,
            id=item.snapshot_id,
            name=item.snapshot_name or "",
            description=item.description or "",
            # Empty once the disk is released.
            disk_id=item.source_disk_id or "",
            # A policy's are "auto", in older text "timer"; any other type counts against the manual quota.
            type="auto" if item.snapshot_type in ("auto", "timer") else "user",
            status=item.status,
            progress=item.progress or "",
            created_at=item.creation_time,
            retention_days=item.retention_days,
            available=item.available,
        )
        for page in pages(cloud, "ecs:DescribeSnapshots", region_id=cloud.region)
        for item in page.items
    ]


def snapshot_groups(cloud: Cloud) -> list[model.SnapshotGroup]:
    """Read all snapshot-consistent groups; no part of the estate, because only a run after a killed one needs them."""
    return [
        build(
            page.source,
            model.SnapshotGroup,
            id=item.snapshot_group_id,
            description=item.description or "",
            instance_id=item.instance_id or "",
            status=item.status,
            created_at=item.creation_time,
            disk_ids=tuple(sorted(snapshot.source_disk_id for snapshot in items(item, "snapshots", "snapshot"))),
        )
        for page in pages(cloud, "ecs:DescribeSnapshotGroups", region_id=cloud.region)
        for item in page.items
    ]


def vpc_interfaces(cloud: Cloud, instances: Sequence[model.Instance]) -> list[model.VpcInterface]:
    """Read the network interfaces that DescribeInstances does not show whole; those of other services are of any type.

    Of a primary one of these instances it shows the first address alone: one with more addresses is among them.
    Raises PermissionDenied where instances have interfaces and none of these is listed: such a list is not the whole.
    """
    action, instance_ids = "ecs:DescribeNetworkInterfaces", {instance.id for instance in instances}
    there = [instance for instance in instances if not instance.is_classic]
    of_instances = {interface.id for instance in there for interface in instance.network_interfaces}
    listing = pages(cloud, action, region_id=cloud.region)
    if of_instances and of_instances.isdisjoint(item.network_interface_id for page in listing for item in page.items):
        raise PermissionDenied(action, listing[-1].source.request_id)
    return [
        build(
            page.source,
            model.VpcInterface,
            id=item.network_interface_id,
            vpc_id=item.vpc_id,
            instance_id=item.instance_id or None,
            in_use=item.status != "Available",
            private_ips=tuple(address.private_ip_address for address in addresses),
        )
        for page in listing
        for item in page.items
        for addresses in [items(item, "private_ip_sets", "private_ip_set")]
        if item.type != "Primary" or item.instance_id not in instance_ids or len(addresses) > 1
    ]


def free_interfaces(cloud: Cloud, name: str) -> list[model.FreeInterface]:
    """Read the secondary interfaces of a name that are attached to no instance; no part of the estate, as above."""
    return [
        build(
            page.source,
            model.FreeInterface,
            id=item.network_interface_id,
            description=item.description or "",
            vpc_id=item.vpc_id,
        )
        for page in pages(cloud, "ecs:DescribeNetworkInterfaces", region_id=cloud.region, network_interface_name=name)
        for item in page.items
        if item.type == "Secondary" and not item.instance_id
    ]


def group_heads(cloud: Cloud) -> list[Any]:
    """Read the list of security groups, without their rules."""
    return listed(cloud, "ecs:DescribeSecurityGroups", region_id=cloud.region)


def security_group(cloud: Cloud, head: Any) -> model.SecurityGroup:
    """Read one group with its rules; for a classic group those of each NIC.

    Without NicType the API returns only the internet side (DescribeSecurityGroupAttribute).
    """
    action = "ecs:DescribeSecurityGroupAttribute"
    nic_types = ("intranet",) if head.vpc_id else ("internet", "intranet")
    sides = [
        (nic_type, page)
        for nic_type in nic_types
        for page in pages(
            cloud, action, region_id=cloud.region, security_group_id=head.security_group_id, nic_type=nic_type
        )
    ]
    first = sides[0][1]
    return build(
        first.source,
        model.SecurityGroup,
        id=head.security_group_id,
        name=head.security_group_name or "",
        description=head.description or "",
        vpc_id=head.vpc_id or None,
        type=head.security_group_type,
        inner_access_policy=first.body.inner_access_policy,
        service_managed=bool(head.service_managed),
        rules=tuple(rule_of(page.source, item, nic_type) for nic_type, page in sides for item in page.items),
        tags=tags(head),
    )


_PROTOCOLS = {name.upper(): name for name in ("TCP", "UDP", "ICMP", "ICMPv6", "GRE", "ALL")}


def rule_of(source: Source, item: Any, nic_type: str) -> model.SecurityGroupRule:
    """Make a rule from a Permission of DescribeSecurityGroupAttribute, requested with `nic_type`."""
    ingress = item.direction == "ingress"
    sources = (item.source_cidr_ip or None, item.ipv_6source_cidr_ip or None)
    dests = (item.dest_cidr_ip or None, item.ipv_6dest_cidr_ip or None)
    (cidr, cidr6), (local, local6) = (sources, dests) if ingress else (dests, sources)
    protocol = str(item.ip_protocol)
    return build(
        source,
        model.SecurityGroupRule,
        direction=item.direction,
        nic_type=item.nic_type or nic_type,
        ip_protocol=_PROTOCOLS.get(protocol.upper(), protocol),
        port_range=item.port_range or "",
        # The API fills in "-1/-1" where the request had no source port.
        source_port_range=None if item.source_port_range in (None, "", "-1/-1") else item.source_port_range,
        port_range_list_id=item.port_range_list_id or None,
        policy=str(item.policy).lower(),
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
    """Read the types that the estate uses; a type that the API no longer lists is left out, and so unknown."""
    if not used:
        return []
    return [
        build(
            page.source,
            model.InstanceType,
            id=item.instance_type_id,
            family=item.instance_type_family or "",
            eni_quantity=item.eni_quantity,
            local_storage_amount=_local_storage(item),
        )
        for page in pages(cloud, "ecs:DescribeInstanceTypes")
        for item in page.items
        if item.instance_type_id in used and item.eni_quantity is not None
    ]


def _local_storage(item: Any) -> int | None:
    """Return the number of local disks of a type: the cloud leaves it out where LocalStorageCategory is empty."""
    if item.local_storage_category is None:
        return None
    return item.local_storage_amount if item.local_storage_category else 0


def with_local_storage(
    instances: Sequence[model.Instance], types: Sequence[model.InstanceType]
) -> tuple[model.Instance, ...]:
    """Return the instances; where an answer lacks the number of local disks, it is that of the type."""
    of_type = {kind.id: kind.local_storage_amount for kind in types}
    return tuple(
        instance
        if instance.local_storage_amount is not None
        else instance.model_copy(update={"local_storage_amount": of_type.get(instance.instance_type)})
        for instance in instances
    )


def zones(cloud: Cloud) -> list[model.Zone]:
    """Read the zones, and what can be made in them."""
    return [
        build(
            page.source,
            model.Zone,
            id=item.zone_id,
            vswitch_available="VSwitch" in items(item, "available_resource_creation", "resource_types"),
            instance_types=tuple(items(item, "available_instance_types", "instance_types")),
        )
        for page in pages(cloud, "ecs:DescribeZones", region_id=cloud.region)
        for item in page.items
    ]


def classic_links(cloud: Cloud, instance_ids: Sequence[str]) -> list[model.ClassicLinkAttachment]:
    """Read the links of at most 100 instances, the most that one call takes; it wants their ids comma separated."""
    action = "ecs:DescribeClassicLinkInstances"
    return [
        build(page.source, model.ClassicLinkAttachment, instance_id=item.instance_id, vpc_id=item.vpc_id)
        for page in pages(cloud, action, region_id=cloud.region, instance_id=",".join(instance_ids))
        for item in page.items
    ]


def scheduled_events(cloud: Cloud) -> list[model.ScheduledEvent]:
    """Read the system events of instances that are not over."""
    action, not_over = "ecs:DescribeInstanceHistoryEvents", list(get_args(model.EventStatus))
    return [
        build(
            page.source,
            model.ScheduledEvent,
            id=item.event_id,
            instance_id=item.instance_id,
            type=item.event_type.name,
            status=item.event_cycle_status.name,
            reason_code=item.reason_code or "",
            not_before=item.not_before,
        )
        for page in pages(cloud, action, region_id=cloud.region, instance_event_cycle_status=not_over)
        for item in page.items
    ]
