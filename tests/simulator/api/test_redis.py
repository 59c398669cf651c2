"""Redis: whitelists, hybrid access and filters."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.model.estate import Estate
from simulator.server import Simulator
from tests.simulator.api.given_databases import VSWITCH_B, find, with_vswitch_b
from tests.simulator.api.sample_ids import REDIS, VPC
from tests.simulator.sdk import Api, refused

DAY = 86_400
CLASSIC = f"{REDIS}.redis.rds.aliyuncs.com"


@pytest.fixture
def quick(quick: Estate) -> Estate:
    with_vswitch_b(quick)
    find(quick, REDIS).tags["team"] = "shop"
    return quick


def _groups(api: Api) -> dict[str, str]:
    groups = api("kvstore:DescribeSecurityIps", InstanceId=REDIS)["SecurityIpGroups"]["SecurityIpGroup"]
    return {group["SecurityIpGroupName"]: group["SecurityIpList"] for group in groups}


def _attribute(api: Api) -> dict[str, Any]:
    answer = api("kvstore:DescribeInstanceAttribute", InstanceId=REDIS)
    return dict(answer["Instances"]["DBInstanceAttribute"][0])


def _endpoints(api: Api) -> dict[str, dict[str, Any]]:
    answer = api("kvstore:DescribeDBInstanceNetInfo", InstanceId=REDIS)
    return {info["IPType"]: info for info in answer["NetInfoItems"]["InstanceNetInfo"]}


def _switch(api: Api, **parameters: str) -> None:
    target = {"InstanceId": REDIS, "TargetNetworkType": "VPC", "VpcId": VPC, "VSwitchId": VSWITCH_B}
    api("kvstore:SwitchNetwork", **target, **parameters)


def _arrived(api: Api) -> None:
    api.until(
        "kvstore:DescribeInstances",
        lambda answer: answer["Instances"]["KVStoreInstance"][0]["InstanceStatus"] == "Normal",
        InstanceIds=REDIS,
    )


@pytest.mark.parametrize(
    ("mode", "entries"),
    [
        ("Cover", "172.16.2.0/24,172.16.3.0/24"),
        ("Append", "172.16.1.0/24,172.16.2.0/24,172.16.3.0/24"),
        ("Delete", "172.16.1.0/24"),
    ],
)
def test_the_same_change_again_changes_nothing_more(api: Api, mode: str, entries: str) -> None:
    group = {"InstanceId": REDIS, "SecurityIpGroupName": "vswitches"}
    api("kvstore:ModifySecurityIps", **group, SecurityIps="172.16.1.0/24,172.16.2.0/24")
    for _ in range(2):
        api("kvstore:ModifySecurityIps", **group, SecurityIps="172.16.2.0/24,172.16.3.0/24", ModifyMode=mode)
        assert _groups(api)["vswitches"] == entries


def test_without_a_name_it_is_the_default_group(api: Api) -> None:
    api("kvstore:ModifySecurityIps", InstanceId=REDIS, SecurityIps="172.16.1.0/24")
    assert _groups(api)["default"] == "172.16.1.0/24"


def test_deleting_must_leave_one_entry(api: Api) -> None:
    with refused("InvalidSecurityIPList.Format"):
        api("kvstore:ModifySecurityIps", InstanceId=REDIS, SecurityIps="127.0.0.1", ModifyMode="Delete")


def test_without_hybrid_access_only_the_address_changes(api: Api) -> None:
    _switch(api)
    _arrived(api)
    endpoints = _endpoints(api)
    assert list(endpoints) == ["Private"]
    private = endpoints["Private"]
    assert [private[key] for key in ("ConnectionString", "IPAddress", "DBInstanceNetType", "VSwitchId")] == [
        CLASSIC,
        "192.168.20.1",
        "2",
        VSWITCH_B,
    ]
    attribute = _attribute(api)
    assert [attribute[key] for key in ("NetworkType", "PrivateIp", "VpcId")] == ["VPC", "192.168.20.1", VPC]


class TestWhileItChanges:
    """With a change that takes an hour."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        quick.timings.database = 3600
        return quick

    def test_it_answers_as_before(self, api: Api) -> None:
        _switch(api, RetainClassic="True", ClassicExpiredDays="14")
        attribute = _attribute(api)
        answered = [attribute[key] for key in ("InstanceStatus", "NetworkType", "PrivateIp", "VpcId")]
        assert answered == ["NetworkModifying", "CLASSIC", "", ""]
        with refused("IncorrectDBInstanceState", 403):
            _switch(api)


class TestHybridAccess:
    """The classic endpoint stays for a while."""

    @pytest.fixture(autouse=True)
    def hybrid(self, api: Api) -> None:
        _switch(api, RetainClassic="True", ClassicExpiredDays="14")
        _arrived(api)

    def test_two_endpoints(self, api: Api) -> None:
        endpoints = _endpoints(api)
        assert list(endpoints) == ["Inner", "Private"]
        assert 13.9 * DAY < int(endpoints["Inner"]["ExpiredTime"]) <= 14 * DAY
        assert "ExpiredTime" not in endpoints["Private"]
        assert endpoints["Private"]["ConnectionString"] != endpoints["Inner"]["ConnectionString"] == CLASSIC

    def test_the_classic_one_goes_by_itself(self, simulator: Simulator, api: Api) -> None:
        simulator.simulation.clock.advance(14.1 * DAY)
        assert list(_endpoints(api)) == ["Private"]

    def test_an_extension_counts_from_the_call(self, simulator: Simulator, api: Api) -> None:
        simulator.simulation.clock.advance(13 * DAY)
        extended = {"InstanceId": REDIS, "ConnectionString": CLASSIC, "ClassicExpiredDays": 120}
        item = api("kvstore:ModifyInstanceNetExpireTime", **extended)["NetInfoItems"]["NetInfoItem"][0]
        # The estate begins on 2026-11-30 in UTC+8.
        assert item["ExpiredTime"].startswith("2027-04-12T01:")
        assert 119.9 * DAY < int(_endpoints(api)["Inner"]["ExpiredTime"]) <= 120 * DAY


@pytest.mark.parametrize(
    ("filters", "matches"),
    [
        ({}, True),
        ({"NetworkType": "CLASSIC"}, True),
        ({"NetworkType": "VPC"}, False),
        ({"VpcId": VPC}, False),
        ({"SearchKey": "sessions"}, True),
        ({"SearchKey": "other"}, False),
        ({"InstanceIds": f"r-none,{REDIS}"}, True),
        ({"InstanceIds": "r-none"}, False),
        ({"Tag": [{"Key": "team", "Value": "shop"}]}, True),
        ({"Tag": [{"Key": "team", "Value": "other"}]}, False),
        ({"ZoneId": "cn-hangzhou-h"}, False),
    ],
)
def test_filters(api: Api, filters: dict[str, Any], matches: bool) -> None:
    answer = api("kvstore:DescribeInstances", **filters)
    assert answer["TotalCount"] == matches
    assert [item["InstanceId"] for item in answer["Instances"]["KVStoreInstance"]] == [REDIS] * matches
