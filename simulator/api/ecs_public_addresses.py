"""ECS: public addresses of instances that become EIPs."""

from simulator.api.call import Answer, Call
from simulator.api.registry import ECS, action
from simulator.cloud import eips
from simulator.cloud.state import Cloud


@action(
    ECS,
    "ConvertNatPublicIpToEip",
    "InstanceId",
    raises="InvalidInstanceId.NotFound OperationDenied IncorrectInstanceStatus InvalidInstance.OverduePayment "
    "InvalidInstance.ZeroBandwidth InvalidInstance.IpAddressMissing InvalidInternetChargeType.ValueNotSupported "
    "InvalidEndTime.OperateNotSupport MaxEIPQuotaExceeded",
    resources="instance/{InstanceId}",
)
def convert_nat_public_ip_to_eip(cloud: Cloud, call: Call) -> Answer:
    """Make the public address of an instance in a VPC an EIP that is bound to it; there is no way back."""
    eips.convert(cloud, call.text("InstanceId"))
    return {}
