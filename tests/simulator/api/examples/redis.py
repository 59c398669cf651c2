"""Examples for simulator/api/redis.py."""

from __future__ import annotations

from typing import Any

from tests.simulator.api.examples import Example, Refusal
from tests.simulator.api.given_databases import (
    HYBRID_REDIS,
    VSWITCH_B,
    changed,
    crowded,
    hybrid,
    with_full_vswitches,
    with_vswitch_b,
)
from tests.simulator.api.sample_ids import CACHE, REDIS, UNUSED_VPC, VPC, VSWITCH, WEB

NOWHERE = {"InstanceId": "r-none"}
NOT_FOUND = Refusal("InvalidInstanceId.NotFound", NOWHERE, 404)
CHANGE = {"InstanceId": REDIS, "SecurityIps": "172.16.1.0/24", "SecurityIpGroupName": "new"}
SWITCH: dict[str, Any] = {
    "InstanceId": REDIS,
    "TargetNetworkType": "VPC",
    "VpcId": VPC,
    "VSwitchId": VSWITCH_B,
    "RetainClassic": "True",
    "ClassicExpiredDays": "30",
}
EXTEND: dict[str, Any] = {
    "InstanceId": REDIS,
    "ConnectionString": f"{REDIS}.redis.rds.aliyuncs.com",
    "ClassicExpiredDays": 60,
}
BUSY = changed(REDIS, status="Changing")

EXAMPLES = (
    Example(
        "kvstore:DescribeInstances",
        {"InstanceIds": REDIS, "Tag": []},
        (
            Refusal("MissingParameter.TagKey", {"Tag": [{"Value": "x"}]}),
            Refusal("InvalidParameter", {"InstanceIds": ",".join(f"r-{number}" for number in range(31))}),
            Refusal("InvalidParameter", {"PageSize": 51}),
        ),
    ),
    Example("kvstore:DescribeInstanceAttribute", {"InstanceId": REDIS}, (NOT_FOUND,)),
    Example("kvstore:DescribeDBInstanceNetInfo", {"InstanceId": REDIS}, (NOT_FOUND,), HYBRID_REDIS),
    Example("kvstore:DescribeSecurityIps", {"InstanceId": REDIS}, (NOT_FOUND,)),
    Example(
        "kvstore:DescribeSecurityGroupConfiguration",
        {"InstanceId": REDIS},
        (NOT_FOUND,),
        given=changed(REDIS, security_group_ids=[WEB, CACHE]),
    ),
    Example(
        "kvstore:ModifySecurityIps",
        CHANGE,
        (
            Refusal("InvalidInstanceId.NotFound", {**CHANGE, **NOWHERE}, 404),
            Refusal("IncorrectDBInstanceState", CHANGE, 403, BUSY),
            Refusal("InvalidGroupName.Format", {**CHANGE, "SecurityIpGroupName": "1st"}),
            Refusal("InvalidSecurityIPList.Format", {**CHANGE, "SecurityIps": "nonsense"}),
            Refusal("InvalidSecurityIPList.Duplicate", {**CHANGE, "SecurityIps": "10.0.0.1,10.0.0.1"}),
            # The sample has five entries and three groups.
            Refusal("InvalidSecurityIPList.QuotaExceeded", CHANGE, given=crowded(REDIS, entries=995)),
            Refusal("InvalidSecurityIPListGroup.QuotaExceeded", CHANGE, given=crowded(REDIS, groups=197)),
            Refusal("InvalidParameter", {**CHANGE, "ModifyMode": "Extend"}),
            Refusal("InvalidParameter", {**CHANGE, "SecurityIpGroupAttribute": "secret"}),
            Refusal("InvalidParameter", {**CHANGE, "SecurityIpGroupName": "ali_dms_group"}),
        ),
    ),
    Example(
        "kvstore:SwitchNetwork",
        SWITCH,
        (
            Refusal("InvalidInstanceId.NotFound", {**SWITCH, **NOWHERE}, 404),
            Refusal("IncorrectDBInstanceState", SWITCH, 403, BUSY),
            Refusal("VpcAndVSwitchNotChange", SWITCH, given=HYBRID_REDIS),
            Refusal("VpcVerifyError", {**SWITCH, "VpcId": UNUSED_VPC}, given=with_vswitch_b),
            Refusal("VpcVerifyError", {**SWITCH, "VSwitchId": "vsw-none"}, given=with_vswitch_b),
            Refusal("IzNotSupportVpcError", {**SWITCH, "VSwitchId": VSWITCH}),
            Refusal("InsufficientResourceCapacity", SWITCH, 403, with_full_vswitches),
            Refusal("InvalidParameter", {**SWITCH, "ClassicExpiredDays": "7"}, given=with_vswitch_b),
            Refusal("InvalidParameter", {**SWITCH, "TargetNetworkType": "CLASSIC"}, given=with_vswitch_b),
            Refusal("MissingParameter", {**SWITCH, "ClassicExpiredDays": ""}, given=with_vswitch_b),
            Refusal("SimulatorNotImplemented", {**SWITCH, "VSwitchId": VSWITCH}, 400, HYBRID_REDIS),
        ),
        with_vswitch_b,
    ),
    Example(
        "kvstore:ModifyInstanceNetExpireTime",
        EXTEND,
        (
            Refusal("InvalidInstanceId.NotFound", {**EXTEND, **NOWHERE}, 404),
            Refusal("IncorrectDBInstanceState", EXTEND, 403, hybrid(REDIS, status="Changing")),
            Refusal("ClassicExpiredDaysError", {**EXTEND, "ClassicExpiredDays": 0}, given=HYBRID_REDIS),
            Refusal("InvalidParameter", {**EXTEND, "ClassicExpiredDays": 31}, given=HYBRID_REDIS),
            Refusal("InvalidConnectionString.NotFound", EXTEND),
        ),
        HYBRID_REDIS,
    ),
)
