"""No user of a database loses it because the database admits that user by a security group alone."""

from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import Fix, aliyun
from policies.core.outcome import Verdict, failed, judged, not_applicable, passed, worst
from policies.core.plan import HYBRID_ACCESSES, MIGRATION, Plan
from policies.core.rule import MigrationRule
from policies.core.words import number_of
from policies.subjects.databases import (
    READING,
    ClassicUsers,
    admits_by_address,
    classic_groups,
    hybrid_accesses,
    is_hidden,
    label,
)

_GROUP: Final = "group_users"
#: How the CLI calls each product, and spells the id of an instance and the name of a whitelist group.
_COMMANDS: Final = {
    "rds": ("rds", "DBInstanceId", "DBInstanceIPArrayName"),
    "redis": ("r-kvstore", "InstanceId", "SecurityIpGroupName"),
    "mongodb": ("dds", "DBInstanceId", "SecurityIpGroupName"),
}


def _check(plan: Plan, _timeline: Timeline) -> Verdict:
    databases = [item for item in plan.migration.objects("databases") if hybrid_accesses(plan, item)]
    if not databases:
        return not_applicable("No hybrid access is declared.")
    classic = ClassicUsers(plan.migration.objects("classicInstances"))
    return worst(judged(partial(_database, item, classic)) for item in databases)


def _database(database: Facts, classic: ClassicUsers) -> Verdict:
    groups = classic_groups(database)
    if not groups:
        return passed(f"{label(database)} admits no instance by a classic security group.")
    users = classic.by_group(database)
    cut_off = [item for item in users if not admits_by_address(database, item)]
    if cut_off:
        listed = ", ".join(item.text("instanceId") for item in cut_off)
        return failed(
            f"{label(database)} admits {listed} by the security group {', '.join(sorted(groups))} alone. Hybrid access "
            "changes its network type and makes its security groups invalid: these instances lose it.",
            _command(database, cut_off),
        )
    return passed(
        f"{label(database)} also admits by address what it admits by security group: "
        f"{number_of(len(users), 'instance')}."
    )


def _command(database: Facts, users: list[Facts]) -> Fix:
    product = database.choice("product", *_COMMANDS)
    cli, instance_id, name = _COMMANDS[product]
    addresses = ",".join(sorted({address for item in users for address in item.texts("intranetIps")}))
    enhanced = database.choice("securityIpMode", "normal", "safety") == "safety"
    parameters = {
        instance_id: database.text("dbInstanceId"),
        name: _group(database),
        "ModifyMode": "Append",
        "SecurityIps": addresses,
    }
    classic = {"WhitelistNetworkType": "Classic"} if enhanced else {}
    return aliyun(cli, "ModifySecurityIps", parameters | classic, "before the update")


def _group(database: Facts) -> str:
    """Return a name for a whitelist group that no other uses."""
    taken = {group.text("groupName") for group in database.objects("whitelistGroups") if is_hidden(group)}
    return _GROUP if _GROUP not in taken else f"{_GROUP}_1"


RULE: Final = MigrationRule(
    module=__name__,
    title="Users that a database admits by a security group must be admitted by address too",
    severity="critical",
    notice_items=("N17",),
    why=(
        "Hybrid access changes the network type of a database, and that makes its security groups invalid. The very "
        "update that sets it up cuts off the instances that only a group admits, long before the window."
    ),
    remediation=aliyun(
        "rds",
        "ModifySecurityIps",
        {
            "DBInstanceId": "<database>",
            "DBInstanceIPArrayName": _GROUP,
            "ModifyMode": "Append",
            "SecurityIps": "<the intranet addresses of all members>",
        },
        "before the update",
    ),
    reads=(MIGRATION, *HYBRID_ACCESSES),
    sources=(
        "RDS user guide, configure a security group: after a change of the network type the groups are invalid.",
        "RDS API reference, DescribeSecurityGroupConfiguration; its siblings of Tair and MongoDB.",
    ),
    url="https://www.alibabacloud.com/help/en/rds/api-query-ecs-security-groups-to-which-an-apsaradb-for-rds-instance-is-added",
    ram_actions=("ecs:DescribeInstances", *READING),
    check=_check,
)
