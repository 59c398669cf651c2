"""SSH key pairs: whose private half nobody keeps, and who has which."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from simulator.model.estate import Estate
from simulator.server import Simulator
from tests.simulator.api.examples.ecs_instance_life import ORDER
from tests.simulator.api.examples.ecs_key_pairs import NAME, PUBLIC, pair
from tests.simulator.api.sample_ids import WEB_1
from tests.simulator.in_vpc import add
from tests.simulator.sdk import Api, refused


def _pairs(api: Api, **filters: Any) -> list[dict[str, Any]]:
    return list(api("ecs:DescribeKeyPairs", **filters)["KeyPairs"]["KeyPair"])


def _pair_of(api: Api, instance_id: str) -> str:
    instances = api("ecs:DescribeInstances", InstanceIds=json.dumps([instance_id]))["Instances"]["Instance"]
    return str(instances[0]["KeyPairName"])


def test_the_private_key_is_shown_once_and_kept_nowhere(api: Api, simulator: Simulator) -> None:
    created = api("ecs:CreateKeyPair", KeyPairName="web")
    private = serialization.load_pem_private_key(created["PrivateKeyBody"].encode(), None)
    public = private.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    [pair] = _pairs(api, KeyPairName="web", IncludePublicKey=True)
    assert pair["PublicKey"] == public.decode()
    assert pair["KeyPairFingerPrint"] == created["KeyPairFingerPrint"]
    records = f"{simulator.state()} {simulator.requests()}"
    assert "PRIVATE KEY" not in records


def test_a_fingerprint_is_that_of_the_key(api: Api) -> None:
    imported = api("ecs:ImportKeyPair", KeyPairName="web", PublicKeyBody="ssh-rsa AAAA comment")
    assert imported["KeyPairFingerPrint"].replace(":", "") == hashlib.md5(b"\0\0\0", usedforsecurity=False).hexdigest()
    assert [item["KeyPairName"] for item in _pairs(api, KeyPairFingerPrint=imported["KeyPairFingerPrint"])] == ["web"]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, ["shop-1", "shop-2", "web"]),
        ({"KeyPairName": "shop*"}, ["shop-1", "shop-2"]),
        ({"KeyPairName": "*2"}, ["shop-2"]),
        ({"KeyPairName": "shop"}, []),
        ({"Tag": [{"Key": "team", "Value": "web"}]}, ["web"]),
        ({"PageSize": 2, "PageNumber": 2}, ["web"]),
    ],
)
def test_they_are_found_by_what_is_asked(api: Api, filters: dict[str, Any], names: list[str]) -> None:
    for name in ("shop-1", "shop-2", "web"):
        api("ecs:ImportKeyPair", KeyPairName=name, PublicKeyBody=PUBLIC, Tag=[{"Key": "team", "Value": name}])
    pairs = _pairs(api, **filters)
    assert [item["KeyPairName"] for item in pairs] == names
    assert all("PublicKey" not in item or not item["PublicKey"] for item in pairs)


def test_a_key_may_lack_its_padding(api: Api) -> None:
    """The provider's own tests import such keys."""
    body = "ssh-rsa AAAAB3Nza12345678qwertyuudsfsg"
    assert api("ecs:ImportKeyPair", KeyPairName="web", PublicKeyBody=body)["KeyPairFingerPrint"].count(":") == 15


def test_an_instance_has_one_until_it_is_detached(api: Api) -> None:
    for name in ("first", "second"):
        api("ecs:ImportKeyPair", KeyPairName=name, PublicKeyBody=PUBLIC)
    ids = json.dumps([WEB_1, "i-none"])
    answer = api("ecs:AttachKeyPair", KeyPairName="first", InstanceIds=ids)
    results = {item["InstanceId"]: item["Code"] for item in answer["Results"]["Result"]}
    assert results == {WEB_1: "200", "i-none": "InvalidInstanceId.NotFound"}
    assert (str(answer["TotalCount"]), str(answer["FailCount"])) == ("2", "1")
    with refused("InvalidParameter.KeypairAlreadyAttachedInstance"):
        api("ecs:DeleteKeyPairs", KeyPairNames=json.dumps(["second", "first"]))
    api("ecs:AttachKeyPair", KeyPairName="second", InstanceIds=json.dumps([WEB_1]))
    api("ecs:DetachKeyPair", KeyPairName="first", InstanceIds=json.dumps([WEB_1]))
    assert _pair_of(api, WEB_1) == "second"
    instances = api("ecs:DescribeInstances", KeyPairName="second")["Instances"]["Instance"]
    assert [item["InstanceId"] for item in instances] == [WEB_1]
    api("ecs:DetachKeyPair", KeyPairName="second", InstanceIds=json.dumps([WEB_1]))
    assert _pair_of(api, WEB_1) == ""
    api("ecs:DeleteKeyPairs", KeyPairNames=json.dumps(["first", "second", "none"]))
    assert _pairs(api) == []


def test_a_new_instance_has_the_one_that_it_is_bought_with(simulator: Simulator, quick: Estate) -> None:
    add(quick)
    pair(quick)
    simulator.simulation.reset(quick)
    api = Api(simulator)
    [instance_id] = api("ecs:RunInstances", **ORDER, KeyPairName=NAME)["InstanceIdSets"]["InstanceIdSet"]
    assert _pair_of(api, instance_id) == NAME
