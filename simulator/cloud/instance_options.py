"""Settings of an instance that change nothing in its network: maintenance, the metadata service, private pools.

Codes: references of ModifyInstanceMaintenanceAttributes, ModifyInstanceMetadataOptions,
ModifyInstanceAttachmentAttributes and RunInstances (AlibabaCloudDocs/ecs, 2021). Not simulated: private pools that an
instance names (MatchCriteria Target), and tags in metadata.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, cast

from simulator.cloud.errors import CloudError, ForbiddenError, NotSimulatedError
from simulator.cloud.state import Cloud
from simulator.model.ecs import Maintenance, MetadataOptions

_HOUR = re.compile(r"(\d{2}):00:00")
_ACTIONS = ("Stop", "AutoRecover", "AutoRedeploy")


@dataclass(frozen=True)
class MaintenanceChanges:
    """Changes of maintenance attributes; None changes nothing. A window is its start and its end, `HH:00:00`."""

    action: str | None = None
    notify: bool | None = None
    window: tuple[str, str] | None = None


def modify_maintenance(cloud: Cloud, instance_ids: Iterable[str], to: MaintenanceChanges) -> None:
    """Change the maintenance attributes of instances, all or none.

    Raises InvalidInstanceId.NotFound (404) and InvalidParameter (403: the action, or a window that is not of 1 to 23
    whole hours).
    """
    instances = [cloud.instance(instance_id) for instance_id in instance_ids]
    if to.action not in (None, *_ACTIONS):
        raise _invalid("ActionOnMaintenance")
    window = None if to.window is None else _window(*to.window)
    for instance in instances:
        now = instance.maintenance
        instance.maintenance = Maintenance(
            action=cast("Literal['Stop', 'AutoRecover', 'AutoRedeploy']", to.action or now.action),
            notify=now.notify if to.notify is None else to.notify,
            window=window or now.window,
        )


def metadata_options(
    endpoint: str | None, tokens: str | None, hop_limit: int | None, now: MetadataOptions | None = None
) -> MetadataOptions:
    """Return options for the metadata service; None leaves those of `now`, by default the usual ones.

    Raises InvalidHttpEndpoint.NotSupported, InvalidHttpTokens.NotSupported,
    InvalidHttpPutResponseHopLimit.NotSupported.
    """
    if endpoint not in (None, "enabled", "disabled"):
        raise CloudError(
            "InvalidHttpEndpoint.NotSupported",
            "The specified HttpEndpoint not supported, you can use enabled(default) or disabled.",
        )
    if tokens not in (None, "optional", "required"):
        raise CloudError(
            "InvalidHttpTokens.NotSupported",
            "The specified HttpTokens not supported, you can use optional(default) or required.",
        )
    if hop_limit is not None and not 1 <= hop_limit <= 64:
        raise CloudError(
            "InvalidHttpPutResponseHopLimit.NotSupported",
            "The specified HttpPutResponseHopLimit not supported, more than 1 and less than 64 is reasonable.",
        )
    usual = now or MetadataOptions()
    return MetadataOptions(
        endpoint=cast("Literal['enabled', 'disabled']", endpoint or usual.endpoint),
        tokens=cast("Literal['optional', 'required']", tokens or usual.tokens),
        hop_limit=hop_limit or usual.hop_limit,
    )


def private_pool(criteria: str | None, pool_id: str | None) -> Literal["None", "Open"]:
    """Return how an instance chooses a private pool, by default not at all.

    Raises Invalid.PrivatePoolOptionsId (an id without Target), MissingParameter.PrivatePoolOptionsId, InvalidParameter.
    """
    if criteria not in (None, "None", "Open", "Target"):
        raise CloudError("InvalidParameter", 'The specified parameter "PrivatePoolOptions.MatchCriteria" is not valid.')
    if criteria == "Target":
        if not pool_id:
            raise CloudError(
                "MissingParameter.PrivatePoolOptionsId", "The specified PrivatePoolOptions.Id should not be null."
            )
        raise NotSimulatedError("PrivatePoolOptions.MatchCriteria Target")
    if pool_id:
        raise CloudError(
            "Invalid.PrivatePoolOptionsId",
            "The parameter PrivatePoolOptions.Id should be null when PrivatePoolOptions.MatchCriteria is not Target.",
        )
    return "Open" if criteria == "Open" else "None"


def _window(start: str, end: str) -> tuple[int, int]:
    """Return the hours of a window; raises InvalidParameter (403)."""
    first, last = _HOUR.fullmatch(start), _HOUR.fullmatch(end)
    if first is None or last is None:
        raise _invalid("MaintenanceWindow")
    hours = int(first[1]), int(last[1])
    if max(hours) > 23 or hours[0] == hours[1]:
        raise _invalid("MaintenanceWindow")
    return hours


def _invalid(parameter: str) -> ForbiddenError:
    return ForbiddenError("InvalidParameter", f'The specified parameter "{parameter}" is not valid.')
