"""What a run leaves of an earlier one, and what it says that it is made of."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.config import CONFIG_KEY, ConfigError, parse
from components.run import Sources, _stack_file, discard_result, failure_kind, read_sources
from estate.errors import CloudError, EstateError
from tests.components.builders import FILE, config


def write_stack(directory: Path, migration: Any, **cloud: Any) -> None:
    keys = {f"alicloud:{key}": value for key, value in cloud.items()}
    (directory / FILE).write_text(yaml.safe_dump({"config": {CONFIG_KEY: migration, **keys}}), encoding="utf-8")


def sources(directory: Path, raw: Any, **cloud: str) -> Sources:
    return read_sources(
        parse(raw, FILE), raw, directory, FILE, {f"alicloud:{key}": value for key, value in cloud.items()}
    )


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def git(directory: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *identity, *arguments], cwd=directory, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_stack(tmp_path, config())
    return tmp_path


# ---- the result of an earlier run ----


def test_the_result_of_an_earlier_run_is_removed(tmp_path: Path) -> None:
    result = tmp_path / "result.json"
    result.write_text('{"judgement": {"readiness": "READY"}}')
    discard_result({"PREFLIGHT_RESULT": str(result)})
    discard_result({"PREFLIGHT_RESULT": str(result)})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("environ", [{}, {"PREFLIGHT_RESULT": ""}])
def test_without_a_path_there_is_nothing_to_remove(environ: dict[str, str]) -> None:
    discard_result(environ)


def test_a_relative_path_is_refused() -> None:
    """The pack runs in another directory, and would write and remove another file."""
    with pytest.raises(EstateError, match=r"PREFLIGHT_RESULT: expected an absolute path, found .result\.json."):
        discard_result({"PREFLIGHT_RESULT": "result.json"})


def test_a_result_that_cannot_be_removed_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(EstateError, match="PREFLIGHT_RESULT: expected a file that can be removed"):
        discard_result({"PREFLIGHT_RESULT": str(tmp_path)})


# ---- what it is made of ----


def test_the_stack_file_has_its_digest(project: Path) -> None:
    run = sources(project, config())
    assert run.stack_file is not None
    assert (run.stack_file.path, run.stack_file.sha256) == (FILE, digest(project / FILE))
    assert run.files == ()


@pytest.mark.parametrize(
    "given",
    [config(freezeHours=25), config(freezeHours=None, protect=False), config(instances=["i-web"])],
    ids=["another value", "another key", "a shorter list"],
)
def test_a_stack_file_that_holds_another_config_is_not_told(project: Path, given: Any) -> None:
    """As with --config-file: the digest of a file that was not gone by would vouch for the wrong one."""
    assert sources(project, given).stack_file is None


@pytest.mark.parametrize("content", [None, "", "config: {", "[]", "config: {}", "\udcff"])
def test_a_stack_file_that_says_nothing_is_not_told(project: Path, content: str | None) -> None:
    (project / FILE).unlink()
    if content is not None:
        (project / FILE).write_bytes(content.encode("utf-8", "surrogateescape"))
    assert sources(project, config()).stack_file is None


def test_a_file_of_another_time_is_not_the_stack_file(project: Path) -> None:
    other = config()
    other["window"]["start"] = "2099-01-01T00:00:00+08:00"
    assert sources(project, other).stack_file is None


@pytest.mark.parametrize(("written", "given"), [("22:00", "22:00"), ("yes", "yes"), ("'06:30'", "06:30")])
def test_values_that_pulumi_reads_as_text_match_as_text(project: Path, written: str, given: str) -> None:
    """PyYAML's YAML 1.1 makes 1320 of 22:00, and a truth of yes."""
    (project / FILE).write_text(f"config:\n  {CONFIG_KEY}:\n    offPeak:\n      from: {written}\n")
    assert _stack_file(project / FILE, {"offPeak": {"from": given}}, project, {}, {}) is not None


def test_a_secret_is_the_same_in_another_form(project: Path) -> None:
    (project / FILE).write_text(f"config:\n  {CONFIG_KEY}:\n    note:\n      secure: v1:abc\n")
    assert _stack_file(project / FILE, {"note": "x"}, project, {}, {}) is not None


# Which cloud, and as whom, in the stack file; and the same as the engine gives it.
CLOUD: dict[str, Any] = {
    "region": "cn-hangzhou",
    "accountId": "1234567890123456",
    "skipRegionValidation": True,
    "endpoints": [{"ecs": "127.0.0.1:8815", "vpc": "127.0.0.1:8815"}],
    "assumeRole": {"roleArn": "acs:ram::1:role/x", "sessionExpiration": 900},
    "secretKey": {"secure": "v1:abc"},
}
GIVEN = {
    "region": "cn-hangzhou",
    "accountId": "1234567890123456",
    "skipRegionValidation": "true",
    "endpoints": '[{"ecs":"127.0.0.1:8815","vpc":"127.0.0.1:8815"}]',
    "assumeRole": '{"roleArn":"acs:ram::1:role/x","sessionExpiration":900}',
    "secretKey": "s3cret",
}


def test_a_stack_file_that_names_the_same_cloud_is_reported(project: Path) -> None:
    write_stack(project, config(), **CLOUD)
    assert sources(project, config(), **GIVEN).stack_file is not None


