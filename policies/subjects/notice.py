"""The items of the migration notice: what each requires or announces, and what serves it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from policies.subjects.attestations import Kind
from policies.subjects.ways_in import listed

Phase: TypeAlias = Literal["before", "window", "after"]


@dataclass(frozen=True)
class Item:
    """One item of the notice. `phase` is before, window or after the move.

    `how` is what this software does about it: declare (a resource does it), check (a rule decides it), attest (a person
    states it) and report (a person is informed).
    """

    phase: Phase
    how: tuple[str, ...]
    text: str


ITEMS: Final[Mapping[str, Item]] = {
    "N01": Item("window", ("report",), "The move takes about 15 minutes per instance."),
    "N02": Item("window", ("report",), "Network type changes from classic to VPC; there is no way back."),
    "N03": Item("after", ("attest", "report"), "Software licence codes may change."),
    "N04": Item("before", ("check", "report"), "Internet bandwidth 0 Mbit/s: the public IP is released."),
    "N05": Item(
        "before",
        ("check", "report"),
        "Bandwidth above 0: public IP kept, but the NIC is deleted and replaced with NatIP.",
    ),
    "N06": Item(
        "before",
        ("check", "report"),
        "Private IP is assigned at random from the target VSwitch CIDR; it can be modified afterwards.",
    ),
    "N07": Item(
        "window",
        ("check", "report"),
        "I/O drops; snapshot and disk functions are disabled while data is appended, about 4 h per 100 GiB.",
    ),
    "N08": Item("before", ("declare", "check"), "Snapshot every disk and back up the data."),
    "N09": Item("before", ("declare", "check"), "A VPC and VSwitch of one's own, created or existing."),
    "N10": Item("before", ("declare", "check"), "Or the default VPC and VSwitch."),
    "N11": Item("before", ("declare", "check"), "A security group of VPC type in the target VPC."),
    "N12": Item("before", ("declare", "check"), "Or a clone of the classic security group."),
    "N13": Item("before", ("check", "report"), "Security group rules checked so that business is not affected."),
    "N14": Item("before", ("check",), "At least 500 MiB free on the system disk."),
    "N15": Item(
        "before", ("declare", "check"), "ClassicLink between the target VPC and the classic instances that stay."
    ),
    "N16": Item("before", ("check", "report"), "Or migrate the remaining classic instances later (a later wave)."),
    "N17": Item("before", ("declare", "check"), "Hybrid access of ApsaraDB set up in advance."),
    "N18": Item("before", ("declare", "check"), "VSwitch CIDR added to the RDS whitelist in advance."),
    "N19": Item("before", ("check", "attest"), "ECS security software disabled or uninstalled (drivers are updated)."),
    "N20": Item("window", ("report",), "Instances cannot be operated during migration and must be restarted after it."),
    "N21": Item("before", ("check",), "The migration is scheduled (pending task, scheduled date and time)."),
    "N22": Item("before", ("check",), "A new time cannot be later than the Latest Schedule Time."),
    "N23": Item("after", ("declare", "check"), "Unneeded intranet IPs removed from RDS whitelists."),
    "N24": Item("after", ("declare", "check"), "Unneeded intranet IPs removed from SLB access control lists."),
    "N25": Item("after", ("check", "report"), "Unneeded intranet IPs removed from OSS bucket policies."),
    "N26": Item(
        "after",
        ("check", "report"),
        "Unneeded intranet IPs removed from Container Service / Container Registry whitelists.",
    ),
    "N27": Item(
        "after",
        ("attest", "check"),
        "Licence codes reviewed; MAC-bound software re-authorized, adjusted or rolled back.",
    ),
    "N28": Item(
        "before",
        ("check", "report"),
        "Long uptime or kernel upgrade without restart: file systems are checked at reboot.",
    ),
    "N29": Item(
        "after",
        ("report",),
        "Vouchers about seven working days later: one month of the same configuration, without Internet bandwidth.",
    ),
    "N30": Item(
        "after",
        ("declare", "check"),
        "Service unreachable: security group rules close a port; clone the original rules.",
    ),
    "N31": Item(
        "after",
        ("attest", "report"),
        "Licence invalid: no mobility programme (ask the vendor) or MAC-bound (associate the primary NIC again).",
    ),
    "N32": Item("after", ("declare", "check"), "FTP unavailable: convert the public IP to an EIP."),
    "N33": Item("after", ("declare", "check"), "FTP unavailable: configure cut-through mode for the EIP."),
    "N34": Item(
        "before", ("check",), "Phased-out and last-generation entry-level types without ENI support are upgraded first."
    ),
    "N35": Item("after", ("report",), "Exceptions: open a ticket."),
}

ATTESTED: Final[Mapping[str, Kind]] = {
    "N03": "licence-review",
    "N19": "security-software",
    "N27": "licence-review",
    "N31": "licence-review",
}
"""The kind of attestation for each item that a person states."""


NOT_READABLE: Final = (
    "orders that are unpaid or not yet in force, which the migration cancels (somebody attests it for subscriptions)",
    "whether applications take new addresses and connection strings",
    *listed(),
)
"""Parts that no rule of this version decides; most cannot be read by an API or a script."""


def not_checked(checked: Iterable[str]) -> tuple[str, ...]:
    """Return what a passing preview does not cover: what cannot be read, and items of the notice without a rule.

    `checked` are the items that the rules serve.
    """
    return (*NOT_READABLE, *unchecked(checked))


def unchecked(checked: Iterable[str]) -> list[str]:
    """Return the items that have to be checked and are not in `checked`, with their texts."""
    checked_items = set(checked)
    return [
        f"{item} {entry.text}"
        for item, entry in ITEMS.items()
        if item not in checked_items and {"check", "attest"} & set(entry.how)
    ]
