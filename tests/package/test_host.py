"""What the host makes of a request: the components of `components/`, or one message for whoever wrote the program."""

from __future__ import annotations

import asyncio
from typing import Any

import pulumi
import pytest

from estate.errors import PermissionDenied
from package import components
from package.host import Host
from tests.components.builders import estate
from tests.components.mocked import Recording, declare

BLOCK = "172.16.1.0/24"
VSWITCH = {"zoneId": "cn-hangzhou-b", "name": "shop-b", "cidrBlock": BLOCK}
ACCESS = {
    "dbInstanceId": "rm-orders",
    "vpcId": "vpc-1",
    "whitelistGroup": "shop",
    "vswitches": [{"zoneId": "cn-hangzhou-b", "cidrBlock": BLOCK, "vswitchId": "vsw-1"}],
}

NOT_KNOWN = "expected a value that is known before anything is made, not an output or a secret"

VALID: dict[str, dict[str, Any]] = {
    "TargetNetwork": {"vpcName": "shop", "cidrBlock": "172.16.0.0/16", "vswitches": [VSWITCH]},
    "ClonedSecurityGroups": {"vpcId": "vpc-1", "instanceIds": ["i-web", "i-app"], "targetCidrs": [BLOCK]},
    "DatabaseAccess": ACCESS,
}


@pytest.fixture(autouse=True)
def _estate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(components, "read", estate)


def constructed(kind: str, inputs: dict[str, Any]) -> Recording:
    return declare(lambda: Host().construct("made", f"classic-to-vpc:index:{kind}", inputs))


def refuse(kind: str, inputs: dict[str, Any]) -> None:
    """Construct what is refused before anything is declared."""

    async def construct() -> None:
        Host().construct("made", f"classic-to-vpc:index:{kind}", inputs)

    asyncio.run(construct())


@pytest.mark.parametrize(("kind", "inputs"), VALID.items())
def test_a_component_has_the_type_of_the_schema(kind: str, inputs: dict[str, Any]) -> None:
    """The engine loses the `transforms` of one that registers by another type; its former type is an alias."""
    recording = constructed(kind, inputs)
    [made] = recording.of_type(f"classic-to-vpc:index:{kind}").values()
    [alias] = made.request.aliases
    assert alias.spec.type == getattr(components, kind).__base__.resource_type


def test_a_network() -> None:
    recording = constructed("TargetNetwork", VALID["TargetNetwork"])
    [network] = recording.of_type("alicloud:vpc/network:Network").values()
    assert network.inputs["cidrBlock"] == "172.16.0.0/16"
    [vswitch] = recording.of_type("alicloud:vpc/switch:Switch").values()
    assert (vswitch.name, vswitch.inputs["zoneId"], vswitch.inputs["vpcId"]) == ("shop-b", "cn-hangzhou-b", "shop-id")


def test_clones_of_the_groups_of_the_estate() -> None:
    recording = constructed("ClonedSecurityGroups", VALID["ClonedSecurityGroups"])
    assert set(recording.of_type("alimigrate:ecs:SecurityGroupRules")) == {"sg-app", "sg-web"}


def test_access_to_a_database_of_the_estate() -> None:
    recording = constructed("DatabaseAccess", {**ACCESS, "alsoAdmit": ["10.1.2.3"]})
    [group] = recording.of_type("alimigrate:rds:WhitelistGroup").values()
    assert group.inputs["securityIps"] == ["10.1.2.3", BLOCK]


def test_hybrid_access_until_a_time() -> None:
    recording = constructed("DatabaseAccess", {**ACCESS, "hybridAccess": {"validUntil": "2026-12-24T00:00:00+08:00"}})
    # The first program of a process registers the outputs of its stack, too.
    [facts] = [outputs for outputs in recording.outputs.values() if outputs]
    assert facts["hybridAccess"]["validUntil"] == "2026-12-24T00:00:00+08:00"


@pytest.mark.parametrize(
    ("kind", "inputs", "expected"),
    [
        ("TargetNetwork", {"vswitches": [VSWITCH]}, "expected cidrBlock with vpcName"),
        (
            "ClonedSecurityGroups",
            {"vpcId": "vpc-1", "instanceIds": ["i-none"], "targetCidrs": [BLOCK]},
            "i-none is none",
        ),
        ("DatabaseAccess", {**ACCESS, "dbInstanceId": "rm-none"}, "there is no rm-none"),
    ],
)
def test_refused_inputs_of_a_component_are_one_message(kind: str, inputs: dict[str, Any], expected: str) -> None:
    with pytest.raises(pulumi.InputPropertiesError, match=expected) as refused:
        refuse(kind, inputs)
    # The SDK's server cannot send one that has no list.
    assert refused.value.errors == []


@pytest.mark.parametrize(
    ("kind", "inputs", "path", "reason"),
    [
        ("TargetNetwork", {}, "vswitches", "Missing required input"),
        ("TargetNetwork", {"vswitches": [{"name": "shop-b"}]}, "vswitches[0].zoneId", "Missing required input"),
        ("DatabaseAccess", {**ACCESS, "hybridAccess": {"validUntil": "2026-12-24"}}, "hybridAccess.validUntil", "UTC"),
        ("DatabaseAccess", {**ACCESS, "hybridAccess": {"validUntil": "soon"}}, "hybridAccess.validUntil", "UTC"),
    ],
)
def test_a_wrong_argument_is_reported_by_its_path(kind: str, inputs: dict[str, Any], path: str, reason: str) -> None:
    with pytest.raises(pulumi.InputPropertyError) as refused:
        refuse(kind, inputs)
    assert refused.value.property_path == path
    assert reason in refused.value.reason


