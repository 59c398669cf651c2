"""Keys of KMS, as clients see them; the typed SDK of it is not among ours."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.model.estate import Estate
from simulator.model.kms import KmsKey
from simulator.simulation import Simulation
from tests.simulator.signing import Direct

_NO_ID, _NO_KIND = "InvalidResourceId.NotFound", "InvalidResourceType.NotFound"
OWN, SERVICE, OLD = "key-hzz0000000001", "key-hzz0000000002", "08c33a6f-4e0a-4a1b-a3fa-7ddfa1d40000"


@pytest.fixture
def direct(quick: Estate) -> Direct:
    """Three keys: one of a person, one of a product, and one that is to be deleted."""
    quick.kms_keys.append(KmsKey(id=OWN, description="Disks of the shop", tags={}))
    quick.kms_keys.append(KmsKey(id=SERVICE, creator_type="Service", tags={}))
    quick.kms_keys.append(KmsKey(id=OLD, status="PendingDeletion", usage="SIGN/VERIFY", spec="RSA_2048", tags={}))
    return Direct(Simulation(quick))


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([], [OWN, SERVICE, OLD]),
        ([{"Key": "KeyState", "Values": ["Enabled", "Disabled"]}], [OWN, SERVICE]),
        ([{"Key": "KeyState", "Values": ["Enabled"]}, {"Key": "CreatorType", "Values": ["User"]}], [OWN]),
        ([{"Key": "KeyUsage", "Values": ["SIGN/VERIFY"]}], [OLD]),
        ([{"Key": "keyId", "Values": []}], []),
    ],
)
def test_they_are_listed_by_what_is_asked(direct: Direct, filters: list[Any], expected: list[str]) -> None:
    answer: Any = direct("kms:ListKeys", Filters=json.dumps(filters))
    assert [key["KeyId"] for key in answer["Keys"]["Key"]] == expected
    assert answer["TotalCount"] == len(expected)


def test_they_have_pages(direct: Direct) -> None:
    answer: Any = direct("kms:ListKeys", PageNumber="2", PageSize="2")
    assert [key["KeyArn"] for key in answer["Keys"]["Key"]] == [f"acs:kms:cn-hangzhou:1234567890123456:key/{OLD}"]


def test_one_is_described(direct: Direct) -> None:
    answer: Any = direct("kms:DescribeKey", KeyId=OWN)
    metadata = answer["KeyMetadata"]
    assert (metadata["KeyState"], metadata["Description"], metadata["KeySpec"]) == (
        "Enabled",
        "Disks of the shop",
        "Aliyun_AES_256",
    )


@pytest.mark.parametrize(
    ("action", "parameters", "code", "status"),
    [
        ("DescribeKey", {"KeyId": "key-none"}, "Forbidden.KeyNotFound", 404),
        ("DescribeKey", {}, "MissingParameter", 400),
        ("ListKeys", {"PageSize": "101"}, "InvalidParameter", 400),
        ("ListKeys", {"Filters": '[{"Key": "KeyState"}]'}, "InvalidParameter", 400),
        ("ListKeys", {"Filters": '[{"Key": "Moon", "Values": []}]'}, "SimulatorNotImplemented", 400),
        ("CreateKey", {"KeySpec": "DES"}, "InvalidParameter", 400),
        ("CreateKey", {"KeySpec": "EC_P256", "KeyUsage": "ENCRYPT/DECRYPT"}, "InvalidParameter", 400),
        ("CreateKey", {"KeyUsage": "LOOK"}, "InvalidParameter", 400),
        ("CreateKey", {"ProtectionLevel": "PAPER"}, "InvalidParameter", 400),
        ("CreateKey", {"Description": "x" * 8193}, "InvalidParameter", 400),
        ("CreateKey", {"Tags": '[{"Key": "team"}]'}, "InvalidParameter", 400),
        ("CreateKey", {"Origin": "EXTERNAL"}, "SimulatorNotImplemented", 400),
        ("CreateKey", {"DKMSInstanceId": "kst-1"}, "SimulatorNotImplemented", 400),
        ("CreateKey", {"EnableAutomaticRotation": "true"}, "SimulatorNotImplemented", 400),
        ("ScheduleKeyDeletion", {"KeyId": OWN}, "MissingParameter", 400),
        ("ScheduleKeyDeletion", {"KeyId": OWN, "PendingWindowInDays": "6"}, "InvalidParameter", 400),
        ("ScheduleKeyDeletion", {"KeyId": OWN, "PendingWindowInDays": "367"}, "InvalidParameter", 400),
        ("UpdateKeyDescription", {"KeyId": OWN, "Description": "x" * 8193}, "InvalidParameter", 400),
        ("TagResources", {"ResourceType": "key", "ResourceId.1": "key-none", "Tag.1.Key": "a"}, _NO_ID, 404),
        ("TagResources", {"ResourceType": "moon", "ResourceId.1": OWN, "Tag.1.Key": "a"}, _NO_KIND, 404),
    ],
)
def test_invalid_calls_are_refused(
    direct: Direct, action: str, parameters: dict[str, str], code: str, status: int
) -> None:
    reply = direct.reply(f"kms:{action}", **parameters)
    assert (reply.body["Code"], reply.status) == (code, status)


# The answers of each action by the state that a key is in: "Impact of CMK status on API operations" of KMS.
_OK, _FAILED, _PENDING = "OK", "Rejected.StateModifiedFailed", "Rejected.PendingDeletion"
STATES = ("Enabled", "Disabled", "PendingDeletion", "PendingImport")
IMPACT = {
    "DescribeKey": ({}, (_OK, _OK, _OK, _OK)),
    "EnableKey": ({}, (_OK, _OK, _FAILED, _FAILED)),
    "DisableKey": ({}, (_OK, _OK, _FAILED, _FAILED)),
    "ScheduleKeyDeletion": ({"PendingWindowInDays": "7"}, (_OK, _OK, _FAILED, _OK)),
    "CancelKeyDeletion": ({}, (_FAILED, _FAILED, _OK, _FAILED)),
    "UpdateKeyDescription": ({"Description": "second"}, (_OK, _OK, _PENDING, _OK)),
}


@pytest.mark.parametrize(
    ("action", "parameters", "state", "expected"),
    [
        (action, parameters, state, expected)
        for action, (parameters, answers) in IMPACT.items()
        for state, expected in zip(STATES, answers, strict=True)
    ],
)
def test_calls_that_the_key_state_forbids_are_refused(
    direct: Direct, action: str, parameters: dict[str, str], state: Any, expected: str
) -> None:
    key = direct.simulation.cloud.estate.kms_keys.find(OWN)
    assert key is not None
    key.status = state
    reply = direct.reply(f"kms:{action}", KeyId=OWN, **parameters)
    assert (reply.body.get("Code", "OK"), reply.status) == (expected, 200 if expected == _OK else 409)


@pytest.mark.parametrize("action", IMPACT)
def test_a_key_that_is_not_there_is_refused(direct: Direct, action: str) -> None:
    reply = direct.reply(f"kms:{action}", KeyId="key-none", **IMPACT[action][0])
    assert (reply.body["Code"], reply.status) == ("Forbidden.KeyNotFound", 404)


@pytest.mark.parametrize(
    ("parameters", "spec", "usage"),
    [
        ({}, "Aliyun_AES_256", "ENCRYPT/DECRYPT"),
        ({"KeySpec": "EC_P256"}, "EC_P256", "SIGN/VERIFY"),
        ({"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT/DECRYPT"}, "RSA_2048", "ENCRYPT/DECRYPT"),
    ],
)
def test_a_key_has_the_usage_of_its_spec(direct: Direct, parameters: dict[str, str], spec: str, usage: str) -> None:
    metadata: Any = direct("kms:CreateKey", **parameters)["KeyMetadata"]
    assert (metadata["KeySpec"], metadata["KeyUsage"], metadata["KeyState"]) == (spec, usage, "Enabled")


def test_a_key_lives_until_its_deletion_is_due(direct: Direct) -> None:
    tags = json.dumps([{"TagKey": "team", "TagValue": "shop"}])
    created: Any = direct("kms:CreateKey", Description="Disks", ProtectionLevel="HSM", Tags=tags)["KeyMetadata"]
    key_id = created["KeyId"]
    direct("kms:UpdateKeyDescription", KeyId=key_id, Description="Disks of the shop")
    direct("kms:ScheduleKeyDeletion", KeyId=key_id, PendingWindowInDays="7")
    direct.simulation.clock.advance(6 * 86400)
    metadata: Any = direct("kms:DescribeKey", KeyId=key_id)["KeyMetadata"]
    assert (metadata["KeyState"], metadata["Description"]) == ("PendingDeletion", "Disks of the shop")
    assert metadata["DeleteDate"] > created["CreationDate"]
    direct("kms:CancelKeyDeletion", KeyId=key_id)
    direct.simulation.clock.advance(30 * 86400)
    again: Any = direct("kms:DescribeKey", KeyId=key_id)["KeyMetadata"]
    assert (again["KeyState"], "DeleteDate" in again) == ("Enabled", False)
    direct("kms:ScheduleKeyDeletion", KeyId=key_id, PendingWindowInDays="7")
    direct.simulation.clock.advance(8 * 86400)
    assert direct.reply("kms:DescribeKey", KeyId=key_id).body["Code"] == "Forbidden.KeyNotFound"


def test_a_key_has_tags(direct: Direct) -> None:
    key = {"ResourceType": "key", "ResourceId.1": OWN}
    direct("kms:TagResources", **key, **{"Tag.1.Key": "team", "Tag.1.Value": "shop", "Tag.2.Key": "tier"})
    direct("kms:UntagResources", **key, **{"TagKey.1": "tier"})
    listed: Any = direct("kms:ListTagResources", **key)["TagResources"]
    assert listed["TagResource"] == [{"ResourceId": OWN, "ResourceType": "key", "TagKey": "team", "TagValue": "shop"}]
