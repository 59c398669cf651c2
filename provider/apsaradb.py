"""The three ApsaraDB products as the resources on databases need them: one shape for what their APIs spell apart."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar, Final, NamedTuple, TypeVar

from estate import live
from estate.client import Cloud
from estate.errors import CloudError
from estate.model import Database
from estate.model import WhitelistGroup as Group
from estate.paging import listed, pages
from provider import traffic

_Read = TypeVar("_Read")

NETWORK_TYPES: Final = ("MIX", "VPC", "Classic")

_ATTEMPTS: Final = 5
# A change of the network takes minutes, in which nothing else can be changed.
_PATIENCE: Final = 1800.0


class Whitelists(NamedTuple):
    """The whitelist mode of a database, normal or safety, and all its groups."""

    mode: str
    groups: list[Group]


class GroupRef(NamedTuple):
    """Which group of which database; MIX where groups are for both networks."""

    database: str
    network_type: str
    group: str


class Entries(NamedTuple):
    """One change of a whitelist group: `mode` Cover, Append (what is there stays, and stays once) or Delete."""

    database: str
    network_type: str
    group: str
    mode: str
    ips: Sequence[str]


class Product(ABC):
    """One product; a database that is gone reads as None."""

    #: The module of its resources' type tokens, and its name for people.
    module: ClassVar[str]
    name: ClassVar[str]
    #: The status in which an instance can be changed.
    ready: ClassVar[str] = "Running"
    gone: ClassVar[tuple[str, ...]] = ("InvalidDBInstanceId.NotFound", "InvalidDBInstanceName.NotFound")
    busy: ClassVar[tuple[str, ...]] = ("IncorrectDBInstanceState",)
    #: Whitelist groups of one instance, where a limit is documented.
    max_groups: ClassVar[int | None] = None
    whitelist_actions: ClassVar[tuple[str, ...]]
    network_actions: ClassVar[tuple[str, ...]]

    def database(self, cloud: Cloud, database_id: str) -> Database | None:
        """Read one database whole."""
        return self._unless_gone(lambda: self._database(cloud, database_id))

    def whitelists(self, cloud: Cloud, database_id: str) -> Whitelists | None:
        """Read its whitelists alone."""
        return self._unless_gone(lambda: self._whitelists(cloud, database_id))

    def patiently(self, cloud: Cloud, database_id: str, write: Callable[[], object]) -> None:
        """Make a call that changes a database, waiting out states that permit no change."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                write()
                return
            except CloudError as error:
                if error.code not in self.busy or attempt == _ATTEMPTS:
                    raise
            self.wait_until_ready(cloud, database_id)

    def wait_until_ready(self, cloud: Cloud, database_id: str) -> None:
        """Wait until a database can be changed; raises `WaitTimeout`."""
        goal = f"database {database_id} to be {self.ready}"
        cloud.wait(lambda: self.status(cloud, database_id) == self.ready, goal, timeout=_PATIENCE)

    def vpc(self, cloud: Cloud, database_id: str) -> str | None:
        """Return the VPC of a database, None if it is in none, or gone."""
        return self._unless_gone(lambda: self._vpc(cloud, database_id))

    @abstractmethod
    def command(self, change: Entries) -> str:
        """Return the command of Alibaba Cloud CLI that makes a change of a whitelist group."""

    @abstractmethod
    def status(self, cloud: Cloud, database_id: str) -> str | None:
        """Read the status alone."""

    @abstractmethod
    def change_whitelist(self, cloud: Cloud, change: Entries) -> None:
        """Call ModifySecurityIps; only a Cover may be repeated by the client, being idempotent by nature."""

    @abstractmethod
    def switch(self, cloud: Cloud, database: Database, vpc_id: str, vswitch_id: str, days: int) -> None:
        """Begin to move a database into a VPC, its classic addresses kept for `days`; never to be repeated blindly."""

    @abstractmethod
    def extend(self, cloud: Cloud, database_id: str, connection_string: str, days: int) -> None:
        """Keep one classic address for `days` from now."""

    @abstractmethod
    def _database(self, cloud: Cloud, database_id: str) -> Database | None:
        """Read one database; raises one of the codes of `gone`, or returns None, where there is none."""

    @abstractmethod
    def _vpc(self, cloud: Cloud, database_id: str) -> str | None:
        """Read the VPC alone, None without one; raises one of the codes of `gone`."""

    @abstractmethod
    def _whitelists(self, cloud: Cloud, database_id: str) -> Whitelists:
        """Read the whitelists; raises one of the codes of `gone`."""

    def _unless_gone(self, read: Callable[[], _Read]) -> _Read | None:
        try:
            return read()
        except CloudError as error:
            if error.code in self.gone:
                return None
            raise


