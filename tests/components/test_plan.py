"""Config and estate put together."""

from __future__ import annotations

from typing import Any

import pytest

from components.config import ConfigError, parse
from components.marks import NETWORK, mark, marked
from components.plan import MigrationPlan, StackRecord, make_plan
from estate.model import ClassicLinkAttachment, Database, Disk, RouteEntry, Vpc, WhitelistGroup, Zone
from tests.components.builders import APPROVED, FILE, config, estate, instance, vswitch


def plan(
    estate_changes: dict[str, Any] | None = None, record: StackRecord | None = None, **changes: Any
) -> MigrationPlan:
    return make_plan(parse(config(**changes), FILE), estate(**estate_changes or {}), FILE, record=record)


def problems(
    estate_changes: dict[str, Any] | None = None, record: StackRecord | None = None, **changes: Any
) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        plan(estate_changes, record, **changes)
    return [line.removeprefix(f"{FILE}: classic-to-vpc:migration.") for line in str(caught.value).splitlines()]


def test_a_planned_instance_has_its_disks_databases_and_target_zone() -> None:
    app, web = plan().instances
    assert (app.instance.id, web.instance.id) == ("i-app", "i-web")
    assert [disk.id for disk in app.disks] == ["d-app"]
    assert [database.id for database in app.databases] == ["rm-orders"]
    assert web.databases == ()
    assert app.target_zone == "cn-hangzhou-b"


def test_choices_of_an_instance_are_taken() -> None:
    [web] = plan(instances=[{"id": "i-web", "targetZone": "cn-hangzhou-e", "releasePublicIp": True}]).instances
    assert (web.target_zone, web.release_public_ip) == ("cn-hangzhou-e", True)


def test_staying_names_classic_instances_of_the_region() -> None:
    staying = [{"instances": ["i-mon", "i-mom"], "owner": "ops", "reason": "a cache"}]
    (problem,) = problems(staying=staying)
    assert problem.startswith("staying[0].instances[1]: there is no instance i-mom in ")


def test_a_selector_takes_classic_instances_by_tag_but_not_those_of_a_later_wave() -> None:
    assert plan(instances=None, selector={"tags": {"wave": "1"}}).instance_ids == ("i-web",)
    assert problems(instances=None, selector={"tags": {"wave": "1"}}, later=["i-web"]) == [
        "selector.tags: no classic instance carries these tags; expected at least one"
    ]
    tagged = {"tags": ({"key": "wave", "value": "1"},), "network_type": "vpc", "vpc_id": "vpc-old"}
    in_vpc = instance("i-vpc", "sg-vpc", "172.16.8.9", **tagged)
    with_it = {"instances": (*estate().instances, in_vpc)}
    assert plan(with_it, instances=None, selector={"tags": {"wave": "1"}}).instance_ids == ("i-web",)
    staying = [{"instances": ["i-web"], "owner": "ops", "reason": "a cache"}]
    assert problems(instances=None, selector={"tags": {"wave": "1"}}, staying=staying) == [
        "selector.tags: no classic instance carries these tags; expected at least one"
    ]


def test_groups_of_migrating_and_later_instances_are_cloned() -> None:
    assert [group.id for group in plan().groups.classic] == ["sg-app", "sg-web"]
    assert [group.id for group in plan(later=["i-mon"]).groups.classic] == ["sg-app", "sg-mon", "sg-web"]


def test_classic_peers_are_linked_unless_they_are_later() -> None:
    assert plan().links.linked_ids == ("i-mon",)
    assert [group.id for group in plan().links.groups] == ["sg-mon"]
    assert plan(later=["i-mon"]).links.linked_ids == ()
    assert plan(classicLink=None).links.linked_ids == ()
    assert plan(classicLink={"attach": ["i-idle"]}).links.linked_ids == ("i-idle",)


@pytest.mark.parametrize(
    ("entry", "network_type", "used"),
    [
        ("10.1.0.2", "MIX", True),
        ("10.1.0.0/24", "Classic", True),
        ("10.1.0.9/24", "MIX", True),
        ("0.0.0.0/0", "MIX", True),
        # The classic network has no IPv6.
        ("::/0", "MIX", False),
        ("10.1.0.9", "MIX", False),
        ("10.1.0.2", "VPC", False),
        ("%.internal", "MIX", True),
    ],
)
def test_a_database_is_used_by_whom_its_whitelist_admits(entry: str, network_type: str, used: bool) -> None:
    group = WhitelistGroup.model_validate({"name": "g", "network_type": network_type, "security_ips": [entry]})
    database = Database(
        id="rm-orders",
        engine="MySQL",
        engine_version="5.7",
        zone_id="cn-hangzhou-b",
        network_type="classic",
        security_ip_mode="normal",
        whitelist_groups=(group,),
    )
    app = plan({"databases": (database,)}).instances[0]
    assert [item.id for item in app.databases] == (["rm-orders"] if used else [])


