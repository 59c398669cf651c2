"""MongoDB: whitelists, hybrid access and filters."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.model.estate import Estate
from simulator.server import Simulator
from tests.simulator.api.given_databases import find
from tests.simulator.api.sample_ids import MONGODB, VPC, VSWITCH
from tests.simulator.sdk import Api, refused

DAY = 86_400


@pytest.fixture
def quick(quick: Estate) -> Estate:
    find(quick, MONGODB).tags["team"] = "shop"
    return quick


def _groups(api: Api, **parameters: bool) -> dict[str, str]:
    answer = api("dds:DescribeSecurityIps", DBInstanceId=MONGODB, **parameters)
    groups = answer["SecurityIpGroups"]["SecurityIpGroup"]
    return {group["SecurityIpGroupName"]: group["SecurityIpList"] for group in groups}


def _modify(api: Api, entries: str, mode: str = "Cover", **parameters: Any) -> None:
    group = {"DBInstanceId": MONGODB, "SecurityIpGroupName": "vswitches"}
    api("dds:ModifySecurityIps", **{**group, **parameters}, SecurityIps=entries, ModifyMode=mode)


def _attribute(api: Api) -> dict[str, Any]:
    answer = api("dds:DescribeDBInstanceAttribute", DBInstanceId=MONGODB)
    return dict(answer["DBInstances"]["DBInstance"][0])


def _nodes(api: Api) -> dict[str, dict[str, Any]]:
    answer = api("dds:DescribeReplicaSetRole", DBInstanceId=MONGODB)
    return {f"{node['NetworkType']} {node['ReplicaSetRole']}": node for node in answer["ReplicaSets"]["ReplicaSet"]}


def _switch(api: Api, **parameters: Any) -> None:
    target = {"NetworkType": "VPC", "ZoneId": "cn-hangzhou-h", "VpcId": VPC, "VSwitchId": VSWITCH}
    api("dds:ModifyDBInstanceNetworkType", DBInstanceId=MONGODB, **target, **parameters)


def _arrived(api: Api) -> None:
    api.until(
        "dds:DescribeDBInstances",
        lambda answer: answer["DBInstances"]["DBInstance"][0]["DBInstanceStatus"] == "Running",
        DBInstanceId=MONGODB,
    )


def test_append_refuses_what_extend_merges(api: Api) -> None:
    _modify(api, "10.0.0.1,10.0.0.2")
    with refused("InvalidSecurityIPList.Duplicate"):
        _modify(api, "10.0.0.2,10.0.0.3", "Append")
    assert _groups(api)["vswitches"] == "10.0.0.1,10.0.0.2"
    for _ in range(2):
        _modify(api, "10.0.0.2,10.0.0.3", "Extend")
        assert _groups(api)["vswitches"] == "10.0.0.1,10.0.0.2,10.0.0.3"
    _modify(api, "10.0.0.4", "Append")
    _modify(api, "10.0.0.1,10.0.0.4", "Delete")
    assert _groups(api)["vswitches"] == "10.0.0.2,10.0.0.3"


def test_the_same_client_token_appends_once(api: Api) -> None:
    for _ in range(2):
        _modify(api, "10.0.0.9", "Append", ClientToken="once")
    assert _groups(api)["vswitches"] == "10.0.0.9"
    with refused("IdempotentParameterMismatch"):
        _modify(api, "10.0.0.10", "Append", ClientToken="once")


def test_a_dry_run_changes_nothing(api: Api) -> None:
    before = _groups(api)
    with refused("DryRunOperation"):
        _modify(api, "10.0.0.9", DryRun=True)
    with refused("InvalidSecurityIps.MalFormed"):
        _modify(api, "nonsense", DryRun=True)
    assert _groups(api) == before


def test_the_group_of_das_is_reported_where_asked(api: Api) -> None:
    assert "hdm_security_ips" not in _groups(api)
    assert "hdm_security_ips" in _groups(api, ShowHDMIps=True)
    assert api("dds:DescribeSecurityIps", DBInstanceId=MONGODB)["SecurityIps"] == "127.0.0.1"


def test_without_hybrid_access_the_names_stay(api: Api) -> None:
    before = {node["ReplicaSetRole"]: node["ConnectionDomain"] for node in _nodes(api).values()}
    free = api("vpc:DescribeVSwitchAttributes", VSwitchId=VSWITCH)["AvailableIpAddressCount"]
    _switch(api, RetainClassic="False")
    _arrived(api)
    nodes = _nodes(api)
    assert list(nodes) == ["VPC Primary", "VPC Secondary"]
    assert {node["ReplicaSetRole"]: node["ConnectionDomain"] for node in nodes.values()} == before
    attribute = _attribute(api)
    assert [attribute[key] for key in ("NetworkType", "VPCId", "VSwitchId")] == ["VPC", VPC, VSWITCH]
    assert api("vpc:DescribeVSwitchAttributes", VSwitchId=VSWITCH)["AvailableIpAddressCount"] == free - 2


class TestWhileItChanges:
    """With a change that takes an hour."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        quick.timings.database = 3600
        return quick

    def test_it_answers_as_before(self, api: Api) -> None:
        _switch(api, RetainClassic="True", ClassicExpiredDays=14)
        attribute = _attribute(api)
        answered = [attribute[key] for key in ("DBInstanceStatus", "NetworkType", "VPCId")]
        assert answered == ["DBInstanceNetTypeChanging", "Classic", ""]
        with refused("IncorrectDBInstanceState"):
            _switch(api, RetainClassic="False")


