"""Clones that fold, clones that are split, and groups that are there already, on the real engine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import toolchain
from demo.project import CONFIG_KEY, REPOSITORY
from policies.results import findings
from simulator.server import running
from tests.e2e.conftest import Stack, skipping_previews

pytestmark = pytest.mark.engine

ESTATE = REPOSITORY / "simulator/estates/security-groups.yaml"
DOC = REPOSITORY / "docs/components/security-groups.md"
OFFICE = "sg-bp1officevpc00000001"


@pytest.mark.timeout(600)
def test_folded_split_and_mapped_groups_are_applied_and_judged(engine: toolchain.Engine, tmp_path: Path) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", DOC.read_text(encoding="utf-8"), flags=re.DOTALL)
    [example] = [block for block in blocks if CONFIG_KEY in block]
    config = skipping_previews(yaml.safe_load(example))
    with running(ESTATE) as cloud:
        stack = Stack.prepared(engine, cloud, tmp_path)
        stack.project.configure("test", config)
        before = cloud.state()["security_groups"]
        # Other families have nothing prepared here: their findings fail the preview, not this test.
        assert stack.pulumi("up", "--yes", "--skip-preview", pack=False) == 0, stack.output
        groups = {group["name"]: group for group in cloud.state()["security_groups"]}
        assert {name: len(group["rules"]) for name, group in groups.items() if name.endswith(("-vpc", "-vpc-2"))} == {
            "web-vpc": 31,
            "app-vpc": 200,
            "app-vpc-2": 110,
            "office-vpc": 2,
        }
        untouched = {group["id"] for group in before}
        assert [group for group in cloud.state()["security_groups"] if group["id"] in untouched] == before
        assert stack.pulumi("preview", "--expect-no-changes", pack=False) == 0, stack.output

        stack.pulumi("preview")
        judged = [item for item in findings(stack.result()) if item["rule"].startswith("security-group-")]
        assert {item["outcome"] for item in judged} <= {"PASS", "NOT_APPLICABLE"}
        [accepted] = [item for item in judged if "Accepted in the config" in item["reason"]]
        assert (accepted["rule"], accepted["subject"]["name"]) == ("security-group-nothing-opened", "office1")
        assert "TCP 22 from 198.51.100.0/24" in accepted["reason"]

        del config[CONFIG_KEY]["securityGroups"]["groups"][0]["acceptDifferences"]
        stack.project.configure("test", config)
        stack.pulumi("preview")
        assert stack.found()["security-group-nothing-opened"] == {"office1"}
