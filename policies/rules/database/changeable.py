"""Each database of the instance that is still to be changed is in a status that permits changes."""

from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import Fix, aliyun
from policies.core.outcome import Verdict, failed, passed
from policies.core.plan import HYBRID_ACCESSES, MIGRATING_INSTANCE, MIGRATION, WHITELIST_GROUPS, Plan
from policies.core.rule import InstanceRule
from policies.subjects.databases import READING, each_used, hybrid_accesses, label, whitelist_groups

#: How the CLI reads each product, and spells the id of an instance and its status.
_READS: Final = {
    "rds": ("rds", "DescribeDBInstanceAttribute", "DBInstanceId", "DBInstanceStatus is Running"),
    "redis": ("r-kvstore", "DescribeInstanceAttribute", "InstanceId", "InstanceStatus is Normal"),
    "mongodb": ("dds", "DescribeDBInstanceAttribute", "DBInstanceId", "DBInstanceStatus is Running"),
}


def _wait(product: str, database_id: str) -> Fix:
    cli, operation, parameter, until = _READS[product]
    return aliyun(cli, operation, {parameter: database_id}, f"until {until}")


def _check(plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    return each_used(plan, instance, partial(_database, plan))


def _database(plan: Plan, database: Facts) -> Verdict:
    product = database.choice("product", *_READS)
    status, ready = database.text("status"), "Normal" if product == "redis" else "Running"
    if status == ready:
        return passed(f"{label(database)} is {status}.")
    declared = [*hybrid_accesses(plan, database), *whitelist_groups(plan, database)]
    if declared and all(item.exists for item in declared):
        return passed(f"{label(database)} is {status}, and everything declared for it is applied.")
    return failed(
        f"{label(database)} is {status}: it refuses hybrid access and changes of its whitelists until it is {ready}.",
        _wait(product, database.text("dbInstanceId")),
    )


RULE: Final = InstanceRule(
    module=__name__,
    title="Every database must be in a status that permits changes",
    severity="high",
    notice_items=("N17", "N18"),
    why="A database that is restarting, locked or being changed refuses hybrid access and whitelist entries.",
    remediation=_wait("rds", "<database>"),
    reads=(MIGRATION, MIGRATING_INSTANCE, *HYBRID_ACCESSES, *WHITELIST_GROUPS),
    sources=(
        "RDS API reference, ModifySecurityIps and ModifyDBInstanceNetworkType: OperationDenied.DBInstanceStatus.",
        "R-kvstore and DDS API references: IncorrectDBInstanceState.",
    ),
    url="https://www.alibabacloud.com/help/en/rds/developer-reference/api-rds-2014-08-15-modifydbinstancenetworktype",
    ram_actions=READING,
    check=_check,
    until_move=False,
)
