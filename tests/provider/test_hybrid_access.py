"""HybridAccess of the three products against the simulated cloud, of which the clock is moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from estate.client import Cloud
from estate.errors import CloudError, Unreachable
from provider.hybrid_access import HybridAccess, MongoDbHybridAccess, RdsHybridAccess, RedisHybridAccess
from provider.resource import Change, ResourceError
from provider.values import UNKNOWN, Properties
from simulator.server import Simulator, running
from tests.estate import estates

DAY = 86400
PRODUCTS: dict[str, tuple[type[HybridAccess], str, str, str]] = {
    "rds": (RdsHybridAccess, "rm-normal", "rds:ModifyDBInstanceNetworkType", "rds:ModifyDBInstanceNetworkExpireTime"),
    "redis": (RedisHybridAccess, "r-cache", "kvstore:SwitchNetwork", "kvstore:ModifyInstanceNetExpireTime"),
    "mongodb": (
        MongoDbHybridAccess,
        "dds-three",
        "dds:ModifyDBInstanceNetworkType",
        "dds:ModifyDBInstanceNetExpireTime",
    ),
}


def given(**changes: Any) -> Any:
    return estates.estate(timings={"database": 0}, **changes)


@pytest.fixture
def simulator() -> Simulator:
    return estates.begun(given())


@dataclass
class Case:
    """One product's resource in one cloud, and how to look at what came of it."""

    simulator: Simulator
    cloud: Cloud
    resource: HybridAccess
    database: str
    switch: str
    extend: str

    def inputs(self, days: float, **changes: Any) -> Properties:
        until = self.simulator.clock.now() + timedelta(days=days)
        inputs = {
            "dbInstanceId": self.database,
            "vpcId": "vpc-1",
            "vswitchId": "vsw-1",
            "validUntil": until.isoformat(),
        }
        checked = self.resource.check(inputs | changes)
        assert checked.failures == ()
        return checked.inputs

    def created(self, days: float) -> Properties:
        resource_id, state = self.resource.create(self.cloud, self.inputs(days))
        assert resource_id == self.database
        return state

    def calls(self, action: str) -> list[dict[str, Any]]:
        return [entry["parameters"] for entry in self.simulator.requests(action=action)]

    def instance(self) -> dict[str, Any]:
        state = self.simulator.state()
        every = [*state["databases"], *state["redis"], *state["mongodb"]]
        database: dict[str, Any] = next(item for item in every if item["id"] == self.database)
        return database

    def days_left(self) -> list[int]:
        """Of each classic address, in whole days."""
        ends = [
            datetime.fromisoformat(item["expires_at"])
            for item in self.instance()["endpoints"]
            if item["ip_type"] == "Inner"
        ]
        return [round((end - self.simulator.clock.now()).total_seconds() / DAY) for end in ends]


def case_of(simulator: Simulator, product: str, database: str | None = None) -> Case:
    kind, default, switch, extend = PRODUCTS[product]
    resource = kind(simulator.clock.now)
    return Case(simulator, estates.cloud(simulator), resource, database or default, switch, extend)


@pytest.fixture(params=list(PRODUCTS))
def case(simulator: Simulator, request: pytest.FixtureRequest) -> Case:
    return case_of(simulator, request.param)


def test_a_database_is_brought_into_the_vpc_with_its_classic_addresses_kept(case: Case) -> None:
    state = case.created(days=10)
    instance = case.instance()
    assert (instance["network_type"], instance["vpc_id"], instance["vswitch_id"]) == ("VPC", "vpc-1", "vsw-1")
    kinds = [item["ip_type"] for item in instance["endpoints"]]
    assert kinds.count("Inner") == kinds.count("Private") == len(kinds) / 2
    assert state["vpcConnectionStrings"] == sorted(
        item["connection_string"] for item in instance["endpoints"] if item["ip_type"] == "Private"
    )
    assert case.resource.read(case.cloud, case.database, state) == state
    assert case.resource.diff(state, case.inputs(10, validUntil=state["validUntil"])) == {}


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_database_in_several_zones_goes_into_a_vswitch_of_one_of_them(product: str) -> None:
    estate = given()
    for instance in (*estate.databases, *estate.redis, *estate.mongodb):
        instance.zone_id, instance.other_zone_ids = "cn-hangzhou-z", [estates.ZONE]
    estate.zones.append(estate.zones[0].model_copy(update={"id": "cn-hangzhou-z"}))
    with running(estate) as simulator:
        case = case_of(simulator, product)
        read = case.resource.product.database(case.cloud, case.database)
        assert read is not None
        assert read.zone_id == "cn-hangzhou-MAZ1(z,h)"
        case.created(days=10)
        assert case.instance()["vswitch_id"] == "vsw-1"


