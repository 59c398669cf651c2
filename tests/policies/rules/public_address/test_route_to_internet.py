from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared

RULE = "public-address-route-to-internet"


def public(gateway: object = True, *, exists: bool = True, **changes: object) -> Draft:
    """i-web has a public address; its VPC may have an IPv4 gateway."""
    draft = prepared(exists=exists)
    facts = draft.facts(MIGRATING_INSTANCE, "i-web")
    facts.update({"publicIps": ["192.0.2.1"], "internetMaxBandwidthOut": 5.0, **changes})
    for vpc in draft.facts(MIGRATION)["liveNetwork"]["vpcs"]:
        vpc["ipv4Gateway"] = gateway
    return draft


def test_pass_without_an_ipv4_gateway() -> None:
    expect(public(gateway=False), RULE, "i-web", Outcome.PASS, "no IPv4 gateway")
    expect(public(exists=False), RULE, "i-web", Outcome.PASS)


def test_unknown_with_an_ipv4_gateway() -> None:
    words = ("192.0.2.1 may be out of reach", "ListIpv4Gateways --VpcId vpc-1", "waivers:", "network: {mode: create")
    expect(public(), RULE, "i-web", Outcome.UNKNOWN, *words)
    draft = public(publicIps=[], eip="198.51.100.1")
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "198.51.100.1")


def test_unknown_when_it_is_not_known_whether_there_is_one() -> None:
    expect(public(gateway=UNKNOWN), RULE, "i-web", Outcome.UNKNOWN, "ipv4Gateway")
    draft = public()
    for vpc in draft.facts(MIGRATION)["liveNetwork"]["vpcs"]:
        del vpc["ipv4Gateway"]
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "ipv4Gateway is missing")
    draft.facts(MIGRATING_INSTANCE, "i-web")["publicIps"] = []
    expect(draft, RULE, "i-web", Outcome.NOT_APPLICABLE)


def test_not_applicable_without_a_public_address_or_once_it_has_moved() -> None:
    draft = public(publicIps=[])
    expect(draft, RULE, "i-web", Outcome.NOT_APPLICABLE, "no public address")
    expect(public(internetMaxBandwidthOut=0.0), RULE, "i-web", Outcome.NOT_APPLICABLE)
    expect(public(moved=True), RULE, "i-web", Outcome.NOT_APPLICABLE)
