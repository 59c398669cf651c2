"""Independent readings of security groups agree: the oracle of `bench.verdict`, the converter, and the pack.

The oracle asks every rule about every packet. What it sees opened or lost on an estate made up at random, whose VPC
groups were damaged at random, the pack (`policies.security_groups`) must find, and nothing else; what the converter
(`components.conversion`) wrote opens nothing, and what it loses its own report tells.
"""

from __future__ import annotations

from collections import Counter

import pytest

from bench.verdict import answers, reaching, security_groups
from policies.security_groups.judging import judge

# `make bench-verdict` tries thousands more.
SEEDS = 240


@pytest.mark.parametrize("first", range(0, SEEDS, 40))
def test_the_pack_finds_what_the_oracle_sees_and_nothing_else(first: int) -> None:
    problems = [problem for seed in range(first, first + 40) for problem in security_groups.compare(seed)[1]]
    assert not problems, problems[0]


def test_a_linked_instance_is_no_peer_once_its_wave_has_moved() -> None:
    """The first estate that shows it."""
    assert security_groups.compare(1353)[1] == []


def test_the_estates_are_worth_looking_at() -> None:
    counted = [security_groups.compare(seed)[0] for seed in range(40)]
    assert sum(item["comparisons that find something"] for item in counted) > 20
    assert sum(item["that find nothing"] for item in counted) > 40


def test_reach_agrees_with_the_oracle() -> None:
    comparisons = [reaching.compare(seed) for seed in range(30)]
    problems = [problem for _, differences in comparisons for problem in differences]
    assert not problems, problems[0]
    seen = sum((Counter(tally) for tally, _ in comparisons), Counter[str]())
    assert len(seen) == 5
    assert min(seen.values()) > 5


def test_an_answer_with_a_defect_stops_the_reading_or_is_reported() -> None:
    """One of each end: the whole run of `make bench-verdict` works."""
    every = {(defect.action, defect.name): seed for seed, defect in enumerate(answers.defects())}
    for action, end in (
        ("slb:DescribeLoadBalancers", "readings stopped"),
        ("cr:ListInstance", "verdicts that tell it"),
    ):
        assert answers.compare(every[action, "no list"]) == ({end: 1}, [])


def test_traffic_that_the_conversion_loses_is_in_its_report() -> None:
    reported = []
    for seed in range(1000, 1000 + SEEDS):
        case = security_groups.scenario(seed)
        if case.damage or case.mapped:
            continue
        plan = security_groups.plan_of(case)
        for instance in plan.instances:
            groups = instance.facts.texts("securityGroupIds")
            lines = judge(plan, instance.facts, "lost", security_groups.NOW).differences.lines("accepted by")
            if [line for line in lines if not line.startswith("at ")]:
                entries = [entry for group in groups for entry in case.conversions[group].report]
                reported.append(any(entry.outcome == "not-portable" for entry in entries))
    assert len(reported) > 10
    assert all(reported)
