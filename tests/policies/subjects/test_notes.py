"""What a person is told of the move whatever the rules find."""

from collections.abc import Iterator
from typing import Any

import pytest
from pulumi.runtime import proto
from pulumi_policy import EnforcementLevel

from policies.core.plan import MIGRATING_INSTANCE, MIGRATION
from policies.pack.document import document
from policies.pack.engine import announced
from policies.pack.registry import all_rules
from policies.results import notices
from policies.subjects.notes import REPORTED, Note, announcement
from policies.subjects.notice import ITEMS
from tests.policies.prepared import START, UNKNOWN, Draft, add_wave, prepared
from tests.policies.sdk import Asked, request


def text_of(draft: Draft) -> dict[tuple[str, str], str]:
    """Instance id, empty for a wave, and item to text."""
    return {(note.instance_id, note.item): note.text for note in draft.evaluation().notes}


def _bent(**facts: Any) -> dict[str, str]:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web").update(facts)
    return {item: text for (instance_id, item), text in text_of(draft).items() if instance_id == "i-web"}


def test_a_wave_is_told_when_how_long_and_that_there_is_no_way_back() -> None:
    notes = text_of(prepared())
    assert "2026-12-12T02:00+08:00: 2 instances, each stopped for about 15 min; about 15 min" in notes["", "N01"]
    assert "no way back" in notes["", "N02"]
    assert "1 instance of no wave yet" in notes["", "N16"]
    assert "restarted after the move" in notes["", "N20"]
    assert "until 2026-12-20T02:00+08:00 at the latest." in notes["", "N35"]


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-12-11T02:00:00+08:00", "2026-12-22"),  # a Friday
        (START, "2026-12-22"),  # a Saturday
        ("2026-12-13T23:59:00-11:00", "2026-12-22"),  # a Sunday there, whatever it is elsewhere
        ("2026-12-14T02:00:00+08:00", "2026-12-23"),
    ],
)
def test_vouchers_are_due_seven_working_days_after_the_window(start: str, due: str) -> None:
    draft = prepared()
    draft.facts(MIGRATION)["waves"][0]["window"]["start"] = start
    assert f"due about {due}, or 2026-12-29 if" in text_of(draft)["", "N29"]


def test_ten_instances_take_two_rounds() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["waves"][0]["instanceIds"] = [f"i-{number}" for number in range(10)]
    assert "10 instances, each stopped for about 15 min; about 30 min" in text_of(draft)["", "N01"]


def test_the_rest_of_a_wave_takes_its_own_time() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["waves"][0]["instanceIds"] = ["i-web", *(f"i-{number}" for number in range(5))]
    draft.facts(MIGRATING_INSTANCE, "i-web")["moved"] = True
    assert "5 instances, each stopped for about 15 min; about 15 min" in text_of(draft)["", "N01"]


def test_an_instance_is_told_what_becomes_of_it() -> None:
    notes = _bent()
    assert "N04" not in notes
    assert "47.98.1.1 is kept as NatIP" in notes["N05"]
    assert "10.0.0.1 is replaced by a random address of 172.16.1.0/24" in notes["N06"]
    assert "about 1.6 h after the move (40 GiB)" in notes["N07"]
    assert "sg-web" in notes["N13"]
    assert "after 1 day up" in notes["N28"]
    assert "Take 10.0.0.1 out of OSS bucket policies" in notes["N25"]
    assert "Take 10.0.0.1 out of whitelists of Container Service" in notes["N26"]
    assert not [text for text in text_of(prepared()).values() if "not known" in text]


def test_notes_follow_the_facts_of_the_instance() -> None:
    assert "47.98.1.1 is released" in _bent(internetMaxBandwidthOut=0.0)["N04"]
    assert "N05" not in _bent(internetMaxBandwidthOut=0.0)
    assert not {"N04", "N05"} & _bent(publicIps=[]).keys()
    assert "10.0.0.1 is to be kept" in _bent(retainIp=True)["N06"]
    guest = prepared().facts(MIGRATING_INSTANCE, "i-web")["guest"]
    notes = _bent(guest={**guest, "licenceManagers": ["lmgrd"], "macBoundLicences": ["/opt/a.lic: 00:16:3e:00:00:01"]})
    assert "Seen: lmgrd." in notes["N03"]
    assert "/opt/a.lic" in notes["N31"]


@pytest.mark.parametrize("key", ["publicIps", "internetMaxBandwidthOut", "intranetIps", "disks", "guest", "wave"])
@pytest.mark.parametrize("damage", ["missing", "unknown"])
def test_notes_about_unknown_facts_say_so_and_are_never_left_out(key: str, damage: str) -> None:
    before = _bent()
    draft = prepared()
    facts = draft.facts(MIGRATING_INSTANCE, "i-web")
    if damage == "missing":
        del facts[key]
    else:
        facts[key] = UNKNOWN
    after = {item: text for (instance_id, item), text in text_of(draft).items() if instance_id == "i-web"}
    assert before.keys() <= after.keys()
    changed = [item for item, text in after.items() if before.get(item) != text]
    assert all("not known" in after[item] and ITEMS[item].text in after[item] for item in changed)
    assert changed or key == "wave"


