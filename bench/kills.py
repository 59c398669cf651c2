"""Kill runs at random moments, and see whether plain runs after that come to the same cloud and state.

`python -m bench.kills --runs 200` goes on from seed 0; `--seed 17 --runs 1` plays one again, where the same calls come
in the same order. Each run is written down when it ends, so that what was done counts when the rest is broken off.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import toolchain
from simulator.server import Simulator, running
from tests.e2e.conftest import ESTATE, Stack

RESULTS: Final = Path(__file__).with_name("kills.json")
DOCUMENT: Final = Path(__file__).parent.parent / "docs/reliability.md"

WEB_2: Final = "i-bp1web20000000000001"
_READS: Final = ("ecs:Describe*", "vpc:Describe*", "rds:Describe*", "kvstore:Describe*", "dds:Describe*")
_WRITES: Final = (
    "vpc:CreateVpc",
    "vpc:CreateVSwitch",
    "vpc:EnableVpcClassicLink",
    "vpc:DisableVpcClassicLink",
    "vpc:DeleteVpc",
    "vpc:DeleteVSwitch",
    "ecs:CreateSecurityGroup",
    "ecs:DeleteSecurityGroup",
    "ecs:AuthorizeSecurityGroup*",
    "ecs:RevokeSecurityGroup*",
    "ecs:AttachClassicLinkVpc",
    "ecs:DetachClassicLinkVpc",
    "ecs:CreateSnapshot",
    "rds:Modify*",
    "kvstore:Modify*",
    "kvstore:SwitchNetwork",
    "dds:Modify*",
)
# How many matching calls an undisturbed run makes, about: the moment is chosen among them.
_CALLS: Final = {
    ("up", True): 26,
    ("up", False): 90,
    ("destroy", True): 14,
    ("destroy", False): 60,
    ("refresh", False): 40,
}
# What a command line has in it: who is killed, and everybody where it is None.
_VICTIMS: Final[Mapping[str, str | None]] = {
    "everything": None,
    "the engine": "pulumi ",
    "the program": "pulumi-language-python-exec",
    "the plugin alicloud": "pulumi-resource-alicloud",
    "the plugin alimigrate": "/provider",
}
_MOMENTS: Final = ("before write", "after write", "during read")
_LONGEST: Final = 300
# What another run of the same has otherwise.
_OWN_TO_A_RUN: Final = re.compile(r".*(_at|expires?.*|vrouter_id|route_table_id|ip_address|now|version|status)")


@dataclass(frozen=True)
class Kill:
    """What is killed, and when: before or after the effect of the `place`-th write, or during the `place`-th read."""

    seed: int
    phase: str
    victim: str
    moment: str
    place: int

    @classmethod
    def of(cls, seed: int) -> Kill:
        """Return the kill of a seed."""
        dice = random.Random(seed)  # noqa: S311 - a replay must throw the same
        phase = dice.choice(("up", "up", "up", "destroy", "refresh"))
        # A write that took effect unseen is what a run may leave behind.
        moment = "during read" if phase == "refresh" else dice.choices(_MOMENTS, (2, 5, 2))[0]
        victim = "everything" if dice.random() < 0.6 else dice.choice(list(_VICTIMS))
        return cls(seed, phase, victim, moment, dice.randrange(_CALLS[phase, moment != "during read"]))

    def __str__(self) -> str:
        return f"seed {self.seed}: {self.phase}, {self.victim} killed {self.moment} {self.place}"


def small(migration: dict[str, Any]) -> None:
    """Bend the prepared config: one instance with all that it needs."""
    migration["instances"] = [WEB_2]
    migration["protect"] = False
    migration.pop("later", None)


class Bench:
    """Runs kills on one stack and one cloud, each from where an undisturbed run began."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._begun = _Saved(stack)
        self._must("up")
        self._up, self._is_up = shape(stack.cloud), _Saved(stack)
        self._must("destroy")
        self._destroyed = shape(stack.cloud)

    def _must(self, command: str) -> None:
        if _plain(self._stack, command):
            raise SystemExit(f"the undisturbed {command} failed:\n{self._stack.output}")

    def run(self, kill: Kill) -> dict[str, Any]:
        """Kill once, and return what became of it."""
        began = time.monotonic()
        (self._begun if kill.phase == "up" else self._is_up).restore(self._stack)
        struck = _killed(self._stack, kill)
        try:
            problem, runs = self._after("destroy" if kill.phase == "destroy" else "up") if struck else ("", 0)
        except AssertionError:
            # Each command of a Stack is looked through for a traceback.
            problem, runs = f"a traceback: {self._stack.output[-1500:]}", 2
        return {
            **{"seed": kill.seed, "kill": str(kill), "phase": kill.phase, "victim": kill.victim},
            **{"struck": struck, "runs": runs, "problem": problem, "seconds": round(time.monotonic() - began)},
        }

    def _after(self, command: str) -> tuple[str, int]:
        stack = self._stack
        stack.pulumi("cancel", "--yes", pack=False)
        for runs in (1, 2):
            # The first one with its preview, which must not fail either.
            if not (stack.pulumi(command, "--yes", pack=False) if runs == 1 else _plain(stack, command)):
                break
        else:
            return f"the second {command} says {_last(stack)}", 2
        wanted = self._up if command == "up" else self._destroyed
        found = shape(stack.cloud)
        if found != wanted:
            return f"the cloud differs: {_difference(wanted, found)}", runs
        if command == "up" and stack.pulumi("preview", "--expect-no-changes", pack=False):
            return f"the preview after it still has changes: {_last(stack)}", runs
        return "", runs


