"""Decisions that let something pass: each needs a reason, an owner, another person's approval, and an end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from policies.core.facts import Facts, UnreadableError
from policies.core.identities import identity
from policies.core.words import to_minute

# Counted from the approval: a longer exception needs a new decision.
LONGEST: Final = timedelta(days=90)


def void(owner: str, approved_by: str, approved_at: datetime, expires: datetime, now: datetime) -> str | None:
    """Return why an approval is void at `now`; None where it holds."""
    if not (identity(owner) and identity(approved_by)):
        return "its owner or approvedBy is blank; expected a name"
    if identity(owner) == identity(approved_by):
        return f"{owner} approved it for himself or herself, as {approved_by}"
    if approved_at > now:
        return f"it is approved for {to_minute(approved_at)}, which is in the future"
    if expires > approved_at + LONGEST:
        return f"it expires more than {LONGEST.days} days after its approval"
    if expires <= now:
        return f"it expired at {to_minute(expires)}"
    return None


def approved(entry: Facts, now: datetime) -> str:
    """Return the reason of a decision with its owner and approver. Raises UnreadableError where it does not hold."""
    owner, approved_by, expires = entry.name("owner"), entry.name("approvedBy"), entry.moment("expires")
    reason = entry.name("reason").rstrip(".")
    if problem := void(owner, approved_by, entry.moment("approvedAt"), expires, now):
        raise UnreadableError(entry.path, f"does not hold: {problem}")
    return f"{reason} ({owner}, approved by {approved_by} until {to_minute(expires)})"
