"""How many calls a reading of a region takes, action by action, and how long they take at the rates of the API.

`python -m bench.calls [SMALL LARGE TARGET]` reads two simulated regions in the proportions of `bench.estates`, the
second twice as large, checks that each action's calls grow by a straight line, and carries that on to a region that
nobody can simulate. A reading is bound by its busiest action: the API counts calls a minute for each action.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.arguments import named_numbers
from bench.pack import keep
from bench.rates import RATES, proportioned
from bench.simulator import KEY, SECRET
from estate.client import Cloud
from estate.live import read_estate
from estate.settings import CloudSettings
from simulator.server import running

SIZES: Final = (1_000, 2_000, 100_000)
# A page more or less, where a list ends within one.
_SLACK: Final = 1


def main() -> None:
    """Count, carry on, show, and keep it with the machine's description."""
    small, large, target = named_numbers(__doc__, **dict(zip(("small", "large", "target"), SIZES, strict=True)))
    found = {size: calls(size) for size in (small, large)}
    rows = table_of(found[small], found[large], (small, large, target))
    keep("calls", f"calls of one reading, carried on to {target} instances by a straight line", rows)
    table = Table("action", f"{small}", f"{large}", f"{target}", *(f"minutes at {rate} a minute" for rate in RATES))
    for row in rows:
        minutes = (f"{int(str(row[f'{target}'])) / rate:.0f}" for rate in RATES)
        table.add_row(*map(str, row.values()), *minutes)
    Console().print(table)
    if bent := bent_actions(found[small], found[large], large / small):
        sys.exit(f"not by a straight line: {', '.join(bent)}")


def table_of(
    small: Mapping[str, int], large: Mapping[str, int], sizes: tuple[int, int, int]
) -> list[dict[str, object]]:
    """Return a row for each action whose calls grow, the busiest first, and one for all others together."""
    first, second, target = sizes
    rows: list[dict[str, object]] = []
    remaining = Counter[int]()
    for action, count in sorted(large.items(), key=lambda entry: (-entry[1], entry[0])):
        before = small.get(action, 0)
        if count > before:
            ahead = carried_on((first, before), (second, count), target)
            rows.append({"action": action, f"{first}": before, f"{second}": count, f"{target}": ahead})
        else:
            remaining.update({first: before, second: count, target: count})
    return [*rows, {"action": "all others", **{f"{size}": remaining[size] for size in sizes}}]


def calls(instances: int) -> Counter[str]:
    """Return the calls of one reading of a region with so many instances, by action."""
    with running(proportioned(instances)) as served:
        config = served.config() | {"accessKey": KEY, "secretKey": SECRET}
        read_estate(Cloud(CloudSettings.from_config(config, {})), datetime.now(UTC))
        return Counter(str(entry["action"]) for entry in served.requests(outcome="OK"))


def carried_on(small: tuple[int, int], large: tuple[int, int], target: int) -> int:
    """Return the calls at a target size, by the straight line through two sizes with their calls."""
    slope = (large[1] - small[1]) / (large[0] - small[0])
    return math.ceil(large[1] + slope * (target - large[0]))


def bent_actions(small: Mapping[str, int], large: Mapping[str, int], times: float) -> list[str]:
    """Return the actions whose calls grow more than the region does."""
    return sorted(action for action, count in large.items() if count > times * small.get(action, 0) + _SLACK)


if __name__ == "__main__":
    main()
