"""`preflight inventory` against the simulated cloud: what a person sees, and what is left in the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from demo.project import REPOSITORY
from estate.inventory import load_inventory, render
from preflight.cli import app
from preflight.exits import Stop
from simulator.server import Simulator, running

ESTATE = REPOSITORY / "simulator/estates/sample.yaml"


@pytest.fixture(scope="module")
def cloud() -> Iterator[Simulator]:
    with running(ESTATE) as simulator:
        yield simulator


@pytest.fixture
def keys(cloud: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stack file that leads to the simulated cloud, in the project's directory; credentials in variables."""
    monkeypatch.chdir(tmp_path)
    access_key, secret_key = cloud.credentials
    monkeypatch.setenv("ALICLOUD_ACCESS_KEY", access_key)
    monkeypatch.setenv("ALICLOUD_SECRET_KEY", secret_key)
    file = tmp_path / "Pulumi.sim.yaml"
    config = {
        "alicloud:region": cloud.region,
        "alicloud:protocol": "HTTP",
        "alicloud:accountType": "Domestic",
        "alicloud:endpoints": [cloud.endpoints],
        "other:key": 1,
    }
    file.write_text(yaml.safe_dump({"config": config}), encoding="utf-8")
    return file


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner(env={"COLUMNS": "120"}).invoke(app, ["inventory", *arguments])
    if isinstance(done.exception, Stop):
        return done.exception.code, done.stdout, str(done.exception)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def test_the_region_is_written_whole_without_secrets_and_the_same_each_time(
    keys: Path, cloud: Simulator, tmp_path: Path
) -> None:
    code, out, err = run("--cloud", str(keys), "--output", "estate.json")
    assert (code, out) == (0, ""), err
    assert "Account 1234567890123456, region cn-hangzhou, as acs:ram::1234567890123456:user/demo" in err
    assert "Read 10 instances (10 classic), 7 security groups and 4 databases of cn-hangzhou" in err
    assert "Wrote 10 instances (10 classic), 7 security groups and 4 databases to estate.json" in err
    text = (tmp_path / "estate.json").read_text(encoding="utf-8")
    assert all(key not in text for key in cloud.credentials)
    inventory = load_inventory(tmp_path / "estate.json")
    # A simulated cloud is told as such, wherever the file goes.
    assert any("which is no host of Alibaba Cloud" in reason for reason in inventory.rehearsal)
    code, again, _ = run("--cloud", str(keys))
    assert code == 0
    one, other = (json.loads(item) for item in (text, again))
    one["estate"].pop("readAt")
    other["estate"].pop("readAt")
    assert one == other


@pytest.mark.parametrize("columns", [80, 120])
def test_a_changed_inventory_is_shown_and_has_its_own_exit_code(
    keys: Path, tmp_path: Path, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("preflight.screen._LOG_WIDTH", columns)
    run("--cloud", str(keys), "--output", "now.json")
    assert run("--cloud", str(keys), "--diff", "now.json")[:1] == (0,)
    document = json.loads((tmp_path / "now.json").read_text(encoding="utf-8"))
    estate = document["estate"]
    gone = estate["instances"].pop()
    estate["readAt"] = "2026-11-29T00:00:00Z"
    (group,) = (item for item in estate["securityGroups"] if item["name"] == "web")
    rule = group["rules"].pop()
    (database,) = (item for item in estate["databases"] if item["description"] == "shop-mysql")
    database["whitelistGroups"][0]["securityIps"].append("10.9.9.9\x1b[2J")
    (tmp_path / "before.json").write_text(json.dumps(document), encoding="utf-8")
    code, out, _ = run("--estate", "now.json", "--diff", "before.json")
    assert code == 5
    lines = out.splitlines()
    assert all(len(line) <= columns for line in lines)
    assert "\x1b" not in out
    text = " ".join(out.split())
    assert lines[0] == "instance"
    assert f"+ {gone['name']} ({gone['id']}): classic" in text
    assert f"~ web ({group['id']}): rule added: {rule['direction']}" in text
    assert f"shop-mysql ({database['id']}): whitelist group " in text
    assert "entry removed: 10.9.9.9?[2J" in text
    assert lines[-1].startswith("3 changes from 2026-11-29 00:00 +00:00 to 2026-11-30 ")


def test_a_file_is_read_without_any_cloud(tmp_path: Path, keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("--cloud", str(keys), "--output", "estate.json")
    for name in ("ALICLOUD_ACCESS_KEY", "ALICLOUD_SECRET_KEY"):
        monkeypatch.delenv(name)
    code, out, _ = run("--estate", "estate.json")
    assert (code, out) == (0, render(load_inventory(tmp_path / "estate.json")))


def test_bad_input_is_said_with_file_and_key(tmp_path: Path, keys: Path) -> None:
    run("--cloud", str(keys), "--output", "estate.json")
    document = json.loads((tmp_path / "estate.json").read_text(encoding="utf-8"))
    document["estate"]["regionId"] = "cn-beijing"
    (tmp_path / "other.json").write_text(json.dumps(document), encoding="utf-8")
    code, _, err = run("--estate", "estate.json", "--diff", "other.json")
    assert code == 2
    assert err == (
        "other.json: it is of region cn-beijing of account 1234567890123456; expected one of region cn-hangzhou of "
        "account 1234567890123456"
    )
    assert run("--estate", "estate.json", "--region", "cn-hangzhou")[0] == 2
    assert run("--estate", "Pulumi.sim.yaml")[0] == 2
    assert run("--cloud", "nowhere.yaml")[::2] == (
        2,
        "nowhere.yaml: expected a file that can be read: No such file or directory",
    )
    code, _, err = run("--cloud", str(keys), "--output", "no/such/estate.json")
    assert (code, err) == (
        2,
        "--output no/such/estate.json: expected a file in a directory that exists and can be written",
    )
    secret = tmp_path / "Pulumi.secret.yaml"
    secret.write_text("config:\n  alicloud:secretKey:\n    secure: abc\n", encoding="utf-8")
    assert "config.alicloud:secretKey: expected no secret" in run("--cloud", str(secret))[2]


def test_credentials_that_are_not_accepted_have_their_own_code(keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALICLOUD_SECRET_KEY", "not-the-right-one")
    code, out, err = run("--cloud", str(keys))
    assert (code, out) == (3, "")
    assert "not-the-right-one" not in err
