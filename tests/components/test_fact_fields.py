"""Facts that are attributes of an object: read by their declaration, which must fit the attribute."""

from __future__ import annotations

import types
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, NotRequired

import pytest
from typing_extensions import TypedDict

from components.facts.base import note
from components.facts.fields import field, reader
from estate.model import Disk, Snapshot

CREATED = datetime(2026, 11, 30, tzinfo=UTC)
SNAPSHOT = Snapshot(id="s-1", disk_id="d-1", status="accomplished", created_at=CREATED)


class Facts(TypedDict):
    """One key of each form."""

    diskId: str
    kind: Annotated[str, field("type"), note("user or auto")]
    createdAt: str
    retentionDays: Annotated[int, field(otherwise=0)]
    available: NotRequired[bool]


def test_fields_become_facts() -> None:
    facts = {"diskId": "d-1", "kind": "user", "createdAt": "2026-11-30T00:00:00+00:00", "retentionDays": 0}
    assert reader(Snapshot, Facts)(SNAPSHOT) == facts
    whole = SNAPSHOT.model_copy(update={"retention_days": 7, "available": False})
    assert reader(Snapshot, Facts)(whole) == facts | {"retentionDays": 7, "available": False}


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"diskld": str}, "Facts.diskld: Snapshot has no field diskld"),
        ({"kind": Annotated[str, field("sort")]}, "Facts.kind: Snapshot has no field sort"),
        ({"status": bool}, "Facts.status is <class 'bool'>, and the field status of Snapshot is <class 'str'>"),
        ({"createdAt": datetime}, "and the field createdAt of Snapshot is <class 'str'>"),
        ({"available": bool}, "and the field available of Snapshot is"),
        ({"retentionDays": Annotated[str, field(otherwise="")]}, "and the field retentionDays of Snapshot is"),
    ],
    ids=["no field", "no field of the name", "type", "time", "may be None", "otherwise"],
)
def test_a_key_that_differs_from_its_field_is_an_error(declared: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError) as error:
        reader(Snapshot, _facts(declared))
    assert message in str(error.value)


@dataclass
class Planned:
    """What is no model of the estate."""

    start: datetime
    tier: str | None = None

    @property
    def has_tier(self) -> bool:
        return self.tier is not None


class PlannedFacts(TypedDict):
    """A field and a property."""

    start: str
    chosen: Annotated[bool, field("hasTier")]
    tier: NotRequired[str]


def test_fields_and_properties_of_any_object_become_facts() -> None:
    read = reader(Planned, PlannedFacts)
    assert read(Planned(CREATED)) == {"start": "2026-11-30T00:00:00+00:00", "chosen": False}
    assert read(Planned(CREATED, "web")) == {"start": "2026-11-30T00:00:00+00:00", "chosen": True, "tier": "web"}


def test_a_property_of_another_type_is_an_error() -> None:
    with pytest.raises(TypeError, match=r"Facts.hasTier is <class 'str'>, and the field hasTier of Planned is <class"):
        reader(Planned, _facts({"hasTier": str}))


def test_lists_are_compared_with_tuples() -> None:
    with pytest.raises(TypeError, match=r"is list\[str\], and the field id of Disk"):
        reader(Disk, _facts({"id": list[str]}))


def _facts(declared: dict[str, Any]) -> type[Any]:
    """Return a TypedDict that mypy does not see."""
    kind: type[Any] = types.new_class(
        "Facts", (TypedDict,), exec_body=lambda body: body.update(__annotations__=declared)
    )
    return kind
