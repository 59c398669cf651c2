"""The preview finds nothing that the cloud would refuse to `pulumi up`."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import UnreadableError
from policies.core.fixes import change, task
from policies.core.outcome import Verdict, failed, not_applicable, passed
from policies.core.plan import (
    ADDED_SECURITY_GROUP_RULES,
    CLASSIC_LINK,
    CLASSIC_LINK_ATTACHMENT,
    CUT_THROUGH_BINDING,
    HYBRID_ACCESSES,
    MIGRATION,
    PUBLIC_IP_CONVERSION,
    REMOVED_ACL_ENTRIES,
    REMOVED_WHITELIST_ENTRIES,
    SECURITY_GROUP_RULES,
    WHITELIST_GROUPS,
    Plan,
)
from policies.core.rule import MigrationRule

_ASKED: Final = (
    ADDED_SECURITY_GROUP_RULES,
    CLASSIC_LINK,
    CLASSIC_LINK_ATTACHMENT,
    CUT_THROUGH_BINDING,
    *HYBRID_ACCESSES,
    PUBLIC_IP_CONVERSION,
    REMOVED_ACL_ENTRIES,
    *REMOVED_WHITELIST_ENTRIES,
    SECURITY_GROUP_RULES,
    *WHITELIST_GROUPS,
)


def _check(plan: Plan, _timeline: Timeline) -> Verdict:
    plan.migration.text("regionId")
    declared = [resource for kind in _ASKED for resource in plan.of_type(kind)]
    if not declared:
        return not_applicable("The stack declares nothing that the cloud could refuse.")
    refused = [text for resource in declared if (text := resource.facts.optional_message("refused"))]
    if refused:
        return failed("\n".join(sorted(set(refused))))
    for resource in declared:
        if text := resource.facts.optional_message("notForeseen"):
            raise UnreadableError(resource.name, f"cannot be checked for a refusal: {text}")
    return passed(f"The cloud would refuse none of the {len(declared)} declared resources.")


RULE: Final = MigrationRule(
    module=__name__,
    title="The cloud must not refuse the update",
    severity="high",
    notice_items=(),
    why="The update stops at the refusal, with the environment half made, perhaps just before the window.",
    remediation=(
        task("Remove the obstacle that the finding names.")
        | (
            task("Where somebody else owns the whitelist group, use another name:")
            + change("databases", [{"id": "<database>", "whitelistGroup": "<name>"}])
        )
    ),
    reads=(MIGRATION, *_ASKED),
    sources=(
        "The resources of the local provider alimigrate: a preview asks each what it would refuse, and why.",
        "RDS API reference, ModifySecurityIps: a whitelist group has one name, whoever made it.",
        "ClassicLink overview: an instance is linked to one VPC at a time.",
    ),
    url="https://www.alibabacloud.com/help/en/rds/developer-reference/api-rds-2014-08-15-modifysecurityips",
    ram_actions=(
        "dds:DescribeSecurityIps",
        "ecs:DescribeClassicLinkInstances",
        "ecs:DescribeInstances",
        "ecs:DescribeNetworkInterfaceAttribute",
        "ecs:DescribeSecurityGroupAttribute",
        "kvstore:DescribeSecurityIps",
        "rds:DescribeDBInstanceIPArrayList",
        "slb:DescribeAccessControlListAttribute",
        "vpc:DescribeEipAddresses",
        "vpc:DescribeVpcAttribute",
    ),
    check=_check,
)
