"""Free private addresses in the VSwitches of a migration plan."""

import hashlib
from ipaddress import IPv4Address

from simulator.cloud.private_addresses import taken_in, usable
from simulator.cloud.state import Cloud
from simulator.model.vpc import VSwitch


class Places:
    """The free addresses of some VSwitches, read once; a returned address counts as used only after `take`."""

    def __init__(self, cloud: Cloud, vswitches: list[VSwitch]) -> None:
        """Collect all addresses in use in `vswitches`."""
        self._vswitches = vswitches
        self._taken = {vswitch.id: set(taken_in(cloud, vswitch)) for vswitch in vswitches}

    def take(self, vswitch: VSwitch, address: str) -> None:
        """Mark `address` as used."""
        self._taken[vswitch.id].add(address)

    def free(self) -> int:
        """Return the number of free addresses in all VSwitches together."""
        return sum(len(usable(vswitch)) - len(self._taken[vswitch.id]) for vswitch in self._vswitches)

    def holding(self, address: str) -> tuple[VSwitch, str] | None:
        """Return the VSwitch that contains `address`, if the address is free."""
        for vswitch in self._vswitches:
            if int(IPv4Address(address)) in usable(vswitch) and address not in self._taken[vswitch.id]:
                return vswitch, address
        return None

    def random(self, instance_id: str) -> tuple[VSwitch, str] | None:
        """Return an address of the first VSwitch that has a free one.

        The address is arbitrary, but always the same for the same instance.
        """
        for vswitch in self._vswitches:
            numbers = usable(vswitch)
            if len(self._taken[vswitch.id]) >= len(numbers):
                continue
            start = int.from_bytes(hashlib.sha256(f"{vswitch.id} {instance_id}".encode()).digest(), "big")
            for step in range(len(numbers)):
                address = str(IPv4Address(numbers[(start + step) % len(numbers)]))
                if address not in self._taken[vswitch.id]:
                    return vswitch, address
        return None
