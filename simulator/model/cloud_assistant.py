"""ECS: guest systems as Cloud Assistant sees them, and the commands that it ran."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from simulator.model.base import Refers, Strict

CommandType = Literal["RunShellScript", "RunPowerShellScript", "RunBatScript"]
ResultStatus = Literal["Running", "Success", "Failed", "Timeout", "Aborted"]


class GuestAnswer(Strict):
    """What a guest system answers to a command."""

    command: str = Field(default="", description="Text that the command contains; absent: matches every command.")
    output: str = Field(default="", description="Output of the command, such as the facts of estate/guest/linux.sh.")
    exit_code: int = Field(default=0, description="Any other than 0: the execution is Failed.")
    seconds: float = Field(
        default=0.3, ge=0, description="Run time, in model time; a command that runs longer than its Timeout is ended."
    )
    cut_at: int | None = Field(
        default=None, ge=0, description="Bytes after which the output is cut off; absent: the cloud's own limit."
    )


class Guest(Strict):
    """The guest system of an instance, as Cloud Assistant sees it."""

    agent: Literal["running", "stopped", "missing"] = Field(
        default="running",
        description="stopped: DescribeCloudAssistantStatus still answers true, but no command is accepted.",
    )
    agent_version: str = Field(default="2.2.3.616", description="Version of the agent.")
    answers: list[GuestAnswer] = Field(
        default_factory=list,
        description="The first one whose text matches is the answer; a command that none matches is refused.",
    )


class InvocationResult(Strict):
    """One command on one instance; it is Running until `finished_at`, then has `status`."""

    instance_id: Annotated[str, Refers("instances")]
    status: ResultStatus
    exit_code: int | None = None
    error_code: str = ""
    output: str = ""
    dropped: int = Field(default=0, ge=0, description="Bytes of output that were cut off.")
    started_at: AwareDatetime | None = None
    finished_at: AwareDatetime


class Invocation(Strict):
    """One RunCommand."""

    id: str = Field(pattern=r"^t-", description="t-..., the InvokeId.")
    command_id: str = Field(pattern=r"^c-", description="c-...")
    name: str = ""
    type: CommandType
    content: str = Field(description="The command as plain text.")
    timeout: int = Field(default=60, ge=1, description="Seconds after which the command is ended.")
    created_at: AwareDatetime | None = None
    results: list[InvocationResult] = Field(min_length=1)
