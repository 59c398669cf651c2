from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared, use_existing_vswitch

RULE = "network-acls-reviewed"


def bound(vswitch_id: str = "vsw-1", *, existing: bool = False) -> Draft:
    draft = prepared()
    if existing:
        use_existing_vswitch(draft)
    acls = [{"vswitchId": vswitch_id, "networkAclId": "nacl-1"}]
    draft.facts(MIGRATION)["liveNetwork"]["networkAcls"] = acls
    return draft


def test_pass_without_a_network_acl() -> None:
    expect(prepared(), RULE, "i-web", Outcome.PASS, "No network ACL")
    expect(prepared(exists=False), RULE, "i-web", Outcome.PASS)
    expect(bound("vsw-other"), RULE, "i-web", Outcome.PASS)


def test_unknown_when_one_is_bound_to_the_vswitch() -> None:
    words = ("nacl-1 to VSwitch vsw-h", "DescribeNetworkAclAttributes --NetworkAclId nacl-1", "waivers:")
    for existing in (True, False):
        expect(bound(existing=existing), RULE, "i-web", Outcome.UNKNOWN, *words)


def test_unknown_when_it_is_not_known_which_are_bound() -> None:
    draft = bound()
    draft.facts(MIGRATION)["liveNetwork"]["networkAcls"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "networkAcls")


def test_not_applicable_without_a_vswitch_or_once_it_has_moved() -> None:
    draft = bound()
    draft.remove(TARGET_NETWORK)
    expect(draft, RULE, "i-web", Outcome.NOT_APPLICABLE, "no VSwitch")
    draft = bound()
    draft.facts(MIGRATING_INSTANCE, "i-web")["moved"] = True
    expect(draft, RULE, "i-web", Outcome.NOT_APPLICABLE)
