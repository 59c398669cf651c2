"""Components in a program that has no stack config of ours: their arguments, and what they refuse."""

from __future__ import annotations

import pulumi
import pytest

from components.database import DatabaseAccess, DatabaseAccessArgs, find_database
from components.network import TargetNetwork, TargetNetworkArgs, TargetVSwitch, VSwitchArgs
from components.security_group import ClonedSecurityGroups, ClonedSecurityGroupsArgs
from tests.components.builders import estate
from tests.components.mocked import declare

BLOCK = "172.16.1.0/24"
VSWITCH = VSwitchArgs(zone_id="cn-hangzhou-b", name="shop-b", cidr_block=BLOCK)
EXISTING = VSwitchArgs(zone_id="cn-hangzhou-b", name="shop-b", cidr_block=BLOCK, vswitch_id="vsw-1", status="Available")
DEFAULT = VSwitchArgs(zone_id="cn-hangzhou-b", name="default", cidr_block=None)


@pytest.mark.parametrize(
    ("args", "mode", "expected"),
    [
        (
            TargetNetworkArgs(vpc_name="shop", cidr_block="172.16.0.0/16", vswitches=[VSWITCH]),
            "create",
            ["alicloud:vpc/network:Network", "alicloud:vpc/switch:Switch"],
        ),
        (
            TargetNetworkArgs(vpc_id="vpc-1", cidr_block="172.16.0.0/16", vswitches=[EXISTING]),
            "existing",
            [],
        ),
        (
            TargetNetworkArgs(vpc_id="vpc-1", cidr_block="172.16.0.0/16", vswitches=[VSWITCH]),
            "existing",
            ["alicloud:vpc/switch:Switch"],
        ),
        (
            TargetNetworkArgs(use_default=True, vswitches=[DEFAULT]),
            "default",
            ["alimigrate:vpc:DefaultVSwitch", "alimigrate:vpc:DefaultVpc"],
        ),
    ],
    ids=["create", "existing", "existing with a new VSwitch", "default"],
)
def test_a_network_declares_what_is_not_there(args: TargetNetworkArgs, mode: str, expected: list[str]) -> None:
    recording = declare(lambda: TargetNetwork("network", args))
    urn = recording.urn("classic-to-vpc:network:TargetNetwork", "network")
    assert recording.children(urn) == expected
    assert recording.outputs[urn]["mode"] == mode


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "expected cidr_block with vpc_name"),
        ({"vpc_name": "shop"}, "expected cidr_block with vpc_name"),
        ({"vpc_id": "vpc-1"}, "expected cidr_block with vpc_name"),
        ({"vpc_id": "vpc-1", "vpc_name": "shop", "cidr_block": BLOCK}, "expected cidr_block with vpc_name"),
        ({"vpc_name": "shop", "cidr_block": BLOCK, "vswitches": [DEFAULT]}, r"expected vswitches\[0\]\.cidr_block"),
    ],
    ids=str,
)
def test_a_network_that_is_not_named_whole_is_refused(fields: dict[str, object], expected: str) -> None:
    with pytest.raises(pulumi.RunError, match=expected):
        TargetNetworkArgs(**{"vswitches": [VSWITCH], **fields})  # type: ignore[arg-type]


def test_clones_and_their_rules_are_made_at_once() -> None:
    args = ClonedSecurityGroupsArgs.of(estate(), ["i-web", "i-app"], vpc_id="vpc-1", target_cidrs=[BLOCK])
    recording = declare(lambda: ClonedSecurityGroups("groups", args))
    parent = recording.urn("classic-to-vpc:securitygroup:ClonedSecurityGroups", "groups")
    assert recording.children(parent) == ["classic-to-vpc:securitygroup:ClonedSecurityGroup"] * 2
    ids = recording.outputs[parent]["securityGroupIds"]
    assert ids == {"sg-app": ["sg-app-id"], "sg-web": ["sg-web-id"]}
    rules = recording.of_type("alimigrate:ecs:SecurityGroupRules")["sg-app"].inputs["rules"].values()
    assert {rule["groupId"] for rule in rules if rule.get("clonedFrom") == "sg-web"} == {"sg-web-id"}


@pytest.mark.parametrize("blocks", [["172.16.0.0/12"], [BLOCK, BLOCK], ["172.16.0.0/12", BLOCK]])
def test_the_destination_may_be_named_by_the_vpc_or_twice(blocks: list[str]) -> None:
    args = ClonedSecurityGroupsArgs.of(estate(), ["i-web"], vpc_id="vpc-1", target_cidrs=blocks)
    assert [group.id for group in args.groups] == ["sg-web"]


@pytest.mark.parametrize(
    ("block", "fault"),
    [("b", "'b' is no CIDR block"), ("172.16.1.7/24", r"172\.16\.1\.7/24 is not the first address of its block")],
)
def test_a_text_that_is_no_block_of_the_destination_is_refused(block: str, fault: str) -> None:
    with pytest.raises(pulumi.RunError, match=rf"target_cidrs\[1\]: {fault}"):
        ClonedSecurityGroupsArgs.of(estate(), ["i-web"], vpc_id="vpc-1", target_cidrs=[BLOCK, block])


@pytest.mark.parametrize("gone", ["i-none", "i-mon"], ids=["no such instance", "one in a VPC"])
def test_an_instance_that_is_not_classic_is_refused(gone: str) -> None:
    """Nothing tells which groups it was in: without a word its clones would be taken away."""
    moved = estate()
    instances = [
        item.model_copy(update={"network_type": "vpc", "vpc_id": "vpc-9"}) if item.id == "i-mon" else item
        for item in moved.instances
    ]
    around = moved.model_copy(update={"instances": tuple(instances)})
    with pytest.raises(pulumi.RunError, match=f"expected ids of classic instances in {moved.region_id}; {gone} is"):
        ClonedSecurityGroupsArgs.of(around, ["i-web", gone], vpc_id="vpc-1", target_cidrs=[BLOCK])


def test_a_database_is_named_by_its_id() -> None:
    def program() -> None:
        vswitch = TargetVSwitch("cn-hangzhou-b", None, BLOCK, pulumi.Output.from_input("vsw-1"))
        args = DatabaseAccessArgs(
            database=find_database(estate(), "rm-orders"),
            vpc_id="vpc-1",
            vswitches=[vswitch],
            whitelist_group="shop",
            also_admit=["10.1.2.3"],
        )
        DatabaseAccess("orders", args)

    [group] = declare(program).of_type("alimigrate:rds:WhitelistGroup").values()
    assert group.inputs["securityIps"] == ["10.1.2.3", BLOCK]
    with pytest.raises(pulumi.RunError, match="there is no rm-none"):
        find_database(estate(), "rm-none")
