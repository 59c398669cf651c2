"""RDS: from the classic network to a VPC, hybrid access, and its end."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.model.estate import Estate
from simulator.server import Simulator
from tests.simulator.api.given_databases import HYBRID_MYSQL, SPLIT, VSWITCH_B, hybrid, with_splitting, with_vswitch_b
from tests.simulator.api.sample_ids import MYSQL, POSTGRES, VPC, VSWITCH
from tests.simulator.sdk import Api, refused

DAY = 86_400
CLASSIC = f"{MYSQL}.mysql.rds.aliyuncs.com"


def _net_info(api: Api, database: str = MYSQL, **parameters: str) -> dict[str, Any]:
    return api("rds:DescribeDBInstanceNetInfo", DBInstanceId=database, **parameters)


def _endpoints(api: Api, database: str = MYSQL, **parameters: str) -> dict[str, dict[str, Any]]:
    infos = _net_info(api, database, **parameters)["DBInstanceNetInfos"]["DBInstanceNetInfo"]
    return {f"{info['ConnectionStringType']} {info['IPType']}": info for info in infos}


def _attribute(api: Api) -> dict[str, Any]:
    answer = api("rds:DescribeDBInstanceAttribute", DBInstanceId=MYSQL)
    return dict(answer["Items"]["DBInstanceAttribute"][0])


def _switch(api: Api, **parameters: Any) -> dict[str, Any]:
    target = {"DBInstanceId": MYSQL, "InstanceNetworkType": "VPC", "VPCId": VPC, "VSwitchId": VSWITCH_B}
    answer = api("rds:ModifyDBInstanceNetworkType", **{**target, **parameters})
    api.until("rds:DescribeDBInstances", _is_running, DBInstanceId=str(parameters.get("DBInstanceId", MYSQL)))
    return answer


def _is_running(answer: dict[str, Any]) -> bool:
    return bool(answer["Items"]["DBInstance"][0]["DBInstanceStatus"] == "Running")


def _free(api: Api, vswitch_id: str) -> int:
    return int(api("vpc:DescribeVSwitchAttributes", VSwitchId=vswitch_id)["AvailableIpAddressCount"])


def _days_left(endpoint: dict[str, Any]) -> float:
    return int(endpoint["ExpiredTime"]) / DAY


def test_the_two_modes(api: Api) -> None:
    assert [_net_info(api, name)["SecurityIPMode"] for name in (MYSQL, POSTGRES)] == ["normal", "safety"]


class TestSwitch:
    """A VSwitch in the zone of the database."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        with_vswitch_b(quick)
        return quick

    def test_without_hybrid_access_the_name_stays_and_the_address_changes(self, api: Api) -> None:
        free = _free(api, VSWITCH_B)
        assert _switch(api)["ConnectionString"] == CLASSIC
        endpoints = _endpoints(api)
        assert list(endpoints) == ["Normal Private"]
        private = endpoints["Normal Private"]
        expected = {
            "ConnectionString": CLASSIC,
            "IPAddress": "192.168.20.1",
            "VPCId": VPC,
            "VSwitchId": VSWITCH_B,
            "ExpiredTime": "",
        }
        assert {key: private[key] for key in expected} == expected
        assert _free(api, VSWITCH_B) == free - 1

    def test_with_hybrid_access_there_are_two(self, api: Api) -> None:
        answer = _switch(api, RetainClassic="True", ClassicExpiredDays="30")
        endpoints = _endpoints(api)
        assert list(endpoints) == ["Normal Inner", "Normal Private"]
        assert endpoints["Normal Inner"]["ConnectionString"] == CLASSIC
        assert 29.9 < _days_left(endpoints["Normal Inner"]) <= 30
        assert endpoints["Normal Private"]["ConnectionString"] == answer["ConnectionString"] != CLASSIC
        attribute = _attribute(api)
        assert [attribute[key] for key in ("InstanceNetworkType", "VpcId", "VSwitchId", "ConnectionString")] == [
            "VPC",
            VPC,
            VSWITCH_B,
            answer["ConnectionString"],
        ]

    def test_seven_days_are_the_default(self, api: Api) -> None:
        _switch(api, RetainClassic="True")
        assert 6.9 < _days_left(_endpoints(api)["Normal Inner"]) <= 7

    def test_an_address_can_be_asked_for(self, api: Api) -> None:
        _switch(api, PrivateIpAddress="192.168.20.9")
        assert _endpoints(api)["Normal Private"]["IPAddress"] == "192.168.20.9"

    def test_there_is_no_way_back_and_no_second_way(self, api: Api) -> None:
        _switch(api)
        with refused("NetTypeExists"):
            _switch(api)
        with refused("OperationDenied.DBInstanceNetType"):
            _switch(api, InstanceNetworkType="Classic")

    def test_the_whitelist_is_as_it_was(self, api: Api) -> None:
        before = api("rds:DescribeDBInstanceIPArrayList", DBInstanceId=MYSQL)["Items"]
        _switch(api, RetainClassic="True")
        assert api("rds:DescribeDBInstanceIPArrayList", DBInstanceId=MYSQL)["Items"] == before

    def test_a_vswitch_with_a_database_cannot_be_deleted(self, api: Api) -> None:
        _switch(api)
        with refused("DependencyViolation"):
            api("vpc:DeleteVSwitch", VSwitchId=VSWITCH_B)


