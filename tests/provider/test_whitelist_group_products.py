"""WhitelistGroup of Redis and MongoDB: what they do otherwise than RDS, whose tests hold for the common part."""

from __future__ import annotations

from typing import Any

import pytest

from estate.client import Cloud
from provider.apsaradb import Entries
from provider.resource import ResourceError
from provider.values import Properties
from provider.whitelist_group import MAX_ENTRIES, MongoDbWhitelistGroup, RedisWhitelistGroup, WhitelistGroup
from simulator.server import Simulator, running
from tests.estate import estates
from tests.provider import moved

CASES: list[tuple[WhitelistGroup, str]] = [(RedisWhitelistGroup(), "r-cache"), (MongoDbWhitelistGroup(), "dds-three")]
each = pytest.mark.parametrize(("resource", "database"), CASES, ids=["redis", "mongodb"])


def inputs(database: str, *ips: str, **changes: Any) -> Properties:
    group: Properties = {
        "dbInstanceId": database,
        "groupName": "migrated",
        "securityIps": list(ips or ("10.0.0.0/24",)),
    }
    return group | changes


def groups(simulator: Simulator, database: str) -> dict[str, list[str]]:
    state = simulator.state()
    [database_item] = [item for item in (*state["redis"], *state["mongodb"]) if item["id"] == database]
    return {group["name"]: group["security_ips"] for group in database_item["whitelist_groups"]}


def modify(cloud: Cloud, resource: WhitelistGroup, database: str, mode: str, *ips: str) -> None:
    resource.product.change_whitelist(cloud, Entries(database, "MIX", "migrated", mode, ips))


@each
def test_a_group_is_made_read_changed_and_done_away_with(
    resource: WhitelistGroup, database: str, cloud: Cloud, simulator: Simulator
) -> None:
    before = groups(simulator, database)
    resource_id, state = resource.create(cloud, inputs(database, "10.0.0.0/24", "10.1.2.3/32"))
    assert resource_id == f"{database}:migrated"
    assert resource.read(cloud, resource_id, state) == state
    assert resource.read(cloud, resource_id, {}) == state
    assert "networkType" not in state
    after = resource.update(cloud, resource_id, state, inputs(database, "10.0.0.0/24"))
    assert groups(simulator, database) == before | {"migrated": ["10.0.0.0/24"]}
    resource.delete(cloud, resource_id, after)
    assert resource.read(cloud, resource_id, {}) is None
    seen = resource.read(cloud, resource_id, after)
    assert seen is not None
    assert seen["securityIps"] == []
    again = resource.update(cloud, resource_id, seen | {"declared": after}, inputs(database, "10.0.0.0/24"))
    assert groups(simulator, database) == before | {"migrated": ["10.0.0.0/24"]}
    resource.delete(cloud, resource_id, again)
    resource.delete(cloud, resource_id, again)
    left = groups(simulator, database)
    assert left.pop("migrated", ["127.0.0.1/32"]) == ["127.0.0.1/32"]
    assert left == before


@each
def test_groups_of_others_and_the_clouds_own_are_never_written(
    resource: WhitelistGroup, database: str, cloud: Cloud, simulator: Simulator
) -> None:
    before = groups(simulator, database)
    message = (
        rf"already has a whitelist group app with 10\.160\.0\.1/32.*import {resource.type_name} NAME {database}:app"
    )
    with pytest.raises(ResourceError, match=message):
        resource.create(cloud, inputs(database, groupName="app"))
    with pytest.raises(ResourceError, match="belongs to the cloud"):
        resource.create(cloud, inputs(database, groupName="hdm_security_ips"))
    assert groups(simulator, database) == before


@each
def test_an_edit_made_elsewhere_is_seen_and_entries_of_others_survive(
    resource: WhitelistGroup, database: str, cloud: Cloud, simulator: Simulator
) -> None:
    resource_id, state = resource.create(cloud, inputs(database))
    modify(cloud, resource, database, "Append", "192.168.7.7")
    read_state = resource.read(cloud, resource_id, state)
    assert read_state is not None
    service = {"kvstore": "r-kvstore", "mongodb": "dds"}[resource.product.module]
    drift_texts = (
        rf"neither applied nor declares: 192\.168\.7\.7\. .*aliyun {service} ModifySecurityIps .*Delete --SecurityIps"
    )
    for known in (state, read_state | {"declared": inputs(database)}):
        with pytest.raises(ResourceError, match=drift_texts):
            resource.update(cloud, resource_id, known, inputs(database, "10.9.0.0/24"))
    resource.delete(cloud, resource_id, read_state | {"declared": inputs(database)})
    assert groups(simulator, database)["migrated"] == ["192.168.7.7"]


