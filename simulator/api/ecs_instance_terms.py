"""ECS: when an instance is released or expires."""

from datetime import datetime
from typing import Literal, cast

from simulator.api.call import Answer, Call
from simulator.api.registry import ECS, action
from simulator.cloud import instance_terms
from simulator.cloud.errors import ForbiddenError, NotSimulatedError, missing_parameter
from simulator.cloud.instance_terms import RenewalStatus
from simulator.cloud.state import Cloud

_INSTANCE = "instance/{InstanceId}"
_UNIT = "InvalidPeriodUnit.ValueNotSupported"


@action(
    ECS,
    "ModifyInstanceAutoReleaseTime",
    "InstanceId AutoReleaseTime",
    raises="InvalidInstanceId.NotFound ChargeTypeViolation InvalidAutoReleaseTime.Malformed",
    resources=_INSTANCE,
)
def modify_instance_auto_release_time(cloud: Cloud, call: Call) -> None:
    """Release a pay-as-you-go instance at AutoReleaseTime (UTC), or, without one, never.

    It is 30 minutes to 3 years away; seconds are dropped. Deletion protection does not keep the instance then.
    """
    instance_terms.set_release_time(cloud, call.text("InstanceId"), release_time(call))


@action(
    ECS,
    "RenewInstance",
    "InstanceId Period PeriodUnit",
    raises="InvalidInstanceId.NotFound InstanceLockedForSecurity ChargeTypeViolation IncorrectInstanceStatus "
    "InvalidPeriod InvalidPeriodUnit.ValueNotSupported",
    remembers_token=True,
    resources=_INSTANCE,
)
def renew_instance(cloud: Cloud, call: Call) -> Answer:
    """Renew a subscription, paid at once: Period 1 to 9, 12, 24, 36, 48 or 60 months of 30 days, or 1 to 4 weeks.

    One that has ended begins now, and is no longer locked with Recycling. ExpectedRenewDay is not simulated.
    """
    instance_id, period = call.text("InstanceId"), call.integer("Period")
    unit = cast("Literal['Week', 'Month'] | None", call.choice("PeriodUnit", ("Week", "Month"), _UNIT))
    if period is None:
        raise missing_parameter("Period")
    instance_terms.renew(cloud, instance_id, period, unit or "Month")
    return {"OrderId": str(int(cloud.ids.new("order", instance_id)[-9:], 36))}


@action(
    ECS,
    "ModifyInstanceAutoRenewAttribute",
    "InstanceId RenewalStatus AutoRenew Duration PeriodUnit",
    raises="InvalidParameter.ToManyInstanceIds InvalidParameter.InvalidInstanceId ChargeTypeViolation "
    "InvalidParameter.Duration InvalidParameter.RenewalStatus InvalidPeriodUnit.ValueNotSupported",
    resources=_INSTANCE,
)
def modify_instance_auto_renew_attribute(cloud: Cloud, call: Call) -> None:
    """Set how subscriptions (InstanceId, at most 100, comma separated) renew; none does so by itself here.

    RenewalStatus wins over AutoRenew. Duration is 1, 2, 3, 6, 12, 24, 36, 48 or 60 months, or 1 to 5 years.
    """
    ids = call.text("InstanceId").split(",")
    status = _choice(call, "RenewalStatus", ("AutoRenewal", "Normal", "NotRenewal"), "InvalidParameter.RenewalStatus")
    unit = _choice(call, "PeriodUnit", ("Week", "Month", "Year"), _UNIT)
    if unit == "Week":
        raise NotSimulatedError("PeriodUnit Week of ModifyInstanceAutoRenewAttribute")
    duration = call.integer("Duration")
    months = None if duration is None else duration * (12 if unit == "Year" else 1)
    renews = call.flag("AutoRenew")
    instance_terms.set_renewal(
        cloud, ids, cast("RenewalStatus", status or ("AutoRenewal" if renews else "Normal")), months
    )


def release_time(call: Call) -> datetime | None:
    """Return AutoReleaseTime, None where absent; raises InvalidAutoReleaseTime.Malformed."""
    text = call.optional("AutoReleaseTime")
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise instance_terms.malformed_release_time() from None
    if moment.tzinfo is None:
        raise instance_terms.malformed_release_time()
    return moment


def _choice(call: Call, name: str, choices: tuple[str, ...], code: str) -> str | None:
    """One of `choices`, None where absent; raises `code` (403)."""
    value = call.optional(name)
    if value is not None and value not in choices:
        raise ForbiddenError(code, f'The specified parameter "{name}" is not valid.')
    return value
