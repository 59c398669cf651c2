"""Cloud Assistant: commands on guest systems whose answers the estate file tells."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from simulator.model.cloud_assistant import Guest
from simulator.model.estate import Estate
from simulator.server import Simulator
from tests.simulator.api.examples.ecs_cloud_assistant import RUN, answering
from tests.simulator.api.sample_ids import MON_1, WEB_1
from tests.simulator.sdk import Api, refused

APP_1 = "i-bp1app10000000000001"
BOTH = {**RUN, "InstanceId": [WEB_1, MON_1]}
PLAIN = {"ContentEncoding": "PlainText"}


@pytest.fixture
def quick(quick: Estate) -> Estate:
    answering(quick)
    return quick


@pytest.fixture
def api(simulator: Simulator) -> Api:
    return Api(simulator)


def _given(simulator: Simulator, instance_id: str, guest: dict[str, Any] | None, **instance: Any) -> None:
    with simulator.simulation.present(changed=True) as cloud:
        simulated = cloud.instance(instance_id)
        simulated.guest = None if guest is None else Guest.model_validate(guest)
        for name, value in instance.items():
            setattr(simulated, name, value)


def _results(api: Api, invoke_id: str, **parameters: Any) -> dict[str, dict[str, Any]]:
    answer = api("ecs:DescribeInvocationResults", InvokeId=invoke_id, **{**PLAIN, "MaxResults": 50, **parameters})
    return {item["InstanceId"]: item for item in answer["Invocation"]["InvocationResults"]["InvocationResult"]}


def _run(simulator: Simulator, api: Api, **command: Any) -> dict[str, dict[str, Any]]:
    """Runs a command and tells the results once all are there."""
    invoke_id = api("ecs:RunCommand", **command)["InvokeId"]
    with simulator.simulation.present() as cloud:
        cloud.clock.advance(100)
    return _results(api, invoke_id)


def test_every_instance_answers_what_the_estate_says(simulator: Simulator, api: Api) -> None:
    results = _run(simulator, api, **BOTH)
    assert set(results) == {WEB_1, MON_1}
    for result in results.values():
        assert (result["InvocationStatus"], result["ExitCode"], result["Output"]) == ("Success", 0, "3.10.0-1160.el7\n")
        assert (result["Dropped"], result["InvokeRecordStatus"]) == (0, "Finished")


def test_until_it_is_done_it_is_running_and_shows_nothing(simulator: Simulator, api: Api) -> None:
    _given(simulator, WEB_1, {"answers": [{"output": "later", "seconds": 50}]})
    invoke_id = api("ecs:RunCommand", **RUN)["InvokeId"]
    result = _results(api, invoke_id)[WEB_1]
    assert (result["InvocationStatus"], result["Output"], result["FinishedTime"]) == ("Running", "", "")
    assert "ExitCode" not in result


@pytest.mark.parametrize(
    ("guest", "status", "error"),
    [
        ({"answers": [{"exit_code": 3}]}, "Failed", "ExitCodeNonzero"),
        ({"answers": [{"seconds": 61}]}, "Timeout", "ExecutionTimeout"),
        ({"agent": "stopped"}, "Aborted", "ClientNotRunning"),
        (None, "Aborted", "ClientNotRunning"),
    ],
)
def test_a_failed_invocation_is_reported_per_instance(
    simulator: Simulator, api: Api, guest: dict[str, Any] | None, status: str, error: str
) -> None:
    _given(simulator, MON_1, guest)
    results = _run(simulator, api, **BOTH)
    assert (results[MON_1]["InvocationStatus"], results[MON_1]["ErrorCode"]) == (status, error)
    assert results[WEB_1]["InvocationStatus"] == "Success"
    (invocation,) = api("ecs:DescribeInvocations", InvokeId=results[WEB_1]["InvokeId"])["Invocations"]["Invocation"]
    assert invocation["InvocationStatus"] == "PartialFailed"


@pytest.mark.parametrize(
    ("answer", "shown", "dropped"),
    [
        ({"output": "x" * 24_577}, 24_576, 1),
        ({"output": "x" * 24_576}, 24_576, 0),
        ({"output": "xyz", "cut_at": 2}, 2, 1),
    ],
)
def test_long_output_is_cut_off(
    simulator: Simulator, api: Api, answer: dict[str, Any], shown: int, dropped: int
) -> None:
    _given(simulator, WEB_1, {"answers": [answer]})
    result = _run(simulator, api, **RUN)[WEB_1]
    assert (len(result["Output"]), result["Dropped"]) == (shown, dropped)


def test_one_instance_that_does_not_match_and_nothing_is_run(simulator: Simulator, api: Api) -> None:
    _given(simulator, MON_1, {"answers": [{"output": "late"}]}, status="Stopped")
    with refused("InvalidInstance.NotMatch", 403):
        api("ecs:RunCommand", **BOTH)
    assert api("ecs:DescribeInvocations")["Invocations"]["Invocation"] == []


def test_a_command_that_the_estate_has_no_answer_for_is_refused_loudly(api: Api) -> None:
    with refused("SimulatorNotImplemented", 400):
        api("ecs:RunCommand", **{**RUN, "CommandContent": "reboot"})


def test_content_and_output_are_base64_unless_plain_text_is_asked_for(simulator: Simulator, api: Api) -> None:
    encoded = base64.b64encode(b"uname -r").decode()
    results = _run(simulator, api, **{**RUN, "CommandContent": encoded, "ContentEncoding": "Base64"})
    parameters = {"InvokeId": results[WEB_1]["InvokeId"], "IncludeOutput": "true"}
    (invocation,) = api("ecs:DescribeInvocations", **parameters)["Invocations"]["Invocation"]
    assert invocation["CommandContent"] == encoded
    (plain,) = api("ecs:DescribeInvocations", **parameters, **PLAIN)["Invocations"]["Invocation"]
    assert plain["CommandContent"] == "uname -r"
    assert plain["InvokeInstances"]["InvokeInstance"][0]["Output"] == "3.10.0-1160.el7\n"


def test_results_come_in_pages(simulator: Simulator, api: Api) -> None:
    invoke_id = _run(simulator, api, **BOTH)[WEB_1]["InvokeId"]
    first = api("ecs:DescribeInvocationResults", InvokeId=invoke_id, MaxResults=1)["Invocation"]
    assert len(first["InvocationResults"]["InvocationResult"]) == 1
    last = api("ecs:DescribeInvocationResults", InvokeId=invoke_id, MaxResults=1, NextToken=first["NextToken"])
    assert last["Invocation"]["NextToken"] == ""
    with refused("InvalidParameter"):
        api("ecs:DescribeInvocationResults", InvokeId=invoke_id, MaxResults=51)


def test_cloud_assistant_status_shows_installed_agents(simulator: Simulator, api: Api) -> None:
    _given(simulator, MON_1, {"agent": "stopped"})
    answer = api("ecs:DescribeCloudAssistantStatus", InstanceId=[WEB_1, MON_1, APP_1])
    statuses = answer["InstanceCloudAssistantStatusSet"]["InstanceCloudAssistantStatus"]
    assert {item["InstanceId"]: item["CloudAssistantStatus"] for item in statuses} == {
        WEB_1: "true",
        MON_1: "true",
        APP_1: "false",
    }
    page = api("ecs:DescribeCloudAssistantStatus", MaxResults=2)["InstanceCloudAssistantStatusSet"]
    assert len(page["InstanceCloudAssistantStatus"]) == 2


def test_the_same_token_runs_once(simulator: Simulator, api: Api) -> None:
    first, again = (api("ecs:RunCommand", **RUN, ClientToken="once")["InvokeId"] for _ in range(2))
    assert first == again
