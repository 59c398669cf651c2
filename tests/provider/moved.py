"""The small estate after a move: instances in a VPC, one with a public address, and a free network interface."""

from __future__ import annotations

from typing import Any

from simulator.model.estate import Estate
from tests.estate import estates


def estate(**changes: Any) -> Estate:
    """Return the estate; `changes` are fields of the instance that has the public address."""
    base = estates.estate()
    there = {
        "zone_id": estates.ZONE,
        "instance_type": "ecs.g5.large",
        "network_type": "vpc",
        "vpc_id": "vpc-1",
        "vswitch_id": "vsw-1",
        "security_group_ids": ["sg-vpc"],
    }
    instances = [
        *base.instances,
        {
            "id": "i-moved",
            "name": "ftp-1",
            **there,
            "intranet_ips": ["172.16.0.10"],
            "public_ips": ["47.96.0.9"],
            "internet_max_bandwidth_out": 5,
            **changes,
        },
        {"id": "i-bare", "name": "batch-2", **there, "intranet_ips": ["172.16.0.11"]},
    ]
    interface = {
        "id": "eni-free",
        "vswitch_id": "vsw-1",
        "private_ips": ["172.16.0.20"],
        "security_group_ids": ["sg-vpc"],
    }
    timings = {"vpc": 0, "vswitch": 0, "snapshot": 0, "eip": 0, "network_interface": 0}
    return estates.estate(instances=instances, network_interfaces=[interface], timings=timings)
