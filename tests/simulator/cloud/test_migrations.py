"""Migration plans: what is refused, what a move changes, and that only model time matters, not who looks when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.clock import ModelClock
from simulator.cloud import classic_links, instances, migrations, snapshots, vswitches
from simulator.cloud.migrations import MigrationRefusedError
from simulator.cloud.names import Labels
from simulator.cloud.state import Cloud
from simulator.cloud.transitions import settle
from simulator.cloud.vswitches import NewVSwitch
from simulator.model.base import Table
from simulator.model.ecs import SecurityGroup
from simulator.model.ecs_storage import Disk
from simulator.model.estate import Estate
from simulator.model.migrations import Migration, MigrationPlan, Move
from simulator.model.slb import BackendServer, LoadBalancer, VServerGroup
from simulator.model.vpc import Vpc, VSwitch

SHARED, SHARED_H, WIDE, WIDE_B, WIDE_H = "vpc-shared", "vsw-shared-h", "vpc-wide", "vsw-wide-b", "vsw-wide-h"
WEB_1, WEB_3, APP_1 = "i-bp1web10000000000001", "i-bp1web30000000000001", "i-bp1app10000000000001"
BATCH_1, FTP_1, MON_1 = "i-bp1batch100000000001", "i-bp1ftp10000000000001", "i-bp1mon10000000000001"
START = datetime.fromisoformat("2026-12-01T02:00:00+08:00")
LATEST = START + timedelta(days=3)
WHOLE = timedelta(minutes=15)


@pytest.fixture
def estate(sample: Estate) -> Estate:
    """The sample with targets: 192.168.0.0/16 in zone H, 10.0.0.0/8 in zones B and H, groups in both."""
    estate = sample.model_copy(deep=True)
    for vpc_id, block in ((SHARED, "192.168.0.0/16"), (WIDE, "10.0.0.0/8"), ("vpc-other", "172.16.0.0/16")):
        estate.vpcs.append(Vpc(id=vpc_id, cidr_block=block, classic_link_enabled=True, tags={}))
        estate.security_groups.append(SecurityGroup(id=f"sg-{vpc_id}", name=vpc_id, vpc_id=vpc_id, tags={}))
    for vswitch_id, vpc_id, zone, block in (
        (SHARED_H, SHARED, "h", "192.168.10.0/24"),
        ("vsw-tiny-h", SHARED, "h", "192.168.11.0/29"),
        ("vsw-shared-b", SHARED, "b", "192.168.12.0/24"),
        (WIDE_B, WIDE, "b", "10.25.16.0/24"),
        (WIDE_H, WIDE, "h", "10.26.30.0/24"),
    ):
        zone_id = f"cn-hangzhou-{zone}"
        estate.vswitches.append(VSwitch(id=vswitch_id, vpc_id=vpc_id, zone_id=zone_id, cidr_block=block, tags={}))
    estate.security_groups.append(
        SecurityGroup(id="sg-advanced", name="advanced", vpc_id=SHARED, type="enterprise", tags={})
    )
    return estate


def _cloud(estate: Estate) -> Cloud:
    return Cloud(estate, ModelClock(estate.now, lambda: 0.0))


def _fields(**changes: Any) -> dict[str, Any]:
    return {
        "instance_ids": [WEB_1],
        "start": START,
        "latest": LATEST,
        "vpc_id": SHARED,
        "vswitch_ids": [SHARED_H],
        "security_group_ids": [f"sg-{SHARED}"],
        **changes,
    }


def _planned(cloud: Cloud, **changes: Any) -> Migration:
    return migrations.create(cloud, MigrationPlan(**_fields(**changes)))


def _at(cloud: Cloud, moment: datetime) -> Cloud:
    cloud.clock.set(moment)
    settle(cloud)
    return cloud


def _moved(estate: Estate, instance_id: str = WEB_1, **changes: Any) -> tuple[Cloud, Move]:
    """The cloud when one instance has been moved, and its move."""
    cloud = _cloud(estate)
    migration = _planned(cloud, instance_ids=[instance_id], **changes)
    _at(cloud, START + WHOLE)
    assert migration.moves[0].phase == "Migrated", migration.moves[0].refusals
    return cloud, migration.moves[0]


def _nothing(estate: Estate) -> None:
    """The estate as it is."""


def _set(instance_id: str, **fields: Any) -> Callable[[Estate], None]:
    def change(estate: Estate) -> None:
        instance = estate.instances.find(instance_id)
        for name, value in fields.items():
            setattr(instance, name, value)

    return change


def _local_disk(estate: Estate) -> None:
    estate.disks.append(
        Disk(
            id="d-local",
            instance_id=WEB_1,
            type="data",
            category="ephemeral_ssd",
            size_gib=100,
            zone_id="cn-hangzhou-b",
            tags={},
        )
    )


def _in_another_plan(estate: Estate) -> None:
    estate.migrations.append(Migration(id="mp-other", **_fields()))


def _linked(estate: Estate) -> None:
    cloud = _cloud(estate)
    classic_links.attach(cloud, WEB_1, SHARED)
    estate.classic_links = cloud.estate.classic_links


REFUSED = {
    "past": (_nothing, {"start": "2026-11-30T08:59:00+08:00"}, "is past"),
    "too late": (_nothing, {"start": LATEST + timedelta(seconds=1)}, "after the Latest Schedule Time"),
    "twice": (_nothing, {"instance_ids": [WEB_1, WEB_1]}, "stands there twice"),
    "no instance": (_nothing, {"instance_ids": ["i-none"]}, "there is no such instance"),
    "no VPC": (_nothing, {"vpc_id": "vpc-none"}, "vpc-none: there is no such VPC"),
    "no VSwitch": (_nothing, {"vswitch_ids": ["vsw-none"]}, "vsw-none: there is no such VSwitch"),
    "VSwitch elsewhere": (_nothing, {"vswitch_ids": [WIDE_H]}, f"no such VSwitch in {SHARED}"),
    "two zones": (_nothing, {"vswitch_ids": [SHARED_H, "vsw-shared-b"]}, "one plan has one destination zone"),
    "too few addresses": (
        _nothing,
        {"instance_ids": [WEB_1, WEB_3, APP_1, FTP_1], "vswitch_ids": ["vsw-tiny-h"]},
        "have 4 free addresses, expected more than the 4 instances",
    ),
    "no group": (_nothing, {"security_group_ids": ["sg-none"]}, "sg-none: there is no such security group"),
    "group elsewhere": (_nothing, {"security_group_ids": ["sg-vpc-other"]}, f"no such security group in {SHARED}"),
    "classic group": (_nothing, {"security_group_ids": ["sg-bp1web00000000000001"]}, "no such security group"),
    "group kinds": (_nothing, {"security_group_ids": [f"sg-{SHARED}", "sg-advanced"]}, "cannot be taken together"),
    "too many groups": (_nothing, {"security_group_ids": [f"sg-{n}" for n in range(6)]}, "at most 5"),
    "group rules": (_nothing, {"security_group_ids": None}, "rules that authorize groups"),
    "retained elsewhere": (_nothing, {"retain_internal_ip": True}, "only in a VPC with 10.0.0.0/8"),
    "retained outside": (
        _nothing,
        {"vpc_id": WIDE, "vswitch_ids": [WIDE_H], "security_group_ids": ["sg-vpc-wide"], "retain_internal_ip": True},
        "no VSwitch of the plan has its address free",
    ),
    "staying alone": (_nothing, {"staying_instance_ids": [MON_1]}, "only with interconnection"),
    "staying and moving": (
        _nothing,
        {"interconnection": True, "staying_instance_ids": [WEB_1]},
        "is no classic instance that stays",
    ),
    "linked": (_linked, {"interconnection": True}, "ClassicLink must be disabled"),
    "local disk": (_local_disk, {}, "local disks"),
    "local storage": (_set(WEB_1, local_storage_amount=1), {}, "local disks"),
    "locked": (_set(WEB_1, locks=["financial", "security"]), {}, "locked (financial, security)"),
    "starting": (_set(WEB_1, status="Starting"), {}, "Starting, neither Running nor Stopped"),
    "zone C": (_set(WEB_1, zone_id="cn-hangzhou-c"), {}, "cn-hangzhou-c cannot be migrated"),
    "no bandwidth": (_nothing, {"instance_ids": [WEB_3], "zero_bandwidth": "refused"}, "0 Mbit/s"),
    "planned": (_in_another_plan, {}, "in the plan mp-other already"),
}


@pytest.mark.parametrize(("change", "fields", "why"), REFUSED.values(), ids=REFUSED)
def test_impossible_migrations_are_refused_with_the_reason(
    estate: Estate, change: Callable[[Estate], None], fields: dict[str, Any], why: str
) -> None:
    change(estate)
    cloud = _cloud(estate)
    with pytest.raises(MigrationRefusedError) as refused:
        _planned(cloud, **fields)
    assert any(why in refusal for refusal in refused.value.refusals), refused.value.refusals
    assert len(cloud.estate.migrations) == len(estate.migrations)


def test_all_refusals_are_reported_at_once(estate: Estate) -> None:
    _set(WEB_1, locks=["security"], zone_id="cn-hangzhou-c")(estate)
    plan = MigrationPlan(**_fields(instance_ids=[WEB_1, "i-none"], vpc_id="vpc-none", start=LATEST + WHOLE))
    assert len(migrations.verify(_cloud(estate), plan)) == 7


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        (_nothing, {}),
        (_nothing, {"start": LATEST}),
        (_nothing, {"instance_ids": [WEB_1, WEB_3, APP_1], "vswitch_ids": ["vsw-tiny-h"]}),
        (_nothing, {"instance_ids": [WEB_3]}),
        (_nothing, {"instance_ids": [BATCH_1]}),
        (_nothing, {"instance_ids": [BATCH_1, FTP_1], "security_group_ids": None}),
        (_linked, {}),
        (
            _nothing,
            {
                "vpc_id": WIDE,
                "vswitch_ids": [WIDE_B],
                "security_group_ids": ["sg-vpc-wide"],
                "retain_internal_ip": True,
                "interconnection": True,
                "staying_instance_ids": [MON_1],
            },
        ),
    ],
)
def test_possible_migrations_are_scheduled(
    estate: Estate, change: Callable[[Estate], None], fields: dict[str, Any]
) -> None:
    change(estate)
    migration = _planned(_cloud(estate), **fields)
    assert migration.status == "Scheduled"
    assert [move.phase for move in migration.moves] == ["Scheduled"] * len(migration.instance_ids)


def test_plans_of_an_estate_file_are_verified(estate: Estate) -> None:
    _in_another_plan(estate)
    migrations.check_given(_cloud(estate))
    estate.instances[0].locks = ["security"]
    with pytest.raises(MigrationRefusedError, match=rf"migrations\.mp-other: {WEB_1}: it is locked"):
        migrations.check_given(_cloud(estate))


class TestPhases:
    """What is seen of an instance while it is moved."""

    @pytest.mark.parametrize(
        ("minutes", "status", "network_type", "phase"),
        [
            (-1, "Running", "classic", "Scheduled"),
            (0, "Stopping", "classic", "Stopping"),
            (1, "Stopped", "classic", "Moving"),
            (13, "Stopped", "classic", "Moving"),
            (14, "Starting", "vpc", "Starting"),
            (15, "Running", "vpc", "Migrated"),
        ],
    )
    def test_of_a_running_instance(
        self, estate: Estate, minutes: int, status: str, network_type: str, phase: str
    ) -> None:
        cloud = _cloud(estate)
        migration = _planned(cloud)
        _at(cloud, START + timedelta(minutes=minutes))
        instance = cloud.instance(WEB_1)
        assert (instance.status, instance.network_type, migration.moves[0].phase) == (status, network_type, phase)
        assert instance.operable == (phase in ("Scheduled", "Migrated"))

    @pytest.mark.parametrize("minutes", range(-1, 17))
    def test_a_stopped_one_stays_stopped(self, estate: Estate, minutes: int) -> None:
        cloud = _cloud(estate)
        _planned(cloud, instance_ids=[BATCH_1])
        _at(cloud, START + timedelta(minutes=minutes))
        assert cloud.instance(BATCH_1).status == "Stopped"
        assert cloud.instance(BATCH_1).operable == (not 0 <= minutes < 15)

    def test_its_length_is_a_timing(self, estate: Estate) -> None:
        estate.timings.migration = 60
        cloud = _cloud(estate)
        migration = _planned(cloud)
        _at(cloud, START + timedelta(seconds=60))
        assert migration.moves[0].finished_at == START + timedelta(seconds=60)


class TestMoved:
    """What an instance is afterwards."""

    def test_the_network(self, estate: Estate) -> None:
        cloud, move = _moved(estate)
        instance = cloud.instance(WEB_1)
        assert (instance.network_type, instance.vpc_id, instance.vswitch_id) == ("vpc", SHARED, SHARED_H)
        assert instance.zone_id == "cn-hangzhou-h", "the zone of the VSwitch"
        assert instance.security_group_ids == [f"sg-{SHARED}"]
        assert move.former_intranet_ips == ["10.25.16.10"]
        assert instance.started_at == START + WHOLE

    def test_the_address_is_a_usable_one_of_the_vswitch(self, estate: Estate) -> None:
        cloud = _cloud(estate)
        _planned(cloud, instance_ids=[WEB_1, WEB_3, APP_1], vswitch_ids=["vsw-tiny-h"])
        _at(cloud, START + WHOLE)
        addresses = {cloud.instance(each).intranet_ips[0] for each in (WEB_1, WEB_3, APP_1)}
        assert len(addresses) == 3
        assert all(1 <= int(IPv4Address(each)) - int(IPv4Address("192.168.11.0")) <= 4 for each in addresses)

    def test_the_second_vswitch_is_taken_when_the_first_is_full(self, estate: Estate) -> None:
        cloud = _cloud(estate)
        all_of_them = [WEB_1, WEB_3, APP_1, FTP_1, BATCH_1]
        _planned(cloud, instance_ids=all_of_them, vswitch_ids=["vsw-tiny-h", SHARED_H])
        _at(cloud, START + WHOLE)
        assert [cloud.instance(each).vswitch_id for each in all_of_them] == [*["vsw-tiny-h"] * 4, SHARED_H]

    def test_the_address_is_retained_if_wanted(self, estate: Estate) -> None:
        fields: dict[str, Any] = {"vpc_id": WIDE, "vswitch_ids": [WIDE_B], "security_group_ids": ["sg-vpc-wide"]}
        cloud, _ = _moved(estate, retain_internal_ip=True, **fields)
        assert cloud.instance(WEB_1).intranet_ips == ["10.25.16.10"]
        cloud, _ = _moved(estate, retain_internal_ip=False, **fields)
        assert cloud.instance(WEB_1).intranet_ips != ["10.25.16.10"]

    @pytest.mark.parametrize(
        ("instance_id", "retained", "released"), [(WEB_1, ["192.0.2.10"], []), (WEB_3, [], ["192.0.2.12"])]
    )
    def test_the_public_address_stays_with_a_bandwidth(
        self, estate: Estate, instance_id: str, retained: list[str], released: list[str]
    ) -> None:
        cloud, move = _moved(estate, instance_id)
        assert cloud.instance(instance_id).public_ips == retained
        assert move.released_public_ips == released

    @pytest.mark.parametrize(
        ("instance_id", "policy", "retained", "lost"),
        [
            (WEB_1, "private", "intranet_mac", "internet_mac"),
            (WEB_1, "public", "internet_mac", "intranet_mac"),
            (APP_1, "public", "intranet_mac", "internet_mac"),
        ],
    )
    def test_one_mac_stays(self, estate: Estate, instance_id: str, policy: str, retained: str, lost: str) -> None:
        before = _cloud(estate).instance(instance_id)
        cloud, move = _moved(estate, instance_id, retained_mac=policy)
        instance, interface = cloud.instance(instance_id), cloud.interfaces_of(instance_id)[0]
        assert getattr(before, retained)
        assert (interface.mac, move.lost_mac) == (getattr(before, retained), getattr(before, lost))
        assert (instance.intranet_mac, instance.internet_mac) == (None, None)
        assert (interface.type, interface.private_ips) == ("Primary", instance.intranet_ips)
        assert interface.security_group_ids == instance.security_group_ids

    def test_the_classic_link_is_gone(self, estate: Estate) -> None:
        _linked(estate)
        cloud, _ = _moved(estate)
        assert not list(cloud.estate.classic_links)

    def test_it_is_no_member_of_vserver_groups_but_still_a_backend_server(self, estate: Estate) -> None:
        members = [BackendServer(instance_id=each, port=80) for each in (WEB_1, WEB_3)]
        estate.load_balancers.append(
            LoadBalancer(
                id="lb-1",
                name="shop",
                address="192.0.2.99",
                master_zone_id="cn-hangzhou-b",
                slave_zone_id="cn-hangzhou-h",
                backend_servers=[BackendServer(instance_id=WEB_1)],
                tags={},
            )
        )
        estate.vserver_groups.append(
            VServerGroup(id="rsp-1", load_balancer_id="lb-1", backend_servers=members, tags={})
        )
        cloud, _ = _moved(estate)
        assert [server.instance_id for server in cloud.estate.vserver_groups[0].backend_servers] == [WEB_3]
        assert [server.instance_id for server in cloud.estate.load_balancers[0].backend_servers] == [WEB_1]

    @pytest.mark.parametrize(
        ("instance_id", "vswitch_id", "when", "hours"),
        [
            (WEB_1, SHARED_H, "always", 5.6),
            (WEB_1, SHARED_H, "across_zones", 5.6),
            (WEB_1, "vsw-shared-b", "always", 5.6),
            (WEB_1, "vsw-shared-b", "across_zones", None),
            (APP_1, SHARED_H, "always", 25.6),
        ],
    )
    def test_disks_are_renamed_moved_and_frozen(
        self, estate: Estate, instance_id: str, vswitch_id: str, when: str, hours: float | None
    ) -> None:
        before = [disk for disk in estate.disks if disk.instance_id == instance_id]
        cloud, _ = _moved(estate, instance_id, vswitch_ids=[vswitch_id], disk_transfer=when)
        disks = [disk for disk in cloud.estate.disks if disk.instance_id == instance_id]
        assert [disk.device for disk in disks] == [disk.device.replace("xvd", "vd") for disk in before]
        assert {disk.zone_id for disk in disks} == {cloud.instance(instance_id).zone_id}
        until = None if hours is None else START + WHOLE + timedelta(hours=hours)
        assert {disk.transferring_until for disk in disks} == {until}

    def test_groups_are_cloned_once_for_a_plan(self, estate: Estate) -> None:
        second = "i-bp1mon10000000000001"
        _set(second, security_group_ids=["sg-bp1ftp00000000000001", "sg-bp1batch000000000001"])(estate)
        cloud = _cloud(estate)
        migration = _planned(cloud, instance_ids=[FTP_1, second], security_group_ids=None)
        migrations.reschedule(cloud, migration.id, START + timedelta(days=1), [second])
        _at(cloud, START + timedelta(days=2))
        clones = [cloud.security_group(each) for each in cloud.instance(second).security_group_ids]
        assert cloud.instance(FTP_1).security_group_ids == [clones[0].id]
        assert {clone.vpc_id for clone in clones} == {SHARED}
        assert [clone.name for clone in clones] == ["ftp", "batch"]
        assert [[rule.priority for rule in clone.rules] for clone in clones] == [[1, 1, 1], [1, 100]], "no 110"
        assert {rule.nic_type for clone in clones for rule in clone.rules} == {"intranet"}
        originals = [cloud.security_group(each) for each in migration.clones]
        assert [group.vpc_id for group in originals] == [None, None], "classic groups stay as they are"

    def test_there_is_no_way_back(self, estate: Estate) -> None:
        cloud, _ = _moved(estate)
        with pytest.raises(MigrationRefusedError, match="it is in a VPC already"):
            _planned(cloud, start=START + timedelta(days=1))


class TestFailing:
    """Instances that cannot be moved when their time has come."""

    @pytest.mark.parametrize("minutes", [-1, 5], ids=["before it stops", "while it is down"])
    @pytest.mark.parametrize(
        ("spoil", "why"),
        [
            (lambda cloud: _set(WEB_1, locks=["financial"])(cloud.estate), "it is locked"),
            (lambda cloud: vswitches.delete(cloud, SHARED_H), "there is no such VSwitch"),
            (
                lambda cloud: cloud.estate.security_groups.remove(cloud.security_group("sg-vpc-shared")),
                "security group",
            ),
            (lambda cloud: setattr(cloud.vswitch(SHARED_H), "cidr_block", "192.168.10.0/30"), "has a free address"),
        ],
    )
    def test_it_stays_running_in_the_classic_network(
        self, estate: Estate, minutes: int, spoil: Callable[[Cloud], None], why: str
    ) -> None:
        cloud = _cloud(estate)
        before = cloud.instance(WEB_1).model_copy(deep=True)
        migration = _planned(cloud, instance_ids=[WEB_1, MON_1])
        spoil(_at(cloud, START + timedelta(minutes=minutes)))
        _at(cloud, START + WHOLE)
        move = migration.moves[0]
        assert (move.phase, migration.status) == ("Failed", "Finished")
        assert any(why in refusal for refusal in move.refusals), move.refusals
        assert move.finished_at == (START if minutes < 0 else START + WHOLE)
        after = cloud.instance(WEB_1)
        after.locks, after.started_at = before.locks, before.started_at
        assert after == before

    def test_the_others_are_moved(self, estate: Estate) -> None:
        cloud = _cloud(estate)
        migration = _planned(cloud, instance_ids=[WEB_1, MON_1])
        _set(WEB_1, locks=["security"])(cloud.estate)
        _at(cloud, START + WHOLE)
        assert [move.phase for move in migration.moves] == ["Failed", "Migrated"]

    def test_one_that_was_released_is_reported(self, estate: Estate) -> None:
        cloud = _cloud(estate)
        migration = _planned(cloud, instance_ids=[BATCH_1])
        instances.delete(cloud, [BATCH_1])
        _at(cloud, START)
        assert migration.moves[0].refusals == ["there is no such instance"]

    def test_it_can_be_planned_again(self, estate: Estate) -> None:
        cloud = _cloud(estate)
        _planned(cloud)
        _set(WEB_1, locks=["financial"])(cloud.estate)
        _at(cloud, START)
        _set(WEB_1, locks=[])(cloud.estate)
        again = _planned(cloud, start=START + timedelta(hours=1))
        _at(cloud, START + timedelta(hours=1) + WHOLE)
        assert again.moves[0].phase == "Migrated"


class TestRescheduling:
    """Other times for instances of a plan."""

    def test_one_and_then_all(self, estate: Estate) -> None:
        cloud = _cloud(estate)
        migration = _planned(cloud, instance_ids=[WEB_1, MON_1])
        migrations.reschedule(cloud, migration.id, LATEST, [MON_1])
        assert [move.start for move in migration.moves] == [START, LATEST]
        migrations.reschedule(cloud, migration.id, START - WHOLE)
        _at(cloud, START)
        assert [move.finished_at for move in migration.moves] == [START, START]

    @pytest.mark.parametrize(
        ("plan_id", "start", "instance_ids", "why"),
        [
            (None, LATEST + timedelta(seconds=1), None, "after the Latest Schedule Time"),
            (None, START - timedelta(days=9), None, "is past"),
            (None, LATEST, ["i-none"], "i-none: not in this plan"),
            (None, LATEST, [WEB_1], "its migration has begun"),
            (None, LATEST, None, "its migration has begun"),
            ("mp-none", LATEST, None, "there is no such plan"),
        ],
    )
    def test_refused(
        self, estate: Estate, plan_id: str | None, start: datetime, instance_ids: list[str] | None, why: str
    ) -> None:
        cloud = _cloud(estate)
        migration = _planned(cloud, instance_ids=[WEB_1, MON_1])
        migrations.reschedule(cloud, migration.id, LATEST, [MON_1])
        _at(cloud, START)
        before = migration.model_copy(deep=True)
        with pytest.raises(MigrationRefusedError, match=why):
            migrations.reschedule(cloud, plan_id or migration.id, start, instance_ids)
        assert migration == before


def _script(cloud: Cloud) -> list[tuple[datetime, Callable[[], object]]]:
    """What people do at which moment, around two plans."""
    _planned(cloud, instance_ids=[WEB_1, APP_1, MON_1], disk_transfer="across_zones")
    second = _planned(cloud, name="cloned", instance_ids=[FTP_1, BATCH_1], security_group_ids=None)
    minute = timedelta(minutes=1)
    return [
        (START - 30 * minute, lambda: migrations.reschedule(cloud, second.id, START + 10 * minute, [FTP_1])),
        # Both end, one before and one after the plan wants the instance.
        (START - timedelta(seconds=100), lambda: instances.stop(cloud, MON_1)),
        (START - timedelta(seconds=20), lambda: instances.stop(cloud, APP_1)),
        (START - timedelta(seconds=10), lambda: snapshots.create(cloud, "d-bp1web1sys000000001")),
        (
            START + 5 * minute,
            lambda: vswitches.create(cloud, NewVSwitch(SHARED, "cn-hangzhou-h", "192.168.20.0/24", Labels("late"))),
        ),
        (START + 20 * minute, lambda: instances.start(cloud, MON_1)),
    ]


END = START + timedelta(days=2)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(looks=st.lists(st.integers(-7200, 7200) | st.integers(-60, 1000), max_size=30))
def test_only_model_time_matters(estate: Estate, looks: list[int]) -> None:
    """Whoever looks at the cloud meanwhile, and however far the clock jumps: the same state at the same moments."""
    estate.timings.instance = estate.timings.snapshot = 60
    rushed, watched = _cloud(estate), _cloud(estate)
    events = sorted(
        _script(watched) + [(START + timedelta(seconds=s), list) for s in looks], key=lambda event: event[0]
    )
    for moment, act in _script(rushed):
        _at(rushed, moment)
        act()
    for moment, act in events:
        _at(watched, moment)
        act()
    assert _at(rushed, END).estate.model_dump() == _at(watched, END).estate.model_dump()
    phases = [move.phase for plan in rushed.estate.migrations for move in plan.moves]
    assert phases == ["Migrated", "Failed", "Migrated", "Migrated", "Migrated"]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(picked=st.sets(st.sampled_from([WEB_1, WEB_3, APP_1, BATCH_1, FTP_1, MON_1]), min_size=1), data=st.data())
def test_moved_instances_have_distinct_addresses_of_their_vswitch(
    estate: Estate, picked: set[str], data: st.DataObject
) -> None:
    cloud = _cloud(estate)
    ids = data.draw(st.permutations(sorted(picked)))
    _planned(cloud, instance_ids=ids, vswitch_ids=["vsw-tiny-h", SHARED_H])
    _at(cloud, START + WHOLE)
    moved = [cloud.instance(each) for each in ids]
    assert len({instance.intranet_ips[0] for instance in moved}) == len(moved)
    for instance in moved:
        block = IPv4Network(cloud.vswitch(instance.vswitch_id or "").cidr_block)
        assert IPv4Address(instance.intranet_ips[0]) in block
    unmoved = [instance for instance in cloud.estate.instances if instance.id not in picked]
    assert all(instance.network_type == "classic" for instance in unmoved)


def test_a_saved_plan_goes_on(estate: Estate) -> None:
    cloud = _cloud(estate)
    _planned(cloud)
    _at(cloud, START + timedelta(minutes=5))
    again = Estate.model_validate_json(
        cloud.estate.model_dump_json().replace('"access_key_secret":"**********"', '"access_key_secret":"x"')
    )
    later = Cloud(again, ModelClock(cloud.clock.now(), lambda: 0.0))
    later.ids = cloud.ids
    assert isinstance(later.estate.migrations, Table)
    assert _at(later, END).estate.instances.find(WEB_1) == _at(cloud, END).estate.instances.find(WEB_1)
    assert later.instance(WEB_1).network_type == "vpc"
