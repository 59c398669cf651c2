"""No security software runs in the guest system, and none would start with it."""

from typing import Final

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import task
from policies.core.outcome import Outcome, Verdict, failed, passed, unknown
from policies.core.plan import MIGRATING_INSTANCE, MIGRATION, Plan
from policies.core.rule import InstanceRule
from policies.subjects.attestations import or_attested, remediation
from policies.subjects.guest import by_evidence, listed


def _seen(_plan: Plan, _timeline: Timeline, _instance: Facts, guest: Facts) -> Verdict:
    running = guest.texts("securityRunning")
    if running:
        return failed(f"Security software runs: {listed(running)}.")
    installed = guest.texts("securityInstalled")
    if installed:
        return unknown(
            f"Security software is installed but not running: {listed(installed)}. It may start again.",
            (
                task("Uninstall it, and collect the evidence again.")
                | (task("Disable it and record that:") + remediation("security-software"))
            ),
        )
    return passed("The script found none of the security software that it knows.")


def _check(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    """Judge by evidence: an attestation can replace missing evidence, never contradict evidence."""
    seen = by_evidence(_seen)(plan, timeline, instance)
    if seen.outcome is Outcome.FAIL:
        return seen
    return or_attested(seen, "security-software", plan, timeline, instance)


RULE: Final = InstanceRule(
    module=__name__,
    title="Security software must be off during the move",
    severity="high",
    notice_items=("N19",),
    why="The migration updates drivers. Security software may take that for an attack, and prevent it.",
    remediation=task(
        "Uninstall it: Security Center console, Settings, Client, with client protection off 5 minutes before; "
        "others by their own uninstaller. Then collect the evidence again."
    ),
    remediation_after=task(
        "If it was moved with the software on and comes up, nothing is left to do; else open a ticket."
    ),
    reads=(MIGRATION, MIGRATING_INSTANCE),
    sources=(
        "Physical server migration and upgrade notice: prepare, step 7.",
        "Security Center user guide, agent processes: AliYunDun, AliYunDunUpdate and others, /usr/local/aegis.",
    ),
    url="https://www.alibabacloud.com/help/en/security-center/user-guide/security-center-agent-processes",
    ram_actions=(),
    lead_hours=24,
    check=_check,
    until_move=True,
)
