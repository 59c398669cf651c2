"""Judge the pack's result for a gate: `python -m policies.verdict FILE --run ID`. Needs only the standard library.

A result counts only if it is of this run, of this pack, of these files, and recent.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from policies import PACK_NAME
from policies.core.facts import safe
from policies.pack.run import manifest, rules_digest
from policies.results import findings, groups

if TYPE_CHECKING:
    from policies.pack.document import InstanceDocument, ResultDocument

PROGRAM: Final = "python -m policies.verdict"
SCHEMA_VERSION: Final = 4
READY, CONDITIONS, NOT_READY, UNKNOWN, NOT_JUDGED, WHAT_IF, BAD_INPUT = 0, 10, 20, 30, 40, 4, 2
# The result of ten thousand instances has about 60 MiB.
_MOST_BYTES: Final = 256 * 2**20
_SKEW: Final = timedelta(minutes=5)
_SHOWN: Final = 20

_CODES: Final = {
    "READY": READY,
    "READY WITH CONDITIONS": READY,
    "NOT READY": NOT_READY,
    "UNKNOWN": UNKNOWN,
    "WHAT-IF": WHAT_IF,
}

_HELP: Final = f"""Judges the result file of one run, for a pipeline.

exit codes:
  {READY:<3} ready, or ready with conditions ({CONDITIONS} for these with --strict)
  {NOT_READY:<3} not ready
  {UNKNOWN:<3} unknown
  {NOT_JUDGED:<3} not judged: no result, or none of this run, pack, checkout or time
  {WHAT_IF:<3} what-if: about another time than the present, or about a cloud that
      is not proven to be Alibaba Cloud
  {BAD_INPUT:<3} bad input"""


# What reading raises if a part of the result is missing or has another type.
MALFORMED: Final = (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError)
NO_RESULT: Final = "it lacks what a result of its schema version must have"


class NotJudgedError(Exception):
    """The file is no result that a gate may trust; the message says why."""


@dataclass(frozen=True)
class Criteria:
    """What the result must match; None accepts any value."""

    run: str | None
    since: datetime | None
    project: Path
    stack: str | None = None
    wave: str | None = None
    commit: str | None = None
    account: str | None = None
    config_elsewhere: bool = False
    rehearsal: bool = False
    max_age: timedelta = timedelta(hours=1)


def load(path: Path) -> dict[str, Any]:
    """Read a result of this reader's schema version. Raises NotJudgedError for anything else."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise NotJudgedError(f"it is larger than {_MOST_BYTES // 2**20} MiB")
        result = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_once)
    except OSError as error:
        raise NotJudgedError(f"it cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise NotJudgedError("it is not valid JSON, or not complete") from None
    if not isinstance(result, dict) or not isinstance(result.get("pack"), dict):
        raise NotJudgedError("it is no result of the policy pack")
    if result["pack"].get("name") != PACK_NAME:
        raise NotJudgedError(f"it is not of the policy pack {PACK_NAME}")
    if result.get("schemaVersion") != SCHEMA_VERSION:
        raise NotJudgedError(f"its schema version is {result.get('schemaVersion')!r:.40}; expected {SCHEMA_VERSION}")
    return result


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        raise ValueError("a key stands there twice")
    return document


def refusals(result: Mapping[str, Any], criteria: Criteria, now: datetime) -> list[str]:
    """Return why the result is not of this run, this pack and these files, or not recent; empty if it is."""
    try:
        return [
            *_other_run(result, criteria),
            *_out_of_time(result, criteria, now),
            *_other_rules(result),
            *_other_sources(result, criteria),
            *_contradictions(result),
        ]
    except MALFORMED:
        return [NO_RESULT]


def _other_run(result: Mapping[str, Any], criteria: Criteria) -> Iterator[str]:
    run = result["run"]
    if criteria.run is not None and run["id"] != criteria.run:
        yield f"its run is {run['id'] or 'without an id'}, expected {criteria.run}"
    if criteria.since is not None and _time(result["judgedAt"]) < criteria.since:
        yield f"it was judged at {result['judgedAt']}, before {criteria.since.isoformat()}"
    for name, actual, expected in (
        ("stack", result["stack"], criteria.stack),
        ("commit", run["commit"], criteria.commit),
        ("account", run["accountId"], criteria.account),
    ):
        if expected is not None and actual != expected:
            yield f"its {name} is {actual or '(not known)'}, expected {expected}"
    if criteria.commit is not None and run["dirty"] is not False:
        yield "the checkout had changes on top of that commit"


def _out_of_time(result: Mapping[str, Any], criteria: Criteria, now: datetime) -> Iterator[str]:
    run = result["run"]
    # The age of an inventory file does not matter here: a result by a file is never ready anyway.
    read = () if _by_file(result) else (("the estate was read", run["machineTime"]),)
    for event, text in (("it was judged", result["judgedAt"]), *read):
        if text is None:
            yield f"it does not say when {event}"
        elif _time(text) > now + _SKEW:
            yield f"{event} at {text}, which is in the future: it is {_to_second(now)} here"
        elif _time(text) < now - criteria.max_age:
            yield f"{event} at {text}, more than {criteria.max_age // timedelta(minutes=1)} minutes ago"
    if result["validUntil"] is None or run["cloudTime"] is None or run["machineTime"] is None:
        return
    # In terms of the cloud's clock, which the pack used.
    present = now + (_time(run["cloudTime"]) - _time(run["machineTime"]))
    if result["clockSource"] == "cloud" and _time(result["validUntil"]) <= present:
        yield f"it was valid until {result['validUntil']}: a freeze or an approval may have changed it since"


def _other_rules(result: Mapping[str, Any]) -> Iterator[str]:
    digest, expected = result["run"]["rulesSha256"], rules_digest()
    if digest != expected:
        yield f"another version of the rules judged it: {digest[:12]}, this pack has {expected[:12]}"
    ids = {rule["id"] for rule in result["rules"]}
    if missing := sorted(set(manifest()) - ids):
        yield f"rules are missing: {', '.join(missing)}"
    judged = {group["rule"] for group, instances in groups(result) if instances}
    if unasked := sorted(ids - judged):
        yield f"rules have no result: {', '.join(unasked)}"


def _other_sources(result: Mapping[str, Any], criteria: Criteria) -> Iterator[str]:
    stack_file, files = result["run"]["stackFile"], result["run"]["files"]
    if stack_file is None and not criteria.config_elsewhere:
        yield "it names no stack file: its config came from elsewhere (--config-elsewhere accepts that)"
    if files is None:
        yield "it does not list the files that it rests on"
    for item in [*([] if stack_file is None else [stack_file]), *(files or ())]:
        try:
            digest = hashlib.sha256((criteria.project / item["path"]).read_bytes()).hexdigest()
        except OSError as error:
            yield f"{item['path']}, which it rests on, cannot be read in {criteria.project}: {error.strerror}"
            continue
        if digest != item["sha256"]:
            yield f"{item['path']} has changed since it was judged"


def _contradictions(result: Mapping[str, Any]) -> Iterator[str]:
    every = list(groups(result))
    blocking = [instances for group, instances in every if group["blocking"]]
    passes = [(None, _passes(result)), *((wave["name"], _passes(wave)) for wave in result["waves"])]
    # A finding of no wave holds back all waves.
    holding = {None if item is None else item["wave"] for instances in blocking for item in instances}
    held_back = any(wave is None or None in holding or wave in holding for wave, passing in passes if passing)
    if sum(map(len, blocking)) != result["blocking"] or (holding and held_back):
        yield "its judgement contradicts its results"
    if any(group["blocking"] is not _must_block(result, group) for group, _ in every):
        yield "it contradicts itself about what is mandatory"
    kinds = [item["kind"] for item in result["whatIf"]]
    judgements = (result["judgement"], *(wave["judgement"] for wave in result["waves"]))
    if {item["readiness"] == "WHAT-IF" for item in judgements} != {bool(kinds)} or ("time" in kinds) != (
        result["clockSource"] == "PREFLIGHT_NOW"
    ):
        yield "it contradicts itself about whether it is a what-if"
    if _by_file(result) and any(passing for _, passing in passes):
        yield "it is ready by the estate of a file, which may be out of date"
    if result["clockSource"] not in (*_CLOCKS, *(("system",) if _by_file(result) else ())):
        yield "it does not use the cloud's clock"
    if not any(instances for _, instances in every):
        yield "it has no results"
    yield from _unasked_instances(result, every)


def _by_file(result: Mapping[str, Any]) -> bool:
    """Whether the estate is from an inventory file instead of the cloud."""
    return result["run"].get("estateFile") is not None


def _passes(judged: Mapping[str, Any]) -> bool:
    judgement = judged["judgement"]
    return (judgement["hypothetical"] or judgement["readiness"]) in _PASSING


def _must_block(result: Mapping[str, Any], group: ResultDocument) -> bool:
    """Whether the group is a finding that is mandatory at the time of the result."""
    since = group["mandatoryFrom"]
    return group["outcome"] in ("FAIL", "UNKNOWN") and (since is None or _time(result["now"]) >= _time(since))


def _unasked_instances(
    result: Mapping[str, Any], results: Iterable[tuple[ResultDocument, Sequence[InstanceDocument | None]]]
) -> Iterator[str]:
    """Yield the rules with results for instances that do not have exactly one for each instance."""
    results_of: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for group, instances in results:
        results_of[group["rule"]].update(item["key"] for item in instances if item is not None)
    every = [item["key"] for item in result["instances"]]
    if len(set(every)) < len(every):
        yield "two instances have the same key"
    for rule, counts in sorted(results_of.items()):
        if counts and (missing := sorted(set(every) - counts.keys())):
            yield f"{rule} has no result for {', '.join(missing)}"
        if twice := sorted(key for key, count in counts.items() if count > 1):
            yield f"{rule} has more than one result for {', '.join(twice)}"


_CLOCKS: Final = ("cloud", "PREFLIGHT_NOW")
_PASSING: Final = frozenset(name for name, code in _CODES.items() if code == READY)


def judgement(result: Mapping[str, Any], wave: str | None) -> Mapping[str, Any]:
    """Return the judgement of the stack, or of one of its waves. Raises NotJudgedError if there is no such wave."""
    parts = [result] if wave is None else [item for item in result["waves"] if item["name"] == wave]
    if len(parts) != 1:
        raise NotJudgedError(f"it has no wave {wave}")
    judged: Mapping[str, Any] = parts[0]["judgement"]
    return judged


@dataclass(frozen=True)
class Decision:
    """What a file means for a gate: the exit code and, if the result counts, the result; else the reasons."""

    code: int
    readiness: str
    result: Mapping[str, Any] | None
    problems: tuple[str, ...] = ()


def decide(path: Path, criteria: Criteria, now: datetime, *, strict: bool = False) -> Decision:
    """Return what the file means for a gate; no content of the file makes it raise."""
    try:
        result = load(path)
        if problems := refusals(result, criteria, now):
            return Decision(NOT_JUDGED, "NOT JUDGED", None, tuple(map(_line, problems)))
        readiness = str(judgement(result, criteria.wave)["readiness"])
        if criteria.rehearsal and {item["kind"] for item in result["whatIf"]} == {"rehearsal"}:
            readiness = str(judgement(result, criteria.wave)["hypothetical"])
    except NotJudgedError as problem:
        return Decision(NOT_JUDGED, "NOT JUDGED", None, (str(problem),))
    except MALFORMED:
        return Decision(NOT_JUDGED, "NOT JUDGED", None, (NO_RESULT,))
    code = _CODES.get(readiness, UNKNOWN)
    if strict and readiness == "READY WITH CONDITIONS":
        code = CONDITIONS
    return Decision(code, readiness, result)


def verdict(path: Path, criteria: Criteria, now: datetime, *, strict: bool = False) -> tuple[int, list[str]]:
    """Return the exit code, and the lines for a person."""
    decision = decide(path, criteria, now, strict=strict)
    problems = decision.problems
    if decision.result is not None:
        try:
            lines = [_headline(decision.result, criteria, decision.readiness), *_findings(decision.result, criteria)]
        except (*MALFORMED, NotJudgedError):
            problems = (NO_RESULT,)
        else:
            return decision.code, lines
    return NOT_JUDGED, [f"NOT JUDGED: {_line(path)}:", *(f"  {problem}" for problem in problems)]


def _headline(result: Mapping[str, Any], criteria: Criteria, readiness: str) -> str:
    run = result["run"]
    subject = (
        f"stack {result['stack']}" if criteria.wave is None else f"wave {criteria.wave} of stack {result['stack']}"
    )
    commit = f", commit {run['commit'][:12]}{' with changes' if run['dirty'] else ''}" if run["commit"] else ""
    headline = f"{readiness}: {subject}, account {run['accountId'] or 'not known'}, judged at {result['now']}{commit}"
    if _by_file(result):
        headline += f", by the estate in {run['estateFile']['path']} of {run['estateReadAt']}"
    if not result["whatIf"]:
        return _line(headline)
    would = judgement(result, criteria.wave)["hypothetical"]
    reasons = (f"  {_line(item['reason'])}" for item in result["whatIf"])
    return "\n".join([_line(f"{headline}; would be {would}"), *reasons])


def _findings(result: Mapping[str, Any], criteria: Criteria) -> Iterator[str]:
    """Yield each blocking finding: outcome, rule, subject and the first line of the reason."""
    open_findings = [
        item
        for item in findings(result, "FAIL", "UNKNOWN")
        if item["blocking"] and criteria.wave in (None, item["wave"] or criteria.wave)
    ]
    for item in open_findings[:_SHOWN]:
        reason = item["reason"].partition("\n")[0]
        yield _line(f"  {item['outcome']} {item['rule']} {item['subject']['name']}: {reason}")
    if len(open_findings) > _SHOWN:
        yield f"  and {len(open_findings) - _SHOWN} more, in the file"


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.utcoffset() is None:
        raise ValueError("a time without an offset")
    return moment


def _line(text: object) -> str:
    """Return text from the file, or a path, as one line that is safe for a terminal."""
    return safe(str(text)).replace("\n", "?")


def _to_second(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _moment(text: str) -> datetime:
    try:
        return _time(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a time with its offset, found {text!r}") from None


def _minutes(text: str) -> timedelta:
    if not text.isdecimal() or not 0 < int(text) <= 7 * 24 * 60:
        raise argparse.ArgumentTypeError(f"expected whole minutes, a week at the most, found {text!r}")
    return timedelta(minutes=int(text))


def _text(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("expected text that is not blank")
    return text.strip()


def _parser(prog: str) -> argparse.ArgumentParser:
    # Other commands use typer; this one must run in a pipeline without the project's packages.
    parser = argparse.ArgumentParser(prog=prog, description=_HELP, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, metavar="FILE", help="the result file that PREFLIGHT_RESULT named")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--run", type=_text, metavar="ID", help="the run's own id, as PREFLIGHT_RUN_ID had it")
    which.add_argument("--since", type=_moment, metavar="TIME", help="or when the run began, with its UTC offset")
    parser.add_argument(
        "--project", type=Path, default=Path(), metavar="DIR", help="the directory with Pulumi.yaml (default: this one)"
    )
    parser.add_argument("--stack", type=_text, metavar="NAME", help="refuse the result of another stack")
    parser.add_argument("--wave", type=_text, metavar="NAME", help="judge one wave, not the whole stack")
    parser.add_argument("--commit", type=_text, metavar="SHA", help="refuse another commit, or one with changes")
    parser.add_argument("--account", type=_text, metavar="ID", help="refuse another Alibaba Cloud account")
    parser.add_argument(
        "--max-age", type=_minutes, default=timedelta(hours=1), metavar="MIN", help="minutes it is valid (default 60)"
    )
    parser.add_argument(
        "--config-elsewhere", action="store_true", help="the config is not that of the stack file (--config-file)"
    )
    parser.add_argument(
        "--rehearsal", action="store_true", help="judge a simulated cloud as if it were Alibaba Cloud; never for a gate"
    )
    parser.add_argument("--strict", action="store_true", help=f"exit {CONDITIONS} if it is ready with conditions")
    return parser


def main(arguments: Sequence[str] | None = None, prog: str = PROGRAM) -> int:
    """Judge the file that the command line names, as the command `prog`; return the exit code."""
    options = _parser(prog).parse_args(arguments)
    criteria = Criteria(
        options.run,
        options.since,
        options.project,
        options.stack,
        options.wave,
        options.commit,
        options.account,
        options.config_elsewhere,
        options.rehearsal,
        options.max_age,
    )
    code, lines = verdict(options.file, criteria, datetime.now(UTC), strict=options.strict)
    _print("\n".join(lines))
    return code


def _print(text: str) -> None:
    """Print; neither a closed pipe nor a narrow encoding changes the exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # Otherwise Python flushes again at exit, fails, and reports that.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
