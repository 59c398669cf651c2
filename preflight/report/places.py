"""Find the place of a fix in the stack file: a key path, or its instance, as file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from components.config import CONFIG_KEY

_PROJECT_FILE: Final = "Pulumi.yaml"
_INCLUDE: Final = "include"


@dataclass(frozen=True)
class Place:
    """A line of a file: the path as seen from the repository, with slashes; lines and columns count from 1."""

    file: str
    line: int = 1
    column: int = 1


@dataclass(frozen=True)
class Places:
    """The files with a stack's config, parsed: the stack file first, then those that it includes."""

    start: Place
    _roots: tuple[tuple[str, yaml.Node], ...] = ()
    _instances: dict[str, Place] = field(default_factory=dict)

    def of_key(self, path: str, value: object) -> Place:
        """Return the line of a key path below the migration's key, as far as the file has it.

        `value` is merged there: for a map with one key it is the line of that key, for a list that of its item.
        """
        keys = path.split(".")
        while isinstance(value, Mapping) and len(value) == 1:
            (key, value), *_ = value.items()
            keys.append(str(key))
        having = [(file, root) for file, root in self._roots if _entry(root, keys[0])]
        file, node = having[0] if having else ("", None)
        place = self.start
        for key in keys:
            entry = _entry(node, key)
            if entry is None:
                break
            place, node = _place(file, entry[0]), entry[1]
        return (self._item(keys[0], value) if len(keys) == 1 else None) or place

    def _item(self, key: str, value: object) -> Place | None:
        """Return the line of the first item of a list that the files already contain."""
        names = [_name(item) for item in value] if isinstance(value, list) else []
        if not any(names):
            return None
        if key == "instances":
            return next((self._instances[name] for name in names if name in self._instances), None)
        for file, root in self._roots:
            entry = _entry(root, key)
            for item in _items(entry[1] if entry else None):
                if _identity(item) in names:
                    return _place(file, item)
        return None

    def of_instance(self, instance_id: str) -> Place:
        """Return the line that lists an instance to migrate."""
        return self._instances.get(instance_id, self.start)


def read_places(run: Mapping[str, Any] | None, project: Path) -> Places:
    """Return the places of a result's `run`, whose files are in `project` unchanged since; never raises."""
    project = project.resolve()
    if run is None or run["stackFile"] is None:
        return Places(Place(_seen(project, _PROJECT_FILE)))
    name = str(run["stackFile"]["path"])
    shown = _seen(project, name)
    root = _entry(_entry_value(_composed(project / name), "config"), CONFIG_KEY)
    if root is None:
        return Places(Place(shown))
    judged = {item["path"] for item in run["files"] or ()}
    roots = [(shown, root[1])]
    included = _entry(root[1], _INCLUDE)
    for item in _items(included[1] if included else None):
        if isinstance(item, yaml.ScalarNode) and item.value in judged:
            roots += [(_seen(project, item.value), node) for node in [_composed(project / item.value)] if node]
    return Places(_place(shown, root[0]), tuple(roots), dict(_instances(roots)))


def _seen(project: Path, name: str) -> str:
    """Return a path relative to the repository of the project, as GitHub names files; without one, to the project."""
    path = (project / name).resolve()
    above = next((item for item in (project, *project.parents) if (item / ".git").exists()), project)
    return path.relative_to(above).as_posix() if path.is_relative_to(above) else Path(name).as_posix()


def _composed(path: Path) -> yaml.Node | None:
    try:
        return yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, ValueError, yaml.YAMLError, RecursionError):
        return None


def _place(file: str, node: yaml.Node) -> Place:
    return Place(file, node.start_mark.line + 1, node.start_mark.column + 1)


def _entry(node: yaml.Node | None, key: str) -> tuple[yaml.Node, yaml.Node] | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((pair for pair in node.value if isinstance(pair[0], yaml.ScalarNode) and pair[0].value == key), None)


def _entry_value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    entry = _entry(node, key)
    return entry[1] if entry else None


def _items(node: yaml.Node | None) -> Sequence[yaml.Node]:
    return node.value if isinstance(node, yaml.SequenceNode) else ()


def _name(item: object) -> str | None:
    """Return what identifies an item of a list, such as an id, in plain data."""
    if isinstance(item, Mapping):
        return next((str(item[key]) for key in _NAMING if key in item), None)
    return item if isinstance(item, str) else None


_NAMING: Final = ("id", "name", "zone", "kind", "rule")


def _identity(node: yaml.Node) -> str | None:
    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    named = (_entry(node, key) for key in _NAMING)
    return next((str(entry[1].value) for entry in named if entry and isinstance(entry[1], yaml.ScalarNode)), None)


def _instances(roots: Sequence[tuple[str, yaml.Node]]) -> Iterator[tuple[str, Place]]:
    """Yield the lines that list migrating instances: in the stack's own list, or in that of a wave."""
    for file, root in roots:
        waves = _items(_entry_value(root, "waves"))
        for holder in (*waves, root):
            for item in _items(_entry_value(holder, "instances")):
                if name := _identity(item):
                    yield name, _place(file, item)
