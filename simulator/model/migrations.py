"""Migration plans: the classic instances that the cloud moves, the target VPC, and the time."""

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from simulator.model.base import Ipv4Text, Refers, Strict

MovePhase = Literal["Scheduled", "Stopping", "Moving", "Starting", "Migrated", "Failed"]
MigrationStatus = Literal["Scheduled", "Running", "Finished"]


class MigrationPlan(Strict):
    """The input of the console for a migration plan. One plan has one destination zone."""

    name: str = Field(default="", description="Name that people see.")
    instance_ids: Annotated[list[str], Refers("instances")] = Field(min_length=1, description="Classic instances.")
    start: AwareDatetime = Field(description="Start for all instances; a later time for one can be set afterwards.")
    latest: AwareDatetime = Field(description="Latest Schedule Time: no instance may start after it.")
    vpc_id: Annotated[str, Refers("vpcs")] = Field(description="VPC that the instances move to.")
    vswitch_ids: Annotated[list[str], Refers("vswitches")] = Field(
        min_length=1,
        description="VSwitches of that VPC, in one zone, filled in this order; an instance that retains its address "
        "moves to the VSwitch that holds the address.",
    )
    security_group_ids: Annotated[list[str] | None, Refers("security_groups")] = Field(
        default=None,
        min_length=1,
        description="Security groups of that VPC for all instances; absent: the groups of each instance are cloned.",
    )
    retained_mac: Literal["private", "public"] = Field(
        default="private",
        description="MAC address that an instance retains; an instance without a public one retains its private one.",
    )
    retain_internal_ip: bool = Field(
        default=False,
        description="Whether instances retain their addresses; only with a VPC whose CIDR block is 10.0.0.0/8.",
    )
    interconnection: bool = Field(
        default=False, description="Whether moved instances and staying_instance_ids still reach each other."
    )
    staying_instance_ids: Annotated[list[str], Refers("instances")] = Field(
        default_factory=list,
        description="Classic instances that stay; only with interconnection and retained addresses.",
    )
    zero_bandwidth: Literal["released", "refused"] = Field(
        default="released",
        description="Treatment of an instance with an Internet bandwidth of 0 Mbit/s. released: it loses its public "
        "address (notice of 2019); refused: it cannot be in a plan (help page of 2021).",
    )
    disk_transfer: Literal["always", "across_zones"] = Field(
        default="always",
        description="When data is copied after the move, 4 h per 100 GiB, while snapshots and disk functions are "
        "refused. always: the notice of 2019; across_zones: only where the zone changes (help page of "
        "2025).",
    )


class Move(Strict):
    """One instance of a migration plan; only the simulator writes it."""

    instance_id: Annotated[str, Refers("instances")]
    start: AwareDatetime
    phase: MovePhase = "Scheduled"
    next_at: AwareDatetime | None = Field(
        default=None, description="Start of the next phase; absent after the last one."
    )
    was_running: bool = Field(default=True, description="Whether the instance is started again after the move.")
    finished_at: AwareDatetime | None = None
    refusals: list[str] = Field(
        default_factory=list,
        description="Reasons why the move is Failed and the instance stays in the classic network.",
    )
    former_intranet_ips: list[Ipv4Text] = Field(
        default_factory=list,
        description="Classic addresses before the move; they are in use no more unless retained, but whitelists may "
        "still hold them.",
    )
    released_public_ips: list[Ipv4Text] = Field(default_factory=list)
    lost_mac: str | None = None


class Migration(MigrationPlan):
    """A verified migration plan, with the phase of each of its instances."""

    id: str = Field(pattern=r"^mp-", description="mp-...")
    status: MigrationStatus = "Scheduled"
    created_at: AwareDatetime | None = None
    next_at: AwareDatetime | None = Field(default=None, description="Time when the next phase of a move starts.")
    moves: list[Move] = Field(default_factory=list, description="One per instance; absent: made by the simulator.")
    clones: dict[str, str] = Field(
        default_factory=dict, description="Ids of classic security groups, and the id of each one's clone."
    )

    @model_validator(mode="after")
    def _scheduled(self) -> Self:
        if not self.moves:
            self.moves = [Move(instance_id=each, start=self.start, next_at=self.start) for each in self.instance_ids]
            self.sum_up()
        return self

    def sum_up(self) -> None:
        """Set `status` and `next_at` from `moves`."""
        self.next_at = min((move.next_at for move in self.moves if move.next_at), default=None)
        begun = any(move.phase != "Scheduled" for move in self.moves)
        self.status = "Finished" if self.next_at is None else "Running" if begun else "Scheduled"