EXISTING = {"mode": "existing", "vpcId": "vpc-old", "vswitchIds": ["vsw-old"]}


def test_an_existing_network_is_looked_up() -> None:
    assert plan(network=EXISTING).network.target_cidrs == ("172.16.8.0/24",)


UNRESOLVED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "instance": (
        {"instances": ["i-wed"]},
        ["instances[0].id: there is no instance i-wed in cn-hangzhou of account 1234567890123456; did you mean i-web?"],
    ),
    "later instance": (
        {"later": ["i-zzzzzzzz"]},
        ["later[0]: there is no instance i-zzzzzzzz in cn-hangzhou of account 1234567890123456"],
    ),
    "linked instance that migrates": (
        {"classicLink": {"attach": ["i-web"]}},
        ["classicLink.attach[0]: i-web migrates; expected an instance that stays, or moves later"],
    ),
    "database": (
        {"databases": [{"id": "rm-order"}]},
        [
            "databases[0].id: there is no database rm-order in cn-hangzhou of account 1234567890123456; "
            "did you mean rm-orders?"
        ],
    ),
    "excluded disk": (
        {
            "backups": {
                "retentionDays": 30,
                "exclude": [{"disk": "d-wed", "reason": "a cache", "owner": "me", **APPROVED}],
            }
        },
        [
            "backups.exclude[0].disk: there is no disk d-wed in cn-hangzhou of account 1234567890123456; "
            "did you mean d-web?"
        ],
    ),
    "target zone": (
        {"instances": [{"id": "i-web", "targetZone": "cn-hangzhou-z"}]},
        ["instances[0].targetZone: there is no zone cn-hangzhou-z; expected one of cn-hangzhou-b"],
    ),
    "zone": (
        {"network": {**config()["network"], "vswitches": [{"zone": "cn-hangzhou-z", "cidrBlock": "172.16.1.0/24"}]}},
        ["network.vswitches[0].zone: there is no zone cn-hangzhou-z in cn-hangzhou; expected one of cn-hangzhou-b"],
    ),
    "zone without stock": (
        {"network": {**config()["network"], "vswitches": [{"zone": "cn-hangzhou-e", "cidrBlock": "172.16.1.0/24"}]}},
        ["network.vswitches[0].zone: zone cn-hangzhou-e has no stock for a VSwitch; expected one of cn-hangzhou-b"],
    ),
    "VPC": (
        {"network": {**EXISTING, "vpcId": "vpc-odd"}},
        [
            "network.vpcId: there is no VPC vpc-odd in cn-hangzhou of account 1234567890123456; did you mean vpc-old?",
            "network.vswitchIds[0]: vsw-old is in vpc-old; expected a VSwitch of vpc-odd",
        ],
    ),
    "VSwitch": (
        {"network": {**EXISTING, "vswitchIds": ["vsw-odd"]}},
        [
            "network.vswitchIds[0]: there is no VSwitch vsw-odd in cn-hangzhou of account 1234567890123456; "
            "did you mean vsw-old?"
        ],
    ),
    "VSwitch outside its VPC": (
        {"network": {**EXISTING, "vswitchIds": ["vsw-other"]}},
        ["network.vswitchIds[0]: vsw-other is in vpc-other; expected a VSwitch of vpc-old"],
    ),
    "two VSwitches in a zone": (
        {"network": {**EXISTING, "vswitchIds": ["vsw-old", "vsw-twin"]}},
        ["network.vswitchIds[1]: vsw-twin and vsw-old are both in cn-hangzhou-b; expected one VSwitch a zone"],
    ),
    "VSwitch that ClassicLink does not reach": (
        {"network": {"mode": "existing", "vpcId": "vpc-other", "vswitchIds": ["vsw-other"]}},
        [
            "network.vswitchIds[0]: 10.0.8.0/24 cannot be reached by ClassicLink; expected a block inside "
            "10.111.0.0/16 or 172.16.0.0/12 or 192.168.0.0/16"
        ],
    ),
}


@pytest.mark.parametrize("case", UNRESOLVED)
def test_the_config_names_only_existing_usable_resources(case: str) -> None:
    changes, expected = UNRESOLVED[case]
    assert problems(**changes) == expected


FURTHER = "172.30.0.0/16"


@pytest.mark.parametrize(
    ("further", "changes", "refused"),
    [
        ((FURTHER,), {"classicLink": None}, None),
        # It is of the cloud, and in no block of the VPC as it was read.
        ((), {"classicLink": None}, "172.30.1.0/24 is not inside the VPC; expected a block inside 172.16.0.0/16"),
        # ClassicLink reaches the first block of a VPC alone.
        ((FURTHER,), {}, "172.30.1.0/24 is not inside the VPC; expected a block inside 172.16.0.0/16"),
        (("47.0.0.0/16", FURTHER), {"classicLink": None}, None),
    ],
)
def test_a_vswitch_may_be_in_a_secondary_block_of_its_vpc(
    further: tuple[str, ...], changes: dict[str, Any], refused: str | None
) -> None:
    there = {
        "vpcs": (Vpc(id="vpc-old", cidr_block="172.16.0.0/16", secondary_cidr_blocks=further),),
        "vswitches": (vswitch("vsw-old", "vpc-old", "172.30.1.0/24"),),
    }
    if refused is None:
        assert plan(there, network=EXISTING, **changes).network.target_cidrs == ("172.30.1.0/24",)
    else:
        assert problems(there, network=EXISTING, **changes) == [f"network.vswitchIds[0]: {refused}"]


