"""Clones of another stack are judged as one's own."""

import pytest

from policies.plan import CLONED_SECURITY_GROUP, SECURITY_GROUP, SECURITY_GROUP_RULES, SHARED_SECURITY_GROUP
from tests.policies.prepared import UNKNOWN, Draft, prepared


def shared() -> Draft:
    """The prepared stack with its clones made by another one."""
    draft = prepared()
    for classic_id in ("sg-web", "sg-app"):
        clone = draft.facts(CLONED_SECURITY_GROUP, classic_id)
        facts = {key: clone[key] for key in ("classicSecurityGroupId", "securityGroupId", "vpcId")}
        facts["innerAccessPolicy"] = draft.facts(SECURITY_GROUP, classic_id)["innerAccessPolicy"]
        facts["rules"] = draft.facts(SECURITY_GROUP_RULES, classic_id)["rules"]
        for kind in (CLONED_SECURITY_GROUP, SECURITY_GROUP, SECURITY_GROUP_RULES):
            draft.remove(kind, classic_id)
        draft.add(SHARED_SECURITY_GROUP, classic_id, facts)
    return draft


def test_nothing_is_missing_from_the_whole() -> None:
    assert shared().blocking() == set()


def test_a_shared_clone_that_is_not_there_is_found() -> None:
    draft = shared()
    draft.remove(SHARED_SECURITY_GROUP, "sg-web")
    assert ("security-group-cloned", "i-web") in draft.blocking()


def test_a_rule_that_a_shared_clone_lacks_is_found() -> None:
    draft = shared()
    del draft.facts(SHARED_SECURITY_GROUP, "sg-web")["rules"]["web: http"]
    assert draft.blocking() == {("security-group-every-rule-carried-over", "i-web")}


def test_a_shared_clone_that_opens_something_is_found() -> None:
    draft = shared()
    del draft.facts(SHARED_SECURITY_GROUP, "sg-web")["rules"]["guard 10.0.0.0/8"]
    assert draft.blocking() == {("security-group-nothing-opened", "i-web")}


@pytest.mark.parametrize("key", ["securityGroupId", "vpcId", "innerAccessPolicy", "rules"])
def test_what_is_not_known_of_a_shared_clone_never_passes(key: str) -> None:
    draft = shared()
    draft.facts(SHARED_SECURITY_GROUP, "sg-web")[key] = UNKNOWN
    assert any(subject == "i-web" for _, subject in draft.blocking())
    draft = shared()
    del draft.facts(SHARED_SECURITY_GROUP, "sg-web")[key]
    assert any(subject == "i-web" for _, subject in draft.blocking())
