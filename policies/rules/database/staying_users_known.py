"""The team knows which instances that stay classic lose a database when its hybrid access ends."""

from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import change, task
from policies.core.outcome import Verdict, failed, judged, not_applicable, passed, worst
from policies.core.plan import DATABASE_ACCESS, HYBRID_ACCESSES, MIGRATION, Plan
from policies.core.rule import MigrationRule
from policies.subjects.databases import (
    READING,
    ClassicUsers,
    hybrid_accesses,
    label,
    left_behind,
)


def _check(plan: Plan, _timeline: Timeline) -> Verdict:
    databases = [item for item in plan.migration.objects("databases") if hybrid_accesses(plan, item)]
    if not databases:
        return not_applicable("No hybrid access is declared.")
    # Instances of a later wave are the team's own choice; the stack that moves them extends hybrid access.
    moving = {*plan.migration.texts("instanceIds"), *plan.migration.texts("laterInstanceIds")}
    staying = ClassicUsers(
        [item for item in plan.migration.objects("classicInstances") if item.text("instanceId") not in moving]
    )
    return worst(judged(partial(_database, plan, item, staying)) for item in databases)


def _database(plan: Plan, database: Facts, staying: ClassicUsers) -> Verdict:
    users = [item.text("instanceId") for item in staying.of(database)]
    unknown_to_the_team = sorted(set(users) - left_behind(plan, database))
    if unknown_to_the_team:
        listed = ", ".join(unknown_to_the_team)
        database_id = database.text("dbInstanceId")
        return failed(
            f"{label(database)} admits {listed}, which stay classic: when hybrid access ends, its classic addresses "
            "are deleted, and they lose it.",
            (
                change("databases", [{"id": database_id, "hybridAccess": {"leavesBehind": unknown_to_the_team}}])
                | (task("Move them too, before it ends:") + change("later", unknown_to_the_team))
            ),
        )
    return passed(f"No classic instance loses {label(database)} without notice.")


RULE: Final = MigrationRule(
    module=__name__,
    title="Instances that stay classic must not lose a database without notice",
    severity="high",
    notice_items=("N16", "N17"),
    why=(
        "Classic addresses last 120 days at most from the last extension. An instance that is classic by then loses "
        "the database, and there is no way back into the classic network."
    ),
    remediation=change("databases", [{"id": "<database>", "hybridAccess": {"leavesBehind": ["<instance>"]}}]),
    reads=(MIGRATION, DATABASE_ACCESS, *HYBRID_ACCESSES),
    sources=(
        "RDS user guide, hybrid access mode: after the period the classic endpoint is deleted.",
        "RDS API reference, ModifyDBInstanceNetworkType: VPC only; there is no way back.",
    ),
    url="https://www.alibabacloud.com/help/en/rds/developer-reference/api-rds-2014-08-15-modifydbinstancenetworktype",
    ram_actions=("ecs:DescribeInstances", *READING),
    check=_check,
)
