"""The live reader: one region of one account, by the official SDKs, paged at the maximum and bounded in concurrency.

Fail-closed: whoever reads the estate learns an error rather than a part. DescribeInstances and its like answer an
identity without permission with an empty list (ECS API, DescribeInstances), so that permission is proven by dry runs
first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from estate import model
from estate.client import CONNECTIONS, Cloud, pages_by_number, pages_by_token
from estate.errors import CloudError, EstateError, PermissionDenied

#: The RAM actions that each part of the estate needs, for the documentation of a reading role. None of them writes.
RAM_ACTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "account": ("sts:GetCallerIdentity",),
    "instances": ("ecs:DescribeInstances",),
    "disks": ("ecs:DescribeDisks",),
    "snapshots": ("ecs:DescribeSnapshots",),
    "securityGroups": ("ecs:DescribeSecurityGroups", "ecs:DescribeSecurityGroupAttribute"),
    "instanceTypes": ("ecs:DescribeInstanceTypes",),
    "zones": ("ecs:DescribeZones",),
    "vpcs": ("vpc:DescribeVpcs", "vpc:DescribeVpcAttribute"),
    "vswitches": ("vpc:DescribeVSwitches",),
    "databases": (
        "rds:DescribeDBInstances",
        "rds:DescribeDBInstanceIPArrayList",
        "rds:DescribeDBInstanceNetInfo",
    ),
    "classicLinks": ("ecs:DescribeClassicLinkInstances",),
}

# These answer a missing permission with an empty list, and take DryRun to tell.
_PROBED = ("ecs:DescribeInstances", "ecs:DescribeDisks", "ecs:DescribeSnapshots", "ecs:DescribeSecurityGroups")

_Model = TypeVar("_Model", bound=BaseModel)
_Result = TypeVar("_Result")


def read_estate(cloud: Cloud, now: datetime) -> model.Estate:
    """Read the region of `cloud` whole; `now` becomes `read_at`.

    Raises the errors of `estate.errors`: `CredentialsError` first if the credentials are wrong or of another account,
    then `PermissionDenied` for the first RAM action that is missing.
    """
    account_id = cloud.account_id()
    with ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="estate") as pool:
        try:
            for proof in _spread(pool, lambda action: probe(cloud, action), _PROBED):
                proof.result()
            return _read(cloud, pool, account_id, now)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def probe(cloud: Cloud, action: str) -> None:
    """Prove by a dry run that `action` is permitted: the cloud then refuses with the code DryRunOperation.

    Raises `PermissionDenied` for any answer that proves nothing, an ordinary one included.
    """
    try:
        body = cloud.call(action, region_id=cloud.region, dry_run=True)
    except CloudError as error:
        if error.code == "DryRunOperation":
            return
        raise
    raise PermissionDenied(action, body.request_id)


def _read(cloud: Cloud, pool: ThreadPoolExecutor, account_id: str, now: datetime) -> model.Estate:
    """Read in two stages, lists first and then what needs their ids; the stages fill the pool, never a worker of it."""
    lists: dict[str, Future[Any]] = {
        name: pool.submit(reader, cloud)
        for name, reader in (
            ("instances", _instances),
            ("groups", _group_heads),
            ("disks", _disks),
            ("snapshots", _snapshots),
            ("zones", _zones),
            ("vpcs", _vpc_ids),
            ("vswitches", _vswitches),
            ("databases", _database_heads),
        )
    }
    instances: list[model.Instance] = lists["instances"].result()
    types = pool.submit(_instance_types, cloud, {instance.instance_type for instance in instances})
    links = _spread(
        pool, lambda ids: _classic_links(cloud, ids), _chunks([i.id for i in instances if i.is_classic], 100)
    )
    groups = _spread(pool, lambda head: _security_group(cloud, head), lists["groups"].result())
    vpcs = _spread(pool, lambda vpc_id: _vpc(cloud, vpc_id), lists["vpcs"].result())
    databases = _spread(pool, lambda head: _database(cloud, head), lists["databases"].result())
    return model.Estate(
        region_id=cloud.region,
        account_id=account_id,
        read_at=now,
        instances=tuple(instances),
        disks=tuple(lists["disks"].result()),
        snapshots=tuple(lists["snapshots"].result()),
        security_groups=tuple(future.result() for future in groups),
        instance_types=tuple(types.result()),
        zones=tuple(lists["zones"].result()),
        vpcs=tuple(future.result() for future in vpcs),
        vswitches=tuple(lists["vswitches"].result()),
        databases=tuple(future.result() for future in databases),
        classic_links=tuple(link for future in links for link in future.result()),
    )


def _spread(pool: ThreadPoolExecutor, read: Callable[[Any], _Result], items: Iterable[Any]) -> list[Future[_Result]]:
    return [pool.submit(read, item) for item in items]


def _chunks(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _build(action: str, kind: type[_Model], **fields: Any) -> _Model:
    """Make a model of what the cloud said; what it says and we cannot understand is an error, never a guess."""
    try:
        return kind(**fields)
    except (ValidationError, ValueError) as error:
        problems = error.errors() if isinstance(error, ValidationError) else []
        where = ", ".join(".".join(map(str, problem["loc"])) or problem["msg"] for problem in problems) or str(error)
        name = fields.get("id") or kind.__name__
        raise EstateError(f"{action} says of {name} what this version does not understand: {where}.") from None


def _items(parent: Any, *path: str) -> list[Any]:
    """Return the list at the end of the SDK's nested holders; the cloud leaves out what is empty."""
    for name in path:
        parent = getattr(parent, name, None)
        if parent is None:
            return []
    return list(parent)


