"""The story that `make demo` shows: the real CLI on a simulated cloud, each step checked.

1. A stack that names only the window and the instances fails its preview.

2. The prepared stack passes, is deployed, and a second `up` changes nothing.

3. A change behind Pulumi's back shows in the next preview with refresh, and `up` repairs it.

4. `destroy` leaves the estate as it was found, except for what is retained.

5. All traffic stayed on this machine.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.drift import take_away
from demo.errors import StepError
from demo.project import CONFIG_KEY, Project
from demo.retained import without_retained
from demo.screen import Output, Screen, unmet
from demo.watch import Watch
from policies.results import findings
from simulator.server import Simulator

_PACK = ("--policy-pack", "policies")
_MOST_RULES = 10
_MOST_LINES = 3


@dataclass(frozen=True)
class Stage:
    """The setting of the story: the screen, the project on the simulated cloud, and the watch over requests."""

    screen: Screen
    project: Project
    cloud: Simulator
    watch: Watch


def play(stage: Stage, prepared: Mapping[str, Any], seen_from: Path) -> None:
    """Run the whole story of a stack whose files are relative to `seen_from`.

    Raises StepError at the first step without its expected result.
    """
    screen, project, cloud = stage.screen, stage.project, stage.cloud
    as_found = cloud.state()
    project.new_stack("unprepared", {**prepared, CONFIG_KEY: unprepared(prepared[CONFIG_KEY])})
    project.new_stack("dev", prepared, seen_from)
    _refused(screen, project)
    _prepared(screen, project)
    _drift(screen, project, cloud)
    _destroyed(screen, project, cloud, as_found)
    _nothing_left(screen, cloud, stage.watch)


def unprepared(migration: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stack of a team that has not begun: only windows and instances."""
    remaining = {key: migration[key] for key in ("window", "selector", "name", "after") if key in migration}
    if "waves" in migration:
        remaining["waves"] = [unprepared(wave) for wave in migration["waves"]]
        remaining.pop("after", None)
    if "instances" in migration:
        later = migration.get("later", ())
        remaining["instances"] = [
            *(item if isinstance(item, str) else item["id"] for item in migration["instances"]),
            *later,
        ]
    elif "later" in migration:
        remaining["later"] = migration["later"]
    return remaining


def _refused(screen: Screen, project: Project) -> None:
    screen.chapter(1, "A stack that names only the window and the instances is refused")
    preview = screen.pulumi(project, "preview", "--stack", "unprepared", *_PACK)
    screen.expect(preview.code != 0, "the preview failed", preview)
    result = _result(project, preview)
    stopping = [item for item in findings(result) if item["outcome"] in ("FAIL", "UNKNOWN") and item["blocking"]]
    screen.expect(any(item["outcome"] == "FAIL" for item in stopping), count_of_findings(stopping), preview)
    screen.excerpt(preview.first_finding)
    screen.excerpt(_rules(stopping))


def count_of_findings(stopping: Iterable[Mapping[str, Any]]) -> str:
    """Return how many results stop a preview: what is missing and what is unknown, each with its number."""
    counted = Counter(item["outcome"] for item in stopping)
    failed, unknown = counted["FAIL"], counted["UNKNOWN"]
    more = f", and {unknown} that it cannot tell (UNKNOWN)" if unknown else ""
    return f"the policy pack found {failed} {'thing' if failed == 1 else 'things'} missing{more}"


def standing(judgement: Mapping[str, Any]) -> str:
    """Return a judgement of the stack in words, and why a simulated cloud never gives more than a what-if."""
    would_be = judgement.get("hypothetical")
    if would_be is None:
        return f"The stack is {judgement['readiness']}."
    return f"The stack is {would_be}, were this a real account (a simulated cloud passes no gate)."


def _rules(stopping: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return a line for each rule that does not let the preview pass, those with most subjects first."""
    counted = Counter(item["rule"] for item in stopping)
    lines = [f"❌ {rule}: {count} {'time' if count == 1 else 'times'}" for rule, count in counted.most_common()]
    more = [f"and {len(lines) - _MOST_RULES} more rules"] if len(lines) > _MOST_RULES else []
    return lines[:_MOST_RULES] + more


def _prepared(screen: Screen, project: Project) -> None:
    screen.chapter(2, "The prepared stack passes, goes up, and stays as it is")
    preview = screen.pulumi(project, "preview", "--stack", "dev", *_PACK)
    screen.expect(preview.code == 0, "the preview passed", preview)
    screen.say(f"  {standing(_result(project, preview)['judgement'])}")
    up = screen.pulumi(project, "up", "--yes", "--stack", "dev", *_PACK)
    screen.expect(up.code == 0, "everything was created", up)
    again = screen.pulumi(project, "up", "--yes", "--stack", "dev", "--expect-no-changes", *_PACK)
    screen.expect(again.code == 0, "a second up changed nothing", again)


def _drift(screen: Screen, project: Project, cloud: Simulator) -> None:
    screen.chapter(3, "Somebody takes something away behind Pulumi's back")
    removed = take_away(project)
    for description in removed.values():
        screen.say(f"taken away, by an API call: {description}", "yellow")
    preview = screen.pulumi(project, "preview", "--stack", "dev", "--refresh", "--expect-no-changes", "--diff", *_PACK)
    screen.expect(preview.code != 0, "the next preview with refresh failed: something is not as declared", preview)
    for name, description in removed.items():
        named = [" ".join(line.split()) for line in preview.text.splitlines() if name in line]
        screen.expect(bool(named), f"it names what is gone: {description}", preview)
        screen.excerpt(named[:_MOST_LINES])
    up = screen.pulumi(project, "up", "--yes", "--stack", "dev", "--refresh", *_PACK)
    screen.expect(up.code == 0, "an up puts it back", up)


def _destroyed(screen: Screen, project: Project, cloud: Simulator, initial: Mapping[str, Any]) -> None:
    screen.chapter(4, "Destroy leaves the estate as it was found")
    destroy = screen.pulumi(project, "destroy", "--yes", "--stack", "dev")
    screen.expect(destroy.code == 0, "what the stack made is gone", destroy)
    after, retained = without_retained(cloud.state(), initial)
    for kind in retained:
        screen.say(f"  retained: {kind}")
        for item in kind.items:
            screen.note(f"    retained: {item}")
    count = sum(len(kind.items) for kind in retained)
    screen.expect(after == dict(initial), f"but for the {count} things retained, the estate is as it was found")


def _nothing_left(screen: Screen, cloud: Simulator, watch: Watch) -> None:
    screen.chapter(5, "All of it stayed on this machine")
    requests = cloud.requests()
    name = cloud.simulation.cloud.estate.users[0].name
    other_callers = sorted({entry["caller"] or "nobody" for entry in requests} - {name})
    screen.expect(not other_callers, f"all {len(requests)} requests to the simulated cloud are signed with its own key")
    calls = "".join(f"\n    {line}" for line in dict.fromkeys(watch.seen))
    if calls:
        raise StepError(f"expected: nothing was asked of any other host\n  A proxy on loopback saw:{calls}")
    screen.expect(True, "nothing was asked of any other host")


def _result(project: Project, output: Output) -> dict[str, Any]:
    """Return the pack's result of the run with this `output`. Raises StepError where there is none."""
    try:
        result: dict[str, Any] = json.loads(project.result_file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise StepError(unmet("the policy pack judged the stack and wrote its result", output)) from None
    return result
