"""The region's quota has room for the EIPs that public addresses are to become."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import aliyun, change, task
from policies.core.outcome import Verdict, failed, not_applicable, passed, unknown
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, Plan
from policies.core.rule import InstanceRule
from policies.core.waivers import waiver
from policies.core.words import number_of
from policies.subjects.address_lists import why_unread

# As Quota Center calls it.
_QUOTA: Final = "eip_quota_instances_num"


def _check(plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    if not instance.flag("toEip"):
        return not_applicable("Its public address need not become an EIP.")
    eips = plan.migration.object("eips")
    quota, wanted = int(eips.number("quota")), int(eips.number("toConvert"))
    if not wanted:
        return not_applicable("All public addresses that are to become EIPs are EIPs already.")
    if "existing" not in eips.data:
        return unknown(f"How many EIPs the region has is not known. {why_unread(plan, 'eip')}".rstrip(), _ASK)
    needed = int(eips.number("existing")) + wanted
    converted = number_of(wanted, "public address")
    count = f"With {converted} that this stack converts, the region has {number_of(needed, 'EIP')}"
    if needed <= quota:
        return passed(f"{count}; it may have {quota}.")
    return failed(
        f"{count}; it may have {quota} (after.eipQuota). The cloud refuses to convert what is beyond.",
        task(f"Ask Quota Center for {needed} EIPs in the region ({_QUOTA}), or release some. Then state what it shows:")
        + change("after", {"eipQuota": needed}),
    )


_ASK: Final = (
    task("Allow the program to read them, as docs/ram does, or look whether Quota Center leaves room for them:")
    + aliyun("vpc", "DescribeEipAddresses", {"RegionId": "<region>"}, "TotalCount")
    + waiver()
)

RULE: Final = InstanceRule(
    module=__name__,
    title="The EIP quota must have room for public addresses that become EIPs",
    severity="medium",
    notice_items=("N32",),
    why="The conversion is refused after the move, when FTP clients have lost the server already.",
    remediation=task(
        f"Ask Quota Center for more EIPs in the region ({_QUOTA}). State them in the stack config, as after.eipQuota."
    ),
    reads=(MIGRATION, MIGRATING_INSTANCE),
    sources=(
        f"EIP, Quotas: {_QUOTA}, 20 EIPs unless it was raised.",
        "ECS API reference, ConvertNatPublicIpToEip: MaxEIPQuotaExceeded, the limit of EIPs in a region.",
    ),
    url="https://www.alibabacloud.com/help/en/eip/quota-management",
    ram_actions=("ecs:DescribeInstances", "vpc:DescribeEipAddresses"),
    check=_check,
    until_move=False,
)
