"""How long the move takes, as far as it is documented.

About 15 minutes an instance, and about four hours per 100 GiB until its disks are whole (the notice of 2019; the help
page of 2025 has that for a change of zone only). How many instances move at once is said nowhere: five is what the
console takes at once for a change of zone, which is the nearest thing that is documented.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Final

MOVE: Final = timedelta(minutes=15)
AT_ONCE: Final = 5
DATA_PER_GIB: Final = timedelta(hours=4) / 100


def moving(instances: int) -> timedelta:
    """From the first instance that stops to the last one that is up."""
    return MOVE * math.ceil(instances / AT_ONCE)


def appending(gib: float) -> timedelta:
    """From when an instance is up until its snapshot and disk functions work again; `gib` are all its disks."""
    return DATA_PER_GIB * gib


def told(duration: timedelta) -> str:
    """`45 min`, `25.6 h`."""
    minutes = duration.total_seconds() / 60
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"
