"""What is wrong with a stack config, in lines that name file, key and what was expected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from estate.errors import listing

NAMESPACE = "classic-to-vpc"
CONFIG_KEY = f"{NAMESPACE}:migration"


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong with the config: `key` is its path below the config key `root`, `expected` a sentence."""

    key: str
    expected: str
    root: str = CONFIG_KEY


class ConfigError(Exception):
    """The stack config cannot be used; the message has a line a problem: file, key and what was expected."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.file = file
        self.problems = tuple(sorted(set(problems), key=lambda problem: (problem.root, problem)))
        super().__init__(listing([f"{file}: {_full_key(problem)}: {problem.expected}" for problem in self.problems]))


def _full_key(problem: Problem) -> str:
    return f"{problem.root}.{problem.key}" if problem.key else problem.root
