"""The settings of a rule in `--policy-pack-config`: its lead time and its thresholds, within bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

LEAD_HOURS: Final = "leadHours"
# A year: a rule that becomes mandatory even earlier needs no lead time.
LONGEST_LEAD_HOURS: Final = 8760


@dataclass(frozen=True)
class Threshold:
    """One limit of a rule that a team may set; `meaning` is in words, with its unit."""

    name: str
    default: float
    minimum: float
    maximum: float
    meaning: str


@dataclass(frozen=True)
class Settings:
    """The settings of one rule: hours before the window from which it is mandatory, None: always."""

    lead_hours: float | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)


def adjustable(lead_hours: float | None, thresholds: tuple[Threshold, ...]) -> dict[str, Threshold]:
    """Return every setting of a rule, by name. A rule that is always mandatory has no lead time to set.

    A lead time can be raised, not lowered: the fix needs the rule's own. The bounds of a threshold exclude values
    weaker than the rule's own. A team that needs less uses a waiver, with an owner and an end.
    """
    settable = {threshold.name: threshold for threshold in thresholds}
    if lead_hours is None:
        return settable
    meaning = "Hours before the window from which the rule is mandatory; until then it is advice."
    return {LEAD_HOURS: Threshold(LEAD_HOURS, lead_hours, lead_hours, LONGEST_LEAD_HOURS, meaning), **settable}


def schema(settable: Mapping[str, Threshold]) -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of the properties, in the form of the policy SDK."""
    return {
        name: {
            "type": "number",
            "minimum": item.minimum,
            "maximum": item.maximum,
            "default": item.default,
            "description": item.meaning,
        }
        for name, item in settable.items()
    }


def read_settings(settable: Mapping[str, Threshold], given: Mapping[str, Any]) -> Settings:
    """Return the settings of one policy's configuration. Raises ValueError with all problems.

    The engine has checked types and bounds by the schema, but lets unknown names through.
    """
    problems = [
        f"{name} is not a setting of this rule; it has {', '.join(settable) or 'none'}"
        for name in sorted(given)
        if name not in settable
    ]
    values = {name: given.get(name, item.default) for name, item in settable.items()}
    problems += [
        f"{name} is not a number from {item.minimum:g} to {item.maximum:g}"
        for name, item in settable.items()
        if not _within(values[name], item)
    ]
    if problems:
        raise ValueError("; ".join(problems))
    return Settings(values.pop(LEAD_HOURS, None), values)


def _within(value: object, item: Threshold) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return item.minimum <= value <= item.maximum
