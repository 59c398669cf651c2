"""`preflight fleet plan` as a person and a pipeline meet it: what it shows, writes, and refuses."""

from __future__ import annotations

import json
import re
import shlex
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from bench.estates import estate_of
from components.config import MigrationConfig
from components.includes import parse_with_includes
from demo.project import REPOSITORY
from estate.documents import write_beside
from estate.inventory import SCHEMA_VERSION, Inventory, save_inventory
from estate.model import Estate, Vpc
from preflight.cli import app
from preflight.exits import Stop
from preflight.fleet import writing
from preflight.fleet.network import NoRoomError, network_of
from tests.builtin_schemas import assert_valid
from tests.components.builders import instance

START = "2026-12-12T02:00:00+08:00"
PLAN = ("--from", "estate.json", "--start", START)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Pulumi.yaml").write_text("name: classic-to-vpc\nruntime: python\n", encoding="utf-8")
    save(tmp_path, estate_of(160))
    return tmp_path


def save(directory: Path, of: Estate) -> None:
    save_inventory(directory / "estate.json", Inventory(schema_version=SCHEMA_VERSION, rehearsal=(), estate=of))


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["fleet", "plan", *arguments])
    if isinstance(done.exception, Stop):
        return done.exception.code, done.stdout, str(done.exception)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def config(directory: Path, stack: str) -> MigrationConfig:
    """The config of a stack as the program reads it, with what it includes."""
    file = directory / f"Pulumi.{stack}.yaml"
    values = yaml.safe_load(file.read_text(encoding="utf-8"))["config"]
    return parse_with_includes(values, "classic-to-vpc", directory, file.name)[0]


def files(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes() for path in sorted(directory.rglob("*")) if path.is_file()
    }


