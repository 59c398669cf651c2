"""Waves: who moves when, and what stays declared once a wave has moved."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from components.config import ConfigError, parse
from components.facts.instances import instance_facts
from components.marks import marked
from components.migration import Migration, MigrationArgs
from components.plan import MigrationPlan, Origin, StackRecord, make_plan, still_classic
from components.plan.lasting import cannot_be_undone
from components.stack_outputs import exported, record_of
from estate.model import (
    AccessControlList,
    ClassicLinkAttachment,
    Estate,
    NetworkInterface,
    SecurityGroup,
    SecurityGroupRule,
    Tag,
    VirtualIp,
    VpcInterface,
    WhitelistGroup,
)
from tests.components.builders import FILE, config, estate, rule
from tests.components.mocked import Recording, declare

INSTANCE = "classic-to-vpc:instance:MigratingInstance"
ONE = {"start": "2026-12-12T02:00:00+08:00", "latest": "2026-12-20T00:00:00+08:00"}
TWO = {"start": "2026-12-15T02:00:00+08:00", "latest": "2026-12-22T00:00:00+08:00"}
WAVES: list[dict[str, Any]] = [
    {"name": "two", "window": TWO, "instances": ["i-app"], "after": ["one"]},
    {"name": "one", "window": ONE, "instances": ["i-web"]},
]
NETWORK = {"mode": "existing", "vpcId": "vpc-old", "vswitchIds": ["vsw-old"]}


def in_waves(**changes: Any) -> dict[str, Any]:
    return config(window=None, instances=None, **{"waves": WAVES, **changes})


def after_the_move(*instance_ids: str, vpc_id: str = "vpc-old") -> Estate:
    """The estate once some instances are in a VPC, with nothing left of what they were."""
    moved = {"network_type": "vpc", "vpc_id": vpc_id, "vswitch_id": "vsw-old", "zone_id": "cn-hangzhou-h"}
    new = {**moved, "intranet_ips": ("172.16.8.7",), "security_group_ids": ("sg-clone",)}
    return estate(
        instances=tuple(item.model_copy(update=new) if item.id in instance_ids else item for item in estate().instances)
    )


def plan(raw: dict[str, Any], of: Estate | None = None, record: StackRecord | None = None) -> MigrationPlan:
    return make_plan(parse(raw, FILE), of or estate(), FILE, record=record)


def recorded(raw: dict[str, Any]) -> StackRecord:
    """What the stack exports before any wave has moved."""
    return record_of({"vpcId": "vpc-old", **exported(plan(raw))})


def declared(planned: MigrationPlan) -> Recording:
    return declare(lambda: Migration("migration", MigrationArgs(planned)))


def resources(recording: Recording) -> dict[str, dict[str, Any]]:
    return {urn: item.inputs for urn, item in recording.resources.items()}


def test_waves_are_in_the_order_of_their_windows() -> None:
    planned = plan(in_waves())
    assert [(wave.name, wave.instance_ids, wave.has_moved) for wave in planned.waves] == [
        ("one", ("i-web",), False),
        ("two", ("i-app",), False),
    ]
    assert planned.instance_ids == ("i-app", "i-web")
    assert {item.instance.id: item.wave.name for item in planned.instances} == {"i-web": "one", "i-app": "two"}


def test_one_window_is_a_wave_named_all() -> None:
    [wave] = plan(config()).waves
    assert (wave.name, wave.instance_ids) == ("all", ("i-app", "i-web"))


def test_a_classic_group_that_was_deleted_after_the_move_is_an_error_that_says_why() -> None:
    moved = after_the_move("i-web", "i-app")
    groups = tuple(item for item in moved.security_groups if item.id != "sg-web")
    raw = in_waves(network=NETWORK)
    with pytest.raises(ConfigError, match=r"sg-web of i-web could not be read.* also after the move the rules of its"):
        plan(raw, moved.model_copy(update={"security_groups": groups}), recorded(raw))


def test_an_instance_of_a_later_wave_is_a_classic_peer_until_it_moves() -> None:
    """And not the other way about: when the later one moves, the earlier one is in the VPC."""
    planned = plan(in_waves())
    peers = {item.instance.id: [peer.instance_id for peer in item.peers] for item in planned.instances}
    assert peers == {"i-web": ["i-app"], "i-app": ["i-mon"]}
    assert planned.links.linked_ids == ("i-app", "i-mon")
    assert plan(in_waves(classicLink={"attach": ["i-app"]})).links.linked_ids == ("i-app",)


def test_the_link_of_an_instance_that_moves_later_is_not_protected() -> None:
    """Its move ends the link, and the next update takes it out of the state."""
    links = declared(plan(in_waves(network=NETWORK))).of_type("alimigrate:ecs:ClassicLinkAttachment")
    assert {name: item.request.protect for name, item in links.items()} == {"i-app": False, "i-mon": True}


def test_instances_of_waves_at_the_same_time_are_no_peers() -> None:
    together = [{**wave, "window": ONE, "after": []} for wave in WAVES]
    planned = plan(in_waves(waves=together))
    assert {item.instance.id: [peer.instance_id for peer in item.peers] for item in planned.instances} == {
        "i-web": [],
        "i-app": ["i-mon"],
    }


def test_selectors_may_not_put_an_instance_into_two_waves() -> None:
    waves = [{"name": "one", "window": ONE, "selector": {"tags": {"wave": "1"}}}, {**WAVES[1], "name": "again"}]
    with pytest.raises(ConfigError, match="waves: i-web is in one and again; expected it in one of them"):
        plan(in_waves(waves=waves))
    nobody = [{"name": "one", "window": ONE, "selector": {"tags": {"wave": "9"}}}]
    with pytest.raises(ConfigError, match=r"waves\[0\]\.selector\.tags: no classic instance carries these tags"):
        plan(in_waves(waves=nobody))


def tagged(of: Estate, **waves: str) -> Estate:
    """The estate in which instances have the tag `wave`, or none at all."""
    instances = [
        item.model_copy(
            update={"tags": (Tag(key="wave", value=waves[name]),) if (name := item.id[2:]) in waves else ()}
        )
        for item in of.instances
    ]
    return of.model_copy(update={"instances": tuple(instances)})


def test_a_moved_instance_stays_in_its_wave_whatever_becomes_of_its_tags() -> None:
    """Tags are the team's own: without the instance, its clones would go, and its record."""
    by_tags = [
        {"name": "one", "window": ONE, "selector": {"tags": {"wave": "1"}}},
        {"name": "two", "window": TWO, "selector": {"tags": {"wave": "2"}}},
    ]
    raw = in_waves(network=NETWORK, waves=by_tags)
    before = plan(raw, tagged(estate(), web="1", app="2"))
    record = record_of({"vpcId": "vpc-old", **exported(before)})
    for tags in ({"app": "2"}, {"app": "2", "web": "2"}):
        after = plan(raw, tagged(after_the_move("i-web"), **tags), record)
        assert [(wave.name, wave.instance_ids) for wave in after.waves] == [("one", ("i-web",)), ("two", ("i-app",))]
        assert resources(declared(after)) == resources(declared(before))
        assert exported(after) == {**exported(after), "classicOrigins": exported(before)["classicOrigins"]}
    # One that has not moved goes by its tags, and so does one of a wave that is gone.
    assert plan(raw, tagged(estate(), web="2", app="1"), record).waves[0].instance_ids == ("i-app",)
    renamed = in_waves(network=NETWORK, waves=[{**by_tags[0], "name": "first"}, by_tags[1]])
    still_tagged = tagged(after_the_move("i-web"), web="1", app="2")
    assert plan(renamed, still_tagged, record).waves[0].instance_ids == ("i-web",)
    with pytest.raises(ConfigError, match="no classic instance carries these tags"):
        plan(renamed, tagged(after_the_move("i-web"), app="2"), record)
    # A wave that names it has it.
    named = in_waves(network=NETWORK, waves=[{"name": "front", "window": ONE, "instances": ["i-web"]}, by_tags[1]])
    assert plan(named, tagged(after_the_move("i-web"), app="2"), record).waves[0].instance_ids == ("i-web",)
    both = in_waves(network=NETWORK, waves=[by_tags[0], {"name": "two", "window": TWO, "instances": ["i-web"]}])
    moved = tagged(after_the_move("i-web"), app="1")
    assert [wave.instance_ids for wave in plan(both, moved, record).waves] == [("i-app",), ("i-web",)]
    # One that its wave no longer names goes by its tags.
    by_name = {"name": "one", "window": ONE, "instances": ["i-web"]}
    named_before = recorded(
        in_waves(network=NETWORK, waves=[by_name, {**by_tags[1], "instances": ["i-app"], "selector": None}])
    )
    no_longer = in_waves(network=NETWORK, waves=[{**by_name, "instances": ["i-idle"]}, by_tags[1]])
    moved = tagged(after_the_move("i-web"), web="2")
    assert plan(no_longer, moved, named_before).waves[1].instance_ids == ("i-web",)


