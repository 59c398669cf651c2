"""ECS: Cloud Assistant, which runs commands in guest systems."""

import base64
import binascii
from typing import get_args

from simulator.api.call import Answer, Call
from simulator.api.paging import by_either
from simulator.api.registry import ECS, action
from simulator.api.shapes import seconds
from simulator.cloud import cloud_assistant
from simulator.cloud.errors import ForbiddenError, NotSimulatedError, invalid_parameter, missing_parameter
from simulator.cloud.state import Cloud
from simulator.model.cloud_assistant import CommandType, Invocation, InvocationResult
from simulator.model.ecs import Instance

_INFO = {
    "ClientNotRunning": "the aliyun service is not running on the instance",
    "ExecutionTimeout": "the command execution has been timeout",
    "ExitCodeNonzero": "the command execution exit code is not zero",
}


@action(
    ECS,
    "DescribeCloudAssistantStatus",
    "InstanceId MaxResults NextToken PageNumber PageSize",
    raises="InvalidInstance.NotFound InstanceIds.ExceedLimit",
    resources="instance/*",
)
def describe_cloud_assistant_status(cloud: Cloud, call: Call) -> Answer:
    """Return whether instances have the agent; at most 100 InstanceId.N, else pages of at most 50 (MaxResults).

    CloudAssistantStatus is a text, "true" or "false".
    """
    ids = call.repeated("InstanceId")
    if ids:
        instances = cloud_assistant.assistant_instances(cloud, ids)
        return {
            "InstanceCloudAssistantStatusSet": {"InstanceCloudAssistantStatus": [_status(item) for item in instances]}
        }
    page = by_either(call, list(cloud.estate.instances), maximum=50, token_maximum=50)
    items = [_status(item) for item in page.items]
    return {"InstanceCloudAssistantStatusSet": {"InstanceCloudAssistantStatus": items}, **page.fields}


@action(
    ECS,
    "RunCommand",
    "Type CommandContent ContentEncoding InstanceId Name Description Timeout KeepCommand RepeatMode EnableParameter",
    raises="InvalidCmdType.NotFound CmdContent.DecodeError CmdContent.ExceedLimit CmdName.ExceedLimit "
    "InstanceIds.ExceedLimit InvalidInstance.NotFound InvalidInstance.NotMatch",
    remembers_token=True,
    resources="instance/{InstanceId}",
)
def run_command(cloud: Cloud, call: Call) -> Answer:
    """Run a command on instances (at most 100 InstanceId.N), all or none; the answers come from guest.answers.

    Every instance must be Running and of the right system. Nothing is really run. Only RepeatMode Once.
    """
    if call.optional("RepeatMode") not in (None, "Once"):
        raise NotSimulatedError(f"RepeatMode {call.optional('RepeatMode')} of RunCommand")
    for name in ("KeepCommand", "EnableParameter"):
        if call.flag(name):
            raise NotSimulatedError(f"{name} of RunCommand")
    ids = call.repeated("InstanceId")
    if not ids:
        raise missing_parameter("InstanceId")
    timeout = call.integer("Timeout") or 60
    if timeout < 1:
        raise invalid_parameter("Timeout")
    command = cloud_assistant.Command(_type(call), _content(call), call.optional("Name") or "", timeout)
    invocation = cloud_assistant.run(cloud, command, ids)
    return {"CommandId": invocation.command_id, "InvokeId": invocation.id}


@action(
    ECS,
    "DescribeInvocations",
    "InvokeId CommandId CommandName InstanceId IncludeOutput ContentEncoding MaxResults NextToken PageNumber PageSize",
    resources="instance/*",
)
def describe_invocations(cloud: Cloud, call: Call) -> Answer:
    """Commands that were run, and their status on each instance; PageSize and MaxResults at most 50, 10 by default.

    IncludeOutput needs InvokeId or InstanceId. Contents are Base64 unless ContentEncoding is PlainText.
    """
    with_output = bool(call.flag("IncludeOutput"))
    if with_output and not (call.optional("InvokeId") or call.optional("InstanceId")):
        raise missing_parameter("InvokeId")
    invocations = [
        item for item in _chosen_invocations(cloud, call) if call.optional("CommandName") in (None, item.name)
    ]
    page = by_either(call, invocations, maximum=50, token_maximum=50)
    items = [_invocation(cloud, call, item, with_output=with_output) for item in page.items]
    return {"Invocations": {"Invocation": items}, **page.fields}


