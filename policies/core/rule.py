"""The declaration of a rule, and the kinds of rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import Fix
from policies.core.outcome import Verdict
from policies.core.plan import Plan
from policies.core.review import Review
from policies.core.settings import Threshold, adjustable

Severity: TypeAlias = Literal["low", "medium", "high", "critical"]

_PACKAGE = "policies.rules."


@dataclass(frozen=True, kw_only=True)
class Rule:
    """The declaration of one rule.

    `module` is its `__name__`, from which its id is derived: an id is never reused. `notice_items` are the numbers of
    the migration notice's items (N01..N35). `why` is what happens in the window otherwise. `remediation` is the fix,
    unless a verdict has a more exact one; `remediation_after` is the fix after the move, None: the same. In both,
    `<id>` is a placeholder for the instance, and other angle brackets are for the reader to fill in. `reads` are the
    resource types that it depends on. `unknown_ok` is when an unknown value may wait, None where it never may.
    `sources` are the sources of its facts about the cloud, `url` the page to read first. `ram_actions` are the
    permissions for reading those facts: a rule itself calls nothing. A rule with `lead_hours` is advice until so many
    hours before the window and mandatory from then on; None: always mandatory. `thresholds` are the limits that a team
    may set; `check` reads one by `timeline.threshold(...)`. A finding of a rule `fixed_by_up` blocks only in the
    result file: if it failed the preview, no `up` could fix it. `unwaivable` is the reason why no waiver covers it: it
    cannot be undone, or all other rules rely on it. None: a waiver may.
    """

    module: str
    title: str
    severity: Severity
    notice_items: tuple[str, ...]
    why: str
    remediation: Fix
    reads: tuple[str, ...]
    sources: tuple[str, ...]
    url: str
    ram_actions: tuple[str, ...]
    unknown_ok: str | None = None
    lead_hours: float | None = None
    thresholds: tuple[Threshold, ...] = ()
    unwaivable: str | None = None
    remediation_after: Fix | None = None
    fixed_by_up: bool = False

    @property
    def id(self) -> str:
        """Return the kebab name of its path below `policies/rules`."""
        return self.module.removeprefix(_PACKAGE).replace(".", "-").replace("_", "-")

    @property
    def adjustable(self) -> dict[str, Threshold]:
        """Return what the policy configuration can set, by name."""
        return adjustable(self.lead_hours, self.thresholds)


@dataclass(frozen=True, kw_only=True)
class MigrationRule(Rule):
    """A rule about the migration as a whole; `check` may raise UnreadableError, which counts as UNKNOWN."""

    check: Callable[[Plan, Timeline], Verdict]


@dataclass(frozen=True, kw_only=True)
class InstanceRule(Rule):
    """A rule about each migrating instance; `check` gets its facts.

    It may raise UnreadableError, which counts as UNKNOWN. A rule that holds `until_move` is not applicable to an
    instance that is in the target VPC; each rule says whether it does.
    """

    until_move: bool
    check: Callable[[Plan, Timeline, Facts], Verdict]


@dataclass(frozen=True, kw_only=True)
class ReviewRule(Rule):
    """A rule about the conclusions of all others, evaluated after them and for the migration as a whole.

    It may raise UnreadableError, which counts as UNKNOWN.
    """

    check: Callable[[Plan, Timeline, Review], Verdict]


AnyRule: TypeAlias = MigrationRule | InstanceRule | ReviewRule