def test_a_vswitch_in_a_secondary_block_must_be_private_too() -> None:
    public = {
        "vpcs": (Vpc(id="vpc-old", cidr_block="172.16.0.0/16", secondary_cidr_blocks=("47.0.0.0/16",)),),
        "vswitches": (vswitch("vsw-old", "vpc-old", "47.0.1.0/24"),),
    }
    assert problems(public, network=EXISTING, classicLink=None) == [
        "network.vswitchIds[0]: 47.0.1.0/24 is not private; expected a block inside 172.16.0.0/16"
    ]


def test_an_existing_network_must_be_private() -> None:
    """Which rules a packet meets is told by whether its peer is private."""
    public = {
        "vpcs": (Vpc(id="vpc-old", cidr_block="47.0.0.0/16"),),
        "vswitches": (vswitch("vsw-old", "vpc-old", "47.0.1.0/24"),),
    }
    [line] = problems(public, network=EXISTING, classicLink=None)
    assert line.startswith("network.vpcId: 47.0.0.0/16 is not private")


def test_a_default_network_must_be_available() -> None:
    network = {"mode": "default", "zones": ["cn-hangzhou-b"]}
    pending = Vpc(id="vpc-default", cidr_block="172.31.0.0/16", is_default=True, status="Pending")
    expected = "network.mode: the default VPC vpc-default is Pending; expected it to be Available"
    assert problems({"vpcs": (pending,)}, network=network, classicLink=None) == [expected]


def test_an_instance_that_is_in_a_vpc_already_is_no_migrating_one() -> None:
    moved = instance("i-web", "sg-web", "172.16.8.9", network_type="vpc", vpc_id="vpc-old")
    remaining = tuple(item for item in estate().instances if item.id != "i-web")
    assert problems({"instances": (moved, *remaining)}) == [
        "instances[0].id: i-web is in vpc-old already; expected a classic instance, or one that `pulumi up` of this "
        "stack recorded as classic before it moved"
    ]


def test_groups_that_were_not_read_are_reported() -> None:
    groups = tuple(group for group in estate().security_groups if group.id != "sg-idle")
    [line] = problems({"security_groups": groups})
    assert line.endswith("sg-idle of i-idle could not be read; expected DescribeSecurityGroups to list it")
    without = tuple(
        item.model_copy(update={"security_group_ids": ()}) if item.id == "i-idle" else item
        for item in estate().instances
    )
    [line] = problems({"instances": without})
    assert line.endswith("any security group of i-idle could not be read; expected DescribeSecurityGroups to list it")


def test_an_instance_that_is_linked_elsewhere_cannot_be_linked() -> None:
    links = (ClassicLinkAttachment(instance_id="i-mon", vpc_id="vpc-other"),)
    [line] = problems({"classic_links": links})
    assert line.startswith("classicLink: i-mon is linked to vpc-other")
    assert plan({"classic_links": links}, later=["i-mon"]).links.linked_ids == ()
    vpcs = (*estate().vpcs, Vpc(id="vpc-made", name="target", cidr_block="172.16.0.0/16"))
    live = {"vpcs": vpcs, "classic_links": (ClassicLinkAttachment(instance_id="i-mon", vpc_id="vpc-made"),)}
    assert plan(live, StackRecord("vpc-made")).links.linked_ids == ("i-mon",)
    linked_here = (ClassicLinkAttachment(instance_id="i-mon", vpc_id="vpc-old"),)
    assert plan({"classic_links": linked_here}, network=EXISTING).links.linked_ids == ("i-mon",)


def test_a_vpc_that_is_not_ready_is_reported() -> None:
    vpcs = tuple(vpc.model_copy(update={"status": "Pending"}) for vpc in estate().vpcs)
    assert problems({"vpcs": vpcs}, network=EXISTING) == [
        "network.vpcId: vpc-old is Pending; expected a VPC that is Available"
    ]


CREATED = {
    "mode": "create",
    "name": "target",
    "cidrBlock": "172.20.0.0/16",
    "vswitches": [{"zone": "cn-hangzhou-b"}],
}


STACK = "organization/shop/dev"
# This stack made it, as its state says.
OURS = StackRecord("vpc-target")


def blocks(planned: MigrationPlan) -> dict[str, str | None]:
    return {vswitch.name: vswitch.cidr_block for vswitch in planned.network.vswitches}


