"""What databases of the sample estate are made to be before a test."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from simulator.model.databases import ApsaraInstance, Endpoint, WhitelistGroup
from simulator.model.estate import Estate
from simulator.model.rds import Database
from simulator.model.vpc import VSwitch
from tests.simulator.api.examples import Given
from tests.simulator.api.sample_ids import MONGODB, MYSQL, POSTGRES, REDIS, VPC, VSWITCH

# A VSwitch in the zone of MYSQL and REDIS, and one of another VPC; VSWITCH is in the zone of POSTGRES and MONGODB.
VSWITCH_B = "vsw-bp1sharedb000000001"
REPLICA, OTHER_REPLICA = "pgr-bp1reportro00000001", "pgr-bp1reportro00000002"
SPLIT = "rm-bp1shopmysql000001rw.mysql.rds.aliyuncs.com"


def find(estate: Estate, instance_id: str) -> Any:
    """The database with this id, of any product."""
    candidates = [table.find(instance_id) for table in (estate.databases, estate.redis, estate.mongodb)]
    return next(item for item in candidates if item is not None)


def with_vswitch_b(estate: Estate) -> None:
    """A VSwitch in zone B, where it is not there yet."""
    if estate.vswitches.find(VSWITCH_B):
        return
    zone_b, block = "cn-hangzhou-b", "192.168.20.0/28"
    estate.vswitches.append(VSwitch(id=VSWITCH_B, vpc_id=VPC, zone_id=zone_b, cidr_block=block, tags={}))


def with_full_vswitches(estate: Estate) -> None:
    """No VSwitch has an address left."""
    with_vswitch_b(estate)
    for vswitch in estate.vswitches:
        vswitch.cidr_block = vswitch.cidr_block.replace("/24", "/28")
        for number in range(12):
            nobody = estate.databases[0].model_copy(deep=True)
            nobody.id, nobody.network_type = f"rm-nobody{vswitch.id}{number}", "VPC"
            nobody.vpc_id, nobody.vswitch_id = vswitch.vpc_id, vswitch.id
            estate.databases.append(nobody)


def changed(instance_id: str, **fields: Any) -> Given:
    """The database with other fields, beside a VSwitch in zone B."""

    def change(estate: Estate) -> None:
        with_vswitch_b(estate)
        for name, value in fields.items():
            setattr(find(estate, instance_id), name, value)

    return change


def hybrid(instance_id: str, **fields: Any) -> Given:
    """The database in hybrid access: its classic endpoints end in so many days."""

    def change(estate: Estate) -> None:
        changed(instance_id, **fields)(estate)
        instance: ApsaraInstance = find(estate, instance_id)
        instance.network_type, instance.vpc_id = "VPC", VPC
        instance.vswitch_id = VSWITCH if instance.zone_id == "cn-hangzhou-h" else VSWITCH_B
        block = "192.168.10" if instance.vswitch_id == VSWITCH else "192.168.20"
        for number, endpoint in enumerate(list(instance.endpoints), 5):
            endpoint.expires_at = estate.now + timedelta(days=7)
            private = {"ip_type": "Private", "ip_address": f"{block}.{number}", "expires_at": None}
            name = f"vpc-{endpoint.connection_string}"
            instance.endpoints.append(endpoint.model_copy(update={**private, "connection_string": name}))

    return change


def crowded(instance_id: str, *, groups: int = 1, entries: int = 1) -> Given:
    """The database has so many whitelist groups of so many entries each beside its own."""

    def change(estate: Estate) -> None:
        instance: ApsaraInstance = find(estate, instance_id)
        network = instance.whitelist_groups[0].network_type
        instance.whitelist_groups += [
            WhitelistGroup(
                name=f"many_{group}",
                network_type=network,
                security_ips=[f"10.{100 + group}.{number // 256}.{number % 256}" for number in range(entries)],
            )
            for group in range(groups)
        ]

    return change


def with_replicas(estate: Estate) -> None:
    """POSTGRES has two read-only instances."""
    for replica_id in (REPLICA, OTHER_REPLICA):
        replica: Database = find(estate, POSTGRES).model_copy(deep=True)
        replica.id, replica.description, replica.primary_id = replica_id, "report-read-only", POSTGRES
        estate.databases.append(replica)


def with_splitting(estate: Estate) -> None:
    """MYSQL has a read/write splitting endpoint, beside a VSwitch in zone B."""
    with_vswitch_b(estate)
    endpoint = Endpoint(
        connection_string=SPLIT, ip_address="10.27.8.62", ip_type="Inner", port=3306, kind="ReadWriteSplitting"
    )
    find(estate, MYSQL).endpoints.append(endpoint)


HYBRID_MYSQL, HYBRID_REDIS, HYBRID_MONGODB = hybrid(MYSQL), hybrid(REDIS), hybrid(MONGODB)
