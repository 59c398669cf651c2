"""`preflight init` as a person and as a pipeline meet it: what it shows, asks, writes, and refuses."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from bench.estates import estate_of
from components.config import MigrationConfig, parse
from demo.project import REPOSITORY
from estate.inventory import SCHEMA_VERSION, Inventory, load_inventory, save_inventory
from estate.model import Estate
from preflight.cli import app
from preflight.exits import Stop
from preflight.init import command
from simulator.server import Simulator, running

WIDTHS = pytest.mark.parametrize("columns", [80, 120])
START, LATEST = "2026-12-12T02:00:00+08:00", "2027-12-20T00:00:00+08:00"
KEY = "classic-to-vpc:migration"


@pytest.fixture(scope="module")
def cloud() -> Iterator[Simulator]:
    with running(REPOSITORY / "simulator/estates/sample.yaml") as simulator:
        yield simulator


@pytest.fixture
def keys(cloud: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A stack file that leads to the simulated cloud, in the directory where commands run."""
    monkeypatch.chdir(tmp_path)
    access_key, secret_key = cloud.credentials
    monkeypatch.setenv("ALICLOUD_ACCESS_KEY", access_key)
    monkeypatch.setenv("ALICLOUD_SECRET_KEY", secret_key)
    config = {
        "alicloud:region": cloud.region,
        "alicloud:protocol": "HTTP",
        "alicloud:accountType": "Domestic",
        "alicloud:endpoints": [cloud.endpoints],
        "other:key": 1,
    }
    (tmp_path / "Pulumi.keys.yaml").write_text(yaml.safe_dump({"config": config}), encoding="utf-8")
    return "Pulumi.keys.yaml"


_read: list[bytes] = []


@pytest.fixture
def sample(keys: str, tmp_path: Path) -> str:
    """The sample's inventory, which is read once for all tests, and no way to its cloud any more."""
    file = tmp_path / "estate.json"
    if not _read:
        done = CliRunner().invoke(app, ["inventory", "--cloud", keys, "--output", file.name])
        assert done.exit_code == 0, done.output
        _read.append(file.read_bytes())
    file.write_bytes(_read[0])
    (tmp_path / keys).unlink()
    return file.name


def run(*arguments: str, answers: str | None = None) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["init", *arguments], input=answers)
    if isinstance(done.exception, Stop):
        return done.exception.code, done.stdout, str(done.exception)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def written(path: Path) -> dict[str, Any]:
    stack_file: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return stack_file


def migration(path: Path) -> MigrationConfig:
    return parse(written(path)["config"][KEY], path.name)


def save(path: Path, of: Estate) -> str:
    save_inventory(path, Inventory(schema_version=SCHEMA_VERSION, rehearsal=(), estate=of))
    return str(path)


def test_resources_that_share_a_name_are_distinguished_by_id(sample: str, tmp_path: Path) -> None:
    """Groups and databases of a region often have one name; a name that only one has stays alone."""
    inventory = load_inventory(tmp_path / sample)
    renamed = inventory.estate.model_copy(
        update={
            "instances": (
                *(item.model_copy(update={"name": "web"}) for item in inventory.estate.instances[:2]),
                *inventory.estate.instances[2:],
            ),
            "security_groups": tuple(
                item.model_copy(update={"name": "default"}) for item in inventory.estate.security_groups
            ),
            "databases": tuple(
                item.model_copy(update={"description": "orders"}) for item in inventory.estate.databases
            ),
        }
    )
    code, out, _ = run("--stack", "new", "--from", save(tmp_path / "one.json", renamed), "--latest", LATEST, "--all")
    assert code == 0
    text = " ".join(out.split())
    for item in (*renamed.databases, *(group for group in renamed.security_groups if group.vpc_id is None)):
        assert f"orders ({item.id})" in text or f"default ({item.id})" in text
    assert f"web ({renamed.instances[0].id})" in text
    assert "legacy-1: " in text


