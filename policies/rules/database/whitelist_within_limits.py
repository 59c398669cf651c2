"""Each database of the instance has room for the whitelist group that is declared for it."""

from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import Fix, aliyun, task
from policies.core.outcome import Verdict, failed, not_applicable, passed
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, WHITELIST_GROUPS, Plan
from policies.core.rule import InstanceRule
from policies.core.words import number_of
from policies.subjects.databases import READING, declared_network_type, each_used, label, whitelist_groups

MAX_GROUPS: Final = 200
MAX_ENTRIES: Final = 1000
#: How the CLI calls each product, and spells the id of an instance and the name of a whitelist group.
_CLI: Final = {"rds": "rds", "redis": "r-kvstore", "mongodb": "dds"}
_OTHERS: Final = {"r-kvstore": ("InstanceId", "SecurityIpGroupName"), "dds": ("DBInstanceId", "SecurityIpGroupName")}


def _check(plan: Plan, _timeline: Timeline, instance: Facts) -> Verdict:
    return each_used(plan, instance, partial(_database, plan))


def _database(plan: Plan, database: Facts) -> Verdict:
    declared = whitelist_groups(plan, database)
    if not declared:
        return not_applicable(f"No whitelist group of {label(database)} is declared.")
    sizes = {
        (group.text("networkType"), group.text("groupName")): len(group.texts("securityIps"))
        for group in database.objects("whitelistGroups")
    }
    for resource in declared:
        key = (declared_network_type(resource), resource.facts.text("groupName"))
        sizes[key] = len(resource.facts.texts("securityIps"))
    entries = sum(sizes.values())
    if entries > MAX_ENTRIES:
        return failed(
            f"With what is declared, {label(database)} would have {entries} whitelist entries; the limit is "
            f"{MAX_ENTRIES} over all groups.",
            _remedy(database),
        )
    if database.choice("product", "rds", "redis", "mongodb") == "rds" and len(sizes) > MAX_GROUPS:
        return failed(
            f"With what is declared, {label(database)} would have {len(sizes)} whitelist groups; the limit is "
            f"{MAX_GROUPS}.",
            _remedy(database),
        )
    return passed(
        f"{label(database)} has {entries} of {MAX_ENTRIES} whitelist entries with what is declared, in "
        f"{number_of(len(sizes), 'group')}."
    )


def _remedy(database: Facts) -> Fix:
    return _merge(database.text("dbInstanceId"), _CLI[database.text("product")])


def _merge(database_id: str, cli: str = "rds") -> Fix:
    """Return the fix: a command reads the entries, and a person decides which to merge or remove."""
    instance_id, name = ("DBInstanceId", "DBInstanceIPArrayName") if cli == "rds" else _OTHERS[cli]
    return task("Merge addresses into blocks, or empty groups that nobody needs:") + aliyun(
        cli,
        "ModifySecurityIps",
        {instance_id: database_id, name: "<group>", "SecurityIps": "<all entries that it must hold>"},
    )


RULE: Final = InstanceRule(
    module=__name__,
    title="Whitelists must stay within their limits",
    severity="medium",
    notice_items=("N18",),
    why="The cloud refuses what exceeds a limit: the update stops half way, and the database does not admit the VPC.",
    remediation=_merge("<database>"),
    reads=(MIGRATION, MIGRATING_INSTANCE, *WHITELIST_GROUPS),
    sources=(
        "RDS API reference, ModifySecurityIps: at most 200 groups and 1,000 addresses or blocks an instance.",
        "Redis and MongoDB API references, ModifySecurityIps: at most 1,000.",
    ),
    url="https://www.alibabacloud.com/help/en/rds/developer-reference/api-rds-2014-08-15-modifysecurityips",
    ram_actions=READING,
    check=_check,
    until_move=False,
)
