"""A timeline as data: `preflight timeline --json` writes it, and the text is rendered from it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

from preflight.plan.model import Model

SCHEMA_VERSION: Literal[1] = 1

Kind: TypeAlias = Literal[
    "lead-time",
    "freeze",
    "window",
    "up-again",
    "disks-whole",
    "latest",
    "classic-addresses-end",
    "snapshot-ends",
    "evidence-ends",
    "waiver-ends",
    "attestation-ends",
    "acceptance-ends",
    "cleanup-due",
    "instance-ends",
]
Phase: TypeAlias = Literal["preparing", "frozen", "moving", "copying", "until-latest", "classic-addresses", "word"]


class Event(Model):
    """One moment: `what` in a line; `subjects` are sorted names, none for the wave or the stack."""

    at: datetime
    kind: Kind
    wave: str | None
    what: str
    subjects: tuple[str, ...] = ()


class Span(Model):
    """A period. `row` is its owner: a wave, or something that ends by itself."""

    row: str
    phase: Phase
    start: datetime
    end: datetime


class Timeline(Model):
    """What happens when. `unknown` names facts that could not be read, so their events are missing."""

    schema_version: Literal[1] = SCHEMA_VERSION
    project: str
    stack: str
    now: datetime
    events: tuple[Event, ...]
    spans: tuple[Span, ...]
    unknown: tuple[str, ...] = ()
