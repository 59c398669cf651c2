"""A fix helps: merged into the stack as it is printed, it is accepted, and its finding is gone or waits for `up`."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import pytest

from components.stack_file import merge
from demo.story import unprepared
from estate.model import Estate, Tag
from policies.core.fixes import UP, Change, Command, Fix, Way, to_fill
from policies.core.outcome import Outcome, Result
from policies.pack.registry import all_rules
from tests.policies.examples import FILLED, as_filled, nested
from tests.policies.in_process import FILE, previewed, sample_config, sample_estate
from tests.policies.recordings import evaluated

Migrated = dict[str, Any]
RULES: Final = {rule.id: rule for rule in all_rules()}

#: What a person fills in, of this estate.
KNOWN: Final = {
    **FILLED,
    "source": "i-bp1web10000000000001",
    "destination": "i-bp1mon10000000000001",
    "later": "i-bp1cache100000000001",
    "vswitches.cidrBlock": "172.16.8.0/24",
}


def by_config(way: Way) -> bool:
    """Whether a way is a change of the config alone, and `pulumi up`, whatever else it says in words."""
    commands = [step for step in way if isinstance(step, Command)]
    return any(isinstance(step, Change) for step in way) and all(
        step.argv == UP.ways[0][0].argv  # type: ignore[union-attr]
        for step in commands
    )


def choices(fixes: Iterable[Fix]) -> Iterator[list[Way]]:
    """Each way of each fix, with the first one of the others; none where one fix is not by config."""
    ways = [[way for way in fix.ways if by_config(way)] for fix in fixes]
    if not ways or not all(ways):
        return
    for place, those in enumerate(ways):
        for way in those:
            yield [way if index == place else others[0] for index, others in enumerate(ways)]


def pasted(migration: Mapping[str, Any], ways: Iterable[Way]) -> Migrated:
    """The config with the changes, what a person decides filled in."""
    changed = copy.deepcopy(dict(migration))
    for way in ways:
        for step in way:
            if isinstance(step, Change):
                merge(changed, nested(step.path, copy.deepcopy(as_filled(step.path, step.value, KNOWN))), FILE)
    return changed


def still(results: Iterable[Result], result: Result) -> list[Result]:
    """What is left of a finding: it has its subject, unless that does not move any more."""
    return [
        item
        for item in results
        if (item.rule_id, item.subject.id) == (result.rule_id, result.subject.id) and item.outcome.blocks
    ]


# ---- the preview without an engine ----


def test_what_is_previewed_here_is_what_the_engine_asked() -> None:
    """Every result of the sample stack's first preview, as it was recorded from the real engine."""

    def told(results: Iterable[Result]) -> dict[tuple[str, str], tuple[Outcome, str]]:
        return {(item.rule_id, item.subject.id): (item.outcome, item.reason) for item in results}

    recorded = told(evaluated("first").results)
    ours = told(previewed(sample_config(), sample_estate()).results)
    assert ours.keys() == recorded.keys()
    assert {key: ours[key] for key in ours if ours[key][0] is not recorded[key][0]} == {}


# ---- stacks in which something is missing ----


def bare(migration: Migrated) -> None:
    kept = unprepared(migration)
    migration.clear()
    migration.update(kept)


def without(*keys: str) -> Callable[[Migrated], None]:
    def bend(migration: Migrated) -> None:
        for key in keys:
            del migration[key]

    return bend


def changed(**changes: Any) -> Callable[[Migrated], None]:
    def bend(migration: Migrated) -> None:
        migration.update(changes)

    return bend


def plain_instances(migration: Migrated) -> None:
    migration["instances"] = [item["id"] if isinstance(item, dict) else item for item in migration["instances"]]


def everybody_moves(migration: Migrated) -> None:
    migration["instances"] += migration.pop("later")
    for entry in migration["attestations"]:
        entry["instances"] = [item for item in entry["instances"] if item]


def no_hybrid_access(migration: Migrated) -> None:
    for database in migration["databases"]:
        del database["hybridAccess"]


def one_zone(migration: Migrated) -> None:
    del migration["network"]["vswitches"][0]


def small(migration: Migrated) -> None:
    for vswitch in migration["network"]["vswitches"]:
        vswitch["cidrBlock"] = vswitch["cidrBlock"].replace("/24", "/29")


def late(migration: Migrated) -> None:
    migration["window"]["start"] = "2026-12-20T00:00:01+08:00"


