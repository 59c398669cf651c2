"""The output of `preflight init`: the classic estate and the proposal, for a terminal, on one screen or whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from rich.text import Text

from estate.model import Instance
from policies.core.facts import printable
from policies.core.words import few, number_of
from preflight.init.grouping import Proposal, ProposedWave
from preflight.init.survey import Bond, Survey
from preflight.screen import when, wrapped

_MOST_LINES: Final = 6
_MOST_BONDS: Final = 4
_TEBIBYTE: Final = 1024


def survey_lines(survey: Survey, width: int, *, everything: bool) -> Iterator[Text]:
    """Yield what is classic: instances by zone, disks, groups and the groups they name, databases and their users."""
    estate = survey.estate
    yield Text(f"Classic estate of {estate.region_id}, account {estate.account_id}", "bold")
    yield Text(f"  read {when(estate.read_at.isoformat())}")
    zones = counted_zones(survey.classic)
    yield from _paragraph(f"{number_of(len(survey.classic), 'instance')} in {zones}", width)
    saved = {item.disk_id for item in estate.snapshots if item.status == "accomplished"}
    bare = sum(disk.id not in saved for disk in survey.disks)
    size = _size(sum(disk.size_gib for disk in survey.disks))
    yield from _paragraph(f"{number_of(len(survey.disks), 'disk')} of {size}, {bare} without a snapshot", width)
    yield from _section("Security groups, and whom their rules name", _groups(survey), width, everything)
    yield from _section("Databases, and whom they admit", _databases(survey), width, everything)


def proposal_lines(proposal: Proposal, names: Mapping[str, str], width: int, *, everything: bool) -> Iterator[Text]:
    """Yield which instances move when, and which do not, with the reasons; `names` are those of a survey."""
    yield from _section("Waves", map(_wave, proposal.waves), width, everything, marked=True)
    later = [f"{names[item.id]}: {' '.join(reasons)}" for item, reasons in proposal.later]
    yield from _section("Later, once this has been changed", later, width, everything)
    if proposal.staying:
        yield Text("Staying", "bold")
        yield from _paragraph(few([names[item.id] for item in proposal.staying]), width)


def counted_zones(instances: Iterable[Instance]) -> str:
    """Return the zones with the number of the instances in each."""
    counts = Counter(item.zone_id for item in instances)
    if len(counts) == 1:
        return printable(next(iter(counts)))
    return ", ".join(f"{printable(zone)} ({count})" for zone, count in sorted(counts.items()))


def bonds_text(bonds: Iterable[Bond]) -> str:
    """Return the bonds of instances in words, groups first."""
    order = {"group": 0, "servers": 1, "database": 2, "rule": 3}
    names = dict.fromkeys(bond.name for bond in sorted(bonds, key=lambda bond: order[bond.kind]))
    return few(list(names), _MOST_BONDS)


def _groups(survey: Survey) -> Iterator[str]:
    names = survey.group_names
    for group, talks in sorted(survey.talks, key=lambda item: (-len(survey.members[item[0].id]), item[0].id)):
        one_way = [talk for talk in talks if not set(talk.members).issuperset(talk.peers)]
        peers = list(dict.fromkeys(names.get(talk.peer) or survey.holders(talk) for talk in one_way))
        members = number_of(len(survey.members[group.id]), "instance")
        yield f"{names[group.id]}: {members}; {few(peers) if peers else 'nobody'}"


def _databases(survey: Survey) -> Iterator[str]:
    for database, users in sorted(survey.users, key=lambda item: (-len(item[1]), item[0].id)):
        kind = f"{database.engine} {database.engine_version} in {database.zone_id}"
        admitted = few([survey.names[item] for item in users]) if users else "no classic instance"
        yield f"{survey.database_names[database.id]} ({printable(kind)}): {admitted}"


def _wave(wave: ProposedWave) -> str:
    text = f"{wave.name}: {number_of(len(wave.instances), 'instance')} in {counted_zones(wave.instances)}"
    if wave.together:
        text += f"; together by {bonds_text(wave.together)}"
    if wave.cut:
        text += f"; tied to {few(wave.elsewhere)} by {bonds_text(wave.cut)}"
    return text


def _size(gib: int) -> str:
    return f"{gib} GiB" if gib < _TEBIBYTE else f"{gib / _TEBIBYTE:.1f} TiB"


def _section(title: str, texts: Iterable[str], width: int, everything: bool, *, marked: bool = False) -> Iterator[Text]:
    lines = list(texts)
    if not lines:
        return
    yield Text(title, "bold")
    shown_lines = lines if everything else lines[:_MOST_LINES]
    for text in shown_lines:
        for place, line in enumerate(wrapped(text, width - 4, "")):
            yield Text(f"{'  ' if not place else '    '}{line}", "green" if marked and not place else "")
    if len(shown_lines) < len(lines):
        yield Text(f"  and {len(lines) - len(shown_lines)} more: --all shows them")


def _paragraph(text: str, width: int) -> Iterator[Text]:
    for line in wrapped(text, width, "  "):
        yield Text(line)
