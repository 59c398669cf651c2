"""The three ApsaraDB products, of which tests of the resources show all but this."""

from __future__ import annotations

import pytest

from provider.apsaradb import MONGODB, RDS, REDIS, Product
from tests.estate.stub import serving
from tests.estate.whole import whole

HEADS: list[tuple[Product, str]] = [
    (RDS, "rds:DescribeDBInstanceAttribute"),
    (REDIS, "kvstore:DescribeInstanceAttribute"),
    (MONGODB, "dds:DescribeDBInstanceAttribute"),
]


@pytest.mark.parametrize(("product", "action"), HEADS, ids=["rds", "redis", "mongodb"])
def test_a_database_that_an_answer_does_not_list_is_none(product: Product, action: str) -> None:
    """The cloud may say so by an error, as the simulated one does, or by an empty list."""
    with serving() as stub:
        stub.answers(action.partition(":")[2], whole(action))
        cloud = stub.cloud()
        assert product.database(cloud, "gone") is None
        assert product.vpc(cloud, "gone") is None
        assert product.status(cloud, "gone") is None
