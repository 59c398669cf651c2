"""Classic groups that are mapped to groups of the VPC: checks of the config, what is declared, what clones say."""

from __future__ import annotations

from typing import Any

import pytest

from components.config import ConfigError, parse
from components.migration import Migration, MigrationArgs
from components.plan import MigrationPlan, make_plan
from estate.model import NetworkInterface, SecurityGroup, VpcInterface
from tests.components.builders import FILE, config, estate, instance, rule
from tests.components.mocked import Recording, declare

TARGET_NETWORK = "classic-to-vpc:network:TargetNetwork"

NETWORK = {"mode": "existing", "vpcId": "vpc-old", "vswitchIds": ["vsw-old"]}
NEW = SecurityGroup(id="sg-new", vpc_id="vpc-old", rules=(rule(cidr_ip="10.0.0.0/8"),))
FAR = SecurityGroup(id="sg-far", vpc_id="vpc-other")
ENTERPRISE = SecurityGroup(id="sg-big", vpc_id="vpc-old", type="enterprise")
STRANGER = instance("i-stranger", "sg-new", "172.16.8.9", network_type="vpc", vpc_id="vpc-old", vswitch_id="vsw-old")
MAPPED = {"id": "sg-app", "mapTo": ["sg-new"]}
ACCEPTED = {
    "reason": "agreed",
    "owner": "ann@example.com",
    "approvedBy": "bob@example.com",
    "approvedAt": "2026-12-01T09:00:00+08:00",
    "expires": "2026-12-19T09:00:00+08:00",
}


def plan(*choices: dict[str, Any], mode: str = "clone", stranger: bool = False, **changes: Any) -> MigrationPlan:
    groups = {"mode": mode, "groups": list(choices)}
    given = config(**{"network": NETWORK, "securityGroups": groups, **changes})
    known = estate()
    of = estate(
        security_groups=(*known.security_groups, NEW, FAR, ENTERPRISE),
        instances=(*known.instances, *([STRANGER] if stranger else [])),
    )
    return make_plan(parse(given, FILE), of, FILE)


def declared(planned: MigrationPlan) -> Recording:
    return declare(lambda: Migration("migration", MigrationArgs(planned)))


