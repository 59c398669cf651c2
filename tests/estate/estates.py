"""A small simulated estate with one of everything that the reader and the provider meet, and sessions with it."""

from __future__ import annotations

import atexit
import functools
from contextlib import ExitStack
from typing import Any

from estate.client import Cloud
from estate.settings import CloudSettings
from simulator.model.estate import Estate
from simulator.server import Simulator, running

ACCOUNT = "1234567890123456"
REGION = "cn-hangzhou"
ZONE = "cn-hangzhou-h"


def estate(**changes: Any) -> Estate:
    """Return the estate; `changes` replace whole lists of it."""
    fields: dict[str, Any] = {
        "version": 1,
        "now": "2026-11-23T08:00:00+08:00",
        "region_id": REGION,
        "account_id": ACCOUNT,
        "timings": {"vpc": 0, "vswitch": 0, "snapshot": 0},
        "users": [_user("tester", "1"), _user("blind", "2", ["ecs:DescribeInstances"])],
        "zones": [
            {"id": ZONE, "local_name": "H", "instance_types": ["ecs.n1.small", "ecs.g5.large"]},
            {"id": "cn-hangzhou-c", "local_name": "C", "vswitch_available": False},
        ],
        "instance_types": [
            {"id": "ecs.n1.small", "family": "ecs.n1", "cpu": 1, "memory_gib": 2, "eni_quantity": 1},
            {"id": "ecs.g5.large", "family": "ecs.g5", "cpu": 2, "memory_gib": 8, "eni_quantity": 2},
        ],
        "security_groups": [
            {
                "id": "sg-classic",
                "name": "web",
                "rules": [
                    _rule("internet", cidr_ip="0.0.0.0/0", port_range="80/80"),
                    _rule("internet", cidr_ip="0.0.0.0/0", port_range="-1/-1", ip_protocol="ALL", direction="egress"),
                    _rule("intranet", group_id="sg-peer", port_range="3306/3306", priority=110),
                ],
            },
            {"id": "sg-peer", "name": "peer", "inner_access_policy": "Drop"},
            {"id": "sg-vpc", "name": "target", "vpc_id": "vpc-1"},
            {"id": "sg-vpc2", "name": "second", "vpc_id": "vpc-1"},
        ],
        "instances": [
            {
                "id": "i-2",
                "name": "web-2",
                "zone_id": ZONE,
                "instance_type": "ecs.n1.small",
                "intranet_ips": ["10.160.0.2"],
                "public_ips": ["47.96.0.2"],
                "internet_max_bandwidth_out": 5,
                "security_group_ids": ["sg-peer", "sg-classic"],
                "locks": ["security"],
                "tags": {"team": "shop"},
            },
            {
                "id": "i-1",
                "name": "web-1",
                "zone_id": ZONE,
                "instance_type": "ecs.n1.small",
                "intranet_ips": ["10.160.0.1"],
                "security_group_ids": ["sg-classic"],
            },
            {
                "id": "i-3",
                "name": "batch",
                "zone_id": ZONE,
                "instance_type": "ecs.n1.small",
                "intranet_ips": ["10.160.0.3"],
                "security_group_ids": ["sg-peer"],
            },
        ],
        "disks": [
            {
                "id": "d-1",
                "instance_id": "i-1",
                "type": "system",
                "size_gib": 40,
                "device": "/dev/xvda",
                "zone_id": ZONE,
            }
        ],
        "snapshots": [
            {
                "id": "s-1",
                "disk_id": "d-1",
                "source_size_gib": 40,
                "retention_days": 30,
                "created_at": "2026-11-20T08:00:00+08:00",
            }
        ],
        "vpcs": [
            {"id": "vpc-1", "name": "target", "cidr_block": "172.16.0.0/12", "classic_link_enabled": True},
            {"id": "vpc-2", "cidr_block": "192.168.0.0/16"},
        ],
        "vswitches": [
            {
                "id": "vsw-1",
                "vpc_id": "vpc-1",
                "zone_id": ZONE,
                "cidr_block": "172.16.0.0/24",
                "network_acl_id": "nacl-shop",
            }
        ],
        "network_acls": [{"id": "nacl-shop", "vpc_id": "vpc-1"}, {"id": "nacl-unbound", "vpc_id": "vpc-1"}],
        "databases": [
            _database("rm-normal", "normal"),
            _database("rm-safety", "safety"),
            _database("rr-safety", "safety") | {"primary_id": "rm-safety"},
        ],
        "redis": [_apsara("r-cache", _endpoint("r-cache"))],
        "mongodb": [
            _apsara("dds-three", _endpoint("dds-three1", "Primary"), _endpoint("dds-three2", "Secondary")),
            _apsara("dds-one", _endpoint("dds-one1", "Primary")) | {"replication_factor": 1},
        ],
        "access_lists": [{"id": "acl-callers", "name": "callers", "entries": [{"entry": "10.160.0.1/32"}]}],
        "load_balancers": [
            {
                "id": "lb-front",
                "name": "front",
                "address": "192.0.2.80",
                "master_zone_id": ZONE,
                "slave_zone_id": ZONE,
            }
        ],
        "vserver_groups": [
            {
                "id": "rsp-front",
                "name": "front",
                "load_balancer_id": "lb-front",
                "backend_servers": [{"instance_id": "i-1", "port": 80, "weight": 50}],
            }
        ],
        "registries": [{"id": "cri-empty", "name": "empty"}],
        "buckets": [{"id": "empty"}],
        "classic_links": [{"instance_id": "i-1", "vpc_id": "vpc-1"}],
    }
    return Estate.model_validate(fields | changes)


