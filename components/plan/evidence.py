"""Which evidence counts for an instance."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from components.config import MigrationConfig
from estate.guest import Evidence


def evidence_of(instance_id: str, evidence: Iterable[Evidence], config: MigrationConfig) -> tuple[Evidence, ...]:
    """The evidence of one instance, newest first, without what is older than that by more than evidence may be."""
    own = sorted(
        (item for item in evidence if item.instance_id == instance_id),
        key=lambda item: (item.collected_at, item.source),
        reverse=True,
    )
    if not own or config.evidence is None:
        return ()
    since = own[0].collected_at - timedelta(hours=config.evidence.max_age_hours)
    return tuple(item for item in own if item.collected_at >= since)