@pytest.mark.parametrize(
    ("start", "why"),
    [
        (UNKNOWN, "the window of wave all does not show when it begins"),
        ("9999-12-30T00:00:00+00:00", "the window ends where the calendar does"),
    ],
)
def test_a_window_that_nobody_can_reckon_with_still_has_no_way_back(start: object, why: str) -> None:
    draft = prepared()
    draft.facts(MIGRATION)["waves"][0]["window"]["start"] = start
    notes = text_of(draft)
    assert "no way back" in notes["", "N02"]
    assert notes["", "N29"] == f"{ITEMS['N29'].text} More is not known: {why}."


def test_of_what_has_moved_only_what_comes_after() -> None:
    draft = prepared()
    add_wave(draft, "two", "i-app", start="2027-01-20T02:00:00+08:00")
    draft.facts(MIGRATION)["waves"][0]["moved"] = True
    draft.facts(MIGRATING_INSTANCE, "i-web")["moved"] = True
    notes = draft.evaluation().notes
    moved = [note for note in notes if note.wave == "all"]
    assert {note.item for note in moved} == {"N03", "N25", "N26", "N29", "N31", "N35"}
    other = next(note.text for note in notes if (note.wave, note.item) == ("two", "N16"))
    assert other.startswith("At another time: wave all; 1 instance of no wave yet. They reach this wave")


def test_of_many_other_waves_the_next_are_named() -> None:
    draft = prepared()
    waves = draft.facts(MIGRATION)["waves"]
    waves += [{**waves[0], "name": f"wave-{number}", "instanceIds": []} for number in range(2, 9)]
    note = next(note.text for note in draft.evaluation().notes if (note.wave, note.item) == ("all", "N16"))
    assert note.startswith("At another time: waves wave-2, wave-3, wave-4, wave-5, wave-6 and 2 more; 1 instance of")


def _every_kind() -> Iterator[Note]:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["internetMaxBandwidthOut"] = 0.0
    yield from draft.evaluation().notes


def test_every_item_that_is_to_be_told_is() -> None:
    assert {note.item for note in _every_kind()} == REPORTED


def test_the_result_has_them_sorted_with_phase_and_scope() -> None:
    evaluation = prepared().evaluation()
    written = notices(document(evaluation, all_rules()))
    assert [(item["wave"], item["instanceId"], item["item"], item["text"]) for item in written] == [
        (note.wave or None, note.instance_id or None, note.item, note.text) for note in evaluation.notes
    ]
    keys = [(item["wave"] or "", item["instanceId"] or "", item["item"]) for item in written]
    assert keys == sorted(keys)
    assert ("all", "i-web", "N06") in keys
    assert {item["item"]: item["phase"] for item in written} == {
        item["item"]: ITEMS[item["item"]].phase for item in written
    }


def _announced(draft: Draft) -> list[str]:
    policy = announced({}, lambda: draft.now)
    pack: Any = Asked("pack", "0.0.1", [policy], EnforcementLevel.MANDATORY)
    diagnostics = pack.AnalyzeStack(request(draft), None).diagnostics
    assert all(item.enforcementLevel == proto.ADVISORY for item in diagnostics)
    return [item.message.partition("\n")[2] for item in diagnostics]


def test_a_preview_announces_the_waves_in_a_few_lines() -> None:
    draft = prepared()
    add_wave(draft, "two", "i-app", start="2027-01-20T02:00:00+08:00")
    (diagnostic,) = _announced(draft)
    assert diagnostic.startswith("Independent of findings:\n")
    assert diagnostic.count("no way back") == 1
    assert "N01 two: 2027-01-20T02:00+08:00: 1 instance," in diagnostic
    assert diagnostic.splitlines()[-1] == "  - N16, N29, N35: for each wave in the notices of the result file"
    assert len(diagnostic.splitlines()) < 12
    draft.remove(MIGRATION)
    assert _announced(draft) == []


def test_of_many_waves_the_first_are_announced() -> None:
    notes = tuple(Note(f"wave-{number}", "", "N01", "It stops.") for number in range(1, 10))
    assert announcement(notes, [note.wave for note in notes]).splitlines()[1:] == [
        *(f"N01 wave-{number}: It stops." for number in range(1, 6)),
        "N01 and 4 more waves",
    ]


def test_an_announcement_does_not_extend_the_note_of_one_wave_to_all() -> None:
    notes = (Note("one", "", "N02", "No way back."), Note("two", "", "N02", "More is not known."))
    assert announcement(notes, ["one", "two"]).splitlines()[1:] == [
        "N02: for each wave in the notices of the result file"
    ]
