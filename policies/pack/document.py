"""The pack's whole result as a versioned JSON document (docs/schema/result.schema.json): the source of every report."""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, NotRequired

from typing_extensions import TypedDict

from policies import PACK_NAME, PACK_VERSION
from policies.core.clock import Moment, Wave
from policies.core.fixes import Change, Command, Fix, Step, Task, shell, to_fill
from policies.core.outcome import Outcome, Result, Subject
from policies.core.rule import Rule
from policies.core.waivers import Waiver
from policies.pack.evaluation import Evaluation
from policies.pack.run import Run, Source, rules_digest
from policies.pack.verdicts import Judgement, judge_instance, judge_stack, judge_wave
from policies.results import grouped, grouped_notices, keys
from policies.subjects.notes import Note
from policies.subjects.notice import ITEMS, Phase, not_checked

RESULT_VARIABLE: Final = "PREFLIGHT_RESULT"
SCHEMA_VERSION: Final = 4
# Counts added keys that readers of the same version may ignore.
SCHEMA_MINOR_VERSION: Final = 1

Answer = Literal["READY", "READY WITH CONDITIONS", "NOT READY", "UNKNOWN", "WHAT-IF"]
OutcomeName = Literal["PASS", "FAIL", "UNKNOWN", "NOT_APPLICABLE", "PENDING", "WAIVED"]


class PackDocument(TypedDict):
    """The pack that judged."""

    name: str
    version: str


class SourceDocument(TypedDict):
    """A file that the program read: its path relative to the project, and the SHA-256 of its content."""

    path: str
    sha256: str


class RunDocument(TypedDict):
    """The run of the result; null: unknown, or not given.

    `id` is the caller's, from PREFLIGHT_RUN_ID. `rulesSha256` is the digest of the pack's code. `stackFile` is null
    where the config was not that of the stack file; `files` are all others: evidence, flows. `cloudTime` and
    `machineTime` are both clocks when the estate had been read. `estateFile` is the inventory file of the estate; null:
    the cloud was read.
    """

    id: str | None
    accountId: str | None
    regionId: str | None
    estateReadAt: str | None
    cloudTime: str | None
    machineTime: str | None
    commit: str | None
    dirty: bool | None
    rulesSha256: str
    stackFile: SourceDocument | None
    files: list[SourceDocument] | None
    estateFile: SourceDocument | None


class JudgementDocument(TypedDict):
    """The answer; confidence is decided / applicable, and raisedBy the rules that could not be decided.

    `hypothetical` is what a WHAT-IF would be for the present and Alibaba Cloud; null where it is that.
    """

    readiness: Answer
    hypothetical: Answer | None
    confidence: float
    decided: int
    applicable: int
    raisedBy: list[str]


class WindowDocument(TypedDict):
    """Times in ISO 8601 with offset; null: unknown."""

    start: str | None
    latest: str | None


class WaveDocument(TypedDict):
    """One wave of instances, and whether it may go ahead. null: unknown."""

    name: str
    window: WindowDocument
    freezeStartsAt: str | None
    frozen: bool | None
    moved: bool | None
    instanceIds: list[str]
    judgement: JudgementDocument


class SubjectDocument(TypedDict):
    """The subject of a result. The migration has the stack's name as id and the project's as name."""

    kind: Literal["instance", "migration"]
    id: str
    name: str
    urn: str


class InstanceDocument(TypedDict):
    """One migrating instance, and whether it may go ahead.

    Results name it by `key`: its id, or where two have the same its URN.
    """

    key: str
    subject: SubjectDocument
    wave: str | None
    judgement: JudgementDocument


class RuleDocument(TypedDict):
    """A rule's declaration; leadHours null: it is always mandatory. unwaivable: why no waiver covers it."""

    id: str
    title: str
    severity: Literal["low", "medium", "high", "critical"]
    noticeItems: list[str]
    url: str
    leadHours: float | None
    waivable: bool
    unwaivable: str | None


