"""Stacks in which something is missing or wrong, whose fixes `test_fixes_applied` pastes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from demo.story import unprepared
from estate.model import (
    AccessControlList,
    BackendServer,
    ClassicLinkAttachment,
    Eip,
    Estate,
    NetInfo,
    NetworkAcl,
    ScheduledEvent,
    SecurityGroup,
    SecurityGroupRule,
    Tag,
    UnreadLists,
    VirtualIp,
    VServerGroup,
    WhitelistGroup,
)
from simulator.model.databases import WhitelistGroup as SimulatedGroup
from simulator.model.estate import Estate as Simulated
from tests.policies.in_process import BEGINNING, Scene, sample_config, sample_estate, served

Migrated = dict[str, Any]
Bend = Callable[[Migrated], None]
EstateBend = Callable[[Estate], Estate]

WEB, BATCH, FTP = "i-bp1web10000000000001", "i-bp1batch100000000001", "i-bp1ftp10000000000001"
CACHE = "i-bp1cache100000000001"
MYSQL, POSTGRES, MONGODB = "rm-bp1shopmysql000001", "pgm-bp1reportpg00000001", "dds-bp1shopcatalog01"
SHARED_VPC, SHARED_VSWITCH = "vpc-bp1shared0000000001", "vsw-bp1sharedh000000001"


def as_it_is(_migration: Migrated) -> None:
    """Bend nothing."""


@dataclass(frozen=True)
class Case:
    """One stack: the sample config and estate, bent.

    `shows` are rules with a finding whose fix by config is pasted. With `alone` no other rule is asked. `known` is what
    a person fills in here in place of what is usual. With `cloud` the sample estate is bent where it is served, and the
    local provider is asked there what it would refuse.
    """

    shows: tuple[str, ...]
    bend: Bend = as_it_is
    estate: EstateBend = lambda estate: estate
    now: datetime = BEGINNING
    guests: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    moved: tuple[str, ...] = ()
    known: Mapping[str, str] = field(default_factory=dict)
    alone: bool = True
    cloud: Callable[[Simulated], None] | None = None

    @property
    def config(self) -> Migrated:
        """The bent config."""
        migration = sample_config()
        self.bend(migration)
        return migration

    @property
    def scene(self) -> Scene:
        """All that the preview finds beside the config, where no cloud has to be there."""
        return Scene(self.estate(sample_estate()), self.now, self.guests, self.moved)

    @contextmanager
    def staged(self) -> Iterator[Scene]:
        """All that the preview finds beside the config, with the cloud that is asked."""
        if self.cloud is None:
            yield self.scene
        else:
            with served(self.cloud) as scene:
                yield scene


# ---- configs ----


def bare(migration: Migrated) -> None:
    unprepared_config = unprepared(migration)
    migration.clear()
    migration.update(unprepared_config)


def without(*keys: str) -> Callable[[Migrated], None]:
    def bend(migration: Migrated) -> None:
        for key in keys:
            del migration[key]

    return bend


def changed(**changes: Any) -> Callable[[Migrated], None]:
    def bend(migration: Migrated) -> None:
        migration.update(changes)

    return bend


def plain_instances(migration: Migrated) -> None:
    migration["instances"] = [item["id"] if isinstance(item, dict) else item for item in migration["instances"]]


def everybody_moves(migration: Migrated) -> None:
    migration["instances"] += migration.pop("later")
    for entry in migration["attestations"]:
        entry["instances"] = [item for item in entry["instances"] if item]


def no_hybrid_access(migration: Migrated) -> None:
    for database in migration["databases"]:
        del database["hybridAccess"]


def one_zone(migration: Migrated) -> None:
    del migration["network"]["vswitches"][0]


def small(migration: Migrated) -> None:
    for vswitch in migration["network"]["vswitches"]:
        vswitch["cidrBlock"] = vswitch["cidrBlock"].replace("/24", "/29")


def late(migration: Migrated) -> None:
    migration["window"]["start"] = "2026-12-20T00:00:01+08:00"


def ends_early(migration: Migrated) -> None:
    migration["window"] |= {"end": "2026-12-12T02:10:00+08:00", "disksNeededFrom": "2026-12-12T02:20:00+08:00"}


def by_day(migration: Migrated) -> None:
    migration["offPeak"] = {"from": "03:30", "to": "07:00", "timeZone": "Asia/Shanghai"}


def nobody_saw(migration: Migrated) -> None:
    del migration["window"]["scheduled"]


def two_waves(migration: Migrated) -> None:
    first, window = migration["instances"][:2], migration.pop("window")
    second = migration.pop("instances")[2:]
    start = {"start": "2026-12-13T02:00:00+08:00"}
    migration["waves"] = [
        {"name": "one", "window": window, "instances": first},
        {"name": "two", "window": window | start, "instances": second},
    ]


def weak(migration: Migrated) -> None:
    migration["freezeHours"] = 0
    migration["backups"]["maxAgeHours"] = 100
    migration["evidence"]["maxAgeHours"] = 700
    migration["after"] = {"dueDays": 60}


def each(*bends: Bend) -> Bend:
    def bend(migration: Migrated) -> None:
        for one in bends:
            one(migration)

    return bend


def says_of(instance_id: str, **choices: Any) -> Bend:
    """The config says something of one instance."""

    def bend(migration: Migrated) -> None:
        remaining = [
            item for item in migration["instances"] if instance_id != (item["id"] if isinstance(item, dict) else item)
        ]
        migration["instances"] = [*remaining, {"id": instance_id, **choices}]

    return bend


def network(**changes: Any) -> Bend:
    def bend(migration: Migrated) -> None:
        migration["network"] |= changes

    return bend


def without_hybrid_access(*database_ids: str) -> Bend:
    def bend(migration: Migrated) -> None:
        migration["databases"] = [item for item in migration["databases"] if item["id"] not in database_ids]

    return bend


def in_shared_vpc(migration: Migrated) -> None:
    """All move into a VPC that is there, and no database changes."""
    migration["network"] = {"mode": "existing", "vpcId": SHARED_VPC, "vswitchIds": [SHARED_VSWITCH]}
    del migration["databases"], migration["classicLink"]


def mapped(mode: str) -> Bend:
    """The group of the web servers is mapped to one that is there, by the mode of the whole section or its own."""

    def bend(migration: Migrated) -> None:
        in_shared_vpc(migration)
        group = {"id": "sg-bp1web00000000000001", "mapTo": ["sg-shared"]}
        further = [
            {"id": f"sg-bp1{name}", "mode": "clone"}
            for name in ("app00000000000001", "batch000000000001", "ftp00000000000001", "legacy00000000001")
        ]
        migration["securityGroups"] = {"mode": mode, "groups": [group, *(further if mode == "map" else [])]}

    return bend


def accepted_to_lose(migration: Migrated) -> None:
    """Somebody answers for what the mapped group refuses."""
    [group, *_] = migration["securityGroups"]["groups"]
    word = {"reason": "agreed", "owner": "ann@example.com", "approvedBy": "bob@example.com"}
    times = {"approvedAt": "2026-11-29T02:00:00+08:00", "expires": "2026-12-30T02:00:00+08:00"}
    group["acceptDifferences"] = {"lost": {**word, **times}}


def linked_to_default_vpc(migration: Migrated) -> None:
    in_shared_vpc(migration)
    migration["network"] = {"mode": "default", "zones": ["cn-hangzhou-h"]}
    migration["classicLink"] = {}


# ---- estates ----


def disk_is_local(estate: Estate) -> Estate:
    first = estate.disks[0].model_copy(update={"category": "ephemeral_ssd"})
    return estate.model_copy(update={"disks": (first, *estate.disks[1:])})


def instance_is(instance_id: str | None = None, **changes: Any) -> EstateBend:
    """One instance, the first if none is named, is something else."""

    def bend(estate: Estate) -> Estate:
        own = instance_id or estate.instances[0].id
        instances = (item.model_copy(update=changes) if item.id == own else item for item in estate.instances)
        return estate.model_copy(update={"instances": tuple(instances)})

    return bend


def database_is(database_id: str, **changes: Any) -> EstateBend:
    def bend(estate: Estate) -> Estate:
        databases = (item.model_copy(update=changes) if item.id == database_id else item for item in estate.databases)
        return estate.model_copy(update={"databases": tuple(databases)})

    return bend


def endpoints(*addresses: tuple[str, int | None]) -> tuple[NetInfo, ...]:
    """Addresses of a database: their types, and the seconds that are left to each."""
    return tuple(
        NetInfo(
            connection_string=f"{kind}.example",
            ip_type=kind,
            ip_address="10.27.8.61",
            port="3306",
            vpc_id=SHARED_VPC if kind == "Private" else None,
            expires_in_seconds=left,
        )
        for kind, left in addresses
    )


def lets_out_to_the_old_address(estate: Estate) -> Estate:
    """The group of the applications drops what they begin, but for connections to the old address of a database."""
    base = {"direction": "egress", "nic_type": "intranet"}
    drop = {"ip_protocol": "ALL", "port_range": "-1/-1", "policy": "drop", "priority": 100, "cidr_ip": "0.0.0.0/0"}
    accept = {"ip_protocol": "TCP", "port_range": "3306/3306", "policy": "accept", "priority": 1}
    rules = (
        SecurityGroupRule.model_validate(base | drop),
        SecurityGroupRule.model_validate(base | accept | {"cidr_ip": "10.27.8.61/32"}),
    )
    groups = (
        item.model_copy(update={"rules": (*item.rules, *rules)}) if item.name == "app" else item
        for item in estate.security_groups
    )
    return estate.model_copy(update={"security_groups": tuple(groups)})


def with_replica(estate: Estate) -> Estate:
    [first] = [item for item in estate.databases if item.id == MYSQL]
    replica = first.model_copy(update={"id": "rr-bp1shopmysql000001", "primary_id": MYSQL})
    return with_items(databases=(replica,))(estate)


def with_items(**items: tuple[Any, ...]) -> EstateBend:
    """More of something."""

    def bend(estate: Estate) -> Estate:
        return estate.model_copy(update={key: (*getattr(estate, key), *more) for key, more in items.items()})

    return bend


def all_of(*bends: EstateBend) -> EstateBend:
    def bend(estate: Estate) -> Estate:
        for one in bends:
            estate = one(estate)
        return estate

    return bend


def event(kind: str) -> ScheduledEvent:
    """A system event of web-1, some minutes after its window begins."""
    due = datetime.fromisoformat("2026-12-12T02:10:00+08:00")
    return ScheduledEvent(id="e-1", instance_id=WEB, type=kind, not_before=due)


def vpc_has_ipv4_gateway(estate: Estate) -> Estate:
    [vpc] = estate.vpcs
    return estate.model_copy(update={"vpcs": (vpc.model_copy(update={"ipv4_gateway": True}),)})


def vswitch_has_network_acl(estate: Estate) -> Estate:
    [vswitch] = estate.vswitches
    return estate.model_copy(update={"vswitches": (vswitch.model_copy(update={"network_acl_id": "nacl-1"}),)})


def unread(service: str) -> EstateBend:
    """The lists of a service could not be read."""

    def bend(estate: Estate) -> Estate:
        lists = UnreadLists.model_validate({"service": service, "reason": "the permission is lacking"})
        key = {"container-registry": "registry_access_lists", "oss": "bucket_policies"}[service]
        return estate.model_copy(update={key: (), "unread_lists": (lists,)})

    return bend


def admits_blocks_to_classic_addresses(estate: Estate) -> Estate:
    group = WhitelistGroup(name="vpc", network_type="Classic", security_ips=("172.16.0.0/16",))
    [database] = [item for item in estate.databases if item.id == POSTGRES]
    return database_is(POSTGRES, whitelist_groups=(*database.whitelist_groups, group))(estate)


def shared_vpc_is_default(block: str, vswitch_block: str) -> EstateBend:
    """The VPC that is there is the default one, of these blocks."""

    def bend(estate: Estate) -> Estate:
        vpcs = (item.model_copy(update={"is_default": True, "cidr_block": block}) for item in estate.vpcs)
        changes = {"is_default": True, "cidr_block": vswitch_block}
        vswitches = (item.model_copy(update=changes) for item in estate.vswitches)
        return estate.model_copy(update={"vpcs": tuple(vpcs), "vswitches": tuple(vswitches)})

    return bend


def served_by(*server_ids: str, intranet: bool = False) -> EstateBend:
    servers = tuple(BackendServer(server_id=item, port=80, weight=100) for item in server_ids)
    kind: Literal["internet", "intranet"] = "intranet" if intranet else "internet"
    group = VServerGroup(id="rsp-web", load_balancer_id="lb-web", address_type=kind, servers=servers)
    return with_items(vserver_groups=(group,))


OPEN_GROUP: Final = SecurityGroup(
    id="sg-shared",
    vpc_id=SHARED_VPC,
    rules=(
        SecurityGroupRule(
            direction="ingress",
            nic_type="intranet",
            ip_protocol="TCP",
            port_range="3389/3389",
            policy="accept",
            priority=1,
            cidr_ip="0.0.0.0/0",
        ),
    ),
)
ACCESS_LIST: Final = AccessControlList(id="acl-web", entries=("10.25.16.10/32",), listeners=("lb-web:443 (white)",))


def group_of_somebody_else(estate: Simulated) -> None:
    """By the name that ours would have."""
    [mysql] = [item for item in estate.databases if item.id == MYSQL]
    mysql.whitelist_groups.append(SimulatedGroup(name="classic_to_vpc", security_ips=["10.99.0.1/32"]))


_MANY_GROUPS: Final = range(24)


def groups_that_meet(estate: Estate) -> Estate:
    """Instances in a group each, of which every one admits the whole of 10.0.0.0/8; and one that is in the target."""
    like = estate.instances[0]
    rules = tuple(
        SecurityGroupRule(
            direction="ingress",
            nic_type="intranet",
            ip_protocol="TCP",
            port_range=f"{port}/{port}",
            policy="accept",
            priority=1,
            cidr_ip="10.0.0.0/8",
        )
        for port in (6379, 6479, 6579, 6679, 6779)
    )
    there = {"network_type": "vpc", "vpc_id": SHARED_VPC, "vswitch_id": SHARED_VSWITCH}
    instances = [
        like.model_copy(
            update={
                "id": f"i-{number}",
                "name": f"node-{number}",
                "intranet_ips": (f"10.30.{number}.1",),
                "security_group_ids": (f"sg-{number}",),
            }
        )
        for number in _MANY_GROUPS
    ]
    stranger = like.model_copy(
        update={"id": "i-there", "intranet_ips": ("192.168.10.9",), "security_group_ids": (), **there}
    )
    groups = tuple(SecurityGroup(id=f"sg-{number}", rules=rules) for number in _MANY_GROUPS)
    return with_items(instances=(*instances, stranger), security_groups=groups)(estate)


def they_move(migration: Migrated) -> None:
    in_shared_vpc(migration)
    migration["instances"] = [*migration["instances"], *(f"i-{number}" for number in _MANY_GROUPS)]


# ---- times ----

IN_THE_WINDOW: Final = datetime.fromisoformat("2026-12-12T03:00:00+08:00")
SOON_AFTER: Final = datetime.fromisoformat("2026-12-13T09:00:00+08:00")
# Seven days after the Latest Schedule Time what is left behind is due.
DUE: Final = datetime.fromisoformat("2026-12-28T09:00:00+08:00")
WHEN_DUE: Final = {
    "statedAt": "2026-12-28T08:00:00+08:00",
    "validUntil": "2027-01-28T08:00:00+08:00",
    "approvedAt": "2026-12-28T08:00:00+08:00",
    "expires": "2027-01-28T08:00:00+08:00",
}
SINCE_THE_MOVE: Final = {"approvedAt": "2026-12-13T08:00:00+08:00"}

# ---- the cases ----

CASES: Final[dict[str, Case]] = {
    # The stacks of people who have just begun: all rules are asked.
    "windows and instances alone": Case(
        (
            "backup-snapshot-of-every-disk",
            "classic-link-peers-reachable",
            "database-address-in-vpc",
            "database-whitelist-has-vswitch-cidr",
            "instance-orders-settled",
            "instance-type-supports-eni",
            "network-bucket-policies-prepared",
            "network-registry-lists-prepared",
            "network-vswitch-in-usable-zone",
            "public-address-release-accepted",
            "schedule-application-owner-go",
            "schedule-no-instance-forgotten",
            "security-group-cloned",
        ),
        bare,
        alone=False,
    ),
    "no choices about instances": Case(
        ("guest-ftp-plan", "network-vswitch-in-usable-zone", "public-address-release-accepted"),
        plain_instances,
        alone=False,
    ),
    "an instance of an old type": Case(
        ("instance-orders-settled", "instance-type-supports-eni"), everybody_moves, alone=False
    ),
    "no security groups": Case(("security-group-cloned",), without("securityGroups"), alone=False),
    "no databases": Case(
        ("database-address-in-vpc", "database-whitelist-has-vswitch-cidr"), without("databases"), alone=False
    ),
    "no hybrid access": Case(("database-address-in-vpc",), no_hybrid_access, alone=False),
    "no backups": Case(("backup-snapshot-of-every-disk",), without("backups"), alone=False),
    "no ClassicLink": Case(("classic-link-peers-reachable",), without("classicLink"), alone=False),
    "nobody stays": Case(("schedule-no-instance-forgotten",), without("staying"), alone=False),
    "nothing is later": Case(("schedule-no-instance-forgotten",), without("later"), alone=False),
    "no attestations": Case(
        ("network-bucket-policies-prepared", "network-registry-lists-prepared", "schedule-application-owner-go"),
        without("attestations"),
        alone=False,
    ),
    "no VSwitch in one zone": Case(
        ("database-vswitch-in-zone", "network-vswitch-in-usable-zone"), one_zone, alone=False
    ),
    "a small VSwitch": Case(("network-enough-free-addresses",), small, alone=False),
    "a window after the latest": Case(("schedule-window-before-latest",), late, alone=False),
    "a window that ends early": Case(("schedule-window-long-enough",), ends_early, alone=False),
    "a window by day": Case(("schedule-off-peak",), by_day, alone=False),
    "a task that nobody saw": Case(("schedule-move-is-scheduled",), nobody_saw, alone=False),
    "two waves without an order": Case(
        ("classic-link-broad-rules-reviewed", "schedule-dependents-move-together"), two_waves, alone=False
    ),
    "weak thresholds": Case(("schedule-thresholds-kept",), weak, alone=False),
    "links to nobody": Case(("classic-link-peers-reachable",), changed(classicLink={"attach": []}), alone=False),
    "a local disk": Case(("instance-no-local-disks",), estate=disk_is_local, alone=False),
    "a locked instance": Case(
        ("instance-not-locked",), estate=instance_is(operation_locks=("financial",)), alone=False
    ),
    "a preemptible instance": Case(
        ("instance-not-spot",), estate=instance_is(spot_strategy="SpotAsPriceGo"), alone=False
    ),
    "an instance of a scaling group": Case(
        ("instance-out-of-scaling-groups",),
        estate=instance_is(tags=(Tag(key="acs:autoscaling:scalingGroupId", value="asg-1"),)),
        alone=False,
    ),
    # One thing each.
    "security groups that accept the old address of a database alone": Case(
        ("database-security-groups-let-out",), estate=lets_out_to_the_old_address
    ),
    "a window that has begun": Case(("schedule-window-in-future",), now=IN_THE_WINDOW),
    "a zone that is not moved": Case(("instance-eligible-zone",), estate=instance_is(WEB, zone_id="cn-hangzhou-c")),
    "a member of a vServer group": Case(("instance-vserver-group-membership",), estate=served_by(WEB)),
    "a vServer group with one that stays": Case(("instance-vserver-group-membership",), estate=served_by(WEB, CACHE)),
    "an access control list with the old address": Case(
        ("network-load-balancer-lists-prepared",),
        without("attestations"),
        with_items(access_lists=(ACCESS_LIST,)),
    ),
    "a default VPC by its id": Case(
        ("network-default-vpc-chosen",), in_shared_vpc, shared_vpc_is_default("192.168.0.0/16", "192.168.10.0/24")
    ),
    "an address that is to be kept elsewhere": Case(("network-retained-address",), says_of(WEB, retainIp=True)),
    "an address that no VSwitch holds": Case(
        ("network-retained-address",),
        each(
            says_of(BATCH, retainIp=True),
            without("classicLink"),
            network(cidrBlock="10.0.0.0/8", vswitches=[{"zone": "cn-hangzhou-b", "cidrBlock": "10.99.0.0/24"}]),
        ),
        known={"vswitches.cidrBlock": "10.25.16.0/24"},
    ),
    "an address that no VSwitch of its tier holds": Case(
        ("network-retained-address",),
        each(
            says_of(BATCH, retainIp=True, tier="data"),
            without("classicLink"),
            network(
                cidrBlock="10.0.0.0/8",
                vswitches=[
                    {"zone": "cn-hangzhou-b", "tier": "data", "cidrBlock": "10.99.0.0/24"},
                    {"zone": "cn-hangzhou-b", "cidrBlock": "10.25.17.0/24"},
                ],
            ),
        ),
        known={"vswitches.cidrBlock": "10.25.16.0/24"},
    ),
    "an address that ClassicLink does not reach": Case(
        ("network-retained-address",),
        each(
            says_of(WEB, retainIp=True),
            without("classicLink"),
            network(cidrBlock="10.0.0.0/8", vswitches=[{"zone": "cn-hangzhou-b", "cidrBlock": "10.25.16.0/24"}]),
        ),
    ),
    "an address that an HAVIP has": Case(
        ("network-retained-address",),
        each(in_shared_vpc, says_of(BATCH, retainIp=True, targetZone="cn-hangzhou-h")),
        all_of(
            shared_vpc_is_default("10.0.0.0/8", "10.25.16.0/24"),
            with_items(virtual_ips=(VirtualIp(id="havip-bp1", vpc_id=SHARED_VPC, ip_address="10.25.16.21"),)),
        ),
    ),
    "an address that an HAVIP may have": Case(
        ("network-retained-address",),
        each(in_shared_vpc, says_of(BATCH, retainIp=True, targetZone="cn-hangzhou-h")),
        all_of(
            shared_vpc_is_default("10.0.0.0/8", "10.25.16.0/24"),
            with_items(unread_lists=(UnreadLists(service="havip", reason="vpc:DescribeHaVips is not permitted."),)),
        ),
    ),
    "public addresses beyond the quota of EIPs": Case(
        ("public-address-within-eip-quota",),
        changed(after={"convertPublicIps": [WEB, BATCH]}),
        with_items(eips=tuple(Eip(id=f"eip-{number}") for number in range(19))),
    ),
    "EIPs that cannot be counted": Case(
        ("public-address-within-eip-quota",),
        changed(after={"convertPublicIps": [WEB, BATCH]}),
        with_items(unread_lists=(UnreadLists(service="eip", reason="vpc:DescribeEipAddresses is not permitted."),)),
    ),
    "a VSwitch among addresses to avoid": Case(
        ("network-apart-from-peers",),
        each(in_shared_vpc, network(avoid=["192.168.10.0/25"])),
    ),
    "a VSwitch that links do not reach": Case(
        ("classic-link-addresses-reachable",),
        linked_to_default_vpc,
        shared_vpc_is_default("10.0.0.0/8", "10.5.1.0/24"),
    ),
    "a VPC that links reach by a route": Case(
        ("classic-link-addresses-reachable",),
        linked_to_default_vpc,
        shared_vpc_is_default("192.168.0.0/16", "192.168.10.0/24"),
    ),
    "a group that is shared with one that stays": Case(
        ("security-group-members-accounted-for",),
        without("classicLink"),
        instance_is(CACHE, security_group_ids=("sg-bp1web00000000000001",)),
    ),
    "a mapped group that opens": Case(
        ("security-group-nothing-opened",), mapped("clone"), with_items(security_groups=(OPEN_GROUP,))
    ),
    "a mapped group that opens and is accepted to lose": Case(
        ("security-group-nothing-opened",),
        each(mapped("clone"), accepted_to_lose),
        with_items(security_groups=(OPEN_GROUP,)),
    ),
    "one of all mapped groups that opens": Case(
        ("security-group-nothing-opened",), mapped("map"), with_items(security_groups=(OPEN_GROUP,))
    ),
    "a moving instance that is linked to another VPC": Case(
        ("classic-link-leads-to-target",),
        each(without("classicLink"), without("databases")),
        with_items(classic_links=(ClassicLinkAttachment(instance_id=WEB, vpc_id=SHARED_VPC),)),
        known={"network.vswitchIds": SHARED_VSWITCH},
    ),
    "a VSwitch with a network ACL that refuses": Case(
        ("network-acls-reviewed",),
        in_shared_vpc,
        all_of(vswitch_has_network_acl, with_items(network_acls=(NetworkAcl(id="nacl-1", status="Available"),))),
    ),
    "a VSwitch with a network ACL whose entries are not known": Case(
        ("network-acls-reviewed",), in_shared_vpc, vswitch_has_network_acl
    ),
    "a VPC with an IPv4 gateway": Case(("public-address-route-to-internet",), in_shared_vpc, vpc_has_ipv4_gateway),
    "a restart in the window": Case(
        ("schedule-apart-from-events",), estate=with_items(scheduled_events=(event("SystemMaintenance.Reboot"),))
    ),
    "an unfamiliar event in the window": Case(
        ("schedule-apart-from-events",), estate=with_items(scheduled_events=(event("Something.New"),))
    ),
    "a read-only instance of a database": Case(("database-replica-covered",), without("databases"), with_replica),
    "one that stays and uses a database": Case(
        ("database-staying-users-known",),
        estate=database_is(MYSQL, whitelist_groups=(WhitelistGroup(name="cache", security_ips=("10.26.31.9",)),)),
    ),
    "a block for classic addresses": Case(
        ("database-whitelist-network-type",), without("databases"), admits_blocks_to_classic_addresses
    ),
    "hybrid access that ends before the window": Case(
        ("database-hybrid-access-outlasts-wave",),
        without_hybrid_access(MYSQL),
        database_is(MYSQL, net_infos=endpoints(("Inner", 3600), ("Private", None))),
    ),
    "hybrid access that has ended": Case(
        ("database-hybrid-access-outlasts-wave",),
        estate=database_is(MYSQL, net_infos=endpoints(("Private", None))),
    ),
    "hybrid access that has ended before the second wave": Case(
        ("database-hybrid-access-outlasts-wave",),
        each(two_waves, without("classicLink")),
        database_is(MONGODB, net_infos=endpoints(("Private", None))),
    ),
    "a sharded database": Case(
        ("database-hybrid-access-possible",), estate=database_is(MONGODB, architecture="sharding")
    ),
    "network file systems": Case(
        ("guest-network-mounts",), guests={WEB: {"network_mounts": ("nas.example:/ /mnt nfs",)}}
    ),
    "a fact that the script did not find": Case(("guest-free-space",), guests={WEB: {"system_disk_free_mib": None}}),
    "a licence manager": Case(("licence-reviewed",), guests={WEB: {"licence_managers": ("lmgrd",)}}),
    "a licence of a MAC address": Case(
        ("licence-mac-bound",), guests={WEB: {"mac_bound_licences": ("/opt/licence.dat 00:16:3e:00:04:01",)}}
    ),
    # After the move.
    "lists that nobody reviewed": Case(("after-address-lists-reviewed",), moved=(WEB,), now=DUE, known=WHEN_DUE),
    "bucket policies that could not be read": Case(
        ("after-bucket-policies-cleaned",), estate=unread("oss"), moved=(WEB,), now=DUE, known=WHEN_DUE
    ),
    "registry lists that could not be read": Case(
        ("after-registry-lists-cleaned",), estate=unread("container-registry"), moved=(WEB,), now=DUE, known=WHEN_DUE
    ),
    "an old address in a whitelist": Case(("after-old-addresses-removed",), moved=(WEB,), now=DUE),
    "a moved instance in the VSwitch for another zone": Case(
        ("after-in-planned-vswitch",), moved=("i-bp1web20000000000001",), now=SOON_AFTER
    ),
    "FTP without a network": Case(
        ("after-public-address-converted",),
        without("network", "securityGroups", "databases", "classicLink"),
        moved=(FTP,),
        now=SOON_AFTER,
    ),
    "a vServer group of the classic intranet": Case(
        ("after-vserver-groups-rejoined",),
        estate=served_by(WEB, intranet=True),
        moved=(WEB,),
        now=SOON_AFTER,
        known=SINCE_THE_MOVE,
    ),
    # What the local provider refuses.
    "a whitelist group of somebody else": Case(
        ("update-not-refused",), cloud=group_of_somebody_else, known={"databases.id": MYSQL}
    ),
    "rules for a block outside of which the target is": Case(
        ("security-group-within-limits",),
        they_move,
        groups_that_meet,
        known={"network.cidrBlock": "10.0.0.0/8", "vswitches.cidrBlock": "10.99.0.0/24", "zone": "cn-hangzhou-b"},
    ),
}
