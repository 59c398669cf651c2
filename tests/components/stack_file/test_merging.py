"""Merging a part of the config into the whole."""

from __future__ import annotations

import copy
from typing import Any, Final

import pytest

from components.config import ConfigError, parse
from components.stack_file import merge
from tests.components.builders import APPROVED, FILE, config

BASE: Final = config(instances=["i-web", {"id": "i-app", "retainIp": True}, "i-mon"], later=["i-old"])


def merged(part: dict[str, Any], base: dict[str, Any] = BASE) -> dict[str, Any]:
    """The config with the part, which the program takes, and which a second time changes nothing."""
    whole = copy.deepcopy(base)
    merge(whole, copy.deepcopy(part), FILE)
    parse(whole, FILE)
    again = copy.deepcopy(whole)
    merge(again, copy.deepcopy(part), FILE)
    assert again == whole
    return whole


@pytest.mark.parametrize(
    ("part", "key", "expected"),
    [
        ({"backups": {"round": 2}}, "backups", {"retentionDays": 30, "round": 2}),
        ({"databases": [{"id": "rm-new"}]}, "databases", [{"id": "rm-orders"}, {"id": "rm-new"}]),
        (
            {"databases": [{"id": "rm-orders", "hybridAccess": {}}]},
            "databases",
            [{"id": "rm-orders", "hybridAccess": {}}],
        ),
        (
            {"instances": [{"id": "i-web", "releasePublicIp": True}]},
            "instances",
            [{"id": "i-web", "releasePublicIp": True}, {"id": "i-app", "retainIp": True}, "i-mon"],
        ),
        ({"instances": ["i-app"]}, "instances", BASE["instances"]),
        ({"later": ["i-old", "i-next"]}, "later", ["i-old", "i-next"]),
        ({"freezeHours": 48}, "freezeHours", 48),
        ({"classicLink": {"flows": []}}, "classicLink", {"flows": []}),
        (
            {"databases": [{"id": "rm-a"}, {"id": "rm-a", "hybridAccess": {}}]},
            "databases",
            [{"id": "rm-orders"}, {"id": "rm-a", "hybridAccess": {}}],
        ),
        (
            {"network": {"vswitches": [{"zone": "cn-hangzhou-h"}, {"zone": "cn-hangzhou-b", "tier": "web"}]}},
            "network",
            BASE["network"]
            | {
                "vswitches": [
                    *BASE["network"]["vswitches"],
                    {"zone": "cn-hangzhou-h"},
                    {"zone": "cn-hangzhou-b", "tier": "web"},
                ]
            },
        ),
        (
            {"network": {"mode": "default", "zones": ["cn-hangzhou-b"]}},
            "network",
            {"mode": "default", "zones": ["cn-hangzhou-b"]},
        ),
    ],
)
def test_merge_adds_to_existing_keys_and_changes_no_other(part: dict[str, Any], key: str, expected: object) -> None:
    whole = merged(part)
    assert whole[key] == expected
    assert {name: value for name, value in whole.items() if name != key} == {
        name: value for name, value in BASE.items() if name != key
    }


def test_a_key_that_is_not_there_is_made() -> None:
    assert merged({"backups": {"retentionDays": 20}}, config(backups=None))["backups"] == {"retentionDays": 20}


@pytest.mark.parametrize("place", ["later", "staying"])
def test_an_instance_leaves_what_it_was_said_to_do(place: str) -> None:
    """What names it as one that moves would be refused: it goes with it."""
    stated = {"owner": "me", "statedAt": "2026-12-01T09:00:00+08:00", "validUntil": "2026-12-30T09:00:00+08:00"}
    base = BASE | {
        "after": {"convertPublicIps": ["i-app"]},
        "attestations": [
            {"kind": "application-go", "instances": ["i-web", "i-app"], **stated, "statement": "Go."},
            {"kind": "orders-settled", "instances": ["i-app"], **stated, "statement": "Paid."},
        ],
        "waivers": [{"rule": "a", "instances": ["i-app"], "reason": "It is.", "owner": "me", **APPROVED}],
    }
    stays = [{"instances": ["i-app"], "owner": "me", "reason": "It stays."}]
    whole = merged({place: ["i-app"] if place == "later" else stays}, base)
    assert whole["instances"] == ["i-web", "i-mon"]
    assert [item["instances"] for item in whole["attestations"]] == [["i-web"]]
    assert "waivers" not in whole
    assert "convertPublicIps" not in whole["after"]


def test_an_instance_that_was_to_move_later_moves_now() -> None:
    base = BASE | {"staying": [{"instances": ["i-stay"], "owner": "me", "reason": "It stays."}]}
    whole = merged({"instances": ["i-old", "i-stay"]}, base)
    assert whole["instances"] == [*BASE["instances"], "i-old", "i-stay"]
    assert "later" not in whole
    assert "staying" not in whole


def test_one_who_stays_for_another_reason_has_one_reason() -> None:
    first = [{"instances": ["i-a", "i-b"], "owner": "me", "reason": "Old."}]
    whole = merged({"staying": [{"instances": ["i-a"], "owner": "me", "reason": "New."}]}, BASE | {"staying": first})
    assert [(item["instances"], item["reason"]) for item in whole["staying"]] == [(["i-b"], "Old."), (["i-a"], "New.")]


# ---- waves ----

WINDOW: Final = BASE["window"]


def waves(*names: str) -> dict[str, Any]:
    entries = [{"name": name, "window": dict(WINDOW), "instances": [f"i-{name}"]} for name in names]
    return config(window=None, instances=None, databases=None) | {"waves": entries}


def test_an_instance_is_changed_where_its_wave_names_it() -> None:
    whole = merged({"instances": [{"id": "i-two", "releasePublicIp": True}]}, waves("one", "two"))
    assert [wave["instances"] for wave in whole["waves"]] == [["i-one"], [{"id": "i-two", "releasePublicIp": True}]]
    assert "instances" not in whole


def test_a_wave_is_found_by_its_name() -> None:
    later = {"start": "2026-12-13T02:00:00+08:00"}
    whole = merged({"waves": [{"name": "two", "window": later, "after": ["one"]}]}, waves("one", "two"))
    assert whole["waves"][1] == {"name": "two", "window": WINDOW | later, "instances": ["i-two"], "after": ["one"]}


def test_the_only_window_is_that_of_the_only_wave() -> None:
    part = {"window": {"end": "2026-12-12T09:00:00+08:00"}}
    assert merged(part, waves("one"))["waves"][0]["window"] == WINDOW | part["window"]
    assert merged({"waves": [{"name": "all", **part}]})["window"] == WINDOW | part["window"]


@pytest.mark.parametrize(
    ("part", "base", "message"),
    [
        ({"window": {"end": "2026-12-12T09:00:00+08:00"}}, waves("one", "two"), "the stack has waves"),
        ({"instances": ["i-new"]}, waves("one", "two"), "the stack has the waves one, two; expected i-new under one"),
        ({"waves": [{"name": "two"}]}, BASE, "the stack has one window"),
    ],
)
def test_a_part_that_does_not_fit_the_stack_is_refused(
    part: dict[str, Any], base: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        merge(copy.deepcopy(base), part, FILE)
