from datetime import datetime

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import HYBRID_ACCESS, HYBRID_ACCESSES, MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK
from tests.policies.prepared import BEFORE_FREEZE, IN_FREEZE, UNKNOWN, expect, prepared
from tests.policies.rules.database.databases import database, endpoint, without

RULE = "database-address-in-vpc"


def test_pass_with_an_address_in_the_target_vpc() -> None:
    expect(prepared(), RULE, "i-app", Outcome.PASS, "rm-orders-vpc.example", "connection string")


def test_pass_beside_a_database_that_it_does_not_use() -> None:
    draft = prepared()
    other = {"dbInstanceId": "rm-other", "endpoints": [endpoint(draft, "Inner")]}
    draft.facts(MIGRATION)["databases"].insert(0, {**database(draft), **other})
    expect(draft, RULE, "i-app", Outcome.PASS, "rm-orders-vpc.example")


def test_pass_with_an_address_that_somebody_else_set_up() -> None:
    draft = prepared()
    draft.remove(HYBRID_ACCESS)
    expect(draft, RULE, "i-app", Outcome.PASS)


def test_pending_while_hybrid_access_is_only_declared() -> None:
    expect(prepared(exists=False), RULE, "i-app", Outcome.PENDING, "rm-orders (orders)", "not applied yet")


@pytest.mark.parametrize("now", [BEFORE_FREEZE, IN_FREEZE])
def test_fail_where_the_state_alone_shows_an_address(now: datetime) -> None:
    draft = prepared()
    draft.now = now
    without(draft, "Private")
    expect(draft, RULE, "i-app", Outcome.FAIL, "by the state", "pulumi up")
    draft.up()
    expect(draft, RULE, "i-app", Outcome.FAIL, "by the state", "pulumi up")
    # This very update set it up, and found it in the cloud.
    draft.up("rm-orders")
    expect(draft, RULE, "i-app", Outcome.PASS, "this update set it up")


def test_fail_with_a_classic_address_only() -> None:
    draft = prepared(exists=False)
    draft.remove(HYBRID_ACCESS)
    line = "databases: [{id: rm-orders, hybridAccess: {}}]"
    expect(draft, RULE, "i-app", Outcome.FAIL, "rm-orders (orders) has a classic address only", line)
    database(draft)["description"] = ""
    expect(draft, RULE, "i-app", Outcome.FAIL, "rm-orders has a classic address only", line)


def test_unknown_by_a_file_whether_the_vpc_is_the_one_that_the_stack_has_made() -> None:
    draft = prepared()
    draft.facts(TARGET_NETWORK)["vpcId"] = UNKNOWN
    endpoint(draft, "Private")["vpcId"] = "vpc-other"
    expect(draft, RULE, "i-app", Outcome.FAIL, "vpc-other")
    draft.facts(MIGRATION)["estateFile"] = {"path": "estate.json", "sha256": "0" * 64}
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "vpc-other", "Only the state shows", "estate.json")


def test_fail_by_a_file_where_the_target_vpc_is_another_or_none() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["estateFile"] = {"path": "estate.json", "sha256": "0" * 64}
    endpoint(draft, "Private")["vpcId"] = "vpc-other"
    expect(draft, RULE, "i-app", Outcome.FAIL, "is in vpc-other, which is not the target VPC")
    draft.remove(TARGET_NETWORK)
    expect(draft, RULE, "i-app", Outcome.FAIL, "is in vpc-other, which is not the target VPC")


def test_fail_with_an_address_in_another_vpc() -> None:
    draft = prepared()
    endpoint(draft, "Private")["vpcId"] = "vpc-other"
    expect(draft, RULE, "i-app", Outcome.FAIL, "is in vpc-other, which is not the target VPC", "vpcId: vpc-other")


def test_fail_with_an_address_in_a_vpc_while_the_target_is_yet_to_be_created() -> None:
    draft = prepared(exists=False)
    private = {"kind": "Normal", "ipType": "Private", "connectionString": "x", "vpcId": "vpc-other"}
    database(draft)["endpoints"].append(private)
    expect(draft, RULE, "i-app", Outcome.FAIL, "is in vpc-other")


def test_fail_with_an_address_in_a_vpc_and_no_target_network() -> None:
    draft = prepared()
    draft.remove(TARGET_NETWORK)
    expect(draft, RULE, "i-app", Outcome.FAIL, "is in vpc-1, which is not the target VPC", "vpcId: vpc-1")


def test_fail_when_hybrid_access_is_declared_into_another_vpc() -> None:
    draft = prepared()
    without(draft, "Private")
    draft.facts(HYBRID_ACCESS)["vpcId"] = "vpc-other"
    expect(draft, RULE, "i-app", Outcome.FAIL, "into another VPC than the target")


def test_fail_for_a_database_of_another_product() -> None:
    draft = prepared(exists=False)
    draft.remove(HYBRID_ACCESS)
    database(draft).update(product="redis", engine="Redis", dbInstanceId="r-sessions")
    draft.facts(MIGRATING_INSTANCE, "i-app")["databaseIds"] = ["r-sessions"]
    expect(draft, RULE, "i-app", Outcome.FAIL, "r-sessions")
    draft.add(HYBRID_ACCESSES[1], "r-sessions", {"dbInstanceId": "r-sessions", "vpcId": UNKNOWN, "applied": UNKNOWN})
    expect(draft, RULE, "i-app", Outcome.PENDING)


def test_fail_when_an_address_of_another_kind_is_classic_only() -> None:
    draft = prepared()
    splitting = {"kind": "ReadWriteSplitting", "ipType": "Inner", "connectionString": "rw"}
    database(draft)["endpoints"].append(splitting)
    expect(draft, RULE, "i-app", Outcome.FAIL, "none for ReadWriteSplitting", "hybridAccess: {}}]")
    database(draft)["endpoints"].append(splitting | {"ipType": "Private", "vpcId": "vpc-1"})
    expect(draft, RULE, "i-app", Outcome.PASS)


def test_unknown_when_no_address_of_the_database_is_known() -> None:
    draft = prepared()
    database(draft)["endpoints"] = []
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "no address of the database")


def test_unknown_when_the_vpc_of_the_address_is_not_known() -> None:
    draft = prepared()
    endpoint(draft, "Private")["vpcId"] = UNKNOWN
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "vpcId")


def test_unknown_when_only_one_of_two_ids_is_known() -> None:
    draft = prepared(exists=False)
    draft.facts(TARGET_NETWORK)["vpcId"] = "vpc-1"
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "vpcId")


def test_not_applicable_without_databases() -> None:
    expect(prepared(), RULE, "i-web", Outcome.NOT_APPLICABLE)
