"""Markdown for a comment on a pull request: verdict and fixes first, details folded, always short enough to post.

Texts of the cloud or the config are in code spans and fences, where GitHub interprets neither Markdown nor HTML,
mentions nobody and links nothing. In prose, every special character is escaped.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from policies.core.facts import safe
from policies.core.words import few, number_of
from preflight.report.model import NOT_JUDGED, PlacedFix, Report, subject_name
from preflight.screen import when

#: GitHub refuses a comment of more than 65,536 characters; the user may add a heading of his own.
MOST: Final = 60_000
_SIGNS: Final = {
    "READY": "✅",
    "READY WITH CONDITIONS": "🟡",
    "NOT READY": "⛔",
    "UNKNOWN": "❓",
    "WHAT-IF": "🔮",
    NOT_JUDGED: "🚫",
}
_MOST_NAMES: Final = 8
_MOST_WAVES: Final = 30
_MOST_DRAWN: Final = 12
_MOST_MEETINGS: Final = 30
_LONGEST_NAME: Final = 60
_LONGEST_FIX: Final = 3000
_LONGEST_REASON: Final = 1500
# Space that the fixes must leave for the sections below them.
_FOR_THE_REST: Final = 15_000
_RULE: Final = re.compile(r"[a-z][a-z0-9-]*")
_PUNCTUATION: Final = re.compile(r"([!-/:-@\[-`{-~])")


def render(report: Report) -> str:
    """Return the comment; its invisible first line is the same in each run, so that it can be found again."""
    text = "\n\n".join(_fitting(report))
    assert len(text) < MOST
    return f"{text}\n"


def _fitting(report: Report) -> list[str]:
    """Return the blocks that fit, and a note about those left out."""
    head = list(_head(report))
    left = MOST - _length(head) - 400
    fixes = _within(left - _FOR_THE_REST, _fixes(report), report)
    left -= _length(fixes)
    blocks = [*head, *fixes]
    for block in (_picture(report), _conditions(report), _findings(report, min(left - 4000, 30_000)), _notices(report)):
        if block and len(block) + 2 < left:
            blocks.append(block)
            left -= len(block) + 2
    return blocks


def _length(blocks: Iterable[str]) -> int:
    return sum(len(block) + 2 for block in blocks)


def _head(report: Report) -> Iterator[str]:
    marker = re.sub(r"[^A-Za-z0-9._ -]|--", "", f"preflight report {report.stack} {report.wave or ''}").strip()
    yield f"<!-- {marker} -->"
    would = f" would be {prose(report.hypothetical)}" if report.hypothetical else ""
    subject = "nothing says whether it is ready"
    if report.judged:
        wave = f"wave {code(report.wave)} of " if report.wave is not None else ""
        subject = f"{wave}stack {code(report.stack)}"
    yield f"## {_SIGNS.get(report.readiness, '')} {prose(report.readiness)}: {subject}{would}"
    if report.reasons:
        yield "\n".join(f"- {code(reason, 300)}" for reason in report.reasons[:10])
    if not report.judged:
        return
    yield _verdict_line(report)
    yield "\n".join(_waves(report))


def _verdict_line(report: Report) -> str:
    result, run = report.result, report.result["run"]
    commit = f", commit {code(run['commit'][:12])}{' with changes' if run['dirty'] else ''}" if run["commit"] else ""
    until = f" It holds until {prose(when(result['validUntil']))}." if result["validUntil"] else ""
    account = code(run["accountId"]) if run["accountId"] else "not known"
    blocking = sum(fix.blocks for fix in report.fixes)
    later = len(report.fixes) - blocking
    todo = f" {number_of(blocking, 'fix')} to make now, {later} later." if report.fixes else ""
    judged = f"Judged {prose(when(result['now']))} of account {account}{commit}.{until}{todo}"
    return judged if report.estate is None else f"{judged}\n\n{prose(report.estate)}"


def _waves(report: Report) -> Iterator[str]:
    yield "| wave | readiness | decided | moving | blocking | more will block |"
    yield "|---|---|---:|---:|---:|---|"
    for wave in report.waves[:_MOST_WAVES]:
        more = f"{wave.more} from {prose(when(wave.more_from))}" if wave.more_from else "-"
        moving = "moved" if wave.moved else str(wave.instances)
        confidence = int(wave.confidence * 100)
        sign = _SIGNS.get(wave.readiness, "")
        readiness = f"{sign} {prose(wave.readiness)}"
        yield f"| {code(wave.name)} | {readiness} | {confidence} % | {moving} | {wave.blocking} | {more} |"
    if len(report.waves) > _MOST_WAVES:
        yield f"| and {len(report.waves) - _MOST_WAVES} more | | | | | |"


def _all(report: Report) -> str:
    return code(f"preflight check --stack {report.stack} --all")


def _within(room: int, blocks: Iterable[str], report: Report) -> list[str]:
    """Return the fixes that fit, and a line about the others."""
    shown: list[str] = []
    for number, block in enumerate(blocks):
        if len(block) + 2 > room:
            remaining = report.fixes[max(number - 1, 0) :]
            findings = sum(item.fix.findings for item in remaining)
            shown.append(f"and {len(remaining)} more fixes for {findings} findings: {_all(report)} lists them.")
            break
        room -= len(block) + 2
        shown.append(block)
    return shown


def _fixes(report: Report) -> Iterator[str]:
    if report.fixes:
        yield "### Fixes, the worst first"
    for placed in report.fixes:
        yield _fix(placed, report)


def _fix(placed: PlacedFix, report: Report) -> str:
    fix = placed.fix
    links = few([_rule(rule, report) for rule in fix.rules], 3)
    since = "" if fix.since is None else f", blocks from {prose(when(fix.since))}"
    about = f"{prose(fix.severity)}{since}: {number_of(fix.findings, 'finding')}"
    if fix.instances:
        about += f" on {number_of(len(fix.instances), 'instance')}: {_names(fix.instances)}"
    place = code(f"{placed.place.file}:{placed.place.line}")
    todo = list(_todo(placed))
    if _length(todo) > _LONGEST_FIX:
        command = f"preflight check --stack {report.stack} --rule {fix.rules[0]}"
        todo = [f"The fix is too long for a comment: {code(command)} shows it."]
    lines = [f"**{placed.number}. {prose(fix.title)}**  ", f"{about}  ", f"{links}, at {place}"]
    return "\n\n".join(["\n".join(lines), *todo])


def _todo(placed: PlacedFix) -> Iterator[str]:
    """Yield commands to copy in fences, and prose."""
    for line in placed.lines:
        yield fence(line.text, "sh") if line.kind == "command" else prose(line.text)


def _rule(rule_id: str, report: Report) -> str:
    """Return the link to a rule's page; a path is one where the comment or file is read in the repository."""
    return f"[{prose(rule_id)}]({report.pages.of(rule_id)})" if _RULE.fullmatch(rule_id) else code(rule_id)


