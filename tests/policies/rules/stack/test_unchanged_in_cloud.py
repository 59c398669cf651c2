from typing import Any

import pytest

from policies.outcome import Outcome
from policies.plan import (
    CLASSIC_LINK_ATTACHMENT,
    MIGRATION,
    SECURITY_GROUP,
    SECURITY_GROUP_RULES,
    VSWITCH,
    WHITELIST_GROUP,
)
from policies.verdicts import judge_stack
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared

RULE = "stack-unchanged-in-cloud"
OPENED = 'rules["unmanaged: ingress accept TCP 3389/3389 from 0.0.0.0/0 (1)"] was added'


def _alone(draft: Draft) -> str:
    (result,) = draft.results(RULE)
    return result.subject.id


def test_pass_when_nothing_was_changed() -> None:
    draft = prepared()
    expect(draft, RULE, _alone(draft), Outcome.PASS)


@pytest.mark.parametrize(
    ("kind", "name", "drift"),
    [
        (SECURITY_GROUP_RULES, "sg-web", OPENED),
        (WHITELIST_GROUP, None, "securityIps was changed"),
        (CLASSIC_LINK_ATTACHMENT, "i-stay", "vpcId was changed"),
    ],
)
@pytest.mark.parametrize("pending", [True, False], ids=["an update is planned", "no update is planned"])
def test_fail_at_once_when_something_was_changed(kind: str, name: str | None, drift: str, pending: bool) -> None:
    """Whether or not the freeze has begun, and though the update that the preview plans is PENDING to other rules."""
    draft = prepared()
    facts = draft.facts(kind, name)
    facts["drift"] = [drift]
    if pending:
        facts["applied"] = UNKNOWN
    expect(draft, RULE, _alone(draft), Outcome.FAIL, drift, "since the last `pulumi up`", "pulumi up")
    assert judge_stack(draft.evaluation()).readiness == "NOT READY"


def test_fail_tells_the_first_changes_and_counts_the_rest() -> None:
    draft = prepared()
    draft.facts(SECURITY_GROUP_RULES, "sg-web")["drift"] = [f"rules[{number}] is gone" for number in range(8)]
    told = expect(draft, RULE, _alone(draft), Outcome.FAIL, "rules[4] is gone, 3 more")
    assert "rules[5]" not in told.reason


@pytest.mark.parametrize(
    ("kind", "resource_type", "key", "told"),
    [
        ("vswitch", VSWITCH, "id", "VSwitch x-1 was applied, and is gone from the cloud"),
        ("securityGroup", SECURITY_GROUP, "id", "security group x-1 was applied"),
        ("linkedInstance", CLASSIC_LINK_ATTACHMENT, "applied", "the ClassicLink of x-1 was applied"),
    ],
)
def test_fail_when_something_is_gone_until_it_is_made_anew(kind: str, resource_type: str, key: str, told: str) -> None:
    draft = prepared()
    draft.facts(MIGRATION)["gone"] = [{"kind": kind, "id": "x-1"}]
    expect(draft, RULE, _alone(draft), Outcome.PASS)
    next(item for item in draft.resources if item.type == resource_type).properties.update({key: UNKNOWN})
    expect(draft, RULE, _alone(draft), Outcome.FAIL, told)


@pytest.mark.parametrize("told", [None, UNKNOWN])
def test_unknown_when_the_state_was_not_compared(told: Any) -> None:
    draft = prepared()
    facts = draft.facts(SECURITY_GROUP_RULES, "sg-web")
    facts.pop("drift")
    if told is not None:
        facts["drift"] = told
    expect(draft, RULE, _alone(draft), Outcome.UNKNOWN)


def test_not_applicable_before_the_first_update() -> None:
    draft = prepared(exists=False)
    expect(draft, RULE, _alone(draft), Outcome.NOT_APPLICABLE)
