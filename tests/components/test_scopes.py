"""Whom an attestation or a waiver is for: what the pack is told are ids, whatever they were chosen by."""

from __future__ import annotations

from typing import Any

import pytest

from components.config import ConfigError, parse
from components.facts import migration_facts
from components.plan import make_plan
from tests.components.builders import FILE, config, estate
from tests.components.test_evidence import WORD
from tests.components.test_waivers import waiver
from tests.components.test_waves import NETWORK, ONE, WAVES, after_the_move, in_waves, plan, recorded

TAGGED = {"tags": {"wave": "1"}}


def word(**scope: Any) -> dict[str, Any]:
    return {**{key: value for key, value in WORD.items() if key != "instances"}, **scope}


def fact(raw: dict[str, Any], key: str) -> list[Any]:
    """What the pack is told whom each entry is for."""
    facts: dict[str, Any] = {**migration_facts(plan(raw))}
    fact = facts[key]
    return [item.get("instanceIds") or {name: item[name] for name in ("wave", "all") if name in item} for item in fact]


@pytest.mark.parametrize(
    ("scope", "ids"),
    [
        ({"instances": ["i-web", "i-app"]}, ["i-app", "i-web"]),
        ({"wave": "one"}, ["i-web"]),
        ({"wave": "two"}, ["i-app"]),
        ({"selector": TAGGED}, ["i-web"]),
    ],
)
def test_an_attestation_is_for_instances_a_wave_or_tags(scope: dict[str, Any], ids: list[str]) -> None:
    assert fact(in_waves(attestations=[word(**scope)]), "attestations") == [ids]


def test_the_wave_of_a_stack_with_one_window_is_all() -> None:
    assert fact(config(attestations=[word(wave="all")]), "attestations") == [["i-app", "i-web"]]


@pytest.mark.parametrize(
    ("scope", "facts"),
    [
        ({"instances": ["i-web"]}, ["i-web"]),
        ({"wave": "one"}, {"wave": "one"}),
        ({"selector": TAGGED}, ["i-web"]),
        ({"all": True}, {"all": True}),
    ],
)
def test_a_waiver_by_tags_is_one_for_instances(scope: dict[str, Any], facts: object) -> None:
    assert fact(in_waves(waivers=[waiver(**{"instances": None, **scope})]), "waivers") == [facts]


def test_a_waiver_by_tags_may_hold_until_the_end_of_the_window() -> None:
    until_then = waiver(instances=None, selector=TAGGED, expires=ONE["latest"])
    assert fact(in_waves(waivers=[until_then]), "waivers") == [["i-web"]]


def test_all_tags_must_match_and_only_those_that_move_are_selected() -> None:
    """An instance that stays is none of the stack's, whatever tags it carries."""
    tags = ({"key": "wave", "value": "1"}, {"key": "tier", "value": "db"})
    changed = {"i-app": tags, "i-mon": tags}
    tagged = estate(
        instances=tuple(
            item.model_validate({**item.model_dump(), "tags": changed.get(item.id, item.tags)})
            for item in estate().instances
        )
    )
    words = [word(selector=TAGGED), word(selector={"tags": {"wave": "1", "tier": "db"}})]
    facts = migration_facts(make_plan(parse(config(attestations=words), FILE), tagged, FILE))
    assert [item["instanceIds"] for item in facts["attestations"]] == [["i-app", "i-web"], ["i-app"]]


def test_it_is_for_the_same_instances_once_they_have_moved() -> None:
    raw = in_waves(
        network=NETWORK,
        attestations=[word(wave="one"), word(selector=TAGGED)],
        waivers=[waiver(instances=None, selector=TAGGED)],
    )
    facts = migration_facts(plan(raw, after_the_move("i-web"), recorded(raw)))
    assert [item["instanceIds"] for item in (*facts["attestations"], *facts["waivers"])] == [["i-web"]] * 3


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        (
            {"attestations": [word(wave="three")]},
            "attestations[0].wave: there is no wave three; expected one of one, two",
        ),
        (
            {"attestations": [word(wave="one"), word(selector={"tags": {"wave": "9"}})]},
            "attestations[1].selector.tags: no instance that moves in this stack carries these tags; expected at least "
            "one",
        ),
        (
            {"waivers": [waiver(instances=None, selector={"tags": {"wave": ""}})]},
            "waivers[0].selector.tags: no instance that moves in this stack carries these tags; expected at least one",
        ),
        (
            {"waivers": [waiver(instances=None, selector=TAGGED, expires="2026-12-21T00:00:00+08:00")]},
            f"waivers[0].expires: expected no later than the window, {ONE['latest']}",
        ),
        (
            {"waivers": [waiver(instances=None, selector=TAGGED, expires="2026-12-22T00:00:01+08:00")]},
            "waivers[0].expires: expected no later than the window, 2026-12-22T00:00:00+08:00",
        ),
        (
            {"attestations": [word(selector={"tags": {}})]},
            "attestations[0].selector.tags: expected at least one item; got {}",
        ),
        *(
            (
                {"attestations": [word(**scope)]},
                "attestations[0]: expected exactly one of instances (a list that is not empty), wave, and selector",
            )
            for scope in (
                {},
                {"wave": "one", "selector": TAGGED},
                {"wave": "one", "instances": ["i-web"]},
                {"selector": TAGGED, "instances": ["i-web"]},
            )
        ),
        *(
            (
                {"waivers": [waiver(**scope)]},
                "waivers[0]: expected exactly one of instances (a list that is not empty), wave, selector, and all: "
                "true",
            )
            for scope in (
                {"selector": TAGGED},
                {"instances": None, "selector": TAGGED, "wave": "one"},
                {"instances": None, "selector": TAGGED, "all": True},
            )
        ),
    ],
)
def test_empty_and_too_wide_scopes_are_reported_with_their_key(entry: dict[str, Any], line: str) -> None:
    with pytest.raises(ConfigError) as refused:
        plan(in_waves(waves=WAVES, **entry))
    assert str(refused.value) == f"{FILE}: classic-to-vpc:migration.{line}"
