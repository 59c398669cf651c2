"""A migration from the outside: what clients see before the window, in it and after it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from simulator.cloud.migrations import MigrationRefusedError
from simulator.model.estate import Estate
from simulator.model.migrations import Migration, MigrationPlan
from simulator.saved import from_text
from simulator.server import Simulator
from simulator.simulation import Simulation
from tests.simulator.api.load_balanced import GROUP, PUBLIC, load_balanced
from tests.simulator.sdk import Api, refused

WEB_1, WEB_2, WEB_3 = "i-bp1web10000000000001", "i-bp1web20000000000001", "i-bp1web30000000000001"
APP_1, MON_1 = "i-bp1app10000000000001", "i-bp1mon10000000000001"
MOVING = [WEB_1, WEB_2, WEB_3, APP_1]
APP_1_SYSTEM, APP_1_DATA = "d-bp1app1sys000000001", "d-bp1app1dat000000001"
START = datetime.fromisoformat("2026-12-06T02:00:00+08:00")
END = START + timedelta(minutes=15)
# 40 + 500 + 100 GiB at 4 h per 100 GiB.
APP_1_WHOLE = END + timedelta(hours=25.6)


class Story:
    """The estate with its target and its plan, at whatever moment."""

    def __init__(self, simulator: Simulator, api: Api) -> None:
        self.simulator, self.api = simulator, api
        self.vpc_id = api.new_vpc("172.16.0.0/16")
        self.vswitch_id = api.new_vswitch(self.vpc_id, "172.16.8.0/24")
        self.group_id = api("ecs:CreateSecurityGroup", VpcId=self.vpc_id, SecurityGroupName="target")["SecurityGroupId"]
        api("vpc:EnableVpcClassicLink", VpcId=self.vpc_id)
        for instance_id in (APP_1, MON_1):
            api("ecs:AttachClassicLinkVpc", InstanceId=instance_id, VpcId=self.vpc_id)
        self.plan: dict[str, Any] = {
            "name": "wave 1",
            "instance_ids": MOVING,
            "start": START.isoformat(),
            "latest": (START + timedelta(days=2)).isoformat(),
            "vpc_id": self.vpc_id,
            "vswitch_ids": [self.vswitch_id],
            "security_group_ids": [self.group_id],
        }
        self.migration_id = simulator.migrations.create(**self.plan)["id"]

    def at(self, moment: datetime) -> Api:
        """The API at another moment."""
        self.simulator.clock.set(moment)
        return self.api

    def instance(self, instance_id: str) -> dict[str, Any]:
        """What DescribeInstances tells of an instance."""
        instances = self.api("ecs:DescribeInstances", InstanceIds=json.dumps([instance_id]))["Instances"]["Instance"]
        return dict(instances[0])

    def phases(self) -> list[str]:
        """The phase of each instance of the plan."""
        return [move["phase"] for move in self.simulator.migrations.all()[0]["moves"]]


@pytest.fixture
def story(simulator: Simulator, api: Api) -> Story:
    """The sample estate, ready for its first wave."""
    return Story(simulator, api)


def _linked(api: Api, vpc_id: str) -> list[str]:
    links = api("ecs:DescribeClassicLinkInstances", VpcId=vpc_id)["Links"]["Link"]
    return [link["InstanceId"] for link in links]


def _free(story: Story) -> int:
    answer = story.api("vpc:DescribeVSwitchAttributes", VSwitchId=story.vswitch_id)
    return int(answer["AvailableIpAddressCount"])


def test_before_the_window_nothing_has_changed(story: Story, api: Api) -> None:
    story.at(START - timedelta(minutes=1))
    assert [story.instance(each)["InstanceNetworkType"] for each in MOVING] == ["classic"] * 4
    assert [story.instance(each)["Status"] for each in MOVING] == ["Running"] * 4
    assert _linked(api, story.vpc_id) == [APP_1, MON_1]
    assert story.phases() == ["Scheduled"] * 4
    api("ecs:CreateSnapshot", DiskId=APP_1_DATA)


class TestInTheWindow:
    """While the instances are down."""

    @pytest.mark.parametrize(
        ("minutes", "status", "network_type"),
        [(0.5, "Stopping", "classic"), (5, "Stopped", "classic"), (14.5, "Starting", "vpc")],
    )
    def test_they_are_seen_going_down_and_up(
        self, story: Story, minutes: float, status: str, network_type: str
    ) -> None:
        story.at(START + timedelta(minutes=minutes))
        seen = [story.instance(each) for each in MOVING]
        assert {(each["Status"], each["InstanceNetworkType"]) for each in seen} == {(status, network_type)}
        assert story.instance(MON_1)["Status"] == "Running"

    @pytest.mark.parametrize("minutes", [0.5, 5, 14.5])
    @pytest.mark.parametrize(
        ("action", "parameters", "code", "http"),
        [
            ("ecs:StartInstance", {"InstanceId": APP_1}, "IncorrectInstanceStatus", 403),
            ("ecs:StopInstance", {"InstanceId": APP_1}, "IncorrectInstanceStatus", 403),
            ("ecs:RebootInstance", {"InstanceId": APP_1}, "IncorrectInstanceStatus", 403),
            ("ecs:DeleteInstance", {"InstanceId": APP_1, "Force": True}, "IncorrectInstanceStatus", 403),
            ("ecs:DetachDisk", {"InstanceId": APP_1, "DiskId": APP_1_DATA}, "IncorrectInstanceStatus", 403),
        ],
    )
    def test_they_cannot_be_operated(
        self, story: Story, minutes: float, action: str, parameters: dict[str, Any], code: str, http: int
    ) -> None:
        api = story.at(START + timedelta(minutes=minutes))
        with refused(code, http):
            api(action, **parameters)

    @pytest.mark.parametrize(
        ("minutes", "code"),
        [
            (0.5, "IncorrectInstanceStatus"),
            (5, "IncorrectInstanceStatus"),
            (14.5, "IncorrectDiskStatus.Transferring"),
        ],
    )
    def test_no_snapshot_is_taken(self, story: Story, minutes: float, code: str) -> None:
        api = story.at(START + timedelta(minutes=minutes))
        with pytest.raises(Exception, match=code):
            api("ecs:CreateSnapshot", DiskId=APP_1_SYSTEM)

    def test_they_are_not_linked_anew(self, story: Story) -> None:
        api = story.at(START + timedelta(minutes=5))
        with refused("InvalidStatus.InstanceStatus"):
            api("ecs:AttachClassicLinkVpc", InstanceId=WEB_1, VpcId=story.vpc_id)


class TestAfterTheWindow:
    """What is there when everything is up again."""

    @pytest.fixture(autouse=True)
    def moved(self, story: Story) -> None:
        """Everything has been moved."""
        story.at(END)

    def test_the_instances_are_in_the_vpc(self, story: Story) -> None:
        assert story.phases() == ["Migrated"] * 4
        addresses = set()
        for instance_id in MOVING:
            seen = story.instance(instance_id)
            assert (seen["Status"], seen["InstanceNetworkType"]) == ("Running", "vpc")
            assert (seen["ZoneId"], seen["InnerIpAddress"]["IpAddress"]) == ("cn-hangzhou-h", [])
            assert seen["VpcAttributes"]["VpcId"] == story.vpc_id
            assert seen["VpcAttributes"]["VSwitchId"] == story.vswitch_id
            assert seen["SecurityGroupIds"]["SecurityGroupId"] == [story.group_id]
            addresses.update(seen["VpcAttributes"]["PrivateIpAddress"]["IpAddress"])
        assert len(addresses) == 4
        assert all(address.startswith("172.16.8.") for address in addresses)
        assert _free(story) == 252 - 4

    def test_a_public_address_stays_only_with_a_bandwidth(self, story: Story) -> None:
        seen = [story.instance(each)["PublicIpAddress"]["IpAddress"] for each in MOVING]
        assert seen == [["192.0.2.10"], ["192.0.2.11"], [], []]

    def test_the_public_address_can_become_an_eip(self, story: Story, api: Api) -> None:
        api("ecs:ConvertNatPublicIpToEip", InstanceId=WEB_1)
        eips = api("vpc:DescribeEipAddresses", AssociatedInstanceType="EcsInstance", AssociatedInstanceId=WEB_1)
        assert [eip["IpAddress"] for eip in eips["EipAddresses"]["EipAddress"]] == ["192.0.2.10"]

    def test_each_has_one_interface_with_the_mac_that_it_kept(self, story: Story, api: Api) -> None:
        moves = {move["instance_id"]: move for move in story.simulator.migrations.all()[0]["moves"]}
        for instance_id in MOVING:
            answer = api("ecs:DescribeNetworkInterfaces", InstanceId=instance_id)
            (interface,) = answer["NetworkInterfaceSets"]["NetworkInterfaceSet"]
            assert (interface["Type"], interface["VSwitchId"]) == ("Primary", story.vswitch_id)
            assert interface["MacAddress"] != moves[instance_id].get("lost_mac")

    def test_the_disks_have_other_names_and_another_zone(self, api: Api) -> None:
        disks = api("ecs:DescribeDisks", InstanceId=APP_1)["Disks"]["Disk"]
        assert [disk["Device"] for disk in disks] == ["/dev/vda", "/dev/vdb", "/dev/vdc"]
        assert {disk["ZoneId"] for disk in disks} == {"cn-hangzhou-h"}

    def test_a_new_disk_takes_a_letter_of_its_own(self, story: Story, api: Api) -> None:
        api("ecs:AttachDisk", InstanceId=APP_1, DiskId="d-bp1spare00000000001")
        story.at(END + timedelta(minutes=1))
        disks = api("ecs:DescribeDisks", InstanceId=APP_1)["Disks"]["Disk"]
        assert sorted(disk["Device"][-1] for disk in disks) == ["a", "b", "c", "d"]

    @pytest.mark.parametrize(
        ("action", "parameters"),
        [
            ("ecs:CreateSnapshot", {"DiskId": APP_1_SYSTEM}),
            ("ecs:DetachDisk", {"InstanceId": APP_1, "DiskId": APP_1_DATA}),
            ("ecs:ResizeDisk", {"DiskId": APP_1_DATA, "NewSize": 600, "Type": "online"}),
        ],
    )
    def test_disks_are_frozen_until_their_data_is_whole(
        self, story: Story, api: Api, action: str, parameters: dict[str, Any]
    ) -> None:
        with pytest.raises(Exception, match="IncorrectDiskStatus"):
            api(action, **parameters)
        story.at(APP_1_WHOLE - timedelta(minutes=1))
        with pytest.raises(Exception, match="IncorrectDiskStatus"):
            api(action, **parameters)
        story.at(APP_1_WHOLE)
        api(action, **parameters)

    def test_classic_links_of_what_was_moved_are_gone(self, story: Story, api: Api) -> None:
        assert _linked(api, story.vpc_id) == [MON_1]
        with refused("InvalidInstanceId.MalFormed"):
            api("ecs:AttachClassicLinkVpc", InstanceId=APP_1, VpcId=story.vpc_id)

    def test_whitelists_still_name_the_old_addresses(self, api: Api) -> None:
        groups = api("rds:DescribeDBInstanceIPArrayList", DBInstanceId="rm-bp1shopmysql000001")
        lists = [group["SecurityIPList"] for group in groups["Items"]["DBInstanceIPArray"]]
        assert any("10.25.16.11" in addresses for addresses in lists)

    def test_they_can_be_operated_again(self, story: Story, api: Api) -> None:
        api("ecs:StopInstance", InstanceId=WEB_1)
        story.at(END + timedelta(minutes=1))
        assert story.instance(WEB_1)["Status"] == "Stopped"

    def test_the_target_is_in_use(self, story: Story, api: Api) -> None:
        with refused("DependencyViolation"):
            api("vpc:DeleteVSwitch", VSwitchId=story.vswitch_id)
        with refused("DependencyViolation", 403):
            api("ecs:DeleteSecurityGroup", SecurityGroupId=story.group_id)

    def test_there_is_no_way_back(self, story: Story) -> None:
        plan = {**story.plan, "start": (END + timedelta(hours=1)).isoformat()}
        assert story.simulator.migrations.verify(**plan) == [f"{each}: it is in a VPC already" for each in MOVING]


@pytest.mark.parametrize(
    ("minutes", "status"), [(-1, "Scheduled"), (0.5, "Executing"), (14.5, "Executing"), (15, "Executed")]
)
def test_each_move_is_a_system_event(story: Story, minutes: float, status: str) -> None:
    published = story.simulator.clock.now()
    api = story.at(START + timedelta(minutes=minutes))
    history = api("ecs:DescribeInstanceHistoryEvents", InstanceEventCycleStatus=[status])["InstanceSystemEventSet"]
    events = history["InstanceSystemEventType"]
    assert [event["InstanceId"] for event in events] == MOVING
    assert len({event["EventId"] for event in events}) == len(MOVING)
    assert {event["ReasonCode"] for event in events} == {"VPCMigrationEcs"}
    assert {event["EventType"]["Name"] for event in events} == {"SystemMaintenance.Reboot"}
    assert {event["NotBefore"] for event in events} == {"2026-12-05T18:00:00Z"}
    assert all(event["EventPublishTime"] <= f"{published.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for event in events)
    ended = {event.get("EventFinishTime") for event in events} - {None, ""}
    assert ended == ({"2026-12-05T18:15:00Z"} if status == "Executed" else set())
    full = api("ecs:DescribeInstancesFullStatus", HealthStatus="Warning")["InstanceFullStatusSet"]
    warned = [each["InstanceId"] for each in full["InstanceFullStatusType"]]
    assert warned == (MOVING if status == "Scheduled" else [])


def test_the_system_event_follows_a_new_time(story: Story, api: Api) -> None:
    filters: dict[str, Any] = {"InstanceId": WEB_2, "InstanceEventCycleStatus": ["Scheduled"]}

    def event() -> dict[str, Any]:
        events = api("ecs:DescribeInstanceHistoryEvents", **filters)["InstanceSystemEventSet"]
        (only,) = events["InstanceSystemEventType"]
        return dict(only)

    before, later = event(), START + timedelta(days=1)
    story.simulator.migrations.reschedule(story.migration_id, later, [WEB_2])
    assert event() == {**before, "NotBefore": "2026-12-06T18:00:00Z"}


def test_a_moved_server_leaves_the_vserver_groups_and_stays_a_default_backend(story: Story, api: Api) -> None:
    with story.simulator.simulation.present(changed=True) as cloud:
        load_balanced(cloud.estate)
    servers = json.dumps([{"ServerId": each, "Port": 80} for each in (WEB_2, MON_1)])
    api("slb:AddVServerGroupBackendServers", VServerGroupId=GROUP, BackendServers=servers)

    def members(answer: dict[str, Any]) -> list[str]:
        return [server["ServerId"] for server in answer["BackendServers"]["BackendServer"]]

    assert members(api("slb:DescribeVServerGroupAttribute", VServerGroupId=GROUP)) == [WEB_1, WEB_2, MON_1]
    story.at(END)
    assert members(api("slb:DescribeVServerGroupAttribute", VServerGroupId=GROUP)) == [MON_1]
    assert members(api("slb:DescribeLoadBalancerAttribute", LoadBalancerId=PUBLIC)) == [WEB_1]


def test_one_that_was_locked_meanwhile_stays(story: Story) -> None:
    with story.simulator.simulation.present(changed=True) as cloud:
        cloud.instance(APP_1).locks = ["financial"]
    story.at(END)
    assert story.phases() == ["Migrated", "Migrated", "Migrated", "Failed"]
    move = story.simulator.migrations.all()[0]["moves"][3]
    assert move["refusals"] == ["it is locked (financial)"]
    events = story.api("ecs:DescribeInstanceHistoryEvents", EventCycleStatus="Failed")["InstanceSystemEventSet"]
    assert [event["InstanceId"] for event in events["InstanceSystemEventType"]] == [APP_1]
    seen = story.instance(APP_1)
    assert (seen["Status"], seen["InstanceNetworkType"]) == ("Running", "classic")
    assert _linked(story.api, story.vpc_id) == [APP_1, MON_1]


def test_a_restart_in_the_window_changes_nothing(story: Story) -> None:
    story.at(START + timedelta(minutes=5))
    simulation = story.simulator.simulation
    estate = simulation.cloud.estate
    again = Simulation(estate, from_text(simulation.saved()[1], estate))
    story.at(END)
    again.clock.set(END)
    assert again.state()["instances"] == simulation.state()["instances"]
    assert again.state()["migrations"] == simulation.state()["migrations"]


def test_a_plan_of_the_estate_file_runs(story: Story, quick: Estate) -> None:
    plan = MigrationPlan(**{**story.plan, "instance_ids": [WEB_1]})
    given = quick.model_copy(deep=True)
    present = story.simulator.simulation.cloud.estate
    given.vpcs, given.vswitches, given.security_groups = present.vpcs, present.vswitches, present.security_groups
    given.migrations.append(Migration(id="mp-wave-1", **plan.model_dump()))
    simulation = Simulation(given)
    simulation.clock.set(END)
    assert next(each for each in simulation.state()["instances"] if each["id"] == WEB_1)["network_type"] == "vpc"
    given.instances[0].locks = ["security"]
    with pytest.raises(MigrationRefusedError, match=f"migrations.mp-wave-1: {WEB_1}: it is locked"):
        Simulation(given)


def _ask(simulator: Simulator, path: str, body: object = None) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{simulator.url}/_simulator/{path}", data)  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request) as response:  # noqa: S310 - loopback
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


class TestAdmin:
    """The endpoints, as `curl` meets them."""

    def test_a_plan_is_made_listed_and_rescheduled(self, story: Story, simulator: Simulator) -> None:
        plan = {**story.plan, "instance_ids": [MON_1]}
        assert _ask(simulator, "migrations/verify", plan) == (200, {"refusals": []})
        status, migration = _ask(simulator, "migrations", plan)
        assert (status, migration["status"], migration["moves"][0]["phase"]) == (200, "Scheduled", "Scheduled")
        assert _ask(simulator, "migrations") == (200, simulator.migrations.all())
        later = (START + timedelta(days=1)).isoformat()
        status, changed = _ask(simulator, "migrations/reschedule", {"id": migration["id"], "start": later})
        assert (status, changed["moves"][0]["start"]) == (200, later)
        assert _ask(simulator, "migrations")[1][1] == changed

    @pytest.mark.parametrize(
        ("path", "body", "message"),
        [
            ("migrations", {}, "instance_ids: Field required"),
            ("migrations/verify", {"instances": []}, "instances: Extra inputs"),
            ("migrations/reschedule", {"id": "mp-none", "start": START.isoformat()}, "mp-none: there is no such plan"),
            ("migrations/reschedule", {"id": "mp-none", "start": "2026-12-06T02:00:00"}, "start: Input should have"),
        ],
    )
    def test_invalid_requests_are_refused(self, simulator: Simulator, path: str, body: object, message: str) -> None:
        status, answer = _ask(simulator, path, body)
        assert status == 400
        assert message in answer["error"]

    def test_all_refusals_are_reported(self, story: Story, simulator: Simulator) -> None:
        status, answer = _ask(simulator, "migrations", story.plan)
        assert status == 400
        assert answer["error"].count("it is in the plan") == 4
