"""How long a region is read where the cloud limits its calls, beside the bound: calls of the busiest by the rate.

`python -m bench.rates [INSTANCES RATE ...]` reads a simulated region in the proportions of `bench.estates`. It waits
for nothing: the clock of the simulated cloud is moved on, and by that one its rates are counted.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.arguments import numbers
from bench.estates import PER_GROUP
from bench.pack import keep
from bench.simulator import KEY, SECRET, crowded
from estate.client import Cloud
from estate.live import read_estate
from estate.settings import CloudSettings
from simulator.model.estate import Estate
from simulator.model.fault import Fault
from simulator.server import running

INSTANCES: Final = 10_000
RATES: Final = (100, 500)
PER_DATABASE: Final = 25


def main() -> None:
    """Read one region at each rate, show a table, and keep it with the machine's description."""
    instances, *rates = numbers(__doc__, "numbers", (INSTANCES, *RATES))
    rows = [_read(instances, rate) for rate in rates]
    keep("rates", "calls of the busiest action by the rate", rows)
    table = Table(*rows[0])
    for row in rows:
        table.add_row(*map(str, row.values()))
    Console().print(table)


def proportioned(instances: int) -> Estate:
    """Return a region with so many instances, and security groups and databases in the proportions of a real one."""
    region = crowded(instances)
    group, database = region.security_groups[0], region.databases[0]
    for number in range(instances // PER_GROUP):
        region.security_groups.append(group.model_copy(deep=True, update={"id": f"sg-bench-{number}"}))
    for number in range(instances // PER_DATABASE):
        region.databases.append(database.model_copy(deep=True, update={"id": f"rm-bench-{number}"}))
    return region


def _read(instances: int, rate: int) -> dict[str, object]:
    region = proportioned(instances)
    region.faults.append(Fault(effect="throttle", per_minute=rate))
    with running(region) as served:
        begin = served.clock.now()
        config = served.config() | {"accessKey": KEY, "secretKey": SECRET}
        read_estate(Cloud(CloudSettings.from_config(config, {}), sleep=served.clock.advance), datetime.now(UTC))
        minutes = (served.clock.now() - begin).total_seconds() / 60
        calls = Counter(entry["action"] for entry in served.requests(outcome="OK"))
    [(action, busiest)] = calls.most_common(1)
    return {
        "instances": instances,
        "calls": calls.total(),
        "busiest action": f"{action}, {busiest}",
        "calls a minute": rate,
        "bound, minutes": round(busiest / rate, 1),
        "taken, minutes": round(minutes, 1),
        "ratio": round(minutes / (busiest / rate), 2),
    }


if __name__ == "__main__":
    main()