class TestWhileItChanges:
    """With a change that takes an hour."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        quick.timings.database = 3600
        with_vswitch_b(quick)
        return quick

    @pytest.fixture(autouse=True)
    def changing(self, api: Api) -> None:
        api(
            "rds:ModifyDBInstanceNetworkType",
            DBInstanceId=MYSQL,
            InstanceNetworkType="VPC",
            VPCId=VPC,
            VSwitchId=VSWITCH_B,
            RetainClassic="True",
        )

    def test_it_answers_as_before(self, api: Api) -> None:
        attribute = _attribute(api)
        answered = [attribute[key] for key in ("DBInstanceStatus", "InstanceNetworkType", "VpcId", "VSwitchId")]
        assert answered == ["DBInstanceNetTypeChanging", "Classic", "", ""]
        assert list(_endpoints(api)) == ["Normal Inner"]
        assert _endpoints(api)["Normal Inner"]["ExpiredTime"] == ""

    def test_nothing_can_be_changed(self, api: Api) -> None:
        with refused("OperationDenied.DBInstanceStatus", 403):
            api("rds:ModifySecurityIps", DBInstanceId=MYSQL, SecurityIps="10.0.0.1")

    def test_its_address_is_taken_already(self, api: Api) -> None:
        # Of /28, sixteen addresses, four are reserved.
        assert _free(api, VSWITCH_B) == 11

    def test_it_ends_with_the_hour(self, simulator: Simulator, api: Api) -> None:
        simulator.simulation.clock.advance(3601)
        assert _attribute(api)["DBInstanceStatus"] == "Running"
        assert list(_endpoints(api)) == ["Normal Inner", "Normal Private"]


class TestHybridAccess:
    """A database in a VPC that keeps its classic endpoint for a week."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        HYBRID_MYSQL(quick)
        hybrid(POSTGRES)(quick)
        return quick

    @pytest.mark.parametrize(("days", "left"), [(6.9, ["Normal Inner", "Normal Private"]), (7.1, ["Normal Private"])])
    def test_the_classic_endpoint_goes_by_itself(
        self, simulator: Simulator, api: Api, days: float, left: list[str]
    ) -> None:
        assert len(_endpoints(api)) == 2
        simulator.simulation.clock.advance(days * DAY)
        assert list(_endpoints(api)) == left
        assert _attribute(api)["DBInstanceStatus"] == "Running"

    @pytest.mark.parametrize("days", [1, 120])
    def test_an_extension_counts_from_the_call(self, simulator: Simulator, api: Api, days: int) -> None:
        simulator.simulation.clock.advance(6 * DAY)
        api(
            "rds:ModifyDBInstanceNetworkExpireTime",
            DBInstanceId=MYSQL,
            ConnectionString=CLASSIC,
            ClassicExpiredDays=days,
        )
        assert days - 0.1 < _days_left(_endpoints(api)["Normal Inner"]) <= days
        simulator.simulation.clock.advance((days + 0.1) * DAY)
        assert "Normal Inner" not in _endpoints(api)

    def test_each_endpoint_shows_the_groups_of_its_network(self, api: Api) -> None:
        names = {
            kind: [group["SecurityIPGroupName"] for group in info["SecurityIPGroups"]["securityIPGroup"]]
            for kind, info in _endpoints(api, POSTGRES).items()
        }
        assert names == {"Normal Inner": ["default", "app_servers", "ali_dms_group"], "Normal Private": ["default"]}


