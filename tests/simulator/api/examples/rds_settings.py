"""Examples for simulator/api/rds_settings.py."""

from __future__ import annotations

from tests.simulator.api.examples import Example, Refusal
from tests.simulator.api.sample_ids import MYSQL, POSTGRES

SETTINGS = (
    "DescribeDBInstanceEncryptionKey",
    "DescribeDBInstanceHAConfig",
    "DescribeDBInstanceMonitor",
    "DescribeDBInstanceSSL",
    "DescribeDBInstanceTDE",
    "DescribeHADiagnoseConfig",
    "DescribeHASwitchConfig",
    "DescribePGHbaConfig",
    "DescribeParameters",
    "DescribeSQLCollectorPolicy",
    "DescribeSQLCollectorRetention",
    "DescribeTags",
)

EXAMPLES = (
    *(
        Example(
            f"rds:{name}",
            {"DBInstanceId": POSTGRES if name == "DescribePGHbaConfig" else MYSQL},
            (Refusal("InvalidDBInstanceId.NotFound", {"DBInstanceId": "rm-none"}, 404),),
        )
        for name in SETTINGS
    ),
    Example(
        "rds:DescribeInstanceLinkedWhitelistTemplate",
        {"InsName": MYSQL},
        (Refusal("InvalidDBInstanceId.NotFound", {"InsName": "rm-none"}, 404),),
    ),
)