def test_blocks_that_are_not_given_are_planned_with_room_to_grow() -> None:
    assert blocks(plan(network=CREATED)) == {"target-cn-hangzhou-b": "172.20.0.0/24"}
    growth = {**CREATED, "growth": 100, "vswitches": [{"zone": "cn-hangzhou-b"}]}
    many = tuple(instance(f"i-{number}", "sg-web", f"10.1.1.{number}") for number in range(1, 9))
    changes = {"instances": (*estate().instances, *many)}
    ids = ["i-web", *(item.id for item in many)]
    # Nine instances, a hundred times: 901 addresses.
    assert blocks(plan(changes, network=growth, instances=ids)) == {"target-cn-hangzhou-b": "172.20.0.0/22"}


def test_a_planned_block_is_kept_once_it_is_made_whatever_is_added() -> None:
    """The block of a VSwitch can never be changed: more instances, or a VSwitch before it, must not move it."""
    target = Vpc(id="vpc-target", name="target", cidr_block="172.20.0.0/16")
    there = vswitch("vsw-b", "vpc-target", "172.20.5.0/24").model_copy(update={"name": "target-cn-hangzhou-b"})
    changes = {"vpcs": (*estate().vpcs, target), "vswitches": (*estate().vswitches, there)}
    network = {**CREATED, "vswitches": [{"zone": "cn-hangzhou-b", "tier": "web"}, {"zone": "cn-hangzhou-b"}]}
    planned = plan(changes, OURS, network=network, instances=[{"id": "i-web", "tier": "web"}, "i-app"])
    assert blocks(planned) == {
        "target-web-cn-hangzhou-b": "172.20.0.0/24",
        "target-cn-hangzhou-b": "172.20.5.0/24",
    }
    assert [item.free for item in planned.network.vswitches] == [None, 200]


@pytest.mark.parametrize(
    ("change", "clashes"),
    [
        ({}, False),
        # The new one is made before the old one goes, and the cloud refuses its block: InvalidCidrBlock.Overlapped.
        ({"tier": "web"}, True),
        ({"name": "another"}, True),
        ({"name": "target-cn-hangzhou-b", "zone": "cn-hangzhou-f"}, True),
        ({"cidrBlock": "172.20.6.0/24", "tier": "web"}, False),
    ],
)
def test_a_vswitch_that_is_made_keeps_its_block_with_its_name_and_zone(change: dict[str, str], clashes: bool) -> None:
    target = Vpc(id="vpc-target", name="target", cidr_block="172.20.0.0/16")
    there = vswitch("vsw-b", "vpc-target", "172.20.5.0/24").model_copy(update={"name": "target-cn-hangzhou-b"})
    zones = (*estate().zones, Zone(id="cn-hangzhou-f", vswitch_available=True))
    live = {"vpcs": (*estate().vpcs, target), "vswitches": (*estate().vswitches, there), "zones": zones}
    item = {"zone": "cn-hangzhou-b", "cidrBlock": "172.20.5.0/24", **change}
    network = {**CREATED, "vswitches": [item]}
    if clashes:
        [problem] = problems(live, OURS, network=network, classicLink=None)
        assert "overlaps 172.20.5.0/24 of vsw-b (target-cn-hangzhou-b, cn-hangzhou-b); expected a free block" in problem
    else:
        assert blocks(plan(live, OURS, network=network, classicLink=None)) != {}
    # One that is planned goes elsewhere.
    planned = {**CREATED, "vswitches": [{key: value for key, value in item.items() if key != "cidrBlock"}]}
    [block] = blocks(plan(live, OURS, network=planned, classicLink=None)).values()
    assert (block == "172.20.5.0/24") is (change in ({}, {"cidrBlock": "172.20.6.0/24"}))


@pytest.mark.parametrize("given", [{}, {"cidrBlock": "172.20.5.0/24"}])
@pytest.mark.parametrize("name", ["target", "renamed"])
def test_a_network_renamed_in_the_console_stays_the_stacks_own(name: str, given: dict[str, str]) -> None:
    target = Vpc(id="vpc-target", name=name, cidr_block="172.20.0.0/16", description=marked("", STACK, "target"))
    own = {"name": name, "description": marked("", STACK, "target-cn-hangzhou-b")}
    there = vswitch("vsw-b", "vpc-target", "172.20.5.0/24").model_copy(update=own)
    live = {"vpcs": (*estate().vpcs, target), "vswitches": (*estate().vswitches, there)}
    network = {**CREATED, "vswitches": [{"zone": "cn-hangzhou-b", **given}]}
    planned_network = plan(live, StackRecord("vpc-target", stack=STACK), network=network, classicLink=None).network
    assert planned_network.vpc == target
    assert [(item.name, item.cidr_block, item.free) for item in planned_network.vswitches] == [
        ("target-cn-hangzhou-b", "172.20.5.0/24", 200)
    ]


