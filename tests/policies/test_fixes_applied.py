"""A fix helps: merged into the stack as it is printed, it is accepted, and its finding is gone or waits for `up`."""

from __future__ import annotations

import copy
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import pytest

from components.stack_file import merge
from policies.core.fixes import Change, Command, Fix, Way, change, to_fill
from policies.core.outcome import Outcome, Result
from policies.core.waivers import waiver
from policies.pack.registry import all_rules
from tests.policies.examples import FILLED, as_filled, nested
from tests.policies.fix_cases import CASES, Case, Migrated, bare
from tests.policies.in_process import FILE, Scene, previewed, sample_config
from tests.policies.recordings import evaluated

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
    """Whether a way changes the config: what else it asks of the cloud is done beside the stack, or after the move.

    Evidence that a command of ours writes first is no such way: its file is not there to be read.
    """
    programs = {step.argv[0] for step in way if isinstance(step, Command)}
    return any(isinstance(step, Change) for step in way) and programs <= {"aliyun", "pulumi"}


def choices(fixes: Iterable[Fix]) -> Iterator[list[Way]]:
    """Each way of each fix, with the first one of the others; none where one fix is not by config."""
    ways = [[way for way in fix.ways if by_config(way)] for fix in fixes]
    if not ways or not all(ways):
        return
    for place, those in enumerate(ways):
        for way in those:
            yield [way if index == place else ways_of_fix[0] for index, ways_of_fix in enumerate(ways)]


def pasted(migration: Mapping[str, Any], ways: Iterable[Way], known: Mapping[str, str] | None = None) -> Migrated:
    """The config with the changes, what a person decides filled in."""
    changed = copy.deepcopy(dict(migration))
    for way in ways:
        for step in way:
            if isinstance(step, Change):
                merge(
                    changed,
                    nested(step.path, copy.deepcopy(as_filled(step.path, step.value, {**KNOWN, **(known or {})}))),
                    FILE,
                )
    return changed


def still(results: Iterable[Result], result: Result) -> list[Result]:
    """What is left of a finding: it has its subject, unless that does not move any more."""
    return [
        item
        for item in results
        if (item.rule_id, item.subject.id) == (result.rule_id, result.subject.id) and item.outcome.blocks
    ]


# ---- the preview without an engine ----


def test_the_preview_without_an_engine_has_the_recorded_outcomes() -> None:
    """Every result of the sample stack's first preview, as it was recorded from the real engine."""

    def outcomes(results: Iterable[Result]) -> dict[tuple[str, str], tuple[Outcome, str]]:
        return {(item.rule_id, item.subject.id): (item.outcome, item.reason) for item in results}

    recorded = outcomes(evaluated("first").results)
    ours = outcomes(previewed(sample_config()).results)
    assert ours.keys() == recorded.keys()
    assert {key: ours[key] for key in ours if ours[key][0] is not recorded[key][0]} == {}


# ---- stacks in which something is missing ----


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_each_fix_by_config_settles_its_finding(case: Case) -> None:
    with case.staged() as scene:
        _settles(case, scene)


def _settles(case: Case, scene: Scene) -> None:
    migration = case.config
    tried: list[tuple[str, list[Way]]] = []
    for result in previewed(migration, scene, [RULES[rule_id] for rule_id in case.shows if case.alone]).results:
        if not (result.outcome.blocks or result.outcome is Outcome.PENDING):
            continue
        for ways in choices(result.fixes):
            if (result.rule_id, ways) in tried:
                continue
            tried.append((result.rule_id, ways))
            after = previewed(pasted(migration, ways, case.known), scene, [RULES[result.rule_id]])
            assert still(after.results, result) == [], ways
    assert tried, "no finding with a fix by config: the case shows nothing"
    assert {rule_id for rule_id, _ in tried} >= set(case.shows)


#: Rules whose fix by config no case pastes, and why.
NOT_PASTED: Final = {
    "public-address-can-become-eip": "Its change belongs to a command, after the move, whose effect the cloud shows: "
    "tests/policies/rules/public_address/test_can_become_eip.py.",
    "schedule-migration-declared": "The program declares one migration, and refuses a config that names no instance: "
    "tests/components/test_config.py. It is for programs of others: "
    "tests/policies/rules/schedule/test_migration_declared.py.",
}


def test_a_case_pastes_a_fix_of_every_rule_that_has_one_by_config() -> None:
    """Also of those that have one for some of their findings alone, by a change or a waiver."""
    makers = {change, waiver}
    having = {
        rule.id
        for rule in RULES.values()
        if any(map(by_config, rule.remediation.ways))
        or any(value in makers for value in vars(sys.modules[rule.module]).values() if callable(value))
    }
    shown = {rule_id for case in CASES.values() for rule_id in case.shows}
    assert having - shown == NOT_PASTED.keys()
    assert shown <= RULES.keys()


def test_all_at_once_settle_all_but_what_needs_a_person() -> None:
    """As one who begins would: each fix by config that leaves nothing to fill in, the first way of each."""
    migration = sample_config()
    bare(migration)
    before = previewed(migration).results
    ways = [
        next((way for way in fix.ways if by_config(way) and not any(map(to_fill, way))), ())
        for result in before
        if result.blocking
        for fix in result.fixes
    ]
    after = previewed(pasted(migration, ways)).results
    assert {result.rule_id for result in after if result.blocking} == {
        "guest-ftp-plan",
        "licence-mac-bound",
        "licence-reviewed",
    }
