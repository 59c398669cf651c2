"""Faults on demand: their effects, the calls that they strike, and their time."""

from typing import Literal, Self

from pydantic import Field, model_validator

from simulator.model.base import Strict

Effect = Literal["throttle", "error", "refuse", "slow", "drop-before", "drop-after", "stale"]
Step = Literal["ok", "throttle", "error", "refuse", "slow", "drop-before", "drop-after", "stale"]
ThrottleCode = Literal["Throttling", "Throttling.User", "Throttling.Api", "Rejected.Throttling"]
ErrorCode = Literal["InternalError", "ServiceUnavailable"]


class Refusal(Strict):
    """The error that the cloud answers."""

    code: str = Field(min_length=1, description="Error code of the OpenAPI, as in OperationDenied.DBInstanceStatus.")
    status: int = Field(default=400, ge=400, le=599, description="HTTP status.")
    message: str = Field(default="The operation is refused.", min_length=1, description="Text of the error.")


class Fault(Strict):
    """One fault. It strikes correctly signed calls of simulated actions.

    throttle, error and refuse answer a call before anything happens; drop-before drops its connection before,
    drop-after drops it after the call took effect; slow delays the answer; stale lets reads answer the state before
    the last writes.
    """

    actions: list[str] = Field(
        default=["*"], min_length=1, description="Patterns such as ecs:Describe*, in any case; * and ? are wildcards."
    )
    caller: str | None = Field(default=None, description="Name of a user; absent: every caller.")
    about: str | None = Field(
        default=None, min_length=1, description="Id that a call must name, alone or in a list; absent: every call."
    )
    effect: Effect | None = Field(
        default=None, description="Effect on each matching call; absent where there is a script."
    )
    script: list[Step] | None = Field(
        default=None,
        min_length=1,
        description="Effects on matching calls, one after the other; ok: the call is not disturbed.",
    )
    throttle_code: ThrottleCode = Field(default="Throttling", description="Error code of throttle.")
    per_minute: int | None = Field(
        default=None,
        ge=1,
        description="throttle: number of calls of each action that are accepted in each minute of the model clock.",
    )
    error_code: ErrorCode = Field(default="InternalError", description="HTTP status of error (500, 503).")
    refusal: Refusal | None = Field(default=None, description="Answer of refuse: code, status (400), message.")
    retry_after: float | None = Field(
        default=None,
        ge=0,
        le=86_400,
        description="throttle, error, refuse: seconds that the answer asks the caller to wait (x-acs-retry-after, "
        "Retry-After).",
    )
    seconds: float = Field(
        default=1.0,
        gt=0,
        le=86_400,
        description="slow: delay of the answer, in real time. stale: age that a write needs before reads show it, in "
        "model time.",
    )
    skip: int = Field(default=0, ge=0, description="Number of matching calls that are answered normally first.")
    count: int | None = Field(
        default=None, ge=1, description="Number of calls that are disturbed; absent: all, until the fault is cleared."
    )
    probability: float = Field(default=1.0, gt=0, le=1, description="Probability that a matching call is disturbed.")
    seed: int = Field(
        default=0, description="Seed of the random numbers for probability; the same seed gives the same sequence."
    )

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.effect is None) == (self.script is None):
            raise ValueError("expected exactly one of effect, script")
        if ("refuse" in (self.effect, *(self.script or ()))) != (self.refusal is not None):
            raise ValueError("expected refusal where something is to refuse, and only there")
        if self.per_minute is not None and self.effect != "throttle":
            raise ValueError("expected per_minute with the effect throttle only")
        if self.script is not None and (self.count is not None or self.probability != 1):
            raise ValueError("a script tells for each call what happens: expected neither count nor probability")
        return self
