"""Lists of the config in files of their own: a stack file above 128 KiB does not reach the program.

Pulumi passes the config in one environment variable, and Linux limits its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, get_origin

from components.config import CONFIG_KEY, ConfigError, MigrationConfig, Problem, parse_stack
from estate.documents import DocumentError, read_document

_KEY: Final = "include"
#: The keys that are lists, by their names in the file.
LISTS: Final = tuple(
    sorted(
        item.alias or name
        for name, item in MigrationConfig.model_fields.items()
        if get_origin(item.annotation) is tuple and name != _KEY
    )
)
_ITEM: Final = re.compile(r"([A-Za-z]+)\[(\d+)\](.*)", re.DOTALL)


@dataclass
class Places:
    """The place of each item of a list: in the stack file, or in a file that it includes."""

    stack_file: str
    _items: dict[str, list[tuple[str, int]]] = field(default_factory=dict)

    def add(self, key: str, count: int, file: str) -> None:
        """Record that the next `count` items of the list `key` are those of `file`."""
        self._items.setdefault(key, []).extend((file, index) for index in range(count))

    def located(self, error: ConfigError) -> ConfigError:
        """Return the error with the place of each problem."""
        return ConfigError(error.file, [self._placed(problem) for problem in error.problems])

    def _placed(self, problem: Problem) -> Problem:
        match = _ITEM.fullmatch(problem.key)
        items = self._items.get(match[1], []) if match and problem.root == CONFIG_KEY else []
        if match is None or int(match[2]) >= len(items):
            return problem
        file, index = items[int(match[2])]
        if file == self.stack_file:
            return problem
        return replace(problem, key=f"{match[1]}[{index}]{match[3]}", root="", file=file)


def parse_with_includes(
    values: Mapping[str, object], project: str, directory: Path, file: str
) -> tuple[MigrationConfig, Places]:
    """Parse the config of one stack with the lists of the files that it includes.

    `values`, `project` and `file` are those of `parse_stack`; `directory` is that of Pulumi.yaml, to which paths are
    relative. Raises ConfigError with all problems at once, each with its place.
    """
    places = Places(file)
    raw = values.get(CONFIG_KEY)
    if isinstance(raw, Mapping) and raw.get(_KEY):
        values = {**values, CONFIG_KEY: _merged(raw, directory, places)}
    try:
        return parse_stack(values, project, file), places
    except ConfigError as error:
        raise places.located(error) from None


def _merged(raw: Mapping[str, Any], directory: Path, places: Places) -> dict[str, Any]:
    merged = dict(raw)
    for key in LISTS:
        if isinstance(raw.get(key), list):
            places.add(key, len(raw[key]), places.stack_file)
    problems: list[Problem] = []
    for index, name in enumerate(raw[_KEY] if isinstance(raw[_KEY], list) else ()):
        if not isinstance(name, str):
            continue  # the parser reports what it expects there
        try:
            document = read_document(directory / name)
        except DocumentError as error:
            problems.append(Problem(f"{_KEY}[{index}]", str(error)))
            continue
        faults = list(_faults(document, raw, name))
        problems += faults
        for key, items in () if faults else document.items():
            merged[key] = [*merged.get(key, ()), *items]
            places.add(key, len(items), name)
    if problems:
        raise ConfigError(places.stack_file, problems)
    return merged


def _faults(content: object, raw: Mapping[str, Any], name: str) -> Iterator[Problem]:
    """Yield what prevents the included file `name` from being added to the lists of the stack file."""
    if not isinstance(content, dict):
        yield Problem("", f"expected a map of lists: {', '.join(LISTS)}", root="", file=name)
        return
    for key, items in content.items():
        if key not in LISTS:
            yield Problem(str(key), f"unknown key; expected one of {', '.join(LISTS)}", root="", file=name)
        elif not isinstance(items, list):
            yield Problem(key, f"expected a list; got {items!r}", root="", file=name)
        elif not isinstance(raw.get(key, []), list):
            yield Problem(key, f"expected a list; got {raw[key]!r}")
