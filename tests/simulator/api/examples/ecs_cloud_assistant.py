"""Examples for simulator/api/ecs_cloud_assistant.py."""

from __future__ import annotations

import base64

from simulator.model.cloud_assistant import Guest
from simulator.model.estate import Estate
from tests.simulator.api.examples import Example, Refusal
from tests.simulator.api.sample_ids import MON_1, WEB_1

RUN = {"Type": "RunShellScript", "CommandContent": "uname -r", "InstanceId": [WEB_1]}
TOO_LONG = base64.b64encode(b"#" * 20_000).decode()


def answering(estate: Estate) -> None:
    """web-1 and mon-1 tell their kernel."""
    for instance in estate.instances.among([WEB_1, MON_1]):
        instance.guest = Guest.model_validate({"answers": [{"command": "uname", "output": "3.10.0-1160.el7\n"}]})


def classic_refused(estate: Estate) -> None:
    """RunCommand wants an instance in a VPC, as the reference of 2021 has it."""
    answering(estate)
    estate.cloud_assistant_on_classic = "refused"


ABSENT = "i-bp1absent00000000001"
MANY = [f"i-bp1many{number:013}" for number in range(101)]

EXAMPLES = (
    Example(
        "ecs:DescribeCloudAssistantStatus",
        {"InstanceId": [WEB_1, MON_1]},
        (
            Refusal("InvalidInstance.NotFound", {"InstanceId": [ABSENT]}, 404),
            Refusal("InstanceIds.ExceedLimit", {"InstanceId": MANY}, 403),
        ),
        answering,
    ),
    Example(
        "ecs:RunCommand",
        RUN,
        (
            Refusal("InvalidCmdType.NotFound", {**RUN, "Type": "RunPythonScript"}, 403),
            Refusal("CmdContent.DecodeError", {**RUN, "CommandContent": "#", "ContentEncoding": "Base64"}, 403),
            Refusal("CmdContent.ExceedLimit", {**RUN, "CommandContent": TOO_LONG, "ContentEncoding": "Base64"}, 403),
            Refusal("CmdName.ExceedLimit", {**RUN, "Name": "n" * 129}, 403),
            Refusal("InstanceIds.ExceedLimit", {**RUN, "InstanceId": MANY}, 403),
            Refusal("InvalidInstance.NotFound", {**RUN, "InstanceId": [WEB_1, ABSENT]}, 404),
            Refusal("InvalidInstance.NotMatch", {**RUN, "Type": "RunPowerShellScript"}, 403, answering),
            Refusal("InvalidInstance.NotMatch", RUN, 403, classic_refused),
        ),
        answering,
    ),
    Example("ecs:DescribeInvocations", {"InstanceId": WEB_1, "IncludeOutput": "true"}),
    Example("ecs:DescribeInvocationResults", {"InstanceId": WEB_1, "ContentEncoding": "PlainText"}),
)
