"""Every classic instance has one place, no stack is too large, and what must be whole is in one stack."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.estates import estate_of
from estate.model import Estate, VServerGroup
from preflight.fleet.limits import peak_links
from preflight.fleet.placing import WHOLE, Fleet, TooLargeError, place
from preflight.init.survey import Bond, Survey, survey
from tests.components.builders import instance, rule
from tests.preflight.init.test_grouping import estate, three_pairs

FILE = "Pulumi.new.yaml"
START = datetime(2026, 12, 12, 2, tzinfo=UTC)


def look(of: Estate) -> Survey:
    return survey(of, FILE)


def ids(fleet: Fleet) -> list[list[str]]:
    return [[item.id for item in stack.moving] for stack in fleet.stacks]


@st.composite
def estates(draw: st.DrawFn) -> Estate:
    """Regions in which groups name each other, balancers serve from several, and some cannot move."""
    number = draw(st.integers(1, 24))
    names = [f"sg-{item}" for item in range(draw(st.integers(1, 8)))]
    of = draw(st.lists(st.lists(st.sampled_from(names), min_size=1, max_size=2), min_size=number, max_size=number))
    hindered = draw(st.sets(st.integers(0, number - 1), max_size=3))
    named = draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=10))
    servers = draw(st.lists(st.sets(st.integers(0, number - 1), min_size=1, max_size=3), max_size=3))
    instances = [
        instance(f"i-{item}", "sg-0", f"10.1.0.{item + 1}", name=f"srv-{item}").model_copy(
            update={"security_group_ids": tuple(dict.fromkeys(of[item]))}
        )
        for item in range(number)
    ]
    groups = {name: [rule(group_id=other) for one, other in named if one == name] for name in names}
    balanced = [
        VServerGroup(
            id=f"rsp-{place}",
            load_balancer_id="lb-1",
            address_type="internet",
            servers=tuple({"server_id": f"i-{item}", "port": 80, "weight": 100} for item in sorted(members)),
        )
        for place, members in enumerate(servers)
    ]
    changes: dict[str, Any] = {f"i-{item}": {"operation_locks": ("security",)} for item in hindered}
    return estate(instances, groups, vserver_groups=balanced, **changes)


def placed_or_too_large(survey: Survey, staying: set[str], size: int, wave_size: int) -> Fleet | TooLargeError:
    try:
        return place(survey, staying, size, wave_size, "fleet")
    except TooLargeError as error:
        return error


@settings(max_examples=60, deadline=None)
@given(of=estates(), size=st.integers(1, 30), wave_size=st.integers(1, 6), stays=st.sets(st.integers(0, 23)))
def test_each_instance_has_one_place_and_what_must_be_whole_is_whole(
    of: Estate, size: int, wave_size: int, stays: set[int]
) -> None:
    survey = look(of)
    staying = {f"i-{item}" for item in stays} & survey.names.keys()
    fleet = placed_or_too_large(survey, staying, size, wave_size)
    if isinstance(fleet, TooLargeError):
        # Each of them is tied to another one by something that is never cut, and they are too many.
        assert len(fleet.instances) > size
        assert {bond.kind for bond in fleet.bonds} <= WHOLE
        assert {item.id for item in fleet.instances} <= {item for bond in fleet.bonds for item in bond.members}
        return
    placed = Counter(item for stack in fleet.stacks for item in stack.ids)
    placed.update(item.id for item in fleet.staying)
    assert placed == Counter(survey.names.keys()) or not fleet.stacks
    assert all(0 < len(stack.moving) <= size for stack in fleet.stacks)
    assert all(len(wave.instances) <= wave_size for stack in fleet.stacks for wave in stack.waves)
    stack_of = {item.id: stack.name for stack in fleet.stacks for item in stack.moving}
    for bond in survey.bonds:
        stacks = {stack_of[item] for item in bond.members if item in stack_of}
        assert len(stacks) <= 1 or bond.kind not in WHOLE
        # Nothing is cut in silence.
        assert (len(stacks) > 1) == any(cut.bond == bond for cut in fleet.cuts)


def test_the_same_region_has_the_same_fleet_in_whatever_order_it_is_read() -> None:
    whole = estate_of(160)
    turned = whole.model_copy(update={"instances": whole.instances[::-1], "security_groups": whole.security_groups})
    one, other = (place(look(item), (), 40, 20, "fleet") for item in (whole, turned))
    assert one == other
    assert [stack.name for stack in one.stacks] == [f"fleet-{number:02}" for number in range(1, len(one.stacks) + 1)]


def test_ties_are_cut_only_where_they_tie_too_many() -> None:
    survey = look(three_pairs())
    assert ids(place(survey, (), 6, 20, "f")) == [["i-app1", "i-app2", "i-db1", "i-db2", "i-web1", "i-web2"]]
    apart = place(survey, (), 4, 20, "f")
    assert ids(apart) == [["i-web1", "i-web2"], ["i-app1", "i-app2", "i-db1", "i-db2"]]
    assert apart.cuts == ()
    cut = place(survey, (), 2, 20, "f")
    assert [(item.bond.name, dict(item.parts)) for item in cut.cuts] == [("db and app", {"f-02": 2, "f-03": 2})]


def test_a_group_larger_than_a_stack_is_refused() -> None:
    with pytest.raises(TooLargeError) as caught:
        place(look(three_pairs()), (), 1, 20, "f")
    assert len(caught.value.instances) == 2
    assert [bond.kind for bond in caught.value.bonds] == ["group"]


def test_an_instance_that_cannot_move_is_later_in_the_stack_of_its_peers() -> None:
    survey = look(three_pairs(**{"i-web2": {"operation_locks": ("security",)}}))
    fleet = place(survey, (), 2, 20, "f")
    (owner,) = (stack for stack in fleet.stacks if stack.later)
    assert [item.id for item in owner.moving] == ["i-web1"]
    assert owner.ids == ("i-web1", "i-web2")
    assert "locked" in owner.later[0][1][0]


def bond(kind: Any, *members: str) -> Bond:
    return Bond(kind, "-".join(members), "tie", frozenset(members))


def test_links_are_counted_from_the_first_move_of_a_tie_to_the_own_one() -> None:
    days = {name: START + timedelta(days=day) for name, day in (("a", 0), ("b", 1), ("c", 2), ("d", 2))}
    assert peak_links([], days) == 0
    # Those that move together need none; a database is reached by its own addresses.
    assert peak_links([bond("rule", "c", "d"), bond("database", "a", "b")], days) == 0
    # b until day 1, c and d until day 2.
    assert peak_links([bond("group", "a", "b", "c", "d")], days) == 3
    assert peak_links([bond("rule", "a", "b"), bond("rule", "b", "c")], days) == 1
    # Who stays is linked for good; a tie of which nobody moves needs no link.
    assert peak_links([bond("rule", "a", "stays"), bond("rule", "b", "stays"), bond("rule", "x", "y")], days) == 1