@pytest.mark.parametrize(
    ("inputs", "path"),
    [
        ({"vpcName": pulumi.UNKNOWN, "vswitches": [VSWITCH]}, "vpcName"),
        ({"vswitches": pulumi.UNKNOWN}, "vswitches"),
        ({"vswitches": [VSWITCH, pulumi.UNKNOWN]}, "vswitches[1]"),
        ({"vswitches": [VSWITCH, {**VSWITCH, "zoneId": pulumi.UNKNOWN}]}, "vswitches[1].zoneId"),
    ],
    ids=["a text", "a list", "a member of a list", "inside a member"],
)
def test_inputs_that_must_be_known_refuse_unknown_outputs(inputs: dict[str, Any], path: str) -> None:
    with pytest.raises(pulumi.InputPropertyError) as refused:
        refuse("TargetNetwork", inputs)
    assert (refused.value.property_path, refused.value.reason) == (path, NOT_KNOWN)


def test_inputs_that_must_be_known_refuse_secrets() -> None:
    async def secret() -> None:
        inputs = {"vpcName": pulumi.Output.secret("shop"), "vswitches": [VSWITCH]}
        Host().construct("made", "classic-to-vpc:index:TargetNetwork", inputs)

    with pytest.raises(pulumi.InputPropertyError) as refused:
        asyncio.run(secret())
    assert (refused.value.property_path, refused.value.reason) == ("vpcName", NOT_KNOWN)


@pytest.mark.parametrize(
    ("kind", "change", "path", "reason"),
    [
        ("TargetNetwork", {"vpcname": "shop"}, "vpcname", "unknown key, expected one of vswitches, vpcName, "),
        ("TargetNetwork", {"vpcName": 5.0}, "vpcName", "expected a text, found 5.0"),
        ("TargetNetwork", {"useDefault": "yes"}, "useDefault", "expected true or false, found 'yes'"),
        ("TargetNetwork", {"vswitches": "shop-b"}, "vswitches", "expected a list, found 'shop-b'"),
        ("TargetNetwork", {"vswitches": ["shop-b"]}, "vswitches[0]", "expected an object, found 'shop-b'"),
        ("TargetNetwork", {"vswitches": [{**VSWITCH, "zone": "b"}]}, "vswitches[0].zone", "unknown key"),
        ("ClonedSecurityGroups", {"instanceIds": [5.0]}, "instanceIds[0]", "expected a text, found 5.0"),
        ("ClonedSecurityGroups", {"vpcId": ["vpc-1"]}, "vpcId", "expected a text, found ['vpc-1']"),
        ("DatabaseAccess", {"hybridAccess": "2026-12-24"}, "hybridAccess", "expected an object, found '2026-12-24'"),
    ],
)
def test_an_argument_that_the_schema_does_not_have_is_refused(
    kind: str, change: dict[str, Any], path: str, reason: str
) -> None:
    with pytest.raises(pulumi.InputPropertyError) as refused:
        refuse(kind, {**VALID[kind], **change})
    assert refused.value.property_path == path
    assert refused.value.reason.startswith(reason)


@pytest.mark.parametrize(
    ("kind", "change", "expected"),
    [
        ("TargetNetwork", {"cidrBlock": "172.16.0.0/33"}, "cidrBlock: '172.16.0.0/33' is no CIDR block"),
        ("TargetNetwork", {"vswitches": [{**VSWITCH, "cidrBlock": "b"}]}, r"vswitches\[0\].cidrBlock: 'b' is no CIDR"),
        ("TargetNetwork", {"vswitches": [{**VSWITCH, "cidrBlock": "10.1.0.0/24"}]}, "a block inside 172.16.0.0/16"),
        (
            "TargetNetwork",
            {"vswitches": [VSWITCH, {**VSWITCH, "cidrBlock": "172.16.2.0/24"}]},
            "a tier for each, but cn-hangzhou-b has several",
        ),
        (
            "TargetNetwork",
            {"vpcName": None, "vpcId": "vpc-1", "vswitches": [{**VSWITCH, "cidrBlock": "10.1.0.7/24"}]},
            "not the first address of its block, expected 10.1.0.0/24",
        ),
        ("ClonedSecurityGroups", {"targetCidrs": ["b"]}, r"targetCidrs\[0\]: 'b' is no CIDR block"),
    ],
)
def test_blocks_and_places_that_cannot_be_are_refused(kind: str, change: dict[str, Any], expected: str) -> None:
    with pytest.raises(pulumi.InputPropertiesError, match=expected):
        refuse(kind, {**VALID[kind], **change})


def test_a_vswitch_of_a_further_block_of_an_existing_vpc() -> None:
    vswitch = {**VSWITCH, "cidrBlock": "10.1.0.0/24"}
    recording = constructed("TargetNetwork", {"vpcId": "vpc-1", "cidrBlock": "172.16.0.0/16", "vswitches": [vswitch]})
    [made] = recording.of_type("alicloud:vpc/switch:Switch").values()
    assert made.inputs["cidrBlock"] == "10.1.0.0/24"


def test_a_refusal_of_the_cloud_is_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied() -> None:
        raise PermissionDenied("ecs:DescribeInstances", "no")

    monkeypatch.setattr(components, "read", denied)
    with pytest.raises(pulumi.InputPropertiesError, match="ecs:DescribeInstances"):
        refuse("DatabaseAccess", ACCESS)
