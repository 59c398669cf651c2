"""The problems of a stack config, as lines that name file, key and what was expected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from estate.errors import listing

NAMESPACE = "classic-to-vpc"
CONFIG_KEY = f"{NAMESPACE}:migration"


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong with the config: `key` is its path below the config key `root`, `expected` a sentence.

    `file` is that of the key where it is not the stack file.
    """

    key: str
    expected: str
    root: str = CONFIG_KEY
    file: str = ""


#: No part of the object may be a secret: rules and reviewers read it, and Pulumi marks nothing that comes of it.
SECRET: Final = Problem(
    "", "expected no secret in it: state, results and reports show what it says. Set each part without --secret"
)


class ConfigError(Exception):
    """The stack config cannot be used; the message has a line for each problem: file, key and what was expected."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.file = file
        self.problems = tuple(sorted(set(problems), key=lambda problem: (problem.file, problem.root, problem)))
        super().__init__(listing([": ".join(_line(file, problem)) for problem in self.problems]))


def _line(file: str, problem: Problem) -> list[str]:
    key = ".".join(part for part in (problem.root, problem.key) if part)
    return [problem.file or file, *([key] if key else ()), problem.expected]
