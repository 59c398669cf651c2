"""No licence manager runs in the guest system, or an attestation covers the licences."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import ID, change, task
from policies.core.outcome import Verdict, failed, passed
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, Plan
from policies.core.rule import InstanceRule
from policies.subjects.attestations import or_attested, remediation
from policies.subjects.guest import by_evidence, listed


def _seen(_plan: Plan, _timeline: Timeline, _instance: Facts, guest: Facts) -> Verdict:
    managers = guest.texts("licenceManagers")
    if managers:
        return failed(f"Licence managers run: {listed(managers)}. The codes that they check may change with the move.")
    return passed("No licence manager that the script knows runs.")


def _check(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    seen = by_evidence(_seen)(plan, timeline, instance)
    return or_attested(seen, "licence-review", plan, timeline, instance)


RULE: Final = InstanceRule(
    module=__name__,
    title="Licensed software must be reviewed",
    severity="high",
    notice_items=("N03", "N27", "N31"),
    why="Licence codes may change with the move: software that is licensed to one machine may not start after it.",
    remediation=(
        (
            task("Agree with the vendor what becomes of the licence, and record who answers for it:")
            + remediation("licence-review")
        )
        | (task("Leave it for a later wave:") + change("later", [ID]))
    ),
    remediation_after=task(
        "Ask the vendor for a new authorization: without a licence mobility programme there is no other way."
    ),
    reads=(MIGRATION, MIGRATING_INSTANCE),
    sources=(
        "Physical server migration and upgrade notice: software licence code modification; what to do next, step 2.",
        "Troubleshooting: software without a licence mobility program has to be authorized again by its vendor.",
    ),
    url="https://www.alibabacloud.com/help/en/ecs/user-guide/migrate-ecs-instances-from-the-classic-network-to-a-vpc",
    ram_actions=(),
    lead_hours=336,
    check=_check,
    until_move=True,
)
