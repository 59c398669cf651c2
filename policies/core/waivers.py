"""Waivers: approved exceptions to findings, for a limited time; policies/core/review.py says which of them hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial

from policies.core.facts import Facts, UnreadableError, attempt
from policies.core.fixes import ID, RULE, Fix, change
from policies.core.plan import Plan


@dataclass(frozen=True)
class Waiver:
    """One waiver of the stack config: a rule, and some instances, a wave, or (neither) all."""

    rule: str
    instance_ids: tuple[str, ...]
    wave: str | None
    reason: str
    owner: str
    approved_by: str
    approved_at: datetime
    expires: datetime

    @cached_property
    def named(self) -> frozenset[str]:
        """The ids of its instances, as a set for look-ups."""
        return frozenset(self.instance_ids)

    @property
    def scope(self) -> str:
        """Return its scope in words."""
        if self.instance_ids:
            return ", ".join(self.instance_ids)
        return "all" if self.wave is None else f"wave {self.wave}"

    def __str__(self) -> str:
        return f"the waiver of {self.owner} for {self.scope} (approved by {self.approved_by}: {self.reason})"


def waiver(instance_id: str = ID) -> Fix:
    """Return the fix by a waiver of the rule for an instance; a person fills in owner and approver."""
    return change(
        "waivers",
        [
            {
                "rule": RULE,
                "instances": [instance_id],
                "reason": "<what was done>",
                "owner": "<who answers for it>",
                "approvedBy": "<somebody else>",
                "approvedAt": "<when>",
                "expires": "<by the end of the window>",
            }
        ],
    )


def read_waivers(plan: Plan) -> tuple[Waiver | UnreadableError, ...]:
    """Return the waivers of the migration; one that cannot be read does not count, and is reported by its place."""
    if attempt(lambda: "waivers" in plan.migration.data) is not True:
        return ()
    entries = attempt(lambda: plan.migration.objects("waivers"))
    if isinstance(entries, UnreadableError):
        return (entries,)
    return tuple(attempt(partial(_waiver, entry)) for entry in entries)


def _waiver(entry: Facts) -> Waiver:
    waiver = Waiver(
        rule=entry.text("rule"),
        instance_ids=entry.texts("instanceIds") if "instanceIds" in entry.data else (),
        wave=entry.text("wave") if "wave" in entry.data else None,
        reason=entry.name("reason"),
        owner=entry.text("owner"),
        approved_by=entry.text("approvedBy"),
        approved_at=entry.moment("approvedAt"),
        expires=entry.moment("expires"),
    )
    scopes = [bool(waiver.instance_ids), waiver.wave is not None, "all" in entry.data and entry.flag("all")]
    if sum(scopes) != 1:
        raise UnreadableError(entry.path, "does not have exactly one scope: instanceIds, wave, or all")
    return waiver
