"""The RAM policies of previews and updates, made from the declarations of each reader and component.

`make docs` writes them to docs/ram: for previews, updates, cleaning up, collecting evidence, and the state's bucket.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from components.backups import Backups
from components.classic_link import ClassicLink
from components.cleanup import AddressCleanup
from components.database import DatabaseAccess
from components.network import TargetNetwork
from components.public_address import PublicAddress
from components.security_group import ClonedSecurityGroup
from estate.guest.collect import RAM_ACTIONS as COLLECTING
from estate.live import RAM_ACTIONS

COMPONENTS = (AddressCleanup, Backups, ClassicLink, ClonedSecurityGroup, DatabaseAccess, PublicAddress, TargetNetwork)


# What ends something that an update made, or takes entries out of a list. A cut-through binding that is deleted gives
# the server its EIP back in the usual mode.
_ENDING: Final = (
    "AssociateEipAddress",
    "Delete",
    "Detach",
    "Disable",
    "ModifySecurityIps",
    "Remove",
    "Revoke",
    "Unassociate",
)


def up_actions() -> list[str]:
    """RAM actions of `pulumi up` and `destroy`, sorted."""
    reads = {action for actions in RAM_ACTIONS.values() for action in actions}
    return sorted(reads.union(*(component.ram_actions for component in COMPONENTS)))


def preview_actions() -> list[str]:
    """RAM actions of `pulumi preview`, with refresh too: those of `up` that only read."""
    return [action for action in up_actions() if action.split(":")[1].startswith(("Describe", "Get", "List"))]


def cleanup_actions() -> list[str]:
    """RAM actions of cleaning up: an update that clears address lists, and `destroy`. They make and open nothing."""
    reads = set(preview_actions())
    return [action for action in up_actions() if action in reads or action.split(":")[1].startswith(_ENDING)]


def evidence_actions() -> list[str]:
    """RAM actions of `preflight evidence collect`: it reads the estate, and runs scripts in instances."""
    return sorted({action for actions in RAM_ACTIONS.values() for action in actions}.union(COLLECTING))


# What Pulumi's backend for buckets calls (OSS, "RAM policies"): it lists stacks and locks, reads, writes and deletes
# objects below .pulumi, and copies a state before it replaces it, which is a read and a write.
_STATE: Final = (
    (["oss:ListObjects"], "acs:oss:*:*:BUCKET"),
    (["oss:DeleteObject", "oss:GetObject", "oss:PutObject"], "acs:oss:*:*:BUCKET/.pulumi/*"),
)


def state() -> str:
    """Return the RAM policy document for a bucket with the state."""
    statements = [{"Effect": "Allow", "Action": actions, "Resource": resource} for actions, resource in _STATE]
    return json.dumps({"Version": "1", "Statement": statements}, indent=2) + "\n"


def render(actions: Iterable[str]) -> str:
    """Return a RAM policy document that allows the actions (RAM, "Policy structure and syntax": version 1)."""
    policy: dict[str, Any] = {
        "Version": "1",
        "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}],
    }
    return json.dumps(policy, indent=2) + "\n"


def documents() -> dict[str, str]:
    """Return file name -> content."""
    return {
        "preview.json": render(preview_actions()),
        "up.json": render(up_actions()),
        "cleanup.json": render(cleanup_actions()),
        "evidence.json": render(evidence_actions()),
        "state.json": state(),
    }
