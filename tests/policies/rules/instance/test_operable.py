import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE
from tests.policies.prepared import BEFORE_FREEZE, UNKNOWN, expect, prepared

RULE = "instance-operable"


@pytest.mark.parametrize("status", ["Running", "Stopped"])
def test_pass_where_it_can_move(status: str) -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["status"] = status
    expect(draft, RULE, "i-web", Outcome.PASS)


def test_fail_at_the_freeze() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["status"] = "Stopping"
    expect(draft, RULE, "i-web", Outcome.FAIL, "It is Stopping")


def test_pending_until_the_freeze() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["status"] = "Stopping"
    draft.now = BEFORE_FREEZE
    expect(draft, RULE, "i-web", Outcome.PENDING)


def test_unknown_when_it_is_not_known() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["status"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "status")
