"""Writes that may have taken effect though their answer was lost."""

from __future__ import annotations

from collections.abc import Callable

from estate.client import Cloud
from estate.errors import Unreachable, WaitTimeout


def brought_about(cloud: Cloud, write: Callable[[], object], there: Callable[[], bool], subject: str) -> None:
    """Make a write, and wait for its effect.

    If a lost answer were a failure, the next creation would find our own work, and take it for what was there before.
    So a lost answer is a failure only where the effect does not appear in time.
    """
    lost: Unreachable | None = None
    try:
        write()
    except Unreachable as error:
        if not error.sent:
            raise
        lost = error
    try:
        cloud.wait(there, subject)
    except WaitTimeout as timeout:
        raise (lost or timeout) from None
