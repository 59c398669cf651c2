from datetime import datetime

import pytest

from policies.core.outcome import Outcome
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, SNAPSHOT, SNAPSHOT_GROUP
from tests.policies.prepared import UNKNOWN, Draft, expect, prepared

RULE = "backup-outside-disk-freeze"
IN_WINDOW = "2026-12-12T03:00:00+08:00"


def late(draft: Draft, now: str = IN_WINDOW) -> Draft:
    draft.now = datetime.fromisoformat(now)
    return draft


def test_pass_with_the_hours_that_it_takes() -> None:
    expect(prepared(), RULE, "i-web", Outcome.PASS, "about 1.6 h", "2026-12-20T03:36")


def test_pass_with_snapshots_that_are_made_before() -> None:
    expect(prepared(exists=False), RULE, "i-web", Outcome.PASS)


def test_fail_when_a_snapshot_is_to_be_made_meanwhile() -> None:
    expect(late(prepared(exists=False)), RULE, "i-web", Outcome.FAIL, "Snapshot d-web is due now", "round")


@pytest.mark.parametrize(
    ("now", "outcome"),
    [
        ("2026-12-12T01:59:59+08:00", Outcome.PASS),
        ("2026-12-12T02:00:00+08:00", Outcome.FAIL),
        ("2026-12-20T03:35:59+08:00", Outcome.FAIL),
        ("2026-12-20T03:36:00+08:00", Outcome.PASS),
    ],
)
def test_fail_to_the_second_while_a_snapshot_would_be_made(now: str, outcome: Outcome) -> None:
    expect(late(prepared(exists=False), now), RULE, "i-web", outcome)


def test_pass_with_snapshots_that_are_there_and_with_those_of_other_instances() -> None:
    draft = late(prepared())
    draft.add(SNAPSHOT_GROUP, "i-web-2", {"id": "ssg-1", "diskIds": ["d-web"]})
    draft.add(SNAPSHOT_GROUP, "i-app-2", {"id": UNKNOWN, "diskIds": ["d-app"]})
    expect(draft, RULE, "i-web", Outcome.PASS, "nothing is due in that time")


def test_fail_when_a_group_is_to_be_made_meanwhile() -> None:
    draft = late(prepared())
    draft.add(SNAPSHOT_GROUP, "i-web-2", {"id": UNKNOWN, "diskIds": ["d-web"]})
    expect(draft, RULE, "i-web", Outcome.FAIL, "Snapshot i-web-2")


@pytest.mark.parametrize(
    ("released", "outcome"),
    [
        ("2026-12-12T01:59:00+08:00", Outcome.PASS),
        ("2026-12-12T02:00:00+08:00", Outcome.FAIL),
        ("2026-12-20T03:35:59+08:00", Outcome.FAIL),
        ("2026-12-20T03:36:00+08:00", Outcome.PASS),
    ],
)
def test_fail_when_it_is_released_meanwhile(released: str, outcome: Outcome) -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["autoReleaseAt"] = released
    expect(draft, RULE, "i-web", outcome)


def test_unknown_when_window_or_disks_are_not_known() -> None:
    draft = late(prepared(exists=False))
    draft.facts(SNAPSHOT, "d-web")["diskId"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "diskId")
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["disks"][0]["sizeGib"] = UNKNOWN
    expect(draft, RULE, "i-web", Outcome.UNKNOWN, "sizeGib")
    for key in ("start", "latest"):
        draft = prepared()
        draft.facts(MIGRATION)["waves"][0]["window"][key] = UNKNOWN
        expect(draft, RULE, "i-web", Outcome.UNKNOWN, "the window")


def test_not_applicable_once_it_has_moved() -> None:
    draft = late(prepared(exists=False))
    draft.facts(MIGRATING_INSTANCE, "i-web")["moved"] = True
    expect(draft, RULE, "i-web", Outcome.NOT_APPLICABLE, "has moved")
