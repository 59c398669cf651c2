"""Make a timeline of the facts of a preview and its result; pure.

Durations are those of the rule `schedule-window-long-enough`, at the rule's own thresholds: 15 minutes an instance,
five at once, four hours per 100 GiB.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, TypeAlias, TypeVar

from policies.core import plan as types
from policies.core.approvals import LONGEST
from policies.core.clock import Timeline as Clock
from policies.core.facts import Facts, UnreadableError, printable
from policies.core.plan import Plan, has_moved
from policies.core.settings import Settings
from policies.core.words import number_of
from policies.subjects import durations
from policies.subjects.after import cleanup
from policies.subjects.disks import size_gib, snapshots_of
from preflight.fixes import open_findings
from preflight.timeline.model import Event, Kind, Phase, Span, Timeline

T = TypeVar("T")
# The wave of a finding that blocks later, None for the migration, and from when on.
_Waiting: TypeAlias = tuple[str | None, datetime]

_SETTINGS: Final = Settings(None, {item.name: item.default for item in (*durations.OF_MOVING, durations.COPYING)})


def make_timeline(plan: Plan, result: Mapping[str, Any]) -> Timeline:
    """Return what happens when, by the stack as it was previewed and the result of that preview."""
    now = datetime.fromisoformat(result["now"])
    making = _Making(plan, result, now)
    for part in (
        making.waves,
        making.databases,
        making.snapshots,
        making.evidence,
        making.statements,
        making.cleanup,
        making.instances,
    ):
        part()
    events = sorted(making.events, key=lambda event: (event.at, event.kind, event.what))
    return Timeline(
        project=printable(result["project"]),
        stack=printable(result["stack"]),
        now=now,
        events=tuple(events),
        spans=tuple(making.spans),
        unknown=tuple(dict.fromkeys(making.unknown)),
    )


class _Making:
    """Collects events and spans, one kind after the other; unreadable facts are named."""

    def __init__(self, plan: Plan, result: Mapping[str, Any], now: datetime) -> None:
        self._plan = plan
        self._result = result
        self._now = now
        self.events: list[Event] = []
        self.spans: list[Span] = []
        self.unknown: list[str] = []
        self._places: dict[Hashable, int] = {}

    def waves(self) -> None:
        """Add lead times, freeze, window, the duration of the move, and the Latest Schedule Time of each wave ahead."""
        ahead = [wave for wave in self._result["waves"] if wave["moved"] is not True]
        waiting: Counter[_Waiting] = Counter(
            (item["wave"], datetime.fromisoformat(item["mandatoryFrom"]))
            for item in open_findings(self._result)
            if not item["blocking"] and item["mandatoryFrom"] is not None
        )
        for wave in ahead:
            start, latest = (_time(wave["window"][key]) for key in ("start", "latest"))
            if start is None or latest is None:
                self.unknown.append(f"the window of wave {wave['name']}")
                continue
            name = printable(wave["name"])
            freeze = _time(wave["freezeStartsAt"]) or start
            self._span(name, "preparing", self._now, freeze)
            self._span(name, "frozen", freeze, start)
            self._lead_times(wave, start, waiting)
            if freeze < start:
                self._event(freeze, "freeze", name, "the freeze begins: only what exists counts, not what is declared")
            self._move(wave, name, start, latest)
        for (wave_name, at), count in waiting.items():
            # By the lead time of a policy configuration, or of a wave whose window cannot be read.
            self._event(at, "lead-time", wave_name, f"{number_of(count, 'finding')} will block then")

    def _lead_times(self, wave: Mapping[str, Any], start: datetime, waiting: Counter[_Waiting]) -> None:
        """Add when rules become mandatory; the findings of `waiting` that block from then on are taken out of it."""
        hours = Counter(rule["leadHours"] for rule in self._result["rules"] if rule["leadHours"] is not None)
        for lead, rules in sorted(hours.items(), reverse=True):
            at = start - timedelta(hours=lead)
            count = waiting.pop((wave["name"], at), 0) + waiting.pop((None, at), 0)
            settle = f"; {number_of(count, 'finding')} will block then" if count else ""
            word = "becomes" if rules == 1 else "become"
            self._event(at, "lead-time", wave["name"], f"{number_of(rules, 'rule')} {word} mandatory{settle}")

    def _move(self, wave: Mapping[str, Any], name: str, start: datetime, latest: datetime) -> None:
        ids = set(wave["instanceIds"])
        moving = [
            item.facts
            for item in self._plan.instances
            if item.properties.get("instanceId") in ids and not has_moved(item.facts)
        ]
        clock = Clock(self._now, start, latest, settings=_SETTINGS)
        up = start + durations.moving(len(moving), clock)
        self._event(start, "window", name, f"the move of {number_of(len(moving), 'instance')} begins")
        self._event(up, "up-again", name, f"about then all are up: {durations.text(up - start)} for all")
        self._span(name, "moving", start, up)
        self._span(name, "until-latest", up, latest)
        sizes = self._if_read(f"the disks of wave {name}", lambda: list(map(size_gib, moving)))
        if sizes:
            whole = up + durations.copying(max(sizes), clock)
            text = f"about then the disks are whole ({max(sizes):g} GiB at the most): snapshots work again"
            self._event(whole, "disks-whole", name, text)
            self._span(name, "copying", up, whole)
        self._event(latest, "latest", name, "Latest Schedule Time: a move that is put off begins by then")

    def databases(self) -> None:
        """Add when databases lose their classic addresses: by their hybrid access, existing or planned."""
        access = {item.facts.data.get("dbInstanceId"): item for item in self._plan.of_type_in(types.HYBRID_ACCESSES)}
        databases = self._if_read("the databases", lambda: self._plan.migration.objects("databases")) or ()
        names: dict[Any, str] = {}
        for database in databases:
            db_id = database.data.get("dbInstanceId")
            names[db_id] = printable(str(database.data.get("description") or db_id))
            ends = [
                end
                for item in self._if_read("a database's addresses", partial(database.objects, "endpoints")) or ()
                if "expiresAt" in item.data
                and (end := self._if_read("the end of a classic address", partial(item.moment, "expiresAt")))
                is not None
            ]
            if ends and db_id not in access:
                self._classic_end(names[db_id], min(ends), "the classic addresses end")
        for db_id, resource in access.items():
            until = self._if_read(f"hybrid access of {db_id}", partial(resource.facts.moment, "validUntil"))
            if until is not None:
                word = "end" if resource.exists else "end, once hybrid access is made"
                self._classic_end(names.get(db_id, printable(str(db_id))), until, f"the classic addresses {word}")

    def _classic_end(self, name: str, until: datetime, text: str) -> None:
        self._event(until, "classic-addresses-end", None, text, name)
        self._span("classic addresses", "classic-addresses", self._now, until)

    def snapshots(self) -> None:
        """Add the times at which snapshots are deleted: the newest of a disk, and those that the stack will take."""
        for resource in self._plan.of_type_in((types.SNAPSHOT, types.SNAPSHOT_GROUP)):
            days = self._if_read("how long a snapshot is kept", partial(_kept_days, resource.facts))
            if days and not resource.exists:
                text = f"snapshots that `pulumi up` takes today are deleted by themselves, after {days:g} days"
                self._event(self._now + timedelta(days=days), "snapshot-ends", None, text)
        for instance in self._plan.instances:
            name = _name(instance.facts)
            moments = (
                self._if_read(f"the snapshots of {name}", partial(_newest_snapshots, self._plan, instance.facts)) or ()
            )
            for ends in moments:
                self._event(ends, "snapshot-ends", None, "the newest snapshot of a disk is deleted by itself", name)

    def evidence(self) -> None:
        """Add the times at which evidence of guest systems becomes too old."""
        migration = self._if_read("the migration", lambda: self._plan.migration)
        if migration is None or "evidenceMaxAgeHours" not in migration.data:
            return
        most = self._if_read("the age of evidence", partial(migration.number, "evidenceMaxAgeHours"))
        for instance in self._plan.instances:
            guest = instance.facts.data.get("guest")
            if most is None or guest is None or has_moved(instance.facts):
                continue
            name = _name(instance.facts)
            at = self._if_read(f"evidence of {name}", partial(_collected_at, instance.facts))
            if at is not None:
                self._event(at + timedelta(hours=most), "evidence-ends", None, "evidence grows too old", name)

    def statements(self) -> None:
        """Add the ends of attestations, waivers and accepted differences."""
        migration = self._if_read("the migration", lambda: self._plan.migration)
        if migration is None:
            return
        for key, kind, ends, text_of in (
            ("attestations", "attestation-ends", "validUntil", lambda entry: f"attestation {entry.text('kind')}"),
            ("waivers", "waiver-ends", "expires", lambda entry: f"waiver of {entry.text('rule')}"),
        ):
            entries = (self._if_read(key, partial(migration.objects, key)) or ()) if key in migration.data else ()
            for entry in entries:
                self._statement(entry, kind, ends, text_of)  # type: ignore[arg-type]
        for instance in self._plan.instances:
            for disk in self._if_read("disks", partial(instance.facts.objects, "disks")) or ():
                if "excluded" in disk.data:
                    approval = partial(disk.object, "excluded")
                    self._acceptance(approval, f"leave to take no snapshot of a disk of {_name(instance.facts)}")
        for unread in self._if_read("lists that were not read", partial(migration.objects, "unreadLists")) or ():
            if "approval" in unread.data:
                self._acceptance(partial(unread.object, "approval"), "leave to go without lists that were not read")
        for group in self._plan.of_type(types.SHARED_SECURITY_GROUP):
            accepted = self._if_read("accepted differences", partial(_accepted, group.facts)) or {}
            for kind, word in (("opened", "open"), ("lost", "close")):
                if kind in accepted:
                    text = f"leave to {word} something by the groups in place of {_group(group.facts)}"
                    self._acceptance(partial(group.facts.object("accepted").object, kind), text)
        moved = {wave["name"] for wave in self._result["waves"] if wave["moved"] is True}
        for wave in self._if_read("the waves", lambda: self._plan.waves) or ():
            if "scheduled" in wave.data and wave.data.get("name") not in moved:
                self._sighting(wave)

    def _acceptance(self, read: Callable[[], Facts], text: str) -> None:
        entry = self._if_read(text, read)
        if entry is not None:
            self._statement(entry, "acceptance-ends", "expires", lambda _: text)

    def _sighting(self, wave: Facts) -> None:
        seen = self._if_read("who saw the pending task", partial(wave.object, "scheduled"))
        at = None if seen is None else self._if_read("when the pending task was seen", partial(seen.moment, "at"))
        name = self._if_read("the name of a wave", partial(wave.text, "name"))
        if at is not None and name is not None:
            days = f"{LONGEST.days} days"
            self._event(at + LONGEST, "attestation-ends", name, f"the pending task was seen {days} ago: look again")

    def _statement(self, entry: Facts, kind: Kind, ends: str, text_of: Callable[[Facts], str]) -> None:
        text = self._if_read("a statement with an end", lambda: f"{text_of(entry)} of {entry.text('owner')} runs out")
        at = self._if_read(text or "a statement with an end", partial(entry.moment, ends))
        if text is not None and at is not None:
            self._event(at, kind, None, text)

    def cleanup(self) -> None:
        """Add when the old addresses of moved instances must be gone from all lists."""
        for wave in self._result["waves"]:
            start, latest = (_time(wave["window"][key]) for key in ("start", "latest"))
            moved = [
                item.facts
                for item in self._plan.instances
                if item.properties.get("instanceId") in wave["instanceIds"] and has_moved(item.facts)
            ]
            clock = Clock(self._now, start, latest)
            times = self._if_read("when the cleanup is due", partial(cleanup, self._plan, clock)) if moved else None
            if times is not None:
                text = f"the old addresses of {number_of(len(moved), 'moved instance')} must be gone from all lists"
                self._event(times.due, "cleanup-due", wave["name"], text)

    def instances(self) -> None:
        """Add the times at which the cloud ends an instance: the end of a subscription, or an automatic release."""
        for instance in self._plan.instances:
            # For a pay-as-you-go instance the cloud returns a day in 2099 (ECS API, DescribeInstances, ExpiredTime).
            paid_ahead = instance.facts.data.get("instanceChargeType") != "PostPaid"
            for key, text in (("expiredAt", "the subscription ends"), ("autoReleaseAt", "the cloud releases it")):
                if key in instance.facts.data and (paid_ahead or key == "autoReleaseAt"):
                    at = self._if_read(f"{key} of {_name(instance.facts)}", partial(instance.facts.moment, key))
                    if at is not None:
                        self._event(at, "instance-ends", None, text, _name(instance.facts))

    def _event(self, at: datetime, kind: Kind, wave: str | None, text: str, subject: str | None = None) -> None:
        """Add an event, or its subject to one of the same time, kind and words."""
        key = (at, kind, wave, text)
        place = self._places.setdefault(key, len(self.events))
        if place == len(self.events):
            subjects = () if subject is None else (subject,)
            self.events.append(Event(at=at, kind=kind, wave=wave, what=printable(text), subjects=subjects))
        elif subject is not None:
            known = self.events[place]
            self.events[place] = known.model_copy(update={"subjects": tuple(sorted({*known.subjects, subject}))})

    def _span(self, row: str, phase: Phase, start: datetime, end: datetime) -> None:
        if end > start:
            self.spans.append(Span(row=row, phase=phase, start=start, end=end))

    def _if_read(self, text: str, read: Callable[[], T]) -> T | None:
        """Return a readable value; record an unreadable one, because a time that is missing here may still come."""
        try:
            return read()
        except (UnreadableError, OverflowError):
            self.unknown.append(printable(text))
            return None


def _newest_snapshots(plan: Plan, instance: Facts) -> Sequence[datetime]:
    """Return when the newest snapshot of each disk ends, of those that end by themselves."""
    of_disks = (snapshots_of(plan, disk.text("diskId")) for disk in instance.objects("disks"))
    whole = [[item for item in of if item.text("status") == "accomplished"] for of in of_disks]
    newest = [max(items, key=lambda item: item.moment("createdAt")) for items in whole if items]
    return [
        item.moment("createdAt") + timedelta(days=days) for item in newest if (days := item.number("retentionDays")) > 0
    ]


def _accepted(group: Facts) -> Mapping[str, object]:
    """Return what is accepted of the groups in place of a classic one: keys `opened` and `lost`."""
    return group.object("accepted").data if "accepted" in group.data else {}


def _group(facts: Facts) -> str:
    group_id = facts.data.get("classicSecurityGroupId")
    return printable(group_id) if isinstance(group_id, str) else "a classic one"


def _collected_at(instance: Facts) -> datetime:
    return instance.object("guest").moment("collectedAt")


def _kept_days(snapshot: Facts) -> float:
    """Return for how many days a snapshot is kept; 0: until it is deleted."""
    return snapshot.number("retentionDays") if "retentionDays" in snapshot.data else 0


def _name(instance: Facts) -> str:
    name = instance.data.get("instanceName") or instance.data.get("instanceId")
    return printable(name) if isinstance(name, str) else "an instance"


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
