"""Choose the fixes that are configuration and need no decision, and find those that contradict each other. Pure.

A fix has one or more ways, the best first. The first way is taken if it only changes the stack's config: it has no text
to fill in, no task that says when it applies, no command but `pulumi up`, and no key by which a person answers for it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from policies.core.fixes import Change, flow, merged, nested

Finding: TypeAlias = Mapping[str, Any]
Way: TypeAlias = Sequence[Mapping[str, Any]]

#: Every change needs this command, so no fix lists it.
_UP: Final = "pulumi up"
#: Lists that place instances. An instance can be in only one of them.
_PLACES: Final = ("instances", "later", "staying")
#: Keys by which a person answers for something (docs/weakening.md), or says that an instance moves later or stays.
#: What they say settles a finding, and no file and no cloud shows that it is true.
_ANSWERS: Final = frozenset(
    {
        "acceptDifferences",
        "attestations",
        "exclude",
        "flows",
        "ftp",
        "guestRoute",
        "later",
        "leavesBehind",
        "rejoinVserverGroups",
        "releasePublicIp",
        "retainIp",
        "scheduled",
        "staying",
        "unjudgedUpdates",
        "unusedApprovals",
        "unusedServices",
        "waivers",
    }
)
#: The keys that identify an item of a list; the first that is there counts.
_NAMES: Final = ("id", "name", "disk")
#: Keys with this ending never conflict: the largest number of days satisfies every fix.
_DAYS: Final = "days"


@dataclass(frozen=True)
class Wish:
    """A value that fixes ask for: `flow` is the value as one line of YAML, `rules` and `instances` are who asks."""

    flow: str
    rules: tuple[str, ...]
    instances: tuple[str, ...]


@dataclass(frozen=True)
class Conflict:
    """A config key for which fixes ask different values; a person must decide."""

    key: str
    wishes: tuple[Wish, ...]


@dataclass(frozen=True)
class Choice:
    """The findings by what happens to their fixes: `taken` with the one way of each fix, or `left` to a person."""

    taken: tuple[Finding, ...]
    left: tuple[Finding, ...]
    conflicts: tuple[Conflict, ...] = ()

    @property
    def then(self) -> list[Finding]:
        """The taken findings that need more than config, each with the steps that follow the config change."""
        remaining: list[Finding] = []
        for item in self.taken:
            _add(remaining, item, [{"ways": [rest]} for way in _only_ways(item) if (rest := _what_follows(way))])
        return remaining

    def part(self, rules: Iterable[str] | None = None) -> dict[str, Any]:
        """Return the part of the migration's config that the taken fixes ask for; `rules` restricts it."""
        chosen = None if rules is None else set(rules)
        items = [item for item in self.taken if chosen is None or item["rule"] in chosen]
        values = [nested(change) for item in items for way in _only_ways(item) for change in _changes(way)]
        whole: dict[str, Any] = merged(values) if values else {}
        return whole


def choose(findings: Iterable[Finding], way: int | None = None) -> Choice:
    """Return the fixes that are taken, and those that are left to a person.

    `way` is the number, from 1, of the way that a person chose for fixes that need a choice.
    """
    to_write: list[Finding] = []
    undecided: list[Finding] = []
    for item in findings:
        ways = [_chosen_way(fix["ways"], way) for fix in item["fixes"]]
        _add(to_write, item, [{"ways": [possible_way]} for possible_way in ways if possible_way is not None])
        _add(
            undecided,
            item,
            [fix for fix, possible_way in zip(item["fixes"], ways, strict=True) if possible_way is None],
        )
    return _without_conflicts(to_write, undecided)


def _chosen_way(ways: Sequence[Way], chosen: int | None) -> Way | None:
    if chosen is None:
        return ways[0] if ways and _nobody_decides(ways[0]) else None
    if 0 < chosen <= len(ways) and _begins_by_config(ways[chosen - 1]):
        return ways[chosen - 1]
    return None


def _nobody_decides(way: Way) -> bool:
    if not _begins_by_config(way) or not all(step["kind"] == "config" or step["command"] == _UP for step in way):
        return False
    return not any(key in _ANSWERS for change in _changes(way) for key in _keys(nested(change)))