def _tags(owner: Any) -> tuple[model.Tag, ...]:
    return tuple(model.Tag(key=tag.tag_key, value=tag.tag_value or "") for tag in _items(owner, "tags", "tag"))


def _instances(cloud: Cloud) -> list[model.Instance]:
    action = "ecs:DescribeInstances"
    return [
        _instance(action, item)
        for body in pages_by_token(cloud, action, region_id=cloud.region, max_results=100)
        for item in _items(body, "instances", "instance")
    ]


def _instance(action: str, item: Any) -> model.Instance:
    network_type = item.instance_network_type
    address = item.vpc_attributes
    inner = _items(item, "inner_ip_address", "ip_address")
    private = _items(item, "vpc_attributes", "private_ip_address", "ip_address")
    return _build(
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
        security_group_ids=tuple(_items(item, "security_group_ids", "security_group_id")),
        intranet_ips=tuple(inner if network_type == "classic" else private),
        public_ips=tuple(_items(item, "public_ip_address", "ip_address")),
        eip=(item.eip_address and item.eip_address.ip_address) or None,
        internet_max_bandwidth_out=item.internet_max_bandwidth_out or 0,
        internet_charge_type=item.internet_charge_type or None,
        instance_charge_type=item.instance_charge_type or None,
        creation_time=item.creation_time or None,
        expired_time=item.expired_time or None,
        auto_release_time=item.auto_release_time or None,
        operation_locks=tuple(lock.lock_reason for lock in _items(item, "operation_locks", "lock_reason")),
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
            for nic in _items(item, "network_interfaces", "network_interface")
        ),
        tags=_tags(item),
    )


def _disks(cloud: Cloud) -> list[model.Disk]:
    action = "ecs:DescribeDisks"
    return [
        _build(
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
        )
        for body in pages_by_token(cloud, action, region_id=cloud.region, max_results=500)
        for item in _items(body, "disks", "disk")
    ]


