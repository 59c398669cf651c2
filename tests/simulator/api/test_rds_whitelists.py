"""RDS whitelists in both modes."""

from __future__ import annotations

import pytest

from simulator.model.estate import Estate
from simulator.server import Simulator
from tests.simulator.api.examples import Given, as_it_is
from tests.simulator.api.given_databases import OTHER_REPLICA, REPLICA, find, hybrid, with_replicas
from tests.simulator.api.sample_ids import MYSQL, POSTGRES
from tests.simulator.sdk import Api, refused

NEW = {"DBInstanceIPArrayName": "vswitches", "SecurityIps": "172.16.1.0/24"}


def _groups(api: Api, database: str, **parameters: str) -> dict[str, str]:
    items = api("rds:DescribeDBInstanceIPArrayList", DBInstanceId=database, **parameters)["Items"]["DBInstanceIPArray"]
    return {item["DBInstanceIPArrayName"]: item["SecurityIPList"] for item in items}


def _modify(api: Api, database: str = MYSQL, **parameters: str) -> None:
    api("rds:ModifySecurityIps", **{"DBInstanceId": database, **NEW, **parameters})


def test_a_group_that_is_absent_is_made(api: Api) -> None:
    before = _groups(api, MYSQL)
    _modify(api)
    assert _groups(api, MYSQL) == {**before, "vswitches": "172.16.1.0/24"}


def test_cover_is_the_default_and_overwrites(api: Api) -> None:
    _modify(api, DBInstanceIPArrayName="app_servers")
    assert _groups(api, MYSQL)["app_servers"] == "172.16.1.0/24"


@pytest.mark.parametrize(
    ("mode", "entries"),
    [
        ("Cover", "172.16.2.0/24,172.16.3.0/24"),
        ("Append", "172.16.1.0/24,172.16.2.0/24,172.16.3.0/24"),
        ("Delete", "172.16.1.0/24"),
    ],
)
def test_the_same_change_again_changes_nothing_more(
    simulator: Simulator, quick: Estate, mode: str, entries: str
) -> None:
    quick.whitelist_entry_there = "merged"
    simulator.simulation.reset(quick)
    api = Api(simulator)
    _modify(api, SecurityIps="172.16.1.0/24,172.16.2.0/24")
    for _ in range(2):
        _modify(api, SecurityIps="172.16.2.0/24,172.16.3.0/24", ModifyMode=mode)
        assert _groups(api, MYSQL)["vswitches"] == entries


@pytest.mark.parametrize("entries", ["172.16.1.0/24", "172.16.9.0/24,172.16.1.0/24"])
def test_an_entry_that_is_there_is_not_appended(api: Api, entries: str) -> None:
    _modify(api)
    before = _groups(api, MYSQL)
    with refused("InvalidSecurityIPList.Duplicate"):
        _modify(api, SecurityIps=entries, ModifyMode="Append")
    assert _groups(api, MYSQL) == before
    _modify(api, SecurityIps="172.16.9.0/24", ModifyMode="Append")
    assert _groups(api, MYSQL)["vswitches"] == "172.16.1.0/24,172.16.9.0/24"


class TestAddressesWithinBlocks:
    """A whitelist group of MySQL with an address and a block around it."""

    @pytest.mark.parametrize("mode", ["Cover", "Append"])
    def test_they_may_be_in_one_group(self, api: Api, mode: str) -> None:
        _modify(api)
        _modify(api, SecurityIps="172.16.1.9", ModifyMode=mode)
        _modify(api, SecurityIps="172.16.1.128/25", ModifyMode="Append")

    @pytest.mark.parametrize(
        ("mode", "entries"), [("Append", "172.16.1.9"), ("Append", "172.0.0.0/8"), ("Cover", "10.0.0.0/8,10.0.0.1")]
    )
    def test_the_estate_file_can_have_them_conflict(
        self, simulator: Simulator, quick: Estate, mode: str, entries: str
    ) -> None:
        quick.whitelist_entry_within = "refused"
        simulator.simulation.reset(quick)
        api = Api(simulator)
        _modify(api)
        with refused("InvalidSecurityIPList.Duplicate"):
            _modify(api, SecurityIps=entries, ModifyMode=mode)
        _modify(api, POSTGRES)
        _modify(api, POSTGRES, SecurityIps="172.16.1.9", ModifyMode="Append")
        _modify(api, SecurityIps="172.16.2.9", ModifyMode="Append")
        _modify(api, SecurityIps="172.16.2.9", ModifyMode="Delete")


def test_without_a_name_it_is_the_default_group(api: Api) -> None:
    api("rds:ModifySecurityIps", DBInstanceId=MYSQL, SecurityIps="172.16.1.0/24")
    assert _groups(api, MYSQL)["default"] == "172.16.1.0/24"


@pytest.mark.parametrize("name", ["vswitches", "never_there"])
def test_deleting_must_leave_one_entry(api: Api, name: str) -> None:
    _modify(api)
    before = _groups(api, MYSQL)
    with refused("InvalidSecurityIPList.Format"):
        _modify(api, DBInstanceIPArrayName=name, ModifyMode="Delete")
    assert _groups(api, MYSQL) == before


