"""The VPC accepts all instances to be linked, and none of them is linked to another VPC."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.fixes import aliyun, task, then_all
from policies.core.outcome import Verdict, failed, not_applicable, passed
from policies.core.plan import CLASSIC_LINK_ATTACHMENT, CLASSIC_LINK_COMPONENT, MIGRATION, Plan
from policies.core.rule import MigrationRule

MAX_LINKS: Final = 1000


def _check(plan: Plan, _timeline: Timeline) -> Verdict:
    link = plan.classic_link
    if link is None:
        return not_applicable("The stack does not use ClassicLink.")
    existing = link.objects("existingLinks")
    to_target = {item.text("instanceId") for item in existing if item.flag("toTarget")}
    declared = {item.facts.text("instanceId") for item in plan.of_type(CLASSIC_LINK_ATTACHMENT)}
    elsewhere = sorted(declared & {item.text("instanceId") for item in existing if not item.flag("toTarget")})
    if elsewhere:
        return failed(
            "These instances are linked to another VPC already, and an instance can be linked to only one: "
            f"{', '.join(elsewhere)}.",
            then_all(
                aliyun("ecs", "DetachClassicLinkVpc", {"InstanceId": item, "VpcId": "<the other VPC>"})
                for item in elsewhere
            ),
        )
    total = len(to_target | declared)
    if total > MAX_LINKS:
        return failed(
            f"{total} classic instances would be linked to the VPC ({len(to_target)} are already); the limit is "
            f"{MAX_LINKS}."
        )
    return passed(f"{total} of {MAX_LINKS} classic instances are linked to the VPC.")


RULE: Final = MigrationRule(
    module=__name__,
    title="The VPC must accept every ClassicLink attachment",
    severity="high",
    notice_items=("N15",),
    why="Beyond the limit the cloud refuses the attachment, and the move cuts the instance off from its peers.",
    remediation=task("Under classicLink.attach in the stack config name only those that must be reached."),
    reads=(MIGRATION, CLASSIC_LINK_COMPONENT, CLASSIC_LINK_ATTACHMENT),
    sources=(
        "VPC user guide, ClassicLink overview: at most 1,000 classic instances to one VPC; one VPC to an instance.",
        "ECS API reference, AttachClassicLinkVpc: QuotaExceeded.",
    ),
    url="https://www.alibabacloud.com/help/en/virtual-private-cloud/latest/classiclink-overview",
    ram_actions=("ecs:DescribeClassicLinkInstances",),
    check=_check,
)
