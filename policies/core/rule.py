"""What a rule declares, and the two kinds of rule there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from policies.core.clock import Timeline
from policies.core.facts import Facts
from policies.core.fixes import Fix
from policies.core.outcome import Verdict
from policies.core.plan import Plan
from policies.core.settings import Threshold, adjustable
from policies.core.waivers import Review

Severity: TypeAlias = Literal["low", "medium", "high", "critical"]

_PACKAGE = "policies.rules."


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What one rule says of itself.

    `module` is its `__name__`, from which its id is derived: an id is never reused. `notice_items` number what the
    migration notice asks for (N01..N35). `why` tells what happens in the window otherwise. `remediation` is the fix,
    unless a verdict has a more exact one; `remediation_after` what to do where it was not done before the move, None:
    the same. In both `<id>` stands for the instance, and the like of it for what a reader fills in.
    `reads` are the resource types that it depends on.
    `unknown_ok` tells when something not yet known may wait, None where it never may. `sources` are where its facts
    about the cloud are from, `url` the page to read first.
    `ram_actions` are the permissions that reading those facts took: a rule itself calls nothing.
    A rule with `lead_hours` is advice until so many hours before the window and mandatory from then on; None: always.
    `thresholds` are the limits that a team may set; `check` reads one by `timeline.threshold(...)`.
    What a rule `mended_by_up` finds blocks in the result file alone, for a preview that fails lets no `up` mend it.
    `unwaivable` is why no waiver covers it: it cannot be undone, or everything else relies on it. None: one may.
    """

    module: str
    title: str
    severity: Severity
    notice_items: tuple[str, ...]
    why: str
    remediation: Fix
    reads: tuple[str, ...]
    unknown_ok: str | None
    sources: tuple[str, ...]
    url: str
    ram_actions: tuple[str, ...]
    lead_hours: float | None = None
    thresholds: tuple[Threshold, ...] = ()
    unwaivable: str | None = None
    remediation_after: Fix | None = None
    mended_by_up: bool = False

    @property
    def id(self) -> str:
        """Kebab name of its path below `policies/rules`."""
        return self.module.removeprefix(_PACKAGE).replace(".", "-").replace("_", "-")

    @property
    def adjustable(self) -> dict[str, Threshold]:
        """What the policy configuration can set, by name."""
        return adjustable(self.lead_hours, self.thresholds)


@dataclass(frozen=True, kw_only=True)
class MigrationRule(Rule):
    """A rule about the migration as a whole; `check` may raise UnreadableError, which counts as UNKNOWN."""

    check: Callable[[Plan, Timeline], Verdict]


@dataclass(frozen=True, kw_only=True)
class InstanceRule(Rule):
    """A rule about each migrating instance, whose facts `check` is given.

    It may raise UnreadableError, which counts as UNKNOWN. A rule that holds `until_move` is not applicable to an
    instance that is in the target VPC by now.
    """

    until_move: bool = False
    check: Callable[[Plan, Timeline, Facts], Verdict]


@dataclass(frozen=True, kw_only=True)
class ReviewRule(Rule):
    """A rule about what all others concluded, asked after them and about the migration as a whole.

    It may raise UnreadableError, which counts as UNKNOWN.
    """

    check: Callable[[Plan, Timeline, Review], Verdict]


AnyRule: TypeAlias = MigrationRule | InstanceRule | ReviewRule
