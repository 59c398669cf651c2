"""Every example in a remediation, and so in docs/rules, is one that the program, the SDKs and the CLI accept."""

from __future__ import annotations

import copy
import importlib
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

import toolchain
from components.config import parse
from policies.catalogue import documents
from policies.registry import all_rules
from policies.remedies import Line, lines
from policies.rule import InstanceRule
from tests.policies.prepared import prepared
from tests.policies.test_removal import REMOVALS

ROOT: Final = Path(__file__).parents[2]

# Products of the CLI `aliyun`, by its own product codes.
PRODUCTS: Final = {
    "cr": "alibabacloud_cr20181201",
    "dds": "alibabacloud_dds20151201",
    "ecs": "alibabacloud_ecs20140526",
    "r-kvstore": "alibabacloud_r_kvstore20150101",
    "rds": "alibabacloud_rds20140815",
    "slb": "alibabacloud_slb20140515",
    "vpc": "alibabacloud_vpc20160428",
}
# The CLI has ossutil in it, which is no API (OSS user guide, ossutil, bucket-policy).
OSSUTIL: Final = re.compile(r"aliyun oss bucket-policy --method (put|get|delete) oss://\S+( \S+)?$")

WINDOW: Final = {"start": "2026-12-12T02:00:00+08:00", "latest": "2026-12-20T02:00:00+08:00"}
EARLIER: Final = {**WINDOW, "start": "2026-12-11T02:00:00+08:00"}
BASE: Final[dict[str, Any]] = {
    "window": WINDOW,
    "instances": ["i-web"],
    "network": {
        "mode": "create",
        "cidrBlock": "172.16.0.0/16",
        "vswitches": [{"zone": "cn-hangzhou-h", "cidrBlock": "172.16.1.0/24"}],
    },
    "securityGroups": {"mode": "clone"},
}

# What stands for a value of the reader's own, by what is around it; in this order.
PLACEHOLDERS: Final = (
    (r"name: \.\.\.", "name: two"),
    (r"window: \.\.\.", f"window: {{start: '{WINDOW['start']}', latest: '{WINDOW['latest']}'}}"),
    (r"\[\.\.\.\]", "[i-web]"),
    (r"after: \[<[^>]*>\]", "after: [one]"),
    (r"zones: \[<[^>]*>\]", "zones: [cn-hangzhou-h]"),
    (r"zone: (\.\.\.|<[^>]*>), cidrBlock: (\.\.\.|<[^>]*>)", "zone: cn-hangzhou-h, cidrBlock: 172.16.1.0/24"),
    (r"cidrBlock: (\.\.\.|<[^>]*>)", "cidrBlock: 172.16.0.0/16"),
    (r"statedAt: <[^>]*>", "statedAt: '2026-12-01T02:00:00+08:00'"),
    (r"validUntil: <[^>]*>", "validUntil: '2026-12-30T02:00:00+08:00'"),
    (r'(start|end|at): "<[^>]*>"', r"\1: '2026-12-12T04:00:00+08:00'"),
    (r"(leavesBehind|later|attach): \[(i-\.\.\.|<[^>]*>)\]", r"\1: [i-other]"),
    (r"source: i-\.\.\., destination: i-\.\.\.", "source: i-web, destination: i-other"),
    (r"\b(i|rm)-\.\.\.", r"\1-web"),
    (r"instances: \[<[^>]*>\]|(?<=\[)<[^>]*>(?=\])|id: <[^>]*>", ""),
    (r"<[^>]*>", "text"),
)

EXAMPLES: Final = sorted(
    {
        (rule.id, line.kind, line.example)
        for rule in all_rules()
        for text in (rule.remediation, rule.remediation_after or "")
        for line in lines(text)
        if line.kind != "prose"
    }
)


def _substituted(example: str) -> str:
    for placeholder, value in PLACEHOLDERS:
        if value:
            example = re.sub(placeholder, value, example)
        else:
            example = re.sub(placeholder, lambda found: re.sub(r"<[^>]*>", "i-web", found[0]), example)
    return example


def check_config(example: str) -> None:
    """Parses the line as a part of a whole stack config. Raises what the program does."""
    path, _, value = _substituted(example).partition(": ")
    keys = path.removeprefix("classic-to-vpc:migration").strip(".").split(".")
    config = copy.deepcopy(BASE)
    part = yaml.safe_load(value)
    assert not isinstance(part, str) or keys[-1] in ("start", "end"), f"no value: {value}"
    holder = config
    for key in keys[:-1]:
        holder = holder.setdefault(key, {})
    holder[keys[-1]] = part
    if keys == ["waves"]:
        # What a line leaves out of a wave is as in the stack.
        own = {"window": config.pop("window"), "instances": config.pop("instances")}
        entries = [own | entry for entry in part]
        config["waves"] = [{"name": "one", "window": EARLIER, "instances": ["i-app"]}, *entries]
    parse(config, "Pulumi.test.yaml")


def check_aliyun(example: str) -> None:
    """Looks operation and parameters up in the product's SDK."""
    if example.startswith("aliyun oss "):
        assert OSSUTIL.match(example), example
        return
    _, product, operation, *_ = example.split()
    models = importlib.import_module(f"{PRODUCTS[product]}.models")
    request = getattr(models, f"{operation}Request", None)
    assert request is not None, f"{product} has no {operation}"
    known = set(re.findall(r"m\.get\('(\w+)'\)", inspect.getsource(request.from_map)))
    given = {option.partition(".")[0] for option in re.findall(r"--([\w.]+)", example)}
    assert given <= known, f"{operation} has no {', '.join(sorted(given - known))}"
    options = re.sub(r"<[^>]*>", "value", example.split(operation, 1)[1])
    assert re.fullmatch(r"( --[\w.]+ ('[^']*'|\S+))*( \.\.\.)?", options.rstrip()), f"not options alone: {options}"


@pytest.mark.parametrize(("rule_id", "kind", "example"), [item for item in EXAMPLES if item[1] == "config"])
def test_a_config_line_is_part_of_a_stack_that_the_program_takes(rule_id: str, kind: str, example: str) -> None:
    check_config(example)


@pytest.mark.parametrize(("rule_id", "kind", "example"), [item for item in EXAMPLES if item[1] == "aliyun"])
def test_a_command_names_an_operation_and_parameters_that_there_are(rule_id: str, kind: str, example: str) -> None:
    check_aliyun(example)


@pytest.mark.parametrize("name", REMOVALS)
def test_a_command_of_a_finding_names_what_there_is(name: str) -> None:
    """The more exact line of a verdict."""
    draft = prepared(exists=False)
    REMOVALS[name][0](draft)
    for result in draft.evaluation().results:
        for line in lines(result.remediation):
            if line.kind == "aliyun":
                check_aliyun(line.example)


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
