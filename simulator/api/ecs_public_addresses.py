"""ECS: static public addresses of instances, and their conversion to EIPs."""

from simulator.api.call import Answer, Call
from simulator.api.registry import ECS, action
from simulator.cloud import eips, instance_specs
from simulator.cloud.state import Cloud


@action(
    ECS,
    "AllocatePublicIpAddress",
    "InstanceId",
    raises="InvalidInstanceId.NotFound InstanceLockedForSecurity InstanceExpiredOrInArrears IncorrectInstanceStatus "
    "AllocateIpInvalidInstanceBandwidth OperationDenied",
    resources="instance/{InstanceId}",
)
def allocate_public_ip_address(cloud: Cloud, call: Call) -> Answer:
    """Give an instance with a bandwidth a public address, or answer the one that it has.

    The help pages say so since 2024; earlier ones refuse it with AllocatedAlready.
    """
    return {"IpAddress": instance_specs.allocate_address(cloud, call.text("InstanceId"))}


@action(
    ECS,
    "ConvertNatPublicIpToEip",
    "InstanceId",
    raises="InvalidInstanceId.NotFound OperationDenied IncorrectInstanceStatus InvalidInstance.OverduePayment "
    "InvalidInstance.ZeroBandwidth InvalidInstance.IpAddressMissing InvalidInternetChargeType.ValueNotSupported "
    "InvalidEndTime.OperateNotSupport MaxEIPQuotaExceeded",
    resources="instance/{InstanceId}",
)
def convert_nat_public_ip_to_eip(cloud: Cloud, call: Call) -> None:
    """Convert the public address of an instance in a VPC to an EIP that is bound to it. This cannot be undone."""
    eips.convert(cloud, call.text("InstanceId"))