def _keys(value: Any) -> Iterator[str]:
    """Yield each key of a config value, at any depth."""
    parts: Iterable[Any] = value if isinstance(value, list) else ()
    if isinstance(value, Mapping):
        yield from value
        parts = value.values()
    for part in parts:
        yield from _keys(part)


def _begins_by_config(way: Way) -> bool:
    """Whether the first change of a way is config with nothing to fill in; commands may follow it."""
    kinds = [step["kind"] for step in way if step["kind"] != "task"]
    return kinds[:1] == ["config"] and not any(step["toFill"] for step in way)


def _what_follows(way: Way) -> Way:
    """Return the steps that follow the config change, without `pulumi up`, which every change needs."""
    first = next(place for place, step in enumerate(way) if step["kind"] == "config")
    return [step for step in way[first:] if step["kind"] != "config" and step["command"] != _UP]


def ways_by_config(finding: Finding) -> Iterator[int]:
    """Yield the numbers of the ways that a person may choose for a finding."""
    for fix in finding["fixes"]:
        yield from (number for number, way in enumerate(fix["ways"], start=1) if _begins_by_config(way))


def _add(items: list[Finding], item: Finding, fixes: list[Mapping[str, Any]]) -> None:
    if fixes:
        items.append({**item, "fixes": fixes})


def _only_ways(item: Finding) -> list[Way]:
    return [fix["ways"][0] for fix in item["fixes"]]


def _changes(way: Way) -> list[Change]:
    return [Change(step["path"], step["value"]) for step in way if step["kind"] == "config"]


# ---- contradictions ----


def _without_conflicts(to_write: Sequence[Finding], undecided: list[Finding]) -> Choice:
    """Leave to a person each fix whose value for a key differs from another fix's value for it."""
    values_of: defaultdict[str, defaultdict[str, list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for item in to_write:
        for way in _only_ways(item):
            for key, value in _leaves(way):
                values_of[key][value].append(item)
    conflicts = {
        key: values for key, values in values_of.items() if len(values) > 1 and not key.lower().endswith(_DAYS)
    }
    agreed: list[Finding] = []
    for item in to_write:
        fixes = item["fixes"]
        clear = [fix for fix in fixes if not any(key in conflicts for key, _ in _leaves(fix["ways"][0]))]
        _add(agreed, item, clear)
        _add(undecided, item, [fix for fix in fixes if fix not in clear])
    return Choice(tuple(agreed), tuple(undecided), tuple(_conflict(key, conflicts[key]) for key in sorted(conflicts)))


def _conflict(key: str, values: Mapping[str, Sequence[Finding]]) -> Conflict:
    return Conflict(
        key,
        tuple(
            Wish(
                value,
                tuple(sorted({item["rule"] for item in items})),
                tuple(sorted({item["subject"]["name"] for item in items if item["subject"]["kind"] == "instance"})),
            )
            for value, items in values.items()
        ),
    )


def _leaves(way: Way) -> Iterator[tuple[str, str]]:
    """Yield each single value that a way sets, by its key path; an item of a list is identified by its name."""
    for change in _changes(way):
        yield from _leaves_of("", nested(change))


def _leaves_of(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _leaves_of(f"{path}.{key}" if path else str(key), part)
    elif isinstance(value, list):
        yield path, "[...]" if value else "[]"
        for item in value:
            yield from _item_leaves(path, item)
    else:
        yield path, flow(value)


def _item_leaves(path: str, item: Any) -> Iterator[tuple[str, str]]:
    if path in _PLACES:
        ids = item.get("instances", ()) if path == "staying" and isinstance(item, Mapping) else [_id(item)]
        for instance_id in ids:
            yield f"the place of {instance_id}", path
    if not isinstance(item, Mapping):
        return
    if "zone" in item:
        name = "/".join(str(item[key]) for key in ("zone", "tier") if key in item)
    else:
        name = next((str(item[key]) for key in _NAMES if key in item), json.dumps(item, sort_keys=True))
    for key, part in item.items():
        yield from _leaves_of(f"{path}[{name}].{key}", part)


def _id(item: Any) -> Any:
    return item.get("id") if isinstance(item, Mapping) else item