def test_the_region_becomes_a_file_that_names_every_classic_instance(keys: str, tmp_path: Path) -> None:
    code, out, _ = run("--stack", "new", "--cloud", keys, "--start", START, "--latest", LATEST)
    assert code == 0
    assert out.splitlines()[-2:] == [
        "Wrote Pulumi.new.yaml: 9 instances in 1 wave, 1 later, 0 staying.",
        "Check its times. Then: pulumi stack init new && preflight check --stack new",
    ]
    document = written(tmp_path / "Pulumi.new.yaml")
    # How to reach the cloud goes along, and nobody's credentials.
    assert set(document["config"]) == {
        KEY,
        "alicloud:region",
        "alicloud:protocol",
        "alicloud:accountType",
        "alicloud:endpoints",
    }
    config = migration(tmp_path / "Pulumi.new.yaml")
    assert config.window is not None
    assert (config.window.start.isoformat(), config.window.latest.isoformat()) == (START, LATEST)
    assert config.later == ("i-bp1legacy10000000001",)
    assert len(config.instances) == 9
    text = (tmp_path / "Pulumi.new.yaml").read_text(encoding="utf-8")
    assert "  - i-bp1web10000000000001 # web-1, cn-hangzhou-b" in text
    assert "# legacy-1: " in text


def test_the_whole_classic_estate_is_shown(sample: str) -> None:
    _, out, _ = run("--stack", "new", "--from", sample)
    text = " ".join(out.split())
    assert text.startswith("Classic estate of cn-hangzhou, account 1234567890123456 read 2026-11-30 ")
    assert "10 instances in cn-hangzhou-b (" in text
    assert re.search(r"\d+ disks of \d[.\d]* [GT]iB, \d+ without a snapshot", text)
    assert re.search(r"web: \d instances; .*app", text)
    assert re.search(r"shop-mysql \(MySQL [\d.]+ in cn-hangzhou-b\): .*app-1", text)
    assert "Later, once this has been changed legacy-1: " in text


def test_the_page_shows_what_is_seen(sample: str) -> None:
    _, out, _ = run("--stack", "prod", "--from", sample)
    page = (REPOSITORY / "docs/preflight-init.md").read_text(encoding="utf-8")
    shown = page.split("```\n")[2].splitlines()
    assert len(shown) > 15
    assert [line for line in shown if line not in out.splitlines()] == []


