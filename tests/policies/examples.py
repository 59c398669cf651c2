"""Whether what a fix tells somebody to do is something that the program, the SDKs and the CLI accept."""

from __future__ import annotations

import copy
import importlib
import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from components.config import parse
from components.stack_file import merge
from policies.core.fixes import Change, Command, Fix, Way

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
OSSUTIL: Final = re.compile(r"aliyun oss bucket-policy --method (put|get|delete) oss://\S+( .+)?$")

WINDOW: Final = {"start": "2026-12-12T02:00:00+08:00", "latest": "2026-12-20T02:00:00+08:00"}
EARLIER: Final = {**WINDOW, "start": "2026-12-11T02:00:00+08:00"}
# An instance that no fix names: the last one of a stack is not taken out.
OTHER: Final = "i-beside"
# What a section must say beside one key of it that is changed.
NEEDED: Final[dict[str, Any]] = {"evidence": {"files": ["evidence.json"]}, "backups": {"retentionDays": 30}}
TO_FILL: Final = re.compile(r"<[^<>]+>")

# What stands for what a person fills in, by the keys that it is at; the last key, or the one before it in a list.
FILLED: Final[Mapping[str, str]] = {
    "approvedAt": "2026-11-29T02:00:00+08:00",
    "approvedBy": "somebody else",
    "at": "2026-11-29T02:00:00+08:00",
    "attach": "i-other",
    "cidrBlock": "172.16.0.0/16",
    "databases.id": "rm-filled",
    "destination": "i-other",
    "disksNeededFrom": "2026-12-21T04:00:00+08:00",
    "end": "2026-12-12T14:00:00+08:00",
    "expires": "2026-12-15T02:00:00+08:00",
    "instances": "i-web",
    "instances.id": "i-web",
    "leavesBehind": "i-other",
    "later": "i-other",
    "name": "two",
    "after": "one",
    "convertPublicIps": "i-web",
    "port": "6379",
    "rule": "backup-within-quota",
    "source": "i-web",
    "start": "2026-12-12T04:00:00+08:00",
    "statedAt": "2026-11-29T02:00:00+08:00",
    "targetZone": "cn-hangzhou-b",
    "validUntil": "2026-12-30T02:00:00+08:00",
    "vpcId": "vpc-one",
    "vswitchIds": "vsw-one",
    "vswitches.cidrBlock": "172.16.1.0/24",
    "whitelistGroup": "another_name",
    "zone": "cn-hangzhou-h",
    "zones": "cn-hangzhou-h",
}


def as_filled(path: str, value: Any, known: Mapping[str, str] = FILLED) -> Any:
    """Fill in what a person decides, as one might."""
    if isinstance(value, Mapping):
        return {key: as_filled(f"{path}.{key}", part, known) for key, part in value.items()}
    if isinstance(value, list):
        return [as_filled(path, part, known) for part in value]
    if not isinstance(value, str) or not TO_FILL.search(value):
        return value
    keys = path.split(".")
    values = (known[key] for key in (".".join(keys[-2:]), keys[-1]) if key in known)
    return next(values, TO_FILL.sub("text", value))


def base_for(changes: Iterable[Change]) -> dict[str, Any]:
    """Return a valid config that has what the changes build on: instances that move, and waves of those names."""
    changes = list(changes)
    ids = sorted({item for change in changes for item in _moving(change)} | {"i-web", OTHER})
    config: dict[str, Any] = {
        "window": WINDOW,
        "instances": list(ids),
        "network": {
            "mode": "create",
            "cidrBlock": "172.16.0.0/16",
            "vswitches": [{"zone": "cn-hangzhou-h", "cidrBlock": "172.16.1.0/24"}],
        },
        "securityGroups": {"mode": "clone"},
    }
    config |= {key: value for key, value in NEEDED.items() if any(item.path.startswith(f"{key}.") for item in changes)}
    if any("mode" in item.value for item in changes if item.path == "network"):
        # A network of another kind takes its place whole.
        config["network"] = {"mode": "existing", "vpcId": "vpc-one", "vswitchIds": ["vsw-one"]}
    waves = [item for change in changes if change.path == "waves" for item in as_filled("waves", change.value)]
    if waves:
        del config["window"], config["instances"]
        names = {wave["name"]: WINDOW for wave in waves} | {
            name: EARLIER for wave in waves for name in wave.get("after", ())
        }
        config["waves"] = [
            {"name": name, "window": window, "instances": [f"i-of-{name}"]} for name, window in names.items()
        ]
    return copy.deepcopy(config)


def _moving(change: Change) -> Iterator[str]:
    """Instances that a change is about because they move."""
    value = as_filled(change.path, change.value)
    if change.path in ("attestations", "waivers"):
        yield from (item for entry in value for item in entry.get("instances", ()))
    if change.path == "after":
        yield from value.get("convertPublicIps", ())


def check_way(way: Way) -> None:
    """Hold each step to what takes it: the config, all changes together, the SDKs and the CLI. Raises what these do."""
    changes = [step for step in way if isinstance(step, Change)]
    if changes:
        config = base_for(changes)
        for item in changes:
            merge(config, nested(item.path, as_filled(item.path, item.value)), "Pulumi.test.yaml")
        parse(config, "Pulumi.test.yaml")
    for step in way:
        if isinstance(step, Command) and step.argv[0] == "aliyun":
            check_aliyun(" ".join(step.argv))


def nested(path: str, value: Any) -> dict[str, Any]:
    """Return the value below the keys of its path."""
    for key in reversed(path.split(".")):
        value = {key: value}
    assert isinstance(value, dict)
    return value


def check_aliyun(example: str) -> None:
    """Look operation and parameters up in the product's SDK."""
    if example.startswith("aliyun oss "):
        assert OSSUTIL.match(TO_FILL.sub("value", example)), example
        return
    _, product, operation, *options = TO_FILL.sub("value", example).split(" ", 3)
    models = importlib.import_module(f"{PRODUCTS[product]}.models")
    request = getattr(models, f"{operation}Request", None)
    assert request is not None, f"{product} has no {operation}"
    known = set(re.findall(r"m\.get\('(\w+)'\)", inspect.getsource(request.from_map)))
    given = {option.partition(".")[0] for option in re.findall(r"--([\w.]+)", example)}
    assert given <= known, f"{operation} has no {', '.join(sorted(given - known))}"
    assert all(re.fullmatch(r"(--[\w.]+ (\[.*\]|\{.*\}|[^ -]\S*) ?)*", text) for text in options), (
        f"not options alone: {options}"
    )


def check(fixes: Iterable[Fix]) -> None:
    """Check every way of every fix; raises what the first one that is wrong raises."""
    for fix in fixes:
        for way in fix.ways:
            _checked(repr(way), lambda way=way: check_way(way))  # type: ignore[misc]


@cache
def _seen(key: str) -> list[bool]:
    return []


def _checked(key: str, look: Callable[[], None]) -> None:
    """Look once at what is the same."""
    if not _seen(key):
        look()
        _seen(key).append(True)
