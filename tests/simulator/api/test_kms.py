"""Keys of KMS, as clients list them; the typed SDK of it is not among ours."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.model.estate import Estate
from simulator.model.kms import KmsKey
from simulator.simulation import Simulation
from tests.simulator.signing import Direct

OWN, SERVICE, OLD = "key-hzz0000000001", "key-hzz0000000002", "08c33a6f-4e0a-4a1b-a3fa-7ddfa1d40000"


@pytest.fixture
def direct(quick: Estate) -> Direct:
    """Three keys: one of a person, one of a product, and one that is to be deleted."""
    quick.kms_keys.append(KmsKey(id=OWN, description="Disks of the shop"))
    quick.kms_keys.append(KmsKey(id=SERVICE, creator_type="Service"))
    quick.kms_keys.append(KmsKey(id=OLD, state="PendingDeletion", usage="SIGN/VERIFY", spec="RSA_2048"))
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
    told = answer["KeyMetadata"]
    assert (told["KeyState"], told["Description"], told["KeySpec"]) == (
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
        ("CreateKey", {}, "SimulatorNotImplemented", 400),
    ],
)
def test_what_it_refuses(direct: Direct, action: str, parameters: dict[str, str], code: str, status: int) -> None:
    reply = direct.reply(f"kms:{action}", **parameters)
    assert (reply.body["Code"], reply.status) == (code, status)
