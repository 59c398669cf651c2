"""Combine the verdicts of all stacks of a fleet. Results are read one by one, so only one is in memory at a time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from policies.core.facts import safe
from policies.core.words import few, number_of
from policies.verdict import (
    CONDITIONS,
    MALFORMED,
    NO_RESULT,
    NOT_JUDGED,
    NOT_READY,
    READY,
    UNKNOWN,
    WHAT_IF,
    Criteria,
    decide,
)
from preflight.fixes import fixes, open_findings
from preflight.fleet.document import FleetDocument
from preflight.fleet.staying import staying_in
from preflight.summary import waves

#: The worst first. A fleet is as ready as the worst of its stacks.
_CODES: Final = (NOT_JUDGED, NOT_READY, UNKNOWN, WHAT_IF, CONDITIONS, READY)
NAMES: Final[Mapping[int, str]] = {
    NOT_JUDGED: "NOT JUDGED",
    NOT_READY: "NOT READY",
    UNKNOWN: "UNKNOWN",
    WHAT_IF: "WHAT-IF",
    CONDITIONS: "READY WITH CONDITIONS",
    READY: "READY",
}
_RANK: Final = {code: place for place, code in enumerate(_CODES)}


@dataclass(frozen=True)
class StackVerdict:
    """One stack: its verdict, and the figures of its result if that counts.

    `code` is the exit code of `check --strict`, in which READY WITH CONDITIONS has its own. `confidence` is 0 to 1.
    `start` is the time of its next wave, `by_file` the SHA-256 of the inventory file that it was judged by. `staying`
    are the instances that its stack file leaves classic.
    """

    name: str
    code: int
    problems: tuple[str, ...] = ()
    confidence: float = 0.0
    instances: frozenset[str] = frozenset()
    moved: int = 0
    blocking: int = 0
    start: str | None = None
    hypothetical: str | None = None
    estate_read_at: str | None = None
    by_file: str | None = None
    staying: frozenset[str] = frozenset()
    fixes: tuple[tuple[str, str, int], ...] = ()

    @property
    def readiness(self) -> str:
        """The verdict in words."""
        return NAMES[self.code]


@dataclass(frozen=True)
class FleetFix:
    """One fix, by title and severity: the number of stacks that it blocks, and the findings that it settles there."""

    title: str
    severity: str
    stacks: int
    findings: int


@dataclass(frozen=True)
class Rollup:
    """All stacks, the worst first; `problems` are those that no single stack can see."""

    fleet: FleetDocument
    stacks: tuple[StackVerdict, ...]
    problems: tuple[str, ...]
    code: int
    fixes: tuple[FleetFix, ...] = field(default=())

    @property
    def readiness(self) -> str:
        """The verdict of the whole fleet in words."""
        return NAMES[self.code]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many stacks have each verdict, the worst first."""
        by_code = Counter(stack.code for stack in self.stacks)
        return {NAMES[code]: by_code[code] for code in _CODES if by_code[code]}

    def exit_code(self, *, strict: bool) -> int:
        """Return the exit code, as that of `check`."""
        return READY if self.code == CONDITIONS and not strict else self.code


def roll_up(fleet: FleetDocument, paths: Iterable[Path], criteria: Criteria, now: datetime) -> Rollup:
    """Judge each result alone, then the fleet.

    `criteria` is what every result must match. A stack with no valid result, or with two, is NOT JUDGED. An invalid
    result of an unknown stack, or a result of a stack outside the fleet, is a problem of the whole fleet.
    """
    stack_names = {stack.name for stack in fleet.stacks}
    verdicts_of: dict[str, list[tuple[Path, StackVerdict]]] = defaultdict(list)
    problems: list[str] = []
    for path in sorted(paths):
        verdict = _judged(path, fleet.region_id, criteria, now)
        if verdict.name in stack_names:
            verdicts_of[verdict.name].append((path, verdict))
        elif not verdict.problems:
            problems.append(f"{safe(str(path))}: its stack {safe(verdict.name)} is not in the fleet")
        elif path.stem in stack_names:
            # The content of an invalid result cannot be trusted; the file's name says which stack to look at.
            verdicts_of[path.stem].append((path, verdict))
        else:
            problems.append(f"{safe(str(path))}: {'; '.join(verdict.problems)}")
    stacks = _of_one_reading([_verdict(stack.name, verdicts_of.get(stack.name, ())) for stack in fleet.stacks])
    astray = list(_astray(fleet, stacks))
    worst = [NOT_JUDGED] * bool(problems) + [NOT_READY] * bool(astray) + [stack.code for stack in stacks]
    return Rollup(
        fleet=fleet,
        stacks=tuple(sorted(stacks, key=lambda item: (_RANK[item.code], -item.blocking, item.start or "9", item.name))),
        problems=(*problems, *astray),
        code=min(worst, key=_RANK.__getitem__),
        fixes=_fixes(stacks),
    )


