"""What happens by itself as model time passes."""

from datetime import datetime

from simulator.cloud.state import Cloud
from simulator.model.base import Transitional


def settle(cloud: Cloud) -> None:
    """Let every passing status end whose time has come; costs nothing while none is due."""
    now = cloud.clock.now()
    if cloud.due is None or now < cloud.due:
        return
    cloud.due = None
    for _, table in cloud.estate.tables():
        for item in table:
            if isinstance(item, Transitional) and item.ready_at is not None:
                _settle_one(cloud, item, now)


def _settle_one(cloud: Cloud, item: Transitional, now: datetime) -> None:
    ends = item.ready_at
    if ends is not None and ends <= now:
        item.status, item.ready_at = item.becomes.get(item.status, item.status), None
    elif ends is not None:
        cloud.awaits(ends)
