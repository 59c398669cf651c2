"""Keep the comments of a stack file beside what they speak of, while the file is changed.

ruamel.yaml 0.19.1 hangs the lines of comment above a key on the value that ends before it. What is added to a list then
stands below the comment of the next key, and what is removed takes that comment along.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import CommentMark
from ruamel.yaml.scalarstring import ScalarString
from ruamel.yaml.tokens import CommentToken

_Node = CommentedMap | CommentedSeq


def parted(text: str) -> tuple[str, str]:
    """Return a file's text, and apart from it the comments at its end, which stay at the end."""
    lines = _lines(text)
    first = len(lines)
    while first and (not lines[first - 1].strip() or lines[first - 1].startswith("#")):
        first -= 1
    return "".join(lines[:first]), "".join(lines[first:])


def _lines(text: str) -> list[str]:
    """Return the lines as YAML 1.2 has them: `splitlines` knows more breaks, which may stand in a text."""
    return io.StringIO(text).readlines()


def hang_on_what_follows(node: Any, following: tuple[_Node, Any] | None = None) -> None:
    """Hang each line of comment on the key or item below it, in place; written again, the text is the same.

    `following` is the holder of what stands below the node, and its key or index there. Lines that are further right
    than that stay with what is above them, as do comments in the same line.
    """
    keys = list(node) if isinstance(node, CommentedMap) else list(range(len(node)))
    for key, below in zip(keys, [*((node, key) for key in keys[1:]), following], strict=True):
        value = node[key]
        if isinstance(value, _Node) and value and not value.fa.flow_style():
            _hang_first(node, key)
            hang_on_what_follows(value, below)
        # The lines after a block of text belong to its value.
        elif below is not None and not (isinstance(value, ScalarString) and "\n" in value):
            _hang(node, key, *below)


def _hang_first(node: _Node, key: Any) -> None:
    """Hang the lines of comment above the first item of a list on that item, in place of the list."""
    value, comments = node[key], node.ca.items.get(key)
    if not isinstance(value, CommentedSeq) or value.ca.comment is None or not value.ca.comment[1]:
        return
    there = value.ca.items.setdefault(0, [None, None, None, None])
    there[1] = [*value.ca.comment[1], *(there[1] or ())]
    value.ca.comment[1] = None
    if comments and len(comments) > 3:
        comments[3] = None  # the same lines, as the key knows them


def _hang(node: _Node, key: Any, holder: _Node, below: Any) -> None:
    comments = node.ca.items.get(key)
    place = 2 if isinstance(node, CommentedMap) else 0
    token = comments[place] if comments else None
    if token is None:
        return
    lines = _lines(token.value)  # the first is in the line of the value, or empty
    column = holder.lc.key(below)[1] if isinstance(holder, CommentedMap) else holder.lc.item(below)[1] - len("- ")
    first = len(lines)
    while first > 1 and _indent(lines[first - 1]) <= column:
        first -= 1
    if first == len(lines):
        return
    text = "".join(lines[:first])
    comments[place] = CommentToken(text, token.start_mark, None) if text.strip() else None
    moved = [CommentToken(line.lstrip(" "), CommentMark(_indent(line)), None) for line in lines[first:]]
    there = holder.ca.items.setdefault(below, [None, None, None, None])
    there[1] = [*moved, *(there[1] or ())]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" ")) if line.strip() else 0


def move_to_ids(value: Any) -> None:
    """Move the comment of an id that has become a map to the map's id: beside the dash it would be lost."""
    for part in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        move_to_ids(part)
    if not isinstance(value, CommentedSeq):
        return
    for index, comments in value.ca.items.items():
        item = value[index] if isinstance(index, int) and index < len(value) else None
        if isinstance(item, CommentedMap) and item and comments and comments[0] and not item.ca.items:
            text = comments[0].value
            if text.startswith("#"):
                item.yaml_add_eol_comment(_lines(text)[0].removeprefix("#").strip(), next(iter(item)), column=0)
                comments[0] = None