@pytest.mark.parametrize(
    "waves", [WAVES, [WAVES[0], {**WAVES[1], "instances": [], "selector": {"tags": {"wave": "1"}}}]]
)
def test_a_moved_wave_changes_no_declared_resource(waves: list[dict[str, Any]]) -> None:
    raw = in_waves(network=NETWORK, waves=waves)
    moved = plan(raw, after_the_move("i-web"), recorded(raw))
    assert [(wave.name, wave.has_moved) for wave in moved.waves] == [("one", True), ("two", False)]
    assert moved.roster.moved_ids == {"i-web"}
    before, after = declared(plan(raw)), declared(moved)
    assert resources(after) == resources(before)
    flags = {name: after.outputs[after.urn(INSTANCE, name)]["moved"] for name in ("i-web", "i-app")}
    assert flags == {"i-web": True, "i-app": False}


def test_its_own_link_ends_with_the_move_and_nothing_else_changes() -> None:
    raw = in_waves(network=NETWORK)
    moved = plan(raw, after_the_move("i-web", "i-app"), recorded(raw))
    before, after = declared(plan(raw)), declared(moved)
    link = after.urn("classic-to-vpc:classiclink:ClassicLink", "classic-link")
    assert after.resources[link].inputs["instanceIds"] == ["i-mon"]
    ended = before.urn("alimigrate:ecs:ClassicLinkAttachment", "i-app")
    unchanged = {urn: inputs for urn, inputs in resources(before).items() if urn not in (link, ended)}
    assert {urn: inputs for urn, inputs in resources(after).items() if urn != link} == unchanged