def fleet(directory: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((directory / "fleet/fleet.json").read_text(encoding="utf-8"))
    return document


def test_every_stack_names_every_classic_instance_and_one_of_them_moves_it(project: Path) -> None:
    code, out, _ = run(*PLAN, "--size", "48")
    assert code == 0
    stacks = [stack["name"] for stack in fleet(project)["stacks"]]
    assert len(stacks) > 2
    every = {item.id for item in estate_of(160).instances}
    moved: Counter[str] = Counter()
    for name in stacks:
        migration = config(project, name)
        moving = {item.id for wave in migration.all_waves for item in wave.instances}
        # So schedule-no-instance-forgotten passes in each, and nobody is said to stay who moves.
        assert moving | set(migration.later) == every
        assert moving.isdisjoint(migration.later)
        assert migration.staying == ()
        moved.update(moving)
    assert moved == Counter(every)
    assert (
        out.splitlines()[-1] == "Check the times. Then: pulumi stack init fleet-01 && preflight check --stack fleet-01"
    )


def test_the_first_stack_makes_network_and_clones_and_the_others_share_them(project: Path) -> None:
    run(*PLAN, "--size", "48")
    first, *further = [config(project, stack["name"]) for stack in fleet(project)["stacks"]]
    network: Any = first.network
    assert network.mode == "create"
    assert [item.zone for item in network.vswitches] == ["cn-hangzhou-b"]
    assert first.security_groups is not None
    assert first.security_groups.mode == "clone"
    for migration in further:
        shared: Any = migration.network
        assert (shared.mode, shared.stack) == ("shared", "organization/classic-to-vpc/fleet-01")
        assert migration.security_groups is not None
        assert migration.security_groups.mode == "shared"


def test_a_database_of_several_stacks_has_a_whitelist_group_for_each(project: Path) -> None:
    run(*PLAN, "--size", "48")
    shared = {cut["id"]: set(cut["stacks"]) for cut in fleet(project)["cuts"] if cut["kind"] == "database"}
    assert shared
    names: dict[str, dict[str, str]] = {}
    for stack in fleet(project)["stacks"]:
        for choice in config(project, stack["name"]).databases:
            names.setdefault(choice.id, {})[stack["name"]] = choice.whitelist_group
    assert {key: set(group_names) for key, group_names in names.items()} == shared
    assert all(len(set(group_names.values())) == len(group_names) for group_names in names.values())


def test_no_two_windows_of_the_region_are_at_once(project: Path) -> None:
    run(*PLAN, "--size", "48", "--days", "3")
    starts = [
        wave.window.start for stack in fleet(project)["stacks"] for wave in config(project, stack["name"]).all_waves
    ]
    first = datetime.fromisoformat(START)
    assert starts == [first + timedelta(days=3 * place) for place in range(len(starts))]


def test_every_cut_is_reported_with_its_reason_and_its_cost(project: Path) -> None:
    _, out, _ = run(*PLAN, "--size", "48", "--all")
    text = " ".join(out.split())
    cuts = fleet(project)["cuts"]
    assert cuts
    for cut in cuts:
        assert (
            f"{cut['name']} ({', '.join(f'{n} in {name}' for name, n in cut['stacks'].items())}): {cut['why']}" in text
        )
        assert cut["days"] >= 0
        assert str(cut["days"]) in cut["cost"]
    code, _, error = run(*PLAN, "--size", "48", "--whole", "--prefix", "other")
    assert code == 2
    assert error.startswith(f"--whole: {len(cuts)} ties would be cut (")
    assert not list(project.glob("Pulumi.other*"))


def test_pipelines_are_valid_and_know_every_stack(project: Path) -> None:
    run(*PLAN, "--size", "48")
    names = [stack["name"] for stack in fleet(project)["stacks"]]
    matrix = json.loads((project / "fleet/matrix.json").read_text(encoding="utf-8"))
    assert [(item["stack"], item["after"]) for item in matrix["include"]] == [
        (name, "" if name == names[0] else names[0]) for name in names
    ]
    gitlab = project / "fleet/gitlab-ci.yml"
    assert_valid("vendor.gitlab-ci", gitlab)
    assert set(names) < yaml.safe_load(gitlab.read_text(encoding="utf-8")).keys()


def test_the_pipeline_of_gitlab_writes_over_nothing_that_is_committed(project: Path) -> None:
    run(*PLAN, "--size", "48")
    jobs = yaml.safe_load((project / "fleet/gitlab-ci.yml").read_text(encoding="utf-8"))
    kept = [job["artifacts"]["paths"] for job in jobs.values() if isinstance(job, dict) and "artifacts" in job]
    written = {path for paths in kept for path in paths}
    assert {"reading/estate.json", "reading/outputs.json"} < written
    assert {path.split("/", 1)[0] for path in written} == {"reading", "results", "reports"}
    assert not set(files(project)) & written
    ignored = (REPOSITORY / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert "/reading/" in ignored


def test_the_region_is_read_by_the_keys_of_the_first_stack(project: Path) -> None:
    """By the region's name alone, no key says that the job has a role by OIDC: GitLab's reading never began."""
    run(*PLAN, "--size", "48")
    first = fleet(project)["stacks"][0]["name"]
    jobs = yaml.safe_load((project / "fleet/gitlab-ci.yml").read_text(encoding="utf-8"))
    reading = shlex.split(jobs["read"]["script"][0])
    assert reading[:2] == [".venv/bin/preflight", "inventory"]
    assert reading[2:4] == ["--cloud", f"Pulumi.{first}.yaml"]
    assert (project / reading[3]).is_file()


def test_every_job_is_in_the_child_of_a_merge_requests_pipeline(project: Path) -> None:
    """GitLab leaves a job without rules out of it."""
    run(*PLAN, "--size", "48")
    whole = yaml.safe_load((project / "fleet/gitlab-ci.yml").read_text(encoding="utf-8"))
    jobs = {name: job for name, job in whole.items() if isinstance(job, dict) and "script" in job}
    assert {name: job["rules"] for name, job in jobs.items() if name != "report"} == {
        name: [{"when": "on_success"}] for name in ["read", *(stack["name"] for stack in fleet(project)["stacks"])]
    }
    assert jobs["report"]["rules"] == [{"when": "always"}], "it is the gate, whatever failed before it"
    assert not any("when" in job for job in jobs.values()), "GitLab takes either"


@pytest.mark.parametrize("prefix", [".shop", "-shop", "shop-", "Shop", "shop_east", "my shop", "a;b", "$(id)", "s", ""])
def test_a_prefix_is_one_that_jobs_and_objects_can_have(project: Path, prefix: str) -> None:
    before = files(project)
    code, _, error = run(*PLAN, f"--prefix={prefix}")
    assert code == 2
    assert "expected lower-case letters, digits and hyphens" in " ".join(re.sub("[│╭╮╰╯─]", " ", error).split())
    assert files(project) == before


def test_gitlab_tells_the_commit_of_a_checkout_that_belongs_to_root(project: Path) -> None:
    """The report asks for results of the commit, and git names none of a checkout of another user."""
    run(*PLAN, "--size", "48")
    for path in (project / "fleet/gitlab-ci.yml", REPOSITORY / "docs/gitops/gitlab-ci.yml"):
        before = yaml.safe_load(path.read_text(encoding="utf-8"))["default"]["before_script"]
        trust = before.index('git config --global --add safe.directory "$CI_PROJECT_DIR"')
        assert trust < before.index("make setup engine")


def test_the_operator_applies_no_stack_that_was_not_judged_and_none_before_the_first(project: Path) -> None:
    run(*PLAN, "--size", "48", "--repository", "https://git.example.com/shop/migration.git", "--commit", "0" * 40)
    text = (project / "fleet/operator.yaml").read_text(encoding="utf-8")
    objects = {item["metadata"]["name"]: item["spec"] for item in yaml.safe_load_all(text)}
    schema = json.loads((REPOSITORY / "tests/gitops/stack.schema.json").read_text(encoding="utf-8"))
    for item in yaml.safe_load_all(text):
        assert list(Draft202012Validator(schema).iter_errors(item)) == []
    names = [stack["name"] for stack in fleet(project)["stacks"]]
    assert objects.keys() == {*names, *(f"{name}-judged" for name in names)}
    for name in names:
        requirements = {item["name"]: item.get("requirement") for item in objects[name]["prerequisites"]}
        assert set(requirements) == {f"{name}-judged"} | ({names[0]} if name != names[0] else set())
        # A verdict holds for an hour, however rarely the region is read.
        assert requirements[f"{name}-judged"] == {"succeededWithinDuration": "60m"}
        assert objects[f"{name}-judged"]["resyncFrequencySeconds"] == 900 * len(names)
        assert objects[name]["destroyOnFinalize"] is False
        assert "preview" not in objects[name]
        assert objects[f"{name}-judged"]["preview"] is True
        for spec in (objects[name], objects[f"{name}-judged"]):
            assert (spec["stack"], spec["commit"]) == (name, "0" * 40)
            assert spec["envRefs"]["PULUMI_OPTION_POLICY_PACK"]["literal"] == {"value": "policies"}


def test_the_same_inventory_gives_the_same_files(project: Path) -> None:
    run(*PLAN, "--size", "48")
    before = files(project)
    assert run(*PLAN, "--size", "48", "--force")[0] == 0
    assert files(project) == before


def test_files_that_are_there_are_replaced_by_force_alone_and_keep_their_salt(project: Path) -> None:
    file = project / "Pulumi.fleet-01.yaml"
    file.write_text("encryptionsalt: v1:salt\nconfig: {}\n", encoding="utf-8")
    before = files(project)
    code, _, error = run(*PLAN, "--size", "48")
    assert (code, files(project)) == (2, before)
    assert error.startswith("Pulumi.fleet-01.yaml: it is there already")
    assert run(*PLAN, "--size", "48", "--force")[0] == 0
    assert yaml.safe_load(file.read_text(encoding="utf-8"))["encryptionsalt"] == "v1:salt"


@pytest.mark.parametrize("force", [False, True])
def test_a_failing_write_leaves_nothing_of_a_fleet(project: Path, force: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files(project)
    staged = write_beside

    def failing(path: Path, text: str) -> Path:
        if path.name == "operator.yaml":
            raise OSError(28, "No space left on device")
        return staged(path, text)

    monkeypatch.setattr(writing, "write_beside", failing)
    code, _, error = run(*PLAN, *(["--force"] if force else []))
    assert (code, files(project)) == (2, before)
    assert "No space left on device" in error


def test_a_fleet_that_has_begun_to_move_is_not_planned_anew(project: Path) -> None:
    run(*PLAN, "--size", "48")
    before = files(project)
    whole = estate_of(160)
    moved = whole.instances[0].model_copy(update={"network_type": "vpc", "vpc_id": "vpc-1", "security_group_ids": ()})
    save(project, whole.model_copy(update={"instances": (moved, *whole.instances[1:])}))
    code, _, error = run(*PLAN, "--size", "48", "--force")
    assert code == 2
    assert "1 instance of it moved since or are gone (i-000000)" in error
    assert {name: text for name, text in files(project).items() if name != "estate.json"} == {
        name: text for name, text in before.items() if name != "estate.json"
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--size", "4"],
            "16 instances belong together by the security groups or vServer groups group-18, group-19, serv",
        ),
        (["--vpc-quota", "100"], "instances of the VPC: 160, and the limit is 100: ask for a higher quota"),
        (["--block", "172.16.0.0/28"], "there is no room for 160 instances in 1 zones in 172.16.0.0/28"),
        (["--block", "nonsense"], "--block: "),
        (["--stay", "i-000001"], "--stay, --owner, --reason: expected all three, or none"),
        (["--latest", START], "--latest"),
    ],
)
def test_impossible_options_are_refused_and_nothing_is_written(
    project: Path, arguments: list[str], message: str
) -> None:
    before = files(project)
    code, _, error = run(*PLAN, *arguments)
    assert (code, files(project)) == (2, before)
    assert message in error


def test_links_count_unless_nobody_is_linked(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("preflight.fleet.limits.MAX_LINKS", 3)
    code, _, error = run(*PLAN, "--size", "48")
    assert code == 2
    assert re.search(r"links of classic instances to the VPC at one time: \d+, and the limit is 3", error)
    assert run(*PLAN, "--size", "48", "--no-classic-link")[0] == 0


def test_whitelists_count_the_groups_of_all_stacks(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("preflight.fleet.limits.MAX_GROUPS", 2)
    code, _, error = run(*PLAN, "--size", "48")
    assert code == 2
    assert re.search(r"whitelist groups of one database \(rm-\d+\): 3, and the limit is 2", error)


def test_a_config_that_does_not_reach_the_program_is_refused(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("preflight.fleet.command.MOST_CONFIG_BYTES", 500)
    code, _, error = run(*PLAN, "--size", "48")
    assert code == 2
    assert "and Pulumi passes on 500; take a smaller --size" in error


def test_staying_instances_are_declared_in_every_stack(project: Path) -> None:
    run(*PLAN, "--size", "48", "--stay", "server-7", "--owner", "ops", "--reason", "It is replaced.")
    for stack in fleet(project)["stacks"]:
        (staying,) = config(project, stack["name"]).staying
        assert (staying.instances, staying.owner) == (("i-000007",), "ops")
    assert fleet(project)["staying"] == ["i-000007"]


@pytest.mark.parametrize("columns", [80, 120])
def test_a_large_fleet_fits_a_screen(project: Path, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("preflight.screen._LOG_WIDTH", columns)
    save(project, estate_of(400))
    _, out, _ = run(*PLAN, "--size", "16", "--no-classic-link")
    lines = out.splitlines()
    assert len(lines) < 76
    assert max(map(len, lines)) <= columns
    assert "  and " in out
    assert ": --all shows them" in out


def test_the_page_shows_what_is_seen(project: Path) -> None:
    _, out, _ = run(*PLAN, "--size", "48")
    page = (REPOSITORY / "docs/preflight-fleet.md").read_text(encoding="utf-8")
    shown = page.split("```\n")[2].splitlines()
    assert len(shown) > 12
    assert [line for line in shown if line not in out.splitlines()] == []


def test_the_network_lies_apart_from_those_that_there_are() -> None:
    moving = [instance(f"i-{number}", "sg-web", "10.1.0.1") for number in range(300)]
    taken = (Vpc(id="vpc-1", cidr_block="172.16.0.0/15"),)
    network = network_of(moving, taken, None, "fleet")
    assert network["cidrBlock"] == "172.18.0.0/16"
    # Room for four times as many: a block can never be changed.
    assert network["vswitches"] == [{"zone": moving[0].zone_id, "cidrBlock": "172.18.0.0/21"}]
    with pytest.raises(NoRoomError):
        network_of(moving, taken, "172.18.0.0/24", "fleet")
