"""Rules as data: checks, identity, labels and plans."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider.rules import (
    check_rules,
    key_of,
    label_of,
    labelled,
    live_ones,
    merged,
    own_rules,
    path_of,
    plan,
    rule_model,
)
from provider.values import UNKNOWN, Properties

GOOD: Properties = {
    "direction": "ingress",
    "ipProtocol": "TCP",
    "portRange": "80/80",
    "policy": "accept",
    "priority": 1,
    "cidrIp": "0.0.0.0/0",
}
WITHOUT_PEER = {name: value for name, value in GOOD.items() if name != "cidrIp"}


def rule(**changes: Any) -> Properties:
    return GOOD | changes


@st.composite
def rules(draw: st.DrawFn) -> Properties:
    """Draw a rule that passes the checks, in normal form."""
    protocol = draw(st.sampled_from(["TCP", "UDP", "ICMP", "GRE", "ALL"]))
    first = draw(st.integers(1, 4))
    peer = draw(
        st.sampled_from(
            [{"cidrIp": "10.0.0.0/8"}, {"cidrIp": "1.2.3.4/32"}, {"groupId": "sg-1"}, {"ipv6CidrIp": "::/0"}]
        )
    )
    drawn = {
        "direction": draw(st.sampled_from(["ingress", "egress"])),
        "ipProtocol": protocol,
        "portRange": f"{first}/4" if protocol in ("TCP", "UDP") else "-1/-1",
        "policy": draw(st.sampled_from(["accept", "drop"])),
        "priority": draw(st.integers(1, 3)),
        **peer,
    }
    description = draw(st.sampled_from(["", "a", "b"]))
    return drawn | ({"description": description} if description else {})


def distinct(rules: list[Properties]) -> list[Properties]:
    return list({key_of(rule_model(item)): item for item in rules}.values())


rule_sets = st.lists(rules(), max_size=8).map(distinct)


def models(rules: list[Properties]) -> list[Any]:
    return [rule_model(item) for item in rules]


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"direction": "in"}, ".direction", "expected ingress or egress, found 'in'"),
        ({"ipProtocol": "SCTP"}, ".ipProtocol", "expected TCP, UDP, ICMP, ICMPv6, GRE, ALL, found 'SCTP'"),
        ({"policy": None}, ".policy", "expected accept or drop, found nothing"),
        ({"priority": 0}, ".priority", "expected a whole number from 1 (wins) to 100, found 0"),
        ({"priority": 110}, ".priority", "expected a whole number from 1 (wins) to 100, found 110"),
        ({"priority": True}, ".priority", "expected a whole number from 1 (wins) to 100, found True"),
        ({"portRange": "-1/-1"}, ".portRange", "expected ports as first/last within 1/65535, found '-1/-1'"),
        ({"portRange": "90/80"}, ".portRange", "expected ports as first/last within 1/65535, found '90/80'"),
        ({"portRange": "1/65536"}, ".portRange", "expected ports as first/last within 1/65535, found '1/65536'"),
        ({"ipProtocol": "ICMP"}, ".portRange", "expected -1/-1, as ICMP has no ports, found '80/80'"),
        ({"sourcePortRange": "x"}, ".sourcePortRange", "expected ports as first/last within 1/65535, found 'x'"),
        ({"cidrIp": "10.0.0.0/33"}, ".cidrIp", "expected an IPv4 address or block, found '10.0.0.0/33'"),
        ({"cidrIp": "::/0"}, ".cidrIp", "expected an IPv4 address or block, found '::/0'"),
        ({"description": "x" * 513}, ".description", f"expected a text of at most 512 characters, found '{'x' * 513}'"),
        ({"nicType": "internet"}, ".nicType", "no such property"),
        (
            {"groupId": "sg-1"},
            "",
            "expected exactly one of cidrIp, ipv6CidrIp, groupId, prefixListId, found cidrIp and groupId",
        ),
        ({"cidrIp": None}, "", "expected exactly one of cidrIp, ipv6CidrIp, groupId, prefixListId, found none"),
    ],
)
def test_one_wrong_field_is_one_failure_at_its_path(changes: Properties, field: str, reason: str) -> None:
    _, failures = check_rules({'a "b"': rule(**changes)})
    assert [(failure.path, failure.reason) for failure in failures] == [(f'rules["a \\"b\\""]{field}', reason)]


def test_all_problems_are_reported_at_once() -> None:
    _, failures = check_rules({"a": rule(policy="x", priority=0), "b": "text"})
    assert [failure.path for failure in failures] == ['rules["a"].policy', 'rules["a"].priority', 'rules["b"]']


def test_the_same_rule_twice_is_an_error_however_it_is_spelt() -> None:
    _, failures = check_rules({"a": rule(cidrIp="10.1.2.3/8"), "b": rule(cidrIp="10.0.0.0/8", description="other")})
    assert [(failure.path, failure.reason) for failure in failures] == [
        ('rules["b"]', "is the same rule as 'a'; keep one of them")
    ]


def test_normal_form() -> None:
    given_rule = rule(ipProtocol="icmpV6", portRange="-1/-1", policy="Accept", cidrIp=None, ipv6CidrIp="FE80::1")
    normal, failures = check_rules({"a": given_rule | {"description": "", "sourcePortRange": "-1/-1"}})
    assert not failures
    assert normal["a"] == WITHOUT_PEER | {"ipProtocol": "ICMPv6", "portRange": "-1/-1", "ipv6CidrIp": "fe80::1/128"}


def test_unknown_values_pass_and_stay_unknown() -> None:
    given_rules = {"a": WITHOUT_PEER | {"groupId": UNKNOWN}, "b": UNKNOWN, "c": rule(ipProtocol=UNKNOWN, portRange="x")}
    assert check_rules(given_rules) == (given_rules, [])


@given(rule_sets)
def test_normal_form_is_reached_in_one_step(rules: list[Properties]) -> None:
    named = {label_of(rule_model(item)): item for item in rules}
    assert check_rules(named) == (named, [])


@given(rule_sets)
def test_labels_are_unique_and_independent_of_order(rules: list[Properties]) -> None:
    named = labelled(models(rules), {}, "")
    assert len(named) == len(rules)
    assert labelled(reversed(models(rules)), {}, "") == named
    assert labelled(models(rules), named, "unmanaged: ") == named


def test_a_label_reads_as_in_the_contract() -> None:
    assert label_of(rule_model(GOOD)) == "ingress accept TCP 80/80 from 0.0.0.0/0 (1)"
    egress = WITHOUT_PEER | {"direction": "egress", "groupId": "sg-1", "sourcePortRange": "1/9"}
    assert label_of(rule_model(egress)) == "egress accept TCP 80/80 to sg-1 (1), source ports 1/9"


def test_labels_survive_a_read_with_what_the_cloud_does_not_know() -> None:
    known = {"mine": WITHOUT_PEER | {"groupId": "sg-1", "clonedFrom": "sg-0"}, "gone": rule(priority=2)}
    live = models([WITHOUT_PEER | {"groupId": "sg-1", "description": "edited"}, rule(priority=3)])
    assert labelled(live, known, "unmanaged: ") == {
        "mine": WITHOUT_PEER | {"groupId": "sg-1", "clonedFrom": "sg-0", "description": "edited"},
        "unmanaged: ingress accept TCP 80/80 from 0.0.0.0/0 (3)": rule(priority=3),
    }


def test_rules_of_two_states_are_distinguished_by_what_they_do() -> None:
    old = {"kept": rule(priority=1), "renamed": rule(priority=2), "edited": rule(priority=3), "gone": rule(priority=4)}
    new = {"kept": rule(priority=1), "now": rule(priority=2), "edited": rule(priority=5)}
    assert merged(old, new) == new | {"former: edited": rule(priority=3), "gone": rule(priority=4)}
    assert merged({}, new) == new
    assert live_ones(old, models([rule(priority=3, description="of the cloud"), rule(priority=9)])) == {
        "edited": rule(priority=3)
    }


def test_own_are_all_rules_but_those_that_were_there_before() -> None:
    state = {"rules": {"a": rule(priority=1), "b": rule(priority=2)}}
    assert own_rules(state) == state["rules"]
    assert own_rules(state | {"presentBefore": ["a"]}) == {"b": rule(priority=2)}
    assert own_rules({}) == {}


def test_a_path_escapes_its_label() -> None:
    assert path_of('a"b\\c') == 'rules["a\\"b\\\\c"]'


def test_only_the_cloud_gives_priorities_beyond_100() -> None:
    assert not rule_model(rule(priority=100)).is_system_rule
    assert rule_model(rule(priority=110)).is_system_rule


@given(rule_sets, rule_sets)
def test_a_plan_leads_from_any_set_to_any_other(old: list[Properties], new: list[Properties]) -> None:
    way = plan(models(old), models(new), removable=models(old))
    there = {key_of(model): model.description for model in models(old)}
    there |= {key_of(model): model.description for model in (*way.authorize, *way.describe)}
    for model in way.revoke:
        del there[key_of(model)]
    assert there == {key_of(model): model.description for model in models(new)}


@given(rule_sets)
def test_a_plan_to_what_is_there_is_empty(rules: list[Properties]) -> None:
    assert not any(plan(models(rules), reversed(models(rules)), removable=models(rules)))


@given(rule_sets, rule_sets)
def test_a_plan_revokes_what_it_may_only(old: list[Properties], new: list[Properties]) -> None:
    assert plan(models(old), models(new), removable=()).revoke == ()


@given(rule_sets, rule_sets)
def test_drops_come_first_and_go_last(old: list[Properties], new: list[Properties]) -> None:
    way = plan(models(old), models(new), removable=models(old))
    arriving = [model.policy for model in way.authorize]
    leaving = [model.policy for model in way.revoke]
    assert arriving == sorted(arriving, reverse=True)
    assert leaving == sorted(leaving)
