"""The duration of the move, as far as it is documented.

About 15 minutes an instance, and about four hours per 100 GiB until its disks are complete (the notice of 2019; the
help page of 2025 has that for a change of zone only). The number of instances that move at once is not documented. Five
is the console's limit for a change of zone, the closest documented case.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Final

from policies.core.clock import Timeline
from policies.core.settings import Threshold

_MINUTES: Final = Threshold("minutesPerInstance", 15, 15, 240, "Minutes for which an instance is down; the notice: 15.")
_AT_ONCE: Final = Threshold("atOnce", 5, 1, 5, "How many instances move at once; 5 is documented for a change of zone.")
OF_MOVING: Final = (_MINUTES, _AT_ONCE)
COPYING: Final = Threshold(
    "hoursPer100Gib", 4, 4, 48, "Hours for which 100 GiB of an instance have no disk functions; the notice: 4."
)


def moving(instances: int, timeline: Timeline) -> timedelta:
    """Return the time from the first instance that stops to the last one that is up, by the thresholds OF_MOVING."""
    rounds = math.ceil(instances / math.floor(timeline.threshold(_AT_ONCE)))
    return timedelta(minutes=timeline.threshold(_MINUTES)) * rounds


def copying(gib: float, timeline: Timeline) -> timedelta:
    """Return the time until an instance's snapshot and disk functions work again; `gib` are all its disks."""
    return timedelta(hours=timeline.threshold(COPYING)) * gib / 100


def text(duration: timedelta) -> str:
    """Return a duration such as `45 min` or `25.6 h`."""
    minutes = duration.total_seconds() / 60
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"