class WaiverDocument(TypedDict):
    """The waiver of a result, and the outcome without it."""

    insteadOf: Literal["FAIL", "UNKNOWN"]
    scope: str
    reason: str
    owner: str
    approvedBy: str
    approvedAt: str
    expires: str


class StepDocument(TypedDict):
    """One step of a fix; keys of other kinds are left out, and so is `toFill` where there is nothing to fill in.

    A change of the stack config merges `value` into the value at `path`, keys joined by dots, below
    `classic-to-vpc:migration`: maps key by key, lists by the ids of their items. `command` is a line for a shell, from
    the project's directory; `text` a task for a person, or a remark on the command. `toFill` lists the values in angle
    brackets, which a person has to replace.
    """

    kind: Literal["config", "command", "task"]
    path: NotRequired[str | None]
    value: NotRequired[Any]
    command: NotRequired[str | None]
    text: NotRequired[str | None]
    toFill: NotRequired[list[str]]


class FixDocument(TypedDict):
    """One thing to fix: the ways to do so, of which one is enough, the better first; each a list of steps."""

    ways: list[list[StepDocument]]


class ResultDocument(TypedDict):
    """The equal results of one rule for several subjects.

    `about` the migration as a whole, every instance of `instances` of the file, or those whose keys are in `instances`
    here. Where `ownId` is true, `<id>` in `reason`, `remediation` and `fixes` is a placeholder for the id of each
    instance. `blocking`: it fails the preview. FAIL or UNKNOWN that is not blocking is advice until `mandatoryFrom`.
    All `fixes` are needed; `remediation` has them as text.
    """

    rule: str
    outcome: OutcomeName
    about: Literal["migration", "every instance", "instances"]
    instances: list[str]
    blocking: bool
    mandatoryFrom: str | None
    reason: str
    remediation: str
    fixes: list[FixDocument]
    ownId: bool
    waiver: WaiverDocument | None


class Finding(TypedDict):
    """The result of one rule for one subject, as `policies.results` reads it. Steps have all keys, null if unset.

    `wave` is that of the instance; null for the migration, or where it is unknown.
    """

    rule: str
    subject: SubjectDocument
    wave: str | None
    outcome: OutcomeName
    blocking: bool
    mandatoryFrom: str | None
    reason: str
    remediation: str
    fixes: list[FixDocument]
    waiver: WaiverDocument | None


class NoticeDocument(TypedDict):
    """The meaning of an item of the notice for a wave or, if they are not null, for instances, whatever is found.

    Where `ownId` is true, `<id>` in `text` is a placeholder for the id of each instance.
    """

    item: str
    phase: Phase
    wave: str | None
    instanceIds: list[str] | None
    text: str
    ownId: bool


class Notice(TypedDict):
    """What one item of the notice means for a wave or, where it is not null, for one instance, whatever is found."""

    item: str
    phase: Phase
    wave: str | None
    instanceId: str | None
    text: str


class WhatIfDocument(TypedDict):
    """Why no gate may use the result: it is about another `time`, or the cloud may not be Alibaba's."""

    kind: Literal["time", "rehearsal"]
    reason: str


class ResultsDocument(TypedDict):
    """Everything that the pack concluded in one analysis: every rule, every subject, every outcome.

    `now` is the time of the judgement, by `clockSource`; `judgedAt` is the machine's clock at that moment. `validUntil`
    is when the judgement may change by time alone: a freeze, a lead time or a window begins, an approval or an
    attestation ends, evidence becomes too old, the cleanup after a move is due. `notChecked` is what no rule checks, in
    the words of the policy `not-checked`.
    """

    schemaVersion: Literal[4]
    schemaMinorVersion: Literal[1]
    pack: PackDocument
    project: str
    stack: str
    run: RunDocument
    now: str
    clockSource: Literal["cloud", "system", "PREFLIGHT_NOW"]
    judgedAt: str | None
    whatIf: list[WhatIfDocument]
    validUntil: str | None
    judgement: JudgementDocument
    migration: SubjectDocument
    waves: list[WaveDocument]
    instances: list[InstanceDocument]
    rules: list[RuleDocument]
    results: list[ResultDocument]
    tally: dict[OutcomeName, int]
    blocking: int
    notChecked: list[str]
    notices: list[NoticeDocument]


