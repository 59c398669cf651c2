"""Tells in a remediation what is to be copied, a config line or a command, from prose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["config", "aliyun", "pulumi", "shell", "prose"]

_STARTS: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (
    ("config", re.compile(r"classic-to-vpc:migration[\w.]*: ")),
    ("aliyun", re.compile(r"aliyun ")),
    ("pulumi", re.compile(r"pulumi ")),
    ("shell", re.compile(r"ssh | *python -m ")),
)
_COMMENT: Final = re.compile(r" +# .*$")


@dataclass(frozen=True)
class Line:
    """One line of a remediation; `text` is without the `or` before an example, `example` without its comment too."""

    kind: Kind
    text: str
    alternative: bool = False

    @property
    def example(self) -> str:
        """What is to be copied."""
        return _COMMENT.sub("", self.text)


def lines(remediation: str) -> Iterator[Line]:
    """The lines of a remediation by their kind."""
    for line in remediation.splitlines():
        bare = line.removeprefix("or ")
        kind: Kind = next((kind for kind, start in _STARTS if start.match(bare)), "prose")
        yield Line("prose", line) if kind == "prose" else Line(kind, bare, bare != line)


def as_markdown(remediation: str) -> str:
    """Examples in fences, prose outside of them."""
    parts: list[str] = []
    for is_prose, group in groupby(lines(remediation), lambda line: line.kind == "prose"):
        if is_prose:
            parts += [line.text for line in group]
            continue
        block: list[str] = []
        for line in group:
            if line.alternative and block:
                parts += [_fenced(block), "or"]
                block = []
            block.append(line.text)
        parts.append(_fenced(block))
    return "\n\n".join(parts)


def _fenced(block: list[str]) -> str:
    return "\n".join(["```", *block, "```"])
