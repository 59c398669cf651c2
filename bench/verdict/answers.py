"""Each reading action of the reader with each defect that an answer can have: no verdict is READY.

The answers of one reading of a prepared stack's estate are kept and given again, those of one action spoilt. Where the
reader stops, nothing is judged; where it does not, the program and the pack go on to a verdict. `compare` is one case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, Final

from estate.answers import ByNumber, ByToken, Part, Reading, at
from estate.client import Cloud
from estate.errors import EstateError
from estate.live import RAM_ACTIONS, read_estate
from estate.model import Estate
from estate.reads import READS
from estate.settings import CloudSettings
from policies.core.outcome import Outcome
from policies.pack.evaluation import Evaluation
from policies.pack.verdicts import Readiness, judge_stack
from simulator.estate_file import load
from simulator.model.estate import Estate as SimulatedEstate
from simulator.server import running
from tests.estate import estates
from tests.estate.replay import Replay, Spoil
from tests.estate.test_live_answers import BALANCER, EIP, HA_VIP, HOP, POLICY, REGISTRY, ROUTE, TABLE
from tests.estate.test_live_answers import MIGRATION as MOVE
from tests.estate.whole import meet, spoil, take
from tests.policies.in_process import BEGINNING, ESTATE, Scene, previewed, sample_config

_READY: Final = (Readiness.READY, Readiness.READY_WITH_CONDITIONS)
_REQUEST: Final = "REQ-7"
_UNEXPECTED: Final = {"unexpected": True}
# HAVIPs matter to instances that keep their addresses, EIPs to those whose public address becomes one: the prepared
# stack has neither.
_OF_NO_USE: Final = ("vpc:DescribeHaVips", "vpc:DescribeEipAddresses")
_SHARED: Final = "Disks.Disk[].MountInstances.MountInstance"


@dataclass(frozen=True)
class Defect:
    """What is wrong with the answers of one action."""

    action: str
    name: str
    spoil: Spoil = field(repr=False)


class _Estate:
    """A simulated estate as it is read, and what the pack says of its stack; the cloud runs as long as the process."""

    def __init__(self, simulated: SimulatedEstate, migration: Mapping[str, Any] | None) -> None:
        self._served = running(simulated)
        self._settings = CloudSettings.from_config(self._served.__enter__().config(), {})
        self._migration = migration
        self.replay = Replay(_REQUEST)
        self.whole = self.read(None)

    def read(self, defect: Defect | None) -> Estate:
        """Read the estate with answers that have the defect. Raises EstateError where the reader stops."""
        self.replay.set(defect.action if defect else "", defect.spoil if defect else None)
        cloud = Cloud(self._settings, sleep=lambda seconds: None)
        with self.replay.playing():
            return read_estate(cloud, BEGINNING)

    def evaluation(self, estate: Estate) -> Evaluation:
        """Return what the pack says of the first preview of the stack."""
        assert self._migration is not None
        return previewed(self._migration, Scene(estate))

    def deceived(self, estate: Estate) -> str | None:
        """Return why somebody who reads the verdict would be deceived; None where it tells that something is amiss."""
        if self._migration is None:
            return None if estate.unread_lists else "the reader did not stop, and names nothing that it did not read"
        evaluation = self.evaluation(estate)
        readiness = judge_stack(evaluation).readiness
        if readiness not in _READY:
            return None
        # With conditions: what could not be read must be one of them.
        new_findings = _findings(evaluation) - _findings(self.evaluation(self.whole))
        return None if readiness is Readiness.READY_WITH_CONDITIONS and new_findings else f"{readiness}"


def _findings(evaluation: Evaluation) -> set[tuple[str, str]]:
    bad = (Outcome.FAIL, Outcome.UNKNOWN)
    return {(item.rule_id, item.subject.id) for item in evaluation.results if item.outcome in bad}


def compare(seed: int) -> tuple[Mapping[str, int], list[str]]:
    """Give the reader answers with one defect; what must not be is that it ends READY."""
    defect = defects()[seed % len(defects())]
    name = f"{defect.action}: {defect.name}"
    for estate in (_manifold(),) if defect.action in _OF_NO_USE else (_prepared(), _manifold()):
        try:
            read = estate.read(defect)
        except EstateError as stop:
            named = all(text in str(stop) for text in (defect.action, _REQUEST))
            return {"readings stopped": 1}, [] if named else [f"{name}: neither action nor RequestId in: {stop}"]
        if estate.replay.struck:
            why = estate.deceived(read)
            return {"verdicts that tell it": 1}, [f"{name}: {why}"] if why else []
    return {}, [f"{name}: neither estate has anything to spoil"]


@cache
def defects() -> list[Defect]:
    """Return every defect of every reading action of the reader, parts that may be absent by declaration left out."""
    actions = sorted({action for actions in RAM_ACTIONS.values() for action in actions if action in READS})
    return [defect for action in actions for defect in _defects_of(action)]


def _defects_of(action: str) -> Iterator[Defect]:
    reading = READS[action]
    yield Defect(action, "nothing but a RequestId", _emptied({}))
    yield Defect(action, "an error with status 200", _emptied({"Code": "ServiceUnavailable", "Message": "Try again."}))
    if reading.items:
        head = reading.items.path.split(".")[0]
        yield Defect(action, "no list", lambda body: take(body, head))
        if _is_counted(reading):
            yield Defect(action, "a page that is too short", lambda body: _cut(reading, body))
        if reading.items.ids:
            yield Defect(action, "an item twice", lambda body: _double(reading, body))
    for part in reading.all_parts():
        if not part.absent:
            yield Defect(action, f"{part.path} missing", partial(_without, part))
        yield Defect(action, f"{part.path} of another type", partial(_of_another_type, part))


def _without(part: Part, body: dict[str, Any]) -> None:
    _prepare(part, body)
    take(body, part.path)


def _of_another_type(part: Part, body: dict[str, Any]) -> None:
    _prepare(part, body)
    spoil(body, part.path, _UNEXPECTED)


def _prepare(part: Part, body: dict[str, Any]) -> None:
    """Have an answer hold what is spoilt: the simulated cloud has no disk that instances share."""
    meet(body, part)
    if part.path.startswith(f"{_SHARED}[]"):
        spoil(body, _SHARED, [{"InstanceId": "i-1"}])


def _emptied(given: Mapping[str, Any]) -> Spoil:
    def spoilt(body: dict[str, Any]) -> None:
        body.clear()
        body.update({"RequestId": _REQUEST, **given})

    return spoilt


def _is_counted(reading: Reading) -> bool:
    return isinstance(reading.paging, ByNumber) or (isinstance(reading.paging, ByToken) and reading.paging.counted)


def _items(reading: Reading, body: dict[str, Any]) -> list[Any]:
    return (at(body, reading.items.path) or []) if reading.items else []


def _cut(reading: Reading, body: dict[str, Any]) -> None:
    # The call that counts a list has one item, and stays as it is.
    if not isinstance(reading.paging, ByToken) or "PageNumber" not in body:
        _items(reading, body)[-1:] = []


def _double(reading: Reading, body: dict[str, Any]) -> None:
    _items(reading, body)[0:0] = _items(reading, body)[:1]


@cache
def _prepared() -> _Estate:
    """Return the sample with its prepared stack; whole answers pass, else a spoilt one would prove nothing."""
    prepared = _Estate(load(ESTATE), sample_config())
    readiness = judge_stack(prepared.evaluation(prepared.whole)).readiness
    assert readiness in _READY, readiness
    return prepared


@cache
def _manifold() -> _Estate:
    """Return an estate with one of everything that the reader asks for, and no stack."""
    grouped = {
        name: [item | {"security_group_ids": ["sg-classic", "sg-peer"]} for item in estates.dumped(name)]
        for name in ("databases", "redis", "mongodb")
    }
    simulated = estates.estate(
        migrations=[MOVE],
        auto_snapshot_policies=[POLICY],
        route_tables=[TABLE],
        route_entries=[ROUTE],
        instances=[*estates.dumped("instances"), HOP],
        load_balancers=[BALANCER],
        ha_vips=[HA_VIP],
        eips=[EIP],
        registries=[REGISTRY],
        **grouped,
    )
    return _Estate(simulated, None)