def document(evaluation: Evaluation, rules: Iterable[Rule], run: Run | None = None) -> ResultsDocument:
    """Return the result as plain data."""
    run = run or Run()
    rules = tuple(rules)
    tally = Counter(result.outcome for result in evaluation.results)
    instances = _instances(evaluation)
    return {
        "schemaVersion": SCHEMA_VERSION,
        "schemaMinorVersion": SCHEMA_MINOR_VERSION,
        "pack": {"name": PACK_NAME, "version": PACK_VERSION},
        "project": evaluation.project,
        "stack": evaluation.stack,
        "run": _run(run),
        "now": evaluation.moment.now.isoformat(),
        "clockSource": evaluation.moment.source,
        "judgedAt": _time(evaluation.moment.judged_at),
        "whatIf": _what_if(evaluation.moment),
        "validUntil": _time(_valid_until(evaluation)),
        "judgement": _judgement(judge_stack(evaluation)),
        "migration": _subject(Subject("migration", evaluation.stack, evaluation.project, evaluation.migration_urn)),
        "waves": [_wave(evaluation, wave) for wave in evaluation.schedule.waves],
        "instances": instances,
        "rules": [_rule(rule) for rule in rules],
        "results": grouped(map(_result, evaluation.results), instances),
        "tally": {outcome.value: tally[outcome] for outcome in Outcome},
        "blocking": sum(result.blocking for result in evaluation.results),
        "notChecked": list(not_checked(item for rule in rules for item in rule.notice_items)),
        "notices": grouped_notices(map(_notice, evaluation.notes)),
    }


def _instances(evaluation: Evaluation) -> list[InstanceDocument]:
    waves = {result.subject.urn: result.wave for result in evaluation.results}
    subjects = [_subject(subject) for subject in evaluation.instances]
    named = keys((subject["id"], subject["urn"]) for subject in subjects)
    return [
        {
            "key": key,
            "subject": subject,
            "wave": waves.get(subject["urn"]),
            "judgement": _judgement(judge_instance(evaluation, subject["urn"])),
        }
        for key, subject in zip(named, subjects, strict=True)
    ]


def _notice(note: Note) -> Notice:
    return {
        "item": note.item,
        "phase": ITEMS[note.item].phase,
        "wave": note.wave or None,
        "instanceId": note.instance_id or None,
        "text": note.text,
    }


def _what_if(moment: Moment) -> list[WhatIfDocument]:
    found: list[WhatIfDocument] = [{"kind": "time", "reason": reason} for reason in moment.what_if]
    return found + [{"kind": "rehearsal", "reason": reason} for reason in moment.rehearsal]


def _run(run: Run) -> RunDocument:
    return {
        "id": run.id,
        "accountId": run.account_id,
        "regionId": run.region_id,
        "estateReadAt": _time(run.estate_read_at),
        "cloudTime": _time(run.cloud_time),
        "machineTime": _time(run.machine_time),
        "commit": run.commit,
        "dirty": run.dirty,
        "rulesSha256": rules_digest(),
        "stackFile": None if run.stack_file is None else _source(run.stack_file),
        "files": None if run.files is None else [_source(item) for item in run.files],
        "estateFile": None if run.estate_file is None else _source(run.estate_file),
    }


def _source(source: Source) -> SourceDocument:
    return {"path": source.path, "sha256": source.sha256}


def _valid_until(evaluation: Evaluation) -> datetime | None:
    """Return when the judgement may change by time alone; None where no such time is ahead."""
    moments = [
        *evaluation.deadlines,
        *(result.mandatory_from for result in evaluation.results if result.advice),
    ]
    return min((moment for moment in moments if moment is not None and moment > evaluation.moment.now), default=None)


