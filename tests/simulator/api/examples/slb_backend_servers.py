"""Examples for simulator/api/slb_backend_servers.py."""

from __future__ import annotations

import json
from typing import Any

from simulator.model.estate import Estate
from tests.simulator.api.examples import Example, Given, Refusal
from tests.simulator.api.load_balanced import CLASSIC, GROUP, INNER, PUBLIC, USED_GROUP, and_then, load_balanced
from tests.simulator.api.sample_ids import MON_1, VPC, VSWITCH, WEB_1

Call = dict[str, Any]


def _servers(*servers: Call) -> str:
    return json.dumps(servers)


def mon_1_in_vpc(estate: Estate) -> None:
    instance = estate.instances.find(MON_1)
    assert instance
    instance.network_type, instance.vpc_id, instance.vswitch_id = "vpc", VPC, VSWITCH


def mon_1_stopped(estate: Estate) -> None:
    instance = estate.instances.find(MON_1)
    assert instance
    instance.status = "Stopped"


NEW, PRESENT = {"ServerId": MON_1, "Port": 80, "Weight": "20"}, {"ServerId": WEB_1, "Port": 80}
HEAVY = {**NEW, "Weight": 101}
TOO_MANY = _servers(*({"ServerId": f"i-{number}", "Port": 80} for number in range(21)))
NOT_A_LIST, WITHOUT_ID = '{"ServerId": "i-1"}', '[{"Weight": 1}]'
LB_NOT_THERE = "InvalidLoadBalancerId.NotFound"


def _refused_servers(target: Call, field: str = "BackendServers") -> tuple[Refusal, ...]:
    """What cannot be added to `target`."""

    def refusal(code: str, servers: str, given: Given = load_balanced) -> Refusal:
        return Refusal(code, {**target, field: servers}, given=given)

    return (
        refusal("BackendServersMalformed", NOT_A_LIST),
        refusal("BackendServersMalformed", WITHOUT_ID),
        refusal("TooManyBackendServers", TOO_MANY),
        refusal("ObtainIpFail", _servers({**NEW, "ServerId": "i-none"})),
        refusal("ObtainIpFail", _servers(NEW), and_then(mon_1_stopped)),
        refusal("InvalidWeight.Malformed", _servers(HEAVY)),
        refusal("InvalidBackendServers.Inconsistent", _servers(NEW), and_then(mon_1_in_vpc)),
    )


def _unreadable(target: Call) -> tuple[Refusal, ...]:
    return (
        Refusal("BackendServersMalformed", {**target, "BackendServers": NOT_A_LIST}, given=load_balanced),
        Refusal("TooManyBackendServers", {**target, "BackendServers": TOO_MANY}, given=load_balanced),
    )


LB, IN_GROUP = {"LoadBalancerId": PUBLIC}, {"VServerGroupId": GROUP}
NO_LB, NO_GROUP = {"LoadBalancerId": "lb-none"}, {"VServerGroupId": "rsp-none"}
NEW_SERVER = {"BackendServers": _servers(NEW)}
PRESENT_SERVER = {"BackendServers": _servers(PRESENT)}
REPLACED = {"OldBackendServers": _servers(PRESENT), "NewBackendServers": _servers(NEW)}
MANY_TAGS = [{"Key": f"k{number}", "Value": ""} for number in range(21)]

