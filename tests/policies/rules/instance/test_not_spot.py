from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE
from tests.policies.prepared import UNKNOWN, expect, prepared

RULE = "instance-not-spot"


def test_pass_where_it_can_move() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["spotStrategy"] = "NoSpot"
    expect(draft, RULE, "i-web", Outcome.PASS)


def test_fail_where_it_cannot() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["spotStrategy"] = "SpotAsPriceGo"
    expect(draft, RULE, "i-web", Outcome.FAIL, "SpotAsPriceGo", "later: [i-web]")


def test_unknown_when_it_is_not_known() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["spotStrategy"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "spotStrategy")
