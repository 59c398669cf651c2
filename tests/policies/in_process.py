"""A first preview without an engine: config and estate, the program under mocks, and what the pack then judges.

`test_fixes_applied` compares it with what the real engine was recorded to ask.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
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
from components.stack_outputs import exported, record_of
from estate.client import Cloud
from estate.clock import ClockReading
from estate.guest import Evidence
from estate.live import read_estate
from estate.model import Estate
from policies.core.clock import Moment
from policies.core.facts import Leaf
from policies.core.plan import STACK, Plan, Resource
from policies.core.rule import AnyRule
from policies.pack.evaluation import Evaluation, evaluate
from policies.pack.registry import all_rules
from provider import registry
from provider.resource import REFUSED, ResourceError
from provider.values import UNKNOWN as NOT_KNOWN
from simulator.estate_file import load
from simulator.model.estate import Estate as Simulated
from simulator.server import running
from tests.components.mocked import Recording, declare
from tests.estate import estates

ROOT: Final = Path(__file__).parents[2]
ESTATE: Final = ROOT / "simulator/estates/sample.yaml"
FILE: Final = "Pulumi.test.yaml"
# That of the estate.
BEGINNING: Final = datetime.fromisoformat("2026-11-30T09:00:00+08:00")
# That of the network that the stack makes, once it is made.
VPC: Final = "vpc-made"

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


@dataclass(frozen=True)
class Scene:
    """What a preview finds beside the config.

    `guests` are facts by instance that its evidence tells otherwise. `moved` are instances that have moved since the
    first `up`, whose record the preview is given. `cloud` is asked by the local provider what an update would be
    refused; without one nobody asks.
    """

    estate: Estate = field(default_factory=sample_estate)
    now: datetime = BEGINNING
    guests: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    moved: Collection[str] = ()
    cloud: Cloud | None = None


@contextmanager
def served(bend: Callable[[Simulated], None]) -> Iterator[Scene]:
    """The scene of a simulated cloud with the sample estate, bent: read by the reader, and there for the provider."""
    simulated = load(ESTATE)
    bend(simulated)
    with running(simulated) as simulator:
        cloud = estates.cloud(simulator, simulator.simulation.cloud.estate.users[0].name)
        yield Scene(read_estate(cloud, BEGINNING), cloud=cloud)


def previewed(migration: Mapping[str, Any], scene: Scene | None = None, rules: Sequence[AnyRule] = ()) -> Evaluation:
    """What the pack, or some of its rules, conclude from the preview of a stack that has made nothing itself.

    Raises ConfigError where the config is refused.
    """
    scene = scene or Scene()
    resources = _resources(parse(migration, FILE), scene)
    return evaluate(rules or all_rules(), Plan(resources), Moment(scene.now, "cloud"))


def _resources(config: MigrationConfig, scene: Scene) -> list[Resource]:
    evidence = [_with_facts(item, scene.guests.get(item.instance_id, {})) for item in read_evidence(config, ROOT, FILE)]
    plan = make_plan(config, scene.estate, FILE, evidence)
    if scene.moved:
        record = record_of({"vpcId": VPC, **exported(plan)})
        plan = make_plan(config, _after_the_move(scene.estate, scene.moved), FILE, evidence, record)
    sources = Sources(clock=ClockReading(scene.now, scene.now), rehearsal=("The cloud is simulated.",))
    args = MigrationArgs(plan, sources)

    def program() -> None:
        local = pulumi.ProviderResource("alimigrate", "alimigrate", {})
        Migration("migration", args, pulumi.ResourceOptions(providers=[local]))

    recording = declare(program, preview=True)
    stack = "urn:pulumi:test::classic-to-vpc::pulumi:pulumi:Stack::classic-to-vpc-test"
    root = Resource(STACK, stack, "classic-to-vpc-test", None, {})
    return [root, *(_resource(recording, urn, scene.cloud) for urn in recording.resources)]


def _with_facts(evidence: Evidence, facts: Mapping[str, Any]) -> Evidence:
    return evidence.model_copy(update={"facts": evidence.facts.model_copy(update=dict(facts))})


def _after_the_move(estate: Estate, moved: Collection[str]) -> Estate:
    there = {"network_type": "vpc", "vpc_id": VPC, "vswitch_id": "vsw-made", "security_group_ids": ("sg-clone",)}
    instances = (
        item.model_copy(update={**there, "intranet_ips": (f"172.16.1.{place}",)}) if item.id in moved else item
        for place, item in enumerate(estate.instances, 10)
    )
    groups = (
        item.model_copy(update={"servers": tuple(one for one in item.servers if one.server_id not in moved)})
        for item in estate.vserver_groups
    )
    return estate.model_copy(update={"instances": tuple(instances), "vserver_groups": tuple(groups)})


def _resource(recording: Recording, urn: str, cloud: Cloud | None) -> Resource:
    item = recording.resources[urn]
    properties = {**_plain(item.inputs), **_plain(recording.outputs.get(urn, {}))}
    if item.type.startswith("alimigrate:"):
        properties["applied"] = Leaf.UNKNOWN
        if cloud is not None:
            properties |= _foreseen(item.type, _known_or_not(item.inputs), cloud)
    elif not item.type.startswith("classic-to-vpc:"):
        properties["id"] = Leaf.UNKNOWN
    return Resource(item.type, urn, item.name, item.parent or None, properties)


def _foreseen(resource_type: str, inputs: dict[str, Any], cloud: Cloud) -> dict[str, str]:
    """What the provider's plugin answers to a preview of a creation, beyond the inputs."""
    resource = registry.RESOURCES[resource_type]
    checked = resource.check(inputs)
    assert checked.failures == ()
    try:
        resource.foresee(lambda: cloud, checked.inputs, "", {})
    except ResourceError as refusal:
        return {REFUSED: str(refusal)}
    return {}


def _known_or_not(value: Any) -> Any:
    """Values as the local provider has them."""
    if isinstance(value, Unknown) or value == UNKNOWN:
        return NOT_KNOWN
    if isinstance(value, Mapping):
        return {str(key): _known_or_not(part) for key, part in value.items() if part is not None}
    if isinstance(value, list | tuple):
        return [_known_or_not(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _plain(value: Any) -> Any:
    """Values as the pack has them: numbers are all of one kind, and what is not known is marked."""
    if isinstance(value, Unknown) or value == UNKNOWN:
        return Leaf.UNKNOWN
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items() if part is not None}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