class _Rds(Product):
    module = "rds"
    name = "ApsaraDB RDS"
    busy = ("OperationDenied.DBInstanceStatus", "OperationDenied.DBStatus", "IncorrectDBInstanceState")
    # ModifySecurityIps (SDK-RDS 16.0.2).
    max_groups = 200
    whitelist_actions = (
        "rds:DescribeDBInstanceNetInfo",
        "rds:DescribeDBInstanceIPArrayList",
        "rds:DescribeDBInstanceAttribute",
        "rds:ModifySecurityIps",
        *traffic.ACTIONS,
        "vpc:DescribeVSwitches",
    )
    network_actions = (
        "rds:DescribeDBInstanceNetInfo",
        "rds:DescribeDBInstanceIPArrayList",
        "rds:DescribeDBInstanceAttribute",
        "rds:ModifyDBInstanceNetworkType",
        "rds:ModifyDBInstanceNetworkExpireTime",
    )

    def command(self, change: Entries) -> str:
        return (
            f"aliyun rds ModifySecurityIps --DBInstanceId {change.database} --DBInstanceIPArrayName {change.group} "
            f"--WhitelistNetworkType {change.network_type} --ModifyMode {change.mode} "
            f"--SecurityIps {','.join(change.ips)}"
        )

    def status(self, cloud: Cloud, database_id: str) -> str | None:
        head = live.rds_head(cloud, database_id)
        return str(head.dbinstance_status) if head else None

    def change_whitelist(self, cloud: Cloud, change: Entries) -> None:
        cloud.call(
            "rds:ModifySecurityIps",
            repeatable=change.mode == "Cover",
            dbinstance_id=change.database,
            dbinstance_iparray_name=change.group,
            modify_mode=change.mode,
            security_ips=",".join(change.ips),
            security_iptype="IPv4",
            whitelist_network_type=change.network_type,
        )

    def switch(self, cloud: Cloud, database: Database, vpc_id: str, vswitch_id: str, days: int) -> None:
        splitting = any(
            info.ip_type == "Inner" and info.connection_string_type == "ReadWriteSplitting"
            for info in database.net_infos
        )
        cloud.call(
            "rds:ModifyDBInstanceNetworkType",
            dbinstance_id=database.id,
            instance_network_type="VPC",
            vpcid=vpc_id,
            v_switch_id=vswitch_id,
            retain_classic="True",
            classic_expired_days=str(days),
            read_write_splitting_classic_expired_days=days if splitting else None,
        )

    def extend(self, cloud: Cloud, database_id: str, connection_string: str, days: int) -> None:
        cloud.call(
            "rds:ModifyDBInstanceNetworkExpireTime",
            dbinstance_id=database_id,
            connection_string=connection_string,
            classic_expired_days=days,
        )

    def _database(self, cloud: Cloud, database_id: str) -> Database | None:
        head = live.rds_head(cloud, database_id)
        return live.rds_database(cloud, head) if head else None

    def _vpc(self, cloud: Cloud, database_id: str) -> str | None:
        head = live.rds_head(cloud, database_id)
        return head.vpc_id or None if head else None

    def _whitelists(self, cloud: Cloud, database_id: str) -> Whitelists:
        [page] = pages(cloud, "rds:DescribeDBInstanceNetInfo", dbinstance_id=database_id)
        mode = str(page.body.security_ipmode)
        return Whitelists(mode, list(live.rds_whitelist_groups(cloud, database_id, mode)))


class _Redis(Product):
    module = "kvstore"
    name = "Tair (Redis OSS-compatible)"
    ready = "Normal"
    gone = ("InvalidInstanceId.NotFound",)
    whitelist_actions = (
        "kvstore:DescribeSecurityIps",
        "kvstore:DescribeInstanceAttribute",
        "kvstore:ModifySecurityIps",
        *traffic.ACTIONS,
        "vpc:DescribeVSwitches",
    )
    network_actions = (
        "kvstore:DescribeInstanceAttribute",
        "kvstore:DescribeDBInstanceNetInfo",
        "kvstore:DescribeSecurityIps",
        "kvstore:SwitchNetwork",
        "kvstore:ModifyInstanceNetExpireTime",
    )

    def command(self, change: Entries) -> str:
        return (
            f"aliyun r-kvstore ModifySecurityIps --InstanceId {change.database} --SecurityIpGroupName {change.group} "
            f"--ModifyMode {change.mode} --SecurityIps {','.join(change.ips)}"
        )

    def status(self, cloud: Cloud, database_id: str) -> str | None:
        head = live.redis_head(cloud, database_id)
        return str(head.instance_status) if head else None

    def change_whitelist(self, cloud: Cloud, change: Entries) -> None:
        cloud.call(
            "kvstore:ModifySecurityIps",
            repeatable=change.mode == "Cover",
            instance_id=change.database,
            security_ip_group_name=change.group,
            modify_mode=change.mode,
            security_ips=",".join(change.ips),
        )

    def switch(self, cloud: Cloud, database: Database, vpc_id: str, vswitch_id: str, days: int) -> None:
        cloud.call(
            "kvstore:SwitchNetwork",
            instance_id=database.id,
            target_network_type="VPC",
            vpc_id=vpc_id,
            v_switch_id=vswitch_id,
            retain_classic="True",
            classic_expired_days=str(days),
        )

    def extend(self, cloud: Cloud, database_id: str, connection_string: str, days: int) -> None:
        cloud.call(
            "kvstore:ModifyInstanceNetExpireTime",
            instance_id=database_id,
            connection_string=connection_string,
            classic_expired_days=days,
        )

    def _database(self, cloud: Cloud, database_id: str) -> Database | None:
        head = live.redis_head(cloud, database_id)
        return live.redis_database(cloud, head) if head else None

    def _vpc(self, cloud: Cloud, database_id: str) -> str | None:
        head = live.redis_head(cloud, database_id)
        return head.vpc_id or None if head else None

    def _whitelists(self, cloud: Cloud, database_id: str) -> Whitelists:
        return Whitelists("normal", list(live.redis_whitelist_groups(cloud, database_id)))