def _snapshots(cloud: Cloud) -> list[model.Snapshot]:
    action = "ecs:DescribeSnapshots"
    return [
        _build(
            action,
            model.Snapshot,
            id=item.snapshot_id,
            name=item.snapshot_name or "",
            # Empty once the disk is released.
            disk_id=item.source_disk_id or "",
            status=item.status,
            progress=item.progress or "",
            created_at=item.creation_time,
            retention_days=item.retention_days,
            available=item.available,
        )
        for body in pages_by_token(cloud, action, region_id=cloud.region, max_results=100)
        for item in _items(body, "snapshots", "snapshot")
    ]


def _group_heads(cloud: Cloud) -> list[Any]:
    return [
        head
        for body in pages_by_token(cloud, "ecs:DescribeSecurityGroups", region_id=cloud.region, max_results=100)
        for head in _items(body, "security_groups", "security_group")
    ]


def _security_group(cloud: Cloud, head: Any) -> model.SecurityGroup:
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
    return _build(
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
            rule_of(item, nic_type) for nic_type, body in bodies for item in _items(body, "permissions", "permission")
        ),
        tags=_tags(head),
    )


_PROTOCOLS = {name.upper(): name for name in ("TCP", "UDP", "ICMP", "ICMPv6", "GRE", "ALL")}


