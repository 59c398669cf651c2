"""Every resource that the plugin maps, with every input that it has: served, or refused.

`CASES` names for each the least inputs, two values of every further one, and why the others are not served. What the
estate needs beforehand is made by `given`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.model.estate import Estate


@dataclass(frozen=True)
class Values:
    """The value with which a property is made, and the one that it is changed to; None: not changed in place."""

    first: Any
    second: Any = None


@dataclass(frozen=True)
class Case:
    """One resource type.

    `least` are the inputs without which it is not made. `unread` are those that the provider never reads back, so that
    an import does not know them. Each set of `together` is changed in one update, because every update of some
    resources makes the provider wait. `unserved` says of the inputs that are left out why; what the plugin calls
    deprecated is not named.
    """

    type: str
    least: Mapping[str, Any]
    values: Mapping[str, Values]
    unserved: Mapping[str, str] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()
    together: tuple[frozenset[str], ...] = ()
    given: Callable[[Estate], None] = lambda estate: None

    def first(self) -> dict[str, Any]:
        """All inputs that are served."""
        return {**self.least, **{name: values.first for name, values in self.values.items()}}

    def changes(self) -> list[dict[str, Any]]:
        """What each update changes, and to what: one property, or those that change together."""
        second = {name: values.second for name, values in self.values.items() if values.second is not None}
        groups = [{name: second.pop(name) for name in sorted(names)} for names in self.together]
        return [*groups, *({name: value} for name, value in second.items())]
