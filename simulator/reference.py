"""docs/simulator.md, generated from what the code declares: actions, parameters, states, refusals, limits, faults."""

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
    "rds": "ApsaraDB RDS",
    "resourcemanager": "Resource Management",
    "slb": "Classic Load Balancer (CLB)",
    "sts": "Security Token Service (STS)",
    "vpc": "Virtual Private Cloud (VPC), EIP",
}


# To the next sentence, which begins with a capital.
_GAP = re.compile(r"Not simulated: (.+?\.)(?= [A-Z]|$)")


@dataclass(frozen=True)
class States:
    """The statuses of one kind of thing, and which end by themselves in what."""

    kind: str
    statuses: tuple[str, ...]
    becomes: dict[str, str]


@dataclass(frozen=True)
class Limit:
    """A limit that the cloud keeps, and what the code says of it."""

    said: str
    value: str


@dataclass(frozen=True)
class Gap:
    """What a module (`simulator/cloud/snapshots`) says that it leaves out."""

    module: str
    said: str


@dataclass(frozen=True)
class Seen:
    """What was seen of one resource: with which inputs it was made, which were changed, which an import lacks."""

    name: str
    made: list[str]
    changed: list[str]
    unknown: list[str]


def render() -> str:
    """Return the whole document, Markdown."""
    folder = Path(__file__).parent / "templates"
    # Markdown, not HTML: nothing is escaped.
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
    """Yield what the real plugin was seen to do with each of its resources: `tests/e2e/sweep` writes it."""
    told = json.loads((Path(__file__).parent / "seen.json").read_text(encoding="utf-8"))
    for type_token, life in told.items():
        package, module, name = type_token.split(":")
        unknown = sorted(set(life["made"]) - set(life["imported"]))
        yield Seen(f"{package}.{module.split('/')[0]}.{name}", life["made"], life["changed"], unknown)


def gaps() -> Iterator[Gap]:
    """Yield what the docstrings of the modules of actions and of the cloud say after `Not simulated: `."""
    for module in (*_modules(simulator.api), *_modules(simulator.cloud)):
        if found := _GAP.search(" ".join(inspect.cleandoc(module.__doc__ or "").split())):
            yield Gap(module.__name__.replace(".", "/"), found[1])


def limits() -> Iterator[Limit]:
    """Yield the constants of the model of the cloud that a comment `#: ...` above them tells, by module and place."""
    for module in _modules(simulator.cloud):
        yield from _limits_of(module)


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda item: item.name):
        yield import_module(f"{package.__name__}.{found.name}")


def _limits_of(module: ModuleType) -> Iterator[Limit]:
    source = inspect.getsource(module)
    lines = source.splitlines()
    for node in ast.parse(source).body:
        said = _said_above(lines, node.lineno - 1)
        if said and isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield Limit(said, _value(getattr(module, node.targets[0].id)))


def _said_above(lines: list[str], place: int) -> str:
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
    """Title, API version and actions of every product."""
    by_code: dict[str, list[Action]] = {}
    for action in registry().all():
        by_code.setdefault(action.product.code, []).append(action)
    return [(TITLES[code], actions[0].product.version, actions) for code, actions in by_code.items()]


def _summary(action: Action) -> str:
    """Return what the action's docstring says, on one line."""
    return " ".join(inspect.cleandoc(action.perform.__doc__ or "").split())


def _states() -> Iterator[States]:
    for kind in kinds().values():
        if issubclass(kind, Transitional):
            yield States(kind.__name__, get_args(kind.model_fields["status"].annotation), kind.becomes)
