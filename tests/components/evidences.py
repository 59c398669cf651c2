"""Evidence for tests of the components."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from estate.guest import Evidence

COLLECTED = "2026-11-29T02:00:00+00:00"
FACTS: dict[str, Any] = {
    "schemaVersion": 1,
    "os": "linux",
    "collectedAt": COLLECTED,
    "privileged": True,
    "systemDiskFreeMib": 29296,
    "securityRunning": [],
    "ftpServers": ["vsftpd"],
    "fileSystems": [{"device": "/dev/xvda1", "mount": "/", "type": "ext4", "state": "clean", "readOnly": False}],
}


def evidence(instance_id: str = "i-web", source: str = "file", at: str = COLLECTED, **facts: Any) -> Evidence:
    """Evidence of one instance, with facts changed; None takes one away."""
    changed = {key: value for key, value in {**FACTS, **facts}.items() if value is not None}
    return Evidence.model_validate(
        {
            "instanceId": instance_id,
            "collectedBy": "ann@example.com",
            "collectedAt": datetime.fromisoformat(at),
            "source": source,
            "facts": changed,
        }
    )