def ends_early(migration: Migrated) -> None:
    migration["window"] |= {"end": "2026-12-12T02:10:00+08:00", "disksNeededFrom": "2026-12-12T02:20:00+08:00"}


def by_day(migration: Migrated) -> None:
    migration["offPeak"] = {"from": "03:30", "to": "07:00", "timeZone": "Asia/Shanghai"}


def nobody_saw(migration: Migrated) -> None:
    del migration["window"]["scheduled"]


def two_waves(migration: Migrated) -> None:
    first, window = migration["instances"][:2], migration.pop("window")
    second = migration.pop("instances")[2:]
    start = {"start": "2026-12-13T02:00:00+08:00"}
    migration["waves"] = [
        {"name": "one", "window": window, "instances": first},
        {"name": "two", "window": window | start, "instances": second},
    ]


def weak(migration: Migrated) -> None:
    migration["freezeHours"] = 0
    migration["backups"]["maxAgeHours"] = 100
    migration["evidence"]["maxAgeHours"] = 700
    migration["after"] = {"dueDays": 60}


BENDS: Final[dict[str, Callable[[Migrated], None]]] = {
    "windows and instances alone": bare,
    "no choices about instances": plain_instances,
    "an instance of an old type": everybody_moves,
    "no security groups": without("securityGroups"),
    "no databases": without("databases"),
    "no hybrid access": no_hybrid_access,
    "no backups": without("backups"),
    "no ClassicLink": without("classicLink"),
    "nobody stays": without("staying"),
    "nothing is later": without("later"),
    "no attestations": without("attestations"),
    "no VSwitch in one zone": one_zone,
    "a small VSwitch": small,
    "a window after the latest": late,
    "a window that ends early": ends_early,
    "a window by day": by_day,
    "a task that nobody saw": nobody_saw,
    "two waves without an order": two_waves,
    "weak thresholds": weak,
    "links to nobody": changed(classicLink={"attach": []}),
}


def disk_is_local(estate: Estate) -> Estate:
    first = estate.disks[0].model_copy(update={"category": "ephemeral_ssd"})
    return estate.model_copy(update={"disks": (first, *estate.disks[1:])})


def instances_are(**changes: Any) -> Callable[[Estate], Estate]:
    def bend(estate: Estate) -> Estate:
        first, *others = estate.instances
        return estate.model_copy(update={"instances": (first.model_copy(update=changes), *others)})

    return bend


ESTATES: Final[dict[str, Callable[[Estate], Estate]]] = {
    "a local disk": disk_is_local,
    "a locked instance": instances_are(operation_locks=("financial",)),
    "a preemptible instance": instances_are(spot_strategy="SpotAsPriceGo"),
    "an instance of a scaling group": instances_are(tags=(Tag(key="acs:autoscaling:scalingGroupId", value="asg-1"),)),
}


def cases() -> Iterator[tuple[str, Migrated, Estate]]:
    for name, bend in BENDS.items():
        migration = sample_config()
        bend(migration)
        yield name, migration, sample_estate()
    for name, change in ESTATES.items():
        yield name, sample_config(), change(sample_estate())


@pytest.mark.parametrize("name", [*BENDS, *ESTATES])
def test_each_fix_by_config_settles_its_finding(name: str) -> None:
    (migration, estate) = next((config, found) for case, config, found in cases() if case == name)
    tried: list[tuple[str, list[Way]]] = []
    for result in previewed(migration, estate).results:
        if not (result.outcome.blocks or result.outcome is Outcome.PENDING):
            continue
        for ways in choices(result.fixes):
            if (result.rule_id, ways) in tried:
                continue
            tried.append((result.rule_id, ways))
            after = previewed(pasted(migration, ways), estate, rules=[RULES[result.rule_id]])
            assert still(after.results, result) == [], ways
    assert tried, "no finding with a fix by config: the case shows nothing"


def test_all_at_once_settle_all_but_what_needs_a_person() -> None:
    """As one who begins would: each fix by config that leaves nothing to fill in, the first way of each."""
    migration = sample_config()
    bare(migration)
    before = previewed(migration, sample_estate()).results
    ways = [
        next((way for way in fix.ways if by_config(way) and not any(map(to_fill, way))), ())
        for result in before
        if result.blocking
        for fix in result.fixes
    ]
    after = previewed(pasted(migration, ways), sample_estate()).results
    assert {result.rule_id for result in after if result.blocking} == {
        "guest-ftp-plan",
        "licence-mac-bound",
        "licence-reviewed",
    }
