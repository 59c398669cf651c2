"""fleet.json: which instance is in which stack. The plan writes it, the report reads it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from estate.documents import DocumentError, decode, parse_json, read_bytes
from policies.core.words import number_of
from policies.verdict import BAD_INPUT
from preflight.exits import Stop
from preflight.fleet.placing import Cut
from preflight.init.survey import BondKind
from preflight.redaction import redacted

#: What it costs if two stacks move the members of a tie, and what the tie is. Ties of other kinds are never cut.
_COSTS: Final[dict[BondKind, str]] = {
    "rule": "Until they have moved too, {links} instances are reached over ClassicLink alone, up to {days}.",
    "database": "Its classic addresses must outlast the first of their moves by {days}, and it has a whitelist group "
    "for each of these stacks.",
}
_WHATS: Final[dict[BondKind, str]] = {
    "rule": "a rule of a security group names them",
    "database": "the database admits them",
}


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, validate_by_name=True)


class StackDocument(_Model):
    """One stack: `moving` are the ids in its waves, `later` the ids that cannot move in their present state."""

    name: str
    moving: tuple[str, ...]
    later: tuple[str, ...]


class CutDocument(_Model):
    """A tie whose members are in several stacks: how many each stack moves, why it is cut, and what it costs.

    `days` is the time between their first and last move, `links` how many of them move after the first.
    """

    kind: BondKind
    id: str
    name: str
    stacks: dict[str, int]
    why: str
    cost: str
    days: int
    links: int


class FleetDocument(_Model):
    """A fleet: its stacks in order, the instances that stay, and the ties that are cut."""

    schema_version: Literal[1]
    account_id: str
    region_id: str
    read_at: AwareDatetime
    size: int
    stacks: Annotated[tuple[StackDocument, ...], Field(min_length=1)]
    staying: tuple[str, ...]
    cuts: tuple[CutDocument, ...]

    @model_validator(mode="after")
    def _once(self) -> Self:
        """Refuse a stack that is there twice: one result would stand for two stacks."""
        names = [stack.name for stack in self.stacks]
        if len(set(names)) < len(names):
            raise ValueError("expected each stack once")
        return self


def cut_document(cut: Cut, starts: Mapping[str, datetime]) -> CutDocument:
    """Return a cut with its reason and cost; `starts` maps the id of each moving instance to its time."""
    times = sorted(starts[item] for item in cut.bond.members if item in starts)
    days = math.ceil((times[-1] - times[0]) / timedelta(days=1))
    links = sum(time > times[0] for time in times)
    return CutDocument(
        kind=cut.bond.kind,
        id=cut.bond.id,
        name=cut.bond.name,
        stacks=dict(cut.parts),
        why=f"{_WHATS[cut.bond.kind]}; together with their other ties they are too many for one stack",
        cost=_COSTS[cut.bond.kind].format(links=links, days=number_of(days, "day")),
        days=days,
        links=links,
    )


def read_fleet(path: Path) -> FleetDocument:
    """Read fleet.json. Raises Stop."""
    try:
        document = parse_json(decode(read_bytes(path)))
        return FleetDocument.model_validate_json(json.dumps(document))
    except DocumentError as error:
        raise Stop(BAD_INPUT, redacted(str(error))) from None
    except (ValidationError, ValueError, RecursionError):
        raise Stop(BAD_INPUT, f"{path}: expected fleet.json as `preflight fleet plan` wrote it") from None
