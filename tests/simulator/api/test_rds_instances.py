"""RDS instances: filters, tags and zones."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.model.estate import Estate
from tests.simulator.api.given_databases import find
from tests.simulator.api.sample_ids import MYSQL, POSTGRES
from tests.simulator.sdk import Api, refused


@pytest.fixture
def quick(quick: Estate) -> Estate:
    find(quick, MYSQL).tags.update({"team": "shop", "tier": "db"})
    find(quick, POSTGRES).tags.update({"team": "reports"})
    return quick


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, [MYSQL, POSTGRES]),
        ({"Engine": "PostgreSQL"}, [POSTGRES]),
        ({"InstanceNetworkType": "VPC"}, []),
        ({"DBInstanceType": "Primary"}, [MYSQL, POSTGRES]),
        ({"DBInstanceType": "Readonly"}, []),
        ({"SearchKey": "shop"}, [MYSQL]),
        ({"ConnectionString": f"{MYSQL}.mysql.rds.aliyuncs.com"}, [MYSQL]),
        ({"DBInstanceId": MYSQL, "ZoneId": "cn-hangzhou-b"}, [MYSQL]),
        ({"Tags": '{"team":"shop"}'}, [MYSQL]),
        ({"Tags": '{"team":"shop","none":"x"}'}, [MYSQL]),
        ({"Tags": '{"team":"none"}'}, []),
        ({"PayType": "Prepaid"}, []),
    ],
)
def test_filters(api: Api, filters: dict[str, Any], names: list[str]) -> None:
    answer = api("rds:DescribeDBInstances", **filters)
    assert [item["DBInstanceId"] for item in answer["Items"]["DBInstance"]] == names
    assert answer["TotalRecordCount"] == len(names)


@pytest.mark.parametrize("tags", ["nonsense", "[]", '{"a":1}', '{"1":"","2":"","3":"","4":"","5":"","6":""}'])
def test_invalid_tags_are_refused(api: Api, tags: str) -> None:
    with refused("InvalidParameter"):
        api("rds:DescribeDBInstances", Tags=tags)


@pytest.mark.parametrize(
    ("parameters", "tags"),
    [
        ({"DBInstanceId": MYSQL}, [("team", "shop", [MYSQL]), ("tier", "db", [MYSQL])]),
        ({}, [("team", "reports", [POSTGRES]), ("team", "shop", [MYSQL]), ("tier", "db", [MYSQL])]),
        ({"Tags": '{"team":"reports"}'}, [("team", "reports", [POSTGRES])]),
    ],
)
def test_tags(api: Api, parameters: dict[str, str], tags: list[tuple[str, str, list[str]]]) -> None:
    infos = api("rds:DescribeTags", **parameters)["Items"]["TagInfos"]
    assert [(info["TagKey"], info["TagValue"], info["DBInstanceIds"]["DBInstanceIds"]) for info in infos] == tags


@pytest.mark.parametrize(
    ("parameters", "zones"),
    [
        ({"Engine": "MySQL"}, ["cn-hangzhou-b", "cn-hangzhou-h"]),
        ({"Engine": "MySQL", "ZoneId": "cn-hangzhou-h"}, ["cn-hangzhou-h"]),
        ({"Engine": "MySQL", "EngineVersion": "5.7"}, ["cn-hangzhou-b", "cn-hangzhou-h"]),
        ({"Engine": "MySQL", "EngineVersion": "3.23"}, []),
        ({"Engine": "PPAS"}, []),
    ],
)
def test_zones(api: Api, parameters: dict[str, str], zones: list[str]) -> None:
    answer = api("rds:DescribeAvailableZones", **parameters)
    assert [zone["ZoneId"] for zone in answer["AvailableZones"]] == zones


@pytest.mark.parametrize("action", ["DescribeDBInstances", "DescribeDBInstanceAttribute", "ModifySecurityIps"])
def test_a_user_without_permissions_is_refused(blind: Api, action: str) -> None:
    with refused("Forbidden.RAM", 403):
        blind(f"rds:{action}", DBInstanceId=MYSQL)