def rule_of(item: Any, nic_type: str) -> model.SecurityGroupRule:
    """Make a rule of a Permission of DescribeSecurityGroupAttribute, asked for with `nic_type`."""
    ingress = item.direction == "ingress"
    source = (item.source_cidr_ip or None, item.ipv_6source_cidr_ip or None)
    dest = (item.dest_cidr_ip or None, item.ipv_6dest_cidr_ip or None)
    (cidr, cidr6), (local, local6) = (source, dest) if ingress else (dest, source)
    protocol = str(item.ip_protocol or "")
    return _build(
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


def _instance_types(cloud: Cloud, used: set[str]) -> list[model.InstanceType]:
    """Read the types that the estate uses; one the API no longer lists is left out, and is unknown to whoever asks."""
    action = "ecs:DescribeInstanceTypes"
    if not used:
        return []
    return [
        _build(
            action,
            model.InstanceType,
            id=item.instance_type_id,
            family=item.instance_type_family or "",
            eni_quantity=item.eni_quantity,
        )
        for body in pages_by_token(cloud, action, max_results=1600)
        for item in _items(body, "instance_types", "instance_type")
        if item.instance_type_id in used and item.eni_quantity is not None
    ]


def _zones(cloud: Cloud) -> list[model.Zone]:
    action = "ecs:DescribeZones"
    body = cloud.call(action, region_id=cloud.region)
    return [
        _build(
            action,
            model.Zone,
            id=item.zone_id,
            vswitch_available="VSwitch" in _items(item, "available_resource_creation", "resource_types"),
            instance_types=tuple(_items(item, "available_instance_types", "instance_types")),
        )
        for item in _items(body, "zones", "zone")
    ]


def _vpc_ids(cloud: Cloud) -> list[str]:
    pages = pages_by_number(
        cloud, "vpc:DescribeVpcs", lambda body: len(_items(body, "vpcs", "vpc")), region_id=cloud.region, page_size=50
    )
    return [item.vpc_id for body in pages for item in _items(body, "vpcs", "vpc")]


def _vpc(cloud: Cloud, vpc_id: str) -> model.Vpc:
    action = "vpc:DescribeVpcAttribute"
    item = cloud.call(action, region_id=cloud.region, vpc_id=vpc_id)
    return _build(
        action,
        model.Vpc,
        id=item.vpc_id,
        name=item.vpc_name or "",
        status=item.status,
        cidr_block=item.cidr_block,
        secondary_cidr_blocks=tuple(_items(item, "secondary_cidr_blocks", "secondary_cidr_block")),
        classic_link_enabled=bool(item.classic_link_enabled),
        is_default=bool(item.is_default),
    )


def _vswitches(cloud: Cloud) -> list[model.VSwitch]:
    action = "vpc:DescribeVSwitches"
    pages = pages_by_number(
        cloud, action, lambda body: len(_items(body, "v_switches", "v_switch")), region_id=cloud.region, page_size=50
    )
    return [
        _build(
            action,
            model.VSwitch,
            id=item.v_switch_id,
            name=item.v_switch_name or "",
            vpc_id=item.vpc_id,
            zone_id=item.zone_id,
            cidr_block=item.cidr_block,
            status=item.status,
            available_ip_address_count=item.available_ip_address_count,
            is_default=bool(item.is_default),
        )
        for body in pages
        for item in _items(body, "v_switches", "v_switch")
    ]


def _database_heads(cloud: Cloud) -> list[Any]:
    return [
        head
        for body in pages_by_token(cloud, "rds:DescribeDBInstances", region_id=cloud.region, max_results=100)
        for head in _items(body, "items", "dbinstance")
    ]


def _database(cloud: Cloud, head: Any) -> model.Database:
    action = "rds:DescribeDBInstanceNetInfo"
    net = cloud.call(action, dbinstance_id=head.dbinstance_id)
    mode = net.security_ipmode or "normal"
    return _build(
        action,
        model.Database,
        id=head.dbinstance_id,
        description=head.dbinstance_description or "",
        engine=head.engine,
        engine_version=head.engine_version,
        zone_id=head.zone_id,
        status=head.dbinstance_status,
        network_type=str(net.instance_network_type or head.instance_network_type or "").lower(),
        vpc_id=head.vpc_id or None,
        vswitch_id=head.v_switch_id or None,
        security_ip_mode=mode,
        whitelist_groups=whitelist_groups(cloud, head.dbinstance_id, mode),
        net_infos=tuple(
            model.NetInfo(
                connection_string=info.connection_string,
                connection_string_type=info.connection_string_type or "Normal",
                ip_type=info.iptype,
                ip_address=info.ipaddress or None,
                port=info.port or None,
                vpc_id=info.vpcid or None,
                vswitch_id=info.v_switch_id or None,
                # Seconds left to a classic address in hybrid access; empty or 0 for the others.
                expires_in_seconds=int(info.expired_time) if info.expired_time not in (None, "", "0") else None,
            )
            for info in _items(net, "dbinstance_net_infos", "dbinstance_net_info")
        ),
    )


def whitelist_groups(cloud: Cloud, database_id: str, mode: str) -> tuple[model.WhitelistGroup, ...]:
    """Read the whitelist groups of a database, sorted by network type and name.

    In standard mode (`mode` normal) there is one set, MIX; in enhanced mode (safety) one for each network, and each
    has to be asked for by name (DescribeDBInstanceIPArrayList, WhitelistNetworkType).
    """
    action = "rds:DescribeDBInstanceIPArrayList"
    groups = [
        _build(
            action,
            model.WhitelistGroup,
            name=item.dbinstance_iparray_name,
            attribute=item.dbinstance_iparray_attribute or "",
            network_type=network_type,
            security_ips=tuple(ip.strip() for ip in (item.security_iplist or "").split(",") if ip.strip()),
        )
        for network_type in (("Classic", "VPC") if mode == "safety" else ("MIX",))
        for item in _items(
            cloud.call(action, dbinstance_id=database_id, whitelist_network_type=network_type),
            "items",
            "dbinstance_iparray",
        )
    ]
    return tuple(sorted(groups, key=lambda group: (group.network_type, group.name)))


def _classic_links(cloud: Cloud, instance_ids: Sequence[str]) -> list[model.ClassicLinkAttachment]:
    """Read the links of at most 100 instances, the most that one call takes; it wants their ids comma separated."""
    action = "ecs:DescribeClassicLinkInstances"
    pages = pages_by_number(
        cloud,
        action,
        lambda body: len(_items(body, "links", "link")),
        region_id=cloud.region,
        instance_id=",".join(instance_ids),
        page_size=str(100),
    )
    return [
        _build(action, model.ClassicLinkAttachment, instance_id=item.instance_id, vpc_id=item.vpc_id)
        for body in pages
        for item in _items(body, "links", "link")
    ]
