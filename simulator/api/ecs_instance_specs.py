"""ECS: bandwidth and type of instances."""

from typing import Literal, cast

from simulator.api.call import Answer, Call
from simulator.api.registry import ECS, action
from simulator.cloud import instance_specs
from simulator.cloud.errors import NotSimulatedError, dry_run_passed
from simulator.cloud.instance_specs import NetworkSpec
from simulator.cloud.state import Cloud

_INSTANCE = "instance/{InstanceId}"
_BANDWIDTH_CODES = (
    "InvalidInstanceId.NotFound InstanceLockedForSecurity InstanceExpiredOrInArrears IncorrectInstanceStatus "
    "InvalidInternetMaxBandwidthOut.ValueNotSupported InvalidInternetMaxBandwidthIn.ValueNotSupported "
    "InvalidInternetChargeType.ValueNotSupported InvalidInstance.InstanceNotSupported InvalidParam.AllocatePublicIp"
)


@action(
    ECS,
    "ModifyInstanceNetworkSpec",
    "InstanceId InternetMaxBandwidthOut InternetMaxBandwidthIn NetworkChargeType AllocatePublicIp AutoPay",
    raises=_BANDWIDTH_CODES,
    remembers_token=True,
    resources=_INSTANCE,
)
def modify_instance_network_spec(cloud: Cloud, call: Call) -> Answer:
    """Change the Internet bandwidth (0 to 100 Mbit/s; 200 for subscriptions that pay by bandwidth) and its charge type.

    The inbound bandwidth is 1 to 10 Mbit/s, or as much as outbound. From 0 a subscription gets a public address, a
    pay-as-you-go instance with AllocatePublicIp; to 0 an instance in a VPC loses its own. From 0 a Running classic
    instance needs a restart, or must be Stopped where the estate says so. Subscriptions are answered an OrderId;
    AutoPay false of one is refused as not simulated.
    """
    charge_type = call.choice(
        "NetworkChargeType", ("PayByTraffic", "PayByBandwidth"), "InvalidInternetChargeType.ValueNotSupported"
    )
    spec = NetworkSpec(
        bandwidth_out=call.integer("InternetMaxBandwidthOut"),
        bandwidth_in=call.integer("InternetMaxBandwidthIn"),
        charge_type=cast("Literal['PayByTraffic', 'PayByBandwidth'] | None", charge_type),
        allocate_address=bool(call.flag("AllocatePublicIp")),
    )
    instance_id = call.text("InstanceId")
    subscribed = cloud.instance(instance_id).charge_type == "PrePaid"
    if subscribed and call.flag("AutoPay") is False:
        raise NotSimulatedError("AutoPay false of ModifyInstanceNetworkSpec")
    instance_specs.change_network(cloud, instance_id, spec)
    return {"OrderId": str(int(cloud.ids.new("order", instance_id)[-9:], 36))} if subscribed else {}


@action(
    ECS,
    "ModifyInstanceSpec",
    "InstanceId InstanceType AllowMigrateAcrossZone DryRun",
    raises="InvalidInstanceId.NotFound InstanceLockedForSecurity ChargeTypeViolation InvalidInstanceStatus.NotStopped "
    "CategoryViolation InvalidInstanceType.ValueNotSupported DependencyViolation.InstanceType OperationDenied",
    remembers_token=True,
    resources=_INSTANCE,
)
def modify_instance_spec(cloud: Cloud, call: Call) -> None:
    """Change the type of a Stopped pay-as-you-go instance; a classic one may get another private IP.

    Its bandwidth is for ModifyInstanceNetworkSpec. AllowMigrateAcrossZone changes nothing: there are no clusters.
    """
    call.flag("AllowMigrateAcrossZone")
    dry_run = bool(call.flag("DryRun"))
    instance_specs.change_type(cloud, call.text("InstanceId"), call.text("InstanceType"), dry_run=dry_run)
    if dry_run:
        raise dry_run_passed()