@pytest.mark.parametrize(
    ("choices", "mode", "problem"),
    [
        ([{"id": "sg-app"}], "clone", "expected mapTo, a list that is not empty, with mode map"),
        ([{"id": "sg-app", "mode": "clone", "mapTo": ["sg-new"]}], "clone", "with mode map, and only with it"),
        ([{**MAPPED, "acceptDifferences": {"opened": ""}}], "clone", "acceptDifferences.opened"),
        ([{**MAPPED, "acceptDifferences": {"opened": "agreed"}}], "clone", "acceptDifferences.opened"),
        (
            [{**MAPPED, "acceptDifferences": {"lost": {**ACCEPTED, "approvedBy": "Ann@Example.com"}}}],
            "clone",
            "acceptDifferences.lost: expected approvedBy to be another person than the owner, ann@example.com",
        ),
        (
            [{**MAPPED, "acceptDifferences": {"lost": {**ACCEPTED, "expires": "2027-12-01T09:00:00+08:00"}}}],
            "clone",
            "expected expires to be after approvedAt, by 90 days at the most",
        ),
        ([{**MAPPED, "acceptDifferences": True}], "clone", "acceptDifferences"),
        ([MAPPED, MAPPED], "clone", "securityGroups.groups: sg-app stands here 2 times; expected once"),
        ([{"id": "sg-app", "mapTo": ["sg-new", "sg-new"]}], "clone", "mapTo: sg-new stands here 2 times"),
        ([{"id": "sg-ap", "mapTo": ["sg-new"]}], "clone", "did you mean sg-app?"),
        ([{"id": "sg-idle", "mapTo": ["sg-new"]}], "clone", "sg-idle is of none"),
        ([{"id": "sg-app", "mapTo": ["sg-nwe"]}], "clone", "did you mean sg-new?"),
        ([{"id": "sg-app", "mapTo": ["sg-far"]}], "clone", "expected a group of vpc-old; sg-far is not in it"),
        ([{"id": "sg-app", "mapTo": ["sg-web"]}], "clone", "expected a group of vpc-old; sg-web is not in it"),
        ([{"id": "sg-app", "mapTo": ["sg-big"]}], "clone", "sg-big is enterprise"),
        ([MAPPED], "map", "securityGroups.groups: expected sg-web too: mode map must list each classic group"),
        ([MAPPED], "shared", "securityGroups.groups: expected none with mode shared"),
    ],
)
def test_impossible_mappings_are_reported(choices: list[dict[str, Any]], mode: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        plan(*choices, mode=mode)
    assert problem in str(caught.value)


@pytest.mark.parametrize("mode", ["clone", "map"])
def test_nothing_is_said_of_groups_while_it_is_open_which_instances_move(mode: str) -> None:
    """A group may be that of the instance whose id is wrong."""
    with pytest.raises(ConfigError) as caught:
        plan(MAPPED, mode=mode, instances=["i-wed", "i-web"])
    [line] = str(caught.value).splitlines()
    assert "instances[0].id: there is no instance i-wed" in line


def test_a_vpc_that_is_yet_to_be_created_has_no_groups() -> None:
    with pytest.raises(ConfigError, match="a VPC that is yet to be created has no groups"):
        plan(MAPPED, network=config()["network"])


def test_a_mapped_group_is_reported_and_nothing_of_it_declared() -> None:
    recording = declared(plan({**MAPPED, "acceptDifferences": {"opened": ACCEPTED}}, stranger=True))
    assert set(recording.of_type("alicloud:ecs/securityGroup:SecurityGroup")) == {"sg-web"}
    assert set(recording.of_type("alimigrate:ecs:SecurityGroupRules")) == {"sg-web"}
    outputs = recording.outputs[recording.urn("classic-to-vpc:securitygroup:SharedSecurityGroup", "sg-app")]
    assert outputs["accepted"] == {"opened": ACCEPTED}
    [group] = outputs["groups"]
    assert (group["securityGroupId"], group["vpcId"], group["strangerIds"]) == ("sg-new", "vpc-old", ["i-stranger"])
    assert group["rules"]["rule 0"]["cidrIp"] == "10.0.0.0/8"


def test_in_mode_map_single_groups_can_be_cloned() -> None:
    recording = declared(plan(MAPPED, {"id": "sg-web", "mode": "clone"}, mode="map"))
    assert set(recording.of_type("alicloud:ecs/securityGroup:SecurityGroup")) == {"sg-web"}


def web_rules(planned: MigrationPlan) -> list[dict[str, Any]]:
    return list(declared(planned).of_type("alimigrate:ecs:SecurityGroupRules")["sg-web"].inputs["rules"].values())


def test_a_clone_names_a_mapped_group_that_is_for_its_members_alone() -> None:
    assert [(item["groupId"], item["clonedFrom"]) for item in web_rules(plan(MAPPED))] == [("sg-new", "sg-app")]


def test_a_clone_names_no_mapped_group_that_strangers_are_in() -> None:
    planned = plan(MAPPED, stranger=True)
    assert web_rules(planned) == []
    component = "classic-to-vpc:securitygroup:ClonedSecurityGroup"
    recording = declared(planned)
    [entry] = recording.outputs[recording.urn(component, "sg-web")]["report"]
    assert entry["outcome"] == "not-portable"
    assert "have other members too" in entry["reason"]


def test_a_drop_for_such_a_group_is_made_wider() -> None:
    known = {group.id: group for group in estate().security_groups}
    known["sg-web"] = known["sg-web"].model_copy(update={"rules": (rule(group_id="sg-app", policy="drop"),)})
    of = estate(security_groups=(*known.values(), NEW), instances=(*estate().instances, STRANGER))
    groups = {"mode": "clone", "groups": [MAPPED]}
    planned = make_plan(parse(config(network=NETWORK, securityGroups=groups), FILE), of, FILE)
    assert [(item["cidrIp"], item["policy"]) for item in web_rules(planned)] == [("172.16.8.0/24", "drop")]


def test_a_group_that_replaces_several_is_named_for_none_of_them() -> None:
    """A rule for one of the classic groups would admit the members of the others."""
    web = {"id": "sg-web", "mapTo": ["sg-new"]}
    assert plan(MAPPED).groups.namable == {"sg-app": "sg-new"}
    assert plan(MAPPED, web, mode="map").groups.namable == {}
    assert plan(MAPPED, stranger=True).groups.namable == {}


def test_the_classic_groups_of_linked_instances_name_no_group_with_strangers() -> None:
    added = "alimigrate:ecs:AddedSecurityGroupRules"
    named = declared(plan(MAPPED)).of_type(added)["sg-mon"].inputs["rules"].values()
    assert {item["groupId"] for item in named} == {"sg-new"}
    assert "sg-mon" not in declared(plan(MAPPED, stranger=True)).of_type(added)


@pytest.mark.parametrize(
    ("address", "interfaces", "addresses"),
    [
        ("172.16.8.9", (), True),
        ("172.16.99.9", (), False),
        ("172.16.99.9", ("172.16.99.9", "172.16.8.9"), True),
        ("172.16.99.9", ("172.16.99.9", "172.16.98.9"), False),
        ("172.16.99.9", ("172.16.99.9", None), True),
        ("172.16.99.9", (None,), False),
    ],
)
def test_other_servers_in_the_blocks_that_instances_move_into_are_known(
    address: str, interfaces: tuple[str | None, ...], addresses: bool
) -> None:
    """A server in another VSwitch may have a secondary interface in the block; a very old answer shows no address."""
    planned = plan(stranger=False)
    [cidr] = planned.network.target_cidrs
    nics = tuple(NetworkInterface(id=f"eni-{place}", primary_ip=item) for place, item in enumerate(interfaces))
    stranger = STRANGER.model_copy(update={"intranet_ips": (address,), "network_interfaces": nics})
    of = planned.estate.model_copy(update={"instances": (*planned.estate.instances, stranger)})
    changed = make_plan(planned.config, of, FILE)
    assert (planned.network.strangers, planned.network.to_themselves) == ({cidr: ()}, True)
    assert changed.network.strangers == {cidr: ("i-stranger",) if addresses else ()}
    assert changed.network.to_themselves is not addresses
    [vswitch] = declared(changed).outputs[declared(changed).urn(TARGET_NETWORK, "network")]["vswitches"]
    assert vswitch["strangerIds"] == (["i-stranger"] if addresses else [])


@pytest.mark.parametrize(
    ("fields", "stranger"),
    [
        ({}, True),
        ({"private_ips": ("172.16.99.9", "172.16.8.9")}, True),
        ({"private_ips": ("172.16.99.9",)}, False),
        ({"private_ips": ()}, False),
        ({"in_use": False}, False),
        ({"vpc_id": "vpc-other"}, False),
        ({"instance_id": "i-of-another-service"}, True),
        ({"instance_id": "i-web"}, False),
    ],
)
def test_an_interface_that_no_server_of_the_region_has_is_somebody_in_its_block(
    fields: dict[str, Any], stranger: bool
) -> None:
    """Such as that of a container: a rule for the block would admit it."""
    planned = plan(stranger=False)
    [cidr] = planned.network.target_cidrs
    given = {"id": "eni-pod", "vpc_id": "vpc-old", "in_use": True, "private_ips": ("172.16.8.9",)} | fields
    interface = VpcInterface.model_validate(given)
    of = planned.estate.model_copy(update={"network_interfaces": (interface,)})
    network = make_plan(planned.config, of, FILE).network
    assert (network.strangers, network.to_themselves) == ({cidr: ("eni-pod",) if stranger else ()}, not stranger)
