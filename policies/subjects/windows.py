"""Fixes that change the window of a wave in the stack config."""

from __future__ import annotations

from typing import Any, Final

from policies.core.fixes import Fix, change

# The program's name for the one wave of a stack with a window of its own.
_ONLY: Final = "all"


def of_wave(name: str, window: dict[str, Any]) -> Fix:
    """Return the change of some keys of the window of a wave."""
    if name == _ONLY:
        return change("window", window)
    return change("waves", [{"name": name, "window": window}])