def _judged(path: Path, region_id: str, criteria: Criteria, now: datetime) -> StackVerdict:
    """Judge one file, and keep only the few values that the report shows."""
    decision = decide(path, criteria, now, strict=True)
    result = decision.result
    if result is None:
        return StackVerdict("", NOT_JUDGED, tuple(safe(text) for text in decision.problems))
    try:
        return _figures(decision.code, result, region_id, criteria.project)
    except MALFORMED:
        return StackVerdict("", NOT_JUDGED, (NO_RESULT,))


def _figures(code: int, result: Mapping[str, Any], region_id: str, project: Path) -> StackVerdict:
    """Return what the report shows of a result. Raises the errors of MALFORMED where a part is of another type."""
    run, judgement = result["run"], result["judgement"]
    if run["regionId"] != region_id:
        problem = f"its region is {run['regionId'] or '(not known)'}, expected {region_id}"
        return StackVerdict("", NOT_JUDGED, (safe(problem),))
    judged_waves, findings = waves(result), open_findings(result)
    blocking = [item for item in findings if item["blocking"]]
    rules = {rule["id"]: rule for rule in result["rules"]}
    starts = [_text(wave.start) for wave in judged_waves if wave.start and not wave.moved]
    file, read_at = run.get("estateFile"), run["estateReadAt"]
    return StackVerdict(
        name=_text(result["stack"]),
        code=code,
        confidence=_share(judgement["confidence"]),
        instances=frozenset(_text(item["subject"]["id"]) for item in result["instances"]),
        moved=sum(wave.instances for wave in judged_waves if wave.moved),
        blocking=len(blocking),
        start=min(starts, key=_time, default=None),
        hypothetical=judgement["hypothetical"],
        estate_read_at=None if read_at is None else _time(read_at).isoformat(),
        by_file=None if file is None else _text(file["sha256"]),
        staying=staying_in(project, run["stackFile"]["path"]),
        fixes=tuple((fix.title, fix.severity, fix.findings) for fix in fixes(blocking, rules)),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("expected text")
    return value


def _share(value: float) -> float:
    if not 0 <= value <= 1:
        raise ValueError("expected a share of 1")
    return value


def _verdict(name: str, verdicts: Sequence[tuple[Path, StackVerdict]]) -> StackVerdict:
    """Return the verdict of a stack, which must have exactly one result."""
    if not verdicts:
        return StackVerdict(name, NOT_JUDGED, ("there is no result of it",))
    if len(verdicts) > 1:
        paths = ", ".join(safe(str(path)) for path, _ in verdicts)
        why = f"it has {len(verdicts)} results, and nobody can tell which counts: {paths}"
        return StackVerdict(name, NOT_JUDGED, (why,))
    path, verdict = verdicts[0]
    return replace(verdict, name=name, problems=tuple(f"{safe(str(path))}: {text}" for text in verdict.problems))


def _of_one_reading(stacks: Sequence[StackVerdict]) -> list[StackVerdict]:
    """Return the verdicts; a stack judged by an older inventory file than another stack becomes NOT JUDGED."""
    files = {item.by_file: item.estate_read_at for item in stacks if item.by_file is not None}
    if not files:
        return list(stacks)
    newest = max(files, key=lambda digest: (_time(files[digest] or _NEVER), digest))
    return [item if item.by_file in (None, newest) else _outdated(item) for item in stacks]


def _outdated(item: StackVerdict) -> StackVerdict:
    why = f"it was judged by an inventory file of {item.estate_read_at}, and others by a newer one"
    return replace(item, code=NOT_JUDGED, problems=(why,))


def _astray(fleet: FleetDocument, stacks: Iterable[StackVerdict]) -> Iterator[str]:
    """Yield a problem for instances of the plan that no stack moves, and for those about which stacks disagree.

    A single stack cannot see this: it has the instances of the others under `later`.
    """
    stacks = tuple(stacks)
    by_name = {stack.name: stack for stack in stacks}
    movers: defaultdict[str, list[str]] = defaultdict(list)
    for name, verdict in by_name.items():
        for instance_id in verdict.instances:
            movers[instance_id].append(name)
    for stack in fleet.stacks:
        if by_name[stack.name].code == NOT_JUDGED:
            continue
        if absent := sorted(set(stack.moving) - movers.keys()):
            count = number_of(len(absent), "instance")
            yield f"{stack.name} no longer moves {count} of the plan, and no other stack does: {few(absent)}"
    twice = sorted(item for item, names in movers.items() if len(names) > 1)
    if twice:
        names = sorted({name for item in twice for name in movers[item]})
        yield f"{number_of(len(twice), 'instance')} would be moved by more than one of {few(names)}: {few(twice)}"
    judged = [item for item in stacks if item.code != NOT_JUDGED]
    stays = frozenset[str]().union(*(item.staying for item in judged))
    if unlike := sorted(instance_id for item in judged for instance_id in stays - item.staying):
        names = [item.name for item in judged if stays - item.staying]
        ids = list(dict.fromkeys(unlike))
        yield (
            f"under staying in another stack, and not in {few(names)}, so that nobody is linked with "
            f"{number_of(len(ids), 'instance')}: {few(ids)}"
        )


def _fixes(stacks: Iterable[StackVerdict]) -> tuple[FleetFix, ...]:
    """Return each blocking fix once: the worst severity first, then the most stacks and findings."""
    severities = {name: place for place, name in enumerate(("critical", "high", "medium", "low"))}
    counts_of: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for stack in stacks:
        of_stack: Counter[tuple[str, str]] = Counter()
        for title, severity, findings in stack.fixes:
            of_stack[title, severity] += findings
        for key, count in of_stack.items():
            counts_of[key].append(count)
    fixes = [FleetFix(title, severity, len(counts), sum(counts)) for (title, severity), counts in counts_of.items()]
    return tuple(
        sorted(fixes, key=lambda fix: (severities.get(fix.severity, 9), -fix.stacks, -fix.findings, fix.title))
    )


def summary(rollup: Rollup) -> dict[str, Any]:
    """Return the report as data."""
    return {
        "schemaVersion": 1,
        "readiness": rollup.readiness,
        "exitCode": rollup.exit_code(strict=False),
        "accountId": rollup.fleet.account_id,
        "regionId": rollup.fleet.region_id,
        "counts": dict(rollup.counts),
        "problems": list(rollup.problems),
        "stacks": [
            {
                "name": stack.name,
                "readiness": stack.readiness,
                "hypothetical": stack.hypothetical,
                "problems": list(stack.problems),
                "confidence": stack.confidence,
                "instances": len(stack.instances),
                "moved": stack.moved,
                "blocking": stack.blocking,
                "start": stack.start,
                "estateReadAt": stack.estate_read_at,
                "estateFileSha256": stack.by_file,
            }
            for stack in rollup.stacks
        ],
        "fixes": [
            {"title": fix.title, "severity": fix.severity, "stacks": fix.stacks, "findings": fix.findings}
            for fix in rollup.fixes
        ],
    }


_NEVER: Final = "0001-01-01T00:00:00+00:00"


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.utcoffset() is None:
        raise ValueError("expected a time with its offset")
    return moment