@WIDTHS
@pytest.mark.parametrize("number", [60, 300])
def test_a_large_estate_fits_a_screen(
    number: int, columns: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("preflight.screen._LOG_WIDTH", columns)
    source = save(tmp_path / "estate.json", estate_of(number))
    code, out, _ = run("--stack", "new", "--from", "estate.json")
    assert source.endswith("estate.json")
    assert code == 0
    lines = out.splitlines()
    assert max(map(len, lines)) <= columns
    assert len(lines) < 70
    config = migration(tmp_path / "Pulumi.new.yaml")
    named = [choice.id for wave in config.waves for choice in wave.instances]
    assert sorted(named) == sorted(item.id for item in estate_of(number).instances)
    starts = [wave.window.start for wave in config.waves]
    assert {later - earlier for earlier, later in itertools.pairwise(starts)} == {timedelta(days=7)}
    text = (tmp_path / "Pulumi.new.yaml").read_text(encoding="utf-8")
    assert max(map(len, text.splitlines())) <= 120
    whole = run("--stack", "all", "--from", "estate.json", "--all")[1]
    assert "--all shows them" not in whole
    assert all(f"  {wave.name}: " in whole for wave in config.waves)


def test_names_of_the_cloud_are_text_and_nothing_else(sample: str, tmp_path: Path) -> None:
    inventory = load_inventory(tmp_path / sample)
    hostile = "x\n    staying: []\x1b[2J # &a *a !!python/object"
    instances = tuple(item.model_copy(update={"name": f"{hostile}{item.id}"}) for item in inventory.estate.instances)
    groups = tuple(item.model_copy(update={"name": hostile}) for item in inventory.estate.security_groups)
    databases = tuple(item.model_copy(update={"description": hostile}) for item in inventory.estate.databases)
    changed = {"instances": instances, "security_groups": groups, "databases": databases}
    save(tmp_path / "hostile.json", inventory.estate.model_copy(update=changed))
    code, out, _ = run("--stack", "new", "--from", "hostile.json")
    assert code == 0
    assert "\x1b" not in out + (tmp_path / "Pulumi.new.yaml").read_text(encoding="utf-8")
    assert len(migration(tmp_path / "Pulumi.new.yaml").instances) == 9
    assert not migration(tmp_path / "Pulumi.new.yaml").staying


@pytest.mark.parametrize("owner", ["ops@example.com", '"quoted": #1', "yes", "- 7"])
def test_staying_instances_are_written_with_their_owner(owner: str, sample: str, tmp_path: Path) -> None:
    staying = [
        "--stay",
        "mon-1",
        "--stay",
        "i-bp1cache100000000001",
        "--owner",
        owner,
        "--reason",
        "Gone by then: yes.",
    ]
    code, out, _ = run("--stack", "new", "--from", sample, *staying)
    assert code == 0
    assert "7 instances in 1 wave, 1 later, 2 staying" in out
    (item,) = migration(tmp_path / "Pulumi.new.yaml").staying
    assert set(item.instances) == {"i-bp1mon10000000000001", "i-bp1cache100000000001"}
    assert (item.owner, item.reason) == (owner, "Gone by then: yes.")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "expected --region, or --from with an inventory file"),
        (("--from", "estate.json", "--region", "cn-hangzhou"), "--from: expected no --region or --cloud beside it"),
        (("--from", "nowhere.json"), "nowhere.json: expected a file that can be read"),
        (
            ("--from", "estate.json", "--stay", "mon-2"),
            "--stay mon-2: expected a classic instance, by id or name; did you",
        ),
        (("--from", "estate.json", "--stay", "mon-1"), "--stay, --owner, --reason: expected all three, or none"),
        (("--from", "estate.json", "--owner", "me"), "--stay, --owner, --reason: expected all three, or none"),
        (
            ("--from", "estate.json", "--start", START, "--latest", "2026-12-01T00:00:00+08:00"),
            "would move at 2026-12-12",
        ),
        (
            ("--from", "estate.json", "--start", "2020-01-01T00:00:00+08:00"),
            "--start 2020-01-01T00:00:00+08:00: expected a later time than now, 2026-11-30",
        ),
        (
            ("--from", "estate.json", "--project", "missing"),
            "the stack file missing/Pulumi.new.yaml: expected a file in a directory that exists and can be written",
        ),
    ],
)
def test_bad_input_is_one_message_and_nothing_is_written(
    arguments: tuple[str, ...], message: str, sample: str, tmp_path: Path
) -> None:
    code, _, err = run("--stack", "new", *arguments)
    assert code == 2
    assert message in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["estate.json"]


@pytest.mark.parametrize("name", ["", "../../etc", "a b", "pröd"])
def test_a_stack_has_a_name_of_a_file(name: str, sample: str) -> None:
    assert run("--from", sample, "--stack", name)[0] == 2
    assert "--stack: expected the name of the stack" in run("--from", sample)[2]


def test_an_estate_without_classic_instances_or_with_none_that_can_move_is_said(sample: str, tmp_path: Path) -> None:
    estate = load_inventory(tmp_path / sample).estate
    save(tmp_path / "none.json", estate.model_copy(update={"instances": ()}))
    code, _, err = run("--stack", "new", "--from", "none.json")
    assert (code, err) == (2, "there is no classic instance in cn-hangzhou of account 1234567890123456")
    locked = tuple(item.model_copy(update={"operation_locks": ("security",)}) for item in estate.instances)
    save(tmp_path / "locked.json", estate.model_copy(update={"instances": locked}))
    code, _, err = run("--stack", "new", "--from", "locked.json")
    assert (code, err) == (2, "no classic instance can move as it is: each is under later or staying")


