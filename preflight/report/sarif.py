"""SARIF 2.1.0 for code scanning: a result for each rule and fix, on the line of the stack file that would fix it.

A result covers all instances that one fix settles: an alert is closed by one change, and 1,000 instances cause no more
alerts than one. Pending and waived findings cause none. A run that was not judged, or is a what-if, has a result of its
own: a file without results would close every alert.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from policies import PACK_NAME, PACK_VERSION
from policies.core.facts import safe
from policies.core.words import few
from preflight.pages import Pages
from preflight.report.model import NOT_JUDGED, WHAT_IF, PlacedFix, Report
from preflight.report.places import Place

# GitHub, "SARIF results file exceeds limits": the first 5,000 results of a run are shown (25,000 are accepted); 10 tags
# of a rule are shown (20 accepted), 100 locations of a result; 10 MB compressed.
MOST_RESULTS: Final = 5000
_MOST_TAGS: Final = 10
# 5,000 results of these lengths have 10 MB before they are compressed.
_LONGEST: Final = 2000
_MOST_NAMES: Final = 20

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_OWN: Final = {
    NOT_JUDGED: ("not-judged", "There must be a result of this run"),
    WHAT_IF: ("what-if", "The verdict must be about the present and about Alibaba Cloud"),
}
_PROBLEM: Final = {"critical": "error", "high": "error", "medium": "warning", "low": "recommendation"}


def render(report: Report) -> str:
    """Return the log as JSON."""
    return json.dumps(document(report), ensure_ascii=False, indent=1) + "\n"


def document(report: Report) -> dict[str, Any]:
    """Return the log as plain data."""
    rules = [*(_rule(rule, report.pages) for rule in report.rules.values()), *_own_rule(report)]
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    results = [*_own_result(report), *(item for placed in report.fixes for item in _results(placed, report))]
    shown = sorted(results, key=lambda item: _LEVELS.index(item["level"]))[:MOST_RESULTS]
    invocation: dict[str, Any] = {"executionSuccessful": report.judged, "exitCode": report.code}
    notes = [report.headline, *report.reasons]
    if len(results) > len(shown):
        notes.append(f"{len(results) - len(shown)} more results are left out: GitHub shows {MOST_RESULTS}")
    invocation["toolExecutionNotifications"] = [{"level": "note", "message": {"text": _text(text)}} for text in notes]
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": PACK_NAME, "semanticVersion": PACK_VERSION, "rules": rules}},
                "automationDetails": {"id": f"preflight/{_text(report.stack) or 'not-judged'}/"},
                "invocations": [invocation],
                "columnKind": "unicodeCodePoints",
                "results": [{**item, "ruleIndex": index[item["ruleId"]]} for item in shown],
            }
        ],
    }


_LEVELS: Final = ("error", "warning", "note")


def _rule(rule: Mapping[str, Any], pages: Pages) -> dict[str, Any]:
    lead = rule["leadHours"]
    since = "It is always mandatory." if lead is None else f"It is mandatory from {lead:g} hours before the window on."
    waivers = "" if rule["unwaivable"] is None else f" It cannot be waived: {rule['unwaivable']}"
    descriptor = {
        "id": rule["id"],
        "name": "".join(part.capitalize() for part in str(rule["id"]).split("-")),
        "shortDescription": {"text": _text(rule["title"])},
        "fullDescription": {"text": _text(f"{rule['title']}. {since}{waivers}")},
        "help": {"text": _text(f"{since}{waivers} What it checks, why, and how to fix it: {pages.of(rule['id'])}")},
        "defaultConfiguration": {"level": "error"},
        "properties": {
            "tags": list(rule["noticeItems"])[:_MOST_TAGS],
            "problem.severity": _PROBLEM.get(rule["severity"], "warning"),
        },
    }
    uri = pages.of(str(rule["id"])) if pages.are_linked else str(rule["url"])
    return descriptor | ({"helpUri": uri} if uri.startswith(("https://", "http://")) else {})


def _own_rule(report: Report) -> Iterator[dict[str, Any]]:
    if report.readiness in _OWN:
        rule_id, title = _OWN[report.readiness]
        text = f"{title}: no gate may go by this run. docs/result.md says when a result counts."
        yield {"id": rule_id, "shortDescription": {"text": title}, "help": {"text": text}}


def _own_result(report: Report) -> Iterator[dict[str, Any]]:
    if report.readiness in _OWN:
        text = "\n".join([report.headline, *report.reasons])
        yield _result(_OWN[report.readiness][0], "error", text, report.start, "")


def _results(placed: PlacedFix, report: Report) -> Iterator[dict[str, Any]]:
    fix = placed.fix
    todo = "\n".join(line.text for line in placed.lines)
    for rule_id in fix.rules:
        items = [item for item in fix.items if item["rule"] == rule_id]
        blocking = [item for item in items if item["blocking"]]
        names = sorted({str(item["subject"]["name"]) for item in items if item["subject"]["kind"] == "instance"})
        where = f" ({few(names, _MOST_NAMES)})" if names else ""
        outcomes = "/".join(sorted({str(item["outcome"]) for item in items}))
        reason = str((blocking or items)[0]["reason"])
        text = f"{outcomes}{where}: {report.rules[rule_id]['title']}.\n{reason}\nFix: {todo}"
        level = "error" if blocking else "warning"
        yield _result(rule_id, level, text, placed.place, "\n".join(_paths(placed)))


def _paths(placed: PlacedFix) -> Iterator[str]:
    """Yield what identifies one fix of a rule in every run: the keys that it changes, or its task."""
    for way in placed.fix.todo.ways:
        for step in way:
            yield str(getattr(step, "path", "") or step)


def _result(rule_id: str, level: str, text: str, place: Place, fix: str) -> dict[str, Any]:
    region = {"startLine": place.line, "startColumn": place.column}
    location = {"artifactLocation": {"uri": _uri(place.file), "uriBaseId": "%SRCROOT%"}, "region": region}
    print_of_it = hashlib.sha256(f"{rule_id}\n{place.file}\n{fix}".encode()).hexdigest()
    return {
        "ruleId": rule_id,
        "level": level,
        "message": {"text": _text(text)},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"ruleAndFix/v1": print_of_it},
    }


def _uri(path: str) -> str:
    # RFC 3986: characters of a path in a uri; names of stacks need no more.
    return "".join(char if (char.isalnum() and char.isascii()) or char in "-._~/" else _escaped(char) for char in path)


def _escaped(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "replace"))


def _text(text: object) -> str:
    r"""Return a message as plain text.

    SARIF reads [text](link) and {0} in one (3.11.5, 3.11.6), and `\[` and `{{` as these characters. What is neither
    stays as it is, for a fix is copied from here by people, and few viewers know the escapes.
    """
    clean = safe(str(text))
    short = clean if len(clean) <= _LONGEST else clean[: _LONGEST - 4] + " ..."
    return _LINK.sub(r"\\[", _PLACEHOLDER.sub(r"{{\1}}", short))


_LINK: Final = re.compile(r"\[(?=[^\]]*\]\()")
_PLACEHOLDER: Final = re.compile(r"\{(\d+)\}")
