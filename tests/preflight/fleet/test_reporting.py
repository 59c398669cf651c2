"""`preflight fleet report`: a fleet is as ready as the worst of its stacks, and what is missing is never green."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.text import Text
from typer.testing import CliRunner

from policies.core.plan import MIGRATING_INSTANCE, MIGRATION
from policies.verdict import Criteria
from preflight.cli import app
from preflight.exits import Stop
from preflight.fleet import reporting
from preflight.fleet.document import FleetDocument
from preflight.fleet.rollup import Rollup, StackVerdict, roll_up, summary
from preflight.fleet.showing import markdown, screen
from preflight.screen import show
from tests.policies.prepared import BEFORE_FREEZE, IN_FREEZE, UNKNOWN, Draft, prepared
from tests.policies.test_verdict import COMMIT, RUN, by_file, digest, result, without_clock

ACCOUNT = "1234567890"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n")
    (tmp_path / "evidence.json").write_text("{}\n")
    return tmp_path


def fleet_of(*names: str, account: str = ACCOUNT, **changes: Any) -> FleetDocument:
    """A fleet in which each stack moves the two instances of the prepared one, by names of its own."""
    return FleetDocument.model_validate_json(
        json.dumps(
            {
                "schemaVersion": 1,
                "accountId": account,
                "regionId": "cn-hangzhou",
                "readAt": "2026-12-11T02:00:00Z",
                "size": 1000,
                "stacks": [
                    {"name": name, "moving": changes.get(name, [f"i-web-{name}"]), "later": []} for name in names
                ],
                "staying": [],
                "cuts": [],
            }
        )
    )


def unready() -> Draft:
    draft = prepared()
    del draft.facts(MIGRATION)["snapshots"]["d-web"]
    return draft


def undecided() -> Draft:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["eniQuantity"] = UNKNOWN
    return draft


def of_stack(project: Path, name: str, draft: Draft | None = None, **changes: Any) -> dict[str, Any]:
    """The result of the prepared stack, as one of this name with instances of its own."""
    text = json.dumps(result(project, draft)).replace("i-web", f"i-web-{name}").replace("i-app", f"i-app-{name}")
    content: dict[str, Any] = json.loads(text)
    return content | {"stack": name} | changes


def keep(project: Path, name: str, content: dict[str, Any]) -> Path:
    path = project / "results" / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def rolled(
    project: Path,
    fleet: FleetDocument,
    paths: Sequence[Path],
    at: datetime = IN_FREEZE,
    after: timedelta = timedelta(minutes=1),
) -> Rollup:
    return roll_up(fleet, paths, Criteria(RUN, None, project, account=fleet.account_id), at + after)


def verdicts(rollup: Rollup) -> dict[str, str]:
    return {stack.name: stack.readiness for stack in rollup.stacks}


def test_a_fleet_whose_stacks_are_ready_is_ready(project: Path) -> None:
    paths = [keep(project, name, of_stack(project, name)) for name in ("a", "b")]
    rollup = rolled(project, fleet_of("a", "b"), paths)
    assert (rollup.readiness, verdicts(rollup), rollup.problems) == ("READY", {"a": "READY", "b": "READY"}, ())
    assert rollup.exit_code(strict=True) == 0


def test_the_worst_stack_comes_first_and_decides(project: Path) -> None:
    paths = [
        keep(project, "a", of_stack(project, "a")),
        keep(project, "b", of_stack(project, "b", unready())),
        keep(project, "c", of_stack(project, "c", undecided())),
    ]
    rollup = rolled(project, fleet_of("a", "b", "c"), paths)
    assert list(verdicts(rollup).values()) == ["NOT READY", "UNKNOWN", "READY"]
    assert (rollup.readiness, rollup.exit_code(strict=False)) == ("NOT READY", 20)
    assert dict(rollup.counts) == {"NOT READY": 1, "UNKNOWN": 1, "READY": 1}
    assert [(fix.severity, fix.stacks, fix.findings) for fix in rollup.fixes] == [("critical", 1, 1), ("high", 1, 1)]


def test_of_equal_stacks_the_one_with_the_next_window_comes_first(project: Path) -> None:
    """One that has moved has no window any more."""
    moved = of_stack(project, "a")
    for wave in moved["waves"]:
        wave["moved"] = True
    paths = [keep(project, "a", moved), keep(project, "b", of_stack(project, "b"))]
    rollup = rolled(project, fleet_of("a", "b"), paths)
    assert [(stack.name, stack.start is None) for stack in rollup.stacks] == [("b", False), ("a", True)]


def test_a_fleet_with_conditions_passes_unless_asked_strictly(project: Path) -> None:
    paths = [keep(project, "a", of_stack(project, "a", prepared(exists=False)))]
    rollup = rolled(project, fleet_of("a"), paths, at=BEFORE_FREEZE)
    assert rollup.readiness == "READY WITH CONDITIONS"
    assert (rollup.exit_code(strict=False), rollup.exit_code(strict=True)) == (0, 10)


def _missing(project: Path) -> list[Path]:
    (project / "results/b.json").unlink()
    return [project / "results/a.json"]


def _named_and_missing(project: Path) -> list[Path]:
    (project / "results/b.json").unlink()
    return [project / "results/a.json", project / "results/b.json"]


def _cut_short(project: Path) -> list[Path]:
    path = project / "results/b.json"
    path.write_bytes(path.read_bytes()[:-100])
    return [project / "results/a.json", path]


def _of_another_run(project: Path) -> list[Path]:
    content = of_stack(project, "b")
    content["run"]["id"] = "build-6"
    return [project / "results/a.json", keep(project, "b", content)]


def _of_another_account(project: Path) -> list[Path]:
    content = of_stack(project, "b")
    content["run"]["accountId"] = "999"
    return [project / "results/a.json", keep(project, "b", content)]


def _of_another_region(project: Path) -> list[Path]:
    content = of_stack(project, "b")
    content["run"]["regionId"] = "cn-beijing"
    return [project / "results/a.json", keep(project, "b", content)]


def _of_the_other_stack(project: Path) -> list[Path]:
    return [project / "results/a.json", keep(project, "b", of_stack(project, "a"))]


def _twice(project: Path) -> list[Path]:
    return [*(project / f"results/{name}.json" for name in ("a", "b")), keep(project, "x", of_stack(project, "b"))]


def _contradicting(project: Path) -> list[Path]:
    content = of_stack(project, "b", unready())
    content["judgement"]["readiness"] = "READY"
    for wave in content["waves"]:
        wave["judgement"]["readiness"] = "READY"
    return [project / "results/a.json", keep(project, "b", content)]


def _of_no_stack(project: Path) -> list[Path]:
    return [*(project / f"results/{name}.json" for name in ("a", "b")), keep(project, "x", of_stack(project, "x"))]


def _something_else(project: Path) -> list[Path]:
    return [*(project / f"results/{name}.json" for name in ("a", "b")), keep(project, "x", {})]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_missing, "b: there is no result of it"),
        (_named_and_missing, "b.json: it cannot be read"),
        (_cut_short, "b.json: it is not valid JSON, or not complete"),
        (_of_another_run, "b.json: its run is build-6, expected build-7"),
        (_of_another_account, "b.json: its account is 999, expected 1234567890"),
        (_of_another_region, "b.json: its region is cn-beijing, expected cn-hangzhou"),
        (_of_the_other_stack, "b: there is no result of it"),
        (_twice, "b: it has 2 results, and nobody can tell which counts"),
        (_contradicting, "b.json: its judgement contradicts its results"),
        (_of_no_stack, "x.json: its stack x is not in the fleet"),
        (_something_else, "x.json: it is no result of the policy pack"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_result_that_is_missing_or_counts_for_nothing_is_not_judged(
    project: Path, change: Callable[[Path], list[Path]], message: str
) -> None:
    for name in ("a", "b"):
        keep(project, name, of_stack(project, name))
    rollup = rolled(project, fleet_of("a", "b"), change(project))
    assert (rollup.readiness, rollup.exit_code(strict=False)) == ("NOT JUDGED", 40)
    assert message in "\n".join(str(line) for line in screen(rollup, 400))
    assert message in "\n".join(
        [*rollup.problems, *(f"{s.name}: {text}" for s in rollup.stacks for text in s.problems)]
    )


MALFORMED: dict[str, Callable[[dict[str, Any]], object]] = {
    "no share": lambda it: it["judgement"].update(confidence="much"),
    "a share that is no number": lambda it: it["judgement"].update(confidence=float("nan")),
    "a window without an offset": lambda it: it["waves"][0]["window"].update(start="2026-12-12T02:00:00"),
    "a reading at no time": lambda it: it["run"].update(estateReadAt="today"),
    "an instance without an id": lambda it: it["instances"][0]["subject"].pop("id"),
    "an id that is no text": lambda it: it["instances"][0]["subject"].update(id=7),
    "a name that is no text": lambda it: it.update(stack=["b"]),
    "no region": lambda it: it["run"].pop("regionId"),
    "a fix that is none": lambda it: [item.update(fixes=["pulumi up"]) for item in it["results"] if item["blocking"]],
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_result_that_lacks_what_the_report_shows_is_not_judged(directory: Path, case: str) -> None:
    """Nothing else of it may be wrong, and it ended in a traceback."""
    content = of_stack(directory, "b", unready())
    MALFORMED[case](content)
    keep(directory, "b", content)
    code, out, _ = run("results", "--run", RUN, "--output", "reports", "--format", "json")
    assert code == 40
    assert "b: results/b.json: it lacks what a result of its schema version must have" in " ".join(out.split())
    assert json.loads((directory / "reports/fleet.json").read_text(encoding="utf-8"))["readiness"] == "NOT JUDGED"


def test_a_result_that_is_too_old_is_not_judged(project: Path) -> None:
    paths = [keep(project, name, of_stack(project, name)) for name in ("a", "b")]
    assert rolled(project, fleet_of("a", "b"), paths).code == 0
    rollup = rolled(project, fleet_of("a", "b"), paths, after=timedelta(minutes=61))
    assert set(verdicts(rollup).values()) == {"NOT JUDGED"}
    assert "more than 60 minutes ago" in rollup.stacks[0].problems[0]


@pytest.mark.parametrize(("other", "outdated", "newest"), [("2026-11-20", "b", "a"), ("2026-11-28", "a", "b")])
def test_stacks_that_were_judged_by_two_readings_are_not_judged_together(
    project: Path, other: str, outdated: str, newest: str
) -> None:
    """The reading of a is of 2026-11-27."""
    contents = [
        json.loads(json.dumps(without_clock(result(project, by_file(project)))).replace("i-web", f"i-web-{name}"))
        | {"stack": name}
        for name in ("a", "b")
    ]
    paths = [keep(project, content["stack"], content) for content in contents]
    assert verdicts(rolled(project, fleet_of("a", "b"), paths)) == {"a": "UNKNOWN", "b": "UNKNOWN"}
    live = keep(project, "a", of_stack(project, "a"))
    assert verdicts(rolled(project, fleet_of("a", "b"), [live, paths[1]])) == {"b": "UNKNOWN", "a": "READY"}
    (project / "other.json").write_text("{} ", encoding="utf-8")
    contents[1] = json.loads(json.dumps(contents[1]).replace("estate.json", "other.json"))
    contents[1]["run"] |= {"estateReadAt": f"{other}T10:00:00+08:00"}
    contents[1]["run"]["estateFile"]["sha256"] = digest(project / "other.json")
    paths = [keep(project, content["stack"], content) for content in contents]
    rollup = rolled(project, fleet_of("a", "b"), paths)
    assert verdicts(rollup) == {outdated: "NOT JUDGED", newest: "UNKNOWN"}
    assert "others by a newer one" in rollup.stacks[0].problems[0]


def test_an_instance_that_no_stack_moves_any_more_is_found(project: Path) -> None:
    """Its own stack dropped it, and all others have it under later: no stack by itself can see that."""
    paths = [keep(project, name, of_stack(project, name)) for name in ("a", "b")]
    rollup = rolled(project, fleet_of("a", "b", b=["i-web-b", "i-lost"]), paths)
    assert (rollup.readiness, verdicts(rollup)) == ("NOT READY", {"a": "READY", "b": "READY"})
    assert rollup.problems == ("b no longer moves 1 instance of the plan, and no other stack does: i-lost",)


def test_a_stack_without_a_result_is_not_said_to_have_dropped_its_instances(project: Path) -> None:
    rollup = rolled(project, fleet_of("a", "b"), [keep(project, "a", of_stack(project, "a"))])
    assert (verdicts(rollup), rollup.problems) == ({"b": "NOT JUDGED", "a": "READY"}, ())


def test_an_instance_may_have_gone_to_another_stack_and_not_to_two(project: Path) -> None:
    paths = [keep(project, name, of_stack(project, name)) for name in ("a", "b")]
    assert rolled(project, fleet_of("a", "b", a=["i-web-a", "i-web-b"], b=["i-web-b"]), paths).code == 0
    both = json.loads(json.dumps(of_stack(project, "b")).replace("i-web-b", "i-web-a"))
    rollup = rolled(project, fleet_of("a", "b", b=[]), [paths[0], keep(project, "b", both)])
    assert rollup.readiness == "NOT READY"
    assert rollup.problems == ("1 instance would be moved by more than one of a, b: i-web-a",)


def with_stack_file(project: Path, name: str, migration: dict[str, Any]) -> Path:
    """The result of a stack whose stack file has this migration."""
    file = project / f"Pulumi.{name}.yaml"
    file.write_text(json.dumps({"config": {"classic-to-vpc:migration": migration}}), encoding="utf-8")
    content = of_stack(project, name)
    content["run"]["stackFile"] = {"path": file.name, "sha256": digest(file)}
    return keep(project, name, content)


STAYS = {"instances": ["i-old"], "owner": "ann@example.com", "reason": "Released in March."}


@pytest.mark.parametrize(
    ("of_a", "of_b", "code"),
    [
        ({"staying": [STAYS]}, {"staying": [STAYS]}, 0),
        ({"staying": [STAYS]}, {"include": ["staying.json"]}, 0),
        ({"staying": [STAYS]}, {"later": ["i-old"]}, 20),
        ({"include": ["staying.json"]}, {}, 20),
        ({"staying": [STAYS]}, {"staying": [STAYS, {**STAYS, "instances": ["i-1", "i-2"]}]}, 20),
    ],
)
def test_whoever_stays_classic_does_so_by_each_stack(
    project: Path, of_a: dict[str, Any], of_b: dict[str, Any], code: int
) -> None:
    """One that is under later is linked by nobody: each stack takes it that another one moves it."""
    (project / "staying.json").write_text(json.dumps({"staying": [STAYS]}), encoding="utf-8")
    paths = [with_stack_file(project, "a", of_a), with_stack_file(project, "b", of_b)]
    rollup = rolled(project, fleet_of("a", "b"), paths)
    assert rollup.code == code
    assert bool(rollup.problems) is (code == 20)


def test_who_disagrees_about_those_that_stay_is_named(project: Path) -> None:
    paths = [with_stack_file(project, "a", {"staying": [STAYS]}), with_stack_file(project, "b", {"later": ["i-old"]})]
    assert rolled(project, fleet_of("a", "b"), paths).problems == (
        "under staying in another stack, and not in b, so that nobody is linked with 1 instance: i-old",
    )


def test_one_result_is_in_memory_at_a_time(project: Path) -> None:
    names = [f"s{number}" for number in range(6)]
    for name in names:
        keep(project, name, of_stack(project, name))

    def peak(count: int) -> int:
        tracemalloc.start()
        rollup = rolled(project, fleet_of(*names[:count]), [project / f"results/{name}.json" for name in names[:count]])
        assert rollup.code == 0
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(1)  # What is imported and cached at the first use is not of a result.
    assert peak(6) < 1.5 * peak(1)


def many(count: int) -> Rollup:
    stacks = tuple(
        StackVerdict(
            f"fleet-{number:03}-with-a-rather-long-name",
            40 if number < 9 else 20,
            problems=("results/x.json: it was judged at 2026-12-11T10:00:00+08:00, 61 minutes ago",) * (number < 9),
            confidence=0.987,
            instances=frozenset() if number < 9 else frozenset(f"i-{number}-{item}" for item in range(1000)),
            blocking=0 if number < 9 else 1234,
            start="2026-12-12T02:00:00+08:00",
            estate_read_at="2026-12-11T10:00:00+08:00",
        )
        for number in range(count)
    )
    return Rollup(fleet_of(*(item.name for item in stacks)), stacks, (), 40)


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("count", [1, 100])
def test_it_fits_a_screen(count: int, columns: int) -> None:
    out = Console(width=columns, record=True, highlight=False, file=None, quiet=False)
    with out.capture() as captured:
        for line in screen(many(count), columns):
            show(out, line) if isinstance(line, Text) else out.print(line)
    lines = captured.get().splitlines()
    assert len(lines) < 50
    assert max(map(len, lines)) <= columns
    assert lines[0].split() == ["stack", "readiness", "decided", "moving", "blocking", "next", "window"]
    assert any(line.startswith("NOT JUDGED: fleet of ") for line in lines)


def test_text_of_results_is_data_in_markdown(project: Path) -> None:
    hostile = "<img src=x onerror=alert(1)> @octocat | x"
    rollup = many(1)
    rollup = Rollup(rollup.fleet, rollup.stacks, (hostile,), 40)
    text = markdown(rollup)
    assert text.startswith("<!-- preflight fleet -->\n\n## NOT JUDGED: ")
    assert "<img" not in text.replace("\\<", "")
    assert " @octocat" not in text
    assert "\\|" in text


# ---- the command ----


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["fleet", "report", *arguments])
    if isinstance(done.exception, Stop):
        return done.exception.code, done.stdout, str(done.exception)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def directory(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two results and their fleet, and a clock that shows when they were judged."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime.fromisoformat("2026-12-11T10:01:00+08:00").astimezone(tz)

    monkeypatch.chdir(project)
    monkeypatch.setattr(reporting, "datetime", Clock)
    (project / "fleet").mkdir()
    document = fleet_of("a", "b").model_dump(mode="json", by_alias=True)
    (project / "fleet/fleet.json").write_text(json.dumps(document), encoding="utf-8")
    for name in ("a", "b"):
        keep(project, name, of_stack(project, name))
    return project


def test_a_directory_of_results_is_reported_in_all_forms(directory: Path) -> None:
    keep(directory, "b", of_stack(directory, "b", unready()))
    code, out, _ = run(
        "results", "--run", RUN, "--commit", COMMIT, "--output", "reports", "--format", "json", "--format", "markdown"
    )
    assert code == 20
    assert out.splitlines()[-2].startswith(f"NOT READY: fleet of 2 stacks in cn-hangzhou, account {ACCOUNT}")
    data = json.loads((directory / "reports/fleet.json").read_text(encoding="utf-8"))
    assert (data["readiness"], data["exitCode"], data["counts"]) == ("NOT READY", 20, {"NOT READY": 1, "READY": 1})
    assert [item["name"] for item in data["stacks"]] == ["b", "a"]
    assert "| `b` | NOT READY |" in (directory / "reports/fleet.md").read_text(encoding="utf-8")


def test_a_file_that_is_named_twice_is_one(directory: Path) -> None:
    assert run("results", "results/a.json", "--run", RUN)[0] == 0


def test_a_directory_without_results_is_not_judged(directory: Path) -> None:
    (directory / "empty").mkdir()
    assert run("empty", "--run", RUN)[0] == 40


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["results"], "expected --since with the time when the run began, or --run with its id"),
        (["results", "--run", RUN, "--format", "json"], "--format, --output: expected both, or none"),
        (["results", "--run", RUN, "--fleet", "results/a.json"], "expected fleet.json as `preflight fleet plan` wrote"),
        (["results", "--run", RUN, "--fleet", "nowhere.json"], "nowhere.json: expected a file that can be read"),
    ],
)
def test_bad_input_is_reported(directory: Path, arguments: list[str], message: str) -> None:
    code, _, error = run(*arguments)
    assert code == 2
    assert message in error


@pytest.mark.parametrize("minutes", ["0", "10081", "99999999999999"])
def test_a_verdict_of_more_than_a_week_counts_for_nobody(directory: Path, minutes: str) -> None:
    code, _, error = run("results", "--run", RUN, "--max-age", minutes)
    assert (code, "--max-age" in error) == (2, True)


def test_a_fleet_without_stacks_is_none(directory: Path) -> None:
    """Nothing would be judged, and nothing would be wrong."""
    document = json.loads((directory / "fleet/fleet.json").read_text(encoding="utf-8")) | {"stacks": []}
    (directory / "fleet/fleet.json").write_text(json.dumps(document), encoding="utf-8")
    code, _, error = run("results", "--run", RUN)
    assert code == 2
    assert "expected fleet.json as `preflight fleet plan` wrote" in error


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace('"name": "b"', '"name": "a"'),
        lambda text: text.replace('"staying"', '"stacks": [{"name": "a", "moving": [], "later": []}], "staying"'),
    ],
    ids=["a stack twice", "a key twice"],
)
def test_a_fleet_in_which_one_result_would_stand_for_two_stacks_is_none(
    directory: Path, spoil: Callable[[str], str]
) -> None:
    plan = directory / "fleet/fleet.json"
    plan.write_text(spoil(plan.read_text(encoding="utf-8")), encoding="utf-8")
    code, _, error = run("results", "--run", RUN)
    assert (code, "expected fleet.json as `preflight fleet plan` wrote" in error) == (2, True)


@pytest.mark.parametrize(("moved", "shown"), [(0, "not known"), (2, "moved")])
def test_a_stack_whose_window_is_not_known_has_not_moved(moved: int, shown: str) -> None:
    stack = StackVerdict("a", 30, confidence=0.9, instances=frozenset({"i-1", "i-2"}), moved=moved)
    assert markdown(Rollup(fleet_of("a"), (stack,), (), 30)).splitlines()[-1].endswith(f"| {shown} |")


def test_nothing_old_is_left_where_a_report_dies(directory: Path) -> None:
    (directory / "reports").mkdir()
    (directory / "reports/fleet.json").write_text("{}", encoding="utf-8")
    assert run("results", "--run", RUN, "--fleet", "no.json", "--output", "reports", "--format", "json")[0] == 2
    assert not (directory / "reports/fleet.json").exists()


def test_the_summary_is_reported_as_data(project: Path) -> None:
    document = summary(many(2))
    assert document["stacks"][0]["readiness"] == "NOT JUDGED"
    json.dumps(document)
