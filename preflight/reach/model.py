"""Who reaches whom, as data: `preflight reach --format json` writes it, and the table is rendered from it."""

from __future__ import annotations

from typing import Literal, TypeAlias

from preflight.plan.model import Model

SCHEMA_VERSION: Literal[1] = 1

Fate: TypeAlias = Literal["moves", "has moved", "moves later", "stays linked", "stays"]
Status: TypeAlias = Literal["kept", "lost in part", "lost", "opened", "unknown"]
"""`opened` goes before all else: whatever was lost, something is accepted that was refused before."""


class End(Model):
    """Instances that are alike: the same of them can be said of each. Ids, names and classic groups, each sorted."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    groups: tuple[str, ...]
    fate: Fate


class Flow(Model):
    """Traffic of one kind: `ports` and `source_ports` are first and last, both included; null for what has none."""

    protocol: str
    ports: tuple[int, int] | None
    source_ports: tuple[int, int] | None


class Flows(Model):
    """Traffic as a person reads it, and in parts."""

    text: str
    parts: tuple[Flow, ...]


class PairReach(Model):
    """Traffic that the `source` begins to the `target`, both ends' rules together.

    `between`: while one of them has moved, and the other, which is linked, has not. `accepted`: the config accepts what
    is opened, with a reason, an owner and an approval. `note` says what else is to know; empty: nothing.
    """

    source: End
    target: End
    status: Status
    kept: Flows
    lost: Flows
    opened: Flows
    one_end: Flows
    between: bool
    accepted: bool
    note: str


class OutsideReach(Model):
    """Traffic of instances with all who are none of the instances of the region: addresses, or members of a group.

    `peers` says in few words who they are, as if instances were not among the addresses; `blocks` are all addresses,
    without those of instances.
    """

    at: End
    direction: Literal["ingress", "egress"]
    peers: str
    blocks: tuple[str, ...]
    traffic: str
    status: Literal["kept", "lost", "opened"]
    accepted: bool
    rule: str


class DatabaseReach(Model):
    """Whether instances can reach a database: by its lists and addresses, before and after.

    `accepted`: what is opened is the rest of a VSwitch, and whoever asked accepts that.
    """

    source: End
    database: str
    name: str
    status: Status
    accepted: bool
    reason: str


class PublicReach(Model):
    """What becomes of the public address of an instance."""

    instance: str
    name: str
    addresses: tuple[str, ...]
    status: Literal["kept", "lost"]
    reason: str


class NotKnown(Model):
    """Of whom something could not be read, and why: nothing of the kind is told of them."""

    subject: str
    reason: str


class Counts(Model):
    """Pairs of one instance with another, one way, or with a database, by their status; those between waves apart."""

    before: int
    kept: int
    lost_in_part: int
    lost: int
    opened: int
    unknown: int


class Reach(Model):
    """All of it. `opened` counts what nobody accepted: any of it is exit 20."""

    project: str
    stack: str
    pairs: tuple[PairReach, ...]
    outside: tuple[OutsideReach, ...]
    databases: tuple[DatabaseReach, ...]
    public: tuple[PublicReach, ...]
    unknown: tuple[NotKnown, ...]
    instances: Counts
    to_databases: Counts
    opened: int
    lost: int


class Document(Model):
    """What `preflight reach --format json` writes; `readiness` is the verdict of the very run that it is of.

    `basis` is by what the time after the move is told; `moved` and `to_move` count the instances of the stack.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    readiness: str
    exit_code: int
    judged_at: str
    commit: str | None
    account: str | None
    basis: Literal["plan", "cloud"]
    moved: int
    to_move: int
    reach: Reach
