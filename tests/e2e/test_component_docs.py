"""The examples in docs/components, run as they stand there: a config that is shown is a config that works."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

import toolchain
from demo.project import CONFIG_KEY, REPOSITORY
from estate.live import read_estate
from policies.results import findings
from simulator.estate_file import load
from simulator.model.estate import Estate
from simulator.server import Simulator, running
from tests.e2e.conftest import Stack, skipping_previews
from tests.e2e.test_database_access import (
    BLOCKS,
    EACH,
    MONGODB,
    MYSQL,
    POSTGRES,
    REDIS,
    REPLICA,
    admitting,
    databases,
    days_left,
    with_a_read_only_instance,
)
from tests.e2e.test_network import ZONE_B, ZONE_H, vswitches
from tests.estate import estates
from tests.policies.in_process import Scene, previewed
from tests.simulator.api.examples import as_it_is

WEB_1 = "i-bp1web10000000000001"
DOCS = REPOSITORY / "docs/components"
FENCED = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Example:
    """One fenced config. Comments in it name the estate that it is for, and rules that its preview fails."""

    config: dict[str, Any]
    estate: Path
    findings: tuple[str, ...]

    @classmethod
    def of(cls, block: str) -> Example:
        """Reads `# estate: path` (the sample where none is named) and `# findings: rule, family-*` (none)."""
        header = dict(re.findall(r"^# (estate|findings): (.+)$", block, re.MULTILINE))
        estate = REPOSITORY / header.get("estate", "simulator/estates/sample.yaml").strip()
        findings = tuple(item.strip() for item in header.get("findings", "").split(",") if item.strip())
        return cls(yaml.safe_load(block), estate, findings)


def examples(doc: Path) -> list[Example]:
    """The whole configs of a page; a fenced part of a config is no example to run."""
    blocks = [block for block in FENCED.findall(doc.read_text(encoding="utf-8")) if CONFIG_KEY in block]
    return [Example.of(block) for block in blocks]


PAGES = sorted(path for path in DOCS.glob("*.md") if path.name != "README.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_every_page_has_an_example_and_stands_in_the_index(page: Path) -> None:
    assert examples(page), f"{page.name} has no example: a yaml block with {CONFIG_KEY}"
    assert f"]({page.name})" in (DOCS / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_the_few_lines_that_a_page_begins_with_are_of_its_whole_example(page: Path) -> None:
    first, *_ = FENCED.findall(page.read_text(encoding="utf-8"))
    assert len(first.splitlines()) <= 9
    assert _is_part(yaml.safe_load(first), examples(page)[0].config[CONFIG_KEY]), page.name


def _is_part(part: Any, whole: Any) -> bool:
    """Whether all that a part says stands in the whole, each item of a list in some item there."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            key in whole and _is_part(value, whole[key]) for key, value in part.items()
        )
    if isinstance(part, list):
        return isinstance(whole, list) and all(any(_is_part(item, other) for other in whole) for item in part)
    return bool(part == whole)


#: Pages whose examples declare the same resources, so that what is up by the first is up by all.
TOGETHER: Final = (("after", "backups", "classic-link"),)


def _in_one_stack() -> list[tuple[Path, ...]]:
    named = {page.stem: page for page in PAGES}
    together = [tuple(named.pop(name) for name in names) for names in TOGETHER]
    return [*together, *((page,) for page in named.values())]


@pytest.mark.engine
@pytest.mark.timeout(900)
@pytest.mark.parametrize("pages", _in_one_stack(), ids=lambda pages: ", ".join(page.stem for page in pages))
def test_examples_run_as_they_stand(pages: tuple[Path, ...], engine: toolchain.Engine, tmp_path: Path) -> None:
    """Applied, seen to have nothing left to do, and taken away again; the pack finds what the page says.

    The update itself is judged. Where the page says that it would be refused, the preview without an engine is judged
    in its place, which `test_fixes_applied` holds to the real one.
    """
    page, *others = pages
    for index, example in enumerate(examples(page)):
        estate = load(example.estate)
        GIVEN.get(page.stem, as_it_is)(estate)
        with running(estate) as cloud:
            stack, before = Stack.prepared(engine, cloud, tmp_path / str(index)), cloud.state()
            if example.findings:
                _finds_what_it_says(example, _found(example.config[CONFIG_KEY], cloud))
            unprotected = _unprotected(example)
            stack.project.configure("test", unprotected)
            assert stack.pulumi("up", "--yes", "--skip-preview", pack=not example.findings) == 0, stack.output
            if not example.findings:
                _finds_what_it_says(example, stack.found())
            assert stack.pulumi("preview", "--expect-no-changes", pack=not example.findings) == 0, stack.output
            for other in others:
                _is_up_by(other, stack)
            if page.stem in WHILE_UP:
                WHILE_UP[page.stem](stack, unprotected, before)
            assert stack.pulumi("destroy", "--yes", "--skip-preview", pack=False) == 0, stack.output


def _unprotected(example: Example) -> dict[str, Any]:
    """Return its config with nothing protected, or the destroy would need one more update before it."""
    return skipping_previews({CONFIG_KEY: {**example.config[CONFIG_KEY], "protect": False}})


def _is_up_by(page: Path, stack: Stack) -> None:
    """See that what is up is what another page's example declares: its update, which is judged, changes nothing."""
    for example in examples(page):
        stack.project.configure("test", _unprotected(example))
        assert stack.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes") == 0, stack.output
        _finds_what_it_says(example, stack.found())


