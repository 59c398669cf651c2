"""Read files that people and scripts write, YAML or JSON, within bounds and strictly."""

from __future__ import annotations

import codecs
import json
import os
import re
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic_core import to_json

from estate.errors import EstateError

#: Some 40,000 instances' evidence. A larger file is a wrong file, or several.
MAX_JSON_BYTES: Final = 64 * 1024 * 1024
#: YAML takes some twenty-five times as long to read as JSON: this much is read in two or three seconds.
MAX_YAML_BYTES: Final = 2 * 1024 * 1024
#: A small file can become a huge one by YAML's aliases.
MAX_YAML_NODES: Final = 500_000
#: No file of this project has more than nine levels.
MAX_DEPTH: Final = 32

# PowerShell's `>` writes UTF-16, and many Windows tools begin UTF-8 with a mark.
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_HALF: Final = re.compile("[\ud800-\udfff]")


class DocumentError(EstateError):
    """A file cannot be used; the message names it and states what was expected."""


class _Loader(yaml.CSafeLoader):
    """YAML as Pulumi reads it, and no key stands twice in one map."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys: set[str] = set()
        for key, _ in node.value:
            place = f"line {key.start_mark.line + 1}"
            if not isinstance(key, yaml.ScalarNode):
                raise ValueError(f"{place}: expected text as a key, found a list or a map")
            if key.value in keys:
                raise ValueError(f"{place}: {_twice(key.value)}")
            keys.add(key.value)
        return super().construct_mapping(node, deep)


# As in YAML 1.2, and so in Pulumi: 22:00, yes and 2026-12-12 are texts, and 1e3 is a number.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.rpartition(":")[2] in ("null", "merge", "value")]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?(0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|0|[1-9][0-9_]*)", "-+0123456789"),
    ("float", r"[-+]?([0-9][0-9_]*\.[0-9_]*([eE][-+]?[0-9]+)?|[0-9][0-9_]*[eE][-+]?[0-9]+|\.[0-9]+)", "-+.0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_pattern})$"), list(_first))


def read_document(path: Path) -> Any:
    """Return the content of a YAML or JSON file as JSON would have it: maps, lists, texts, numbers, booleans, None.

    The file is UTF-8, or UTF-16 with its byte order mark. Raises DocumentError where it cannot be read, is too large,
    is nested too deep, or has a key twice in one map.
    """
    try:
        return parse_document(decode(read_bytes(path)))
    except ValueError as error:
        raise DocumentError(f"{path}: {error}") from None


def read_bytes(path: Path) -> bytes:
    """Return the content of a file, within bounds. Raises DocumentError where it cannot be read or is too large."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_JSON_BYTES + 1)
    except OSError as error:
        raise DocumentError(f"{path}: expected a file that can be read: {error.strerror}") from None
    if len(content) > MAX_JSON_BYTES:
        raise DocumentError(f"{path}: expected at most {_mib(MAX_JSON_BYTES)} MiB; split it into several files")
    return content


def write_whole(path: Path, text: str, *, new: bool = False, mode: int = 0o644) -> None:
    """Write a file to be reviewed and committed; a reader finds the whole file, or the earlier one.

    With `new` the file must not exist yet. Raises OSError where it cannot be written, FileExistsError where it exists.
    """
    temporary = write_beside(path, text, mode)
    try:
        put_in_place(temporary, path, new=new)
    finally:
        temporary.unlink(missing_ok=True)


def write_beside(path: Path, text: str, mode: int = 0o644) -> Path:
    """Write the text into a new file beside `path`, and return that file. Raises OSError, and leaves none then."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 - Path.open takes no descriptor
            os.fchmod(file.fileno(), mode)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def put_in_place(temporary: Path, path: Path, *, new: bool) -> None:
    """Give a file its name. With `new`, raises FileExistsError where that name is taken, and leaves the file."""
    if new:
        # Unlike a rename, a link fails if the name is taken by then.
        os.link(temporary, path)
    else:
        temporary.replace(path)


def decode(content: bytes) -> str:
    """Return the text of a file or an output. Raises ValueError where its encoding is not supported."""
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise ValueError("expected text in UTF-8, or in UTF-16 with a byte order mark") from None


def parse_document(text: str) -> Any:
    """Return the content of a YAML or JSON text; see `read_document`. Raises ValueError with what was expected."""
    try:
        if text.lstrip()[:1] not in ("{", "["):
            return _yaml(text)
        try:
            return parse_json(text)
        except json.JSONDecodeError as error:
            # YAML's flow style begins with this too.
            try:
                return _yaml(text)
            except yaml.YAMLError:
                raise ValueError(f"expected YAML or JSON: {error}") from None
    except yaml.YAMLError as error:
        raise ValueError(f"expected YAML or JSON: {_fault(error)}") from None


def _fault(error: yaml.YAMLError) -> str:
    """Return what is wrong, and where: PyYAML's own text calls the file "<unicode string>"."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem is None or error.problem_mark is None:
        return " ".join(str(error).split())
    mark = error.problem_mark
    return f"{error.problem}, line {mark.line + 1}, column {mark.column + 1}"


