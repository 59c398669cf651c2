"""ECS: SSH key pairs."""

from collections.abc import Sequence

from simulator.api import resource_groups
from simulator.api.call import Answer, Call
from simulator.api.filters import Filter, equal, passing, tagged
from simulator.api.paging import by_number
from simulator.api.registry import ECS, action
from simulator.api.shapes import ecs_tags, minutes
from simulator.cloud import key_pairs
from simulator.cloud.key_pairs import Attached, NewPair
from simulator.cloud.state import Cloud
from simulator.model.key_pairs import KeyPair
from simulator.model.patterns import matches

MAX_INSTANCES = 50
MAX_NAMES = 100
_PAIR = "keypair/{KeyPairName}"
_NEW_CODES = "InvalidKeyPairName.Malformed KeyPair.AlreadyExist QuotaExceed.KeyPair MissingParameter.TagKey"
_ATTACH_CODES = "InvalidKeyPairName.NotFound DependencyViolation.WindowsInstance InvalidInstanceIds.ValueNotSupported"


@action(ECS, "CreateKeyPair", "KeyPairName Tag", raises=_NEW_CODES, resources="keypair/*")
def create_key_pair(cloud: Cloud, call: Call) -> Answer:
    """Make a key pair (RSA, 2048 bits); its private key is answered once, and kept nowhere. 500 a region."""
    pair, private_key = key_pairs.create(cloud, _new(cloud, call))
    return {**_identity(pair), "KeyPairId": cloud.ids.new("ssh", pair.id), "PrivateKeyBody": private_key}


@action(
    ECS,
    "ImportKeyPair",
    "KeyPairName PublicKeyBody Tag",
    raises=f"{_NEW_CODES} InvalidPublicKeyBody.Malformed",
    resources="keypair/*",
)
def import_key_pair(cloud: Cloud, call: Call) -> Answer:
    """Take the public half of a key pair, as OpenSSH writes it."""
    return _identity(key_pairs.take(cloud, _new(cloud, call), call.text("PublicKeyBody")))


@action(
    ECS,
    "DescribeKeyPairs",
    "KeyPairName KeyPairFingerPrint IncludePublicKey Tag PageNumber PageSize",
    raises="MissingParameter.TagKey",
    resources="keypair/*",
)
def describe_key_pairs(cloud: Cloud, call: Call) -> Answer:
    """Key pairs; KeyPairName takes * for any text. PageSize at most 50, 10 by default."""
    same = equal(call, {"KeyPairFingerPrint": "fingerprint"})
    pairs = passing(cloud.estate.key_pairs, same, _named(call), tagged(call), resource_groups.of_group(cloud, call))
    page = by_number(call, pairs, maximum=50)
    with_key = bool(call.flag("IncludePublicKey"))
    return {"KeyPairs": {"KeyPair": [_pair(pair, with_key) for pair in page.items]}, **page.fields}


@action(
    ECS,
    "DeleteKeyPairs",
    "KeyPairNames",
    raises="InvalidKeyPairNames.ValueNotSupported InvalidParameter.KeypairAlreadyAttachedInstance",
    resources="keypair/{KeyPairNames}",
)
def delete_key_pairs(cloud: Cloud, call: Call) -> None:
    """Delete the key pairs of the JSON array KeyPairNames, all or none; at most 100."""
    call.text("KeyPairNames")
    key_pairs.delete(cloud, call.json_list("KeyPairNames", "InvalidKeyPairNames.ValueNotSupported", MAX_NAMES) or [])


@action(
    ECS,
    "AttachKeyPair",
    "KeyPairName InstanceIds",
    raises=_ATTACH_CODES,
    resources=f"{_PAIR} instance/{{InstanceIds}}",
)
def attach_key_pair(cloud: Cloud, call: Call) -> Answer:
    """Give the instances of the JSON array InstanceIds a key pair, in place of theirs; at most 50.

    What is in the way of one instance (it is not there, it is starting) is said of it alone.
    """
    name = call.text("KeyPairName")
    return _outcomes(name, key_pairs.attach(cloud, name, _instance_ids(call)))


@action(
    ECS,
    "DetachKeyPair",
    "KeyPairName InstanceIds",
    raises=_ATTACH_CODES,
    resources=f"{_PAIR} instance/{{InstanceIds}}",
)
def detach_key_pair(cloud: Cloud, call: Call) -> Answer:
    """Take a key pair from the instances of the JSON array InstanceIds; at most 50."""
    name = call.text("KeyPairName")
    return _outcomes(name, key_pairs.detach(cloud, name, _instance_ids(call)))


def _new(cloud: Cloud, call: Call) -> NewPair:
    return NewPair(call.text("KeyPairName"), resource_groups.named(cloud, call), call.tags())


def _named(call: Call) -> Filter | None:
    pattern = call.optional("KeyPairName")
    return None if pattern is None else lambda pair: matches(pattern, pair.id)


def _instance_ids(call: Call) -> list[str]:
    call.text("InstanceIds")
    return call.json_list("InstanceIds", "InvalidInstanceIds.ValueNotSupported", MAX_INSTANCES) or []


def _identity(pair: KeyPair) -> Answer:
    return {"KeyPairName": pair.id, "KeyPairFingerPrint": pair.fingerprint}


def _pair(pair: KeyPair, with_key: bool) -> Answer:
    public_key: Answer = {"PublicKey": pair.public_key} if with_key else {}
    return {
        **_identity(pair),
        "CreationTime": minutes(pair.created_at),
        "ResourceGroupId": pair.resource_group_id or "",
        "Tags": ecs_tags(pair.tags),
        **public_key,
    }


def _outcomes(name: str, outcomes: Sequence[Attached]) -> Answer:
    results = [
        {
            "InstanceId": item.instance_id,
            "Success": "true" if item.refusal is None else "false",
            "Code": "200" if item.refusal is None else item.refusal.code,
            "Message": "successful" if item.refusal is None else item.refusal.message,
        }
        for item in outcomes
    ]
    failed = sum(item.refusal is not None for item in outcomes)
    return {
        "KeyPairName": name,
        "TotalCount": str(len(outcomes)),
        "FailCount": str(failed),
        "Results": {"Result": results},
    }
