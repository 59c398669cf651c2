"""The time after a move: old addresses, and public addresses that become EIPs."""

from __future__ import annotations

from ipaddress import IPv4Address

from components.plan.roster import Roster


def former_addresses(roster: Roster) -> tuple[str, ...]:
    """Return intranet addresses of moved instances that nothing in the region has now, sorted.

    An address that an instance has again, because it was retained or reassigned, is no former address. Nor is one that
    another network interface of an instance has: a list for both networks may name it for that one.
    """
    moved = roster.moved_ids & roster.waves_of.keys()
    had = {address for item in moved for address in roster.instances[item].intranet_ips}
    has = {address for instance in roster.estate.instances for address in instance.interface_ips}
    return tuple(sorted(had - has, key=IPv4Address))
