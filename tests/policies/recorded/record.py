"""Records what the engine asks a policy pack in previews of the sample stack: `make record`, about three minutes.

Each NAME.jsonl is one question about the whole stack, as it travels: the time that the preview took for the present,
then one resource a line, sorted by URN, unknowns as the engine's sentinels and secrets with its mark. The cloud's
address is left out, and so is what no rule is told: options, providers, and what a resource as a whole depends on.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import toolchain
from components.run import WHOLE_REGION_VARIABLE
from policies.core.plan import MIGRATION
from simulator.estate_file import load
from simulator.server import running
from tests.e2e.conftest import ESTATE, Stack
from tests.e2e.test_waves import in_two_waves, pass_time

HERE: Final = Path(__file__).parent
RECORDER: Final = HERE / "recorder"
CLOUD: Final = "SIMULATED-CLOUD"
# The beginning is that of the estate.
BEGINNING: Final = "2026-11-30T09:00:00+08:00"
SHORTLY_BEFORE, IN_FREEZE = "2026-12-10T20:00:00+08:00", "2026-12-11T09:00:00+08:00"
_KEPT: Final = ("type", "urn", "name", "parent", "properties", "propertyDependencies")


def recording(stack: Stack, now: str = BEGINNING) -> str:
    """What a pack is asked in a preview of the stack, as the text of a file; `now` is the cloud's time."""
    path = stack.project.directory / "recording.json"
    stack.project.environ["RECORDING"] = str(path)
    done = stack.project.run("preview", "--stack", "test", "--policy-pack", str(RECORDER))
    assert done.returncode == 0, done.stdout
    text = path.read_text(encoding="utf-8").replace(stack.cloud.host, CLOUD)
    resources = sorted(json.loads(text)["resources"], key=lambda resource: resource["urn"])
    for resource in resources:
        if resource["type"] == MIGRATION:
            # Digests and paths are of this machine's files, and the cloud's clock runs on.
            resource["properties"].pop("madeOf")
            resource["properties"] |= {"estateReadAt": now, "clock": {"cloudTime": now, "machineTime": now}}
        for dependencies in resource.get("propertyDependencies", {}).values():
            dependencies.get("urns", []).sort()
    lines = [{"now": now}, *({k: r[k] for k in _KEPT if k in r} for r in resources)]
    return "".join(json.dumps(line, sort_keys=True, ensure_ascii=False) + "\n" for line in lines)


def first(stack: Stack) -> str:
    """Nothing exists yet."""
    return recording(stack)


def waves(stack: Stack) -> str:
    """Nothing exists yet, and the instances move in two waves."""
    stack.configure(in_two_waves)
    return recording(stack)


def region(stack: Stack) -> str:
    """Nothing exists yet, and all is sent that `preflight reach` asks for."""
    stack.project.environ[WHOLE_REGION_VARIABLE] = "true"
    return recording(stack)


def broken(stack: Stack) -> str:
    """Nothing exists yet, and something of most kinds is missing."""

    def bend(migration: dict[str, Any]) -> None:
        migration["instances"] = [item["id"] if isinstance(item, dict) else item for item in migration["instances"]]
        migration["network"]["vswitches"] = migration["network"]["vswitches"][1:]
        migration["network"]["vswitches"][0]["cidrBlock"] = "172.16.2.0/29"
        migration["window"]["start"] = "2026-12-20T00:00:01+08:00"
        migration["evidence"]["maxAgeHours"] = 11
        for database in migration["databases"][1:]:
            database.pop("hybridAccess", None)
        for key in ("backups", "classicLink"):
            migration.pop(key)

    stack.configure(bend)
    return recording(stack)


def applied(stack: Stack) -> str:
    """Everything exists, and nothing would be changed."""
    stack.up()
    stack.up()  # What the first one made can be read now, and stands in the state.
    return recording(stack)


def freeze(stack: Stack) -> str:
    """The same in the freeze, with a round of snapshots from shortly before it."""
    stack.up()
    pass_time(stack, datetime.fromisoformat(SHORTLY_BEFORE))
    stack.configure(lambda migration: migration["backups"].update(round=2))
    stack.up()
    stack.keep_word()
    pass_time(stack, datetime.fromisoformat(IN_FREEZE))
    return recording(stack, IN_FREEZE)


RECORDINGS: Final[dict[str, Callable[[Stack], str]]] = {
    item.__name__: item for item in (first, region, waves, broken, applied, freeze)
}


@contextmanager
def _prepared(engine: toolchain.Engine) -> Iterator[Stack]:
    with tempfile.TemporaryDirectory() as directory, running(load(ESTATE)) as cloud:
        yield Stack.prepared(engine, cloud, Path(directory))


def record(*names: str) -> None:
    """Makes recordings anew, all where none is named, each with a stack and a cloud of its own."""
    engine = toolchain.ensure()
    for name in names or RECORDINGS:
        with _prepared(engine) as stack:
            (HERE / f"{name}.jsonl").write_text(RECORDINGS[name](stack), encoding="utf-8")


if __name__ == "__main__":
    record(*sys.argv[1:])
