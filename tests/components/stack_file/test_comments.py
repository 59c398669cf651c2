"""Comments stay beside what they speak of, whatever is added to a stack file or taken out of it."""

from __future__ import annotations

import io
import string
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq

from components.stack_file.comments import hang_on_what_follows, parted

NAMES = st.text(string.ascii_lowercase, min_size=1, max_size=4)
COMMENTS = st.lists(st.sampled_from(["", "# one", "# two: [a]", "#three"]), max_size=3)
SAME_LINE = st.sampled_from(["", " # beside", "   # far beside"])
SCALARS = st.sampled_from(["1", '"2026-12-12T02:00:00+08:00"', "[]", "{a: 1, b: [2]}", "i-web"])


@st.composite
def blocks(draw: st.DrawFn, depth: int = 2, indent: int = 0) -> list[str]:
    """Draw the lines of a map, with comments above keys and items, and beside values."""
    lines: list[str] = []
    for name in draw(st.lists(NAMES, min_size=1, max_size=3, unique=True)):
        lines += _above(draw(COMMENTS), indent)
        shape = draw(st.sampled_from(["scalar", "map", "list"] if depth else ["scalar"]))
        if shape == "scalar":
            lines.append(" " * indent + f"{name}: {draw(SCALARS)}{draw(SAME_LINE)}")
            continue
        lines.append(" " * indent + f"{name}:")
        if shape == "map":
            lines += draw(blocks(depth - 1, indent + 2))
            continue
        for _ in range(draw(st.integers(1, 3))):
            lines += _above(draw(COMMENTS), indent + 2)
            if depth > 1 and draw(st.booleans()):
                item = draw(blocks(0, indent + 4))
                first = next(
                    number for number, line in enumerate(item) if line.strip() and "#" not in line[: indent + 5]
                )
                item[first] = " " * (indent + 2) + "- " + item[first].lstrip()
                lines += item[first:]
            else:
                lines.append(" " * (indent + 2) + f"- {draw(SCALARS)}{draw(SAME_LINE)}")
    return lines


def _above(comments: list[str], indent: int) -> list[str]:
    return [" " * indent + comment if comment else "" for comment in comments]


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _written(yaml: YAML, document: Any, end: str) -> str:
    output = io.StringIO()
    yaml.dump(document, output)
    return output.getvalue() + end


def _lists(value: Any) -> Iterator[CommentedSeq]:
    """Yield the lists of a document that stand in lines of their own."""
    if isinstance(value, CommentedSeq) and value and not value.fa.flow_style():
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _lists(part)


@given(blocks(), COMMENTS)
def test_additions_part_no_comment_from_what_it_stands_above(lines: list[str], end: list[str]) -> None:
    text = "".join(f"{line}\n" for line in (*lines, *end))
    body, rest = parted(text)
    yaml = _yaml()
    document = yaml.load(body)
    plain = _yaml().load(body)
    hang_on_what_follows(document)
    assert _written(yaml, document, rest) == _written(_yaml(), plain, rest)
    for items in _lists(document):
        items.append("i-added")
    changed = io.StringIO(_written(yaml, document, rest)).readlines()
    assert "".join(line for line in changed if line.strip() != "- i-added") == _written(_yaml(), plain, rest)
    # An addition ends its list: no comment of what follows the list stands above it.
    for number, line in enumerate(changed):
        if line.strip() == "- i-added":
            indent = len(line) - len(line.lstrip())
            above = changed[number - 1]
            assert above.strip(), "no empty line parts an addition from its list"
            assert len(above) - len(above.lstrip()) >= indent
