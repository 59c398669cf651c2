"""Examples for simulator/api/ecs_key_pairs.py."""

from __future__ import annotations

import json
from typing import Any

from simulator.model.estate import Estate
from simulator.model.key_pairs import KeyPair
from tests.simulator.api.examples import Example, Refusal
from tests.simulator.api.sample_ids import WEB_1

# A key that opens nothing: its 16 bytes are too few for one.
PUBLIC = "ssh-rsa AAAAB3NzaC1yc2EAAAAD shop"
NAME = "shop"
NEW = {"KeyPairName": "web"}
SEVERAL = [f"i-{number}" for number in range(51)]


def pair(estate: Estate) -> None:
    """A key pair that no instance has."""
    estate.key_pairs.append(KeyPair(id=NAME, public_key=PUBLIC, fingerprint="00:11", tags={"team": "shop"}))


def attached(estate: Estate) -> None:
    """A key pair that an instance has."""
    pair(estate)
    server = estate.instances.find(WEB_1)
    assert server
    server.key_pair_name = NAME


def windows(estate: Estate) -> None:
    """A key pair, and an instance that takes none."""
    pair(estate)
    server = estate.instances.find(WEB_1)
    assert server
    server.os_type = "windows"


def full(estate: Estate) -> None:
    """As many key pairs as a region has."""
    pair(estate)
    model = estate.key_pairs[0]
    estate.key_pairs.extend(model.model_copy(update={"id": f"pair-{number}"}) for number in range(499))


def _of_instances(action: str) -> Example:
    parameters = {"KeyPairName": NAME, "InstanceIds": json.dumps([WEB_1])}
    return Example(
        f"ecs:{action}",
        parameters,
        (
            Refusal("InvalidKeyPairName.NotFound", parameters),
            Refusal("DependencyViolation.WindowsInstance", parameters, 403, windows),
            Refusal("InvalidInstanceIds.ValueNotSupported", {**parameters, "InstanceIds": WEB_1}, given=pair),
            Refusal(
                "InvalidInstanceIds.ValueNotSupported", {**parameters, "InstanceIds": json.dumps(SEVERAL)}, given=pair
            ),
        ),
        attached,
    )


def _new(action: str, **more: str) -> Example:
    call: dict[str, Any] = {**NEW, **more}
    refusals = [
        Refusal("InvalidKeyPairName.Malformed", {**call, "KeyPairName": "1"}),
        Refusal("KeyPair.AlreadyExist", {**call, "KeyPairName": NAME}, given=pair),
        Refusal("QuotaExceed.KeyPair", call, 403, full),
        Refusal("MissingParameter.TagKey", {**call, "Tag": [{"Value": "x"}]}),
    ]
    if more:
        refusals += [
            Refusal("InvalidPublicKeyBody.Malformed", {**call, "PublicKeyBody": body})
            for body in ("ssh-rsa", "ssh-rsa not-base64!", "ssh-ed25519 AAAAB3NzaC1yc2EAAAAD")
        ]
    return Example(f"ecs:{action}", {**call, "Tag": [{"Key": "a", "Value": "b"}]}, tuple(refusals))


EXAMPLES = (
    _new("CreateKeyPair"),
    _new("ImportKeyPair", PublicKeyBody=PUBLIC),
    Example(
        "ecs:DescribeKeyPairs",
        {"KeyPairName": "sh*", "IncludePublicKey": True},
        (Refusal("MissingParameter.TagKey", {"Tag": [{"Value": "x"}]}),),
        pair,
    ),
    Example(
        "ecs:DeleteKeyPairs",
        {"KeyPairNames": json.dumps([NAME, "none"])},
        (
            Refusal("InvalidKeyPairNames.ValueNotSupported", {"KeyPairNames": NAME}),
            Refusal(
                "InvalidParameter.KeypairAlreadyAttachedInstance",
                {"KeyPairNames": json.dumps([NAME])},
                given=attached,
            ),
        ),
        pair,
    ),
    _of_instances("AttachKeyPair"),
    _of_instances("DetachKeyPair"),
)
