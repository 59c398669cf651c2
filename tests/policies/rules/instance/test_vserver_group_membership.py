from typing import Any

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE
from tests.policies.prepared import UNKNOWN, VSERVER_GROUP, Draft, expect, prepared

RULE = "instance-vserver-group-membership"


def member(*, rejoins: bool = False, **fields: Any) -> Draft:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web").update(
        vserverGroups=[{**VSERVER_GROUP, **fields}], rejoinVserverGroups=rejoins
    )
    return draft


def test_pass_when_the_team_puts_it_back() -> None:
    expect(member(rejoins=True), RULE, "i-web", Outcome.PASS, "front (rsp-1) of load balancer lb-1, on port 80")


def test_fail_when_nobody_says_so() -> None:
    words = ("front (rsp-1)", "weight 50", "rejoinVserverGroups: true", '"ServerId": "i-web", "Port": 80, "Weight": 50')
    expect(member(), RULE, "i-web", Outcome.FAIL, *words)


@pytest.mark.parametrize("rejoins", [True, False])
def test_fail_where_the_load_balancer_takes_no_instance_of_the_vpc(rejoins: bool) -> None:
    draft = member(rejoins=rejoins, addressType="intranet", vserverGroupName="")
    expect(draft, RULE, "i-web", Outcome.FAIL, "vServer group rsp-1 of", "cannot be added again", "CreateLoadBalancer")


@pytest.mark.parametrize("rejoins", [True, False])
@pytest.mark.parametrize(
    ("ids", "words"), [(["i-stay"], "i-stay of the same"), (["i-a", "i-b"], "i-a, i-b of the same")]
)
def test_fail_beside_servers_that_stay_classic(rejoins: bool, ids: list[str], words: str) -> None:
    draft = member(rejoins=rejoins, classicServerIds=ids)
    expect(draft, RULE, "i-web", Outcome.FAIL, words, "InvalidBackendServers.Inconsistent", "in one wave")


def test_pass_where_an_intranet_load_balancer_is_in_a_vpc() -> None:
    expect(member(rejoins=True, addressType="intranet", vpcId="vpc-1"), RULE, "i-web", Outcome.PASS)


@pytest.mark.parametrize("key", [*sorted(VSERVER_GROUP.keys() - {"vserverGroupName", "standing"})])
def test_unknown_when_a_fact_of_the_group_is_not_known(key: str) -> None:
    fields: dict[str, Any] = {key: UNKNOWN}
    expect(member(**fields), RULE, "i-web", Outcome.UNKNOWN, key)


def test_unknown_when_the_vpc_of_an_intranet_load_balancer_is_not_known() -> None:
    expect(member(rejoins=True, addressType="intranet", vpcId=UNKNOWN), RULE, "i-web", Outcome.UNKNOWN, "vpcId")


@pytest.mark.parametrize("key", ["vserverGroups", "rejoinVserverGroups"])
def test_unknown_when_membership_was_not_read(key: str) -> None:
    draft = member()
    del draft.facts(MIGRATING_INSTANCE, "i-web")[key]
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, key)


def test_not_applicable_to_one_in_no_group() -> None:
    expect(prepared(), RULE, "i-web", Outcome.NOT_APPLICABLE)


def test_unknown_where_a_load_balancer_refuses_to_tell() -> None:
    draft = prepared()
    reason = "of load balancer lb-1 slb:DescribeVServerGroups is refused with OperationDenied (RequestId A)"
    facts = draft.facts(MIGRATING_INSTANCE, "i-web")
    del facts["vserverGroups"]
    facts["unread"] = {"vserverGroups": reason}
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "vserverGroups was not read", reason)
