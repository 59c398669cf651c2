from datetime import datetime

from policies.core.outcome import Outcome
from policies.core.plan import CLONED_SECURITY_GROUP, MIGRATING_INSTANCE, MIGRATION, SECURITY_GROUP
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared

RULE = "after-security-groups-joined"


def moved(*group_ids: str) -> Draft:
    """i-web has moved into some VPC groups; i-app is yet to move."""
    draft = prepared()
    present = {"privateIps": ["172.16.1.7"], "securityGroupIds": list(group_ids)}
    draft.facts(MIGRATING_INSTANCE, "i-web").update(moved=True, present=present)
    return draft


def clones_of_web() -> list[str]:
    draft = prepared()
    classic_ids = draft.facts(MIGRATING_INSTANCE, "i-web")["securityGroupIds"]
    clones = [item.properties for item in draft.resources if item.type == CLONED_SECURITY_GROUP]
    return [
        group_id
        for clone in clones
        if clone["classicSecurityGroupId"] in classic_ids
        for group_id in clone["securityGroupIds"]
    ]


def test_pass_in_all_clones() -> None:
    expect(moved(*clones_of_web()), RULE, "i-web", Outcome.PASS, "in the VPC groups that replace")
    expect(moved(*clones_of_web(), "sg-more"), RULE, "i-web", Outcome.PASS, "sg-more, which it is in too")


def test_fail_in_other_groups() -> None:
    draft = moved("sg-of-the-plan")
    command = f"JoinSecurityGroup --InstanceId i-web --SecurityGroupId {clones_of_web()[0]}"
    expect(draft, RULE, "i-web", Outcome.FAIL, "is in sg-of-the-plan", command)


def test_fail_until_all_waves_have_moved_and_the_cleanup_is_due() -> None:
    draft = moved("sg-of-the-plan")
    now, late = draft.now, datetime.fromisoformat("2027-03-01T02:00:00+08:00")
    draft.now = late
    expect(draft, RULE, "i-web", Outcome.FAIL)
    draft.facts(MIGRATION)["waves"][0]["moved"] = True
    draft.now = now
    expect(draft, RULE, "i-web", Outcome.FAIL)


def test_a_further_group_is_named_only_where_there_is_one() -> None:
    assert "which it is in too" not in expect(moved(*clones_of_web()), RULE, "i-web", Outcome.PASS).reason


def test_unknown_where_it_or_the_clone_is_not_known() -> None:
    draft = moved()
    del draft.facts(MIGRATING_INSTANCE, "i-web")["present"]
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "present")
    draft = moved("sg-of-the-plan")
    for resource in draft.resources:
        if resource.type == SECURITY_GROUP:
            resource.properties["id"] = UNKNOWN
        if resource.type == CLONED_SECURITY_GROUP:
            resource.properties["securityGroupIds"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "not known yet")


def test_not_applicable_before_the_move_without_a_clone_and_once_all_is_over() -> None:
    expect(prepared(), RULE, "i-web", Outcome.NOT_APPLICABLE, "not moved yet")
    draft = moved("sg-of-the-plan")
    draft.resources = [item for item in draft.resources if item.type != CLONED_SECURITY_GROUP]
    expect(draft, RULE, "i-web", Outcome.NOT_APPLICABLE, "no clone")
    draft = moved("sg-of-the-plan")
    draft.facts(MIGRATION)["waves"][0]["moved"] = True
    draft.now = datetime.fromisoformat("2027-03-01T02:00:00+08:00")
    expect(draft, RULE, "i-web", Outcome.NOT_APPLICABLE, "cleanup is over")