def _names(names: Sequence[str]) -> str:
    return few([code(name) for name in names], _MOST_NAMES)


def _picture(report: Report) -> str:
    """Return the waves in their order, what blocks each, and what happens between them, drawn by Mermaid."""
    if not report.waves:
        return ""
    lines = ["flowchart LR"]
    for number, wave in enumerate(report.waves[:_MOST_DRAWN]):
        start = f"<br>{when(wave.start)}" if wave.start else ""
        moving = "moved" if wave.moved else number_of(wave.instances, "instance")
        label = f"{label_text(wave.name)}<br>{moving}{start}<br>{wave.readiness}, {wave.blocking} blocking"
        lines.append(f'    w{number}["{label}"]:::{_CLASSES.get(wave.readiness, "unknown")}')
    lines += [f"    w{number} --> w{number + 1}" for number in range(min(len(report.waves), _MOST_DRAWN) - 1)]
    lines += _meetings(report)
    lines += [f"    classDef {name} {style}" for name, style in _STYLES.items()]
    title = "Waves" if report.topology is None else "Waves, and how many they talk with who move at another time"
    return _folded(title, "\n".join(["```mermaid", *lines, "```"]))


def _meetings(report: Report) -> list[str]:
    """Return a line from each wave to those whom it talks with and who move at another time, if at all.

    Whole where they are linked by ClassicLink, dotted where they are not.
    """
    if report.topology is None:
        return []
    nodes = {wave.name: f"w{number}" for number, wave in enumerate(report.waves[:_MOST_DRAWN])}
    outside: dict[str, str] = {}
    met: defaultdict[tuple[str, str, bool], set[str]] = defaultdict(set)
    peers = {peer.id: peer for peer in report.topology.peers}
    for instance in report.topology.instances:
        for peer in (peers[name] for name in instance.peers if name in peers):
            place = nodes.get(peer.wave) or outside.setdefault(peer.why, f"o{len(outside)}")
            if instance.wave in nodes and place != nodes[instance.wave]:
                met[nodes[instance.wave], place, peer.declared].add(peer.id)
    drawn = list(met.items())[:_MOST_MEETINGS]
    used = {place for (_, place, _), _ in drawn}
    lines = [f'    {node}["{label_text(why)}"]' for why, node in outside.items() if node in used]
    for (wave, place, linked), names in drawn:
        label = f"ClassicLink: {len(names)}" if linked else f"not linked: {len(names)}"
        lines.append(f'    {wave} {"---" if linked else "-.-"}|"{label}"| {place}')
    return lines


_CLASSES: Final = {"READY": "ready", "READY WITH CONDITIONS": "conditions", "NOT READY": "blocked"}
_STYLES: Final = {
    "ready": "fill:#dafbe1,stroke:#1a7f37,color:#1f2328",
    "conditions": "fill:#fff8c5,stroke:#9a6700,color:#1f2328",
    "blocked": "fill:#ffebe9,stroke:#cf222e,color:#1f2328",
    "unknown": "fill:#fbefff,stroke:#8250df,color:#1f2328",
}


