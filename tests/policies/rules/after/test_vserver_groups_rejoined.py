from datetime import datetime
from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE
from tests.policies.prepared import UNKNOWN, VSERVER_GROUP, Draft, expect, prepared

RULE = "after-vserver-groups-rejoined"


def moved(*groups: dict[str, Any]) -> Draft:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web").update(
        moved=True, vserverGroups=[{**VSERVER_GROUP, **group} for group in groups]
    )
    return draft


@pytest.mark.parametrize(("standing", "words"), [("member", "as before"), ("deleted", "has been deleted")])
def test_pass_when_it_is_a_member_again_or_the_group_is_gone(standing: str, words: str) -> None:
    expect(moved({"standing": standing}), RULE, "i-web", Outcome.PASS, "front (rsp-1) of load balancer lb-1", words)


def test_fail_while_one_of_them_lacks_it() -> None:
    words = ("rsp-2", "is no longer", "--VServerGroupId rsp-2", '"ServerId": "i-web", "Port": 80, "Weight": 50')
    result = expect(moved({"standing": "member"}, {"vserverGroupId": "rsp-2"}), RULE, "i-web", Outcome.FAIL, *words)
    assert result.blocking
    assert "rsp-1" not in result.reason
    assert result.reason.endswith("sends it no traffic.")


def test_fail_while_its_weight_is_0() -> None:
    words = ("its weight is 0 by now", "SetVServerGroupAttribute --VServerGroupId rsp-1", '"Port": 80, "Weight": 50')
    expect(moved({"standing": "idle"}), RULE, "i-web", Outcome.FAIL, *words)


def test_fail_says_who_may_keep_it_out() -> None:
    expect(moved({"classicServerIds": ["i-stay"]}), RULE, "i-web", Outcome.FAIL, "no traffic. i-stay of the same")


def test_fail_where_the_load_balancer_takes_it_no_more() -> None:
    expect(moved({"addressType": "intranet"}), RULE, "i-web", Outcome.FAIL, "classic intranet", "delete the group")
    expect(moved({"addressType": "intranet", "standing": "deleted"}), RULE, "i-web", Outcome.PASS)
    expect(moved({"addressType": "intranet", "vpcId": "vpc-1"}), RULE, "i-web", Outcome.FAIL, "AddVServerGroup")


def test_a_waiver_is_a_way_while_the_window_lasts() -> None:
    draft = moved({"addressType": "intranet"})
    draft.now = datetime.fromisoformat("2026-12-20T01:59:59+08:00")
    assert "waivers:" in expect(draft, RULE, "i-web", Outcome.FAIL).remediation
    draft.now = datetime.fromisoformat("2026-12-20T02:00:00+08:00")
    assert "waivers:" not in expect(draft, RULE, "i-web", Outcome.FAIL, "delete the group").remediation


@pytest.mark.parametrize("key", sorted(VSERVER_GROUP.keys() - {"vserverGroupName"}))
def test_unknown_when_a_fact_of_the_group_is_not_known(key: str) -> None:
    fields: dict[str, Any] = {key: UNKNOWN}
    expect(moved(fields), RULE, "i-web", Outcome.UNKNOWN, key)


def test_unknown_when_nobody_recorded_them_before_the_move() -> None:
    draft = moved()
    del draft.facts(MIGRATING_INSTANCE, "i-web")["vserverGroups"]
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "vserverGroups")


def test_not_applicable_before_the_move_and_to_one_in_no_group() -> None:
    expect(moved(), RULE, "i-web", Outcome.NOT_APPLICABLE, "in no vServer group")
    draft = moved({})
    draft.facts(MIGRATING_INSTANCE, "i-web")["moved"] = False
    expect(draft, RULE, "i-web", Outcome.NOT_APPLICABLE, "not moved")
