"""Every component under mocks: what it declares, under which parent, with which inputs and outputs."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pulumi
import pytest

from components.config import parse
from components.migration import Migration, MigrationArgs
from components.plan import make_plan
from estate.model import Disk, SecurityGroupRule, Vpc
from tests.components.builders import FILE, config, estate, rule, vswitch
from tests.components.mocked import Recording, declare

MIGRATION = "classic-to-vpc:index:Migration"


def declared(estate_changes: dict[str, Any] | None = None, **changes: Any) -> Recording:
    plan = make_plan(parse(config(**changes), FILE), estate(**estate_changes or {}), FILE)
    return declare(lambda: Migration("migration", MigrationArgs(plan)))


def test_an_unprepared_stack_declares_facts_and_nothing_else() -> None:
    recording = declared(network=None, securityGroups=None, databases=None, classicLink=None, backups=None)
    assert {item.type for item in recording.resources.values()} == {
        MIGRATION,
        "classic-to-vpc:instance:MigratingInstance",
    }


IMPORTED = """
import sys, components.migration, pulumi_alicloud
print(*sorted(name for name in sys.modules if name.startswith("pulumi_alicloud.ecs.")))
print(pulumi_alicloud.ecs.EcsSnapshot is components.backups.EcsSnapshot)
"""


def test_of_the_resources_of_ecs_those_are_imported_that_are_declared() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORTED], check=True, capture_output=True, text=True)
    declared = ("ecs_network_interface", "ecs_snapshot", "ecs_snapshot_group", "security_group")
    assert done.stdout.splitlines() == [" ".join(f"pulumi_alicloud.ecs.{name}" for name in declared), "True"]


def test_everything_is_below_the_migration() -> None:
    recording = declared()
    root = recording.urn(MIGRATION, "migration")
    assert recording.children(root) == [
        "classic-to-vpc:backup:Backups",
        "classic-to-vpc:classiclink:ClassicLink",
        "classic-to-vpc:database:DatabaseAccess",
        "classic-to-vpc:instance:MigratingInstance",
        "classic-to-vpc:instance:MigratingInstance",
        "classic-to-vpc:network:TargetNetwork",
        "classic-to-vpc:securitygroup:ClonedSecurityGroup",
        "classic-to-vpc:securitygroup:ClonedSecurityGroup",
    ]
    assert root == f"urn:pulumi:test::classic-to-vpc::pulumi:pulumi:Stack${MIGRATION}::migration"


def test_facts_are_outputs_and_no_inputs() -> None:
    """A fact that changes, such as the time of reading, must not make a second `up` change something."""
    recording = declared()
    for resource_type in (MIGRATION, "classic-to-vpc:instance:MigratingInstance"):
        for name, registered in recording.of_type(resource_type).items():
            assert registered.inputs == {}
            assert recording.outputs[recording.urn(resource_type, name)]


def test_the_migration_carries_the_facts_of_the_contract() -> None:
    recording = declared(later=["i-mon"])
    facts = recording.outputs[recording.urn(MIGRATION, "migration")]
    assert facts["waves"][0]["window"] == {"start": "2026-12-12T02:00:00+08:00", "latest": "2026-12-20T00:00:00+08:00"}
    assert (facts["instanceIds"], facts["laterInstanceIds"]) == (["i-app", "i-web"], ["i-mon"])
    assert facts["staying"] == []
    assert [item["instanceId"] for item in facts["classicInstances"]] == ["i-app", "i-idle", "i-mon", "i-web"]
    groups = {group["securityGroupId"]: group for group in facts["securityGroups"]}
    assert list(groups) == ["sg-app", "sg-mon", "sg-web"]
    assert groups["sg-web"]["memberIds"] == ["i-web"]
    assert groups["sg-web"]["rules"] == [
        {
            "direction": "ingress",
            "nicType": "intranet",
            "ipProtocol": "TCP",
            "portRange": "8080/8080",
            "policy": "accept",
            "priority": 1,
            "description": "",
            "groupId": "sg-app",
        }
    ]
    assert facts["databases"][0]["whitelistGroups"] == [
        {"groupName": "app", "attribute": "", "networkType": "MIX", "securityIps": ["10.1.0.2"]}
    ]


def test_an_instance_carries_its_facts() -> None:
    recording = declared(instances=[{"id": "i-app", "releasePublicIp": True}])
    facts = recording.outputs[recording.urn("classic-to-vpc:instance:MigratingInstance", "i-app")]
    assert facts["eniQuantity"] == 1
    assert facts["releasePublicIp"] is True
    assert facts["disks"] == [{"diskId": "d-app", "type": "system", "category": "cloud", "sizeGib": 40, "device": ""}]
    assert facts["databaseIds"] == ["rm-orders"]
    assert [peer["instanceIds"] for peer in facts["classicPeers"]] == [["i-mon"], ["i-web"]]


def test_a_type_that_the_cloud_does_not_know_has_no_quantity() -> None:
    recording = declared({"instance_types": ()})
    assert "eniQuantity" not in recording.outputs[recording.urn("classic-to-vpc:instance:MigratingInstance", "i-app")]


def test_target_network_creates_a_vpc_and_its_vswitches() -> None:
    recording = declared()
    component = recording.urn("classic-to-vpc:network:TargetNetwork", "network")
    vpc = recording.of_type("alicloud:vpc/network:Network")["target"]
    vswitch = recording.of_type("alicloud:vpc/switch:Switch")["target-cn-hangzhou-b"]
    assert (vpc.parent, vswitch.parent) == (component, component)
    assert vpc.inputs == {"vpcName": "target", "cidrBlock": "172.16.0.0/16"}
    assert list(vpc.request.ignoreChanges) == ["classicLinkEnabled"]
    assert vswitch.inputs == {
        "vswitchName": "target-cn-hangzhou-b",
        "vpcId": "target-id",
        "zoneId": "cn-hangzhou-b",
        "cidrBlock": "172.16.1.0/24",
    }
    outputs = recording.outputs[component]
    assert (outputs["mode"], outputs["vpcId"]) == ("create", "target-id")
    assert outputs["vswitches"] == [
        {
            "vswitchName": "target-cn-hangzhou-b",
            "zoneId": "cn-hangzhou-b",
            "cidrBlock": "172.16.1.0/24",
            "vswitchId": "target-cn-hangzhou-b-id",
            "existing": False,
            "status": "Available",
            "availableIpAddressCount": 252,
            "strangerIds": [],
        }
    ]


def test_target_network_takes_an_existing_one_as_it_is() -> None:
    recording = declared(network={"mode": "existing", "vpcId": "vpc-old", "vswitchIds": ["vsw-old"]})
    component = recording.urn("classic-to-vpc:network:TargetNetwork", "network")
    assert recording.children(component) == []
    outputs = recording.outputs[component]
    assert (outputs["mode"], outputs["vpcId"], outputs["cidrBlock"]) == ("existing", "vpc-old", "172.16.0.0/12")
    assert outputs["isDefault"] is False
    assert "sharedWith" not in outputs
    [vswitch] = outputs["vswitches"]
    assert (vswitch["existing"], vswitch["availableIpAddressCount"]) == (True, 200)


def test_a_vswitch_is_added_to_an_existing_vpc_beside_those_taken() -> None:
    network = {
        "mode": "existing",
        "vpcId": "vpc-old",
        "vswitchIds": ["vsw-old"],
        "vswitches": [{"zone": "cn-hangzhou-b", "tier": "app"}],
    }
    recording = declared(network=network, instances=["i-web", {"id": "i-app", "tier": "app"}])
    component = recording.urn("classic-to-vpc:network:TargetNetwork", "network")
    assert recording.children(component) == ["alicloud:vpc/switch:Switch"]
    vswitch = recording.of_type("alicloud:vpc/switch:Switch")["vpc-old-app-cn-hangzhou-b"]
    assert vswitch.inputs == {
        "vswitchName": "vpc-old-app-cn-hangzhou-b",
        "vpcId": "vpc-old",
        "zoneId": "cn-hangzhou-b",
        "cidrBlock": "172.16.0.0/24",
    }
    assert [item.get("tier") for item in recording.outputs[component]["vswitches"]] == [None, "app"]


def test_a_new_vswitch_may_stand_beside_an_existing_one_without_room() -> None:
    """The fix of network-enough-free-addresses adds one in the same zone."""
    larger = {"zone": "cn-hangzhou-b", "cidrBlock": "172.16.64.0/18"}
    network = {"mode": "existing", "vpcId": "vpc-old", "vswitchIds": ["vsw-old"], "vswitches": [larger]}
    recording = declared(network=network)
    component = recording.urn("classic-to-vpc:network:TargetNetwork", "network")
    zones = [(item["zoneId"], item["existing"]) for item in recording.outputs[component]["vswitches"]]
    assert zones == [("cn-hangzhou-b", True), ("cn-hangzhou-b", False)]


def test_the_default_network_is_declared_and_neither_created_nor_changed_here() -> None:
    recording = declared(network={"mode": "default", "zones": ["cn-hangzhou-b"]}, databases=None, classicLink=None)
    component = recording.urn("classic-to-vpc:network:TargetNetwork", "network")
    assert recording.children(component) == ["alimigrate:vpc:DefaultVSwitch", "alimigrate:vpc:DefaultVpc"]
    [vswitch] = recording.of_type("alimigrate:vpc:DefaultVSwitch").values()
    assert vswitch.inputs["zoneId"] == "cn-hangzhou-b"
    outputs = recording.outputs[component]
    assert outputs["mode"] == "default"
    assert outputs["vswitches"][0]["availableIpAddressCount"] == 4092


@pytest.mark.parametrize("name", [None, "", "office"], ids=["to be made", "found, as the cloud makes it", "renamed"])
def test_a_default_vswitch_has_one_urn_whether_it_is_made_or_found(name: str | None) -> None:
    vswitches: dict[str, Any] = {}
    if name is not None:
        there = vswitch("vsw-d", "vpc-d", "172.31.0.0/20").model_copy(update={"name": name, "is_default": True})
        vswitches = {"vpcs": (Vpc(id="vpc-d", cidr_block="172.31.0.0/16", is_default=True),), "vswitches": (there,)}
    network = {"mode": "default", "zones": ["cn-hangzhou-b"]}
    recording = declared(vswitches, network=network, databases=None, classicLink=None)
    assert list(recording.of_type("alimigrate:vpc:DefaultVSwitch")) == ["default-cn-hangzhou-b"]
    facts = recording.outputs[recording.urn("classic-to-vpc:network:TargetNetwork", "network")]
    assert facts.get("isDefault") is (None if name is None else True)


def test_clones_name_each_other() -> None:
    recording = declared()
    for classic, peer in (("sg-web", "sg-app"), ("sg-app", "sg-web")):
        component = recording.urn("classic-to-vpc:securitygroup:ClonedSecurityGroup", classic)
        assert recording.children(component) == [
            "alicloud:ecs/securityGroup:SecurityGroup",
            "alimigrate:ecs:SecurityGroupRules",
        ]
        group = recording.of_type("alicloud:ecs/securityGroup:SecurityGroup")[classic]
        assert group.inputs["vpcId"] == "target-id"
        assert group.inputs["securityGroupName"] == f"{classic.removeprefix('sg-')}-vpc"
        rules = recording.of_type("alimigrate:ecs:SecurityGroupRules")[classic].inputs
        assert rules["securityGroupId"] == f"{classic}-id"
        assert rules["rules"][f"ingress accept TCP 8080/8080 from clone of {peer} (1)"] == {
            "direction": "ingress",
            "ipProtocol": "TCP",
            "portRange": "8080/8080",
            "policy": "accept",
            "priority": 1,
            "description": "",
            "groupId": f"{peer}-id",
            "clonedFrom": peer,
        }
        assert recording.outputs[component]["classicSecurityGroupId"] == classic
        assert recording.outputs[component]["report"]


def test_a_clone_that_passes_the_limits_of_one_group_is_split_into_two() -> None:
    many = tuple(
        rule(nic_type="internet", port_range=f"{port}/{port}", cidr_ip="203.0.113.0/24") for port in range(1, 500, 2)
    )
    groups = tuple(
        item.model_copy(update={"rules": (*item.rules, *many)}) if item.id == "sg-web" else item
        for item in estate().security_groups
    )
    recording = declared({"security_groups": groups})
    component = recording.urn("classic-to-vpc:securitygroup:ClonedSecurityGroup", "sg-web")
    rule_sets = recording.of_type("alimigrate:ecs:SecurityGroupRules")
    assert len(rule_sets["sg-web"].inputs["rules"]) == 200
    assert rule_sets["sg-web-2"].inputs["rules"]
    assert rule_sets["sg-web-2"].inputs["securityGroupId"] == "sg-web-2-id"
    names = recording.of_type("alicloud:ecs/securityGroup:SecurityGroup")
    assert names["sg-web-2"].inputs["securityGroupName"] == "web-vpc-2"
    outputs = recording.outputs[component]
    assert outputs["securityGroupIds"] == ["sg-web-id", "sg-web-2-id"]
    assert outputs["report"][-1]["outcome"] == "split"
    # What names the clone names its first group, in which all members are.
    assert {item["groupId"] for item in rule_sets["sg-app"].inputs["rules"].values() if "groupId" in item} >= {
        "sg-web-id"
    }


def test_rules_across_classic_link_wait_for_it() -> None:
    recording = declared()
    enabling = recording.urn("alimigrate:vpc:ClassicLink", "classic-link")
    rules = recording.of_type("alimigrate:ecs:SecurityGroupRules")["sg-app"]
    assert rules.inputs["rules"]["ingress accept TCP 8080/8080 from classic sg-mon (1)"]["groupId"] == "sg-mon"
    assert enabling in rules.request.dependencies


def test_database_access_admits_the_vswitches_in_a_group_of_its_own() -> None:
    recording = declared()
    component = recording.urn("classic-to-vpc:database:DatabaseAccess", "rm-orders")
    group = recording.of_type("alimigrate:rds:WhitelistGroup")["rm-orders-classic_to_vpc"]
    assert group.parent == component
    assert {key: value for key, value in group.inputs.items() if value is not None} == {
        "dbInstanceId": "rm-orders",
        "groupName": "classic_to_vpc",
        "networkType": "MIX",
        "securityIps": ["172.16.1.0/24"],
    }


def test_in_enhanced_mode_the_whitelist_group_is_of_the_vpc() -> None:
    database = estate().databases[0].model_copy(update={"security_ip_mode": "safety"})
    recording = declared({"databases": (database,)})
    [group] = recording.of_type("alimigrate:rds:WhitelistGroup").values()
    assert group.inputs["networkType"] == "VPC"


def test_classic_link_attaches_who_stays_and_lets_the_clones_in() -> None:
    recording = declared()
    component = recording.urn("classic-to-vpc:classiclink:ClassicLink", "classic-link")
    assert recording.children(component) == [
        "alimigrate:ecs:AddedSecurityGroupRules",
        "alimigrate:ecs:ClassicLinkAttachment",
        "alimigrate:vpc:ClassicLink",
    ]
    enabling = recording.urn("alimigrate:vpc:ClassicLink", "classic-link")
    attachment = recording.of_type("alimigrate:ecs:ClassicLinkAttachment")["i-mon"]
    assert enabling in attachment.request.dependencies
    [added] = recording.of_type("alimigrate:ecs:AddedSecurityGroupRules").values()
    assert added.name == "sg-mon"
    assert enabling in added.request.dependencies
    assert added.inputs["securityGroupId"] == "sg-mon"
    assert added.inputs["rules"] == {
        "ingress accept TCP 9100/9100 from clone of sg-app (1)": {
            "direction": "ingress",
            "ipProtocol": "TCP",
            "portRange": "9100/9100",
            "policy": "accept",
            "priority": 1,
            "description": "the clone of sg-app, over ClassicLink",
            "groupId": "sg-app-id",
            "clonedFrom": "sg-app",
        }
    }


def admitted(*rules: SecurityGroupRule, instance_groups: tuple[str, ...] = ("sg-mon",)) -> dict[str, dict[str, Any]]:
    """Rules added for the clones, by classic group, where sg-mon of the linked instance has these."""
    groups = {group.id: group for group in estate().security_groups}
    groups["sg-mon"] = groups["sg-mon"].model_copy(update={"rules": rules})
    instances = tuple(
        item.model_copy(update={"security_group_ids": instance_groups}) if item.id == "i-mon" else item
        for item in estate().instances
    )
    recording = declared({"security_groups": tuple(groups.values()), "instances": instances})
    added = recording.of_type("alimigrate:ecs:AddedSecurityGroupRules")
    return {name: registered.inputs["rules"] for name, registered in added.items()}


def test_classic_groups_keep_source_ports_and_the_priority_of_system_rules() -> None:
    added = admitted(
        rule(group_id="sg-app", port_range="53/53", ip_protocol="UDP", source_port_range="53/53"),
        rule(group_id="sg-web", direction="egress", policy="drop", priority=110),
        rule(group_id="sg-idle"),
        rule(cidr_ip="10.0.0.0/8"),
    )
    assert sorted(added["sg-mon"]) == [
        "egress drop TCP 8080/8080 to clone of sg-web (100)",
        "ingress accept UDP 53/53 source ports 53/53 from clone of sg-app (1)",
    ]


def test_a_rule_that_cannot_be_repeated_exactly_admits_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda text, **_: warnings.append(text))
    added = admitted(
        rule(group_id="sg-app", port_range="22/22", policy="drop", priority=5),
        rule(group_id="sg-app", local_cidr_ip="10.1.0.3/32"),
        rule(group_id="sg-app", port_range="", port_range_list_id="prl-1", policy="drop", priority=5),
        rule(group_id="sg-web", ip_protocol="47"),
    )
    assert sorted(added["sg-mon"]) == [
        "ingress drop ALL -1/-1 from clone of sg-app (5)",
        "ingress drop TCP 22/22 from clone of sg-app (5)",
    ]
    endings = [text.partition("for the clone, ")[2] for text in warnings if text.startswith("sg-mon, ")]
    assert endings == [
        "which it therefore does not admit.",
        "all of whose traffic it drops instead.",
        "which it therefore does not admit.",
    ]


def test_a_classic_group_that_names_no_clone_is_left_alone() -> None:
    assert admitted(rule(cidr_ip="10.0.0.0/8")) == {}


def test_members_that_move_and_members_that_stay_still_reach_each_other() -> None:
    added = admitted(instance_groups=("sg-mon", "sg-app"))
    assert sorted(added["sg-app"]) == [
        "ingress accept ALL -1/-1 from clone of sg-app (100)",
        "ingress accept TCP 8080/8080 from clone of sg-web (1)",
    ]


def test_backups_outlive_a_destroy() -> None:
    recording = declared()
    snapshots = recording.of_type("alicloud:ecs/ecsSnapshot:EcsSnapshot")
    assert sorted(snapshots) == ["d-app", "d-web"]
    for disk_id, snapshot in snapshots.items():
        assert snapshot.parent == recording.urn("classic-to-vpc:backup:Backups", "backups")
        assert (snapshot.inputs["diskId"], snapshot.inputs["retentionDays"]) == (disk_id, 30)
        assert snapshot.request.retainOnDelete
        assert snapshot.request.customTimeouts.create == "6h"


def test_a_new_round_of_backups_is_made_of_new_resources() -> None:
    recording = declared(backups={"retentionDays": 30, "round": 2})
    assert sorted(recording.of_type("alicloud:ecs/ecsSnapshot:EcsSnapshot")) == ["d-app-2", "d-web-2"]


def test_a_disk_that_instances_share_is_backed_up_once() -> None:
    both = ("i-app", "i-web")
    shared = Disk(id="d-both", instance_ids=both, type="data", category="cloud_ssd", size_gib=40, status="In_use")
    recording = declared({"disks": (*estate().disks, shared)})
    assert sorted(recording.of_type("alicloud:ecs/ecsSnapshot:EcsSnapshot")) == ["d-app", "d-both", "d-web"]


def test_several_essds_of_an_instance_get_one_consistent_group_that_is_kept() -> None:
    essds = tuple(
        Disk(id=f"d-{index}", instance_ids=("i-web",), type="data", category="cloud_essd", size_gib=40, status="In_use")
        for index in range(2)
    )
    recording = declared({"disks": essds}, instances=["i-web"], backups={"retentionDays": 30, "round": 2})
    component = recording.urn("classic-to-vpc:backup:Backups", "backups")
    assert recording.children(component) == ["alicloud:ecs/ecsSnapshotGroup:EcsSnapshotGroup"]
    [group] = recording.of_type("alicloud:ecs/ecsSnapshotGroup:EcsSnapshotGroup").values()
    assert group.name == "i-web-2"
    assert group.inputs == {
        "snapshotGroupName": "before-vpc-i-web-2",
        "description": "disks of i-web before its migration to a VPC",
        "instanceId": "i-web",
        "diskIds": ["d-0", "d-1"],
    }
    assert group.request.retainOnDelete
    assert group.request.customTimeouts.create == "6h"


GUARDED = {
    "alicloud:ecs/securityGroup:SecurityGroup",
    "alicloud:vpc/network:Network",
    "alicloud:vpc/switch:Switch",
    "alimigrate:ecs:AddedSecurityGroupRules",
    "alimigrate:ecs:ClassicLinkAttachment",
    "alimigrate:ecs:SecurityGroupRules",
    "alimigrate:rds:WhitelistGroup",
    "alimigrate:vpc:ClassicLink",
}


def test_resources_that_carry_traffic_are_protected_unless_the_config_says_otherwise() -> None:
    for protected in (True, False):
        recording = declared() if protected else declared(protect=False)
        custom = [item for item in recording.resources.values() if not item.type.startswith("classic-to-vpc:")]
        assert {item.type for item in custom if item.request.protect} == (GUARDED if protected else set())
        assert {item.type for item in custom} == GUARDED | {"alicloud:ecs/ecsSnapshot:EcsSnapshot"}