HALF = {"start": "2026-12-16T02:00:00+08:00", "latest": "2026-12-20T00:00:00+08:00"}


@pytest.mark.parametrize("link", [{}, {"attach": ["i-app", "i-mon"]}, None], ids=["found", "listed", "none"])
def test_the_rest_of_a_wave_with_a_new_window_is_as_a_later_wave(link: dict[str, Any] | None) -> None:
    """One has moved, the other was put off: until it moves too, it is a classic peer, which ClassicLink reaches."""
    record = recorded(config(network=NETWORK))
    moved = after_the_move("i-web")
    together = plan(config(network=NETWORK, classicLink=link, window=HALF), moved, record)
    waves = [{**WAVES[1]}, {"name": "rest", "window": HALF, "instances": ["i-app"], "after": ["one"]}]
    apart = plan(in_waves(network=NETWORK, classicLink=link, waves=waves), moved, record)
    assert [peer.instance_id for item in together.instances for peer in item.peers] == ["i-mon", "i-app"]
    for of_one, of_two in zip(together.instances, apart.instances, strict=True):
        assert (of_one.peers, of_one.instance.id) == (of_two.peers, of_two.instance.id)
    assert together.links.attached_ids == (("i-app", "i-mon") if link is not None else ())
    assert resources(declared(together)) == resources(declared(apart))
    # All dependents are in other waves.
    assert not any(item.dependents for item in together.instances)


def test_the_rest_of_a_wave_that_moves_ends_its_link_and_nobody_asks_for_one() -> None:
    record = recorded(config(network=NETWORK))
    for link in ({}, {"attach": ["i-app", "i-mon"]}):
        all_moved = after_the_move("i-web", "i-app")
        planned = plan(config(network=NETWORK, classicLink=link, window=HALF), all_moved, record)
        assert planned.links.attached_ids == ("i-mon",)


def test_before_anybody_has_moved_none_of_the_first_window_can_be_attached() -> None:
    with pytest.raises(ConfigError, match="i-app migrates; expected an instance that stays, or moves later"):
        plan(config(network=NETWORK, classicLink={"attach": ["i-app"]}))


def test_one_that_moves_before_the_window_of_an_earlier_wave_leaves_that_wave_behind() -> None:
    last = {"name": "last", "window": {"start": TWO["latest"], "latest": TWO["latest"]}, "instances": ["i-idle"]}
    waves = [{**WAVES[0], "window": ONE, "after": []}, {**WAVES[1], "window": TWO}, last]
    raw = in_waves(network=NETWORK, waves=waves)
    assert {item.instance.id: len(item.peers) for item in plan(raw).instances} == {"i-app": 2, "i-idle": 0, "i-web": 0}
    early = plan(raw, after_the_move("i-web"), recorded(raw))
    assert [peer.instance_id for item in early.instances if item.moved for peer in item.peers] == ["i-app"]


