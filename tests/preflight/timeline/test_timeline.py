"""Each moment of a migration stands in its timeline once, and the picture fits the terminal."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from policies.core.clock import read_schedule
from policies.core.facts import Leaf
from policies.core.plan import HYBRID_ACCESSES, MIGRATING_INSTANCE, MIGRATION, SHARED_SECURITY_GROUP, SNAPSHOT
from policies.subjects.deadlines import deadlines
from preflight.fixes import open_findings
from preflight.steps import Step, plan_of
from preflight.timeline.making import make_timeline
from preflight.timeline.model import Event, Timeline
from preflight.timeline.text import timeline_lines
from tests.preflight.results import recorded_result
from tests.preflight.stepped import HOSTILE, recorded_steps

ROOT = Path(__file__).parents[3]
WIDTHS = pytest.mark.parametrize("width", [80, 120])


def timeline_of(name: str, **changes: Mapping[str, Any]) -> Timeline:
    """The timeline of a recorded preview; `changes` are further facts of resources, by the last word of their type."""
    steps = [_changed(step, changes.get(step.type.rpartition(":")[2], {})) for step in recorded_steps(name)]
    return make_timeline(plan_of(steps), recorded_result(name))


def _changed(step: Step, facts: Mapping[str, Any]) -> Step:
    return replace(step, after={**step.after, **facts}) if facts else step


def at(timeline: Timeline, kind: str) -> list[tuple[datetime, str | None, str, tuple[str, ...]]]:
    return [(item.at, item.wave, item.what, item.subjects) for item in timeline.events if item.kind == kind]


def lines(timeline: Timeline, width: int) -> list[str]:
    return [line.plain for line in timeline_lines(timeline, width)]


def when(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_the_window_has_all_that_leads_to_it_and_follows_from_it() -> None:
    timeline = timeline_of("first")
    start = when("2026-12-12T02:00:00+08:00")
    leads = {hours for rule in recorded_result("first")["rules"] if (hours := rule["leadHours"]) is not None}
    assert {moment for moment, *_ in at(timeline, "lead-time")} == {start - timedelta(hours=hours) for hours in leads}
    assert [moment for moment, *_ in at(timeline, "freeze")] == [start - timedelta(hours=24)]
    assert at(timeline, "window") == [(start, "all", "the move of 7 instances begins", ())]
    # 7 instances, five at once, 15 minutes each; then 4 hours per 100 GiB of the largest.
    [(up, *_)] = at(timeline, "up-again")
    assert up == start + timedelta(minutes=30)
    [(whole, _, text, _)] = at(timeline, "disks-whole")
    assert whole == up + timedelta(hours=4) * 6.4
    assert "640 GiB" in text
    assert [moment for moment, *_ in at(timeline, "latest")] == [when("2026-12-20T00:00:00+08:00")]
    assert timeline.unknown == ()


def test_waivers_attestations_and_addresses_end_with_their_subjects() -> None:
    waiver = {
        "rule": "backup-within-quota",
        "owner": "ops@example.com",
        "expires": "2026-12-15T02:00:00+08:00",
        "approvedAt": "2026-11-28T02:00:00+08:00",
    }
    timeline = timeline_of("first", Migration={"waivers": [waiver]})
    [(_, _, text, subjects)] = at(timeline, "classic-addresses-end")
    assert "once hybrid access is made" in text
    assert subjects == ("report-postgres", "shop-catalog", "shop-mysql", "shop-sessions")
    assert [text for _, _, text, _ in at(timeline, "attestation-ends")] == [
        "attestation address-lists of ops@example.com runs out",
        "attestation application-go of shop@example.com runs out",
        "the pending task was seen 90 days ago: look again",
    ]
    assert at(timeline, "waiver-ends") == [
        (when(waiver["expires"]), None, "waiver of backup-within-quota of ops@example.com runs out", ())
    ]
    [(moment, _, _, subjects)] = at(timeline, "evidence-ends")
    assert (moment, len(subjects)) == (when("2026-12-13T21:00:00+08:00"), 7)
    assert [moment - timeline.now for moment, _, text, _ in at(timeline, "snapshot-ends") if "takes today" in text] == [
        timedelta(days=60)
    ]


APPROVED = {"approvedAt": "2026-11-28T02:00:00+08:00", "owner": "ops@example.com"}


@pytest.mark.parametrize("name", ["first", "waves", "broken", "applied", "freeze"])
def test_whatever_ends_a_verdict_by_time_alone_is_in_the_timeline(name: str) -> None:
    """Mapped groups, a pending task that was seen, and old addresses after a move are in no recording."""
    steps = list(recorded_steps(name))
    migration = next(step for step in steps if step.type == MIGRATION)
    waves: Any = migration.after["waves"]
    seen = [{**wave, "scheduled": {"by": "ann", "at": "2026-11-20T02:00:00+08:00", "zones": []}} for wave in waves]
    steps = [_changed(step, {"waves": seen, "cleanupDueDays": 14.0} if step is migration else {}) for step in steps]
    first = next(place for place, step in enumerate(steps) if step.type == MIGRATING_INSTANCE)
    steps[first] = _changed(steps[first], {"moved": True})
    accepted = {
        "opened": {**APPROVED, "expires": "2027-01-10T02:00:00+08:00"},
        "lost": {**APPROVED, "expires": "2027-01-11T02:00:00+08:00"},
    }
    mapped: Mapping[str, Any] = {"classicSecurityGroupId": "sg-1", "groups": [], "accepted": accepted}
    steps.append(replace(migration, type=SHARED_SECURITY_GROUP, urn=f"{migration.urn}-sg-1", after=mapped))
    plan, result = plan_of(steps), recorded_result(name)
    timeline = make_timeline(plan, result)
    shown = {event.at for event in timeline.events}
    ends = [moment for moment in deadlines(plan, read_schedule(timeline.now, plan)) if moment > timeline.now]
    assert len(ends) > 5
    assert [moment for moment in ends if moment not in shown] == []
    assert result["validUntil"] is None or when(result["validUntil"]) in shown
    texts = {
        text for kind in ("acceptance-ends", "attestation-ends", "cleanup-due") for *_, text, _ in at(timeline, kind)
    }
    assert texts >= {
        "leave to open something by the groups in place of sg-1 of ops@example.com runs out",
        "leave to close something by the groups in place of sg-1 of ops@example.com runs out",
        "the pending task was seen 90 days ago: look again",
        "the old addresses of 1 moved instance must be gone from all lists",
    }


def test_findings_that_will_block_are_counted_at_their_lead_time() -> None:
    result = recorded_result("broken")
    waiting = [item for item in open_findings(result) if not item["blocking"]]
    texts = [text for _, _, text, _ in at(timeline_of("broken"), "lead-time") if "will block then" in text]
    counts = [int(match[1]) for text in texts if (match := re.search(r"; (\d+) finding", text))]
    assert len(waiting) == sum(counts) > 0


def test_a_finding_is_counted_once_and_when_it_blocks() -> None:
    """One of the migration at its first window, and one by a lead time of the policy configuration at that."""
    result = recorded_result("waves")
    front, back = (when(wave["window"]["start"]) for wave in result["waves"])
    by_rule, configured = front - timedelta(hours=72), back - timedelta(hours=1000)
    advice: dict[str, Any] = {"outcome": "FAIL", "blocking": False, "about": "migration", "instances": []}
    result["results"] = [
        {**result["results"][0], **advice, "mandatoryFrom": moment.isoformat()} for moment in (by_rule, configured)
    ]
    timeline = make_timeline(plan_of(recorded_steps("waves")), result)
    found = [(moment, wave) for moment, wave, text, _ in at(timeline, "lead-time") if "1 finding will block" in text]
    assert found == [(configured, None), (by_rule, "front")]


def test_a_subscription_ends_and_what_is_paid_as_you_go_does_not() -> None:
    ends = {"expiredAt": "2026-12-10T00:00:00+08:00"}
    paid = timeline_of("first", MigratingInstance={**ends, "instanceChargeType": "PrePaid"})
    [(moment, _, text, subjects)] = at(paid, "instance-ends")
    assert (moment, text, len(subjects)) == (when(ends["expiredAt"]), "the subscription ends", 7)
    assert at(timeline_of("first", MigratingInstance={**ends, "instanceChargeType": "PostPaid"}), "instance-ends") == []


def with_first(type_: str, facts: Mapping[str, Any], name: str = "first") -> Timeline:
    """Return the timeline of a recorded preview in which the first resource of a type has other facts."""
    steps = list(recorded_steps(name))
    place = next(place for place, step in enumerate(steps) if step.type == type_)
    steps[place] = _changed(steps[place], facts)
    return make_timeline(plan_of(steps), recorded_result(name))


def snapshot(created: str, days: float, status: str = "accomplished") -> dict[str, Any]:
    return {"createdAt": created, "retentionDays": days, "status": status}


OLDER, NEWER = "2026-11-20T02:00:00+08:00", "2026-11-27T02:00:00+08:00"


@pytest.mark.parametrize(
    ("snapshots", "ends"),
    [
        ({"d-1": [snapshot(NEWER, 10.0)]}, ["2026-12-07T02:00:00+08:00"]),
        ({"d-1": [snapshot(OLDER, 40.0), snapshot(NEWER, 10.0)]}, ["2026-12-07T02:00:00+08:00"]),
        ({"d-1": [snapshot(NEWER, 10.0), snapshot(OLDER, 40.0)]}, ["2026-12-07T02:00:00+08:00"]),
        ({"d-1": [snapshot(OLDER, 40.0), snapshot(NEWER, 10.0, "failed")]}, ["2026-12-30T02:00:00+08:00"]),
        ({"d-1": [snapshot(NEWER, -1.0)]}, []),
        ({"d-1": [snapshot(NEWER, 0.0)]}, []),
        ({"d-1": [snapshot(NEWER, 10.0, "failed")], "d-of-others": [snapshot(NEWER, 10.0)]}, []),
        (
            {"d-1": [snapshot(NEWER, 10.0)], "d-2": [snapshot(NEWER, 11.0)]},
            ["2026-12-07T02:00:00+08:00", "2026-12-08T02:00:00+08:00"],
        ),
    ],
)
def test_the_newest_snapshot_of_each_disk_ends_after_its_days(snapshots: dict[str, Any], ends: list[str]) -> None:
    disks = [{"diskId": "d-1", "sizeGib": 20.0}, {"diskId": "d-2", "sizeGib": 20.0}]
    instance = {"MigratingInstance": {"disks": disks, "instanceName": "one"}}
    shown = at(timeline_of("first", **instance, Migration={"snapshots": snapshots}), "snapshot-ends")
    assert [moment for moment, *_, subjects in shown if "one" in subjects] == [when(text) for text in ends]


def test_snapshots_of_the_stack_end_where_they_are_yet_to_be_taken() -> None:
    def taken(**facts: Any) -> list[str]:
        steps = recorded_steps("first")
        changed = [_changed(step, facts if step.type == SNAPSHOT else {}) for step in steps]
        shown = at(make_timeline(plan_of(changed), recorded_result("first")), "snapshot-ends")
        return [text for _, _, text, _ in shown if "takes today" in text]

    assert taken() == ["snapshots that `pulumi up` takes today are deleted by themselves, after 60 days"]
    assert taken(id="s-1") == []
    assert taken(retentionDays=0.0) == []


ENDPOINT = {"expiresAt": "2026-12-28T02:00:00+08:00"}
SOONER = {"expiresAt": "2026-12-24T02:00:00+08:00"}


@pytest.mark.parametrize("endpoints", [[ENDPOINT, SOONER, {}], [SOONER, ENDPOINT], [SOONER]])
def test_classic_addresses_end_with_the_first_of_a_database(endpoints: list[dict[str, Any]]) -> None:
    databases = [
        {"dbInstanceId": "rm-new", "description": "orders", "endpoints": endpoints},
        {"dbInstanceId": "rm-none", "endpoints": [{}]},
        {"dbInstanceId": "rm-bp1shopmysql000001", "description": "shop-mysql", "endpoints": endpoints},
    ]
    shown = at(with_first(MIGRATION, {"databases": databases}), "classic-addresses-end")
    assert (when(SOONER["expiresAt"]), None, "the classic addresses end", ("orders",)) in shown
    # One with hybrid access in the stack ends by that.
    assert [subjects for moment, _, _, subjects in shown if moment == when(SOONER["expiresAt"])] == [("orders",)]


def test_hybrid_access_that_is_there_needs_nothing_more() -> None:
    shown = at(timeline_of("applied"), "classic-addresses-end")
    assert {text for _, _, text, _ in shown} == {"the classic addresses end"}


def test_an_instance_that_has_moved_is_not_waited_for() -> None:
    timeline = with_first(MIGRATING_INSTANCE, {"moved": True})
    assert [text for _, _, text, _ in at(timeline, "window")] == ["the move of 6 instances begins"]
    [(_, _, _, subjects)] = at(timeline, "evidence-ends")
    assert len(subjects) == 6


def test_leave_that_somebody_gave_for_a_time_runs_out() -> None:
    leave = {**APPROVED, "expires": "2026-12-18T02:00:00+08:00"}
    disks = [{"diskId": "d-1", "sizeGib": 20.0, "excluded": leave}, {"diskId": "d-2", "sizeGib": 20.0}]
    shown = at(with_first(MIGRATING_INSTANCE, {"disks": disks, "instanceName": "one"}), "acceptance-ends")
    text = "leave to take no snapshot of a disk of one of ops@example.com runs out"
    assert shown == [(when(leave["expires"]), None, text, ())]
    lists = [{"service": "oss", "approval": leave}, {"service": "slb"}]
    shown = at(with_first(MIGRATION, {"unreadLists": lists}), "acceptance-ends")
    text = "leave to go without lists that were not read of ops@example.com runs out"
    assert shown == [(when(leave["expires"]), None, text, ())]


def test_an_instance_that_the_cloud_releases_ends_however_it_is_paid_for() -> None:
    facts = {"autoReleaseAt": "2026-12-10T00:00:00+08:00", "instanceChargeType": "PostPaid", "instanceName": "one"}
    shown = at(with_first(MIGRATING_INSTANCE, facts), "instance-ends")
    assert shown == [(when(facts["autoReleaseAt"]), None, "the cloud releases it", ("one",))]


@pytest.mark.parametrize(
    ("type_", "facts", "missing"),
    [
        (MIGRATION, {"attestations": Leaf.UNKNOWN}, "attestations"),
        (MIGRATION, {"waivers": [{"rule": "x"}]}, "a statement with an end"),
        (MIGRATING_INSTANCE, {"disks": Leaf.UNKNOWN}, "the disks of wave all"),
        (MIGRATION, {"snapshots": Leaf.UNKNOWN}, "the snapshots of "),
        (HYBRID_ACCESSES[0], {"validUntil": Leaf.UNKNOWN}, "hybrid access of "),
    ],
)
def test_unreadable_facts_are_named(type_: str, facts: dict[str, Any], missing: str) -> None:
    timeline = timeline_of("first", **{type_.rpartition(":")[2]: facts})
    assert any(missing in item for item in timeline.unknown), timeline.unknown
    assert any("Not known, so not shown" in line for line in lines(timeline, 80))


def test_a_wave_that_has_moved_has_no_times_ahead() -> None:
    result = recorded_result("waves")
    result["waves"][0]["moved"] = True
    timeline = make_timeline(plan_of(recorded_steps("waves")), result)
    assert {event.wave for event in timeline.events} == {None, "back"}
    result["waves"][1]["window"]["start"] = None
    assert make_timeline(plan_of(recorded_steps("waves")), result).unknown == ("the window of wave back",)


@WIDTHS
@pytest.mark.parametrize("name", ["first", "waves"])
def test_the_picture_fits_the_terminal_and_its_marks_are_in_order(width: int, name: str) -> None:
    timeline = timeline_of(name)
    shown = lines(timeline, width)
    assert max(map(len, shown)) <= width
    rows = {line.split()[0]: line for line in shown[3 : shown.index("", 2)]}
    for wave in {event.wave for event in timeline.events} - {None}:
        row = rows[str(wave)]
        marks = [row.index(mark) for mark in "-~#" if mark in row]
        assert marks == sorted(marks)
        assert "#" in row
    times = [line[:16] for line in shown if line[:4] in ("2026", "2027")]
    assert times == sorted(times)
    assert sum("  today" in line and line.startswith("20") for line in shown) == 1


def test_the_page_shows_what_is_shown() -> None:
    page = (ROOT / "docs/preflight-timeline.md").read_text(encoding="utf-8").split("```")[3]
    shown = lines(timeline_of("first"), 80)
    assert [line for line in page.strip().splitlines() if line not in (*shown, "...")] == []


def test_a_name_of_the_cloud_steers_no_terminal() -> None:
    text = "\n".join(lines(timeline_of("first", MigratingInstance={"instanceName": HOSTILE}), 120))
    assert "\x1b" not in text
    assert "\r" not in text


def test_the_data_are_valid_by_the_schema() -> None:
    schema = json.loads((ROOT / "docs/schema/timeline.schema.json").read_text(encoding="utf-8"))
    data = json.loads(timeline_of("first").model_dump_json())
    jsonschema.validate(data, schema)
    assert Event.model_validate(data["events"][0]).at == timeline_of("first").events[0].at