@pytest.mark.parametrize(
    ("product", "days_needed", "days"),
    [
        ("rds", 9.3, 10),
        ("rds", 120.0, 120),
        ("rds", 200.0, 120),
        ("rds", -3.0, 1),
        ("redis", 9.3, 14),
        ("redis", 14.5, 30),
        ("mongodb", 61.0, 120),
        ("mongodb", 300.0, 120),
    ],
)
def test_days_are_the_fewest_that_the_product_takes_and_that_are_enough(
    simulator: Simulator, product: str, days_needed: float, days: int
) -> None:
    case = case_of(simulator, product)
    case.created(days_needed)
    assert set(case.days_left()) == {days}
    [call] = case.calls(case.switch)
    assert (call["RetainClassic"], call["ClassicExpiredDays"]) == ("True", str(days))


def test_days_go_by_and_nothing_is_to_do(case: Case) -> None:
    """Remaining seconds shrink by themselves; the time that they come to does not move."""
    state = case.created(days=10)
    case.simulator.clock.advance(9 * DAY + 77)
    read = case.resource.read(case.cloud, case.database, state)
    assert read == state
    assert (
        case.resource.diff(state, {name: state[name] for name in ("dbInstanceId", "vpcId", "vswitchId", "validUntil")})
        == {}
    )
    case.resource.update(case.cloud, case.database, state, case.inputs(0, validUntil=state["validUntil"]))
    assert case.calls(case.extend) == []


def test_a_window_that_moves_is_followed_and_the_new_period_counts_from_the_call(case: Case) -> None:
    state = case.created(days=10)
    case.simulator.clock.advance(5 * DAY)
    later = case.inputs(20)
    assert case.resource.diff(state, later) == {"validUntil": Change.UPDATE}
    after = case.resource.update(case.cloud, case.database, state, later)
    assert set(case.days_left()) == {21 if case.resource.product.module == "rds" else 30}
    assert after["classicExpiresAt"] > state["classicExpiresAt"]
    assert case.resource.diff(after, later) == {}
    assert len(case.calls(case.switch)) == 1


def test_a_window_that_moves_and_is_covered_costs_no_call(case: Case) -> None:
    state = case.created(days=13.5)
    sooner = case.inputs(3)
    case.resource.update(case.cloud, case.database, state, sooner)
    assert case.calls(case.extend) == []
    assert set(case.days_left()) == {14}


def test_a_shortened_classic_address_is_drift_that_an_update_fixes(case: Case) -> None:
    case_state = case.created(days=50)
    for info in case.resource.product.database(case.cloud, case.database).net_infos:  # type: ignore[union-attr]
        if info.ip_type == "Inner":
            case.resource.product.extend(case.cloud, case.database, info.connection_string, 14)
    read = case.resource.read(case.cloud, case.database, case_state)
    assert read is not None
    assert read["classicExpiresAt"] < case_state["validUntil"]
    inputs = case.inputs(0, validUntil=case_state["validUntil"])
    assert case.resource.diff(read, inputs) == {"classicExpiresAt": Change.UPDATE}
    after = case.resource.update(case.cloud, case.database, read, inputs)
    assert after["classicExpiresAt"] >= inputs["validUntil"]
    assert case.resource.diff(after, inputs) == {}


def test_further_away_than_a_call_reaches_is_extended_once_that_is_due(case: Case) -> None:
    """At 200 days: 120 at once; nothing on the next day; extended at half the way, and when the end is in reach."""
    state = case.created(days=200)
    inputs = case.inputs(0, validUntil=state["validUntil"])
    assert case.resource.diff(state, inputs) == {}
    case.simulator.clock.advance(DAY)
    assert case.resource.diff(state, inputs) == {}
    case.simulator.clock.advance(60 * DAY)
    assert case.resource.diff(state, inputs) == {"classicExpiresAt": Change.UPDATE}
    state = case.resource.update(case.cloud, case.database, state, inputs)
    assert set(case.days_left()) == {120}
    case.simulator.clock.advance(20 * DAY)
    state = case.resource.update(case.cloud, case.database, state, inputs)
    assert state["classicExpiresAt"] >= inputs["validUntil"]


