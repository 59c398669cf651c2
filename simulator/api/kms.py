"""Key Management Service: which keys there are.

Sources: references of ListKeys (2025-08) and DescribeKey of KMS 2016-01-20; Forbidden.KeyNotFound (404) is what the
provider expects of a key that is not there. Not simulated: making, changing and using keys.
"""

from simulator.api.call import Answer, Call
from simulator.api.filters import Filter, passing
from simulator.api.paging import by_number
from simulator.api.registry import KMS, action
from simulator.api.shapes import seconds
from simulator.cloud.errors import NotFoundError, NotSimulatedError, invalid_parameter
from simulator.cloud.state import Cloud
from simulator.model.kms import KmsKey

_FILTERS = {
    "KeyState": "state",
    "KeySpec": "spec",
    "KeyUsage": "usage",
    "CreatorType": "creator_type",
    "keyId": "id",
}
_MAX_VALUES = 10


@action(KMS, "ListKeys", "PageNumber PageSize Filters")
def list_keys(cloud: Cloud, call: Call) -> Answer:
    """Keys; PageSize at most 100, 10 by default. Filters by KeyState, KeySpec, KeyUsage, CreatorType and keyId."""
    found = passing(cloud.estate.kms_keys, *_filters(call))
    page = by_number(call, found, maximum=100)
    items = [{"KeyId": key.id, "KeyArn": _arn(cloud, key)} for key in page.items]
    return {"Keys": {"Key": items}, **page.fields}


@action(KMS, "DescribeKey", "KeyId", raises="Forbidden.KeyNotFound", resources="key/{KeyId}")
def describe_key(cloud: Cloud, call: Call) -> Answer:
    """One key, which nothing rotates."""
    key = cloud.estate.kms_keys.find(call.text("KeyId"))
    if key is None:
        raise NotFoundError("Forbidden.KeyNotFound", "The specified Key is not found.")
    told = {
        "KeyId": key.id,
        "Arn": _arn(cloud, key),
        "Description": key.description,
        "KeyState": key.state,
        "KeySpec": key.spec,
        "KeyUsage": key.usage,
        "Creator": cloud.estate.account_id,
        "CreationDate": seconds(key.created_at),
        "AutomaticRotation": "Disabled",
        "Origin": "Aliyun_KMS",
        "ProtectionLevel": "SOFTWARE",
    }
    return {"KeyMetadata": told}


def _filters(call: Call) -> list[Filter]:
    found: list[Filter] = []
    for item in call.json_objects("Filters"):
        name, values = item.get("Key"), item.get("Values")
        if not isinstance(name, str) or not isinstance(values, list) or len(values) > _MAX_VALUES:
            raise invalid_parameter("Filters")
        if name not in _FILTERS:
            raise NotSimulatedError(f"ListKeys with a filter by {name}")
        found.append(_one_of(_FILTERS[name], values))
    return found


def _one_of(attribute: str, values: list[object]) -> Filter:
    return lambda key: getattr(key, attribute) in values


def _arn(cloud: Cloud, key: KmsKey) -> str:
    return f"acs:kms:{cloud.estate.region_id}:{cloud.estate.account_id}:key/{key.id}"