class _Saved:
    """Cloud and state of a stack, to begin from again."""

    def __init__(self, stack: Stack) -> None:
        _, self._cloud = stack.cloud.simulation.saved()
        self._directory = Path(tempfile.mkdtemp(dir=stack.project.directory.parent))
        shutil.copytree(_state_of(stack), self._directory, dirs_exist_ok=True)

    def restore(self, stack: Stack) -> None:
        stack.cloud.simulation.reset(saved=self._cloud)
        shutil.rmtree(_state_of(stack))
        shutil.copytree(self._directory, _state_of(stack))


def _state_of(stack: Stack) -> Path:
    return stack.project.directory / "state"


def _plain(stack: Stack, command: str) -> int:
    return stack.pulumi(command, "--yes", "--skip-preview", pack=False)


def _killed(stack: Stack, kill: Kill) -> bool:
    """Run the phase and kill; return whether the moment came before the end of the run."""
    actions = list(_READS if kill.moment == "during read" else _WRITES)
    for effect in ("slow", "drop-before") if kill.moment == "before write" else ("slow",):
        stack.cloud.faults.add(actions=actions, effect=effect, seconds=_LONGEST, skip=kill.place, count=1)
    options = () if kill.phase == "refresh" else ("--skip-preview",)
    run = subprocess.Popen(
        ["pulumi", kill.phase, "--yes", *options, "--stack", "test", "--non-interactive"],
        cwd=stack.project.directory,
        env=stack.project.environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    tick = threading.Event()
    while run.poll() is None and not stack.cloud.faults.all()[0]["struck"]:
        tick.wait(0.02)
    struck = bool(stack.cloud.faults.all()[0]["struck"])
    _wait_for_the_state(stack, tick)
    if struck and (part := _VICTIMS[kill.victim]) is not None:
        for process_id in _with(run.pid, part):
            with suppress(ProcessLookupError):
                os.kill(process_id, signal.SIGKILL)
        stack.cloud.faults.clear()
        with suppress(subprocess.TimeoutExpired):
            run.wait(120)
    # Plugins have process groups of their own.
    for process_id in _with(run.pid, ""):
        with suppress(ProcessLookupError):
            os.kill(process_id, signal.SIGKILL)
    run.wait()
    stack.cloud.faults.clear()
    return struck


def _wait_for_the_state(stack: Stack, tick: threading.Event) -> None:
    """Let the engine end a write of the state in files: a kill at that moment leaves it empty, which is not ours."""
    state = _state_of(stack) / ".pulumi/stacks/classic-to-vpc/test.json"
    before = ""
    for _ in range(100):
        text = state.read_text(encoding="utf-8") if state.exists() else "none"
        if text and text == before:
            return
        before = text
        tick.wait(0.3)


def _with(session: int, part: str) -> Iterator[int]:
    """Yield the processes of a session whose command line has a part in it."""
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError):
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if part in line and os.getsid(int(entry.name)) == session:
                yield int(entry.name)


def _last(stack: Stack) -> str:
    lines = [line.strip() for line in stack.output.splitlines() if "error" in line.lower()]
    return " | ".join(lines[:3])[:500] or stack.output[-300:]