@pytest.mark.parametrize(
    "change",
    [
        {"region": "cn-beijing"},
        {"accountId": "99"},
        {"skipRegionValidation": "false"},
        {"endpoints": '[{"ecs":"127.0.0.1:9999","vpc":"127.0.0.1:8815"}]'},
        {"endpoints": "127.0.0.1:8815"},
        {"assumeRole": '{"roleArn":"acs:ram::1:role/y","sessionExpiration":900}'},
        {"profile": "other"},
        {"accessKey": "LTAI-of-somebody"},
        {"region": None},
    ],
    ids=lambda change: " ".join(change),
)
def test_a_stack_file_that_names_another_cloud_or_caller_is_not_told(project: Path, change: dict[str, Any]) -> None:
    """As with --config-file or an environment that has the same migration, and another region or identity."""
    write_stack(project, config(), **CLOUD)
    given = {key: value for key, value in {**GIVEN, **change}.items() if value is not None}
    assert sources(project, config(), **given).stack_file is None


@pytest.mark.parametrize("value", ["cn-hangzhou", {"value": "cn-hangzhou"}], ids=["plain", "value"])
def test_config_of_the_project_file_counts_and_is_digested(project: Path, value: Any) -> None:
    (project / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "x", "config": {"alicloud:region": value}}))
    run = sources(project, config(), region="cn-hangzhou")
    assert run.stack_file is not None
    assert [item.path for item in run.files] == ["Pulumi.yaml"]
    assert sources(project, config(), region="cn-beijing").stack_file is None
    # The stack's own word comes first.
    write_stack(project, config(), region="cn-beijing")
    assert sources(project, config(), region="cn-beijing").stack_file is not None


def test_evidence_flows_and_included_files_have_their_digests(project: Path) -> None:
    (project / "evidence").mkdir()
    for name in ("evidence/a.json", "evidence/b.json", "flows.csv", "waves.yaml"):
        (project / name).write_text(name)
    elsewhere = project.parent / "elsewhere.json"
    elsewhere.write_text("elsewhere")
    raw = config(
        evidence={"files": ["evidence/*.json", str(elsewhere)]},
        classicLink={"flowsFile": "flows.csv"},
        include=["waves.yaml"],
    )
    digests = {item.path: item.sha256 for item in sources(project, raw).files}
    names = ["evidence/a.json", "evidence/b.json", "flows.csv", "waves.yaml"]
    assert digests == {**{name: digest(project / name) for name in names}, str(elsewhere): digest(elsewhere)}


def test_evidence_that_is_not_there_is_an_error(project: Path) -> None:
    with pytest.raises(ConfigError, match=r"there is no file none\.json"):
        sources(project, config(evidence={"files": ["none.json"]}))


def test_the_checkout_shows_its_commit_and_whether_it_was_changed(project: Path) -> None:
    git(project, "init", "--quiet")
    git(project, "add", ".")
    git(project, "commit", "--quiet", "--message", "first")
    run = sources(project, config())
    assert (run.commit, run.dirty) == (git(project, "rev-parse", "HEAD"), False)
    (project / "result.json").write_text("{}")  # what is not tracked, such as a result, is no change
    assert sources(project, config()).dirty is False
    write_stack(project, config(freezeHours=30))
    assert sources(project, config(freezeHours=30)).dirty is True


def test_code_that_is_not_tracked_is_a_change(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(project, "init", "--quiet")
    git(project, "add", ".")
    git(project, "commit", "--quiet", "--message", "first")
    monkeypatch.setenv("GIT_DIR", str(project.parent / "elsewhere"))
    (project / "yaml.py").write_text("")
    assert sources(project, config()).dirty is True
    (project / "yaml.py").unlink()
    assert sources(project, config()).dirty is False


def test_without_a_checkout_or_git_the_commit_is_not_known(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (sources(project, config()).commit, sources(project, config()).dirty) == (None, None)
    monkeypatch.setenv("PATH", "")
    assert sources(project, config()).commit is None


def test_a_git_that_does_not_answer_is_not_waited_for(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkout on a disk that hangs: the preview goes on, and says that nobody knows the commit."""
    timeouts: list[float] = []

    def hangs(command: list[str], *, timeout: float, **_: object) -> None:
        timeouts.append(timeout)
        raise subprocess.TimeoutExpired(command, timeout)

    git(project, "init", "--quiet")
    git(project, "add", ".")
    git(project, "commit", "--quiet", "--message", "first")
    with monkeypatch.context() as patched:
        patched.setattr(subprocess, "run", hangs)
        run = sources(project, config())
    assert (run.commit, run.dirty, timeouts) == (None, None, [20])


def test_a_slow_git_status_leaves_dirty_unknown(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(project, "init", "--quiet")
    git(project, "add", ".")
    git(project, "commit", "--quiet", "--message", "first")
    head, run = git(project, "rev-parse", "HEAD"), subprocess.run

    def hangs(command: list[str], **options: Any) -> Any:
        if "status" in command:
            raise subprocess.TimeoutExpired(command, options["timeout"])
        return run(command, **options)

    with monkeypatch.context() as patched:
        patched.setattr(subprocess, "run", hangs)
        described = sources(project, config())
    assert (described.commit, described.dirty) == (head, None)


@pytest.mark.parametrize(
    ("code", "kind"), [("InvalidRegionId.NotFound", "input"), ("InvalidRegionId", "input"), ("InternalError", "cloud")]
)
def test_a_region_that_does_not_exist_is_bad_input_and_names_its_key(code: str, kind: str) -> None:
    error = CloudError("ecs:DescribeInstances", code, "The specified RegionId does not exist.", "ABC")
    assert failure_kind(error) == kind
    assert ("alicloud:region" in str(error)) is (kind == "input")