def parse_json(text: str) -> Any:
    """Return the content of a JSON text; see `read_document`.

    Raises JSONDecodeError where it is no JSON, and ValueError where it exceeds the bounds.
    """
    try:
        content = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    if depth(content) > MAX_DEPTH:
        raise ValueError(_TOO_DEEP)
    return content


def as_json(value: Any) -> bytes:
    """Return a document as JSON, for a model to read strictly. Raises ValueError for text that is not Unicode."""
    try:
        return to_json(value)
    except ValueError:
        raise ValueError("expected text in Unicode, found half of a surrogate pair") from None


def in_unicode(value: Any) -> Any:
    """Return what a JSON text held with U+FFFD, Unicode's replacement character, for each half of a surrogate pair.

    JSON can spell such a half, which no text in Unicode has: no file, state or report could be written of it.
    """
    try:
        to_json(value)
    except ValueError:
        return _in_unicode(value)
    return value


def _in_unicode(value: Any) -> Any:
    """Return a copy without halves, level by level: JSON may be nested deeper than functions can call themselves."""
    whole = [value]
    waiting: list[Any] = [whole]
    while waiting:
        container = waiting.pop()
        for place, item in list(container.items() if isinstance(container, dict) else enumerate(container)):
            container[place] = copied = _copied(item)
            if isinstance(copied, dict | list):
                waiting.append(copied)
    return whole[0]


def _copied(item: Any) -> Any:
    """Return a text or a key without halves, and of a map or list a copy whose items are still as they were."""
    if isinstance(item, str):
        return _HALF.sub("\ufffd", item)
    if isinstance(item, Mapping):
        return {_copied(key): value for key, value in item.items()}
    return list(item) if isinstance(item, list) else item


def depth(value: Any) -> int:
    """Return the depth of nested maps and lists, counted to one above MAX_DEPTH."""
    level, levels = [value], 0
    while levels <= MAX_DEPTH and (nested := [item for item in level if isinstance(item, Mapping | list)]):
        level = [inner for item in nested for inner in (item.values() if isinstance(item, Mapping) else item)]
        levels += 1
    return levels


_TOO_DEEP: Final = f"expected at most {MAX_DEPTH} maps and lists inside each other"


def _twice(key: str) -> str:
    return f"the key {key!r} stands twice in one map; expected it once"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse duplicate keys: JSON does not define which value counts."""
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise ValueError(_twice(twice))
    return mapping


def _no_number(name: str) -> Any:
    raise ValueError(f"expected a number, found {name}")


def _yaml(text: str) -> Any:
    if len(text) > MAX_YAML_BYTES:
        raise ValueError(f"expected at most {_mib(MAX_YAML_BYTES)} MiB of YAML; larger files must be JSON")
    _measure(text)
    content = yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader, see its base
    # Nested aliases can go deeper than the text.
    if depth(content) > MAX_DEPTH:
        raise ValueError(_TOO_DEEP)
    return content


def _measure(text: str) -> None:
    """Refuse YAML that is nested too deep or grows too large by its aliases, before it is built."""
    sizes: dict[str, int] = {}
    opened: list[tuple[str | None, int]] = []
    size = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            opened.append((event.anchor, size))
            if len(opened) > MAX_DEPTH:
                raise ValueError(_TOO_DEEP)
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = opened.pop()
            if anchor is not None:
                sizes[anchor] = size - before
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in sizes:
                raise ValueError(f"expected *{event.anchor} after the end of the value that it repeats")
            size += sizes[event.anchor] - 1
        elif isinstance(event, yaml.ScalarEvent) and event.anchor is not None:
            sizes[event.anchor] = 1
        size += isinstance(event, yaml.NodeEvent)
        if size > MAX_YAML_NODES:
            raise ValueError(f"expected at most {MAX_YAML_NODES:,} values, including those that aliases repeat")


def _mib(size: int) -> int:
    return size // 1024 // 1024
