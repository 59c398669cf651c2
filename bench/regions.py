"""Simulated regions of any size in the proportions of a real one, with the stack that moves one; seeded.

A security group for 8 instances, with ten to sixty rules, and each twentieth stays. Three disks for two instances, a
snapshot of every third; an RDS for 25 instances, a Redis for 50, a load balancer for 50. Every instance that moves has
evidence. What else a stack says is that of the build's own sample: so each build gets a stack that it understands.
"""

from __future__ import annotations

import copy
import json
import random
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import yaml

from demo.project import CONFIG_KEY, REPOSITORY

PER_GROUP: Final = 8
STAYING: Final = 0.05
_ZONES: Final = ("cn-hangzhou-b", "cn-hangzhou-h")
_TYPES: Final = ("ecs.n1.large", "ecs.sn1.medium", "ecs.n4.large")
_PORTS: Final = (22, 80, 443, 3306, 5432, 6379, 8080, 8081, 9000, 9090, 9100, 9200, 11211, 27017)
_SAMPLE: Final = REPOSITORY / "simulator/estates/sample.yaml"
_EVIDENCE: Final = "simulator/estates/sample-evidence.json"


@dataclass
class Region:
    """A region with so many classic instances; the same for one size and seed."""

    instances: int
    seed: int = 7

    def __post_init__(self) -> None:
        """Throw everything in one fixed order: the parts depend on it."""
        self._dice = random.Random(self.seed)  # noqa: S311 - the same region each time
        self._groups = max(3, -(-self.instances // PER_GROUP))
        self._staying = max(1, int(self._groups * STAYING))
        servers = [self._server(number) for number in range(self.instances)]
        disks = [disk for number in range(self.instances) for disk in self._disks(number)]
        groups = [self._group(number) for number in range(self._groups)]
        balancers = range(max(1, self.instances // 50))
        sample = yaml.safe_load(_SAMPLE.read_text(encoding="utf-8"))
        shared = ("version", "now", "region_id", "account_id", "users", "timings", "zones", "instance_types")
        self.estate: dict[str, Any] = {
            **{key: sample[key] for key in shared},
            "instances": servers,
            "disks": disks,
            "snapshots": [_snapshot(disk) for disk in disks if self._dice.random() < 1 / 3],
            "security_groups": groups,
            "databases": [self._rds(number) for number in range(max(1, self.instances // 25))],
            "redis": [self._redis(number) for number in range(self.instances // 50)],
            "load_balancers": [_load_balancer(number) for number in balancers],
            "vserver_groups": [self._vserver_group(number) for number in balancers],
            "quotas": {"vpcs": 10},
        }

    @cached_property
    def moving(self) -> list[str]:
        """The ids of the instances that move."""
        return [_instance_id(number) for number in range(self.instances) if not self._stays(self._group_of(number))]

    def stack(self, build: Path, directory: Path) -> dict[str, Any]:
        """Return the config of the stack that moves the region, for a build; its evidence is written to a directory."""
        evidence = directory / "evidence.json"
        evidence.write_text(json.dumps({"schemaVersion": 1, "evidence": self._evidence(build)}), encoding="utf-8")
        config: dict[str, Any] = yaml.safe_load((build / "Pulumi.dev.yaml").read_text(encoding="utf-8"))["config"]
        migration = config[CONFIG_KEY]
        del migration["later"]
        go = next(item for item in migration["attestations"] if item["kind"] == "application-go")
        behind = {item["instance_id"] for group in self.estate["vserver_groups"] for item in group["backend_servers"]}
        migration |= {
            "instances": [
                {"id": item, "rejoinVserverGroups": True} if item in behind else item for item in self.moving
            ],
            "network": {
                "mode": "create",
                "name": "bench",
                "cidrBlock": "172.16.0.0/16",
                "vswitches": [
                    {"zone": zone, "cidrBlock": f"172.16.{64 * place}.0/18"} for place, zone in enumerate(_ZONES)
                ],
            },
            "databases": [
                {"id": item["id"], "hybridAccess": {}} for key in ("databases", "redis") for item in self.estate[key]
            ],
            "attestations": [go | {"instances": self.moving}],
            "evidence": {"files": [str(evidence)], "maxAgeHours": 336},
        }
        # The build of 2026-11-28 has no such key.
        if "staying" in migration:
            staying = sorted({item["id"] for item in self.estate["instances"]} - set(self.moving))
            migration["staying"] = [migration["staying"][0] | {"instances": staying}]
        return config

    def _evidence(self, build: Path) -> list[dict[str, Any]]:
        evidence = json.loads((build / _EVIDENCE).read_text(encoding="utf-8"))["evidence"]
        sample = next(item for item in evidence if item["instanceId"].startswith("i-bp1batch"))
        moving = set(self.moving)
        found = []
        for number, server in enumerate(self.estate["instances"]):
            if server["id"] in moving:
                item = copy.deepcopy(sample) | {"instanceId": server["id"]}
                mac = f"00:16:3e:{number // 65536:02x}:{number // 256 % 256:02x}:{number % 256:02x}"
                item["facts"] |= {"hostName": server["name"], "macAddresses": [f"eth0 {mac}"]}
                if "ipAddresses" in item["facts"]:
                    item["facts"]["ipAddresses"] = server["intranet_ips"]
                found.append(item)
        return found

    def _group_of(self, number: int) -> int:
        return number * self._groups // self.instances

    def _stays(self, group: int) -> bool:
        return group >= self._groups - self._staying

    def _server(self, number: int) -> dict[str, Any]:
        group = self._group_of(number)
        groups = [_group_id(group)]
        if self._dice.random() < 0.03 and not self._stays(group) and not self._stays(group + 1):
            groups.append(_group_id(group + 1))
        public = self._dice.random() < 0.3
        return {
            "id": _instance_id(number),
            "name": f"srv-{number}",
            "zone_id": _ZONES[number // PER_GROUP % 2],
            "instance_type": self._dice.choice(_TYPES),
            "intranet_ips": [_address(number)],
            "public_ips": [f"192.0.{2 + number // 250 % 250}.{number % 250 + 1}"] if public else [],
            "internet_max_bandwidth_out": 10 if public else 0,
            "security_group_ids": groups,
            "tags": {"wave": "1", "tier": f"t{number % 5}"},
        }

    def _disks(self, number: int) -> list[dict[str, Any]]:
        return [
            {
                "id": f"d-bp1n{number:013d}{place:02d}",
                "name": f"srv-{number}-{place}",
                "instance_id": _instance_id(number),
                "type": "data" if place else "system",
                "size_gib": self._dice.choice((100, 200) if place else (40, 60)),
                "device": f"/dev/xvd{'ab'[place]}",
                "zone_id": _ZONES[number // PER_GROUP % 2],
            }
            for place in range(1 + (self._dice.random() < 0.5))
        ]

    def _group(self, number: int) -> dict[str, Any]:
        found: dict[str, dict[str, Any]] = {}
        number_of_rules = self._dice.randint(10, 60)
        for rule in self._near(number):
            found[json.dumps(rule)] = rule
        while len(found) < number_of_rules:
            rule = self._far()
            found[json.dumps(rule)] = rule
        return {
            "id": _group_id(number),
            "name": f"group-{number}",
            "description": "",
            "created_at": "2017-03-14T10:00:00+08:00",
            "tags": {"tier": f"t{number % 5}"},
            "rules": list(found.values()),
        }

    def _near(self, number: int) -> list[dict[str, Any]]:
        """Return the rules with neighbours, with groups that stay, and with everybody inside."""
        dice, moving = self._dice, self._groups - self._staying
        rules = [_rule(port, cidr_ip="0.0.0.0/0", nic_type="internet") for port in (80, 443) if number % 5 == 0]
        for _ in range(dice.randint(2, 6)):
            low, high = (0, moving) if self._stays(number) else (max(0, number - 20), min(moving, number + 20))
            other = dice.randrange(low, high)
            if other != number:
                rules.append(_rule(dice.choice(_PORTS), group_id=_group_id(other)))
        if not self._stays(number) and dice.random() < 0.5:
            rules.append(_rule(9100, group_id=_group_id(dice.randrange(moving, self._groups))))
        if dice.random() < 0.25:
            rules.append(_rule(0, cidr_ip="10.0.0.0/8") | {"ip_protocol": "ICMP", "port_range": "-1/-1"})
        if dice.random() < 0.2:
            rules.append(
                _rule(25, cidr_ip="0.0.0.0/0", nic_type="internet")
                | {"direction": "egress", "policy": "drop", "priority": 1}
            )
        return rules

    def _far(self) -> dict[str, Any]:
        """Return a rule with somebody on the internet."""
        dice, port = self._dice, self._dice.choice(_PORTS)
        kind = dice.random()
        if kind < 0.75:
            block, priority = f"203.0.113.{dice.randrange(256)}/32", dice.choice((1, 1, 1, 10))
            return _rule(port, cidr_ip=block, nic_type="internet") | {"priority": priority, "description": "partner"}
        if kind < 0.95:
            rule = _rule(port, cidr_ip=f"198.51.100.{dice.randrange(256)}/32", nic_type="internet")
            return rule | {"direction": "egress", "description": "supplier"}
        rule = _rule(port, cidr_ip=f"203.0.113.{dice.randrange(0, 256, 16)}/28", nic_type="internet")
        return rule | {"ip_protocol": "UDP", "port_range": f"{port}/{port + 9}"}

    def _users(self) -> list[str]:
        """Return the addresses of ten who use a database."""
        numbers = [number for number in range(self.instances) if not self._stays(self._group_of(number))]
        return [_address(number) for number in self._dice.sample(numbers, min(len(numbers), 10))]

    def _rds(self, number: int) -> dict[str, Any]:
        database_id = f"rm-bp1n{number:014d}"
        groups = [
            {"name": "default", "security_ips": ["127.0.0.1"]},
            {"name": "app_servers", "security_ips": [f"{address}/32" for address in self._users()]},
            {"name": "hdm_security_ips", "attribute": "hidden", "security_ips": ["100.104.5.0/24"]},
        ]
        return {
            "id": database_id,
            "description": f"db-{number}",
            "engine": "MySQL",
            "engine_version": "5.7",
            "zone_id": _ZONES[number % 2],
            "instance_class": "rds.mysql.s2.large",
            "security_ip_mode": "normal",
            "endpoints": [_endpoint(f"{database_id}.mysql.rds.aliyuncs.com", f"10.200.{number // 200}", number, 3306)],
            "whitelist_groups": groups,
        }

    def _redis(self, number: int) -> dict[str, Any]:
        database_id = f"r-bp1n{number:015d}"
        return {
            "id": database_id,
            "description": f"cache-{number}",
            "zone_id": _ZONES[number % 2],
            "endpoints": [_endpoint(f"{database_id}.redis.rds.aliyuncs.com", f"10.201.{number // 200}", number, 6379)],
            "whitelist_groups": [
                {"name": "default", "security_ips": ["127.0.0.1"]},
                {"name": "web_servers", "security_ips": self._users()},
            ],
        }

    def _vserver_group(self, number: int) -> dict[str, Any]:
        group = number * 5 % (self._groups - self._staying)
        members = [item for item in range(self.instances) if self._group_of(item) == group][:4]
        return {
            "id": f"rsp-bp1n{number:012d}",
            "name": f"vs-{number}",
            "load_balancer_id": f"lb-bp1n{number:012d}",
            "backend_servers": [{"instance_id": _instance_id(item), "port": 8080} for item in members],
        }


def _instance_id(number: int) -> str:
    return f"i-bp1n{number:015d}"


def _group_id(number: int) -> str:
    return f"sg-bp1g{number:014d}"


def _address(number: int) -> str:
    return f"10.{16 + number // 60_000}.{number // 240 % 250}.{number % 240 + 5}"


def _rule(port: int, **peer: str) -> dict[str, Any]:
    known = {"direction": "ingress", "nic_type": "intranet", "ip_protocol": "TCP", "port_range": f"{port}/{port}"}
    return known | peer


def _snapshot(disk: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": disk["id"].replace("d-", "s-", 1),
        "name": "old",
        "disk_id": disk["id"],
        "source_type": disk["type"],
        "source_size_gib": disk["size_gib"],
        "created_at": "2026-10-01T03:00:00+08:00",
    }


def _load_balancer(number: int) -> dict[str, Any]:
    return {
        "id": f"lb-bp1n{number:012d}",
        "name": f"clb-{number}",
        "address": f"198.51.{100 + number // 250}.{number % 250 + 1}",
        "master_zone_id": _ZONES[0],
        "slave_zone_id": _ZONES[1],
    }


def _endpoint(name: str, network: str, number: int, port: int) -> dict[str, Any]:
    address = f"{network}.{number % 200 + 1}"
    return {"connection_string": name, "ip_address": address, "ip_type": "Inner", "port": port}
