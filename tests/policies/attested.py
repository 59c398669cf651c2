"""Attestations for drafts."""

from __future__ import annotations

from typing import Any

from policies.core.plan import MIGRATION
from tests.policies.prepared import LATEST, SNAPSHOT_TIME, Draft


def attest(draft: Draft, a_kind: str, /, **changes: Any) -> Draft:
    """Somebody answers for `i-web`; None takes a key of the attestation away."""
    word: dict[str, Any] = {
        "kind": a_kind,
        "instanceIds": ["i-web"],
        "owner": "ann@example.com",
        "statedAt": SNAPSHOT_TIME,
        "validUntil": LATEST,
        "statement": "It is taken care of",
        **changes,
    }
    word = {key: value for key, value in word.items() if value is not None}
    draft.facts(MIGRATION)["attestations"].append(word)
    return draft
