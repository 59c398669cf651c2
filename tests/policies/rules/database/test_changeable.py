import pytest

from policies.core.outcome import Outcome
from policies.core.plan import HYBRID_ACCESS, WHITELIST_GROUP
from tests.policies.prepared import UNKNOWN, expect, prepared
from tests.policies.rules.database.databases import database

RULE = "database-changeable"


@pytest.mark.parametrize(
    ("product", "status"), [("rds", "Running"), ("redis", "Normal"), ("mongodb", "Running")], ids=str
)
def test_pass_in_the_status_of_each_product(product: str, status: str) -> None:
    draft = prepared(exists=False)
    database(draft).update(product=product, status=status)
    expect(draft, RULE, "i-app", Outcome.PASS, f"is {status}.")


def test_pass_when_all_is_applied_whatever_it_does_now() -> None:
    draft = prepared()
    database(draft)["status"] = "Rebooting"
    expect(draft, RULE, "i-app", Outcome.PASS, "everything declared for it is applied")


def test_fail_when_a_part_of_what_is_declared_is_not_applied() -> None:
    draft = prepared()
    database(draft)["status"] = "Rebooting"
    draft.facts(WHITELIST_GROUP)["applied"] = UNKNOWN
    expect(draft, RULE, "i-app", Outcome.FAIL, "it refuses hybrid access")


@pytest.mark.parametrize(
    ("product", "status", "command"),
    [
        ("rds", "Rebooting", "aliyun rds DescribeDBInstanceAttribute --DBInstanceId rm-orders"),
        ("redis", "Inactive", "aliyun r-kvstore DescribeInstanceAttribute --InstanceId rm-orders"),
        ("mongodb", "Rebooting", "aliyun dds DescribeDBInstanceAttribute --DBInstanceId rm-orders"),
    ],
    ids=str,
)
def test_fail_in_any_other_status(product: str, status: str, command: str) -> None:
    draft = prepared(exists=False)
    database(draft).update(product=product, status=status)
    expect(draft, RULE, "i-app", Outcome.FAIL, f"is {status}: it refuses hybrid access", command)


def test_fail_when_nothing_is_declared_yet() -> None:
    draft = prepared(exists=False)
    draft.remove(HYBRID_ACCESS)
    draft.remove(WHITELIST_GROUP)
    database(draft)["status"] = "Rebooting"
    expect(draft, RULE, "i-app", Outcome.FAIL)


def test_unknown_without_a_status() -> None:
    draft = prepared(exists=False)
    database(draft)["status"] = UNKNOWN
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "status")
    del database(draft)["status"]
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "status")


def test_not_applicable_without_a_database() -> None:
    expect(prepared(), RULE, "i-web", Outcome.NOT_APPLICABLE, "No database admits the instance")
