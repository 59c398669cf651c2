"""A stack opened by the estate in a file: refused before anything starts, and no way to a cloud is left."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from components.config import ConfigError, MigrationConfig, parse
from components.inputs import in_region
from estate.inventory import SCHEMA_VERSION, Inventory, render
from preflight.exits import Stop
from preflight.session import session
from preflight.workspace import open_by_file, without_cloud
from tests.components.builders import config, estate

NOW = datetime(2026, 11, 28, 1, tzinfo=UTC)


def migration(**changes: Any) -> MigrationConfig:
    return parse(config(**changes), "Pulumi.dev.yaml")


def document(**changes: Any) -> dict[str, Any]:
    """An inventory file as it stands in JSON."""
    migration: dict[str, Any] = json.loads(
        render(Inventory(schema_version=SCHEMA_VERSION, rehearsal=(), estate=estate(read_at=NOW)))
    )
    return {**migration, **changes}


def refused(tmp_path: Path, content: dict[str, Any] | str) -> str:
    file = tmp_path / "estate.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    with pytest.raises(Stop) as stopped, session(tmp_path, "dev", file):
        pytest.fail("nothing is opened by such a file")
    assert stopped.value.code == 2
    return str(stopped.value)


@pytest.mark.parametrize("version", [0, 2, 99, "1", True, None])
def test_a_file_of_another_version_is_refused(tmp_path: Path, version: object) -> None:
    refusal = refused(tmp_path, document(schemaVersion=version, later={"things": []}))
    assert refusal.endswith("estate.json: schemaVersion: expected 1, as `preflight inventory` writes it")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda document_: document_["estate"].pop("disks"), "estate.disks: expected this key, found nothing"),
        (
            lambda document_: document_["estate"]["instances"][0].update(memory=4),
            "estate.instances[0].memory: unknown key",
        ),
        (
            lambda document_: document_["estate"].update(readAt="2026-11-28"),
            "estate.readAt: expected a time with its UTC offset",
        ),
        (lambda document_: document_.pop("rehearsal"), "rehearsal: expected this key, found nothing"),
    ],
)
def test_a_file_that_was_altered_in_its_form_is_refused(tmp_path: Path, change: Any, message: str) -> None:
    content = document()
    change(content)
    refusal = refused(tmp_path, content)
    assert message in refusal
    assert refusal.count("\n") == 0


def test_a_file_that_is_no_inventory_is_refused(tmp_path: Path) -> None:
    assert "expected JSON" in refused(tmp_path, "config: {}")
    with pytest.raises(Stop, match=r"nowhere\.json: expected a file that can be read"):
        session(tmp_path, "dev", tmp_path / "nowhere.json").__enter__()


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        (
            {"alicloud:region": "cn-beijing"},
            "region: cn-beijing, and the estate in the file is of cn-hangzhou",
        ),
        ({"alicloud:accountId": "42"}, "accountId: 42, and the estate in the file is of "),
    ],
)
def test_a_file_of_another_region_or_account_is_refused(keys: dict[str, str], problem: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        in_region(migration(), estate(), "Pulumi.dev.yaml", keys)
    assert f"Pulumi.dev.yaml: alicloud:{problem}" in str(refusal.value)


def test_a_stack_that_shares_a_network_is_refused_together_with_all_else() -> None:
    shared = migration(network={"mode": "shared", "stack": "organization/classic-to-vpc/first"})
    with pytest.raises(ConfigError) as refusal:
        in_region(shared, estate(), "Pulumi.dev.yaml", {"alicloud:region": "cn-beijing"})
    assert len(refusal.value.problems) == 2
    assert "network.stack: the file has no state of other stacks" in str(refusal.value)


@pytest.mark.parametrize("keys", [{}, {"alicloud:region": "cn-hangzhou"}])
def test_a_file_of_the_region_of_the_stack_is_taken(keys: dict[str, str]) -> None:
    content = migration()
    assert in_region(content, estate(), "Pulumi.dev.yaml", keys) is content


def test_nothing_in_the_environment_leads_to_a_cloud_or_a_backend() -> None:
    harmless = {"PATH": "/usr/bin", "HOME": "/home/x", "PULUMI_HOME": "/home/x/.pulumi"}
    leading = {
        "ALICLOUD_ACCESS_KEY": "a",
        "ALIBABA_CLOUD_ECS_METADATA": "role",
        "ALIBABACLOUD_ACCESS_KEY_ID": "a",
        "ECS_ENDPOINT": "ecs.example.com",
        "TF_ENDPOINT_PATH": "/etc/endpoints.xml",
        "PULUMI_ACCESS_TOKEN": "pul-x",
        "PULUMI_CONFIG_PASSPHRASE_FILE": "/secret",
        "PREFLIGHT_ESTATE": "/other.json",
    }
    assert without_cloud({**harmless, **leading}) == harmless


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose engine need not be there: what is refused is refused before it is used."""
    directory = tmp_path / "project"
    directory.mkdir()
    (tmp_path / "scratch").mkdir()
    (directory / "Pulumi.yaml").write_text("name: classic-to-vpc\nruntime: python\n", encoding="utf-8")
    monkeypatch.setattr("preflight.workspace._engine", lambda _environ: None)
    monkeypatch.setattr("preflight.workspace.judged_environment", lambda _engine, _directory, environ: dict(environ))
    return directory


@pytest.mark.parametrize(
    ("stacks", "message"),
    [
        ({}, "--stack: expected the name of a stack with --estate; there is none"),
        ({"a": "", "b": ""}, "--stack: expected the name of a stack with --estate; there are a, b"),
        ({"a": "- 1"}, "Pulumi.a.yaml: expected a map"),
        ({"a": "config: {classic-to-vpc:key: {secure: abc}}"}, "Pulumi.a.yaml: classic-to-vpc:key: expected no secret"),
        (
            {"a": "config: {classic-to-vpc:migration: {waves: [{name: {secure: abc}}]}}"},
            "Pulumi.a.yaml: classic-to-vpc:migration: expected no secret with --estate, which has no key to open it",
        ),
    ],
)
def test_a_stack_that_cannot_be_judged_by_a_file_says_why(
    project: Path, tmp_path: Path, stacks: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in stacks.items():
        (project / f"Pulumi.{name}.yaml").write_text(text, encoding="utf-8")
    environ = {"PATH": "/usr/bin"}
    monkeypatch.setattr("os.environ", dict(environ))
    with pytest.raises(Stop) as stopped:
        open_by_file(project, None, environ, tmp_path / "estate.json", tmp_path / "scratch")
    assert stopped.value.code == 2
    assert message in str(stopped.value)


@pytest.mark.skipif(sys.platform != "linux", reason="others take longer variables")
def test_a_config_too_long_for_the_program_is_reported_with_the_way_out(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = json.dumps([f"i-{number:020}" for number in range(6000)])
    text = f'config: {{"classic-to-vpc:migration": {{"later": {later}}}}}'
    (project / "Pulumi.a.yaml").write_text(text, encoding="utf-8")
    environ = {"PATH": "/usr/bin"}
    monkeypatch.setattr("os.environ", dict(environ))
    with pytest.raises(
        Stop, match=r"^Pulumi.a.yaml: the config takes 1[5-9]\d KiB.*migration\.include names"
    ) as stopped:
        open_by_file(project, None, environ, tmp_path / "estate.json", tmp_path / "scratch")
    assert stopped.value.code == 2