@action(
    ECS,
    "DescribeInvocationResults",
    "InvokeId CommandId InstanceId IncludeHistory ContentEncoding MaxResults NextToken PageNumber PageSize",
    resources="instance/*",
)
def describe_invocation_results(cloud: Cloud, call: Call) -> Answer:
    """Return result and output of commands, one per instance; PageSize and MaxResults at most 50, 10 by default.

    Output is Base64 unless ContentEncoding is PlainText; beyond 24 KB it is cut off, and Dropped says how much.
    """
    if call.flag("IncludeHistory"):
        raise NotSimulatedError("IncludeHistory of DescribeInvocationResults")
    instance_id = call.optional("InstanceId")
    results = [
        (invocation, result)
        for invocation in _chosen_invocations(cloud, call)
        for result in invocation.results
        if instance_id in (None, result.instance_id)
    ]
    page = by_either(call, results, maximum=50, token_maximum=50)
    items = [
        {
            "InvokeId": invocation.id,
            "CommandId": invocation.command_id,
            "InvokeRecordStatus": _record_status(cloud, result),
            "FinishedTime": _finished(cloud, result),
            "Username": "root" if invocation.type == "RunShellScript" else "System",
            **_result(cloud, call, result, with_output=True),
        }
        for invocation, result in page.items
    ]
    return {"Invocation": {"InvocationResults": {"InvocationResult": items}, **page.fields}}


def _chosen_invocations(cloud: Cloud, call: Call) -> list[Invocation]:
    invoke_id, command_id, instance_id = (call.optional(name) for name in ("InvokeId", "CommandId", "InstanceId"))
    return [
        item
        for item in cloud.estate.invocations
        if invoke_id in (None, item.id)
        and command_id in (None, item.command_id)
        and (instance_id is None or any(result.instance_id == instance_id for result in item.results))
    ]


def _type(call: Call) -> CommandType:
    kinds: dict[str, CommandType] = {kind: kind for kind in get_args(CommandType)}
    kind = kinds.get(call.text("Type"))
    if kind is None:
        raise ForbiddenError("InvalidCmdType.NotFound", "The specified command type does not exist.")
    return kind


def _content(call: Call) -> str:
    """Return the command as plain text; an unknown encoding counts as PlainText, as documented."""
    given = call.text("CommandContent")
    encoded = (call.optional("ContentEncoding") or "").lower() == "base64"
    try:
        content = base64.b64decode(given, validate=True) if encoded else given.encode()
        text = content.decode()
    except (binascii.Error, UnicodeDecodeError):
        raise ForbiddenError("CmdContent.DecodeError", "The CommandContent can not be base64 decoded.") from None
    if len(base64.b64encode(content)) > cloud_assistant.MAX_COMMAND:
        raise ForbiddenError("CmdContent.ExceedLimit", "The length of the command content exceeds the upper limit.")
    return text


def _status(instance: Instance) -> Answer:
    there = cloud_assistant.agent_is_there(instance)
    return {
        "InstanceId": instance.id,
        "CloudAssistantStatus": "true" if there else "false",
        "CloudAssistantVersion": instance.guest.agent_version if there and instance.guest else "",
        "OSType": "Linux" if instance.os_type == "linux" else "Windows",
    }


def _invocation(cloud: Cloud, call: Call, invocation: Invocation, *, with_output: bool) -> Answer:
    status = cloud_assistant.overall_status(cloud, invocation)
    return {
        "InvokeId": invocation.id,
        "CommandId": invocation.command_id,
        "CommandName": invocation.name,
        "CommandType": invocation.type,
        "CommandContent": _encoded(call, invocation.content),
        "CreationTime": seconds(invocation.created_at),
        "Timeout": invocation.timeout,
        "RepeatMode": "Once",
        "InvocationStatus": status,
        "InvokeStatus": "Finished" if status == "Success" else status,
        "InvokeInstances": {
            "InvokeInstance": [
                {
                    "CreationTime": seconds(invocation.created_at),
                    "InstanceInvokeStatus": _record_status(cloud, result),
                    "FinishTime": _finished(cloud, result),
                    **_result(cloud, call, result, with_output=with_output),
                }
                for result in invocation.results
            ]
        },
    }


def _result(cloud: Cloud, call: Call, result: InvocationResult, *, with_output: bool) -> Answer:
    """Return the fields of one instance that both actions answer; the outcome only once it is known."""
    status = cloud_assistant.status_now(cloud, result)
    done = status != "Running"
    answer: Answer = {
        "InstanceId": result.instance_id,
        "InvocationStatus": status,
        "ErrorCode": result.error_code if done else "",
        "ErrorInfo": _INFO.get(result.error_code, "") if done else "",
        "StartTime": seconds(result.started_at),
        "StopTime": "",
        "Repeats": 1 if result.started_at else 0,
    }
    if with_output:
        answer |= {
            "Dropped": result.dropped if done else 0,
            "Output": _encoded(call, result.output if done else ""),
        }
    if done and result.exit_code is not None:
        answer["ExitCode"] = result.exit_code
    return answer


def _record_status(cloud: Cloud, result: InvocationResult) -> str:
    status = cloud_assistant.status_now(cloud, result)
    return {"Running": "Running", "Success": "Finished"}.get(status, "Failed")


def _finished(cloud: Cloud, result: InvocationResult) -> str:
    return "" if cloud_assistant.status_now(cloud, result) == "Running" else seconds(result.finished_at)


def _encoded(call: Call, text: str) -> str:
    plain = (call.optional("ContentEncoding") or "").lower() == "plaintext"
    return text if plain else base64.b64encode(text.encode()).decode()
