"""Examples for simulator/api/mongodb.py."""

from __future__ import annotations

from typing import Any

from tests.simulator.api.examples import Example, Refusal
from tests.simulator.api.given_databases import (
    HYBRID_MONGODB,
    VSWITCH_B,
    changed,
    crowded,
    hybrid,
    with_full_vswitches,
    with_vswitch_b,
)
from tests.simulator.api.sample_ids import CACHE, MONGODB, UNUSED_VPC, VPC, VSWITCH, WEB

NOWHERE = {"DBInstanceId": "dds-none"}
NOT_FOUND = Refusal("InvalidDBInstanceId.NotFound", NOWHERE, 404)
CHANGE = {"DBInstanceId": MONGODB, "SecurityIps": "172.16.1.0/24", "SecurityIpGroupName": "new"}
APP_SERVERS = {**CHANGE, "SecurityIpGroupName": "app_servers"}
SWITCH: dict[str, Any] = {
    "DBInstanceId": MONGODB,
    "NetworkType": "VPC",
    "ZoneId": "cn-hangzhou-h",
    "VpcId": VPC,
    "VSwitchId": VSWITCH,
    "RetainClassic": "True",
    "ClassicExpiredDays": 30,
}
EXTEND: dict[str, Any] = {"DBInstanceId": MONGODB, "ClassicExpendExpiredDays": 60}
BUSY = changed(MONGODB, status="Rebooting")
STANDALONE = changed(MONGODB, replication_factor=1)

EXAMPLES = (
    Example(
        "dds:DescribeDBInstances",
        {"Tag": []},
        (
            Refusal("MissingParameter.TagKey", {"Tag": [{"Value": "x"}]}),
            Refusal("InvalidParameter", {"PageSize": 40}),
        ),
    ),
    Example("dds:DescribeDBInstanceAttribute", {"DBInstanceId": MONGODB}, (NOT_FOUND,)),
    Example("dds:DescribeReplicaSetRole", {"DBInstanceId": MONGODB}, (NOT_FOUND,), HYBRID_MONGODB),
    Example("dds:DescribeSecurityIps", {"DBInstanceId": MONGODB, "ShowHDMIps": True}, (NOT_FOUND,)),
    Example(
        "dds:DescribeSecurityGroupConfiguration",
        {"DBInstanceId": MONGODB},
        (NOT_FOUND,),
        given=changed(MONGODB, security_group_ids=[WEB, CACHE]),
    ),
    Example(
        "dds:ModifySecurityIps",
        CHANGE,
        (
            Refusal("InvalidDBInstanceId.NotFound", {**CHANGE, **NOWHERE}, 404),
            Refusal("IncorrectDBInstanceState", CHANGE, given=BUSY),
            Refusal("InvalidGroupName.Format", {**CHANGE, "SecurityIpGroupName": "1st"}),
            Refusal("InvalidSecurityIps.MalFormed", {**CHANGE, "SecurityIps": "nonsense"}),
            Refusal("InvalidSecurityIPList.Duplicate", {**CHANGE, "SecurityIps": "10.0.0.1,10.0.0.1"}),
            Refusal(
                "InvalidSecurityIPList.Duplicate",
                {**APP_SERVERS, "SecurityIps": "10.0.0.1,10.25.16.11", "ModifyMode": "Append"},
            ),
            Refusal("InvalidSecurityIPs.NotFound", {**APP_SERVERS, "ModifyMode": "Delete"}, 404),
            Refusal(
                "InvalidSecurityIPs.NotFound",
                {**APP_SERVERS, "SecurityIps": "10.25.16.11,10.26.30.12", "ModifyMode": "Delete"},
                404,
            ),
            # The sample has four entries and three groups.
            Refusal("InvalidSecurityIPListLength.Malformed", CHANGE, given=crowded(MONGODB, entries=996)),
            Refusal("InvalidSecurityIPListLength.Malformed", CHANGE, given=crowded(MONGODB, groups=197)),
            Refusal("InvalidParameter", {**CHANGE, "ModifyMode": "Replace"}),
            Refusal("InvalidParameter", {**CHANGE, "SecurityIpGroupAttribute": "no_underscore"}),
            Refusal("DryRunOperation", {**CHANGE, "DryRun": True}),
        ),
    ),
    Example(
        "dds:ModifyDBInstanceNetworkType",
        SWITCH,
        (
            Refusal("InvalidDBInstanceId.NotFound", {**SWITCH, **NOWHERE}, 404),
            Refusal("IncorrectDBInstanceState", SWITCH, given=BUSY),
            Refusal("IncorrectDBInstanceType", SWITCH, given=STANDALONE),
            Refusal("IncorrectDBInstanceNetType", SWITCH, given=HYBRID_MONGODB),
            Refusal("InvalidZoneId.NotFound", {**SWITCH, "ZoneId": "cn-hangzhou-b"}),
            Refusal("InvalidZoneId.NotFound", {**SWITCH, "VSwitchId": VSWITCH_B}, given=with_vswitch_b),
            Refusal("InvalidVpcId.NotFound", {**SWITCH, "VpcId": "vpc-none"}, 404),
            Refusal("InvalidVSwitchId.NotFound", {**SWITCH, "VSwitchId": "vsw-none"}, 404),
            Refusal("InvalidVSwitchId.NotFound", {**SWITCH, "VpcId": UNUSED_VPC}, 404),
            Refusal("AllocateVpcIp.NotEnough", SWITCH, given=with_full_vswitches),
            Refusal("InvalidClassicExpiredDays.Format", {**SWITCH, "ClassicExpiredDays": 15}),
            Refusal("InvalidParameter", {**SWITCH, "NetworkType": "Classic"}),
            Refusal("MissingParameter", {**SWITCH, "RetainClassic": ""}),
        ),
    ),
    Example(
        "dds:ModifyDBInstanceNetExpireTime",
        EXTEND,
        (
            Refusal("InvalidDBInstanceId.NotFound", {**EXTEND, **NOWHERE}, 404),
            Refusal("IncorrectDBInstanceState", EXTEND, given=hybrid(MONGODB, status="Rebooting")),
            Refusal("IncorrectDBInstanceType", EXTEND, given=STANDALONE),
            Refusal(
                "InvalidClassicExpiredDays.Format", {**EXTEND, "ClassicExpendExpiredDays": 7}, given=HYBRID_MONGODB
            ),
            Refusal("InvalidConnectionString.NotFound", EXTEND),
            Refusal("InvalidConnectionString.NotFound", {**EXTEND, "ConnectionString": "other"}, given=HYBRID_MONGODB),
        ),
        HYBRID_MONGODB,
    ),
)
