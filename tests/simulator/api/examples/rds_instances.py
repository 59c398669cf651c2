"""Examples for simulator/api/rds_instances.py."""

from __future__ import annotations

from tests.simulator.api.examples import Example, Refusal
from tests.simulator.api.sample_ids import MYSQL

EXAMPLES = (
    Example("rds:DescribeAvailableZones", {"Engine": "MySQL"}),
    Example(
        "rds:DescribeDBInstanceAttribute",
        {"DBInstanceId": MYSQL},
        (Refusal("InvalidDBInstanceId.NotFound", {"DBInstanceId": "rm-none"}, 404),),
    ),
    Example("rds:DescribeDBInstances", {"Tags": "{}"}),
)
