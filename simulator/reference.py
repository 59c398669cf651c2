"""Generate docs/simulator.md from the code: actions, parameters, statuses, errors, limits and faults."""

import ast
import inspect
import json
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import get_args

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import simulator.api
import simulator.cloud
from simulator.api.registry import Action
from simulator.api.table import registry
from simulator.model.base import Transitional
from simulator.model.estate import Quotas, kinds
from simulator.model.fault import Fault
from simulator.model.migrations import MigrationPlan
from simulator.simulation import COMMON_CODES

TITLES = {
    "bssapi": "Billing (BSS OpenAPI)",
    "cr": "Container Registry Enterprise Edition",
    "dds": "ApsaraDB for MongoDB",
    "ecs": "Elastic Compute Service (ECS)",
    "kms": "Key Management Service (KMS)",
    "kvstore": "ApsaraDB for Redis, Tair",
    "location": "Location",
    "oss": "Object Storage Service (OSS)",
    "ram": "Resource Access Management (RAM)",
    "rds": "ApsaraDB RDS",
    "resourcemanager": "Resource Management",
    "slb": "Classic Load Balancer (CLB)",
    "sts": "Security Token Service (STS)",
    "vpc": "Virtual Private Cloud (VPC), EIP",
}


# Up to the next sentence, which begins with a capital.
_GAP = re.compile(r"Not simulated: (.+?\.)(?= [A-Z]|$)")


@dataclass(frozen=True)
class States:
    """The statuses of one resource type, and the automatic transitions between them."""

    kind: str
    statuses: tuple[str, ...]
    becomes: dict[str, str]


@dataclass(frozen=True)
class Limit:
    """A limit that the cloud enforces, with its comment in the code."""

    text: str
    value: str


@dataclass(frozen=True)
class Gap:
    """What a module (`simulator/cloud/snapshots`) does not simulate, by its docstring."""

    module: str
    text: str


@dataclass(frozen=True)
class Seen:
    """Observations of one resource: its inputs, those that were changed, and those that an import lacks."""

    name: str
    made: list[str]
    changed: list[str]
    unknown: list[str]


def render() -> str:
    """Return the whole document, Markdown."""
    folder = Path(__file__).parent / "templates"
    # Markdown, not HTML, so nothing is escaped.
    environment = Environment(  # noqa: S701
        loader=FileSystemLoader(folder), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("simulator.md.j2").render(
        products=_products(),
        summary=_summary,
        states=list(_states()),
        limits=list(limits()),
        quotas=Quotas.model_json_schema()["properties"],
        faults=Fault.model_json_schema()["properties"],
        plan=MigrationPlan.model_json_schema()["properties"],
        common_codes=sorted(COMMON_CODES),
        gaps=list(gaps()),
        seen=list(seen()),
    )


def seen() -> Iterator[Seen]:
    """Yield the observations of the real plugin's resources, which `tests/e2e/sweep` writes."""
    lives = json.loads((Path(__file__).parent / "seen.json").read_text(encoding="utf-8"))
    for type_token, life in lives.items():
        package, module, name = type_token.split(":")
        unknown = sorted(set(life["made"]) - set(life["imported"]))
        yield Seen(f"{package}.{module.split('/')[0]}.{name}", life["made"], life["changed"], unknown)


def gaps() -> Iterator[Gap]:
    """Yield the texts after `Not simulated: ` in the docstrings of the actions' and the cloud's modules."""
    for module in (*_modules(simulator.api), *_modules(simulator.cloud)):
        if match := _GAP.search(" ".join(inspect.cleandoc(module.__doc__ or "").split())):
            yield Gap(module.__name__.replace(".", "/"), match[1])


def limits() -> Iterator[Limit]:
    """Yield the constants in the model of the cloud with a comment `#: ...` above them, by module and place."""
    for module in _modules(simulator.cloud):
        yield from _limits_of(module)


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda item: item.name):
        yield import_module(f"{package.__name__}.{info.name}")


def _limits_of(module: ModuleType) -> Iterator[Limit]:
    source = inspect.getsource(module)
    lines = source.splitlines()
    for node in ast.parse(source).body:
        text = _comment_above(lines, node.lineno - 1)
        if text and isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield Limit(text, _value(getattr(module, node.targets[0].id)))


def _comment_above(lines: list[str], place: int) -> str:
    start = place
    while start and lines[start - 1].startswith("#:"):
        start -= 1
    return " ".join(line.removeprefix("#:").strip() for line in lines[start:place])


def _value(limit: int | range | dict[str, int]) -> str:
    if isinstance(limit, range):
        return f"{limit.start} to {limit.stop - 1}"
    if isinstance(limit, dict):
        return ", ".join(f"{key} {_value(value)}" for key, value in limit.items())
    return f"{limit:,}"


def _products() -> list[tuple[str, str, list[Action]]]:
    """Yield title, API version and actions of every product."""
    by_code: dict[str, list[Action]] = {}
    for action in registry().all():
        by_code.setdefault(action.product.code, []).append(action)
    return [(TITLES[code], actions[0].product.version, actions) for code, actions in by_code.items()]


def _summary(action: Action) -> str:
    """Return the action's docstring on one line."""
    return " ".join(inspect.cleandoc(action.perform.__doc__ or "").split())


def _states() -> Iterator[States]:
    for kind in kinds().values():
        if issubclass(kind, Transitional):
            yield States(kind.__name__, get_args(kind.model_fields["status"].annotation), kind.becomes)
