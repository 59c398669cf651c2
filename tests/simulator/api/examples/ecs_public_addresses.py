"""Examples for simulator/api/ecs_public_addresses.py."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from simulator.model.estate import Estate
from simulator.model.vpc import Eip
from tests.simulator.api.examples import Example, Given, Refusal
from tests.simulator.api.sample_ids import VPC, VSWITCH, WEB_1

CALL = {"InstanceId": WEB_1}


def migrated(estate: Estate) -> None:
    """The instance is in the VPC and kept its public address."""
    instance = estate.instances[0]
    instance.network_type, instance.vpc_id, instance.vswitch_id = "vpc", VPC, VSWITCH
    instance.intranet_ips = ["192.168.10.1"]


def _also(**changes: Any) -> Given:
    def given(estate: Estate) -> None:
        migrated(estate)
        for name, value in changes.items():
            setattr(estate.instances[0], name, value)

    return given


def with_an_eip(estate: Estate) -> None:
    migrated(estate)
    binding: dict[str, Any] = {"status": "InUse", "instance_id": WEB_1, "instance_type": "EcsInstance"}
    estate.eips.append(Eip.model_validate({"id": "eip-1", "ip_address": "192.0.2.200", "tags": {}, **binding}))


def no_eips_left(estate: Estate) -> None:
    migrated(estate)
    estate.quotas.eips = 0


def expiring(estate: Estate) -> None:
    _also(charge_type="PrePaid", expired_at=estate.now + timedelta(hours=23))(estate)


EXAMPLES = (
    Example(
        "ecs:AllocatePublicIpAddress",
        CALL,
        (
            Refusal("InvalidInstanceId.NotFound", {"InstanceId": "i-none"}, 404),
            Refusal("InstanceLockedForSecurity", CALL, 403, _also(locks=["security"])),
            Refusal("InstanceExpiredOrInArrears", CALL, 403, _also(locks=["financial"])),
            Refusal("IncorrectInstanceStatus", CALL, 403, _also(status="Starting")),
            Refusal("AllocateIpInvalidInstanceBandwidth", CALL, 400, _also(internet_max_bandwidth_out=0)),
            Refusal("OperationDenied", CALL, 400, with_an_eip),
        ),
        given=_also(public_ips=[]),
    ),
    Example(
        "ecs:ConvertNatPublicIpToEip",
        CALL,
        (
            Refusal("InvalidInstanceId.NotFound", {"InstanceId": "i-none"}, 404),
            Refusal("OperationDenied", CALL, 403),
            Refusal("OperationDenied", CALL, 403, with_an_eip),
            Refusal("IncorrectInstanceStatus", CALL, 403, _also(status="Starting")),
            Refusal("InvalidInstance.OverduePayment", CALL, 403, _also(locks=["financial"])),
            Refusal("InvalidInstance.ZeroBandwidth", CALL, 403, _also(internet_max_bandwidth_out=0)),
            Refusal("InvalidInstance.IpAddressMissing", CALL, 404, _also(public_ips=[])),
            Refusal(
                "InvalidInternetChargeType.ValueNotSupported",
                CALL,
                403,
                _also(charge_type="PrePaid", internet_charge_type="PayByBandwidth"),
            ),
            Refusal("InvalidEndTime.OperateNotSupport", CALL, 403, expiring),
            Refusal("MaxEIPQuotaExceeded", CALL, 403, no_eips_left),
        ),
        given=migrated,
    ),
)