def test_broad_rules_of_the_rest_of_a_wave_are_looked_at() -> None:
    broad = rule(cidr_ip="10.0.0.0/8", port_range="22/22")
    groups = tuple(
        item.model_copy(update={"rules": (broad,) if item.id == "sg-app" else ()}) for item in estate().security_groups
    )
    raw = config(network=NETWORK, later=["i-mon", "i-idle"], window=HALF)
    record = recorded(raw)
    before = plan(raw, estate(security_groups=groups), record)
    assert before.links.broad_rules == ()
    moved = after_the_move("i-web").model_copy(update={"security_groups": groups})
    [found] = plan(raw, moved, record).links.broad_rules
    assert (found.group_id, found.instance_ids) == ("sg-app", ("i-app",))
    all_moved = after_the_move("i-web", "i-app").model_copy(update={"security_groups": groups})
    assert plan(raw, all_moved, record).links.broad_rules == ()


def test_another_round_of_snapshots_leaves_out_what_has_moved() -> None:
    raw = in_waves(network=NETWORK)
    record = recorded(raw)
    again = in_waves(network=NETWORK, backups={"retentionDays": 30, "round": 2})
    snapshots = declared(plan(again, after_the_move("i-web"), record)).of_type("alicloud:ecs/ecsSnapshot:EcsSnapshot")
    assert set(snapshots) == {"d-web", "d-app-2"}


def test_a_moved_instance_is_no_classic_peer() -> None:
    raw = in_waves(network=NETWORK)
    recording = declared(plan(raw, after_the_move("i-web", "i-app"), recorded(raw)))
    assert recording.outputs[recording.urn(INSTANCE, "i-web")]["classicPeers"] == []


def test_a_second_up_after_the_move_records_what_the_first_did() -> None:
    raw = in_waves(network=NETWORK)
    record = recorded(raw)
    assert record.origins["i-web"] == Origin("cn-hangzhou-b", ("10.1.0.1",), ("sg-web",), 1, memberships=())
    again = record_of({"vpcId": "vpc-old", **exported(plan(raw, after_the_move("i-web"), record))})
    assert again == record


def test_a_vpc_that_the_stack_made_is_known_by_its_record() -> None:
    raw = in_waves()
    assert plan(raw, after_the_move("i-web"), recorded(raw)).roster.moved_ids == {"i-web"}


def test_an_instance_in_the_existing_vpc_has_moved_whatever_vpc_the_last_up_had() -> None:
    raw = in_waves(network=NETWORK)
    record = replace(recorded(raw), vpc_id="vpc-other")
    assert plan(raw, after_the_move("i-web"), record).roster.moved_ids == {"i-web"}


@pytest.mark.parametrize(
    ("vpc_id", "record"),
    [
        ("vpc-other", StackRecord("vpc-old", {"i-web": Origin("cn-hangzhou-b", ("10.1.0.1",), ("sg-web",), 1)})),
        ("vpc-old", StackRecord("vpc-old", {})),
        ("vpc-old", StackRecord()),
    ],
    ids=["another VPC", "nothing recorded", "never up"],
)
def test_an_instance_in_a_vpc_is_no_moved_one_unless_this_stack_knew_it(vpc_id: str, record: StackRecord) -> None:
    with pytest.raises(ConfigError, match=f"i-web is in {vpc_id} already; expected a classic instance"):
        plan(in_waves(network=NETWORK), after_the_move("i-web", vpc_id=vpc_id), record)


def test_nothing_has_moved_with_a_stack_that_has_no_network() -> None:
    raw = config(network=None, securityGroups=None, databases=None, classicLink=None)
    record = record_of(exported(plan(raw)))
    assert set(record.origins) == {"i-app", "i-web"}
    assert plan(raw, record=record).roster.moved_ids == set()


def test_outputs_of_an_earlier_version_have_no_record() -> None:
    assert record_of({"vpcId": "vpc-old"}) == StackRecord("vpc-old", {})
    assert record_of({}) == StackRecord()


def test_still_classic_lists_the_instances_to_move_without_a_record() -> None:
    parsed = parse(in_waves(network={"mode": "shared", "stack": "a/b/c"}), FILE)
    assert [item.id for item in still_classic(parsed, estate(), FILE)] == ["i-app", "i-web"]
    assert [item.id for item in still_classic(parsed, after_the_move("i-web"), FILE)] == ["i-app"]
    nobody = parse(in_waves(waves=[{**WAVES[1], "instances": ["i-wed"]}]), FILE)
    with pytest.raises(ConfigError, match=r"waves\[0\]\.instances\[0\]\.id: there is no instance i-wed .* i-web"):
        still_classic(nobody, estate(), FILE)


