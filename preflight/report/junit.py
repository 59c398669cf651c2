"""JUnit XML, as test reports of CI systems read it: a suite a rule, a case for each instance that it is about.

| outcome | in the file |
|---|---|
| PASS | a case |
| FAIL that blocks | `failure` of the type FAIL |
| UNKNOWN that blocks | `error` of the type UNKNOWN |
| FAIL or UNKNOWN that will block later | `skipped` of the type ADVICE |
| PENDING, WAIVED | `skipped` of that type |
| NOT_APPLICABLE | none |

The first suite has one case, the answer: it passes where the exit code is 0, so no file is green that is not ready.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, Final
from xml.etree import ElementTree as Xml

from policies.core.facts import safe
from preflight.report.model import Report, subject_name

# Characters that XML 1.0 excludes even as escapes: production 2, Char. `safe` has already removed control characters.
_FORBIDDEN: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONGEST: Final = 8000


def render(report: Report) -> str:
    """Return the file."""
    root = Xml.Element("testsuites", {"name": "preflight"})
    root.append(_answer(report))
    for rule_id, items in groupby(sorted(report.results, key=_order), key=lambda item: str(item["rule"])):
        cases = list(_cases(items, report))
        if cases:
            root.append(_suite(rule_id, cases))
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    Xml.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{Xml.tostring(root, encoding="unicode")}\n'


def _order(item: Mapping[str, Any]) -> tuple[str, str, str]:
    return item["rule"], item["subject"]["name"], item["subject"]["id"]


def _answer(report: Report) -> Xml.Element:
    case = Xml.Element("testcase", {"classname": "preflight", "name": "verdict"})
    text = "\n".join([report.headline, *report.reasons])
    if report.code != 0:
        kind = "failure" if report.readiness in ("NOT READY", "READY WITH CONDITIONS") else "error"
        _add(case, kind, report.readiness, report.headline, text)
    else:
        Xml.SubElement(case, "system-out").text = _clean(text)
    return _suite("preflight", [case])


def _suite(name: str, cases: list[Xml.Element]) -> Xml.Element:
    tags = [child.tag for case in cases for child in case]
    counts = {
        "tests": len(cases),
        "failures": tags.count("failure"),
        "errors": tags.count("error"),
        "skipped": tags.count("skipped"),
    }
    suite = Xml.Element("testsuite", {"name": _clean(name), **{key: str(number) for key, number in counts.items()}})
    suite.extend(cases)
    return suite


def _cases(items: Iterable[Mapping[str, Any]], report: Report) -> Iterator[Xml.Element]:
    title = ""
    for item in items:
        title = title or str(report.rules[item["rule"]]["title"])
        if item["outcome"] == "NOT_APPLICABLE":
            continue
        case = Xml.Element(
            "testcase", {"classname": _clean(item["rule"]), "name": _clean(subject_name(item["subject"]))}
        )
        if item["outcome"] != "PASS":
            _open(case, item, title)
        yield case


def _open(case: Xml.Element, item: Mapping[str, Any], title: str) -> None:
    outcome, first = item["outcome"], str(item["reason"]).partition("\n")[0]
    text = "\n\n".join([title, str(item["reason"]), *filter(None, [str(item["remediation"])])])
    if outcome in ("FAIL", "UNKNOWN") and item["blocking"]:
        _add(case, "failure" if outcome == "FAIL" else "error", outcome, first, text)
    elif outcome in ("FAIL", "UNKNOWN"):
        _add(case, "skipped", "ADVICE", f"{outcome}, blocks from {item['mandatoryFrom']}: {first}", text)
    elif outcome == "WAIVED":
        waiver = item["waiver"]
        reason = (
            f"{waiver['insteadOf']}, waived until {waiver['expires']} by {waiver['approvedBy']}: {waiver['reason']}"
        )
        _add(case, "skipped", outcome, reason, text)
    else:
        _add(case, "skipped", outcome, first, text)


def _add(case: Xml.Element, tag: str, kind: str, message: str, text: str) -> None:
    Xml.SubElement(case, tag, {"type": _clean(kind), "message": _clean(message).replace("\n", " ")}).text = _clean(text)


def _clean(text: object) -> str:
    """Return a text that XML can hold, cut to a readable length."""
    clean = _FORBIDDEN.sub("?", safe(str(text)))
    return clean if len(clean) <= _LONGEST else clean[: _LONGEST - 4] + " ..."
