"""Merge the taken fixes into the stack file: those that the program accepts, and why it refuses the others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.config import ConfigError
from components.stack_file import StackFileChange, planned_change
from preflight.fix.choosing import Choice


@dataclass(frozen=True)
class Merged:
    """A change of the stack file that makes the fixes of `rules`.

    `refused` maps a rule whose fix the stack file does not accept to the reason. `change` is None if there is nothing
    to change.
    """

    change: StackFileChange | None
    rules: tuple[str, ...]
    refused: dict[str, str]


def merge_fixes(path: Path, choice: Choice) -> Merged:
    """Merge the taken fixes into a stack file: all at once, or rule by rule if that is refused.

    Nothing is written. Raises ConfigError if the file cannot be changed at all.
    """
    rules = tuple(dict.fromkeys(item["rule"] for item in choice.taken))
    if not rules:
        return Merged(None, (), {})
    try:
        return Merged(planned_change(path, [choice.part()]), rules, {})
    except ConfigError:
        planned_change(path, [])
    change: StackFileChange | None = None
    merged_rules: list[str] = []
    refused: dict[str, str] = {}
    for rule in rules:
        part: dict[str, Any] = choice.part([*merged_rules, rule])
        try:
            change = planned_change(path, [part])
        except ConfigError as error:
            refused[rule] = str(error)
        else:
            merged_rules.append(rule)
    return Merged(change, tuple(merged_rules), refused)
