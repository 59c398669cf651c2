"""The team has accepted the loss of each public address that the move releases."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import ID, aliyun, change, task
from policies.core.outcome import Verdict, failed, not_applicable, passed
from policies.core.plan import MIGRATING_INSTANCE, Plan
from policies.core.rule import InstanceRule


def _check(_plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    addresses = instance.texts("publicIps")
    if not addresses:
        return not_applicable("The instance has no public address.")
    shown = ", ".join(addresses)
    bandwidth = instance.number("internetMaxBandwidthOut")
    if bandwidth > 0:
        return passed(f"{shown} stays, at {bandwidth:g} Mbit/s: its NIC is deleted, and the address becomes a NatIP.")
    if instance.flag("releasePublicIp"):
        return passed(
            f"{shown} is released by the move, as accepted. A newer edition of the migration guide even calls "
            "an instance at 0 Mbit/s not eligible: verify it in the console's migration plan."
        )
    return failed(
        f"{shown} is released by the move, because the Internet bandwidth is 0 Mbit/s. A newer edition of the "
        "migration guide even calls an instance at 0 Mbit/s not eligible.",
        aliyun(
            "ecs",
            "ModifyInstanceNetworkSpec",
            {"InstanceId": instance.text("instanceId"), "InternetMaxBandwidthOut": 1},
            "stop it first, start it after",
        )
        | change("instances", [{"id": instance.text("instanceId"), "releasePublicIp": True}]),
    )


RULE: Final = InstanceRule(
    module=__name__,
    title="The loss of a public address must be accepted",
    severity="high",
    notice_items=("N04", "N05"),
    why=(
        "A released address does not come back, and everything that names it (DNS, partners' allow lists) points "
        "nowhere."
    ),
    remediation=change("instances", [{"id": ID, "releasePublicIp": True}]),
    remediation_after=(
        task("The address is gone. Give it another one, and name that in DNS and partners' lists:")
        + aliyun("vpc", "AllocateEipAddress", {"Bandwidth": "<Mbit/s>"})
        + aliyun("vpc", "AssociateEipAddress", {"AllocationId": "<EIP>", "InstanceId": ID})
    ),
    reads=(MIGRATING_INSTANCE,),
    sources=(
        "Physical server migration and upgrade notice: IP address modifications, bandwidth 0 and above 0.",
        "ECS user guide, migrate to a VPC (2021), before you migrate: at 0 Mbit/s an instance is not eligible (the "
        "two disagree).",
        "ECS user guide, modify bandwidth: the first change from 0 on a classic instance needs a restart.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=("ecs:DescribeInstances",),
    check=_check,
    until_move=True,
)
