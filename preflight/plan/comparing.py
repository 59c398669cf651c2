"""Compare a result with that of the base branch: new, gone and newly waived findings, and moved dates; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from policies.core.facts import Facts, UnreadableError, attempt, printable
from policies.core.plan import Plan
from policies.results import findings, groups
from preflight.plan.model import Comparison, Decision, FindingChange, MovedDate, Side

#: For this time before its end, a waiver or an attestation is reported as about to end.
SOON: Final = timedelta(days=7)
_OPEN: Final = ("FAIL", "UNKNOWN")
_WAIVED: Final = "WAIVED"

_Key = tuple[str, str, str]


def compare(before: Mapping[str, Any], after: Mapping[str, Any], plan: Plan | None = None) -> Comparison:
    """Return how `after` differs from `before`, two results of the pack.

    `plan` is the input of `after`: only it has attestations, and waivers that cover nothing.
    """
    old_findings, new_findings = _by_subject(before), _by_subject(after)
    titles = {rule["id"]: rule for result in (before, after) for rule in result["rules"]}
    keys = (
        key
        for key in {*old_findings, *new_findings}
        if {_outcome(old_findings, key), _outcome(new_findings, key)} & {*_OPEN, _WAIVED}
    )
    changes = [_change(old_findings.get(key), new_findings.get(key), titles) for key in sorted(keys)]
    opened = [item for item in changes if item.after in _OPEN]
    before_ids, after_ids = _instances(before), _instances(after)
    return Comparison(
        before=_side(before),
        after=_side(after),
        new=tuple(item for item in opened if item.before not in _OPEN),
        gone=tuple(item for item in changes if item.before in _OPEN and item.after not in (*_OPEN, _WAIVED)),
        newly_waived=tuple(item for item in changes if item.after == _WAIVED and item.before != _WAIVED),
        blocking_since=tuple(
            item
            for key, other in sorted(new_findings.items())
            if (one := old_findings.get(key)) is not None
            and {one["outcome"], other["outcome"]} <= set(_OPEN)
            and other["blocking"]
            and not one["blocking"]
            for item in [_change(one, other, titles)]
        ),
        dates=tuple(_dates(before, after)),
        decisions=tuple(_decisions(before, after, plan)),
        instances_added=tuple(sorted(printable(after_ids[i]) for i in after_ids.keys() - before_ids.keys())),
        instances_removed=tuple(sorted(printable(before_ids[i]) for i in before_ids.keys() - after_ids.keys())),
    )


def _by_subject(result: Mapping[str, Any]) -> dict[_Key, Mapping[str, Any]]:
    """Return every rule's result for every subject: for a finding that is gone, it gives the reason."""
    return {(item["rule"], item["subject"]["kind"], _subject(item)): item for item in findings(result)}


def _outcome(results: Mapping[_Key, Mapping[str, Any]], key: _Key) -> str | None:
    result = results.get(key)
    return None if result is None else str(result["outcome"])


def _subject(item: Mapping[str, Any]) -> str:
    """Return the subject of a finding: the migration counts as the same on both sides, under any stack name."""
    return "" if item["subject"]["kind"] == "migration" else str(item["subject"]["id"])


def _change(
    one: Mapping[str, Any] | None, other: Mapping[str, Any] | None, rules: Mapping[str, Mapping[str, Any]]
) -> FindingChange:
    item = other if other is not None and (one is None or other["outcome"] in (*_OPEN, _WAIVED)) else one
    assert item is not None
    subject = item["subject"]
    return FindingChange(
        rule=item["rule"],
        title=rules[item["rule"]]["title"],
        severity=rules[item["rule"]]["severity"],
        subject=printable(str(subject["id"])),
        name="the stack" if subject["kind"] == "migration" else printable(str(subject["name"] or subject["id"])),
        wave=item["wave"],
        before=None if one is None else one["outcome"],
        after=None if other is None else other["outcome"],
        blocking=bool(item["blocking"]),
        mandatory_from=item["mandatoryFrom"],
    )


def _side(result: Mapping[str, Any]) -> Side:
    judgement, run = result["judgement"], result["run"]
    return Side(
        readiness=str(judgement["hypothetical"] or judgement["readiness"]),
        blocking=int(result["blocking"]),
        judged_at=result["now"],
        commit=run["commit"],
        account=run["accountId"],
    )


def _instances(result: Mapping[str, Any]) -> dict[str, str]:
    return {item["subject"]["id"]: item["subject"]["name"] or item["subject"]["id"] for item in result["instances"]}


# ---- dates ----


