"""The pictures: nothing covers anything, and a large estate shows what most talk with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from policies.core.plan import Plan
from preflight.report.page.drawing import MOST_NODES, WIDTH, draw_map, draw_timeline
from preflight.report.page.times import Moment, moments
from preflight.report.topology import Database, Group, MovingInstance, Topology, make_topology
from tests.policies.recordings import recorded
from tests.preflight.report.reports import not_judged, recorded_report

START = datetime(2026, 11, 29, tzinfo=UTC)


@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=40))
def test_no_date_covers_another(hours: list[int]) -> None:
    dates = [Moment(START + timedelta(hours=hour), "x", "now") for hour in sorted(hours)]
    line = draw_timeline(dates)
    if len(set(hours)) == 1:
        assert line is None
        return
    assert line is not None
    assert [mark.number for mark in line.marks] == list(range(1, len(hours) + 1))
    places = [(mark.row, mark.x) for mark in line.marks]
    for row in {row for row, _ in places}:
        own = sorted(x for other, x in places if other == row)
        assert all(after - before >= 30 for before, after in pairwise(own))
    assert all(0 < x < WIDTH for _, x in places)
    assert max(row for row, _ in places) * 28 + line.axis + 14 + 12 < line.height + 28


def test_dates_are_in_their_order_and_each_wave_has_its_own() -> None:
    dates = moments(recorded_report("waves"))
    assert [item.at for item in dates] == sorted(item.at for item in dates)
    texts = [item.text for item in dates]
    assert {"judged", "window of wave front begins", "window of wave back begins"} <= set(texts)
    assert any(text.startswith("freeze of wave front begins") for text in texts)
    assert moments(not_judged("x")) == []


def test_more_that_will_block_has_its_date() -> None:
    report = recorded_report("broken")
    since = {placed.fix.since for placed in report.fixes if placed.fix.since}
    assert since
    dates = {item.iso for item in moments(report) if item.kind == "mandatory"}
    assert dates == since


def test_the_map_of_a_recorded_stack() -> None:
    topology = make_topology(Plan(recorded("waves").resources))
    assert topology is not None
    drawn = draw_map(topology)
    assert drawn.hidden == 0
    titles = {node.title for node in drawn.nodes}
    assert {"web", "app", "shop-mysql", "legacy-1"} <= titles
    edges = {(edge.source.title, edge.target.title): (edge.count, edge.target.declared) for edge in drawn.edges}
    assert edges["web", "shop-sessions"] == (3, True)
    assert edges["app", "legacy-1"] == (2, False)
    by_place = {(node.x, node.y) for node in drawn.nodes}
    assert len(by_place) == len(drawn.nodes)
    assert all(node.y + 50 <= drawn.height for node in drawn.nodes)


def test_a_large_estate_shows_what_most_talk_with() -> None:
    databases = tuple(Database(f"rm-{number}", f"db-{number}", "", "", True) for number in range(100))
    instances = tuple(
        MovingInstance(
            f"i-{number}", "", "all", False, "z", (), "v", ("sg",), tuple(f"rm-{other}" for other in range(number)), ()
        )
        for number in range(60)
    )
    drawn = draw_map(Topology("r", "n", (), instances, (Group("sg", "", 60, "", True),), databases, ()))
    right = {node.id for node in drawn.nodes if node.x}
    assert right == {f"rm-{number}" for number in range(MOST_NODES)}
    assert drawn.hidden == 100 - MOST_NODES
