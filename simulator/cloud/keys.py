"""Keys of KMS: create, enable and disable them, and schedule their deletion.

Refusals by state: "Impact of CMK status on API operations" of KMS (alibabacloud.com, read 2026-11-29), all 409.
Parameters, limits and Forbidden.KeyNotFound (404): references of KMS 2016-01-20 (CreateKey, EnableKey, DisableKey,
ScheduleKeyDeletion, CancelKeyDeletion, UpdateKeyDescription). Not simulated: keys of KMS instances, imported material,
rotation, deletion protection, key policies, and using keys.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from simulator.cloud.errors import CloudError, NotFoundError, invalid_parameter
from simulator.cloud.state import Cloud
from simulator.model.kms import USAGES, KmsKey

MAX_DESCRIPTION = 8192
DELETION_DAYS = range(7, 367)


@dataclass(frozen=True)
class NewKey:
    """The settings of a new key; texts as the caller gives them."""

    description: str = ""
    spec: str = "Aliyun_AES_256"
    usage: str | None = None
    protection_level: str = "SOFTWARE"
    tags: dict[str, str] = field(default_factory=dict)


def find(cloud: Cloud, key_id: str) -> KmsKey:
    """Return the key; raises Forbidden.KeyNotFound (404)."""
    key = cloud.estate.kms_keys.find(key_id)
    if key is None:
        raise NotFoundError("Forbidden.KeyNotFound", "The specified Key is not found.")
    return key


def create(cloud: Cloud, new: NewKey) -> KmsKey:
    """Create a key, Enabled at once; raises InvalidParameter for a value that CreateKey does not accept."""
    _check_description(new.description)
    if new.spec not in USAGES:
        raise invalid_parameter("KeySpec")
    usage = new.usage or USAGES[new.spec][0]
    if usage not in USAGES[new.spec]:
        raise invalid_parameter("KeyUsage")
    key = KmsKey.model_validate(
        {
            "id": cloud.ids.new("key", new.description),
            "description": new.description,
            "spec": new.spec,
            "usage": usage,
            "protection_level": new.protection_level,
            "created_at": cloud.clock.now(),
            "tags": new.tags,
        }
    )
    cloud.estate.kms_keys.append(key)
    return key


def enable(cloud: Cloud, key_id: str) -> None:
    """Enable a key; raises Forbidden.KeyNotFound, Rejected.StateModifiedFailed."""
    _switchable(cloud, key_id, "Enabled", "Disabled").status = "Enabled"


def disable(cloud: Cloud, key_id: str) -> None:
    """Disable a key; raises Forbidden.KeyNotFound, Rejected.StateModifiedFailed."""
    _switchable(cloud, key_id, "Enabled", "Disabled").status = "Disabled"


def describe(cloud: Cloud, key_id: str, description: str) -> None:
    """Change the description of a key; raises Forbidden.KeyNotFound, Rejected.PendingDeletion, InvalidParameter."""
    key = find(cloud, key_id)
    _check_description(description)
    if key.status == "PendingDeletion":
        raise _rejected("PendingDeletion", "The request was rejected because the key state is PendingDeletion.")
    key.description = description


def plan_deletion(cloud: Cloud, key_id: str, days: int) -> None:
    """Schedule the deletion of a key: PendingDeletion for so many days of model time, then gone.

    Raises Forbidden.KeyNotFound, InvalidParameter (not 7..366), Rejected.StateModifiedFailed.
    """
    if days not in DELETION_DAYS:
        raise invalid_parameter("PendingWindowInDays")
    key = _switchable(cloud, key_id, "Enabled", "Disabled", "PendingImport")
    key.status = "PendingDeletion"
    cloud.begins(key, timedelta(days=days).total_seconds(), leaving=True)


def cancel_deletion(cloud: Cloud, key_id: str) -> None:
    """Cancel the deletion of a key, Enabled again; raises Forbidden.KeyNotFound, Rejected.StateModifiedFailed."""
    key = _switchable(cloud, key_id, "PendingDeletion")
    key.status, key.ready_at, key.leaving = "Enabled", None, False


def _switchable(cloud: Cloud, key_id: str, *states: str) -> KmsKey:
    key = find(cloud, key_id)
    if key.status not in states:
        raise _rejected("StateModifiedFailed", "Keystate modified failed.")
    return key


def _rejected(reason: str, message: str) -> CloudError:
    return CloudError(f"Rejected.{reason}", message, 409)


def _check_description(text: str) -> None:
    if len(text) > MAX_DESCRIPTION:
        raise invalid_parameter("Description")
