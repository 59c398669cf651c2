"""Examples for simulator/api/ecs_instance_terms.py."""

from __future__ import annotations

from typing import Any

from simulator.model.estate import Estate
from tests.simulator.api.examples import Example, Given, Refusal
from tests.simulator.api.examples.ecs_instance_life import ONE, UNKNOWN, expired, subscribed
from tests.simulator.in_vpc import INSTANCE, add

SOON = {**ONE, "AutoReleaseTime": "2026-12-01T00:00:30Z"}
MONTH = {**ONE, "Period": 1}
RENEWS = {**ONE, "RenewalStatus": "AutoRenewal", "Duration": 6}
FOREIGN = "InvalidAutoReleaseTime.Malformed"


def _subscription(**values: Any) -> Given:
    """The instance is a subscription of 30 days that has these values."""

    def given(estate: Estate) -> None:
        subscribed(estate)
        instance = estate.instances.find(INSTANCE)
        assert instance is not None
        for name, value in values.items():
            setattr(instance, name, value)

    return given


EXAMPLES = (
    Example(
        "ecs:ModifyInstanceAutoReleaseTime",
        SOON,
        (
            Refusal("InvalidInstanceId.NotFound", {**UNKNOWN.call, "AutoReleaseTime": SOON["AutoReleaseTime"]}, 404),
            Refusal("ChargeTypeViolation", SOON, 403, subscribed),
            Refusal("ChargeTypeViolation", ONE, 403, subscribed),
            # In 29 minutes; in three years and a day; without an offset; no time at all.
            Refusal(FOREIGN, {**ONE, "AutoReleaseTime": "2026-11-30T01:29:00Z"}, given=add),
            Refusal(FOREIGN, {**ONE, "AutoReleaseTime": "2029-12-01T00:00:00Z"}, given=add),
            Refusal(FOREIGN, {**ONE, "AutoReleaseTime": "2026-12-01T00:00:00"}, given=add),
            Refusal(FOREIGN, {**ONE, "AutoReleaseTime": "soon"}, given=add),
        ),
        add,
    ),
    Example(
        "ecs:RenewInstance",
        MONTH,
        (
            Refusal("InvalidInstanceId.NotFound", {**UNKNOWN.call, "Period": 1}, 404),
            Refusal("InstanceLockedForSecurity", MONTH, 403, _subscription(locks=["security"])),
            Refusal("ChargeTypeViolation", MONTH, 403, add),
            Refusal("IncorrectInstanceStatus", MONTH, 403, _subscription(migrating=True)),
            Refusal("InvalidPeriod", {**ONE, "Period": 10}, given=subscribed),
            Refusal("InvalidPeriod", {**ONE, "Period": 5, "PeriodUnit": "Week"}, given=expired),
            Refusal("InvalidPeriodUnit.ValueNotSupported", {**MONTH, "PeriodUnit": "Day"}, given=subscribed),
            Refusal("MissingParameter", ONE, given=subscribed),
        ),
        subscribed,
    ),
    Example(
        "ecs:ModifyInstanceAutoRenewAttribute",
        RENEWS,
        (
            Refusal(
                "InvalidParameter.ToManyInstanceIds",
                {"InstanceId": ",".join(f"i-{number}" for number in range(101))},
                403,
            ),
            Refusal("InvalidParameter.InvalidInstanceId", {"InstanceId": f"{INSTANCE},i-none"}, 403, subscribed),
            Refusal("ChargeTypeViolation", RENEWS, 403, add),
            Refusal("InvalidParameter.Duration", {**RENEWS, "Duration": 5}, 403, subscribed),
            Refusal("InvalidParameter.Duration", {**RENEWS, "Duration": 6, "PeriodUnit": "Year"}, 403, subscribed),
            Refusal("InvalidParameter.RenewalStatus", {**RENEWS, "RenewalStatus": "Always"}, 403, subscribed),
            Refusal("InvalidPeriodUnit.ValueNotSupported", {**RENEWS, "PeriodUnit": "Day"}, 403, subscribed),
            Refusal("SimulatorNotImplemented", {**RENEWS, "PeriodUnit": "Week"}, given=subscribed),
        ),
        subscribed,
    ),
)
