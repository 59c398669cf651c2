from policies.core.outcome import Outcome
from policies.core.plan import TARGET_NETWORK, WHITELIST_GROUP
from tests.policies.prepared import BEFORE_FREEZE, BLOCK, UNKNOWN, expect, prepared
from tests.policies.rules.database.databases import followed

RULE = "database-replica-covered"


def test_pass_with_a_read_only_instance_that_is_prepared() -> None:
    draft = prepared()
    followed(draft)
    expect(draft, RULE, "i-app", Outcome.PASS)


def test_pending_while_its_whitelist_group_is_only_declared() -> None:
    draft = prepared()
    draft.now = BEFORE_FREEZE
    followed(draft, whitelistGroups=[])
    group = {"groupName": "classic_to_vpc", "networkType": "VPC", "securityIps": [BLOCK], "applied": UNKNOWN}
    draft.add(WHITELIST_GROUP, "rr-orders-classic_to_vpc", group | {"dbInstanceId": "rr-orders"})
    expect(draft, RULE, "i-app", Outcome.PENDING, "rr-orders")


def test_fail_when_its_whitelist_does_not_admit_the_vswitch() -> None:
    draft = prepared()
    followed(draft, whitelistGroups=[])
    expect(draft, RULE, "i-app", Outcome.FAIL, "rr-orders", BLOCK)


def test_fail_when_it_has_a_classic_address_only() -> None:
    draft = prepared()
    followed(draft, endpoints=[{"kind": "Normal", "ipType": "Inner", "connectionString": "rr-orders.example"}])
    line = "databases: [{id: rr-orders, hybridAccess: {}}]"
    expect(draft, RULE, "i-app", Outcome.FAIL, "rr-orders", "classic address only", line)


def test_unknown_when_its_addresses_are_not_known() -> None:
    draft = prepared()
    followed(draft, endpoints=UNKNOWN)
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "endpoints")


def test_unknown_when_it_is_not_known_what_it_follows() -> None:
    draft = prepared()
    followed(draft, primaryId=UNKNOWN)
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "primaryId")


def test_not_applicable_without_read_only_instances() -> None:
    expect(prepared(), RULE, "i-app", Outcome.NOT_APPLICABLE, "no read-only instances")


def test_not_applicable_without_a_target_network() -> None:
    draft = prepared()
    followed(draft)
    draft.remove(TARGET_NETWORK)
    expect(draft, RULE, "i-app", Outcome.NOT_APPLICABLE)