EXAMPLES = (
    Example(
        "slb:AddBackendServers",
        {**LB, **NEW_SERVER},
        (
            Refusal(LB_NOT_THERE, {**NO_LB, **NEW_SERVER}, 404),
            *_refused_servers(LB),
            Refusal("InvalidBackendServers.ServerIpConflict", {**LB, **PRESENT_SERVER}, given=load_balanced),
            Refusal("InvalidParameter", {"LoadBalancerId": INNER, **NEW_SERVER}, given=load_balanced),
            Refusal("InvalidParameter", {"LoadBalancerId": CLASSIC, **NEW_SERVER}, given=and_then(mon_1_in_vpc)),
        ),
        load_balanced,
    ),
    Example(
        "slb:RemoveBackendServers",
        {**LB, "BackendServers": _servers({"ServerId": WEB_1})},
        (Refusal(LB_NOT_THERE, {**NO_LB, **NEW_SERVER}, 404), *_unreadable(LB)),
        load_balanced,
    ),
    Example(
        "slb:SetBackendServers",
        {**LB, "BackendServers": _servers({"ServerId": WEB_1, "Weight": 7})},
        (
            Refusal(LB_NOT_THERE, {**NO_LB, **NEW_SERVER}, 404),
            *_unreadable(LB),
            Refusal(
                "InvalidWeight.Malformed",
                {**LB, "BackendServers": _servers({"ServerId": WEB_1, "Weight": -1})},
                given=load_balanced,
            ),
            Refusal("InvalidParameter", {**LB, **NEW_SERVER}, given=load_balanced),
        ),
        load_balanced,
    ),
    Example(
        "slb:CreateVServerGroup",
        {**LB, **NEW_SERVER, "VServerGroupName": "new", "Tag": [{"Key": "a", "Value": "b"}]},
        (
            Refusal(LB_NOT_THERE, {**NO_LB, **NEW_SERVER}, 404),
            *_refused_servers(LB),
            Refusal("InvalidParameter", {**LB, "VServerGroupName": "a b"}, given=load_balanced),
            Refusal("InvalidParameter", {**LB, "BackendServers": _servers({"ServerId": MON_1})}, given=load_balanced),
            Refusal("MissingParam.TagKey", {**LB, "Tag": [{"Value": "x"}]}, given=load_balanced),
            Refusal("SizeLimitExceeded.Tag", {**LB, "Tag": MANY_TAGS}, given=load_balanced),
        ),
        load_balanced,
    ),
    Example(
        "slb:DescribeVServerGroups",
        {**LB, "IncludeListener": True, "IncludeRule": True},
        (
            Refusal(LB_NOT_THERE, NO_LB, 404),
            Refusal("MissingParam.TagKey", {**LB, "Tag": [{"Value": "x"}]}, given=load_balanced),
        ),
        load_balanced,
    ),
    Example(
        "slb:DescribeVServerGroupAttribute", IN_GROUP, (Refusal("InvalidParameter", NO_GROUP, 404),), load_balanced
    ),
    Example(
        "slb:SetVServerGroupAttribute",
        {**IN_GROUP, "VServerGroupName": "renamed", "BackendServers": _servers({**PRESENT, "Weight": 1})},
        (
            Refusal("InvalidParameter", {**NO_GROUP, "VServerGroupName": "x"}, 404),
            Refusal("InvalidParameter", {**IN_GROUP, **NEW_SERVER}, given=load_balanced),
            *_unreadable(IN_GROUP),
            Refusal(
                "InvalidWeight.Malformed",
                {**IN_GROUP, "BackendServers": _servers({**PRESENT, "Weight": 101})},
                given=load_balanced,
            ),
        ),
        load_balanced,
    ),
    Example(
        "slb:AddVServerGroupBackendServers",
        {**IN_GROUP, **NEW_SERVER},
        (
            Refusal("InvalidParameter", {**NO_GROUP, **NEW_SERVER}, 404),
            *_refused_servers(IN_GROUP),
            Refusal("InvalidBackendServers.ServerIpConflict", {**IN_GROUP, **PRESENT_SERVER}, given=load_balanced),
        ),
        load_balanced,
    ),
    Example(
        "slb:RemoveVServerGroupBackendServers",
        {**IN_GROUP, **PRESENT_SERVER},
        (Refusal("InvalidParameter", {**NO_GROUP, **NEW_SERVER}, 404), *_unreadable(IN_GROUP)),
        load_balanced,
    ),
    Example(
        "slb:ModifyVServerGroupBackendServers",
        {**IN_GROUP, **REPLACED},
        (
            Refusal("InvalidParameter", {**NO_GROUP, **REPLACED}, 404),
            *_refused_servers(IN_GROUP, "NewBackendServers"),
            Refusal(
                "InvalidBackendServers.ServerIpConflict",
                {**IN_GROUP, "NewBackendServers": _servers(PRESENT)},
                given=load_balanced,
            ),
        ),
        load_balanced,
    ),
    Example(
        "slb:DeleteVServerGroup",
        IN_GROUP,
        (
            Refusal("InvalidParameter", NO_GROUP, 404),
            Refusal("RspoolVipExist", {"VServerGroupId": USED_GROUP}, given=load_balanced),
        ),
        load_balanced,
    ),
)
