"""What comes after a move: addresses that were given up, and public addresses that become EIPs."""

from __future__ import annotations

from ipaddress import IPv4Address

from components.plan.roster import Roster


def former_addresses(roster: Roster) -> tuple[str, ...]:
    """Return intranet addresses that moved instances had and that nothing in the region has now, sorted.

    An address that some instance has, because it was retained or given to another one, is no former address.
    """
    moved = roster.moved_ids & roster.waves_of.keys()
    had = {address for item in moved for address in roster.instances[item].intranet_ips}
    has = {address for instance in roster.estate.instances for address in instance.intranet_ips}
    return tuple(sorted(had - has, key=IPv4Address))
