"""What may go ahead by which results, and how much of what applies was decided."""

from dataclasses import replace

import pytest

from policies.core.clock import Moment, Schedule
from policies.core.outcome import Outcome, Result, Subject
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION
from policies.pack.evaluation import Evaluation, evaluate
from policies.pack.verdicts import Readiness, judge, judge_instance, judge_stack, judge_wave
from tests.policies.prepared import BEFORE_FREEZE, UNKNOWN, add_wave, prepared

PASS, FAIL, NOT_KNOWN = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN
NOT_APPLICABLE, PENDING, WAIVED = Outcome.NOT_APPLICABLE, Outcome.PENDING, Outcome.WAIVED


def finding(
    outcome: Outcome,
    instance: str = "i-1",
    wave: str | None = "one",
    *,
    advice: bool = False,
    waived: Outcome | None = None,
) -> Result:
    """A result that blocks where it can, about an instance; "" for the migration as a whole."""
    subject = Subject("instance" if instance else "migration", instance or "dev", "name", f"urn of {instance}")
    return Result(
        "a-rule",
        subject,
        outcome,
        "So it is.",
        "mend it",
        blocking=outcome.blocks and not advice,
        wave=wave if instance else None,
        waived=waived,
    )


def evaluation(*results: Result) -> Evaluation:
    schedule = Schedule(BEFORE_FREEZE, (), complete=True)
    return Evaluation("project", "dev", Moment(BEFORE_FREEZE, "system"), schedule, (), results)


@pytest.mark.parametrize(
    ("results", "readiness"),
    [
        ([], Readiness.UNKNOWN),
        ([finding(NOT_APPLICABLE)], Readiness.UNKNOWN),
        ([finding(PASS)], Readiness.READY),
        ([finding(PASS), finding(NOT_APPLICABLE)], Readiness.READY),
        ([finding(PASS), finding(PENDING)], Readiness.READY_WITH_CONDITIONS),
        ([finding(PASS), finding(WAIVED, waived=FAIL)], Readiness.READY_WITH_CONDITIONS),
        ([finding(PASS), finding(FAIL, advice=True)], Readiness.READY_WITH_CONDITIONS),
        ([finding(PASS), finding(NOT_KNOWN, advice=True)], Readiness.READY_WITH_CONDITIONS),
        ([finding(PASS), finding(NOT_KNOWN)], Readiness.UNKNOWN),
        ([finding(FAIL, advice=True), finding(NOT_KNOWN)], Readiness.UNKNOWN),
        ([finding(PASS), finding(NOT_KNOWN), finding(FAIL)], Readiness.NOT_READY),
    ],
)
def test_the_answer_is_the_worst_of_what_applies(results: list[Result], readiness: Readiness) -> None:
    assert judge(results).readiness is readiness


@pytest.mark.parametrize(
    ("results", "decided", "applicable", "confidence"),
    [
        ([], 0, 0, 0),
        ([finding(NOT_APPLICABLE)], 0, 0, 0),
        ([finding(PASS), finding(NOT_APPLICABLE)], 1, 1, 1),
        ([finding(FAIL), finding(PENDING), finding(WAIVED, waived=FAIL)], 3, 3, 1),
        ([finding(PASS), finding(NOT_KNOWN, advice=True), finding(WAIVED, waived=NOT_KNOWN)], 1, 3, 0.3333),
    ],
)
def test_confidence_is_the_share_that_could_be_decided(
    results: list[Result], decided: int, applicable: int, confidence: float
) -> None:
    judgement = judge(results)
    assert (judgement.decided, judgement.applicable, judgement.confidence) == (decided, applicable, confidence)


def test_rules_that_raise_the_confidence_are_unique_and_sorted() -> None:
    undecided = [replace(finding(NOT_KNOWN), rule_id=rule) for rule in ("guest-b", "backup-a", "guest-b")]
    assert judge([*undecided, finding(FAIL)]).raised_by == ("backup-a", "guest-b")


@pytest.mark.parametrize(
    ("result", "held_back"),
    [
        (finding(FAIL, "i-1", "one"), {"i-1", "one"}),
        (finding(FAIL, "i-2", "two"), {"i-2", "two"}),
        (finding(FAIL, "i-2", None), {"i-2", "one", "two"}),
        (finding(FAIL, ""), {"i-1", "i-2", "one", "two"}),
    ],
)
def test_a_finding_holds_back_its_instance_and_its_wave(result: Result, held_back: set[str]) -> None:
    """What concerns the migration holds back everybody, and whose wave is not known each wave."""
    judged = evaluation(finding(PASS, "i-1", "one"), finding(PASS, "i-2", "two"), result)
    readiness = {name: judge_instance(judged, f"urn of {name}").readiness for name in ("i-1", "i-2")}
    readiness |= {name: judge_wave(judged, name).readiness for name in ("one", "two")}
    assert {name for name, answer in readiness.items() if answer is Readiness.NOT_READY} == held_back
    assert {name for name, answer in readiness.items() if answer is Readiness.READY} == readiness.keys() - held_back
    assert judge_stack(judged).readiness is Readiness.NOT_READY


@pytest.mark.parametrize(
    "moment",
    [
        Moment(BEFORE_FREEZE, "PREFLIGHT_NOW", what_if=("another time",)),
        Moment(BEFORE_FREEZE, "cloud", rehearsal=("a simulated cloud",)),
    ],
)
def test_what_is_not_of_the_present_or_of_the_cloud_is_a_what_if(moment: Moment) -> None:
    judged = evaluation(finding(PASS))
    assert judge_stack(judged).hypothetical is None
    judged = replace(judged, moment=moment)
    for judgement in (judge_stack(judged), judge_wave(judged, "one"), judge_instance(judged, "urn of i-1")):
        assert (judgement.readiness, judgement.hypothetical) == (Readiness.WHAT_IF, Readiness.READY)


def test_a_prepared_stack_is_ready_and_before_the_first_update_only_with_conditions() -> None:
    ready = judge_stack(prepared().evaluation())
    assert (ready.readiness, ready.confidence) == (Readiness.READY, 1)
    assert judge_stack(prepared(exists=False).evaluation()).readiness is Readiness.READY_WITH_CONDITIONS
    assert judge_stack(evaluate([], prepared().plan(), Moment(BEFORE_FREEZE, "system"))).readiness is Readiness.UNKNOWN


@pytest.mark.parametrize("wave", ["nowhere", "two", "", UNKNOWN])
def test_an_instance_of_no_certain_wave_holds_back_every_wave(wave: object) -> None:
    """Its own word alone would take it out of the wave that names it, which then looks ready without it."""
    draft = prepared()
    add_wave(draft, "two", "i-app", start="2027-01-20T02:00:00+08:00")
    draft.facts(MIGRATING_INSTANCE, "i-web").update(wave=wave, eniQuantity=0.0)
    judged = draft.evaluation()
    assert {judge_wave(judged, name).readiness for name in ("all", "two")} == {Readiness.NOT_READY}


def test_a_wave_that_does_not_name_its_instance_tells_it_no_time() -> None:
    draft = prepared()
    draft.facts(MIGRATION)["waves"][0]["instanceIds"].remove("i-web")
    result = draft.result("instance-type-supports-eni", "i-web")
    assert (result.wave, result.mandatory_from) == (None, None)
