"""A public address that is to become an EIP after the move can be converted."""

from datetime import timedelta
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts, UnreadableError
from policies.core.fixes import ID, UP, aliyun, change
from policies.core.outcome import Verdict, failed, not_applicable, passed
from policies.core.plan import MIGRATING_INSTANCE, Plan
from policies.core.rule import InstanceRule
from policies.core.words import to_minute

# For a subscription that ends within this time the cloud refuses the conversion (InvalidEndTime.OperateNotSupport).
_BEFORE_EXPIRY: Final = timedelta(hours=24)


def _check(_plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    if not instance.flag("toEip"):
        return not_applicable("Its public address need not become an EIP.")
    instance_id = instance.text("instanceId")
    if "eip" in instance.data:
        return failed(
            f"It has the EIP {instance.text('eip')} already. The public address of an instance with an EIP "
            "cannot be converted.",
            aliyun("vpc", "UnassociateEipAddress", {"AllocationId": "<that of the EIP>", "InstanceId": instance_id}),
        )
    if not instance.texts("publicIps") or instance.number("internetMaxBandwidthOut") == 0:
        return failed(
            "The move releases its public address, because its Internet bandwidth is 0 Mbit/s.",
            aliyun("ecs", "ModifyInstanceNetworkSpec", {"InstanceId": instance_id, "InternetMaxBandwidthOut": 1}),
        )
    if instance.choice("instanceChargeType", "PrePaid", "PostPaid") == "PostPaid":
        return passed("The public address of a pay-as-you-go instance can be converted.")
    if timeline.latest is None:
        raise UnreadableError("the window", "does not show when its public address is converted at the latest")
    end = instance.moment("expiredAt")
    if end - _BEFORE_EXPIRY <= timeline.latest:
        return failed(
            f"Its subscription ends at {to_minute(end)}. In the 24 hours before, the cloud converts no public address; "
            f"the instance may move as late as {to_minute(timeline.latest)}.",
            aliyun("ecs", "RenewInstance", {"InstanceId": instance_id, "Period": 1}),
        )
    if instance.choice("internetChargeType", "PayByTraffic", "PayByBandwidth") == "PayByTraffic":
        return passed("The public address of a subscription with Internet charges by traffic can be converted.")
    return failed(
        "It is a subscription with Internet charges by bandwidth. The cloud converts the public address of a "
        "subscription only with charges by traffic.",
        aliyun("ecs", "ModifyInstanceNetworkSpec", {"InstanceId": instance_id, "NetworkChargeType": "PayByTraffic"}),
    )


RULE: Final = InstanceRule(
    module=__name__,
    title="A public address that is to become an EIP must be convertible",
    severity="medium",
    notice_items=("N32",),
    why="The conversion is refused after the move, when FTP clients have lost the server already.",
    remediation=aliyun("ecs", "ModifyInstanceNetworkSpec", {"InstanceId": ID, "NetworkChargeType": "PayByTraffic"}),
    remediation_after=(
        aliyun("ecs", "ModifyInstanceNetworkSpec", {"InstanceId": ID, "NetworkChargeType": "PayByTraffic"})
        + change("after", {"convertPublicIps": [ID]})
        + UP
    ),
    reads=(MIGRATING_INSTANCE,),
    sources=(
        "ECS API reference, ConvertNatPublicIpToEip: no EIP bound, bandwidth other than 0; a subscription must pay by "
        "traffic (InvalidInternetChargeType.ValueNotSupported), and must not end within 24 hours.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-convertnatpubliciptoeip",
    ram_actions=("ecs:DescribeInstances",),
    check=_check,
    until_move=True,
)
