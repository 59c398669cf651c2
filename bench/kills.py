"""Kill runs at each write and at random moments, and see whether plain runs after that come to the same end.

`python -m bench.kills` goes on where the last one ended; `--seed 17 --runs 1` plays one again. Each run is written down
when it ends, so that what was done counts when the rest is broken off.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import resource
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from bench.small import (
    Saved,
    called,
    cleaning_up,
    cleaning_up_without_binding,
    configure,
    difference,
    errors_of,
    is_write,
    move,
    plain,
    shape,
    small_stack,
    state_file,
    without_hybrid_access,
)
from tests.e2e.conftest import Bend, Stack
from tests.e2e.test_others_at_work import call_of

RESULTS: Final = Path(__file__).with_name("kills.json")
DOCUMENT: Final = Path(__file__).parent.parent / "docs/reliability.md"

#: All that an undisturbed `up` of the sample writes (tests/e2e/test_killed.py asserts it). An `up` of the estate here
#: writes it too, and takes a snapshot group.
SAMPLE_WRITES: Final = (
    "vpc:CreateVpc",
    "vpc:CreateVSwitch",
    "vpc:EnableVpcClassicLink",
    "ecs:CreateSecurityGroup",
    "ecs:ModifySecurityGroupPolicy",
    "ecs:AuthorizeSecurityGroup",
    "ecs:AuthorizeSecurityGroupEgress",
    "ecs:AttachClassicLinkVpc",
    "ecs:CreateSnapshot",
    "rds:ModifyDBInstanceNetworkType",
    "rds:ModifySecurityIps",
    "kvstore:SwitchNetwork",
    "kvstore:ModifySecurityIps",
    "dds:ModifyDBInstanceNetworkType",
    "dds:ModifySecurityIps",
)
_WHITELISTS_TWICE: Final = (
    "rds:ModifySecurityIps",
    "kvstore:ModifySecurityIps",
    "dds:ModifySecurityIps",
    "rds:ModifySecurityIps 2",
    "kvstore:ModifySecurityIps 2",
    "dds:ModifySecurityIps 2",
)
# Each write at which a run is killed; a number tells the second call of an action from the first.
_WRITES: Final[Mapping[str, tuple[str, ...]]] = {
    "up": (*SAMPLE_WRITES, "ecs:AuthorizeSecurityGroup 2", "ecs:CreateSnapshotGroup"),
    "destroy": (
        "vpc:DisableVpcClassicLink",
        "ecs:DetachClassicLinkVpc",
        "ecs:RevokeSecurityGroup",
        "ecs:RevokeSecurityGroup 2",
        "ecs:RevokeSecurityGroupEgress",
        "ecs:DeleteSecurityGroup",
        # Each group is emptied in two calls. The network stays: databases have addresses in it.
        *_WHITELISTS_TWICE,
    ),
    # Of a stack whose databases get no address in its network, which therefore goes too.
    "removal": ("vpc:DeleteVSwitch", "vpc:DeleteVpc"),
    # Of an `up` after the move, which removes two old addresses, each by a call of its own.
    "cleanup": _WHITELISTS_TWICE,
    # The others of that `up`.
    "addresses": (
        "slb:RemoveAccessControlListEntry",
        "ecs:ConvertNatPublicIpToEip",
        "ecs:CreateNetworkInterface",
        "vpc:UnassociateEipAddress",
        "vpc:AssociateEipAddress",
        "ecs:AttachNetworkInterface",
    ),
    # Of an `up` that gives the server its address back in the usual mode.
    "unbinding": (
        "ecs:DetachNetworkInterface",
        "vpc:UnassociateEipAddress",
        "vpc:AssociateEipAddress",
        "ecs:DeleteNetworkInterface",
    ),
}
# The phase of a seed from here on; those below are the kills that they were before there were such phases.
_LATER_SEEDS: Final[Mapping[str, int]] = {"removal": 1000, "cleanup": 2000, "addresses": 3000, "unbinding": 4000}
# How many of each a run of the default seeds ends with.
_LATER: Final = 12
_COMMANDS: Final[Mapping[str, str]] = {"removal": "destroy", "cleanup": "up", "addresses": "up", "unbinding": "up"}
# Phases of which one run is, each with some of its writes.
_MADE_WITH: Final[Mapping[str, tuple[str, ...]]] = {
    "removal": ("destroy",),
    "cleanup": ("addresses",),
    "addresses": ("cleanup",),
}
_AFTER_THE_MOVE: Final = ("cleanup", "addresses", "unbinding")
# How the config of a later phase differs.
_BENDS: Final[Mapping[str | None, Bend]] = {
    "removal": without_hybrid_access,
    **dict.fromkeys(_AFTER_THE_MOVE, cleaning_up),
}
_HYBRID_ACCESS: Final = ("rds:ModifyDBInstanceNetworkType", "kvstore:SwitchNetwork", "dds:ModifyDBInstanceNetworkType")
_READS: Final = ("ecs:Describe*", "vpc:Describe*", "rds:Describe*", "kvstore:Describe*", "dds:Describe*")
# How many of them an undisturbed run makes, about: a random moment is one of them.
_READS_OF: Final = {"up": 100, "destroy": 50, "refresh": 35}
# What a command line has in it: who is killed, and everybody where it is None.
_VICTIMS: Final[Mapping[str, str | None]] = {
    "everything": None,
    "the engine": "pulumi ",
    "the program": "pulumi-language-python-exec",
    "the plugin alicloud": "pulumi-resource-alicloud",
    "the plugin alimigrate": "/provider",
}
_LONGEST: Final = 300
#: The two commands that a run prints for a whitelist group which it may have left: then the next one makes it.
_MENDS: Final = re.compile(
    r"the next update then makes it as the stack's own: (aliyun \S+ .+?) && (aliyun \S+ \w+(?: --\S+ \S+)+)"
)


@dataclass(frozen=True)
class Kill:
    """What is killed, and when: `before` or `after` the effect of a write, or `during` the so-many-th read."""

    seed: int
    phase: str
    victim: str
    moment: str
    action: str
    place: int = 0
    previewed: bool = False

    @classmethod
    def of(cls, seed: int) -> Kill:
        """Return the kill of a seed: each write comes by turns, and now and then a random moment."""
        dice = random.Random(seed)  # noqa: S311 - a replay must throw the same
        victim = "everything" if dice.random() < 0.5 else dice.choice(list(_VICTIMS))
        previewed = dice.random() < 0.25
        turn, kind = divmod(seed, 6)
        if (later := _later_phase(seed)) is not None:
            rounds, place = divmod(seed - _LATER_SEEDS[later], len(_WRITES[later]))
            action, _, number = _WRITES[later][place].partition(" ")
            return cls(seed, later, victim, ("after", "before")[rounds % 2], action, int(number or 1) - 1)
        if kind == 5:
            phase = dice.choice(tuple(_READS_OF))
            return cls(seed, phase, victim, "during", "read", dice.randrange(_READS_OF[phase]), previewed)
        # Three writes of an `up` come to two of a destroy.
        phase, index = ("up", turn * 3 + kind) if kind < 3 else ("destroy", turn * 2 + kind - 3)
        writes = _WRITES[phase]
        rounds, place = divmod(index, len(writes))
        action, _, number = writes[place].partition(" ")
        # A write that took effect unseen is what a run may leave behind: such kills come first, and twice as often.
        moment = ("after", "before", "after")[rounds % 3]
        return cls(seed, phase, victim, moment, action, int(number or 1) - 1, previewed)

    def __str__(self) -> str:
        call = f"read {self.place + 1}" if self.moment == "during" else self.action + " 2" * self.place
        return f"seed {self.seed}: {self.phase}, {self.victim} killed {self.moment} {call}"


def _later_phase(seed: int) -> str | None:
    """Return the phase of a seed that is not among the first ones."""
    begun = [phase for phase, first in _LATER_SEEDS.items() if seed >= first]
    return begun[-1] if begun else None


class Bench:
    """Runs kills on one stack and one cloud, each from where an undisturbed run began.

    `later` is the later phase that is killed there, None for the others.
    """

    def __init__(self, stack: Stack, later: str | None) -> None:
        self._stack = stack
        self._later = later
        self._begins = {"up": Saved(stack)}
        self._shapes: dict[str, Any] = {}
        self._undisturbed("up")
        if stack.pulumi("preview", "--expect-no-changes", pack=False):
            raise SystemExit(f"the undisturbed up leaves changes:\n{stack.output}")
        if later in _AFTER_THE_MOVE:
            move(stack)
        if later == "unbinding":
            self._undisturbed("addresses")
            configure(stack, cleaning_up_without_binding)
        last = later or "destroy"
        self._begins |= dict.fromkeys((last, "refresh"), Saved(stack))
        self._undisturbed(last)

    def _undisturbed(self, phase: str) -> None:
        """Run a phase, and stop unless it makes exactly the writes at which it may be killed."""
        command, since = _COMMANDS.get(phase, phase), len(self._stack.cloud.requests())
        if plain(self._stack, command):
            raise SystemExit(f"the undisturbed {phase} failed:\n{self._stack.output}")
        written = Counter(action for action in called(self._stack.cloud, since) if is_write(action))
        of_phases = [phase, *_MADE_WITH.get(phase, ())]
        writes = [item.partition(" ")[0] for of_phase in of_phases for item in _WRITES[of_phase]]
        if self._later == "removal":
            writes = [item for item in writes if item not in _HYBRID_ACCESS]
        listed = Counter(writes)
        if written != listed:
            raise SystemExit(f"{phase} makes other writes than listed: {written - listed} {listed - written}")
        self._shapes[phase] = shape(self._stack)

    def run(self, kill: Kill) -> dict[str, Any]:
        """Kill once, and return what became of it."""
        began, worked = time.monotonic(), _cpu_seconds()
        self._begins[kill.phase].restore(self._stack)
        struck = _killed(self._stack, kill)
        try:
            problem, runs, pasted = self._after(kill) if struck else ("", 0, False)
        except AssertionError:
            # Each command of a Stack is looked through for a traceback.
            problem, runs, pasted = f"a traceback: {self._stack.output[-1500:]}", 2, False
        return {
            **{"seed": kill.seed, "kill": str(kill), "phase": kill.phase, "victim": kill.victim},
            **{"moment": kill.moment, "struck": struck, "runs": runs, "pasted": pasted, "problem": problem},
            **{"seconds": round(time.monotonic() - began), "cpu": round(_cpu_seconds() - worked)},
        }

    def _after(self, kill: Kill) -> tuple[str, int, bool]:
        """Run the same command again, at most twice; what is wrong, the runs, and whether what one printed was made."""
        stack, pasted = self._stack, False
        command = "up" if kill.phase == "refresh" else _COMMANDS.get(kill.phase, kill.phase)
        stack.pulumi("cancel", "--yes", pack=False)
        for runs in (1, 2):
            # A preview is part of some, which must not fail either.
            first_previewed = kill.previewed and runs == 1
            if not (stack.pulumi(command, "--yes", pack=False) if first_previewed else plain(stack, command)):
                break
            if runs == 1 and (printed := _MENDS.search(" ".join(stack.output.split()))):
                pasted = True
                for line in printed.groups():
                    call_of(stack.cloud, line)
        else:
            return f"the second {command} says {errors_of(stack)}", 2, pasted
        expected, found = self._shapes["up" if kill.phase == "refresh" else kill.phase], shape(stack)
        if found != expected:
            return f"cloud or state differs: {difference(expected, found)}", runs, pasted
        if kill.previewed and command == "up" and stack.pulumi("preview", "--expect-no-changes", pack=False):
            return f"the preview after it still has changes: {errors_of(stack)}", runs, pasted
        return "", runs, pasted


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _killed(stack: Stack, kill: Kill) -> bool:
    """Run the phase and kill; return whether the moment came before the end of the run."""
    actions = list(_READS) if kill.moment == "during" else [kill.action]
    for effect in ("slow", "drop-before") if kill.moment == "before" else ("slow",):
        stack.cloud.faults.add(actions=actions, effect=effect, seconds=_LONGEST, skip=kill.place, count=1)
    command = _COMMANDS.get(kill.phase, kill.phase)
    options = () if command == "refresh" else ("--skip-preview",)
    run = subprocess.Popen(
        ["pulumi", command, "--yes", *options, "--stack", "test", "--non-interactive"],
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
    if struck:
        _wait_for_the_state(stack, tick)
    if struck and (part := _VICTIMS[kill.victim]) is not None:
        for process_id in processes_with(run.pid, part):
            with suppress(ProcessLookupError):
                os.kill(process_id, signal.SIGKILL)
        stack.cloud.faults.clear()
        with suppress(subprocess.TimeoutExpired):
            run.wait(120)
    # Plugins have process groups of their own.
    for process_id in processes_with(run.pid, ""):
        with suppress(ProcessLookupError):
            os.kill(process_id, signal.SIGKILL)
    run.wait()
    stack.cloud.faults.clear()
    return struck


def _wait_for_the_state(stack: Stack, tick: threading.Event) -> None:
    """Let the engine end a write of the state in files: a kill at that moment leaves it empty, which is not ours."""
    state = state_file(stack)
    before = ""
    for _ in range(100):
        text = state.read_text(encoding="utf-8") if state.exists() else "none"
        if text and text == before:
            return
        before = text
        tick.wait(0.3)


def processes_with(session: int, part: str) -> Iterator[int]:
    """Yield the processes of a session whose command line has a part in it."""
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError):
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if part in line and os.getsid(int(entry.name)) == session:
                yield int(entry.name)


# ---- what is written down ----


def _known() -> dict[int, Mapping[str, Any]]:
    """Return the runs so far by their seeds, without those whose seed is another kill by now."""
    items = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else []
    return {item["seed"]: item for item in items if item["kill"] == str(Kill.of(item["seed"]))}


def _write_down(result: Mapping[str, Any]) -> None:
    by_seed = {**_known(), result["seed"]: result}
    lines = ",\n".join(json.dumps(by_seed[seed]) for seed in sorted(by_seed))
    RESULTS.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
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
        "| killed during | moment | kills | converged by one run | by two | by two, and what the first prints | not |",
        "|---|---|---|---|---|---|---|",
    ]
    for phase in ("up", "destroy", *_LATER_SEEDS, "refresh"):
        for moment, words in _MOMENTS.items():
            of_both = [item for item in done if item["phase"] == phase and item["moment"] == moment]
            if not of_both:
                continue
            ends = Counter(_end(item) for item in of_both)
            counted = " | ".join(str(ends[end]) for end in _ENDS)
            lines.append(f"| {_PHASES.get(phase, phase)} | {words} | {len(of_both)} | {counted} |")
    victims = Counter(item["victim"] for item in done)
    lines.append("\nKilled: " + ", ".join(f"{name} {victims[name]}" for name in _VICTIMS) + ".")
    if failed_seeds := [str(item["seed"]) for item in done if item["problem"]]:
        lines.append(f"\nSeeds that did not converge: {', '.join(failed_seeds)}. `bench/{RESULTS.name}` says how.")
    return "\n".join(lines) + "\n"


_PHASES: Final = {
    "removal": "destroy of the network too",
    "cleanup": "up after the move: whitelists",
    "addresses": "up after the move: access control lists, EIPs",
    "unbinding": "up after the move: an EIP back to its server",
}
_ENDS: Final = ("once", "twice", "pasted", "not")


def _end(result: Mapping[str, Any]) -> str:
    """Return how a kill ended, one of `_ENDS`."""
    if result["problem"]:
        return "not"
    return "pasted" if result.get("pasted") else _ENDS[result["runs"] - 1]


_MOMENTS: Final = {"after": "a write had its effect", "before": "before a write", "during": "a read"}


def main() -> None:
    """Kill, tell each result in a line, and write the figures into docs/reliability.md."""
    parser = argparse.ArgumentParser(description="Kill runs at each write and at random moments.")
    parser.add_argument("--seed", type=int, help="The first seed. Absent: those that have not converged.")
    parser.add_argument("--runs", type=int, default=200, help="How many seeds.")
    parser.add_argument("--minutes", type=float, default=600, help="Begin no further one after so many minutes.")
    chosen = parser.parse_args()
    end = time.monotonic() + 60 * chosen.minutes
    first, known = chosen.seed or 0, _known() if chosen.seed is None else {}
    seeds = [seed for seed in range(first, first + chosen.runs) if seed not in known or known[seed]["problem"]]
    if chosen.seed is None:
        later = [seed for first in _LATER_SEEDS.values() for seed in range(first, first + _LATER)]
        seeds += [seed for seed in later if seed not in known or known[seed]["problem"]]
    for phase, of_it in groupby(seeds, _later_phase):
        _run(list(of_it), end, phase)


def _run(seeds: Sequence[int], end: float, later: str | None) -> None:
    """Run the kills of one stack, until the time is over."""
    with small_stack(_BENDS.get(later)) as stack:
        bench = Bench(stack, later)
        for seed in seeds:
            if time.monotonic() > end:
                break
            result = bench.run(Kill.of(seed))
            outcome = (result["problem"] or "converged") if result["struck"] else "it ended before"
            print(f"{result['kill']}: {outcome} ({result['seconds']} s, CPU {result['cpu']} s)", flush=True)
            _write_down(result)


if __name__ == "__main__":
    main()