def facts_of(planned: MigrationPlan) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Facts of the migration, and of its instances by id."""
    recording = declared(planned)
    instances = {name: recording.outputs[recording.urn(INSTANCE, name)] for name in planned.instance_ids}
    return recording.outputs[recording.urn("classic-to-vpc:index:Migration", "migration")], instances


def test_the_pack_receives_dependents_in_both_directions() -> None:
    whitelist = WhitelistGroup(name="all", security_ips=("10.1.0.0/24",))
    [orders] = estate().databases
    of = estate(databases=(orders.model_copy(update={"whitelist_groups": (whitelist,)}),))
    _, instances = facts_of(plan(in_waves(), of))
    assert [(item["instanceIds"], item["wave"]) for item in instances["i-web"]["dependents"]] == [(["i-app"], "two")]
    assert [(item["instanceIds"], item["wave"]) for item in instances["i-app"]["dependents"]] == [(["i-web"], "one")]
    assert instances["i-web"]["sharedDatabases"] == [{"dbInstanceId": "rm-orders", "waves": ["two"]}]
    assert instances["i-app"]["sharedDatabases"] == [{"dbInstanceId": "rm-orders", "waves": ["one"]}]


def test_waves_at_the_same_time_are_no_dependents() -> None:
    _, instances = facts_of(plan(in_waves(waves=[{**wave, "window": ONE, "after": []} for wave in WAVES])))
    for facts in instances.values():
        assert facts["dependents"] == facts["sharedDatabases"] == []


def test_the_pack_receives_what_the_team_says_of_a_window() -> None:
    statements = {
        "end": "2026-12-12T04:00:00+08:00",
        "disksNeededFrom": "2026-12-13T00:00:00+08:00",
        "scheduled": {"by": "ops", "at": "2026-12-01T00:00:00+08:00", "zones": ["cn-hangzhou-h"]},
    }
    window = {**ONE, **statements}
    night = {"from": "22:00", "to": "06:00", "timeZone": "Asia/Shanghai"}
    facts, _ = facts_of(plan(config(window=window, offPeak=night)))
    [wave] = facts["waves"]
    assert facts["offPeak"] == night
    wave["scheduled"].pop("start")
    assert {key: wave[key] for key in statements} == statements
    assert wave["offPeakUntil"] == "2026-12-12T06:00:00+08:00"
    [silent] = facts_of(plan(config()))[0]["waves"]
    assert not {"end", "disksNeededFrom", "scheduled", "offPeakUntil"} & set(silent)


def test_a_sighting_is_of_the_start_that_the_window_had_then() -> None:
    """Also after an `up` with the new window; a new sighting is of the new one."""

    def with_window(window: dict[str, str], at: str = "2026-12-01T00:00:00+08:00") -> dict[str, Any]:
        return config(network=NETWORK, window={**window, "scheduled": {"by": "ops", "at": at}})

    def seen(raw: dict[str, Any], record: StackRecord) -> str:
        [wave] = facts_of(plan(raw, record=record))[0]["waves"]
        start: str = wave["scheduled"]["start"]
        return start

    first = recorded(with_window(ONE))
    assert seen(with_window(ONE), StackRecord()) == seen(with_window(ONE), first) == ONE["start"]
    assert seen(with_window(HALF), first) == ONE["start"]
    again = record_of({"vpcId": "vpc-old", **exported(plan(with_window(HALF), record=first))})
    assert seen(with_window(HALF), again) == ONE["start"]
    assert seen(with_window(HALF, "2026-12-13T09:00:00+08:00"), again) == HALF["start"]
    [withdrawn] = facts_of(plan(config(network=NETWORK, window=HALF), record=first))[0]["waves"]
    assert "scheduled" not in withdrawn
    # What an earlier version exported has no start.
    outputs: dict[str, Any] = exported(plan(with_window(ONE)))
    del outputs["waves"][0]["scheduled"]["start"]
    assert seen(with_window(HALF), record_of({"vpcId": "vpc-old", **outputs})) == ONE["start"]


def test_the_pack_receives_scheduled_moves_ends_and_other_events() -> None:
    # No document names the type of a move's event: one that stops the instance is its move all the same.
    move = {"id": "e-1", "instance_id": "i-web", "type": "SystemMaintenance.Stop", "not_before": ONE["start"]}
    reboot = {**move, "id": "e-2", "type": "SystemMaintenance.Reboot", "status": "Inquiring", "reason_code": ""}
    stop = {**reboot, "id": "e-3", "type": "AccountUnbalanced.Stop", "status": "Scheduled"}
    release = {**stop, "id": "e-4", "type": "InstanceExpiration.Delete"}
    lock = {**stop, "id": "e-5", "type": "SecurityPunish.Locked"}
    events = ({**move, "reason_code": "VPCMigrationEcs"}, reboot, stop, release, lock)
    _, instances = facts_of(plan(config(), estate(scheduled_events=events)))
    assert instances["i-web"]["scheduledEnds"] == [
        {
            "eventId": "e-3",
            "eventType": "AccountUnbalanced.Stop",
            "eventStatus": "Scheduled",
            "notBefore": ONE["start"],
        },
        {
            "eventId": "e-4",
            "eventType": "InstanceExpiration.Delete",
            "eventStatus": "Scheduled",
            "notBefore": ONE["start"],
        },
        {"eventId": "e-5", "eventType": "SecurityPunish.Locked", "eventStatus": "Scheduled", "notBefore": ONE["start"]},
    ]
    assert instances["i-app"]["scheduledEnds"] == []
    assert instances["i-web"]["scheduledMoves"] == [
        {"eventId": "e-1", "eventType": "SystemMaintenance.Stop", "eventStatus": "Scheduled", "notBefore": ONE["start"]}
    ]
    assert instances["i-app"]["scheduledMoves"] == []
    assert instances["i-web"]["scheduledEvents"] == [
        {
            "eventId": "e-2",
            "eventType": "SystemMaintenance.Reboot",
            "eventStatus": "Inquiring",
            "notBefore": ONE["start"],
        }
    ]
    assert instances["i-app"]["scheduledEvents"] == []


def test_addresses_that_were_given_up_are_taken_out_of_what_lets_addresses_in() -> None:
    raw = in_waves(network=NETWORK, after={"removeOldAddresses": True})
    group = WhitelistGroup(name="web", security_ips=("10.1.0.1", "10.1.0.2"))
    ours = WhitelistGroup(name="classic_to_vpc", security_ips=("172.16.8.0/24",))
    hidden = WhitelistGroup(name="hdm_security_ips", attribute="hidden", security_ips=("10.9.9.9",))
    # In enhanced mode its addresses are those of a VPC, where another server may have the same one.
    in_vpc = WhitelistGroup(name="web", network_type="VPC", security_ips=("10.1.0.1",))
    database = estate().databases[0].model_copy(update={"whitelist_groups": (group, ours, hidden, in_vpc)})
    acl = AccessControlList(id="acl-1", name="callers", entries=("10.1.0.1/32", "203.0.113.0/24"))
    ipv6 = AccessControlList(id="acl-6", name="callers", ip_version="ipv6", entries=("2001:db8::/32",))
    extra = {"databases": (database,), "access_lists": (acl, ipv6)}
    before = declared(plan(raw, estate(**extra), recorded(raw)))
    assert before.of_type("classic-to-vpc:cleanup:AddressCleanup") == {}
    moved = after_the_move("i-web").model_copy(update=extra)
    recording = declared(plan(raw, moved, recorded(raw)))
    component = recording.urn("classic-to-vpc:cleanup:AddressCleanup", "cleanup")
    assert recording.children(component) == [
        "alimigrate:rds:RemovedWhitelistEntries",
        "alimigrate:slb:RemovedAclEntries",
    ]
    [removed] = recording.of_type("alimigrate:rds:RemovedWhitelistEntries").values()
    assert removed.inputs == {
        "dbInstanceId": "rm-orders",
        "groupName": "web",
        "networkType": "MIX",
        "securityIps": ["10.1.0.1"],
    }
    assert recording.of_type("alimigrate:slb:RemovedAclEntries")["acl-1"].inputs == {
        "aclId": "acl-1",
        "entries": ["10.1.0.1/32"],
    }


def test_an_address_that_something_has_again_is_no_former_one() -> None:
    raw = in_waves(network=NETWORK)
    moved = after_the_move("i-web")
    assert plan(raw, moved, recorded(raw)).former_addresses == ("10.1.0.1",)
    taken = tuple(
        item.model_copy(update={"intranet_ips": ("10.1.0.1",)}) if item.id == "i-idle" else item
        for item in moved.instances
    )
    assert plan(raw, moved.model_copy(update={"instances": taken}), recorded(raw)).former_addresses == ()
    second = NetworkInterface(id="eni-2", type="Secondary", primary_ip="10.1.0.1")
    extended = tuple(item.model_copy(update={"network_interfaces": (second,)}) for item in moved.instances)
    assert plan(raw, moved.model_copy(update={"instances": extended}), recorded(raw)).former_addresses == ()
    for owner in (None, moved.instances[0].id):
        there = {"vpc_id": "vpc-other", "in_use": True, "instance_id": owner}
        another = VpcInterface(id="eni-9", private_ips=("10.0.8.9", "10.1.0.1"), **there)
        of = moved.model_copy(update={"network_interfaces": (another,)})
        assert plan(raw, of, recorded(raw)).former_addresses == (), owner
    virtual = VirtualIp(id="lb-1", vpc_id="vpc-other", ip_address="10.1.0.1")
    assert plan(raw, moved.model_copy(update={"virtual_ips": (virtual,)}), recorded(raw)).former_addresses == ()


def test_a_moved_instance_goes_on_using_the_databases_that_admitted_it() -> None:
    raw = in_waves(network=NETWORK)
    record = recorded(raw)
    empty = WhitelistGroup(name="app", security_ips=("127.0.0.1",))
    database = estate().databases[0].model_copy(update={"whitelist_groups": (empty,)})
    planned = plan(raw, after_the_move("i-app").model_copy(update={"databases": (database,)}), record)
    used = {item.instance.id: [one_database.id for one_database in item.databases] for item in planned.instances}
    assert used == {"i-app": ["rm-orders"], "i-web": []}


def test_a_public_address_becomes_an_eip_once_its_instance_has_moved() -> None:
    waves = [WAVES[0], {**WAVES[1], "instances": [{"id": "i-web", "ftp": {"plan": "eip-cut-through"}}]}]
    raw = in_waves(network=NETWORK, waves=waves)
    assert declared(plan(raw, None, recorded(raw))).of_type("classic-to-vpc:publicaddress:PublicAddress") == {}
    recording = declared(plan(raw, after_the_move("i-web"), recorded(raw)))
    component = recording.urn("classic-to-vpc:publicaddress:PublicAddress", "i-web")
    assert recording.children(component) == [
        "alicloud:ecs/ecsNetworkInterface:EcsNetworkInterface",
        "alimigrate:ecs:PublicIpConversion",
        "alimigrate:vpc:CutThroughBinding",
    ]
    [interface] = recording.of_type("alicloud:ecs/ecsNetworkInterface:EcsNetworkInterface").values()
    assert interface.inputs["vswitchId"] == "vsw-old"
    assert interface.inputs["securityGroupIds"] == ["sg-web-id"]
    [binding] = recording.of_type("alimigrate:vpc:CutThroughBinding").values()
    assert (binding.inputs["instanceId"], binding.inputs["networkInterfaceId"]) == ("i-web", "i-web-id")


def test_an_eip_alone_needs_no_interface() -> None:
    raw = in_waves(network=NETWORK, after={"convertPublicIps": ["i-web"]})
    recording = declared(plan(raw, after_the_move("i-web"), recorded(raw)))
    component = recording.urn("classic-to-vpc:publicaddress:PublicAddress", "i-web")
    assert recording.children(component) == ["alimigrate:ecs:PublicIpConversion"]
    assert recording.of_type("alimigrate:ecs:PublicIpConversion")["i-web"].inputs == {"instanceId": "i-web"}


@pytest.mark.parametrize(
    ("moved", "changes", "lasting"),
    [
        (["i-web"], {"public_ips": ("203.0.113.7",)}, ["the public address of web becomes an EIP"]),
        (["i-web"], {"eip": "203.0.113.7"}, []),
        ([], {"public_ips": ("203.0.113.7",)}, []),
    ],
    ids=["moved", "an EIP already", "classic"],
)
def test_an_eip_is_for_good_and_asks_for_a_verdict_until_it_is_one(
    moved: list[str], changes: dict[str, Any], lasting: list[str]
) -> None:
    raw = in_waves(network=NETWORK, after={"convertPublicIps": ["i-web"]}, databases=None)
    instances = [
        item.model_copy(update=changes) if item.id == "i-web" else item for item in after_the_move(*moved).instances
    ]
    assert list(cannot_be_undone(plan(raw, estate(instances=tuple(instances)), recorded(raw)))) == lasting


@pytest.mark.parametrize(
    ("output", "kind", "gone"),
    [
        ({"vswitches": [{"vswitchId": "vsw-old"}, {"vswitchId": "vsw-lost"}]}, "vswitch", "vsw-lost"),
        ({"securityGroupIds": {"sg-web": ["sg-app", "sg-lost"]}}, "securityGroup", "sg-lost"),
        ({"linkedInstanceIds": ["i-mon"]}, "linkedInstance", "i-mon"),
        ({"vpcId": "vpc-lost"}, "vpc", "vpc-lost"),
    ],
)
def test_resources_of_the_last_update_that_are_gone_are_reported(output: dict[str, Any], kind: str, gone: str) -> None:
    known = record_of({"vpcId": "vpc-old", **output})
    planned = plan(config(network=NETWORK), record=known)
    assert planned.gone == ((kind, gone),)
    recording = declared(planned)
    facts = recording.outputs[recording.urn("classic-to-vpc:index:Migration", "migration")]
    assert facts["gone"] == [{"kind": kind, "id": gone}]


def test_the_groups_of_the_stack_are_reported_as_the_cloud_has_them() -> None:
    """By what the last `up` exported, or, where it stopped before that, by their description; no others."""

    def group(group_id: str, **fields: Any) -> SecurityGroup:
        return SecurityGroup(id=group_id, vpc_id="vpc-old", rules=(web, old), **fields)

    web = SecurityGroupRule(
        direction="ingress",
        nic_type="intranet",
        ip_protocol="TCP",
        port_range="80/80",
        policy="accept",
        priority=1,
        cidr_ip="0.0.0.0/0",
        local_cidr_ip="172.16.8.9/32",
        description="never told",
    )
    old = web.model_copy(update={"priority": 110})
    clone = "clone of the classic security group sg-app"
    others = marked(clone, "organization/shop/other", "sg-app")
    extra = (group("sg-1"), group("sg-2", description=clone), group("sg-3"), group("sg-4", description=others))
    of = estate()
    of = of.model_copy(update={"security_groups": (*of.security_groups, *extra)})
    planned = plan(config(network=NETWORK), of, record_of({"securityGroupIds": {"sg-web": ["sg-1"]}}))
    recording = declared(planned)
    groups = recording.outputs[recording.urn("classic-to-vpc:index:Migration", "migration")]["liveSecurityGroups"]
    assert [item["securityGroupId"] for item in groups] == ["sg-1", "sg-2"]
    assert groups[0] == {
        "securityGroupId": "sg-1",
        "innerAccessPolicy": "Accept",
        "rules": [
            {
                "direction": "ingress",
                "ipProtocol": "TCP",
                "portRange": "80/80",
                "policy": "accept",
                "priority": 1,
                "cidrIp": "0.0.0.0/0",
                "localCidrIp": "172.16.8.9/32",
            }
        ],
    }


def test_a_vswitch_that_the_stack_no_longer_has_is_reported_while_it_exists() -> None:
    raw = in_waves(network=NETWORK)
    outputs = {"vswitches": [{"vswitchId": item} for item in ("vsw-old", "vsw-twin", "vsw-deleted", "vsw-other")]}
    record = record_of({"vpcId": "vpc-old", **exported(plan(raw)), **outputs})
    planned = plan(raw, after_the_move("i-web"), record)
    assert [item.id for item in planned.network.dropped] == ["vsw-twin"]
    facts, _ = facts_of(planned)
    assert facts["droppedVswitches"] == [{"vswitchId": "vsw-twin", "cidrBlock": "172.16.9.0/24"}]
    facts, _ = facts_of(plan(raw, after_the_move("i-web"), recorded(raw)))
    assert "droppedVswitches" not in facts


def test_a_link_that_is_there_or_that_a_move_has_ended_is_not_gone() -> None:
    known = record_of({"vpcId": "vpc-old", "linkedInstanceIds": ["i-mon", "i-vpc"]})
    links = (ClassicLinkAttachment(instance_id="i-mon", vpc_id="vpc-old"),)
    of = estate(classic_links=links)
    in_vpc = of.instances[0].model_copy(update={"id": "i-vpc", "network_type": "vpc", "vpc_id": "vpc-old"})
    planned = plan(config(network=NETWORK), of.model_copy(update={"instances": (*of.instances, in_vpc)}), known)
    assert planned.gone == ()
    recording = declared(planned)
    assert "gone" not in recording.outputs[recording.urn("classic-to-vpc:index:Migration", "migration")]


def test_a_link_to_the_vpc_before_a_change_of_the_network_is_not_gone() -> None:
    """It goes with the update, which makes the one to the new VPC in its place."""
    known = record_of({"vpcId": "vpc-before", "linkedInstanceIds": ["i-mon"]})
    of = estate(classic_links=(ClassicLinkAttachment(instance_id="i-mon", vpc_id="vpc-before"),))
    before = of.vpcs[0].model_copy(update={"id": "vpc-before", "name": "before", "is_default": False})
    planned = plan(config(network=NETWORK), of.model_copy(update={"vpcs": (*of.vpcs, before)}), known)
    assert planned.gone == ()


def test_a_moved_instance_has_its_present_beside_its_origin() -> None:
    raw = in_waves(network=NETWORK)
    planned = plan(raw, after_the_move("i-web"), recorded(raw))
    facts_of = {item.instance.id: instance_facts(item, planned) for item in planned.instances}
    web = facts_of["i-web"]
    assert web["moved"]
    assert web["present"] == {"privateIps": ["172.16.8.7"], "securityGroupIds": ["sg-clone"]}
    assert web["securityGroupIds"] != ["sg-clone"]
    assert [item for item, facts in facts_of.items() if "present" in facts] == ["i-web"]
