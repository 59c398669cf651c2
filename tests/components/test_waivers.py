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
