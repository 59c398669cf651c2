"""What the migration notice asks to be looked at before the window, for telling what no rule looks at yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

# Numbered as in the notice's list of 35 items; those of the phase `before` that somebody has to check.
BEFORE_THE_WINDOW: Final[Mapping[str, str]] = {
    "N04": "public addresses that are released",
    "N05": "public addresses that become NatIP",
    "N06": "private addresses that change",
    "N08": "snapshots",
    "N09": "VPC and VSwitch",
    "N11": "VPC-type security groups",
    "N13": "security group rules",
    "N14": "500 MiB free on the system disk",
    "N15": "ClassicLink to instances that stay",
    "N17": "hybrid access of ApsaraDB",
    "N18": "VSwitch blocks in RDS whitelists",
    "N19": "security software disabled or uninstalled",
    "N21": "the migration is scheduled",
    "N22": "the Latest Schedule Time",
    "N28": "long uptime, or a kernel upgrade without a restart",
    "N34": "instance types without network interfaces",
}


def unchecked(checked: Iterable[str]) -> list[str]:
    """What of it is in none of the `checked` items, as "N14 500 MiB free on the system disk"."""
    known = set(checked)
    return [f"{item} {text}" for item, text in BEFORE_THE_WINDOW.items() if item not in known]
