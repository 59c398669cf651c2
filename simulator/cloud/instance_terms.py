"""How long an instance lasts: automatic release, renewal, and the settings of automatic renewal.

Codes: references of ModifyInstanceAutoReleaseTime (2024), RenewInstance and ModifyInstanceAutoRenewAttribute
(AlibabaCloudDocs/ecs, 2021). Not documented, so decided here: an instance that a migration plan moves, or that is the
next hop of a route, is released later, when neither holds any more; a subscription that has ended begins anew at its
renewal, which takes away the lock Recycling. Every renewal is paid at once, and no subscription renews itself.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Literal

from simulator.cloud import instances
from simulator.cloud.errors import CloudError, ForbiddenError
from simulator.cloud.state import Cloud
from simulator.model.ecs import Instance

# What a subscription of a month lasts here
MONTH = timedelta(days=30)
# Automatic release: how long from now, at least and at most (SDK text of ModifyInstanceAutoReleaseTime, 7.11.8)
SOONEST_RELEASE, LATEST_RELEASE = timedelta(minutes=30), timedelta(days=3 * 365)
#: Subscriptions of one ModifyInstanceAutoRenewAttribute (its SDK text, 7.11.8)
MAX_RENEWED = 100
RenewalStatus = Literal["AutoRenewal", "Normal", "NotRenewal"]
# Periods of RenewInstance and of automatic renewal (SDK texts, 7.11.8)
_WEEKS, _MONTHS = (1, 2, 3, 4), (1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 24, 36, 48, 60)
_AUTO_MONTHS = (1, 2, 3, 6, 12, 24, 36, 48, 60)


def check_release_time(cloud: Cloud, moment: datetime) -> datetime:
    """Return the full minute at which an instance can be released; raises InvalidAutoReleaseTime.Malformed."""
    now = cloud.clock.now()
    if not now + SOONEST_RELEASE <= moment <= now + LATEST_RELEASE:
        raise malformed_release_time()
    return moment.replace(second=0, microsecond=0)


def malformed_release_time() -> CloudError:
    """Return the refusal of a text that is no time, or of a time that is too early or too late."""
    return CloudError("InvalidAutoReleaseTime.Malformed", "The specified parameter autoReleaseTime is not valid.")


def set_release_time(cloud: Cloud, instance_id: str, moment: datetime | None) -> None:
    """Release a pay-as-you-go instance at `moment`, or never.

    Raises InvalidInstanceId.NotFound, ChargeTypeViolation, InvalidAutoReleaseTime.Malformed.
    """
    instance = cloud.instance(instance_id)
    _check_charge_type(instance, "PostPaid")
    release_at(cloud, instance, None if moment is None else check_release_time(cloud, moment))


def release_at(cloud: Cloud, instance: Instance, moment: datetime | None) -> None:
    """Have an instance released at a time that `check_release_time` has passed, or never."""
    instance.auto_release_at = moment
    if moment is not None:
        cloud.awaits(moment)


def release_due(cloud: Cloud, now: datetime) -> None:
    """Release the instances whose time has come; deletion protection is against releases by hand alone."""
    for instance in list(cloud.estate.instances):
        moment = instance.auto_release_at
        if moment is None:
            continue
        if moment > now:
            cloud.awaits(moment)
        elif not instance.migrating and not instances.is_next_hop(cloud, instance):
            instances.release(cloud, instance)


def renew(cloud: Cloud, instance_id: str, count: int, unit: Literal["Week", "Month"]) -> None:
    """Make a subscription last longer, by weeks or by months of 30 days; one that has ended begins now.

    Raises InvalidInstanceId.NotFound, InstanceLockedForSecurity, ChargeTypeViolation, IncorrectInstanceStatus,
    InvalidPeriod.
    """
    instance = cloud.instance(instance_id)
    instances.check_unlocked(instance)
    _check_charge_type(instance, "PrePaid")
    if instance.migrating:
        raise ForbiddenError(
            "IncorrectInstanceStatus", "The current status of the resource does not support this operation."
        )
    if count not in (_WEEKS if unit == "Week" else _MONTHS):
        raise CloudError("InvalidPeriod", "The specified period is not valid.")
    now = cloud.clock.now()
    start = max(now, instance.expired_at or now)
    instance.expired_at = start + (timedelta(weeks=count) if unit == "Week" else MONTH * count)
    instance.locks = [lock for lock in instance.locks if lock != "Recycling"]


def set_renewal(cloud: Cloud, instance_ids: Collection[str], status: RenewalStatus, months: int | None) -> None:
    """Say how subscriptions renew, all or none; AutoRenewal keeps its months, 1 at first, where none are given.

    Raises InvalidParameter.ToManyInstanceIds, InvalidParameter.InvalidInstanceId, ChargeTypeViolation,
    InvalidParameter.Duration (403 all).
    """
    if len(instance_ids) > MAX_RENEWED:
        raise ForbiddenError("InvalidParameter.ToManyInstanceIds", f"At most {MAX_RENEWED} InstanceId can be given.")
    chosen = cloud.estate.instances.among(instance_ids)
    if len(chosen) < len(set(instance_ids)):
        raise ForbiddenError("InvalidParameter.InvalidInstanceId", "The specified InstanceId does not exist.")
    for instance in chosen:
        _check_charge_type(instance, "PrePaid")
    if months is not None and months not in _AUTO_MONTHS:
        raise ForbiddenError("InvalidParameter.Duration", "The specified Duration is not valid.")
    for instance in chosen:
        instance.renewal_status = status
        instance.auto_renew_months = (months or instance.auto_renew_months or 1) if status == "AutoRenewal" else 0


def _check_charge_type(instance: Instance, charge_type: Literal["PrePaid", "PostPaid"]) -> None:
    if instance.charge_type != charge_type:
        raise ForbiddenError(
            "ChargeTypeViolation", "The operation is not permitted due to charge type of the instance."
        )
