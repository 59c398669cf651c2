"""ECS security groups that ApsaraDB instances admit: which fit, and what a change of the network type leaves."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.model.estate import Estate
from simulator.server import Simulator
from tests.simulator.api.given_databases import VSWITCH_B, with_vswitch_b
from tests.simulator.api.sample_ids import CACHE, MONGODB, MYSQL, REDIS, UNUSED_GROUP, VPC, VSWITCH, WEB
from tests.simulator.in_vpc import GROUP, OTHER_VPC_GROUP, add
from tests.simulator.sdk import Api, refused

PRODUCTS = pytest.mark.parametrize(
    ("product", "database"), [("rds", MYSQL), ("kvstore", REDIS), ("dds", MONGODB)], ids=["rds", "redis", "mongodb"]
)


@pytest.fixture
def quick(quick: Estate) -> Estate:
    """The estate with VSwitches in the zones of all databases, and groups in a VPC."""
    add(quick)
    with_vswitch_b(quick)
    unused = quick.security_groups[0].model_copy(deep=True)
    unused.id, unused.rules = UNUSED_GROUP, []
    quick.security_groups.append(unused)
    return quick


def _admitted(api: Api, product: str, database: str) -> list[str]:
    name = "InstanceId" if product == "kvstore" else "DBInstanceId"
    items = api(f"{product}:DescribeSecurityGroupConfiguration", **{name: database})["Items"]
    (relations,) = items.values()
    return [relation["SecurityGroupId"] for relation in relations]


def _admit(api: Api, product: str, database: str, *groups: str) -> None:
    api(f"{product}:ModifySecurityGroupConfiguration", DBInstanceId=database, SecurityGroupId=",".join(groups))


def _to_vpc(api: Api, product: str, database: str) -> None:
    own: dict[str, Any] = {
        "rds": {"action": "ModifyDBInstanceNetworkType", "InstanceNetworkType": "VPC", "VPCId": VPC},
        "kvstore": {"action": "SwitchNetwork", "TargetNetworkType": "VPC", "VpcId": VPC},
        "dds": {
            "action": "ModifyDBInstanceNetworkType",
            "NetworkType": "VPC",
            "VpcId": VPC,
            "ZoneId": "cn-hangzhou-h",
            "RetainClassic": "False",
        },
    }[product]
    name = "InstanceId" if product == "kvstore" else "DBInstanceId"
    vswitch = VSWITCH if product == "dds" else VSWITCH_B
    api(f"{product}:{own.pop('action')}", **{name: database, "VSwitchId": vswitch, **own})


@PRODUCTS
def test_configured_groups_replace_the_earlier_ones(api: Api, product: str, database: str) -> None:
    _admit(api, product, database, WEB, CACHE)
    assert set(_admitted(api, product, database)) == {WEB, CACHE}
    _admit(api, product, database, CACHE)
    assert _admitted(api, product, database) == [CACHE]


def test_rds_is_told_to_admit_none_by_an_empty_text(api: Api) -> None:
    _admit(api, "rds", MYSQL, WEB)
    _admit(api, "rds", MYSQL)
    assert _admitted(api, "rds", MYSQL) == []


@PRODUCTS
def test_a_change_of_the_network_type_ends_what_was_configured(api: Api, product: str, database: str) -> None:
    _admit(api, product, database, WEB)
    _to_vpc(api, product, database)
    name = "InstanceId" if product == "kvstore" else "DBInstanceId"
    action = f"{product}:DescribeSecurityGroupConfiguration"
    api.until(action, lambda answer: not any(answer["Items"].values()), **{name: database})
    for group in (WEB, OTHER_VPC_GROUP):
        with refused("InvalidNetworkType.Mismatch"):
            _admit(api, product, database, group)
    _admit(api, product, database, GROUP)
    assert _admitted(api, product, database) == [GROUP]


def test_a_group_that_is_deleted_is_admitted_no_more(simulator: Simulator, api: Api) -> None:
    _admit(api, "rds", MYSQL, UNUSED_GROUP, WEB)
    api("ecs:DeleteSecurityGroup", SecurityGroupId=UNUSED_GROUP)
    assert _admitted(api, "rds", MYSQL) == [WEB]
    with simulator.simulation.present() as cloud:
        database = cloud.estate.databases.find(MYSQL)
        assert database
        assert database.security_group_ids == [WEB]