def _dates(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[MovedDate]:
    earlier, later = ({wave["name"]: wave for wave in result["waves"]} for result in (before, after))
    for name in dict.fromkeys([*earlier, *later]):
        one, other = _wave_dates(earlier.get(name)), _wave_dates(later.get(name))
        for key in _OF_A_WAVE:
            if not _same(one.get(key), other.get(key)):
                name_of_date = f"{key} of wave {printable(name)}"
                yield MovedDate(what=name_of_date, before=one.get(key), after=other.get(key))
    # The next time at which something becomes mandatory moves with every run by itself, so only findings count here.
    soonest, since = _mandatory(before), _mandatory(after)
    for rule in sorted(soonest.keys() & since.keys()):
        if not _same(soonest[rule], since[rule]):
            yield MovedDate(what=f"{rule} mandatory from", before=soonest[rule], after=since[rule])


_OF_A_WAVE: Final = ("start", "latest", "freeze")


def _wave_dates(wave: Mapping[str, Any] | None) -> dict[str, str | None]:
    if wave is None:
        return {}
    return {"start": wave["window"]["start"], "latest": wave["window"]["latest"], "freeze": wave["freezeStartsAt"]}


def _mandatory(result: Mapping[str, Any]) -> dict[str, str]:
    """Return the time from which each rule with a finding is mandatory: the first of its findings."""
    mandatory_from: dict[str, str] = {}
    for item in findings(result, *_OPEN):
        since, rule = item["mandatoryFrom"], item["rule"]
        if since is not None and (rule not in mandatory_from or _moment(since) < _moment(mandatory_from[rule])):
            mandatory_from[rule] = since
    return mandatory_from


def _same(one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        return one is other
    return _moment(one) == _moment(other)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


# ---- waivers and attestations ----


def _decisions(before: Mapping[str, Any], after: Mapping[str, Any], plan: Plan | None) -> Iterator[Decision]:
    now, judged = _moment(after["now"]), _moment(before["now"])
    earlier, later = _waivers(before), _waivers(after)
    for key in sorted({*earlier, *later}):
        if key not in later:
            yield _decision(earlier[key], "gone")
        elif (standing := _ending(later[key]["expires"], now) if key in earlier else "new") is not None:
            yield _decision(later[key], standing)
    for key, item in sorted(_declared_waivers(plan).items()):
        # A waiver that covers nothing: the base result has none of these.
        standing = "new" if _moment(item["approvedAt"]) > judged else _ending(item["expires"], now)
        if key not in later and standing is not None:
            yield _decision(item, standing)
    for item in _attestations(plan):
        standing = "new" if _moment(item["statedAt"]) > judged else _ending(item["validUntil"], now)
        if standing is not None:
            yield Decision(
                kind="attestation",
                what=item["kind"],
                who=item["owner"],
                until=item["validUntil"],
                standing=standing,
            )


def _ending(until: str, now: datetime) -> Any:
    moment = _moment(until)
    return "ended" if moment <= now else "about to end" if moment - now <= SOON else None


_WaiverKey = tuple[str, str, str, str]


def _waivers(result: Mapping[str, Any]) -> dict[_WaiverKey, Mapping[str, Any]]:
    return {
        _waiver_key(item["rule"], item["waiver"]): {**item["waiver"], "rule": item["rule"]}
        for item, _ in groups(result)
        if item["waiver"] is not None
    }


def _waiver_key(rule: str, waiver: Mapping[str, Any]) -> _WaiverKey:
    return rule, waiver["reason"], waiver["owner"], _moment(waiver["expires"]).astimezone().isoformat()


def _decision(waiver: Mapping[str, Any], standing: Any) -> Decision:
    return Decision(
        kind="waiver",
        what=f"{waiver['rule']}: {printable(str(waiver['reason']))}",
        who=printable(f"{waiver['owner']}, approved by {waiver['approvedBy']}"),
        until=waiver["expires"],
        standing=standing,
    )


def _declared_waivers(plan: Plan | None) -> dict[_WaiverKey, Mapping[str, Any]]:
    """Return the waivers of the config; a malformed one is a finding already."""
    waivers: dict[_WaiverKey, Mapping[str, Any]] = {}
    for facts in _listed(plan, "waivers"):
        read = attempt(partial(_read_waiver, facts))
        if not isinstance(read, UnreadableError):
            waivers[_waiver_key(read["rule"], read)] = read
    return waivers


def _read_waiver(facts: Facts) -> dict[str, str]:
    texts = {key: facts.text(key) for key in ("rule", "reason", "owner", "approvedBy")}
    return texts | {key: facts.moment(key).isoformat() for key in ("approvedAt", "expires")}


def _read_attestation(facts: Facts) -> dict[str, str]:
    texts = {key: facts.text(key) for key in ("kind", "owner")}
    return texts | {key: facts.moment(key).isoformat() for key in ("statedAt", "validUntil")}


def _attestations(plan: Plan | None) -> Iterator[dict[str, str]]:
    for facts in _listed(plan, "attestations"):
        read = attempt(partial(_read_attestation, facts))
        if not isinstance(read, UnreadableError):
            yield read


def _listed(plan: Plan | None, key: str) -> Iterable[Facts]:
    if plan is None:
        return ()
    read = attempt(lambda: plan.migration.objects(key) if key in plan.migration.data else ())
    return () if isinstance(read, UnreadableError) else read
