"""In enhanced mode the block of the VSwitch is in a whitelist group for VPC addresses."""

from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import UP, change
from policies.core.outcome import Verdict, failed, not_applicable, passed
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK, WHITELIST_GROUPS, Plan
from policies.core.rule import InstanceRule
from policies.subjects.databases import (
    READING,
    covers,
    declared_network_type,
    each_used,
    is_hidden,
    label,
    network_type_needed,
    prepared,
    target_blocks,
    whitelist_groups,
)


def _check(plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    if not plan.of_type(TARGET_NETWORK):
        return not_applicable("There is no target network whose block could be admitted.")
    blocks = target_blocks(plan, instance)
    return each_used(plan, instance, partial(_database, plan, blocks))


def _database(plan: Plan, blocks: tuple[str, ...], database: Facts) -> Verdict:
    needed = network_type_needed(database)
    for resource in whitelist_groups(plan, database):
        declared = declared_network_type(resource)
        if declared != needed:
            return failed(
                f"Whitelist group {resource.facts.text('groupName')} of {label(database)} is declared for {declared} "
                f"addresses; the whitelists of the database must be for {needed}.",
                prepared(database) + UP,
            )
    if needed == "MIX":
        return not_applicable(f"{label(database)} has one kind of whitelist group for both networks.")
    groups = [group for group in database.objects("whitelistGroups") if not is_hidden(group)]
    groups += [resource.facts for resource in whitelist_groups(plan, database)]
    for block in blocks:
        admitting = {group.text("networkType"): group.text("groupName") for group in groups if covers(group, block)}
        if "Classic" in admitting and needed not in admitting:
            return failed(
                f"Whitelist group {admitting['Classic']} of {label(database)} admits {block} for classic addresses: in "
                "enhanced mode that admits no VPC address.",
                prepared(database),
            )
    return passed(f"{label(database)} admits the VPC in groups for VPC addresses.")


RULE: Final = InstanceRule(
    module=__name__,
    title="Whitelist entries must be in groups of the right network type",
    severity="high",
    notice_items=("N18",),
    why="In enhanced mode an entry in a group for classic addresses looks right, but does not admit VPC addresses.",
    remediation=change("databases", [{"id": "<database>"}]),
    reads=(MIGRATION, MIGRATING_INSTANCE, TARGET_NETWORK, *WHITELIST_GROUPS),
    sources=(
        "RDS user guide, change the network isolation mode: in enhanced mode each group is for classic or for VPC "
        "addresses, and those for classic ones govern the Internet too.",
        "RDS API reference, ModifySecurityIps: WhitelistNetworkType MIX, Classic, VPC.",
    ),
    url="https://www.alibabacloud.com/help/en/rds/developer-reference/api-rds-2014-08-15-modifysecurityips",
    ram_actions=READING,
    check=_check,
    until_move=False,
)
