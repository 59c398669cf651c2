"""The pack behind the policy SDK: proxies, levels, memory, the result file, and the directory as a program."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import pytest
from pulumi.runtime import proto
from pulumi.runtime.proto import analyzer_pb2_grpc
from pulumi_policy import EnforcementLevel

import policies
from policies.core.fixes import as_text, filled
from policies.core.outcome import Outcome
from policies.core.plan import (
    MIGRATING_INSTANCE,
    MIGRATION,
    SECURITY_GROUP,
    SECURITY_GROUP_RULES,
    SNAPSHOT,
    WHITELIST_GROUP,
)
from policies.pack.engine import (
    ADVICE,
    ANNOUNCED,
    TOLD,
    WAIVED,
    WHAT_IF,
    Servicer,
    not_checked,
    stack_policies,
    what_if,
)
from policies.pack.evaluation import Evaluator
from policies.pack.messages import WIDTH
from policies.pack.registry import all_rules
from policies.results import findings
from policies.subjects.notice import NOT_READABLE, unchecked
from tests.policies.prepared import BEFORE_FREEZE, UNKNOWN, Draft, prepared, urn
from tests.policies.rules.waiver.test_in_order import waiver
from tests.policies.sdk import Asked, about, request, secret, servicer
from tests.processes import started

PACK = Path(policies.__file__).parent


def _diagnostics(draft: Draft, **more: str) -> list[Any]:
    return list(servicer(more, draft.now).AnalyzeStack(request(draft), None).diagnostics)


def test_what_the_program_no_longer_declares_is_not_judged() -> None:
    """The engine shows it with the rest of the stack, where it has refreshed it or a target spares it."""
    draft = prepared()
    question = request(draft)
    pack = Servicer("pack", "0.0.1", stack_policies({}, lambda: draft.now), EnforcementLevel.ADVISORY)
    for resource in question.resources:
        if resource.type != WHITELIST_GROUP:
            pack.Analyze(about(resource), None)
    failed = {item.policyName for item in pack.AnalyzeStack(question, None).diagnostics}
    assert failed == {"database-whitelist-has-vswitch-cidr"}


def test_an_engine_that_asks_about_no_resource_by_itself_gets_no_pass() -> None:
    draft = prepared()
    pack = Servicer("pack", "0.0.1", stack_policies({}, lambda: draft.now), EnforcementLevel.ADVISORY)
    found = {item.policyName for item in pack.AnalyzeStack(request(draft), None).diagnostics}
    assert found >= {rule.id for rule in all_rules() if not rule.fixed_by_up}


def test_every_preview_shows_what_passing_does_not_mean() -> None:
    draft = prepared()
    policy = not_checked({})
    pack: Any = Asked("pack", "0.0.1", [policy], EnforcementLevel.MANDATORY)
    (diagnostic,) = pack.AnalyzeStack(request(draft), None).diagnostics
    assert diagnostic.enforcementLevel == proto.ADVISORY
    assert diagnostic.urn == urn(MIGRATION, "migration")
    missing = [*NOT_READABLE, *unchecked(item for rule in all_rules() for item in rule.notice_items)]
    assert diagnostic.message.splitlines()[1].startswith("Check this yourself")
    text = " ".join(diagnostic.message.split())
    assert [item for item in missing if item.partition(": ")[0] not in text] == []
    assert len(diagnostic.message.splitlines()) < 15
    assert "rehearsal" not in diagnostic.message


def test_a_rehearsal_is_reported_as_such_and_ready_for_no_gate(tmp_path: Path) -> None:
    draft, path = prepared(), tmp_path / "result.json"
    reason = "alicloud:endpoints leads to 127.0.0.1:8815, which is no host of Alibaba Cloud"
    draft.facts(MIGRATION)["rehearsal"] = [reason]
    pack: Any = Asked("pack", "0.0.1", [not_checked({}), what_if({})], EnforcementLevel.MANDATORY)
    (diagnostic,) = pack.AnalyzeStack(request(draft), None).diagnostics
    assert f"rehearsal, which passes no gate: {reason}" in " ".join(diagnostic.message.split())
    assert _diagnostics(draft, PREFLIGHT_RESULT=str(path)) == []
    result = json.loads(path.read_text(encoding="utf-8"))
    assert result["whatIf"] == [{"kind": "rehearsal", "reason": reason}]
    assert (result["judgement"]["readiness"], result["judgement"]["hypothetical"]) == ("WHAT-IF", "READY")


def test_another_time_than_the_present_fails_whatever_is_found(tmp_path: Path) -> None:
    draft, path = prepared(), tmp_path / "result.json"
    environ = {"PREFLIGHT_NOW": "2026-12-11T12:00:00+08:00", "PREFLIGHT_RESULT": str(path)}
    assert _diagnostics(draft, **environ) == []
    result = json.loads(path.read_text(encoding="utf-8"))
    reason = "PREFLIGHT_NOW asks about 2026-12-11T12:00+08:00, and it is 2026-12-11T02:00+00:00 now"
    assert result["whatIf"] == [{"kind": "time", "reason": reason}]
    assert (result["now"], result["clockSource"]) == ("2026-12-11T12:00:00+08:00", "PREFLIGHT_NOW")
    judgements = [item["judgement"] for item in (result, *result["waves"], *result["instances"])]
    assert {(item["readiness"], item["hypothetical"]) for item in judgements} == {("WHAT-IF", "READY")}
    pack: Any = Asked("pack", "0.0.1", [what_if(environ)], EnforcementLevel.ADVISORY)
    (diagnostic,) = pack.AnalyzeStack(request(draft), None).diagnostics
    assert (diagnostic.policyName, diagnostic.enforcementLevel) == (WHAT_IF, proto.MANDATORY)
    assert "This is a what-if:" in diagnostic.message
    assert diagnostic.message.endswith("Fix: unset PREFLIGHT_NOW")


def test_the_present_is_the_clouds_whatever_this_machine_says(tmp_path: Path) -> None:
    """Two days behind: neither the freeze nor a lead time begins later by that, and the clock is a finding."""
    draft, path = prepared(), tmp_path / "result.json"
    draft.facts(MIGRATION)["clock"]["machineTime"] = "2026-12-09T01:00:00+00:00"
    machine = datetime.fromisoformat("2026-12-09T02:00:00+00:00")
    (diagnostic,) = servicer({"PREFLIGHT_RESULT": str(path)}, machine).AnalyzeStack(request(draft), None).diagnostics
    assert diagnostic.policyName == "schedule-clocks-agree"
    result = json.loads(path.read_text(encoding="utf-8"))
    assert (result["now"], result["clockSource"]) == ("2026-12-11T02:00:00+00:00", "cloud")
    assert result["judgedAt"] == machine.isoformat()
    assert result["waves"][0]["frozen"] is True


@pytest.mark.parametrize("exists", [True, False], ids=["applied", "first preview"])
def test_a_prepared_stack_passes_without_advice(exists: bool) -> None:
    """The SDK turns a rule that touches an unknown into advice that passes: there must be none."""
    assert _diagnostics(prepared(exists=exists)) == []


def test_an_absent_property_without_dependencies_was_not_declared() -> None:
    """A group that names no VPC would be a classic one, though a preview leaves unknown ids out as well."""
    draft = prepared(exists=False)
    del draft.facts(SECURITY_GROUP, "sg-web")["vpcId"]
    (diagnostic,) = _diagnostics(draft)
    assert diagnostic.policyName == "security-group-cloned"
    assert "names no VPC" in diagnostic.message


def test_a_group_that_is_updated_in_place_is_still_the_clone() -> None:
    """The plugin previews an update with an empty id, too; the component knows the group all the same."""
    draft = prepared()
    draft.now = BEFORE_FREEZE
    draft.facts(SECURITY_GROUP, "sg-web")["id"] = UNKNOWN
    assert [item for item in _diagnostics(draft) if item.policyName.startswith("security-group-")] == []


def test_a_finding_stands_on_the_instance_and_is_mandatory() -> None:
    draft = prepared()
    draft.remove(WHITELIST_GROUP)
    (diagnostic,) = _diagnostics(draft)
    assert diagnostic.policyName == "database-whitelist-has-vswitch-cidr"
    assert diagnostic.urn == urn(MIGRATING_INSTANCE, "i-app")
    assert diagnostic.enforcementLevel == proto.MANDATORY
    assert diagnostic.severity == proto.POLICY_SEVERITY_CRITICAL
    assert "app-1 (i-app): " in diagnostic.message
    assert "Fix: preflight set --stack dev 'databases: [{id: rm-orders}]'" in diagnostic.message


def test_advice_and_waived_findings_are_advisory_diagnostics() -> None:
    draft = prepared(exists=False)
    draft.facts(MIGRATION)["waivers"] = [waiver(approvedAt=draft.now.isoformat())]
    draft.facts(MIGRATING_INSTANCE, "i-web")["internetMaxBandwidthOut"] = 0.0
    draft.facts(MIGRATING_INSTANCE, "i-web")["guest"]["systemDiskFreeMib"] = 0.0
    by_policy = {item.policyName: item for item in _diagnostics(draft)}
    assert by_policy.keys() == {ADVICE, WAIVED}
    assert {item.enforcementLevel for item in by_policy.values()} == {proto.ADVISORY}
    assert {item.urn for item in by_policy.values()} == {urn(MIGRATING_INSTANCE, "i-web")}
    assert "guest-free-space:\nweb-1 (i-web): " in by_policy[ADVICE].message
    assert "Mandatory from 2026-12-05T02:00+08:00" in by_policy[ADVICE].message
    assert "public-address-release-accepted:\nweb-1 (i-web)" in by_policy[WAIVED].message
    assert "Waived until 2026-12-19T09:00+08:00" in " ".join(by_policy[WAIVED].message.split())


def test_an_unknown_is_mandatory_too() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["internetMaxBandwidthOut"] = UNKNOWN
    (diagnostic,) = _diagnostics(draft)
    assert diagnostic.enforcementLevel == proto.MANDATORY
    assert "is not known in this preview" in " ".join(diagnostic.message.split())


def test_a_message_fits_a_terminal() -> None:
    draft = prepared()
    draft.resources = draft.resources[:1]
    for diagnostic in _diagnostics(draft):
        prose = [line for line in diagnostic.message.splitlines()[1:] if not line.startswith(("Fix: ", "     "))]
        assert prose
        assert all(len(line) <= WIDTH for line in prose)


def test_an_empty_stack_is_objected_to() -> None:
    draft = prepared()
    draft.resources = []
    diagnostics = _diagnostics(draft)
    assert {item.policyName for item in diagnostics} == {rule.id for rule in all_rules()}
    assert {item.urn for item in diagnostics} == {""}


def test_every_policy_fills_what_the_sdk_has_a_field_for() -> None:
    info = servicer({}).GetAnalyzerInfo(None, None)
    assert [policy.name for policy in info.policies] == [*(rule.id for rule in all_rules()), ADVICE, WAIVED]
    for policy, rule in zip(info.policies[:-2], all_rules(), strict=True):
        assert policy.enforcementLevel == (proto.ADVISORY if rule.fixed_by_up else proto.MANDATORY)
        assert policy.policy_type == proto.PolicyType.POLICY_TYPE_STACK
        assert policy.displayName == rule.title
        assert policy.remediation_steps == as_text([filled(rule.remediation, {"<rule>": rule.id})])
        assert policy.url == rule.url
        assert list(policy.tags) == list(rule.notice_items)
        assert policy.severity != proto.POLICY_SEVERITY_UNSPECIFIED


# ---- what is told ----


def test_no_secret_reaches_a_finding_or_the_result(tmp_path: Path) -> None:
    draft = prepared()
    draft.add("alicloud:rds/account:Account", "account", {"password": secret("hunter2")})
    draft.facts(MIGRATION)["waves"][0]["window"]["start"] = secret("hunter2")
    draft.facts(MIGRATING_INSTANCE, "i-web")["eniQuantity"] = secret("hunter2")
    draft.facts(SNAPSHOT, "d-web")["status"] = secret("hunter2")
    path = tmp_path / "result.json"
    diagnostics = _diagnostics(draft, PREFLIGHT_RESULT=str(path))
    assert diagnostics
    assert "hunter2" not in str(diagnostics)
    assert "hunter2" not in path.read_text(encoding="utf-8")


def test_text_from_the_estate_cannot_drive_the_terminal() -> None:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web").update(instanceName="\x1b[2Jweb\n::error::", internetMaxBandwidthOut=0.0)
    rules = draft.facts(SECURITY_GROUP_RULES, "sg-web")["rules"]
    rules["\x1b[31mred"] = {**rules["web: http"], "portRange": "81/81"}
    diagnostics = _diagnostics(draft)
    assert len(diagnostics) == 2
    assert all("?[2Jweb?::error::" in item.message for item in diagnostics)
    assert not any("\x1b" in item.message for item in diagnostics)


# ---- one evaluation an analysis ----


def test_all_policies_are_answered_from_one_evaluation(monkeypatch: pytest.MonkeyPatch) -> None:
    count = _counted(monkeypatch)
    pack = servicer({}, prepared().now)
    pack.AnalyzeStack(request(prepared()), None)
    assert len(count) == 1
    pack.AnalyzeStack(request(prepared()), None)
    assert len(count) == 2


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    count: list[int] = []
    evaluation = Evaluator.evaluation

    def counting(*arguments: Any) -> Any:
        count.append(1)
        return evaluation(*arguments)

    monkeypatch.setattr("policies.pack.engine.Evaluator.evaluation", counting)
    return count


def _switch_off(pack: Any, *rule_ids: str) -> None:
    config = proto.ConfigureAnalyzerRequest()
    for rule_id in rule_ids:
        config.policyConfig[rule_id].enforcementLevel = proto.DISABLED
    pack.Configure(config, None)


def _configure(pack: Any, **settings: dict[str, float]) -> None:
    config = proto.ConfigureAnalyzerRequest()
    for name, values in settings.items():
        config.policyConfig[name.replace("_", "-")].properties.update(values)
    pack.Configure(config, None)


@pytest.mark.parametrize(("switched_off", "shown"), [(0, True), (1, True), (None, False)], ids=["none", "one", "all"])
def test_the_pack_shows_the_program_that_it_judges(
    monkeypatch: pytest.MonkeyPatch, switched_off: int | None, shown: bool
) -> None:
    """Where every rule is switched off nothing is judged, and the program must not take silence for a judgement."""
    calls: list[object] = []
    monkeypatch.setattr("policies.pack.engine.show_presence", lambda *_: calls.append(_))
    rules = [rule.id for rule in all_rules()]
    _switch_off(servicer({}, prepared().now), *rules[: len(rules) if switched_off is None else switched_off])
    assert bool(calls) is shown


def _short_of_space() -> Draft:
    draft = prepared()
    draft.facts(MIGRATING_INSTANCE, "i-web")["guest"].update(systemDiskFreeMib=800.0)
    draft.facts(MIGRATING_INSTANCE, "i-app")["guest"].update(uptimeSeconds=86_400.0 * 20)
    return draft


def test_configured_rules_are_reported_and_stay_in_the_result(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    draft = _short_of_space()
    pack = servicer({"PREFLIGHT_RESULT": str(path)}, draft.now)
    settings = {"guest_free_space": {"freeMib": 1000.0}, "guest_restart_rehearsed": {"uptimeDays": 10.0}}
    _configure(pack, **settings)
    configured = {name.replace("_", "-") for name in settings}
    assert {item.policyName for item in pack.AnalyzeStack(request(draft), None).diagnostics} == configured
    results = list(findings(json.loads(path.read_text(encoding="utf-8"))))
    assert {item["rule"] for item in results if item["outcome"] == "FAIL"} == configured
    assert len({(item["rule"], item["subject"]["id"]) for item in results}) == len(results)


def test_a_later_analysis_goes_by_its_own_configuration() -> None:
    draft = _short_of_space()
    pack = servicer({}, draft.now)
    for most, number in ((1000.0, 1), (500.0, 0), (1000.0, 1)):
        _configure(pack, guest_free_space={"freeMib": most})
        assert len(pack.AnalyzeStack(request(draft), None).diagnostics) == number


def test_defaults_from_the_engine_cause_no_second_evaluation(monkeypatch: pytest.MonkeyPatch) -> None:
    count = _counted(monkeypatch)
    pack = servicer({}, prepared().now)
    _configure(pack, guest_free_space={"freeMib": 500.0, "leadHours": 168.0})
    pack.AnalyzeStack(request(prepared()), None)
    assert len(count) == 1
    _configure(pack, guest_free_space={"freeMib": 501.0, "leadHours": 168.0})
    pack.AnalyzeStack(request(prepared()), None)
    assert len(count) == 3


def test_a_second_analysis_sees_its_own_stack_whatever_is_switched_off() -> None:
    """Preview and update ask one after another; no policy may be answered from the other's evaluation."""
    rule_ids = [rule.id for rule in all_rules()]
    pack = servicer({}, prepared().now)
    _switch_off(pack, *rule_ids[1:])
    assert not pack.AnalyzeStack(request(prepared()), None).diagnostics
    _switch_off(pack, *(rule_id for rule_id in rule_ids if rule_id != "database-whitelist-has-vswitch-cidr"))
    draft = prepared()
    draft.remove(WHITELIST_GROUP)
    assert len(pack.AnalyzeStack(request(draft), None).diagnostics) == 1


