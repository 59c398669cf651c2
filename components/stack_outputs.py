"""What a stack exports (docs/contracts.md, Stack outputs), and how another, or the same one later, reads it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

import pulumi

from components.facts.migration import wave_facts
from components.plan import MigrationPlan, Origin, StackRecord

_ATTEMPTS: Final = 20
_PAUSE_SECONDS: Final = 0.1


def exported(plan: MigrationPlan) -> dict[str, pulumi.Input[object]]:
    """The outputs that follow from the plan: its waves, and what the instances are, or were, in the classic network."""
    return {
        "waves": [wave_facts(wave) for wave in plan.waves],
        "classicOrigins": {
            planned.instance.id: {
                "zoneId": planned.instance.zone_id,
                "intranetIps": list(planned.instance.intranet_ips),
                "securityGroupIds": list(planned.instance.security_group_ids),
                "snapshotRound": planned.snapshot_round,
            }
            for planned in plan.instances
        },
    }


def own_record() -> StackRecord:
    """What this stack's last `up` exported; empty before the first one.

    The engine answers from the state as it was before this update (its `pulumi:pulumi:readStackOutputs`).
    """
    return record_of(read_outputs(f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"))


def read_outputs(stack: str) -> Mapping[str, Any]:
    """The outputs of `organization/project/stack`, known at once, unlike those of a StackReference.

    Raises whatever the engine says where there is no such stack.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            result = pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", {"name": stack})
            outputs: Mapping[str, Any] = (result.value or {}).get("outputs") or {}
            return outputs
        except Exception as error:
            # A state in a file is cut short for the moment in which the engine writes it, as it does at the beginning.
            if "failed to load checkpoint" not in str(error) or attempt == _ATTEMPTS:
                raise
            time.sleep(_PAUSE_SECONDS)
    raise AssertionError("the last attempt returns or raises")


def record_of(outputs: Mapping[str, Any]) -> StackRecord:
    """The record in a stack's outputs; what an earlier version exported has no origins."""
    origins = outputs.get("classicOrigins") or {}
    return StackRecord(
        vpc_id=outputs.get("vpcId"),
        origins={
            instance_id: Origin(
                zone_id=origin["zoneId"],
                intranet_ips=tuple(origin["intranetIps"]),
                security_group_ids=tuple(origin["securityGroupIds"]),
                snapshot_round=int(origin["snapshotRound"]),
            )
            for instance_id, origin in origins.items()
        },
    )
