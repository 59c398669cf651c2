"""Facts of guest systems, made from evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Annotated, Any, Final, NotRequired, cast

from typing_extensions import TypedDict

from components.facts.base import note
from estate.guest import SCRIPT_VERSION, Evidence, Source
from estate.model import Instance

# Values that differ at every reading, or by who reads: two sources need not agree, the newest counts. Containers and
# VPN clients bring addresses and take them away.
_PASSING: Final = (
    *("schemaVersion", "collectedAt", "privileged", "systemDiskFreeMib", "uptimeSeconds", "fileSystems"),
    *("macAddresses", "ipAddresses"),
)
_SKEW: Final = timedelta(minutes=5)

NOT_TOLD: Final = ("schemaVersion", "collectedAt", "instanceId")
"""Keys of estate.guest.GuestFacts that a guest has under other keys."""


class GuestFacts(TypedDict):
    """The evidence of a guest system.

    Beside these keys it has those of docs/schema/evidence.schema.json, GuestFacts; none of them where the evidence is
    of another version of the scripts or of another instance. An absent key is unknown, an empty list is known to be
    empty.
    """

    collectedAt: Annotated[str, note("ISO")]
    collectedBy: str
    source: Source
    scriptVersion: int
    reportedInstanceId: NotRequired[Annotated[str, note("what the system takes for its own id")]]
    contradictions: Annotated[list[str], note("facts on which sources disagree; they are left out")]


def guest_facts(evidence: Sequence[Evidence], instance: Instance) -> GuestFacts | None:
    """Return the evidence of one instance, and its quality; None where there is none.

    `evidence` has the newest first, which counts. Evidence of another version of the scripts, or of a system with
    another instance's id, gives only that fact. A fact that another source contradicts is left out, and both are listed
    under `contradictions`.
    """
    if not evidence:
        return None
    newest, *older = evidence
    facts: GuestFacts = {
        "collectedAt": newest.collected_at.isoformat(),
        "collectedBy": newest.collected_by,
        "source": newest.source,
        "scriptVersion": newest.facts.schema_version,
        "contradictions": [],
    }
    if newest.facts.instance_id is not None:
        facts["reportedInstanceId"] = newest.facts.instance_id
    if not _usable(newest):
        return facts
    differing = dict(_contradictions(newest, [item for item in older if _usable(item)], instance))
    differing |= _other_clock(newest)
    facts["contradictions"] = [differing[key] for key in sorted(differing)]
    known = {key: value for key, value in _stated(newest).items() if key not in (*NOT_TOLD, *differing)}
    return cast(GuestFacts, {**known, **facts})


def _usable(evidence: Evidence) -> bool:
    facts = evidence.facts
    return facts.schema_version == SCRIPT_VERSION and facts.instance_id in (None, evidence.instance_id)


def _stated(evidence: Evidence) -> dict[str, Any]:
    return evidence.facts.model_dump(mode="json", by_alias=True, exclude_none=True)


def _contradictions(newest: Evidence, older: Sequence[Evidence], instance: Instance) -> Iterator[tuple[str, str]]:
    """Yield key and text of each fact on which sources differ; for the operating system, the cloud is a source too."""
    stated = _stated(newest)
    if instance.os_type is not None and instance.os_type.lower() != stated["os"]:
        yield "os", f"os: {stated['os']} ({newest.source}), {instance.os_type} (DescribeInstances)"
    for other in older:
        for key, value in _stated(other).items():
            if key not in _PASSING and key in stated and stated[key] != value:
                yield key, f"{key}: {_text(stated[key])} ({newest.source}), {_text(value)} ({other.source})"


def _other_clock(evidence: Evidence) -> dict[str, str]:
    """Return evidence that was filed by another clock than the guest's own.

    Evidence of one script must be by one clock: the guest's own, where it was run by hand.
    """
    filed, printed = evidence.collected_at, evidence.facts.collected_at
    if evidence.source != "file" or abs(filed - printed) <= _SKEW:
        return {}
    return {
        "collectedAt": f"collectedAt: {filed.isoformat()} (as filed), {printed.isoformat()} (as the script printed)"
    }


def _text(value: object) -> str:
    return (", ".join(map(str, value)) or "none") if isinstance(value, list) else str(value)