class TestOlderBehaviour:
    """Where the estate file says that an emptied group goes."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        quick.emptied_whitelist_group = "deleted"
        return quick

    def test_the_emptied_group_goes(self, api: Api) -> None:
        _modify(api)
        _modify(api, ModifyMode="Delete")
        assert "vswitches" not in _groups(api, MYSQL)

    def test_the_default_group_stays(self, api: Api) -> None:
        with refused("InvalidSecurityIPList.Format"):
            _modify(api, DBInstanceIPArrayName="default", SecurityIps="127.0.0.1", ModifyMode="Delete")


@pytest.mark.parametrize(
    ("network_type", "written"),
    [("Classic", {"Classic"}), ("VPC", {"VPC"}), ("MIX", {"Classic", "VPC"}), (None, {"Classic", "VPC"})],
)
def test_enhanced_mode_keeps_networks_apart(api: Api, network_type: str | None, written: set[str]) -> None:
    _modify(api, POSTGRES, **({"WhitelistNetworkType": network_type} if network_type else {}))
    network_types = {
        name for name in ("Classic", "VPC") if "vswitches" in _groups(api, POSTGRES, WhitelistNetworkType=name)
    }
    assert network_types == written
    assert _groups(api, POSTGRES, WhitelistNetworkType="MIX") == {}


def test_a_change_that_one_network_refuses_changes_neither(api: Api) -> None:
    _modify(api, POSTGRES, SecurityIps="10.0.0.1,10.0.0.2", WhitelistNetworkType="Classic")
    _modify(api, POSTGRES, SecurityIps="10.0.0.1", WhitelistNetworkType="VPC")
    with refused("InvalidSecurityIPList.Format"):
        _modify(api, POSTGRES, SecurityIps="10.0.0.1", ModifyMode="Delete")
    assert _groups(api, POSTGRES, WhitelistNetworkType="Classic")["vswitches"] == "10.0.0.1,10.0.0.2"


@pytest.mark.parametrize("network_type", ["Classic", "VPC", "MIX"])
def test_standard_mode_knows_one_network(api: Api, network_type: str) -> None:
    _modify(api, WhitelistNetworkType=network_type)
    assert "vswitches" in _groups(api, MYSQL, WhitelistNetworkType="MIX")
    assert _groups(api, MYSQL, WhitelistNetworkType="VPC") == {}


def test_hidden_groups_are_reported(api: Api) -> None:
    _modify(api, DBInstanceIPArrayAttribute="hidden")
    items = api("rds:DescribeDBInstanceIPArrayList", DBInstanceId=MYSQL)["Items"]["DBInstanceIPArray"]
    hidden = [item["DBInstanceIPArrayName"] for item in items if item["DBInstanceIPArrayAttribute"] == "hidden"]
    assert hidden == ["hdm_security_ips", "vswitches"]


class TestReadOnlyInstances:
    """A PostgreSQL instance with two read-only ones."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        with_replicas(quick)
        return quick

    def test_the_whitelist_is_synchronized_where_asked(self, api: Api) -> None:
        _modify(api, POSTGRES, FreshWhiteListReadins=REPLICA)
        assert _groups(api, REPLICA) == _groups(api, POSTGRES)
        assert "vswitches" not in _groups(api, OTHER_REPLICA)
        _modify(
            api,
            POSTGRES,
            SecurityIps="10.0.0.9",
            ModifyMode="Append",
            FreshWhiteListReadins=f"{REPLICA},{OTHER_REPLICA}",
        )
        assert _groups(api, OTHER_REPLICA)["vswitches"] == "172.16.1.0/24,10.0.0.9"

    def test_they_are_told(self, api: Api) -> None:
        attribute = api("rds:DescribeDBInstanceAttribute", DBInstanceId=POSTGRES)["Items"]["DBInstanceAttribute"][0]
        listed = api("rds:DescribeDBInstances", DBInstanceId=POSTGRES)["Items"]["DBInstance"][0]
        for answer in (attribute, listed):
            ids = [item["DBInstanceId"] for item in answer["ReadOnlyDBInstanceIds"]["ReadOnlyDBInstanceId"]]
            assert ids == [REPLICA, OTHER_REPLICA]
        replicas = api("rds:DescribeDBInstances", DBInstanceType="Readonly")["Items"]["DBInstance"]
        assert {item["MasterInstanceId"] for item in replicas} == {POSTGRES}


ENTRIES = {
    "default": "127.0.0.1",
    "app_servers": "10.25.16.11/32,10.26.30.12/32",
    "web_sessions": "10.25.16.10/32",
    "hdm_security_ips": "100.104.5.0/24,100.104.205.0/24",
}


def _only_in_vpc(estate: Estate) -> None:
    hybrid(MYSQL)(estate)
    database = find(estate, MYSQL)
    database.endpoints = [endpoint for endpoint in database.endpoints if endpoint.ip_type == "Private"]


class TestMigration:
    """From the standard to the enhanced mode, by the networks that the instance has."""

    @pytest.mark.parametrize(
        ("given", "classic", "vpc"),
        [
            pytest.param(as_it_is, ENTRIES, {}, id="classic"),
            pytest.param(hybrid(MYSQL), ENTRIES, ENTRIES, id="hybrid"),
            pytest.param(_only_in_vpc, {}, ENTRIES, id="vpc"),
        ],
    )
    def test_each_network_gets_all_entries(
        self, simulator: Simulator, quick: Estate, given: Given, classic: dict[str, str], vpc: dict[str, str]
    ) -> None:
        given(quick)
        simulator.simulation.reset(quick)
        api = Api(simulator)
        for _ in range(2):  # a second time changes nothing
            answer = api("rds:MigrateSecurityIPMode", DBInstanceId=MYSQL)
            assert (answer["DBInstanceId"], answer["SecurityIPMode"]) == (MYSQL, "safety")
            assert _groups(api, MYSQL, WhitelistNetworkType="Classic") == classic
            assert _groups(api, MYSQL, WhitelistNetworkType="VPC") == vpc
        assert api("rds:DescribeDBInstanceNetInfo", DBInstanceId=MYSQL)["SecurityIPMode"] == "safety"
