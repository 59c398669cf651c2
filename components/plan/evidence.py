"""Select the evidence that counts for an instance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from components.config import MigrationConfig
from components.plan.indexes import grouped
from estate.guest import Evidence


def evidence_by_instance(evidence: Iterable[Evidence], config: MigrationConfig) -> Mapping[str, tuple[Evidence, ...]]:
    """Return the evidence of each instance, newest first, without records too much older than the newest."""
    if config.evidence is None:
        return {}
    age = timedelta(hours=config.evidence.max_age_hours)
    newest_first = sorted(evidence, key=lambda item: (item.collected_at, item.source), reverse=True)
    evidence_of = grouped(newest_first, lambda item: [item.instance_id])
    return {
        key: tuple(item for item in items if item.collected_at >= items[0].collected_at - age)
        for key, items in evidence_of.items()
    }
