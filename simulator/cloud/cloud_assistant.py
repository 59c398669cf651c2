"""ECS Cloud Assistant: runs commands in guest systems, whose answers are in the estate file.

Nothing is run. Codes: references of RunCommand, DescribeInvocationResults, DescribeCloudAssistantStatus (2021) and SDK
texts 7.11.8. The sources disagree on classic instances: the text of 2021 demands that an instance is in a VPC, that of
2024 and later does not; `cloud_assistant_on_classic` chooses. Our reading: one that is refused for it, that is not
Running or whose system does not match is InvalidInstance.NotMatch, and then nothing is run anywhere; one without a
running agent is Aborted with ClientNotRunning.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from simulator.cloud.errors import ForbiddenError, NotFoundError, NotSimulatedError
from simulator.cloud.state import Cloud
from simulator.model.cloud_assistant import CommandType, Guest, Invocation, InvocationResult, ResultStatus
from simulator.model.ecs import Instance

#: Instances of one RunCommand (SDK text 7.11.8; 50 in the reference of 2021)
MAX_INSTANCES = 100
#: Bytes of a command in Base64 (SDK text 7.11.8; 16 KB in the reference of 2021)
MAX_COMMAND = 24 * 1024
#: Bytes of output that are kept (DescribeInvocationResults)
MAX_OUTPUT = 24 * 1024
#: Characters of a command's name
MAX_NAME = 128


@dataclass(frozen=True)
class Command:
    """A command to run; `content` is plain text, `timeout` in seconds."""

    type: CommandType
    content: str
    name: str = ""
    timeout: int = 60


def agent_is_there(instance: Instance) -> bool:
    """Return whether the agent is installed, as DescribeCloudAssistantStatus answers it."""
    return instance.guest is not None and instance.guest.agent != "missing"


def assistant_instances(cloud: Cloud, ids: Sequence[str]) -> list[Instance]:
    """Return the instances; raises InvalidInstance.NotFound, InstanceIds.ExceedLimit."""
    if len(ids) > MAX_INSTANCES:
        raise ForbiddenError("InstanceIds.ExceedLimit", "The number of instance IDs exceeds the upper limit.")
    instances = [cloud.estate.instances.find(instance_id) for instance_id in ids]
    if None in instances:
        raise NotFoundError("InvalidInstance.NotFound", "The specified instance does not exist.")
    return [instance for instance in instances if instance is not None]


def run(cloud: Cloud, command: Command, ids: Sequence[str]) -> Invocation:
    """Run a command on all instances, or on none.

    Raises InstanceIds.ExceedLimit, InvalidInstance.NotFound, InvalidInstance.NotMatch, CmdName.ExceedLimit.
    """
    if len(command.name) > MAX_NAME:
        raise ForbiddenError("CmdName.ExceedLimit", "The length of the command name exceeds the upper limit.")
    instances = assistant_instances(cloud, list(dict.fromkeys(ids)))
    for instance in instances:
        _check_match(cloud, instance, command)
    invocation = Invocation(
        id=cloud.ids.new("t", command.type, *ids),
        command_id=cloud.ids.new("c", command.type, *ids),
        name=command.name,
        type=command.type,
        content=command.content,
        timeout=command.timeout,
        created_at=cloud.clock.now(),
        results=[_result(cloud, instance, command) for instance in instances],
    )
    cloud.estate.invocations.append(invocation)
    return invocation


def status_now(cloud: Cloud, result: InvocationResult) -> ResultStatus:
    """Return Running until the answer is due, then its status."""
    return "Running" if cloud.clock.now() < result.finished_at else result.status


def overall_status(cloud: Cloud, invocation: Invocation) -> str:
    """Return Running while one is, Success or Failed if all are, else PartialFailed."""
    statuses = {status_now(cloud, result) for result in invocation.results}
    if "Running" in statuses:
        return "Running"
    if statuses == {"Success"}:
        return "Success"
    return "PartialFailed" if "Success" in statuses else "Failed"


def _check_match(cloud: Cloud, instance: Instance, command: Command) -> None:
    kept_out = instance.network_type == "classic" and cloud.estate.cloud_assistant_on_classic == "refused"
    os_type = "linux" if command.type == "RunShellScript" else "windows"
    if kept_out or instance.status != "Running" or instance.os_type != os_type:
        raise ForbiddenError("InvalidInstance.NotMatch", "The specified instance type does not match the command.")


def _result(cloud: Cloud, instance: Instance, command: Command) -> InvocationResult:
    now = cloud.clock.now()
    guest = instance.guest or Guest(agent="missing")
    if guest.agent != "running":
        return InvocationResult(
            instance_id=instance.id, status="Aborted", error_code="ClientNotRunning", finished_at=now
        )
    answer = next((answer for answer in guest.answers if answer.command in command.content), None)
    if answer is None:
        raise NotSimulatedError(f"what {instance.id} answers to this command: its guest.answers has nothing for it")
    if answer.seconds > command.timeout:
        return InvocationResult(
            instance_id=instance.id,
            status="Timeout",
            error_code="ExecutionTimeout",
            started_at=now,
            finished_at=now + timedelta(seconds=command.timeout),
        )
    whole = answer.output.encode()
    output = whole[: MAX_OUTPUT if answer.cut_at is None else answer.cut_at]
    return InvocationResult(
        instance_id=instance.id,
        status="Success" if answer.exit_code == 0 else "Failed",
        exit_code=answer.exit_code,
        error_code="" if answer.exit_code == 0 else "ExitCodeNonzero",
        output=output.decode("utf-8", "ignore"),
        dropped=len(whole) - len(output),
        started_at=now,
        finished_at=now + timedelta(seconds=answer.seconds),
    )
