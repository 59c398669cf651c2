"""Examples for simulator/api/ecs_instance_specs.py."""

from __future__ import annotations

from typing import Any

from simulator.model.estate import Estate
from simulator.model.vpc import Eip
from tests.simulator.api.examples import Example, Given, Refusal
from tests.simulator.api.examples.ecs_instance_life import expired, locked, stopped, stopping, subscribed
from tests.simulator.in_vpc import INSTANCE, INTERFACE, given, having

WEB_3 = "i-bp1web30000000000001"
TO_ONE = {"InstanceId": INSTANCE, "InternetMaxBandwidthOut": 1}
TO_N4 = {"InstanceId": INSTANCE, "InstanceType": "ecs.n4.large"}


def _to(**values: Any) -> dict[str, Any]:
    return {"InstanceId": INSTANCE, **values}


def with_an_eip(estate: Estate) -> None:
    """An EIP is bound to the instance."""
    given()(estate)
    binding: dict[str, Any] = {"status": "InUse", "instance_id": INSTANCE, "instance_type": "EcsInstance"}
    estate.eips.append(Eip.model_validate({"id": "eip-1", "ip_address": "192.0.2.200", "tags": {}, **binding}))


def only_stopped(estate: Estate) -> None:
    """Classic instances are given their first bandwidth while they are Stopped."""
    estate.bandwidth_from_zero = "stopped"


def subscription(estate: Estate) -> None:
    """A subscription of 30 days, Stopped."""
    subscribed(estate, status="Stopped")


def stopped_as(instance_type: str) -> Given:
    """The instance is Stopped and has this type."""
    return having("instances", INSTANCE, status="Stopped", instance_type=instance_type)


def two_interfaces(estate: Estate) -> None:
    """The Stopped instance has two network interfaces."""
    stopped(estate)
    interface = estate.network_interfaces.find(INTERFACE)
    assert interface is not None
    interface.instance_id, interface.status = INSTANCE, "InUse"


def with_local_disks(estate: Estate) -> None:
    """The Stopped instance has local disks."""
    stopped(estate)
    instance = estate.instances.find(INSTANCE)
    assert instance is not None
    instance.local_storage_amount = 1


EXAMPLES = (
    Example(
        "ecs:ModifyInstanceNetworkSpec",
        {"InstanceId": WEB_3, "InternetMaxBandwidthOut": 1},
        (
            Refusal("InvalidInstanceId.NotFound", {"InstanceId": "i-none"}, 404),
            Refusal("InstanceLockedForSecurity", TO_ONE, 403, locked),
            Refusal("InstanceExpiredOrInArrears", TO_ONE, 403, expired),
            Refusal("InstanceExpiredOrInArrears", TO_ONE, 403, having("instances", INSTANCE, locks=["financial"])),
            Refusal("IncorrectInstanceStatus", TO_ONE, 403, stopping),
            Refusal("IncorrectInstanceStatus", {"InstanceId": WEB_3, "InternetMaxBandwidthOut": 1}, 403, only_stopped),
            *(
                Refusal(
                    "InvalidInternetMaxBandwidthOut.ValueNotSupported", _to(InternetMaxBandwidthOut=out), 400, given()
                )
                for out in (-1, 101)
            ),
            *(
                Refusal(
                    "InvalidInternetMaxBandwidthIn.ValueNotSupported", _to(InternetMaxBandwidthIn=into), 400, given()
                )
                for into in (0, 11)
            ),
            Refusal("InvalidInternetChargeType.ValueNotSupported", _to(NetworkChargeType="Free"), 400, given()),
            Refusal("InvalidInstance.InstanceNotSupported", TO_ONE, 403, with_an_eip),
            Refusal("InvalidParam.AllocatePublicIp", _to(AllocatePublicIp=True), 400, given()),
            Refusal("SimulatorNotImplemented", _to(AutoPay=False), 400, subscription),
            Refusal("SimulatorNotImplemented", _to(EndTime="2026-12-06T22Z"), 400, given()),
        ),
    ),
    Example(
        "ecs:ModifyInstanceSpec",
        TO_N4,
        (
            Refusal("InvalidInstanceId.NotFound", {**TO_N4, "InstanceId": "i-none"}, 404),
            Refusal("InstanceLockedForSecurity", TO_N4, 403, locked),
            Refusal("ChargeTypeViolation", TO_N4, 403, subscription),
            Refusal("InvalidInstanceStatus.NotStopped", TO_N4, 400, given()),
            Refusal("CategoryViolation", TO_N4, 403, with_local_disks),
            Refusal("InvalidInstanceType.ValueNotSupported", _to(InstanceType="ecs.none.large"), 400, stopped),
            Refusal("InvalidInstanceType.ValueNotSupported", _to(InstanceType="ecs.s1.small"), 403, stopped),
            Refusal(
                "DependencyViolation.InstanceType", _to(InstanceType="ecs.g6.large"), 400, stopped_as("ecs.n1.small")
            ),
            Refusal("OperationDenied", _to(InstanceType="ecs.n1.small"), 403, two_interfaces),
            Refusal("DryRunOperation", {**TO_N4, "DryRun": True}, 400, stopped),
        ),
        given=stopped,
    ),
)