def _conditions(report: Report) -> str:
    """Return the unproven parts of a verdict: pending and waived."""
    parts = []
    if pending := report.of_outcome("PENDING"):
        rules = sorted({str(item["rule"]) for item in pending})
        parts.append(f"{number_of(len(pending), 'check')} pass once `pulumi up` has made what is declared: ")
        parts[-1] += ", ".join(_rule(rule, report) for rule in rules)
    waived: dict[tuple[str, ...], list[Mapping[str, Any]]] = defaultdict(list)
    for item in report.of_outcome("WAIVED"):
        waiver = item["waiver"]
        waived[item["rule"], waiver["reason"], waiver["owner"], waiver["approvedBy"], waiver["expires"]].append(item)
    for (rule, reason, owner, approver, expires), items in list(waived.items())[:20]:
        parts.append(
            f"{_rule(rule, report)} waived for {_names([subject_name(item['subject']) for item in items])}"
            f" until {prose(when(expires))}: {code(reason, 200)}; owner {code(owner)}, approved by {code(approver)}"
        )
    if len(waived) > 20:
        parts.append(f"and {len(waived) - 20} more waivers")
    return _folded("Conditions: pending and waived", "\n".join(f"- {part}" for part in parts)) if parts else ""


def _findings(report: Report, room: int) -> str:
    """Return the findings by rule: for each reason its instances."""
    by_rule: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for item in report.open:
        by_rule[item["rule"]].append(item)
    if not by_rule:
        return ""
    parts: list[str] = []
    for shown, (rule, items) in enumerate(sorted(by_rule.items(), key=lambda entry: (-_blocking(entry[1]), entry[0]))):
        text = "\n\n".join([f"**{_rule(rule, report)}**: {prose(report.rules[rule]['title'])}", *_reasons(items)])
        if len(text) + 2 > room:
            parts.append(f"and {len(by_rule) - shown} more rules: {_all(report)} lists them.")
            break
        room -= len(text) + 2
        parts.append(text)
    return _folded(f"All {number_of(len(report.open), 'finding')}, by rule", "\n\n".join(parts))


def _blocking(items: Iterable[Mapping[str, Any]]) -> int:
    return sum(bool(item["blocking"]) for item in items)


def _reasons(items: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    grouped: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for item in items:
        since = (
            "" if item["blocking"] else f", blocks from {when(item['mandatoryFrom'])}" if item["mandatoryFrom"] else ""
        )
        grouped[item["outcome"], since, str(item["reason"])].append(subject_name(item["subject"]))
    for (outcome, since, reason), subjects in list(grouped.items())[:10]:
        yield f"{prose(outcome)}{prose(since)}: {_names(subjects)}"
        yield fence(_cut(reason, _LONGEST_REASON), "text")
    if len(grouped) > 10:
        yield f"and {len(grouped) - 10} more reasons"


def _notices(report: Report) -> str:
    """Return the notices that hold independent of findings."""
    parts = [prose(_cut(text, 400)) for text in report.notices[:20]]
    return (
        _folded("What this move means, independent of findings", "\n".join(f"- {part}" for part in parts))
        if parts
        else ""
    )


def _folded(title: str, text: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{text}\n\n</details>"


def code(text: object, most: int = _LONGEST_NAME) -> str:
    """Return one line of text as a code span, which shows it unchanged, in a table too."""
    line = _cut(" ".join(safe(str(text)).split()), most) or " "
    ticks = "`" * (_run(line) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    # In a table a bar separates cells even in a code span, and \| becomes a bar only there: so bars are replaced.
    return f"{ticks}{pad}{line.replace('|', '¦')}{pad}{ticks}"


def fence(text: str, language: str) -> str:
    """Return text in a fence that nothing in the text can end."""
    ticks = "`" * max(3, _run(text) + 1)
    return f"{ticks}{language}\n{safe(text)}\n{ticks}"


def prose(text: object) -> str:
    """Return text that contains no Markdown, HTML, mention, reference or link."""
    escaped = _PUNCTUATION.sub(r"\\\1", " ".join(safe(str(text)).split()))
    # GitHub looks for these in the rendered text: an invisible comment splits them.
    for sign in ("@", "#"):
        escaped = escaped.replace(f"\\{sign}", f"\\{sign}<!-- -->")
    return re.sub(r"(?i)\b(www|gh)(?=\\[.-])", r"\1<!-- -->", escaped)


def label_text(text: object) -> str:
    """Return text for a quoted label of Mermaid, whose entities are written with # for &."""
    line = _cut(" ".join(safe(str(text)).split()), _LONGEST_NAME)
    return "".join(char if char.isalnum() or char in " -_." else f"#{ord(char)};" for char in line)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 4] + " ..."


def _run(text: str) -> int:
    """Return the longest run of backticks."""
    return max((len(run) for run in re.findall("`+", text)), default=0)