def test_no_way_back(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    state = case.created(days=10)
    before = case.instance()
    case.resource.delete(case.cloud, case.database, state)
    assert case.instance() == before
    log = caplog.text
    assert f"{case.database} stays in vpc-1: a database never goes back to the classic network" in log
    assert state["classicExpiresAt"] in log
    # And a stack that comes again takes it as it is.
    assert case.created(days=9)["classicExpiresAt"] == state["classicExpiresAt"]
    assert len(case.calls(case.switch)) == 1


def test_when_the_classic_addresses_have_ended_nothing_is_to_do(case: Case) -> None:
    state = case.created(days=10)
    case.simulator.clock.advance(61 * DAY)
    read = case.resource.read(case.cloud, case.database, state)
    assert read is not None
    assert read["classicExpiresAt"] == ""
    assert read["vpcConnectionStrings"] == state["vpcConnectionStrings"]
    inputs = case.inputs(90)
    after = case.resource.update(case.cloud, case.database, read, inputs)
    assert after["classicExpiresAt"] == ""
    assert case.calls(case.extend) == []
    assert case.resource.diff(after, inputs) == {}


def test_a_database_in_another_vpc_is_refused(case: Case) -> None:
    case.created(days=10)
    with pytest.raises(ResourceError, match=r"is in vpc-1 already.*mode: existing"):
        case.resource.create(case.cloud, case.inputs(10, vpcId="vpc-2", vswitchId="vsw-2"))


def test_import_takes_a_database_that_is_in_a_vpc(case: Case) -> None:
    assert case.resource.read(case.cloud, case.database, {}) is None
    state = case.created(days=13.5)
    read = case.resource.read(case.cloud, case.database, {})
    assert read is not None
    assert (read["dbInstanceId"], read["vpcId"], read["vswitchId"]) == (case.database, "vpc-1", "vsw-1")
    assert read["validUntil"] == read["classicExpiresAt"]
    assert read["vpcConnectionStrings"] == state["vpcConnectionStrings"]


def test_a_database_that_is_gone(case: Case) -> None:
    assert case.resource.read(case.cloud, f"{case.database}-gone", {}) is None
    with pytest.raises(ResourceError, match="does not exist in cn-hangzhou"):
        case.resource.create(case.cloud, case.inputs(10, dbInstanceId=f"{case.database}-gone"))


def test_a_refusal_of_the_cloud_stands_and_nothing_is_changed(case: Case) -> None:
    before = case.instance()
    with pytest.raises(CloudError):
        case.resource.create(case.cloud, case.inputs(10, vswitchId="vsw-gone"))
    assert case.instance() == before


class TestLostAnswers:
    """The calls have no ClientToken: what is lost is looked after, and not repeated."""

    def test_a_switch_whose_answer_is_lost(self, case: Case) -> None:
        case.simulator.faults.add(actions=[case.switch], effect="drop-after", count=1)
        case.created(days=10)
        assert len(case.calls(case.switch)) == 1
        assert case.instance()["network_type"] == "VPC"

    def test_a_switch_that_never_arrived_is_reported(self, case: Case) -> None:
        case.simulator.faults.add(actions=[case.switch], effect="drop-before", count=1)
        with pytest.raises(Unreachable):
            case.created(days=10)
        assert case.instance()["network_type"] == "Classic"

    def test_an_extension_whose_answer_is_lost(self, case: Case) -> None:
        state = case.created(days=10)
        case.simulator.faults.add(actions=[case.extend], effect="drop-after", count=1)
        after = case.resource.update(case.cloud, case.database, state, case.inputs(40))
        addresses = len(case.days_left())
        assert len(case.calls(case.extend)) == addresses
        assert after["classicExpiresAt"] > state["classicExpiresAt"]

    def test_an_extension_that_never_arrived_is_reported(self, case: Case) -> None:
        state = case.created(days=10)
        case.simulator.faults.add(actions=[case.extend], effect="drop-before", count=1)
        with pytest.raises(Unreachable):
            case.resource.update(case.cloud, case.database, state, case.inputs(40))


def test_a_run_that_was_broken_off_is_gone_on_with(simulator: Simulator) -> None:
    """The database is on its way: it is waited for, and not asked to go again."""
    with running(estates.estate(timings={"database": 600})) as slow:
        case = case_of(slow, "rds")
        database = case.resource.product.database(case.cloud, case.database)
        assert database is not None
        case.resource.product.switch(case.cloud, database, "vpc-1", "vsw-1", 30)
        assert case.instance()["status"] == "DBInstanceNetTypeChanging"
        case.cloud.sleep = lambda seconds: slow.clock.advance(seconds)
        assert case.created(days=20)["classicExpiresAt"]
        assert len(case.calls(case.switch)) == 1


@pytest.mark.parametrize(
    ("product", "database", "fields", "message"),
    [
        ("rds", "rm-normal", {"engine": "MariaDB", "engine_version": "10.3"}, "MariaDB has no documented switch"),
        ("rds", "rm-normal", {"engine": "SQLServer", "engine_version": "2008r2"}, "SQL Server 2008 R2 cannot"),
        ("mongodb", "dds-one", {}, "standalone MongoDB cannot"),
    ],
)
def test_databases_without_hybrid_access_are_not_touched(
    product: str, database: str, fields: dict[str, str], message: str
) -> None:
    lists = estates.estate().model_dump(mode="json")
    databases = [item | (fields if item["id"] == database else {}) for item in lists["databases"]]
    with running(given(databases=databases)) as simulator:
        case = case_of(simulator, product, database)
        with pytest.raises(ResourceError, match=message):
            case.created(days=10)
        assert case.calls(case.switch) == []


def test_postgresql_is_given_all_the_time_there_is_as_nothing_extends_it_later() -> None:
    lists = estates.estate().model_dump(mode="json")
    databases = [lists["databases"][0] | {"engine": "PostgreSQL", "engine_version": "10.0"}]
    with running(given(databases=databases)) as simulator:
        case = case_of(simulator, "rds")
        state = case.created(days=10)
        assert case.days_left() == [120]
        simulator.clock.advance(100 * DAY)
        with pytest.raises(ResourceError, match="for PostgreSQL no call is documented that extends them"):
            case.resource.update(case.cloud, case.database, state, case.inputs(60))
        assert case.calls(case.extend) == []


def test_the_read_write_splitting_address_is_kept_and_extended_too() -> None:
    lists = estates.estate().model_dump(mode="json")
    [first, *_] = lists["databases"]
    endpoints = [
        *first["endpoints"],
        first["endpoints"][0] | {"connection_string": "rw.example", "kind": "ReadWriteSplitting"},
    ]
    with running(given(databases=[first | {"endpoints": endpoints}])) as simulator:
        case = case_of(simulator, "rds")
        state = case.created(days=10)
        [call] = case.calls(case.switch)
        assert call["ReadWriteSplittingClassicExpiredDays"] == "11"
        assert case.days_left() == [11, 11]
        assert len(state["vpcConnectionStrings"]) == 2
        case.resource.update(case.cloud, case.database, state, case.inputs(33))
        assert case.days_left() == [34, 34]
        assert {item["ConnectionString"] for item in case.calls(case.extend)} == {"rm-normal.example", "rw.example"}


def test_a_public_read_write_splitting_address_has_no_period() -> None:
    lists = estates.estate().model_dump(mode="json")
    [first, *_] = lists["databases"]
    public = {"connection_string": "rw.example", "kind": "ReadWriteSplitting", "ip_type": "Public"}
    endpoints = [*first["endpoints"], first["endpoints"][0] | public]
    with running(given(databases=[first | {"endpoints": endpoints}])) as simulator:
        case = case_of(simulator, "rds")
        case.created(days=10)
        [call] = case.calls(case.switch)
        assert "ReadWriteSplittingClassicExpiredDays" not in call


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"validUntil": "2026-12-12T02:00:00"}, "validUntil"),
        ({"validUntil": "soon"}, "validUntil"),
        ({"validUntil": 7}, "validUntil"),
        ({"dbInstanceId": ""}, "dbInstanceId"),
        ({"vpcId": None}, "vpcId"),
        ({"vswitchId": 1}, "vswitchId"),
        ({"days": 7}, "days"),
    ],
)
def test_wrong_inputs(changes: Properties, path: str) -> None:
    inputs = {"dbInstanceId": "rm-1", "vpcId": "vpc-1", "vswitchId": "vsw-1", "validUntil": "2026-12-12T02:00:00+08:00"}
    assert [failure.path for failure in RdsHybridAccess().check(inputs | changes).failures] == [path]


def test_a_time_has_one_spelling_and_may_be_unknown() -> None:
    inputs = {"dbInstanceId": "rm-1", "vpcId": UNKNOWN, "vswitchId": UNKNOWN, "validUntil": "2026-12-12T02:00:00+08:00"}
    checked = RdsHybridAccess().check(inputs)
    assert checked.failures == ()
    assert checked.inputs["validUntil"] == "2026-12-11T18:00:00+00:00"
    assert RdsHybridAccess().check(inputs | {"validUntil": UNKNOWN}).failures == ()


def test_a_preview_shows_what_stays_and_what_is_not_known() -> None:
    planned = RdsHybridAccess().planned({}, {"dbInstanceId": "rm-1"})
    assert planned == {
        "dbInstanceId": "rm-1",
        "applied": UNKNOWN,
        "classicExpiresAt": UNKNOWN,
        "vpcConnectionStrings": UNKNOWN,
    }
