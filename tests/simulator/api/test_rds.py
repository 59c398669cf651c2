"""RDS: instances and their whitelists in both modes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from simulator.model.estate import Estate
from simulator.model.rds import Endpoint
from tests.simulator.sdk import Api, refused

MYSQL, POSTGRES = "rm-bp1shopmysql000001", "pgm-bp1reportpg00000001"
NEW = {"DBInstanceIPArrayName": "vswitches", "SecurityIps": "172.16.1.0/24"}


def _groups(api: Api, database: str, **parameters: str) -> dict[str, str]:
    items = api("rds:DescribeDBInstanceIPArrayList", DBInstanceId=database, **parameters)["Items"]["DBInstanceIPArray"]
    return {item["DBInstanceIPArrayName"]: item["SecurityIPList"] for item in items}


def _modify(api: Api, database: str = MYSQL, **parameters: str) -> None:
    api("rds:ModifySecurityIps", **{"DBInstanceId": database, **NEW, **parameters})


def test_the_two_modes(api: Api) -> None:
    modes = {
        name: api("rds:DescribeDBInstanceNetInfo", DBInstanceId=name)["SecurityIPMode"] for name in (MYSQL, POSTGRES)
    }
    assert modes == {MYSQL: "normal", POSTGRES: "safety"}


def test_a_group_that_is_absent_is_made(api: Api) -> None:
    before = _groups(api, MYSQL)
    _modify(api)
    assert _groups(api, MYSQL) == {**before, "vswitches": "172.16.1.0/24"}


def test_cover_is_the_default_and_overwrites(api: Api) -> None:
    _modify(api, DBInstanceIPArrayName="app_servers")
    assert _groups(api, MYSQL)["app_servers"] == "172.16.1.0/24"


def test_append_and_delete(api: Api) -> None:
    _modify(api, SecurityIps="172.16.1.0/24,172.16.2.0/24")
    _modify(api, SecurityIps="172.16.2.0/24,172.16.3.0/24", ModifyMode="Append")
    assert _groups(api, MYSQL)["vswitches"] == "172.16.1.0/24,172.16.2.0/24,172.16.3.0/24"
    _modify(api, SecurityIps="172.16.1.0/24,172.16.9.0/24", ModifyMode="Delete")
    assert _groups(api, MYSQL)["vswitches"] == "172.16.2.0/24,172.16.3.0/24"


def test_without_a_name_it_is_the_default_group(api: Api) -> None:
    api("rds:ModifySecurityIps", DBInstanceId=MYSQL, SecurityIps="172.16.1.0/24")
    assert _groups(api, MYSQL)["default"] == "172.16.1.0/24"


def test_deleting_must_leave_one_entry(api: Api) -> None:
    _modify(api)
    with refused("InvalidSecurityIPList.Format"):
        _modify(api, ModifyMode="Delete")
    assert _groups(api, MYSQL)["vswitches"] == "172.16.1.0/24"


class TestOlderBehaviour:
    """Where the estate file says that an emptied group goes."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        quick.emptied_whitelist_group = "deleted"
        return quick

    def test_the_emptied_group_goes(self, api: Api) -> None:
        _modify(api)
        _modify(api, ModifyMode="Delete")
        assert "vswitches" not in _groups(api, MYSQL)

    def test_the_default_group_stays(self, api: Api) -> None:
        with refused("InvalidSecurityIPList.Format"):
            _modify(api, DBInstanceIPArrayName="default", SecurityIps="127.0.0.1", ModifyMode="Delete")


@pytest.mark.parametrize(
    ("asked", "written"),
    [("Classic", {"Classic"}), ("VPC", {"VPC"}), ("MIX", {"Classic", "VPC"}), (None, {"Classic", "VPC"})],
)
def test_enhanced_mode_keeps_networks_apart(api: Api, asked: str | None, written: set[str]) -> None:
    _modify(api, POSTGRES, **({"WhitelistNetworkType": asked} if asked else {}))
    found = {name for name in ("Classic", "VPC") if "vswitches" in _groups(api, POSTGRES, WhitelistNetworkType=name)}
    assert found == written
    assert _groups(api, POSTGRES, WhitelistNetworkType="MIX") == {}