def test_a_file_that_is_there_is_replaced_by_force_alone_and_keeps_its_key(sample: str, tmp_path: Path) -> None:
    path = tmp_path / "Pulumi.new.yaml"
    before = "encryptionsalt: v1:abc=:v1:def\nconfig:\n  a:b: c\n"
    path.write_text(before, encoding="utf-8")
    code, out, err = run("--stack", "new", "--from", sample)
    assert (code, out) == (2, "")
    assert err == "Pulumi.new.yaml: it is there already; expected another --stack, or --force to replace it"
    assert path.read_text(encoding="utf-8") == before
    assert run("--stack", "new", "--from", sample, "--force")[0] == 0
    document = written(path)
    assert document["encryptionsalt"] == "v1:abc=:v1:def"
    assert "a:b" not in document["config"]


def test_a_file_that_came_while_it_was_asked_is_not_overwritten(
    sample: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "Pulumi.new.yaml"
    monkeypatch.setattr(command, "_check", lambda *_: path.write_text("mine", encoding="utf-8"))
    code, _, err = run("--stack", "new", "--from", sample)
    assert (code, err) == (2, "Pulumi.new.yaml: it is there by now; --force replaces it")
    assert path.read_text(encoding="utf-8") == "mine"


# ---- on a terminal ----


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "interactive", lambda: True)


@pytest.mark.usefixtures("terminal")
def test_it_asks_for_what_is_not_given(sample: str, tmp_path: Path) -> None:
    answers = ["dev", "soon", START, LATEST, "4", "mon-1, cache-1", "ops@example.com", "Replaced by then.", "y"]
    code, out, err = run("--from", sample, answers="\n".join(answers) + "\n")
    assert code == 0, err
    assert "expected a time with its offset" in err
    assert "Wrote Pulumi.dev.yaml: 7 instances in 2 waves, 1 later, 2 staying." in out
    config = migration(tmp_path / "Pulumi.dev.yaml")
    assert [wave.window.start.isoformat() for wave in config.waves] == [START, "2026-12-19T02:00:00+08:00"]
    assert {wave.window.latest.isoformat() for wave in config.waves} == {LATEST}
    assert max(len(wave.instances) for wave in config.waves) == 4


@pytest.mark.usefixtures("terminal")
def test_a_no_at_the_end_writes_nothing(sample: str, tmp_path: Path) -> None:
    code, _, err = run("--stack", "dev", "--from", sample, answers="\n\n\n\nn\n")
    assert (code, err) == (2, "Pulumi.dev.yaml was not written")
    assert not (tmp_path / "Pulumi.dev.yaml").exists()


@pytest.mark.usefixtures("terminal")
def test_yes_asks_nothing(sample: str, tmp_path: Path) -> None:
    assert run("--stack", "dev", "--from", sample, "--yes", answers="")[0] == 0
    assert (tmp_path / "Pulumi.dev.yaml").exists()


@pytest.mark.parametrize(
    ("now", "night"),
    [
        ("2026-11-28T00:00:00+00:00", "2026-12-19T02:00:00+08:00"),
        ("2026-11-27T17:59:00+00:00", "2026-12-12T02:00:00+08:00"),
        ("2026-11-27T18:01:00+00:00", "2026-12-19T02:00:00+08:00"),
        ("2026-11-29T00:00:00+00:00", "2026-12-19T02:00:00+08:00"),
    ],
)
def test_the_night_that_is_proposed_is_before_a_saturday_two_weeks_ahead_at_least(now: str, night: str) -> None:
    start = command.proposed_start(datetime.fromisoformat(now).astimezone(UTC))
    assert start.isoformat() == night
