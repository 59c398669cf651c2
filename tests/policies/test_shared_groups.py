"""Clones of another stack are judged as one's own."""

import pytest

from policies.core.plan import CLONED_SECURITY_GROUP, SECURITY_GROUP, SECURITY_GROUP_RULES, SHARED_SECURITY_GROUP
from tests.policies.prepared import UNKNOWN, Draft, Properties, prepared


def shared() -> Draft:
    """The prepared stack with its clones made by another one."""
    draft = prepared()
    for classic_id in ("sg-web", "sg-app"):
        clone = draft.facts(CLONED_SECURITY_GROUP, classic_id)
        (group_id,) = clone["securityGroupIds"]
        group = {
            "securityGroupId": group_id,
            "vpcId": clone["vpcId"],
            "innerAccessPolicy": draft.facts(SECURITY_GROUP, classic_id)["innerAccessPolicy"],
            "rules": draft.facts(SECURITY_GROUP_RULES, classic_id)["rules"],
        }
        facts = {"classicSecurityGroupId": classic_id, "groups": [group]}
        for kind in (CLONED_SECURITY_GROUP, SECURITY_GROUP, SECURITY_GROUP_RULES):
            draft.remove(kind, classic_id)
        draft.add(SHARED_SECURITY_GROUP, classic_id, facts)
    return draft


def _group(draft: Draft) -> Properties:
    (group,) = draft.facts(SHARED_SECURITY_GROUP, "sg-web")["groups"]
    assert isinstance(group, dict)
    return group


def test_nothing_is_missing_from_the_whole() -> None:
    assert shared().blocking() == set()


def test_a_shared_clone_that_is_not_there_is_found() -> None:
    draft = shared()
    draft.remove(SHARED_SECURITY_GROUP, "sg-web")
    assert ("security-group-cloned", "i-web") in draft.blocking()


def test_a_rule_that_a_shared_clone_lacks_is_found() -> None:
    draft = shared()
    del _group(draft)["rules"]["web: http"]
    assert draft.blocking() == {("security-group-every-rule-carried-over", "i-web")}


def test_a_shared_clone_that_opens_something_is_found() -> None:
    draft = shared()
    del _group(draft)["rules"]["guard 10.0.0.0/8"]
    assert draft.blocking() == {("security-group-nothing-opened", "i-web")}


@pytest.mark.parametrize("key", ["securityGroupId", "vpcId", "innerAccessPolicy", "rules"])
def test_unknown_or_missing_facts_of_a_shared_clone_block(key: str) -> None:
    draft = shared()
    _group(draft)[key] = UNKNOWN
    assert any(subject == "i-web" for _, subject in draft.blocking())
    draft = shared()
    del _group(draft)[key]
    assert any(subject == "i-web" for _, subject in draft.blocking())
