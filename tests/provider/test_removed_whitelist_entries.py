"""RemovedWhitelistEntries against the simulated cloud, in each of the three products."""

from __future__ import annotations

import pytest

from estate.client import Cloud
from provider.removed_whitelist_entries import (
    MongoDbRemovedWhitelistEntries,
    RdsRemovedWhitelistEntries,
    RedisRemovedWhitelistEntries,
    RemovedWhitelistEntries,
)
from provider.resource import Change, ResourceError
from provider.values import UNKNOWN
from provider.whitelist_group import MongoDbWhitelistGroup, RdsWhitelistGroup, RedisWhitelistGroup, WhitelistGroup
from simulator.server import Simulator

CASES: dict[str, tuple[RemovedWhitelistEntries, WhitelistGroup, str, str]] = {
    "rds": (RdsRemovedWhitelistEntries(), RdsWhitelistGroup(), "rm-normal", "databases"),
    "redis": (RedisRemovedWhitelistEntries(), RedisWhitelistGroup(), "r-cache", "redis"),
    "mongodb": (MongoDbRemovedWhitelistEntries(), MongoDbWhitelistGroup(), "dds-three", "mongodb"),
}
OLD = ["10.160.0.1", "10.160.0.2"]
KEPT = ["10.160.0.0/24", "10.160.0.3/32"]


def no_cloud() -> Cloud:
    raise AssertionError("what is not known yet cannot be asked about")


def entries(simulator: Simulator, table: str, database_id: str) -> list[str]:
    [database] = [item for item in simulator.state()[table] if item["id"] == database_id]
    [group] = [item for item in database["whitelist_groups"] if item["name"] == "theirs"]
    return sorted(group["security_ips"])


def inputs_for(cloud: Cloud, product: str, ips: list[str]) -> dict[str, object]:
    """Somebody's group with these entries, and the inputs that clean it up."""
    _, group, database_id, _ = CASES[product]
    inputs = {"dbInstanceId": database_id, "groupName": "theirs", "securityIps": sorted(ips)}
    group.create(cloud, inputs | ({"networkType": "MIX"} if product == "rds" else {}))
    return {"dbInstanceId": database_id, "groupName": "theirs", "networkType": "MIX", "securityIps": OLD}


@pytest.mark.parametrize("product", CASES)
def test_the_addresses_go_and_all_else_stays(cloud: Cloud, simulator: Simulator, product: str) -> None:
    resource, _, database_id, table = CASES[product]
    """A block that begins with an address that goes is somebody else's."""
    inputs = inputs_for(cloud, product, ["10.160.0.1/32", "10.160.0.2/32", *KEPT])
    inputs["securityIps"] = ["10.160.0.0", *OLD]
    resource_id, state = resource.create(cloud, inputs)
    assert resource_id == f"{database_id}:MIX:theirs"
    assert entries(simulator, table, database_id) == KEPT
    assert resource.read(cloud, resource_id, state) == state
    resource.delete(cloud, resource_id, state)
    assert entries(simulator, table, database_id) == KEPT


@pytest.mark.parametrize("product", CASES)
def test_a_group_that_would_be_empty_admits_nobody(cloud: Cloud, simulator: Simulator, product: str) -> None:
    resource, _, database_id, table = CASES[product]
    resource.create(cloud, inputs_for(cloud, product, ["10.160.0.1/32", "10.160.0.2/32"]))
    assert entries(simulator, table, database_id) == ["127.0.0.1"]


def test_an_entry_added_again_is_drift_that_an_update_fixes(cloud: Cloud, simulator: Simulator) -> None:
    resource, _, database_id, table = CASES["rds"]
    inputs = inputs_for(cloud, "rds", [*OLD, *KEPT])
    resource_id, state = resource.create(cloud, inputs)
    cloud.call(
        "rds:ModifySecurityIps",
        dbinstance_id=database_id,
        dbinstance_iparray_name="theirs",
        modify_mode="Append",
        security_ips="10.160.0.2",
    )
    read_state = resource.read(cloud, resource_id, state)
    assert read_state is not None
    assert resource.diff(read_state, inputs) == {"securityIps": Change.UPDATE}
    assert resource.update(cloud, resource_id, read_state, inputs) == state
    assert entries(simulator, table, database_id) == KEPT


def test_nothing_is_asked_of_the_cloud_where_nothing_is_there(cloud: Cloud, simulator: Simulator) -> None:
    inputs = inputs_for(cloud, "rds", KEPT)
    before = [entry["action"] for entry in simulator.requests()].count("ModifySecurityIps")
    CASES["rds"][0].create(cloud, inputs)
    assert [entry["action"] for entry in simulator.requests()].count("ModifySecurityIps") == before


def test_groups_that_are_gone_or_the_cloud_s_own(cloud: Cloud) -> None:
    resource = CASES["rds"][0]
    inputs = {"dbInstanceId": "rm-normal", "groupName": "none", "networkType": "MIX", "securityIps": OLD}
    with pytest.raises(ResourceError, match="rm-normal has no whitelist group none"):
        resource.create(cloud, inputs)
    with pytest.raises(ResourceError, match="belongs to the cloud"):
        resource.create(cloud, inputs | {"groupName": "hdm_security_ips"})
    assert resource.read(cloud, "rm-normal:MIX:none", {"securityIps": OLD}) is None


def test_inputs_and_ids(cloud: Cloud) -> None:
    resource = CASES["rds"][0]
    checked = resource.check(
        {
            "dbInstanceId": "rm-1",
            "groupName": "g",
            "networkType": "MIX",
            "securityIps": ["10.9.0.1", "10.10.0.1", "10.9.0.1"],
        }
    )
    assert (checked.inputs["securityIps"], checked.failures) == (["10.9.0.1", "10.10.0.1"], ())
    failures = resource.check({"networkType": "mix", "securityIps": ["10.0.0.0/24"]}).failures
    assert [failure.path for failure in failures] == ["dbInstanceId", "groupName", "networkType", "securityIps[0]"]


@pytest.mark.parametrize("resource_id", ["rm-1", "rm-1:mix:g", "rm-1:MIX:", ":MIX:g", "rm-1:MIX:g:h"])
def test_an_id_of_another_form_is_refused(cloud: Cloud, resource_id: str) -> None:
    with pytest.raises(ResourceError, match="expected dbInstanceId:networkType:groupName"):
        CASES["rds"][0].read(cloud, resource_id, {})


@pytest.mark.parametrize("ips", [None, [], "10.0.0.1", [1], [None]])
def test_what_is_no_list_of_addresses_is_refused(ips: object) -> None:
    inputs = {"dbInstanceId": "rm-1", "groupName": "g", "networkType": "MIX", "securityIps": ips}
    [failure] = CASES["rds"][0].check(inputs).failures
    assert failure.path == ("securityIps[0]" if isinstance(ips, list) and ips else "securityIps")


@pytest.mark.parametrize("ips", [UNKNOWN, ["10.9.0.1", UNKNOWN]])
def test_addresses_that_are_not_known_yet_are_awaited(ips: object) -> None:
    resource = CASES["rds"][0]
    inputs = {"dbInstanceId": "rm-1", "groupName": "g", "networkType": "MIX", "securityIps": ips}
    checked = resource.check(inputs)
    assert (checked.inputs, checked.failures) == (inputs, ())
    resource.foresee(no_cloud, checked.inputs, "", {})
