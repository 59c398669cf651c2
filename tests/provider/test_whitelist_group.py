"""WhitelistGroup against the simulated cloud."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest

from estate.client import Cloud
from estate.errors import CloudError, WaitTimeout
from provider import drift
from provider.resource import Change, ResourceError
from provider.values import UNKNOWN, Properties
from provider.whitelist_group import MAX_ENTRIES, RdsWhitelistGroup
from simulator.model.estate import Estate
from simulator.server import Simulator, running
from tests.estate import estates
from tests.estate.stub import Stub, error, serving
from tests.estate.whole import whole
from tests.provider import moved
from tests.simulator.sdk import Api

RESOURCE = RdsWhitelistGroup()
INPUTS: Properties = {
    "dbInstanceId": "rm-normal",
    "groupName": "migrated",
    "networkType": "MIX",
    "securityIps": ["10.0.0.0/24", "10.1.2.3/32"],
}
ID = "rm-normal:MIX:migrated"
# Of 192.168.7.7, which somebody has added: what it is called, and both ways out.
TOLD = (
    r"neither applied nor declares: 192\.168\.7\.7\. .*"
    r'databases: \[{id: rm-normal, alsoAdmit: \["192\.168\.7\.7"\]}\]\. .*'
    r"aliyun rds ModifySecurityIps --DBInstanceId rm-normal --DBInstanceIPArrayName migrated "
    r"--WhitelistNetworkType MIX --ModifyMode Delete --SecurityIps 192\.168\.7\.7$"
)


def groups(simulator: Simulator, database: str = "rm-normal") -> dict[tuple[str, str], list[str]]:
    databases = simulator.state()["databases"]
    database_item = next(item for item in databases if item["id"] == database)["whitelist_groups"]
    return {(group.get("network_type", "MIX"), group["name"]): group["security_ips"] for group in database_item}


def modify(cloud: Cloud, name: str, ips: str, mode: str = "Cover") -> None:
    cloud.call(
        "rds:ModifySecurityIps",
        dbinstance_id="rm-normal",
        dbinstance_iparray_name=name,
        security_ips=ips,
        modify_mode=mode,
    )


def test_a_group_is_made_read_changed_and_done_away_with(cloud: Cloud, simulator: Simulator) -> None:
    before = groups(simulator)
    resource_id, state = RESOURCE.create(cloud, INPUTS)
    assert resource_id == ID
    assert RESOURCE.read(cloud, ID, state) == state == INPUTS | {"applied": state["applied"]}
    assert RESOURCE.diff(state, INPUTS) == {}
    after = RESOURCE.update(cloud, ID, state, INPUTS | {"securityIps": ["10.0.0.0/24"]})
    assert groups(simulator)["MIX", "migrated"] == ["10.0.0.0/24"]
    RESOURCE.delete(cloud, ID, after)
    assert RESOURCE.read(cloud, ID, {}) is None
    RESOURCE.delete(cloud, ID, after)
    assert {key: ips for key, ips in groups(simulator).items() if key[1] != "migrated"} == before


@pytest.mark.parametrize("left", ["nobody", "nothing"])
def test_a_group_that_somebody_did_away_with_is_there_without_entries_until_an_update(
    cloud: Cloud, simulator: Simulator, left: str
) -> None:
    """Were it to leave the state, nobody could tell it from one that was never applied."""
    _, state = RESOURCE.create(cloud, INPUTS)
    if left == "nobody":
        modify(cloud, "migrated", "127.0.0.1")
    else:
        RESOURCE.delete(cloud, ID, state)
    seen = RESOURCE.read(cloud, ID, state)
    assert seen is not None
    assert seen["securityIps"] == []
    compared = drift.compared(RESOURCE, state | {"declared": INPUTS}, seen)
    assert compared["drift"] == [f"securityIps: {entry} is gone" for entry in INPUTS["securityIps"]]
    assert RESOURCE.diff(seen, INPUTS) == {"securityIps": Change.UPDATE}
    after = RESOURCE.update(cloud, ID, seen | {"declared": INPUTS}, INPUTS)
    assert after["securityIps"] == groups(simulator)["MIX", "migrated"] == INPUTS["securityIps"]
    # What is gone has nothing to delete.
    RESOURCE.delete(cloud, ID, after)
    RESOURCE.delete(cloud, ID, seen | {"declared": INPUTS})


def test_a_group_that_was_done_away_with_can_be_made_again(cloud: Cloud) -> None:
    _, state = RESOURCE.create(cloud, INPUTS)
    RESOURCE.delete(cloud, ID, state)
    RESOURCE.create(cloud, INPUTS)
    assert RESOURCE.read(cloud, ID, state) == state


@pytest.mark.parametrize("network_type", ["VPC", "Classic"])
def test_enhanced_mode_has_a_group_for_each_network(cloud: Cloud, simulator: Simulator, network_type: str) -> None:
    _, state = RESOURCE.create(cloud, INPUTS | {"dbInstanceId": "rm-safety", "networkType": network_type})
    assert {key for key in groups(simulator, "rm-safety") if key[1] == "migrated"} == {(network_type, "migrated")}
    assert RESOURCE.read(cloud, f"rm-safety:{network_type}:migrated", {}) == state


@pytest.mark.parametrize(
    ("database", "network_type", "message"),
    [
        ("rm-normal", "VPC", "standard whitelist mode: networkType has to be MIX"),
        ("rm-safety", "MIX", "enhanced whitelist mode: networkType has to be VPC or Classic"),
    ],
)
def test_a_network_type_that_the_mode_has_not(cloud: Cloud, database: str, network_type: str, message: str) -> None:
    with pytest.raises(ResourceError, match=message):
        RESOURCE.create(cloud, INPUTS | {"dbInstanceId": database, "networkType": network_type})


def test_a_group_of_others_is_never_overwritten(cloud: Cloud, simulator: Simulator) -> None:
    before = groups(simulator)
    with pytest.raises(ResourceError, match=r"already has a whitelist group app with 10\.160\.0\.1/32.*pulumi import"):
        RESOURCE.create(cloud, INPUTS | {"groupName": "app"})
    with pytest.raises(ResourceError, match="belongs to the cloud"):
        RESOURCE.create(cloud, INPUTS | {"groupName": "hdm_security_ips"})
    assert groups(simulator) == before


def test_a_group_of_others_with_the_wanted_entries_is_not_ours_either(cloud: Cloud, simulator: Simulator) -> None:
    """It may be what a run left whose plugin was ended: the command lets the next one make it, by a person's word."""
    theirs = INPUTS | {"groupName": "app", "securityIps": ["10.160.0.1/32"]}
    with pytest.raises(ResourceError) as refused:
        RESOURCE.create(cloud, theirs)
    message, _, command = str(refused.value).partition("the next update then makes it as the stack's own: ")
    imported = (
        "pulumi import alimigrate:rds:WhitelistGroup NAME rm-normal:MIX:app), and declare what is to stay, because an "
        "update removes the rest; else choose another groupName"
    )
    assert imported in message
    assert "The stack declares each of these entries" in message
    for line in command.split(" && "):
        name, service, operation, *options = line.split()
        assert (name, service, operation) == ("aliyun", "rds", "ModifySecurityIps")
        fields = {option.removeprefix("--"): value for option, value in zip(options[::2], options[1::2], strict=True)}
        sdk = Api(simulator, "tester")
        sdk("rds:ModifySecurityIps", **fields)
    resource_id, state = RESOURCE.create(cloud, theirs)
    assert RESOURCE.read(cloud, resource_id, state) == state
    assert state["securityIps"] == ["10.160.0.1/32"]


