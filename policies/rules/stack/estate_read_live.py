"""The estate is read from the cloud: a file shows an earlier estate, and no later change."""

from typing import Final

from policies.core.clock import Timeline, age, estate_file
from policies.core.facts import UnreadableError, attempt
from policies.core.fixes import command, task
from policies.core.outcome import Verdict, passed, unknown
from policies.core.plan import MIGRATION, Plan
from policies.core.rule import MigrationRule
from policies.core.words import to_minute


def _check(plan: Plan, timeline: Timeline) -> Verdict:
    file = estate_file(plan)
    if file is None:
        plan.migration.moment("estateReadAt")
        return passed("The estate was read from the cloud.")
    read_at = attempt(lambda: plan.migration.moment("estateReadAt"))
    if isinstance(read_at, UnreadableError):
        return unknown(f"The estate is from {file}, and its age is unknown.")
    return unknown(
        f"The estate is from {file}, read at {to_minute(read_at)}, {age(timeline.now - read_at)}. "
        "Only the cloud shows later changes, what has been created, and whether the caller has the permissions for the "
        "update."
    )


RULE: Final = MigrationRule(
    module=__name__,
    title="The estate must be read from the cloud",
    severity="critical",
    notice_items=(),
    why="A file says how the estate was. A disk, a rule or a whitelist entry that was added since is not in it.",
    remediation=task("Judge by the cloud, with credentials and without --estate:") + command("pulumi", "preview"),
    reads=(MIGRATION,),
    sources=("docs/preflight-inventory.md: what a file shows, and what only the cloud knows.",),
    url="https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describeinstances",
    ram_actions=(),
    unwaivable="a file shows an earlier estate, and no approval makes it current",
    check=_check,
)
