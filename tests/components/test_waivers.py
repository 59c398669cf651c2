"""Waivers in the stack config: what is refused, and what of them the pack is told."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from components.config import ConfigError, parse
from components.facts import migration_facts
from components.plan import make_plan
from tests.components.builders import config, estate

FILE = "Pulumi.dev.yaml"


def waiver(**changes: Any) -> dict[str, Any]:
    entry = {
        "rule": "public-address-release-accepted",
        "instances": ["i-web"],
        "reason": "nobody uses the address",
        "owner": "ann@example.com",
        "approvedBy": "bob@example.com",
        "approvedAt": "2026-11-20T09:00:00+08:00",
        "expires": "2026-12-19T09:00:00+08:00",
        **changes,
    }
    return {key: value for key, value in entry.items() if value is not None}


def test_a_waiver_has_one_scope() -> None:
    good: list[dict[str, Any]] = [{}, {"instances": None, "wave": "all"}, {"instances": None, "all": True}]
    bad: list[dict[str, Any]] = [{"all": True}, {"wave": "all"}, {"instances": None}, {"instances": []}]
    for scope in good:
        assert parse(config(waivers=[waiver(**scope)]), FILE).waivers[0].owner == "ann@example.com"
    for scope in bad:
        with pytest.raises(ConfigError, match="exactly one of instances"):
            parse(config(waivers=[waiver(**scope)]), FILE)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"approvedBy": "ann@example.com"}, "waivers[0].approvedBy: ann@example.com is the owner"),
        ({"approvedBy": "Ann+ops@Example.com "}, "waivers[0].approvedBy: Ann+ops@Example.com  is the owner, ann@exam"),
        ({"approvedBy": " "}, "waivers[0].approvedBy: expected text that is not blank; got ' '"),
        ({"owner": "\u200b"}, "waivers[0].owner: expected text that is not blank"),
        ({"reason": "\t"}, "waivers[0].reason: expected text that is not blank"),
        ({"expires": "2026-12-20T00:00:01+08:00"}, "waivers[0].expires: expected no later than the window"),
        ({"approvedAt": "2026-09-20T08:59:59+08:00"}, "waivers[0].expires: expected a time after approvedAt"),
        ({"expires": "2026-11-20T09:00:00+08:00"}, "waivers[0].expires: expected a time after approvedAt"),
        ({"instances": ["i-nobody"]}, "waivers[0].instances: i-nobody does not move in this stack"),
        ({"instances": None, "wave": "nowhere"}, "waivers[0].wave: there is no wave nowhere; expected one of all"),
        ({"owner": None}, "waivers[0].owner"),
        ({"expires": "2026-12-19T09:00:00"}, "waivers[0].expires"),
    ],
)
def test_invalid_waivers_are_reported_with_their_key(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse(config(waivers=[waiver(**changes)]), FILE)
    assert message in str(raised.value)


WAVES: list[dict[str, Any]] = [
    {"name": name, "window": {"start": "2026-12-12T02:00:00+08:00", "latest": latest}, "instances": [instance_id]}
    for name, latest, instance_id in (
        ("one", "2026-12-20T00:00:00+08:00", "i-web"),
        ("two", "2026-12-22T00:00:00+08:00", "i-app"),
    )
]


@pytest.mark.parametrize(
    ("scope", "latest"),
    [
        ({"instances": ["i-web"]}, "2026-12-20T00:00:00+08:00"),
        ({"instances": ["i-app"]}, "2026-12-22T00:00:00+08:00"),
        ({"instances": ["i-web", "i-app"]}, "2026-12-22T00:00:00+08:00"),
        ({"wave": "one"}, "2026-12-20T00:00:00+08:00"),
        ({"wave": "two"}, "2026-12-22T00:00:00+08:00"),
        ({"all": True}, "2026-12-22T00:00:00+08:00"),
    ],
)
def test_a_waiver_holds_no_longer_than_the_window_of_its_wave(scope: dict[str, Any], latest: str) -> None:
    refuses_later_than(latest, scope, WAVES)


def test_a_waiver_for_instances_that_tags_select_holds_no_longer_than_the_last_window() -> None:
    """Which wave an instance is in, only the estate shows; the policy pack goes by that."""
    by_tags = [{**wave, "instances": [], "selector": {"tags": {"wave": wave["name"]}}} for wave in WAVES]
    refuses_later_than("2026-12-22T00:00:00+08:00", {"instances": ["i-web"]}, by_tags)


def refuses_later_than(latest: str, scope: dict[str, Any], waves: list[dict[str, Any]]) -> None:
    def until(expires: str) -> dict[str, Any]:
        stated = waiver(**{"instances": None, **scope, "expires": expires})
        return config(window=None, instances=None, waves=waves, waivers=[stated])

    assert parse(until(latest), FILE).waivers
    with pytest.raises(ConfigError) as raised:
        parse(until(latest.replace("00:00+", "00:01+")), FILE)
    assert str(raised.value).endswith(f"waivers[0].expires: expected no later than the window, {latest}")


def test_the_pack_receives_them_in_its_own_words() -> None:
    stated = [waiver(), waiver(instances=None, wave="all"), waiver(instances=None, all=True)]
    facts = migration_facts(make_plan(parse(config(waivers=stated), FILE), estate(), FILE))["waivers"]
    common = {key: value for key, value in waiver().items() if key != "instances"}
    assert facts == [{"instanceIds": ["i-web"], **common}, {"wave": "all", **common}, {"all": True, **common}]
    assert "waivers" not in migration_facts(make_plan(parse(config(), FILE), estate(), FILE))


def test_the_example_of_the_page_is_a_waiver() -> None:
    page = (Path(__file__).parents[2] / "docs/weakening.md").read_text(encoding="utf-8")
    (entry,) = yaml.safe_load(page.partition("```yaml\n")[2].partition("```")[0])["waivers"]
    assert entry["rule"] == "licence-mac-bound"
    (read,) = parse(config(waivers=[{**entry, "instances": ["i-web"]}]), FILE).waivers
    assert (read.owner, read.approved_by) == ("ann@example.com", "bob@example.com")
