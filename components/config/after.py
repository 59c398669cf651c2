"""Settings for the time after the move."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from components.config.approvals import Approval
from components.config.base import InstanceId, Strict, duplicates
from components.config.errors import Problem

USUAL_DUE_DAYS = 7

# EIP, Quotas: eip_quota_instances_num, which can be raised.
USUAL_EIP_QUOTA = 20


Service = Literal["container-registry", "oss"]


class AfterChoice(Strict):
    """What this stack does about an instance once it is in the target VPC."""

    remove_old_addresses: bool = Field(
        default=False,
        description="Takes the intranet addresses that moved instances had out of the whitelists of all databases and "
        "the access control lists of CLB; nothing else in them is touched.",
    )
    convert_public_ips: tuple[InstanceId, ...] = Field(
        default=(), description="Instances whose public address becomes an EIP. There is no way back."
    )
    eip_quota: int = Field(
        default=USUAL_EIP_QUOTA,
        ge=1,
        le=100_000,
        description="EIPs that the account may have in the region, as Quota Center shows it (eip_quota_instances_num).",
    )
    unused_services: tuple[Service, ...] = Field(
        default=(),
        description="Services that are not used, so that their lists of addresses need not be readable; each needs "
        "an approval under unusedApprovals. Lists that can be read are still checked.",
    )
    unused_approvals: dict[Service, Approval] = Field(
        default={}, description="By service, the approval that it is not used. Without one its lists stay unknown."
    )
    due_days: int = Field(
        default=USUAL_DUE_DAYS,
        ge=0,
        le=365,
        description="Days after the Latest Schedule Time until which old addresses and public addresses may wait.",
    )


def after_problems(after: AfterChoice | None, instance_ids: list[str]) -> Iterator[Problem]:
    """Yield instances that are listed twice or that do not move; `instance_ids` is empty where a selector selects."""
    if after is None:
        return
    yield from duplicates("after.convertPublicIps", after.convert_public_ips)
    yield from duplicates("after.unusedServices", after.unused_services)
    for service in sorted(set(after.unused_approvals) - set(after.unused_services)):
        problem = f"{service} is not under unusedServices; expected it there too"
        yield Problem(f"after.unusedApprovals.{service}", problem)
    for index, instance_id in enumerate(after.convert_public_ips):
        if instance_ids and instance_id not in instance_ids:
            yield Problem(
                f"after.convertPublicIps[{index}]", f"{instance_id} does not move in this stack; expected one that does"
            )