def test_renamed_vswitches_are_told_apart_by_their_marks() -> None:
    target = Vpc(id="vpc-target", name="target", cidr_block="172.20.0.0/16", description=marked("", STACK, "target"))
    names = {"172.20.5.0/24": "target-web-cn-hangzhou-b", "172.20.6.0/24": "target-cn-hangzhou-b"}
    there = tuple(
        vswitch(f"vsw-{place}", "vpc-target", block).model_copy(
            update={"name": f"renamed-{place}", "description": marked("", STACK, name)}
        )
        for place, (block, name) in enumerate(names.items())
    )
    live = {"vpcs": (*estate().vpcs, target), "vswitches": (*estate().vswitches, *there)}
    network = {**CREATED, "vswitches": [{"zone": "cn-hangzhou-b"}, {"zone": "cn-hangzhou-b", "tier": "web"}]}
    planned = plan(live, StackRecord("vpc-target", stack=STACK), network=network, instances=["i-web"])
    assert {block: name for name, block in blocks(planned).items()} == names


@pytest.mark.parametrize("change", [{"name": "another"}, {"cidrBlock": "172.21.0.0/16"}])
def test_a_network_with_another_name_or_block_is_yet_to_be_made(change: dict[str, str]) -> None:
    target = Vpc(id="vpc-target", name="target", cidr_block="172.20.0.0/16", description=marked("", STACK, "target"))
    record = StackRecord("vpc-target", stack=STACK)
    default = Vpc(id="vpc-default", cidr_block="172.31.0.0/16", is_default=True)
    live = {"vpcs": (*estate().vpcs, default, target)}
    assert plan(live, record, network={**CREATED, **change}, classicLink=None).network.vpc is None


def test_a_planned_block_keeps_off_every_vswitch_of_the_vpc_whatever_their_names() -> None:
    target = Vpc(id="vpc-target", name="target", cidr_block="172.20.0.0/16")
    unnamed = tuple(
        vswitch(f"vsw-{n}", "vpc-target", f"172.20.{n}.0/24").model_copy(update={"name": ""}) for n in (0, 1)
    )
    live = {"vpcs": (*estate().vpcs, target), "vswitches": (*estate().vswitches, *unnamed)}
    network = {**CREATED, "vswitches": [{"zone": "cn-hangzhou-b"}]}
    assert blocks(plan(live, OURS, network=network)) == {"target-cn-hangzhou-b": "172.20.2.0/24"}


def test_vswitches_of_another_vpc_are_in_nobodys_way() -> None:
    """One may have the name of a VSwitch of the stack, and their blocks may overlap those of the target."""
    target = Vpc(id="vpc-target", name="target", cidr_block="172.20.0.0/16")
    alike = vswitch("vsw-alike", "vpc-other", "172.20.9.0/24").model_copy(update={"name": "target-cn-hangzhou-b"})
    taken = vswitch("vsw-first", "vpc-other", "172.20.0.0/24")
    live = {"vpcs": (*estate().vpcs, target), "vswitches": (*estate().vswitches, alike, taken)}
    [planned] = plan(live, OURS, network=CREATED).network.vswitches
    assert (planned.cidr_block, planned.existing, planned.free) == ("172.20.0.0/24", None, None)


def test_by_a_file_the_network_of_that_name_and_block_is_the_stacks() -> None:
    """A file does not show who made it: without a record nothing else is known."""
    target = Vpc(id="vpc-target", name="target", cidr_block="172.20.0.0/16")
    wider = target.model_copy(update={"id": "vpc-a-wider", "cidr_block": "172.16.0.0/12"})
    planned = plan({"vpcs": (*estate().vpcs, wider, target)}, network=CREATED, classicLink=None)
    assert planned.network.vpc == target


@pytest.mark.parametrize("maker", [None, "organization/shop/other"])
def test_a_vpc_of_others_with_that_name_and_block_is_not_taken(maker: str | None) -> None:
    description = marked("", maker, "target") if maker else "the team's"
    there = Vpc(id="vpc-theirs", name="target", cidr_block="172.20.0.0/16", description=description)
    live = {"vpcs": (*estate().vpcs, there)}
    for record in (StackRecord(stack=STACK), StackRecord("vpc-before", stack=STACK)):
        [problem] = problems(live, record, network=CREATED, classicLink=None)
        assert problem.startswith("network.name: there is a VPC target of 172.20.0.0/16 already, vpc-theirs, and ")
        assert "expected another name, or network: {mode: existing, vpcId: vpc-theirs} to move into it" in problem
        assert (f"the stack {maker} made it" in problem) is (maker is not None)
        assert (f"or network: {{mode: shared, stack: {maker}}} to share it" in problem) is (maker is not None)
    another = {**CREATED, "name": "another"}
    assert plan(live, StackRecord(stack=STACK), network=another, classicLink=None).network.vpc is None


