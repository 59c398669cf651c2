"""Examples for simulator/api/rds_whitelists.py."""

from __future__ import annotations

from tests.simulator.api.examples import Example, Refusal
from tests.simulator.api.given_databases import changed, crowded
from tests.simulator.api.sample_ids import MYSQL, POSTGRES, WEB

NOWHERE = Refusal("InvalidDBInstanceId.NotFound", {"DBInstanceId": "rm-none", "SecurityIps": "10.0.0.1"}, 404)
CHANGE = {"DBInstanceId": MYSQL, "SecurityIps": "172.16.1.0/24", "DBInstanceIPArrayName": "new"}

EXAMPLES = (
    Example(
        "rds:DescribeDBInstanceIPArrayList",
        {"DBInstanceId": POSTGRES, "WhitelistNetworkType": "Classic"},
        (Refusal("InvalidDBInstanceId.NotFound", {"DBInstanceId": "rm-none"}, 404),),
    ),
    Example(
        "rds:DescribeSecurityGroupConfiguration",
        {"DBInstanceId": MYSQL},
        (Refusal("InvalidDBInstanceId.NotFound", {"DBInstanceId": "rm-none"}, 404),),
        given=changed(MYSQL, security_group_ids=[WEB]),
    ),
    Example(
        "rds:ModifySecurityIps",
        CHANGE,
        (
            NOWHERE,
            Refusal("OperationDenied.DBInstanceStatus", CHANGE, 403, changed(MYSQL, status="Rebooting")),
            Refusal("InvalidWhitelistNetType.Malformed", {**CHANGE, "WhitelistNetworkType": "Moon"}),
            Refusal("InvalidIPArrayAttribute.Format", {**CHANGE, "DBInstanceIPArrayAttribute": "secret"}),
            *(
                Refusal("InvalidSecurityIPList.Format", {**CHANGE, "SecurityIps": entries})
                for entries in ("nonsense", "10.0.0.0/33", "10.0.0.0/255.0.0.0", "10.0.0.1, 10.0.0.2", "10.0.0.1,")
            ),
            Refusal("InvalidSecurityIPList.Duplicate", {**CHANGE, "SecurityIps": "10.0.0.1,10.0.0.1"}),
            # The sample has six entries.
            Refusal("InvalidSecurityIPList.QuotaExceeded", CHANGE, given=crowded(MYSQL, entries=994)),
            # The sample has four groups.
            Refusal("InvalidSecurityIPListGroup.QuotaExceeded", CHANGE, given=crowded(MYSQL, groups=196)),
            Refusal("IncorrectDBType", {**CHANGE, "FreshWhiteListReadins": "rr-1"}, 403),
            Refusal("Readins.NotFound", {**CHANGE, "DBInstanceId": POSTGRES, "FreshWhiteListReadins": "pgr-1"}, 404),
            Refusal("InvalidParameter", {**CHANGE, "ModifyMode": "Replace"}),
            Refusal("InvalidParameter", {**CHANGE, "DBInstanceIPArrayName": "1st"}),
            Refusal("InvalidParameter", {**CHANGE, "SecurityIPType": "IPv6"}),
            Refusal("MissingParameter", {**CHANGE, "SecurityIps": ""}),
        ),
    ),
    Example(
        "rds:MigrateSecurityIPMode",
        {"DBInstanceId": MYSQL},
        (
            NOWHERE,
            Refusal(
                "OperationDenied.DBInstanceStatus", {"DBInstanceId": MYSQL}, 403, changed(MYSQL, status="Rebooting")
            ),
            Refusal("IncorrectDBType", {"DBInstanceId": MYSQL}, 403, changed(MYSQL, engine="SQLServer")),
            Refusal("IncorrectEngineVersion", {"DBInstanceId": MYSQL}, 403, changed(MYSQL, engine_version="8.0")),
            Refusal("IncorrectEngineVersion", {"DBInstanceId": MYSQL}, 403, changed(MYSQL, storage_type="cloud_essd")),
        ),
    ),
)
