"""Examples for simulator/api/rds_networks.py."""

from __future__ import annotations

from typing import Any

from tests.simulator.api.examples import Example, Refusal
from tests.simulator.api.given_databases import (
    HYBRID_MYSQL,
    HYBRID_REDIS,
    VSWITCH_B,
    changed,
    hybrid,
    with_full_vswitches,
    with_vswitch_b,
)
from tests.simulator.api.sample_ids import MYSQL, POSTGRES, VPC, VSWITCH

SWITCH: dict[str, Any] = {
    "DBInstanceId": MYSQL,
    "InstanceNetworkType": "VPC",
    "VPCId": VPC,
    "VSwitchId": VSWITCH_B,
    "RetainClassic": "True",
    "ClassicExpiredDays": "30",
}
EXTEND: dict[str, Any] = {
    "DBInstanceId": MYSQL,
    "ConnectionString": f"{MYSQL}.mysql.rds.aliyuncs.com",
    "ClassicExpiredDays": 60,
}
NOWHERE = {"DBInstanceId": "rm-none"}
ANY = with_vswitch_b

EXAMPLES = (
    Example(
        "rds:DescribeDBInstanceNetInfo",
        {"DBInstanceId": POSTGRES, "DBInstanceNetRWSplitType": "Normal"},
        (
            Refusal("InvalidDBInstanceId.NotFound", NOWHERE, 404),
            Refusal("InvalidParameter", {"DBInstanceId": POSTGRES, "DBInstanceNetRWSplitType": "Other"}),
        ),
    ),
    Example(
        "rds:ModifyDBInstanceNetworkType",
        SWITCH,
        (
            Refusal("InvalidDBInstanceId.NotFound", {**SWITCH, **NOWHERE}, 404),
            Refusal("NetTypeExists", SWITCH, given=HYBRID_MYSQL),
            Refusal("NetTypeExists", {**SWITCH, "InstanceNetworkType": "Classic"}),
            Refusal(
                "OperationDenied.DBInstanceNetType", {**SWITCH, "InstanceNetworkType": "Classic"}, given=HYBRID_MYSQL
            ),
            Refusal("OperationDenied.DBInstanceStatus", SWITCH, given=changed(MYSQL, status="Rebooting")),
            Refusal("OperationNotSupported", SWITCH, given=changed(MYSQL, engine="MariaDB")),
            Refusal(
                "OperationDenied.Switch", SWITCH, given=changed(MYSQL, engine="SQLServer", engine_version="2008r2")
            ),
            Refusal("InvalidConnVPCId", {**SWITCH, "VPCId": "vpc-none"}, given=ANY),
            Refusal("InvalidVswitchId", {**SWITCH, "VSwitchId": "vsw-none"}, 403, ANY),
            # In another zone.
            Refusal("InvalidVswitchId", {**SWITCH, "VSwitchId": VSWITCH}, 403, ANY),
            Refusal("VswitchIpExhausted", SWITCH, given=with_full_vswitches),
            Refusal("OperationDenied", {**SWITCH, "PrivateIpAddress": "192.168.20.5"}, given=HYBRID_REDIS),
            Refusal("InvalidParameter", {**SWITCH, "PrivateIpAddress": "192.168.20.15"}, given=ANY),
            Refusal("InvalidParameter", {**SWITCH, "PrivateIpAddress": "here"}, given=ANY),
            Refusal("InvalidParameter", {**SWITCH, "ClassicExpiredDays": "0"}, given=ANY),
            Refusal("InvalidParameter", {**SWITCH, "ClassicExpiredDays": "121"}, given=ANY),
            Refusal("InvalidParameter", {**SWITCH, "ReadWriteSplittingClassicExpiredDays": 121}, given=ANY),
            Refusal("InvalidParameter", {**SWITCH, "InstanceNetworkType": "Moon"}, given=ANY),
            Refusal("MissingParameter", {**SWITCH, "InstanceNetworkType": ""}, given=ANY),
            Refusal("MissingParameter", {**SWITCH, "VSwitchId": ""}, given=ANY),
            Refusal("SimulatorNotImplemented", {**SWITCH, "VPCId": ""}, 400, ANY),
        ),
        with_vswitch_b,
    ),
    Example(
        "rds:ModifyDBInstanceNetworkExpireTime",
        EXTEND,
        (
            Refusal("InvalidDBInstanceId.NotFound", {**EXTEND, **NOWHERE}, 404),
            Refusal("OperationDenied.DBInstanceStatus", EXTEND, 403, hybrid(MYSQL, status="Rebooting")),
            Refusal("OperationNotSupported", EXTEND, given=hybrid(MYSQL, engine="PostgreSQL")),
            Refusal("OperationDenied.DBInstanceNetType", EXTEND),
            Refusal(
                "InvalidCurrentConnectionString.NotFound", {**EXTEND, "ConnectionString": "other"}, 404, HYBRID_MYSQL
            ),
            Refusal("InvalidParameter", {**EXTEND, "ClassicExpiredDays": 121}, given=HYBRID_MYSQL),
            Refusal("InvalidParameter", {**EXTEND, "ClassicExpiredDays": 0}, given=HYBRID_MYSQL),
        ),
        HYBRID_MYSQL,
    ),
)