def test_a_vpc_that_a_killed_run_of_this_stack_made_is_the_target() -> None:
    left = Vpc(id="vpc-left", name="target", cidr_block="172.20.0.0/16", description=marked("", STACK, "target"))
    theirs = left.model_copy(update={"id": "vpc-a-theirs", "description": ""})
    record = StackRecord(stack=STACK, leftovers={(NETWORK, mark(STACK, "target")): "vpc-left"})
    planned = plan({"vpcs": (*estate().vpcs, theirs, left)}, record, network=CREATED, classicLink=None)
    assert planned.network.vpc == left


def test_planned_blocks_stay_off_what_must_be_reached() -> None:
    network = {**CREATED, "avoid": ["172.20.0.0/24", "vpc-near"]}
    near = Vpc(id="vpc-near", cidr_block="172.20.1.0/24", secondary_cidr_blocks=("172.20.2.0/24",))
    planned = plan({"vpcs": (*estate().vpcs, near)}, network=network)
    assert blocks(planned) == {"target-cn-hangzhou-b": "172.20.3.0/24"}
    assert planned.network.avoided_cidrs == ("172.20.0.0/24", "172.20.1.0/24", "172.20.2.0/24")


def test_vswitches_are_added_to_an_existing_vpc() -> None:
    network = {
        "mode": "existing",
        "vpcId": "vpc-old",
        "vswitchIds": ["vsw-old"],
        "vswitches": [{"zone": "cn-hangzhou-b", "tier": "app"}],
    }
    planned = plan(network=network)
    assert [(item.cidr_block, item.existing is not None) for item in planned.network.vswitches] == [
        ("172.16.8.0/24", True),
        ("172.16.0.0/24", False),
    ]


def test_the_default_network_is_found_or_left_to_the_cloud() -> None:
    network = {"mode": "default", "zones": ["cn-hangzhou-b"]}
    [unmade] = plan(network=network).network.vswitches
    assert (unmade.cidr_block, unmade.existing) == (None, None)
    vpc = Vpc(id="vpc-default", cidr_block="172.31.0.0/16", is_default=True)
    there = vswitch("vsw-default", "vpc-default", "172.31.0.0/20").model_copy(update={"is_default": True})
    # One that somebody added to the default VPC is no default one, and a zone has its own.
    added = vswitch("vsw-added", "vpc-default", "172.31.16.0/20")
    apart = there.model_copy(update={"id": "vsw-apart", "zone_id": "cn-hangzhou-e", "cidr_block": "172.31.32.0/20"})
    others = Vpc(id="vpc-a-shop", cidr_block="172.16.0.0/16")
    changes = {"vpcs": (*estate().vpcs, others, vpc), "vswitches": (*estate().vswitches, added, apart, there)}
    planned = plan(changes, network=network)
    assert planned.network.vpc == vpc
    assert [item.existing for item in planned.network.vswitches] == [there]
    assert planned.network.target_cidrs == ("172.31.0.0/20",)


NETWORK_PROBLEMS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no room": (
        {"network": {**CREATED, "cidrBlock": "172.20.0.0/28"}, "instances": ["i-web"]},
        [],
    ),
    "too small": (
        {"network": {**CREATED, "cidrBlock": "172.20.0.0/28", "growth": 20}, "instances": ["i-web"]},
        [
            "network.vswitches[0].cidrBlock: the VPC has no free block for 21 addresses; expected a block, a smaller "
            "growth, or a larger VPC"
        ],
    ),
    "a tier without a VSwitch": (
        {"network": CREATED, "instances": [{"id": "i-web", "tier": "web"}]},
        [
            "instances[0].tier: no VSwitch of cn-hangzhou-b is for web; expected no tier, or a VSwitch for it under "
            "network.vswitches"
        ],
    ),
    "a choice of tiers": (
        {
            "network": {
                **CREATED,
                "vswitches": [{"zone": "cn-hangzhou-b", "tier": "web"}, {"zone": "cn-hangzhou-b", "tier": "app"}],
            },
            "instances": ["i-web"],
        },
        ["instances[0].tier: cn-hangzhou-b has several VSwitches; expected one of app, web"],
    ),
    "VPC to avoid": (
        {"network": {**CREATED, "avoid": ["vpc-far"]}},
        ["network.avoid: there is no VPC vpc-far in cn-hangzhou of account 1234567890123456; did you mean vpc-other?"],
    ),
    "block of a VPC to avoid": (
        {
            "network": {
                **CREATED,
                "cidrBlock": "172.16.0.0/16",
                "avoid": ["vpc-old"],
                "vswitches": [{"zone": "cn-hangzhou-b", "cidrBlock": "172.16.1.0/24"}],
            }
        },
        [
            "network.vswitches[0].cidrBlock: 172.16.1.0/24 overlaps 172.16.0.0/12, which is to be avoided; expected a "
            "block apart from it"
        ],
    ),
    "block that is taken": (
        {
            "network": {
                "mode": "existing",
                "vpcId": "vpc-old",
                "vswitches": [{"zone": "cn-hangzhou-b", "cidrBlock": "172.16.8.0/25"}],
            }
        },
        [
            "network.vswitches[0].cidrBlock: 172.16.8.0/25 overlaps 172.16.8.0/24 of vsw-old (without a name, "
            "cn-hangzhou-b); expected a free block of the VPC: a VSwitch of this stack keeps its block with its name "
            "and zone alone"
        ],
    ),
    "default VSwitch in a zone without stock": (
        {"network": {"mode": "default", "zones": ["cn-hangzhou-e"]}},
        ["network.zones[0]: zone cn-hangzhou-e has no stock for a VSwitch; expected one of cn-hangzhou-b"],
    ),
}


