"""A stack a wave: the second takes network and clones of the first."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from components.config import ConfigError, ExistingNetwork, parse
from components.inputs import WithOutputs, in_region, with_shared_file
from components.migration import Migration, MigrationArgs
from components.plan import MigrationPlan, StackRecord, make_plan
from components.run import Sources
from components.stack_outputs import exported, record_of, share, with_shared
from estate.model import Estate, SecurityGroup
from tests.components.builders import FILE, config, estate, rule
from tests.components.mocked import Recording, declare

STACK = "organization/classic-to-vpc/one"
SHARED = "classic-to-vpc:securitygroup:SharedSecurityGroup"
NETWORK = {"mode": "existing", "vpcId": "vpc-old", "vswitchIds": ["vsw-old"]}
FIRST = config(instances=["i-web"], later=["i-app"], network=NETWORK)
LATE = {"start": "2026-12-15T02:00:00+08:00", "latest": "2026-12-22T00:00:00+08:00"}
SECOND = config(
    window=LATE,
    instances=["i-app"],
    network={"mode": "shared", "stack": STACK},
    securityGroups={"mode": "shared"},
)


def with_clones() -> Estate:
    """The estate once the first stack is up."""
    clones = (
        SecurityGroup(id="sg-web-vpc", vpc_id="vpc-old", rules=(rule(group_id="sg-app-vpc"),)),
        SecurityGroup(id="sg-app-vpc", vpc_id="vpc-old", rules=(rule(cidr_ip="10.1.0.3/32"),)),
    )
    return estate(security_groups=(*estate().security_groups, *clones))


def of_the_first() -> dict[str, Any]:
    """What the first stack exports."""
    return {
        **exported(make_plan(parse(FIRST, FILE), estate(), FILE)),
        "vpcId": "vpc-old",
        "vswitches": [{"zoneId": "cn-hangzhou-b", "cidrBlock": "172.16.8.0/24", "vswitchId": "vsw-old"}],
        "securityGroupIds": {"sg-web": ["sg-web-vpc"], "sg-app": ["sg-app-vpc"]},
    }


def second(of: Estate | None = None, outputs: dict[str, Any] | None = None, **changes: Any) -> MigrationPlan:
    shared, record = share(parse({**SECOND, **changes}, FILE), StackRecord(), outputs or of_the_first(), FILE)
    return make_plan(shared, of or with_clones(), FILE, record=record)


def problems(**given: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        second(**given)
    return str(caught.value).removeprefix(f"{FILE}: classic-to-vpc:migration.")


def declared(planned: MigrationPlan) -> Recording:
    return declare(lambda: Migration("migration", MigrationArgs(planned)))


def facts_of(recording: Recording) -> dict[str, Any]:
    return recording.outputs[recording.urn("classic-to-vpc:index:Migration", "migration")]


def test_the_network_of_the_other_stack_becomes_an_existing_one() -> None:
    planned = second()
    assert isinstance(planned.config.network, ExistingNetwork)
    assert (planned.config.network.vpc_id, planned.config.network.vswitch_ids) == ("vpc-old", ("vsw-old",))
    assert planned.network.target_cidrs == ("172.16.8.0/24",)


def test_the_other_stack_may_have_several_vswitches_in_a_zone() -> None:
    """For its tiers, or a new one beside a full one; a list of the config has one a zone."""
    outputs = of_the_first()
    twin = {"zoneId": "cn-hangzhou-b", "cidrBlock": "172.16.9.0/24", "vswitchId": "vsw-twin"}
    outputs["vswitches"] = [*outputs["vswitches"], twin]
    planned = second(outputs=outputs)
    assert planned.network.target_cidrs == ("172.16.8.0/24", "172.16.9.0/24")
    recording = declared(planned)
    facts = recording.outputs[recording.urn("classic-to-vpc:network:TargetNetwork", "network")]
    assert [item["vswitchId"] for item in facts["vswitches"]] == ["vsw-old", "vsw-twin"]


def test_the_pack_receives_that_the_other_stack_chose_the_network() -> None:
    recording = declared(second())
    facts = recording.outputs[recording.urn("classic-to-vpc:network:TargetNetwork", "network")]
    assert (facts["mode"], facts["isDefault"], facts["sharedWith"]) == ("existing", False, STACK)


def test_instances_of_the_other_stack_are_of_a_later_wave_and_no_peers_when_they_move_before() -> None:
    planned = second()
    assert planned.config.later == ("i-web",)
    [app] = planned.instances
    assert [peer.instance_id for peer in app.peers] == ["i-mon"]
    early = second(window={**LATE, "start": "2026-12-01T02:00:00+08:00"})
    assert [peer.instance_id for peer in early.instances[0].peers] == ["i-mon", "i-web"]


def test_clones_are_shared_and_nothing_of_them_is_declared() -> None:
    recording = declared(second())
    types = {item.type for item in recording.resources.values()}
    assert "alicloud:ecs/securityGroup:SecurityGroup" not in types
    assert "alimigrate:ecs:SecurityGroupRules" not in types
    assert set(recording.of_type(SHARED)) == {"sg-app", "sg-web"}
    [own] = recording.outputs[recording.urn(SHARED, "sg-app")]["groups"]
    assert own["rules"]["rule 0"]["cidrIp"] == "10.1.0.3/32"


def test_the_rules_of_a_clone_for_others_are_left_out_and_its_id_is_not() -> None:
    """Other stacks are judged by its rules; those of this one may name it."""
    recording = declared(second())
    assert [item["securityGroupId"] for item in facts_of(recording)["securityGroups"]] == ["sg-app"]
    assert recording.outputs[recording.urn(SHARED, "sg-web")] == {
        "classicSecurityGroupId": "sg-web",
        "groups": [{"securityGroupId": "sg-web-vpc", "vpcId": "vpc-old", "innerAccessPolicy": "Accept"}],
    }


def test_a_clone_that_nothing_here_names_is_left_out() -> None:
    alone = with_clones()
    groups = tuple(
        item.model_copy(update={"rules": tuple(rule for rule in item.rules if rule.group_id is None)})
        for item in alone.security_groups
    )
    planned = second(alone.model_copy(update={"security_groups": groups}))
    exports: dict[str, Any] = {}
    recording = declare(lambda: exports.update(Migration("migration", MigrationArgs(planned)).exports))
    assert set(recording.of_type(SHARED)) == {"sg-app"}
    whole = declare(lambda: Migration("migration", MigrationArgs(planned, Sources(whole_region=True))))
    assert set(whole.of_type(SHARED)) == {"sg-app", "sg-web"}
    # Another stack may share the network with this one.
    assert exports["securityGroupIds"].keys() == {"sg-app", "sg-web"}


def test_who_moves_with_others_belongs_to_a_clone_of_this_stack_too() -> None:
    """Two classic groups may have one clone: what names it admits the members of both."""
    outputs = {**of_the_first(), "securityGroupIds": {"sg-web": ["sg-app-vpc"], "sg-app": ["sg-app-vpc"]}}
    recording = declared(second(outputs=outputs))
    assert set(recording.of_type(SHARED)) == {"sg-app", "sg-web"}


def test_the_rules_of_every_group_are_there_for_who_asks_for_the_whole_region() -> None:
    whole = Sources(whole_region=True)
    recording = declare(lambda: Migration("migration", MigrationArgs(second(), whole)))
    assert all("rules" in item for item in facts_of(recording)["securityGroups"])
    assert {item["securityGroupId"] for item in facts_of(recording)["securityGroups"]} == {"sg-app", "sg-web"}
    [clone] = recording.outputs[recording.urn(SHARED, "sg-web")]["groups"]
    assert clone["rules"]["rule 0"]["clonedFrom"] == "sg-app"
    # `up` looks for the verdict of the facts that it goes by, whoever else asked about them.
    few = declare(lambda: Migration("migration", MigrationArgs(second(), Sources())))
    assert facts_of(recording)["madeOf"] == facts_of(few)["madeOf"]


def test_the_rules_of_groups_that_are_cloned_for_later_instances_are_left_out() -> None:
    planned = make_plan(parse(FIRST, FILE), estate(), FILE)
    groups = {item["securityGroupId"]: item for item in facts_of(declared(planned))["securityGroups"]}
    assert {name: "rules" in item for name, item in groups.items()} == {"sg-app": False, "sg-web": True}
    assert groups["sg-app"]["memberIds"]


def test_the_rules_of_linked_classic_groups_name_the_shared_clones() -> None:
    added = declared(second()).of_type("alimigrate:ecs:AddedSecurityGroupRules")
    [own] = added["sg-mon"].inputs["rules"].values()
    assert own["groupId"] == "sg-app-vpc"
    # Another stack may add the same rule: each knows its own by the description.
    assert own["description"].startswith("the clone of sg-app, over ClassicLink. Made by the Pulumi stack ")


def moved(*instance_ids: str) -> Estate:
    new = {"network_type": "vpc", "vpc_id": "vpc-old", "intranet_ips": ("172.16.8.7",), "security_group_ids": ()}
    return with_clones().model_copy(
        update={
            "instances": tuple(
                item.model_copy(update=new) if item.id in instance_ids else item for item in with_clones().instances
            )
        }
    )


def test_either_stack_goes_on_when_the_instances_of_the_other_have_moved() -> None:
    assert second(moved("i-web")).roster.moved_ids == {"i-web"}
    before, after = declared(second()), declared(second(moved("i-web")))
    assert {urn: item.inputs for urn, item in after.resources.items()} == {
        urn: item.inputs for urn, item in before.resources.items()
    }
    record = record_of(of_the_first())
    first = make_plan(parse(FIRST, FILE), moved("i-web", "i-app"), FILE, record=record)
    before = declared(make_plan(parse(FIRST, FILE), estate(), FILE))
    assert {urn: item.inputs for urn, item in declared(first).resources.items()} == {
        urn: item.inputs for urn, item in before.resources.items()
    }


@pytest.mark.parametrize("key", ["vpcId", "vswitches", "waves", "classicOrigins"])
def test_a_missing_output_of_the_other_stack_is_reported(key: str) -> None:
    outputs = {name: value for name, value in of_the_first().items() if name != key}
    assert problems(outputs=outputs) == (
        f"network.stack: {STACK} does not export {key}; expected a stack of this program that is up"
    )


def test_a_group_without_a_clone_is_reported() -> None:
    outputs = {**of_the_first(), "securityGroupIds": {"sg-web": ["sg-web-vpc"]}}
    assert problems(outputs=outputs).startswith(
        "securityGroups: the stack whose network is shared has no clone of sg-app; expected it to be up"
    )


def test_a_clone_that_is_gone_is_reported() -> None:
    assert problems(of=estate()).splitlines()[0] == (
        "securityGroups: there is no sg-app-vpc, the clone of sg-app, in vpc-old"
    )


def test_a_clone_in_another_vpc_is_reported() -> None:
    moved = [
        item.model_copy(update={"vpc_id": "vpc-other"}) if item.id == "sg-app-vpc" else item
        for item in with_clones().security_groups
    ]
    assert problems(of=estate(security_groups=tuple(moved))) == (
        "securityGroups: there is no sg-app-vpc, the clone of sg-app, in vpc-old"
    )


def test_a_network_that_is_gone_is_reported() -> None:
    lines = problems(outputs={**of_the_first(), "vpcId": "vpc-gone"}).splitlines()
    assert lines[0].startswith("network.vpcId: there is no VPC vpc-gone in cn-hangzhou")


def test_an_instance_moves_with_one_stack() -> None:
    assert problems(instances=["i-web", "i-app"]) == (
        f"network.stack: i-web moves with {STACK}; expected it in one stack"
    )


def test_a_config_that_shares_nothing_is_left_as_it_is() -> None:
    parsed, record = parse(config(), FILE), StackRecord()
    assert with_shared(parsed, record, FILE) == (parsed, record)


# ---- the outputs of the other stack in a file, for a preview by an inventory file ----


def by_file(directory: Path, content: object, **changes: Any) -> WithOutputs:
    path = directory / "outputs.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return with_shared_file(parse({**SECOND, **changes}, FILE), directory, FILE, path)


def test_outputs_in_a_file_are_those_of_the_other_stack(tmp_path: Path) -> None:
    given = by_file(tmp_path, of_the_first())
    live = second()
    planned = make_plan(given.config, with_clones(), FILE, record=given.record)
    assert (planned.network, planned.groups, planned.instances) == (live.network, live.groups, live.instances)
    # A result that goes by it counts only beside the same file.
    assert given.source is not None
    assert given.source.path == "outputs.json"
    assert given.source.sha256 == hashlib.sha256((tmp_path / "outputs.json").read_bytes()).hexdigest()


def test_a_stack_that_shares_nothing_and_one_without_a_file_are_as_they_were(tmp_path: Path) -> None:
    own = parse(FIRST, FILE)
    assert with_shared_file(own, tmp_path, FILE, tmp_path / "nowhere.json") == (own, None, None)
    shared = parse(SECOND, FILE)
    assert with_shared_file(shared, tmp_path, FILE, None) == (shared, None, None)
    with pytest.raises(ConfigError, match="or its outputs in the file that PREFLIGHT_OUTPUTS names"):
        in_region(shared, with_clones(), FILE, {})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "outputs.json: it holds something else"),
        ("[]", "outputs.json: it holds something else"),
        ("{", "outputs.json: "),
        ("{}", "does not export vpcId, vswitches, waves, classicOrigins"),
        ({**of_the_first(), "vswitches": [{}]}, "outputs.json: it holds something else"),
        ({**of_the_first(), "waves": {"a": 1}}, "outputs.json: it holds something else"),
        ({**of_the_first(), "waves": [{"window": {"start": "soon"}, "instanceIds": ["i"]}]}, "it holds something else"),
        ({**of_the_first(), "classicOrigins": {"i-web": 1}}, "outputs.json: it holds something else"),
    ],
)
def test_a_file_that_holds_no_such_outputs_is_refused(tmp_path: Path, content: object, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        by_file(tmp_path, content)
    assert message in str(caught.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.json: expected a file that can be read"):
        with_shared_file(parse(SECOND, FILE), tmp_path, FILE, tmp_path / "nowhere.json")
