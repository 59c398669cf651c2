"""What a stack reads of its own outputs, while the engine may be writing them."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest

from components import cut_off, stack_outputs
from components.config import parse
from components.marks import GROUP, INTERFACE, NETWORK, SNAPSHOT_GROUP, SWITCH, mark, marked
from components.plan import MigrationPlan, StackRecord, make_plan
from components.stack_outputs import Unlisted
from estate.model import ClassicLinkAttachment, Disk, Estate, FreeInterface, SecurityGroup, Snapshot, SnapshotGroup, Vpc
from tests.components.builders import FILE, config, estate, vswitch
from tests.components.test_waves import after_the_move

CUT_SHORT = "invoke of pulumi:pulumi:readStackOutputs failed: failed to load checkpoint: EOF"


def answering(monkeypatch: pytest.MonkeyPatch, *answers: Any) -> list[str]:
    """Lets the engine answer so; returns what it was asked for."""
    calls: list[str] = []
    script = list(answers)

    def invoke(token: str, props: dict[str, str]) -> Any:
        calls.append(" ".join((token, *props.values())))
        answer = script.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(value={"outputs": answer})

    monkeypatch.setattr(pulumi.runtime, "invoke", invoke)
    monkeypatch.setattr(stack_outputs, "_PAUSE_SECONDS", 0)
    return calls


def test_a_state_that_is_being_written_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = answering(monkeypatch, Exception(CUT_SHORT), Exception(CUT_SHORT), {"vpcId": "vpc-1"})
    assert stack_outputs.read_outputs("me/project/dev") == {"vpcId": "vpc-1"}
    assert calls == ["pulumi:pulumi:readStackOutputs me/project/dev"] * 3


def test_a_state_that_stays_cut_short_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = answering(monkeypatch, *[Exception(CUT_SHORT)] * 50)
    with pytest.raises(Exception, match="failed to load checkpoint"):
        stack_outputs.read_outputs("me/project/dev")
    assert len(calls) == 20


def test_any_other_answer_of_the_engine_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = answering(monkeypatch, Exception("no such stack"))
    with pytest.raises(Exception, match="no such stack"):
        stack_outputs.read_outputs("me/project/other")
    assert len(calls) == 1


def test_exported_ids_are_recorded() -> None:
    outputs = {
        "snapshotIds": {"d-1": "s-1"},
        "snapshotGroupIds": {"i-1": "ssg-1"},
        "whitelistGroupIds": {"rm-1": "rm-1:MIX:ours", "r-1": "r-1:ours_too"},
        "linkedBefore": ["i-mon", "vpc-old"],
    }
    record = stack_outputs.record_of(outputs)
    assert (record.snapshot_ids, record.whitelist_group_ids) == (("s-1",), ("rm-1:MIX:ours", "r-1:ours_too"))
    assert record.whitelist_groups == {"rm-1": ("ours",), "r-1": ("ours_too",)}
    assert record.snapshot_group_ids == ("ssg-1",)
    # Without it a destroy would end the links of others.
    assert record.linked_before == ("i-mon", "vpc-old")


# ---- what a killed run has left ----

STACK = "organization/shop/dev"
TARGET = {
    "mode": "create",
    "name": "target",
    "cidrBlock": "172.20.0.0/16",
    "vswitches": [{"zone": "cn-hangzhou-b", "cidrBlock": "172.20.1.0/24"}],
}
ROOT = "urn:pulumi:dev::shop::classic-to-vpc:index:Migration"
VPC_URN = f"{ROOT}$classic-to-vpc:network:TargetNetwork${NETWORK}::target"


def left_behind(vpc_id: str, description: str, *, stack: str = STACK) -> Estate:
    """A VPC of the target's name and block, a VSwitch and a clone in it, and a VSwitch of an earlier target."""
    own = [marked("", stack, name) for name in ("target", "target-cn-hangzhou-b", "sg-web")]
    there = vswitch("vsw-left", vpc_id, "172.20.1.0/24").model_copy(update={"description": own[1]})
    return estate(
        vpcs=(Vpc(id=vpc_id, name="target", cidr_block="172.20.0.0/16", description=description),),
        vswitches=(there, there.model_copy(update={"id": "vsw-before", "vpc_id": "vpc-before"})),
        security_groups=(
            *estate().security_groups,
            SecurityGroup(id="sg-left", name="web-vpc", vpc_id=vpc_id, description=own[2]),
        ),
    )


