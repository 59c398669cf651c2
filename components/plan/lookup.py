"""The error for a config that names a resource that the estate does not have."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from estate.model import Estate


def missing(kind: str, name: str, known: Iterable[str], estate: Estate) -> str:
    """Return a sentence about the missing resource, with similar ones."""
    close = difflib.get_close_matches(name, list(known), n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    return f"there is no {kind} {name} in {estate.region_id} of account {estate.account_id}{hint}"
