from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared

RULE = "classic-link-leads-to-target"


def linked(*vpc_ids: str, exists: bool = True) -> Draft:
    draft = prepared(exists=exists)
    links = [{"instanceId": "i-web", "vpcId": vpc_id} for vpc_id in vpc_ids]
    draft.facts(MIGRATION)["liveNetwork"]["classicLinks"] += links
    return draft


def test_pass_when_it_is_linked_to_the_target() -> None:
    expect(linked("vpc-1"), RULE, "i-web", Outcome.PASS, "vpc-1")


def test_fail_when_it_is_linked_to_another_vpc() -> None:
    draft = linked("vpc-other")
    words = ("linked to vpc-other", "moves into vpc-1", "DetachClassicLinkVpc --InstanceId i-web --VpcId vpc-other")
    expect(draft, RULE, "i-web", Outcome.FAIL, *words, "network: {mode: existing, vpcId: vpc-other", "waivers:")
    expect(linked("vpc-1", "vpc-other"), RULE, "i-web", Outcome.FAIL, "linked to vpc-other")


def test_fail_when_the_target_is_yet_to_be_made() -> None:
    expect(linked("vpc-other", exists=False), RULE, "i-web", Outcome.FAIL, "moves into another VPC")


def test_unknown_when_the_links_are_not_known() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["liveNetwork"]["classicLinks"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "classicLinks")


def test_not_applicable_without_a_link_or_once_it_has_moved() -> None:
    expect(prepared(), RULE, "i-web", Outcome.NOT_APPLICABLE, "linked to no VPC")
    draft = linked("vpc-other")
    draft.facts(MIGRATING_INSTANCE, "i-web")["moved"] = True
    expect(draft, RULE, "i-web", Outcome.NOT_APPLICABLE)