def _judgement(judgement: Judgement) -> JudgementDocument:
    return {
        "readiness": judgement.readiness.value,
        "hypothetical": None if judgement.hypothetical is None else judgement.hypothetical.value,
        "confidence": judgement.confidence,
        "decided": judgement.decided,
        "applicable": judgement.applicable,
        "raisedBy": list(judgement.raised_by),
    }


def _wave(evaluation: Evaluation, wave: Wave) -> WaveDocument:
    timeline = wave.timeline
    return {
        "name": wave.name,
        "window": {"start": _time(timeline.start), "latest": _time(timeline.latest)},
        "freezeStartsAt": _time(timeline.freeze_starts_at),
        "frozen": timeline.frozen,
        "moved": wave.moved,
        "instanceIds": sorted(wave.instance_ids),
        "judgement": _judgement(judge_wave(evaluation, wave.name)),
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _rule(rule: Rule) -> RuleDocument:
    return {
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity,
        "noticeItems": list(rule.notice_items),
        "url": rule.url,
        "leadHours": rule.lead_hours,
        "waivable": rule.unwaivable is None,
        "unwaivable": rule.unwaivable,
    }


def _subject(subject: Subject) -> SubjectDocument:
    return {"kind": subject.kind, "id": subject.id, "name": subject.name, "urn": subject.urn or ""}


def _result(result: Result) -> Finding:
    return {
        "rule": result.rule_id,
        "subject": _subject(result.subject),
        "wave": result.wave,
        "outcome": result.outcome.value,
        "blocking": result.blocking,
        "mandatoryFrom": _time(result.mandatory_from),
        "reason": result.reason,
        "remediation": result.remediation,
        "fixes": [_fix(fix) for fix in result.fixes],
        "waiver": None if result.waiver is None else _waiver(result, result.waiver),
    }


def _fix(fix: Fix) -> FixDocument:
    return {"ways": [[_step(step) for step in way] for way in fix.ways]}


def _step(step: Step) -> StepDocument:
    empty: StepDocument = {
        "kind": "task",
        "path": None,
        "value": None,
        "command": None,
        "text": None,
        "toFill": list(to_fill(step)),
    }
    match step:
        case Change(path, value):
            return {**empty, "kind": "config", "path": path, "value": value}
        case Command(argv, comment):
            return {**empty, "kind": "command", "command": shell(argv), "text": comment or None}
        case Task(text):
            return {**empty, "text": text}


def _waiver(result: Result, waiver: Waiver) -> WaiverDocument:
    return {
        "insteadOf": "UNKNOWN" if result.waived is Outcome.UNKNOWN else "FAIL",
        "scope": waiver.scope,
        "reason": waiver.reason,
        "owner": waiver.owner,
        "approvedBy": waiver.approved_by,
        "approvedAt": waiver.approved_at.isoformat(),
        "expires": waiver.expires.isoformat(),
    }


def _lines(content: Mapping[str, object]) -> Iterator[str]:
    """Yield the document with a line for each entry of a list, such as a result: so a large one can be searched.

    With an indent, Python writes JSON by code of its own, which takes ten times as long.
    """
    encode = json.JSONEncoder(ensure_ascii=False).encode
    before = "{"
    for key, value in content.items():
        yield f"{before}\n{encode(key)}: "
        before = ","
        if isinstance(value, list) and value:
            yield from (f"{',' if place else '['}\n{encode(item)}" for place, item in enumerate(value))
            yield "\n]"
        else:
            yield encode(value)
    yield "\n}\n"


def write(path: Path, content: ResultsDocument) -> None:
    """Write the document so that a reader finds the whole of it or nothing. Raises OSError where that fails."""
    # As the reports are: a later job of a pipeline may read it as another user.
    write_whole(path, _lines(content), mode=0o644)


def write_whole(path: Path, parts: Iterable[str], *, mode: int = 0o600) -> None:
    """Write a file whole or not at all. Raises OSError where that fails."""
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
