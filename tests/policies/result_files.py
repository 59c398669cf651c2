"""What a result file says, changed finding by finding."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from policies.results import findings, grouped


def with_findings(content: dict[str, Any], change: Callable[[list[Any]], Iterable[Any] | None]) -> None:
    """Put other findings into a result: those that `change` returns, or else what it has made of its list."""
    items: list[Any] = list(findings(content))
    changed = change(items)
    content["results"] = grouped(items if changed is None else changed, content["instances"])


def with_first(**values: object) -> Callable[[dict[str, Any]], None]:
    """Return the change of a result that gives its first finding other values."""
    return lambda content: with_findings(content, lambda items: items[0].update(values))


def without(rule: str | None = None, instance_id: str | None = None) -> Callable[[dict[str, Any]], None]:
    """Return the change of a result that takes out what a rule says of an instance; None: any."""

    def matches(item: Any) -> bool:
        return rule not in (None, item["rule"]) or instance_id not in (None, item["subject"]["id"])

    return lambda content: with_findings(content, lambda items: filter(matches, items))
