from policies.core.outcome import Outcome
from policies.core.plan import TARGET_NETWORK
from tests.policies.prepared import UNKNOWN, expect, prepared, use_existing_vswitch

RULE = "network-apart-from-peers"


def test_pass_apart() -> None:
    expect(prepared(), RULE, "i-web", Outcome.PASS)


def test_fail_where_an_existing_vswitch_overlaps() -> None:
    draft = prepared()
    use_existing_vswitch(draft)
    draft.facts(TARGET_NETWORK)["avoidedCidrs"] = ["10.0.0.0/8", "172.16.0.0/20"]
    expect(draft, RULE, "i-web", Outcome.FAIL, "172.16.1.0/24 overlaps 172.16.0.0/20", "network.avoid")


def test_unknown_when_the_networks_are_not_known() -> None:
    draft = prepared()
    for value in (UNKNOWN, ["the office"]):
        draft.facts(TARGET_NETWORK)["avoidedCidrs"] = value
        expect(draft, RULE, "i-web", Outcome.UNKNOWN, "Not known: TargetNetwork network: avoidedCidrs")


def test_not_applicable_where_none_is_named_or_no_network_is_declared() -> None:
    draft = prepared()
    draft.facts(TARGET_NETWORK)["avoidedCidrs"] = []
    expect(draft, RULE, "i-web", Outcome.NOT_APPLICABLE)
    draft.remove(TARGET_NETWORK)
    expect(draft, RULE, "i-web", Outcome.NOT_APPLICABLE)
