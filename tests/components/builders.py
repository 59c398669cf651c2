"""Small estates and configs for tests of the components: each builder gives something valid that a test then bends."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from estate.model import (
    Database,
    Disk,
    Estate,
    Instance,
    InstanceType,
    SecurityGroup,
    SecurityGroupRule,
    Vpc,
    VSwitch,
    WhitelistGroup,
    Zone,
)

FILE = "Pulumi.test.yaml"

CONFIG: dict[str, Any] = {
    "window": {"start": "2026-12-12T02:00:00+08:00", "latest": "2026-12-20T00:00:00+08:00"},
    "instances": ["i-web", "i-app"],
    "network": {
        "mode": "create",
        "name": "target",
        "cidrBlock": "172.16.0.0/16",
        "vswitches": [{"zone": "cn-hangzhou-b", "cidrBlock": "172.16.1.0/24"}],
    },
    "securityGroups": {"mode": "clone"},
    "databases": [{"id": "rm-orders"}],
    "classicLink": {},
    "backups": {"retentionDays": 30},
}


# What a decision needs beside its reason and its owner, "me".
APPROVED: dict[str, str] = {
    "approvedBy": "you",
    "approvedAt": "2026-12-01T09:00:00+08:00",
    "expires": "2026-12-19T09:00:00+08:00",
}


def config(**changes: Any) -> dict[str, Any]:
    """A valid config with top-level keys changed; None takes a key away."""
    changed = {**deepcopy(CONFIG), **changes}
    return {key: value for key, value in changed.items() if value is not None}


def rule(**fields: Any) -> SecurityGroupRule:
    """An intranet ingress rule that accepts TCP 8080."""
    return SecurityGroupRule.model_validate(
        {
            "direction": "ingress",
            "nic_type": "intranet",
            "ip_protocol": "TCP",
            "port_range": "8080/8080",
            "policy": "accept",
            "priority": 1,
            **fields,
        }
    )


def instance(instance_id: str, group: str, ip: str, **fields: Any) -> Instance:
    """A running classic instance in cn-hangzhou-b."""
    return Instance.model_validate(
        {
            "id": instance_id,
            "name": instance_id.removeprefix("i-"),
            "zone_id": "cn-hangzhou-b",
            "instance_type": "ecs.n1.small",
            "status": "Running",
            "network_type": "classic",
            "security_group_ids": (group,),
            "intranet_ips": (ip,),
            **fields,
        }
    )


def estate(**changes: Any) -> Estate:
    """Two migrating instances (web, app), one that stays and is talked to (mon), one that stays alone (idle)."""
    parts: dict[str, Any] = {
        "region_id": "cn-hangzhou",
        "account_id": "1234567890123456",
        "read_at": datetime(2026, 11, 30, 1, tzinfo=UTC),
        "instances": (
            instance("i-web", "sg-web", "10.1.0.1", tags=({"key": "wave", "value": "1"},)),
            instance("i-app", "sg-app", "10.1.0.2"),
            instance("i-mon", "sg-mon", "10.1.0.3"),
            instance("i-idle", "sg-idle", "10.1.0.4"),
        ),
        "disks": (
            Disk(id="d-web", instance_ids=("i-web",), type="system", category="cloud", size_gib=40, status="In_use"),
            Disk(id="d-app", instance_ids=("i-app",), type="system", category="cloud", size_gib=40, status="In_use"),
            Disk(id="d-mon", instance_ids=("i-mon",), type="system", category="cloud", size_gib=40, status="In_use"),
        ),
        "security_groups": (
            SecurityGroup(id="sg-web", name="web", rules=(rule(group_id="sg-app"),)),
            SecurityGroup(id="sg-app", name="app", rules=(rule(group_id="sg-web"), rule(group_id="sg-mon"))),
            SecurityGroup(id="sg-mon", name="mon", rules=(rule(group_id="sg-app", port_range="9100/9100"),)),
            SecurityGroup(id="sg-idle", name="idle"),
        ),
        "instance_types": (InstanceType(id="ecs.n1.small", eni_quantity=1),),
        "zones": (
            Zone(id="cn-hangzhou-b", vswitch_available=True, instance_types=("ecs.n1.small",)),
            Zone(id="cn-hangzhou-e", vswitch_available=False),
        ),
        "vpcs": (
            Vpc(id="vpc-old", cidr_block="172.16.0.0/12"),
            Vpc(id="vpc-other", cidr_block="10.0.0.0/8"),
        ),
        "vswitches": (
            vswitch("vsw-old", "vpc-old", "172.16.8.0/24"),
            vswitch("vsw-twin", "vpc-old", "172.16.9.0/24"),
            vswitch("vsw-other", "vpc-other", "10.0.8.0/24"),
        ),
        "databases": (
            Database(
                id="rm-orders",
                engine="MySQL",
                engine_version="5.7",
                zone_id="cn-hangzhou-b",
                network_type="classic",
                security_ip_mode="normal",
                whitelist_groups=(WhitelistGroup(name="app", security_ips=("10.1.0.2",)),),
            ),
        ),
    }
    return Estate.model_validate({**parts, **changes})


def vswitch(vswitch_id: str, vpc_id: str, cidr_block: str) -> VSwitch:
    """An available VSwitch in cn-hangzhou-b with 200 free addresses."""
    return VSwitch(
        id=vswitch_id,
        vpc_id=vpc_id,
        zone_id="cn-hangzhou-b",
        cidr_block=cidr_block,
        status="Available",
        available_ip_address_count=200,
    )
