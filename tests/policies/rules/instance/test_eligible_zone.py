from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE
from tests.policies.prepared import UNKNOWN, expect, prepared

RULE = "instance-eligible-zone"


def test_pass_where_it_can_move() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["zoneId"] = "cn-hangzhou-b"
    expect(draft, RULE, "i-web", Outcome.PASS)


def test_fail_where_it_cannot() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["zoneId"] = "cn-hangzhou-c"
    expect(draft, RULE, "i-web", Outcome.FAIL, "cn-hangzhou-c", "ticket")


def test_unknown_when_it_is_not_known() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["zoneId"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "zoneId")
