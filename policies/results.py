"""The results of a result file: equal results of a rule as one entry, and read back one by one.

Needs only the standard library, as does the reader for a gate. No other module reads `results` and `notices` of a file.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from policies.pack.document import (
        Finding,
        FixDocument,
        InstanceDocument,
        Notice,
        NoticeDocument,
        ResultDocument,
        StepDocument,
    )

OWN: Final = "<id>"
"""Placeholder in a text about several instances for the id of each, where `ownId` is true."""

EVERY: Final = "every instance"
SOME: Final = "instances"
MIGRATION: Final = "migration"

_NO_STEP: Final[Mapping[str, Any]] = {"path": None, "value": None, "command": None, "text": None, "toFill": []}


# ---- reading ----


def findings(result: Mapping[str, Any], *outcomes: str) -> Iterator[Finding]:
    """Yield each rule's result for each subject, by rule and subject; only those of `outcomes`, if any is named.

    `result` is the whole content of a result file of schema version 4. Raises KeyError, TypeError, ValueError or
    AttributeError where it is none.
    """
    places = {item["key"]: place for place, item in enumerate(result["instances"])}
    for _, same_rule in groupby(groups(result), lambda entry: entry[0]["rule"]):
        of_rule = [
            (places[instance["key"]] if instance is not None else -1, group, fixes, instance)
            for group, instances in same_rule
            if not outcomes or group["outcome"] in outcomes
            for fixes in [_fixes(group)]
            for instance in instances
        ]
        for _, group, fixes, instance in sorted(of_rule, key=lambda entry: entry[0]):
            yield _finding(result, group, fixes, instance)


def groups(result: Mapping[str, Any]) -> Iterator[tuple[ResultDocument, Sequence[InstanceDocument | None]]]:
    """Yield each entry with its instances; None is the migration as a whole.

    Raises the errors of `findings`.
    """
    instances = {item["key"]: item for item in result["instances"]}
    every = list(instances.values())
    for group in result["results"]:
        about = group["about"]
        if about == MIGRATION:
            yield group, [None]
        elif about == EVERY:
            yield group, every
        elif about == SOME:
            yield group, [instances[key] for key in group["instances"]]
        else:
            raise ValueError(f"a result about {about!r}")


def notices(result: Mapping[str, Any]) -> list[Notice]:
    """Return the notices, by wave, instance and item. Raises the errors of `findings`."""
    notices: list[Notice] = [
        {
            "item": group["item"],
            "phase": group["phase"],
            "wave": group["wave"],
            "instanceId": instance_id,
            "text": group["text"].replace(OWN, instance_id) if group["ownId"] else group["text"],
        }
        for group in result["notices"]
        for instance_id in group["instanceIds"] or [None]
    ]
    return sorted(notices, key=lambda item: (item["wave"] or "", item["instanceId"] or "", item["item"]))


def _fixes(group: ResultDocument) -> list[FixDocument]:
    return [
        {"ways": [[{**_NO_STEP, **step} for step in way] for way in fix["ways"]]}  # type: ignore[typeddict-item]
        for fix in group["fixes"]
    ]


def _finding(
    result: Mapping[str, Any], group: ResultDocument, fixes: list[FixDocument], instance: InstanceDocument | None
) -> Finding:
    subject = result["migration"] if instance is None else instance["subject"]
    own = subject["id"] if group["ownId"] else OWN
    return {
        "rule": group["rule"],
        "subject": subject,
        "wave": None if instance is None else instance["wave"],
        "outcome": group["outcome"],
        "blocking": group["blocking"],
        "mandatoryFrom": group["mandatoryFrom"],
        "reason": group["reason"].replace(OWN, own),
        "remediation": group["remediation"].replace(OWN, own),
        "fixes": _replaced(fixes, OWN, own) if group["ownId"] else fixes,
        "waiver": group["waiver"],
    }


# ---- writing ----


def keys(subjects: Iterable[tuple[str, str]]) -> list[str]:
    """Return the key of each instance in results, given its id and URN: its id, or the URN where two share one."""
    given = list(subjects)
    count = Counter(name for subject in given for name in set(subject))
    return [urn if count[instance_id] > 1 else instance_id for instance_id, urn in given]


def grouped(findings: Iterable[Finding], instances: Sequence[InstanceDocument]) -> list[ResultDocument]:
    """Return findings in the form of a file; `findings` reads them back, those of one rule by their subjects.

    An instance's own id in a text is replaced by `<id>`, so that texts that differ only in it become one; a text that
    contains `<id>` itself is unchanged.
    """
    keys_of = {(item["subject"]["id"], item["subject"]["urn"]): item["key"] for item in instances}
    groups: dict[object, ResultDocument] = {}
    for item in findings:
        subject = item["subject"]
        is_instance = subject["kind"] != "migration"
        texts: list[Any] = [item["reason"], item["remediation"], [_short(fix) for fix in item["fixes"]]]
        written = _written(texts)
        own_id = (
            is_instance
            and bool(subject["id"])
            and any(subject["id"] in text for text in written)
            and not any(OWN in text for text in written)
        )
        if own_id:
            texts = _replaced(texts, subject["id"], OWN)
            written = _written(texts)
        waiver = item["waiver"]
        of_rule = (item["rule"], item["outcome"], item["blocking"], item["mandatoryFrom"], is_instance, own_id)
        same = (*of_rule, written, waiver and _json(waiver))
        group = groups.get(same)
        if group is None:
            group = groups[same] = {
                "rule": item["rule"],
                "outcome": item["outcome"],
                "about": "instances" if is_instance else "migration",
                "instances": [],
                "blocking": item["blocking"],
                "mandatoryFrom": item["mandatoryFrom"],
                "reason": texts[0],
                "remediation": texts[1],
                "fixes": texts[2],
                "ownId": own_id,
                "waiver": waiver,
            }
        if is_instance:
            group["instances"].append(keys_of[subject["id"], subject["urn"]])
    for group in groups.values():
        if len(group["instances"]) == len(instances) == len(set(group["instances"])) and instances:
            group["about"], group["instances"] = "every instance", []
    return list(groups.values())


def grouped_notices(notices: Iterable[Notice]) -> list[NoticeDocument]:
    """Return notices in the form of a file; `notices` reads them back."""
    groups: dict[object, NoticeDocument] = {}
    for item in notices:
        instance_id, text = item["instanceId"], item["text"]
        own_id = bool(instance_id) and str(instance_id) in text and OWN not in text
        text = text.replace(str(instance_id), OWN) if own_id else text
        group = groups.setdefault(
            (item["item"], item["wave"], instance_id is None, own_id, text),
            {
                "item": item["item"],
                "phase": item["phase"],
                "wave": item["wave"],
                "instanceIds": None if instance_id is None else [],
                "text": text,
                "ownId": own_id,
            },
        )
        if instance_id is not None and group["instanceIds"] is not None:
            group["instanceIds"].append(instance_id)
    return list(groups.values())


def _short(fix: FixDocument) -> FixDocument:
    return {"ways": [[_short_step(step) for step in way] for way in fix["ways"]]}


def _short_step(step: StepDocument) -> StepDocument:
    """Return a step without the keys of other kinds; a change may have any value."""
    return {  # type: ignore[return-value]
        key: value
        for key, value in step.items()
        if key == "kind" or value != _NO_STEP.get(key) or (key == "value" and step["kind"] == "config")
    }


def _written(texts: Sequence[Any]) -> tuple[str, str, str]:
    """Return reason, remediation and fixes as texts; most results have no fixes."""
    reason, remediation, fixes = texts
    return reason, remediation, _json(fixes) if fixes else ""


_json: Final = json.JSONEncoder(ensure_ascii=False).encode


def _replaced(value: Any, old: str, new: str) -> Any:
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, Mapping):
        return {key: _replaced(part, old, new) for key, part in value.items()}
    if isinstance(value, list):
        return [_replaced(part, old, new) for part in value]
    return value
