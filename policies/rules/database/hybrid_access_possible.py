"""Each database of the instance that has only classic addresses is of a kind that supports hybrid access."""

import re
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import Fix, aliyun, task
from policies.core.outcome import Verdict, failed, not_applicable, passed
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, Plan
from policies.core.rule import InstanceRule
from policies.core.waivers import waiver
from policies.subjects.databases import READING, each_used, endpoints, label

_ENGINES: Final = ("MySQL", "PostgreSQL", "SQLServer")
_2008_R2: Final = re.compile(r"2008.?r2", re.IGNORECASE)


def _new_instance(product: str) -> Fix:
    operation = "CreateInstance" if product == "r-kvstore" else "CreateDBInstance"
    return task(
        f"Create a new database in the target VPC (aliyun {product} {operation}), and fill it by DTS or from a backup. "
        "Then list the new one under databases in the stack config, without hybridAccess."
    )


def _check(plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    return each_used(plan, instance, _database)


def _database(database: Facts) -> Verdict:
    product = database.choice("product", "rds", "redis", "mongodb")
    # Redis has its own names: standard, cluster, and others.
    architecture = database.optional_text("architecture")
    if architecture == "sharding":
        return failed(
            f"{label(database)} is a sharded MongoDB. Its addresses cannot be read, so it is not handled here.",
            task("Move it by hand (aliyun dds ModifyDBInstanceNetworkType), then say that it is done:") + waiver(),
        )
    if endpoints(database, "Private"):
        return not_applicable(f"{label(database)} has an address in a VPC already.")
    if architecture == "standalone":
        return failed(
            f"{label(database)} is a standalone MongoDB, which cannot have hybrid access.",
            _new_instance("dds"),
        )
    if product == "redis" and database.text("engine") == "Memcache":
        return failed(
            f"{label(database)} is Memcache. No API call is documented that moves it and keeps its classic addresses.",
            _new_instance("r-kvstore"),
        )
    if product == "rds":
        return _rds(database)
    return passed(f"{label(database)} can have hybrid access.")


def _rds(database: Facts) -> Verdict:
    engine, version = database.text("engine"), database.text("engineVersion")
    if _2008_R2.search(version):
        return failed(
            f"{label(database)} is SQL Server 2008 R2, which cannot go into a VPC.",
            (
                aliyun(
                    "rds",
                    "UpgradeDBInstanceEngineVersion",
                    {
                        "DBInstanceId": database.text("dbInstanceId"),
                        "EngineVersion": "<a newer version>",
                        "EffectiveTime": "Immediate",
                    },
                )
                | _new_instance("rds")
            ),
        )
    if engine not in _ENGINES:
        return failed(
            f"{label(database)} is {engine}. No API call is documented that moves it and keeps its classic addresses.",
            _new_instance("rds"),
        )
    return passed(f"{label(database)} can have hybrid access.")


RULE: Final = InstanceRule(
    module=__name__,
    title="Every database must support hybrid access",
    severity="high",
    notice_items=("N17",),
    why="A database that cannot have classic and VPC addresses at once must be replaced beforehand by one in the VPC.",
    remediation=_new_instance("rds"),
    reads=(MIGRATION, MIGRATING_INSTANCE),
    sources=(
        "RDS API reference, ModifyDBInstanceNetworkType: MySQL, PostgreSQL and SQL Server.",
        "RDS user guide, hybrid access mode of SQL Server: not for 2008 R2; upgrade, or create an instance.",
        "MongoDB API reference, ModifyDBInstanceNetExpireTime: not for standalone instances.",
    ),
    url="https://www.alibabacloud.com/help/en/rds/developer-reference/api-rds-2014-08-15-modifydbinstancenetworktype",
    ram_actions=READING,
    check=_check,
    until_move=False,
)
