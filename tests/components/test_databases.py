"""Databases through config, plan, facts and components."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from components.config import ConfigError, parse
from components.facts.databases import database_access_facts, database_facts
from components.facts.migration import migration_facts
from components.migration import Migration, MigrationArgs
from components.plan import MigrationPlan, StackRecord, make_plan
from estate.model import AdmittedGroup, Database, NetInfo, UnreadPart, WhitelistGroup
from tests.components.builders import FILE, config, estate, vswitch
from tests.components.mocked import Recording, declare

ZONE = "cn-hangzhou-b"
ACCESS = "classic-to-vpc:database:DatabaseAccess"
GROUPS = {
    "rds": "alimigrate:rds:WhitelistGroup",
    "redis": "alimigrate:kvstore:WhitelistGroup",
    "mongodb": "alimigrate:mongodb:WhitelistGroup",
}
HYBRID = {
    "rds": "alimigrate:rds:HybridAccess",
    "redis": "alimigrate:kvstore:HybridAccess",
    "mongodb": "alimigrate:mongodb:HybridAccess",
}
EXISTING = {"mode": "existing", "vpcId": "vpc-old", "vswitchIds": ["vsw-old"]}


def database(database_id: str, **fields: Any) -> Database:
    """A classic MySQL that admits i-app."""
    return Database.model_validate(
        {
            "id": database_id,
            "engine": "MySQL",
            "engine_version": "5.7",
            "zone_id": ZONE,
            "network_type": "classic",
            "security_ip_mode": "normal",
            "whitelist_groups": (WhitelistGroup(name="app", security_ips=("10.1.0.2",)),),
            "net_infos": (NetInfo(connection_string=f"{database_id}.example", ip_type="Inner"),),
            **fields,
        }
    )


REDIS = database("r-cache", product="redis", engine="Redis", engine_version="4.0", architecture="standard")
MONGODB = database("dds-docs", product="mongodb", engine="MongoDB", engine_version="4.2", architecture="replicate")
OF_ALL = (REDIS, MONGODB, database("rm-orders"))


def plan(databases: tuple[Database, ...], *choices: dict[str, Any], **changes: Any) -> MigrationPlan:
    return make_plan(parse(config(databases=list(choices), **changes), FILE), estate(databases=databases), FILE)


def declared(databases: tuple[Database, ...], *choices: dict[str, Any], **changes: Any) -> Recording:
    planned = plan(databases, *choices, **changes)
    return declare(lambda: Migration("migration", MigrationArgs(planned)))


def inputs(recording: Recording, resource_type: str, name: str) -> dict[str, Any]:
    values = recording.of_type(resource_type)[name].inputs
    return {key: value for key, value in values.items() if value is not None}


class TestConfig:
    @pytest.mark.parametrize("database_id", ["rm-1", "rr-1", "pgm-1", "pgr-1", "r-1", "tt-1", "dds-1"])
    def test_ids_of_all_products_are_taken(self, database_id: str) -> None:
        assert parse(config(databases=[{"id": database_id}]), FILE).databases[0].id == database_id

    @pytest.mark.parametrize(
        ("choice", "message"),
        [
            ({"id": "rm orders"}, "databases[0].id: expected an id as the console shows it"),
            ({"id": "rm-1", "hybridAccess": {"margin": 3}}, "databases[0].hybridAccess.margin: unknown key"),
            ({"id": "rm-1", "hybridAccess": {"marginDays": 0}}, "databases[0].hybridAccess.marginDays: expected"),
            ({"id": "rm-1", "hybridAccess": {"marginDays": 91}}, "databases[0].hybridAccess.marginDays: expected"),
            ({"id": "rm-1", "hybridAccess": {"leavesBehind": ["i-1", "i-1"]}}, "leavesBehind: i-1 stands here 2 times"),
            ({"id": "rm-1", "alsoAdmit": ["nat"]}, "databases[0].alsoAdmit[0]: expected an IPv4 address or CIDR"),
            ({"id": "rm-1", "alsoAdmit": ["10.0.0.300"]}, "databases[0].alsoAdmit[0]: Octet 300"),
            ({"id": "rm-1", "alsoAdmit": ["10.0.0.1/8"]}, "databases[0].alsoAdmit[0]: 10.0.0.1/8 has host bits set"),
        ],
    )
    def test_mistakes_are_reported(self, choice: dict[str, Any], message: str) -> None:
        with pytest.raises(ConfigError) as caught:
            parse(config(databases=[choice]), FILE)
        assert message in str(caught.value)


class TestPlan:
    def test_an_instance_uses_databases_of_all_products(self) -> None:
        app, web = plan(OF_ALL, {"id": "rm-orders"}).instances
        assert [item.id for item in app.databases] == ["dds-docs", "r-cache", "rm-orders"]
        assert web.databases == ()

    def test_classic_addresses_are_needed_until_a_margin_after_the_latest_schedule_time(self) -> None:
        until = [
            plan(OF_ALL, {"id": "rm-orders", "hybridAccess": choice}).databases.prepared[0].valid_until
            for choice in ({}, {"marginDays": 1}, {"marginDays": 30})
        ]
        assert until == [
            datetime.fromisoformat(text)
            for text in ("2026-12-27T00:00:00+08:00", "2026-12-21T00:00:00+08:00", "2027-01-19T00:00:00+08:00")
        ]
        assert plan(OF_ALL, {"id": "rm-orders"}).databases.prepared[0].valid_until is None

    def test_the_last_wave_that_uses_it_decides_and_where_none_does_the_last_one(self) -> None:
        def waves(first: str, second: str) -> list[dict[str, Any]]:
            def window(month: int) -> dict[str, str]:
                return {"start": f"2027-0{month}-01T00:00:00Z", "latest": f"2027-0{month}-10T00:00:00Z"}

            return [
                {"name": "one", "window": window(1), "instances": [first]},
                {"name": "two", "window": window(2), "instances": [second]},
            ]

        def until(databases: tuple[Database, ...], first: str, second: str) -> str:
            hybrid_access = {"id": "rm-orders", "hybridAccess": {"marginDays": 1}}
            planned = plan(databases, hybrid_access, waves=waves(first, second), window=None, instances=None)
            valid_until = planned.databases.prepared[0].valid_until
            assert valid_until is not None
            return valid_until.date().isoformat()

        unused = (database("rm-orders", whitelist_groups=()),)
        assert until(OF_ALL, "i-app", "i-web") == "2027-01-11"
        assert until(OF_ALL, "i-web", "i-app") == "2027-02-11"
        assert until(unused, "i-app", "i-web") == "2027-02-11"

    def test_leaves_behind_takes_only_existing_instances_that_stay(self) -> None:
        left = ["i-mon", "i-app", "i-none"]
        with pytest.raises(ConfigError) as caught:
            plan(OF_ALL, {"id": "rm-orders", "hybridAccess": {"leavesBehind": left}})
        key = f"{FILE}: classic-to-vpc:migration.databases[0].hybridAccess.leavesBehind"
        moves, missing = str(caught.value).splitlines()
        assert moves == f"{key}[1]: i-app migrates; expected an instance that stays"
        assert missing.startswith(f"{key}[2]: there is no instance i-none in cn-hangzhou")

    def test_read_only_instances_go_with_the_one_they_follow_unless_they_are_named(self) -> None:
        follower = database("rr-orders", primary_id="rm-orders", whitelist_groups=())
        stranger = database("rr-others", primary_id="rm-others")
        both = (database("rm-orders"), follower, stranger)
        choice = {"id": "rm-orders", "hybridAccess": {}, "whitelistGroup": "theirs"}
        planned = plan(both, choice).databases.prepared
        assert [(item.database.id, item.choice.whitelist_group) for item in planned] == [
            ("rm-orders", "theirs"),
            ("rr-orders", "theirs"),
        ]
        assert planned[0].valid_until == planned[1].valid_until
        own = plan(both, choice, {"id": "rr-orders", "whitelistGroup": "own"}).databases.prepared
        assert [(item.choice.whitelist_group, item.valid_until is None) for item in own] == [
            ("theirs", False),
            ("own", True),
        ]


class TestComponent:
    @pytest.mark.parametrize("item", OF_ALL, ids=lambda item: item.product)
    def test_each_product_has_its_own_resources_below_its_component(self, item: Database) -> None:
        recording = declared(OF_ALL, {"id": item.id, "hybridAccess": {}})
        component = recording.urn(ACCESS, item.id)
        assert recording.children(component) == [HYBRID[item.product], GROUPS[item.product]]
        assert inputs(recording, HYBRID[item.product], item.id) == {
            "dbInstanceId": item.id,
            "vpcId": "target-id",
            "vswitchId": "target-cn-hangzhou-b-id",
            "validUntil": "2026-12-27T00:00:00+08:00",
        }
        group = {"dbInstanceId": item.id, "groupName": "classic_to_vpc", "securityIps": ["172.16.1.0/24"]}
        assert inputs(recording, GROUPS[item.product], f"{item.id}-classic_to_vpc") == group | (
            {"networkType": "MIX"} if item.product == "rds" else {}
        )
        assert recording.outputs[component] == {
            **group,
            "product": item.product,
            "networkType": "MIX",
            "hybridAccess": {"validUntil": "2026-12-27T00:00:00+08:00", "marginDays": 7, "leavesBehind": []},
        }

    def test_the_whitelist_waits_for_the_network_to_have_changed(self) -> None:
        recording = declared(OF_ALL, {"id": "rm-orders", "hybridAccess": {}})
        group = recording.of_type(GROUPS["rds"])["rm-orders-classic_to_vpc"]
        assert list(group.request.dependencies) == [recording.urn(HYBRID["rds"], "rm-orders")]

    def test_hybrid_access_and_the_network_it_leads_to_outlive_a_destroy(self) -> None:
        recording = declared(OF_ALL, {"id": "rm-orders", "hybridAccess": {}})
        retained = {item.type for item in recording.resources.values() if item.request.retainOnDelete}
        network = {"alicloud:vpc/network:Network", "alicloud:vpc/switch:Switch"}
        assert retained == {HYBRID["rds"], "alicloud:ecs/ecsSnapshot:EcsSnapshot", *network}
        without = declared(OF_ALL, {"id": "rm-orders"})
        retained = {item.type for item in without.resources.values() if item.request.retainOnDelete}
        assert retained & {HYBRID["rds"], *network} == set()

    @pytest.mark.parametrize(
        ("choices", "retained"),
        [([], False), ([{}], False), ([{"hybridAccess": {}}], True), ([{}, {"hybridAccess": {}}], True)],
    )
    def test_one_database_with_hybrid_access_is_enough_to_keep_the_network(
        self, choices: list[dict[str, Any]], retained: bool
    ) -> None:
        ids = [item.id for item in OF_ALL]
        named = [{"id": database_id, **choice} for database_id, choice in zip(ids, choices, strict=False)]
        assert plan(OF_ALL, *named).network.retained is retained

    def test_nothing_is_declared_that_was_not_asked_for(self) -> None:
        recording = declared(OF_ALL, {"id": "rm-orders"})
        component = recording.urn(ACCESS, "rm-orders")
        assert recording.children(component) == [GROUPS["rds"]]
        assert "hybridAccess" not in recording.outputs[component]

    @pytest.mark.parametrize(
        "fields",
        [
            {"engine": "MariaDB"},
            {"engine": "SQLServer", "engine_version": "2008r2"},
            {"zone_id": "cn-hangzhou-e"},
        ],
        ids=str,
    )
    def test_impossible_hybrid_access_is_not_declared_and_remains_a_fact(self, fields: dict[str, str]) -> None:
        recording = declared((database("rm-orders", **fields),), {"id": "rm-orders", "hybridAccess": {}})
        component = recording.urn(ACCESS, "rm-orders")
        assert recording.children(component) == [GROUPS["rds"]]
        assert "hybridAccess" in recording.outputs[component]

    @pytest.mark.parametrize(
        ("zone_id", "vswitch_id"), [(ZONE, "vsw-old"), ("cn-hangzhou-MAZ5(b,g)", "vsw-old"), ("cn-hangzhou-h", "vsw-h")]
    )
    def test_it_goes_into_the_vswitch_of_a_zone_of_its_own(self, zone_id: str, vswitch_id: str) -> None:
        network = {**EXISTING, "vswitchIds": ["vsw-h", "vsw-old"]}
        elsewhere = vswitch("vsw-h", "vpc-old", "172.16.9.0/24").model_copy(update={"zone_id": "cn-hangzhou-h"})
        planned = make_plan(
            parse(config(databases=[{"id": "rm-orders", "hybridAccess": {}}], network=network), FILE),
            estate(
                databases=(database("rm-orders", zone_id=zone_id),),
                vswitches=(elsewhere, vswitch("vsw-old", "vpc-old", "172.16.8.0/24")),
                zones=(*estate().zones, estate().zones[0].model_copy(update={"id": "cn-hangzhou-h"})),
            ),
            FILE,
        )
        recording = declare(lambda: Migration("migration", MigrationArgs(planned)))
        assert inputs(recording, HYBRID["rds"], "rm-orders")["vswitchId"] == vswitch_id

    def test_further_addresses_are_admitted_where_asked(self) -> None:
        choice = {"id": "rm-orders", "alsoAdmit": ["172.16.9.9", "172.16.1.0/24"]}
        recording = declared(OF_ALL, choice)
        entries = inputs(recording, GROUPS["rds"], "rm-orders-classic_to_vpc")["securityIps"]
        assert entries == ["172.16.1.0/24", "172.16.9.9"]

    def test_a_block_that_only_the_cloud_knows_is_admitted_once_it_is_known(self) -> None:
        recording = declared(
            OF_ALL, {"id": "rm-orders"}, network={"mode": "default", "zones": [ZONE]}, classicLink=None
        )
        assert "rm-orders-classic_to_vpc" in recording.of_type(GROUPS["rds"])


class TestFacts:
    def test_of_a_classic_database(self) -> None:
        read_at = datetime.fromisoformat("2026-12-01T00:00:00+08:00")
        facts = database_facts(database("rm-orders"), read_at)
        assert facts["endpoints"] == [{"kind": "Normal", "ipType": "Inner", "connectionString": "rm-orders.example"}]
        assert {"vpcId", "primaryId", "architecture"} & set(facts) == set()
        assert (facts["product"], facts["networkType"]) == ("rds", "Classic")

    @pytest.mark.parametrize(("mode", "network_type"), [("normal", "MIX"), ("safety", "VPC")])
    def test_of_a_preparation_without_hybrid_access(self, mode: str, network_type: str) -> None:
        """In enhanced mode a group of the classic network would not admit an address of the VPC."""
        prepared = database("rm-orders", security_ip_mode=mode)
        assert database_access_facts(prepared, "classic_to_vpc", ["172.16.1.0/24"], None) == {
            "dbInstanceId": "rm-orders",
            "product": "rds",
            "groupName": "classic_to_vpc",
            "networkType": network_type,
            "securityIps": ["172.16.1.0/24"],
        }

    def test_of_one_in_hybrid_access(self) -> None:
        def info(name: str, **fields: Any) -> NetInfo:
            return NetInfo(connection_string=name, connection_string_type="Primary", **fields)

        read_at = datetime.fromisoformat("2026-12-01T00:00:00+08:00")
        infos = (
            info("old", ip_type="Inner", expires_in_seconds=86400),
            info("new", ip_type="Private", vpc_id="vpc-1", ip_address="172.16.1.7", port="3717"),
        )
        changes = {"network_type": "vpc", "vpc_id": "vpc-1", "net_infos": infos, "primary_id": "dds-other"}
        facts = database_facts(MONGODB.model_copy(update=changes), read_at)
        assert (facts["networkType"], facts["vpcId"], facts["architecture"]) == ("VPC", "vpc-1", "replicate")
        assert facts["primaryId"] == "dds-other"
        assert facts["endpoints"] == [
            {
                "kind": "Primary",
                "ipType": "Inner",
                "connectionString": "old",
                "expiresAt": "2026-12-02T00:00:00+08:00",
            },
            {
                "kind": "Primary",
                "ipType": "Private",
                "connectionString": "new",
                "ipAddress": "172.16.1.7",
                "port": "3717",
                "vpcId": "vpc-1",
            },
        ]


@pytest.mark.parametrize(
    ("group", "network_type", "used"),
    [("sg-web", "classic", True), ("sg-none", "classic", False), ("sg-web", "vpc", False)],
)
def test_members_of_an_admitted_classic_group_use_the_database(group: str, network_type: Any, used: bool) -> None:
    [database] = estate().databases
    admitted = AdmittedGroup(id=group, network_type=network_type)
    changed = estate(databases=(database.model_copy(update={"security_groups": (admitted,)}),))
    plan = make_plan(parse(config(), FILE), changed, FILE)
    of = {item.instance.id: [one_database.id for one_database in item.databases] for item in plan.instances}
    assert of == {"i-web": ["rm-orders"] if used else [], "i-app": ["rm-orders"]}
    facts = database_facts(changed.databases[0], changed.read_at)
    assert facts["securityGroups"] == [
        {"securityGroupId": group, "networkType": "Classic" if network_type == "classic" else "VPC"}
    ]
    assert facts["status"] == "Running"


def test_of_the_whitelist_groups_those_of_the_stack_itself_are_told() -> None:
    def own_groups(*ids: str) -> object:
        plan = make_plan(parse(config(), FILE), estate(), FILE, record=StackRecord(whitelist_group_ids=ids))
        [facts] = migration_facts(plan)["databases"]
        return facts["ownGroups"]

    assert own_groups() == []
    assert own_groups("rm-other:VPC:classic_to_vpc") == []
    assert own_groups("rm-other:VPC:classic_to_vpc", "rm-orders:VPC:shop_vpc") == ["shop_vpc"]


def unread(*parts: str) -> tuple[UnreadPart, ...]:
    return tuple(UnreadPart.model_validate({"part": part, "reason": f"of database x {part}"}) for part in parts)


def test_unread_database_facts_are_absent_with_their_reason() -> None:
    of = database("rm-orders", unread=unread("securityGroups", "whitelistGroups"))
    whole = database_facts(database("rm-orders"), estate().read_at)
    facts = database_facts(of, estate().read_at)
    assert whole.keys() - facts.keys() == {"securityGroups", "whitelistGroups"}
    assert facts["unread"] == {
        "securityGroups": "of database x securityGroups",
        "whitelistGroups": "of database x whitelistGroups",
    }
    assert "unread" not in whole


@pytest.mark.parametrize("parts", [("whitelistGroups",), ("securityGroups",), ("endpoints",)])
def test_a_database_is_prepared_though_some_of_it_was_not_read(parts: tuple[str, ...]) -> None:
    """What is declared for it does not depend on these, and would be taken away else."""
    whole = declared((database("rm-orders"),), {"id": "rm-orders", "hybridAccess": {}})
    partly = declared((database("rm-orders", unread=unread(*parts)),), {"id": "rm-orders", "hybridAccess": {}})
    for kind in (GROUPS["rds"], HYBRID["rds"]):
        [complete], [partial] = whole.of_type(kind).values(), partly.of_type(kind).values()
        assert partial.inputs == complete.inputs


@pytest.mark.parametrize("part", ["securityIpMode", "engine"])
def test_a_database_that_nothing_can_be_declared_for_is_reported(part: str) -> None:
    """Declared without it, an update would take its whitelist group away."""
    of = database("rm-orders", unread=unread(part, "whitelistGroups"))
    with pytest.raises(ConfigError) as caught:
        plan((of,), {"id": "rm-orders"})
    assert str(caught.value) == (
        f"{FILE}: classic-to-vpc:migration.databases[0].id: of database x {part}: nothing can be declared for "
        "it, and an update would remove what it has; expected a database that can be read: wait until it is Running, "
        "or grant the RAM action"
    )
    assert plan((of,))  # one that the config does not name stops nothing