def completed(record: StackRecord, live: Estate, *groups: SnapshotGroup, **changes: Any) -> StackRecord:
    unlisted = Unlisted(lambda: groups, no_interfaces)
    return stack_outputs.with_leftovers(record, parse(config(network=TARGET, **changes), FILE), live, unlisted)


def no_interfaces(name: str) -> tuple[FreeInterface, ...]:
    raise AssertionError(f"asked for {name}")


NOTHING_UNLISTED = Unlisted(tuple, no_interfaces)


def test_leftovers_of_a_killed_run_are_found_by_their_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = answering(monkeypatch, {})
    record = completed(StackRecord(stack=STACK), left_behind("vpc-left", marked("", STACK, "target")))
    assert calls == [f"pulumi:pulumi:readStackResourceOutputs {STACK}"]
    assert record.vpc_id is None
    assert record.leftovers == {
        (NETWORK, mark(STACK, "target")): "vpc-left",
        # That of the earlier target is in another VPC.
        (SWITCH, mark(STACK, "target-cn-hangzhou-b")): "vsw-left",
        (GROUP, mark(STACK, "sg-web")): "sg-left",
    }
    assert record.leftover(NETWORK, "target") == "vpc-left"
    assert record.leftover(NETWORK, "other") is None


@pytest.mark.parametrize("description", ["", marked("", STACK, "target")])
def test_a_vpc_in_the_state_is_no_leftover_and_is_known_by_id(
    monkeypatch: pytest.MonkeyPatch, description: str
) -> None:
    """Also one that an earlier version made, without a mark."""
    answering(monkeypatch, {VPC_URN: {"type": NETWORK, "outputs": {"id": "vpc-left"}}})
    record = completed(StackRecord(stack=STACK), left_behind("vpc-left", description))
    assert record.vpc_id == "vpc-left"
    assert {kind for kind, _ in record.leftovers} == {SWITCH, GROUP}