@pytest.mark.parametrize("asked", ["Classic", "VPC", "MIX"])
def test_standard_mode_knows_one_network(api: Api, asked: str) -> None:
    _modify(api, WhitelistNetworkType=asked)
    assert "vswitches" in _groups(api, MYSQL, WhitelistNetworkType="MIX")
    assert _groups(api, MYSQL, WhitelistNetworkType="VPC") == {}


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"SecurityIps": "nonsense"}, "InvalidSecurityIPList.Format"),
        ({"SecurityIps": "10.0.0.0/33"}, "InvalidSecurityIPList.Format"),
        ({"SecurityIps": "10.0.0.1, 10.0.0.2"}, "InvalidSecurityIPList.Format"),
        ({"SecurityIps": "10.0.0.1,10.0.0.1"}, "InvalidSecurityIPList.Duplicate"),
        (
            {"SecurityIps": ",".join(f"10.1.{n // 256}.{n % 256}" for n in range(1000))},
            "InvalidSecurityIPList.QuotaExceeded",
        ),
        ({"ModifyMode": "Replace"}, "InvalidParameter"),
        ({"WhitelistNetworkType": "Moon"}, "InvalidParameter"),
        ({"DBInstanceIPArrayAttribute": "secret"}, "InvalidParameter"),
        ({"DBInstanceIPArrayName": "1st"}, "InvalidParameter"),
        ({"SecurityIPType": "IPv6"}, "InvalidParameter"),
        ({"SecurityIps": ""}, "MissingParameter"),
    ],
)
def test_what_is_refused(api: Api, parameters: dict[str, str], code: str) -> None:
    before = _groups(api, MYSQL)
    with refused(code):
        _modify(api, **parameters)
    assert _groups(api, MYSQL) == before


def test_hidden_groups_are_told(api: Api) -> None:
    items = api("rds:DescribeDBInstanceIPArrayList", DBInstanceId=MYSQL)["Items"]["DBInstanceIPArray"]
    hidden = [item["DBInstanceIPArrayName"] for item in items if item["DBInstanceIPArrayAttribute"] == "hidden"]
    assert hidden == ["hdm_security_ips"]


@pytest.mark.parametrize("action", ["Attribute", "NetInfo", "IPArrayList"])
def test_no_such_database(api: Api, action: str) -> None:
    with refused("InvalidDBInstanceId.NotFound", 404):
        api(f"rds:DescribeDBInstance{action}", DBInstanceId="rm-none")


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, [MYSQL, POSTGRES]),
        ({"Engine": "PostgreSQL"}, [POSTGRES]),
        ({"InstanceNetworkType": "VPC"}, []),
        ({"SearchKey": "shop"}, [MYSQL]),
        ({"DBInstanceId": MYSQL, "ZoneId": "cn-hangzhou-b"}, [MYSQL]),
    ],
)
def test_filters(api: Api, filters: dict[str, Any], names: list[str]) -> None:
    answer = api("rds:DescribeDBInstances", **filters)
    assert [item["DBInstanceId"] for item in answer["Items"]["DBInstance"]] == names
    assert answer["TotalRecordCount"] == len(names)


class TestHybridAccess:
    """A database in a VPC that keeps its classic endpoint for a while."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        database = quick.databases[1]
        database.network_type, database.vpc_id = "VPC", quick.vpcs[0].id
        database.vswitch_id = quick.vswitches[0].id
        database.endpoints[0].expires_at = quick.now + timedelta(days=7)
        endpoint = Endpoint(connection_string="vpc", ip_address="192.168.10.9", ip_type="Private", port=3433)
        database.endpoints.append(endpoint)
        return quick

    def test_the_classic_endpoint_counts_down(self, api: Api) -> None:
        answer = api("rds:DescribeDBInstanceNetInfo", DBInstanceId=POSTGRES)
        inner, private = answer["DBInstanceNetInfos"]["DBInstanceNetInfo"]
        assert answer["InstanceNetworkType"] == "VPC"
        assert 7 * 86400 - 60 <= int(inner["ExpiredTime"]) <= 7 * 86400
        assert (private["ExpiredTime"], private["VPCId"]) == ("", "vpc-bp1shared0000000001")

    def test_each_endpoint_tells_the_groups_of_its_network(self, api: Api) -> None:
        answer = api("rds:DescribeDBInstanceNetInfo", DBInstanceId=POSTGRES)
        inner, private = answer["DBInstanceNetInfos"]["DBInstanceNetInfo"]
        names = [
            [group["SecurityIPGroupName"] for group in info["SecurityIPGroups"]["securityIPGroup"]]
            for info in (inner, private)
        ]
        assert names == [["default", "app_servers", "ali_dms_group"], ["default"]]


class TestNotRunning:
    """A database that is rebooting."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        quick.databases[0].status = "Rebooting"
        return quick

    def test_its_whitelist_cannot_be_changed(self, api: Api) -> None:
        with refused("OperationDenied.DBInstanceStatus", 403):
            _modify(api)