def test_a_group_with_entries_of_others_alone_has_no_such_command(cloud: Cloud) -> None:
    with pytest.raises(ResourceError) as refused:
        RESOURCE.create(cloud, INPUTS | {"groupName": "app", "securityIps": ["10.9.9.9/32"]})
    assert "aliyun" not in str(refused.value)


def test_a_group_of_the_other_network_is_another_group(cloud: Cloud, simulator: Simulator) -> None:
    before = groups(simulator, "rm-safety")
    RESOURCE.create(cloud, INPUTS | {"dbInstanceId": "rm-safety", "networkType": "VPC", "groupName": "app"})
    new = {("VPC", "app"): INPUTS["securityIps"]}
    assert groups(simulator, "rm-safety") == before | new


@pytest.mark.parametrize("resource_id", ["rm-safety:MIX:app", "rm-normal:VPC:app", "rm-normal:Classic:app"])
def test_a_database_switched_to_the_other_mode_has_the_group_no_more(
    cloud: Cloud, simulator: Simulator, resource_id: str
) -> None:
    database, network_type, name = resource_id.split(":")
    inputs: Properties = {"dbInstanceId": database, "groupName": name, "networkType": network_type}
    state = inputs | {"securityIps": ["10.160.0.1/32"], "applied": "x"}
    before = groups(simulator, database)
    assert RESOURCE.read(cloud, resource_id, state) is None
    RESOURCE.delete(cloud, resource_id, state)
    with pytest.raises(ResourceError, match=f"whitelist mode: networkType has to be .*, not {network_type}"):
        RESOURCE.update(cloud, resource_id, state, inputs | {"securityIps": ["10.0.0.0/24"]})
    assert groups(simulator, database) == before


