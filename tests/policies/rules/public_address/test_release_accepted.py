from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE
from tests.policies.prepared import UNKNOWN, expect, prepared

RULE = "public-address-release-accepted"


def test_pass_with_the_least_bandwidth_reports_the_nic() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["internetMaxBandwidthOut"] = 1.0
    expect(draft, RULE, "i-web", Outcome.PASS, "47.98.1.1 stays, at 1 Mbit/s", "NatIP")


def test_pass_when_the_release_is_accepted() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web").update(internetMaxBandwidthOut=0.0, releasePublicIp=True)
    expect(draft, RULE, "i-web", Outcome.PASS, "not eligible")


def test_fail_at_no_bandwidth() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["internetMaxBandwidthOut"] = 0.0
    expect(draft, RULE, "i-web", Outcome.FAIL, "47.98.1.1", "releasePublicIp: true", "not eligible")


def test_unknown_when_the_bandwidth_is_not_known() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["internetMaxBandwidthOut"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "internetMaxBandwidthOut")


def test_unknown_when_the_choice_is_not_known() -> None:
    draft = prepared()
    facts = draft.facts(MIGRATING_INSTANCE, "i-web")
    facts["internetMaxBandwidthOut"] = 0.0
    del facts["releasePublicIp"]
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "releasePublicIp")


def test_not_applicable_without_a_public_address() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["publicIps"] = []
    expect(draft, RULE, "i-web", Outcome.NOT_APPLICABLE)
