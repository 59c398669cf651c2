"""Entries that a whitelist group of a database must not have, even one of others: RDS, Redis and MongoDB."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Any, ClassVar, Final

from estate.client import Cloud
from estate.errors import Unreachable
from provider.apsaradb import MONGODB, NETWORK_TYPES, RDS, REDIS, Entries, GroupRef, Product
from provider.resource import Checked, Connect, Failure, Resource, ResourceError, reject_others, require_text
from provider.values import UNKNOWN, Properties, digest, is_unknown

_NAMES: Final = ("dbInstanceId", "groupName", "networkType", "securityIps")
# One entry at least has to remain in a group; this one admits nobody (ModifySecurityIps).
_NOBODY: Final = "127.0.0.1"


class RemovedWhitelistEntries(Resource):
    """Addresses that are removed from one group and stay so; its id is `dbInstanceId:networkType:groupName`.

    Only single addresses are named, and only those that stand there as such: a block that holds one of them is somebody
    else's. Where nothing else would remain in the group, 127.0.0.1 is added first, which admits nobody. Deleting the
    resource brings nothing back: an address that was given up may be another customer's by then.
    """

    product: ClassVar[Product]
    replacing: ClassVar[tuple[str, ...]] = ("dbInstanceId", "groupName", "networkType")
    schema: ClassVar[dict[str, Any]] = {
        "description": "Addresses that a whitelist group must not have; deleting it brings none back.",
        "inputProperties": {
            "dbInstanceId": {"type": "string", "description": "The database."},
            "groupName": {"type": "string", "description": "The group."},
            "networkType": {
                "type": "string",
                "description": "MIX where groups serve both networks, else VPC or Classic.",
            },
            "securityIps": {"type": "array", "items": {"type": "string"}, "description": "IPv4 addresses."},
        },
        "requiredInputs": list(_NAMES),
    }

    def check(self, inputs: Properties) -> Checked:
        """Check names and addresses; addresses are sorted, so that their order makes no difference."""
        failures = reject_others(inputs, _NAMES) + require_text(inputs, ("dbInstanceId", "groupName"))
        if inputs.get("networkType") is not UNKNOWN and inputs.get("networkType") not in NETWORK_TYPES:
            failures.append(Failure("networkType", f"expected one of {', '.join(NETWORK_TYPES)}"))
        addresses = inputs.get("securityIps")
        if addresses is UNKNOWN:
            return Checked(inputs, tuple(failures))
        if not isinstance(addresses, list) or not addresses:
            return Checked(inputs, (*failures, Failure("securityIps", "expected at least one IPv4 address")))
        failures += [
            Failure(f"securityIps[{index}]", f"expected an IPv4 address, found {item!r}")
            for index, item in enumerate(addresses)
            if item is not UNKNOWN and not _is_address(item)
        ]
        if failures or UNKNOWN in addresses:
            return Checked(inputs, tuple(failures))
        return Checked(inputs | {"securityIps": sorted(set(addresses), key=ipaddress.IPv4Address)}, ())

    def create(self, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        """Remove those of the addresses that are there."""
        ref = _ref_of(inputs)
        self._remove(cloud, ref, inputs["securityIps"])
        return ":".join(ref), _state(ref, inputs["securityIps"])

    def foresee(self, connect: Connect, inputs: Properties, resource_id: str, state: Properties) -> None:
        """Raise what `create` or `update` would, as far as the inputs are known."""
        if not is_unknown(inputs):
            self._going(connect(), _ref_of(inputs), inputs["securityIps"])

    def read(self, cloud: Cloud, resource_id: str, state: Properties) -> Properties | None:
        """Return the state less the addresses that are there again; None without the group."""
        ref = _parse(resource_id)
        live = self._live(cloud, ref)
        if live is None:
            return None
        present = {_address(entry) for entry in live}
        return _state(ref, [item for item in state.get("securityIps", []) if item not in present])

    def update(self, cloud: Cloud, resource_id: str, state: Properties, inputs: Properties) -> Properties:
        """Remove what is there of the addresses that are named now."""
        ref = _parse(resource_id)
        self._remove(cloud, ref, inputs["securityIps"])
        return _state(ref, inputs["securityIps"])

    def delete(self, cloud: Cloud, resource_id: str, state: Properties) -> None:
        """Do nothing: what was removed does not come back."""

    def _live(self, cloud: Cloud, ref: GroupRef) -> list[str] | None:
        whitelists = self.product.whitelists(cloud, ref.database)
        for group in whitelists.groups if whitelists else ():
            if (group.name, group.network_type) == (ref.group, ref.network_type):
                if group.attribute == "hidden":
                    raise ResourceError(f"Whitelist group {ref.group} of {ref.database} belongs to the cloud (hidden).")
                return list(group.security_ips)
        return None

    def _going(self, cloud: Cloud, ref: GroupRef, addresses: Sequence[str]) -> tuple[list[str], bool]:
        """Return the entries to remove as the cloud spells them, and whether they are all that the group has.

        The cloud removes 10.0.0.1 by that name and not as 10.0.0.1/32. Raises ResourceError without the group.
        """
        live = self._live(cloud, ref)
        if live is None:
            raise ResourceError(f"Database {ref.database} has no whitelist group {ref.group} ({ref.network_type}).")
        going = [entry for entry in live if _address(entry) in addresses]
        return going, len(going) == len(live)

    def _remove(self, cloud: Cloud, ref: GroupRef, addresses: Sequence[str]) -> None:
        going, all_of_them = self._going(cloud, ref, addresses)
        if not going:
            return
        if all_of_them:
            self._change(cloud, Entries(*ref, "Append", [_NOBODY]))
        self._change(cloud, Entries(*ref, "Delete", going))

    def _change(self, cloud: Cloud, change: Entries) -> None:
        """Change the group; the call has no ClientToken, so that after a lost answer the group is read."""
        ref = GroupRef(change.database, change.network_type, change.group)
        try:
            self.product.patiently(cloud, ref.database, lambda: self.product.change_whitelist(cloud, change))
        except Unreachable:
            live = {_address(entry) for entry in self._live(cloud, ref) or ()}
            addresses = {_address(entry) for entry in change.ips}
            if not (addresses <= live if change.mode == "Append" else live.isdisjoint(addresses)):
                raise


class RdsRemovedWhitelistEntries(RemovedWhitelistEntries):
    """`alimigrate:rds:RemovedWhitelistEntries`."""

    product = RDS
    type_name = "alimigrate:rds:RemovedWhitelistEntries"
    actions = RDS.whitelist_actions


class RedisRemovedWhitelistEntries(RemovedWhitelistEntries):
    """`alimigrate:kvstore:RemovedWhitelistEntries`."""

    product = REDIS
    type_name = "alimigrate:kvstore:RemovedWhitelistEntries"
    actions = REDIS.whitelist_actions


class MongoDbRemovedWhitelistEntries(RemovedWhitelistEntries):
    """`alimigrate:mongodb:RemovedWhitelistEntries`."""

    product = MONGODB
    type_name = "alimigrate:mongodb:RemovedWhitelistEntries"
    actions = MONGODB.whitelist_actions


def _ref_of(inputs: Properties) -> GroupRef:
    return GroupRef(str(inputs["dbInstanceId"]), str(inputs["networkType"]), str(inputs["groupName"]))


def _parse(resource_id: str) -> GroupRef:
    parts = resource_id.split(":")
    if len(parts) != 3 or parts[1] not in NETWORK_TYPES or not all(parts):
        raise ResourceError(
            f"{resource_id!r} is no id of removed whitelist entries: expected dbInstanceId:networkType:groupName with "
            f"networkType one of {', '.join(NETWORK_TYPES)}."
        )
    return GroupRef(*parts)


def _state(ref: GroupRef, addresses: Sequence[str]) -> Properties:
    state: Properties = {
        "dbInstanceId": ref.database,
        "groupName": ref.group,
        "networkType": ref.network_type,
        "securityIps": list(addresses),
    }
    return state | {"applied": digest(state)}


def _is_address(text: Any) -> bool:
    try:
        return isinstance(text, str) and str(ipaddress.IPv4Address(text)) == text
    except ValueError:
        return False


def _address(entry: str) -> str | None:
    """Return an entry as an address ("10.0.0.1/32" -> "10.0.0.1"), None where it is a block or something else."""
    try:
        network = ipaddress.IPv4Network(entry)
    except ValueError:
        return None
    return str(network.network_address) if network.prefixlen == 32 else None