def test_an_edit_made_elsewhere_is_seen_and_not_overwritten(cloud: Cloud, simulator: Simulator) -> None:
    _, state = RESOURCE.create(cloud, INPUTS)
    modify(cloud, "migrated", "192.168.7.7", "Append")
    read_state = RESOURCE.read(cloud, ID, state)
    assert read_state is not None
    assert RESOURCE.diff(read_state, INPUTS) == {"securityIps": Change.UPDATE}
    desired = INPUTS | {"securityIps": ["10.0.0.0/24"]}
    # As well without a refresh as after one, which makes the state tell of it.
    for known in (state, read_state | {"declared": INPUTS}):
        with pytest.raises(ResourceError, match=TOLD):
            RESOURCE.update(cloud, ID, known, desired)
    assert "192.168.7.7" in groups(simulator)["MIX", "migrated"]
    merged = INPUTS | {"securityIps": ["10.0.0.0/24", "192.168.7.7/32"]}
    after = RESOURCE.update(cloud, ID, read_state | {"declared": INPUTS}, merged)
    assert groups(simulator)["MIX", "migrated"] == ["10.0.0.0/24", "192.168.7.7"]
    # What was declared once may go like any other of ours.
    RESOURCE.update(cloud, ID, after | {"declared": merged}, desired)
    assert groups(simulator)["MIX", "migrated"] == ["10.0.0.0/24"]


def test_an_entry_of_ours_that_somebody_took_out_is_put_back(cloud: Cloud, simulator: Simulator) -> None:
    _, state = RESOURCE.create(cloud, INPUTS)
    modify(cloud, "migrated", "10.0.0.0/24", "Delete")
    with pytest.raises(ResourceError, match=r"changed elsewhere.*10\.1\.2\.3/32.*pulumi refresh"):
        RESOURCE.update(cloud, ID, state, INPUTS)
    read_state = RESOURCE.read(cloud, ID, state)
    assert read_state is not None
    RESOURCE.update(cloud, ID, read_state | {"declared": INPUTS}, INPUTS)
    assert sorted(groups(simulator)["MIX", "migrated"]) == INPUTS["securityIps"]


def test_an_added_entry_within_the_declared_blocks_does_not_stop_an_update(cloud: Cloud, simulator: Simulator) -> None:
    """Declared, it would be left out as one of theirs; an update that takes it away takes nothing from anybody."""
    _, state = RESOURCE.create(cloud, INPUTS)
    modify(cloud, "migrated", "10.0.0.77", "Append")
    read_state = RESOURCE.read(cloud, ID, state)
    assert read_state is not None
    RESOURCE.update(cloud, ID, read_state | {"declared": INPUTS}, INPUTS)
    assert groups(simulator)["MIX", "migrated"] == INPUTS["securityIps"]
    modify(cloud, "migrated", "10.0.0.77", "Append")
    narrower = INPUTS | {"securityIps": ["10.1.2.3/32"]}
    with pytest.raises(ResourceError, match=r"declares: 10\.0\.0\.77\."):
        RESOURCE.update(cloud, ID, read_state | {"declared": INPUTS}, narrower)


