import pytest

from policies.core.outcome import Outcome
from policies.core.plan import HYBRID_ACCESS, MIGRATION
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared
from tests.policies.rules.database.databases import database

RULE = "database-security-group-users-admitted"


def _by_group(network_type: str = "Classic") -> Draft:
    """A database that is classic still, and admits the group of i-web besides the address of i-app."""
    draft = prepared(exists=False)
    database(draft)["securityGroups"] = [{"securityGroupId": "sg-web", "networkType": network_type}]
    return draft


def test_pass_without_security_groups() -> None:
    expect(prepared(exists=False), RULE, "dev", Outcome.PASS, "admits no instance by a classic security group")


def test_pass_with_a_group_of_a_vpc() -> None:
    expect(_by_group("VPC"), RULE, "dev", Outcome.PASS)


def test_pass_when_all_members_are_admitted_by_address_too() -> None:
    draft = _by_group()
    database(draft)["whitelistGroups"][0]["securityIps"] = ["10.0.0.0/24"]
    expect(draft, RULE, "dev", Outcome.PASS, "also admits by address")


@pytest.mark.parametrize(
    ("product", "mode", "command"),
    [
        (
            "rds",
            "safety",
            "aliyun rds ModifySecurityIps --DBInstanceId rm-orders --DBInstanceIPArrayName group_users "
            "--ModifyMode Append --SecurityIps 10.0.0.1 --WhitelistNetworkType Classic",
        ),
        (
            "redis",
            "normal",
            "aliyun r-kvstore ModifySecurityIps --InstanceId rm-orders --SecurityIpGroupName group_users "
            "--ModifyMode Append --SecurityIps 10.0.0.1",
        ),
        (
            "mongodb",
            "normal",
            "aliyun dds ModifySecurityIps --DBInstanceId rm-orders --SecurityIpGroupName group_users "
            "--ModifyMode Append --SecurityIps 10.0.0.1",
        ),
    ],
    ids=["rds", "redis", "mongodb"],
)
def test_fail_for_who_is_admitted_by_group_alone(product: str, mode: str, command: str) -> None:
    draft = _by_group()
    database(draft).update(product=product, securityIpMode=mode)
    expect(draft, RULE, "dev", Outcome.FAIL, "admits i-web by the security group sg-web alone", command)


def test_fail_for_who_stays_too() -> None:
    draft = _by_group()
    for instance in draft.facts(MIGRATION)["classicInstances"]:
        instance["securityGroupIds"] = ["sg-web"] if instance["instanceId"] == "i-stay" else []
    expect(draft, RULE, "dev", Outcome.FAIL, "admits i-stay by the security group")


def test_fail_when_an_entry_is_for_vpc_addresses_alone() -> None:
    draft = _by_group()
    group = {"groupName": "new", "attribute": "", "networkType": "VPC", "securityIps": ["10.0.0.0/24"]}
    database(draft)["whitelistGroups"].append(group)
    expect(draft, RULE, "dev", Outcome.FAIL)


def test_unknown_when_whom_it_admits_is_not_known() -> None:
    draft = _by_group()
    database(draft)["securityGroups"] = UNKNOWN
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "securityGroups")
    del database(draft)["securityGroups"]
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "securityGroups")


def test_unknown_when_the_groups_of_an_instance_are_not_known() -> None:
    draft = _by_group()
    draft.facts(MIGRATION)["classicInstances"][0]["securityGroupIds"] = UNKNOWN
    expect(draft, RULE, "dev", Outcome.UNKNOWN, "securityGroupIds")


def test_not_applicable_without_hybrid_access() -> None:
    draft = _by_group()
    draft.remove(HYBRID_ACCESS)
    expect(draft, RULE, "dev", Outcome.NOT_APPLICABLE)
