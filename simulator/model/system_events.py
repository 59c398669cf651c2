"""ECS: scheduled system events of instances."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from simulator.model.base import Refers, Strict

EventCycleStatus = Literal["Scheduled", "Avoided", "Executing", "Executed", "Canceled", "Failed", "Inquiring"]


class SystemEvent(Strict):
    """A system event of an instance."""

    id: str = Field(pattern=r"^e-", description="e-...")
    instance_id: Annotated[str, Refers("instances")]
    type: str = Field(
        pattern=r"^[A-Z]\w+\.[A-Z]\w+$", description="As in SystemMaintenance.Reboot or InstanceExpiration.Stop."
    )
    status: EventCycleStatus = "Scheduled"
    not_before: AwareDatetime = Field(description="Scheduled time.")
    published_at: AwareDatetime
    finished_at: AwareDatetime | None = None
    reason: str = ""
    reason_code: str = Field(default="", description="As in VPCMigrationEcs.")
    impact_level: int = Field(default=100, ge=0)
