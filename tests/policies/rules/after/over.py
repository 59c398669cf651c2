"""What tests of rules about the time after the move share: all days are over, and somebody has looked."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

DUE: Final = datetime.fromisoformat("2026-12-27T02:00:00+08:00")
WORD: Final[dict[str, Any]] = {
    "kind": "address-lists",
    "instanceIds": ["i-app"],
    "owner": "ann@example.com",
    "statedAt": "2026-12-13T10:00:00+08:00",
    "validUntil": "2027-03-13T10:00:00+08:00",
    "statement": "Looked through.",
}
