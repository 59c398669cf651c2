"""What rules share that judge by evidence of the guest system."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from policies.clock import Timeline
from policies.facts import Facts, UnreadableError
from policies.outcome import Verdict, unknown
from policies.plan import Plan

# The version of the scripts in estate/guest whose facts these rules understand.
SCRIPT_VERSION: Final = 1

COLLECT: Final = (
    "ssh root@<address> sh -s < estate/guest/linux.sh |\n"
    "  python -m components.evidence add evidence/<stack>.json --instance <id> --by <you>\n"
    "classic-to-vpc:migration.evidence: {files: [evidence/<stack>.json]}"
)
"""How evidence comes about, as the remediation of the one rule that is about evidence itself."""

COLLECT_AGAIN: Final = "Collect it as root: python -m components.evidence --help (rule guest-evidence-current)"
"""The same for all rules that lack a fact: they would repeat each other."""

GuestCheck: TypeAlias = Callable[[Plan, Timeline, Facts, Facts], Verdict]
InstanceCheck: TypeAlias = Callable[[Plan, Timeline, Facts], Verdict]


def by_evidence(check: GuestCheck) -> InstanceCheck:
    """A check of an instance from one that is given the facts of its guest system too.

    Without evidence, and where the evidence does not tell a fact, the outcome is UNKNOWN.
    """

    def judge(plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
        if "guest" not in instance.data:
            return unknown("There is no evidence of what is in the guest system.", COLLECT_AGAIN)
        try:
            return check(plan, timeline, instance, instance.object("guest"))
        except UnreadableError as problem:
            return unknown(f"It cannot be told: {problem}.", COLLECT_AGAIN)

    return judge


def is_windows(guest: Facts) -> bool:
    """Whether the guest system is Windows; else it is Linux."""
    return guest.choice("os", "linux", "windows") == "windows"


def listed(texts: tuple[str, ...]) -> str:
    """A list for a sentence, cut after the fifth."""
    more = f" and {len(texts) - 5} more" if len(texts) > 5 else ""
    return ", ".join(texts[:5]) + more
