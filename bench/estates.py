"""Estates of any size in the proportions of a real one, always the same for one size.

A security group for 8 instances, with 24 rules; every twentieth group stays. Three disks for two instances, and a
snapshot of every third disk; a database for 25 instances, and a vServer group for 50.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from estate.model import Estate

PER_GROUP: Final = 8
STAYING: Final = 20  # each twentieth group
RULES: Final = 24
EVERYBODY: Final = "10.0.0.0/8"
START: Final = datetime(2026, 12, 12, 2, tzinfo=UTC)


def estate_of(instances: int) -> Estate:
    """Return a region with so many classic instances."""
    groups = -(-instances // PER_GROUP)
    return Estate.model_validate(
        {
            "region_id": "cn-hangzhou",
            "account_id": "1234567890123456",
            "read_at": START - timedelta(days=14),
            "instances": [_instance(number) for number in range(instances)],
            "disks": [_disk(number, place) for number in range(instances) for place in range(1 + number % 2)],
            "snapshots": [_snapshot(number) for number in range(0, instances, 2)],
            "security_groups": [_group(number, groups) for number in range(groups)],
            "instance_types": [{"id": "ecs.n1.large", "eni_quantity": 2}],
            "zones": [{"id": "cn-hangzhou-b", "vswitch_available": True}],
            "databases": [_database(number) for number in range(0, instances, 25)],
            "vserver_groups": [_vserver_group(number) for number in range(0, instances, 50)],
            "auto_snapshot_policies": [
                {"id": f"sp-{number}", "hours": [3], "weekdays": [7]} for number in range(groups)
            ],
        }
    )


def config_of(estate: Estate, waves: int = 1) -> dict[str, Any]:
    """Return a config that moves all who do not stay, group by group in so many waves, with all that hangs on them."""
    moving = [item.id for item in estate.instances if not _stays(int(item.id.removeprefix("i-")) // PER_GROUP)]
    return {
        "waves": [
            {
                "name": f"wave-{wave}",
                "window": {
                    "start": (START + timedelta(days=wave)).isoformat(),
                    "latest": (START + timedelta(days=wave + 7)).isoformat(),
                },
                "instances": [item for place, item in enumerate(moving) if place // PER_GROUP % waves == wave],
            }
            for wave in range(waves)
        ],
        "network": {
            "mode": "create",
            "name": "target",
            "cidrBlock": "172.16.0.0/12",
            "vswitches": [{"zone": "cn-hangzhou-b", "cidrBlock": "172.16.0.0/16"}],
        },
        "securityGroups": {"mode": "clone"},
        "databases": [{"id": item.id, "hybridAccess": {}} for item in estate.databases],
        "classicLink": {},
        "backups": {"retentionDays": 30},
        "evidence": {"files": ["evidence.json"], "maxAgeHours": 336},
        "after": {"convertPublicIps": moving},
    }


def _stays(group: int) -> bool:
    return group % STAYING == STAYING - 1


def _address(number: int) -> str:
    return f"10.{16 + number // 62_500}.{number // 250 % 250}.{number % 250 + 1}"


def _instance(number: int) -> dict[str, Any]:
    return {
        "id": f"i-{number:06}",
        "name": f"server-{number}",
        "zone_id": "cn-hangzhou-b",
        "instance_type": "ecs.n1.large",
        "status": "Running",
        "network_type": "classic",
        "security_group_ids": [f"sg-{number // PER_GROUP:06}"],
        "intranet_ips": [_address(number)],
        "tags": [{"key": "tier", "value": f"t{number % 5}"}],
    }


def _disk(number: int, place: int) -> dict[str, Any]:
    return {
        "id": f"d-{number:06}-{place}",
        "instance_ids": [f"i-{number:06}"],
        "type": "data" if place else "system",
        "category": "cloud_essd",
        "size_gib": 40,
        "status": "In_use",
        "auto_snapshot_policy_id": f"sp-{number // PER_GROUP}",
    }


def _snapshot(number: int) -> dict[str, Any]:
    created_at = START - timedelta(days=30)
    return {"id": f"s-{number:06}", "disk_id": f"d-{number:06}-0", "status": "accomplished", "created_at": created_at}


def _group(number: int, groups: int) -> dict[str, Any]:
    """Return a group that names three neighbours and one that stays, the public, and in one of four everybody."""
    near = [{"group_id": f"sg-{other:06}"} for other in range(number + 1, number + 4) if other < groups]
    stays = number - number % STAYING + STAYING - 1
    near += [{"group_id": f"sg-{stays:06}"}] if stays < groups else []
    near += [{"cidr_ip": _address(number * PER_GROUP)}]
    near += [{"cidr_ip": EVERYBODY, "ip_protocol": "ICMP", "port_range": "-1/-1"}] if number % 4 == 0 else []
    far = [{"cidr_ip": f"203.0.113.{place}", "nic_type": "internet"} for place in range(RULES - len(near))]
    return {"id": f"sg-{number:06}", "name": f"group-{number}", "rules": [_rule(**peer) for peer in (*near, *far)]}


def _rule(**fields: Any) -> dict[str, Any]:
    return {
        "direction": "ingress",
        "nic_type": "intranet",
        "ip_protocol": "TCP",
        "port_range": "8080/8080",
        "policy": "accept",
        "priority": 1,
        **fields,
    }


def _database(number: int) -> dict[str, Any]:
    return {
        "id": f"rm-{number:06}",
        "engine": "MySQL",
        "engine_version": "5.7",
        "zone_id": "cn-hangzhou-b",
        "network_type": "classic",
        "security_ip_mode": "normal",
        "whitelist_groups": [{"name": "app", "security_ips": [_address(number + place) for place in range(10)]}],
    }


def _vserver_group(number: int) -> dict[str, Any]:
    return {
        "id": f"rsp-{number:06}",
        "name": f"servers-{number}",
        "load_balancer_id": f"lb-{number:06}",
        "address_type": "internet",
        "servers": [{"server_id": f"i-{number + place:06}", "port": 80, "weight": 100} for place in range(4)],
    }