def test_an_entry_added_during_an_update_stays(
    cloud: Cloud, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the read that finds only ours and the write."""
    _, state = RESOURCE.create(cloud, INPUTS)
    read = RdsWhitelistGroup._before_update

    def added(self: RdsWhitelistGroup, *arguments: Any) -> list[str]:
        live = read(self, *arguments)
        if live == INPUTS["securityIps"]:
            modify(cloud, "migrated", "192.168.7.7", "Append")
        return live

    monkeypatch.setattr(RdsWhitelistGroup, "_before_update", added)
    desired = INPUTS | {"securityIps": ["10.0.0.0/24", "10.9.0.0/24"]}
    # Past the preview, which is asked before: nothing was there then.
    monkeypatch.setattr(RdsWhitelistGroup, "foresee", lambda *_: None)
    after = RESOURCE.update(cloud, ID, state | {"declared": INPUTS}, desired)
    assert sorted(groups(simulator)["MIX", "migrated"]) == ["10.0.0.0/24", "10.9.0.0/24", "192.168.7.7"]
    assert after["securityIps"] == desired["securityIps"]
    seen = RESOURCE.read(cloud, ID, after)
    assert seen is not None
    compared = drift.compared(RESOURCE, after | {"declared": desired}, seen)
    assert compared["drift"] == ["securityIps: 192.168.7.7/32 was added"]


@pytest.mark.parametrize(
    ("before", "after", "modes"),
    [
        (["10.0.0.0/24"], ["10.0.0.0/24", "10.1.0.0/24"], ["Append"]),
        (["10.0.0.0/24", "10.1.0.0/24"], ["10.0.0.0/24"], ["Delete"]),
        (["10.0.0.0/24"], ["10.1.0.0/24"], ["Append", "Delete"]),
        # One group cannot hold both at once.
        (["10.0.0.0/24", "10.1.0.0/24"], ["10.0.0.0/16", "10.1.0.0/24"], ["Cover"]),
        (["10.0.0.0/16"], ["10.0.0.7/32"], ["Cover"]),
    ],
)
def test_an_update_names_what_it_adds_and_takes_away(
    cloud: Cloud, simulator: Simulator, before: list[str], after: list[str], modes: list[str]
) -> None:
    """At every moment of it the group admits whoever both sets admit."""
    _, state = RESOURCE.create(cloud, INPUTS | {"securityIps": before})
    RESOURCE.update(cloud, ID, state, INPUTS | {"securityIps": after})
    assert groups(simulator)["MIX", "migrated"] == after
    written = [item["parameters"] for item in simulator.requests() if item["action"] == "ModifySecurityIps"]
    assert [item["ModifyMode"] for item in written[1:]] == modes


def test_entries_of_others_in_our_group_survive_its_deletion(cloud: Cloud, simulator: Simulator) -> None:
    _, state = RESOURCE.create(cloud, INPUTS)
    modify(cloud, "migrated", "192.168.7.7", "Append")
    read_state = RESOURCE.read(cloud, ID, state)
    assert read_state is not None
    # The refresh before a destroy makes the state tell of it.
    RESOURCE.delete(cloud, ID, read_state | {"declared": INPUTS})
    assert groups(simulator)["MIX", "migrated"] == ["192.168.7.7"]


class TestServersInTheVpc:
    """Who reaches the database by our group is not cut off by its deletion."""

    @pytest.fixture
    def simulator(self) -> Simulator:
        """Two servers that have moved, of addresses 172.16.0.10 and 172.16.0.11, and the database in their VPC."""
        return estates.begun(moved.estate())

    def created(self, cloud: Cloud, *, hybrid: bool = True) -> Properties:
        if hybrid:
            read = RESOURCE.product.database(cloud, "rm-normal")
            assert read is not None
            RESOURCE.product.switch(cloud, read, "vpc-1", "vsw-1", 14)
        _, state = RESOURCE.create(cloud, INPUTS | {"securityIps": ["172.16.0.0/24"]})
        return state

    def test_they_refuse_it_by_name(self, cloud: Cloud, simulator: Simulator) -> None:
        state = self.created(cloud)
        message = r"migrated of rm-normal alone admits batch-2 \(i-bare\), ftp-1 \(i-moved\): without it they would"
        with pytest.raises(ResourceError, match=message):
            RESOURCE.delete(cloud, ID, state)
        assert groups(simulator)["MIX", "migrated"] == ["172.16.0.0/24"]

    def test_another_group_that_admits_them_is_enough(self, cloud: Cloud, simulator: Simulator) -> None:
        state = self.created(cloud)
        modify(cloud, "app", "172.16.0.10", "Append")
        with pytest.raises(ResourceError, match=r"alone admits batch-2 \(i-bare\): without"):
            RESOURCE.delete(cloud, ID, state)
        modify(cloud, "migrated", "172.16.0.11", "Append")
        RESOURCE.delete(cloud, ID, state)
        assert groups(simulator)["MIX", "migrated"] == ["172.16.0.11"]

    def test_servers_that_reach_it_from_elsewhere_refuse_it_too(self) -> None:
        """From another VPC, and from the classic network, by their own addresses."""
        with running(self.with_another_vpc("192.168.0.0/16", "192.168.7.7")) as simulator:
            cloud = estates.cloud(simulator)
            self.created(cloud)
            inputs = INPUTS | {"groupName": "far", "securityIps": ["10.9.0.0/24", "192.168.0.0/16"]}
            resource_id, state = RESOURCE.create(cloud, inputs)
            with pytest.raises(ResourceError, match=r"far of rm-normal alone admits far-1 \(i-far\): without it"):
                RESOURCE.delete(cloud, resource_id, state)
            modify(cloud, "app", "192.168.7.7", "Append")
            RESOURCE.delete(cloud, resource_id, state)
            inputs = INPUTS | {"groupName": "classic", "securityIps": ["10.160.0.2/32"]}
            resource_id, state = RESOURCE.create(cloud, inputs)
            with pytest.raises(ResourceError, match=r"classic of rm-normal alone admits web-2 \(i-2\): without it"):
                RESOURCE.delete(cloud, resource_id, state)

    @pytest.mark.parametrize(
        ("address", "reaches"),
        [("172.16.0.7", False), ("172.16.7.7", True)],
        ids=["in a VSwitch of the VPC", "in its block alone"],
    )
    def test_a_server_elsewhere_with_an_address_of_the_vpc(self, address: str, reaches: bool) -> None:
        """Where the VPC has a VSwitch its own routes lead; the blocks of two VPCs that are connected may overlap."""
        with running(self.with_another_vpc("172.16.0.0/12", address)) as simulator:
            cloud = estates.cloud(simulator)
            self.created(cloud)
            inputs = INPUTS | {"groupName": "near", "securityIps": [f"{address}/32"]}
            resource_id, state = RESOURCE.create(cloud, inputs)
            refused = pytest.raises(ResourceError, match=r"near of rm-normal alone admits far-1 \(i-far\): without it")
            with refused if reaches else nullcontext():
                RESOURCE.delete(cloud, resource_id, state)

    def test_a_group_for_classic_addresses_serves_no_server_of_a_vpc(self) -> None:
        """In enhanced whitelist mode: one for the other network admits them there."""
        group = RESOURCE._ref_of(INPUTS | {"networkType": "Classic"})
        with running(moved.estate()) as simulator:
            cloud = estates.cloud(simulator)
            RESOURCE._before_deletion(cloud, group, ["172.16.0.0/24"], [])

    def with_another_vpc(self, block: str, address: str) -> Estate:
        data = moved.estate().model_dump(mode="json")
        vswitch = {"id": "vsw-far", "vpc_id": "vpc-2", "zone_id": estates.ZONE, "cidr_block": f"{address[:-1]}0/24"}
        data["vpcs"] = [item | ({"cidr_block": block} if item["id"] == "vpc-2" else {}) for item in data["vpcs"]]
        [other] = [item for item in data["instances"] if item["id"] == "i-bare"]
        far = {"id": "i-far", "name": "far-1", "vpc_id": "vpc-2", "vswitch_id": "vsw-far", "intranet_ips": [address]}
        data["security_groups"].append({"id": "sg-far", "name": "far", "vpc_id": "vpc-2"})
        data["instances"].append(other | far | {"security_group_ids": ["sg-far"]})
        data["vswitches"].append(vswitch)
        return Estate.model_validate(data)

    def test_a_classic_database_has_no_users_in_a_vpc(self, cloud: Cloud, simulator: Simulator) -> None:
        state = self.created(cloud, hybrid=False)
        RESOURCE.delete(cloud, ID, state)
        assert groups(simulator).get(("MIX", "migrated"), ["127.0.0.1/32"]) == ["127.0.0.1/32"]


def test_import_reads_without_a_state(cloud: Cloud) -> None:
    read_state = RESOURCE.read(cloud, "rm-normal:MIX:app", {})
    assert read_state is not None
    assert (read_state["dbInstanceId"], read_state["groupName"], read_state["networkType"]) == (
        "rm-normal",
        "app",
        "MIX",
    )
    assert read_state["securityIps"] == ["10.160.0.1/32"]


@pytest.mark.parametrize("resource_id", ["rm-normal", "rm-normal:MIX:default", "rm-normal:mix:app", "::"])
def test_an_id_that_is_none(cloud: Cloud, resource_id: str) -> None:
    with pytest.raises(ResourceError, match="expected dbInstanceId:networkType:groupName"):
        RESOURCE.read(cloud, resource_id, {})


def test_a_database_that_is_gone(cloud: Cloud) -> None:
    assert RESOURCE.read(cloud, "rm-gone:MIX:migrated", INPUTS) is None
    RESOURCE.delete(cloud, "rm-gone:MIX:migrated", INPUTS)
    with pytest.raises(ResourceError, match="does not exist"):
        RESOURCE.create(cloud, INPUTS | {"dbInstanceId": "rm-gone"})


def test_the_limit_of_entries_counts_all_groups(cloud: Cloud) -> None:
    many = [f"10.{number // 256}.{number % 256}.0/24" for number in range(MAX_ENTRIES - 2)]
    with pytest.raises(ResourceError, match="would have 1001 whitelist entries; the limit is 1000"):
        RESOURCE.create(cloud, INPUTS | {"securityIps": many})


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"groupName": "default"}, "groupName"),
        ({"groupName": "Upper"}, "groupName"),
        ({"groupName": "a" * 33}, "groupName"),
        ({"networkType": "vpc"}, "networkType"),
        ({"securityIps": []}, "securityIps"),
        ({"securityIps": ["10.0.0.0/8", "::1"]}, "securityIps[1]"),
        ({"securityIps": ["127.0.0.1"]}, "securityIps[0]"),
        ({"dbInstanceId": None}, "dbInstanceId"),
        ({"mode": "Cover"}, "mode"),
    ],
)
def test_wrong_inputs(changes: Properties, path: str) -> None:
    assert [failure.path for failure in RESOURCE.check(INPUTS | changes).failures] == [path]


def test_entries_have_one_spelling_and_one_order() -> None:
    checked = RESOURCE.check(INPUTS | {"securityIps": ["10.1.2.3", "10.0.0.7/24", "9.9.9.9", "10.1.2.3/32"]})
    assert checked.inputs["securityIps"] == ["9.9.9.9/32", "10.0.0.0/24", "10.1.2.3/32"]
    assert RESOURCE.check(INPUTS | {"securityIps": ["10.1.2.3", UNKNOWN]}).failures == ()


class TestFaults:
    """Against scripted answers."""

    NET_INFO = whole("rds:DescribeDBInstanceNetInfo", SecurityIPMode="normal")
    EMPTY = whole("rds:DescribeDBInstanceIPArrayList")
    OK = (200, {"RequestId": "R"})

    @pytest.fixture
    def stub(self) -> Iterator[Stub]:
        with serving() as served:
            served.answers("DescribeDBInstanceNetInfo", self.NET_INFO)
            served.answers("DescribeDBInstanceIPArrayList", self.EMPTY)
            yield served

    def listed(self, ips: str) -> tuple[int, Any]:
        group = {"DBInstanceIPArrayName": "migrated", "SecurityIPList": ips}
        return whole("rds:DescribeDBInstanceIPArrayList", group)

    def status(self, name: str) -> tuple[int, Any]:
        return whole("rds:DescribeDBInstanceAttribute", {"DBInstanceStatus": name})

    def test_a_busy_database_is_waited_for(self, stub: Stub) -> None:
        stub.answers("ModifySecurityIps", error(403, "OperationDenied.DBInstanceStatus"), self.OK)
        stub.answers("DescribeDBInstanceAttribute", self.status("NET_CREATING"), self.status("Running"))
        RESOURCE.create(stub.cloud(), INPUTS)
        assert len(stub.requests_of("ModifySecurityIps")) == 2

    def test_the_wait_is_bounded(self, stub: Stub) -> None:
        stub.answers("ModifySecurityIps", error(403, "OperationDenied.DBInstanceStatus"))
        stub.answers("DescribeDBInstanceAttribute", self.status("NET_CREATING"))
        with pytest.raises(WaitTimeout, match="database rm-normal to be Running"):
            RESOURCE.create(stub.cloud(), INPUTS)

    def test_a_lost_answer_is_looked_after_and_not_repeated(self, stub: Stub) -> None:
        stub.answers("DescribeDBInstanceIPArrayList", self.EMPTY, self.listed("10.0.0.0/24,10.1.2.3"))
        stub.answers("ModifySecurityIps", (200, None))
        RESOURCE.create(stub.cloud(), INPUTS)
        assert len(stub.requests_of("ModifySecurityIps")) == 1

    @pytest.mark.parametrize(("left", "mode"), [("", "Append"), ("127.0.0.1", "Cover")])
    def test_an_empty_group_left_by_a_destroy_is_filled_again(self, stub: Stub, left: str, mode: str) -> None:
        stub.answers("DescribeDBInstanceIPArrayList", self.listed(left))
        stub.answers("ModifySecurityIps", self.OK)
        RESOURCE.create(stub.cloud(), INPUTS)
        assert [call["ModifyMode"] for call in stub.requests_of("ModifySecurityIps")] == [mode]

    def test_a_new_group_is_appended_and_never_covers(self, stub: Stub) -> None:
        stub.answers("ModifySecurityIps", self.OK)
        RESOURCE.create(stub.cloud(), INPUTS)
        assert [call["ModifyMode"] for call in stub.requests_of("ModifySecurityIps")] == ["Append"]

    def test_a_cloud_that_keeps_groups_is_left_with_nobody_in_ours(self, stub: Stub) -> None:
        stub.answers("DescribeDBInstanceIPArrayList", self.listed("10.0.0.0/24,10.1.2.3"))
        stub.answers("DescribeDBInstanceAttribute", self.status("Running"))
        stub.answers("DescribeInstances", whole("ecs:DescribeInstances"))
        stub.answers("DescribeNetworkInterfaces", whole("ecs:DescribeNetworkInterfaces"))
        stub.permitted.add("DescribeInstances")
        stub.answers("ModifySecurityIps", error(400, "InvalidSecurityIPList.Format"), self.OK)
        RESOURCE.delete(stub.cloud(), ID, INPUTS)
        written = [(call["ModifyMode"], call["SecurityIps"]) for call in stub.requests_of("ModifySecurityIps")]
        assert written == [("Delete", "10.0.0.0/24,10.1.2.3"), ("Cover", "127.0.0.1/32")]

    def test_any_other_refusal_of_a_deletion_stands(self, stub: Stub) -> None:
        stub.answers("DescribeDBInstanceIPArrayList", self.listed("10.0.0.0/24,10.1.2.3"))
        stub.answers("DescribeDBInstanceAttribute", self.status("Running"))
        stub.answers("DescribeInstances", whole("ecs:DescribeInstances"))
        stub.answers("DescribeNetworkInterfaces", whole("ecs:DescribeNetworkInterfaces"))
        stub.permitted.add("DescribeInstances")
        stub.answers("ModifySecurityIps", error(400, "InstanceLocked"))
        with pytest.raises(CloudError, match="InstanceLocked"):
            RESOURCE.delete(stub.cloud(), ID, INPUTS)

    def test_the_limit_of_groups(self) -> None:
        names = [{"name": f"g{number}", "network_type": "MIX", "security_ips": ["10.0.0.1"]} for number in range(200)]
        databases = estates.estate().model_dump(mode="json")["databases"][:1]
        crowded = estates.estate(databases=[databases[0] | {"whitelist_groups": names}])
        message = "has 200 whitelist groups, the limit"
        with running(crowded) as simulator, pytest.raises(ResourceError, match=message):
            RESOURCE.create(estates.cloud(simulator), INPUTS)


def test_entries_inside_another_entry_are_left_out() -> None:
    """RDS for MySQL refuses an address that is inside a block of the same group."""
    ips = ["10.0.0.7", "10.0.0.0/24", "10.0.0.128/25", "10.0.1.0/24", "10.0.0.0/24", UNKNOWN]
    checked = RESOURCE.check(INPUTS | {"securityIps": ips})
    assert checked.failures == ()
    assert checked.inputs["securityIps"] == ["10.0.0.0/24", "10.0.1.0/24", UNKNOWN]