@pytest.mark.parametrize("case", NETWORK_PROBLEMS)
def test_networks_that_cannot_serve(case: str) -> None:
    changes, expected = NETWORK_PROBLEMS[case]
    if expected:
        assert problems(classicLink=None, **changes) == expected
    else:
        assert plan(classicLink=None, **changes).network.vswitches


def disks(*categories: str) -> dict[str, Any]:
    """Disks of i-web of these categories, d-0 the first."""
    return {
        "disks": tuple(
            Disk(
                id=f"d-{index}",
                instance_ids=("i-web",),
                type="data" if index else "system",
                category=category,
                size_gib=40,
                status="In_use",
            )
            for index, category in enumerate(categories)
        )
    }


def sets(estate_changes: dict[str, Any], **backups: Any) -> list[list[str]]:
    choice = {"retentionDays": 30, **backups}
    planned = plan(estate_changes, instances=["i-web"], backups=choice)
    return [[disk.id for disk in item.disks] for item in planned.instances[0].snapshot_sets(planned.config.backups)]


def test_several_essds_are_taken_together_and_anything_else_one_by_one() -> None:
    assert sets(disks("cloud_essd", "cloud_auto")) == [["d-0", "d-1"]]
    assert sets(disks("cloud_essd", "cloud_ssd")) == [["d-0"], ["d-1"]]
    assert sets(disks("cloud_essd")) == [["d-0"]]
    assert sets(disks("cloud_essd", "cloud_essd"), consistentGroups=False) == [["d-0"], ["d-1"]]


def test_only_what_is_in_the_target_vpc_counts_for_it() -> None:
    """Another VPC may have the same blocks: its routes, VSwitches and servers are in nobody's way."""
    block = "172.16.20.0/24"
    routes = tuple(
        RouteEntry(vpc_id=vpc_id, route_table_id=f"vtb-{vpc_id}", destination=destination)
        for vpc_id, destination in (("vpc-old", "10.0.0.0/8"), ("vpc-other", "10.1.0.0/16"))
    )
    there = {"network_type": "vpc", "vpc_id": "vpc-other"}
    twin = Vpc(id="vpc-a-twin", cidr_block="172.16.0.0/12")
    planned = plan(
        {
            "vpcs": (twin, *estate().vpcs),
            "vswitches": (*estate().vswitches, vswitch("vsw-far", "vpc-other", block)),
            "instances": (*estate().instances, instance("i-far", "sg-far", "172.16.20.9", **there)),
            "routes": routes,
        },
        network={"mode": "existing", "vpcId": "vpc-old", "vswitches": [{"zone": "cn-hangzhou-b", "cidrBlock": block}]},
    )
    network = planned.network
    assert network.vpc is not None
    assert (network.vpc.id, network.custom_routes, network.strangers) == ("vpc-old", ("10.0.0.0/8",), {block: ()})


def test_nobody_is_known_to_be_alone_in_a_vswitch_without_a_block() -> None:
    """The cloud chooses the block of a default VSwitch that does not exist yet."""
    zones = ["cn-hangzhou-b"]
    default = Vpc(id="vpc-default", cidr_block="172.31.0.0/16", is_default=True)
    there = vswitch("vsw-default", default.id, "172.31.0.0/20").model_copy(update={"is_default": True})
    for known in (True, False):
        live = {"vpcs": (default,), "vswitches": (there,) if known else ()}
        network = plan(live, network={"mode": "default", "zones": zones}, classicLink=None).network
        assert (network.target_cidrs, network.to_themselves) == ((there.cidr_block,) if known else (), known)


def test_instances_are_not_alone_where_others_are_in_one_of_their_vswitches() -> None:
    far = vswitch("vsw-far", "vpc-old", "172.16.20.0/24").model_copy(update={"zone_id": "cn-hangzhou-e"})
    there = instance("i-far", "sg-far", "172.16.20.9", network_type="vpc", vpc_id="vpc-old")
    live = {"vswitches": (*estate().vswitches, far), "instances": (*estate().instances, there)}
    network = {"mode": "existing", "vpcId": "vpc-old", "vswitchIds": ["vsw-old", "vsw-far"]}
    planned = plan(live, network=network).network
    assert planned.strangers == {"172.16.8.0/24": (), "172.16.20.0/24": ("i-far",)}
    assert not planned.to_themselves


