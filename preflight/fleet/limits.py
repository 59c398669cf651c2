"""Limits of the cloud and of pipelines on a fleet as a whole. Pure. The policy pack checks those on one stack."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from components.cidr import MAX_VSWITCHES
from components.peers import NEVER
from components.plan.classic_link import MAX_LINKS
from estate.model import Database
from policies.rules.database.whitelist_within_limits import MAX_ENTRIES, MAX_GROUPS
from preflight.fleet.placing import Fleet
from preflight.init.survey import Bond, Survey, database_name

#: Instances in a VPC (VPC API reference, CreateVSwitch). Quota Center may show another number.
MOST_IN_VPC: Final = 15_000
#: Manual snapshots of a disk (CreateSnapshot, QuotaExceed.Snapshot).
MOST_SNAPSHOTS: Final = 256
#: Jobs that a matrix can generate in one run (GitHub Actions, workflow syntax).
MOST_JOBS: Final = 256
#: Size of an environment variable on Linux (MAX_ARG_STRLEN). Pulumi passes the config to the program in one.
MOST_CONFIG_BYTES: Final = 128 * 1024


@dataclass(frozen=True)
class Limit:
    """One limit: how much of `most` the fleet uses where it uses the most, and what to do if that is too much."""

    name: str
    used: int
    most: int
    way_out: str

    @property
    def exceeded(self) -> bool:
        """Whether the fleet uses more than the limit."""
        return self.used > self.most


@dataclass(frozen=True)
class Allowed:
    """What the user states: the VPC's quota of instances, and whether ClassicLink is used."""

    in_vpc: int = MOST_IN_VPC
    classic_link: bool = True


def limits(survey: Survey, fleet: Fleet, starts: Mapping[str, datetime], allowed: Allowed) -> tuple[Limit, ...]:
    """Return all limits, exceeded or not; `starts` maps the id of each moving instance to its time."""
    return tuple(_limits(survey, fleet, starts, allowed))


def _limits(survey: Survey, fleet: Fleet, starts: Mapping[str, datetime], allowed: Allowed) -> Iterator[Limit]:
    zones = {item.zone_id for item in survey.classic if item.id in starts}
    yield Limit(
        "instances of the VPC",
        len(starts),
        allowed.in_vpc,
        "ask for a higher quota and pass it as --vpc-quota, or let some stay (--stay) and plan them separately",
    )
    yield Limit("VSwitches of the VPC", len(zones), MAX_VSWITCHES, "let the instances of some zones stay")
    if allowed.classic_link:
        yield Limit(
            "links of classic instances to the VPC at one time",
            peak_links(survey.bonds, starts),
            MAX_LINKS,
            "a larger --wave-size moves more tied instances together; or use --no-classic-link if no moved instance "
            "needs to reach a classic one",
        )
    groups, entries = _whitelists(survey, fleet, len(zones))
    yield groups
    yield entries
    yield Limit("jobs of a matrix", len(fleet.stacks), MOST_JOBS, "take a larger --size")


def peak_links(bonds: Iterable[Bond], starts: Mapping[str, datetime]) -> int:
    """Return the largest number of classic instances that need a ClassicLink at one time.

    An instance needs a link from the first move of an instance that a group or rule ties it to, until its own move. The
    number is an upper bound: not all members of a tie really exchange traffic.
    """
    first: dict[str, datetime] = {}
    for bond in bonds:
        if bond.kind in ("group", "rule"):
            begin = min((starts[item] for item in bond.members if item in starts), default=NEVER)
            for item in bond.members:
                first[item] = min(begin, first.get(item, NEVER))
    turns: Counter[datetime] = Counter()
    for item, begin in first.items():
        end = starts.get(item, NEVER)
        if begin < end:
            turns[begin] += 1
            turns[end] -= 1
    linked = most = 0
    for moment in sorted(turns):
        linked += turns[moment]
        most = max(most, linked)
    return most


def stacks_of_databases(survey: Survey, fleet: Fleet) -> Mapping[str, tuple[str, ...]]:
    """Return the stacks whose instances each database admits, by database id, in the order of the stacks."""
    stack_of = {item.id: stack.name for stack in fleet.stacks for item in stack.moving}
    return {
        database.id: tuple(sorted({stack_of[item] for item in users if item in stack_of}))
        for database, users in survey.users
    }


def _whitelists(survey: Survey, fleet: Fleet, blocks: int) -> tuple[Limit, Limit]:
    """Return the limits of the fullest database: each stack adds a group with the blocks of all VSwitches."""
    stacks = stacks_of_databases(survey, fleet)
    databases = [database for database, _ in survey.users if stacks[database.id]]
    groups = _fullest(
        [
            (
                len({(item.network_type, item.name) for item in database.whitelist_groups}) + len(stacks[database.id]),
                database,
            )
            for database in databases
            if database.product == "rds"
        ]
    )
    entries = _fullest(
        [
            (
                sum(len(item.security_ips) for item in database.whitelist_groups) + blocks * len(stacks[database.id]),
                database,
            )
            for database in databases
        ]
    )
    return (
        Limit(f"whitelist groups of one database{groups[1]}", groups[0], MAX_GROUPS, _FEWER),
        Limit(f"whitelist entries of one database{entries[1]}", entries[0], MAX_ENTRIES, _FEWER),
    )


_FEWER: Final = "merge or delete groups that are not needed, or use a larger --size: fewer stacks share the database"


def _fullest(counted: Sequence[tuple[int, Database]]) -> tuple[int, str]:
    """Return the largest count, and the name of its database in brackets."""
    if not counted:
        return 0, ""
    count, database = max(counted, key=lambda entry: (entry[0], entry[1].id))
    return count, f" ({database_name(database)})"


def full_disks(survey: Survey) -> tuple[str, ...]:
    """Return the ids of disks without room for another manual snapshot, sorted; no placement can help them."""
    manual: defaultdict[str, int] = defaultdict(int)
    for snapshot in survey.estate.snapshots:
        manual[snapshot.disk_id] += snapshot.type == "user"
    return tuple(sorted(disk.id for disk in survey.disks if manual[disk.id] >= MOST_SNAPSHOTS))
