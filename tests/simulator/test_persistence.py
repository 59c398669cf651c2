"""The state file: what survives a restart, what a bad file says, and that nothing is ever half written."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator import persistence
from simulator.__main__ import main
from simulator.model.base import Table
from simulator.model.estate import Estate
from simulator.model.fault import Fault
from simulator.persistence import StateFileError, persisted, restored, write_atomically
from simulator.saved import SETTINGS, Saved
from simulator.server import Simulator, running
from simulator.simulation import Simulation
from tests.processes import started
from tests.simulator.conftest import SAMPLE
from tests.simulator.sdk import PATIENCE, Api
from tests.simulator.signing import Direct

VPC = {"CidrBlock": "172.16.0.0/16"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.json"


def _again(simulation: Simulation, path: Path, estate: Estate) -> Simulation:
    """What another process makes of the state."""
    path.write_text(simulation.saved()[1], encoding="utf-8")
    return restored(path, estate)


def _until(met: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not met():
        assert time.monotonic() < deadline, "never met"


def test_without_a_file_the_estate_is_the_beginning(path: Path, quick: Estate) -> None:
    assert restored(path, quick).state() == Simulation(quick).state()


STEPS: dict[str, Callable[[Direct, int], object]] = {
    "vpc": lambda direct, number: direct.reply("vpc:CreateVpc", **VPC, ClientToken=f"token-{number % 3}"),
    "group": lambda direct, number: direct.reply("ecs:CreateSecurityGroup", SecurityGroupName=f"group-{number}"),
    "snapshot": lambda direct, number: direct.reply("ecs:CreateSnapshot", DiskId=_first(direct, "disks")),
    "delete snapshot": lambda direct, number: direct.reply(
        "ecs:DeleteSnapshot", SnapshotId=_first(direct, "snapshots")
    ),
    "delete vpc": lambda direct, number: direct.reply("vpc:DeleteVpc", VpcId=_first(direct, "vpcs")),
    "tag": lambda direct, number: direct.reply(
        "vpc:TagResources",
        **{"ResourceType": "VPC", "ResourceId.1": _first(direct, "vpcs"), "Tag.1.Key": f"key-{number}"},
    ),
    "wait": lambda direct, number: direct.simulation.clock.advance(number),
}


def _first(direct: Direct, table: str) -> str:
    return next((item.id for item in getattr(direct.simulation.cloud.estate, table)), "none")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(sorted(STEPS)), max_size=8))
def test_everything_that_can_be_seen_survives(path: Path, quick: Estate, steps: list[str]) -> None:
    simulation = Simulation(quick)
    direct = Direct(simulation)
    for number, step in enumerate(steps):
        STEPS[step](direct, number)
    again = _again(simulation, path, quick)
    # First of all, for the statuses that pass: both at one moment.
    again.clock.advance(3600)
    simulation.clock.advance(3600)
    assert again.state() == simulation.state()
    for action, parameters in (
        ("vpc:CreateVpc", {**VPC, "ClientToken": "token-0"}),
        ("vpc:CreateVpc", VPC),
        ("ecs:CreateSecurityGroup", {"SecurityGroupName": "group-1"}),
        ("ecs:DescribeSnapshots", {}),
    ):
        replies = [Direct(one).reply(action, **parameters) for one in (simulation, again)]
        assert _without_times(replies[0].body) == _without_times(replies[1].body)
        assert replies[0].status == replies[1].status


def _without_times(body: dict[str, Any]) -> str:
    """Created on either side of the restart, a thing is some milliseconds younger."""
    return json.dumps({key: value for key, value in body.items() if "Time" not in key}, sort_keys=True)


def test_the_clock_goes_on_from_where_it_was(path: Path, quick: Estate) -> None:
    simulation = Simulation(quick)
    simulation.clock.advance(86_400)
    before = simulation.clock.now()
    again = _again(simulation, path, quick)
    assert (again.clock.now() - before).total_seconds() < 3600
    assert again.clock.now() >= before
    assert again.clock.now().isoformat()[-6:] == "+08:00"


def test_a_passing_status_ends_after_the_restart(path: Path, quick: Estate) -> None:
    quick.timings.vpc = 600
    simulation = Simulation(quick)
    vpc_id = Direct(simulation)("vpc:CreateVpc", **VPC)["VpcId"]
    again = _again(simulation, path, quick)
    assert Direct(again)("vpc:DescribeVpcAttribute", VpcId=vpc_id)["Status"] == "Pending"
    again.clock.advance(601)
    assert Direct(again)("vpc:DescribeVpcAttribute", VpcId=vpc_id)["Status"] == "Available"


def test_a_state_may_have_snapshots_without_their_disk(path: Path, quick: Estate) -> None:
    simulation = Simulation(quick)
    estate = simulation.cloud.estate
    snapshot = Direct(simulation)("ecs:CreateSnapshot", DiskId=estate.disks[0].id)["SnapshotId"]
    estate.disks.remove(estate.disks[0])
    again = _again(simulation, path, quick)
    assert again.cloud.estate.snapshots.find(str(snapshot)) is not None


def test_settings_are_those_of_the_estate_file(path: Path, quick: Estate) -> None:
    simulation = Simulation(quick)
    simulation.faults.add(effect="error")
    quick.users = quick.users[1:]
    quick.timings.vpc = 77
    quick.faults = [Fault(actions=["ecs:*"], effect="throttle")]
    again = _again(simulation, path, quick)
    assert [user["name"] for user in again.state()["users"]] == ["blind"]
    assert again.state()["timings"]["vpc"] == 77
    assert [fault["actions"] for fault in again.faults.all()] == [["ecs:*"]]
    again.reset()
    assert again.state() == Simulation(quick).state()


def test_every_field_of_an_estate_is_a_setting_or_live(quick: Estate) -> None:
    live = set(Saved.model_validate_json(Simulation(quick).saved()[1]).live)
    tables = {name for name in Estate.model_fields if isinstance(getattr(quick, name), Table)}
    assert set(Estate.model_fields) >= SETTINGS
    assert live >= tables
    assert not live & SETTINGS


def test_no_secret_is_in_it(quick: Estate) -> None:
    simulation = Simulation(quick)
    Direct(simulation)("vpc:CreateVpc", **VPC, ClientToken="token-1")
    _, text = simulation.saved()
    for user in quick.users:
        assert user.access_key_id not in text
        assert user.access_key_secret.get_secret_value() not in text


# --- bad files -------------------------------------------------------------------------------------------------------


def _changed(quick: Estate, **changes: object) -> str:
    return json.dumps({**json.loads(Simulation(quick).saved()[1]), **changes})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (lambda quick: "", "expected the JSON of a state written by --state"),
        (lambda quick: "version: 1\n", "expected the JSON of a state written by --state"),
        (lambda quick: Simulation(quick).saved()[1][:-100], "expected the JSON of a state written by --state"),
        (lambda quick: "[]", "expected a state written by --state"),
        (lambda quick: "{}", "expected a state written by --state: region_id"),
        (lambda quick: _changed(quick, simulator_state=2), "simulator_state"),
        (
            lambda quick: _changed(quick, account_id="9" * 16),
            f"account_id: {'9' * 16}, expected that of the estate file",
        ),
        (lambda quick: _changed(quick, region_id="cn-beijing"), "region_id: cn-beijing, expected that of"),
        (lambda quick: _changed(quick, now="2026-11-30T09:00:00"), "now: "),
        (lambda quick: _changed(quick, more=1), "more: "),
        (lambda quick: _changed(quick, live={"moons": []}), "live: unknown moons, expected one of: "),
        (lambda quick: _changed(quick, live={}), "live.zones: missing"),
        (lambda quick: _changed(quick, live={"zones": [], "vpcs": [{"id": 1}]}), "live.vpcs.0.id: "),
    ],
)
def test_a_file_that_is_no_state_of_this_estate_is_refused_and_kept(
    path: Path, quick: Estate, capsys: pytest.CaptureFixture[str], text: Callable[[Estate], str], message: str
) -> None:
    path.write_text(text(quick), encoding="utf-8")
    before = path.read_bytes()
    assert main(["serve", "--estate", str(SAMPLE), "--state", str(path)]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith(f"{path}: ")
    assert message in output.err
    assert output.err.count("\n") == 1
    assert path.read_bytes() == before


def test_an_unreadable_state_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(b"\xff\xfe")
    for wrong in (path, tmp_path, tmp_path / "no" / "such.json"):
        assert main(["serve", "--estate", str(SAMPLE), "--state", str(wrong)]) == 2
        assert capsys.readouterr().err.startswith(f"{wrong}: ")


# --- writing ---------------------------------------------------------------------------------------------------------


def test_the_file_is_the_owners_and_stands_alone(path: Path, quick: Estate) -> None:
    with persisted(path, Simulation(quick)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_when_writing_fails_the_old_file_stays(path: Path, monkeypatch: pytest.MonkeyPatch, failing: str) -> None:
    write_atomically(path, "old")

    def fail(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    owner: object = os if failing == "fsync" else Path
    monkeypatch.setattr(owner, failing, fail)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]


def test_a_reader_never_sees_half_of_it(path: Path) -> None:
    texts = {letter * 100_000 for letter in "ab"}
    write_atomically(path, max(texts))
    done = threading.Event()

    def write() -> None:
        for _ in range(20):
            for text in texts:
                write_atomically(path, text)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not done.is_set():
        assert path.read_text() in texts
    writer.join()


def test_it_is_written_when_something_changed_and_only_then(
    path: Path, quick: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(persistence, "INTERVAL", 0.001)
    monkeypatch.setattr(persistence, "_SHARE", 0)
    simulation = Simulation(quick)
    written, write = [], persistence.write_atomically

    def count(target: Path, text: str) -> None:
        written.append(text)
        write(target, text)

    monkeypatch.setattr(persistence, "write_atomically", count)
    direct = Direct(simulation)
    with persisted(path, simulation):
        direct("vpc:DescribeVpcs")
        vpc_id = str(direct("vpc:CreateVpc", **VPC)["VpcId"])
        _until(lambda: vpc_id in path.read_text())
        simulation.clock.advance(3600)
        _until(lambda: "2026-11-30T10:" in path.read_text())
        simulation.reset()
        _until(lambda: vpc_id not in path.read_text())
    assert len(written) == 5, "at the beginning, three changes, at the end"


def test_a_writing_that_fails_is_reported_and_tried_again(
    path: Path, quick: Estate, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(persistence, "INTERVAL", 0.001)
    write, failed = persistence.write_atomically, threading.Event()

    def fail_once(target: Path, text: str) -> None:
        if target.exists() and not failed.is_set():
            failed.set()
            raise OSError(28, "No space left on device")
        write(target, text)

    monkeypatch.setattr(persistence, "write_atomically", fail_once)
    simulation = Simulation(quick)
    with persisted(path, simulation):
        vpc_id = str(Direct(simulation)("vpc:CreateVpc", **VPC)["VpcId"])
        _until(lambda: vpc_id in path.read_text())
    assert capfd.readouterr().err == f"{path}: the state cannot be written: No space left on device\n"


def test_a_last_writing_that_fails_is_an_error(path: Path, quick: Estate) -> None:
    def run() -> None:
        with persisted(path, Simulation(quick)):
            path.unlink()
            path.mkdir()

    with pytest.raises(StateFileError, match="the state cannot be written"):
        run()


# --- processes -------------------------------------------------------------------------------------------------------


@contextmanager
def _served(path: Path, sample: Estate) -> Iterator[tuple[subprocess.Popen[str], Api]]:
    """A process that keeps its state in `path`, and its API."""
    command = [sys.executable, "-m", "simulator", "serve", "--estate", str(SAMPLE), "--state", str(path)]
    with started(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().rpartition(":")[2])
        # The handle is for host and credentials only; the state is the process's.
        yield process, Api(Simulator(Simulation(sample), port, ""))


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_process_that_is_ended_loses_nothing(path: Path, sample: Estate, ending: signal.Signals) -> None:
    with _served(path, sample) as (process, api):
        first = api.new_vpc(ClientToken="token-1")
        process.send_signal(ending)
        assert process.wait(PATIENCE) == 0
    with _served(path, sample) as (process, api):
        assert api("vpc:CreateVpc", **VPC, ClientToken="token-1")["VpcId"] == first
        assert api("vpc:CreateVpc", **VPC)["VpcId"] != first


def test_a_process_that_is_killed_loses_no_more_than_what_was_not_written_yet(path: Path, sample: Estate) -> None:
    with _served(path, sample) as (process, api):
        first = str(api("vpc:CreateVpc", **VPC)["VpcId"])
        _until(lambda: first in path.read_text())
        process.kill()
        process.wait(PATIENCE)
    with _served(path, sample) as (process, api):
        assert api("vpc:DescribeVpcs", VpcId=first)["TotalCount"] == 1


def test_two_runs_in_one_process(path: Path, quick: Estate) -> None:
    with running(quick, path) as simulator:
        first = Api(simulator).new_vpc()
    with running(quick, path) as simulator:
        assert first in {vpc["id"] for vpc in simulator.state()["vpcs"]}
        simulator.reset()
    with running(quick, path) as simulator:
        assert first not in {vpc["id"] for vpc in simulator.state()["vpcs"]}