def _zone_for(cloud: Cloud, database: Database, vswitch_id: str) -> str:
    """Return the zone to name: of a database in several, that of the VSwitch, because the call takes a single one."""
    if len(database.zone_ids) == 1:
        return database.zone_id
    vswitches = listed(cloud, "vpc:DescribeVSwitches", region_id=cloud.region, v_switch_id=vswitch_id)
    return next((str(vswitch.zone_id) for vswitch in vswitches), database.zone_ids[0])


class _MongoDb(Product):
    module = "mongodb"
    name = "ApsaraDB for MongoDB"
    whitelist_actions = (
        "dds:DescribeSecurityIps",
        "dds:DescribeDBInstanceAttribute",
        "dds:ModifySecurityIps",
        *traffic.ACTIONS,
        "vpc:DescribeVSwitches",
    )
    network_actions = (
        "dds:DescribeDBInstanceAttribute",
        "dds:DescribeReplicaSetRole",
        "dds:DescribeSecurityIps",
        "dds:ModifyDBInstanceNetworkType",
        "dds:ModifyDBInstanceNetExpireTime",
        "vpc:DescribeVSwitches",
    )

    def command(self, change: Entries) -> str:
        return (
            f"aliyun dds ModifySecurityIps --DBInstanceId {change.database} --SecurityIpGroupName {change.group} "
            f"--ModifyMode {change.mode} --SecurityIps {','.join(change.ips)}"
        )

    def status(self, cloud: Cloud, database_id: str) -> str | None:
        head = live.mongodb_head(cloud, database_id)
        return str(head.dbinstance_status) if head else None

    def change_whitelist(self, cloud: Cloud, change: Entries) -> None:
        cloud.call(
            "dds:ModifySecurityIps",
            repeatable=change.mode == "Cover",
            dbinstance_id=change.database,
            security_ip_group_name=change.group,
            # Its Append refuses what is there already, Extend merges it (SDK-DDS 9.5.0).
            modify_mode="Extend" if change.mode == "Append" else change.mode,
            security_ips=",".join(change.ips),
        )

    def switch(self, cloud: Cloud, database: Database, vpc_id: str, vswitch_id: str, days: int) -> None:
        cloud.call(
            "dds:ModifyDBInstanceNetworkType",
            dbinstance_id=database.id,
            network_type="VPC",
            zone_id=_zone_for(cloud, database, vswitch_id),
            vpc_id=vpc_id,
            v_switch_id=vswitch_id,
            retain_classic="True",
            classic_expired_days=days,
        )

    def extend(self, cloud: Cloud, database_id: str, connection_string: str, days: int) -> None:
        cloud.call(
            "dds:ModifyDBInstanceNetExpireTime",
            dbinstance_id=database_id,
            connection_string=connection_string,
            classic_expend_expired_days=days,
        )

    def _database(self, cloud: Cloud, database_id: str) -> Database | None:
        head = live.mongodb_head(cloud, database_id)
        return live.mongodb_database(cloud, head) if head else None

    def _vpc(self, cloud: Cloud, database_id: str) -> str | None:
        head = live.mongodb_head(cloud, database_id)
        return head.vpcid or None if head else None

    def _whitelists(self, cloud: Cloud, database_id: str) -> Whitelists:
        return Whitelists("normal", list(live.mongodb_whitelist_groups(cloud, database_id)))


RDS: Final = _Rds()
REDIS: Final = _Redis()
MONGODB: Final = _MongoDb()
