"""What is declared bears a mark, and what a killed run left is imported."""

from __future__ import annotations

from dataclasses import replace

from components.config import parse
from components.marks import GROUP, INTERFACE, NETWORK, SNAPSHOT, SNAPSHOT_GROUP, SWITCH, mark
from components.migration import Migration, MigrationArgs
from components.plan import StackRecord, make_plan
from estate.model import Disk, Estate
from tests.components.builders import FILE, config, estate
from tests.components.mocked import Recording, declare
from tests.components.test_waves import WAVES, after_the_move, in_waves, recorded

STACK = "organization/shop/dev"
NETWORK_CHOICE = {
    "mode": "create",
    "name": "target",
    "cidrBlock": "172.20.0.0/16",
    "vswitches": [{"zone": "cn-hangzhou-b", "cidrBlock": "172.20.1.0/24"}],
}


def declared(record: StackRecord, live: Estate | None = None) -> Recording:
    parsed = parse(config(network=NETWORK_CHOICE, classicLink=None), FILE)
    plan = make_plan(parsed, live or estate(), FILE, record=record)
    return declare(lambda: Migration("migration", MigrationArgs(plan)))


def imported(recording: Recording) -> dict[tuple[str, str], str]:
    resources = recording.resources.values()
    return {(item.type, item.name): item.request.importId for item in resources if item.request.importId}


def test_created_resources_carry_the_mark_of_stack_and_name() -> None:
    recording = declared(StackRecord(stack=STACK))
    kinds = {NETWORK: 1, SWITCH: 1, GROUP: 2, SNAPSHOT: 2}
    for kind, count in kinds.items():
        resources = recording.of_type(kind)
        assert len(resources) == count
        for name, item in resources.items():
            assert item.inputs["description"].endswith(mark(STACK, name))
            # A mark alone is no reason to change what is there, and what others write there is theirs.
            [named] = [key for key in item.inputs if key.endswith("Name")]
            assert {"description", "tags", named} <= set(item.request.ignoreChanges)
    [group] = [item for name, item in recording.of_type(GROUP).items() if name == "sg-web"]
    assert group.inputs["description"].startswith("clone of the classic security group sg-web. Made by ")
    assert "classicLinkEnabled" in recording.of_type(NETWORK)["target"].request.ignoreChanges
    assert imported(recording) == {}


def test_a_leftover_is_imported_and_nothing_else() -> None:
    left = {
        (NETWORK, mark(STACK, "target")): "vpc-left",
        (GROUP, mark(STACK, "sg-web")): "sg-left",
        # Of that name, but of another kind.
        (SWITCH, mark(STACK, "sg-app")): "vsw-left",
    }
    recording = declared(StackRecord(stack=STACK, leftovers=left))
    assert imported(recording) == {(NETWORK, "target"): "vpc-left", (GROUP, "sg-web"): "sg-left"}


def test_an_adopted_snapshot_group_is_not_replaced_for_disks_that_the_plugin_does_not_read() -> None:
    essd = Disk(id="d-1", instance_ids=("i-web",), type="data", category="cloud_essd", size_gib=40, status="In_use")
    live = estate(disks=(essd, essd.model_copy(update={"id": "d-2"})))
    left = {(SNAPSHOT_GROUP, mark(STACK, "i-web")): "ssg-left"}
    for leftovers, replacing in (({}, ["diskIds"]), (left, [])):
        recording = declared(StackRecord(stack=STACK, leftovers=leftovers), live)
        [group] = recording.of_type(SNAPSHOT_GROUP).values()
        assert group.inputs["description"].endswith(mark(STACK, "i-web"))
        assert imported(recording) == ({(SNAPSHOT_GROUP, "i-web"): "ssg-left"} if leftovers else {})
        assert list(group.request.replaceOnChanges) == replacing


def test_the_network_interface_for_an_eip_is_marked_and_adopted() -> None:
    raw = in_waves(
        network={"mode": "existing", "vpcId": "vpc-old", "vswitchIds": ["vsw-old"]},
        waves=[WAVES[0], {**WAVES[1], "instances": [{"id": "i-web", "ftp": {"plan": "eip-cut-through"}}]}],
    )
    left = {(INTERFACE, mark(STACK, "i-web")): "eni-left"}
    for leftovers in ({}, left):
        record = replace(recorded(raw), stack=STACK, leftovers=leftovers)
        planned = make_plan(parse(raw, FILE), after_the_move("i-web"), FILE, record=record)
        recording = declare(lambda: Migration("migration", MigrationArgs(planned)))  # noqa: B023 - declared at once
        [interface] = recording.of_type(INTERFACE).values()
        assert interface.inputs["description"].endswith(mark(STACK, "i-web"))
        assert imported(recording) == ({(INTERFACE, "i-web"): "eni-left"} if leftovers else {})


def test_without_a_stack_nothing_is_marked() -> None:
    recording = declared(StackRecord())
    [network] = recording.of_type(NETWORK).values()
    assert "description" not in network.inputs