def _found(migration: dict[str, Any], cloud: Simulator) -> dict[str, set[str]]:
    """Return which rules fail the first preview, which is made without an engine, and for whom."""
    now = datetime.fromisoformat(cloud.now)
    session = estates.cloud(cloud, cloud.simulation.cloud.estate.users[0].name)
    results = previewed(migration, Scene(read_estate(session, now), now, cloud=session)).results
    found: dict[str, set[str]] = {}
    for item in results:
        if item.blocking and item.outcome.blocks:
            found.setdefault(item.rule_id, set()).add(item.subject.name)
    return found


def _finds_what_it_says(example: Example, found: Collection[str]) -> None:
    assert [rule for rule in found if not _announced(rule, example.findings)] == []
    assert [item for item in example.findings if not any(fnmatch(rule, item) for rule in found)] == []


def _folded_split_and_mapped_groups_are_applied_and_judged(
    stack: Stack, config: dict[str, Any], before: dict[str, Any]
) -> None:
    state = stack.cloud.state()["security_groups"]
    assert {group["name"]: len(group["rules"]) for group in state if group["name"].endswith(("-vpc", "-vpc-2"))} == {
        "web-vpc": 31,
        "app-vpc": 200,
        "app-vpc-2": 110,
        "office-vpc": 2,
    }
    untouched = {group["id"] for group in before["security_groups"]}
    assert [group for group in state if group["id"] in untouched] == before["security_groups"]

    # Other families have nothing prepared here: their findings fail the preview, not this test.
    stack.pulumi("preview")
    judged = [item for item in findings(stack.result()) if item["rule"].startswith("security-group-")]
    assert {item["outcome"] for item in judged} <= {"PASS", "NOT_APPLICABLE"}
    [accepted] = [item for item in judged if "Accepted in the config" in item["reason"]]
    assert (accepted["rule"], accepted["subject"]["name"]) == ("security-group-nothing-opened", "office1")
    assert "TCP 22 from 198.51.100.0/24" in accepted["reason"]


def test_what_a_mapped_group_opens_is_found_unless_it_is_accepted() -> None:
    """The example of the security groups without its acceptance, by the preview without an engine."""
    [example] = examples(DOCS / "security-groups.md")
    migration = deepcopy(example.config[CONFIG_KEY])
    del migration["securityGroups"]["groups"][0]["acceptDifferences"]
    with running(example.estate) as cloud:
        found = _found(migration, cloud)
    assert found["security-group-nothing-opened"] == {"office1"}


def _databases_are_within_reach_as_the_page_says(stack: Stack, config: dict[str, Any], before: dict[str, Any]) -> None:
    prepared = databases(stack)
    # Two weeks after the Latest Schedule Time, and one; the third is admitted to and no more.
    assert (days_left(stack, MYSQL), days_left(stack, MONGODB)) == ({33}, {29})
    assert prepared[POSTGRES]["network_type"] == prepared[REDIS]["network_type"] == "Classic"
    groups = {
        item: {group["name"]: group["security_ips"] for group in admitting(prepared[item], "172.16")} for item in EACH
    }
    assert groups == {
        MYSQL: {"classic_to_vpc": [*BLOCKS, "172.16.9.250/32"]},
        REPLICA: {"classic_to_vpc": [*BLOCKS, "172.16.9.250/32"]},
        MONGODB: {"from_vpc": BLOCKS},
        POSTGRES: {"classic_to_vpc": BLOCKS},
        REDIS: {},
    }


def _planned_blocks_stay_when_instances_zones_and_tiers_are_added(
    stack: Stack, config: dict[str, Any], before: dict[str, Any]
) -> None:
    [vpc] = [item for item in stack.cloud.state()["vpcs"] if item["name"] == "shop"]
    planned = vswitches(stack, vpc["id"])
    assert {name: item["cidr_block"] for name, item in planned.items()} == {
        f"shop-jobs-{ZONE_B}": "172.16.16.0/24",
        f"shop-public-{ZONE_B}": "172.16.100.0/24",
    }
    grown = deepcopy(config)
    migration = grown[CONFIG_KEY]
    migration["network"]["vswitches"][:0] = [{"zone": ZONE_H}, {"zone": ZONE_B, "tier": "front"}]
    migration["instances"].append({"id": WEB_1, "tier": "front"})
    migration["staying"][0]["instances"].remove(WEB_1)
    stack.project.configure("test", grown)
    assert stack.pulumi("up", "--yes", "--skip-preview", pack=False) == 0, stack.output
    after = vswitches(stack, vpc["id"])
    assert {name: (item["zone_id"], item["cidr_block"]) for name, item in after.items() if name not in planned} == {
        f"shop-{ZONE_H}": (ZONE_H, "172.16.17.0/24"),
        f"shop-front-{ZONE_B}": (ZONE_B, "172.16.18.0/24"),
    }
    assert {name: after[name] for name in planned} == planned
    assert "DeleteVSwitch" not in stack.writes()
    assert stack.pulumi("preview", "--expect-no-changes", pack=False) == 0, stack.output


#: What a page's estate has beside what it names.
GIVEN: Final[dict[str, Callable[[Estate], None]]] = {"databases": with_a_read_only_instance}
#: What else is looked at, by page, while its example is up: with its config, and the cloud as it was before.
WHILE_UP: Final[dict[str, Callable[[Stack, dict[str, Any], dict[str, Any]], None]]] = {
    "databases": _databases_are_within_reach_as_the_page_says,
    "network": _planned_blocks_stay_when_instances_zones_and_tiers_are_added,
    "security-groups": _folded_split_and_mapped_groups_are_applied_and_judged,
}


def _announced(rule: str, findings: tuple[str, ...]) -> bool:
    return any(fnmatch(rule, item) for item in findings)
