"""A first preview without an engine: config and estate, the program under mocks, and what the pack then judges.

`test_fixes_applied` compares it with what the real engine was recorded to ask.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import pulumi
import yaml
from pulumi.output import Unknown
from pulumi.runtime.rpc import UNKNOWN

from components.config import CONFIG_KEY, MigrationConfig, parse
from components.evidence import read_evidence
from components.migration import Migration, MigrationArgs
from components.plan import make_plan
from components.run import Sources
from estate.clock import ClockReading
from estate.live import read_estate
from estate.model import Estate
from policies.core.clock import Moment
from policies.core.facts import Leaf
from policies.core.plan import STACK, Plan, Resource
from policies.core.rule import AnyRule
from policies.pack.evaluation import Evaluation, evaluate
from policies.pack.registry import all_rules
from simulator.estate_file import load
from simulator.server import running
from tests.components.mocked import Recording, declare
from tests.estate import estates

ROOT: Final = Path(__file__).parents[2]
ESTATE: Final = ROOT / "simulator/estates/sample.yaml"
FILE: Final = "Pulumi.test.yaml"
# That of the estate.
BEGINNING: Final = datetime.fromisoformat("2026-11-30T09:00:00+08:00")

Migrated = dict[str, Any]


@cache
def sample_estate() -> Estate:
    """The sample estate as the reader finds it, once for all tests."""
    with running(load(ESTATE)) as simulator:
        user = simulator.simulation.cloud.estate.users[0].name
        return read_estate(estates.cloud(simulator, user), BEGINNING)


def sample_config() -> Migrated:
    """The prepared config of the sample estate."""
    prepared = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text(encoding="utf-8"))["config"][CONFIG_KEY]
    assert isinstance(prepared, dict)
    return prepared


def previewed(
    migration: Mapping[str, Any], estate: Estate, now: datetime = BEGINNING, rules: Sequence[AnyRule] = ()
) -> Evaluation:
    """What the pack, or some of its rules, conclude from the first preview of a stack.

    Raises ConfigError where the config is refused.
    """
    config = parse(migration, FILE)
    return evaluate(rules or all_rules(), Plan(_resources(config, estate, now)), Moment(now, "cloud"))


def _resources(config: MigrationConfig, estate: Estate, now: datetime) -> list[Resource]:
    plan = make_plan(config, estate, FILE, read_evidence(config, ROOT, FILE))
    sources = Sources(clock=ClockReading(now, now), rehearsal=("The cloud is simulated.",))
    args = MigrationArgs(plan, sources)

    def program() -> None:
        local = pulumi.ProviderResource("alimigrate", "alimigrate", {})
        Migration("migration", args, pulumi.ResourceOptions(providers=[local]))

    recording = declare(program, preview=True)
    stack = "urn:pulumi:test::classic-to-vpc::pulumi:pulumi:Stack::classic-to-vpc-test"
    root = Resource(STACK, stack, "classic-to-vpc-test", None, {})
    return [root, *(_resource(recording, urn) for urn in recording.resources)]


def _resource(recording: Recording, urn: str) -> Resource:
    item = recording.resources[urn]
    properties = {**_plain(item.inputs), **_plain(recording.outputs.get(urn, {}))}
    if item.type.startswith("alimigrate:"):
        properties["applied"] = Leaf.UNKNOWN
    elif not item.type.startswith("classic-to-vpc:"):
        properties["id"] = Leaf.UNKNOWN
    return Resource(item.type, urn, item.name, item.parent or None, properties)


def _plain(value: Any) -> Any:
    """Values as the pack has them: numbers are all of one kind, and what is not known is marked."""
    if isinstance(value, Unknown) or value == UNKNOWN:
        return Leaf.UNKNOWN
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items() if part is not None}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
