"""Alibaba's own provider against simulated databases: RDS instances imported and refreshed, all products read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import toolchain
from simulator.estate_file import load
from simulator.server import running
from tests.e2e.conftest import ESTATE
from tests.e2e.lifecycles import Program, Read, Resource, check_reads
from tests.e2e.test_provider import Life
from tests.simulator.api.given_databases import VSWITCH_B, find, hybrid
from tests.simulator.api.sample_ids import MONGODB, MYSQL, POSTGRES, REDIS, VPC

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]

INSTANCE = "alicloud:rds/instance:Instance"
IDS = {"shop": MYSQL, "report": POSTGRES}
# In hybrid access the one, in the classic network and with the enhanced whitelist mode the other.
SHOP = {
    "engine": "MySQL",
    "engineVersion": "5.7",
    "instanceType": "rds.mysql.s2.large",
    "instanceStorage": 100,
    "instanceName": "shop-mysql",
    "dbInstanceStorageType": "local_ssd",
    "vpcId": VPC,
    "vswitchId": VSWITCH_B,
    "zoneId": "cn-hangzhou-b",
    "privateIpAddress": "192.168.20.5",
    "securityIps": ["127.0.0.1"],
    "tags": {"team": "shop"},
}
REPORT = {
    "engine": "PostgreSQL",
    "engineVersion": "10.0",
    "instanceType": "rds.pg.s2.large",
    "instanceStorage": 100,
    "instanceName": "report-postgres",
    "securityIpMode": "safety",
}
READS = (
    Read(
        "rds",
        "alicloud:rds/getInstances:getInstances",
        {"nameRegex": "shop"},
        {
            "instances": [
                {"id": MYSQL, "vpcId": VPC, "vswitchId": VSWITCH_B, "sslEnabled": "No", "syncMode": "Semi-sync"}
            ]
        },
    ),
    Read("zones", "alicloud:rds/getZones:getZones", {"engine": "MySQL"}, {"ids": ["cn-hangzhou-b", "cn-hangzhou-h"]}),
    Read(
        "redis",
        "alicloud:kvstore/getInstances:getInstances",
        {"nameRegex": "sessions"},
        {"instances": [{"id": REDIS, "networkType": "CLASSIC", "status": "Normal", "port": 6379}]},
    ),
    Read(
        "mongodb",
        "alicloud:mongodb/getInstances:getInstances",
        {"nameRegex": "catalog"},
        {"instances": [{"id": MONGODB, "networkType": "Classic", "status": "Running", "replication": "3"}]},
    ),
)
PROGRAM = Program(
    "databases", (Resource("shop", INSTANCE, SHOP), Resource("report", INSTANCE, REPORT)), READS, hybrid(MYSQL)
)


def test_databases_are_imported_refreshed_and_read(engine: toolchain.Engine, tmp_path: Path) -> None:
    estate = load(ESTATE)
    PROGRAM.given(estate)
    find(estate, MYSQL).tags["team"] = "shop"
    with running(estate) as cloud:
        before = cloud.state()
        life = Life(engine, cloud, PROGRAM, tmp_path / "project")
        life.new_stack("imported")
        life.import_file(
            "imported", [{"type": INSTANCE, "name": name, "id": database_id} for name, database_id in IDS.items()]
        )
        life.no_diff("imported")
        assert life.up("imported") == {}
        check_reads(PROGRAM, json.loads(life.run("stack", "output", "--stack", "imported", "--json")))
        assert cloud.state() == before
        assert {entry["outcome"] for entry in cloud.requests()} == {"OK"}