@each
@pytest.mark.parametrize("effect", ["drop-after", "drop-before"])
def test_a_lost_answer_is_looked_after_and_not_repeated(
    resource: WhitelistGroup, database: str, effect: str, cloud: Cloud, simulator: Simulator
) -> None:
    action = next(item for item in resource.actions if item.endswith("ModifySecurityIps"))
    simulator.faults.add(actions=[action], effect=effect, count=1)
    if effect == "drop-after":
        resource.create(cloud, inputs(database))
    else:
        with pytest.raises(Exception, match="the connection was cut"):
            resource.create(cloud, inputs(database))
    assert len(simulator.requests(action=action)) == 1
    assert ("migrated" in groups(simulator, database)) == (effect == "drop-after")


@each
def test_servers_in_the_vpc_of_the_database_keep_the_group_that_alone_admits_them(
    resource: WhitelistGroup, database: str
) -> None:
    with running(moved.estate()) as simulator:
        cloud = estates.cloud(simulator)
        before = resource.product.database(cloud, database)
        assert before is not None
        resource.product.switch(cloud, before, "vpc-1", "vsw-1", 14)
        resource_id, state = resource.create(cloud, inputs(database, "172.16.0.0/24"))
        with pytest.raises(ResourceError, match=r"alone admits batch-2 \(i-bare\), ftp-1 \(i-moved\): without it"):
            resource.delete(cloud, resource_id, state)
        assert groups(simulator, database)["migrated"] == ["172.16.0.0/24"]


@each
def test_an_entry_that_somebody_added_meanwhile_is_there_once(
    resource: WhitelistGroup, database: str, cloud: Cloud, simulator: Simulator
) -> None:
    modify(cloud, resource, database, "Append", "10.0.0.0/24")
    modify(cloud, resource, database, "Append", "10.0.0.0/24", "10.1.2.3")
    assert sorted(groups(simulator, database)["migrated"]) == ["10.0.0.0/24", "10.1.2.3"]


@each
def test_the_limit_of_entries_counts_all_groups(resource: WhitelistGroup, database: str, cloud: Cloud) -> None:
    many = [f"10.{number // 256}.{number % 256}.0/24" for number in range(MAX_ENTRIES - 2)]
    with pytest.raises(ResourceError, match="would have 1001 whitelist entries; the limit is 1000"):
        resource.create(cloud, inputs(database, *many))


@each
def test_a_database_on_its_way_to_a_vpc_is_waited_for(resource: WhitelistGroup, database: str) -> None:
    with running(estates.estate(timings={"database": 600})) as simulator:
        cloud = estates.cloud(simulator)
        cloud.sleep = lambda seconds: simulator.clock.advance(60)
        read = resource.product.database(cloud, database)
        assert read is not None
        resource.product.switch(cloud, read, "vpc-1", "vsw-1", 14)
        resource.create(cloud, inputs(database))
        assert groups(simulator, database)["migrated"] == ["10.0.0.0/24"]


@each
def test_a_database_that_is_gone(resource: WhitelistGroup, database: str, cloud: Cloud) -> None:
    gone = f"{database}-gone"
    assert resource.read(cloud, f"{gone}:migrated", inputs(gone)) is None
    resource.delete(cloud, f"{gone}:migrated", inputs(gone))
    with pytest.raises(ResourceError, match="does not exist"):
        resource.create(cloud, inputs(gone))


@each
@pytest.mark.parametrize("suffix", ["", ":", ":default", ":MIX:migrated", ":Upper"])
def test_an_id_that_is_none(resource: WhitelistGroup, database: str, suffix: str, cloud: Cloud) -> None:
    with pytest.raises(ResourceError, match="expected dbInstanceId:groupName"):
        resource.read(cloud, f"{database}{suffix}", {})


@each
def test_a_network_type_is_no_property(resource: WhitelistGroup, database: str) -> None:
    failures = resource.check(inputs(database, networkType="MIX")).failures
    assert [failure.path for failure in failures] == ["networkType"]