def test_of_a_run_that_was_killed_while_it_changed_the_vpc_the_new_one_is_the_target(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The outputs have the one of the last `up`, to which instances may still be linked."""
    answering(monkeypatch, {VPC_URN: {"type": NETWORK, "outputs": {"id": "vpc-left"}}})
    killed = left_behind("vpc-left", marked("", STACK, "target"))
    record = completed(StackRecord("vpc-before", stack=STACK), killed)
    assert (record.vpc_id, record.former_vpc_id) == ("vpc-left", "vpc-before")
    assert record.leftovers == {
        (SWITCH, mark(STACK, "target-cn-hangzhou-b")): "vsw-left",
        (GROUP, mark(STACK, "sg-web")): "sg-left",
    }


def test_resources_of_another_stack_are_no_leftovers(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, {})
    other = "organization/shop/other"
    record = completed(StackRecord(stack=STACK), left_behind("vpc-left", marked("", other, "target"), stack=other))
    assert (record.vpc_id, record.leftovers) == (None, {})


def test_the_state_is_not_read_where_all_is_in_the_outputs(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is as large as the stack."""
    calls = answering(monkeypatch)
    applied = {"vswitch": ("vsw-left", "vsw-before"), "securityGroup": ("sg-left",)}
    known = StackRecord("vpc-left", stack=STACK, applied=applied, snapshot_ids=("s-ours",))
    there = left_behind("vpc-left", marked("", STACK, "target"))
    # Snapshots are looked for during the day after they were taken.
    words = marked("", STACK, "d-web")
    taken = Snapshot(id="s-ours", disk_id="d-web", status="accomplished", created_at=there.read_at, description=words)
    there = there.model_copy(update={"snapshots": (taken,)})
    assert completed(known, there) == known
    assert completed(StackRecord(), left_behind("vpc-left", "")) == StackRecord()
    assert calls == []


LINK = "alimigrate:ecs:ClassicLinkAttachment"


@pytest.mark.parametrize(
    ("begun_for", "taken"),
    [
        ("vpc-left", {(LINK, mark(STACK, "i-mon")): "i-mon:vpc-left:made"}),
        # A link to another VPC was begun, or none: then somebody else has made this one.
        ("vpc-old", {}),
        (None, {}),
    ],
)
def test_a_link_to_the_own_vpc_is_ours_where_a_killed_run_had_begun_it(
    monkeypatch: pytest.MonkeyPatch, begun_for: str | None, taken: dict[tuple[str, str], str]
) -> None:
    answering(monkeypatch, {VPC_URN: {"type": NETWORK, "outputs": {"id": "vpc-left"}}})
    begun = {(LINK, "i-mon"): {"instanceId": "i-mon", "vpcId": begun_for}} if begun_for else {}
    monkeypatch.setattr(cut_off, "read_begun", lambda stack: begun)
    links = tuple(ClassicLinkAttachment(instance_id=item, vpc_id="vpc-left") for item in ("i-mon", "i-idle"))
    applied = {"vswitch": ("vsw-left", "vsw-before"), "securityGroup": ("sg-left",), "linkedInstance": ("i-idle",)}
    there = left_behind("vpc-left", "").model_copy(update={"classic_links": links})
    record = completed(StackRecord("vpc-left", stack=STACK, applied=applied), there)
    assert {key: item for key, item in record.leftovers.items() if key[0] == LINK} == taken


def test_a_link_to_a_vpc_of_others_stays_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = {(LINK, "i-mon"): {"instanceId": "i-mon", "vpcId": "vpc-old"}}
    monkeypatch.setattr(cut_off, "read_begun", lambda stack: begun)
    answering(monkeypatch, {})
    links = (ClassicLinkAttachment(instance_id="i-mon", vpc_id="vpc-old"),)
    existing = {"mode": "existing", "vpcId": "vpc-old", "vswitchIds": ["vsw-old"]}
    record = StackRecord("vpc-old", stack=STACK)
    live = estate(classic_links=links)
    assert (
        stack_outputs.with_leftovers(record, parse(config(network=existing), FILE), live, NOTHING_UNLISTED).leftovers
        == {}
    )


@pytest.mark.parametrize(
    ("begun_for", "exported", "taken"),
    [
        ("vpc-left", {}, {("alimigrate:vpc:ClassicLink", mark(STACK, "classic-link")): "vpc-left:made"}),
        # Somebody else has enabled it, or an update of the stack that ended.
        ("vpc-old", {}, {}),
        ("vpc-left", {"linkedInstanceIds": []}, {}),
    ],
)
def test_classic_link_of_the_own_vpc_is_ours_where_a_killed_run_had_begun_to_enable_it(
    monkeypatch: pytest.MonkeyPatch, begun_for: str, exported: dict[str, Any], taken: dict[tuple[str, str], str]
) -> None:
    """Taken for one that was on before, it would outlive a destroy."""
    calls = answering(monkeypatch, {VPC_URN: {"type": NETWORK, "outputs": {"id": "vpc-left"}}})
    begun = {("alimigrate:vpc:ClassicLink", "classic-link"): {"vpcId": begun_for}}
    monkeypatch.setattr(cut_off, "read_begun", lambda stack: begun)
    vpc = Vpc(id="vpc-left", name="target", cidr_block="172.20.0.0/16", classic_link_enabled=True)
    record = replace(stack_outputs.record_of({"vpcId": "vpc-left", **exported}), stack=STACK)
    assert completed(record, estate(vpcs=(vpc,))).leftovers == taken
    assert bool(calls) is not bool(exported), "the state is read where there is a doubt"
    # What is not enabled by now is to be enabled, and cannot be imported.
    off = estate(vpcs=(vpc.model_copy(update={"classic_link_enabled": False}),))
    answering(monkeypatch, {VPC_URN: {"type": NETWORK, "outputs": {"id": "vpc-left"}}})
    assert completed(StackRecord(stack=STACK), off).leftovers == {}


def planned_link(*linked: str, enabled: bool = False, **changes: Any) -> MigrationPlan:
    """The plan of a stack that links i-mon to vpc-old, which others have made and where some are linked already."""
    existing = {"mode": "existing", "vpcId": "vpc-old", "vswitchIds": ["vsw-old"]}
    links = tuple(ClassicLinkAttachment(instance_id=item, vpc_id="vpc-old") for item in linked)
    record = StackRecord("vpc-old", **{"stack": STACK, **changes})
    live = estate(classic_links=links)
    vpcs = [vpc.model_copy(update={"classic_link_enabled": enabled}) for vpc in live.vpcs]
    live = live.model_copy(update={"vpcs": tuple(vpcs)})
    return make_plan(parse(config(network=existing), FILE), live, FILE, record=record)


@pytest.mark.parametrize(
    ("plan", "before"),
    [
        (planned_link(), ()),
        # A link that nobody declares here is no business of this stack.
        (planned_link("i-mon", "i-idle", enabled=True), ("i-mon", "vpc-old")),
        (planned_link("i-mon", enabled=True, applied={"linkedInstance": ("i-mon",)}), ()),
        (planned_link("i-mon", leftovers={(LINK, mark(STACK, "i-mon")): "i-mon:vpc-old:made"}), ()),
        # What an earlier update found linked is exported as a link of the stack too.
        (planned_link("i-mon", applied={"linkedInstance": ("i-mon",)}, linked_before=("i-mon",)), ("i-mon",)),
        (planned_link("i-mon", enabled=True, stack=None), ()),
    ],
    ids=["nothing", "of others", "exported", "adopted", "before an earlier update", "by a file"],
)
def test_what_was_linked_before_the_stack_declared_it_stays_known(plan: MigrationPlan, before: tuple[str, ...]) -> None:
    assert plan.links.linked_before == before


def test_links_of_a_run_that_was_killed_before_it_exported_them_are_the_stacks(monkeypatch: pytest.MonkeyPatch) -> None:
    state: dict[str, Any] = {
        f"{ROOT}$a:b:C${kind}::{own}": {} for kind, own in (("alimigrate:vpc:ClassicLink", "l"), (LINK, "i-mon"))
    }
    answering(monkeypatch, state)
    monkeypatch.setattr(cut_off, "read_begun", lambda stack: {})
    links = tuple(ClassicLinkAttachment(instance_id=item, vpc_id="vpc-old") for item in ("i-mon", "i-idle"))
    existing = {"mode": "existing", "vpcId": "vpc-old", "vswitchIds": ["vsw-old"]}
    live, parsed = estate(classic_links=links), parse(config(network=existing), FILE)
    record = stack_outputs.with_leftovers(StackRecord(stack=STACK), parsed, live, NOTHING_UNLISTED)
    assert record.applied == {"linkedInstance": ("i-mon",)}


def test_a_link_that_may_be_ours_is_told_with_the_command_that_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = {(LINK, item): {"instanceId": item, "vpcId": "vpc-old"} for item in ("i-mon", "i-idle")}
    monkeypatch.setattr(cut_off, "read_begun", lambda stack: begun)
    warnings: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", warnings.append)
    begun |= {("alimigrate:vpc:ClassicLink", "classic-link"): {"vpcId": "vpc-old"}}
    stack_outputs.warn_of_cut_off_links(planned_link("i-mon", "i-idle", enabled=True))
    # i-idle is not declared any more.
    words, of_enabling = warnings
    assert words.startswith(
        "Instance i-mon is linked to vpc-old, a VPC that this stack did not make, and a run of this"
    )
    assert words.endswith(
        "own: aliyun ecs DetachClassicLinkVpc --RegionId cn-hangzhou --VpcId vpc-old --InstanceId i-mon"
    )
    assert of_enabling.startswith("ClassicLink is enabled on vpc-old, a VPC that this stack did not make, and a run")
    assert of_enabling.endswith("own: aliyun vpc DisableVpcClassicLink --RegionId cn-hangzhou --VpcId vpc-old")


@pytest.mark.parametrize(
    "plan",
    [
        planned_link(),
        planned_link("i-idle"),
        planned_link("i-mon", applied={"linkedInstance": ("i-mon",)}),
        planned_link("i-mon", leftovers={(LINK, mark(STACK, "i-mon")): "i-mon:vpc-old:made"}),
    ],
    ids=["not there", "of others", "exported", "adopted"],
)
def test_the_state_is_not_exported_for_a_link_about_which_there_is_no_doubt(
    plan: MigrationPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(stack: str) -> cut_off.Begun:
        raise AssertionError("asked")

    monkeypatch.setattr(cut_off, "read_begun", never)
    stack_outputs.warn_of_cut_off_links(plan)


def test_a_link_that_was_there_before_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cut_off, "read_begun", lambda stack: {})
    monkeypatch.setattr(pulumi.log, "warn", pytest.fail)
    stack_outputs.warn_of_cut_off_links(planned_link("i-mon"))


def grouped(*disk_ids: str, hours: int = 1, status: str = "progressing") -> SnapshotGroup:
    return SnapshotGroup.model_validate(
        {
            "id": "ssg-left",
            "description": marked("disks", STACK, "i-web"),
            "instance_id": "i-web",
            "status": status,
            "created_at": estate().read_at.timestamp() - hours * 3600,
            "disk_ids": disk_ids,
        }
    )


@pytest.mark.parametrize(
    ("group", "taken"),
    [
        (grouped("d-web", "d-data"), True),
        # A disk was added meanwhile: it would count as backed up.
        (grouped("d-web"), False),
        (grouped("d-web", "d-data", "d-more"), False),
        (grouped("d-web", "d-data", hours=25), False),
        (grouped("d-web", "d-data", status="failed"), False),
    ],
    ids=["whole", "short", "long", "old", "failed"],
)
def test_a_snapshot_group_of_a_killed_run_is_found_with_exactly_its_disks(
    monkeypatch: pytest.MonkeyPatch, group: SnapshotGroup, taken: bool
) -> None:
    answering(monkeypatch, {})
    there = estate()
    disks = [
        Disk(id=item, instance_ids=("i-web",), type="data", category="cloud_essd", size_gib=40, status="In_use")
        for item in ("d-web", "d-data")
    ]
    taken_of = Snapshot(id="s-1", disk_id="d-web", status="progressing", created_at=there.read_at)
    there = there.model_copy(update={"disks": tuple(disks), "snapshots": (taken_of,)})
    leftovers = {(SNAPSHOT_GROUP, mark(STACK, "i-web")): "ssg-left"}
    assert completed(StackRecord(stack=STACK), there, group).leftovers == (leftovers if taken else {})
    assert completed(StackRecord(stack=STACK, snapshot_group_ids=("ssg-left",)), there, group).leftovers == {}


@pytest.mark.parametrize(
    ("vpc_id", "owner", "in_state", "taken"),
    [
        ("vpc-left", STACK, False, True),
        ("vpc-left", STACK, True, False),
        # In the VPC of an earlier target, or of another stack.
        ("vpc-before", STACK, False, False),
        ("vpc-left", "organization/shop/other", False, False),
    ],
)
def test_a_free_network_interface_of_a_moved_instance_is_a_leftover(
    monkeypatch: pytest.MonkeyPatch, vpc_id: str, owner: str, in_state: bool, taken: bool
) -> None:
    """Otherwise the next run would make another one, and nobody would take this one away."""
    state: dict[str, Any] = {VPC_URN: {"type": NETWORK, "outputs": {"id": "vpc-left"}}}
    if in_state:
        state[f"{ROOT}$a:b:C${INTERFACE}::i-web"] = {"outputs": {"id": "eni-left"}}
    answering(monkeypatch, state)
    monkeypatch.setattr(cut_off, "read_begun", lambda stack: {})
    free = FreeInterface(id="eni-left", vpc_id=vpc_id, description=marked("for its EIP", owner, "i-web"))
    record = StackRecord("vpc-left", stack=STACK)
    parsed = parse(config(network=TARGET, instances=[{"id": "i-web", "ftp": {"plan": "eip-cut-through"}}]), FILE)
    queried: list[str] = []

    def interfaces(name: str) -> list[FreeInterface]:
        queried.append(name)
        return [free]

    for live, names in ((estate(), []), (after_the_move("i-web", vpc_id="vpc-left"), ["i-web-public"])):
        found = stack_outputs.with_leftovers(record, parsed, live, Unlisted(tuple, interfaces)).leftovers
        assert queried == names, "an instance that has not moved has no such interface"
        assert found == ({(INTERFACE, mark(STACK, "i-web")): "eni-left"} if taken and names else {})


def test_snapshot_groups_are_not_asked_for_where_no_snapshot_is_new() -> None:
    def never() -> tuple[SnapshotGroup, ...]:
        raise AssertionError("asked")

    for changes in ({}, {"backups": {"retentionDays": 30, "consistentGroups": False}}):
        parsed = parse(config(network=TARGET, **changes), FILE)
        record = StackRecord(stack=STACK)
        assert stack_outputs.with_leftovers(record, parsed, estate(), Unlisted(never, no_interfaces)) == record
