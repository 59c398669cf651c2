"""Whether what a remediation tells somebody to copy is something that the program, the SDKs and the CLI accept."""

from __future__ import annotations

import copy
import importlib
import inspect
import re
from functools import cache
from typing import Any, Final

import yaml

from components.config import parse
from policies.core.remedies import lines

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
    (r"targetZone: <[^>]*>", "targetZone: cn-hangzhou-b"),
    (r"\[<vsw>\]", "[vsw-one]"),
    (r"zone: (\.\.\.|<[^>]*>), cidrBlock: (\.\.\.|<[^>]*>)", "zone: cn-hangzhou-h, cidrBlock: 172.16.1.0/24"),
    (r"cidrBlock: (\.\.\.|<[^>]*>)", "cidrBlock: 172.16.0.0/16"),
    (r"approvedBy: <[^>]*>", "approvedBy: somebody else"),
    (r"approvedAt: <[^>]*>", "approvedAt: '2026-12-01T02:00:00+08:00'"),
    (r"expires: <[^>]*>", "expires: '2026-12-15T02:00:00+08:00'"),
    (r"statedAt: <[^>]*>", "statedAt: '2026-12-01T02:00:00+08:00'"),
    (r"validUntil: <[^>]*>", "validUntil: '2026-12-30T02:00:00+08:00'"),
    (r'(start|end|at): "<[^>]*>"', r"\1: '2026-12-12T04:00:00+08:00'"),
    (r"(staying: \[\{instances): \[<[^>]*>\]", r"\1: [i-other]"),
    (r"(leavesBehind|later|attach): \[(i-\.\.\.|<[^>]*>)\]", r"\1: [i-other]"),
    (r"source: i-\.\.\., destination: i-\.\.\.", "source: i-web, destination: i-other"),
    (r"\b(i|rm)-\.\.\.", r"\1-web"),
    (r"instances: \[<[^>]*>\]|(?<=\[)<[^>]*>(?=\])|id: <[^>]*>", ""),
    (r"<[^>]*>", "text"),
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
    assert not isinstance(part, str) or keys[-1] in ("start", "end", "cidrBlock"), f"no value: {value}"
    if keys == ["backups", "exclude"]:
        config["backups"] = {"retentionDays": 30}
    if keys == ["network", "cidrBlock"]:
        config["network"]["vswitches"][0]["cidrBlock"] = f"{part.partition('/')[0]}/24"
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
        assert OSSUTIL.match(re.sub(r"<[^>]*>", "value", example)), example
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


@cache
def check(remediation: str) -> None:
    """Checks each config line and each command of the CLI; raises what the first one that is none raises."""
    for line in lines(remediation):
        if line.kind == "config":
            check_config(line.example)
        if line.kind == "aliyun":
            check_aliyun(line.example)