class TestReadWriteSplitting:
    """A database with a read/write splitting endpoint."""

    @pytest.fixture
    def quick(self, quick: Estate) -> Estate:
        with_splitting(quick)
        return quick

    @pytest.mark.parametrize(("requested_type", "endpoint_type"), [("Normal", CLASSIC), ("ReadWriteSplitting", SPLIT)])
    def test_endpoints_by_type(self, api: Api, requested_type: str, endpoint_type: str) -> None:
        endpoints = _endpoints(api, DBInstanceNetRWSplitType=requested_type)
        assert [info["ConnectionString"] for info in endpoints.values()] == [endpoint_type]

    def test_weights(self, api: Api) -> None:
        weights = _endpoints(api)["ReadWriteSplitting Inner"]["DBInstanceWeights"]["DBInstanceWeight"]
        assert [(item["DBInstanceId"], item["DBInstanceType"]) for item in weights] == [(MYSQL, "Master")]

    def test_both_move_each_for_its_days(self, api: Api) -> None:
        free = _free(api, VSWITCH_B)
        _switch(
            api,
            RetainClassic="True",
            ClassicExpiredDays="10",
            ReadWriteSplittingClassicExpiredDays=20,
            ReadWriteSplittingPrivateIpAddress="192.168.20.1",
        )
        endpoints = _endpoints(api)
        assert sorted(endpoints) == sorted(
            f"{kind} {network}" for kind in ("Normal", "ReadWriteSplitting") for network in ("Inner", "Private")
        )
        assert 9.9 < _days_left(endpoints["Normal Inner"]) <= 10
        assert 19.9 < _days_left(endpoints["ReadWriteSplitting Inner"]) <= 20
        addresses = [endpoints[f"{kind} Private"]["IPAddress"] for kind in ("Normal", "ReadWriteSplitting")]
        assert addresses == ["192.168.20.2", "192.168.20.1"]
        assert _free(api, VSWITCH_B) == free - 2

    def test_its_classic_endpoint_can_be_extended_alone(self, api: Api) -> None:
        _switch(api, RetainClassic="True")
        api("rds:ModifyDBInstanceNetworkExpireTime", DBInstanceId=MYSQL, ConnectionString=SPLIT, ClassicExpiredDays=99)
        endpoints = _endpoints(api)
        assert _days_left(endpoints["Normal Inner"]) <= 7 < 98 < _days_left(endpoints["ReadWriteSplitting Inner"])


def test_postgres_goes_to_a_vpc_and_is_not_extended(api: Api) -> None:
    connection_string = f"{POSTGRES}.pg.rds.aliyuncs.com"
    _switch(api, DBInstanceId=POSTGRES, VSwitchId=VSWITCH, RetainClassic="True")
    assert len(_endpoints(api, POSTGRES)) == 2
    with refused("OperationNotSupported"):
        api(
            "rds:ModifyDBInstanceNetworkExpireTime",
            DBInstanceId=POSTGRES,
            ConnectionString=connection_string,
            ClassicExpiredDays=30,
        )
