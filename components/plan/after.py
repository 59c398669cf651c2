"""What comes after a move: addresses that were given up, and public addresses that become EIPs."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address

from components.config import MigrationConfig
from estate.model import Estate, Instance


def former_addresses(moved: Iterable[Instance], live: Estate) -> tuple[str, ...]:
    """Intranet addresses that moved instances had and that nothing in the region has now, sorted.

    `moved` are as they were before, `live` is the estate as it is. An address that some instance has, because it was
    retained or given to another one, is no former address.
    """
    had = {address for instance in moved for address in instance.intranet_ips}
    has = {address for instance in live.instances for address in instance.intranet_ips}
    return tuple(sorted(had - has, key=IPv4Address))


def converts(config: MigrationConfig, instance_id: str, ftp_plan: str | None) -> bool:
    """Whether the public address of an instance is to become an EIP: by its own word, or for its FTP server."""
    listed = config.after.convert_public_ips if config.after else ()
    return instance_id in listed or ftp_plan == "eip-cut-through"
