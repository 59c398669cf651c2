"""What is wrong with a stack config, in lines that name file, key and what was expected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

CONFIG_KEY = "classic-to-vpc:migration"


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong with the config: `key` is its path below `classic-to-vpc:migration`, `expected` a sentence."""

    key: str
    expected: str


class ConfigError(Exception):
    """The stack config cannot be used; the message has a line a problem: file, key and what was expected."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.file = file
        self.problems = tuple(sorted(set(problems)))
        lines = [f"{file}: {_full_key(problem.key)}: {problem.expected}" for problem in self.problems]
        super().__init__("\n".join(lines))


def _full_key(key: str) -> str:
    return f"{CONFIG_KEY}.{key}" if key else CONFIG_KEY
