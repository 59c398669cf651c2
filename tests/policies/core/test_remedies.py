"""Every example in a remediation, and so in docs/rules, is one that the program, the SDKs and the CLI accept."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

import toolchain
from docgen.catalogue import documents
from policies.core.remedies import Line, lines
from policies.core.rule import InstanceRule
from policies.pack.registry import all_rules
from tests.policies.examples import check, check_aliyun, check_config
from tests.policies.prepared import prepared
from tests.policies.test_removal import REMOVALS

ROOT: Final = Path(__file__).parents[3]

EXAMPLES: Final = sorted(
    {
        (rule.id, line.kind, line.example)
        for rule in all_rules()
        for text in (rule.remediation, rule.remediation_after or "")
        for line in lines(text)
        if line.kind != "prose"
    }
)


@pytest.mark.parametrize(("rule_id", "kind", "example"), [item for item in EXAMPLES if item[1] == "config"])
def test_a_config_line_is_part_of_a_stack_that_the_program_takes(rule_id: str, kind: str, example: str) -> None:
    check_config(example)


@pytest.mark.parametrize(("rule_id", "kind", "example"), [item for item in EXAMPLES if item[1] == "aliyun"])
def test_a_command_names_an_operation_and_parameters_that_there_are(rule_id: str, kind: str, example: str) -> None:
    check_aliyun(example)


@pytest.mark.parametrize("name", REMOVALS)
def test_a_finding_names_what_there_is(name: str) -> None:
    """The more exact line of a verdict; `prepared.expect` asks the same of those that a rule's own tests see."""
    draft = prepared(exists=False)
    REMOVALS[name][0](draft)
    for result in draft.evaluation().results:
        check(result.remediation)


@pytest.mark.parametrize(("rule_id", "kind", "example"), [item for item in EXAMPLES if item[1] == "shell"])
def test_a_script_that_is_to_be_run_is_there(rule_id: str, kind: str, example: str) -> None:
    for module, command in re.findall(r"python -m ([\w.]+) (\w+)", example):
        shown = subprocess.run(
            [sys.executable, "-m", module, command, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert all(option in shown.stdout for option in re.findall(r"--[a-z-]+", example))
    for path in re.findall(r"< ([^<>| ]+)", example):
        assert (ROOT / path).is_file()


@pytest.mark.engine
def test_a_pulumi_command_is_one(engine: toolchain.Engine) -> None:
    for example in sorted({example for _, kind, example in EXAMPLES if kind == "pulumi"}):
        _, command, *options = example.split()
        shown = subprocess.run(
            ["pulumi", command, "--help"], env=engine.environ(os.environ), capture_output=True, text=True, check=True
        )
        assert f"pulumi {command}" in shown.stdout
        assert all(option in shown.stdout for option in options)


MISSPELT: Final = (
    "classic-to-vpc:migration.backup: {retentionDays: 30}",
    "classic-to-vpc:migration.backups: {retention: 30}",
    "classic-to-vpc:migration.network: {mode: make}",
    "classic-to-vpc:migration.instances: [{id: i-..., retainIP: false}]",
    "classic-to-vpc:migration.later: [i-web",
    "classic-to-vpc:migration.waivers: take the entry out",
    "aliyun ecs RestartInstance --InstanceId <id>",
    "aliyun ecs RebootInstance --InstanceID <id>",
    "aliyun ecs RebootInstance --InstanceId <id>, at a quiet time",
    "aliyun rm RebootInstance --InstanceId <id>",
    "aliyun oss policy --method put oss://<bucket>",
)


@pytest.mark.parametrize("example", MISSPELT)
def test_a_misspelt_example_is_found(example: str) -> None:
    check = check_config if example.startswith("classic") else check_aliyun
    with pytest.raises(Exception):  # noqa: B017, PT011 - of each check its own
        check(example)


def test_what_is_to_be_copied_is_told_from_prose() -> None:
    text = "Wait, then:\nor aliyun ecs StartInstance --InstanceId <id>   # soon\nclassic-to-vpc:migration.later: []"
    assert list(lines(text)) == [
        Line("prose", "Wait, then:"),
        Line("aliyun", "aliyun ecs StartInstance --InstanceId <id>   # soon", alternative=True),
        Line("config", "classic-to-vpc:migration.later: []"),
    ]
    assert [line.example for line in lines(text)][1] == "aliyun ecs StartInstance --InstanceId <id>"


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_page_has_every_example_in_a_fence_and_no_prose_in_one(rule: Any) -> None:
    fenced = "".join(documents()[f"rules/{rule.id}.md"].split("```")[1::2]).splitlines()
    told = [*lines(rule.remediation), *lines(rule.remediation_after or "")]
    assert {line.text for line in told if line.kind != "prose"} == set(fenced) - {""}
    assert not [line.text for line in told if line.kind == "prose" and re.match(r"or (aliyun|classic-to)", line.text)]


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_what_is_asked_until_the_move_says_what_to_do_after_it(rule: Any) -> None:
    assert rule.remediation_after or not (isinstance(rule, InstanceRule) and rule.until_move)