class TestHybridAccess:
    """The classic endpoints stay for a while."""

    @pytest.fixture(autouse=True)
    def hybrid(self, api: Api) -> None:
        _switch(api, RetainClassic="True", ClassicExpiredDays=14)
        _arrived(api)

    def test_each_node_has_two_endpoints(self, api: Api) -> None:
        nodes = _nodes(api)
        assert list(nodes) == ["Classic Primary", "Classic Secondary", "VPC Primary", "VPC Secondary"]
        assert 13.9 * DAY < int(nodes["Classic Primary"]["ExpiredTime"]) <= 14 * DAY
        assert "ExpiredTime" not in nodes["VPC Primary"]
        assert nodes["Classic Primary"]["RoleId"] == nodes["VPC Primary"]["RoleId"]

    def test_the_classic_ones_go_by_themselves(self, simulator: Simulator, api: Api) -> None:
        simulator.simulation.clock.advance(14.1 * DAY)
        assert list(_nodes(api)) == ["VPC Primary", "VPC Secondary"]

    @pytest.mark.parametrize("one", [True, False])
    def test_one_or_all_can_be_extended_counted_from_the_call(self, simulator: Simulator, api: Api, one: bool) -> None:
        simulator.simulation.clock.advance(13 * DAY)
        name = {"ConnectionString": _nodes(api)["Classic Primary"]["ConnectionDomain"]} if one else {}
        api("dds:ModifyDBInstanceNetExpireTime", DBInstanceId=MONGODB, ClassicExpendExpiredDays=60, **name)
        simulator.simulation.clock.advance(59.9 * DAY)
        assert [name for name in _nodes(api) if "Classic" in name] == ["Classic Primary", "Classic Secondary"][
            : 2 - one
        ]
        simulator.simulation.clock.advance(0.2 * DAY)
        assert list(_nodes(api)) == ["VPC Primary", "VPC Secondary"]


@pytest.mark.parametrize(
    ("filters", "matches"),
    [
        ({}, True),
        ({"DBInstanceType": "sharding"}, False),
        ({"NetworkType": "Classic"}, True),
        ({"NetworkType": "VPC"}, False),
        ({"ReplicationFactor": "3"}, True),
        ({"ConnectionDomain": "none"}, False),
        ({"Tag": [{"Key": "team", "Value": "shop"}]}, True),
        ({"Tag": [{"Key": "team", "Value": "other"}]}, False),
        ({"ZoneId": "cn-hangzhou-b"}, False),
    ],
)
def test_filters(api: Api, filters: dict[str, Any], matches: bool) -> None:
    answer = api("dds:DescribeDBInstances", **filters)
    assert answer["TotalCount"] == matches
    assert [item["DBInstanceId"] for item in answer["DBInstances"]["DBInstance"]] == [MONGODB] * matches
