"""Snapshots before the window."""

from __future__ import annotations

from pydantic import Field

from components.config.base import Strict


class BackupChoice(Strict):
    """A snapshot of every disk of every migrating instance."""

    retention_days: int = Field(ge=1, le=65536, description="Days that the snapshots are kept (1 to 65536).")
    round: int = Field(
        default=1, ge=1, description="Raise it to take new snapshots; those of earlier rounds are kept, and let go of."
    )
