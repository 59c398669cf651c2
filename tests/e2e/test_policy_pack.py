"""The pack everywhere the engine runs packs: preview, up, and the analysis of a state, with and without configuration.

`pulumi policy analyze` asks the pack about a state without running the program: what it answers about the stack that is
up is what a preview of it answers, so that most is tried on that state, bent.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import pytest

import toolchain
from demo.project import REPOSITORY
from policies.core.outcome import Outcome
from policies.core.plan import CLASSIC_LINK_ATTACHMENT, MIGRATING_INSTANCE, MIGRATION
from policies.pack.engine import ADVICE, ANNOUNCED, TOLD, WAIVED, WHAT_IF
from policies.results import findings
from simulator.server import running
from tests.e2e.conftest import ESTATE, Stack
from tests.policies.recorded import record
from tests.policies.recordings import HERE as RECORDINGS
from tests.policies.sdk import SECRET_SIGNATURE, SIGNATURE_KEY

pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]

PEERS, FREE = "classic-link-peers-reachable", "guest-free-space"
MONITORED = {"app-1", "app-2", "web-1", "web-2", "web-3"}
# ftp-1 has 8,789 MiB free, all others twice as much and more.
TOO_LITTLE = {FREE: {"freeMib": 10_000}}

State = dict[str, Any]


@dataclass
class Analysis:
    """What one run of the engine said: exit code, output, policy events, and the pack's result file."""

    code: int
    output: str
    events: list[dict[str, Any]]
    written: bytes

    @property
    def result(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads(self.written)
        return loaded

    def mandatory(self) -> set[tuple[str, str]]:
        """Policy and name of the resource of every mandatory violation."""
        return {
            (event["policyName"], event["resourceUrn"].rpartition("::")[2])
            for event in self.events
            if event["enforcementLevel"] == "mandatory"
        }


@dataclass
class Up:
    """A stack that is up, with nothing left to change, and its state."""

    stack: Stack
    state: State

    def analyzed(
        self,
        state: State | None = None,
        config: Mapping[str, Any] | None = None,
        now: str | None = None,
        pack: Path = REPOSITORY / "policies",
    ) -> Analysis:
        """`pulumi policy analyze` of a state, by default the stack's own."""
        directory = self.stack.project.directory
        file, given = directory / "exported.json", directory / "policy-config.json"
        file.write_text(json.dumps(self.state if state is None else state), encoding="utf-8")
        options = ["--file", str(file), "--policy-pack", str(pack), "--json", "--non-interactive"]
        if config is not None:
            given.write_text(json.dumps(config), encoding="utf-8")
            options += ["--policy-pack-config", str(given)]
        environ = self.stack.project.environ | ({} if now is None else {"PREFLIGHT_NOW": now})
        self.stack.project.result_file.unlink(missing_ok=True)
        # The engine runs where there is no project: a state needs none.
        done = subprocess.run(
            ["pulumi", "policy", "analyze", *options],
            cwd=directory.parent,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        return Analysis(
            done.returncode,
            done.stdout + done.stderr,
            policy_events(done.stdout),
            self.stack.project.result_file.read_bytes() if self.stack.project.result_file.exists() else b"",
        )


def policy_events(text: str) -> list[dict[str, Any]]:
    """The policy events among the engine's events, one JSON object a line."""
    events = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return [event["policyEvent"] for event in events if "policyEvent" in event]


@pytest.fixture(scope="module")
def up(applied: Stack) -> Up:
    return Up(applied, json.loads(applied.project.run("stack", "export", "--stack", "test", check=True).stdout))


def bent(state: State, *bends: Callable[[State], object]) -> State:
    """The state with something else in it."""
    changed = deepcopy(state)
    for bend in bends:
        bend(changed)
    return changed


def facts(state: State, resource_type: str, name: str) -> dict[str, Any]:
    """What a component of the state registered."""
    found: dict[str, Any]
    (found,) = (
        item["outputs"]
        for item in state["deployment"]["resources"]
        if item["type"] == resource_type and item["urn"].endswith(f"::{name}")
    )
    return found


def without_link(state: State) -> None:
    """Five instances talk with mon-1, which stays; nothing else is linked for them."""
    resources = state["deployment"]["resources"]
    resources[:] = [
        item
        for item in resources
        if item["type"] != CLASSIC_LINK_ATTACHMENT or not item["urn"].endswith("::i-bp1mon10000000000001")
    ]


def agree(analysis: Analysis) -> bool:
    """Whether policy events and findings of the result file are the same: each finding in one event, by its id.

    An event about one instance stands on it, one about several on the Migration.
    """
    expected: Counter[tuple[str, str, str, str]] = Counter()
    severities = {rule["id"]: rule["severity"] for rule in analysis.result["rules"]}
    urns = {item["subject"]["id"]: item["subject"]["urn"] for item in findings(analysis.result)}
    for item in findings(analysis.result):
        rule_id, subject = item["rule"], item["subject"]["id"]
        if item["blocking"]:
            expected[rule_id, "mandatory", severities[rule_id], subject] += 1
        elif item["outcome"] in (Outcome.FAIL, Outcome.UNKNOWN):
            expected[f"{ADVICE} {rule_id}", "advisory", "medium", subject] += 1
        elif item["outcome"] == Outcome.WAIVED:
            expected[f"{WAIVED} {rule_id}", "advisory", "medium", subject] += 1
    reported: Counter[tuple[str, str, str, str]] = Counter()
    for event in analysis.events:
        policies, text = [event["policyName"]], " ".join(event["message"].partition("Why: ")[0].split())
        if policies[0] in (TOLD, ANNOUNCED, WHAT_IF):
            continue
        if policies[0] in (ADVICE, WAIVED):
            rules = " ".join(event["message"].splitlines()[1:]).partition(":")[0]
            policies = [f"{policies[0]} {rule_id}" for rule_id in rules.split(", ")]
        subjects = _named(text, analysis.result)
        assert subjects, text
        on = (
            {urns[subjects[0]]}
            if len(subjects) == 1
            else {
                item["subject"]["urn"] for item in findings(analysis.result) if item["subject"]["kind"] == "migration"
            }
        )
        assert event["resourceUrn"] in on
        for policy, subject in product(policies, subjects):
            reported[policy, event["enforcementLevel"], event["severity"], subject] += 1
    assert reported == expected
    untold = [event for event in analysis.events if event["policyName"] in (TOLD, ANNOUNCED)]
    assert {event["enforcementLevel"] for event in untold} == {"advisory"}
    assert sum(event["policyName"] == TOLD for event in untold) == 1
    return True


def _named(text: str, result: dict[str, Any]) -> list[str]:
    """The ids of whom a message is about: a few stand with theirs, of many the names alone."""
    subjects = {item["subject"]["id"]: item["subject"]["name"] for item in findings(result)}
    lists = re.findall(r"(?:\d+ instances|each in the result file): ([\w., -]+?)(?: and \d+ more)?(?=:| *$)", text)
    listed = {name for names in lists for name in names.split(", ")}
    return [
        own
        for own, name in subjects.items()
        if name in listed or re.search(rf"\({re.escape(own)}\)[:,]|(^| ){re.escape(own)}: ", text)
    ]


@pytest.fixture(scope="module")
def written(up: Up) -> bytes:
    """The result of the preview `one`."""
    project = up.stack.project
    ran, project.environ = project.environ, project.environ | {"PREFLIGHT_RUN_ID": "one"}
    try:
        assert up.stack.pulumi("preview", "--expect-no-changes") == 0, up.stack.output
    finally:
        project.environ = ran
    return project.result_file.read_bytes()


def test_a_state_is_judged_as_its_preview(up: Up, written: bytes) -> None:
    previewed = timeless(written)
    assert previewed["run"]["stackFile"]["path"] == "Pulumi.test.yaml"
    analysis = up.analyzed()
    assert analysis.code == 0, analysis.output
    assert timeless(analysis.written)["results"] == previewed["results"]
    assert agree(analysis)
    up.stack.project.result_file.unlink()
    done = up.stack.project.run("policy", "analyze", "--stack", "test", "--policy-pack", "policies")
    assert done.returncode == 0, done.stdout
    assert timeless(up.stack.project.result_file.read_bytes()) == timeless(analysis.written)


def timeless(written: bytes) -> dict[str, Any]:
    """A result less the times of its judgement: the clock runs on."""
    result: dict[str, Any] = json.loads(written)
    return {key: value for key, value in result.items() if key not in ("now", "judgedAt")}


def test_a_result_of_an_earlier_run_passes_no_gate(up: Up, written: bytes) -> None:
    """Whatever fails before the program or the pack begins, and a preview without the pack, which passes."""
    project = up.stack.project
    project.result_file.write_bytes(written)
    read = [sys.executable, "-m", "policies.verdict", str(project.result_file), "--rehearsal"]

    def verdict(run: str) -> tuple[int, str]:
        done = subprocess.run([*read, "--run", run], cwd=project.directory, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    ran = project.environ
    try:
        assert verdict("one")[0] == 0, verdict("one")[1]
        project.environ = ran | {"PREFLIGHT_RUN_ID": "two", "PULUMI_CONFIG_PASSPHRASE": "wrong"}
        assert up.stack.pulumi("preview") != 0
        assert verdict("two")[0] == 40
        assert "its run is one, expected two" in verdict("two")[1]
        project.environ = ran | {"PREFLIGHT_RUN_ID": "three"}
        assert up.stack.pulumi("preview", "--policy-pack", "no-such-directory", pack=False) != 0
        assert verdict("three")[0] == 40
        assert up.stack.pulumi("preview", pack=False) == 0, up.stack.output
        assert not project.result_file.exists()
        assert verdict("three")[0] == 40
    finally:
        project.environ = ran


@pytest.mark.parametrize("narrowed", [(), ("--target", "**EcsSnapshot**")], ids=["whole", "target"])
def test_what_the_update_takes_away_does_not_count(up: Up, narrowed: tuple[str, ...]) -> None:
    """The engine shows the pack the whitelist group all the same: it has refreshed it, or spares it."""
    up.stack.configure(lambda migration: migration["databases"].pop(0))
    try:
        assert up.stack.pulumi("preview", *narrowed) != 0, up.stack.output
        assert up.stack.found() == {"database-whitelist-has-vswitch-cidr": {"app-1", "app-2", "web-1"}}
    finally:
        up.stack.configure()


def test_a_replacement_that_the_cloud_would_refuse_is_found(up: Up) -> None:
    """A VSwitch is made before the old one is deleted, whose block it has."""
    assert up.stack.pulumi("preview", "--replace", "**vpc/switch:Switch::shop-cn-hangzhou-b") != 0, up.stack.output
    assert up.stack.found() == {"network-vswitch-in-usable-zone": {"batch-1", "ftp-1", "web-1"}}
    [reason] = {item["reason"] for item in findings(up.stack.result(), "FAIL")}
    assert "its block 172.16.1.0/24 overlaps 172.16.1.0/24 of vsw-" in reason


@pytest.fixture(scope="module")
def unlinked(up: Up) -> Analysis:
    """The analysis of the state without the link."""
    return up.analyzed(bent(up.state, without_link))


def test_a_missing_link_in_a_state_fails_the_rule_of_links_alone(unlinked: Analysis) -> None:
    analysis = unlinked
    assert analysis.code != 0
    assert {rule_id for rule_id, _ in analysis.mandatory()} == {PEERS}
    assert {item["subject"]["name"] for item in findings(analysis.result) if item["blocking"]} == MONITORED
    assert agree(analysis)


def test_events_and_result_agree_on_every_outcome(up: Up) -> None:
    def waive(state: State) -> None:
        facts(state, MIGRATION, "migration")["waivers"] = [
            {
                "rule": PEERS,
                "instanceIds": ["i-bp1web10000000000001"],
                "reason": "nothing is watched in the window",
                "owner": "ann@example.com",
                "approvedBy": "bob@example.com",
                "approvedAt": "2026-11-29T09:00:00+08:00",
                "expires": "2026-12-10T09:00:00+08:00",
            }
        ]

    def forget(state: State) -> None:
        del facts(state, MIGRATING_INSTANCE, "i-bp1web20000000000001")["eniQuantity"]

    analysis = up.analyzed(bent(up.state, without_link, waive, forget), TOO_LITTLE)
    assert analysis.code != 0
    assert set(analysis.result["tally"]) == {outcome for outcome, count in analysis.result["tally"].items() if count}
    assert agree(analysis)
    names = Counter(event["policyName"] for event in analysis.events)
    assert names == {PEERS: 1, "instance-type-supports-eni": 1, WAIVED: 1, ADVICE: 1, ANNOUNCED: 1, TOLD: 1}


def test_secrets_of_a_state_are_never_shown(up: Up) -> None:
    """The engine hands it over in the clear where it can; what it cannot decrypt, redacted."""

    def hide(state: State) -> None:
        instance = facts(state, MIGRATING_INSTANCE, "i-bp1web20000000000001")
        instance["instanceName"] = {SIGNATURE_KEY: SECRET_SIGNATURE, "plaintext": json.dumps("hunter2")}
        instance["status"] = {SIGNATURE_KEY: SECRET_SIGNATURE, "ciphertext": "v1:not-to-be:decrypted"}

    analysis = up.analyzed(bent(up.state, hide))
    assert analysis.mandatory() == {("instance-operable", "i-bp1web20000000000001")}
    assert "hunter2" not in analysis.output
    assert b"hunter2" not in analysis.written
    assert agree(analysis)


# ---- configuration ----


@pytest.mark.parametrize("level", ["advisory", "disabled"])
def test_a_level_changes_what_fails_and_not_what_is_written(up: Up, level: str) -> None:
    state = bent(up.state, without_link)
    analysis = up.analyzed(state, {PEERS: level})
    assert analysis.code == 0, analysis.output
    assert {item["rule"] for item in findings(analysis.result) if item["blocking"]} == {PEERS}
    assert analysis.result["judgement"]["hypothetical"] == "NOT READY"
    levels = [event["enforcementLevel"] for event in analysis.events if event["policyName"] == PEERS]
    assert levels == (["advisory"] if level == "advisory" else [])


def test_advice_becomes_mandatory_at_the_configured_lead_time(up: Up) -> None:
    """A second more than a week before the window; `test_lead_times` holds the very moment, for each rule."""
    for config, mandatory in ((TOO_LITTLE, 0), ({FREE: {**TOO_LITTLE[FREE], "leadHours": 192}}, 1)):
        analysis = up.analyzed(config=config, now="2026-12-05T01:59:59+08:00")
        assert agree(analysis)
        # It is a what-if, which fails by itself.
        assert (analysis.code, len(analysis.mandatory())) == (1, mandatory + 1)


def test_the_example_of_the_readme_is_taken_as_it_stands(up: Up) -> None:
    text = (REPOSITORY / "policies/README.md").read_text(encoding="utf-8")
    config = json.loads(text.partition("```json")[2].partition("```")[0])
    assert set(config) == {FREE, PEERS}
    analysis = up.analyzed(bent(up.state, without_link), config)
    assert analysis.mandatory() == {(FREE, "i-bp1ftp10000000000001")}
    assert {event["policyName"] for event in analysis.events} == {FREE, PEERS, ANNOUNCED, TOLD}


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a text for a number": ({FREE: {"freeMib": "600"}}, f"{FREE}: freeMib: Invalid type. Expected: number"),
    "less than the notice asks for": (
        {FREE: {"freeMib": 10}},
        f"{FREE}: freeMib: Must be greater than or equal to 500",
    ),
    "more than a year": ({FREE: {"leadHours": 8761}}, f"{FREE}: leadHours: Must be less than or equal to 8760"),
    "no level": ({FREE: "strong"}, '"strong" is not a valid enforcement level'),
    "a rule that there is not": (
        {"guest-free-spaces": "disabled"},
        f"guest-free-spaces is not a policy of this pack; is {FREE} meant?",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_configuration_that_cannot_be_meant_is_refused(up: Up, case: str) -> None:
    config, message = REFUSED[case]
    analysis = up.analyzed(config=config)
    assert analysis.code != 0
    assert message in analysis.output
    assert analysis.written == b""


def test_a_setting_that_the_rule_does_not_have_is_its_finding(up: Up) -> None:
    analysis = up.analyzed(config={FREE: {"freeMb": 600}})
    assert analysis.code != 0
    assert analysis.mandatory() == {(FREE, "migration")}
    (message,) = (event["message"] for event in analysis.events if event["policyName"] == FREE)
    assert "freeMb is not a setting of this rule; it has leadHours, freeMib" in " ".join(message.split())
    assert agree(analysis)


# ---- the directory on its own ----


def test_the_pack_is_complete_in_its_directory(up: Up, unlinked: Analysis, tmp_path: Path) -> None:
    """As published: elsewhere, under another name, with what its requirements name and none of the other rooms."""
    pack = tmp_path / "classic-to-vpc-preflight-v0.1.0"
    shutil.copytree(REPOSITORY / "policies", pack, ignore=shutil.ignore_patterns("venv", "__pycache__"))
    (pack / "venv").symlink_to(REPOSITORY / ".venv")
    here, there = unlinked, up.analyzed(bent(up.state, without_link), pack=pack)
    assert (there.code, there.events) == (here.code, here.events)
    assert timeless(there.written) == timeless(here.written)


def test_a_recording_made_anew_is_the_same(engine: toolchain.Engine, tmp_path: Path) -> None:
    """Else the program tells the rules something else by now: `make record`."""
    with running(ESTATE) as cloud:
        recording = record.first(Stack.prepared(engine, cloud, tmp_path))
    assert recording.splitlines() == (RECORDINGS / "first.jsonl").read_text(encoding="utf-8").splitlines()
