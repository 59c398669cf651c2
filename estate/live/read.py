"""Read a whole region, in two stages of concurrent calls.

Fail-closed: the reader raises an error rather than return a part. DescribeInstances and similar actions answer an
identity without permission with an empty list (ECS API, DescribeInstances), so dry runs prove the permission first.
There are two exceptions, which are recorded with their reason: Container Registry, OSS, HAVIPs, EIPs and network ACLs,
which not every team uses, and single databases, load balancers or lists that refuse calls about themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from functools import partial
from itertools import zip_longest
from typing import Any, Final, NamedTuple, TypeVar, get_args

from pydantic import ValidationError

from estate import model
from estate.client import CONNECTIONS, Cloud
from estate.errors import CloudError, EstateError, PermissionDenied
from estate.live import cr, ecs, mongodb, oss, rds, redis, slb, vpc
from estate.live.admitted_groups import with_admitted_groups
from estate.live.parts import Parts, raise_what_is_denied_to_all

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
    "networkInterfaces": ("ecs:DescribeNetworkInterfaces",),
    "haVips": ("vpc:DescribeHaVips",),
    "eips": ("vpc:DescribeEipAddresses",),
    "networkAcls": ("vpc:DescribeNetworkAclAttributes",),
    "databases": (
        "rds:DescribeDBInstances",
        "rds:DescribeDBInstanceIPArrayList",
        "rds:DescribeDBInstanceNetInfo",
        "rds:DescribeSecurityGroupConfiguration",
    ),
    "redis": (
        "kvstore:DescribeInstances",
        "kvstore:DescribeDBInstanceNetInfo",
        "kvstore:DescribeSecurityIps",
        "kvstore:DescribeSecurityGroupConfiguration",
    ),
    "mongodb": (
        "dds:DescribeDBInstances",
        "dds:DescribeDBInstanceAttribute",
        "dds:DescribeReplicaSetRole",
        "dds:DescribeSecurityIps",
        "dds:DescribeSecurityGroupConfiguration",
    ),
    "classicLinks": ("ecs:DescribeClassicLinkInstances",),
    "routes": ("vpc:DescribeRouteTableList", "vpc:DescribeRouteEntryList"),
    "vserverGroups": (
        "slb:DescribeLoadBalancers",
        "slb:DescribeVServerGroups",
        "slb:DescribeVServerGroupAttribute",
    ),
    "autoSnapshotPolicies": ("ecs:DescribeAutoSnapshotPolicyEx",),
    "accessLists": ("slb:DescribeAccessControlLists", "slb:DescribeAccessControlListAttribute"),
    "scheduledEvents": ("ecs:DescribeInstanceHistoryEvents",),
    "registryAccessLists": ("cr:ListInstance", "cr:GetInstanceEndpoint", "cr:GetInstanceVpcEndpoint"),
    "bucketPolicies": ("oss:ListBuckets", "oss:GetBucketPolicy"),
}

#: The parts that not every team has; the rest is read without their permissions.
IF_USED: Final = frozenset({"haVips", "eips", "networkAcls", "registryAccessLists", "bucketPolicies"})

# These answer a missing permission with an empty list, and accept DryRun.
_PROBED = ("ecs:DescribeInstances", "ecs:DescribeDisks", "ecs:DescribeSnapshots", "ecs:DescribeSecurityGroups")

_NOTHING: Final = object()
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
    """Read in two stages, lists first, then what needs their ids; only the stages submit to the pool, never workers."""
    lists: dict[str, Future[Any]] = {
        name: pool.submit(reader, cloud)
        for name, reader in (
            ("instances", ecs.instances),
            ("groups", ecs.group_heads),
            ("disks", ecs.disks),
            ("snapshots", ecs.snapshots),
            ("zones", ecs.zones),
            ("vpcs", vpc.vpc_ids),
            ("vswitches", vpc.vswitches),
            ("haVips", vpc.ha_vips),
            ("eips", vpc.eips),
            ("tables", vpc.route_tables),
            ("events", ecs.scheduled_events),
            ("rds", rds.rds_heads),
            ("redis", redis.redis_heads),
            ("mongodb", mongodb.mongodb_ids),
            ("acls", slb.access_list_ids),
            ("balancers", slb.load_balancers),
            ("policies", ecs.auto_snapshot_policies),
            ("registries", cr.registries),
            ("buckets", oss.bucket_names),
        )
    }
    instances: list[model.Instance] = lists["instances"].result()
    types = pool.submit(ecs.instance_types, cloud, {instance.instance_type for instance in instances})
    interfaces = pool.submit(ecs.vpc_interfaces, cloud, instances)
    links, groups, vpcs, routes, acls, balancers, *products = _interleaved(
        pool,
        (partial(ecs.classic_links, cloud), _chunks([i.id for i in instances if i.is_classic], 100)),
        (partial(ecs.security_group, cloud), lists["groups"].result()),
        (partial(vpc.vpc, cloud), lists["vpcs"].result()),
        (lambda table: vpc.custom_routes(cloud, *table), lists["tables"].result()),
        (partial(_access_list, cloud), lists["acls"].result()),
        (partial(_load_balancer, cloud), [item for page in lists["balancers"].result() for item in page.items]),
        (partial(_rds, cloud), lists["rds"].result()),
        (partial(_redis, cloud), lists["redis"].result()),
        (partial(_mongodb, cloud), lists["mongodb"].result()),
    )
    ha_vips, unread_ha_vips = _if_readable("havip", lists["haVips"].result)
    eips, unread_eips = _if_readable("eip", lists["eips"].result)
    bound = {item.network_acl_id for item in lists["vswitches"].result() if item.network_acl_id}
    network_acls, unread_network_acls = _if_readable(
        "network-acl", lambda: _read_each(pool, partial(vpc.network_acl, cloud), sorted(bound))
    )
    registries, unread_registries = _if_readable(
        "container-registry",
        lambda: _read_each(pool, lambda head: cr.access_lists(cloud, *head), lists["registries"].result()),
    )
    policies, unread_policies = _if_readable(
        "oss", lambda: _read_each(pool, partial(oss.policy, cloud), lists["buckets"].result())
    )
    known_types = types.result()
    served = _each(balancers)
    return _estate(
        region_id=cloud.region,
        account_id=account_id,
        read_at=now,
        instances=ecs.with_local_storage(instances, known_types),
        disks=tuple(lists["disks"].result()),
        snapshots=tuple(lists["snapshots"].result()),
        security_groups=tuple(future.result() for future in groups),
        instance_types=tuple(known_types),
        zones=tuple(lists["zones"].result()),
        vpcs=tuple(future.result() for future in vpcs),
        vswitches=tuple(lists["vswitches"].result()),
        network_acls=tuple(network_acls),
        network_interfaces=tuple(interfaces.result()),
        eips=tuple(eips),
        virtual_ips=(*ha_vips, *slb.virtual_ips(lists["balancers"].result())),
        databases=tuple(database for futures in products for database in _each(futures)),
        classic_links=tuple(link for future in links for link in future.result()),
        routes=tuple(route for future in routes for route in future.result()),
        access_lists=tuple(_each(acls)),
        vserver_groups=tuple(group for found in served for group in found.groups),
        unread_load_balancers=tuple(found.unread for found in served if found.unread),
        auto_snapshot_policies=tuple(lists["policies"].result()),
        scheduled_events=tuple(lists["events"].result()),
        registry_access_lists=tuple(item for found in registries for item in found),
        bucket_policies=tuple(policies),
        unread_lists=(*unread_ha_vips, *unread_eips, *unread_network_acls, *unread_registries, *unread_policies),
    )


def _estate(**fields: Any) -> model.Estate:
    """Make an estate of its parts; a contradiction between the answers of several actions is an error."""
    try:
        return model.Estate(**fields)
    except ValidationError as error:
        problems = "; ".join(
            ": ".join((*map(str, problem["loc"]), problem["msg"].removeprefix("Value error, ")))
            for problem in error.errors()
        )
        raise EstateError(f"The answers of the cloud contradict each other: {problems}. Read it again.") from None


def _if_readable(
    service: model.ListService, read: Callable[[], list[_Result]]
) -> tuple[list[_Result], list[model.UnreadLists]]:
    """Return what `read` returns, or the reason why not all of it can be read: a partial list would be no use."""
    try:
        return read(), []
    except PermissionDenied as error:
        return [], [model.UnreadLists(service=service, reason=f"The RAM action {error.action} is not permitted.")]
    except EstateError as error:
        return [], [model.UnreadLists(service=service, reason=str(error))]


def _rds(cloud: Cloud, head: Any) -> tuple[model.Database, Parts]:
    parts = Parts(f"database {head.dbinstance_id}")
    return parts.of(with_admitted_groups(cloud, rds.rds_database(cloud, head, parts), parts)), parts


def _redis(cloud: Cloud, head: Any) -> tuple[model.Database, Parts]:
    parts = Parts(f"database {head.instance_id}")
    return parts.of(with_admitted_groups(cloud, redis.redis_database(cloud, head, parts), parts)), parts


def _mongodb(cloud: Cloud, database_id: str) -> tuple[model.Database, Parts]:
    parts = Parts(f"database {database_id}")
    refused: Any = object()
    head = parts.read(get_args(model.DatabasePart), lambda: mongodb.mongodb_head(cloud, database_id), refused)
    if head is refused:
        return parts.of(mongodb.unread_mongodb(database_id)), parts
    if head is None:
        raise EstateError(
            f"dds:DescribeDBInstanceAttribute does not know {database_id}, which dds:DescribeDBInstances lists."
        )
    return parts.of(with_admitted_groups(cloud, mongodb.mongodb_database(cloud, head, parts), parts)), parts


class _Balancer(NamedTuple):
    """The vServer groups of a load balancer, or the reason why they were not read."""

    groups: Sequence[model.VServerGroup] = ()
    unread: model.UnreadLoadBalancer | None = None


def _load_balancer(cloud: Cloud, balancer: Any) -> tuple[_Balancer, Parts]:
    balancer_id = balancer.load_balancer_id
    parts = Parts(f"load balancer {balancer_id}")
    groups = parts.read(("vserverGroups",), lambda: list(slb.vserver_groups(cloud, balancer)), None)
    if groups is not None:
        return _Balancer(groups), parts
    [unread] = parts.unread
    return _Balancer(unread=model.UnreadLoadBalancer(id=balancer_id, reason=unread.reason)), parts


def _access_list(cloud: Cloud, acl_id: str) -> tuple[model.AccessControlList, Parts]:
    parts = Parts(f"access control list {acl_id}")
    access_list = parts.read(("entries", "listeners"), lambda: slb.access_list(cloud, acl_id), None)
    return access_list or model.AccessControlList(id=acl_id, unread=parts.unread), parts


def _each(futures: Sequence[Future[tuple[_Result, Parts]]]) -> list[_Result]:
    """Return the readings of all resources of one kind. Raises `PermissionDenied` for what is denied for all."""
    readings = [future.result() for future in futures]
    raise_what_is_denied_to_all([parts for _, parts in readings])
    return [result for result, _ in readings]


def _read_each(pool: ThreadPoolExecutor, read: Callable[[Any], _Result], items: Iterable[Any]) -> list[_Result]:
    return [future.result() for future in _spread(pool, read, items)]


def _spread(pool: ThreadPoolExecutor, read: Callable[[Any], _Result], items: Iterable[Any]) -> list[Future[_Result]]:
    return [pool.submit(read, item) for item in items]


def _interleaved(
    pool: ThreadPoolExecutor, *kinds: tuple[Callable[[Any], Any], Iterable[Any]]
) -> list[list[Future[Any]]]:
    """Alternate between the kinds, so that one whose action waits for its rate does not hold up the others."""
    by_kind: list[list[Future[Any]]] = [[] for _ in kinds]
    for turn in zip_longest(*(items for _, items in kinds), fillvalue=_NOTHING):
        for futures, (read, _), item in zip(by_kind, kinds, turn, strict=True):
            if item is not _NOTHING:
                futures.append(pool.submit(read, item))
    return by_kind


def _chunks(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (items[start : start + size] for start in range(0, len(items), size))