def test_a_vswitch_is_planned_for_those_who_go_to_its_zone_and_tier() -> None:
    """Four times as many as the 70 that move into it do not fit into a /24."""
    many = [instance(f"i-{number}", "sg-web", f"10.1.1.{number}") for number in range(1, 71)]
    chosen = [{"id": item.id, "targetZone": "cn-hangzhou-e", "tier": "web"} for item in many]
    tiers = [{"zone": "cn-hangzhou-e", "tier": tier} for tier in ("web", "app")]
    network = {"mode": "create", "name": "target", "cidrBlock": "172.16.0.0/16", "vswitches": tiers}
    zones = tuple(item.model_copy(update={"vswitch_available": True}) for item in estate().zones)
    planned = plan({"instances": (*estate().instances, *many), "zones": zones}, instances=chosen, network=network)
    assert planned.network.target_cidrs == ("172.16.0.0/23", "172.16.2.0/24")


def test_a_default_vswitch_that_exists_needs_no_zone_that_takes_new_ones() -> None:
    """Nor does another VPC that is not available matter."""
    default = Vpc(id="vpc-default", cidr_block="172.31.0.0/16", is_default=True)
    there = vswitch("vsw-default", default.id, "172.31.0.0/20")
    there = there.model_copy(update={"is_default": True, "zone_id": "cn-hangzhou-e"})
    live = {"vpcs": (default, Vpc(id="vpc-new", cidr_block="10.0.0.0/8", status="Pending")), "vswitches": (there,)}
    network = {"mode": "default", "zones": ["cn-hangzhou-e"]}
    moving = [{"id": "i-web", "targetZone": "cn-hangzhou-e"}]
    assert plan(live, instances=moving, network=network, classicLink=None).network.target_cidrs == ("172.31.0.0/20",)


def test_an_instance_goes_to_the_tier_that_it_names() -> None:
    tiers = [{"zone": "cn-hangzhou-b", "tier": tier} for tier in ("app", "web")]
    chosen = [{"id": f"i-{tier}", "tier": tier} for tier in ("app", "web")]
    network = {"mode": "create", "name": "target", "cidrBlock": "172.16.0.0/16", "vswitches": tiers}
    assert [item.tier for item in plan(instances=chosen, network=network).instances] == ["app", "web"]


@pytest.mark.parametrize(
    ("orders", "reports", "retained"), [(True, True, True), (True, False, True), (False, False, False)]
)
def test_the_vpc_is_retained_as_long_as_any_database_stays_in_it(orders: bool, reports: bool, retained: bool) -> None:
    """A destroy would fail at it, or take its network away."""
    database = estate().databases[0]
    both = (database, database.model_copy(update={"id": "rm-reports"}))
    choices = [
        {"id": item.id, **({"hybridAccess": {}} if hybrid else {})}
        for item, hybrid in zip(both, (orders, reports), strict=True)
    ]
    assert plan({"databases": both}, databases=choices).network.retained is retained


def test_a_disk_that_instances_share_is_one_of_each_and_in_no_group() -> None:
    own, other = disks("cloud_essd", "cloud_essd")["disks"]
    shared = other.model_copy(update={"instance_ids": ("i-app", "i-web")})
    assert sets({"disks": (own, shared)}) == [["d-0"], ["d-1"]]
    planned = plan({"disks": (own, shared)})
    assert [(item.instance.id, item.disks) for item in planned.instances] == [
        ("i-app", (shared,)),
        ("i-web", (own, shared)),
    ]


def test_no_snapshot_is_taken_of_local_and_of_excluded_disks() -> None:
    assert sets(disks("cloud_ssd", "ephemeral_ssd")) == [["d-0"]]
    exclude = [{"disk": "d-1", "reason": "a cache", "owner": "me", **APPROVED}]
    assert sets(disks("cloud_essd", "cloud_essd", "cloud_essd"), exclude=exclude) == [["d-0", "d-2"]]


@pytest.mark.parametrize(("there", "ours", "expected"), [(150, False, 1), (149, False, 0), (150, True, 0)])
def test_an_existing_vpc_takes_150_vswitches(there: int, ours: bool, expected: int) -> None:
    """The one to add counts unless an earlier `up` made it; it is known by its name."""
    full = [vswitch(f"vsw-{index}", "vpc-old", f"172.17.{index}.0/24") for index in range(there)]
    if ours:
        full[0] = full[0].model_copy(update={"name": "vpc-old-cn-hangzhou-b"})
    network = {"mode": "existing", "vpcId": "vpc-old", "vswitches": [{"zone": "cn-hangzhou-b"}]}
    changes = {"vswitches": tuple(full)}
    if not expected:
        assert len(plan(changes, network=network).network.target_cidrs) == 1
        return
    assert problems(changes, network=network) == [
        "network.vswitches: vpc-old has 150 VSwitches; expected at most 150 with the 1 to add"
    ]
