"""What the cloud permits of hybrid access, as tables."""

from __future__ import annotations

import pytest

from estate import hybrid
from estate.model import Database


def database(product: str, engine: str, version: str = "1", architecture: str = "") -> Database:
    return Database.model_validate(
        {
            "id": "x",
            "product": product,
            "engine": engine,
            "engine_version": version,
            "architecture": architecture,
            "zone_id": "z",
            "network_type": "classic",
            "security_ip_mode": "normal",
        }
    )


MYSQL, POSTGRES = database("rds", "MySQL"), database("rds", "PostgreSQL")
REDIS, MONGODB = (
    database("redis", "Redis", architecture="standard"),
    database("mongodb", "MongoDB", architecture="replicate"),
)


@pytest.mark.parametrize(
    ("item", "days_needed", "days"),
    [
        (MYSQL, 1.2, 2),
        (MYSQL, 2, 2),
        (MYSQL, -4, 1),
        (MYSQL, 119.5, 120),
        (MYSQL, 400, 120),
        (POSTGRES, 3, 120),
        (REDIS, 14, 14),
        (REDIS, 14.1, 30),
        (MONGODB, 60.1, 120),
        (MONGODB, 121, 120),
    ],
)
def test_the_fewest_days_that_are_enough_or_as_many_as_there_can_be(
    item: Database, days_needed: float, days: int
) -> None:
    assert hybrid.days_for(item, days_needed) == days


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (MYSQL, None),
        (POSTGRES, None),
        (REDIS, None),
        (MONGODB, None),
        (database("rds", "SQLServer", "2016_std_ha"), None),
        (database("rds", "SQLServer", "2008r2"), "upgrade it"),
        (database("rds", "SQLServer", "2008_R2_ent"), "upgrade it"),
        (database("rds", "MariaDB"), "create an instance in the VPC"),
        (database("redis", "Memcache"), "no switch with classic addresses kept is documented for Memcache"),
        (database("mongodb", "MongoDB", architecture="standalone"), "create a replica set in the VPC"),
        (database("mongodb", "MongoDB", architecture="sharding"), "for each shard and mongos"),
    ],
)
def test_databases_without_hybrid_access_have_an_obstacle_with_a_way_out(item: Database, reason: str | None) -> None:
    obstacle = hybrid.obstacle(item)
    assert (obstacle is None) == (reason is None)
    assert (reason or "") in (obstacle or "")


def test_nothing_extends_postgresql() -> None:
    extendable = {item.engine: hybrid.extendable(item) for item in (MYSQL, POSTGRES, REDIS, MONGODB)}
    assert extendable == {"MySQL": True, "PostgreSQL": False, "Redis": True, "MongoDB": True}
