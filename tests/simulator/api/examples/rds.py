"""Examples for simulator/api/rds.py."""

from __future__ import annotations

from tests.simulator.api.examples import Example
from tests.simulator.api.sample_ids import MYSQL, POSTGRES

EXAMPLES = (
    Example("rds:DescribeDBInstanceAttribute", {"DBInstanceId": MYSQL}),
    Example("rds:DescribeDBInstanceIPArrayList", {"DBInstanceId": POSTGRES, "WhitelistNetworkType": "Classic"}),
    Example("rds:DescribeDBInstanceNetInfo", {"DBInstanceId": POSTGRES}),
    Example("rds:DescribeDBInstances", {}),
    Example(
        "rds:ModifySecurityIps", {"DBInstanceId": MYSQL, "SecurityIps": "172.16.1.0/24", "DBInstanceIPArrayName": "new"}
    ),
)
