"""Each database of the instance has an address in the target VPC."""

from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import UP, change, task
from policies.core.outcome import Verdict
from policies.core.plan import HYBRID_ACCESSES, MIGRATING_INSTANCE, MIGRATION, TARGET_NETWORK, Plan
from policies.core.rule import InstanceRule
from policies.subjects.databases import READING, address_in_vpc, each_used


def _check(plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    return each_used(plan, instance, partial(address_in_vpc, plan))


RULE: Final = InstanceRule(
    module=__name__,
    title="Every database must have an address in the VPC",
    severity="critical",
    notice_items=("N17",),
    why="From the VPC no classic address is reachable: the move cuts off a database that has no address in the VPC.",
    remediation=change("databases", [{"id": "<database>", "hybridAccess": {}}]),
    remediation_after=(
        task(
            "Its connections are refused by now. Apply this at once, then give the application the stack output "
            "databaseEndpoints:"
        )
        + change("databases", [{"id": "<database>", "hybridAccess": {}}])
        + UP
    ),
    reads=(MIGRATION, MIGRATING_INSTANCE, TARGET_NETWORK, *HYBRID_ACCESSES),
    unknown_ok="Hybrid access that is declared may be applied until the freeze begins.",
    sources=(
        "Physical server migration and upgrade notice: set up hybrid access of ApsaraDB in advance.",
        "RDS user guide, configure the hybrid access mode: classic and VPC endpoints are kept side by side.",
    ),
    url="https://www.alibabacloud.com/help/en/rds/developer-reference/api-rds-2014-08-15-modifydbinstancenetworktype",
    ram_actions=READING,
    check=_check,
    until_move=False,
)
