"""Databases of all products through the real engine: what the stack makes of them, by the state of the cloud."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from simulator.estate_file import load
from simulator.model.estate import Estate
from simulator.server import Simulator, running
from tests.e2e.conftest import ESTATE, Stack

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]

MYSQL, REPLICA, POSTGRES = "rm-bp1shopmysql000001", "rr-bp1shopmysql000001", "pgm-bp1reportpg00000001"
REDIS, MONGODB = "r-bp1shopsessions001", "dds-bp1shopcatalog01"
EACH = (MYSQL, REPLICA, POSTGRES, REDIS, MONGODB)
BLOCKS = ["172.16.1.0/24", "172.16.2.0/24"]


def with_a_read_only_instance(estate: Estate) -> None:
    """Give shop-mysql a read-only instance and a read/write splitting address."""
    [mysql] = [item for item in estate.databases if item.id == MYSQL]
    [normal] = mysql.endpoints
    replica = mysql.model_copy(deep=True, update={"id": REPLICA, "primary_id": MYSQL})
    replica.endpoints[0].connection_string = f"{REPLICA}.mysql.rds.aliyuncs.com"
    estate.databases.append(replica)
    splitting = {"connection_string": "shop-rw.mysql.rds.aliyuncs.com", "kind": "ReadWriteSplitting"}
    mysql.endpoints.append(normal.model_copy(update=splitting))


@pytest.fixture
def cloud() -> Iterator[Simulator]:
    """The sample estate, in which shop-mysql has a read-only instance and a read/write splitting address."""
    estate = load(ESTATE)
    with_a_read_only_instance(estate)
    with running(estate) as simulator:
        yield simulator


def databases(stack: Stack) -> dict[str, dict[str, Any]]:
    state = stack.cloud.state()
    every = [*state["databases"], *state["redis"], *state["mongodb"]]
    return {item["id"]: item for item in every}


def days_left(stack: Stack, database_id: str) -> set[int]:
    """Of its classic addresses, in whole days; what was asked for less than a second ago is a day less, too."""
    now = datetime.fromisoformat(stack.cloud.now) + timedelta(seconds=1)
    ends = [item["expires_at"] for item in databases(stack)[database_id]["endpoints"] if item["ip_type"] == "Inner"]
    return {(datetime.fromisoformat(end) - now).days for end in ends}


def _later(migration: dict[str, Any]) -> None:
    migration["window"] = {"start": "2027-01-20T02:00:00+08:00", "latest": "2027-01-30T00:00:00+08:00"}


def test_databases_are_brought_within_reach_for_good(stack: Stack) -> None:
    found = databases(stack)
    stack.up()
    prepared = databases(stack)
    exported = json.loads(stack.project.run("stack", "output", "--json", "--stack", "test", check=True).stdout)
    for database_id in EACH:
        _is_within_reach(prepared[database_id], found[database_id], exported)
    # 27 days until a week after the Latest Schedule Time; nothing can extend PostgreSQL's later.
    assert {item: days_left(stack, item) for item in EACH} == {
        MYSQL: {26},
        REPLICA: {26},
        POSTGRES: {119},
        REDIS: {29},
        MONGODB: {29},
    }

    writes = len(stack.writes())
    stack.cloud.clock.advance(5 * 86400)
    assert stack.pulumi("preview", "--refresh", "--expect-no-changes", pack=False) == 0, stack.output
    assert len(stack.writes()) == writes

    stack.configure(_later)
    # Without the pack, which wants fresh snapshots for another window.
    assert stack.pulumi("up", "--yes", "--skip-preview", pack=False) == 0, stack.output
    extended = {"ModifyDBInstanceNetworkExpireTime", "ModifyInstanceNetExpireTime", "ModifyDBInstanceNetExpireTime"}
    assert set(stack.writes()[writes:]) == extended
    # 63 days were asked for, of which Redis and MongoDB make 120.
    assert {item: days_left(stack, item) for item in EACH} == {
        MYSQL: {62},
        REPLICA: {62},
        POSTGRES: {114},
        REDIS: {119},
        MONGODB: {119},
    }

    before = databases(stack)
    assert stack.pulumi("destroy", "--yes", "--skip-preview", pack=False) == 0, stack.output
    for database_id, left in databases(stack).items():
        assert left["endpoints"] == before[database_id]["endpoints"]
        assert left["vpc_id"] in {vpc["id"] for vpc in stack.cloud.state()["vpcs"]}
        assert not admitting(left, "172.16")


def _is_within_reach(prepared: dict[str, Any], found: dict[str, Any], exported: dict[str, Any]) -> None:
    """In the target VPC, in its own zone, its old addresses kept, our group alone added to its whitelists."""
    assert (prepared["network_type"], prepared["vpc_id"]) == ("VPC", exported["vpcId"])
    assert prepared["vswitch_id"] == exported["vswitchIds"][prepared["zone_id"]]
    classic = [item["connection_string"] for item in prepared["endpoints"] if item["ip_type"] == "Inner"]
    assert classic == [item["connection_string"] for item in found["endpoints"]]
    in_vpc = sorted(item["connection_string"] for item in prepared["endpoints"] if item["ip_type"] == "Private")
    assert len(in_vpc) == len(classic)
    assert exported["databaseEndpoints"][prepared["id"]] == in_vpc
    ours = admitting(prepared, "172.16")
    network_type = "VPC" if prepared["id"] == POSTGRES else "MIX"
    assert [(group["name"], group["network_type"], group["security_ips"]) for group in ours] == [
        ("classic_to_vpc", network_type, BLOCKS)
    ]
    assert [group for group in prepared["whitelist_groups"] if group not in ours] == found["whitelist_groups"]


def admitting(database: dict[str, Any], start: str) -> list[dict[str, Any]]:
    """The whitelist groups with an entry that begins so."""
    return [
        group for group in database["whitelist_groups"] if any(ip.startswith(start) for ip in group["security_ips"])
    ]
