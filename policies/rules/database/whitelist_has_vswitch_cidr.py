"""The whitelist of each database of the instance admits the block of the VSwitch that the instance moves into."""

from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import UP, change, task
from policies.core.outcome import Verdict, failed, judged, not_applicable, worst
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK, WHITELIST_GROUPS, Plan
from policies.core.rule import InstanceRule
from policies.subjects.databases import READING, admission, each_used, label, prepared, target_blocks
from policies.subjects.network import with_network


def _check(plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    return each_used(plan, instance, partial(_database, plan, instance))


def _database(plan: Plan, instance: Facts, database: Facts) -> Verdict:
    if not plan.of_type(TARGET_NETWORK):
        return failed(
            f"{label(database)} admits the instance by its intranet address, which changes with the move. The stack "
            "declares no target network whose block it could admit instead.",
            with_network(plan, prepared(database)),
        )
    blocks = target_blocks(plan, instance)
    if not blocks:
        zone_id = instance.text("targetZoneId")
        return not_applicable(f"There is no VSwitch in zone {zone_id}: see network-vswitch-in-usable-zone.")
    return worst(judged(partial(admission, plan, database, block)) for block in blocks)


RULE: Final = InstanceRule(
    module=__name__,
    title="Every database must admit the VSwitch of its users",
    severity="critical",
    notice_items=("N18",),
    why=(
        "The instance's address changes to one of the VSwitch: a database that does not admit it refuses every "
        "connection."
    ),
    remediation=change("databases", [{"id": "<database>"}]),
    remediation_after=(
        task("Its connections are refused by now. Apply this at once:")
        + change("databases", [{"id": "<database>"}])
        + UP
    ),
    reads=(MIGRATION, MIGRATING_INSTANCE, TARGET_NETWORK, *WHITELIST_GROUPS),
    unknown_ok="A whitelist group that is declared may be applied until the freeze begins.",
    sources=(
        "Physical server migration and upgrade notice: add the VSwitch CIDR block to the RDS whitelist in advance.",
        "RDS user guide, change the network isolation mode: in enhanced mode each group is for classic or for VPC "
        "addresses.",
        "RDS API reference, DescribeDBInstanceIPArrayList: attribute hidden marks groups of other services.",
    ),
    url="https://www.alibabacloud.com/help/en/rds/developer-reference/api-rds-2014-08-15-modifysecurityips",
    ram_actions=READING,
    check=_check,
    until_move=False,
)