def test_a_disabled_policy_stays_in_the_result(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    draft = prepared()
    draft.remove(WHITELIST_GROUP)
    pack = servicer({"PREFLIGHT_RESULT": str(path)}, draft.now)
    _switch_off(pack, "database-whitelist-has-vswitch-cidr")
    assert not pack.AnalyzeStack(request(draft), None).diagnostics
    assert json.loads(path.read_text(encoding="utf-8"))["tally"]["FAIL"] == 1


def test_analyses_at_the_same_time_do_not_mix() -> None:
    missing = prepared()
    missing.remove(WHITELIST_GROUP)
    pack = servicer({}, prepared().now)
    requests = [request(draft) for draft in (prepared(), missing) * 2]
    with ThreadPoolExecutor(4) as pool:
        counts = [
            len(item.diagnostics) for item in pool.map(lambda analysis: pack.AnalyzeStack(analysis, None), requests)
        ]
    assert counts == [0, 1] * 2


# ---- the result ----


def test_the_result_has_every_rule_and_subject(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    draft = prepared()
    draft.remove(WHITELIST_GROUP)
    _diagnostics(draft, PREFLIGHT_RESULT=str(path))
    result = json.loads(path.read_text(encoding="utf-8"))
    assert list(result) == [
        "schemaVersion",
        "schemaMinorVersion",
        "pack",
        "project",
        "stack",
        "run",
        "now",
        "clockSource",
        "judgedAt",
        "whatIf",
        "validUntil",
        "judgement",
        "migration",
        "waves",
        "instances",
        "rules",
        "results",
        "tally",
        "blocking",
        "notChecked",
        "notices",
    ]
    assert result["schemaVersion"] == 4
    assert result["run"]["accountId"] == "1234567890"
    assert (result["project"], result["stack"], result["clockSource"]) == ("classic-to-vpc", "dev", "cloud")
    (wave,) = result["waves"]
    assert wave["frozen"] is True
    assert wave["freezeStartsAt"] == "2026-12-11T02:00:00+08:00"
    assert wave["judgement"]["readiness"] == result["judgement"]["readiness"] == "NOT READY"
    assert {item["subject"]["id"]: item["judgement"]["readiness"] for item in result["instances"]}[
        "i-app"
    ] == "NOT READY"
    assert [item["id"] for item in result["rules"]] == [rule.id for rule in all_rules()]
    keys = [(item["rule"], item["subject"]["kind"], item["subject"]["id"]) for item in findings(result)]
    assert keys == sorted(keys)
    assert {rule_id for rule_id, _, _ in keys} == {rule.id for rule in all_rules()}
    assert sum(result["tally"].values()) == len(keys)
    assert result["tally"]["FAIL"] == 1
    assert list(result["tally"]) == list(Outcome)
    # What the policy `not-checked` says, and no item that is served in another way than by a rule.
    assert result["notChecked"] == list(NOT_READABLE)
    (failure,) = (item for item in findings(result) if item["outcome"] == "FAIL")
    assert failure["subject"] == {
        "kind": "instance",
        "id": "i-app",
        "name": "app-1",
        "urn": urn(MIGRATING_INSTANCE, "i-app"),
    }
    assert failure["reason"]
    assert failure["remediation"]


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    texts = []
    for name in ("one", "other"):
        draft = prepared(exists=False)
        draft.resources = draft.resources if name == "one" else draft.resources[::-1]
        _diagnostics(draft, PREFLIGHT_RESULT=str(tmp_path / name))
        texts.append((tmp_path / name).read_bytes())
    assert texts[0] == texts[1]
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["one", "other"]


def test_a_result_that_cannot_be_written_is_a_finding_of_every_policy(tmp_path: Path) -> None:
    diagnostics = _diagnostics(prepared(), PREFLIGHT_RESULT=str(tmp_path / "nowhere" / "result.json"))
    assert {item.policyName for item in diagnostics} == {rule.id for rule in all_rules()}
    assert {item.policyName for item in diagnostics if item.enforcementLevel != proto.MANDATORY} == {
        rule.id for rule in all_rules() if rule.fixed_by_up
    }
    assert "FileNotFoundError" in diagnostics[0].message


@pytest.mark.parametrize("now", ["", "yesterday", "2026-12-11T10:00:00"])
def test_a_clock_that_cannot_be_read_is_a_finding_and_leaves_no_result(tmp_path: Path, now: str) -> None:
    path = tmp_path / "result.json"
    pack = servicer({"PREFLIGHT_NOW": now, "PREFLIGHT_RESULT": str(path)})
    diagnostics = pack.AnalyzeStack(request(prepared()), None).diagnostics
    assert {item.policyName for item in diagnostics} == {rule.id for rule in all_rules()}
    assert not path.exists()


def test_the_systems_clock_is_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    draft = prepared()
    del draft.facts(MIGRATION)["clock"]
    servicer({"PREFLIGHT_RESULT": str(path)}).AnalyzeStack(request(draft), None)
    result = json.loads(path.read_text(encoding="utf-8"))
    assert result["clockSource"] == "system"
    assert result["judgement"]["readiness"] != "READY"
    assert result["now"].endswith("+00:00")


# ---- the directory as a program ----


def _copied(tmp_path: Path) -> Path:
    directory = tmp_path / "pack-v0.1.0"
    shutil.copytree(PACK, directory, ignore=shutil.ignore_patterns("venv", "__pycache__"))
    return directory


def test_a_pack_with_a_rule_less_does_not_start(tmp_path: Path) -> None:
    directory, result = _copied(tmp_path), tmp_path / "result.json"
    (directory / "rules/backup/snapshot_of_every_disk.py").unlink()
    result.write_text("left by an earlier run", encoding="utf-8")
    variables = {**os.environ, "PREFLIGHT_RESULT": str(result)}
    command = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(directory)]
    done = subprocess.run(command, cwd=directory, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert done.stdout == ""
    assert done.stderr.startswith("The policy pack is not whole: the rule backup-snapshot-of-every-disk is missing.")
    assert "Traceback" not in done.stderr
    assert not result.exists()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The pack copied away under another name and started as the engine does: its first line, and its result's path."""
    directory, result = _copied(tmp_path), tmp_path / "result.json"
    result.write_text("left by an earlier run", encoding="utf-8")
    variables = {**os.environ, "PREFLIGHT_RESULT": str(result)}
    variables.pop("PYTHONPATH", None)
    command = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(directory)]
    with started(command, cwd=directory, env=variables, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield process.stdout.readline(), result


def test_runs_from_any_directory_and_prints_only_its_port(served: tuple[str, Path]) -> None:
    port, result = served
    assert port.strip().isdigit()
    assert not result.exists()
    draft = prepared()
    draft.remove(WHITELIST_GROUP)
    draft.facts(MIGRATING_INSTANCE, "i-app")["instanceName"] = secret("hunter2")
    # A process has no clock but the machine's: the draft's time is told as that of a simulated cloud.
    times = {"cloudTime": draft.now.isoformat(), "machineTime": datetime.now(UTC).isoformat()}
    draft.facts(MIGRATION).update(clock=times, rehearsal=["simulated"])
    with grpc.insecure_channel(f"127.0.0.1:{port.strip()}") as channel:
        stub = analyzer_pb2_grpc.AnalyzerStub(channel)
        for resource in request(draft).resources:
            stub.Analyze(about(resource))
        response = stub.AnalyzeStack(request(draft))
    mandatory = {item.policyName for item in response.diagnostics if item.enforcementLevel == proto.MANDATORY}
    assert mandatory == {"database-whitelist-has-vswitch-cidr"}
    assert {TOLD, ANNOUNCED} <= {item.policyName for item in response.diagnostics} - mandatory
    assert "hunter2" not in str(response)
    assert json.loads(result.read_text(encoding="utf-8"))["tally"]["FAIL"] == 1


def test_a_configuration_of_no_policy_is_refused_by_name(served: tuple[str, Path]) -> None:
    """The engine lets the name through, and what was to be set would go on as it was."""
    port, _ = served
    with grpc.insecure_channel(f"127.0.0.1:{port.strip()}") as channel:
        stub = analyzer_pb2_grpc.AnalyzerStub(channel)
        config = proto.ConfigureAnalyzerRequest()
        for name in ("guest-free-space", "all", ADVICE, WAIVED, ANNOUNCED, TOLD):
            config.policyConfig[name].enforcementLevel = proto.ADVISORY
        config.policyConfig[WHAT_IF].enforcementLevel = proto.DISABLED
        stub.Configure(config)
        config.policyConfig["guest-free-spaces"].enforcementLevel = proto.DISABLED
        with pytest.raises(grpc.RpcError) as refused:
            stub.Configure(config)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "guest-free-spaces is not a policy of this pack; is guest-free-space meant?" in refused.value.details()


def test_the_version_is_that_of_the_manifest() -> None:
    manifest = (PACK / "PulumiPolicy.yaml").read_text(encoding="utf-8")
    assert f"\nversion: {policies.PACK_VERSION}\n" in manifest
    assert manifest.startswith(f"name: {policies.PACK_NAME}\n")


def test_no_other_room_is_imported() -> None:
    rooms = ("estate", "components", "provider", "preflight", "simulator")
    words = tuple(f"{word} {room}" for word in ("import", "from") for room in rooms)
    for path in (*PACK.glob("*.py"), *(PACK / "rules").rglob("*.py")):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert not [line for line in lines if line.startswith(words)], path
