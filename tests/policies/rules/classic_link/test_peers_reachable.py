from datetime import datetime

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import CLASSIC_LINK, CLASSIC_LINK_ATTACHMENT, MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK
from tests.policies.prepared import BEFORE_FREEZE, LATEST, UNKNOWN, expect, prepared

RULE = "classic-link-peers-reachable"


def test_pass_with_a_link() -> None:
    expect(prepared(), RULE, "i-app", Outcome.PASS, "linked")


def test_pass_in_a_later_wave_without_a_link() -> None:
    draft = prepared()
    draft.remove(CLASSIC_LINK)
    draft.remove(CLASSIC_LINK_ATTACHMENT)
    draft.facts(MIGRATION)["laterInstanceIds"] = ["i-stay"]
    expect(draft, RULE, "i-app", Outcome.PASS, "later wave")


def test_pending_while_the_link_is_only_declared() -> None:
    expect(prepared(exists=False), RULE, "i-app", Outcome.PENDING, "pulumi up")


@pytest.mark.parametrize("resource_type", [CLASSIC_LINK, CLASSIC_LINK_ATTACHMENT])
def test_pending_while_half_of_it_is_only_declared(resource_type: str) -> None:
    draft = prepared()
    draft.now = BEFORE_FREEZE
    draft.facts(resource_type)["applied"] = UNKNOWN
    expect(draft, RULE, "i-app", Outcome.PENDING, "declared and not applied yet")


def test_fail_without_an_attachment() -> None:
    draft = prepared()
    words = ("i-stay", "no attachment is declared", "classicLink: {}", "later: [i-stay]")
    draft.facts(CLASSIC_LINK_ATTACHMENT)["instanceId"] = "i-other"
    expect(draft, RULE, "i-app", Outcome.FAIL, *words)
    draft.remove(CLASSIC_LINK_ATTACHMENT)
    expect(draft, RULE, "i-app", Outcome.FAIL, *words)


def test_fail_names_whom_to_link_where_the_stack_lists_them() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["linksListed"] = True
    draft.remove(CLASSIC_LINK_ATTACHMENT)
    expect(draft, RULE, "i-app", Outcome.FAIL, "classicLink: {attach: [i-stay]}")


def test_fail_without_classic_link() -> None:
    draft = prepared()
    draft.remove(CLASSIC_LINK)
    expect(draft, RULE, "i-app", Outcome.FAIL, "ClassicLink is not declared")


def test_fail_with_a_link_to_another_vpc() -> None:
    draft = prepared()
    draft.facts(CLASSIC_LINK_ATTACHMENT)["vpcId"] = "vpc-other"
    expect(draft, RULE, "i-app", Outcome.FAIL, "another VPC")


@pytest.mark.parametrize(
    ("resource_type", "words"),
    [(CLASSIC_LINK_ATTACHMENT, "has 2 attachments"), (CLASSIC_LINK, "2 ClassicLink resources")],
)
def test_fail_with_two_of_one(resource_type: str, words: str) -> None:
    draft = prepared()
    draft.add(resource_type, "again", draft.facts(resource_type))
    expect(draft, RULE, "i-app", Outcome.FAIL, words)


def test_unknown_when_the_vpc_is_known_and_that_of_the_link_is_not() -> None:
    draft = prepared()
    draft.facts(CLASSIC_LINK)["vpcId"] = UNKNOWN
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "vpcId")


def test_unknown_when_the_vpc_is_yet_to_be_made_and_the_link_is_to_another_or_to_none() -> None:
    draft = prepared(exists=False)
    draft.facts(CLASSIC_LINK_ATTACHMENT)["vpcId"] = "vpc-other"
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "TargetNetwork network: vpcId")
    del draft.facts(CLASSIC_LINK_ATTACHMENT)["vpcId"]
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "ClassicLinkAttachment i-stay: vpcId is missing")


def test_unknown_without_a_target_network() -> None:
    draft = prepared()
    draft.remove(TARGET_NETWORK)
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "TargetNetwork")


def test_each_of_several_peers_is_judged_by_itself() -> None:
    draft = prepared()
    (peers,) = draft.facts(MIGRATING_INSTANCE, "i-app")["classicPeers"]
    peers["instanceIds"] = ["i-later", "i-one", "i-stay", "i-two"]
    words = "The instance talks with i-one, i-two (sg-app accepts"
    expect(draft, RULE, "i-app", Outcome.FAIL, words, "later: [i-one, i-two]")
    draft.facts(MIGRATION)["laterInstanceIds"] = ["i-later", "i-one", "i-two"]
    words = "i-later, i-one, i-two move in a later wave"
    expect(draft, RULE, "i-app", Outcome.PASS, words, "i-stay is linked to the target VPC")


def test_unknown_with_peers_that_are_not_named() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-app")["classicPeers"][0]["instanceIds"] = []
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "instanceIds")


def test_unknown_when_the_peers_are_not_known() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-app")["classicPeers"] = UNKNOWN
    expect(draft, RULE, "i-app", Outcome.UNKNOWN, "classicPeers")


def test_not_applicable_without_peers() -> None:
    expect(prepared(), RULE, "i-web", Outcome.NOT_APPLICABLE)


def test_fail_about_one_that_moves_with_this_stack_later() -> None:
    """The config takes none of a wave under `later`; a waiver holds until the window is over."""
    draft = prepared()
    draft.remove(CLASSIC_LINK_ATTACHMENT)
    draft.facts(MIGRATION)["instanceIds"] += ["i-stay"]
    result = expect(draft, RULE, "i-app", Outcome.FAIL, "classicLink: {}", "waivers:")
    assert "later:" not in result.remediation
    draft.now = datetime.fromisoformat(LATEST)
    result = expect(draft, RULE, "i-app", Outcome.FAIL, "classicLink: {}")
    assert "waivers:" not in result.remediation