# ---- the cloud, but for ids and times ----


def shape(cloud: Simulator) -> dict[str, Any]:
    """Return the state of a cloud in which whatever was made is known by its name in place of its id."""
    state = cloud.state()
    made = {
        item["id"]: f"<{item.get('name') or item['id']}>"
        for table in ("vpcs", "vswitches", "security_groups", "snapshots")
        for item in state[table]
        if "Made by" in (item.get("description") or "")
    }
    text = json.dumps(state)
    for item_id, name in made.items():
        text = text.replace(item_id, name)
    tables: dict[str, Any] = {name: _without_own(value) for name, value in json.loads(text).items()}
    # Each VPC has one of its own, under an id of its own.
    tables.pop("route_tables", None)
    return tables


def _without_own(value: Any) -> Any:
    if isinstance(value, list):
        return sorted((_without_own(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    if not isinstance(value, dict):
        return value
    rule = "direction" in value and "port_range" in value
    return {
        key: _without_own(item)
        for key, item in value.items()
        if not _OWN_TO_A_RUN.fullmatch(key) and not (rule and key == "id")
    }


def _difference(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    texts = []
    for table in sorted(wanted.keys() | found.keys()):
        first, second = (_lines(side.get(table)) for side in (wanted, found))
        texts += [f"{table} lacks {line[:300]}" for line in (first - second)]
        texts += [f"{table} has {line[:300]}" for line in (second - first)]
    return "; ".join(texts)[:1500]


def _lines(value: Any) -> Counter[str]:
    return Counter(json.dumps(item, sort_keys=True) for item in (value if isinstance(value, list) else [value]))


# ---- what is written down ----


def _written(results: Sequence[Mapping[str, Any]]) -> None:
    known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else []
    by_seed = {item["seed"]: item for item in (*known, *results)}
    RESULTS.write_text(json.dumps([by_seed[seed] for seed in sorted(by_seed)], indent=1) + "\n", encoding="utf-8")
    document = DOCUMENT.read_text(encoding="utf-8")
    begin, end = "<!-- kills -->\n", "<!-- end of kills -->"
    head, _, rest = document.partition(begin)
    _, _, tail = rest.partition(end)
    DOCUMENT.write_text(head + begin + _table(list(by_seed.values())) + end + tail, encoding="utf-8")


def _table(results: Sequence[Mapping[str, Any]]) -> str:
    done = [item for item in results if item["struck"]]
    lines = [
        f"Seen on {time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, Python {platform.python_version()}: "
        f"{len(done)} kills.\n",
        "| killed during | kills | converged by one run | by two | not |",
        "|---|---|---|---|---|",
    ]
    for phase in ("up", "destroy", "refresh"):
        of_phase = [item for item in done if item["phase"] == phase]
        once, twice = (sum(not item["problem"] and item["runs"] == runs for item in of_phase) for runs in (1, 2))
        lines.append(f"| {phase} | {len(of_phase)} | {once} | {twice} | {sum(bool(i['problem']) for i in of_phase)} |")
    failed = [str(item["seed"]) for item in done if item["problem"]]
    if failed:
        lines.append(f"\nSeeds that did not converge: {', '.join(failed)}. `{RESULTS.name}` in bench/ says how.")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Kill, tell each result in a line, and write the figures into docs/reliability.md."""
    parser = argparse.ArgumentParser(description="Kill runs at random moments.")
    parser.add_argument("--seed", type=int, default=0, help="The first seed.")
    parser.add_argument("--runs", type=int, default=200, help="How many seeds from there on.")
    parser.add_argument("--minutes", type=float, default=600, help="Begin no further one after so many minutes.")
    chosen = parser.parse_args()
    end = time.monotonic() + 60 * chosen.minutes
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory, running(ESTATE) as cloud:
        stack = Stack.prepared(toolchain.ensure(), cloud, Path(directory))
        stack.configure(small)
        bench = Bench(stack)
        for seed in range(chosen.seed, chosen.seed + chosen.runs):
            if time.monotonic() > end:
                break
            result = bench.run(Kill.of(seed))
            said = (result["problem"] or "converged") if result["struck"] else "it ended before"
            print(f"{result['kill']}: {said} ({result['seconds']} s)", flush=True)
            _written([result])


if __name__ == "__main__":
    main()