def dumped(name: str) -> list[dict[str, Any]]:
    """Return a list of the estate as it would stand in a file, to add to."""
    items: list[dict[str, Any]] = estate().model_dump(mode="json", exclude_none=True)[name]
    return items


def begun(given: Estate, saved: str | None = None) -> Simulator:
    """Return a simulated cloud that begins with `given`: the one server of this process, as it begins anew.

    With `saved` it goes on from that state.
    """
    server = _server()
    server.simulation.reset(given, saved)
    return server


@functools.cache
def _server() -> Simulator:
    """Start the server, once: to start and stop one takes longer than most tests."""
    ending = ExitStack()
    atexit.register(ending.close)
    return ending.enter_context(running(estate()))


def settings(simulator: Simulator, user: str = "tester", **changes: Any) -> CloudSettings:
    """Return the settings by which a user reaches the simulated cloud."""
    key, secret = simulator.credentials_of(user)
    credentials = {"accessKey": key, "secretKey": secret}
    return CloudSettings.from_config(simulator.config() | credentials | changes, {})


def cloud(simulator: Simulator, user: str = "tester", **changes: Any) -> Cloud:
    """Return a session with the simulated cloud that waits for nothing."""
    return Cloud(settings(simulator, user, **changes), sleep=lambda seconds: None, jitter=lambda: 0.0)


def _user(name: str, number: str, deny: list[str] | None = None) -> dict[str, Any]:
    return {
        "name": name,
        "user_id": number.zfill(18),
        "access_key_id": f"ak-{name}",
        "access_key_secret": f"secret-of-ak-{name}",
        "policies": [
            {
                "Version": "1",
                "Statement": [
                    {"Effect": "Allow", "Action": "*", "Resource": "*"},
                    *({"Effect": "Deny", "Action": action, "Resource": "*"} for action in deny or []),
                ],
            }
        ],
    }


def _rule(nic_type: str, **fields: Any) -> dict[str, Any]:
    return {"direction": "ingress", "nic_type": nic_type, "ip_protocol": "TCP", **fields}


def _database(database_id: str, mode: str) -> dict[str, Any]:
    networks = ["MIX"] if mode == "normal" else ["Classic", "VPC"]
    return {
        "id": database_id,
        "description": database_id,
        "engine": "MySQL",
        "engine_version": "5.7",
        "zone_id": ZONE,
        "network_type": "Classic",
        "security_ip_mode": mode,
        "endpoints": [
            {"connection_string": f"{database_id}.example", "ip_address": "10.1.0.9", "ip_type": "Inner", "port": 3306}
        ],
        "whitelist_groups": [
            {"name": "default", "network_type": network, "security_ips": ["127.0.0.1"]} for network in networks
        ]
        + [
            {"name": "app", "network_type": networks[0], "security_ips": ["10.160.0.1"]},
            {
                "name": "hdm_security_ips",
                "attribute": "hidden",
                "network_type": networks[0],
                "security_ips": ["10.9.9.9"],
            },
        ],
    }


def _apsara(instance_id: str, *endpoints: dict[str, Any]) -> dict[str, Any]:
    """A Redis or MongoDB instance with the whitelist groups of `rm-normal`."""
    return {
        "id": instance_id,
        "description": instance_id,
        "zone_id": ZONE,
        "endpoints": list(endpoints),
        "whitelist_groups": _database("", "normal")["whitelist_groups"],
    }


def _endpoint(name: str, kind: str = "Normal") -> dict[str, Any]:
    return {
        "connection_string": f"{name}.example",
        "ip_address": "10.1.0.10",
        "ip_type": "Inner",
        "port": 6379,
        "kind": kind,
    }
