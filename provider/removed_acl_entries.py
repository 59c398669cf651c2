"""`alimigrate:slb:RemovedAclEntries`: entries that an access control list of the load balancer must not have."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Sequence
from typing import Any, ClassVar, Final

from estate.client import Cloud
from estate.errors import CloudError
from estate.live import access_list
from provider.resource import Checked, Connect, Failure, Resource, ResourceError, reject_others, require_text
from provider.values import UNKNOWN, Properties, digest, is_unknown

# RemoveAccessControlListEntry takes 50 entries a call.
_BATCH: Final = 50
_NAMES = ("aclId", "entries")
_GONE = ("AclNotExist",)


class RemovedAclEntries(Resource):
    """Entries of one list that are removed and stay so; its id is that of the list.

    Only the named entries are removed; all others are somebody else's. The last entry of a list never is: a listener
    whose allow list is empty lets everybody in (CLB user guide, "Enable access control"). Deleting the resource brings
    nothing back: an address that was given up may be another customer's by then.
    """

    type_name: ClassVar[str] = "alimigrate:slb:RemovedAclEntries"
    actions: ClassVar[tuple[str, ...]] = ("slb:DescribeAccessControlListAttribute", "slb:RemoveAccessControlListEntry")
    replacing: ClassVar[tuple[str, ...]] = ("aclId",)
    schema: ClassVar[dict[str, Any]] = {
        "description": "Entries that an access control list of CLB must not have; deleting it brings none back.",
        "inputProperties": {
            "aclId": {"type": "string", "description": "The list."},
            "entries": {"type": "array", "items": {"type": "string"}, "description": "Addresses and blocks."},
        },
        "requiredInputs": list(_NAMES),
    }

    def check(self, inputs: Properties) -> Checked:
        """Check the entries; they become sorted blocks, so that order and spelling make no difference."""
        failures = reject_others(inputs, _NAMES) + require_text(inputs, ("aclId",))
        entries = inputs.get("entries")
        if entries is UNKNOWN:
            return Checked(inputs, tuple(failures))
        if not isinstance(entries, list) or not entries:
            return Checked(inputs, (*failures, Failure("entries", "expected at least one address or block")))
        blocks = [entry if entry is UNKNOWN else _block(entry) for entry in entries]
        failures += [
            Failure(f"entries[{index}]", f"expected an address or block, found {entries[index]!r}")
            for index, block in enumerate(blocks)
            if block is None
        ]
        known_blocks = {block for block in blocks if isinstance(block, str)}
        unknown = [block for block in blocks if block is UNKNOWN]
        return Checked(
            inputs | {"entries": entries if failures else [*sorted(known_blocks), *unknown]}, tuple(failures)
        )

    def create(self, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        """Remove those of the entries that are there."""
        acl_id = str(inputs["aclId"])
        _remove(cloud, acl_id, inputs["entries"])
        return acl_id, _state(acl_id, inputs["entries"])

    def foresee(self, connect: Connect, inputs: Properties, resource_id: str, state: Properties) -> None:
        """Raise what `create` or `update` would, as far as the inputs are known."""
        if not is_unknown(inputs):
            _going(connect(), str(inputs["aclId"]), inputs["entries"])

    def read(self, cloud: Cloud, resource_id: str, state: Properties) -> Properties | None:
        """Return the state less the entries that are there again; None without the list."""
        live = _entries(cloud, resource_id)
        if live is None:
            return None
        present = {_block(entry) for entry in live}
        return _state(resource_id, [entry for entry in state.get("entries", []) if entry not in present])

    def update(self, cloud: Cloud, resource_id: str, state: Properties, inputs: Properties) -> Properties:
        """Remove what is there of the entries that are named now."""
        _remove(cloud, resource_id, inputs["entries"])
        return _state(resource_id, inputs["entries"])

    def delete(self, cloud: Cloud, resource_id: str, state: Properties) -> None:
        """Do nothing: what was removed does not come back."""


def _state(acl_id: str, entries: Sequence[str]) -> Properties:
    state: Properties = {"aclId": acl_id, "entries": list(entries)}
    return state | {"applied": digest(state)}


def _block(entry: Any) -> str | None:
    try:
        return str(ipaddress.ip_network(entry, strict=False)) if isinstance(entry, str) else None
    except ValueError:
        return None


def _entries(cloud: Cloud, acl_id: str) -> list[str] | None:
    """Return the entries of a list as the cloud spells them, None if there is no such list."""
    try:
        return list(access_list(cloud, acl_id).entries)
    except CloudError as error:
        if error.code in _GONE:
            return None
        raise


def _going(cloud: Cloud, acl_id: str, entries: Sequence[str]) -> list[str]:
    """Return the entries to remove as the cloud spells them; ResourceError where that would open the listeners."""
    live = _entries(cloud, acl_id)
    if live is None:
        raise ResourceError(f"Access control list {acl_id} does not exist in {cloud.region}.")
    going = [entry for entry in live if _block(entry) in entries]
    if going and len(going) == len(live):
        raise ResourceError(
            f"{', '.join(going)} is all that access control list {acl_id} has, and a listener whose allow list is "
            "empty lets everybody in. Add the VSwitch block first, or unbind the list."
        )
    return going


def _remove(cloud: Cloud, acl_id: str, entries: Sequence[str]) -> None:
    going = _going(cloud, acl_id, entries)
    for start in range(0, len(going), _BATCH):
        batch = [{"entry": entry} for entry in going[start : start + _BATCH]]
        # Removing what is gone is no harm, so that a lost answer may be asked for again.
        cloud.call(
            "slb:RemoveAccessControlListEntry",
            repeatable=True,
            region_id=cloud.region,
            acl_id=acl_id,
            acl_entrys=json.dumps(batch),
        )
