"""Where only broad rules let moving and staying instances talk, the team has declared who talks with whom."""

from functools import partial
from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import Fix, change, task
from policies.core.outcome import Verdict, failed, judged, not_applicable, passed, worst
from policies.core.plan import MIGRATION, Plan
from policies.core.rule import MigrationRule
from policies.core.words import few

# As many ids as a person can read.
_SHOWN: Final = 5


def _check(plan: Plan, _timeline: Timeline) -> Verdict:
    broad = plan.migration.objects("broadRules")
    if not broad:
        return not_applicable("No broad rule lets instances that move talk with unlinked ones that stay.")
    if plan.migration.flag("flowsGiven"):
        return passed("classicLink.flows declares who talks with whom.")
    return worst(judged(partial(_rule, rule)) for rule in broad)


def _rule(rule: Facts) -> Verdict:
    ids = rule.texts("instanceIds")
    return failed(
        f"{rule.text('securityGroupId')}, {rule.text('rule')}: instances that move may talk with "
        f"{few(ids, _SHOWN)}, which stay and are not linked. The rules do not show whether they do.",
        _reviewed(list(ids)),
    )


def _reviewed(out_of_reach: list[str]) -> Fix:
    """Return the fix: declare the flows, or none, or that the peers may be unreachable until they move."""
    flow = {"source": "<id or address>", "destination": "<id or address>", "port": "<port>"}
    return (
        change("classicLink", {"flows": [flow]})
        | (task("If they do not talk with each other:") + change("classicLink", {"flows": []}))
        | (task("If the instances that stay may be out of reach until their own move:") + change("later", out_of_reach))
    )


RULE: Final = MigrationRule(
    module=__name__,
    title="Traffic that only broad rules allow must be reviewed",
    severity="low",
    notice_items=("N13", "N15"),
    why="A rule for 10.0.0.0/8 does not show who uses it: in the window such a connection breaks unnoticed.",
    remediation=_reviewed(["<instance>"]),
    reads=(MIGRATION,),
    sources=(
        "ECS user guide, add security group rules: intranet rules of classic groups take single addresses only; older "
        "ones may still hold 10.0.0.0/8 or 0.0.0.0/0.",
    ),
    url="https://www.alibabacloud.com/help/en/virtual-private-cloud/latest/classiclink-overview",
    ram_actions=("ecs:DescribeSecurityGroupAttribute",),
    lead_hours=168,
    check=_check,
)
