"""docs/components/guest-evidence.md tells of every key that there is."""

from __future__ import annotations

import re
from pathlib import Path

from estate.guest import GuestFacts

DOCS = Path(__file__).parents[3] / "docs/components/guest-evidence.md"


def test_every_key_is_explained_and_no_other() -> None:
    rows = [line for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    documented = {key for row in rows for key in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert documented == {field.alias for field in GuestFacts.model_fields.values()}
