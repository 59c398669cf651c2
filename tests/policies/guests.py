"""Drafts whose `i-web` has a guest system that a test bends."""

from __future__ import annotations

from typing import Any

from policies.core.plan import MIGRATING_INSTANCE
from tests.policies.prepared import Draft, prepared


def bent(instance: dict[str, Any] | None = None, **guest: Any) -> Draft:
    """A prepared stack with facts of `i-web` and of its guest system changed; None takes one away."""
    draft = prepared()
    facts = draft.facts(MIGRATING_INSTANCE, "i-web")
    for properties, changes in ((facts, instance or {}), (facts["guest"], guest)):
        for key, value in changes.items():
            if value is None:
                del properties[key]
            else:
                properties[key] = value
    return draft


def without_evidence() -> Draft:
    return bent({"guest": None})
