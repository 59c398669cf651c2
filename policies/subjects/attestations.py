"""Attestations in place of evidence: never without an owner, never beyond their end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Final, Literal, TypeAlias, get_args

from policies.core.approvals import LONGEST
from policies.core.clock import Timeline
from policies.core.facts import Facts, UnreadableError, attempt
from policies.core.fixes import ID, Fix, change
from policies.core.outcome import Outcome, Verdict, passed
from policies.core.plan import Plan
from policies.core.words import to_minute

Kind: TypeAlias = Literal["address-lists", "application-go", "licence-review", "orders-settled", "security-software"]
KINDS: Final[frozenset[str]] = frozenset(get_args(Kind))


def or_attested(verdict: Verdict, kind: Kind, plan: Plan, timeline: Timeline, instance: Facts) -> Verdict:
    """Return the verdict, or PASS where it is FAIL or UNKNOWN and an attestation covers this instance.

    The attestation must have been stated by now and hold when the window of the instance's wave begins.
    """
    if verdict.outcome not in (Outcome.FAIL, Outcome.UNKNOWN) or timeline.start is None:
        return verdict
    word = answered_until(kind, plan, timeline, instance, timeline.start)
    return passed(f"{word} {verdict.reason}") if word else verdict


def answered_since(kind: Kind, plan: Plan, timeline: Timeline, instance: Facts, since: datetime) -> str | None:
    """Return the statement of an attestation for an instance that holds now and was stated no earlier than `since`.

    None where there is none.

    Raises UnreadableError where the attestations cannot be read.
    """
    entries = [entry for entry in plan.migration.objects("attestations") if entry.moment("statedAt") >= since]
    words = (_word_about(entry, kind, instance, timeline.now) for entry in entries)
    return next((word for word in words if word is not None), None)


def answered_until(kind: Kind, plan: Plan, timeline: Timeline, instance: Facts, until: datetime) -> str | None:
    """Return the statement of an attestation for an instance, stated by now and valid until a time; None for none."""
    return next(_words(plan, kind, instance, timeline.now, until), None)


def remediation(kind: Kind) -> Fix:
    """Return the fix that records an attestation of this kind for an instance."""
    return change(
        "attestations",
        [
            {
                "kind": kind,
                "instances": [ID],
                "owner": "<who answers for it>",
                "statedAt": "<when>",
                "validUntil": "<a time after the window>",
                "statement": "<what was agreed>",
            }
        ],
    )


def window_start(plan: Plan, instance: Facts) -> datetime:
    """Return the start of an instance's wave. Raises UnreadableError."""
    own = [wave for wave in plan.waves if wave.text("name") == instance.text("wave")]
    if len(own) != 1:
        raise instance.malformed("wave", "the name of one wave of the stack")
    return own[0].object("window").moment("start")


def _words(plan: Plan, kind: Kind, instance: Facts, now: datetime, needed: datetime) -> Iterator[str]:
    """Yield the statement of each attestation that counts; one that cannot be read completely does not."""
    own = attempt(lambda: instance.text("instanceId"))
    for entry in () if isinstance(own, UnreadableError) else _by_instance(plan).get((kind, own), ()):
        word = attempt(partial(_word, entry, now, needed))
        if isinstance(word, str):
            yield word


def _by_instance(plan: Plan) -> Mapping[tuple[str, str], list[Facts]]:
    """Return attestations by kind and instance; one without readable instances covers none."""

    def read() -> dict[tuple[str, str], list[Facts]]:
        by_instance: dict[tuple[str, str], list[Facts]] = defaultdict(list)
        entries = attempt(lambda: plan.migration.objects("attestations"))
        for entry in () if isinstance(entries, UnreadableError) else entries:
            about = attempt(lambda entry=entry: (entry.text("kind"), entry.texts("instanceIds")))  # type: ignore[misc]
            if not isinstance(about, UnreadableError):
                for instance_id in dict.fromkeys(about[1]):
                    by_instance[about[0], instance_id].append(entry)
        return by_instance

    return plan.remember("attestations", read)


def _word_about(entry: Facts, kind: Kind, instance: Facts, now: datetime) -> str | None:
    about_it = entry.text("kind") == kind and instance.text("instanceId") in entry.texts("instanceIds")
    word = _word(entry, now, now)
    return word if about_it else None


def _word(entry: Facts, now: datetime, needed: datetime) -> str | None:
    owner, statement = entry.name("owner"), entry.name("statement")
    stated, until = entry.moment("statedAt"), entry.moment("validUntil")
    if stated > now or until < max(now, needed) or until - stated > LONGEST:
        return None
    return f"{owner} answers for it until {to_minute(until)}: {statement.rstrip('.')}."
