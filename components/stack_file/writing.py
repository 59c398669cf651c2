"""Change a stack file by parts of its config: comments stay, and what the program would refuse is not written."""

from __future__ import annotations

import difflib
import io
import re
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from components.config import CONFIG_KEY, NAMESPACE, ConfigError, Problem
from components.includes import parse_with_includes
from components.stack_file.comments import hang_on_what_follows, move_to_ids, parted
from components.stack_file.merging import merge
from estate.documents import DocumentError, parse_document, read_document, write_whole

_TO_FILL: Final = re.compile(r"<[^<>]+>")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT")
# A list that stands no further right than its key.
_FLUSH: Final = re.compile(r"^( *)[^\s#-][^\n]*:[^\S\n]*(?:#[^\n]*)?\n\1- ", re.MULTILINE)


@dataclass(frozen=True)
class StackFileChange:
    """A stack file with parts of the migration's config merged into it, not written yet."""

    path: Path
    before: str
    after: str

    @property
    def diff(self) -> str:
        """The change as a unified diff; empty without changes."""
        name = self.path.name
        before, after = self.before.splitlines(keepends=True), self.after.splitlines(keepends=True)
        return "".join(difflib.unified_diff(before, after, name, name))

    def write(self) -> None:
        """Write the whole file or nothing, with its permissions. Raises ConfigError where it has changed meanwhile."""
        if _text(self.path) != self.before:
            raise ConfigError(self.path.name, [Problem("", "it has changed meanwhile; expected it as it was", root="")])
        if self.after != self.before:
            target = self.path.resolve()
            write_whole(target, self.after, mode=target.stat().st_mode & 0o777)


def change_stack_file(path: Path, parts: Sequence[str]) -> str:
    """Merge parts of the migration's config, each as YAML, into a stack file; return the change as a diff.

    Raises ConfigError, all problems at once, where a part is not valid, is not filled in, or the config would be
    refused; the file is unchanged then.
    """
    change = planned_change(path, [_parsed(part, path.name) for part in parts])
    change.write()
    return change.diff


def planned_change(path: Path, parts: Sequence[Mapping[str, Any]]) -> StackFileChange:
    """Return the stack file with parts of the migration's config, plain data, merged into it. Nothing is written.

    Raises ConfigError, all problems at once, where a part is not filled in, or the config would be refused.
    """
    if problems := [problem for part in parts for problem in _unfilled("", part)]:
        raise ConfigError(path.name, problems)
    before = _text(path)
    text, end = parted(before)
    yaml, document = _loaded(text, path.name)
    hang_on_what_follows(document)
    config = document.setdefault("config", {})
    migration = config.setdefault(CONFIG_KEY, {}) if isinstance(config, MutableMapping) else None
    if not isinstance(migration, MutableMapping):
        raise ConfigError(path.name, [Problem("", "expected a map to merge into")])
    if problems := [problem for part in parts for problem in _elsewhere(part, migration, path.parent)]:
        raise ConfigError(path.name, problems)
    for part in parts:
        merge(migration, _styled(part), path.name)
    move_to_ids(migration)
    output = io.StringIO()
    yaml.dump(document, output)
    after = output.getvalue() + end
    _check(after, path)
    return StackFileChange(path, before, after)


def _parsed(part: str, file: str) -> dict[str, Any]:
    try:
        document = parse_document(part)
    except ValueError as error:
        raise ConfigError(file, [Problem("", f"{part!r}: {error}")]) from None
    if not isinstance(document, dict):
        raise ConfigError(
            file, [Problem("", f"expected keys and values as YAML, such as later: [i-...]; got {part!r}")]
        )
    return document


def _unfilled(path: str, value: Any) -> Iterator[Problem]:
    """Yield placeholders that a person has to fill in."""
    if isinstance(value, str) and _TO_FILL.search(value):
        yield Problem(path, f"expected a value in place of {value}: fill it in")
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _unfilled(f"{path}.{key}" if path else str(key), part)
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _unfilled(f"{path}[{index}]", part)


def _elsewhere(part: Mapping[str, Any], migration: Mapping[str, Any], directory: Path) -> Iterator[Problem]:
    """Yield items of files that the stack includes: they have to be changed there."""
    included = migration.get("include")
    for name in included if isinstance(included, list) else ():
        try:
            document = read_document(directory / str(name))
        except DocumentError:
            continue  # the check of the whole config reports it
        for key, items in part.items():
            there = _ids(document.get(key)) if isinstance(document, Mapping) else set()
            for item_id in sorted(there & _ids(items)):
                yield Problem(
                    key, f"{item_id} is in this file; expected it to be changed here", root="", file=str(name)
                )


def _ids(items: Any) -> set[str]:
    every = items if isinstance(items, list) else ()
    ids = [item.get("id") if isinstance(item, Mapping) else item for item in every]
    return {item for item in ids if isinstance(item, str)}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not in UTF-8"
        problem = f"expected the stack file in this directory, that of Pulumi.yaml: {why}"
        raise ConfigError(path.name, [Problem("", problem, root="")]) from None


def _loaded(text: str, file: str) -> tuple[YAML, MutableMapping[str, Any]]:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 4096
    if _FLUSH.search(text):
        yaml.indent(mapping=2, sequence=2, offset=0)
    else:
        yaml.indent(mapping=2, sequence=4, offset=2)
    try:
        document = yaml.load(text)
    except (YAMLError, ValueError, RecursionError) as error:
        raise ConfigError(file, [Problem("", f"expected YAML: {' '.join(str(error).split())}", root="")]) from None
    if not isinstance(document, MutableMapping):
        raise ConfigError(file, [Problem("", "expected a stack file, with the key config", root="")])
    return yaml, document


def _styled(value: Any) -> Any:
    """Return plain data in the form in which it is written: block style, and quoted times."""
    if isinstance(value, dict):
        return CommentedMap((key, _styled(part)) for key, part in value.items())
    if isinstance(value, list):
        return CommentedSeq(map(_styled, value))
    return DoubleQuotedScalarString(value) if isinstance(value, str) and _TIME.match(value) else value


def _check(text: str, path: Path) -> None:
    """Raise ConfigError where the program would refuse the config; encrypted values stay as they are."""
    try:
        config = parse_document(text)["config"]
    except ValueError as error:
        raise ConfigError(path.name, [Problem("", str(error))]) from None
    parse_with_includes(config, _project(path.parent), path.parent, path.name)


def _project(directory: Path) -> str:
    try:
        return str(read_document(directory / "Pulumi.yaml")["name"])
    except (DocumentError, TypeError, KeyError):
        return NAMESPACE
