"""Key Management Service: keys of the account.

Sources: references of ListKeys (2025-08), DescribeKey and CreateKey of KMS 2016-01-20. CreateKey writes tags as a JSON
array of TagKey and TagValue. Keys are never rotated here.
"""

from simulator.api.call import Answer, Call
from simulator.api.filters import Filter, passing
from simulator.api.paging import by_number
from simulator.api.registry import KMS, action
from simulator.api.shapes import seconds
from simulator.cloud import keys
from simulator.cloud.errors import NotSimulatedError, invalid_parameter, missing_parameter
from simulator.cloud.state import Cloud
from simulator.model.kms import KmsKey

_FILTERS = {
    "KeyState": "status",
    "KeySpec": "spec",
    "KeyUsage": "usage",
    "CreatorType": "creator_type",
    "keyId": "id",
}
_MAX_VALUES = 10
_KEY = "key/{KeyId}"
_NOT_FOUND = "Forbidden.KeyNotFound"
_STATES = f"{_NOT_FOUND} Rejected.StateModifiedFailed"


@action(KMS, "ListKeys", "PageNumber PageSize Filters")
def list_keys(cloud: Cloud, call: Call) -> Answer:
    """Keys; PageSize at most 100, 10 by default. Filters by KeyState, KeySpec, KeyUsage, CreatorType and keyId."""
    keys = passing(cloud.estate.kms_keys, *_filters(call))
    page = by_number(call, keys, maximum=100)
    items = [{"KeyId": key.id, "KeyArn": _arn(cloud, key)} for key in page.items]
    return {"Keys": {"Key": items}, **page.fields}


@action(KMS, "DescribeKey", "KeyId", raises=_NOT_FOUND, resources=_KEY)
def describe_key(cloud: Cloud, call: Call) -> Answer:
    """One key; keys are not rotated here."""
    return {"KeyMetadata": _metadata(cloud, keys.find(cloud, call.text("KeyId")))}


@action(KMS, "CreateKey", "Description KeySpec KeyUsage Origin ProtectionLevel Tags")
def create_key(cloud: Cloud, call: Call) -> Answer:
    """Make a key with material of KMS (Origin Aliyun_KMS), Enabled at once."""
    if call.choice("Origin", ("Aliyun_KMS", "EXTERNAL")) == "EXTERNAL":
        raise NotSimulatedError("CreateKey with Origin EXTERNAL")
    usage = call.choice("KeyUsage", ("ENCRYPT/DECRYPT", "SIGN/VERIFY"))
    level = call.choice("ProtectionLevel", ("SOFTWARE", "HSM")) or "SOFTWARE"
    spec = call.optional("KeySpec") or "Aliyun_AES_256"
    new = keys.NewKey(call.optional("Description") or "", spec, usage, level, _tags(call))
    return {"KeyMetadata": _metadata(cloud, keys.create(cloud, new))}


@action(
    KMS, "UpdateKeyDescription", "KeyId Description", raises=f"{_NOT_FOUND} Rejected.PendingDeletion", resources=_KEY
)
def update_key_description(cloud: Cloud, call: Call) -> None:
    """Change the description, at most 8,192 characters."""
    keys.describe(cloud, call.text("KeyId"), call.text("Description"))


@action(KMS, "EnableKey", "KeyId", raises=_STATES, resources=_KEY)
def enable_key(cloud: Cloud, call: Call) -> None:
    """Enable a key; an Enabled one stays so."""
    keys.enable(cloud, call.text("KeyId"))


@action(KMS, "DisableKey", "KeyId", raises=_STATES, resources=_KEY)
def disable_key(cloud: Cloud, call: Call) -> None:
    """Disable a key: no new disk can be encrypted with it, but encrypted ones stay readable here."""
    keys.disable(cloud, call.text("KeyId"))


@action(KMS, "ScheduleKeyDeletion", "KeyId PendingWindowInDays", raises=_STATES, resources=_KEY)
def schedule_key_deletion(cloud: Cloud, call: Call) -> None:
    """Schedule the deletion of a key: PendingDeletion for 7 to 366 days, then gone."""
    key_id, days = call.text("KeyId"), call.integer("PendingWindowInDays")
    if days is None:
        raise missing_parameter("PendingWindowInDays")
    keys.plan_deletion(cloud, key_id, days)


@action(KMS, "CancelKeyDeletion", "KeyId", raises=_STATES, resources=_KEY)
def cancel_key_deletion(cloud: Cloud, call: Call) -> None:
    """Cancel the deletion of a PendingDeletion key, which is Enabled again."""
    keys.cancel_deletion(cloud, call.text("KeyId"))


def _metadata(cloud: Cloud, key: KmsKey) -> Answer:
    deletion: Answer = {"DeleteDate": seconds(key.ready_at)} if key.status == "PendingDeletion" else {}
    return {
        "KeyId": key.id,
        "Arn": _arn(cloud, key),
        "Description": key.description,
        "KeyState": key.status,
        "KeySpec": key.spec,
        "KeyUsage": key.usage,
        "Creator": cloud.estate.account_id,
        "CreationDate": seconds(key.created_at),
        "AutomaticRotation": "Disabled",
        "DeletionProtection": "Disabled",
        "Origin": "Aliyun_KMS",
        "ProtectionLevel": key.protection_level,
        **deletion,
    }


def _tags(call: Call) -> dict[str, str]:
    tags: dict[str, str] = {}
    for item in call.json_objects("Tags"):
        key, value = item.get("TagKey"), item.get("TagValue", "")
        if not isinstance(key, str) or not key or not isinstance(value, str):
            raise invalid_parameter("Tags")
        tags[key] = value
    return tags


def _filters(call: Call) -> list[Filter]:
    filters: list[Filter] = []
    for item in call.json_objects("Filters"):
        name, values = item.get("Key"), item.get("Values")
        if not isinstance(name, str) or not isinstance(values, list) or len(values) > _MAX_VALUES:
            raise invalid_parameter("Filters")
        if name not in _FILTERS:
            raise NotSimulatedError(f"ListKeys with a filter by {name}")
        filters.append(_one_of(_FILTERS[name], values))
    return filters


def _one_of(attribute: str, values: list[object]) -> Filter:
    return lambda key: getattr(key, attribute) in values


def _arn(cloud: Cloud, key: KmsKey) -> str:
    return f"acs:kms:{cloud.estate.region_id}:{cloud.estate.account_id}:key/{key.id}"
