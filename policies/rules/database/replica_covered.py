"""Each read-only instance of a database of the instance has an address in the VPC and admits the VSwitch."""

from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import change
from policies.core.outcome import Verdict, judged, not_applicable, worst
from policies.core.plan import HYBRID_ACCESSES, MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK, WHITELIST_GROUPS, Plan
from policies.core.rule import InstanceRule
from policies.subjects.databases import (
    READING,
    address_in_vpc,
    admission,
    each_used,
    label,
    read_only_instances,
    target_blocks,
)


def _check(plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    if not plan.of_type(TARGET_NETWORK):
        return not_applicable("There is no target network from which read-only instances could be reached.")
    blocks = target_blocks(plan, instance)
    return each_used(plan, instance, partial(_database, plan, blocks))


def _database(plan: Plan, blocks: tuple[str, ...], database: Facts) -> Verdict:
    replicas = read_only_instances(plan, database)
    if not replicas:
        return not_applicable(f"{label(database)} has no read-only instances.")
    verdicts = [judged(partial(address_in_vpc, plan, replica)) for replica in replicas]
    verdicts += [judged(partial(admission, plan, replica, block)) for replica in replicas for block in blocks]
    return worst(verdicts)


RULE: Final = InstanceRule(
    module=__name__,
    title="Every read-only instance of a database must be prepared as well",
    severity="high",
    notice_items=("N17", "N18"),
    why="Read-only instances have addresses and whitelists of their own: reads that go to them fail when only "
    "their primary instance was prepared.",
    remediation=change("databases", [{"id": "<database>", "hybridAccess": {}}]),
    reads=(MIGRATION, MIGRATING_INSTANCE, TARGET_NETWORK, *HYBRID_ACCESSES, *WHITELIST_GROUPS),
    unknown_ok="What is declared may be applied until the freeze begins.",
    sources=(
        "RDS API reference, ModifySecurityIps: each instance has its own whitelist; FreshWhiteListReadins copies that "
        "of PostgreSQL to read-only instances.",
    ),
    url="https://www.alibabacloud.com/help/en/rds/developer-reference/api-rds-2014-08-15-modifysecurityips",
    ram_actions=READING,
    check=_check,
    until_move=False,
)
