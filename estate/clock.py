"""The one clock of this room."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from estate.errors import SettingsError


def now(environ: Mapping[str, str]) -> datetime:
    """Return the time: `PREFLIGHT_NOW` (ISO 8601 with an offset) where it is set, else the system's, in UTC.

    Raises `SettingsError` for a PREFLIGHT_NOW that is no such time.
    """
    text = environ.get("PREFLIGHT_NOW")
    if not text:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise SettingsError((f"PREFLIGHT_NOW: expected ISO 8601 with an offset, found {text!r}",))
    return moment
