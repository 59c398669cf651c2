"""One self-contained page for people: it sends no request, and no text of the cloud becomes HTML or code."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from policies.core.facts import safe
from preflight.report.model import PlacedFix, Report, subject_name
from preflight.report.page.drawing import draw_map, draw_timeline
from preflight.report.page.times import moments
from preflight.report.topology import Database, Group, MovingInstance, Peer, Topology
from preflight.screen import when

_HERE: Final = Path(__file__).parent
#: Findings with a paragraph of their own; the result file has all.
_MOST_REASONS: Final = 40
_MOST_RULES: Final = 100


@dataclass(frozen=True)
class Row:
    """An instance in the table; `moving` is its data in the map."""

    id: str
    name: str
    wave: str
    readiness: str
    blocking: int
    later: int
    fixes: tuple[int, ...]
    moving: MovingInstance | None


@dataclass(frozen=True)
class Reason:
    """A reason of a rule, and its subjects."""

    outcome: str
    since: str | None
    text: str
    subjects: tuple[str, ...]


@dataclass(frozen=True)
class RuleFindings:
    """A rule with its findings."""

    id: str
    title: str
    severity: str
    url: str | None
    page: str
    findings: int
    reasons: tuple[Reason, ...]
    more: int


def render(report: Report) -> str:
    """Return the page."""
    style, script = (_asset(name) for name in ("style.css", "script.js"))
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            report=report,
            style=Markup(style),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            policy=f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
            "base-uri 'none'; form-action 'none'",
            rows=rows(report),
            rules=list(_rules(report)),
            waivers=_waivers(report),
            timeline=draw_timeline(moments(report)),
            moments=moments(report),
            map=None if report.topology is None else draw_map(report.topology),
            names=_names(report.topology),
        )
    )


@cache
def _asset(name: str) -> str:
    """Return a text to inline; nothing in it ends the element around it."""
    text = (_HERE / name).read_text(encoding="utf-8")
    assert "</" not in text
    return text


def _digest(text: str) -> str:
    """Return the source expression of an inline element (CSP Level 3, 2.3.1): the browser applies or runs no other."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "when": when,
        "safe_text": lambda text: safe(str(text)),
        "count": lambda number, noun: f"{number} {noun}{'' if number == 1 else 'es' if noun.endswith('x') else 's'}",
        "slug": lambda text: str(text).lower().replace(" ", "-"),
        "percent": lambda share: f"{int(share * 100)} %",
    }
    environment.globals["todo"] = _todo
    return environment


def _todo(placed: PlacedFix) -> list[tuple[str, str]]:
    return [(line.kind, line.text) for line in placed.lines]


def rows(report: Report) -> list[Row]:
    """Return the instances, those with most to do first."""
    if not report.judged:
        return []
    blocking: Counter[str] = Counter()
    later: Counter[str] = Counter()
    numbers: defaultdict[str, set[int]] = defaultdict(set)
    for item in report.open:
        (blocking if item["blocking"] else later)[item["subject"]["urn"]] += 1
    for placed in report.fixes:
        for item in placed.fix.items:
            numbers[item["subject"]["urn"]].add(placed.number)
    moving = {item.id: item for item in report.topology.instances} if report.topology else {}
    table = [
        Row(
            id=subject["id"],
            name=subject["name"],
            wave=item["wave"] or "",
            readiness=item["judgement"]["hypothetical"] or item["judgement"]["readiness"],
            blocking=blocking[subject["urn"]],
            later=later[subject["urn"]],
            fixes=tuple(sorted(numbers[subject["urn"]])),
            moving=moving.get(subject["id"]),
        )
        for item in report.result["instances"]
        for subject in [item["subject"]]
        if report.wave in (None, item["wave"] or report.wave)
    ]
    return sorted(table, key=lambda row: (-row.blocking, -row.later, row.name, row.id))


def _rules(report: Report) -> Iterator[RuleFindings]:
    by_rule: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for item in report.open:
        by_rule[item["rule"]].append(item)
    ranked = sorted(by_rule.items(), key=lambda entry: (not any(item["blocking"] for item in entry[1]), entry[0]))
    for rule_id, items in ranked[:_MOST_RULES]:
        rule = report.rules[rule_id]
        grouped: defaultdict[tuple[str, str | None, str], list[str]] = defaultdict(list)
        for item in items:
            since = None if item["blocking"] else item["mandatoryFrom"]
            grouped[item["outcome"], since, item["reason"]].append(subject_name(item["subject"]))
        reasons = [Reason(*key, tuple(subjects)) for key, subjects in grouped.items()]
        yield RuleFindings(
            id=rule_id,
            title=rule["title"],
            severity=rule["severity"],
            page=report.pages.of(rule_id),
            url=rule["url"] if str(rule["url"]).startswith("https://") else None,
            findings=len(items),
            reasons=tuple(reasons[:_MOST_REASONS]),
            more=len(reasons) - len(reasons[:_MOST_REASONS]),
        )


def _waivers(report: Report) -> list[tuple[str, Mapping[str, Any], list[str]]]:
    subjects_of: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    waivers: dict[tuple[str, str], Mapping[str, Any]] = {}
    for item in report.of_outcome("WAIVED"):
        key = item["rule"], str(sorted(item["waiver"].items()))
        waivers[key] = item["waiver"]
        subjects_of[key].append(subject_name(item["subject"]))
    return [(key[0], waivers[key], subjects) for key, subjects in subjects_of.items()]


def _names(topology: Topology | None) -> Mapping[str, str]:
    """Return the names of ids, for the table."""
    if topology is None:
        return {}
    named: list[Group | Database | Peer | MovingInstance] = [
        *topology.groups,
        *topology.databases,
        *topology.peers,
        *topology.instances,
    ]
    return {item.id: item.name or item.id for item in named}
